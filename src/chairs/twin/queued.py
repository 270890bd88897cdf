"""Waits, queues and units in use of a week, from the holds that a log or a run shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.engine import layout as code
from chairs.twin.replay import Seen
from chairs.twin.state import Present, placed
from chairs.twin.steps import Seize

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.compiling import Program
    from chairs.twin.lines import Lines
    from chairs.twin.model import Model

ALL = "all"
UNITS = {"wait": "h", "queue_hours": "h", "in_use": "units", "gone": "patients"}
NEAR = {"wait": (1 / 6, 0.15), "queue_hours": (1.0, 0.2), "in_use": (0.5, 0.1), "gone": (2.0, 0.2)}
"""How near a replay must come to be believed: ten minutes or 15 % for a mean wait, and so on."""
Holds = dict[str, np.ndarray]


def shown(table: pd.DataFrame, who: Mapping[str, int], model: Model) -> Holds:
    """Return the holds and waits that the log shows of those in the week."""
    rows = table[table["case_id"].isin(list(who))]
    columns = {name: rows[name].to_numpy(float) for name in ("requested", "start", "end")}
    resources = {resource.name: place for place, resource in enumerate(model.resources)}
    place = np.array([resources.get(name, -1) for name in rows["resource"]], dtype=np.int64)
    return {
        "who": np.array([who[name] for name in rows["case_id"]], dtype=np.int64),
        "activity": rows["activity"].to_numpy(object),
        "resource": place,
        **columns,
    }


def held(lines: Lines, program: Program, state: Sequence[Present]) -> Holds:
    """Return the holds and waits of a run."""
    numbers = numbers_of(lines, state)
    kept = (lines["kind"] == code.LOG_HOLD) | (lines["kind"] == code.LOG_LEFT_QUEUE)
    names = np.array([getattr(step, "activity", None) or step.name for step in program.model.steps], dtype=object)
    columns = {name: lines[name][kept] for name in ("requested", "start", "end")}
    return {
        "who": numbers[lines["who"][kept]],
        "activity": names[lines["row"][kept]],
        "resource": lines["resource"][kept],
        **columns,
    }


def numbers_of(lines: Lines, state: Sequence[Present]) -> np.ndarray:
    """Return the patient number of each serial number of a run."""
    found = np.full(int(lines["who"].max(initial=-1)) + 1, -1)
    order = placed(state)
    found[: len(order)] = order
    came = lines["kind"] == code.LOG_ARRIVE
    found[lines["who"][came]] = lines["resource"][came]
    return found


def seen(holds: Holds, of: tuple[Model, float, int]) -> Seen:
    """Return waits, queues, units in use and those who left a queue inside the week."""
    model, horizon, count = of
    activities = sorted({s.activity or s.name for s in model.steps if isinstance(s, Seize)})
    asked, start, end = holds["requested"], holds["start"], np.where(np.isnan(holds["end"]), np.inf, holds["end"])
    served = (start >= 0) & (start < horizon) & np.isfinite(asked)
    gone = np.isnan(start) & (end >= 0) & (end < horizon) & np.isfinite(asked)
    until = np.where(np.isnan(start), end, start)
    queued = np.clip(np.minimum(until, horizon) - np.maximum(asked, 0.0), 0.0, None)
    values: dict[tuple[str, str], float] = {}
    waits: dict[str, np.ndarray] = {}
    for name in (ALL, *activities):
        mine = np.isin(holds["activity"], activities) if name == ALL else holds["activity"] == name
        waited = (start - asked)[mine & served]
        values["wait", name] = float(waited.mean()) / model.hour if len(waited) else np.nan
        values["queue_hours", name] = float(np.nansum(queued[mine])) / model.hour
        values["gone", name] = float((gone & mine).sum())
        each = np.full(count, np.nan)
        each[holds["who"][mine]] = 0.0
        np.add.at(each, holds["who"][mine], np.nan_to_num(queued[mine]))
        waits[name] = each
    census: dict[str, np.ndarray] = {}
    hours = np.arange(0.0, horizon, model.hour)
    for place, resource in enumerate(model.resources):
        mine = (holds["resource"] == place) & np.isfinite(start)
        begins, ends = np.sort(start[mine]), np.sort(end[mine])
        census[resource.name] = np.searchsorted(begins, hours, "right") - np.searchsorted(ends, hours, "right")
        lasts = np.clip(np.minimum(end[mine], horizon) - np.maximum(start[mine], 0.0), 0.0, None)
        values["in_use", resource.name] = float(lasts.sum()) / horizon
    values["in_use", ALL] = sum(values["in_use", resource.name] for resource in model.resources)
    census[ALL] = np.sum(list(census.values()), axis=0)
    return Seen(values=values, waits=waits, census=census)
