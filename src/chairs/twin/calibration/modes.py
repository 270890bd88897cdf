"""Whether a span ends at once, soon or on a later day, by the clock of its beginning; and the hours of work."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import DAY, HOUR, MINUTE
from chairs.twin.calibration.shapes import spread_out
from chairs.twin.durations import Durations

AT_ONCE, SOON, LATER = range(3)
SOON_HOURS = 6  # a new day after less than this is the same night's work, not an appointment
LEAST_BY_HOUR = 60
DRAWN = 5.0  # observations that a line is drawn towards a coarser table by
LINES = {1: "all", 7: "weekday", 24: "hour", 168: "hour_of_week"}
ENOUGH_FOR_DAYS = 60  # events of a kind before a weekday without any is a closed day
ENOUGH_FOR_HOURS = 240
CLOSED = 0.02  # of the mean hour: one with less is closed
MOST_BEGINNINGS = 500  # looked at to see how many short spans run into closed hours
TILTS = 8  # rounds in which a table is brought to the shares seen


@dataclass(frozen=True)
class Spans:
    """Observed spans: begin and end on the local clock (microseconds), weight, and which are held out."""

    since: np.ndarray
    until: np.ndarray
    weights: np.ndarray
    held: np.ndarray

    def part(self, which: np.ndarray) -> Spans:
        """Return some of them."""
        return Spans(self.since[which], self.until[which], self.weights[which], self.held[which])


def hour_of(moments: np.ndarray) -> np.ndarray:
    """Return the hour of the day of moments on the local clock."""
    return moments // HOUR % 24


def weekday_of(moments: np.ndarray) -> np.ndarray:
    """Return the weekday of moments on the local clock, 0 is Monday."""
    return (moments // DAY + 3) % 7


def modes(spans: Spans) -> np.ndarray:
    """Return how each span ends: at once, soon, or on a later day."""
    length = spans.until - spans.since
    days = spans.until // DAY - spans.since // DAY
    return np.where(length <= 0, AT_ONCE, np.where((days >= 1) & (length > SOON_HOURS * HOUR), LATER, SOON))


def open_days(moments: np.ndarray) -> np.ndarray | None:
    """Return the weekdays on which something of a kind ever happens, if there is enough of it to tell."""
    if len(moments) < ENOUGH_FOR_DAYS:
        return None
    return np.asarray(np.bincount(weekday_of(moments), minlength=7) > 0)


def closed_for(moments: np.ndarray) -> tuple[int, ...]:
    """Return, by hour of the week, in how many hours something of a kind happens again; nothing if it never stops.

    Examples
    --------
    >>> at_noon = (np.arange(300) % 5 + 4) * DAY + 12 * HOUR  # from Monday to Friday
    >>> closed = closed_for(at_noon)
    >>> closed[12], closed[13], closed[4 * 24 + 13]
    (0, 23, 71)
    """
    days = open_days(moments)
    if days is None or len(moments) < ENOUGH_FOR_HOURS:
        return ()
    hours = np.bincount(hour_of(moments), minlength=24)
    open_ = (days[:, None] & (hours >= CLOSED * hours.mean())[None, :]).ravel()
    if open_.all():
        return ()
    ahead = np.stack([np.roll(open_, -wait) for wait in range(168)])
    return tuple(int(wait) for wait in ahead.argmax(axis=0))


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


def _lines(spans: Spans, by: str) -> np.ndarray:
    hours, days = hour_of(spans.since), weekday_of(spans.since)
    found: np.ndarray = {"all": 0 * hours, "hour": hours, "weekday": days, "hour_of_week": 24 * days + hours}[by]
    return found


def _finest(mode: np.ndarray, spans: Spans) -> str:
    """Return by what the modes are tabulated: hour, weekday or both where that foretells held-out spans better."""
    train = ~spans.held
    if len(np.unique(mode)) < 2 or len(mode) < LEAST_BY_HOUR or not spans.held.any() or not train.any():
        return "all"
    tables = _tables(mode[train], spans.part(train))
    scores = {
        by: float(np.log(np.maximum(table[_lines(spans, by)[~train], mode[~train]], 1e-4)).mean())
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
    lines, table = _lines(spans, by), tables[by].copy()
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
    lines = _lines(Spans(since, since, late, late > 0), LINES[len(shares)])
    counts = np.bincount(lines, minlength=len(shares))
    passed = np.where(counts > 0, np.bincount(lines, late, len(shares)) / np.maximum(counts, 1), 0.0)
    meant = float(counts @ shares[:, SOON]) / max(float(counts @ (1 - passed)), 1e-9)
    later = np.maximum(shares[:, LATER] - min(meant, 1.0) * passed, 0.0)
    return np.column_stack([shares[:, AT_ONCE], 1 - shares[:, AT_ONCE] - later, later])
