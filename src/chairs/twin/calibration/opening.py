"""Hours of work of a kind of step, as its own times show them: closed hours, and how much work fits into a span."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from chairs.twin.calibration.journal import DAY, HOUR, MINUTE

WEEK = 168
ENOUGH_FOR_DAYS = 60  # events of a kind before a weekday without any is a closed day
ENOUGH_FOR_HOURS = 240
CLOSED = 0.02  # of the mean hour: one with less is closed
ENOUGH_TO_OPEN = 22  # events in an hour of opening before it is told at which minute it opens
BREAK = 4  # hours: a closed time so short is passed over within a day's work
TO_THE = 5 * MINUTE  # that minute is rounded to
FIRST = 0.05  # share of those that are taken to be before time


def hour_of(moments: np.ndarray) -> np.ndarray:
    """Return the hour of the day of moments on the local clock."""
    return moments // HOUR % 24


def weekday_of(moments: np.ndarray) -> np.ndarray:
    """Return the weekday of moments on the local clock, 0 is Monday."""
    return (moments // DAY + 3) % 7


def hour_of_week(moments: np.ndarray) -> np.ndarray:
    """Return the hour of the week of moments on the local clock, 0 begins on Monday at midnight."""
    return (moments // HOUR + 72) % WEEK


def open_days(moments: np.ndarray) -> np.ndarray | None:
    """Return the weekdays on which something of a kind ever happens, if there is enough of it to tell."""
    if len(moments) < ENOUGH_FOR_DAYS:
        return None
    return np.asarray(np.bincount(weekday_of(moments), minlength=7) > 0)


@dataclass(frozen=True)
class Hours:
    """Which hours of the week are worked, and how late in its first hour the work begins (by hour of the day).

    Examples
    --------
    >>> at_noon = (np.arange(300) % 5 + 4) * DAY + 12 * HOUR  # from Monday to Friday
    >>> hours = read_hours(at_noon)
    >>> hours.wait[12], hours.wait[13], hours.wait[4 * 24 + 13]
    (np.int64(0), np.int64(23), np.int64(71))
    >>> friday_evening, monday_noon = np.array([8 * DAY + 20 * HOUR]), np.array([11 * DAY + 12 * HOUR])
    >>> (hours.opens(friday_evening) == monday_noon).all()
    np.True_
    >>> (hours.worked(friday_evening, monday_noon + HOUR) / HOUR).tolist()
    [1.0]
    """

    worked_hours: np.ndarray
    late: np.ndarray

    @cached_property
    def days(self) -> np.ndarray:
        """Which weekdays are worked."""
        return np.asarray(self.worked_hours.reshape(7, 24).any(axis=1))

    @cached_property
    def wait(self) -> np.ndarray:
        """For each hour of the week, in how many hours work goes on; 0 where it does."""
        ahead = np.stack([np.roll(self.worked_hours, -wait) for wait in range(WEEK)])
        return np.asarray(ahead.argmax(axis=0))

    @cached_property
    def since_open(self) -> np.ndarray:
        """For each hour of the week, how many hours ago the hours of work began; -1 where it is closed."""
        back = np.stack([np.roll(~self.worked_hours, ago + 1) for ago in range(WEEK)])
        return np.where(self.worked_hours, back.argmax(axis=0), -1)

    @cached_property
    def closed(self) -> np.ndarray:
        """For each hour of the week, the length of the closed hours that it is among; 0 where there is work."""
        back = np.stack([np.roll(self.worked_hours, ago + 1) for ago in range(WEEK)])
        return np.where(self.worked_hours, 0, back.argmax(axis=0) + self.wait)

    @cached_property
    def openings(self) -> tuple[tuple[int, int], ...]:
        """Kinds of opening: hour of the day, and how many hours it was closed before."""
        first = np.flatnonzero(self.since_open == 0)
        return tuple(sorted({(int(hour) % 24, int(self.closed[hour - 1])) for hour in first}))

    @cached_property
    def opening(self) -> np.ndarray:
        """For each hour of the week, which opening comes next, or has just come; 0 in later hours of work."""
        number = {one: place for place, one in enumerate(self.openings)}
        at = (np.arange(WEEK) + self.wait) % WEEK
        return np.array([number.get((int(hour) % 24, int(self.closed[hour - 1])), 0) for hour in at])

    def opens(self, moments: np.ndarray) -> np.ndarray:
        """Return when work goes on: the moment itself in hours of work."""
        wait = self.wait[hour_of_week(moments)]
        hours = moments // HOUR + wait
        return np.where(wait > 0, hours * HOUR + self.late[hours % 24], moments)

    def worked(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Return how much of each span lies in hours of work."""
        return np.asarray(self._so_far(until) - self._so_far(since))

    @cached_property
    def _summed(self) -> np.ndarray:
        return np.concatenate([[0], np.cumsum(self.worked_hours)]).astype(np.int64)

    def _so_far(self, moments: np.ndarray) -> np.ndarray:
        """Return the work time since a fixed Monday."""
        weeks, hour = np.divmod(moments // HOUR + 72, WEEK)
        whole = weeks * self._summed[-1] + self._summed[hour]
        return np.asarray(whole * HOUR + np.where(self.worked_hours[hour], moments % HOUR, 0))


def read_hours(moments: np.ndarray) -> Hours | None:
    """Return the hours in which something of a kind happens; None where it never stops or too little is known."""
    days = open_days(moments)
    if days is None or len(moments) < ENOUGH_FOR_HOURS:
        return None
    hours = np.bincount(hour_of(moments), minlength=24)
    worked = (days[:, None] & (hours >= CLOSED * hours.mean())[None, :]).ravel()
    if worked.all():
        return None
    late = np.zeros(24, dtype=np.int64)
    of_day = hour_of(moments)
    for hour in np.flatnonzero(hours >= ENOUGH_TO_OPEN).tolist():
        late[hour] = int(np.quantile(moments[of_day == hour] % HOUR, FIRST)) // TO_THE * TO_THE
    return Hours(worked, late)
