"""The calendar of coming events: a heap with four children a node, ordered by time, then by order of writing."""

from __future__ import annotations

from typing import Any

from chairs.twin.engine.jit import part
from chairs.twin.engine.layout import (
    AT_CALENDAR,
    AT_CALENDAR_X,
    W_CALENDAR,
    W_SEQUENCE,
    WHO_BITS,
)

_SHIFT = WHO_BITS + 4


@part
def push(n: Any, x: Any, time: float, kind: int, who: int) -> Any:
    """Write an event down and return its code, which no other event of the replication shares."""
    codes, times = n[AT_CALENDAR], n[AT_CALENDAR_X]
    n[W_SEQUENCE] += 1
    code = (n[W_SEQUENCE] << _SHIFT) | (kind << WHO_BITS) | who
    place = n[W_CALENDAR]
    n[W_CALENDAR] = place + 1
    while place > 0:
        parent = (place - 1) >> 2
        if x[times + parent] <= time:  # an older event of the same time comes first
            break
        x[times + place] = x[times + parent]
        n[codes + place] = n[codes + parent]
        place = parent
    x[times + place] = time
    n[codes + place] = code
    return code


@part
def _later(time: float, other_time: float, code: int, other_code: int) -> Any:
    """Return 1 if the first of two events comes after the second, else 0."""
    return (other_time < time) | ((other_time == time) & (other_code < code))


@part
def _least_child(n: Any, x: Any, codes: int, times: int, child: int, last: int) -> Any:
    if child + 4 <= last:  # all four, without anything for the processor to guess
        at, name = times + child, codes + child
        one = child + _later(x[at], x[at + 1], n[name], n[name + 1])
        two = child + 2 + _later(x[at + 2], x[at + 3], n[name + 2], n[name + 3])
        return one + (two - one) * _later(x[times + one], x[times + two], n[codes + one], n[codes + two])
    least = child
    for other in range(child + 1, last):
        least += (other - least) * _later(x[times + least], x[times + other], n[codes + least], n[codes + other])
    return least


@part
def drop_first(n: Any, x: Any) -> None:
    """Take the first event out of the calendar (its time and code must have been read before)."""
    codes, times = n[AT_CALENDAR], n[AT_CALENDAR_X]
    last = n[W_CALENDAR] - 1
    n[W_CALENDAR] = last
    time, code = x[times + last], n[codes + last]
    place = 0
    child = 1
    while child < last:
        least = _least_child(n, x, codes, times, child, last)
        first = x[times + least]
        if time < first or (time == first and code < n[codes + least]):
            break
        x[times + place] = first
        n[codes + place] = n[codes + least]
        place = least
        child = 4 * place + 1
    x[times + place] = time
    n[codes + place] = code
