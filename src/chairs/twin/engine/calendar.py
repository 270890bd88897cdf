"""The calendar of coming events: a heap with four children a node, ordered by time, then by order of writing."""

from __future__ import annotations

from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import WHO_BITS

_SHIFT = WHO_BITS + 4  # four bits for the kind of event


@part
def push(work, time, kind, who):
    """Write an event down and return its code, which no other event of the replication shares."""
    world, calendar = work.world[0], work.calendar
    world["sequence"] += 1
    code = (world["sequence"] << _SHIFT) | (kind << WHO_BITS) | who
    place = world["calendar_n"]
    world["calendar_n"] = place + 1
    while place > 0:
        parent = (place - 1) >> 2
        if calendar[parent]["time"] <= time:  # an older event of the same time comes first
            break
        calendar[place]["time"] = calendar[parent]["time"]
        calendar[place]["code"] = calendar[parent]["code"]
        place = parent
    calendar[place]["time"] = time
    calendar[place]["code"] = code
    return code


@piece
def _before(calendar, a, b):
    first, second = calendar[a]["time"], calendar[b]["time"]
    return first < second or (first == second and calendar[a]["code"] < calendar[b]["code"])


@piece
def drop_first(work):
    """Take the first event out of the calendar (its time and code must have been read before)."""
    world, calendar = work.world[0], work.calendar
    n = world["calendar_n"] - 1
    world["calendar_n"] = n
    time, code = calendar[n]["time"], calendar[n]["code"]
    place = 0
    while True:
        child = 4 * place + 1
        if child >= n:
            break
        least = child
        for other in range(child + 1, min(child + 4, n)):
            if _before(calendar, other, least):
                least = other
        first = calendar[least]["time"]
        if time < first or (time == first and code < calendar[least]["code"]):
            break
        calendar[place]["time"] = first
        calendar[place]["code"] = calendar[least]["code"]
        place = least
    calendar[place]["time"] = time
    calendar[place]["code"] = code
