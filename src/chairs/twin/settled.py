"""Those present at the end of a run, as the state from which other runs start."""

from __future__ import annotations

import datetime as dt

import numpy as np

from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.model import Model
from chairs.twin.simulate import simulate
from chairs.twin.state import Present
from chairs.twin.steps import Patience, Seize


def settled(model: Model, at: dt.datetime, days: float, seed: int = 1) -> tuple[Present, ...]:
    """Return a state of the hospital at a moment: who is present in one run that began empty `days` before.

    Parameters
    ----------
    at
        The moment, with its time zone.

    Notes
    -----
    Each patient keeps his place, what he holds, the time he has waited, and the end of what he is in. His clocks
    start with his present wait; what he asked for before is forgotten, as is the wait of those already in a bed.
    """
    horizon = days * 24 * model.hour
    run = simulate(model, start=at - dt.timedelta(days=days), horizon=horizon, seed=seed)
    return present(run.replicate(0), run.program)


def present(memory: Memory, program: Program) -> tuple[Present, ...]:
    """Return those present in a memory at its horizon; those between two steps at that instant are left out."""
    rows = memory.table(code.AT_PATIENTS, code.P_WIDE)
    times = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    marks = memory.table(code.AT_MARKS).reshape(len(rows), -1)
    stations = len(program.stations)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(len(rows), stations, code.H_WIDE)[:, :, code.H_UNITS]
    inside = np.flatnonzero(np.isin(rows[:, code.P_DOING], (code.BUSY, code.WAITING)))
    order = inside[np.argsort(rows[inside, code.P_SERIAL], kind="stable")]
    return tuple(_one(program, (rows[i], times[i]), float(marks[i].max(initial=-np.inf)), held[i]) for i in order)


def _one(program: Program, at: tuple[np.ndarray, np.ndarray], mark: float, held: np.ndarray) -> Present:
    row, times = at
    model, now = program.model, program.horizon
    step = model.steps[int(row[code.P_ROW])]
    waiting = isinstance(step, Seize)
    elapsed = now - float(times[code.PX_REQUESTED if waiting else code.PX_STARTED])
    since = max(now - max(mark, float(times[code.PX_ARRIVED])), elapsed)
    clock = _clock(model, int(row[code.P_ROW])) if waiting and row[code.P_IMPATIENT] else None
    return Present(
        step=step.name,
        patient_class=model.classes[int(row[code.P_CLASS])],
        elapsed=elapsed,
        since_arrival=since,
        holds={model.resources[k].name: int(held[k]) for k in np.flatnonzero(held)},
        patience=clock,
        patience_elapsed=elapsed if clock else 0.0,
        remaining=None if waiting else max(float(times[code.PX_UNTIL]) - now, 0.0),
    )


def _clock(model: Model, row: int) -> str | None:
    """Return the clock that runs for those who wait at a step: the last one started before it in the table."""
    return next((step.name for step in reversed(model.steps[:row]) if isinstance(step, Patience)), None)
