"""What is drawn for, counted of and written down about one patient."""

from __future__ import annotations

from typing import Any

import numpy as np

from chairs.core.counter import philox
from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_HOLDINGS,
    AT_HOLDINGS_X,
    AT_LINES,
    AT_LINES_X,
    AT_PASSES,
    AT_PATIENTS,
    AT_PATIENTS_X,
    AT_ROWS,
    AT_TALLIES,
    AT_TALLIES_X,
    DRAW_EVEN,
    H_WIDE,
    HX_WIDE,
    L_CLASS,
    L_KIND,
    L_RESOURCE,
    L_ROW,
    L_WHO,
    L_WIDE,
    LX_END,
    LX_REQUESTED,
    LX_START,
    LX_WIDE,
    N_CLASSES,
    N_STATIONS,
    N_STEPS,
    P_CLASS,
    P_DOING,
    P_NEXT,
    P_NUMBER,
    P_SERIAL,
    P_SOURCE,
    P_WIDE,
    PX_WIDE,
    R_KEY,
    R_WIDE,
    READY,
    TX_SQUARE,
    TX_TOTAL,
    TX_WIDE,
    W_COUNTING,
    W_EVEN,
    W_KEY0,
    W_KEY1,
    W_LAST_READY,
    W_LINES,
    W_READY,
    WX_NOW,
)


@part
def patient_at(n: Any, slot: int) -> Any:
    """Return the place of a patient's record in n."""
    return n[AT_PATIENTS] + slot * P_WIDE


@part
def patient_x_at(n: Any, slot: int) -> Any:
    """Return the place of a patient's record in x."""
    return n[AT_PATIENTS_X] + slot * PX_WIDE


@part
def holding_at(n: Any, slot: int, resource: int) -> Any:
    """Return the place in n of what a patient holds of a resource."""
    return n[AT_HOLDINGS] + (slot * n[N_STATIONS] + resource) * H_WIDE


@part
def holding_x_at(n: Any, slot: int, resource: int) -> Any:
    """Return the place in x of what a patient holds of a resource."""
    return n[AT_HOLDINGS_X] + (slot * n[N_STATIONS] + resource) * HX_WIDE


@part
def draw(n: Any, slot: int, key: int, visit: int) -> Any:
    """Return two uniform numbers that depend on seed, replication, patient, step and visit only."""
    p = n[AT_PATIENTS] + slot * P_WIDE
    return philox(
        np.uint64(n[p + P_NUMBER]),
        np.uint64(n[p + P_SOURCE]),
        np.uint64(key),
        np.uint64(visit),
        np.uint64(n[W_KEY0]),
        np.uint64(n[W_KEY1]),
    )


@part
def draw_for(n: Any, slot: int, r: int, visit: int) -> Any:
    """Return two uniform numbers for a row of the table: the patient's own, or the next of an even sequence."""
    if n[W_EVEN] == 1:
        return _even(n, r)
    return draw(n, slot, n[r + R_KEY], visit)


@part
def _even(n: Any, r: int) -> Any:
    """Return two uniform numbers that, over the passes of a row, fill 0 to 1 and its square evenly from the first on.

    Blocks of 16 points of Sobol's sequence, each block shifted digitally at random and each point moved within its
    cell (Owen, *Monte Carlo theory, methods and examples*, chapter 17): one long sequence would beat with the number
    of patients a day.
    """
    first = n[AT_PASSES] + (r - n[AT_ROWS]) // R_WIDE
    times = -1  # this pass is counted already
    for cls in range(n[N_CLASSES]):
        times += n[first + cls * n[N_STEPS]]
    times = max(times, 0)
    key, even = np.uint64(n[r + R_KEY]), np.uint64(DRAW_EVEN)
    k0, k1 = np.uint64(n[W_KEY0]), np.uint64(n[W_KEY1])
    within, other = philox(np.uint64(times), np.uint64(0), key, even, k0, k1)
    shift, turn = philox(np.uint64(times // 16), np.uint64(1), key, even, k0, k1)
    one, two, place = int(shift * 16), int(turn * 16), times % 16
    if place & 1:
        one, two = one ^ 8, two ^ 8
    if place & 2:
        one, two = one ^ 4, two ^ 12
    if place & 4:
        one, two = one ^ 2, two ^ 10
    if place & 8:
        one, two = one ^ 1, two ^ 15
    return (one + within) / 16, (two + other) / 16


@part
def make_ready(n: Any, slot: int) -> None:
    """Let a patient go on at this moment, after those who became ready before him."""
    p = n[AT_PATIENTS] + slot * P_WIDE
    n[p + P_DOING] = READY
    n[p + P_NEXT] = -1
    if n[W_READY] < 0:
        n[W_READY] = slot
    else:
        n[n[AT_PATIENTS] + n[W_LAST_READY] * P_WIDE + P_NEXT] = slot
    n[W_LAST_READY] = slot


@part
def tally(n: Any, x: Any, which: int, cls: int, value: float) -> None:
    """Add a value to a sum, unless the run is still warming up."""
    if n[W_COUNTING] == 1:
        entry = which * n[N_CLASSES] + cls
        n[n[AT_TALLIES] + entry] += 1
        at = n[AT_TALLIES_X] + entry * TX_WIDE
        x[at + TX_TOTAL] += value
        x[at + TX_SQUARE] += value * value


@part
def write_line(n: Any, x: Any, slot: int, what: Any, since: Any) -> None:
    """Write one line of the log, ending now: `what` is kind, row and resource, `since` request and start."""
    kind, row, resource = what
    requested, start = since
    p, line = n[AT_PATIENTS] + slot * P_WIDE, n[AT_LINES] + n[W_LINES] * L_WIDE
    n[line + L_WHO], n[line + L_CLASS] = n[p + P_SERIAL], n[p + P_CLASS]
    n[line + L_KIND], n[line + L_ROW], n[line + L_RESOURCE] = kind, row, resource
    line = n[AT_LINES_X] + n[W_LINES] * LX_WIDE
    x[line + LX_REQUESTED], x[line + LX_START], x[line + LX_END] = requested, start, x[WX_NOW]
    n[W_LINES] += 1
