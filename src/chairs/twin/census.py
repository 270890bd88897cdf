"""The census of a run: patients present, patients waiting and units open, by unit and full hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from chairs.tables import CONTRACTS
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.event_log import microseconds, moments
from chairs.twin.lines import Lines, read_lines
from chairs.twin.memory import Memory
from chairs.twin.rosters import capacities
from chairs.twin.steps import Seize

if TYPE_CHECKING:
    import pandas as pd

    from chairs.twin.simulate import Simulation

FOREVER = np.iinfo(np.int64).max
MEASURES = ("census", "open_beds", "waiting")


def census(simulation: Simulation) -> pd.DataFrame:
    """Return the census of all replications in the contract `unit_hour`, at each full hour of the run (UTC).

    `census` counts the patients who hold a unit of a resource there (once, whatever the number of units; a unit
    that is being cleaned holds nobody), `waiting` those who wait for one, `open_beds` the units that the roster
    opens (missing: without limit). A patient is present at an hour when he came at it or before and left after it:
    the rule of `chairs.flow.census.hourly_census`, which says the same of the event log.
    """
    import pandas as pd

    program = simulation.program
    units, hours = unit_names(program), full_hours(program)
    opened = units_open(program, hours)
    counts = [np.stack([one[0], opened, one[1]], axis=1) for one in simulation.each(count_by_hour, log=True)]
    values = np.stack(counts)  # replication, unit, measure, hour
    index = pd.MultiIndex.from_product(
        [range(len(values)), units, MEASURES, moments(hours, program)],
        names=["replication", "unit", "measure", "hour"],
    )
    frame = pd.DataFrame({"value": values.ravel()}, index=index).reset_index()
    return CONTRACTS["unit_hour"].conform(frame.assign(site=program.model.name))


def unit_names(program: Program) -> list[str]:
    """Return the units of a model, in the order of the alphabet."""
    return sorted({item.unit or item.name for item in program.model.resources})


def full_hours(program: Program) -> np.ndarray:
    """Return the full hours of the clock in a run, in the model's unit of time since its start."""
    hour, phase = program.model.hour, program.clock.phase
    first = (1.0 - phase) * hour if phase > 0 else 0.0
    return first + hour * np.arange(int(np.floor((program.horizon - first) / hour + 1e-9)) + 1)


def count_by_hour(memory: Memory, program: Program) -> np.ndarray:
    """Return patients present and patients waiting of one replication: an array by measure, unit and hour."""
    lines = read_lines(memory, program)
    hours = microseconds(full_hours(program), program)
    model = program.model
    counts = np.zeros((2, len(unit_names(program)), len(hours)))
    for place, unit in enumerate(unit_names(program)):
        members = [i for i, item in enumerate(model.resources) if (item.unit or item.name) == unit]
        counts[0, place] = _at(hours, *_present(lines, members, program))
        counts[1, place] = _at(hours, *_waiting(lines, members, program))
    return counts


def _at(hours: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Count the intervals that are open at each hour."""
    return np.searchsorted(np.sort(begins), hours, side="right") - np.searchsorted(np.sort(ends), hours, side="right")


def _present(lines: Lines, members: list[int], program: Program) -> tuple[np.ndarray, np.ndarray]:
    mine = (lines["kind"] == code.LOG_HOLD) & np.isin(lines["resource"], members)
    begins, ends = _ticks(lines["start"][mine], program), _ticks(lines["end"][mine], program)
    return (begins, ends) if len(members) == 1 else _merged(lines["who"][mine], begins, ends)


def _merged(who: np.ndarray, begins: np.ndarray, ends: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Join the overlapping intervals of one patient, who may hold several resources of one unit."""
    import pandas as pd

    frame = pd.DataFrame({"who": who, "begins": begins, "ends": ends}).sort_values(["who", "begins", "ends"])
    latest = frame.groupby("who")["ends"].cummax().groupby(frame["who"]).shift(fill_value=np.iinfo(np.int64).min)
    island = (frame["begins"] > latest).cumsum()
    joined = frame.groupby(island).agg(begins=("begins", "min"), ends=("ends", "max"))
    return joined["begins"].to_numpy(), joined["ends"].to_numpy()


def _waiting(lines: Lines, members: list[int], program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the waits at steps that ask for one of these resources, and of those interrupted there."""
    names = {program.model.resources[place].name for place in members}
    asking = [
        row
        for row, step in enumerate(program.model.steps)
        if isinstance(step, Seize) and any(names & set(option) for option in step.options)
    ]
    held = lines["kind"] == code.LOG_HOLD
    left = np.isin(lines["kind"], (code.LOG_LEFT_QUEUE, code.LOG_REFUSED))
    mine = (held | left) & np.isin(lines["row"], asking)
    elsewhere = (lines["resource"] >= 0) & ~np.isin(lines["resource"], members)
    resumed = np.isin(lines["resource"], _interruptible(program))
    mine &= ~(elsewhere & resumed)
    until = np.where(held, lines["start"], lines["end"])
    waits = np.column_stack(
        [lines["who"][mine], _ticks(lines["requested"][mine], program), _ticks(until[mine], program)]
    )
    waits = np.unique(waits, axis=0)  # one wait may end with several resources
    return waits[:, 1], waits[:, 2]


def _interruptible(program: Program) -> list[int]:
    return [i for i, item in enumerate(program.model.resources) if item.on_reduction == "preempt"]


def _ticks(values: np.ndarray, program: Program) -> np.ndarray:
    known = ~np.isnan(values)
    ticks = np.full(len(values), FOREVER, dtype=np.int64)
    ticks[known] = microseconds(values[known], program)
    return ticks


def units_open(program: Program, hours: np.ndarray) -> np.ndarray:
    """Return the units open at each full hour: an array by unit and hour, not a number where there is no limit."""
    model, units = program.model, unit_names(program)
    found = np.zeros((len(units), len(hours)))
    for item in model.resources:
        changes = capacities(item, program.clock, model.hour, program.horizon)
        times, levels = np.array(changes).T
        here = levels[np.searchsorted(times, hours + 1e-9 * model.hour, side="right") - 1]
        found[units.index(item.unit or item.name)] += np.where(here >= code.UNLIMITED, np.nan, here)
    return found
