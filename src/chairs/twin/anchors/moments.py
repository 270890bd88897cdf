"""Exact cases that look at moments: how many are present at an hour, from an empty or a given start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from chairs.twin.anchors.case import Effort, Line, line
from chairs.twin.anchors.queues import poisson, station
from chairs.twin.anchors.short import exponential, lognormal
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.simulate import simulate
from chairs.twin.state import Present

Case = Mapping[str, Any]
DAY = 24
WARM_UP_DAYS = 15


def _cycle(rates: list[float], every: float, service: Duration, capacity: int | None) -> Model:
    source = Arrivals(name="arrivals", to="ask", classes={"all": 1.0}, kind="cycle", rates=tuple(rates), every=every)
    return station([source], service, Resource(name="server", capacity=capacity))


def _by_hour(model: Model, effort: Effort, mean_rate: float, what: int) -> np.ndarray:
    """Return, by replication, the mean over days of the number in use (0) or waiting (1) at each hour of the day."""
    days = WARM_UP_DAYS + max(int(effort.customers / effort.replications / mean_rate / DAY), 20)
    run = simulate(
        model, horizon=float(days * DAY), replications=effort.replications, seed=effort.seed, threads=effort.threads
    )
    seen = run.samples(1.0)[:, WARM_UP_DAYS * DAY : days * DAY, 0, what]
    means: np.ndarray = seen.reshape(len(seen), -1, DAY).mean(axis=1)
    return means


def _hourly(case: Case, effort: Effort) -> list[Line]:
    p = case["parameters"]
    rates = p["arrival_rate_per_hour"]
    if "los" in p:
        model = _cycle(rates, 1.0, lognormal(p["los"]["mean_hours"], cv=p["los"]["cv"]), None)
        name, what = "expected_occupancy_at_hour", 0
    else:
        model = _cycle(rates, 1.0, exponential(1 / p["service_rate_per_hour"]), p["servers"])
        name, what = "expected_queue_at_hour", 1
    seen = _by_hour(model, effort, float(np.mean(rates)), what)
    return [line(case["id"], f"{name}[{hour}]", seen[:, hour], v) for hour, v in enumerate(case["expected"][name])]


def _sine(case: Case, effort: Effort) -> list[Line]:
    p, e = case["parameters"], case["expected"]
    every, turn = 0.05, 2 * np.pi / p["period"]
    borders = np.arange(0, p["period"] + every / 2, every)
    # the mean rate of each piece, so that every piece brings exactly the right number
    integral = p["l0"] * (borders - p["A"] / turn * np.cos(turn * borders))
    model = _cycle(list(np.diff(integral) / every), every, exponential(1 / p["service_rate"]), None)
    seen = _by_hour(model, effort, p["l0"], 0)
    hours = np.arange(DAY)
    expected = e["mean"] + e["amplitude"] * np.sin(turn * (hours - e["lag"]))
    return [line(case["id"], f"present at hour {hour}", seen[:, hour], expected[hour]) for hour in hours]


def _warm_start(case: Case, effort: Effort) -> list[Line]:
    p, e = case["parameters"], case["expected"]
    stay = lognormal(p["los"]["mean_days"], cv=p["los"]["cv"])
    source = poisson("arrivals", p["admissions_per_day"], "ask")
    model = station([source], stay, Resource(name="server"))
    state = [
        Present(step="service", patient_class="all", elapsed=float(elapsed), holds={"server": 1})
        for elapsed in p["elapsed_days"]
    ]
    run = simulate(
        model,
        horizon=max(p["times_days"]) + 0.5,
        replications=max(effort.published * 10, 1000),
        seed=effort.seed,
        state=state,
        threads=effort.threads,
    )
    seen = run.samples(1.0)[:, :, 0, 0]
    lines = []
    for i, day in enumerate(p["times_days"]):
        here = seen[:, day].astype(float)
        lines.append(line(case["id"], f"census on day {day}", here, e["expected_census"][i]))
        squares = (here - e["expected_census"][i]) ** 2
        lines.append(line(case["id"], f"variance on day {day}", squares, e["variance_census"][i]))
    return lines


MOMENTS = {
    "Mt/G/infinity": _hourly,
    "M(t)/M/c": _hourly,
    "Mt/M/infinity": _sine,
    "warm start": _warm_start,
}
