"""The interpreter: what each kind of step does with a patient."""

from __future__ import annotations

import numpy as np

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import (
    ABSENT,
    AGE,
    BUSY,
    BY_ATTRIBUTE,
    BY_CLASS,
    BY_HOUR,
    BY_HOUR_OF_WEEK,
    BY_NOTHING,
    BY_VISIT,
    DELAY,
    END_PATIENCE,
    FINISH,
    FOREVER,
    IMPATIENT,
    LEAVE,
    LOG_LEAVE,
    LOG_LEFT_QUEUE,
    LOG_PASS,
    LOG_REFUSED,
    MARK,
    PATIENCE,
    RECLASS,
    RELEASE,
    ROUTE,
    SEIZE,
    TALLY,
    WAITING,
    WORSEN,
)
from chairs.twin.engine.quantile import duration
from chairs.twin.engine.queues import give_back, grant, hold, join, level_of, offer, option_now
from chairs.twin.engine.record import draw, tally, write_line


@part
def hour_of_week(work, plan, time):
    """Return the hour of the week (0 = Monday midnight, local time) in which `time` lies."""
    world = work.world[0]
    hour = int((time + world["phase"]) / world["hour"])
    return plan.clock[min(max(hour, 0), plan.clock.size - 1)]


@part
def _rarer_level(work, plan, slot, row, visit):
    by = row["by"]
    if by == BY_ATTRIBUTE:
        return work.attributes[slot, row["of"]]
    if by == BY_VISIT:
        return min(visit, row["levels"] - 1)
    if by == BY_HOUR:
        return hour_of_week(work, plan, work.world[0]["now"]) % 24
    if by == BY_HOUR_OF_WEEK:
        return hour_of_week(work, plan, work.world[0]["now"])
    return min(work.stations[row["of"]]["queue"], row["levels"] - 1)


@piece
def _level(work, plan, slot, row, visit):
    """Return which line of a row's table counts for this patient now."""
    if row["by"] == BY_NOTHING:
        return 0
    if row["by"] == BY_CLASS:
        return work.patients[slot]["cls"]
    return _rarer_level(work, plan, slot, row, visit)


@piece
def _visit(work, slot, row):
    """Return how often the patient was here before, and count this visit."""
    place = row["visit"]
    if place < 0:
        return 0
    work.visits[slot, place] += 1
    return work.visits[slot, place] - 1


@part
def in_window(work, plan, row, until, u):
    """Return the end of a stay, moved into the hours in which patients leave."""
    world = work.world[0]
    at = hour_of_week(work, plan, until) % 24
    passed = (until + world["phase"]) % world["hour"]
    hour = at + passed / world["hour"]
    if row["opens"] <= hour < row["closes"]:
        return until
    wait = (row["opens"] - hour) % 24.0
    if row["window"] == 2:
        wait += u * (row["closes"] - row["opens"])
    return until + wait * world["hour"]


@piece
def _delay(work, plan, slot, row):
    world, patient = work.world[0], work.patients[slot]
    visit = _visit(work, slot, row)
    s, u = draw(work, slot, row["key"], visit)
    which = row["first"] + _level(work, plan, slot, row, visit)
    if patient["drawn"] >= 0:
        which, patient["drawn"] = patient["drawn"], -1
    lasts = duration(plan.durations, plan.floats, which, s * patient["survival"])
    until = world["now"] + max(lasts - patient["elapsed"], 0.0)
    if row["window"] > 0 and until <= world["horizon"]:
        until = in_window(work, plan, row, until, u)
    patient["started"] = world["now"] - patient["elapsed"]
    patient["survival"], patient["elapsed"] = 1.0, 0.0
    patient["until"] = until
    patient["doing"] = BUSY
    if until <= world["horizon"]:
        patient["finish"] = push(work, until, FINISH, slot)


@part
def wait_for(work, plan, slot, row):
    """Put a patient into the queues of all that he asks for."""
    world, patient = work.world[0], work.patients[slot]
    patient["doing"] = WAITING
    patient["waits"] = row["queues_n"]
    ages = FOREVER
    for place in range(row["queues_n"]):
        resource = plan.ints[row["queues"] + place]
        join(work, plan, slot, place, resource, level_of(work, plan, slot, resource))
        first = work.stations[resource]["ages"]
        if first >= 0:
            ages = min(ages, plan.floats[first + patient["cls"]])
    if ages < FOREVER:
        patient["age"] = push(work, world["now"] + ages, AGE, slot)
    if row["worsens"] >= 0:
        expect_worsening(work, plan, slot, row)


@part
def expect_worsening(work, plan, slot, row):
    """Write down when a waiting patient will fall into a more urgent class."""
    world, patient = work.world[0], work.patients[slot]
    if plan.ints[row["worsens"] + patient["cls"]] == patient["cls"]:
        return
    which = plan.ints[row["worsens"] + work.passes.shape[1] + patient["cls"]]
    place = row["visit"]
    visit = 0 if place < 0 else work.visits[slot, place]
    s, _ = draw(work, slot, row["key"] ^ np.uint64(WORSEN + 16 * patient["cls"]), visit)
    after = duration(plan.durations, plan.floats, which, s)
    if after < FOREVER:
        patient["worsen"] = push(work, world["now"] + after, WORSEN, slot)


@piece
def leave_queue(work, plan, slot, row):
    """Send a patient whose patience is at its end on his way."""
    patient = work.patients[slot]
    patient["overdue"] = patient["impatient"] = 0
    if work.world[0]["logging"] == 1:
        write_line(work, slot, LOG_LEFT_QUEUE, row, -1, patient["requested"], np.nan)
    return patient["leaves"]


@part
def _seize_rarer(work, plan, slot, row, index):
    """Serve a request that is not for one unit of one free resource."""
    world, patient = work.world[0], work.patients[slot]
    if patient["overdue"] == 1:
        return leave_queue(work, plan, slot, index)
    if world["opening"] == 0:
        place = option_now(work, plan, slot, True)
        if place >= 0:
            _visit(work, slot, row)
            grant(work, plan, slot, place)
            return row["next"]
        if row["limit"] >= 0:
            waiting = work.stations[plan.ints[row["queues"]]]["queue"]
            if waiting >= row["limit"]:
                if world["logging"] == 1:
                    write_line(work, slot, LOG_REFUSED, index, -1, patient["requested"], np.nan)
                return row["other"]
    wait_for(work, plan, slot, row)
    _visit(work, slot, row)
    return -1


@piece
def _seize(work, plan, slot, row, index):
    world, patient = work.world[0], work.patients[slot]
    patient["requested"] = world["now"] - patient["elapsed"]
    patient["elapsed"] = 0.0
    resource = row["simple"]  # almost all requests: one unit of one resource, and it is free
    if resource >= 0 and world["opening"] == 0 and patient["overdue"] == 0:
        station = work.stations[resource]
        if station["busy"] < station["capacity"]:
            hold(work, slot, resource, 1)
            work.holdings[slot, resource]["row"] = index
            tally(work, row["tally"], patient["cls"], 0.0)
            return row["next"]
    return _seize_rarer(work, plan, slot, row, index)


@piece
def _release(work, plan, slot, row):
    """Give back what is named and held; all of it is offered before this patient goes on."""
    patient = work.patients[slot]
    if patient["holding"] > 0:
        for place in range(row["width"]):
            resource = plan.ints[row["first"] + place]
            if work.holdings[slot, resource]["units"] > 0:
                give_back(work, plan, slot, resource)
        for place in range(row["width"]):
            resource = plan.ints[row["first"] + place]
            if work.stations[resource]["queue"] > 0:
                offer(work, plan, resource)
    return row["next"]


@piece
def _route(work, plan, slot, row):
    visit = _visit(work, slot, row)
    first = row["first"] + row["width"] * _level(work, plan, slot, row, visit)
    u, _ = draw(work, slot, row["key"], visit)
    chosen = 0
    while chosen < row["width"] - 1 and u >= plan.floats[first + chosen]:
        chosen += 1
    return plan.ints[row["targets"] + chosen]


@part
def start_patience(work, plan, slot, row):
    """Start the clock at whose end the patient leaves the queue he is in then."""
    world, patient = work.world[0], work.patients[slot]
    visit = _visit(work, slot, row)
    s, _ = draw(work, slot, row["key"], visit)
    which = row["first"] + _level(work, plan, slot, row, visit)
    lasts = duration(plan.durations, plan.floats, which, s * patient["patience_survival"])
    lasts = max(lasts - patient["patience_elapsed"], 0.0)
    patient["leaves"] = row["other"]
    patient["overdue"] = patient["impatient"] = 0
    if world["now"] + lasts <= world["horizon"]:
        patient["impatient"] = push(work, world["now"] + lasts, IMPATIENT, slot)


@piece
def _mark(work, plan, slot, row, index):
    world = work.world[0]
    if row["op"] == MARK:
        work.marks[slot, row["start"]] = world["now"]
    else:
        _tally(work, plan, slot, row)
    if row["logged"] == 1 and world["logging"] == 1:
        write_line(work, slot, LOG_PASS, index, -1, np.nan, world["now"])


@piece
def _tally(work, plan, slot, row):
    world, patient = work.world[0], work.patients[slot]
    since = patient["arrived"] if row["start"] < 0 else work.marks[slot, row["start"]]
    until = world["now"] if row["stop"] < 0 else work.marks[slot, row["stop"]]
    tally(work, row["tally"], patient["cls"], until - since)
    if world["counting"] == 1:
        for place in range(row["levels"]):
            if until - since <= plan.floats[row["first"] + place]:
                work.within[row["targets"] + place, patient["cls"]] += 1


@piece
def _leave(work, plan, slot, row, index):
    world, patient = work.world[0], work.patients[slot]
    if patient["holding"] > 0:
        for resource in range(work.stations.size):
            if work.holdings[slot, resource]["units"] > 0:
                give_back(work, plan, slot, resource)
                offer(work, plan, resource)
    if row["logged"] == 1 and world["logging"] == 1:
        write_line(work, slot, LOG_LEAVE, index, -1, np.nan, world["now"])
    tally(work, row["tally"], patient["cls"], world["now"] - patient["arrived"])
    patient["doing"] = ABSENT
    patient["finish"] = patient["impatient"] = 0
    patient["next"] = world["free"]
    world["free"] = slot
    world["inside"] -= 1


@part
def _rarer_step(work, plan, slot, row, index):
    patient = work.patients[slot]
    if row["op"] == PATIENCE:
        patient["patience_survival"], patient["patience_elapsed"] = 1.0, 0.0
        start_patience(work, plan, slot, row)
    elif row["op"] == END_PATIENCE:
        patient["impatient"] = patient["overdue"] = 0
    elif row["op"] == RECLASS:
        patient["cls"] = plan.ints[row["first"] + patient["cls"]]
    else:
        _mark(work, plan, slot, row, index)
    return row["next"]


@piece
def go_on(work, plan, slot):
    """Take a patient through the table until he is treated, waits or has left."""
    patient, counting = work.patients[slot], work.world[0]["counting"]
    index = patient["row"]
    while index >= 0:
        patient["row"] = index
        row = plan.rows[index]
        work.passes[index, patient["cls"]] += counting
        op = row["op"]
        if op == DELAY:
            _delay(work, plan, slot, row)
            return
        if op == LEAVE:
            _leave(work, plan, slot, row, index)
            return
        if op == SEIZE:
            index = _seize(work, plan, slot, row, index)
        elif op == RELEASE:
            index = _release(work, plan, slot, row)
        elif op == ROUTE:
            index = _route(work, plan, slot, row)
        elif op == TALLY and row["logged"] == 0:
            _tally(work, plan, slot, row)
            index = row["next"]
        else:
            index = _rarer_step(work, plan, slot, row, index)
