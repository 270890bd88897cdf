"""Waits that go on by night and end when work begins: how long they were meant to be, behind what is seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import HOUR, MINUTE
from chairs.twin.calibration.modes import Spans
from chairs.twin.calibration.opening import BREAK, WEEK, Hours, hour_of_week
from chairs.twin.calibration.shapes import A_POINT, POINTS, empirical, spread_out
from chairs.twin.durations import Duration

ROUNDS = 60
FINENESS = 1.02  # ratio of two edges of the grid of waits
LONGEST = 60 * 24 * 365.0
TO_BEGIN = 10.0  # minutes: class of the time from opening to the end of the wait
CLASSES = 144
SMOOTH = (0.25, 0.5, 0.25)
LEAST_AN_OPENING = 60  # waits ended by one hour of opening before it has its own time to begin
LANDINGS = 12
PRIOR = 5.0  # waits that an opening is drawn towards all of them by
LATEST = 1439.0  # minute of the day
NOTHING = Duration(kind="fixed", mean=0.0)


@dataclass(frozen=True)
class Waits:
    """Distribution of the waits meant (mass by class of `EDGES`, minutes) and of what passes after each opening."""

    hours: Hours
    mass: np.ndarray
    after: np.ndarray


def _edges() -> np.ndarray:
    n = int(np.log(LONGEST) / np.log(FINENESS)) + 1
    return np.concatenate([[0.0], FINENESS ** np.arange(n + 1)])


EDGES = _edges()


@dataclass(frozen=True)
class _Seen:
    """Observed waits, and the closed times that each may have been meant to end in (a line each).

    Length and its class; of each closed time, whether there is one, the classes that lie in it, what passed since work
    began again, and which of the openings that was.
    """

    lasted: np.ndarray
    place: np.ndarray
    may: np.ndarray
    low: np.ndarray
    high: np.ndarray
    after: np.ndarray
    opening: np.ndarray


def _seen(spans: Spans, hours: Hours) -> _Seen:
    lasted = (spans.until - spans.since) / MINUTE
    place = np.minimum(np.searchsorted(EDGES, lasted, side="right") - 1, len(EDGES) - 2)
    closings = zip(*_closings(spans, hours), strict=True)
    return _Seen(lasted, place, *(np.stack(lines) for lines in closings))


def _closings(spans: Spans, hours: Hours) -> Iterator[tuple[np.ndarray, ...]]:
    """Give the closed time before each wait ended; where that is a break, the one before on the same day too.

    Who is to come back on Saturday may be seen on Monday afternoon, the morning being taken.
    """
    hour = hour_of_week(spans.until)
    ago, there = hours.since_open[hour], np.ones(len(hour), dtype=bool)
    while True:
        before = hours.closed[(hour - ago - 1) % WEEK]
        opened = (spans.until // HOUR - ago) * HOUR
        may = there & (ago >= 0) & (spans.since < opened)
        low = np.searchsorted(EDGES, np.maximum(opened - before * HOUR - spans.since, 0) / MINUTE, side="right") - 1
        high = np.searchsorted(EDGES, np.maximum(opened - spans.since, 0) / MINUTE, side="left")
        after = np.where(may, (spans.until - opened) / MINUTE, 0.0)
        opening = hours.opening[(hour - np.maximum(ago, 0)) % WEEK]
        yield may, low, np.minimum(np.maximum(high, low + 1), len(EDGES) - 1), after, opening
        earlier = ago + before + 1 + hours.since_open[(hour - ago - 1 - before) % WEEK]
        there = may & (before <= BREAK) & (earlier <= spans.until // HOUR % 24)
        if not there.any():
            return
        ago = np.where(there, earlier, ago)


def _closed(seen: _Seen, waits: Waits) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability that each wait was over in each closed time, and the mass of the classes in it."""
    summed = np.concatenate([[0.0], np.cumsum(waits.mass)])
    inside = summed[seen.high] - summed[seen.low]
    late = waits.after[seen.opening, _class(seen)] / TO_BEGIN
    direct = waits.mass[seen.place] / np.diff(EDGES)[seen.place]
    odds = np.where(seen.may, inside * late, 0.0)
    return odds / np.maximum(odds.sum(axis=0) + direct, 1e-300), inside


def _class(seen: _Seen) -> np.ndarray:
    return np.minimum((seen.after / TO_BEGIN).astype(np.int64), CLASSES - 1)


def _mass(seen: _Seen, weights: np.ndarray, closed: np.ndarray, waits: Waits, inside: np.ndarray) -> np.ndarray:
    """Return the mass of each class: waits that ended in hours where they ended, others spread as the kind's are."""
    n = len(EDGES) - 1
    found = np.bincount(seen.place, weights * (1 - closed.sum(axis=0)), n)
    share = np.where(closed > 0, weights * closed / np.maximum(inside, 1e-300), 0.0).ravel()
    begun = np.bincount(seen.low.ravel(), share, n + 1) - np.bincount(seen.high.ravel(), share, n + 1)
    return np.asarray(found + np.maximum(np.cumsum(begun)[:n], 0.0) * waits.mass)


def read_waits(spans: Spans, hours: Hours) -> Waits:
    """Return how long waits of a kind were meant to be, by expectation and maximisation.

    Notes
    -----
    A wait that ends in hours of work after a closed time was either meant to end then, or during the closed time and
    went on when work began: censored to an interval (Turnbull 1976), with smoothing after each round (Silverman,
    Jones, Wilson & Nychka 1990).
    """
    seen, weights = _seen(spans, hours), spans.weights + 1e-12
    mass = np.log(EDGES[1:] / np.maximum(EDGES[:-1], 0.1))
    after = np.tile(np.exp(-np.arange(CLASSES) / 3.0), (len(hours.openings), 1))
    waits = Waits(hours, mass / mass.sum(), after / after.sum(axis=1, keepdims=True))
    for _ in range(ROUNDS):
        closed, inside = _closed(seen, waits)
        mass = np.convolve(_mass(seen, weights, closed, waits, inside), SMOOTH, mode="same")
        which = (seen.opening * CLASSES + _class(seen)).ravel()
        after = np.bincount(which, (weights * closed).ravel(), after.size).reshape(after.shape)
        after = after + PRIOR * (after.sum(axis=0) + 1e-9) / (after.sum() + 1e-9)
        waits = Waits(hours, mass / mass.sum(), after / after.sum(axis=1, keepdims=True))
    return waits


def meant(spans: Spans, waits: Waits) -> Duration:
    """Return the distribution of the waits meant, minutes, of some of a kind."""
    seen, weights = _seen(spans, waits.hours), spans.weights + 1e-12
    closed, inside = _closed(seen, waits)
    mass = _mass(seen, weights, closed, waits, inside)
    there = weights * (1 - closed.sum(axis=0))
    direct, times = (np.bincount(seen.place, some, len(mass)) for some in (there, there * seen.lasted))
    middle = (EDGES[:-1] + EDGES[1:]) / 2
    values = (times + (mass - direct) * middle) / np.maximum(mass, 1e-300)
    kept = mass > 0
    return condensed(values[kept], mass[kept], max(1, min(POINTS, len(spans.since) // A_POINT)))


def condensed(values: np.ndarray, mass: np.ndarray, points: int) -> Duration:
    """Return a distribution as means of so many equal parts of its mass."""
    order = np.argsort(values, kind="stable")
    summed = np.concatenate([[0.0], np.cumsum(mass[order])])
    times = np.concatenate([[0.0], np.cumsum(mass[order] * values[order])])
    cuts = np.linspace(0.0, summed[-1], points + 1)
    means = np.diff(np.interp(cuts, summed, times)) / (summed[-1] / points)
    return empirical(np.maximum(means, 0.0), np.ones(points))


def begins(spans: Spans, waits: Waits) -> tuple[Duration, ...]:
    """Return, for each opening, the time of day at which waits that were over by then end."""
    seen, weights = _seen(spans, waits.hours), spans.weights + 1e-12
    mass = weights * _closed(seen, waits)[0]
    found = []
    for number, (hour, _) in enumerate(waits.hours.openings):
        own = (seen.opening == number) & (mass > 0)
        own = own if mass[own].sum() >= LEAST_AN_OPENING else mass > 0
        points = min(LANDINGS, int(mass[own].sum()) // A_POINT)
        after = condensed(seen.after[own], mass[own], points) if points else NOTHING
        values, shares = spread_out(after)
        found.append(empirical(_open_at(np.minimum(60.0 * hour + values, LATEST), waits.hours), shares))
    return tuple(found)


def _open_at(minutes: np.ndarray, hours: Hours) -> np.ndarray:
    """Return times of day, those within a break moved to its end: means of moments on both sides of it lie there."""
    of_day = hours.worked_hours.reshape(7, 24).any(axis=0)
    ahead = np.stack([np.roll(of_day, -wait) for wait in range(24)]).argmax(axis=0)
    hour = (minutes // 60).astype(np.int64)
    return np.where((ahead[hour] > 0) & (ahead[hour] <= BREAK), 60.0 * (hour + ahead[hour]), minutes)
