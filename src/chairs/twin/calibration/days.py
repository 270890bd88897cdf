"""Whole days passed over by spans that end on a later day, learnt as days on which something happens."""

from __future__ import annotations

import numpy as np

from chairs.twin.calibration.journal import DAY
from chairs.twin.calibration.modes import LEAST_BY_HOUR, Spans
from chairs.twin.calibration.opening import weekday_of
from chairs.twin.calibration.shapes import A_POINT, empirical, misfit, spread_out
from chairs.twin.durations import Duration, Durations, always

LEAST_A_LINE = 11


def days_later(spans: Spans, days_open: np.ndarray | None) -> Durations:
    """Return whole days passed over, in minutes: by weekday where that foretells better or some days are closed."""
    open_ = np.ones(7, dtype=bool) if days_open is None else days_open
    days, begun = (spans.until // DAY - spans.since // DAY).astype(float), weekday_of(spans.since)
    test, train = spans.held, ~spans.held
    by_day = False
    if len(days) >= LEAST_BY_HOUR and min(test.sum(), train.sum()) >= LEAST_A_LINE:
        scores = []
        for own in (False, True):
            tried = _day_rows(spans.part(train), open_, own)
            parts = [(tried[day], days[test & (begun == day)]) for day in np.unique(begun[test])]
            scores.append(sum(misfit(row, part) * len(part) for row, part in parts))
        by_day = bool(scores[1] < 0.98 * scores[0])
    rows = tuple(map(_in_minutes, _day_rows(spans, open_, by_day)))
    return Durations(by="weekday", rows=rows) if by_day or not open_.all() else always(rows[0])


def _day_rows(spans: Spans, days_open: np.ndarray, own_day: bool) -> list[Duration]:
    """Return the days passed over by weekday of beginning: learnt as open days, of that weekday or of all together."""
    begun, passed = weekday_of(spans.since), (spans.until // DAY - spans.since // DAY).astype(np.int64)
    a_week = int(days_open.sum())
    ahead = np.array([np.cumsum(np.roll(days_open, -(day + 1))) for day in range(7)])
    counts = passed // 7 * a_week + np.where(passed % 7 > 0, ahead[begun, passed % 7 - 1], 0)
    counts = np.maximum(counts, 1).astype(float)
    of_all, rows = _days(counts, spans.weights), []
    for day in range(7):
        here = begun == day
        found = _days(counts[here], spans.weights[here]) if own_day and here.sum() >= LEAST_A_LINE else of_all
        values, weights = spread_out(found)
        whole, left = np.divmod(values.astype(np.int64) - 1, a_week)
        ends = 7 * whole + 1 + np.array([int(np.argmax(ahead[day] > rest)) for rest in left])
        rows.append(empirical(ends.astype(float), weights))
    return rows


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
