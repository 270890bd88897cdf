"""From a model to the arrays of the engine: nothing is compiled, a table is filled in."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from chairs.core.counter import word
from chairs.twin.arrivals import Arrivals
from chairs.twin.clock import Clock, read_clock
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.engine import layout as code
from chairs.twin.graph import following, in_cycle
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.rosters import capacities, hourly_rates
from chairs.twin.spline import gamma_spline
from chairs.twin.steps import KINDS, Delay, Leave, Mark, Patience, Reclass, Release, Route, Seize, Step, Tally

OPS = {kind: place for place, kind in enumerate(KINDS.values())}
BY = ("all", "class", "attribute", "visit", "hour", "hour_of_week", "queue")


@dataclass(frozen=True, kw_only=True)
class Program:
    """A model written out for one start and horizon.

    `waits`, `stays` and `measures` name the sums in the order of the engine's tallies: waits by seizing step,
    times in the system by leaving step, then the measures of the tally steps.
    """

    model: Model
    horizon: float
    start: dt.datetime | None
    clock: Clock
    plan: code.Plan
    stations: np.ndarray
    sources: np.ndarray
    tallies: tuple[tuple[str, str], ...]
    within: tuple[tuple[str, float], ...]
    lines: int
    places: int
    visits: int
    marks: int
    preempts: bool


@dataclass
class _Draft:
    model: Model
    clock: Clock
    horizon: float
    floats: list[np.ndarray] = field(default_factory=list)
    floats_n: int = 0
    ints: list[int] = field(default_factory=list)
    durations: list[tuple[int, int, int, float, float]] = field(default_factory=list)
    tallies: list[tuple[str, str]] = field(default_factory=list)
    within: list[tuple[str, float]] = field(default_factory=list)
    clocks: dict[str, int] = field(default_factory=dict)
    places: int = 1
    lines: int = 0

    def numbers(self, values: Any) -> int:
        """Keep numbers; return the place of the first."""
        array = np.asarray(values, dtype=float).ravel()
        self.floats.append(array)
        self.floats_n += array.size
        return self.floats_n - array.size

    def wholes(self, values: Any) -> int:
        """Keep whole numbers; return the place of the first."""
        place = len(self.ints)
        self.ints.extend(int(value) for value in values)
        return place

    def tally(self, kind: str, name: str) -> int:
        """Return the place of a sum, a new one if the name is new."""
        if (kind, name) not in self.tallies:
            self.tallies.append((kind, name))
        return self.tallies.index((kind, name))

    def table(self, table: Durations) -> int:
        """Keep a table of durations; return the place of its first line."""
        place = len(self.durations)
        self.durations.extend([(0, 0, 0, 0.0, 0.0)] * len(table.rows))
        for i, duration in enumerate(table.rows):
            self.durations[place + i] = _duration(self, duration)
        return place


def compile_model(model: Model, *, start: dt.datetime | None = None, horizon: float) -> Program:
    """Write a checked model out for the engine.

    Parameters
    ----------
    start
        First moment, with its time zone; None: a Monday at midnight, without seasons or holidays.
    horizon
        Length of the run, in the model's unit of time.
    """
    clock = read_clock(start, horizon / model.hour, model.timezone)
    draft = _Draft(model=model, clock=clock, horizon=horizon)
    draft.ints.extend([0] * (3 * len(model.attributes)))
    for i, attribute in enumerate(model.attributes):
        shares = [attribute.by_class.get(cls, attribute.shares) for cls in model.classes]
        place = draft.numbers([np.cumsum(line) for line in shares])
        draft.ints[3 * i : 3 * i + 3] = [word("attribute", attribute.name), len(attribute.levels), place]
    rows = _rows(draft)
    stations = _stations(draft)
    sources = _sources(draft)
    visits = 1 + max((int(visit) for visit in rows["visit"]), default=-1)
    for place, duration in enumerate(draft.durations):  # parts of mixtures stand behind what names them
        draft.durations[place] = duration
    return Program(
        model=model,
        horizon=horizon,
        start=start,
        clock=clock,
        plan=code.Plan(
            rows=rows,
            durations=np.array(draft.durations or [(0, 0, 0, 0.0, 0.0)], dtype=code.DURATION),
            floats=np.concatenate([*draft.floats, np.zeros(1)]),
            ints=np.array([*draft.ints, 0], dtype=np.int64),
            clock=np.ascontiguousarray(clock.hour_of_week[clock.before :], dtype=np.int64),
        ),
        stations=stations,
        sources=sources,
        tallies=tuple(draft.tallies),
        within=tuple(draft.within),
        lines=draft.lines,
        places=draft.places,
        visits=visits,
        marks=len(draft.clocks),
        preempts=bool((stations["preempts"] == 1).any()),
    )


def _duration(draft: _Draft, duration: Duration) -> tuple[int, int, int, float, float]:
    mean, cv = duration.mean or 0.0, duration.cv or 0.0
    if duration.kind == "fixed":
        return code.FIXED, 0, 0, mean, 0.0
    if duration.kind == "exponential":
        return code.EXPONENTIAL, 0, 0, mean, 0.0
    if duration.kind == "lognormal":
        sigma = math.sqrt(math.log1p(cv * cv))
        return code.LOGNORMAL, 0, 0, math.log(mean) - sigma * sigma / 2, sigma
    if duration.kind == "weibull":
        shape = duration.shape or 1.0
        return code.WEIBULL, 0, 0, mean / math.gamma(1 + 1 / shape), 1 / shape
    return _rarer_duration(draft, duration, mean, cv)


def _rarer_duration(draft: _Draft, duration: Duration, mean: float, cv: float) -> tuple[int, int, int, float, float]:
    if duration.kind == "normal":
        return code.NORMAL, 0, 0, mean, mean * cv
    if duration.kind == "uniform":
        return code.UNIFORM, 0, 0, duration.least or 0.0, duration.most or 0.0
    if duration.kind == "gamma":
        spline = gamma_spline(cv)
        return code.SPLINE, draft.numbers(spline), len(spline), mean, 0.0
    if duration.kind == "empirical":
        n = len(duration.values)
        order = np.argsort(duration.values, kind="stable")
        shares = np.asarray(duration.weights or [1 / n] * n)[order]
        pairs = np.column_stack([np.asarray(duration.values)[order], np.cumsum(shares)])
        return code.EMPIRICAL, draft.numbers(pairs), n, 0.0, 0.0
    if duration.kind == "mixture":
        place = draft.table(Durations(rows=duration.parts))
        return code.MIXTURE, place, len(duration.parts), float(draft.numbers(np.cumsum(duration.weights))), 0.0
    return code.NEVER, 0, 0, 0.0, 0.0


def _rows(draft: _Draft) -> np.ndarray:
    model = draft.model
    rows = np.zeros(len(model.steps), dtype=code.ROW)
    rows["visit"] = rows["simple"] = rows["other"] = rows["worsens"] = rows["limit"] = -1
    rows["start"] = rows["stop"] = rows["tally"] = -1
    places = {step.name: place for place, step in enumerate(model.steps)}
    looped = in_cycle(model)
    visits = 0
    for place, step in enumerate(model.steps):
        row = rows[place]
        row["op"], row["key"] = OPS[type(step)], word("step", step.name)
        row["next"] = places.get(following(model, place) or "", -1)
        _FILL[type(step)](draft, row, step, places)
        draws = isinstance(step, Delay | Route | Patience) or (isinstance(step, Seize) and step.worsens is not None)
        if draws and (step.name in looped or row["by"] == code.BY_VISIT):
            row["visit"], visits = visits, visits + 1
    draft.lines = len(model.steps)
    return rows


def choose_by(draft: _Draft, row: np.ndarray, by: str) -> None:
    """Write down by what the line of a row's table is chosen."""
    kind, _, name = by.partition(":")
    row["by"] = BY.index(kind)
    if kind == "attribute":
        row["of"] = [attribute.name for attribute in draft.model.attributes].index(name)
    elif kind == "queue":
        row["of"] = [resource.name for resource in draft.model.resources].index(name)


def _seize(draft: _Draft, row: np.ndarray, step: Seize, places: dict[str, int]) -> None:
    names = [resource.name for resource in draft.model.resources]
    options = [[(names.index(name), units) for name, units in option.items()] for option in step.options]
    row["first"] = draft.wholes(x for option in options for x in (len(option), *(y for claim in option for y in claim)))
    row["width"] = len(options)
    queues = list(dict.fromkeys(resource for option in options for resource, _ in option))
    row["queues"], row["queues_n"] = draft.wholes(queues), len(queues)
    draft.places = max(draft.places, len(queues))
    row["tally"] = draft.tally("wait", step.name)
    if step.queue_limit is not None:
        row["limit"], row["other"] = step.queue_limit, places[step.refused or ""]
    if len(queues) == 1 and options[0][0][1] == 1 and draft.model.resources[queues[0]].overtaking and not step.worsens:
        row["simple"] = queues[0]
    if step.worsens:
        classes = draft.model.classes
        rows = step.worsens.after.rows
        table = draft.table(step.worsens.after)
        becomes = [classes.index(step.worsens.to.get(cls, cls)) for cls in classes]
        row["worsens"] = draft.wholes([*becomes, *(table + (i if len(rows) > 1 else 0) for i in range(len(classes)))])


def _release(draft: _Draft, row: np.ndarray, step: Release, places: dict[str, int]) -> None:
    names = [resource.name for resource in draft.model.resources]
    given = [names.index(name) for name in step.resources] or list(range(len(names)))
    row["first"], row["width"] = draft.wholes(given), len(given)


def _delay(draft: _Draft, row: np.ndarray, step: Delay, places: dict[str, int]) -> None:
    row["first"], row["levels"] = draft.table(step.duration), len(step.duration.rows)
    choose_by(draft, row, step.duration.by)
    row["logged"] = step.activity is not None
    if step.window:
        row["window"] = 2 if step.window.spread else 1
        row["opens"], row["closes"] = step.window.opens, step.window.closes


def _route(draft: _Draft, row: np.ndarray, step: Route, places: dict[str, int]) -> None:
    row["first"] = draft.numbers([np.cumsum(line) for line in step.probabilities])
    row["width"], row["levels"] = len(step.to), len(step.probabilities)
    row["targets"] = draft.wholes(places[name] for name in step.to)
    choose_by(draft, row, step.by)


def _patience(draft: _Draft, row: np.ndarray, step: Patience, places: dict[str, int]) -> None:
    row["first"], row["levels"] = draft.table(step.duration), len(step.duration.rows)
    choose_by(draft, row, step.duration.by)
    row["other"] = places[step.leaves]


def _nothing(draft: _Draft, row: np.ndarray, step: Step, places: dict[str, int]) -> None:
    return


def _mark(draft: _Draft, row: np.ndarray, step: Mark, places: dict[str, int]) -> None:
    row["start"] = draft.clocks.setdefault(step.clock, len(draft.clocks))
    row["logged"] = step.activity is not None


def _tally(draft: _Draft, row: np.ndarray, step: Tally, places: dict[str, int]) -> None:
    row["tally"] = draft.tally("measure", step.measure)
    for end in ("since", "until"):
        clock = getattr(step, end)
        row["start" if end == "since" else "stop"] = (
            -1 if clock is None else draft.clocks.setdefault(clock, len(draft.clocks))
        )
    limits = [(step.measure, limit) for limit in step.within]
    if not all(limit in draft.within for limit in limits):
        draft.within.extend(limits)
    row["targets"] = draft.within.index(limits[0]) if limits else 0
    row["first"], row["levels"] = draft.numbers(step.within), len(limits)
    row["logged"] = step.activity is not None


def _reclass(draft: _Draft, row: np.ndarray, step: Reclass, places: dict[str, int]) -> None:
    classes = draft.model.classes
    row["first"] = draft.wholes(classes.index(step.to.get(cls, cls)) for cls in classes)


def _leave(draft: _Draft, row: np.ndarray, step: Leave, places: dict[str, int]) -> None:
    row["tally"] = draft.tally("stay", step.name)
    row["logged"] = 1


_FILL: dict[type[Step], Any] = dict(
    zip(
        KINDS.values(),
        (_seize, _release, _delay, _route, _patience, _nothing, _mark, _tally, _reclass, _leave),
        strict=True,
    )
)


def _stations(draft: _Draft) -> np.ndarray:
    stations = np.zeros(len(draft.model.resources), dtype=code.STATION)
    heads = 0
    for station, resource in zip(stations, draft.model.resources, strict=True):
        changes = capacities(resource, draft.clock, draft.model.hour, draft.horizon)
        station["capacity"] = changes[0][1]
        station["shifts"] = draft.numbers(changes[1:])
        station["shift_n"] = len(changes) - 1
        heads = _rules(draft, station, resource, heads)
    return stations


def _rules(draft: _Draft, station: np.ndarray, resource: Resource, heads: int) -> int:
    classes = draft.model.classes
    levels = [resource.priority.get(cls, 0) for cls in classes]
    station["levels"], station["heads"] = max(levels) + 1, heads
    station["priorities"] = draft.wholes(levels)
    station["cleaning"] = draft.table(always(resource.cleaning)) if resource.cleaning else -1
    station["preempts"] = resource.on_reduction == "preempt"
    station["overtaking"] = resource.overtaking
    station["ages"] = -1
    if resource.ageing:
        station["ages"] = draft.numbers([resource.ageing.get(cls, code.FOREVER) for cls in classes])
    station["key"] = word("cleaning", resource.name)
    return heads + int(station["levels"])


def _sources(draft: _Draft) -> np.ndarray:
    sources = np.zeros(len(draft.model.arrivals), dtype=code.SOURCE)
    steps = [step.name for step in draft.model.steps]
    for source, arrivals in zip(sources, draft.model.arrivals, strict=True):
        source["to"], source["key"] = steps.index(arrivals.to), word("arrivals", arrivals.name)
        source["classes"] = draft.numbers(np.cumsum([arrivals.classes.get(c, 0.0) for c in draft.model.classes]))
        source["ends"] = math.inf if arrivals.until is None else arrivals.until
        source["share"], source["level"], source["level_of"] = arrivals.factor, -1, -1
        source["pieces_a_level"] = 1 << 60
        if arrivals.kind in ("weekly", "cycle"):
            _rates(draft, source, arrivals)
        elif arrivals.kind == "renewal":
            source["kind"], source["gap"] = code.GAP, draft.table(always(arrivals.gap or Duration(kind="never")))
        else:
            times = sorted(arrivals.times)
            source["kind"], source["first"], source["n"] = code.LIST, draft.numbers(times), len(times)
            source["cyclic"], source["every"] = arrivals.every is not None, arrivals.every or 0.0
            source["share"] = arrivals.shows
    return sources


def _rates(draft: _Draft, source: np.ndarray, arrivals: Arrivals) -> None:
    source["kind"] = code.RATE
    day = len(arrivals.rates)
    if arrivals.kind == "cycle":
        rates = np.asarray(arrivals.rates, dtype=float)
        source["every"], source["cyclic"] = arrivals.every or math.inf, 1
    else:
        hour, day = draft.model.hour, 24
        rates = hourly_rates(arrivals, draft.clock) / hour
        source["share"] = 1.0  # the factor is in the hourly rates
        source["every"], source["cyclic"] = hour, not draft.clock.dated
        source["piece"] = draft.clock.before
        source["origin"] = -(draft.clock.before + draft.clock.phase) * hour
    source["first"], source["n"] = draft.numbers(rates), rates.size
    if arrivals.level_cv > 0:
        source["level"] = draft.table(always(Duration(kind="gamma", mean=1.0, cv=arrivals.level_cv)))
        source["pieces_a_level"] = {"day": day, "week": 7 * day, "run": 1 << 60}[arrivals.level_period]
