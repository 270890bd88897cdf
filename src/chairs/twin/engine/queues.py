"""Queues and units: who waits for what, who gets it, and what is given back."""

from __future__ import annotations

from chairs.twin.engine.calendar import push
from chairs.twin.engine.jit import part, piece
from chairs.twin.engine.layout import (
    BUSY,
    CLEANED,
    FINISH,
    FOREVER,
    INTERRUPTED,
    LOG_HOLD,
    UNITS_SHIFT,
)
from chairs.twin.engine.quantile import duration
from chairs.twin.engine.record import draw, make_ready, tally, write_line


@piece
def level_of(work, plan, slot, resource):
    """Return the priority level of a patient at a resource: 0 is served first."""
    patient, station = work.patients[slot], work.stations[resource]
    if patient["priority"] >= 0:
        return min(patient["priority"], station["levels"] - 1)
    return plan.ints[station["priorities"] + patient["cls"]]


@part
def join(work, plan, slot, place, resource, level):
    """Put a patient in a queue, behind those of his level who asked before him."""
    world, station, nodes, heads = work.world[0], work.stations[resource], work.nodes, work.heads
    node = slot * world["places"] + place
    line = station["heads"] + level
    asked = work.patients[slot]["requested"]
    prior = heads[line, 1]
    while prior >= 0 and work.patients[nodes[prior]["who"]]["requested"] > asked:
        prior = nodes[prior]["prior"]
    following = heads[line, 0] if prior < 0 else nodes[prior]["next"]
    nodes[node]["who"], nodes[node]["level"], nodes[node]["resource"] = slot, level, resource
    nodes[node]["prior"], nodes[node]["next"] = prior, following
    if prior < 0:
        heads[line, 0] = node
    else:
        nodes[prior]["next"] = node
    if following < 0:
        heads[line, 1] = node
    else:
        nodes[following]["prior"] = node
    if station["queue"] == 0:
        station["queue_since"] = world["counted"]
    station["queue"] += 1
    station["queue_area"] -= world["counted"]


@part
def quit_line(work, node):
    """Take one place out of its queue."""
    world, nodes, heads = work.world[0], work.nodes, work.heads
    station = work.stations[nodes[node]["resource"]]
    line = station["heads"] + nodes[node]["level"]
    prior, following = nodes[node]["prior"], nodes[node]["next"]
    if prior < 0:
        heads[line, 0] = following
    else:
        nodes[prior]["next"] = following
    if following < 0:
        heads[line, 1] = prior
    else:
        nodes[following]["prior"] = prior
    station["queue"] -= 1
    station["queue_area"] += world["counted"]
    if station["queue"] == 0:
        station["queue_time"] += world["counted"] - station["queue_since"]


@piece
def quit_all(work, slot):
    """Take a patient out of all the queues he is in."""
    patient, places = work.patients[slot], work.world[0]["places"]
    for place in range(patient["waits"]):
        quit_line(work, slot * places + place)
    patient["waits"] = 0
    patient["age"] = 0
    patient["worsen"] = 0


@piece
def overtakes(work, plan, slot, resource):
    """Say whether taking a unit now would pass somebody who may not be passed."""
    station = work.stations[resource]
    if station["overtaking"] == 1 or station["queue"] == 0:
        return False
    for level in range(level_of(work, plan, slot, resource) + 1):
        node = work.heads[station["heads"] + level, 0]
        if node >= 0 and work.nodes[node]["who"] != slot:
            return True
    return False


@piece
def option_now(work, plan, slot, newcomer):
    """Return the place of the first option that can be had at once, or -1."""
    row = plan.rows[work.patients[slot]["row"]]
    place = row["first"]
    for _ in range(row["width"]):
        claims = plan.ints[place]
        granted = True
        for claim in range(claims):
            resource, units = plan.ints[place + 1 + 2 * claim], plan.ints[place + 2 + 2 * claim]
            station = work.stations[resource]
            if station["busy"] + units > station["capacity"]:
                granted = False
            elif newcomer and overtakes(work, plan, slot, resource):
                granted = False
        if granted:
            return place
        place += 1 + 2 * claims
    return -1


@piece
def hold(work, slot, resource, units):
    """Let a patient hold units of a resource from now on."""
    world, station, holding = work.world[0], work.stations[resource], work.holdings[slot, resource]
    if station["busy"] == 0:
        station["idle_time"] += world["counted"] - station["idle_since"]
    station["busy"] += units
    station["busy_area"] -= units * world["counted"]
    holding["units"] = units
    holding["times"] += 1
    holding["requested"] = work.patients[slot]["requested"]
    holding["granted"] = world["now"]
    work.patients[slot]["holding"] += 1


@piece
def grant(work, plan, slot, place):
    """Give a patient what the option at `place` names; his wait ends."""
    world, patient = work.world[0], work.patients[slot]
    row = plan.rows[patient["row"]]
    for claim in range(plan.ints[place]):
        resource = plan.ints[place + 1 + 2 * claim]
        hold(work, slot, resource, plan.ints[place + 2 + 2 * claim])
        work.holdings[slot, resource]["row"] = patient["row"]
    tally(work, row["tally"], patient["cls"], world["now"] - patient["requested"])
    patient["row"] = row["next"]


@piece
def _resume(work, slot):
    world, patient = work.world[0], work.patients[slot]
    resource = patient["resource"]
    hold(work, slot, resource, patient["units"])
    work.holdings[slot, resource]["requested"] = patient["started"]  # when he was interrupted
    patient["doing"] = BUSY
    patient["until"] = world["now"] + patient["remaining"]
    if patient["until"] < FOREVER:
        patient["finish"] = push(work, patient["until"], FINISH, slot)


@piece
def _serve(work, plan, slot):
    """Serve a waiting patient if what he asks for is free; say whether he was."""
    patient = work.patients[slot]
    if patient["doing"] == INTERRUPTED:
        station = work.stations[patient["resource"]]
        if station["busy"] + patient["units"] > station["capacity"]:
            return False
        quit_all(work, slot)
        _resume(work, slot)
        return True
    place = option_now(work, plan, slot, False)
    if place < 0:
        return False
    quit_all(work, slot)
    grant(work, plan, slot, place)
    make_ready(work, slot)
    return True


@part
def offer(work, plan, resource):
    """Offer free units to those who wait, by level, then by time of request."""
    station = work.stations[resource]
    for level in range(station["levels"]):
        node = work.heads[station["heads"] + level, 0]
        while node >= 0:
            if station["busy"] >= station["capacity"]:
                return
            following = work.nodes[node]["next"]
            if not _serve(work, plan, work.nodes[node]["who"]) and station["overtaking"] == 0:
                return
            node = following


@piece
def free(work, resource, units):
    """Make units available again, without offering them yet."""
    world, station = work.world[0], work.stations[resource]
    station["busy"] -= units
    station["busy_area"] += units * world["counted"]
    if station["busy"] == 0:
        station["idle_since"] = world["counted"]


@part
def give_back(work, plan, slot, resource):
    """End a patient's hold of a resource; a unit that is cleaned stays in use until it is clean."""
    world, patient, holding = work.world[0], work.patients[slot], work.holdings[slot, resource]
    units = holding["units"]
    if world["logging"] == 1:
        write_line(work, slot, LOG_HOLD, holding["row"], resource, holding["requested"], holding["granted"])
    holding["units"] = 0
    patient["holding"] -= 1
    cleaning = work.stations[resource]["cleaning"]
    if cleaning < 0:
        free(work, resource, units)
        return
    s, _ = draw(work, slot, work.stations[resource]["key"], holding["times"])
    until = world["now"] + duration(plan.durations, plan.floats, cleaning, s)
    push(work, until, CLEANED, resource | (units << UNITS_SHIFT))


@piece
def interrupt(work, plan, slot, resource):
    """Take a unit from a patient who is being treated; he waits for it and then goes on where he was."""
    world, patient, holding = work.world[0], work.patients[slot], work.holdings[slot, resource]
    patient["finish"] = 0
    patient["doing"] = INTERRUPTED
    patient["remaining"] = patient["until"] - world["now"]
    patient["requested"] = holding["requested"]
    patient["started"] = world["now"]
    patient["resource"], patient["units"] = resource, holding["units"]
    if world["logging"] == 1:
        write_line(work, slot, LOG_HOLD, holding["row"], resource, holding["requested"], holding["granted"])
    holding["units"] = 0
    patient["holding"] -= 1
    free(work, resource, patient["units"])
    patient["waits"] = 1
    join(work, plan, slot, 0, resource, level_of(work, plan, slot, resource))


@part
def shrink(work, plan, resource):
    """Interrupt the least urgent, last served patients until no more are treated than there are units."""
    station = work.stations[resource]
    while station["busy"] > station["capacity"]:
        worst, worst_level, latest = -1, -1, -FOREVER
        for slot in range(work.patients.size):
            patient = work.patients[slot]
            if patient["doing"] != BUSY or work.holdings[slot, resource]["units"] == 0:
                continue
            level, granted = level_of(work, plan, slot, resource), work.holdings[slot, resource]["granted"]
            if level > worst_level or (level == worst_level and granted > latest):
                worst, worst_level, latest = slot, level, granted
        if worst < 0:
            return
        interrupt(work, plan, worst, resource)
