"""Where steps take place: which room or person serves, whether its units are short, who goes first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.journal import HOUR, MINUTE, NONE, Journal
from chairs.twin.resources import Resource, Shift

LEAST_WAITS = 50  # before a capacity is looked for
ALWAYS_FULL = 0.8  # share of the waiting time in which all units must be busy
LOOK = 10 * MINUTE
MOST_LOOKS = 60_000
LEAST_LOOKS = 5
WEEK = 7 * 24 * HOUR
WEEKS = 8  # from which on a roster is read by hour of the week


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One place: its resource in the model, and what the log shows of its queue.

    `found` is `capacity` (a queue before a limited number of units), `no_request` (the log dates no request, so
    that no wait is known), `no_queue` (hardly anybody waits) or `not_full` (people wait although units are free:
    the wait has another cause).
    """

    resource: Resource
    found: str
    waits: int
    full: float

    @property
    def limited(self) -> bool:
        """Whether its units are short in the model."""
        return self.found == "capacity"


def read_places(journal: Journal) -> tuple[Place, ...]:
    """Return the places of a log, those without a name together as `elsewhere`, in the order of their codes.

    Notes
    -----
    A capacity is believed where, looking every ten minutes, all units were busy in 80 % of the moments in which
    somebody waited; it is then the number that was busy most often in those moments, by hour of the day (of the
    week, from eight weeks on). Otherwise the place is unlimited in the model, its waits are part of the time before
    the step, and the report says so.
    """
    return tuple(_place(journal, code, journal.where(code)) for code in journal.place_codes)


def places_beside(places: tuple[Place, ...], before: Journal, after: Journal) -> tuple[Place, ...]:
    """Return the places of a journal whose overlapping steps were cut (see `beside`), from those it had before."""
    known = dict(zip(before.place_codes, places, strict=True))
    return tuple(
        known[code]
        if code in known
        else Place(
            resource=Resource(name=after.places[code], unit=after.units[code]), found="no_queue", waits=0, full=0
        )
        for code in after.place_codes
    )


def _free(resource: Resource) -> Place:
    return Place(resource=resource, found="no_queue", waits=0, full=0.0)


def _place(journal: Journal, code: int, name: str) -> Place:
    here = journal.place == code
    asked, start, end = journal.asked[here], journal.start[here], journal.end[here]
    waits = int((start - asked > MINUTE).sum())
    plain = Resource(name=name)
    if not (asked < start).any():
        return Place(resource=plain, found="no_request", waits=0, full=0.0)
    if waits < LEAST_WAITS or code == NONE:
        return Place(resource=plain, found="no_queue", waits=waits, full=0.0)
    levels, full = _levels(asked, start, end)
    if full < ALWAYS_FULL:
        return Place(resource=plain, found="not_full", waits=waits, full=full)
    return Place(resource=_limited(name, levels), found="capacity", waits=waits, full=full)


def _levels(asked: np.ndarray, start: np.ndarray, end: np.ndarray) -> tuple[np.ndarray, float]:
    """Return units by hour of the day or week, and the share of waiting moments in which all were busy."""
    first, last = int(start.min()), int(end.max())
    every = max(LOOK, (last - first) // MOST_LOOKS)
    looks = np.arange(first, last, every) + every // 3
    begun = np.searchsorted(np.sort(start), looks, side="right")
    busy = begun - np.searchsorted(np.sort(end), looks, side="right")
    queue = np.searchsorted(np.sort(asked), looks, side="right") - begun
    weekly = last - first >= WEEKS * WEEK
    cells = (looks // HOUR // 24 + 3) % 7 * 24 + looks // HOUR % 24 if weekly else looks // HOUR % 24
    waiting = queue > 0
    levels = np.array([_level(busy[cells == cell], waiting[cells == cell]) for cell in range(168 if weekly else 24)])
    full = float((busy[waiting] >= levels[cells][waiting]).mean()) if waiting.any() else 0.0
    return levels, full


def _level(busy: np.ndarray, waiting: np.ndarray) -> int:
    """Return the units open in one hour: those busy most often while somebody waits, else the most ever busy."""
    if waiting.sum() >= LEAST_LOOKS:
        return int(np.bincount(busy[waiting]).argmax())
    return int(busy.max(initial=0))


def _limited(name: str, levels: np.ndarray) -> Resource:
    if (levels == levels[0]).all():
        return Resource(name=name, capacity=int(levels[0]))
    changed = [hour for hour in range(len(levels)) if hour == 0 or levels[hour] != levels[hour - 1]]
    shifts = tuple(Shift(at=float(hour), capacity=int(levels[hour])) for hour in changed)
    return Resource(name=name, shifts=shifts, roster="day" if len(levels) == 24 else "week")


def choices(journal: Journal, which: np.ndarray, codes: dict[int, int]) -> tuple[tuple[int, ...], np.ndarray]:
    """Return the places where some visits took place and their shares, one line or one an hour of the day.

    Notes
    -----
    By hour (who is on duty) where that makes the places of held-out cases more likely than one line does.
    """
    places = np.array([codes[code] for code in journal.place[which].tolist()])
    used, place = np.unique(places, return_inverse=True)
    place = place.ravel()
    hours, held = journal.start[which] // HOUR % 24, journal.case[which] % 5 == 0
    if len(used) > 1 and len(place) >= 200 and 0 < held.sum() < len(held):
        scores = []
        for lines, n_lines in ((hours * 0, 1), (hours, 24)):
            table = _table(lines[~held], place[~held], n_lines, len(used))
            scores.append(float(np.log(np.maximum(table[lines[held], place[held]], 1e-6)).mean()))
        if scores[1] > scores[0] + 0.01:
            return tuple(used.tolist()), _table(hours, place, 24, len(used))
    return tuple(used.tolist()), _table(hours * 0, place, 1, len(used))


def _table(lines: np.ndarray, place: np.ndarray, n_lines: int, n_places: int) -> np.ndarray:
    counts = np.zeros((n_lines, n_places))
    np.add.at(counts, (lines, place), 1.0)
    whole = counts.sum(axis=0) / counts.sum()
    if n_lines == 1:
        return np.asarray(counts / counts.sum())
    return np.asarray((counts + 2.0 * whole) / (counts.sum(axis=1) + 2.0)[:, None])
