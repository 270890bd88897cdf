"""Whether a span ends at once, soon or on a later day, by the clock of its beginning; and the hours of work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import DAY, HOUR, MINUTE
from chairs.twin.calibration.opening import hour_of, weekday_of
from chairs.twin.calibration.shapes import spread_out
from chairs.twin.durations import Durations

AT_ONCE, SOON, LATER = range(3)
SOON_HOURS = 6  # a new day after less than this is the same night's work, not an appointment
LEAST_BY_HOUR = 60
DRAWN = 5.0  # observations that a line is drawn towards a coarser table by
LINES = {1: "all", 7: "weekday", 24: "hour", 168: "hour_of_week"}
MOST_BEGINNINGS = 500  # looked at to see how many short spans run into closed hours
TILTS = 8  # rounds in which a table is brought to the shares seen


@dataclass(frozen=True)
class Spans:
    """Observed spans: begin and end on the local clock (microseconds), weight, and which are held out.

    `work` is how much of each lies in hours of work, where that is what counts; None: all of it.
    """

    since: np.ndarray
    until: np.ndarray
    weights: np.ndarray
    held: np.ndarray
    work: np.ndarray | None = None

    @property
    def lasted(self) -> np.ndarray:
        """Length that counts."""
        return self.until - self.since if self.work is None else self.work

    def part(self, which: np.ndarray) -> Spans:
        """Return some of them."""
        work = None if self.work is None else self.work[which]
        return Spans(self.since[which], self.until[which], self.weights[which], self.held[which], work)


def modes(spans: Spans) -> np.ndarray:
    """Return how each span ends: at once, soon, or on a later day."""
    length = spans.lasted
    days = spans.until // DAY - spans.since // DAY
    return np.where(length <= 0, AT_ONCE, np.where((days >= 1) & (length > SOON_HOURS * HOUR), LATER, SOON))


def _by_line(lines: np.ndarray, mode: np.ndarray, weights: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Return the probabilities of the modes a line, drawn towards those of a coarser table by some observations."""
    counts = np.zeros((len(towards), 3))
    np.add.at(counts, (lines, mode), weights)
    return np.asarray((counts + DRAWN * towards) / (counts.sum(axis=1) + DRAWN)[:, None])


def _tables(mode: np.ndarray, spans: Spans) -> dict[str, np.ndarray]:
    """Return the probabilities of the modes for all, by hour, by weekday and by hour of the week."""
    counts = np.bincount(mode, weights=spans.weights, minlength=3)
    whole = (counts / max(counts.sum(), 1e-12))[None, :]
    hours, days = hour_of(spans.since), weekday_of(spans.since)
    hourly = _by_line(hours, mode, spans.weights, np.repeat(whole, 24, axis=0))[_latest_seen(hours)]
    daily = _by_line(days, mode, spans.weights, np.repeat(whole, 7, axis=0))
    mixed = np.sqrt(hourly[None, :, :] * daily[:, None, :] + 1e-12)
    mixed /= mixed.sum(axis=2, keepdims=True)
    weekly = _by_line(24 * days + hours, mode, spans.weights, mixed.reshape(168, 3))
    return {"all": whole, "hour": hourly, "weekday": daily, "hour_of_week": weekly}


def _latest_seen(hours: np.ndarray) -> np.ndarray:
    """Return, for each hour of the day, itself or the latest before it that occurs: after hours is late, not early."""
    seen = np.bincount(hours, minlength=24) > 0
    back = np.stack([np.roll(seen, hour) for hour in range(24)])
    return np.asarray((np.arange(24) - back.argmax(axis=0)) % 24)


def lines_of(moments: np.ndarray, by: str) -> np.ndarray:
    """Return which line of a table by the clock holds at moments."""
    hours, days = hour_of(moments), weekday_of(moments)
    found: np.ndarray = {"all": 0 * hours, "hour": hours, "weekday": days, "hour_of_week": 24 * days + hours}[by]
    return found


def _finest(mode: np.ndarray, spans: Spans) -> str:
    """Return by what the modes are tabulated: hour, weekday or both where that foretells held-out spans better."""
    train = ~spans.held
    if len(np.unique(mode)) < 2 or len(mode) < LEAST_BY_HOUR or not spans.held.any() or not train.any():
        return "all"
    tables = _tables(mode[train], spans.part(train))
    scores = {
        by: float(np.log(np.maximum(table[lines_of(spans.since, by)[~train], mode[~train]], 1e-4)).mean())
        for by, table in tables.items()
    }
    return max(scores, key=lambda by: scores[by])


def shares_of(spans: Spans, around: Spans) -> np.ndarray:
    """Return the probabilities of the modes, by the clock as spans of the same kind at large depend on it.

    The table of the kind is tilted to the shares seen here, then drawn from: a few observations cannot show office
    hours, but they can show how often one waits for the next day.
    """
    mode, of_kind = modes(spans), modes(around)
    by = _finest(of_kind, around)
    tables = _tables(of_kind, around)
    if by == "all":
        return _tables(mode, spans)["all"]
    lines, table = lines_of(spans.since, by), tables[by].copy()
    seen = _tables(mode, spans)["all"][0]
    for _ in range(TILTS):
        expected = np.average(table[lines], axis=0, weights=spans.weights + 1e-12)
        table = table * (seen / np.maximum(expected, 1e-12)) + 1e-12
        table /= table.sum(axis=1, keepdims=True)
    return _by_line(lines, mode, spans.weights, table)


def less_late(shares: np.ndarray, around: Spans, soon: Durations, closed: np.ndarray) -> np.ndarray:
    """Return the shares without those of `later` that short spans make up by running into the closed hours."""
    since = around.since[:: max(len(around.since) // MOST_BEGINNINGS, 1)]
    late = np.empty(len(since))
    hours = hour_of(since)
    for hour in np.unique(hours).tolist():
        values, weights = spread_out(soon.rows[hour if soon.by == "hour" else 0])
        begun = since[hours == hour, None]
        ends = begun + (values * MINUTE).astype(np.int64)[None, :]
        ends = ends + closed[ends // HOUR % 24 + 24 * weekday_of(ends)] * HOUR
        late[hours == hour] = ((ends // DAY > begun // DAY) & (ends - begun > SOON_HOURS * HOUR)) @ weights
    lines = lines_of(since, LINES[len(shares)])
    counts = np.bincount(lines, minlength=len(shares))
    passed = np.where(counts > 0, np.bincount(lines, late, len(shares)) / np.maximum(counts, 1), 0.0)
    meant = float(counts @ shares[:, SOON]) / max(float(counts @ (1 - passed)), 1e-9)
    later = np.maximum(shares[:, LATER] - min(meant, 1.0) * passed, 0.0)
    return np.column_stack([shares[:, AT_ONCE], 1 - shares[:, AT_ONCE] - later, later])
