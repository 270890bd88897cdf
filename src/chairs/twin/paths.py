"""All the ways through a model: what a patient may hold at each step, and what never ends well."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from chairs.core.errors import Problem, problem
from chairs.twin.graph import cyclic, edges, following
from chairs.twin.model import Model
from chairs.twin.steps import Delay, EndPatience, Leave, Patience, Reclass, Release, Route, Seize, Step

MOST_STATES = 100_000
SHORTEST_LOOP = 1e-9  # of the run's length


class Situation(NamedTuple):
    """Where a patient may be, of which class, with what in hand and with whose clock running."""

    step: str
    patient_class: str
    held: frozenset[str]
    exit: str | None


Ways = dict[Situation, list[tuple[Situation, float]]]


def situations(model: Model) -> Ways | None:
    """Return every situation that can come up, with those that follow and their probability; None: too many.

    Ways that end a wait (impatience, a full queue) have probability 0: they are possible, but not planned.
    """
    places = {step.name: place for place, step in enumerate(model.steps)}
    work = [
        Situation(arrivals.to, cls, frozenset(), None)
        for arrivals in model.arrivals
        for cls, share in arrivals.classes.items()
        if share > 0
    ]
    found: Ways = {}
    while work:
        here = work.pop()
        if here in found:
            continue
        if len(found) >= MOST_STATES:
            return None
        found[here] = list(_after(model, here, places[here.step]))
        work.extend(there for there, _ in found[here])
    return found


def _after(model: Model, here: Situation, place: int) -> Iterator[tuple[Situation, float]]:
    step = model.steps[place]
    name = following(model, place)
    if isinstance(step, Seize):
        yield from _seizing(step, here, name)
    elif isinstance(step, Route):
        yield from _routing(model, step, here)
    elif name is not None:
        yield _moved(step, here)._replace(step=name), 1.0


def _moved(step: Step, here: Situation) -> Situation:
    if isinstance(step, Release):
        return here._replace(held=here.held - set(step.resources) if step.resources else frozenset())
    if isinstance(step, Patience):
        return here._replace(exit=step.leaves)
    if isinstance(step, EndPatience):
        return here._replace(exit=None)
    if isinstance(step, Reclass):
        return here._replace(patient_class=step.to.get(here.patient_class, here.patient_class))
    return here


def _seizing(step: Seize, here: Situation, name: str | None) -> Iterator[tuple[Situation, float]]:
    classes = {here.patient_class}
    while step.worsens and (more := {step.worsens.to.get(cls, cls) for cls in classes} - classes):
        classes |= more
    for cls in sorted(classes):
        if name is not None:
            for option in step.options:
                weight = 1.0 / len(step.options) if cls == here.patient_class else 0.0
                yield Situation(name, cls, here.held | set(option), here.exit), weight
        if here.exit is not None:
            yield Situation(here.exit, cls, here.held, None), 0.0
    if step.refused is not None:
        yield here._replace(step=step.refused), 0.0


def _routing(model: Model, step: Route, here: Situation) -> Iterator[tuple[Situation, float]]:
    lines = step.probabilities
    if step.by == "class":
        lines = (lines[model.classes.index(here.patient_class)],)
    for column, name in enumerate(step.to):
        mean = sum(line[column] for line in lines) / len(lines)
        if mean > 0:
            yield here._replace(step=name), mean


def path_problems(model: Model, where: str, horizon: float, passed_by: bool = False) -> list[Problem]:
    """Return what is wrong with the ways through a model whose names and numbers are right.

    `passed_by` allows steps that nobody reaches: a scenario may lead patients past them.
    """
    found = situations(model)
    if found is None:
        return _timeless_loops(model, where, horizon)
    steps = {step.name: step for step in model.steps}
    reached = {here.step for here in found}
    problems = [
        problem(
            f"étape « {name} » : personne n'y arrive jamais",
            f'step "{name}": nobody ever gets there',
            file=where,
            remedy=("y mener une étape, ou la retirer", "lead a step to it, or remove it"),
        )
        for name in (() if passed_by else steps)
        if name not in reached
    ]
    problems += (
        _timeless_loops(model, where, horizon)
        + _never_released(found, steps, where)
        + _asked_twice(found, steps, where)
    )
    return problems


def _never_released(found: Ways, steps: dict[str, Step], where: str) -> list[Problem]:
    kept = sorted({(name, here.step) for here in found if isinstance(steps[here.step], Leave) for name in here.held})
    return [
        problem(
            f"ressource « {resource} » jamais libérée : un patient peut encore la tenir à la sortie « {step} »",
            f'resource "{resource}" is never released: a patient may still hold it at the exit "{step}"',
            file=where,
            remedy=("ajouter une étape release avant la sortie", "add a release step before the exit"),
        )
        for resource, step in kept
    ]


def _asked_twice(found: Ways, steps: dict[str, Step], where: str) -> list[Problem]:
    twice = set()
    for here in found:
        step = steps[here.step]
        if isinstance(step, Seize):
            twice |= {(name, step.name) for option in step.options for name in option if name in here.held}
    return [
        problem(
            f"étape « {step} » : un patient y demande « {resource} », qu'il peut déjà tenir",
            f'step "{step}": a patient asks for "{resource}" there, which he may already hold',
            file=where,
            remedy=(
                "la libérer avant, ou demander plusieurs unités à la fois",
                "release it before, or ask for several units at once",
            ),
        )
        for resource, step in sorted(twice)
    ]


def _timeless_loops(model: Model, where: str, horizon: float) -> list[Problem]:
    """Return the loops in which no time passes, or so little that a patient would turn a billion times."""
    least = horizon * SHORTEST_LOOP
    passing = {
        step.name
        for step in model.steps
        if isinstance(step, Delay) and all(row.average() > least for row in step.duration.rows)
    }
    graph = {name: sorted(to - passing) for name, to in edges(model).items() if name not in passing}
    return [
        problem(
            f"étape « {name} » : boucle dans laquelle le temps ne passe pas",
            f'step "{name}": a loop in which no time passes',
            file=where,
            remedy=("y mettre une étape delay", "put a delay step into it"),
        )
        for name in sorted(cyclic(graph))
    ]
