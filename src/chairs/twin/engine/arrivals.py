"""Patients who come: when the next one does, and what he is like."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from chairs.core.counter import philox
from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    A_CLASSES,
    A_CYCLIC,
    A_FIRST,
    A_GAP,
    A_KEY,
    A_KIND,
    A_LEVEL,
    A_LEVEL_KEY,
    A_LEVEL_OF,
    A_N,
    A_NUMBER,
    A_PIECE,
    A_PIECES_A_LEVEL,
    A_SHOWS,
    A_TO,
    A_WIDE,
    ARRIVE,
    AT_ARRIVED,
    AT_ATTRIBUTES,
    AT_HOLDINGS,
    AT_MARKS,
    AT_PATIENTS,
    AT_PATIENTS_X,
    AT_SOURCES,
    AT_SOURCES_X,
    AT_VISITS,
    AX_ENDS,
    AX_EVERY,
    AX_LEVEL_NOW,
    AX_OF_CLASS,
    AX_ORIGIN,
    AX_SHARE,
    AX_TIME,
    AX_WIDE,
    DRAW_GAP,
    DRAW_LEVEL,
    FOREVER,
    GAP,
    H_TIMES,
    H_WIDE,
    HEADER,
    LOG_ARRIVE,
    N_ATTRIBUTES,
    N_CLASSES,
    N_MARKS,
    N_STATIONS,
    N_VISITS,
    P_CLASS,
    P_DRAWN,
    P_NEXT,
    P_NUMBER,
    P_PATIENCE,
    P_PRIORITY,
    P_ROW,
    P_SERIAL,
    P_SOURCE,
    P_VISITED,
    P_WIDE,
    PX_ARRIVED,
    PX_ELAPSED,
    PX_SURVIVAL,
    PX_WIDE,
    RATE,
    W_CLEANS,
    W_COUNTING,
    W_FREE,
    W_INSIDE,
    W_KEY0,
    W_KEY1,
    W_LOGGING,
    W_SERIAL,
    WX_HORIZON,
    WX_NOW,
)
from chairs.twin.engine.noting import draw, make_ready, write_line
from chairs.twin.engine.quantile import duration


@part
def _new_level(n: Any, x: Any, which: int, period: int) -> None:
    """Draw the level of one period (day, week, run): gamma with mean 1, the same for the whole period."""
    a = n[AT_SOURCES] + which * A_WIDE
    s, _ = philox(
        np.uint64(period),
        np.uint64(n[a + A_LEVEL_KEY]),
        np.uint64(DRAW_LEVEL),
        np.uint64(0),
        np.uint64(n[W_KEY0]),
        np.uint64(n[W_KEY1]),
    )
    x[n[AT_SOURCES_X] + which * AX_WIDE + AX_LEVEL_NOW] = duration(n, x, n[a + A_LEVEL], s)
    n[a + A_LEVEL_OF] = period


@part
def _rate(n: Any, x: Any, which: int, piece_of_time: int) -> Any:
    """Return the rate in force, the level of its period included."""
    a, ax = n[AT_SOURCES] + which * A_WIDE, n[AT_SOURCES_X] + which * AX_WIDE
    place = min(piece_of_time, n[a + A_N] - 1)
    if n[a + A_CYCLIC] == 1:
        place = piece_of_time % n[a + A_N]
    rate = x[n[a + A_FIRST] + place] * x[ax + AX_SHARE]
    if n[a + A_LEVEL] >= 0:
        period = piece_of_time // n[a + A_PIECES_A_LEVEL]
        if n[a + A_LEVEL_OF] != period:
            _new_level(n, x, which, period)
        rate *= x[ax + AX_LEVEL_NOW]
    return rate


@part
def _by_rate(n: Any, x: Any, which: int, s: float) -> Any:
    """Return the moment when the summed rate since the last arrival reaches an exponential draw: exact."""
    a, ax = n[AT_SOURCES] + which * A_WIDE, n[AT_SOURCES_X] + which * AX_WIDE
    due, time, found = -math.log(s), x[ax + AX_TIME], FOREVER
    ends = min(x[ax + AX_ENDS], x[WX_HORIZON])
    while time <= ends and found == FOREVER:
        rate = _rate(n, x, which, n[a + A_PIECE])
        border = x[ax + AX_ORIGIN] + (n[a + A_PIECE] + 1) * x[ax + AX_EVERY]
        if due < (border - time) * rate:
            found = time + due / rate
        else:
            due -= (border - time) * rate
            time = border
            n[a + A_PIECE] += 1
    return found


@part
def _by_list(n: Any, x: Any, which: int) -> Any:
    a = n[AT_SOURCES] + which * A_WIDE
    place = n[a + A_NUMBER] - 1
    turn = place // n[a + A_N]
    time = FOREVER
    if turn == 0 or n[a + A_CYCLIC] == 1:
        every = x[n[AT_SOURCES_X] + which * AX_WIDE + AX_EVERY]
        time = x[n[a + A_FIRST] + place - turn * n[a + A_N]] + turn * every
    return time


@part
def next_arrival(n: Any, x: Any, which: int) -> None:
    """Write the next arrival of a list into the calendar, if it comes before the list's end."""
    a, ax = n[AT_SOURCES] + which * A_WIDE, n[AT_SOURCES_X] + which * AX_WIDE
    n[a + A_NUMBER] += 1
    s, of_class = philox(
        np.uint64(n[a + A_NUMBER]),
        np.uint64(n[a + A_KEY]),
        np.uint64(DRAW_GAP),
        np.uint64(0),
        np.uint64(n[W_KEY0]),
        np.uint64(n[W_KEY1]),
    )
    x[ax + AX_OF_CLASS] = of_class
    n[a + A_SHOWS] = 1
    if n[a + A_KIND] == RATE:
        time = _by_rate(n, x, which, s)
    elif n[a + A_KIND] == GAP:
        time = x[ax + AX_TIME] + duration(n, x, n[a + A_GAP], s)
    else:
        time = _by_list(n, x, which)
        if s >= x[ax + AX_SHARE]:
            n[a + A_SHOWS] = 0
    x[ax + AX_TIME] = time
    if time < x[ax + AX_ENDS] and time <= x[WX_HORIZON]:
        push(n, x, time, ARRIVE, which)


@part
def _clear(n: Any, x: Any, slot: int) -> None:
    """Make a free place hold a patient who has done nothing yet."""
    p, px = n[AT_PATIENTS] + slot * P_WIDE, n[AT_PATIENTS_X] + slot * PX_WIDE
    if n[p + P_VISITED] > 0:  # who had the place before has left nothing else but the times he held a unit
        for place in range(n[N_VISITS]):
            n[n[AT_VISITS] + slot * n[N_VISITS] + place] = 0
    if n[W_CLEANS] == 1:
        first = n[AT_HOLDINGS] + slot * n[N_STATIONS] * H_WIDE
        for place in range(n[N_STATIONS]):
            n[first + place * H_WIDE + H_TIMES] = 0
    for field in range(P_WIDE):
        n[p + field] = 0
    n[p + P_PRIORITY] = n[p + P_DRAWN] = n[p + P_PATIENCE] = -1
    n[p + P_SERIAL] = n[W_SERIAL]
    n[W_SERIAL] += 1
    n[W_INSIDE] += 1
    x[px + PX_ARRIVED] = x[WX_NOW]
    x[px + PX_SURVIVAL] = 1.0
    x[px + PX_ELAPSED] = 0.0
    for place in range(n[N_MARKS]):
        x[n[AT_MARKS] + slot * n[N_MARKS] + place] = x[WX_NOW]


@part
def _chosen(x: Any, first: int, choices: int, u: float) -> Any:
    chosen = 0
    while chosen < choices - 1 and u >= x[first + chosen]:
        chosen += 1
    return chosen


@part
def _describe(n: Any, x: Any, slot: int) -> None:
    """Draw what a patient is like beside his class; the model's numbers begin with key, width and place of each."""
    cls = n[n[AT_PATIENTS] + slot * P_WIDE + P_CLASS]
    for attribute in range(n[N_ATTRIBUTES]):
        at = HEADER + 3 * attribute
        u, _ = draw(n, slot, n[at], 0)
        level = _chosen(x, n[at + 2] + cls * n[at + 1], n[at + 1], u)
        n[n[AT_ATTRIBUTES] + slot * n[N_ATTRIBUTES] + attribute] = level


@part
def arrive(n: Any, x: Any, which: int) -> None:
    """Let the patient in whom the calendar announced, and announce the next."""
    a, ax = n[AT_SOURCES] + which * A_WIDE, n[AT_SOURCES_X] + which * AX_WIDE
    if n[a + A_SHOWS] == 1:
        slot = n[W_FREE]
        p = n[AT_PATIENTS] + slot * P_WIDE
        n[W_FREE] = n[p + P_NEXT]
        _clear(n, x, slot)
        cls = _chosen(x, n[a + A_CLASSES], n[N_CLASSES], x[ax + AX_OF_CLASS])
        n[p + P_CLASS] = cls
        n[p + P_SOURCE], n[p + P_NUMBER] = n[a + A_KEY], n[a + A_NUMBER]
        n[p + P_ROW] = n[a + A_TO]
        if n[N_ATTRIBUTES] > 0:
            _describe(n, x, slot)
        n[n[AT_ARRIVED] + which * n[N_CLASSES] + cls] += n[W_COUNTING]
        if n[W_LOGGING] == 1:
            write_line(n, x, slot, (LOG_ARRIVE, which, n[a + A_NUMBER]), (x[WX_NOW], x[WX_NOW]))
        make_ready(n, slot)
    next_arrival(n, x, which)
