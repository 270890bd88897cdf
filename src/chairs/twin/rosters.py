"""What changes with the clock, written out over a run: rates of arrivals and capacities."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.twin.clock import (
    WEEK,
    Clock,
    day_begins,
    holidays_among,
    hours_of_week,
    read_clock,
    school_holidays_among,
    season_at,
)
from chairs.twin.engine.layout import UNLIMITED

if TYPE_CHECKING:
    import numpy as np

    from chairs.twin.arrivals import Arrivals
    from chairs.twin.resources import Closure, Resource


def hourly_rates(arrivals: Arrivals, clock: Clock) -> np.ndarray:
    """Return the expected arrivals an hour: one week when nothing else matters, else each hour of the run."""
    import numpy as np

    week = np.resize(np.asarray(arrivals.rates, dtype=float), WEEK) * arrivals.factor
    if arrivals.weekday:
        week = week * np.repeat(np.asarray(arrivals.weekday, dtype=float), 24)
    if not clock.dated:
        return np.asarray(week)
    own, like = clock.hour_of_week, hours_of_week(clock, arrivals.holiday_as, arrivals.country)
    a_day = week.reshape(7, 24).sum(axis=1)
    like = np.where(a_day[like // 24] > 0, like, own)  # the hours of a day without arrivals say nothing
    rates = week[like] * np.divide(
        a_day[own // 24], a_day[like // 24], where=a_day[like // 24] > 0, out=np.zeros(len(own))
    )
    if arrivals.season:
        rates = rates * season_at(np.asarray(arrivals.season, dtype=float), clock.day)
    if arrivals.month:
        rates = rates * np.asarray(arrivals.month, dtype=float)[clock.month]
    if arrivals.holiday != 1.0:
        rates = np.where(holidays_among(clock.day, arrivals.country), rates * arrivals.holiday, rates)
    if arrivals.school_holiday != 1.0:
        off = school_holidays_among(clock.day, arrivals.country, arrivals.zone)
        rates = np.where(off, rates * arrivals.school_holiday, rates)
    return np.asarray(rates)


def capacities(resource: Resource, clock: Clock, hour: float, horizon: float) -> list[tuple[float, int]]:
    """Return the changes of capacity over a run, first that at its start: (time, units from then on)."""
    plain = UNLIMITED if resource.capacity is None else resource.capacity
    changes = _roster(resource, clock, hour, horizon) if resource.shifts else [(0.0, plain)]
    if resource.closures:
        periods = [(*_period(closure, clock, hour), closure.capacity) for closure in resource.closures]
        changes = _closed(periods, changes, horizon)
    kept = changes[:1]
    for change in changes[1:]:
        if change[1] != kept[-1][1]:
            kept.append(change)
    return kept


def capacity_cycle(
    resource: Resource, clock: Clock, hour: float, horizon: float
) -> tuple[float, list[tuple[float, int]]]:
    """Return the changes of capacity to be repeated after a period, so that a long run needs no longer list.

    Only a run without dates repeats itself, week after week; the period is 0 where nothing is repeated.
    """
    if clock.dated or resource.closures or not resource.shifts:
        return 0.0, capacities(resource, clock, hour, horizon)
    week = WEEK * hour
    return week, capacities(resource, read_clock(None, WEEK, "UTC"), hour, week)


def _roster(resource: Resource, clock: Clock, hour: float, horizon: float) -> list[tuple[float, int]]:
    import numpy as np

    cycle = 24 if resource.roster == "day" else WEEK
    shifts = sorted((shift.at, shift.capacity) for shift in resource.shifts)
    starts = np.array([at for at, _ in shifts])
    units = np.array([capacity for _, capacity in shifts])
    local = hours_of_week(clock, resource.holiday_as, resource.country) % cycle
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


def _period(closure: Closure, clock: Clock, hour: float) -> tuple[float, float]:
    """Return a closure's first and last moment in the model's unit of time since the run's start."""
    if closure.start is not None and closure.end is not None:
        return closure.start, closure.end
    if not clock.dated:
        raise SettingError(
            (
                problem(
                    "une fermeture est donnée par ses dates, et la simulation n'a pas de date de début",
                    "a closure is given by its dates, and the simulation has no date to start at",
                    remedy=("donner le début (--start)", "give the start (--start)"),
                ),
            )
        )
    first, last = (dt.date.fromisoformat(day or "") for day in (closure.first, closure.last))
    return day_begins(clock, first, hour), day_begins(clock, last + dt.timedelta(days=1), hour)


def _closed(
    periods: list[tuple[float, float, int]], changes: list[tuple[float, int]], horizon: float
) -> list[tuple[float, int]]:
    borders = {time for time, _ in changes}
    for start, end, _ in periods:
        borders.update(time for time in (start, end) if 0.0 <= time <= horizon)
    result, place = [], 0
    for time in sorted(borders):
        while place + 1 < len(changes) and changes[place + 1][0] <= time:
            place += 1
        limits = [capacity for start, end, capacity in periods if start <= time < end]
        result.append((time, min([changes[place][1], *limits])))
    return result
