"""Puts those present in their places in the memory of a replication, before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.counter import philox, word
from chairs.twin.columns import LEAST, Columns, columns_of
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory

if TYPE_CHECKING:
    from chairs.twin.state import Present


def place_state(memory: Memory, program: Program, state: Sequence[Present], key: tuple[int, int]) -> None:
    """Write those present into the memory of one replication, before it runs."""
    if state:
        columns = columns_of(program, state)
        place(memory, columns, key, (np.arange(len(state)), columns.remaining))


def place(memory: Memory, columns: Columns, key: tuple[int, int], drawn: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Write patients into the memory of one replication and return their order: the longest there come first.

    All patients at once: what each has is written as columns, so that a thousand take less than a millisecond.

    Parameters
    ----------
    drawn
        By patient the line of `columns` that says where he is, and how long he stays there; not a number: the
        engine draws it.
    """
    chosen, remaining = drawn
    order = np.argsort(-columns.elapsed[chosen], kind="stable")
    if not len(order):
        return order
    make_room(memory, len(order) + 1)
    slots, lines, stay = _slots(memory, len(order)), chosen[order], remaining[order]
    _write(memory, columns, (lines, order), slots)
    busy = ~np.isnan(stay) & columns.stays[lines]
    _choose_parts(memory, columns, (lines, order, ~busy), slots, key)
    _hold(memory, columns, lines, slots)
    _stay_on(memory, slots[busy], stay[busy], columns.elapsed[lines[busy]])
    _ready(memory, slots[~busy])
    return order


def make_room(memory: Memory, patients: int) -> None:
    """Enlarge a memory that holds nobody yet until it has places for so many patients."""
    while memory.sizes[code.AT_PATIENTS] // code.P_WIDE < patients:
        memory.n[code.W_FREE] = -1
        memory.grow()
        memory.free_all()


def _slots(memory: Memory, count: int) -> np.ndarray:
    """Take so many free places out of the chain of them."""
    following = memory.table(code.AT_PATIENTS, code.P_WIDE)[:, code.P_NEXT]
    slot = int(memory.n[code.W_FREE])
    found = slot + np.arange(count)
    if slot + count <= len(following) and (following[found[:-1]] == found[1:]).all():  # as in a memory never used
        memory.n[code.W_FREE] = following[found[-1]]
        return found
    for place in range(count):
        found[place], slot = slot, int(following[slot])
    memory.n[code.W_FREE] = slot
    return found


def _write(memory: Memory, columns: Columns, who: tuple[np.ndarray, np.ndarray], slots: np.ndarray) -> None:
    """Write the records of the patients."""
    (lines, numbers), n, count = who, memory.n, len(slots)
    patients, reals = columns.patients.take(lines, axis=0), columns.reals.take(lines, axis=0)
    patients[:, code.P_NUMBER], patients[:, code.P_SERIAL] = numbers, int(n[code.W_SERIAL]) + np.arange(count)
    memory.table(code.AT_PATIENTS, code.P_WIDE)[slots] = patients
    memory.table(code.AT_PATIENTS_X, code.PX_WIDE)[slots] = reals
    n[code.W_SERIAL] += count
    n[code.W_INSIDE] += count
    if columns.program.marks:
        memory.table(code.AT_MARKS, columns.program.marks)[slots] = reals[:, [code.PX_ARRIVED]]
    if columns.attributes.shape[1]:
        memory.table(code.AT_ATTRIBUTES, columns.attributes.shape[1])[slots] = columns.attributes[columns.own[lines]]


def _choose_parts(
    memory: Memory,
    columns: Columns,
    who: tuple[np.ndarray, np.ndarray, np.ndarray],
    slots: np.ndarray,
    key: tuple[int, int],
) -> None:
    """Draw for those in a stay that is a mixture, and whose rest the engine draws, the part that they are in."""
    lines, numbers, drawn = who
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    reals = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    for place in np.flatnonzero(columns.is_mixed[lines] & drawn).tolist():
        mixed, slot = columns.mixed[int(lines[place])], slots[place]
        u, _ = philox(*(np.uint64(value) for value in (numbers[place], word("state"), mixed.key, 0, *key)))
        part = int(np.searchsorted(mixed.sums, u * mixed.survival))
        patients[slot, code.P_DRAWN] = mixed.first + part
        reals[slot, code.PX_SURVIVAL] = max(mixed.parts[part], LEAST)


def _stay_on(memory: Memory, slots: np.ndarray, remaining: np.ndarray, elapsed: np.ndarray) -> None:
    """Let stays end after `remaining`, as `chairs.twin.engine.steps` does with what it draws.

    A sorted list is a heap: the coming events are written in the order of time, then of writing.
    """
    soon = remaining <= memory.x[code.WX_HORIZON]
    count, former = int(soon.sum()), int(memory.n[code.W_CALENDAR])
    memory.n[code.W_CALENDAR] = former + count
    while memory.n[code.W_CALENDAR] > memory.n[code.N_CALENDAR]:
        memory.grow()
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    reals = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    reals[slots, code.PX_STARTED], reals[slots, code.PX_UNTIL] = -elapsed, remaining
    reals[slots, code.PX_SURVIVAL], reals[slots, code.PX_ELAPSED], reals[slots, code.PX_GAINED] = 1.0, 0.0, 0.0
    patients[slots, code.P_DOING] = code.BUSY
    written = int(memory.n[code.W_SEQUENCE]) + 1 + np.arange(count, dtype=np.int64)
    memory.n[code.W_SEQUENCE] += count
    names = (written << (code.WHO_BITS + 4)) | (code.FINISH << code.WHO_BITS) | slots[soon]
    patients[slots[soon], code.P_FINISH] = names
    codes, times = memory.table(code.AT_CALENDAR)[:, 0], memory.table(code.AT_CALENDAR_X)[:, 0]
    all_names, all_times = np.append(codes[:former], names), np.append(times[:former], remaining[soon])
    order = np.lexsort((all_names, all_times))
    codes[: former + count], times[: former + count] = all_names[order], all_times[order]


def _ready(memory: Memory, slots: np.ndarray) -> None:
    """Let the engine go on with patients, in their order."""
    if not len(slots):
        return
    n, patients = memory.n, memory.table(code.AT_PATIENTS, code.P_WIDE)
    patients[slots, code.P_DOING] = code.READY
    patients[slots, code.P_NEXT] = np.append(slots[1:], -1)
    if n[code.W_READY] < 0:
        n[code.W_READY] = slots[0]
    else:
        patients[n[code.W_LAST_READY], code.P_NEXT] = slots[0]
    n[code.W_LAST_READY] = slots[-1]


def _hold(memory: Memory, columns: Columns, lines: np.ndarray, slots: np.ndarray) -> None:
    """Let patients hold what they hold."""
    counts = columns.first[lines + 1] - columns.first[lines]
    if not counts.any():
        return
    before = np.repeat(np.cumsum(counts) - counts, counts)
    held = columns.held[np.repeat(columns.first[lines], counts) + np.arange(len(before)) - before]
    stations = memory.table(code.AT_STATIONS, code.S_WIDE)
    busy = np.bincount(held[:, 0], weights=held[:, 1], minlength=len(stations)).astype(np.int64)
    stations[:, code.S_BUSY] += busy
    memory.table(code.AT_STATIONS_X, code.SX_WIDE)[:, code.SX_BUSY] -= busy * memory.x[code.WX_COUNTED]
    place = np.repeat(slots, counts) * len(stations) + held[:, 0]
    memory.table(code.AT_HOLDINGS, code.H_WIDE)[place] = held[:, 1:]
    memory.table(code.AT_HOLDINGS_X, code.HX_WIDE)[place] = -np.repeat(columns.elapsed[lines], counts)[:, None]
