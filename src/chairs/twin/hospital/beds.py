"""Beds open, from what is published day by day: a typical week, and closures by date."""

from __future__ import annotations

import numpy as np

from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.resources import Closure, Resource, Shift


def bed_resources(log: HospitalLog, priority: dict[str, dict[str, int]]) -> tuple[Resource, ...]:
    """Return the beds of each ward: the usual number of each weekday, fewer in the runs of days that had fewer.

    More than usual is not opened: what is published above it is patients who stayed when beds closed.
    """
    weekday = (np.arange(log.first, log.last + 1) + 3) % 7
    found = []
    for row, ward in enumerate(log.wards):
        beds = np.nan_to_num(log.beds[row], nan=0.0).astype(int)
        usual = np.array([_mode(beds[weekday == day]) for day in range(7)])
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
                priority=priority.get(ward, {}),
                unit=ward,
            )
        )
    return tuple(found)


def _mode(values: np.ndarray) -> int:
    return int(np.bincount(values).argmax())


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
