"""The loop: take the next event, let it happen, let the patients concerned go on."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.arrivals import arrive, next_arrival
from chairs.twin.engine.calendar import drop_first, push
from chairs.twin.engine.cells import cells
from chairs.twin.engine.happenings import announce_shift, finish, happen
from chairs.twin.engine.jit import fingerprint, part, whole
from chairs.twin.engine.layout import (
    ARRIVE,
    AT_CALENDAR,
    AT_CALENDAR_X,
    AT_PATIENTS,
    AT_ROWS,
    AT_STATIONS,
    AT_STATIONS_X,
    DONE,
    FINISH,
    GROW,
    INSTANT_LIMIT,
    N_CALENDAR,
    N_LINES,
    N_SAMPLES,
    N_SOURCES,
    N_STATIONS,
    P_NEXT,
    P_PATIENCE,
    P_WIDE,
    PAUSE,
    R_WIDE,
    S_CAPACITY,
    S_WIDE,
    SAMPLE,
    STUCK,
    SX_CAPACITY,
    SX_WIDE,
    W_BUDGET,
    W_BURSTS,
    W_CALENDAR,
    W_COUNTING,
    W_EVENTS,
    W_FREE,
    W_INSIDE,
    W_LINES,
    W_LOGGING,
    W_MARGIN,
    W_OPENING,
    W_READY,
    W_SAME_TIME,
    WHO_BITS,
    WX_COUNTED,
    WX_HORIZON,
    WX_NOW,
    WX_WARM_UP,
)
from chairs.twin.engine.queues import offer
from chairs.twin.engine.steps import go_on
from chairs.twin.engine.waiting import start_patience

_WHO_MASK = (1 << WHO_BITS) - 1


@part
def _room(n: Any) -> Any:
    """Say whether whatever happens next fits into the tables."""
    margin = n[W_MARGIN] + n[W_BURSTS] * n[W_INSIDE]
    fits = n[W_FREE] >= 0 and n[W_CALENDAR] + margin <= n[N_CALENDAR]
    return fits and (n[W_LOGGING] == 0 or n[W_LINES] + margin <= n[N_LINES])


@part
def _resume_patience(n: Any, x: Any, slot: int) -> None:
    """Let the clock of a patient who is present at the start run on."""
    row = n[n[AT_PATIENTS] + slot * P_WIDE + P_PATIENCE]
    if row >= 0:
        start_patience(n, x, slot, n[AT_ROWS] + row * R_WIDE)


@part
def _open(n: Any, x: Any) -> None:
    """Everybody present is in his place: announce arrivals, rosters and samples, then offer what is free."""
    n[W_OPENING] = 0
    if n[N_SAMPLES] > 0:
        push(n, x, 0.0, SAMPLE, 0)
    for resource in range(n[N_STATIONS]):
        s = n[AT_STATIONS] + resource * S_WIDE
        x[n[AT_STATIONS_X] + resource * SX_WIDE + SX_CAPACITY] -= n[s + S_CAPACITY] * x[WX_COUNTED]
        announce_shift(n, x, resource)
    for which in range(n[N_SOURCES]):
        next_arrival(n, x, which)
    for resource in range(n[N_STATIONS]):
        offer(n, x, resource)


@part
def _advance(n: Any, x: Any, time: float) -> None:
    """Move the clock."""
    if time > x[WX_NOW]:
        x[WX_NOW] = time
        n[W_SAME_TIME] = 0
        if time >= x[WX_WARM_UP]:
            x[WX_COUNTED] = time
            n[W_COUNTING] = 1
    n[W_SAME_TIME] += 1
    n[W_EVENTS] += 1


@part
def _next_event(n: Any, x: Any, code: int) -> None:
    who, kind = code & _WHO_MASK, (code >> WHO_BITS) & 15
    drop_first(n, x)
    if kind == FINISH:
        finish(n, x, who, code)
    elif kind == ARRIVE:
        arrive(n, x, who)
    else:
        happen(n, x, kind, who, code)


@part
def _next_patient(n: Any, x: Any, slot: int) -> None:
    n[W_READY] = n[n[AT_PATIENTS] + slot * P_WIDE + P_NEXT]
    if n[W_OPENING] == 1:
        _resume_patience(n, x, slot)
    go_on(n, x, slot)


def _entry(files: int) -> Any:
    @whole
    def run(wholes: Any, reals: Any) -> Any:
        n, x = cells(wholes), cells(reals)
        while files > 0:
            if not _room(n):
                return GROW
            if n[W_READY] >= 0:
                _next_patient(n, x, n[W_READY])
            elif n[W_OPENING] == 1:
                _open(n, x)
            elif n[W_CALENDAR] == 0 or x[n[AT_CALENDAR_X]] > x[WX_HORIZON]:
                return DONE
            elif n[W_EVENTS] >= n[W_BUDGET]:
                return PAUSE
            elif n[W_SAME_TIME] > INSTANT_LIMIT:
                return STUCK
            else:
                _advance(n, x, x[n[AT_CALENDAR_X]])
                _next_event(n, x, n[n[AT_CALENDAR]])
        return STUCK

    return run


run = _entry(fingerprint())
"""Run one replication on; returns `DONE`, `GROW`, `PAUSE` or `STUCK`."""
