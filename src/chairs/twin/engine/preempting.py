"""When a roster takes units away at once: who is interrupted."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_STATIONS,
    BUSY,
    FOREVER,
    H_UNITS,
    HX_GRANTED,
    HX_REQUESTED,
    INTERRUPTED,
    N_PATIENTS,
    P_DOING,
    P_FINISH,
    P_RESOURCE,
    P_UNITS,
    P_WAITS,
    PX_ELAPSED,
    PX_REMAINING,
    PX_REQUESTED,
    PX_UNTIL,
    S_BUSY,
    S_CAPACITY,
    S_WIDE,
    WX_NOW,
)
from chairs.twin.engine.noting import holding_at, holding_x_at, patient_at, patient_x_at
from chairs.twin.engine.queues import join, level_of
from chairs.twin.engine.units import drop, free


@part
def _interrupt(n: Any, x: Any, slot: int, resource: int) -> None:
    """Take a unit from a patient who is being treated; he waits for it and then goes on where he was."""
    p, px = patient_at(n, slot), patient_x_at(n, slot)
    n[p + P_FINISH] = 0
    n[p + P_DOING] = INTERRUPTED
    x[px + PX_REMAINING] = x[px + PX_UNTIL] - x[WX_NOW]
    x[px + PX_REQUESTED] = x[holding_x_at(n, slot, resource) + HX_REQUESTED]  # his place in the queue
    x[px + PX_ELAPSED] = x[WX_NOW]  # when he was interrupted; nothing else uses it during a treatment
    units = drop(n, x, slot, resource)
    n[p + P_RESOURCE], n[p + P_UNITS] = resource, units
    free(n, x, resource, units)
    n[p + P_WAITS] = 1
    join(n, x, slot, 0, resource, level_of(n, slot, resource))


@part
def _last_served(n: Any, x: Any, resource: int) -> Any:
    """Return the least urgent, last served patient who is being treated with this resource, or -1."""
    worst, worst_level, latest = -1, -1, -FOREVER
    for slot in range(n[N_PATIENTS]):
        if n[patient_at(n, slot) + P_DOING] == BUSY and n[holding_at(n, slot, resource) + H_UNITS] > 0:
            level, granted = level_of(n, slot, resource), x[holding_x_at(n, slot, resource) + HX_GRANTED]
            if level > worst_level or (level == worst_level and granted > latest):
                worst, worst_level, latest = slot, level, granted
    return worst


@part
def shrink(n: Any, x: Any, resource: int) -> None:
    """Interrupt patients until no more are treated than there are units; who only waits or boards is let be."""
    s = n[AT_STATIONS] + resource * S_WIDE
    worst = 0
    while n[s + S_BUSY] > n[s + S_CAPACITY] and worst >= 0:
        worst = _last_served(n, x, resource)
        if worst >= 0:
            _interrupt(n, x, worst, resource)
