"""Time between two moments on the local clock: at once, soon after, or on a later day at a certain hour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import DAY, HOUR, MINUTE
from chairs.twin.calibration.shapes import A_POINT, Sample, best_shape, empirical, grid, misfit, spread_out
from chairs.twin.durations import Duration, Durations, always

AT_ONCE, SOON, LATER = range(3)
SOON_HOURS = 6  # a new day after less than this is the same night's work, not an appointment
LEAST_BY_HOUR = 60
LEAST_A_LINE = 11
DRAWN = 5.0  # observations that a line is drawn towards a coarser table by
ENOUGH_FOR_DAYS = 60  # events of a kind before a weekday without any is a closed day
ENOUGH_FOR_HOURS = 240
CLOSED = 0.02  # of the mean hour: one with less is closed
MOST_BEGINNINGS = 500  # looked at to see how many short spans run into closed hours
TILTS = 8  # rounds in which a table is brought to the shares seen
LINES = {1: "all", 7: "weekday", 24: "hour", 168: "hour_of_week"}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapse:
    """A span in the model's terms; durations in minutes.

    Parameters
    ----------
    shares
        Probability of each mode (at once, soon, later): one line, or one an hour of the day, a weekday or an hour of the week of its
        beginning (see `LINES`).
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
    mode = _modes(spans)
    soon, later = spans.part(mode == SOON), spans.part(mode == LATER)
    lasts = _soon(soon) if len(soon.since) else None
    closed = closed_for(around.until) if lasts else ()
    shares = _shares(spans, around)
    if lasts and closed:
        shares = _less_late(shares, around, lasts, np.array(closed))
    return Lapse(
        shares=tuple(map(_written, shares)),
        soon=lasts,
        closed=closed,
        later=_later(later, open_days(around.until)) if len(later.since) else None,
        clock=_clock(later) if len(later.since) else None,
    )


def open_days(moments: np.ndarray) -> np.ndarray | None:
    """Return the weekdays on which something of a kind ever happens, if there is enough of it to tell."""
    if len(moments) < ENOUGH_FOR_DAYS:
        return None
    return np.asarray(np.bincount(_weekday(moments), minlength=7) > 0)


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
    hours = np.bincount(_hour(moments), minlength=24)
    open_ = (days[:, None] & (hours >= CLOSED * hours.mean())[None, :]).ravel()
    if open_.all():
        return ()
    ahead = np.stack([np.roll(open_, -wait) for wait in range(168)])
    return tuple(int(wait) for wait in ahead.argmax(axis=0))


def _modes(spans: Spans) -> np.ndarray:
    length = spans.until - spans.since
    days = spans.until // DAY - spans.since // DAY
    return np.where(length <= 0, AT_ONCE, np.where((days >= 1) & (length > SOON_HOURS * HOUR), LATER, SOON))


def _hour(moments: np.ndarray) -> np.ndarray:
    return moments // HOUR % 24


def _weekday(moments: np.ndarray) -> np.ndarray:
    return (moments // DAY + 3) % 7


def _by_line(lines: np.ndarray, mode: np.ndarray, weights: np.ndarray, towards: np.ndarray) -> np.ndarray:
    """Return the probabilities of the modes a line, drawn towards those of a coarser table by some observations."""
    counts = np.zeros((len(towards), 3))
    np.add.at(counts, (lines, mode), weights)
    return np.asarray((counts + DRAWN * towards) / (counts.sum(axis=1) + DRAWN)[:, None])


def _tables(mode: np.ndarray, spans: Spans) -> dict[str, np.ndarray]:
    """Return the probabilities of the modes for all, by hour, by weekday and by hour of the week."""
    counts = np.bincount(mode, weights=spans.weights, minlength=3)
    whole = (counts / max(counts.sum(), 1e-12))[None, :]
    hours, days = _hour(spans.since), _weekday(spans.since)
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
    hours, days = _hour(spans.since), _weekday(spans.since)
    return {"all": 0 * hours, "hour": hours, "weekday": days, "hour_of_week": 24 * days + hours}[by]


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


def _shares(spans: Spans, around: Spans) -> np.ndarray:
    """Return the probabilities of the modes, by the clock as spans of the same kind at large depend on it.

    The table of the kind is tilted to the shares seen here, then drawn from: a few observations cannot show office
    hours, but they can show how often one waits for the next day.
    """
    mode, of_kind = _modes(spans), _modes(around)
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


def _less_late(shares: np.ndarray, around: Spans, soon: Durations, closed: np.ndarray) -> np.ndarray:
    """Return the shares without those of `later` that short spans make up by running into the closed hours."""
    since = around.since[:: max(len(around.since) // MOST_BEGINNINGS, 1)]
    late = np.empty(len(since))
    hours = _hour(since)
    for hour in np.unique(hours).tolist():
        values, weights = spread_out(soon.rows[hour if soon.by == "hour" else 0])
        begun = since[hours == hour, None]
        ends = begun + (values * MINUTE).astype(np.int64)[None, :]
        ends = ends + closed[ends // HOUR % 24 + 24 * _weekday(ends)] * HOUR
        late[hours == hour] = ((ends // DAY > begun // DAY) & (ends - begun > SOON_HOURS * HOUR)) @ weights
    lines = _lines(Spans(since, since, late, late > 0), LINES[len(shares)])
    counts = np.bincount(lines, minlength=len(shares))
    passed = np.where(counts > 0, np.bincount(lines, late, len(shares)) / np.maximum(counts, 1), 0.0)
    meant = float(counts @ shares[:, SOON]) / max(float(counts @ (1 - passed)), 1e-9)
    later = np.maximum(shares[:, LATER] - min(meant, 1.0) * passed, 0.0)
    return np.column_stack([shares[:, AT_ONCE], 1 - shares[:, AT_ONCE] - later, later])


def _written(line: np.ndarray) -> tuple[float, ...]:
    shares = [round(float(share), 6) for share in line]
    largest = int(np.argmax(shares))
    shares[largest] = round(1.0 - sum(shares) + shares[largest], 6)
    return tuple(shares)


def _sample(spans: Spans) -> Sample:
    return Sample((spans.until - spans.since) / MINUTE, spans.weights, spans.held)


def _soon(spans: Spans) -> Durations:
    """Return the lengths of short spans: by the hour in which they begin where that foretells better."""
    sample, hours = _sample(spans), _hour(spans.since)
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
    lines = _weekday(spans.since)
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
    begin, passed = _weekday(spans.since), (spans.until // DAY - spans.since // DAY).astype(np.int64)
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
