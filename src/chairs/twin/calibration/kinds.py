"""How the clock matters to spans of a kind: the form under which held-out ones are foretold best."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from chairs.twin.calibration.journal import DAY, HOUR, MINUTE, Journal
from chairs.twin.calibration.lapses import BY_CLOCK, BY_WAIT, BY_WORK, Gate, Kind, Lapse, fit_lapse
from chairs.twin.calibration.modes import AT_ONCE, LATER, LINES, SOON, Spans, lines_of
from chairs.twin.calibration.opening import ENOUGH_FOR_HOURS, Hours, hour_of, hour_of_week, read_hours, weekday_of
from chairs.twin.calibration.shapes import spread_out
from chairs.twin.calibration.waited import read_waits
from chairs.twin.durations import Duration, Durations

MOST_TRIED = 400  # held-out spans by which the form is chosen
CLEARLY = 0.99  # another form than the clock's must be better by so much
LEAST_TRIED = 30
LENGTHS, DAYS, HANDS, STARTS = 16, 8, 6, 3  # points that stand for a distribution


def happened(journal: Journal, step: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what gives all moments of the activity that most of some visits lead to (by the steps given)."""
    activity = np.unique(journal.activities or journal.steps, return_inverse=True)[1].ravel()
    own = activity[journal.step]

    def moments(visits: np.ndarray) -> np.ndarray:
        one = int(np.bincount(activity[step[visits]]).argmax())
        return np.concatenate([journal.start[own == one], journal.end[(own == one) & ~journal.going]])

    return moments


@dataclass
class Kinds:
    """What is known of all spans of a kind, looked at once."""

    spans: Spans
    used: np.ndarray
    moments: Callable[[np.ndarray], np.ndarray]
    known: dict[bytes, Kind] = field(default_factory=dict)

    def of(self, near: np.ndarray) -> Kind:
        """Return what is known of the spans that are of a kind."""
        which = np.packbits(near & self.used).tobytes()
        if which not in self.known:
            visits = near & self.used
            self.known[which] = read_kind(self.spans.part(visits), self.moments(visits))
        return self.known[which]


def read_kind(around: Spans, of_activity: np.ndarray) -> Kind:
    """Return the form of spans of a kind, chosen by the score of held-out ones given when they begin.

    Parameters
    ----------
    of_activity
        All moments at which the activity begins or ends whose time the spans end at: hours of work are seen by them
        where the kind alone is too rare.

    Notes
    -----
    The score is the continuous ranked probability score (Gneiting & Raftery 2007). Where work never rests, or too
    little is seen, spans go by the clock. They may go by it and end at any hour: few that are seen at night may just
    have begun late.
    """
    hours = read_hours(around.until if len(around.until) >= ENOUGH_FOR_HOURS else of_activity)
    test = np.flatnonzero(around.held & (around.weights > 0))
    train = around.part(~around.held)
    if hours is None or len(test) < LEAST_TRIED or train.weights.sum() <= 0:
        return Kind(BY_CLOCK, around, hours)
    tried = around.part(test[:: max(len(test) // MOST_TRIED, 1)])
    in_hours = [(form, hours) for form in (BY_CLOCK, BY_WORK, BY_WAIT)]
    forms: list[tuple[str, Hours | None]] = [(BY_CLOCK, None), *in_hours]
    scores = []
    for form, open_ in forms:
        lapse = fit_lapse(train, _kind(form, open_, train))
        scores.append(foretold(lapse, tried) * (1.0 if form == BY_CLOCK else 1 / CLEARLY))
    return _kind(*forms[int(np.argmin(scores))], around)


def _kind(form: str, hours: Hours | None, around: Spans) -> Kind:
    waits = read_waits(around, hours) if form == BY_WAIT and hours else None
    return Kind(form, around, hours, waits)


def foretold(lapse: Lapse, spans: Spans) -> float:
    """Return the mean score (minutes) of the ends of spans foretold from their beginnings; small is good."""
    ends, weights = outcomes(lapse, spans.since)
    lasts = (ends - spans.since[:, None]) / MINUTE
    seen = ((spans.until - spans.since) / MINUTE)[:, None]
    weights = weights / weights.sum(axis=1, keepdims=True)
    order = np.argsort(lasts, axis=1)
    lasts, weights = np.take_along_axis(lasts, order, 1), np.take_along_axis(weights, order, 1)
    own = (weights * lasts * (2 * np.cumsum(weights, axis=1) - weights - 1)).sum(axis=1)
    return float(((weights * np.abs(lasts - seen)).sum(axis=1) - own).mean())


def outcomes(lapse: Lapse, since: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return moments at which spans begun then may end, and their weights, one line a span."""
    begun = since
    if lapse.gate and lapse.gate.before:
        begun = _opened(lapse.gate, since[:, None], np.ones((len(since), 1)))[0][:, 0]
    lines = lines_of(begun, LINES[len(lapse.shares)])
    shares = np.array(lapse.shares)[lines]
    ends, masses = [], []
    for mode, made in ((AT_ONCE, _at_once), (SOON, _soon), (LATER, _later)):
        if mode in lapse.modes:
            found = made(lapse, begun)
            ends.append(found)
            masses.append(np.repeat(shares[:, [mode]] / found.shape[1], found.shape[1], axis=1))
    found, mass = np.concatenate(ends, axis=1), np.concatenate(masses, axis=1)
    if lapse.gate and not lapse.gate.before:
        found, mass = _opened(lapse.gate, found, mass)
    return found, mass


def _at_once(lapse: Lapse, begun: np.ndarray) -> np.ndarray:
    return begun[:, None]


def _soon(lapse: Lapse, begun: np.ndarray) -> np.ndarray:
    assert lapse.soon is not None
    lines = hour_of(begun) if lapse.soon.by == "hour" else np.zeros(len(begun), dtype=np.int64)
    ends = begun[:, None] + (_points(lapse.soon, LENGTHS)[lines] * MINUTE).astype(np.int64)
    if lapse.closed:
        ends = ends + np.array(lapse.closed)[hour_of_week(ends)] * HOUR
    return np.asarray(ends)


def _later(lapse: Lapse, begun: np.ndarray) -> np.ndarray:
    assert lapse.later is not None
    assert lapse.clock is not None
    lines = weekday_of(begun) if lapse.later.by == "weekday" else np.zeros(len(begun), dtype=np.int64)
    days = begun[:, None] // DAY + np.rint(_points(lapse.later, DAYS)[lines] / 1440).astype(np.int64)
    hands = (_quantiles(lapse.clock, HANDS) * MINUTE).astype(np.int64)
    ends = (days[:, :, None] * DAY + hands[None, None, :]).reshape(len(begun), -1)
    return np.asarray(np.maximum(ends, begun[:, None]))


def _opened(gate: Gate, moments: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return when work goes on after moments, several for each."""
    hour = hour_of_week(moments)
    wait = np.array(gate.wait)[hour]
    hands = np.stack([_quantiles(lands, STARTS) for lands in gate.lands])[np.array(gate.opening)[hour]]
    found = (moments // HOUR + wait)[..., None] // 24 * DAY + (hands * MINUTE).astype(np.int64)
    found = np.where(wait[..., None] > 0, found, moments[..., None])
    return found.reshape(len(moments), -1), np.repeat(weights / STARTS, STARTS, axis=1)


def _points(table: Durations, n: int) -> np.ndarray:
    return np.stack([_quantiles(row, n) for row in table.rows])


def _quantiles(duration: Duration, n: int) -> np.ndarray:
    """Return values that stand for a distribution, one for each of so many equal parts of its mass."""
    values, weights = spread_out(duration)
    order = np.argsort(values, kind="stable")
    summed = np.cumsum(weights[order])
    place = np.searchsorted(summed, (np.arange(n) + 0.5) / n * summed[-1])
    return np.asarray(values[order][np.minimum(place, len(values) - 1)])
