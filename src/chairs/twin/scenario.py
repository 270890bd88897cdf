"""A scenario: what changes against the model, and nothing else."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from chairs.core.errors import SettingError, Text, problem, unknown
from chairs.core.records import build
from chairs.twin.arrivals import Arrivals
from chairs.twin.changing import MONTHS, MORE, changed, more_units
from chairs.twin.model import Model
from chairs.twin.resources import Resource

Named = TypeVar("Named")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """The differences, by name: `{"medical": {"capacity": 110}}` under `resources`, and so on.

    A name with `*` stands for all that fit (`stay *`). A field takes its new value, or a change of the old one in
    the words of `chairs.twin.changing` (`{"month": {"times": 1.2}}`); a resource also takes `more`, a number of units
    added to its capacity, each shift and each closure. `title` and `question` are for people, `fte` (full-time
    equivalents) and `euros` (a year) what it costs. `combines` names scenarios that are tried together (`merged`).
    """

    name: str = "scenario"
    title: Text | None = None
    question: Text | None = None
    fte: float | None = None
    euros: float | None = None
    combines: tuple[str, ...] = ()
    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    arrivals: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    steps: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def read_scenario(data: object, where: str = "scenario") -> Scenario:
    """Build a scenario from what a file holds; an unknown key is refused."""
    return build(Scenario, data, where)


def merged(scenario: Scenario, known: Mapping[str, Scenario]) -> Scenario:
    """Return a scenario with what those it combines change, its own differences on top; costs add up.

    Raises
    ------
    SettingError
        For a scenario that is not known, or two that change the same thing.

    Examples
    --------
    >>> parts = {"beds": Scenario(resources={"MIN": {"more": 10}}, fte=14), "late": Scenario(steps={"stay": {}}, fte=3)}
    >>> both = merged(Scenario(name="both", combines=("beds", "late")), parts)
    >>> both.fte, sorted(both.resources), sorted(both.steps)
    (17, ['MIN'], ['stay'])
    """
    parts = []
    for name in scenario.combines:
        if name not in known:
            raise unknown(("scénario", "scenario"), name, list(known), file=f"scenario, {scenario.name}")
        parts.append(known[name])
    changes: dict[str, dict[str, Mapping[str, Any]]] = {}
    for kind in ("resources", "arrivals", "steps"):
        found = changes.setdefault(kind, {})
        for one in (*parts, scenario):
            twice = sorted(set(found) & set(getattr(one, kind)))
            if twice:
                raise _twice(scenario.name, twice[0])
            found.update(getattr(one, kind))
    fte, euros = (_sum([getattr(one, name) for one in (*parts, scenario)]) for name in ("fte", "euros"))
    return dataclasses.replace(scenario, combines=(), fte=fte, euros=euros, **changes)  # type: ignore[arg-type]


def _sum(numbers: list[float | None]) -> float | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _twice(name: str, what: str) -> SettingError:
    return SettingError(
        (
            problem(
                f"« {what} » est changé par deux des scénarios réunis",
                f'"{what}" is changed by two of the scenarios combined',
                file=f"scenario, {name}",
                remedy=("ne réunir que des leviers distincts", "combine distinct levers only"),
            ),
        )
    )


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
        if not any(fits(one, name) for one in names):
            raise unknown(kind, name, names, file="scenario")
    found = []
    for item, name in zip(items, names, strict=True):
        for wanted, change in changes.items():
            if fits(name, wanted):
                item = _replaced(item, change, name)
        found.append(item)
    return tuple(found)


def fits(name: str, wanted: str) -> bool:
    """Say whether a name is the one wanted; only `*` has a meaning, so that names may hold brackets."""
    return name == wanted or ("*" in wanted and fnmatchcase(name, wanted.replace("[", "[[]")))


def _replaced(item: Named, change: Mapping[str, Any], name: str) -> Named:
    fields = {f.name: getattr(item, f.name) for f in dataclasses.fields(item)}  # type: ignore[arg-type]
    for key in change:
        if key not in fields and not (key == MORE and isinstance(item, Resource)):
            raise unknown(("champ", "field"), key, fields, file=f"scenario, {name}")
    if not change:
        return item
    from chairs.twin.model import plain

    old = plain(fields)
    if isinstance(item, Arrivals) and not old["month"]:
        old["month"] = [1.0] * MONTHS
    where = f"scenario, {name}"
    given = {key: changed(old[key], value, f"{where}, {key}") for key, value in change.items() if key != MORE}
    new = {**old, **given}
    if MORE in change:
        new = more_units(new, change[MORE])
    return build(type(item), new, where)
