"""The cases of `exact_queues.json`: closed formulas and numerical solutions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chairs.twin.anchors.case import Effort, Line, line
from chairs.twin.anchors.queues import boarding, jackson, mmc, poisson, station, tandem
from chairs.twin.anchors.short import by_class, exponential, fixed, lognormal
from chairs.twin.durations import Duration, Durations
from chairs.twin.measures import Measures
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.simulate import simulate

Case = Mapping[str, Any]


def _run(model: Model, case: Case, effort: Effort, rate: float) -> tuple[Measures, float]:
    """Run a case after its warm-up, for as many customers as the effort allows; return also the time counted."""
    warm_up = float(case.get("warm_up", 200.0 / rate))
    length = max(effort.customers / effort.replications / rate, warm_up)
    simulation = simulate(
        model,
        horizon=warm_up + length,
        warm_up=warm_up,
        replications=effort.replications,
        seed=effort.seed,
        threads=effort.threads,
    )
    return simulation.measures, length


def _lines(case: Case, found: Mapping[str, np.ndarray]) -> list[Line]:
    lines = []
    for measure, expected in case["expected"].items():
        if isinstance(expected, list):
            lines += [
                line(case["id"], f"{measure}[{i}]", found[measure][:, i], value) for i, value in enumerate(expected)
            ]
        else:
            lines.append(line(case["id"], measure, found[measure], expected))
    return lines


def _one_queue(m: Measures, ask: str, resource: str, servers: int) -> dict[str, np.ndarray]:
    return {
        "utilisation": m.values("in_use", resource) / servers,
        "mean_wait_queue": m.values("wait", ask),
        "mean_time_system": m.values("stay", "served"),
        "mean_queue_length": m.values("waiting", resource),
        "mean_number_system": m.values("waiting", resource) + m.values("in_use", resource),
        "mean_wait_queue_by_class": np.column_stack([m.values("wait", ask, c) for c in m.program.model.classes]),
    }


def _mmc(case: Case, effort: Effort) -> list[Line]:
    p, longest = case["parameters"], case["expected"]["wait_queue_p95"]
    limits = tuple(sorted({0.0, 1 / p["service_rate"], longest}))
    model = mmc(p["arrival_rate"], p["service_rate"], p["servers"], within=limits)
    m, _ = _run(model, case, effort, p["arrival_rate"])

    def longer(limit: float) -> np.ndarray:
        return 1 - m.values(f"within:{limit!r}", "wait_all")

    found = _one_queue(m, "ask", "server", p["servers"])
    found |= {"p_wait": longer(0.0), "p_wait_gt_1_over_mu": longer(1 / p["service_rate"])}
    lines = _lines({**case, "expected": {k: v for k, v in case["expected"].items() if k != "wait_queue_p95"}}, found)
    return [*lines, line(case["id"], "share of waits up to wait_queue_p95", 1 - longer(longest), 0.95)]


def _mg1(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    kind, mean, cv = (p["service"][word] for word in ("distribution", "mean", "cv"))
    kinds = {
        "deterministic": lambda: fixed(mean),
        "lognormal": lambda: lognormal(mean, cv=cv),
        "erlang-2": lambda: Duration(kind="gamma", mean=mean, cv=0.5**0.5),
    }
    source = poisson("arrivals", p["arrival_rate"], "ask")
    m, _ = _run(station([source], kinds[kind](), Resource(name="server", capacity=1)), case, effort, p["arrival_rate"])
    return _lines(case, _one_queue(m, "ask", "server", 1))


def _limited(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    if "beds" in p:
        rate, servers, limit = p["admissions_per_day"], p["beds"], 0
        service = lognormal(p["los"]["mean_days"], cv=p["los"]["cv"])
        case = {**case, "warm_up": 15 * p["los"]["mean_days"]}
    else:
        rate, servers = p["arrival_rate"], p["servers"]
        limit, service = p["system_capacity"] - p["servers"], exponential(1 / p["service_rate"])
    model = station([poisson("arrivals", rate, "ask")], service, Resource(name="server", capacity=servers), limit=limit)
    m, length = _run(model, case, effort, rate)
    lost = m.values("visits", "turned away") / m.values("arrivals", "arrivals")
    found = _one_queue(m, "ask", "server", servers)
    found |= {
        "p_block": lost,
        "p_refused": lost,
        "mean_occupied": found["utilisation"] * servers,
        "offered_load": m.values("arrivals", "arrivals") / length * service.average(),
        "mean_wait_queue_accepted": found["mean_wait_queue"],
        "throughput": m.values("n", "ask") / length,
    }
    if limit == 0:  # nobody ever waits: exactly zero, no spread to test with
        case = {**case, "expected": {k: v for k, v in case["expected"].items() if v != 0}}
        if found["mean_queue_length"].any() or found["mean_wait_queue"].any():
            return [line(case["id"], "mean_queue_length", found["mean_queue_length"], 0.0)]
    return _lines(case, found)


def _impatient(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    constant = "patience" in p
    patience = fixed(p["patience"]) if constant else exponential(1 / p["patience_rate"])
    rate, servers = p["arrival_rate"], p.get("servers", 1)
    model = station(
        [poisson("arrivals", rate, "patience")],
        exponential(1 / p["service_rate"]),
        Resource(name="server", capacity=servers),
        patience=patience,
        within=(0.0,),
    )
    m, length = _run(model, case, effort, rate)
    found = {
        "p_wait": 1 - m.values("within:0", "wait_all"),
        "p_abandon": m.values("visits", "gave up") / m.values("arrivals", "arrivals"),
        "mean_queue_length": m.values("waiting", "server"),
        "mean_wait_queue_all": m.values("mean", "wait_all"),
        "mean_busy": m.values("in_use", "server"),
        "p_idle": m.values("idle_share", "server"),
        "throughput": m.values("visits", "ends") / length,
    }
    return _lines(case, found)


def _priority(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    if "classes_high_to_low" in p:
        rates = [c["arrival_rate"] for c in p["classes_high_to_low"]]
        service: Duration | Durations = by_class(*(lognormal(c["mean"], cv=c["cv"]) for c in p["classes_high_to_low"]))
    else:
        rates, service = p["arrival_rates_high_to_low"], exponential(1 / p["service_rate"])
    names = [f"class{i}" for i in range(len(rates))]
    sources = [poisson(name, rate, "ask", name) for name, rate in zip(names, rates, strict=True)]
    levels = {name: level for level, name in enumerate(names)}
    servers = p.get("servers", 1)
    model = station(sources, service, Resource(name="server", capacity=servers, priority=levels))
    m, _ = _run(model, case, effort, sum(rates))
    return _lines(case, _one_queue(m, "ask", "server", servers))


def _jackson(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    model = jackson(p["external_rates"], p["routing"], p["service_rates"], p["servers"])
    m, length = _run(model, case, effort, sum(p["external_rates"]))
    stations = range(len(p["servers"]))
    found = {
        "arrival_rates": np.column_stack([m.values("visits", f"ask {i}") / length for i in stations]),
        "mean_wait_queue": np.column_stack([m.values("wait", f"ask {i}") for i in stations]),
        "mean_number": np.column_stack(
            [m.values("in_use", f"server {i}") + m.values("waiting", f"server {i}") for i in stations]
        ),
        "mean_time_in_network": m.values("stay", "out"),
    }
    return _lines(case, found)


def _tandem(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    m, length = _run(tandem(p["mu1"], p["mu2"], p["buffer"]), case, effort, 1.0)
    found = {"throughput": m.values("visits", "leaves 2") / length, "p_blocked": m.values("queue_share", "place")}
    return _lines(case, found)


def _boarding(case: Case, effort: Effort) -> list[Line]:
    m, _ = _run(boarding(case["parameters"]), case, effort, case["parameters"]["arrival_rate"])
    found = {
        "mean_wait_cubicle": m.values("wait", "ask cubicle"),
        "mean_boarding_time_of_admitted": m.values("wait", "ask bed"),
        "mean_boarders": m.values("waiting", "bed"),
        "mean_ward_occupied": m.values("in_use", "bed"),
        "mean_cubicles_busy": m.values("in_use", "cubicle"),
        "p_boarding_positive": m.values("queue_share", "bed"),
    }
    return _lines(case, found)


RUNNERS = {
    "M/M/c": _mmc,
    "M/G/1": _mg1,
    "M/M/c/K": _limited,
    "M/G/c/c (ward without waiting, lognormal length of stay: insensitive)": _limited,
    "M/M/c+M (Erlang A)": _impatient,
    "M/M/1+D (constant patience until service starts)": _impatient,
    "non-preemptive priority M/M/c, one service rate": _priority,
    "non-preemptive priority M/G/1, lognormal service by class": _priority,
    "open Jackson network": _jackson,
    "two stations in tandem, first always busy, B places between, blocking after service": _tandem,
}


def run_exact(case: Case, effort: Effort) -> list[Line]:
    """Simulate one case of `exact_queues.json` and compare every number of it."""
    from chairs.twin.anchors.moments import MOMENTS

    if case["model"] in RUNNERS:
        return RUNNERS[case["model"]](case, effort)
    if case["model"].startswith("ED with boarding"):
        return _boarding(case, effort)
    return next(runner for start, runner in MOMENTS.items() if case["model"].startswith(start))(case, effort)
