"""The loop: take the next event, let it happen, let the patients concerned go on."""

from __future__ import annotations

import hashlib
from pathlib import Path

from numba import njit

from chairs.twin.engine.arrivals import arrive, next_arrival
from chairs.twin.engine.calendar import drop_first, push
from chairs.twin.engine.happenings import finish, happen
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import ARRIVE, DONE, FINISH, GROW, INSTANT_LIMIT, PAUSE, SAMPLE, SHIFT, STUCK, WHO_BITS
from chairs.twin.engine.queues import offer
from chairs.twin.engine.steps import go_on, start_patience

_WHO_MASK = (1 << WHO_BITS) - 1


@piece
def _room(work):
    """Say whether whatever happens next fits into the arrays."""
    world = work.world[0]
    margin = world["margin"] + world["bursts"] * world["inside"]
    if world["free"] < 0 or world["calendar_n"] + margin > work.calendar.size:
        return False
    return world["logging"] == 0 or world["lines_n"] + margin <= work.lines.size


@part
def _open(work, plan, slot):
    """Let a patient who is present at the start take up what he was doing."""
    patient = work.patients[slot]
    if patient["patience_row"] >= 0:
        start_patience(work, plan, slot, plan.rows[patient["patience_row"]])
        patient["patience_row"] = -1


@piece
def _announce(work, plan):
    """Write the first arrival of each list, the first change of each roster and the first sample into the calendar."""
    world = work.world[0]
    if work.samples.shape[0] > 0:
        push(work, 0.0, SAMPLE, 0)
    for resource in range(work.stations.size):
        station = work.stations[resource]
        station["capacity_area"] -= station["capacity"] * world["counted"]
        if station["shift_n"] > 0:
            push(work, plan.floats[station["shifts"]], SHIFT, resource)
    for which in range(work.sources.size):
        next_arrival(work, plan, which)


@part
def _opened(work, plan):
    """Once everybody present is in his place, offer what is free."""
    work.world[0]["opening"] = 0
    _announce(work, plan)
    for resource in range(work.stations.size):
        offer(work, plan, resource)


@piece
def _take_first_ready(work):
    world = work.world[0]
    slot = world["ready"]
    world["ready"] = work.patients[slot]["next"]
    return slot


@piece
def _advance(world, time):
    """Move the clock; say whether it stands still for ever."""
    if time > world["now"]:
        world["now"] = time
        world["same_time"] = 0
        if time >= world["warm_up"]:
            world["counted"] = time
            world["counting"] = 1
    world["same_time"] += 1
    world["events"] += 1
    return world["same_time"] > INSTANT_LIMIT


@piece
def loop(work, plan):
    """Run until the horizon, until an array is full or until the budget of events is spent."""
    world = work.world[0]
    while True:
        if not _room(work):
            return GROW
        if world["ready"] >= 0:
            slot = _take_first_ready(work)
            if world["opening"] == 1:
                _open(work, plan, slot)
            go_on(work, plan, slot)
            continue
        if world["opening"] == 1:
            _opened(work, plan)
            continue
        if world["calendar_n"] == 0 or work.calendar[0]["time"] > world["horizon"]:
            return DONE
        if world["events"] >= world["event_budget"]:
            return PAUSE
        if _advance(world, work.calendar[0]["time"]):
            return STUCK
        code = work.calendar[0]["code"]
        who, kind = code & _WHO_MASK, (code >> WHO_BITS) & 15
        drop_first(work)
        if kind == FINISH:
            finish(work, plan, who, code)
        elif kind == ARRIVE:
            arrive(work, plan, who)
        else:
            happen(work, plan, kind, who, code)


def _fingerprint() -> int:
    """Return a number that changes with any source file of the engine."""
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("*.py")), folder.parent.parent / "core" / "counter.py"]
    return int.from_bytes(hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).digest()[:7], "little")


def _entry(fingerprint: int):
    # numba's cache on disk looks at this file alone; a captured number that depends on all of the
    # engine's files makes it compile again when any of them changes.
    @njit(cache=True, nogil=True, _nrt=False)
    def run(work, plan):
        if fingerprint < 0:
            return STUCK
        return loop(work, plan)

    return run


run = _entry(_fingerprint())
"""Run one replication; returns `DONE`, `GROW`, `PAUSE` or `STUCK`."""
