"""Who is present when a run starts: step, class, elapsed time, priority and what each patient holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chairs.core.errors import SettingError, problem
from chairs.core.records import build
from chairs.twin.compiling import Program
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
    kinds = {step.name: type(step) for step in program.model.steps}
    problems = [
        problem(f"« {fr} » ne convient pas au modèle", f'"{en}" does not fit the model', file="state", row=row)
        for row, person in enumerate(state, start=1)
        for fr, en in (*_misplaced(person, program.model, kinds), *_impossible(person))
    ]
    problems += [
        problem("« case_id » donné deux fois", '"case_id" is given twice', file="state", row=row)
        for row, person in enumerate(state, start=1)
        if person.case_id is not None and known[person.case_id] > 1
    ]
    if problems:
        raise SettingError(tuple(problems))


def _misplaced(person: Present, model: Model, kinds: Mapping[str, type[Step]]) -> Iterator[tuple[str, str]]:
    """Give what names something that the model does not have."""
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
