"""Delays one after the other: who is past the first is in the next since then, and not since he was last seen."""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterator, Sequence

import numpy as np

from chairs.twin.ahead import DEEPEST, RAREST, Spot, When
from chairs.twin.chances import Chance, Clock, Drawn, row_at
from chairs.twin.durations import Duration
from chairs.twin.following import BY_TIME, Map
from chairs.twin.quantiles import beyond, upper
from chairs.twin.resting import POINTS, begin, grid
from chairs.twin.steps import Delay

EVEN, QUANTILES = 36, 12  # parts of equal length and of equal weight into which a continuous length is cut
MANY = 96  # moments that are kept one by one

Moments = np.ndarray  # two columns: times since he was last seen, and their shares


def later(found: Map, spot: Spot, drawn: Drawn, clock: Clock, cls: int) -> Iterator[Chance]:
    """Give where somebody may be who is past a delay, and not yet at a step that the event log shows.

    Parameters
    ----------
    spot
        The first delay on his way.
    drawn
        Weight of the way to it, time since it began, what he holds.
    clock
        Now, and when it began, local.
    cls
        Place of his class in the model.

    Notes
    -----
    Let the delays on a way last D1, D2, ... Somebody last seen a time t ago is in the second if D1 = s <= t and
    D2 > t - s, and it began s after he was seen: the hour of the week of that moment chooses the route and the line
    of a table by hour, and the opening that is waited for. So the moments at which a delay may have ended are carried
    from each delay to those that follow it. They are exact where lengths are discrete (up to 96 of them, then means by
    hour and twelfth); of a continuous one the middles of 36 equal parts and of 12 of equal weight stand for all, and
    what is left of one that goes on is drawn by the engine, or, where it goes by the hour or day of its beginning, from
    12 to 100 quantiles. A window of hours or days of rest at a delay that is over
    are passed over. The last one given has no weight: where he would be if none had any, the model knowing nobody who
    takes so long. Checked against laws worked out by hand and against runs of the engine
    (`tests/unit/twin/test_successive.py`).
    """
    asked = (drawn[1], clock)
    here = {spot.step: np.array([[0.0, 1.0]])}
    for _ in range(DEEPEST):
        ahead: dict[str, list[Moments]] = {}
        for name, begun in here.items():
            for to, moments in _gone_on(found, (name, spot.released, cls), begun, asked):
                ahead.setdefault(to, []).append(moments)
        here = {name: _condensed(parts, clock[1], found.model.hour) for name, parts in ahead.items()}
        if not here:
            break
        for name, begun in here.items():
            yield from _there(found, name, begun, (drawn, clock))
    when = (clock[0].hour, clock[0].weekday(), cls)
    yield Chance(weight=0.0, step=_last(found, spot, when), elapsed=drawn[1], holds=drawn[2])


def _last(found: Map, spot: Spot, when: When) -> str:
    """Return the last delay of the likeliest way on."""
    name = spot.step
    for _ in range(DEEPEST):
        ways = found.next_delays(name, when, spot.released)
        if not ways:
            break
        name = max(ways, key=lambda way: way.weight).step
    return name


def _gone_on(
    found: Map, who: tuple[str, bool, int], begun: Moments, asked: tuple[float, Clock]
) -> Iterator[tuple[str, Moments]]:
    """Give the delays after one, and the moments at which they may have begun."""
    name, released, cls = who
    step, (elapsed, (_, since)) = _delay(found, name), asked
    tail, parts = found.tail(name, released), []
    for local, some in _alike(step, begun, since, found.model.hour):
        ends, shares = _ends(found, step, (local, some[:, 0]), (elapsed - tail, elapsed))
        both = np.column_stack([ends.ravel(), np.outer(some[:, 1], shares).ravel()])
        parts.append(both[(both[:, 0] > elapsed - tail) & (both[:, 0] <= elapsed) & (both[:, 1] > RAREST)])
    ends = np.concatenate(parts)
    for local, some in _by_hour(ends[np.argsort(ends[:, 0], kind="stable")], since, found.model.hour):
        for way in found.next_delays(name, (local.hour, local.weekday(), cls), released):
            yield way.step, some * (1.0, way.weight)


def _there(found: Map, name: str, begun: Moments, given: tuple[Drawn, Clock]) -> Iterator[Chance]:
    """Give the chance of being in a delay now that began at one of these moments."""
    (weight, elapsed, holds), (_, since) = given
    step, hour, rests = _delay(found, name), found.model.hour, []
    plain = step.window is None and step.held is None
    for local, some in _alike(step, begun, since, hour):
        row = row_at(step.duration, local)
        begins, after = begin(local, hour / 60), some[:, 0] - some[0, 0]
        known = found.resting.ends_from(row, step.lands, begins, after, hour / 60) if plain else None
        if known is None and plain and step.lands is None and step.duration.by in BY_TIME and row.kind != "never":
            points = max(POINTS // len(begun), QUANTILES)  # the engine would draw with the line of the run's start
            for at, share in some.tolist():
                lengths, shares = grid(row, (elapsed - at, math.inf), points)
                rests.append(np.column_stack([lengths - (elapsed - at), share * shares])[lengths > elapsed - at])
            continue
        if known is None:
            for at, share in some.tolist():
                left = weight * share * found.surviving.of(row, elapsed - at)
                if left > 0:
                    yield Chance(weight=left, step=name, elapsed=elapsed - at, holds=holds)
            continue
        left = known[0].ravel() + (some[0, 0] - elapsed)
        rests.append(np.column_stack([left, np.outer(some[:, 1], known[1]).ravel()])[left > 0])
    rest = np.concatenate(rests) if rests else np.zeros((0, 2))
    if len(rest):
        mass = float(np.cumsum(rest[:, 1])[-1])
        yield Chance(weight=weight * mass, step=name, elapsed=elapsed, holds=holds, rest=rest)


def _delay(found: Map, name: str) -> Delay:
    step = found.steps[name]
    assert isinstance(step, Delay)
    return step


def _local(since: dt.datetime, minutes: float) -> dt.datetime:
    """Return the local moment so many minutes after another."""
    return (since.astimezone(dt.UTC) + dt.timedelta(minutes=minutes)).astimezone(since.tzinfo)


def _alike(step: Delay, begun: Moments, since: dt.datetime, hour: float) -> Iterator[tuple[dt.datetime, Moments]]:
    """Give the moments from which a delay lasts or ends alike together, with the first of them on the local clock."""
    if step.lands is not None or step.duration.by in BY_TIME:
        yield from _by_hour(begun, since, hour)
    else:
        yield since, begun


def _by_hour(moments: Moments, since: dt.datetime, hour: float) -> Iterator[tuple[dt.datetime, Moments]]:
    """Give ordered moments by the hour of the clock in which they lie."""
    which = _hours(moments, since, hour)
    bounds = [*np.flatnonzero(np.diff(which, prepend=-1.0)).tolist(), len(which)]
    for first, last in itertools.pairwise(bounds):
        yield _local(since, float(moments[first, 0]) / hour * 60), moments[first:last]


def _hours(moments: Moments, since: dt.datetime, hour: float) -> np.ndarray:
    """Return the hours of the clock that have passed since the one in which he was last seen began."""
    into = (since.minute + since.second / 60 + since.microsecond / 6e7) / 60
    passed: np.ndarray = np.floor(moments[:, 0] / hour + into + 1e-9)  # what ends on the hour lies in the next
    return passed


def _ends(
    found: Map, step: Delay, begun: tuple[dt.datetime, np.ndarray], span: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return when a delay ends that begins at one of several moments, and the shares: all in the span, perhaps more."""
    local, at = begun
    row, minute = row_at(step.duration, local), found.model.hour / 60
    for lands in (step.lands, None):
        known = found.resting.ends_from(row, lands, begin(local, minute), at - at[0], minute)
        if known is not None:
            return np.maximum(known[0] + at[0], at[:, None]), known[1]  # none ends before it began
    lengths, shares = _cells(found, row, (max(span[0] - float(at[-1]), 0.0), span[1] - float(at[0])))
    return at[:, None] + lengths, shares


def _cells(found: Map, row: Duration, span: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Return lengths that stand for those of a continuous one within a span: the middles of many short parts of it."""
    known = found.resting.points(row)
    if known is not None:
        return known
    if row.kind == "mixture":
        parts = [_cells(found, part, span) for part in row.parts]
        shares = [weight * part[1] for weight, part in zip(row.weights, parts, strict=True)]
        return np.concatenate([part[0] for part in parts]), np.concatenate(shares)
    above, below = row.survival(span[1]), row.survival(span[0])
    if below - above <= RAREST:
        return np.zeros(0), np.zeros(0)
    levels = above + (below - above) * np.arange(1, QUANTILES) / QUANTILES
    edges = np.unique(np.concatenate([np.clip(upper(row, levels), *span), np.linspace(*span, EVEN + 1)]))
    lost = -np.diff(beyond(row, edges), prepend=1.0 if span[0] == 0 else below)
    return np.append(edges[0], (edges[1:] + edges[:-1]) / 2), lost


def _condensed(parts: Sequence[Moments], since: dt.datetime, hour: float) -> Moments:
    """Return the moments in their order; many of them as their means, apart by hour of the clock and by quantile."""
    found = np.concatenate(parts)
    found = found[np.argsort(found[:, 0], kind="stable")]
    if len(found) <= MANY:
        return found
    so_far = np.cumsum(found[:, 1])
    level = np.minimum(np.floor((so_far - found[:, 1] / 2) / so_far[-1] * QUANTILES), QUANTILES - 1)
    _, group = np.unique(_hours(found, since, hour) * QUANTILES + level, return_inverse=True)
    share = np.bincount(group, found[:, 1])
    return np.column_stack([np.bincount(group, found[:, 0] * found[:, 1]) / share, share])
