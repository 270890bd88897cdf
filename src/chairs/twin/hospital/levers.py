"""What a person may change in a hospital's twin with a slider, as a scenario."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chairs.twin.durations import Duration
from chairs.twin.model import Model, plain
from chairs.twin.scenario import Scenario
from chairs.twin.steps import Delay

DAY = 1440.0
STAFF = (" doctor", " nurse")


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """Differences from today; none by default.

    Parameters
    ----------
    beds, staff
        More (or fewer) beds by ward, people on every shift by station.
    emergency, planned
        Factor on the arrivals at the emergency departments, and on the planned and direct admissions.
    stay
        Factor on the nights of all stays.
    before_noon
        Share of the departures from the wards before noon; None: as today.
    """

    beds: Mapping[str, int] = field(default_factory=dict)
    staff: Mapping[str, int] = field(default_factory=dict)
    emergency: float = 1.0
    planned: float = 1.0
    stay: float = 1.0
    before_noon: float | None = None


def wards(model: Model) -> tuple[str, ...]:
    """Return the wards of a hospital's model."""
    return tuple(resource.name for resource in model.resources if resource.unit)


def departments(model: Model) -> tuple[str, ...]:
    """Return the emergency departments of a hospital's model."""
    return tuple(step.name.removesuffix(" triaged") for step in model.steps if step.name.endswith(" triaged"))


def stations(model: Model) -> dict[str, bool]:
    """Return doctors and nurses by department, and whether the log showed how many there are."""
    return {
        resource.name: resource.capacity is not None or bool(resource.shifts)
        for resource in model.resources
        if resource.name.endswith(STAFF)
    }


def noon_share(model: Model) -> float | None:
    """Return the share of the departures before noon that the model has; None: departures have no clock."""
    clocks = [step.lands for step in model.steps if isinstance(step, Delay) and step.lands is not None]
    return clocks[0].weights[0] if clocks and clocks[0].kind == "mixture" else None


def scenario_of(levers: Levers, model: Model) -> Scenario:
    """Return the scenario that the levers say.

    Examples
    --------
    >>> from chairs.twin.resources import Resource
    >>> model = Model(name="m", classes=("a",), arrivals=(), steps=(), resources=(Resource(name="MIN", unit="MIN"),))
    >>> scenario_of(Levers(beds={"MIN": 3}), model).resources
    {'MIN': {'more': 3}}
    """
    changed = {name: {"more": int(more)} for name, more in (*levers.beds.items(), *levers.staff.items()) if more}
    coming = tuple(f"{name} " for name in departments(model))
    factors = {
        arrivals.name: levers.emergency if arrivals.name.startswith(coming) else levers.planned
        for arrivals in model.arrivals
    }
    arrivals = {name: {"factor": {"times": factor}} for name, factor in factors.items() if factor != 1}
    steps: dict[str, dict[str, Any]] = {}
    for step in model.steps:
        change = _stay(levers, step) if isinstance(step, Delay) and step.activity == "ward_stay" else {}
        if change:
            steps[step.name] = change
    return Scenario(name="levers", resources=changed, arrivals=arrivals, steps=steps)


def _stay(levers: Levers, step: Delay) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if levers.stay != 1:
        rows = [plain(scaled(row, levers.stay)) for row in step.duration.rows]
        found["duration"] = {"with": {"rows": rows}}
    if levers.before_noon is not None and step.lands is not None and step.lands.kind == "mixture":
        found["lands"] = {"with": {"weights": [levers.before_noon, 1 - levers.before_noon]}}
    return found


def scaled(stay: Duration, factor: float) -> Duration:
    """Return a stay whose mean is `factor` times as long; whole nights stay whole nights.

    Notes
    -----
    A number of nights times the factor lies between two whole numbers and becomes one of them, with the probabilities
    that keep the mean: a departure keeps its hour of the day.

    Examples
    --------
    >>> two = Duration(kind="empirical", values=(2880.0,))
    >>> scaled(two, 0.75).values, scaled(two, 0.75).weights
    ((1440.0, 2880.0), (0.5, 0.5))
    """
    if stay.kind != "empirical":
        return _longer(stay, factor)
    weights = stay.weights or (1 / len(stay.values),) * len(stay.values)
    if any(value % DAY for value in stay.values):
        return Duration(kind="empirical", values=tuple(value * factor for value in stay.values), weights=stay.weights)
    nights: dict[int, float] = {}
    for value, weight in zip(stay.values, weights, strict=True):
        wanted = value * factor / DAY
        low = math.floor(wanted)
        for whole, share in ((low, 1 - (wanted - low)), (low + 1, wanted - low)):
            if share > 0:
                nights[whole] = nights.get(whole, 0.0) + weight * share
    total, values = sum(nights.values()), sorted(nights)
    shares = [nights[n] / total for n in values]
    return Duration(kind="empirical", values=tuple(n * DAY for n in values), weights=tuple(shares))


def _longer(stay: Duration, factor: float) -> Duration:
    if stay.kind == "mixture":
        return Duration(kind="mixture", weights=stay.weights, parts=tuple(_longer(part, factor) for part in stay.parts))
    given = {name: getattr(stay, name) for name in ("mean", "least", "most")}
    times = {name: value * factor for name, value in given.items() if value is not None}
    return Duration(kind=stay.kind, cv=stay.cv, shape=stay.shape, values=stay.values, weights=stay.weights, **times)
