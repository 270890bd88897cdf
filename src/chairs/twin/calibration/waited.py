"""Waits that go on by night and end when work begins: how long they were meant to be, behind what is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import HOUR, MINUTE
from chairs.twin.calibration.modes import Spans
from chairs.twin.calibration.opening import WEEK, Hours, hour_of_week
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
    """Observed waits: length and its class; classes in which they may have been meant to end, and time after opening.

    `may` says whether a wait may have ended while it was closed, `opening` which of the openings it ended after.
    """

    lasted: np.ndarray
    place: np.ndarray
    may: np.ndarray
    low: np.ndarray
    high: np.ndarray
    after: np.ndarray
    opening: np.ndarray


def _seen(spans: Spans, hours: Hours) -> _Seen:
    hour = hour_of_week(spans.until)
    ago = hours.since_open[hour]
    opened = (spans.until // HOUR - ago) * HOUR
    before = hours.closed[(hour - ago - 1) % WEEK]
    may = (ago >= 0) & (spans.since < opened)
    low = np.maximum(opened - before * HOUR - spans.since, 0) / MINUTE
    high = np.maximum(opened - spans.since, 0) / MINUTE
    first = np.searchsorted(EDGES, low, side="right") - 1
    last = np.maximum(np.searchsorted(EDGES, high, side="left"), first + 1)
    lasted = (spans.until - spans.since) / MINUTE
    place = np.minimum(np.searchsorted(EDGES, lasted, side="right") - 1, len(EDGES) - 2)
    after = np.where(may, (spans.until - opened) / MINUTE, 0.0)
    return _Seen(lasted, place, may, first, np.minimum(last, len(EDGES) - 1), after,
                 hours.opening[(hour - np.maximum(ago, 0)) % WEEK])  # fmt: skip


def _closed(seen: _Seen, waits: Waits) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability that each wait was over while closed, and the mass of the classes it may have ended in."""
    summed = np.concatenate([[0.0], np.cumsum(waits.mass)])
    inside = summed[seen.high] - summed[seen.low]
    late = waits.after[seen.opening, _class(seen)] / TO_BEGIN
    direct = waits.mass[seen.place] / np.diff(EDGES)[seen.place]
    odds = np.where(seen.may, inside * late, 0.0)
    return odds / np.maximum(odds + direct, 1e-300), inside


def _class(seen: _Seen) -> np.ndarray:
    return np.minimum((seen.after / TO_BEGIN).astype(np.int64), CLASSES - 1)


def _mass(seen: _Seen, weights: np.ndarray, closed: np.ndarray, waits: Waits, inside: np.ndarray) -> np.ndarray:
    """Return the mass of each class: waits that ended in hours where they ended, others spread as the kind's are."""
    n = len(EDGES) - 1
    found = np.bincount(seen.place, weights * (1 - closed), n)
    share = np.where(closed > 0, weights * closed / np.maximum(inside, 1e-300), 0.0)
    begun = np.bincount(seen.low, share, n + 1) - np.bincount(seen.high, share, n + 1)
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
        after = np.bincount(seen.opening * CLASSES + _class(seen), weights * closed, after.size).reshape(after.shape)
        after = after + PRIOR * (after.sum(axis=0) + 1e-9) / (after.sum() + 1e-9)
        waits = Waits(hours, mass / mass.sum(), after / after.sum(axis=1, keepdims=True))
    return waits


def meant(spans: Spans, waits: Waits) -> Duration:
    """Return the distribution of the waits meant, minutes, of some of a kind."""
    seen, weights = _seen(spans, waits.hours), spans.weights + 1e-12
    closed, inside = _closed(seen, waits)
    mass = _mass(seen, weights, closed, waits, inside)
    direct = np.bincount(seen.place, weights * (1 - closed), len(mass))
    times = np.bincount(seen.place, weights * (1 - closed) * seen.lasted, len(mass))
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
        found.append(empirical(np.minimum(60.0 * hour + values, LATEST), shares))
    return tuple(found)
