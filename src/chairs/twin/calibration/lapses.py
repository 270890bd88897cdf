"""Time between two moments on the local clock: at once, soon after, or on a later day at a certain hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import DAY, MINUTE
from chairs.twin.calibration.modes import (
    AT_ONCE,
    LATER,
    LEAST_BY_HOUR,
    SOON,
    Spans,
    closed_for,
    hour_of,
    less_late,
    modes,
    open_days,
    shares_of,
    weekday_of,
)
from chairs.twin.calibration.shapes import A_POINT, Sample, best_shape, empirical, grid, misfit, spread_out
from chairs.twin.durations import Duration, Durations, always

LEAST_A_LINE = 11


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A span in the model's terms; durations in minutes.

    Parameters
    ----------
    shares
        Probability of each mode (at once, soon, later): one line, or one for each hour of the day, weekday or hour of
        the week in which it begins (see `LINES`).
    soon
        Length of the short ones.
    closed
        Whole hours to wait, by hour of the week, when a short one would end after hours; empty: always open.
    later, clock
        Local days passed over (by weekday where that differs) and the time of day at which it then ends.
    """

    shares: tuple[tuple[float, ...], ...]
    soon: Durations | None
    closed: tuple[int, ...]
    later: Durations | None
    clock: Duration | None

    @property
    def modes(self) -> tuple[int, ...]:
        """Modes that occur."""
        return tuple(mode for mode in (AT_ONCE, SOON, LATER) if any(line[mode] > 0 for line in self.shares))


def fit_lapse(spans: Spans, around: Spans | None = None) -> Lapse:
    """Return how long such spans last, and at what time of day they end.

    Parameters
    ----------
    around
        All spans of their kind (what follows is the same), which tell how the clock matters; None: only these.

    Notes
    -----
    A span that ends on a later local day (and after six hours at least) is kept as whole days and a time of day:
    what waits for the morning round, an appointment or the discharge after lunch lands where it landed in the log,
    and never on a closed weekend, without anybody declaring a calendar; what would end soon, but after hours, goes on
    when they open again. Shares by hour or weekday, lengths by hour and days by weekday are used where they foretell
    held-out cases better than one line for all does.
    """
    around = spans if around is None else around
    if spans.weights.sum() <= 0:  # only what the log stopped too early to believe
        spans = Spans(spans.since, spans.until, np.ones(len(spans.weights)), spans.held)
    mode = modes(spans)
    soon, later = spans.part(mode == SOON), spans.part(mode == LATER)
    lasts = _soon(soon) if len(soon.since) else None
    closed = closed_for(around.until) if lasts else ()
    shares = shares_of(spans, around)
    if lasts and closed:
        shares = less_late(shares, around, lasts, np.array(closed))
    return Lapse(
        shares=tuple(map(_written, shares)),
        soon=lasts,
        closed=closed,
        later=_later(later, open_days(around.until)) if len(later.since) else None,
        clock=_clock(later) if len(later.since) else None,
    )


def _written(line: np.ndarray) -> tuple[float, ...]:
    shares = [round(float(share), 6) for share in line]
    largest = int(np.argmax(shares))
    shares[largest] = round(1.0 - sum(shares) + shares[largest], 6)
    return tuple(shares)


def _sample(spans: Spans) -> Sample:
    return Sample((spans.until - spans.since) / MINUTE, spans.weights, spans.held)


def _soon(spans: Spans) -> Durations:
    """Return the lengths of short spans: by the hour in which they begin where that foretells better."""
    sample, hours = _sample(spans), hour_of(spans.since)
    plain = best_shape(sample)
    test, train = spans.held, ~spans.held
    if len(sample.values) < LEAST_BY_HOUR or test.sum() < LEAST_A_LINE or train.sum() < LEAST_A_LINE:
        return always(plain)
    rows = _hourly(sample.part(train), hours[train])
    parts = [(rows[hour], sample.values[test & (hours == hour)]) for hour in np.unique(hours[test])]
    by_hour = sum(misfit(row, part) * len(part) for row, part in parts)
    one = misfit(best_shape(sample.part(train)), sample.values[test]) * test.sum()
    if by_hour >= 0.98 * one:
        return always(plain)
    return Durations(by="hour", rows=_hourly(sample, hours))


def _hourly(sample: Sample, hours: np.ndarray) -> tuple[Duration, ...]:
    """Return one grid an hour of the day, from the nearest hours that hold enough observations together."""
    rows = []
    for hour in range(24):
        apart = np.minimum((hours - hour) % 24, (hour - hours) % 24)
        reach = next(r for r in range(13) if (apart <= r).sum() >= min(LEAST_A_LINE, len(hours)) or r == 12)
        near = apart <= reach
        rows.append(grid(sample.values[near], sample.weights[near], points=12))
    return tuple(rows)


def _later(spans: Spans, days_open: np.ndarray | None) -> Durations:
    """Return whole days passed over, in minutes: by weekday where that foretells better or some days are closed."""
    if days_open is not None and not days_open.all():
        return _open_days(spans, days_open)
    days = (spans.until // DAY - spans.since // DAY).astype(float)
    lines = weekday_of(spans.since)
    train = ~spans.held
    if len(days) >= LEAST_BY_HOUR and spans.held.sum() >= LEAST_A_LINE and train.sum() >= LEAST_A_LINE:
        rows = _daily(days[train], spans.weights[train], lines[train])
        parts = [(rows[d], days[spans.held & (lines == d)]) for d in np.unique(lines[spans.held])]
        by_day = sum(misfit(row, part) * len(part) for row, part in parts)
        one = misfit(_days(days[train], spans.weights[train]), days[spans.held]) * spans.held.sum()
        if by_day < 0.98 * one:
            return Durations(by="weekday", rows=tuple(map(_in_minutes, _daily(days, spans.weights, lines))))
    return always(_in_minutes(_days(days, spans.weights)))


def _open_days(spans: Spans, days_open: np.ndarray) -> Durations:
    """Return the distribution of open days passed over, written in calendar days for each weekday of beginning."""
    begin, passed = weekday_of(spans.since), (spans.until // DAY - spans.since // DAY).astype(np.int64)
    a_week = int(days_open.sum())
    ahead = np.array([np.cumsum(np.roll(days_open, -(day + 1))) for day in range(7)])
    counts = passed // 7 * a_week + np.where(passed % 7 > 0, ahead[begin, passed % 7 - 1], 0)
    open_counts = _days(np.maximum(counts, 1).astype(float), spans.weights)
    values, weights = spread_out(open_counts)
    rows = []
    for day in range(7):
        whole, left = np.divmod(values.astype(np.int64) - 1, a_week)
        days = 7 * whole + 1 + np.array([int(np.argmax(ahead[day] > rest)) for rest in left])
        rows.append(_in_minutes(empirical(days.astype(float), weights)))
    return Durations(by="weekday", rows=tuple(rows))


def _daily(days: np.ndarray, weights: np.ndarray, lines: np.ndarray) -> list[Duration]:
    """Return one distribution a weekday; a weekday with too few takes that of all."""
    enough = [np.flatnonzero(lines == line) for line in range(7)]
    return [_days(days[own], weights[own]) if len(own) >= LEAST_A_LINE else _days(days, weights) for own in enough]


def _days(days: np.ndarray, weights: np.ndarray) -> Duration:
    """Return a distribution of whole days: each number of days while common, groups of three cases beyond."""
    order = np.argsort(days, kind="stable")
    days, weights = days[order], np.maximum(weights[order], 1e-12)
    values, place, counts = np.unique(days, return_inverse=True, return_counts=True)
    rare = np.flatnonzero(counts < A_POINT)
    border = int(rare[0]) if len(rare) else len(values)
    beyond = int((place >= border).sum())
    of_tail = np.minimum(np.arange(beyond) // A_POINT, max(beyond // A_POINT - 1, 0))
    group = np.concatenate([place[: len(days) - beyond], border + of_tail])
    mass = np.bincount(group, weights=weights)
    means = np.bincount(group, weights=weights * days) / np.maximum(mass, 1e-12)
    return empirical(np.maximum(np.rint(means), 1.0), mass)


def _in_minutes(days: Duration) -> Duration:
    if days.kind == "fixed":
        return Duration(kind="fixed", mean=(days.mean or 0.0) * 1440)
    return Duration(kind="empirical", values=tuple(value * 1440 for value in days.values), weights=days.weights)


def _clock(spans: Spans) -> Duration:
    return grid(spans.until % DAY / MINUTE, spans.weights)
