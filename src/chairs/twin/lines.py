"""The lines a replication wrote down, and those of what had not ended when it stopped."""

from __future__ import annotations

import datetime as dt

import numpy as np

from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory

Lines = dict[str, np.ndarray]
COLUMNS = ("who", "row", "resource", "class", "kind", "requested", "start", "end")


def read_lines(memory: Memory, program: Program) -> Lines:
    """Return the lines of one replication as columns, in the order in which they ended; open ones last.

    `who` is a patient's serial number in the replication; `row` the step (of an arrival: the list) and `resource`
    the resource (of an arrival: the number on its list); times in the model's unit since the start of the run.
    """
    written = int(memory.n[code.W_LINES])
    wholes = memory.table(code.AT_LINES, code.L_WIDE)[:written]
    reals = memory.table(code.AT_LINES_X, code.LX_WIDE)[:written]
    more, more_x = _under_way(memory, program)
    columns = [*np.concatenate([wholes, more]).T, *np.concatenate([reals, more_x]).T]
    return dict(zip(COLUMNS, columns, strict=True))


def dated(lines: Lines, start: dt.datetime) -> Lines:
    """Return the lines of a run in minutes with their times in minutes since 1970 (UTC), by the start of the run."""
    begun = start.timestamp() / 60
    return lines | {name: lines[name] + begun for name in ("requested", "start", "end")}


def _under_way(memory: Memory, program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of what has not ended: holds, waits and delays of those inside."""
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    times = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    stations = len(program.stations)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(len(patients), stations, code.H_WIDE)
    held_x = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE).reshape(len(patients), stations, code.HX_WIDE)
    doing, row = patients[:, code.P_DOING], patients[:, code.P_ROW]
    holding = np.flatnonzero((patients[:, code.P_HOLDING] > 0) & (doing != code.ABSENT))
    which, place = np.nonzero(held[holding, :, code.H_UNITS] > 0)
    slot = holding[which]
    waits = np.flatnonzero(doing == code.WAITING)
    broken = np.flatnonzero(doing == code.INTERRUPTED)
    at = patients[broken, code.P_RESOURCE]
    lasting = (doing == code.BUSY) | (doing == code.INTERRUPTED)
    delays = np.flatnonzero(lasting & (program.rows[row, code.R_LOGGED] == 1))
    none = np.full(len(patients), -1)
    parts = (
        (slot, held[slot, place, code.H_ROW], place, code.LOG_HOLD,
         held_x[slot, place, code.HX_REQUESTED], held_x[slot, place, code.HX_GRANTED]),
        (waits, row[waits], none[waits], code.LOG_LEFT_QUEUE, times[waits, code.PX_REQUESTED], np.nan),
        (broken, held[broken, at, code.H_ROW], at, code.LOG_LEFT_QUEUE, times[broken, code.PX_ELAPSED], np.nan),
        (delays, row[delays], none[delays], code.LOG_DELAY, times[delays, code.PX_STARTED],
         times[delays, code.PX_STARTED]),
    )  # fmt: skip
    wholes, reals, whose = [], [], []
    for slots, rows, places, kind, asked, begun in parts:
        who, cls = patients[slots, code.P_SERIAL], patients[slots, code.P_CLASS]
        wholes.append(np.column_stack([who, rows, places, cls, np.full(len(slots), kind)]))
        reals.append(np.column_stack([asked, np.broadcast_to(begun, len(slots)), np.full(len(slots), np.nan)]))
        whose.append(slots)
    order = np.argsort(np.concatenate(whose), kind="stable")  # patient by patient: what he holds, where he is
    return np.concatenate(wholes)[order].astype(np.int64), np.concatenate(reals)[order].astype(float)
