"""Patients who come: when the next one does, and what he is like."""

from __future__ import annotations

import math

import numpy as np

from chairs.core.counter import philox
from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import ARRIVE, DRAW_GAP, DRAW_LEVEL, FOREVER, GAP, LOG_ARRIVE, RATE
from chairs.twin.engine.quantile import duration
from chairs.twin.engine.record import draw, make_ready, write_line

_ZERO, _ONE, _LOW = np.uint64(0), np.uint64(1), np.uint64(0xFFFFFFFF)


@piece
def _level(work, plan, source, which):
    """Return the level of one period (day, week, run): gamma with mean 1, the same for the whole period."""
    if source["level"] < 0:
        return 1.0
    if source["level_of"] != which:
        world = work.world[0]
        s, _ = philox(np.uint64(which) & _LOW, source["key"], DRAW_LEVEL, _ZERO, world["k0"], world["k1"])
        source["level_now"] = duration(plan.durations, plan.floats, source["level"], s)
        source["level_of"] = which
    return source["level_now"]


@piece
def _by_rate(work, plan, source, s):
    """Return the moment when the summed rate since the last arrival reaches an exponential draw: exact."""
    due, time = -math.log(s), source["time"]
    while time < source["ends"]:
        piece = source["piece"]
        place = piece % source["n"] if source["cyclic"] == 1 else min(piece, source["n"] - 1)
        rate = plan.floats[source["first"] + place] * source["share"]
        rate *= _level(work, plan, source, piece // source["pieces_a_level"])
        border = source["origin"] + (piece + 1) * source["every"]
        if due < (border - time) * rate:
            return time + due / rate
        due -= (border - time) * rate
        time = border
        source["piece"] = piece + 1
    return FOREVER


@piece
def _by_list(work, plan, source):
    place = np.int64(source["number"]) - 1
    turn = place // source["n"]
    if turn > 0 and source["cyclic"] == 0:
        return FOREVER
    return plan.floats[source["first"] + place - turn * source["n"]] + turn * source["every"]


@part
def next_arrival(work, plan, which):
    """Write the next arrival of a list into the calendar, if it comes before the list's end."""
    world, source = work.world[0], work.sources[which]
    source["number"] += _ONE
    s, source["of_class"] = philox(
        source["number"] & _LOW, source["key"], DRAW_GAP, source["number"] >> np.uint64(32), world["k0"], world["k1"]
    )
    source["shows"] = 1.0
    if source["kind"] == RATE:
        time = _by_rate(work, plan, source, s)
    elif source["kind"] == GAP:
        time = source["time"] + duration(plan.durations, plan.floats, source["gap"], s)
    else:
        time = _by_list(work, plan, source)
        source["shows"] = 1.0 if s < source["share"] else 0.0
    source["time"] = time
    if time < source["ends"] and time <= world["horizon"]:
        push(work, time, ARRIVE, which)


@part
def clear(work, slot):
    """Make a free place hold a patient who has done nothing yet."""
    world, patient = work.world[0], work.patients[slot]
    patient["serial"] = world["serial"]
    world["serial"] += 1
    world["inside"] += 1
    patient["arrived"] = world["now"]
    patient["priority"], patient["drawn"], patient["patience_row"] = -1, -1, -1
    patient["holding"] = patient["overdue"] = patient["waits"] = 0
    patient["finish"] = patient["impatient"] = patient["age"] = patient["worsen"] = 0
    patient["survival"], patient["elapsed"] = 1.0, 0.0
    for resource in range(work.holdings.shape[1]):
        work.holdings[slot, resource]["units"] = 0
        work.holdings[slot, resource]["times"] = 0
    for place in range(work.visits.shape[1]):
        work.visits[slot, place] = 0
    for place in range(work.marks.shape[1]):
        work.marks[slot, place] = world["now"]


@piece
def _chosen(floats, first, n, u):
    chosen = 0
    while chosen < n - 1 and u >= floats[first + chosen]:
        chosen += 1
    return chosen


@part
def describe(work, plan, slot):
    """Draw what a patient is like beside his class: `plan.ints` holds, by attribute, key, width and place."""
    patient, attributes = work.patients[slot], work.attributes.shape[1]
    for attribute in range(attributes):
        width, first = plan.ints[3 * attribute + 1], plan.ints[3 * attribute + 2]
        u, _ = draw(work, slot, np.uint64(plan.ints[3 * attribute]), 0)
        work.attributes[slot, attribute] = _chosen(plan.floats, first + patient["cls"] * width, width, u)


@piece
def arrive(work, plan, which):
    """Let the patient in whom the calendar announced, and announce the next."""
    world, source = work.world[0], work.sources[which]
    if source["shows"] > 0.0:
        slot = world["free"]
        world["free"] = work.patients[slot]["next"]
        clear(work, slot)
        patient = work.patients[slot]
        patient["cls"] = _chosen(plan.floats, source["classes"], work.passes.shape[1], source["of_class"])
        patient["source"], patient["number"] = source["key"], source["number"]
        patient["row"] = source["to"]
        describe(work, plan, slot)
        if world["counting"] == 1:
            work.arrived[which, patient["cls"]] += 1
        if world["logging"] == 1:
            write_line(work, slot, LOG_ARRIVE, which, -1, world["now"], world["now"])
        make_ready(work, slot)
    next_arrival(work, plan, which)
