"""The canonical emergency department with four wards, one year: boarding, reneging, shifts, five classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chairs.twin.anchors.case import Effort, Line, line
from chairs.twin.anchors.short import by_class, delay, exponential, lognormal, release, route, route_by_class, seize
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration
from chairs.twin.model import Model
from chairs.twin.resources import Resource, Shift
from chairs.twin.simulate import simulate
from chairs.twin.steps import EndPatience, Leave, Mark, Patience, Step, Tally


def emergency_model(spec: Mapping[str, Any]) -> Model:
    """Return the model that `spec` (of `edward_canonical.json`) describes."""
    classes = tuple(f"class{i}" for i in range(len(spec["class_prob"])))
    return Model(
        name="emergency-ward",
        classes=classes,
        arrivals=(
            Arrivals(
                name="emergency",
                to="triage nurse",
                classes=dict(zip(classes, spec["class_prob"], strict=True)),
                rates=tuple(spec["arrival_rate_per_hour"]),
                weekday=tuple(spec["weekday_factor"]),
            ),
        ),
        resources=_resources(spec, classes),
        steps=(*_first_part(spec), *_second_part(spec), *_wards(spec)),
    )


def _resources(spec: Mapping[str, Any], classes: tuple[str, ...]) -> tuple[Resource, ...]:
    urgent_first = {name: level for level, name in enumerate(classes)}
    shifts = tuple(Shift(at=minute / 60, capacity=number) for minute, number in spec["physician_shift"])
    wards = zip(spec["wards"]["name"], spec["wards"]["beds"], strict=True)
    return (
        Resource(name="triage", capacity=spec["triage"]["capacity"]),
        Resource(name="cubicle", capacity=spec["cubicles"], priority=urgent_first),
        Resource(name="physician", shifts=shifts, priority=urgent_first),
        Resource(name="imaging", capacity=spec["imaging"]["capacity"], priority=urgent_first),
        *(Resource(name=name, capacity=beds, priority=urgent_first) for name, beds in wards),
    )


def _first_part(spec: Mapping[str, Any]) -> tuple[Step, ...]:
    patience = [Duration(kind="never") if mean is None else exponential(mean) for mean in spec["patience_mean"]]
    first = [lognormal(mean, cv=spec["physician1_cv"]) for mean in spec["physician1_mean"]]
    imaging = [(p, 1 - p) for p in spec["imaging"]["prob"]]
    return (
        seize("triage nurse", "triage"),
        delay("triage", lognormal(spec["triage"]["mean"], sd=spec["triage"]["sd"])),
        release("triage ends", "triage"),
        Patience(name="patience", duration=by_class(*patience), leaves="leaves unseen"),
        seize("cubicle", "cubicle"),
        seize("first physician", "physician"),
        EndPatience(name="seen"),
        Tally(name="to physician", measure="to_physician"),
        delay("first visit", by_class(*first)),
        release("first visit ends", "physician"),
        route_by_class("imaging?", ("imaging machine", "second physician"), *imaging),
    )


def _second_part(spec: Mapping[str, Any]) -> tuple[Step, ...]:
    imaging, second = spec["imaging"], spec["physician2"]
    return (
        seize("imaging machine", "imaging"),
        delay("imaging", lognormal(imaging["mean"], sd=imaging["sd"])),
        release("imaging ends", "imaging"),
        seize("second physician", "physician"),
        delay("second visit", lognormal(second["mean"], sd=second["sd"])),
        release("second visit ends", "physician"),
        route_by_class("admitted?", ("decision", "home"), *((p, 1 - p) for p in spec["admit_prob"])),
        release("home", "cubicle"),
        _stay_in_emergency("stay, home"),
        Leave(name="discharged"),
        release("leaves unseen", "cubicle"),
        _stay_in_emergency("stay, unseen"),
        Leave(name="left unseen"),
        Mark(name="decision", clock="decision"),
        route("ward", dict(zip(_beds(spec), spec["wards"]["share"], strict=True))),
    )


def _beds(spec: Mapping[str, Any]) -> list[str]:
    return [f"{name} bed" for name in spec["wards"]["name"]]


def _stay_in_emergency(name: str) -> Tally:
    return Tally(name=name, measure="emergency_stay", within=(240.0,))


def _wards(spec: Mapping[str, Any]) -> tuple[Step, ...]:
    wards = spec["wards"]
    steps: list[Step] = []
    for name, mean, cv in zip(wards["name"], wards["los_mean"], wards["los_cv"], strict=True):
        steps += [
            seize(f"{name} bed", name),
            Tally(name=f"boarding, {name}", measure="boarding", since="decision"),
            _stay_in_emergency(f"stay, {name}"),
            release(f"to {name}", "cubicle"),
            delay(f"{name} stay", lognormal(mean, cv=cv)),
            release(f"{name} ends", name),
            Leave(name=f"left {name}"),
        ]
    return tuple(steps)


def run_emergency(case: Mapping[str, Any], effort: Effort) -> list[Line]:
    """Simulate the canonical year and compare its measures with the independent program's."""
    model = emergency_model(case["spec"])
    run = simulate(
        model,
        horizon=float(case["spec"]["horizon"]),
        replications=effort.years or max(effort.published // 4, 20),
        seed=effort.seed,
        threads=effort.threads,
    )
    m = run.measures
    found = {
        "arrivals": m.values("arrivals", "emergency"),
        "lwbs": m.values("visits", "left unseen"),
        "admitted": m.values("visits", "decision"),
        "wait_triage": m.values("wait", "triage nurse"),
        "boarding": m.values("mean", "boarding"),
        "ed_los": m.values("mean", "emergency_stay"),
        "within4h": m.values("within:240", "emergency_stay"),
        **{f"doc{i}": m.values("mean", "to_physician", cls) for i, cls in enumerate(model.classes)},
        "occ_cubicle": m.values("in_use", "cubicle"),
        "occ_medical": m.values("in_use", "medical"),
        "occ_surgical": m.values("in_use", "surgical"),
        "occ_short": m.values("in_use", "short_stay"),
        "occ_critical": m.values("in_use", "critical"),
    }
    expected = case["expected"]
    return [
        line("emergency ward", name, values, expected[name]["mean"], expected[name]["se"])
        for name, values in found.items()
    ]
