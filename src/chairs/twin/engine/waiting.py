"""Requests: served at once, refused, or made to wait; patience and worsening while waiting."""

from __future__ import annotations

import math
from typing import Any

from chairs.twin.engine.calendar import push
from chairs.twin.engine.choosing import line_for, visit_of
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AGE,
    AT_STATIONS,
    FOREVER,
    H_ROW,
    IMPATIENT,
    LOG_LEFT_QUEUE,
    LOG_REFUSED,
    N_CLASSES,
    P_AGE,
    P_CLASS,
    P_DECIDED,
    P_DOING,
    P_IMPATIENT,
    P_LEAVES,
    P_OVERDUE,
    P_PATIENCE,
    P_WAITS,
    P_WORSEN,
    PX_ELAPSED,
    PX_PATIENCE_ELAPSED,
    PX_PATIENCE_SURVIVAL,
    PX_REQUESTED,
    R_DECIDES,
    R_FIRST,
    R_KEY,
    R_LIMIT,
    R_NEXT,
    R_OTHER,
    R_QUEUES,
    R_QUEUES_N,
    R_SIMPLE,
    R_TALLY,
    R_WORSENS,
    S_AGES,
    S_BUSY,
    S_CAPACITY,
    S_QUEUE,
    S_WIDE,
    W_LOGGING,
    W_OPENING,
    WAITING,
    WORSEN,
    WX_HORIZON,
    WX_NOW,
)
from chairs.twin.engine.noting import draw, holding_at, patient_at, patient_x_at, tally, write_line
from chairs.twin.engine.quantile import duration
from chairs.twin.engine.queues import join, level_of, option_now
from chairs.twin.engine.units import grant, hold


@part
def expect_worsening(n: Any, x: Any, slot: int, r: int) -> None:
    """Write down when a waiting patient will fall into another class."""
    p = patient_at(n, slot)
    cls = n[p + P_CLASS]
    if n[n[r + R_WORSENS] + cls] == cls:
        return
    visit = visit_of(n, slot, r)
    s, _ = draw(n, slot, n[r + R_KEY] ^ (cls + 1), visit)
    after = duration(n, x, n[n[r + R_WORSENS] + n[N_CLASSES] + cls], s)
    if x[WX_NOW] + after <= x[WX_HORIZON]:
        n[p + P_WORSEN] = push(n, x, x[WX_NOW] + after, WORSEN, slot)


@part
def _wait_for(n: Any, x: Any, slot: int, r: int) -> None:
    """Put a patient into the queues of all that he asks for."""
    p = patient_at(n, slot)
    n[p + P_DOING] = WAITING
    n[p + P_WAITS] = n[r + R_QUEUES_N]
    ages = FOREVER
    for place in range(n[r + R_QUEUES_N]):
        resource = n[n[r + R_QUEUES] + place]
        join(n, x, slot, place, resource, level_of(n, slot, resource))
        first = n[n[AT_STATIONS] + resource * S_WIDE + S_AGES]
        if first >= 0:
            ages = min(ages, x[first + n[p + P_CLASS]])
    if x[WX_NOW] + ages <= x[WX_HORIZON]:
        n[p + P_AGE] = push(n, x, x[WX_NOW] + ages, AGE, slot)
    if n[r + R_WORSENS] >= 0:
        expect_worsening(n, x, slot, r)


@part
def leave_queue(n: Any, x: Any, slot: int, index: int) -> Any:
    """Send a patient whose patience is at its end on his way; return his next row."""
    p = patient_at(n, slot)
    n[p + P_OVERDUE] = n[p + P_IMPATIENT] = 0
    if n[W_LOGGING] == 1:
        write_line(n, x, slot, (LOG_LEFT_QUEUE, index, -1), (x[patient_x_at(n, slot) + PX_REQUESTED], math.nan))
    return n[p + P_LEAVES]


@part
def _refused(n: Any, x: Any, slot: int, r: int, index: int) -> Any:
    """Say whether the queue is full for a newcomer."""
    full = False
    if n[r + R_LIMIT] >= 0:
        s = n[AT_STATIONS] + n[n[r + R_QUEUES]] * S_WIDE
        full = n[s + S_QUEUE] >= n[r + R_LIMIT]
        if full and n[W_LOGGING] == 1:
            write_line(n, x, slot, (LOG_REFUSED, index, -1), (x[patient_x_at(n, slot) + PX_REQUESTED], math.nan))
    return full


@part
def _seize_rarer(n: Any, x: Any, slot: int, r: int, index: int) -> Any:
    """Serve a request that is not for one unit of one free resource; return the next row, or -1."""
    if n[patient_at(n, slot) + P_OVERDUE] == 1:
        return leave_queue(n, x, slot, index)
    if n[W_OPENING] == 0:
        place = option_now(n, x, slot, 1)
        if place >= 0:
            grant(n, x, slot, place)
            return n[r + R_NEXT]
        if _refused(n, x, slot, r, index):
            return n[r + R_OTHER]
    _wait_for(n, x, slot, r)
    return -1


@part
def seize(n: Any, x: Any, slot: int, r: int, index: int) -> Any:
    """Ask for what a row names; return the next row, or -1 for somebody who waits."""
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    if n[r + R_DECIDES] == 1:
        n[p + P_DECIDED] = 1
    x[px + PX_REQUESTED] = x[WX_NOW] - x[px + PX_ELAPSED]
    x[px + PX_ELAPSED] = 0.0
    resource = n[r + R_SIMPLE]  # almost all requests: one unit of one resource, and it is free
    at_once = resource >= 0 and n[W_OPENING] == 0 and n[p + P_OVERDUE] == 0
    if at_once:
        s = n[AT_STATIONS] + resource * S_WIDE
        at_once = n[s + S_BUSY] < n[s + S_CAPACITY]
    if at_once:
        hold(n, x, slot, resource, 1)
        n[holding_at(n, slot, resource) + H_ROW] = index
        tally(n, x, n[r + R_TALLY], n[p + P_CLASS], 0.0)
        following = n[r + R_NEXT]
    else:
        following = _seize_rarer(n, x, slot, r, index)
    return following


@part
def start_patience(n: Any, x: Any, slot: int, r: int) -> None:
    """Start the clock at whose end the patient leaves the queue he is in then."""
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    visit = visit_of(n, slot, r)
    s, _ = draw(n, slot, n[r + R_KEY], visit)
    which = n[r + R_FIRST] + line_for(n, x, slot, r, visit)
    n[p + P_LEAVES] = n[r + R_OTHER]
    n[p + P_OVERDUE] = n[p + P_IMPATIENT] = 0
    elapsed = 0.0
    if n[p + P_PATIENCE] >= 0:  # present at the start, with his clock running
        s, elapsed = s * x[px + PX_PATIENCE_SURVIVAL], x[px + PX_PATIENCE_ELAPSED]
        n[p + P_PATIENCE] = -1
    rings = x[WX_NOW] + max(duration(n, x, which, s) - elapsed, 0.0)
    if rings <= x[WX_HORIZON]:
        n[p + P_IMPATIENT] = push(n, x, rings, IMPATIENT, slot)
