"""Units of resources: given to a patient, given back, taken away."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_ROWS,
    AT_STATIONS,
    AT_STATIONS_X,
    CLEANED,
    H_ROW,
    H_TIMES,
    H_UNITS,
    HX_GRANTED,
    HX_REQUESTED,
    LOG_HOLD,
    P_CLASS,
    P_HELD,
    P_HOLDING,
    P_ROW,
    PX_REQUESTED,
    R_NEXT,
    R_TALLY,
    R_WIDE,
    S_BUSY,
    S_CLEANING,
    S_KEY,
    S_WIDE,
    SX_BUSY,
    SX_IDLE_SINCE,
    SX_IDLE_TIME,
    SX_WIDE,
    UNITS_SHIFT,
    W_LOGGING,
    WX_COUNTED,
    WX_NOW,
)
from chairs.twin.engine.noting import draw, holding_at, holding_x_at, patient_at, patient_x_at, tally, write_line
from chairs.twin.engine.quantile import duration


@part
def hold(n: Any, x: Any, slot: int, resource: int, units: int) -> None:
    """Let a patient hold units of a resource from now on."""
    s, sx = n[AT_STATIONS] + resource * S_WIDE, n[AT_STATIONS_X] + resource * SX_WIDE
    h, hx = holding_at(n, slot, resource), holding_x_at(n, slot, resource)
    if n[s + S_BUSY] == 0:
        x[sx + SX_IDLE_TIME] += x[WX_COUNTED] - x[sx + SX_IDLE_SINCE]
    n[s + S_BUSY] += units
    x[sx + SX_BUSY] -= units * x[WX_COUNTED]
    n[h + H_UNITS] = units
    n[h + H_TIMES] += 1
    x[hx + HX_REQUESTED] = x[patient_x_at(n, slot) + PX_REQUESTED]
    x[hx + HX_GRANTED] = x[WX_NOW]
    n[patient_at(n, slot) + P_HOLDING] += 1
    n[patient_at(n, slot) + P_HELD] = resource


@part
def grant(n: Any, x: Any, slot: int, place: int) -> None:
    """Give a patient what the option at `place` names; his wait ends."""
    p = patient_at(n, slot)
    index = n[p + P_ROW]
    r = n[AT_ROWS] + index * R_WIDE
    for claim in range(n[place]):
        resource = n[place + 1 + 2 * claim]
        hold(n, x, slot, resource, n[place + 2 + 2 * claim])
        n[holding_at(n, slot, resource) + H_ROW] = index
    waited = x[WX_NOW] - x[patient_x_at(n, slot) + PX_REQUESTED]
    tally(n, x, n[r + R_TALLY], n[p + P_CLASS], waited)
    n[p + P_ROW] = n[r + R_NEXT]


@part
def free(n: Any, x: Any, resource: int, units: int) -> None:
    """Make units available again, without offering them yet."""
    s, sx = n[AT_STATIONS] + resource * S_WIDE, n[AT_STATIONS_X] + resource * SX_WIDE
    n[s + S_BUSY] -= units
    x[sx + SX_BUSY] += units * x[WX_COUNTED]
    if n[s + S_BUSY] == 0:
        x[sx + SX_IDLE_SINCE] = x[WX_COUNTED]


@part
def drop(n: Any, x: Any, slot: int, resource: int) -> Any:
    """End a patient's hold of a resource in the books; return the units."""
    h, hx = holding_at(n, slot, resource), holding_x_at(n, slot, resource)
    if n[W_LOGGING] == 1:
        since = (x[hx + HX_REQUESTED], x[hx + HX_GRANTED])
        write_line(n, x, slot, (LOG_HOLD, n[h + H_ROW], resource), since)
    units = n[h + H_UNITS]
    n[h + H_UNITS] = 0
    n[patient_at(n, slot) + P_HOLDING] -= 1
    return units


@part
def clean(n: Any, x: Any, slot: int, resource: int, units: int) -> None:
    """Keep units in use until they are clean."""
    s = n[AT_STATIONS] + resource * S_WIDE
    u, _ = draw(n, slot, n[s + S_KEY], n[holding_at(n, slot, resource) + H_TIMES])
    until = x[WX_NOW] + duration(n, x, n[s + S_CLEANING], u)
    push(n, x, until, CLEANED, resource | (units << UNITS_SHIFT))


@part
def give_back(n: Any, x: Any, slot: int, resource: int) -> None:
    """End a patient's hold of a resource; a unit that is cleaned stays in use until it is clean."""
    units = drop(n, x, slot, resource)
    if n[n[AT_STATIONS] + resource * S_WIDE + S_CLEANING] < 0:
        free(n, x, resource, units)
    else:
        clean(n, x, slot, resource, units)
