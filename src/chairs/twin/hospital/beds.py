"""Beds open, from what is published day by day: a typical week, and closures by date."""

from __future__ import annotations

import numpy as np

from chairs.twin.hospital.reading import DAY, HospitalLog
from chairs.twin.hospital.wanted import inside
from chairs.twin.resources import Closure, Resource, Shift

KEPT = 30.0  # minutes
LEAST_DAYS = 5


def bed_resources(log: HospitalLog) -> tuple[Resource, ...]:
    """Return the beds of each ward: the usual number of each weekday, fewer in the runs of days that had fewer.

    More than usual is not opened: what is published above it is patients who stayed when beds closed. Days on which
    all that were published were taken at midnight do not show the usual number.
    """
    weekday = (np.arange(log.first, log.last + 1) + 3) % 7
    found = []
    for row, ward in enumerate(log.wards):
        beds = np.nan_to_num(log.beds[row], nan=0.0).astype(int)
        some_free = beds > _taken(log, ward) + 1
        usual = np.array([_usual(beds[weekday == day], some_free[weekday == day]) for day in range(7)])
        found.append(
            Resource(
                name=ward,
                shifts=tuple(
                    Shift(at=24.0 * day, capacity=int(usual[day]))
                    for day in range(7)
                    if day == 0 or usual[day] != usual[day - 1]
                ),
                roster="week",
                closures=_closures(beds, usual[weekday], log.first),
                unit=ward,
            )
        )
    return tuple(found)


def _usual(beds: np.ndarray, some_free: np.ndarray) -> int:
    """Return the commonest number of the days with a free bed; the lowest of all where such days are too few."""
    if some_free.sum() < LEAST_DAYS:
        return int(beds.min())
    return int(np.bincount(beds[some_free]).argmax())


def _taken(log: HospitalLog, ward: str) -> np.ndarray:
    """Return the beds taken at each midnight, those kept for half an hour before a patient comes included."""
    mine = log.stays[log.stays["unit"] == ward]
    start, end = log.local(mine["start"].to_numpy()) - KEPT, log.local(mine["end"].to_numpy())
    return inside(start, np.where(np.isfinite(end), end, np.inf), DAY * np.arange(log.first, log.last + 1))


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
