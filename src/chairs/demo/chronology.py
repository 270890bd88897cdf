"""One compiled pass in time order through the hospital: who waits, who gets a bed, who leaves.

Whole seconds only: the same numbers on every machine.
"""

from typing import NamedTuple

import numpy as np

from chairs.demo.queues import KINDS, PATIENTS, compiled, entry, first, join, leave, pop, push

DAY, HOUR = 86_400, 3_600

# What a patient brings (columns of `given`): seconds, but for site, level (0 = most urgent), wards and nights.
# A stay of 0 nights lasts CLOCK seconds; others leave at CLOCK seconds after midnight, NIGHTS days later.
ARRIVAL, SITE, LEVEL, TRIAGE, DOCTOR, IMAGING, TESTS, LEAVING, PATIENCE, MOVE = range(10)
WARD, NIGHTS, CLOCK, WARD2, NIGHTS2, CLOCK2, HELD = range(10, 17)
GIVEN = 17

# What happens to them (columns of `seen`): seconds, -1 = never; but for the wards where they lay.
TRIAGE_START, TRIAGE_END, DOCTOR_START, DOCTOR_END, IMAGING_START, IMAGING_END, DECISION = range(7)
ED_EXIT, UNSEEN, CANCELLED, PLACE, REQUEST, START, END, PLACE2, REQUEST2, START2, END2 = range(7, 18)
SEEN = 18

TRIAGED, EXAMINED, IMAGED, DECIDED, GONE, MOVED, STAYED, TIRED, ELSEWHERE, TICK = range(10)


class State(NamedTuple):
    """Everything that the pass reads and changes.

    `staff` is [nurses, doctors, boxes, rooms][site, rest day, hour]; `beds` [ward, day]; `calendar` [0: rest day,
    1: per mille held to the next day][day]; `overflow` [ward, rank]; `patience` seconds before another ward is tried;
    `busy` [resource, site] those in use; `link` and `ends` the queues, `heap` the events to come.
    """

    given: np.ndarray
    seen: np.ndarray
    staff: np.ndarray
    beds: np.ndarray
    calendar: np.ndarray
    overflow: np.ndarray
    patience: int
    busy: np.ndarray
    census: np.ndarray
    link: np.ndarray
    ends: np.ndarray
    heap: np.ndarray


# Queues: by site triage (0), doctor by level (1 to 5), imaging (6); then by ward transfers and admissions.
@compiled
def _bed_queue(s: State, ward: int, second: bool) -> int:
    return int(7 * s.busy.shape[1] + 2 * ward + (0 if second else 1))


@compiled
def _free(s: State, resource: int, site: int, now: int) -> bool:
    open_now = s.staff[resource, site, s.calendar[0, now // DAY], now % DAY // HOUR]
    return bool(s.busy[resource, site] < open_now)


@compiled
def _serve(s: State, now: int, site: int, imaging: bool) -> None:
    """Start triage, or imaging, for those first in line."""
    resource, queue = (3, 7 * site + 6) if imaging else (0, 7 * site)
    while first(s, queue) >= 0 and _free(s, resource, site, now):
        i = first(s, queue)
        leave(s, queue, i)
        s.busy[resource, site] += 1
        s.seen[i, IMAGING_START if imaging else TRIAGE_START] = now
        push(s, now + s.given[i, IMAGING if imaging else TRIAGE], IMAGED if imaging else TRIAGED, i)


@compiled
def _examine(s: State, now: int, site: int) -> None:
    while _free(s, 1, site, now) and _free(s, 2, site, now):
        level = 0
        while level < 5 and first(s, 7 * site + 1 + level) < 0:
            level += 1
        if level == 5:
            return
        i = first(s, 7 * site + 1 + level)
        leave(s, 7 * site + 1 + level, i)
        s.busy[1, site] += 1
        s.busy[2, site] += 1
        s.seen[i, DOCTOR_START] = now
        push(s, now + s.given[i, DOCTOR], EXAMINED, i)


@compiled
def _ask(s: State, now: int, i: int, ward: int, second: bool) -> None:
    s.seen[i, REQUEST2 if second else REQUEST] = now
    join(s, _bed_queue(s, ward, second), i)
    if s.overflow[ward, 0] >= 0:
        push(s, now + s.patience, ELSEWHERE, i)
    _offer(s, now, ward)


@compiled
def _offer(s: State, now: int, ward: int) -> None:
    """Give the free beds of a ward to those who wait, transfers first."""
    while s.census[ward] < s.beds[ward, now // DAY]:
        queue = _bed_queue(s, ward, True)
        if first(s, queue) < 0:
            queue = _bed_queue(s, ward, False)
        i = first(s, queue)
        if i < 0:
            return
        leave(s, queue, i)
        _assign(s, now, i, ward)


@compiled
def _assign(s: State, now: int, i: int, ward: int) -> None:
    s.census[ward] += 1
    s.seen[i, PLACE2 if s.seen[i, START] >= 0 else PLACE] = ward
    push(s, now + s.given[i, MOVE], MOVED, i)


@compiled
def _elsewhere(s: State, now: int, i: int) -> None:
    """After a long wait try the wards of the overflow list, and again every half hour."""
    second = s.seen[i, START] >= 0
    asked = s.seen[i, REQUEST2 if second else REQUEST]
    if (
        asked < 0
        or now - asked < s.patience
        or s.seen[i, PLACE2 if second else PLACE] >= 0
        or s.seen[i, CANCELLED] >= 0
    ):
        return  # an alarm set before an earlier bed was found
    ward = s.given[i, WARD2 if second else WARD]
    for other in s.overflow[ward]:
        if other >= 0 and s.census[other] < s.beds[other, now // DAY]:
            leave(s, _bed_queue(s, ward, second), i)
            _assign(s, now, i, other)
            return
    push(s, now + HOUR // 2, ELSEWHERE, i)


@compiled
def _leave_ed(s: State, now: int, i: int) -> None:
    site = s.given[i, SITE]
    s.seen[i, ED_EXIT] = now
    s.busy[2, site] -= 1
    _examine(s, now, site)


@compiled
def _moved(s: State, now: int, i: int) -> None:
    """Bring a patient into the ward that was assigned, and free the place left behind."""
    second = s.seen[i, START] >= 0
    s.seen[i, START2 if second else START] = now
    nights, clock = s.given[i, NIGHTS2 if second else NIGHTS], s.given[i, CLOCK2 if second else CLOCK]
    if nights == 0:
        leaves = now + clock
    else:
        day = now // DAY + nights
        while day < s.calendar.shape[1] and s.given[i, HELD] < s.calendar[1, day]:
            day += 1
        leaves = day * DAY + clock
    push(s, leaves, STAYED, i)
    if second:
        s.seen[i, END] = now
        s.census[s.seen[i, PLACE]] -= 1
        _offer(s, now, s.seen[i, PLACE])
    elif s.given[i, SITE] < s.busy.shape[1]:
        _leave_ed(s, now, i)


@compiled
def _stayed(s: State, now: int, i: int) -> None:
    second = s.seen[i, START2] >= 0
    if not second and s.given[i, WARD2] >= 0 and s.given[i, WARD2] != s.seen[i, PLACE]:
        _ask(s, now, i, s.given[i, WARD2], True)
        return
    place = s.seen[i, PLACE2 if second else PLACE]
    s.seen[i, END2 if second else END] = now
    s.census[place] -= 1
    _offer(s, now, place)


@compiled
def _tired(s: State, now: int, i: int) -> None:
    """Send home a patient not yet seen by a doctor; put off a planned one without a bed."""
    site = s.given[i, SITE]
    if site < s.busy.shape[1]:
        if s.seen[i, DOCTOR_START] < 0 and leave(s, 7 * site + 1 + s.given[i, LEVEL], i):
            s.seen[i, UNSEEN] = now
            s.seen[i, ED_EXIT] = now
    elif s.seen[i, PLACE] < 0 and leave(s, _bed_queue(s, s.given[i, WARD], False), i):
        s.seen[i, CANCELLED] = now


@compiled
def _in_ed(s: State, now: int, kind: int, i: int) -> None:
    site = s.given[i, SITE]
    if kind == TRIAGED:
        s.seen[i, TRIAGE_END] = now
        s.busy[0, site] -= 1
        join(s, 7 * site + 1 + s.given[i, LEVEL], i)
        push(s, now + s.given[i, PATIENCE], TIRED, i)
        _serve(s, now, site, False)
        _examine(s, now, site)
    elif kind == EXAMINED:
        s.seen[i, DOCTOR_END] = now
        s.busy[1, site] -= 1
        if s.given[i, IMAGING] > 0:
            join(s, 7 * site + 6, i)
            _serve(s, now, site, True)
        else:
            push(s, now + s.given[i, TESTS], DECIDED, i)
        _examine(s, now, site)
    elif kind == IMAGED:
        s.seen[i, IMAGING_END] = now
        s.busy[3, site] -= 1
        push(s, now + s.given[i, TESTS], DECIDED, i)
        _serve(s, now, site, True)
    elif kind == DECIDED:
        s.seen[i, DECISION] = now
        if s.given[i, WARD] < 0:
            push(s, now + s.given[i, LEAVING], GONE, i)
        else:
            _ask(s, now, i, s.given[i, WARD], False)
    else:
        _leave_ed(s, now, i)


@compiled
def _arrive(s: State, now: int, i: int) -> None:
    site = s.given[i, SITE]
    if site < s.busy.shape[1]:
        join(s, 7 * site, i)
        _serve(s, now, site, False)
        return
    push(s, now + s.given[i, PATIENCE], TIRED, i)
    _ask(s, now, i, s.given[i, WARD], False)


@compiled
def _tick(s: State, now: int) -> None:
    """Start the hour with the people then at work; at midnight, open the beds of the day."""
    for site in range(s.busy.shape[1]):
        _serve(s, now, site, False)
        _serve(s, now, site, True)
        _examine(s, now, site)
    if now % DAY == 0:
        for ward in range(len(s.census)):
            _offer(s, now, ward)
    push(s, now + HOUR, TICK, 0)


@entry
def run(s: State, horizon: int) -> None:
    """Run the hospital to `horizon` (s); patients are in order of arrival, `seen` is filled in place."""
    coming, n = 0, len(s.given)
    push(s, 0, TICK, 0)
    while True:
        due = s.heap[1] >> (KINDS + PATIENTS)
        if coming < n and s.given[coming, ARRIVAL] <= due:
            if s.given[coming, ARRIVAL] >= horizon:
                return
            _arrive(s, s.given[coming, ARRIVAL], coming)
            coming += 1
            continue
        if due >= horizon:
            return
        key = pop(s)
        kind, i = (key >> PATIENTS) & ((1 << KINDS) - 1), key & ((1 << PATIENTS) - 1)
        if kind == TICK:
            _tick(s, due)
        elif kind == MOVED:
            _moved(s, due, i)
        elif kind == STAYED:
            _stayed(s, due, i)
        elif kind == TIRED:
            _tired(s, due, i)
        elif kind == ELSEWHERE:
            _elsewhere(s, due, i)
        else:
            _in_ed(s, due, kind, i)
