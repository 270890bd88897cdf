"""Indicators of the social performance: absence, turnover, accidents, agency staff, training, violence."""

from __future__ import annotations

from chairs.core.errors import Text
from chairs.indicators.indicator import Amounts, Sides, indicator

RSU = "Rapport social unique, décret 2020-1493 et arrêté du 28 avril 2022 (base de données sociales)"
PERCENT = Text(fr="%", en="%")
FTE_YEARS = Text(fr="ETP × part de l'année", en="FTE × share of the year")


@indicator(
    label=Text(fr="Effectif", en="Headcount"),
    unit=Text(fr="personnes", en="people"),
    kind="level",
    inputs=("headcount",),
    numerator=Text(fr="Personnes en poste", en="People employed"),
    reference=RSU,
)
def headcount(amounts: Amounts) -> Sides:
    """People employed on an average day (size of a company)."""
    return Sides(numerator=amounts["headcount"])


@indicator(
    label=Text(fr="Absentéisme", en="Absenteeism"),
    unit=PERCENT,
    direction=-1,
    per=100,
    highest=100,
    inputs=("absence_days", "staff_fte"),
    numerator=Text(fr="Jours calendaires d'absence", en="Calendar days of absence"),
    denominator=Text(fr="ETP rémunérés × jours de la période", en="Paid FTE × days of the period"),
    reference=f"{RSU} ; jours d'absence / (ETPR × 365) × 100",
)
def absenteeism(amounts: Amounts) -> Sides:
    """Share of the calendar days paid for that were days of absence, all motives."""
    return Sides(numerator=amounts["absence_days"], denominator=amounts["staff_fte"] * amounts.days)


@indicator(
    label=Text(fr="Rotation du personnel", en="Staff turnover"),
    unit=Text(fr="% par an", en="% a year"),
    direction=-1,
    per=100,
    inputs=("staff_arrivals", "staff_departures", "headcount"),
    numerator=Text(fr="Moyenne des arrivées et des départs", en="Mean of arrivals and departures"),
    denominator=Text(fr="Effectif × part de l'année", en="Headcount × share of the year"),
    reference=f"{RSU} ; ½ (arrivées + départs) / effectif moyen × 100",
)
def turnover(amounts: Amounts) -> Sides:
    """Mean of arrivals and departures per person employed, at the rate of a year whatever the period."""
    moves = amounts["staff_arrivals"] + amounts["staff_departures"]
    return Sides(numerator=moves / 2, denominator=amounts["headcount"] * amounts.years)


@indicator(
    label=Text(fr="Fréquence des accidents du travail", en="Frequency of work accidents"),
    unit=Text(fr="accidents par million d'heures", en="accidents per million hours"),
    direction=-1,
    per=1e6,
    inputs=("work_accidents", "hours_worked"),
    numerator=Text(fr="Accidents du travail avec arrêt", en="Work accidents with sick leave"),
    denominator=Text(fr="Heures travaillées", en="Hours worked"),
    reference="Assurance maladie, risques professionnels : taux de fréquence = accidents × 10⁶ / heures travaillées",
)
def accident_frequency(amounts: Amounts) -> Sides:
    """Work accidents with sick leave per million hours worked."""
    return Sides(numerator=amounts["work_accidents"], denominator=amounts["hours_worked"])


@indicator(
    label=Text(fr="Gravité des accidents du travail", en="Severity of work accidents"),
    unit=Text(fr="jours perdus par millier d'heures", en="days lost per thousand hours"),
    direction=-1,
    per=1e3,
    inputs=("accident_days_lost", "hours_worked"),
    numerator=Text(fr="Jours perdus par accident du travail", en="Days lost to work accidents"),
    denominator=Text(fr="Heures travaillées", en="Hours worked"),
    reference="Assurance maladie, risques professionnels : taux de gravité = jours perdus × 10³ / heures travaillées",
)
def accident_severity(amounts: Amounts) -> Sides:
    """Days lost to work accidents per thousand hours worked."""
    return Sides(numerator=amounts["accident_days_lost"], denominator=amounts["hours_worked"])


@indicator(
    label=Text(fr="Part de l'intérim", en="Share of agency staff"),
    unit=PERCENT,
    direction=-1,
    per=100,
    highest=100,
    inputs=("agency_fte", "staff_fte"),
    numerator=Text(fr="ETP intérimaires × part de l'année", en="Agency FTE × share of the year"),
    denominator=Text(
        fr="ETP intérimaires et rémunérés × part de l'année", en="Agency and paid FTE × share of the year"
    ),
    reference=f"{RSU} ; arrêté du 5 décembre 2012 (bilan social), recours à l'intérim",
)
def agency_share(amounts: Amounts) -> Sides:
    """Agency staff among all who work, in full-time equivalents."""
    agency = amounts["agency_fte"] * amounts.years
    return Sides(numerator=agency, denominator=agency + amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Heures de formation par ETP", en="Training hours per FTE"),
    unit=Text(fr="heures par ETP et par an", en="hours per FTE and year"),
    direction=1,
    inputs=("training_hours", "staff_fte"),
    numerator=Text(fr="Heures de formation suivies", en="Hours of training followed"),
    denominator=FTE_YEARS,
    reference=f"{RSU} ; ESRS S1-13",
)
def training_hours_per_fte(amounts: Amounts) -> Sides:
    """Hours of training per full-time equivalent, at the rate of a year whatever the period."""
    return Sides(numerator=amounts["training_hours"], denominator=amounts["staff_fte"] * amounts.years)


@indicator(
    label=Text(fr="Signalements de violence envers le personnel", en="Reports of violence against staff"),
    unit=Text(fr="signalements pour 1 000 ETP et par an", en="reports per 1,000 FTE and year"),
    direction=0,
    per=1e3,
    inputs=("violence_level_1", "violence_level_2", "violence_level_3", "violence_level_4", "staff_fte"),
    numerator=Text(fr="Signalements, niveaux ONVS 1 à 4", en="Reports, ONVS levels 1 to 4"),
    denominator=FTE_YEARS,
    reference="Observatoire national des violences en milieu de santé (ONVS), atteintes aux personnes, niveaux 1 à 4",
)
def violence_rate(amounts: Amounts) -> Sides:
    """Violence reported per 1,000 FTE and year, all four levels.

    Reporting is voluntary: the ONVS says that counts show how willing staff are to report, not how dangerous a place
    is. The rate has no direction and is no ranking.
    """
    reports = sum((amounts[f"violence_level_{level}"] for level in (2, 3, 4)), amounts["violence_level_1"])
    return Sides(numerator=reports, denominator=amounts["staff_fte"] * amounts.years)
