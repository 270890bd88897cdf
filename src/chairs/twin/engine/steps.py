"""The interpreter: what each kind of step does with a patient."""

from __future__ import annotations

import math
from typing import Any

from chairs.twin.engine.calendar import push
from chairs.twin.engine.choosing import after_rest, by_the_wall, in_window, known_end, line_for, on_the_clock, visit_of
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    ABSENT,
    AT_MARKS,
    AT_PASSES,
    AT_ROWS,
    AT_STATIONS,
    AT_WITHIN,
    BUSY,
    DELAY,
    END_PATIENCE,
    FINISH,
    H_UNITS,
    LEAVE,
    LOG_LEAVE,
    LOG_PASS,
    LONG,
    MARK,
    N_CLASSES,
    N_MARKS,
    N_STATIONS,
    N_STEPS,
    P_CLASS,
    P_DECIDED,
    P_DOING,
    P_DRAWN,
    P_FINISH,
    P_HELD,
    P_HOLDING,
    P_IMPATIENT,
    P_NEXT,
    P_OVERDUE,
    P_ROW,
    PATIENCE,
    PX_ARRIVED,
    PX_ELAPSED,
    PX_GAINED,
    PX_STARTED,
    PX_SURVIVAL,
    PX_UNTIL,
    R_DECIDES,
    R_FIRST,
    R_LEVELS,
    R_LOGGED,
    R_NEXT,
    R_OP,
    R_START,
    R_STOP,
    R_TALLY,
    R_TARGETS,
    R_WIDE,
    R_WIDTH,
    R_WINDOW,
    RECLASS,
    RELEASE,
    ROUTE,
    S_BUSY,
    S_CAPACITY,
    S_QUEUE,
    S_WIDE,
    SEIZE,
    W_COUNTING,
    W_FREE,
    W_INSIDE,
    W_LOGGING,
    WX_HORIZON,
    WX_HOUR,
    WX_NOW,
)
from chairs.twin.engine.noting import draw_for, holding_at, patient_at, patient_x_at, tally, write_line
from chairs.twin.engine.quantile import duration
from chairs.twin.engine.queues import offer
from chairs.twin.engine.units import give_back
from chairs.twin.engine.waiting import seize, start_patience


@part
def _delay(n: Any, x: Any, slot: int, r: int) -> None:
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    if n[r + R_DECIDES] == 1:
        n[p + P_DECIDED] = 1
    visit = visit_of(n, slot, r)
    s, u = draw_for(n, slot, r, visit)
    line = line_for(n, x, slot, r, visit)
    which = n[r + R_FIRST] + line
    if n[p + P_DRAWN] >= 0:
        which = n[p + P_DRAWN]
        n[p + P_DRAWN] = -1
    lasts = duration(n, x, which, s * x[px + PX_SURVIVAL])
    until = x[WX_NOW] + max(lasts - (x[px + PX_ELAPSED] + x[px + PX_GAINED]), 0.0)
    if n[r + R_WINDOW] > 0 and until < LONG * x[WX_HOUR]:  # beyond the horizon too: the clock may show it earlier
        if line >= n[r + R_LEVELS]:  # a length that is known, with its hour or none
            until = known_end(n, x, until, which)
        elif n[r + R_WINDOW] == 3:
            until = after_rest(n, x, slot, r, visit, by_the_wall(n, x, until))
            until = on_the_clock(n, x, until, duration(n, x, n[r + R_TARGETS], u))
        else:
            until = in_window(n, x, r, until, u)
    x[px + PX_STARTED] = x[WX_NOW] - x[px + PX_ELAPSED]
    x[px + PX_SURVIVAL], x[px + PX_ELAPSED], x[px + PX_GAINED] = 1.0, 0.0, 0.0
    x[px + PX_UNTIL] = until
    n[p + P_DOING] = BUSY
    if until <= x[WX_HORIZON]:
        n[p + P_FINISH] = push(n, x, until, FINISH, slot)


@part
def _release(n: Any, x: Any, slot: int, r: int) -> None:
    """Give back what is named and held; all of it is offered before this patient goes on."""
    p, place = patient_at(n, slot), 0
    if n[p + P_HOLDING] > 0:
        latest = n[p + P_HELD]  # most hold one thing only: no need to look whether they hold the others
        only = n[p + P_HOLDING] == 1 and n[holding_at(n, slot, latest) + H_UNITS] > 0
        while place < n[r + R_WIDTH] and n[p + P_HOLDING] > 0:
            resource = n[n[r + R_FIRST] + place]
            if (not only or resource == latest) and n[holding_at(n, slot, resource) + H_UNITS] > 0:
                give_back(n, x, slot, resource)
            place += 1
        for named in range(n[r + R_WIDTH]):
            resource = n[n[r + R_FIRST] + named]
            s = n[AT_STATIONS] + resource * S_WIDE
            if n[s + S_QUEUE] > 0 and n[s + S_BUSY] < n[s + S_CAPACITY]:
                offer(n, x, resource)


@part
def _route(n: Any, x: Any, slot: int, r: int) -> Any:
    visit = visit_of(n, slot, r)
    first = n[r + R_FIRST] + n[r + R_WIDTH] * line_for(n, x, slot, r, visit)
    u, _ = draw_for(n, slot, r, visit)
    chosen = 0
    while chosen < n[r + R_WIDTH] - 1 and u >= x[first + chosen]:
        chosen += 1
    return n[n[r + R_TARGETS] + chosen]


@part
def _clock(n: Any, x: Any, slot: int, which: int, otherwise: float) -> Any:
    """Return what a clock shows; -1 stands for `otherwise`."""
    time = otherwise
    if which >= 0:
        time = x[n[AT_MARKS] + slot * n[N_MARKS] + which]
    return time


@part
def _tally(n: Any, x: Any, slot: int, r: int) -> None:
    since = _clock(n, x, slot, n[r + R_START], x[patient_x_at(n, slot) + PX_ARRIVED])
    took = _clock(n, x, slot, n[r + R_STOP], x[WX_NOW]) - since
    cls = n[patient_at(n, slot) + P_CLASS]
    tally(n, x, n[r + R_TALLY], cls, took)
    if n[W_COUNTING] == 1:
        for place in range(n[r + R_LEVELS]):
            if took <= x[n[r + R_FIRST] + place]:
                n[n[AT_WITHIN] + (n[r + R_TARGETS] + place) * n[N_CLASSES] + cls] += 1


@part
def _leave(n: Any, x: Any, slot: int, r: int, index: int) -> None:
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    if n[p + P_HOLDING] > 0:
        for resource in range(n[N_STATIONS]):
            if n[holding_at(n, slot, resource) + H_UNITS] > 0:
                give_back(n, x, slot, resource)
                offer(n, x, resource)
    if n[W_LOGGING] == 1:
        write_line(n, x, slot, (LOG_LEAVE, index, -1), (math.nan, x[WX_NOW]))
    tally(n, x, n[r + R_TALLY], n[p + P_CLASS], x[WX_NOW] - x[px + PX_ARRIVED])
    n[p + P_DOING] = ABSENT
    n[p + P_FINISH] = n[p + P_IMPATIENT] = 0
    n[p + P_NEXT] = n[W_FREE]
    n[W_FREE] = slot
    n[W_INSIDE] -= 1


@part
def _rarer_step(n: Any, x: Any, slot: int, r: int, index: int) -> None:
    p, op = patient_at(n, slot), n[r + R_OP]
    if op == PATIENCE:
        start_patience(n, x, slot, r)
    elif op == END_PATIENCE:
        n[p + P_IMPATIENT] = n[p + P_OVERDUE] = 0
    elif op == RECLASS:
        n[p + P_CLASS] = n[n[r + R_FIRST] + n[p + P_CLASS]]
    elif op == MARK:
        x[n[AT_MARKS] + slot * n[N_MARKS] + n[r + R_START]] = x[WX_NOW]
    else:
        _tally(n, x, slot, r)
    if n[r + R_LOGGED] == 1 and n[W_LOGGING] == 1:
        write_line(n, x, slot, (LOG_PASS, index, -1), (math.nan, x[WX_NOW]))


@part
def go_on(n: Any, x: Any, slot: int) -> None:
    """Take a patient through the table until he is treated, waits or has left."""
    p = patient_at(n, slot)
    index = n[p + P_ROW]
    while index >= 0:
        n[p + P_ROW] = index
        r = n[AT_ROWS] + index * R_WIDE
        n[n[AT_PASSES] + n[p + P_CLASS] * n[N_STEPS] + index] += n[W_COUNTING]
        op = n[r + R_OP]
        index = n[r + R_NEXT]
        if op == DELAY:
            _delay(n, x, slot, r)
            index = -1
        elif op == SEIZE:
            index = seize(n, x, slot, r, n[p + P_ROW])
        elif op == RELEASE:
            _release(n, x, slot, r)
        elif op == ROUTE:
            index = _route(n, x, slot, r)
        elif op == LEAVE:
            _leave(n, x, slot, r, n[p + P_ROW])
            index = -1
        else:
            _rarer_step(n, x, slot, r, n[p + P_ROW])
