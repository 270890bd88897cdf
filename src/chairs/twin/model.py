"""A model of a hospital's flow: who comes, what there is, which steps follow one another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from chairs.core.errors import unknown
from chairs.core.records import build
from chairs.twin.arrivals import Arrivals, Attribute
from chairs.twin.resources import Resource
from chairs.twin.steps import KINDS, Step

TimeUnit = Literal["minutes", "hours", "days"]
UNITS_AN_HOUR: dict[str, float] = {"minutes": 60.0, "hours": 1.0, "days": 1 / 24}


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A flow model; `chairs.twin.checking.check` says whether it can run.

    Parameters
    ----------
    time_unit
        Unit of every duration, and of the rates of `cycle` arrivals.
    classes
        Classes of patients, the most urgent first by custom.
    timezone
        Local clock of rosters, arrivals and windows.
    """

    name: str
    classes: tuple[str, ...]
    arrivals: tuple[Arrivals, ...]
    resources: tuple[Resource, ...]
    steps: tuple[Step, ...]
    attributes: tuple[Attribute, ...] = ()
    time_unit: TimeUnit = "minutes"
    timezone: str = "Europe/Paris"

    @property
    def hour(self) -> float:
        """Length of an hour in the model's unit of time."""
        return UNITS_AN_HOUR[self.time_unit]


def read_model(data: object, where: str = "model") -> Model:
    """Build a model from what a JSON or YAML file holds.

    Each step is a mapping with `kind` (the words of `chairs.twin.steps.KINDS`) and the fields of that kind; where
    durations are expected, one duration may stand alone.

    Raises
    ------
    SettingError
        With the place and the valid words, for an unknown key or kind or a value of another type.
    """
    if not isinstance(data, Mapping) or not isinstance(data.get("steps", ()), list | tuple):
        return build(Model, data, where)
    steps = tuple(_step(step, f"{where}, steps[{i}]") for i, step in enumerate(data.get("steps", ())))
    model = build(Model, {**data, "steps": ()}, where)
    return dataclasses.replace(model, steps=steps)


def _step(data: object, where: str) -> Step:
    if not isinstance(data, Mapping):
        return build(Step, data, where)
    word = data.get("kind")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        raise unknown(("étape", "kind of step"), str(word), KINDS, file=where)
    return build(kind, {key: _table(key, value) for key, value in data.items() if key != "kind"}, where)


def _table(key: str, value: Any) -> Any:
    if key == "duration" and isinstance(value, Mapping) and "kind" in value:
        return {"rows": [value]}
    if key == "worsens" and isinstance(value, Mapping) and "after" in value:
        return {**value, "after": _table("duration", value["after"])}
    return value


def write_model(model: Model) -> dict[str, Any]:
    """Return the model as what a JSON file holds; `read_model` gives the same model back."""
    words = {kind: word for word, kind in KINDS.items()}
    written = {field.name: plain(getattr(model, field.name)) for field in dataclasses.fields(model)}
    for step, data in zip(model.steps, written["steps"], strict=True):
        data["kind"] = words[type(step)]
    return written


def plain(value: Any) -> Any:
    """Return records, tuples and mappings as what a JSON file holds, defaults left out."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {field.name: (getattr(value, field.name), field) for field in dataclasses.fields(value)}
        return {name: plain(v) for name, (v, field) in fields.items() if v != _default(field)}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
