"""What is drawn for, counted of and written down about one patient."""

from __future__ import annotations

import numpy as np

from chairs.core.counter import philox
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import READY

_ROW_WORD = np.uint64(0xFFFFFFFF)


@piece
def draw(work, slot, key, visit):
    """Return two uniform numbers that depend on seed, replication, patient, step and visit only."""
    world, patient = work.world[0], work.patients[slot]
    return philox(patient["number"], patient["source"], key & _ROW_WORD, np.uint64(visit), world["k0"], world["k1"])


@piece
def make_ready(work, slot):
    """Let a patient go on at this moment, after those who became ready before him."""
    world, patients = work.world[0], work.patients
    patients[slot]["doing"] = READY
    patients[slot]["next"] = -1
    if world["ready"] < 0:
        world["ready"] = slot
    else:
        patients[world["last_ready"]]["next"] = slot
    world["last_ready"] = slot


@piece
def tally(work, which, cls, value):
    """Add a value to a sum, unless the run is still warming up."""
    if work.world[0]["counting"] == 1:
        entry = work.tallies[which, cls]
        entry["n"] += 1
        entry["total"] += value
        entry["square"] += value * value


@part
def write_line(work, slot, kind, row, resource, requested, start):
    """Write one line of the log, ending now."""
    world, patient = work.world[0], work.patients[slot]
    line = work.lines[world["lines_n"]]
    world["lines_n"] += 1
    line["requested"], line["start"], line["end"] = requested, start, world["now"]
    line["who"], line["row"], line["resource"] = patient["serial"], row, resource
    line["cls"], line["kind"] = patient["cls"], kind
