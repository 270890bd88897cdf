"""A scenario: what changes against the model, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from chairs.core.errors import unknown
from chairs.core.records import build
from chairs.twin.model import Model

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The differences, by name: `{"medical": {"capacity": 110}}` under `resources`, and so on."""

    name: str = "scenario"
    question: str = ""
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    arrivals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_scenario(data: object, where: str = "scenario") -> Scenario:
    """Build a scenario from what a file holds; an unknown key is refused."""
    return build(Scenario, data, where)


def apply(scenario: Scenario, model: Model) -> Model:
    """Return the model with the differences of the scenario.

    Raises
    ------
    SettingError
        For a name that the model does not have, or a field that the named thing does not have.

    Examples
    --------
    >>> from chairs.twin.resources import Resource
    >>> model = Model(name="m", classes=("a",), arrivals=(), steps=(), resources=(Resource(name="bed", capacity=4),))
    >>> apply(Scenario(resources={"bed": {"capacity": 6}}), model).resources[0].capacity
    6
    """
    return dataclasses.replace(
        model,
        resources=_changed(model.resources, scenario.resources, ("ressource", "resource")),
        arrivals=_changed(model.arrivals, scenario.arrivals, ("liste d'arrivées", "list of arrivals")),
        steps=_changed(model.steps, scenario.steps, ("étape", "step")),
    )


def _changed(
    items: tuple[Named, ...], changes: Mapping[str, Mapping[str, Any]], kind: tuple[str, str]
) -> tuple[Named, ...]:
    names = [item.name for item in items]  # type: ignore[attr-defined]
    for name in changes:
        if name not in names:
            raise unknown(kind, name, names, file="scenario")
    return tuple(_replaced(item, changes.get(name, {}), name) for item, name in zip(items, names, strict=True))


def _replaced(item: Named, change: Mapping[str, Any], name: str) -> Named:
    fields = {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}  # type: ignore[arg-type]
    for key in change:
        if key not in fields:
            raise unknown(("champ", "field"), key, fields, file=f"scenario, {name}")
    if not change:
        return item
    from chairs.twin.model import plain

    return build(type(item), plain({**fields, **change}), f"scenario, {name}")
