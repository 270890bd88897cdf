"""From a model to the arrays of the engine: nothing is compiled, a table is filled in."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from chairs.core.counter import word
from chairs.twin.arrivals import Arrivals
from chairs.twin.clock import Clock, read_clock
from chairs.twin.draft import Draft
from chairs.twin.durations import Duration, always
from chairs.twin.engine import layout as code
from chairs.twin.graph import all_ask_alike, following, in_cycle
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.rosters import capacity_cycle, hourly_rates
from chairs.twin.steps import KINDS, Delay, Leave, Mark, Patience, Reclass, Release, Route, Seize, Step, Tally

OPS = {kind: place for place, kind in enumerate(KINDS.values())}
BY = ("all", "class", "attribute", "visit", "hour", "hour_of_week", "queue", "weekday")


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
    wholes: np.ndarray
    reals: np.ndarray
    rows: np.ndarray
    durations: np.ndarray
    durations_x: np.ndarray
    hours: np.ndarray
    stations: np.ndarray
    sources: np.ndarray
    sources_x: np.ndarray
    tallies: tuple[tuple[str, str], ...]
    within: tuple[tuple[str, float], ...]
    places: int
    visits: int
    marks: int


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
    draft = Draft(model=model, clock=clock, horizon=horizon)
    draft.ints.extend([0] * (3 * len(model.attributes)))
    for i, attribute in enumerate(model.attributes):
        shares = [attribute.by_class.get(cls, attribute.shares) for cls in model.classes]
        place = draft.numbers([np.cumsum(line) for line in shares])
        draft.ints[3 * i : 3 * i + 3] = [word("attribute", attribute.name), len(attribute.levels), place]
    rows = _rows(draft)
    stations = _stations(draft)
    sources, sources_x = _sources(draft)
    durations = draft.durations or [(0, 0, 0, 0.0, 0.0)]
    return Program(
        model=model,
        horizon=horizon,
        start=start,
        clock=clock,
        wholes=np.array(draft.ints, dtype=np.int64),
        reals=np.concatenate([np.zeros(0), *draft.floats]),
        rows=rows,
        durations=np.array([line[:3] for line in durations], dtype=np.int64),
        durations_x=np.array([line[3:] for line in durations]),
        hours=clock.hour_of_week[clock.before :] if _needs_hours(model) else np.zeros(1, dtype=np.int64),
        stations=stations,
        sources=sources,
        sources_x=sources_x,
        tallies=tuple(draft.tallies),
        within=tuple(draft.within),
        places=draft.places,
        visits=1 + max((int(visit) for visit in rows[:, code.R_VISIT]), default=-1),
        marks=len(draft.clocks),
    )


def _needs_hours(model: Model) -> bool:
    tables = [step.duration.by for step in model.steps if isinstance(step, Delay | Patience)]
    tables += [step.by for step in model.steps if isinstance(step, Route)]
    clocked = any(isinstance(step, Delay) and (step.window or step.lands) for step in model.steps)
    return clocked or any(by.startswith(("hour", "weekday")) for by in tables)


def _rows(draft: Draft) -> np.ndarray:
    model = draft.model
    rows = np.zeros((len(model.steps), code.R_WIDE), dtype=np.int64)
    for word_ in (code.R_VISIT, code.R_SIMPLE, code.R_OTHER, code.R_WORSENS, code.R_LIMIT, code.R_START, code.R_STOP):
        rows[:, word_] = -1
    places = {step.name: place for place, step in enumerate(model.steps)}
    looped = in_cycle(model)
    visits = 0
    for place, step in enumerate(model.steps):
        row = rows[place]
        row[code.R_OP], row[code.R_KEY] = OPS[type(step)], word("step", step.name)
        row[code.R_NEXT] = places.get(following(model, place) or "", -1)
        _FILL[type(step)](draft, row, step, places)
        draws = isinstance(step, Delay | Route | Patience) or (isinstance(step, Seize) and step.worsens is not None)
        if draws and (step.name in looped or row[code.R_BY] == code.BY_VISIT):
            row[code.R_VISIT], visits = visits, visits + 1
    return rows


def choose_by(draft: Draft, row: np.ndarray, by: str) -> None:
    """Write down by what the line of a row's table is chosen."""
    kind, _, name = by.partition(":")
    row[code.R_BY] = BY.index(kind)
    if kind == "attribute":
        row[code.R_OF] = [attribute.name for attribute in draft.model.attributes].index(name)
    elif kind == "queue":
        row[code.R_OF] = [resource.name for resource in draft.model.resources].index(name)


def _seize(draft: Draft, row: np.ndarray, step: Seize, places: dict[str, int]) -> None:
    names = [resource.name for resource in draft.model.resources]
    options = [[(names.index(name), units) for name, units in option.items()] for option in step.options]
    row[code.R_FIRST] = draft.wholes(
        x for option in options for x in (len(option), *(y for claim in option for y in claim))
    )
    row[code.R_WIDTH] = len(options)
    queues = list(dict.fromkeys(resource for option in options for resource, _ in option))
    row[code.R_QUEUES], row[code.R_QUEUES_N] = draft.wholes(queues), len(queues)
    draft.places = max(draft.places, len(queues))
    row[code.R_TALLY] = draft.tally("wait", step.name)
    if step.queue_limit is not None:
        row[code.R_LIMIT], row[code.R_OTHER] = step.queue_limit, places[step.refused or ""]
    if len(queues) == 1 and options[0][0][1] == 1 and draft.model.resources[queues[0]].overtaking and not step.worsens:
        row[code.R_SIMPLE] = queues[0]
    if step.worsens:
        classes = draft.model.classes
        rows = step.worsens.after.rows
        table = draft.table(step.worsens.after)
        becomes = [classes.index(step.worsens.to.get(cls, cls)) for cls in classes]
        row[code.R_WORSENS] = draft.wholes(
            [*becomes, *(table + (i if len(rows) > 1 else 0) for i in range(len(classes)))]
        )


def _release(draft: Draft, row: np.ndarray, step: Release, places: dict[str, int]) -> None:
    names = [resource.name for resource in draft.model.resources]
    given = [names.index(name) for name in step.resources] or list(range(len(names)))
    row[code.R_FIRST], row[code.R_WIDTH] = draft.wholes(given), len(given)


def _delay(draft: Draft, row: np.ndarray, step: Delay, places: dict[str, int]) -> None:
    row[code.R_FIRST], row[code.R_LEVELS] = draft.table(step.duration), len(step.duration.rows)
    choose_by(draft, row, step.duration.by)
    row[code.R_LOGGED] = step.activity is not None
    if step.window:
        row[code.R_WINDOW] = 2 if step.window.spread else 1
        row[code.R_TARGETS] = draft.numbers((step.window.opens, step.window.closes))
    elif step.lands:
        row[code.R_WINDOW], row[code.R_TARGETS] = 3, draft.table(always(step.lands))
        row[code.R_OTHER] = draft.held(step.held)


def _route(draft: Draft, row: np.ndarray, step: Route, places: dict[str, int]) -> None:
    row[code.R_FIRST] = draft.numbers(np.cumsum(np.asarray(step.probabilities, dtype=float), axis=1))
    row[code.R_WIDTH], row[code.R_LEVELS] = len(step.to), len(step.probabilities)
    row[code.R_TARGETS] = draft.wholes(places[name] for name in step.to)
    choose_by(draft, row, step.by)


def _patience(draft: Draft, row: np.ndarray, step: Patience, places: dict[str, int]) -> None:
    row[code.R_FIRST], row[code.R_LEVELS] = draft.table(step.duration), len(step.duration.rows)
    choose_by(draft, row, step.duration.by)
    row[code.R_OTHER] = places[step.leaves]


def _nothing(draft: Draft, row: np.ndarray, step: Step, places: dict[str, int]) -> None:
    return


def _mark(draft: Draft, row: np.ndarray, step: Mark, places: dict[str, int]) -> None:
    row[code.R_START] = draft.clocks.setdefault(step.clock, len(draft.clocks))
    row[code.R_LOGGED] = step.activity is not None


def _tally(draft: Draft, row: np.ndarray, step: Tally, places: dict[str, int]) -> None:
    row[code.R_TALLY] = draft.tally("measure", step.measure)
    for end in ("since", "until"):
        clock = getattr(step, end)
        row[code.R_START if end == "since" else code.R_STOP] = (
            -1 if clock is None else draft.clocks.setdefault(clock, len(draft.clocks))
        )
    limits = [(step.measure, limit) for limit in step.within]
    if not all(limit in draft.within for limit in limits):
        draft.within.extend(limits)
    row[code.R_TARGETS] = draft.within.index(limits[0]) if limits else 0
    row[code.R_FIRST], row[code.R_LEVELS] = draft.numbers(step.within), len(limits)
    row[code.R_LOGGED] = step.activity is not None


def _reclass(draft: Draft, row: np.ndarray, step: Reclass, places: dict[str, int]) -> None:
    classes = draft.model.classes
    row[code.R_FIRST] = draft.wholes(classes.index(step.to.get(cls, cls)) for cls in classes)


def _leave(draft: Draft, row: np.ndarray, step: Leave, places: dict[str, int]) -> None:
    row[code.R_TALLY] = draft.tally("stay", step.name)
    row[code.R_LOGGED] = 1


_EACH = (_seize, _release, _delay, _route, _patience, _nothing, _mark, _tally, _reclass, _leave)
_FILL: dict[type[Step], Any] = dict(zip(KINDS.values(), _EACH, strict=True))


def _stations(draft: Draft) -> np.ndarray:
    stations = np.zeros((len(draft.model.resources), code.S_WIDE), dtype=np.int64)
    heads = 0
    for station, resource in zip(stations, draft.model.resources, strict=True):
        period, changes = capacity_cycle(resource, draft.clock, draft.model.hour, draft.horizon)
        station[code.S_CAPACITY], station[code.S_SHIFT_N] = changes[0][1], len(changes) - 1
        station[code.S_SHIFTS] = draft.numbers([(period, 0.0), *changes[1:]])
        heads = _rules(draft, station, resource, heads)
    return stations


def _rules(draft: Draft, station: np.ndarray, resource: Resource, heads: int) -> int:
    classes = draft.model.classes
    levels = [resource.priority.get(cls, 0) for cls in classes]
    station[code.S_LEVELS], station[code.S_HEADS] = max(levels) + 1, heads
    station[code.S_PRIORITIES] = draft.wholes(levels)
    station[code.S_CLEANING] = draft.table(always(resource.cleaning)) if resource.cleaning else -1
    station[code.S_PREEMPTS] = resource.on_reduction == "preempt"
    station[code.S_OVERTAKING] = resource.overtaking
    station[code.S_ALIKE] = not resource.overtaking or all_ask_alike(draft.model, resource)
    station[code.S_AGES] = -1
    if resource.ageing:
        station[code.S_AGES] = draft.numbers([resource.ageing.get(cls, code.FOREVER) for cls in classes])
    station[code.S_KEY] = word("cleaning", resource.name)
    return heads + int(station[code.S_LEVELS])


def _sources(draft: Draft) -> tuple[np.ndarray, np.ndarray]:
    wholes = np.zeros((len(draft.model.arrivals), code.A_WIDE), dtype=np.int64)
    reals = np.zeros((len(draft.model.arrivals), code.AX_WIDE))
    steps = [step.name for step in draft.model.steps]
    for whole, real, arrivals in zip(wholes, reals, draft.model.arrivals, strict=True):
        whole[code.A_TO], whole[code.A_KEY] = steps.index(arrivals.to), word("arrivals", arrivals.name)
        whole[code.A_LEVEL_KEY] = word("arrivals", arrivals.level_group or arrivals.name)
        whole[code.A_CLASSES] = draft.numbers(np.cumsum([arrivals.classes.get(c, 0.0) for c in draft.model.classes]))
        real[code.AX_ENDS] = math.inf if arrivals.until is None else arrivals.until
        real[code.AX_SHARE], whole[code.A_LEVEL], whole[code.A_LEVEL_OF] = arrivals.factor, -1, -1
        whole[code.A_PIECES_A_LEVEL] = 1 << 60
        if arrivals.kind in ("weekly", "cycle"):
            _rates(draft, whole, real, arrivals)
        elif arrivals.kind == "renewal":
            whole[code.A_KIND], whole[code.A_GAP] = (
                code.GAP,
                draft.table(always(arrivals.gap or Duration(kind="never"))),
            )
        else:
            times = sorted(arrivals.times)
            whole[code.A_KIND], whole[code.A_FIRST], whole[code.A_N] = code.LIST, draft.numbers(times), len(times)
            whole[code.A_CYCLIC], real[code.AX_EVERY] = arrivals.every is not None, arrivals.every or 0.0
            real[code.AX_SHARE] = arrivals.shows
    return wholes, reals


def _rates(draft: Draft, whole: np.ndarray, real: np.ndarray, arrivals: Arrivals) -> None:
    whole[code.A_KIND] = code.RATE
    day = len(arrivals.rates)
    if arrivals.kind == "cycle":
        rates = np.asarray(arrivals.rates, dtype=float)
        real[code.AX_EVERY], whole[code.A_CYCLIC] = arrivals.every or math.inf, 1
    else:
        hour, parts = draft.model.hour, max(len(arrivals.within), 1)
        day = 24 * parts
        rates = np.outer(hourly_rates(arrivals, draft.clock) / hour, arrivals.within or (1.0,)).ravel()
        real[code.AX_SHARE] = 1.0  # the factor is in the hourly rates
        real[code.AX_EVERY], whole[code.A_CYCLIC] = hour / parts, not draft.clock.dated
        whole[code.A_PIECE] = draft.clock.before * parts
        real[code.AX_ORIGIN] = -(draft.clock.before + draft.clock.phase) * hour
    whole[code.A_FIRST], whole[code.A_N] = draft.numbers(rates), rates.size
    if arrivals.level_cv > 0:
        whole[code.A_LEVEL] = draft.table(always(Duration(kind="gamma", mean=1.0, cv=arrivals.level_cv)))
        whole[code.A_PIECES_A_LEVEL] = {"day": day, "week": 7 * day, "run": 1 << 60}[arrivals.level_period]
