"""How many are at work: the number in service while somebody waits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.clock import holidays_among
from chairs.twin.hospital.reading import DAY
from chairs.twin.resources import Shift

WEEK = 168
SUNDAY = 6
LEAST_MINUTES = 60.0  # of waiting in an hour of the week before its number is believed
SETTLED = 30.0  # minutes of each hour after which those of the shift before have finished


@dataclass(frozen=True)
class Busy:
    """In service and waiting as functions of time: values hold from `time[i]` for `lasts[i]` minutes."""

    time: np.ndarray
    lasts: np.ndarray
    serving: np.ndarray
    waiting: np.ndarray


def busy(begins: np.ndarray, ends: np.ndarray, queued: tuple[np.ndarray, np.ndarray]) -> Busy:
    """Return how many are served and how many wait, from the begins and ends of both (minutes).

    Examples
    --------
    >>> found = busy(np.array([0.0, 5.0]), np.array([5.0, 9.0]), (np.array([2.0]), np.array([5.0])))
    >>> found.serving.tolist(), found.waiting.tolist()
    ([1, 1, 1, 0], [0, 1, 0, 0])
    """
    times = np.concatenate([begins, ends, *queued])
    steps = np.concatenate([np.ones(len(begins), int), -np.ones(len(ends), int), np.zeros(2 * len(queued[0]), int)])
    waits = np.concatenate(
        [np.zeros(2 * len(begins), int), np.ones(len(queued[0]), int), -np.ones(len(queued[1]), int)]
    )
    kept = np.isfinite(times)
    moments, place = np.unique(times[kept], return_inverse=True)
    serving = np.cumsum(np.bincount(place, weights=steps[kept])).round().astype(int)
    waiting = np.cumsum(np.bincount(place, weights=waits[kept])).round().astype(int)
    return Busy(moments, np.diff(moments, append=moments[-1]), serving, waiting)


def weekly_capacity(found: Busy, hour: np.ndarray) -> np.ndarray:
    """Return the capacity of each hour of the week; -1 in all where nobody ever waited (not identified).

    Parameters
    ----------
    hour
        Local hours since a Monday at midnight, of each piece of `found`, with decimals.

    Notes
    -----
    While somebody waits every unit is busy, so that the number in service is the capacity; its time-weighted mode
    is taken, over the second half of each hour, when those of the last shift have left. An hour with too little
    waiting takes the mode of that clock hour over the working days or the weekend, else of the hour before.
    """
    queue = (found.waiting > 0) & (hour % 1 >= SETTLED / 60)
    weight = np.zeros((WEEK, int(found.serving.max(initial=0)) + 1))
    np.add.at(weight, (hour[queue].astype(int) % WEEK, found.serving[queue]), found.lasts[queue])
    shaped = weight.reshape(7, 24, -1)
    pooled = np.empty_like(shaped)
    pooled[:5], pooled[5:] = shaped[:5].sum(axis=0), shaped[5:].sum(axis=0)
    chosen = np.where((shaped.sum(axis=2) >= 10 * LEAST_MINUTES)[..., None], shaped, pooled).reshape(WEEK, -1)
    capacity = np.where(chosen.sum(axis=1) >= LEAST_MINUTES, chosen.argmax(axis=1), -1)
    known = np.flatnonzero(capacity > 0)
    if not len(known):
        return np.full(WEEK, -1)
    before = known[np.searchsorted(known, np.arange(WEEK), side="right") - 1]  # the first wraps to the last
    return np.where(capacity > 0, capacity, capacity[before])


def holiday_as(found: Busy, local: np.ndarray, capacity: np.ndarray, country: str = "FR") -> int | None:
    """Return the weekday whose roster the public holidays have: Sunday, or None for their own.

    Parameters
    ----------
    local
        Local minutes since 1970 of each piece of `found`; `capacity` of each hour of the week.

    Notes
    -----
    Whichever roster agrees for more minutes with the number in service while somebody waits, on holidays from Monday
    to Saturday; an hour at least must tell.
    """
    day = np.floor(local / DAY).astype(int)
    weekday, hour = (day + 3) % 7, (local % DAY / 60).astype(int)
    told = holidays_among(day, country) & (weekday != SUNDAY) & (found.waiting > 0) & (local % 60 >= SETTLED)
    own, sunday = (capacity[24 * which + hour] == found.serving for which in (weekday, SUNDAY))
    lasts = found.lasts[told]
    gain = float(lasts @ sunday[told].astype(float) - lasts @ own[told].astype(float))
    return SUNDAY if gain >= LEAST_MINUTES else None


def shifts(capacity: np.ndarray) -> tuple[Shift, ...]:
    """Return the roster of a week, one shift a change.

    Examples
    --------
    >>> [(s.at, s.capacity) for s in shifts(np.repeat([1, 3], 84))]
    [(0.0, 1), (84.0, 3)]
    """
    change = np.flatnonzero(np.diff(capacity, prepend=-1) != 0)
    return tuple(Shift(at=float(at), capacity=int(capacity[at])) for at in change)


def held_places(found: Busy, blocked: np.ndarray, least: float = 600.0) -> int | None:
    """Return the number of places that are full while staff is free and somebody waits; None: never seen.

    Parameters
    ----------
    found
        Patients in the places, and those who wait for one.
    blocked
        Pieces of time in which staff was free although somebody waited.
    """
    weight = np.bincount(found.serving[blocked], weights=found.lasts[blocked]) if blocked.any() else np.zeros(1)
    return int(weight.argmax()) if weight.sum() >= least else None
