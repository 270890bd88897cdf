"""Is a model fit to run? Refusals in words before anything starts; warnings where only the reader can judge."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from chairs.core.errors import Problem, SettingError, problem
from chairs.twin.checking_steps import step_faults, table_of
from chairs.twin.checking_supply import MOST_PIECES, arrivals_faults, resource_faults
from chairs.twin.faults import Fault, inside, known, sums_to_one
from chairs.twin.model import UNITS_AN_HOUR, Model
from chairs.twin.paths import path_problems

CASE_COLUMNS = ("case_id", "replication", "patient_class")


def check(model: Model, *, horizon: float, passed_by: bool = False) -> None:
    """Refuse a model that cannot run as it is meant.

    Parameters
    ----------
    passed_by
        Allow steps that nobody reaches: a scenario may lead patients past them.

    Raises
    ------
    SettingError
        With every fault found: unknown or double names, probabilities that do not sum to one, negative numbers,
        steps that nobody reaches, resources that are never released, loops in which no time passes.
    """
    where = model.name
    faults = [*_horizon(model, horizon), *_names(model)]
    if not faults:
        for resource in model.resources:
            faults += [
                inside(f"resource « {resource.name} »", f'resource "{resource.name}"', f)
                for f in resource_faults(resource, model)
            ]
        for arrivals in model.arrivals:
            faults += [
                inside(f"arrivées « {arrivals.name} »", f'arrivals "{arrivals.name}"', f)
                for f in arrivals_faults(arrivals, model, horizon)
            ]
        table = table_of(model)
        for place, step in enumerate(model.steps):
            found = step_faults(step, place, model, table)
            faults += [inside(f"étape « {step.name} »", f'step "{step.name}"', f) for f in found]
        faults += list(_attributes(model))
    problems: list[Problem] = [problem(fr, en, file=where) for fr, en in faults]
    problems = problems or path_problems(model, where, horizon, passed_by)
    if problems:
        raise SettingError(tuple(problems))


def _horizon(model: Model, horizon: float) -> Iterator[Fault]:
    if not (math.isfinite(horizon) and horizon > 0):
        yield "la durée simulée n'est pas un nombre positif", "the length of the run is not a positive number"
    elif horizon / model.hour > MOST_PIECES:
        yield "la durée simulée dépasse vingt millions d'heures", "the run is longer than twenty million hours"
    if model.time_unit not in UNITS_AN_HOUR:
        yield "unité de temps inconnue", "unknown unit of time"


def _names(model: Model) -> Iterator[Fault]:
    kinds = {
        ("classe", "class"): list(model.classes),
        ("étape", "step"): [step.name for step in model.steps],
        ("ressource", "resource"): [resource.name for resource in model.resources],
        ("liste d'arrivées", "list of arrivals"): [arrivals.name for arrivals in model.arrivals],
        ("attribut", "attribute"): [attribute.name for attribute in model.attributes],
    }
    for (fr, en), names in kinds.items():
        for name in sorted(name for name, times in Counter(names).items() if times > 1):
            yield f"{fr} « {name} » donnée deux fois", f'{en} "{name}" is given twice'
    if not model.classes:
        yield "aucune classe de patients", "no class of patients"
    if not model.steps:
        yield "aucune étape", "no step"
    if len(model.steps) > 30_000 or len(model.resources) > 4000 or len(model.classes) > 1000:
        yield "trop d'étapes, de ressources ou de classes", "too many steps, resources or classes"


def _attributes(model: Model) -> Iterator[Fault]:
    for attribute in model.attributes:
        if attribute.name in CASE_COLUMNS:
            yield (
                f"attribut « {attribute.name} » : ce nom est celui d'une colonne de la table des patients",
                f'attribute "{attribute.name}": this name is that of a column of the table of cases',
            )
        lines = [attribute.shares, *attribute.by_class.values()]
        if not attribute.levels or not all(len(line) == len(attribute.levels) and sums_to_one(line) for line in lines):
            yield (
                f"attribut « {attribute.name} » : les parts ne font pas 1",
                f'attribute "{attribute.name}": the shares do not sum to one',
            )
        yield from known(attribute.by_class, model.classes, "classe", "class")
