"""What each kind of calendar event does when its moment has come."""

from __future__ import annotations

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import (
    AGE,
    CLEANED,
    IMPATIENT,
    LOG_DELAY,
    SAMPLE,
    SHIFT,
    UNITS_SHIFT,
    WAITING,
    WORSEN,
)
from chairs.twin.engine.queues import free, join, level_of, offer, quit_all, quit_line, shrink
from chairs.twin.engine.record import make_ready, write_line
from chairs.twin.engine.steps import expect_worsening, leave_queue

_UNITS_MASK = (1 << UNITS_SHIFT) - 1


@piece
def finish(work, plan, slot, code):
    """End a stay, unless it was interrupted in the meantime."""
    patient = work.patients[slot]
    if patient["finish"] != code:
        return
    patient["finish"] = 0
    row = plan.rows[patient["row"]]
    if row["logged"] == 1 and work.world[0]["logging"] == 1:
        write_line(work, slot, LOG_DELAY, patient["row"], -1, patient["requested"], patient["started"])
    patient["row"] = row["next"]
    make_ready(work, slot)


@piece
def lose_patience(work, plan, slot, code):
    """Let a waiting patient leave his queue; one in treatment leaves when he next has to wait."""
    patient = work.patients[slot]
    if patient["impatient"] != code:
        return
    patient["impatient"] = 0
    if patient["doing"] != WAITING:
        patient["overdue"] = 1
        return
    quit_all(work, slot)
    patient["row"] = leave_queue(work, plan, slot, patient["row"])
    make_ready(work, slot)


@piece
def _move(work, plan, slot, up):
    """Place a waiting patient again in each of his queues, `up` levels higher or by his class."""
    patient, places = work.patients[slot], work.world[0]["places"]
    for place in range(patient["waits"]):
        node = slot * places + place
        resource, level = work.nodes[node]["resource"], work.nodes[node]["level"]
        level = max(level - 1, 0) if up else level_of(work, plan, slot, resource)
        if level != work.nodes[node]["level"]:
            quit_line(work, node)
            join(work, plan, slot, place, resource, level)


@piece
def grow_older(work, plan, slot, code):
    """Raise a patient who has waited long by one level of priority."""
    patient = work.patients[slot]
    if patient["age"] != code or patient["doing"] != WAITING:
        return
    _move(work, plan, slot, True)
    resource = work.nodes[slot * work.world[0]["places"]]["resource"]
    first = work.stations[resource]["ages"]
    if first >= 0 and work.nodes[slot * work.world[0]["places"]]["level"] > 0:
        patient["age"] = push(work, work.world[0]["now"] + plan.floats[first + patient["cls"]], AGE, slot)


@piece
def grow_worse(work, plan, slot, code):
    """Let a waiting patient fall into another class, with its priority."""
    patient = work.patients[slot]
    if patient["worsen"] != code or patient["doing"] != WAITING:
        return
    patient["worsen"] = 0
    row = plan.rows[patient["row"]]
    patient["cls"] = plan.ints[row["worsens"] + patient["cls"]]
    _move(work, plan, slot, False)
    expect_worsening(work, plan, slot, row)


@piece
def change_shift(work, plan, resource):
    """Set the capacity that the roster names for this moment, and announce the next change."""
    world, station = work.world[0], work.stations[resource]
    capacity = int(plan.floats[station["shifts"] + 2 * station["shift"] + 1])
    station["shift"] += 1
    station["capacity_area"] -= (capacity - station["capacity"]) * world["counted"]
    station["capacity"] = capacity
    if station["shift"] < station["shift_n"]:
        push(work, plan.floats[station["shifts"] + 2 * station["shift"]], SHIFT, resource)
    if station["preempts"] == 1:
        shrink(work, plan, resource)
    offer(work, plan, resource)


@piece
def take_sample(work):
    """Write down how many units are in use and how many patients wait, by resource."""
    world = work.world[0]
    place = world["samples_n"]
    for resource in range(work.stations.size):
        station = work.stations[resource]
        work.samples[place, resource, 0] = station["busy"]
        work.samples[place, resource, 1] = station["queue"]
        work.samples[place, resource, 2] = min(station["capacity"], 2_000_000_000)
    world["samples_n"] = place + 1
    if place + 1 < work.samples.shape[0]:
        push(work, (place + 1) * world["sample_every"], SAMPLE, 0)


@part
def happen(work, plan, kind, who, code):
    """Do what an event of one of the rarer kinds does."""
    if kind == IMPATIENT:
        lose_patience(work, plan, who, code)
    elif kind == CLEANED:
        resource = who & _UNITS_MASK
        free(work, resource, who >> UNITS_SHIFT)
        offer(work, plan, resource)
    elif kind == SHIFT:
        change_shift(work, plan, who)
    elif kind == AGE:
        grow_older(work, plan, who, code)
    elif kind == WORSEN:
        grow_worse(work, plan, who, code)
    else:
        take_sample(work)
