"""How long a stay may still last, given when it began: the values of a discrete distribution, and their shares."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np

from chairs.twin.durations import Duration
from chairs.twin.quantiles import upper

DAY = 1440.0  # minutes
POINTS = 100  # quantiles that stand for a continuous length
YEARS = 2  # for which changes of the clock are looked up
NOTHING = dt.timedelta(0)
AT_ONCE = np.zeros(1)

Shares = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, slots=True)
class Begin:
    """When something begins: time since the midnight before, and the changes of the clock ahead (when, by how much)."""

    midnight: float
    changes: tuple[tuple[float, float], ...]


class Resting:
    """The discrete durations of one model as arrays, written out once each."""

    def __init__(self) -> None:
        # by the place in memory of a duration, which is kept with it so that no other takes that place
        self._known: dict[int, tuple[Shares | None, Duration]] = {}
        self._landing: dict[tuple[int, int], np.ndarray] = {}
        self._last: tuple[tuple[dt.datetime, dt.datetime], Begin, float] | None = None

    def points(self, duration: Duration) -> Shares | None:
        """Return values and shares of a discrete distribution; None for another one."""
        if id(duration) not in self._known:
            self._known[id(duration)] = _points(duration), duration
        return self._known[id(duration)][0]

    def ends(
        self, row: Duration, lands: Duration | None, clock: tuple[dt.datetime, dt.datetime], minute: float
    ) -> np.ndarray | None:
        """Return the times a stay may still last and their shares (sum: the probability of having lasted so long).

        `clock` is now and the beginning, local; `minute` is one in the model's unit of time. A continuous length
        that does not land has 100 quantiles of what may be left; None: the engine draws.
        """
        if self._last is None or self._last[0] is not clock:  # one patient may be in many steps
            self._last = clock, begin(clock[1], minute), _passed(*clock) * minute
        _, begun, passed = self._last
        known = self.ends_from(row, lands, begun, AT_ONCE, minute)
        if known is None and lands is None and row.kind != "never":
            known = grid(row, (passed, math.inf), POINTS)
        if known is None:
            return None
        rest = known[0].ravel() - passed
        kept = rest > 0
        return _two(rest[kept], known[1][kept])

    def ends_from(
        self, row: Duration, lands: Duration | None, begun: Begin, after: np.ndarray, minute: float
    ) -> Shares | None:
        """Return when stays end that begin so long `after` a moment, in its hour: a line each, and shares by column.

        One that lands counts the midnights passed, and ends when the clock shows the hour: days on which the clock
        changes have 23 or 25 hours (of an hour that comes twice the first counts; one left out is an hour later).
        None: not discrete.
        """
        points, hands = self.points(row), None if lands is None else self.points(lands)
        if points is None or (lands is not None and hands is None):
            return None
        values, shares = points
        lengths = values if after is AT_ONCE else after[:, None] + values
        if hands is None:
            return lengths, shares
        day = (begun.midnight + lengths) // (DAY * minute) * DAY * minute
        shown = day[..., None] + hands[0] - begun.midnight
        longest = float(shown.max()) if begun.changes and shown.size else 0.0
        for since, gained in begun.changes:
            if since > longest:
                break
            shown = np.where(shown >= since, shown - gained, shown)
        both = (id(row), id(lands))
        if both not in self._landing:
            self._landing[both] = (shares[:, None] * hands[1]).ravel()
        return shown.reshape(*lengths.shape[:-1], -1), self._landing[both]


def begin(begun: dt.datetime, minute: float) -> Begin:
    """Return when something begins, from its local moment."""
    midnight = (begun.hour * 60 + begun.minute + begun.second / 60) * minute
    if not isinstance(begun.tzinfo, ZoneInfo):
        return Begin(midnight, ())
    wall, ahead = begun.replace(tzinfo=None), []
    for after, gained in changes(begun.tzinfo, begun.year, begun.year + YEARS):
        if after > wall and (not begun.fold or after > wall + dt.timedelta(hours=1)):  # not behind it already
            ahead.append(((after - wall).total_seconds() / 60 * minute, gained * minute))
    return Begin(midnight, tuple(ahead))


def grid(row: Duration, span: tuple[float, float], points: int) -> Shares:
    """Return quantiles of a continuous length within a span, and their shares (sum: the probability of the span).

    Examples
    --------
    >>> values, shares = grid(Duration(kind="uniform", least=0.0, most=8.0), (4.0, 8.0), 2)
    >>> values.tolist(), shares.tolist()
    ([7.0, 5.0], [0.25, 0.25])
    """
    if row.kind == "mixture":
        parts = [grid(part, span, points) for part in row.parts]
        shares = [weight * part[1] for weight, part in zip(row.weights, parts, strict=True)]
        return np.concatenate([part[0] for part in parts]), np.concatenate(shares)
    below, above = row.survival(span[0]), row.survival(span[1])
    if below - above <= 0:
        return np.zeros(0), np.zeros(0)
    levels = above + (below - above) * (np.arange(points) + 0.5) / points
    return np.clip(upper(row, levels), *span), np.full(points, (below - above) / points)


def _passed(now: dt.datetime, begun: dt.datetime) -> float:
    """Return the minutes since a local moment."""
    shown = now.replace(tzinfo=None) - begun.replace(tzinfo=None)
    return (shown - ((now.utcoffset() or NOTHING) - (begun.utcoffset() or NOTHING))).total_seconds() / 60


@cache
def changes(zone: ZoneInfo, first: int, last: int) -> tuple[tuple[dt.datetime, float], ...]:
    """Return the changes of a clock within years: what it shows once they are over, and by how many minutes it gains.

    Examples
    --------
    >>> for after, gained in changes(ZoneInfo("Europe/Paris"), 2026, 2026):
    ...     print(after, gained)
    2026-03-29 03:00:00 60.0
    2026-10-25 03:00:00 -60.0
    """
    found, hour = [], dt.timedelta(hours=1)
    moment, end = dt.datetime(first, 1, 1, tzinfo=dt.UTC), dt.datetime(last + 1, 1, 1, tzinfo=dt.UTC)
    while moment < end:
        before, then = moment.astimezone(zone), (moment + 24 * hour).astimezone(zone)
        if before.utcoffset() != then.utcoffset():
            found.append(_change(zone, moment))
        moment += 24 * hour
    return tuple(found)


def _change(zone: ZoneInfo, moment: dt.datetime) -> tuple[dt.datetime, float]:
    """Return the change of a clock within a day."""
    quarter = dt.timedelta(minutes=15)
    first = moment.astimezone(zone).utcoffset()
    while moment.astimezone(zone).utcoffset() == first:
        moment += quarter
    gained = (moment.astimezone(zone).utcoffset() or NOTHING) - (first or NOTHING)
    shows = moment.astimezone(zone).replace(tzinfo=None, fold=0)
    return shows + max(-gained, NOTHING), gained.total_seconds() / 60


def _two(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    found = np.empty((len(first), 2))
    found[:, 0], found[:, 1] = first, second
    return found


def _points(duration: Duration) -> Shares | None:
    if duration.kind == "fixed":
        return np.array([duration.mean or 0.0]), np.ones(1)
    if duration.kind == "empirical":
        count = len(duration.values)
        shares = np.array(duration.weights or (1 / count,) * count)
        return np.array(duration.values, dtype=float), shares
    return None
