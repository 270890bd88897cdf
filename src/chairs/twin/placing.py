"""Puts those present in their places in the memory of a replication, before it runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.counter import philox, word
from chairs.twin.compiling import Program
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.state import Present, placed
from chairs.twin.steps import Delay, Seize, Step

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class _Book:
    """A program with its steps and resources by name."""

    program: Program
    _rows_asked: dict[tuple[str, int], int] = field(default_factory=dict)

    @cached_property
    def rows(self) -> Mapping[str, int]:
        return {step.name: row for row, step in enumerate(self.program.model.steps)}

    @cached_property
    def classes(self) -> Mapping[str, int]:
        return {name: place for place, name in enumerate(self.program.model.classes)}

    @cached_property
    def stations(self) -> Mapping[str, int]:
        return {resource.name: place for place, resource in enumerate(self.program.model.resources)}

    @cached_property
    def levels(self) -> list[tuple[str, str, Mapping[str, int]]]:
        """Name, first level and places of the levels of each attribute."""
        return [
            (label.name, label.levels[0], {level: place for place, level in enumerate(label.levels)})
            for label in self.program.model.attributes
        ]

    @cached_property
    def _asking(self) -> Mapping[str, list[int]]:
        """Rows at which each resource is asked for."""
        found: dict[str, list[int]] = {}
        for row, step in enumerate(self.program.model.steps):
            for name in {name for option in step.options for name in option} if isinstance(step, Seize) else ():
                found.setdefault(name, []).append(row)
        return found

    def asked_at(self, resource: str, row: int) -> int:
        """Return the row at which somebody who is at `row` will have asked for a resource: the last one before it."""
        place = (resource, row)
        if place not in self._rows_asked:
            asking = self._asking.get(resource, [])
            self._rows_asked[place] = max([one for one in asking if one <= row] or asking or [row])
        return self._rows_asked[place]


def place_state(memory: Memory, program: Program, state: Sequence[Present], key: tuple[int, int]) -> None:
    """Write those present into the memory of one replication, before it runs.

    All patients at once: what is the same for each is written as columns, so that a thousand take milliseconds.
    """
    if not state:
        return
    make_room(memory, len(state) + 1)
    book, order = _Book(program), placed(state)
    people = [state[number] for number in order]
    slots = _slots(memory, len(people))
    rows = [book.rows[person.step] for person in people]
    _write(memory, book, (people, order, rows), slots)
    steps = program.model.steps
    busy = np.array([p.remaining is not None and isinstance(steps[row], Delay)
                     for p, row in zip(people, rows, strict=True)])  # fmt: skip
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    reals = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    for person, row, slot, known in zip(people, rows, slots.tolist(), busy.tolist(), strict=True):
        step = steps[row]
        if isinstance(step, Delay) and not (known and _line(step, program, person).kind != "mixture"):
            _remaining(patients[slot], reals[slot], book, person, step, key)
        if person.patience is not None:
            _patience(memory, book, person, slot)
    _hold(memory, book, (people, rows), slots)
    stay = np.array([person.remaining or 0.0 for person in people])[busy]
    _stay_on(memory, slots[busy], stay, np.array([person.elapsed for person in people])[busy])
    _ready(memory, slots[~busy])


def make_room(memory: Memory, patients: int) -> None:
    """Enlarge a memory that holds nobody yet until it has places for so many patients."""
    while memory.sizes[code.AT_PATIENTS] // code.P_WIDE < patients:
        memory.n[code.W_FREE] = -1
        memory.grow()
        _free_all(memory)


def _free_all(memory: Memory) -> None:
    """Keep the places that were free before an early enlargement."""
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    patients[:, code.P_NEXT] = [*range(1, len(patients)), -1]
    memory.n[code.W_FREE] = 0


def _slots(memory: Memory, count: int) -> np.ndarray:
    """Take so many free places out of the chain of them."""
    following = memory.table(code.AT_PATIENTS, code.P_WIDE)[:, code.P_NEXT].tolist()
    slot, found = int(memory.n[code.W_FREE]), []
    for _ in range(count):
        found.append(slot)
        slot = following[slot]
    memory.n[code.W_FREE] = slot
    return np.array(found, dtype=np.int64)


def _write(
    memory: Memory, book: _Book, people: tuple[Sequence[Present], Sequence[int], Sequence[int]], slots: np.ndarray
) -> None:
    """Write the columns that every patient has."""
    present, numbers, rows = people
    n, count = memory.n, len(present)
    patients = memory.table(code.AT_PATIENTS, code.P_WIDE)
    reals = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)
    patients[slots] = 0
    patients[slots, code.P_ROW] = rows
    patients[slots, code.P_CLASS] = [book.classes[person.patient_class] for person in present]
    patients[slots, code.P_PRIORITY] = [-1 if person.priority is None else person.priority for person in present]
    patients[slots, code.P_DRAWN] = patients[slots, code.P_PATIENCE] = -1
    patients[slots, code.P_SOURCE], patients[slots, code.P_NUMBER] = word("state"), numbers
    patients[slots, code.P_SERIAL] = int(n[code.W_SERIAL]) + np.arange(count)
    n[code.W_SERIAL] += count
    n[code.W_INSIDE] += count
    arrived = [-(person.elapsed if person.since_arrival is None else person.since_arrival) for person in present]
    reals[slots, code.PX_ARRIVED] = arrived
    reals[slots, code.PX_ELAPSED], reals[slots, code.PX_SURVIVAL] = [person.elapsed for person in present], 1.0
    if book.program.marks:
        memory.table(code.AT_MARKS, book.program.marks)[slots] = reals[slots, code.PX_ARRIVED][:, None]
    if book.levels:
        memory.table(code.AT_ATTRIBUTES, len(book.levels))[slots] = [
            [places[person.attributes.get(name, first)] for name, first, places in book.levels] for person in present
        ]


def _patience(memory: Memory, book: _Book, person: Present, slot: int) -> None:
    """Let the clock run of a patient who may leave."""
    row = book.rows[str(person.patience)]
    memory.table(code.AT_PATIENTS, code.P_WIDE)[slot, code.P_PATIENCE] = row
    real = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)[slot]
    real[code.PX_PATIENCE_ELAPSED] = person.patience_elapsed
    clock = _line(book.program.model.steps[row], book.program, person)
    real[code.PX_PATIENCE_SURVIVAL] = clock.survival(person.patience_elapsed)


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
    reals[slots, code.PX_SURVIVAL], reals[slots, code.PX_ELAPSED] = 1.0, 0.0
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


def _line(step: Step, program: Program, person: Present) -> Duration:
    """Return the distribution that counts for this patient (that of his first visit, at the start's hour)."""
    table: Durations = step.duration  # type: ignore[attr-defined]
    kind, _, name = table.by.partition(":")
    line = 0
    if kind == "class":
        line = program.model.classes.index(person.patient_class)
    elif kind == "attribute":
        attribute = next(a for a in program.model.attributes if a.name == name)
        line = attribute.levels.index(person.attributes.get(name, attribute.levels[0]))
    elif kind in ("hour", "hour_of_week"):
        hour = int(program.hours[0])
        line = hour % 24 if kind == "hour" else hour
    return table.rows[line]


def _remaining(
    patient: np.ndarray, real: np.ndarray, book: _Book, person: Present, step: Delay, key: tuple[int, int]
) -> None:
    """Prepare the draw of the remaining stay: survival so far, and for a mixture its part given that survival."""
    duration = _line(step, book.program, person)
    survival = duration.survival(person.elapsed)
    if duration.kind == "mixture" and survival > 0:
        weights = [w * part.survival(person.elapsed) for w, part in zip(duration.weights, duration.parts, strict=True)]
        words = (int(patient[code.P_NUMBER]), int(patient[code.P_SOURCE]), word("part", step.name), 0, *key)
        u, _ = philox(*(np.uint64(value) for value in words))
        part = int(np.searchsorted(np.cumsum(weights), u * survival))
        first = int(book.program.rows[book.rows[step.name], code.R_FIRST]) + step.duration.rows.index(duration)
        patient[code.P_DRAWN] = book.program.durations[first, code.D_FIRST] + part
        survival = duration.parts[part].survival(person.elapsed)
    real[code.PX_SURVIVAL] = max(survival, 1e-300)


def _hold(memory: Memory, book: _Book, people: tuple[Sequence[Present], Sequence[int]], slots: np.ndarray) -> None:
    """Let patients hold what they hold."""
    lines = [
        (slot, book.stations[name], units, book.asked_at(name, row), -person.elapsed)
        for person, row, slot in zip(*people, slots.tolist(), strict=True)
        for name, units in person.holds.items()
    ]
    if not lines:
        return
    slot, place, units, asked = np.array([line[:4] for line in lines], dtype=np.int64).T
    stations = memory.table(code.AT_STATIONS, code.S_WIDE)
    sums = memory.table(code.AT_STATIONS_X, code.SX_WIDE)
    np.add.at(stations[:, code.S_BUSY], place, units)
    np.subtract.at(sums[:, code.SX_BUSY], place, units * memory.x[code.WX_COUNTED])
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(-1, max(len(stations), 1), code.H_WIDE)
    held_x = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE).reshape(-1, max(len(stations), 1), code.HX_WIDE)
    held[slot, place] = np.column_stack([units, asked, np.ones_like(units)])
    held_x[slot, place] = np.array([line[4] for line in lines])[:, None]
    np.add.at(memory.table(code.AT_PATIENTS, code.P_WIDE)[:, code.P_HOLDING], slot, 1)
