"""What each kind of calendar event does when its moment has come."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AGE,
    AT_NODES,
    AT_ROWS,
    AT_SAMPLES,
    AT_STATIONS,
    AT_STATIONS_X,
    CLEANED,
    IMPATIENT,
    LOG_DELAY,
    N_PLACES,
    N_SAMPLES,
    N_STATIONS,
    P_AGE,
    P_CLASS,
    P_DOING,
    P_FINISH,
    P_IMPATIENT,
    P_OVERDUE,
    P_ROW,
    P_WAITS,
    P_WORSEN,
    PX_STARTED,
    Q_LEVEL,
    Q_RESOURCE,
    Q_WIDE,
    R_LOGGED,
    R_NEXT,
    R_WIDE,
    R_WORSENS,
    S_AGES,
    S_BUSY,
    S_CAPACITY,
    S_PREEMPTS,
    S_QUEUE,
    S_SHIFT,
    S_SHIFT_N,
    S_SHIFTS,
    S_TURN,
    S_WIDE,
    SAMPLE,
    SHIFT,
    SX_CAPACITY,
    SX_WIDE,
    UNITS_SHIFT,
    W_LOGGING,
    W_SAMPLES,
    WAITING,
    WORSEN,
    WX_COUNTED,
    WX_HORIZON,
    WX_NOW,
    WX_SAMPLE_EVERY,
)
from chairs.twin.engine.noting import make_ready, patient_at, patient_x_at, write_line
from chairs.twin.engine.preempting import shrink
from chairs.twin.engine.queues import join, level_of, offer, quit_all, quit_line
from chairs.twin.engine.units import free
from chairs.twin.engine.waiting import expect_worsening, leave_queue

_UNITS_MASK = (1 << UNITS_SHIFT) - 1


@part
def finish(n: Any, x: Any, slot: int, code: int) -> None:
    """End a stay, unless it was interrupted in the meantime."""
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    if n[p + P_FINISH] == code:
        n[p + P_FINISH] = 0
        index = n[p + P_ROW]
        r = n[AT_ROWS] + index * R_WIDE
        if n[r + R_LOGGED] == 1 and n[W_LOGGING] == 1:
            write_line(n, x, slot, (LOG_DELAY, index, -1), (x[px + PX_STARTED], x[px + PX_STARTED]))
        n[p + P_ROW] = n[r + R_NEXT]
        make_ready(n, slot)


@part
def _lose_patience(n: Any, x: Any, slot: int, code: int) -> None:
    """Let a waiting patient leave his queue; one in treatment leaves when he next has to wait."""
    p = patient_at(n, slot)
    if n[p + P_IMPATIENT] == code:
        n[p + P_IMPATIENT] = 0
        if n[p + P_DOING] == WAITING:
            quit_all(n, x, slot)
            n[p + P_ROW] = leave_queue(n, x, slot, n[p + P_ROW])
            make_ready(n, slot)
        else:
            n[p + P_OVERDUE] = 1


@part
def _move(n: Any, x: Any, slot: int, up: int) -> None:
    """Place a waiting patient again in each of his queues, one level higher or by his class."""
    for place in range(n[patient_at(n, slot) + P_WAITS]):
        node = slot * n[N_PLACES] + place
        at = n[AT_NODES] + node * Q_WIDE
        resource, level = n[at + Q_RESOURCE], n[at + Q_LEVEL]
        other = max(level - 1, 0) if up == 1 else level_of(n, slot, resource)
        if other != level:
            quit_line(n, x, node)
            join(n, x, slot, place, resource, other)


@part
def _grow_older(n: Any, x: Any, slot: int, code: int) -> None:
    """Raise a patient who has waited long by one level of priority."""
    p = patient_at(n, slot)
    if n[p + P_AGE] == code and n[p + P_DOING] == WAITING:
        n[p + P_AGE] = 0
        _move(n, x, slot, 1)
        at = n[AT_NODES] + slot * n[N_PLACES] * Q_WIDE
        first = n[n[AT_STATIONS] + n[at + Q_RESOURCE] * S_WIDE + S_AGES]
        if first >= 0 and n[at + Q_LEVEL] > 0 and x[WX_NOW] + x[first + n[p + P_CLASS]] <= x[WX_HORIZON]:
            n[p + P_AGE] = push(n, x, x[WX_NOW] + x[first + n[p + P_CLASS]], AGE, slot)


@part
def _grow_worse(n: Any, x: Any, slot: int, code: int) -> None:
    """Let a waiting patient fall into another class, with its priority."""
    p = patient_at(n, slot)
    if n[p + P_WORSEN] == code and n[p + P_DOING] == WAITING:
        n[p + P_WORSEN] = 0
        r = n[AT_ROWS] + n[p + P_ROW] * R_WIDE
        n[p + P_CLASS] = n[n[r + R_WORSENS] + n[p + P_CLASS]]
        _move(n, x, slot, 0)
        expect_worsening(n, x, slot, r)


@part
def announce_shift(n: Any, x: Any, resource: int) -> None:
    """Write the next change of the roster into the calendar; its list begins with the period of its repetition."""
    s = n[AT_STATIONS] + resource * S_WIDE
    period = x[n[s + S_SHIFTS]]
    if n[s + S_SHIFT] == n[s + S_SHIFT_N] and period > 0.0:
        n[s + S_SHIFT] = 0
        n[s + S_TURN] += 1
    if n[s + S_SHIFT] < n[s + S_SHIFT_N]:
        push(n, x, n[s + S_TURN] * period + x[n[s + S_SHIFTS] + 2 * n[s + S_SHIFT] + 2], SHIFT, resource)


@part
def _change_shift(n: Any, x: Any, resource: int) -> None:
    """Set the capacity that the roster names for this moment, and announce the next change."""
    s, sx = n[AT_STATIONS] + resource * S_WIDE, n[AT_STATIONS_X] + resource * SX_WIDE
    capacity = int(x[n[s + S_SHIFTS] + 2 * n[s + S_SHIFT] + 3])
    n[s + S_SHIFT] += 1
    x[sx + SX_CAPACITY] -= (capacity - n[s + S_CAPACITY]) * x[WX_COUNTED]
    n[s + S_CAPACITY] = capacity
    announce_shift(n, x, resource)
    if n[s + S_PREEMPTS] == 1:
        shrink(n, x, resource)
    offer(n, x, resource)


@part
def _take_sample(n: Any, x: Any) -> None:
    """Write down units in use, patients waiting and units open, by resource."""
    at = n[AT_SAMPLES] + n[W_SAMPLES] * n[N_STATIONS] * 3
    for resource in range(n[N_STATIONS]):
        s = n[AT_STATIONS] + resource * S_WIDE
        n[at + 3 * resource] = n[s + S_BUSY]
        n[at + 3 * resource + 1] = n[s + S_QUEUE]
        n[at + 3 * resource + 2] = n[s + S_CAPACITY]
    n[W_SAMPLES] += 1
    if n[W_SAMPLES] < n[N_SAMPLES]:
        push(n, x, n[W_SAMPLES] * x[WX_SAMPLE_EVERY], SAMPLE, 0)


@part
def happen(n: Any, x: Any, kind: int, who: int, code: int) -> None:
    """Do what an event of one of the rarer kinds does."""
    if kind == IMPATIENT:
        _lose_patience(n, x, who, code)
    elif kind == CLEANED:
        free(n, x, who & _UNITS_MASK, who >> UNITS_SHIFT)
        offer(n, x, who & _UNITS_MASK)
    elif kind == SHIFT:
        _change_shift(n, x, who)
    elif kind == AGE:
        _grow_older(n, x, who, code)
    elif kind == WORSEN:
        _grow_worse(n, x, who, code)
    else:
        _take_sample(n, x)
