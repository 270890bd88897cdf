"""Entries, census and exits of each unit by hour, read off the memory of a run that has ended."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from chairs.twin.engine.cells import cells
from chairs.twin.engine.jit import fingerprint, part, whole
from chairs.twin.engine.layout import (
    ABSENT,
    AT_LINES,
    AT_LINES_X,
    AT_PATIENTS,
    H_UNITS,
    HX_GRANTED,
    L_KIND,
    L_RESOURCE,
    L_WHO,
    L_WIDE,
    LOG_HOLD,
    LOG_LEAVE,
    LX_END,
    LX_START,
    LX_WIDE,
    N_PATIENTS,
    N_STATIONS,
    P_DOING,
    P_HOLDING,
    P_SERIAL,
    P_WIDE,
    W_LINES,
    W_SERIAL,
    WX_HOUR,
)
from chairs.twin.engine.noting import holding_at, holding_x_at, patient_at
from chairs.twin.memory import Memory

MEASURES = ("arrivals", "census", "departures")
_ENTRIES, _CHANGE, _EXITS = range(3)
# what the compiled part is given in one array: how many units, columns of a unit and patients present there are, how
# many nodes are used, where its tables begin; the moments of the nodes stand in another, before the exits
(
    _UNITS, _COLUMNS, _PRESENT, _USED, _AT_EXITS, _AT_PLACES, _AT_INITIAL, _AT_COUNTS, _AT_HEADS, _AT_NODES, _WIDE,
) = range(11)  # fmt: skip
_NEXT, _UNIT, _NODE_WIDE = range(3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where things are: the unit of each resource, that of each of those present, how many units, how many hours.

    Unit 0 is the site as a whole: whoever is in any unit is there.
    """

    resources: np.ndarray
    present: np.ndarray
    units: int
    hours: int


def unit_hours(memory: Memory, order: np.ndarray, places: Places) -> np.ndarray:
    """Return entries in each hour, patients present at its start and exits in it, by measure, unit and hour.

    Parameters
    ----------
    memory
        A run with a log, ended.
    order
        Which of those present has each of the first serial numbers (`chairs.twin.placing.place`).

    Returns
    -------
    ndarray
        Patients, of shape (measures, units, hours + 1).

    Notes
    -----
    A patient is in the unit of what he was last given to hold, from that moment until he is given something of
    another unit or leaves; those present are in their units before the run begins. The rule of
    `chairs.flow.census`: at an hour sharp somebody who comes then is present, somebody who goes then is not. Checked
    against the same rule applied with pandas to the event log of the run.
    """
    initial = places.present[order]
    patients, serials = memory.table(AT_PATIENTS, P_WIDE), int(memory.n[W_SERIAL])
    nodes = int(memory.n[W_LINES]) + len(initial) + int(patients[:, P_HOLDING].sum())
    columns = places.hours + 2  # the last one has what comes later
    counts = np.zeros((len(MEASURES), places.units, columns), dtype=np.int64)
    parts = (places.resources, initial, counts.ravel(), np.full(serials, -1), np.empty(_NODE_WIDE * nodes, np.int64))
    begins = _WIDE + np.cumsum([0, *(len(values) for values in parts)])
    book = np.concatenate([[places.units, columns, len(initial), 0, nodes, *begins[:-1]], *parts])
    _count(memory.n, memory.x, book, np.full(nodes + serials, np.inf))
    found = book[begins[2] : begins[3]].reshape(counts.shape)
    found[_CHANGE] = np.cumsum(found[_CHANGE], axis=1)
    return found[:, :, :-1]


@part
def _enter(book: Any, times: Any, who: int, unit: int, when: float) -> None:
    """Put a moment at which a patient comes into a unit behind those of his that are not later."""
    number, head, nodes = book[_USED], book[_AT_HEADS] + who, book[_AT_NODES]
    book[_USED] = number + 1
    times[number] = when
    prior, following = -1, book[head]
    while following >= 0 and times[following] <= when:
        prior, following = following, book[nodes + following * _NODE_WIDE + _NEXT]
    node = nodes + number * _NODE_WIDE
    book[node + _NEXT], book[node + _UNIT] = following, unit
    if prior < 0:
        book[head] = number
    else:
        book[nodes + prior * _NODE_WIDE + _NEXT] = number


@part
def _add(book: Any, measure: int, unit: int, hour: float, patients: int) -> None:
    column = book[_COLUMNS] - 1
    if hour < column:
        column = int(hour)
    book[book[_AT_COUNTS] + (measure * book[_UNITS] + unit) * book[_COLUMNS] + column] += patients


@part
def _stay(book: Any, unit: int, since: float, until: float) -> None:
    """Count one stay, in hours; `until` is infinite where it has not ended."""
    if since >= 0.0:
        _add(book, _ENTRIES, unit, since, 1)
    _add(book, _CHANGE, unit, math.ceil(max(since, 0.0)), 1)
    if until < math.inf:
        _add(book, _EXITS, unit, until, 1)
        _add(book, _CHANGE, unit, math.ceil(until), -1)


@part
def _stays(book: Any, times: Any, who: int, hour: float) -> None:
    """Count the stays of one patient, if he was in a unit."""
    first, gone = book[book[_AT_HEADS] + who], times[book[_AT_EXITS] + who] / hour
    if first >= 0:
        nodes, node, since = book[_AT_NODES], first, times[first] / hour
        unit = book[nodes + first * _NODE_WIDE + _UNIT]
        while node >= 0:
            other = book[nodes + node * _NODE_WIDE + _UNIT]
            if other != unit:
                _stay(book, unit, since, times[node] / hour)
                unit, since = other, times[node] / hour
            node = book[nodes + node * _NODE_WIDE + _NEXT]
        _stay(book, unit, since, gone)
        _stay(book, 0, times[first] / hour, gone)


@part
def _ended(n: Any, x: Any, book: Any, times: Any) -> None:
    """Take what the log says: what was held and has been given back, and who has left."""
    for number in range(n[W_LINES]):
        line, line_x = n[AT_LINES] + number * L_WIDE, n[AT_LINES_X] + number * LX_WIDE
        if n[line + L_KIND] == LOG_HOLD and x[line_x + LX_START] >= 0.0:
            unit = book[book[_AT_PLACES] + n[line + L_RESOURCE]]
            _enter(book, times, n[line + L_WHO], unit, x[line_x + LX_START])
        elif n[line + L_KIND] == LOG_LEAVE:
            times[book[_AT_EXITS] + n[line + L_WHO]] = x[line_x + LX_END]


@part
def _held(n: Any, x: Any, book: Any, times: Any) -> None:
    """Take what is held still."""
    for slot in range(n[N_PATIENTS]):
        p, resource, held = patient_at(n, slot), 0, 0
        while n[p + P_DOING] != ABSENT and held < n[p + P_HOLDING] and resource < n[N_STATIONS]:
            if n[holding_at(n, slot, resource) + H_UNITS] > 0:
                held += 1
                since = x[holding_x_at(n, slot, resource) + HX_GRANTED]
                if since >= 0.0:
                    _enter(book, times, n[p + P_SERIAL], book[book[_AT_PLACES] + resource], since)
            resource += 1


def _entry(files: int) -> Any:
    @whole
    def count(wholes: Any, reals: Any, sheet: Any, moments: Any) -> Any:
        n, x, book, times = cells(wholes), cells(reals), cells(sheet), cells(moments)
        for who in range(book[_PRESENT]):
            _enter(book, times, who, book[book[_AT_INITIAL] + who], -1.0)
        _ended(n, x, book, times)
        _held(n, x, book, times)
        for who in range(n[W_SERIAL]):
            _stays(book, times, who, x[WX_HOUR])
        return files

    return count


_count = _entry(fingerprint())
