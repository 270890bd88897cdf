"""Optimisation against exact frontiers: servers shared out among queues whose waits have a formula."""

from __future__ import annotations

import itertools

import pytest

from chairs.stats.queueing import erlang_c
from chairs.twin.anchors.queues import poisson
from chairs.twin.anchors.short import delay, exponential, release, seize
from chairs.twin.model import Model
from chairs.twin.optimise import optimise
from chairs.twin.options import Effort, Lever, Limit, Question
from chairs.twin.resources import Resource
from chairs.twin.searching import Grid, frontier_of, search
from chairs.twin.steps import Leave, Tally

pytestmark = pytest.mark.reference

STATIONS = ((2.0, 1.0, 3), (1.5, 0.5, 4), (3.0, 2.0, 2))  # arrivals and services an hour, servers
BUDGET = 3


def stations() -> Model:
    """Return M/M/c stations side by side."""
    steps = []
    for i, (_, service, _) in enumerate(STATIONS):
        steps += [
            seize(f"ask {i}", f"server {i}"), Tally(name=f"waited {i}", measure="all"),
            delay(f"service {i}", exponential(1 / service)), release(f"ends {i}", f"server {i}"),
            Leave(name=f"out {i}"),
        ]  # fmt: skip
    return Model(
        name="stations", time_unit="hours", classes=("all",), steps=tuple(steps),
        arrivals=tuple(poisson(f"arrivals {i}", rate, f"ask {i}") for i, (rate, _, _) in enumerate(STATIONS)),
        resources=tuple(Resource(name=f"server {i}", capacity=n) for i, (_, _, n) in enumerate(STATIONS)),
    )  # fmt: skip


def exact_wait(added) -> float:
    """Return the mean wait of all customers, hours."""
    waits = [erlang_c(rate, service, n + more).wait for (rate, service, n), more in zip(STATIONS, added, strict=True)]
    return sum(rate * wait for (rate, _, _), wait in zip(STATIONS, waits, strict=True)) / sum(s[0] for s in STATIONS)


def exact_frontier():
    """Return the best combination for each number of servers."""
    every = [c for c in itertools.product(range(BUDGET + 1), repeat=len(STATIONS)) if sum(c) <= BUDGET]
    return {every[i] for i in frontier_of([(sum(c), exact_wait(c)) for c in every])}


def staffing(seed: int, **effort: int) -> Question:
    return Question(
        name="servers",
        levers={f"server {i}": Lever(resource=f"server {i}", highest=BUDGET) for i in range(len(STATIONS))},
        limits=(Limit(of="units", at_most=BUDGET),), objectives=("units", "wait"), tolerance={"wait": 0.05},
        days=40.0, warm_up_days=2.0, seed=seed, effort=Effort(**effort),
    )  # fmt: skip


def read(measures):
    return {"wait": measures.values("mean", "all")}


def found_frontier(seed: int):
    return optimise(staffing(seed, first=10, batch=5, most=200, final=10), stations(), read, ("wait",))


def equal(found) -> bool:
    return {m.choice for m in found.members if m.standing != "dominated"} == exact_frontier()


def test_the_frontier_of_queues_is_that_of_their_formulas():
    found = found_frontier(1)
    assert equal(found)
    assert (found.allowed, found.tried, found.searched) == (20, 20, False)
    today = exact_wait((0, 0, 0))
    for member in found.members:
        for effect in member.effects:
            if any(member.choice):
                assert effect.mean == pytest.approx(exact_wait(member.choice) - today, abs=4 * effect.se)
            else:
                assert (effect.mean, effect.low, effect.high) == (0, 0, 0)
        # what is dominated lies where the formulas say, though nothing was run to estimate it
        assert member.differences["wait"] == pytest.approx(exact_wait(member.choice) - today, abs=0.1)


@pytest.mark.nightly
def test_the_frontier_of_queues_is_found_in_95_of_100_analyses():
    right = inside = effects = 0
    for seed in range(100):
        found = found_frontier(1000 + seed)
        right += equal(found)
        today = exact_wait((0, 0, 0))
        for member in found.members:
            for effect in member.effects if any(member.choice) else ():
                effects += 1
                inside += effect.low <= exact_wait(member.choice) - today <= effect.high
    assert right >= 95
    # intervals of what was chosen hold the truth as often as they say: fresh replications do not flatter
    assert inside >= 0.95 * effects - 3 * (0.95 * 0.05 * effects) ** 0.5


MANY = ((3, 1, 4), (5, 1.2, 5), (2, 0.8, 3), (4, 1, 5), (1.5, 0.5, 4))


def test_the_search_comes_near_the_exact_frontier_with_few_trials():
    budget = 6
    waits = [[rate * erlang_c(rate, service, n + k).wait for k in range(budget + 1)] for rate, service, n in MANY]

    def wait(choice):
        return sum(row[k] for row, k in zip(waits, choice, strict=True))

    grid = Grid(values=(tuple(range(budget + 1)),) * len(MANY), excess=lambda c: sum(c) - budget)
    every = grid.listed()
    best = [min(wait(c) for c in every if sum(c) <= n) for n in range(budget + 1)]
    ratios = []
    for seed in range(2):
        asked = []

        def criteria(choice, asked=asked):
            asked.append(choice)
            return sum(choice), wait(choice)

        tried = search(grid, criteria, numbers=2, trials=100, seed=seed, first=[(0,) * len(MANY)])
        assert len(asked) == len(set(asked)) == len(tried) <= 100 < len(every) / 4
        assert all(grid.allowed(choice) for choice in asked)
        ratios += [min(value for units, value in tried.values() if units <= n) / best[n] for n in range(budget + 1)]
    assert sum(ratios) / len(ratios) < 1.05


def test_a_search_among_many_then_the_comparison_finds_the_frontier():
    effort = {"first": 10, "most": 200, "final": 5, "compared": 8, "trials": 15, "trial": 6}
    found = optimise(staffing(3, **effort), stations(), read, ("wait",))
    assert found.searched
    assert (found.allowed, len(found.members)) == (20, 8)
    assert found.tried <= 15
    assert {m.choice for m in found.members if m.standing == "frontier"} == exact_frontier()
