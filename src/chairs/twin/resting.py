"""How long a stay may still last, given when it began: the values of a discrete distribution, and their shares."""

from __future__ import annotations

import datetime as dt

import numpy as np

from chairs.twin.durations import Duration

DAY = 1440.0  # minutes

Shares = tuple[np.ndarray, np.ndarray]


class Resting:
    """The discrete durations of one model as arrays, written out once each."""

    def __init__(self) -> None:
        # by the place in memory of a duration, which is kept with it so that no other takes that place
        self._known: dict[int, tuple[Shares | None, Duration]] = {}

    def points(self, duration: Duration) -> Shares | None:
        """Return values and shares of a discrete distribution; None for another one."""
        if id(duration) not in self._known:
            self._known[id(duration)] = _points(duration), duration
        return self._known[id(duration)][0]

    def ends(
        self, row: Duration, lands: Duration | None, clock: tuple[dt.datetime, dt.datetime], minute: float
    ) -> np.ndarray | None:
        """Return the times a stay may still last and their shares (sum: the probability of having lasted so long).

        `clock` is now and the beginning, local. Days of 23 or 25 hours count as 24: the end may be an hour off.
        """
        points, hands = self.points(row), None if lands is None else self.points(lands)
        if points is None or (lands is not None and hands is None):
            return None
        now, begun = clock
        passed = (now.replace(tzinfo=None) - begun.replace(tzinfo=None)).total_seconds() / 60 * minute
        values, shares = points
        if hands is None:
            kept = values > passed
            return _two(values[kept] - passed, shares[kept])
        midnight = (begun.hour * 60 + begun.minute + begun.second / 60) * minute  # since the midnight before it began
        day = (midnight + values) // (DAY * minute) * DAY * minute
        rest = (day[:, None] + hands[0] - midnight - passed).ravel()
        kept = rest > 0
        return _two(rest[kept], (shares[:, None] * hands[1]).ravel()[kept])


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
