"""What changes with the clock, written out over a run: rates of arrivals and capacities."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.twin.clock import WEEK, Clock, holidays_among
from chairs.twin.engine.layout import UNLIMITED

if TYPE_CHECKING:
    import numpy as np

    from chairs.twin.arrivals import Arrivals
    from chairs.twin.resources import Resource


def hourly_rates(arrivals: Arrivals, clock: Clock) -> np.ndarray:
    """Return the expected arrivals an hour: one week when nothing else matters, else each hour of the run."""
    import numpy as np

    week = np.resize(np.asarray(arrivals.rates, dtype=float), WEEK) * arrivals.factor
    if arrivals.weekday:
        week = week * np.repeat(np.asarray(arrivals.weekday, dtype=float), 24)
    if not clock.dated:
        return np.asarray(week)
    rates = week[clock.hour_of_week]
    if arrivals.month:
        rates = rates * np.asarray(arrivals.month, dtype=float)[clock.month]
    if arrivals.holiday != 1.0:
        rates = np.where(holidays_among(clock.day, arrivals.country), rates * arrivals.holiday, rates)
    return np.asarray(rates)


def capacities(resource: Resource, clock: Clock, hour: float, horizon: float) -> list[tuple[float, int]]:
    """Return the changes of capacity over a run, first that at its start: (time, units from then on)."""
    plain = UNLIMITED if resource.capacity is None else resource.capacity
    changes = _roster(resource, clock, hour, horizon) if resource.shifts else [(0.0, plain)]
    if resource.closures:
        changes = _closed(resource, changes, horizon)
    kept = changes[:1]
    for change in changes[1:]:
        if change[1] != kept[-1][1]:
            kept.append(change)
    return kept


def _roster(resource: Resource, clock: Clock, hour: float, horizon: float) -> list[tuple[float, int]]:
    import numpy as np

    cycle = 24 if resource.roster == "day" else WEEK
    shifts = sorted((shift.at, shift.capacity) for shift in resource.shifts)
    starts = np.array([at for at, _ in shifts])
    units = np.array([capacity for _, capacity in shifts])
    local = clock.hour_of_week % cycle
    since = (np.arange(local.size) - clock.before - clock.phase) * hour
    times, values = [since], [units[np.searchsorted(starts, local, side="right") - 1]]
    for at, capacity in shifts:
        within = since[local == int(at)] + (at - int(at)) * hour
        times.append(within)
        values.append(np.full(within.size, capacity))
    moments, levels = np.concatenate(times), np.concatenate(values)
    order = np.argsort(moments, kind="stable")
    moments, levels = moments[order], levels[order]
    first = int(np.searchsorted(moments, 0.0, side="right")) - 1
    last = int(np.searchsorted(moments, horizon, side="right"))
    changed = np.flatnonzero(np.diff(levels[first:last])) + first + 1
    return [(0.0, int(levels[first])), *((float(moments[i]), int(levels[i])) for i in changed)]


def _closed(resource: Resource, changes: list[tuple[float, int]], horizon: float) -> list[tuple[float, int]]:
    borders = {time for time, _ in changes}
    for closure in resource.closures:
        borders.update(time for time in (closure.start, closure.end) if 0.0 <= time <= horizon)
    result, place = [], 0
    for time in sorted(borders):
        while place + 1 < len(changes) and changes[place + 1][0] <= time:
            place += 1
        limits = [closure.capacity for closure in resource.closures if closure.start <= time < closure.end]
        result.append((time, min([changes[place][1], *limits])))
    return result
