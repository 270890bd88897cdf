"""Time between two moments on the local clock: at once, soon after, or on a later day at a certain hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.days import LEAST_A_LINE, days_later
from chairs.twin.calibration.journal import DAY, MINUTE
from chairs.twin.calibration.modes import (
    AT_ONCE,
    LATER,
    LEAST_BY_HOUR,
    SOON,
    Spans,
    less_late,
    modes,
    shares_of,
)
from chairs.twin.calibration.opening import BREAK, Hours, hour_of, open_days, read_hours
from chairs.twin.calibration.shapes import Sample, best_shape, grid, misfit, spread_out
from chairs.twin.calibration.waited import Waits, begins, condensed, meant
from chairs.twin.durations import Duration, Durations, always

POINTS_A_BREAK = 24


BY_CLOCK, BY_WORK, BY_WAIT = "by the clock", "by hours of work", "by the wait meant"


@dataclass(frozen=True)
class Kind:
    """What is known of all spans of a kind (what follows is the same).

    Parameters
    ----------
    form
        `by the clock`: when it ends depends on when it begins; `by hours of work`: it rests while work rests;
        `by the wait meant`: it goes on by night, and work begins when it can.
    around
        The spans themselves.
    hours
        Hours of work; None: always, or not known.
    waits
        Of the third form.
    """

    form: str
    around: Spans
    hours: Hours | None = None
    waits: Waits | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """Closed hours that are waited for, before or after a span.

    By hour of the week, `wait` is whole hours to the next opening and `opening` which it is; `lands` is the time of day
    (minutes) at which one goes on after each opening.
    """

    before: bool
    wait: tuple[int, ...]
    opening: tuple[int, ...]
    lands: tuple[Duration, ...]


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
    gate
        Closed hours to wait for, to a moment of opening; None: none.
    """

    shares: tuple[tuple[float, ...], ...]
    soon: Durations | None
    closed: tuple[int, ...]
    later: Durations | None
    clock: Duration | None
    gate: Gate | None = None

    @property
    def modes(self) -> tuple[int, ...]:
        """Modes that occur."""
        return tuple(mode for mode in (AT_ONCE, SOON, LATER) if any(line[mode] > 0 for line in self.shares))


def fit_lapse(spans: Spans, kind: Kind | None = None) -> Lapse:
    """Return how long such spans last, and at what time of day they end.

    Parameters
    ----------
    kind
        What is known of their kind, which tells how the clock matters; None: only these.

    Notes
    -----
    By the clock, a span that ends on a later local day (and after six hours at least) is kept as whole days and a
    time of day: what waits for the morning round, an appointment or the discharge after lunch lands where it landed
    in the log, and never on a closed weekend, without anybody declaring a calendar; what would end soon, but after
    hours, goes on when they open again. Shares by hour or weekday, lengths by hour and days by weekday are used where
    they foretell held-out cases better than one line for all does. By hours of work, the same of the time that is
    worked, from the next opening on. By the wait meant, see `waited`.
    """
    kind = kind or Kind(BY_CLOCK, spans, read_hours(spans.until))
    if spans.weights.sum() <= 0:  # only what the log stopped too early to believe
        spans = Spans(spans.since, spans.until, np.ones(len(spans.weights)), spans.held)
    if kind.form == BY_WAIT and kind.waits is not None:
        return _waited(spans, kind.around, kind.waits)
    if kind.form == BY_WORK and kind.hours is not None:
        return _worked(spans, kind.around, kind.hours)
    return _clocked(spans, kind)


def _clocked(spans: Spans, kind: Kind) -> Lapse:
    around, mode = kind.around, modes(spans)
    soon, later = spans.part(mode == SOON), spans.part(mode == LATER)
    lasts = _soon(soon) if len(soon.since) else None
    closed = _whole(kind.hours.wait) if lasts and kind.hours else ()
    shares = shares_of(spans, around)
    if lasts and closed:
        shares = less_late(shares, around, lasts, np.array(closed))
    return Lapse(
        shares=tuple(map(_written, shares)),
        soon=lasts,
        closed=closed,
        later=days_later(later, _days_open(kind.hours, around)) if len(later.since) else None,
        clock=_clock(later) if len(later.since) else None,
    )


def worked(spans: Spans, hours: Hours) -> Spans:
    """Return spans from the moment at which work can begin, with the time that is worked."""
    since = hours.opens(spans.since)
    until = np.maximum(spans.until, since)
    return Spans(since, until, spans.weights, spans.held, np.maximum(hours.worked(since, until), 0))


def _worked(spans: Spans, around: Spans, hours: Hours) -> Lapse:
    spans, around = worked(spans, hours), worked(around, hours)
    mode = modes(spans)
    soon, later = spans.part(mode == SOON), spans.part(mode == LATER)
    lands = tuple(Duration(kind="fixed", mean=60.0 * hour + round(float(hours.late[hour]) / MINUTE, 1))
                  for hour, _ in hours.openings)  # fmt: skip
    return Lapse(
        shares=tuple(map(_written, shares_of(spans, around))),
        soon=over_breaks(_soon(soon), hours) if len(soon.since) else None,
        closed=_whole(hours.closed),
        later=days_later(later, _days_open(hours, around)) if len(later.since) else None,
        clock=_clock(later) if len(later.since) else None,
        gate=Gate(before=True, wait=_whole(hours.wait), opening=_whole(hours.opening), lands=lands),
    )


def _waited(spans: Spans, around: Spans, waits: Waits) -> Lapse:
    wait, opening = _whole(waits.hours.wait), _whole(waits.hours.opening)
    return Lapse(
        shares=((0.0, 1.0, 0.0),),
        soon=always(meant(spans, waits)),
        closed=(),
        later=None,
        clock=None,
        gate=Gate(before=False, wait=wait, opening=opening, lands=begins(around, waits)),
    )


def _days_open(hours: Hours | None, around: Spans) -> np.ndarray | None:
    return open_days(around.until) if hours is None else hours.days


def _whole(hours: np.ndarray) -> tuple[int, ...]:
    return tuple(int(hour) for hour in hours)


def _written(line: np.ndarray) -> tuple[float, ...]:
    shares = [round(float(share), 6) for share in line]
    largest = int(np.argmax(shares))
    shares[largest] = round(1.0 - sum(shares) + shares[largest], 6)
    return tuple(shares)


def _sample(spans: Spans) -> Sample:
    return Sample(spans.lasted / MINUTE, spans.weights, spans.held)


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


def _clock(spans: Spans) -> Duration:
    return grid(spans.until % DAY / MINUTE, spans.weights)


def over_breaks(lasts: Durations, hours: Hours) -> Durations:
    """Return lengths of work, by the hour in which it begins, with the short closed times (lunch) it passes over."""
    gaps = np.flatnonzero((hours.closed > 0) & (hours.closed <= BREAK))
    if not len(gaps):
        return lasts
    breaks = sorted({(int(gap + hours.wait[gap] - hours.closed[gap]) % 24, int(hours.closed[gap])) for gap in gaps})
    rows = []
    for hour in range(24):
        values, weights = spread_out(lasts.rows[hour if lasts.by == "hour" else 0])
        begun = hour * 60.0 + np.array([7.5, 22.5, 37.5, 52.5])[:, None]
        ends = begun + values[None, :]
        for closes, lasting in breaks:
            over = (begun < 60.0 * closes) & (ends >= 60.0 * (closes + lasting))
            ends = ends + 60.0 * lasting * over
        rows.append(condensed((ends - begun).ravel(), np.tile(weights, len(begun)), POINTS_A_BREAK))
    return Durations(by="hour", rows=tuple(rows))
