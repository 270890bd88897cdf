"""Indicators read off the event log by day: census, occupancy of the beds really open, full days, arrivals."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

RATIO = Text(fr="ratio", en="ratio")


@indicator(
    label=Text(fr="Patients présents en moyenne", en="Patients present on average"),
    unit=Text(fr="patients", en="patients"),
    inputs=("census_days", "observed_days"),
    numerator=Text(fr="Somme des présents moyens de chaque jour", en="Sum of each day's mean census"),
    denominator=Text(fr="Jours observés", en="Days observed"),
    reference="Recensement horaire reconstruit du journal d'événements (étape discover), table unit_day",
)
def mean_census(amounts: Amounts) -> Sides:
    """Mean number of patients present, over hours then days."""
    return Sides(numerator=amounts["census_days"], denominator=amounts["observed_days"])


@indicator(
    label=Text(fr="Occupation des lits ouverts", en="Occupancy of open beds"),
    unit=RATIO,
    inputs=("census_days_of_beds", "open_bed_days"),
    numerator=Text(
        fr="Présents, somme des jours où les lits ouverts sont connus",
        en="Patients present, days whose open beds are known",
    ),
    denominator=Text(fr="Lits ouverts, somme des mêmes jours", en="Open beds, same days"),
    reference="Recensement horaire reconstruit du journal d'événements (étape discover), table unit_day",
)
def staffed_occupancy(amounts: Amounts) -> Sides:
    """Patients present over beds really open that day; above 1 when patients wait elsewhere for a bed of the unit."""
    return Sides(numerator=amounts["census_days_of_beds"], denominator=amounts["open_bed_days"])


@indicator(
    label=Text(fr="Part des jours saturés", en="Share of full days"),
    unit=RATIO,
    direction=-1,
    highest=1,
    inputs=("full_days", "bed_days_observed"),
    numerator=Text(
        fr="Jours où une heure a compté plus de patients que de lits ouverts",
        en="Days with an hour of more patients than open beds",
    ),
    denominator=Text(fr="Jours où les lits ouverts sont connus", en="Days whose open beds are known"),
    reference="Recensement horaire reconstruit du journal d'événements (étape discover), table unit_day",
)
def full_day_share(amounts: Amounts) -> Sides:
    """Share of the days in which, at some hour, every open bed was taken."""
    return Sides(numerator=amounts["full_days"], denominator=amounts["bed_days_observed"])


@indicator(
    label=Text(fr="Entrées par jour", en="Arrivals per day"),
    unit=Text(fr="patients par jour", en="patients per day"),
    inputs=("daily_arrivals", "observed_days"),
    numerator=Text(fr="Entrées", en="Arrivals"),
    denominator=Text(fr="Jours observés", en="Days observed"),
    reference="Recensement horaire reconstruit du journal d'événements (étape discover), table unit_day",
)
def arrivals_per_day(amounts: Amounts) -> Sides:
    """Mean number of arrivals a day."""
    return Sides(numerator=amounts["daily_arrivals"], denominator=amounts["observed_days"])
