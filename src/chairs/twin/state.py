"""Who is present when a run starts: step, class, elapsed time, priority and what each patient holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from chairs.core.counter import philox, word
from chairs.core.errors import SettingError, problem
from chairs.core.records import build
from chairs.twin.compiling import Program
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory
from chairs.twin.model import Model
from chairs.twin.steps import Delay, Patience, Seize, Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """One patient who is in the hospital when the run starts.

    Parameters
    ----------
    step
        The `Delay` he is in, or the `Seize` he waits at.
    elapsed
        Since when, in the model's unit of time; his remaining stay is drawn given that it already lasted so long.
    since_arrival
        Since when he is in the hospital (default: `elapsed`).
    priority
        Level that overrules his class's.
    holds
        Units he holds, by resource.
    patience, patience_elapsed
        The `Patience` step whose clock is running, and for how long it has been.
    case_id
        His identifier in the event log (default: present- and his row).
    remaining
        How long he still stays at his `Delay`, where whoever made the state knows; None: drawn given `elapsed`.
    """

    step: str
    patient_class: str
    elapsed: float = 0.0
    since_arrival: float | None = None
    priority: int | None = None
    holds: Mapping[str, int] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    patience: str | None = None
    patience_elapsed: float = 0.0
    case_id: str | None = None
    remaining: float | None = None


State = tuple[Present, ...]
MOST_HELD = 10**6
LONGEST = 1e12


def read_state(data: object, where: str = "state") -> State:
    """Build a state from what a JSON file holds: a list of patients, each with the fields of `Present`.

    Raises
    ------
    SettingError
        For an unknown or missing field, with its row.
    """
    if not isinstance(data, list):
        raise SettingError(
            (problem("une liste de patients est attendue", "a list of patients is expected", file=where),)
        )
    return tuple(build(Present, person, f"{where}[{row}]") for row, person in enumerate(data, start=1))


def check_state(state: Sequence[Present], program: Program) -> None:
    """Refuse, in words, a state that does not fit the model.

    Raises
    ------
    SettingError
        With one problem for each patient who is in an unknown place, class or unit.
    """
    known = Counter(person.case_id for person in state if person.case_id is not None)
    problems = [
        problem(f"« {fr} » ne convient pas au modèle", f'"{en}" does not fit the model', file="state", row=row)
        for row, person in enumerate(state, start=1)
        for fr, en in (*_misplaced(person, program.model), *_impossible(person))
    ]
    problems += [
        problem("« case_id » donné deux fois", '"case_id" is given twice', file="state", row=row)
        for row, person in enumerate(state, start=1)
        if person.case_id is not None and known[person.case_id] > 1
    ]
    if problems:
        raise SettingError(tuple(problems))


def _misplaced(person: Present, model: Model) -> Iterator[tuple[str, str]]:
    """Give what names something that the model does not have."""
    kinds = {step.name: type(step) for step in model.steps}
    levels = {attribute.name: attribute.levels for attribute in model.attributes}
    if kinds.get(person.step) not in (Delay, Seize):
        yield "étape", "step"
    if person.patient_class not in model.classes:
        yield "classe", "class"
    if not set(person.holds) <= {resource.name for resource in model.resources}:
        yield "unités", "holds"
    if person.patience is not None and kinds.get(person.patience) is not Patience:
        yield "patience", "patience"
    if any(level not in levels.get(name, ()) for name, level in person.attributes.items()):
        yield "attribut", "attributes"


def _impossible(person: Present) -> Iterator[tuple[str, str]]:
    """Give the numbers that cannot be."""
    if not all(1 <= units <= MOST_HELD for units in person.holds.values()):
        yield "unités", "holds"
    if not (0 <= person.elapsed < LONGEST and 0 <= person.patience_elapsed < LONGEST):
        yield "durée", "elapsed"
    elif person.remaining is not None and not 0 <= person.remaining < LONGEST:
        yield "reste", "remaining"
    elif person.since_arrival is not None and not person.elapsed <= person.since_arrival < LONGEST:
        yield "arrivée", "since_arrival"
    if person.priority is not None and not 0 <= person.priority < 100:
        yield "priorité", "priority"


def placed(state: Sequence[Present]) -> list[int]:
    """Return the order in which those present are put in their places: who has been there longest comes first."""
    return sorted(range(len(state)), key=lambda i: -state[i].elapsed)


def place_state(memory: Memory, program: Program, state: Sequence[Present], key: tuple[int, int]) -> None:
    """Write those present into the memory of one replication, before it runs."""
    make_room(memory, len(state) + 1)
    book = _Book(program)
    for number in placed(state):
        _place(memory, book, state[number], number, key)


@dataclass(frozen=True)
class _Book:
    """A program with its steps and resources by name."""

    program: Program

    @cached_property
    def rows(self) -> dict[str, int]:
        return {step.name: row for row, step in enumerate(self.program.model.steps)}

    @cached_property
    def stations(self) -> dict[str, int]:
        return {resource.name: place for place, resource in enumerate(self.program.model.resources)}

    @cached_property
    def asking(self) -> dict[str, list[int]]:
        """Rows at which each resource is asked for."""
        found: dict[str, list[int]] = {}
        for row, step in enumerate(self.program.model.steps):
            for name in {name for option in step.options for name in option} if isinstance(step, Seize) else ():
                found.setdefault(name, []).append(row)
        return found


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


def _place(memory: Memory, book: _Book, person: Present, number: int, key: tuple[int, int]) -> None:
    program, model, n = book.program, book.program.model, memory.n
    slot = int(n[code.W_FREE])
    patient = memory.table(code.AT_PATIENTS, code.P_WIDE)[slot]
    real = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)[slot]
    n[code.W_FREE] = patient[code.P_NEXT]
    step = model.steps[book.rows[person.step]]
    patient[:] = 0
    patient[code.P_ROW], patient[code.P_CLASS] = book.rows[person.step], model.classes.index(person.patient_class)
    patient[code.P_PRIORITY] = -1 if person.priority is None else person.priority
    patient[code.P_DRAWN] = patient[code.P_PATIENCE] = -1
    patient[code.P_SOURCE], patient[code.P_NUMBER] = word("state"), number
    patient[code.P_SERIAL] = n[code.W_SERIAL]
    n[code.W_SERIAL] += 1
    n[code.W_INSIDE] += 1
    real[code.PX_ARRIVED] = -(person.elapsed if person.since_arrival is None else person.since_arrival)
    real[code.PX_ELAPSED], real[code.PX_SURVIVAL] = person.elapsed, 1.0
    memory.table(code.AT_MARKS)[slot * program.marks : (slot + 1) * program.marks] = real[code.PX_ARRIVED]
    for attribute, label in enumerate(model.attributes):
        place = slot * len(model.attributes) + attribute
        memory.table(code.AT_ATTRIBUTES)[place] = label.levels.index(person.attributes.get(label.name, label.levels[0]))
    if isinstance(step, Delay):
        _remaining(patient, real, program, person, step, key)
    if person.patience is not None:
        patient[code.P_PATIENCE] = book.rows[person.patience]
        clock = model.steps[book.rows[person.patience]]
        real[code.PX_PATIENCE_ELAPSED] = person.patience_elapsed
        real[code.PX_PATIENCE_SURVIVAL] = _line(clock, program, person).survival(person.patience_elapsed)
    _hold(memory, book, person, slot)
    if person.remaining is not None and isinstance(step, Delay):
        _stay_on(memory, slot, person.remaining, person.elapsed)
        return
    patient[code.P_DOING], patient[code.P_NEXT] = code.READY, -1
    if n[code.W_READY] < 0:
        n[code.W_READY] = slot
    else:
        memory.table(code.AT_PATIENTS, code.P_WIDE)[n[code.W_LAST_READY], code.P_NEXT] = slot
    n[code.W_LAST_READY] = slot


def _stay_on(memory: Memory, slot: int, remaining: float, elapsed: float) -> None:
    """Let a patient's stay end after `remaining`, as `chairs.twin.engine.steps` does with what it draws."""
    from chairs.twin.engine.calendar import push

    if memory.n[code.W_CALENDAR] >= memory.n[code.N_CALENDAR]:
        memory.grow()
    real = memory.table(code.AT_PATIENTS_X, code.PX_WIDE)[slot]
    real[code.PX_STARTED], real[code.PX_UNTIL] = -elapsed, remaining
    real[code.PX_SURVIVAL], real[code.PX_ELAPSED] = 1.0, 0.0
    memory.table(code.AT_PATIENTS, code.P_WIDE)[slot, code.P_DOING] = code.BUSY
    if remaining <= memory.x[code.WX_HORIZON]:
        plain = getattr(push, "py_func", push)  # a part of the engine cannot be called from here
        finish = plain(memory.n, memory.x, remaining, code.FINISH, slot)
        memory.table(code.AT_PATIENTS, code.P_WIDE)[slot, code.P_FINISH] = finish


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
    patient: np.ndarray, real: np.ndarray, program: Program, person: Present, step: Delay, key: tuple[int, int]
) -> None:
    """Prepare the draw of the remaining stay: survival so far, and for a mixture its part given that survival."""
    duration = _line(step, program, person)
    survival = duration.survival(person.elapsed)
    if duration.kind == "mixture" and survival > 0:
        weights = [w * part.survival(person.elapsed) for w, part in zip(duration.weights, duration.parts, strict=True)]
        words = (int(patient[code.P_NUMBER]), int(patient[code.P_SOURCE]), word("part", step.name), 0, *key)
        u, _ = philox(*(np.uint64(value) for value in words))
        part = int(np.searchsorted(np.cumsum(weights), u * survival))
        rows = {row.name: place for place, row in enumerate(program.model.steps)}
        first = int(program.rows[rows[step.name], code.R_FIRST]) + step.duration.rows.index(duration)
        patient[code.P_DRAWN] = program.durations[first, code.D_FIRST] + part
        survival = duration.parts[part].survival(person.elapsed)
    real[code.PX_SURVIVAL] = max(survival, 1e-300)


def _hold(memory: Memory, book: _Book, person: Present, slot: int) -> None:
    stations = memory.table(code.AT_STATIONS, code.S_WIDE)
    sums = memory.table(code.AT_STATIONS_X, code.SX_WIDE)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(-1, max(len(stations), 1), code.H_WIDE)
    held_x = memory.table(code.AT_HOLDINGS_X, code.HX_WIDE).reshape(-1, max(len(stations), 1), code.HX_WIDE)
    patient = memory.table(code.AT_PATIENTS, code.P_WIDE)[slot]
    for name, units in person.holds.items():
        place = book.stations[name]
        stations[place, code.S_BUSY] += units
        sums[place, code.SX_BUSY] -= units * memory.x[code.WX_COUNTED]
        held[slot, place] = units, _asked_at(book, name, int(patient[code.P_ROW])), 1
        held_x[slot, place] = -person.elapsed
        patient[code.P_HOLDING] += 1


def _asked_at(book: _Book, resource: str, row: int) -> int:
    """Return the row at which somebody who is at `row` will have asked for a resource: the last one before it."""
    asking = book.asking.get(resource, [])
    return max([place for place in asking if place <= row] or asking or [row])
