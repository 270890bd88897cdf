"""Optimisation never proposes what the limits forbid, and calls nothing best that something beats."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.stats.ranking_selection import Rule, comparisons_at_stake, select
from chairs.twin.options import Lever, Limit, Question, grid_of, total
from chairs.twin.searching import frontier_of, layers, search

pytestmark = pytest.mark.property


@st.composite
def questions(draw):
    levers = {}
    for i in range(draw(st.integers(1, 5))):
        low = draw(st.integers(-4, 2))
        levers[f"ward {i}"] = Lever(
            resource=f"ward {i}", lowest=low, highest=low + draw(st.integers(0, 12)), step=draw(st.integers(1, 4)),
            fte=draw(st.sampled_from([0.0, 0.1, 1.4, 1.6])), euros=draw(st.sampled_from([0.0, 55_000.0])),
        )  # fmt: skip
    bounds = st.integers(-1_000, 2_000).map(lambda cents: cents / 100)  # as people write them
    limits = [
        Limit(
            of=draw(st.sampled_from(["units", "fte", "euros"])),
            at_most=draw(bounds),
            at_least=draw(st.sampled_from([-math.inf, -3.0])),
            levers=tuple(draw(st.lists(st.sampled_from(sorted(levers)), unique=True))),
        )
        for _ in range(draw(st.integers(0, 3)))
    ]
    return Question(name="q", levers=levers, limits=tuple(limits), objectives=("units", "wait"), tolerance={"wait": 1})


def keeps(question, choice) -> bool:
    """Say whether a choice keeps bounds, steps and limits, worked out apart from the code tried."""
    for lever, units in zip(question.levers.values(), choice, strict=True):
        if not lever.lowest <= units <= lever.highest or (units - lever.lowest) % lever.step:
            return False
    for limit in question.limits:
        prices = [
            (1 if limit.of == "units" else getattr(lever, limit.of)) * units
            for (name, lever), units in zip(question.levers.items(), choice, strict=True)
            if not limit.levers or name in limit.levers
        ]
        if not limit.at_least - 1e-6 <= sum(prices) <= limit.at_most + 1e-6:
            return False
    return True


@given(questions(), st.integers(0, 1000))
@settings(max_examples=5, deadline=None)
def test_no_trial_breaks_a_limit_and_the_same_seed_tries_the_same(question, seed):
    grid, weights = grid_of(question), np.arange(1, 1 + len(question.levers))

    def criteria(choice):
        assert keeps(question, choice)
        return total(question, choice, "units"), -(float(weights @ choice) ** 0.5) if weights @ choice > 0 else 0.0

    first = [(0,) * len(question.levers)]
    inside = [c for c in first if all(value in values for value, values in zip(c, grid.values, strict=True))]
    tried = [search(grid, criteria, numbers=2, trials=8, seed=seed, first=inside) for _ in range(2)]
    assert list(tried[0].items()) == list(tried[1].items())
    assert len(tried[0]) <= 8


@given(questions())
@settings(max_examples=40, deadline=None)
def test_the_list_is_all_that_keeps_the_limits(question):
    grid = grid_of(question)
    listed = grid.listed()
    if listed is not None and math.prod(map(len, grid.values)) <= 3000:
        every = np.stack(np.meshgrid(*grid.values, indexing="ij"), axis=-1).reshape(-1, len(grid.values))
        assert sorted(listed) == sorted(c for c in map(tuple, every.tolist()) if keeps(question, c))
    for choice in (listed or [])[:5]:
        for other in grid.neighbours(choice):
            assert keeps(question, other)
            assert other != choice


points = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=15)


@given(points)
@settings(max_examples=60, deadline=None)
def test_without_noise_the_frontier_is_the_exact_one_whatever_is_cost_and_what_is_measured(rows):
    wanted = set(frontier_of(rows))
    values = np.array(rows, dtype=float)
    rule = Rule(tolerance=(0.1,), first=2, batch=1, most=2)
    cost = select(values[:, :1], lambda i, first, n: np.full((n, 1), values[i, 1]), rule)
    both = select(
        np.zeros((len(rows), 0)), lambda i, first, n: np.tile(values[i], (n, 1)),
        Rule(tolerance=(0.1, 0.1), first=2, batch=1, most=2),
    )  # fmt: skip
    for found in (cost, both):
        kept = {rows[i] for i, one in enumerate(found.standing) if one == "frontier"}
        assert kept == {rows[i] for i in wanted}
        assert sum(one == "frontier" for one in found.standing) == len(wanted)
        assert all((by >= 0) == (one == "dominated") for one, by in zip(found.standing, found.by, strict=True))
    assert layers(rows)[: len(wanted)] == sorted(wanted)
    assert 0 <= comparisons_at_stake(values[:, :1], 1) <= len(rows) * (len(rows) - 1)


@given(st.integers(0, 10_000), st.integers(2, 6), st.integers(4, 12))
@settings(max_examples=25, deadline=None)
def test_somebody_is_always_left_and_no_more_is_run_than_allowed(seed, k, most):
    noise = np.random.default_rng(seed).normal(size=(most, k, 2))
    found = select(
        np.zeros((k, 0)), lambda i, first, n: noise[first : first + n, i],
        Rule(tolerance=(0.3, 0.3), first=4, batch=3, most=most),
    )  # fmt: skip
    assert any(one != "dominated" for one in found.standing)
    assert all(4 <= n <= most for n in found.replications)
    for i, n in enumerate(found.replications):
        assert found.means[i] == pytest.approx(noise[:n, i].mean(axis=0))
    undecided = [i for i, one in enumerate(found.standing) if one == "undecided"]
    assert all(found.replications[i] == most and found.by[i] >= 0 for i in undecided)
