"""Faults of the arrivals and resources of a model."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator

from chairs.twin.arrivals import Arrivals
from chairs.twin.faults import Fault, known, positive, sums_to_one
from chairs.twin.model import Model
from chairs.twin.resources import Closure, Resource

MOST_PIECES = 20_000_000
MOST_ARRIVALS = 1e9
MOST_PLACES = 10**9


def resource_faults(resource: Resource, model: Model) -> Iterator[Fault]:
    """Give what is wrong with a resource."""
    numbers = [resource.capacity or 0, *(s.capacity for s in resource.shifts), *(c.capacity for c in resource.closures)]
    if not positive(numbers):
        yield "capacité négative", "negative capacity"
    elif not all(units <= MOST_PLACES for units in numbers):
        yield "capacité de plus d'un milliard", "capacity of more than a billion"
    if resource.capacity is None and resource.closures and not resource.shifts:
        yield "fermeture d'une ressource sans capacité", "a closure of a resource without a capacity"
    most = 24 if resource.roster == "day" else 168
    if resource.holiday_as is not None and (most == 24 or not 0 <= resource.holiday_as < 7):
        yield (
            "holiday_as : un jour de 0 à 6, d'un tableau de la semaine",
            "holiday_as: a day, 0 to 6, of a weekly roster",
        )
    if not all(0 <= shift.at < most for shift in resource.shifts):
        yield f"heure de relève hors de 0 à {most}", f"hour of a shift outside 0 to {most}"
    for closure in resource.closures:
        yield from _closure(closure)
    for names in (resource.priority, resource.ageing):
        yield from known(names, model.classes, "classe", "class")
    if not all(isinstance(level, int) and 0 <= level < 100 for level in resource.priority.values()):
        yield "priorité hors de 0 à 99", "priority outside 0 to 99"
    if not all(positive(value) and value > 0 for value in resource.ageing.values()):
        yield "délai de vieillissement nul ou négatif", "ageing time is zero or negative"


def _closure(closure: Closure) -> Iterator[Fault]:
    moments, days = (closure.start, closure.end), (closure.first, closure.last)
    given = moments if None in days else days
    if None in given or (None, None) not in (moments, days):
        yield (
            "une fermeture se donne par start et end, ou par first et last",
            ("a closure is given by start and end, or by first and last"),
        )
    elif given == days and not all(_is_day(day) for day in days):
        yield "une date de fermeture n'est pas de la forme 2024-07-01", "a date of a closure is not like 2024-07-01"
    elif given == moments and not _finite(moments):
        yield "une fermeture n'a pas de durée finie", "a closure is not of finite length"
    elif given[0] > given[1] or (moments[0] is not None and moments[0] == moments[1]):  # type: ignore[operator]
        yield "une fermeture finit avant de commencer", "a closure ends before it starts"


def _is_day(text: object) -> bool:
    try:
        return dt.date.fromisoformat(str(text)).isoformat() == text
    except ValueError:
        return False


def _finite(values: object) -> bool:
    return all(isinstance(v, int | float) and math.isfinite(v) for v in values)  # type: ignore[attr-defined]


def arrivals_faults(arrivals: Arrivals, model: Model, horizon: float) -> Iterator[Fault]:
    """Give what is wrong with a list of arrivals."""
    yield from known(arrivals.classes, model.classes, "classe", "class")
    yield from known([arrivals.to], [step.name for step in model.steps], "étape", "step")
    if not sums_to_one(tuple(arrivals.classes.values())):
        yield "les parts des classes ne font pas 1", "the shares of the classes do not sum to one"
    if not positive([*arrivals.rates, *arrivals.weekday, *arrivals.month, arrivals.holiday]) or not positive(
        [arrivals.school_holiday, arrivals.factor, *arrivals.season, *arrivals.within]
    ):
        yield "un taux ou un facteur est négatif", "a rate or factor is negative"
    if not positive([arrivals.level_cv]) or arrivals.level_cv > 100 or 0 < arrivals.level_cv < 1e-6:
        yield "level_cv hors de 1e-6 à 100", "level_cv is outside 1e-6 to 100"
    if not 0 <= arrivals.shows <= 1:
        yield (
            "la part des rendez-vous honorés n'est pas entre 0 et 1",
            "the share of kept appointments is not in 0 to 1",
        )
    if arrivals.name == "present":
        yield "ce nom est celui des patients présents au début", "this name is that of those present at the start"
    yield from _of_kind(arrivals, model, horizon)


def _of_kind(arrivals: Arrivals, model: Model, horizon: float) -> Iterator[Fault]:
    if arrivals.kind in ("weekly", "cycle") and _most(arrivals, model) * horizon > MOST_ARRIVALS:
        yield "plus d'un milliard d'arrivées", "more than a billion arrivals"
    if arrivals.kind == "weekly":
        yield from _weekly(arrivals)
    elif arrivals.kind == "renewal":
        if arrivals.gap is None or arrivals.gap.average() <= 0:
            yield "il faut un intervalle moyen positif (gap)", "a gap with a positive mean is needed"
        elif horizon / arrivals.gap.average() > MOST_ARRIVALS:
            yield "plus d'un milliard d'arrivées", "more than a billion arrivals"
    else:
        yield from _repeated(arrivals, horizon)


def _most(arrivals: Arrivals, model: Model) -> float:
    """Return the highest rate that a list can have, in the model's unit of time."""
    most = max([0.0, *arrivals.rates]) * max([1.0, *arrivals.weekday]) * max([1.0, *arrivals.month])
    most *= (
        max([1.0, *arrivals.season]) * arrivals.factor * max(1.0, arrivals.holiday) * max(1.0, arrivals.school_holiday)
    )
    return most / model.hour if arrivals.kind == "weekly" else most


def _weekly(arrivals: Arrivals) -> Iterator[Fault]:
    if len(arrivals.rates) not in (24, 168):
        yield "il faut 24 ou 168 taux horaires", "24 or 168 hourly rates are needed"
    if len(arrivals.weekday) not in (0, 7) or len(arrivals.month) not in (0, 12):
        yield "il faut 7 facteurs de jour et 12 de mois", "7 factors of days and 12 of months are needed"
    if arrivals.within and abs(sum(arrivals.within) / len(arrivals.within) - 1) > 1e-6:
        yield "les taux dans l'heure n'ont pas la moyenne 1", "the rates within the hour do not have the mean 1"
    if arrivals.holiday_as is not None and not 0 <= arrivals.holiday_as < 7:
        yield "holiday_as : un jour de 0 (lundi) à 6", "holiday_as: a day from 0 (Monday) to 6"


def _repeated(arrivals: Arrivals, horizon: float) -> Iterator[Fault]:
    every = arrivals.every
    if every is not None and not (math.isfinite(every) and every > 0):
        yield "« every » n'est pas un nombre positif", '"every" is not a positive number'
    elif every is not None and horizon / every > MOST_PIECES:
        yield "« every » est trop court pour cette durée", '"every" is too short for a run of this length'
    if arrivals.kind == "cycle" and (not arrivals.rates or (len(arrivals.rates) > 1 and every is None)):
        yield "il faut des taux et la durée de chacun (every)", "rates and how long each lasts (every) are needed"
    if arrivals.kind == "scheduled":
        if not arrivals.times or not positive(arrivals.times):
            yield "il faut des heures de rendez-vous, positives", "times of appointments, not negative, are needed"
        elif every is not None and max(arrivals.times) >= every:
            yield "un rendez-vous est après la fin du cycle", "an appointment is after the end of the cycle"
