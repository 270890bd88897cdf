"""From an event log to a model and its report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.arrivals import Arrivals
from chairs.twin.calibration.beside import one_by_one
from chairs.twin.calibration.intensity import Intensity, fit_intensity, whole_days
from chairs.twin.calibration.journal import Journal, read_journal
from chairs.twin.calibration.paths import Paths, read_paths
from chairs.twin.calibration.places import Place, places_beside, read_places
from chairs.twin.calibration.refusing import refuse, refuse_table
from chairs.twin.calibration.regime import since, still_true
from chairs.twin.calibration.report import Findings, Report, write_report
from chairs.twin.calibration.table import Table, _written
from chairs.twin.model import Model
from chairs.twin.steps import Route, Step

if TYPE_CHECKING:
    import pandas as pd

OTHER = "other arrivals"
MOST_CLASSES = 6
LEAST_OF_CLASS = 30
LEAST_SHARE = 0.02
BEGIN = "begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How a log is read.

    Parameters
    ----------
    name
        Name of the model.
    timezone
        Clock of the site.
    country
        Whose public holidays.
    calendar
        Whether the dates are real; fictitious ones have hours and weekdays, but no season and no holidays.
    """

    name: str = "calibrated"
    timezone: str = "Europe/Paris"
    country: str = "FR"
    calendar: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibrated:
    """A model learnt from a log, and what is to be known of it."""

    model: Model
    report: Report


def calibrate(log: pd.DataFrame, settings: Settings, file: str = "events") -> Calibrated:
    """Learn a model of flow from an event log alone.

    Parameters
    ----------
    log
        Contract `events`, one replication: starts and ends, or one of the two.
    settings
        Name, clock, calendar.
    file
        What the log is called in messages.

    Raises
    ------
    DataError
        For a log that cannot support a twin, with the reasons.

    Notes
    -----
    Arrivals by first step (`intensity`); routing by a variable-order Markov chain whose depth is chosen on held-out
    cases (`contexts`); steps of a case at the same time as a sequence of beginnings and ends (`beside`); a process
    that has changed from what it is since (`regime`); time between steps and length of steps as quantile grids or
    families by the longest history that 22 cases share (`shapes`), by the clock, by hours of work or by the wait
    meant, whichever foretells held-out ones best (`kinds`, `lapses`, `opening`, `waited`); cases and stays cut by the
    end of the log by Kaplan-Meier (`followed`); queues where the log shows them (`places`). The model holds no value
    of one patient: a state stands for 11 cases or more, each point of a grid for three or more. Proof:
    `chairs.twin.backtest`.
    """
    refuse_table(log, file)
    journal = read_journal(log, settings.timezone)
    refuse(journal, file)
    places = read_places(journal)
    left_out = still_true(journal)
    recent = since(journal, left_out)
    cut = one_by_one(recent, _limited(recent, places))
    resources = places_beside(places, journal, cut)
    paths = read_paths(cut, _limited(cut, resources))
    table = Table(cut, paths, resources, labels(cut, paths))
    intensities, entry = _arrivals(cut, paths, table, settings)
    model = Model(
        name=settings.name,
        classes=tuple(one.arrivals.name for one in intensities),
        arrivals=tuple(one.arrivals for one in intensities),
        resources=tuple(place.resource for place in resources),
        steps=(*entry, *table.steps()),
        time_unit="minutes",
        timezone=settings.timezone,
    )
    findings = Findings(journal, paths, places, intensities, settings.calendar, left_out, len(cut) - len(recent))
    return Calibrated(model=model, report=write_report(findings))


def _limited(journal: Journal, places: tuple[Place, ...]) -> np.ndarray:
    """Return, for each visit, whether its place has a queue in the model."""
    queued = {place.resource.name for place in places if place.limited}
    return np.asarray(np.array([name in queued for name in (*journal.places, "")])[journal.place])


def labels(journal: Journal, paths: Paths) -> dict[int, str]:
    """Return a name for each state: its step and, after a bar, the steps before that it remembers."""
    symbols = [
        journal.steps[step] + (f" {journal.places[place]}" if place >= 0 else "")
        for step, place in zip(paths.symbols.step, paths.symbols.place, strict=True)
    ]
    found = {}
    for state, (example, order) in paths.example.items():
        visits = range(example, example - order, -1)
        inside = [visit >= 0 and journal.case[visit] == journal.case[example] for visit in visits]
        codes = [paths.symbols.code[visit] if there else 0 for visit, there in zip(visits, inside, strict=True)]
        words = [symbols[code - 1] if code else BEGIN for code in codes]
        found[state] = words[0] + (" | " + " < ".join(words[1:]) if len(words) > 1 else "")
    doubles = Counter(found.values())
    return {state: name if doubles[name] == 1 else f"{name} #{state}" for state, name in found.items()}


def _arrivals(
    journal: Journal, paths: Paths, table: Table, settings: Settings
) -> tuple[tuple[Intensity, ...], tuple[Step, ...]]:
    """Return one list a common first step, one of all others, and the step in which those find their way."""
    first = paths.symbols.code[journal.first]
    values, counts = np.unique(first, return_counts=True)
    common = [int(value) for value, n in sorted(zip(values, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
              if n >= max(LEAST_OF_CLASS, LEAST_SHARE * len(first))][:MOST_CLASSES]  # fmt: skip
    moments, days = journal.arrivals, whole_days(journal.arrivals)
    found: list[Intensity] = []
    for value in common:
        state = int(paths.first[first == value][0])
        name = table.names[state].partition(" | ")[0]
        found.append(_led(fit_intensity(moments[first == value], name, days=days, country=settings.country,
                                        dated=settings.calendar), table.start(state)))  # fmt: skip
    rest = ~np.isin(first, common)
    if not rest.any():
        return tuple(found), ()
    states, weights = np.unique(paths.first[rest], return_counts=True)
    found.append(
        _led(fit_intensity(moments[rest], OTHER, days=days, country=settings.country, dated=settings.calendar), OTHER)
    )
    route = Route(
        name=OTHER, to=tuple(table.start(int(s)) for s in states), probabilities=(_written(weights.astype(float)),)
    )
    return tuple(found), (route,)


def _led(intensity: Intensity, to: str) -> Intensity:
    arrivals: Arrivals = replace(intensity.arrivals, to=to)
    return replace(intensity, arrivals=arrivals)
