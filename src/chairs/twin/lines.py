"""The lines a replication wrote down, and those of what had not ended when it stopped."""

from __future__ import annotations

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


def _under_way(memory: Memory, program: Program) -> tuple[np.ndarray, np.ndarray]:
    """Return the lines of what has not ended: holds, waits and delays of those inside."""
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    times = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    stations = len(program.stations)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(len(patients), stations, code.H_WIDE)
    held_x = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE).reshape(len(patients), stations, code.HX_WIDE)
    wholes: list[tuple[int, ...]] = []
    reals: list[tuple[float, float, float]] = []
    for slot in np.flatnonzero(patients[:, code.P_DOING] != code.ABSENT):
        person, time, doing = patients[slot], times[slot], int(patients[slot, code.P_DOING])
        who, cls, row = int(person[code.P_SERIAL]), int(person[code.P_CLASS]), int(person[code.P_ROW])
        for place in map(int, np.flatnonzero(held[slot, :, code.H_UNITS] > 0)):
            wholes.append((who, int(held[slot, place, code.H_ROW]), place, cls, code.LOG_HOLD))
            reals.append((held_x[slot, place, code.HX_REQUESTED], held_x[slot, place, code.HX_GRANTED], np.nan))
        if doing == code.WAITING:
            wholes.append((who, row, -1, cls, code.LOG_LEFT_QUEUE))
            reals.append((time[code.PX_REQUESTED], np.nan, np.nan))
        elif doing == code.INTERRUPTED:
            place = int(person[code.P_RESOURCE])
            wholes.append((who, int(held[slot, place, code.H_ROW]), place, cls, code.LOG_LEFT_QUEUE))
            reals.append((time[code.PX_ELAPSED], np.nan, np.nan))
        if doing in (code.BUSY, code.INTERRUPTED) and program.rows[row, code.R_LOGGED] == 1:
            wholes.append((who, row, -1, cls, code.LOG_DELAY))
            reals.append((time[code.PX_STARTED], time[code.PX_STARTED], np.nan))
    whole = np.array(wholes, dtype=np.int64).reshape(-1, code.L_WIDE)
    return whole, np.array(reals, dtype=float).reshape(-1, code.LX_WIDE)
