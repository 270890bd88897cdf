"""Queues whose waits have a formula: one station, priorities, impatience, limits, networks, blocking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from chairs.twin.anchors.short import delay, exponential, release, route, seize
from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, Durations
from chairs.twin.model import Model
from chairs.twin.resources import Resource
from chairs.twin.steps import EndPatience, Leave, Patience, Route, Step, Tally


def poisson(name: str, rate: float, to: str, patient_class: str = "all") -> Arrivals:
    """Return Poisson arrivals of one class at one rate."""
    return Arrivals(name=name, to=to, classes={patient_class: 1.0}, kind="cycle", rates=(rate,))


def station(
    arrivals: Sequence[Arrivals],
    service: Duration | Durations,
    resource: Resource,
    *,
    patience: Duration | None = None,
    limit: int | None = None,
    within: tuple[float, ...] = (),
) -> Model:
    """Return one station: patients ask, wait, are served and leave; some lose patience or find the queue full."""
    classes = tuple(dict.fromkeys(cls for source in arrivals for cls in source.classes))
    clock: tuple[Step, ...] = ()
    if patience is not None:
        clock = (Patience(name="patience", duration=Durations(rows=(patience,)), leaves="gives up"),)
    ends: list[Step] = [Leave(name="served")]
    if patience is not None:
        ends += [Tally(name="gives up", measure="wait_all", within=within), Leave(name="gave up")]
    if limit is not None:
        ends += [Leave(name="turned away")]
    refused = {} if limit is None else {"queue_limit": limit, "refused": "turned away"}
    return Model(
        name="station",
        time_unit="hours",
        classes=classes,
        arrivals=tuple(arrivals),
        resources=(resource,),
        steps=(
            *clock,
            seize("ask", resource.name, **refused),
            *((EndPatience(name="starts"),) if patience is not None else ()),
            Tally(name="waited", measure="wait_all", within=within),
            delay("service", service),
            release("ends", resource.name),
            *ends,
        ),
    )


def mmc(arrival_rate: float, service_rate: float, servers: int, within: tuple[float, ...] = ()) -> Model:
    """Return M/M/c: Poisson arrivals, exponential service, first come first served."""
    source = poisson("arrivals", arrival_rate, "ask")
    return station([source], exponential(1 / service_rate), Resource(name="server", capacity=servers), within=within)


def jackson(
    external: Sequence[float], routing: Sequence[Sequence[float]], rates: Sequence[float], servers: Sequence[int]
) -> Model:
    """Return an open Jackson network: after each service the patient goes on at random, or leaves."""
    numbers = range(len(rates))
    steps: list[Step] = []
    for i in numbers:
        to = (*(f"ask {j}" for j in numbers), "out")
        line = (*routing[i], 1 - sum(routing[i]))
        steps += [
            seize(f"ask {i}", f"server {i}"),
            delay(f"service {i}", exponential(1 / rates[i])),
            release(f"ends {i}", f"server {i}"),
            Route(name=f"onward {i}", to=to, probabilities=(line,)),
        ]
    return Model(
        name="jackson",
        time_unit="hours",
        classes=("all",),
        arrivals=tuple(poisson(f"arrivals {i}", external[i], f"ask {i}") for i in numbers if external[i] > 0),
        resources=tuple(Resource(name=f"server {i}", capacity=servers[i]) for i in numbers),
        steps=(*steps, Leave(name="out")),
    )


def tandem(mu1: float, mu2: float, buffer: int) -> Model:
    """Return two stations, the first always busy, with blocking after service when the places between are taken."""
    crowd = Arrivals(name="crowd", to="ask 1", classes={"all": 1.0}, kind="scheduled", times=(0.0,) * (buffer + 3))
    return Model(
        name="tandem",
        time_unit="hours",
        classes=("all",),
        arrivals=(crowd,),
        resources=(
            Resource(name="server 1", capacity=1),
            Resource(name="place", capacity=buffer + 1),
            Resource(name="server 2", capacity=1),
        ),
        steps=(
            seize("ask 1", "server 1"),
            delay("service 1", exponential(1 / mu1)),
            seize("ask place", "place"),
            release("leaves 1", "server 1"),
            seize("ask 2", "server 2"),
            delay("service 2", exponential(1 / mu2)),
            release("leaves 2", "server 2", "place", next="ask 1"),
        ),
    )


def boarding(parameters: Mapping[str, Any]) -> Model:
    """Return an emergency department whose cubicles are kept while a ward bed is awaited."""
    p = parameters["p_admit"]
    return Model(
        name="boarding",
        time_unit="hours",
        classes=("all",),
        arrivals=(poisson("arrivals", parameters["arrival_rate"], "ask cubicle"),),
        resources=(
            Resource(name="cubicle", capacity=parameters["cubicles"]),
            Resource(name="bed", capacity=parameters["ward_beds"]),
        ),
        steps=(
            seize("ask cubicle", "cubicle"),
            delay("treatment", exponential(1 / parameters["ed_service_rate"])),
            route("admitted?", {"ask bed": p, "home": 1 - p}),
            seize("ask bed", "bed"),
            release("to ward", "cubicle"),
            delay("ward stay", exponential(1 / parameters["ward_rate"])),
            release("ward ends", "bed"),
            Leave(name="left ward"),
            release("home", "cubicle"),
            Leave(name="went home"),
        ),
    )
