"""Beds open, from what is published day by day: a typical week, and closures by date."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from chairs.twin.hospital.reading import DAY, HospitalLog
from chairs.twin.hospital.wanted import inside
from chairs.twin.resources import Closure, Resource, Shift

KEPT = 30.0  # minutes
PROMISED = 120.0  # minutes after midnight in which those who come had been promised their bed the day before


def open_beds(log: HospitalLog) -> np.ndarray:
    """Return the beds that take patients [ward, day], from those published; at most the usual number of the weekday.

    More than usual is not opened: what is published above it is patients who stayed when beds closed. A ward of which
    nothing is published has no limit that is known: infinite.

    Notes
    -----
    Where beds close on those who lie in them, what is published is the patients, so that a full ward shows a number
    that is too high. Each day thus bounds its beds: at most those published; at least as many, where two or more were
    free at midnight, else at least as many as were taken when a patient came. The usual number of a weekday is the one
    that agrees with most of its days. A day that agrees with more than one number, and is closed itself or comes
    before a closed one, has the number of the nearest day that shows it, among those of the same closure that usually
    have as many beds. Of the 21,199 days of wards of the demonstration hospital 9 to 13 differ from its generator's by
    a bed or a few; of those published, about 600 (three draws; tests/reference/test_hospital_beds.py).
    """
    weekday = (np.arange(log.first, log.last + 1) + 3) % 7
    found = np.full(log.beds.shape, np.inf)
    for row in np.flatnonzero(np.isfinite(log.beds).any(axis=1)):
        low, high = bounds(log, int(row))
        usual = np.array([_usual(low[weekday == day], high[weekday == day]) for day in range(7)])
        found[row] = settled(low, high, usual[weekday])
    return found


def bed_resources(wards: Sequence[str], beds: np.ndarray, first: int) -> tuple[Resource, ...]:
    """Return the beds of each ward [ward, day] as a typical week, and closures on the days that had fewer."""
    weekday, found = (np.arange(beds.shape[1]) + first + 3) % 7, []
    for ward, mine in zip(wards, beds, strict=True):
        if np.isinf(mine).all():
            found.append(Resource(name=ward, unit=ward))
            continue
        usual = np.array([mine[weekday == day].max() if (weekday == day).any() else mine.max() for day in range(7)])
        shifts = [
            Shift(at=24.0 * day, capacity=int(usual[day]))
            for day in range(7)
            if day == 0 or usual[day] != usual[day - 1]
        ]
        closures = _closures(mine, usual[weekday], first)
        found.append(Resource(name=ward, shifts=tuple(shifts), roster="week", closures=closures, unit=ward))
    return tuple(found)


def bounds(log: HospitalLog, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the most beds of a ward that may have taken patients, by day."""
    mine = log.stays[log.stays["unit"] == log.wards[row]]
    start, end = (log.local(mine[name].to_numpy()) for name in ("start", "end"))
    end = np.where(np.isfinite(end), end, np.inf)
    midnights = DAY * np.arange(log.first, log.last + 1)
    published = log.beds[row].astype(int)
    day = np.floor(start / DAY).astype(int) - log.first
    came = (day >= 0) & (day < len(published)) & (start % DAY >= PROMISED)
    taken = np.zeros(len(published), dtype=int)
    np.maximum.at(taken, day[came], inside(start, end, start[came]))
    free = published > inside(start - KEPT, end, midnights) + 1
    return np.where(free, published, np.minimum(taken, published)), published


def _usual(low: np.ndarray, high: np.ndarray) -> int:
    """Return the published number that agrees with most days, the lowest of these."""
    numbers = np.unique(high)
    agree = (low[:, None] <= numbers) & (numbers <= high[:, None])
    return int(numbers[np.argmax(agree.sum(axis=0))]) if len(numbers) else 0  # a log of less than a week


def settled(low: np.ndarray, high: np.ndarray, usual: np.ndarray) -> np.ndarray:
    """Return the beds of each day within its bounds, at most the usual number.

    Examples
    --------
    Three of ten beds close on the second day, when nine patients lie there; the third shows seven.

    >>> settled(np.array([10, 6, 7]), np.array([10, 9, 7]), np.array([10, 10, 10])).tolist()
    [10, 7, 7]
    """
    closed = high < usual
    found: np.ndarray = np.minimum(high, usual)
    for day in range(len(found) - 2, -1, -1):
        closed[day] |= closed[day + 1] and low[day] < found[day]
    for first, last in _runs(closed):
        days = np.arange(first, last + 1)
        shown = days[(low[days] == high[days]) & (high[days] < usual[days])]
        for day in days[low[days] < found[days]]:
            like = shown[usual[shown] == usual[day]]
            if len(like):
                nearest = high[like[np.argmin(np.abs(like - day))]]
                found[day] = min(max(nearest, low[day]), found[day])
    return found


def _runs(which: np.ndarray) -> list[tuple[int, int]]:
    """Return the first and the last day of each run of days."""
    edges = np.flatnonzero(np.diff(which.astype(int), prepend=0, append=0))
    return [(int(a), int(b) - 1) for a, b in edges.reshape(-1, 2)]


def _closures(beds: np.ndarray, usual: np.ndarray, first: int) -> tuple[Closure, ...]:
    """Return the runs of days with the same, lower number."""
    fewer = np.where(beds < usual, beds, -1)
    edges = np.flatnonzero(np.diff(fewer, prepend=-2))
    runs = zip(edges, np.append(edges[1:], len(fewer)), strict=True)
    return tuple(
        Closure(first=_iso(first + int(a)), last=_iso(first + int(b) - 1), capacity=int(fewer[a]))
        for a, b in runs
        if fewer[a] >= 0
    )


def _iso(day: int) -> str:
    return str(np.datetime64(day, "D"))
