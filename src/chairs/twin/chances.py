"""One place in a model at which a patient may be: its weight, and how the rest of his stay there is drawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from chairs.twin.durations import Duration, Durations
from chairs.twin.following import Map
from chairs.twin.steps import Delay

Clock = tuple[dt.datetime, dt.datetime]  # now, and when a step began, local
Drawn = tuple[float, float, Mapping[str, int]]  # weight of the way, time since the last that is known, what he holds


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Chance:
    """One place in the model at which a patient may be: its weight, and how the rest of his stay there is drawn."""

    weight: float
    step: str
    elapsed: float
    holds: Mapping[str, int] = field(default_factory=dict)
    rest: np.ndarray | None = None  # remaining times and their weights, two columns; None: the engine draws


def chance_of(found: Map, step: Delay, drawn: Drawn, clock: Clock) -> Chance:
    """Return the chance of being in a delay that began when the clock says."""
    weight, elapsed, holds = drawn
    table = step.duration
    row = table.rows[0] if len(table.rows) == 1 else row_at(table, clock[1])
    if found.may_be_drawn(step):
        ends = found.resting.ends(row, step.lands, clock, found.model.hour / 60)
        if ends is not None:
            mass = float(np.cumsum(ends[:, 1])[-1]) if len(ends) else 0.0
            return Chance(weight=weight * mass, step=step.name, elapsed=elapsed, holds=holds, rest=ends)
    return Chance(weight=weight * found.surviving.of(row, elapsed), step=step.name, elapsed=elapsed, holds=holds)


def row_at(table: Durations, local: dt.datetime) -> Duration:
    """Return the line of a table that counts at a local moment; of one by anything else the first."""
    line = 0
    if table.by == "hour":
        line = local.hour
    elif table.by == "weekday":
        line = local.weekday()
    elif table.by == "hour_of_week":
        line = 24 * local.weekday() + local.hour
    return table.rows[min(line, len(table.rows) - 1)]
