"""Queues: who waits for what, in which order, and who is served when a unit is free."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_HEADS,
    AT_NODES,
    AT_ROWS,
    AT_STATIONS,
    AT_STATIONS_X,
    BUSY,
    FINISH,
    HX_REQUESTED,
    INTERRUPTED,
    N_PLACES,
    P_AGE,
    P_CLASS,
    P_DOING,
    P_FINISH,
    P_PRIORITY,
    P_RESOURCE,
    P_ROW,
    P_UNITS,
    P_WAITS,
    P_WORSEN,
    PX_ELAPSED,
    PX_REMAINING,
    PX_REQUESTED,
    PX_UNTIL,
    Q_LEVEL,
    Q_NEXT,
    Q_PRIOR,
    Q_RESOURCE,
    Q_WHO,
    Q_WIDE,
    R_FIRST,
    R_WIDE,
    R_WIDTH,
    S_ALIKE,
    S_BUSY,
    S_CAPACITY,
    S_HEADS,
    S_LEVELS,
    S_OVERTAKING,
    S_PRIORITIES,
    S_QUEUE,
    S_WIDE,
    SX_QUEUE,
    SX_QUEUE_SINCE,
    SX_QUEUE_TIME,
    SX_WIDE,
    WX_COUNTED,
    WX_HORIZON,
    WX_NOW,
)
from chairs.twin.engine.noting import holding_x_at, make_ready, patient_at, patient_x_at
from chairs.twin.engine.units import grant, hold


@part
def level_of(n: Any, slot: int, resource: int) -> Any:
    """Return the priority level of a patient at a resource: 0 is served first."""
    p, s = patient_at(n, slot), n[AT_STATIONS] + resource * S_WIDE
    if n[p + P_PRIORITY] >= 0:
        level = min(n[p + P_PRIORITY], n[s + S_LEVELS] - 1)
    else:
        level = n[n[s + S_PRIORITIES] + n[p + P_CLASS]]
    return level


@part
def join(n: Any, x: Any, slot: int, place: int, resource: int, level: int) -> None:
    """Put a patient in a queue, behind those of his level who asked before him."""
    s, sx = n[AT_STATIONS] + resource * S_WIDE, n[AT_STATIONS_X] + resource * SX_WIDE
    node = slot * n[N_PLACES] + place
    line = n[AT_HEADS] + 2 * (n[s + S_HEADS] + level)
    nodes = n[AT_NODES]
    asked = x[patient_x_at(n, slot) + PX_REQUESTED]
    prior = n[line + 1]
    while prior >= 0 and x[patient_x_at(n, n[nodes + prior * Q_WIDE + Q_WHO]) + PX_REQUESTED] > asked:
        prior = n[nodes + prior * Q_WIDE + Q_PRIOR]
    following = n[line] if prior < 0 else n[nodes + prior * Q_WIDE + Q_NEXT]
    at = nodes + node * Q_WIDE
    n[at + Q_WHO], n[at + Q_LEVEL], n[at + Q_RESOURCE] = slot, level, resource
    n[at + Q_PRIOR], n[at + Q_NEXT] = prior, following
    if prior < 0:
        n[line] = node
    else:
        n[nodes + prior * Q_WIDE + Q_NEXT] = node
    if following < 0:
        n[line + 1] = node
    else:
        n[nodes + following * Q_WIDE + Q_PRIOR] = node
    if n[s + S_QUEUE] == 0:
        x[sx + SX_QUEUE_SINCE] = x[WX_COUNTED]
    n[s + S_QUEUE] += 1
    x[sx + SX_QUEUE] -= x[WX_COUNTED]


@part
def quit_line(n: Any, x: Any, node: int) -> None:
    """Take one place out of its queue."""
    nodes = n[AT_NODES]
    at = nodes + node * Q_WIDE
    resource = n[at + Q_RESOURCE]
    s, sx = n[AT_STATIONS] + resource * S_WIDE, n[AT_STATIONS_X] + resource * SX_WIDE
    line = n[AT_HEADS] + 2 * (n[s + S_HEADS] + n[at + Q_LEVEL])
    prior, following = n[at + Q_PRIOR], n[at + Q_NEXT]
    if prior < 0:
        n[line] = following
    else:
        n[nodes + prior * Q_WIDE + Q_NEXT] = following
    if following < 0:
        n[line + 1] = prior
    else:
        n[nodes + following * Q_WIDE + Q_PRIOR] = prior
    n[s + S_QUEUE] -= 1
    x[sx + SX_QUEUE] += x[WX_COUNTED]
    if n[s + S_QUEUE] == 0:
        x[sx + SX_QUEUE_TIME] += x[WX_COUNTED] - x[sx + SX_QUEUE_SINCE]


@part
def quit_all(n: Any, x: Any, slot: int) -> None:
    """Take a patient out of all the queues he is in."""
    p, first = patient_at(n, slot), slot * n[N_PLACES]
    for place in range(n[p + P_WAITS]):
        quit_line(n, x, first + place)
    n[p + P_WAITS] = 0
    n[p + P_AGE] = 0
    n[p + P_WORSEN] = 0


@part
def _overtakes(n: Any, slot: int, resource: int) -> Any:
    """Say whether taking a unit now would pass somebody who may not be passed."""
    s = n[AT_STATIONS] + resource * S_WIDE
    found = False
    if n[s + S_OVERTAKING] == 0 and n[s + S_QUEUE] > 0:
        for level in range(level_of(n, slot, resource) + 1):
            if n[n[AT_HEADS] + 2 * (n[s + S_HEADS] + level)] >= 0:
                found = True
    return found


@part
def option_now(n: Any, x: Any, slot: int, newcomer: int) -> Any:
    """Return the place of the first option that can be had at once, or -1; `newcomer` is 0 or 1."""
    r = n[AT_ROWS] + n[patient_at(n, slot) + P_ROW] * R_WIDE
    place = n[r + R_FIRST]
    for _ in range(n[r + R_WIDTH]):
        claims = n[place]
        granted = True
        for claim in range(claims):
            resource, units = n[place + 1 + 2 * claim], n[place + 2 + 2 * claim]
            s = n[AT_STATIONS] + resource * S_WIDE
            if n[s + S_BUSY] + units > n[s + S_CAPACITY] or (newcomer == 1 and _overtakes(n, slot, resource)):
                granted = False
        if granted:
            return place
        place += 1 + 2 * claims
    return -1


@part
def _resume(n: Any, x: Any, slot: int) -> Any:
    """Give an interrupted patient his unit back, if one is free; say whether it was."""
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    resource = n[p + P_RESOURCE]
    s = n[AT_STATIONS] + resource * S_WIDE
    if n[s + S_BUSY] + n[p + P_UNITS] > n[s + S_CAPACITY]:
        return False
    quit_all(n, x, slot)
    hold(n, x, slot, resource, n[p + P_UNITS])
    x[holding_x_at(n, slot, resource) + HX_REQUESTED] = x[px + PX_ELAPSED]  # when he was interrupted
    x[px + PX_ELAPSED] = 0.0
    n[p + P_DOING] = BUSY
    x[px + PX_UNTIL] = x[WX_NOW] + x[px + PX_REMAINING]
    if x[px + PX_UNTIL] <= x[WX_HORIZON]:
        n[p + P_FINISH] = push(n, x, x[px + PX_UNTIL], FINISH, slot)
    return True


@part
def _serve(n: Any, x: Any, slot: int) -> Any:
    """Serve a waiting patient if what he asks for is free; say whether it was."""
    if n[patient_at(n, slot) + P_DOING] == INTERRUPTED:
        served = _resume(n, x, slot)
    else:
        place = option_now(n, x, slot, 0)
        served = place >= 0
        if served:
            quit_all(n, x, slot)
            grant(n, x, slot, place)
            make_ready(n, slot)
    return served


@part
def offer(n: Any, x: Any, resource: int) -> None:
    """Offer free units to those who wait, by level, then by time of request.

    Where nobody may be passed, or all ask for the same, one who cannot be served ends it.
    """
    s = n[AT_STATIONS] + resource * S_WIDE
    for level in range(n[s + S_LEVELS]):
        node = n[n[AT_HEADS] + 2 * (n[s + S_HEADS] + level)]
        while node >= 0:
            if n[s + S_BUSY] >= n[s + S_CAPACITY]:
                return
            at = n[AT_NODES] + node * Q_WIDE
            node = n[at + Q_NEXT]
            if not _serve(n, x, n[at + Q_WHO]) and n[s + S_ALIKE] == 1:
                return
