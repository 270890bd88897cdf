"""What patients wait for: beds, cubicles, staff, machines, with their rosters and rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chairs.twin.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From the local hour `at` on (0 to 24, or 0 to 168 from Monday in a weekly roster), `capacity` units."""

    at: float
    capacity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A period in which at most `capacity` units are open.

    Parameters
    ----------
    start, end
        In the model's unit of time since the run's start.
    first, last
        Or by date: from the midnight at which `first` begins to that at which `last` ends, by the model's local
        clock ("2024-07-01", "2024-08-31"). A part outside the run does no harm; a run without a start has no dates.
    """

    start: float | None = None
    end: float | None = None
    first: str | None = None
    last: str | None = None
    capacity: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A pool of identical units.

    Parameters
    ----------
    capacity
        Number of units; None: unlimited. With `shifts` the roster rules instead.
    shifts, roster
        Changes of capacity by hour of the `day` or of the `week`, repeated; before the first one the last counts.
    holiday_as, country
        Weekday (0 = Monday) whose part of a weekly roster holds on the public holidays of `country`; None: their own.
    closures
        Periods with fewer units.
    priority
        Level by class, 0 first (classes not named: 0). Inside a level, first come first served.
    ageing
        By class, the wait after which a patient rises by one level, again and again up to level 0.
    cleaning
        How long a unit stays out of use after each patient.
    on_reduction
        What happens to those in treatment when the capacity falls: `finish` (the unit goes when they are done)
        or `preempt` (they are interrupted, wait, and go on where they were).
    overtaking
        When the first in the queue cannot be served (he needs several units or another resource too), may those
        behind him be?
    unit
        Name of the place in the event log (default: the resource's own).
    """

    name: str
    capacity: int | None = None
    shifts: tuple[Shift, ...] = ()
    roster: Literal["day", "week"] = "day"
    holiday_as: int | None = None
    country: str = "FR"
    closures: tuple[Closure, ...] = ()
    priority: Mapping[str, int] = field(default_factory=dict)
    ageing: Mapping[str, float] = field(default_factory=dict)
    cleaning: Duration | None = None
    on_reduction: Literal["finish", "preempt"] = "finish"
    overtaking: bool = True
    unit: str | None = None
