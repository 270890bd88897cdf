"""What holds for every model: nobody is lost, no unit is used twice, Little's law; random tables never crash."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.core.errors import SettingError
from chairs.twin.anchors.queues import boarding, mmc
from chairs.twin.anchors.short import exponential, fixed, lognormal
from chairs.twin.arrivals import Arrivals, Attribute
from chairs.twin.durations import Duration, Durations
from chairs.twin.engine import layout as code
from chairs.twin.model import Model, read_model, write_model
from chairs.twin.resources import Closure, Resource, Shift
from chairs.twin.simulate import simulate
from chairs.twin.steps import (
    Delay,
    EndPatience,
    Leave,
    Mark,
    Patience,
    Reclass,
    Release,
    Route,
    Seize,
    Step,
    Tally,
    Window,
    Worsening,
)

pytestmark = pytest.mark.property

CLASSES = ("a", "b", "c")
RESOURCES = ("bed", "nurse", "room")
HORIZON = 3000.0


def some_duration(random: np.random.Generator) -> Duration:
    mean, cv = float(random.uniform(0.5, 60)), float(random.uniform(0.1, 2))
    choices = [
        exponential(mean),
        fixed(mean),
        lognormal(mean, cv=cv),
        Duration(kind="gamma", mean=mean, cv=cv),
        Duration(kind="weibull", mean=mean, shape=cv + 0.2),
        Duration(kind="uniform", least=0.0, most=mean),
        Duration(kind="empirical", values=(0.0, mean, 3 * mean)),
        Duration(kind="mixture", weights=(0.25, 0.75), parts=(fixed(mean), exponential(mean))),
        Duration(kind="never"),
    ]
    return choices[int(random.choice(len(choices), p=[0.24, 0.1, 0.2, 0.1, 0.1, 0.1, 0.1, 0.05, 0.01]))]


def some_table(random: np.random.Generator) -> Durations:
    by = str(random.choice(["all", "all", "class", "visit", "hour", "attribute:frail", "queue:bed"]))
    lines = {"all": 1, "class": 3, "hour": 24, "attribute:frail": 2}.get(by, int(random.integers(1, 4)))
    return Durations(by=by, rows=tuple(some_duration(random) for _ in range(lines)))


def some_resource(name: str, random: np.random.Generator) -> Resource:
    capacity = int(random.integers(0, 6))
    roster = tuple(Shift(at=float(at), capacity=int(random.integers(0, 6))) for at in (0, 8.5, 17))
    return Resource(
        name=name,
        capacity=capacity if random.random() < 0.97 else -1,
        shifts=roster if random.random() < 0.3 else (),
        closures=(Closure(start=100.0, end=400.0),) if random.random() < 0.2 else (),
        priority={cls: int(random.integers(0, 3)) for cls in CLASSES} if random.random() < 0.5 else {},
        ageing={"c": 30.0} if random.random() < 0.3 else {},
        cleaning=some_duration(random) if random.random() < 0.3 else None,
        on_reduction="preempt" if random.random() < 0.5 else "finish",
        overtaking=bool(random.random() < 0.7),
    )


def some_step(name: str, names: list[str], held: set[str], random: np.random.Generator) -> Step:
    """Return a random step, mostly one that makes sense after those before it."""
    kind = random.choice(
        ["seize", "release", "delay", "route", "patience", "calm", "note", "reclass", "leave"],
        p=[0.22, 0.16, 0.27, 0.1, 0.05, 0.05, 0.05, 0.05, 0.05],
    )
    anywhere = str(random.choice(names))
    if kind == "seize":
        free = [r for r in RESOURCES if r not in held] if random.random() < 0.95 else list(RESOURCES)
        if free:
            wanted = [
                str(r) for r in random.choice(free, size=min(len(free), int(random.integers(1, 3))), replace=False)
            ]
            together = random.random() < 0.5
            units = {r: int(random.integers(1, 3)) for r in wanted}
            held.update(wanted)
            limit = int(random.integers(0, 5)) if random.random() < 0.2 else None
            worse = Worsening(after=Durations(rows=(exponential(20),)), to={"c": "b", "b": "a"})
            return Seize(
                name=name,
                options=(units,) if together else tuple({r: u} for r, u in units.items()),
                queue_limit=limit,
                refused=None if limit is None else "free all",
                worsens=worse if random.random() < 0.2 else None,
            )
    if kind == "release":
        given_back = tuple(sorted(held)) if random.random() < 0.5 else ()
        held.clear()
        return Release(name=name, resources=given_back)
    if kind == "route":
        shares = random.dirichlet(np.ones(2))
        last = 1 - shares[0] if random.random() < 0.97 else 0.4
        following = names[min(names.index(name) + 1, len(names) - 1)]
        return Route(name=name, to=(following, anywhere), probabilities=((float(shares[0]), float(last)),))
    if kind == "patience":
        return Patience(name=name, duration=some_table(random), leaves="free all")
    simple = {
        "calm": EndPatience(name=name),
        "note": Mark(name=name, clock="noted", activity="noted")
        if random.random() < 0.5
        else Tally(name=name, measure="time", within=(10.0,)),
        "reclass": Reclass(name=name, to={"a": "b"}),
        "leave": Leave(name=name) if random.random() < 0.2 else EndPatience(name=name),
    }
    if kind in simple:
        return simple[str(kind)]
    window = Window(opens=9, closes=18, spread=bool(random.random() < 0.5)) if random.random() < 0.2 else None
    return Delay(name=name, duration=some_table(random), window=window, activity="work")


def some_model(seed: int) -> Model:
    random = np.random.default_rng(seed)
    names = [f"step {i}" for i in range(int(random.integers(1, 12)))]
    held: set[str] = set()
    steps = [some_step(name, names, held, random) for name in names]
    if random.random() < 0.95:
        steps.append(Release(name="free all"))
    if random.random() < 0.97:
        steps.append(Leave(name="out"))
    arrivals = [
        Arrivals(
            name="walk in",
            to=names[0],
            classes={"a": 0.2, "b": 0.5, "c": 0.3},
            rates=(6.0,) * 24,
            level_cv=float(random.choice([0.0, 0.5])),
        ),
        Arrivals(
            name="booked", to=names[0], classes={"c": 1.0}, kind="scheduled", times=(0.0, 0.0, 480.0), every=1440.0
        ),
    ]
    return Model(
        name="fuzz",
        classes=CLASSES,
        arrivals=tuple(arrivals[: int(random.integers(1, 3))]),
        resources=tuple(some_resource(name, random) for name in RESOURCES),
        steps=tuple(steps),
        attributes=(Attribute(name="frail", levels=("no", "yes"), shares=(0.7, 0.3)),),
    )


def holds(model: Model, seed: int) -> None:
    """Run a model that was accepted and look for anything that cannot be."""
    run = simulate(model, horizon=HORIZON, seed=seed)
    memory = run.replicate(0, log=True)
    n, x = memory.n, memory.x
    exits = [i for i, step in enumerate(model.steps) if isinstance(step, Leave)]
    passes = memory.table(code.AT_PASSES, len(model.steps)).sum(axis=0)
    assert memory.table(code.AT_ARRIVED).sum() == passes[exits].sum() + n[code.W_INSIDE]
    lines = memory.table(code.AT_LINES_X, code.LX_WIDE)[: int(n[code.W_LINES])]
    assert (np.diff(lines[:, code.LX_END]) >= 0).all()
    assert not (lines[:, code.LX_START] > lines[:, code.LX_END]).any()
    assert not (lines[:, code.LX_REQUESTED] > lines[:, code.LX_START]).any()
    assert 0 <= x[code.WX_NOW] <= HORIZON
    stations = memory.table(code.AT_STATIONS, code.S_WIDE)
    held = memory.table(code.AT_HOLDINGS, code.H_WIDE).reshape(-1, len(stations), code.H_WIDE)[:, :, code.H_UNITS]
    for place, resource in enumerate(model.resources):
        assert (held[:, place] >= 0).all()
        assert stations[place, code.S_QUEUE] >= 0
        if resource.cleaning is None:
            assert stations[place, code.S_BUSY] == held[:, place].sum()
        if not resource.shifts and not resource.closures:
            assert stations[place, code.S_BUSY] <= stations[place, code.S_CAPACITY]
    assert read_model(json.loads(json.dumps(write_model(model)))) == model


def reasons(model: Model) -> tuple[str, ...]:
    """Return why a model is refused, in both languages; nothing if it is not."""
    try:
        simulate(model, horizon=HORIZON)
    except SettingError as refusal:
        return tuple(fault.what.en for fault in refusal.problems) + tuple(fault.what.fr for fault in refusal.problems)
    return ()


def fuzz(seeds: range) -> tuple[int, int]:
    accepted = refused = 0
    for seed in seeds:
        model = some_model(seed)
        why = reasons(model)
        if why:
            assert all(why)
            refused += 1
        else:
            holds(model, seed)
            accepted += 1
    return accepted, refused


def test_random_models_end_or_are_refused_with_a_reason():
    accepted, refused = fuzz(range(400))
    assert accepted > 40
    assert refused > 40


@pytest.mark.nightly
def test_thousands_of_random_models_end_or_are_refused_with_a_reason():
    accepted, refused = fuzz(range(1000, 11_000))
    assert accepted > 1000
    assert refused > 1000


@settings(max_examples=25, deadline=None)
@given(rate=st.floats(0.2, 3.0), servers=st.integers(1, 4), seed=st.integers(0, 10_000))
def test_a_further_server_never_lengthens_the_mean_wait(rate, servers, seed):
    waits = [
        simulate(mmc(rate, 1.0, c), horizon=400.0, seed=seed).measures.values("wait", "ask")[0]
        for c in (servers, servers + 1)
    ]
    # who has not been served by the end is not in the mean: compare only if all have been
    if not any(math.isnan(wait) for wait in waits) and rate < servers * 0.8:
        assert waits[1] <= waits[0] + 1e-9


@settings(max_examples=10, deadline=None)
@given(rate=st.floats(0.3, 0.9), seed=st.integers(0, 10_000))
def test_littles_law(rate, seed):
    p = {"arrival_rate": rate, "ed_service_rate": 1.0, "cubicles": 3, "p_admit": 0.3, "ward_rate": 0.3, "ward_beds": 3}
    m = simulate(boarding(p), horizon=6000.0, warm_up=500.0, replications=10, seed=seed).measures
    for ask, resource in (("ask cubicle", "cubicle"), ("ask bed", "bed")):
        difference = m.values("waiting", resource) - m.values("n", ask) / 5500.0 * m.values("wait", ask)
        assert abs(difference.mean()) <= 4 * difference.std(ddof=1) / np.sqrt(10) + 0.01


def test_common_random_numbers_make_differences_sharper():
    """The example of the issue: six beds and two cubicles more, difference of the boarding time."""
    from pathlib import Path

    from chairs.twin.anchors.emergency import emergency_model
    from chairs.twin.scenario import Scenario

    folder = Path(__file__).parents[1] / "reference" / "data" / "des"
    model = emergency_model(json.loads((folder / "edward_canonical.json").read_text(encoding="utf-8"))["spec"])
    more = Scenario(resources={"medical": {"capacity": 110}, "cubicle": {"capacity": 34}})

    def boarded(seed: int, scenario: Scenario | None) -> np.ndarray:
        run = simulate(model, horizon=365 * 1440.0, replications=40, seed=seed, scenario=scenario)
        return run.measures.values("mean", "boarding")

    base, paired, alone = boarded(1, None), boarded(1, more), boarded(2, more)
    assert (paired - base).var(ddof=1) * 4 <= (alone - base).var(ddof=1)
