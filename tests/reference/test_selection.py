"""Ranking and selection keeps its promise: normal systems in the least favourable configuration, exact frontiers."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.core.streams import stream
from chairs.stats.ranking_selection import Rule, select, spread_constant

pytestmark = pytest.mark.reference

ALPHA = 0.05
FIRST = 10
SLIPPAGE = FIRST**-0.5  # one standard deviation over the root of the first replications, as in Kim & Nelson 2001


def normal(means: np.ndarray, covariance: np.ndarray, number: int):
    """Return replications of several systems and criteria: they share their noise as `covariance` says."""
    rng, root = stream(20240607, "selection", number), np.linalg.cholesky(covariance)
    drawn = np.zeros((0, *means.shape))

    def sample(system: int, first: int, n: int) -> np.ndarray:
        nonlocal drawn
        while len(drawn) < first + n:
            noise = rng.normal(size=(64, means.shape[1], len(means))) @ root.T
            drawn = np.concatenate([drawn, means + noise.transpose(0, 2, 1)])
        return drawn[first : first + n, system]

    return sample


def right(means, exact, covariance, wanted, redraws, batch):
    """Return in how many redraws the frontier is exactly the one wanted."""
    rule = Rule(tolerance=(SLIPPAGE,) * means.shape[1], alpha=ALPHA, first=FIRST, batch=batch, most=100_000)
    found = 0
    for number in range(redraws):
        standing = select(exact, normal(means, covariance, number), rule).standing
        assert "undecided" not in standing
        found += tuple(i for i, one in enumerate(standing) if one == "frontier") == wanted
    return found


def independent(k: int) -> np.ndarray:
    return np.eye(k)


def shared(k: int) -> np.ndarray:
    """Half of the variance is common to all systems."""
    return 0.5 * np.eye(k) + 0.5


def uneven(k: int) -> np.ndarray:
    return np.diag(np.linspace(0.25, 3.0, k))


ONE_BEST = np.array([[0.0]] + [[SLIPPAGE]] * 4)
FREE = np.zeros((5, 0))
# two levels of cost; the dearer ones are better by the least difference that counts, each level has one best
LEVELS = np.array([[SLIPPAGE * 2], [SLIPPAGE * 3], [SLIPPAGE], [SLIPPAGE * 2], [SLIPPAGE * 2]])
COST = np.array([[0.0], [0.0], [1.0], [1.0], [1.0]])
# two noisy criteria: two incomparable systems, two that are worse than one of them in both
PLANE = SLIPPAGE * np.array([[0.0, 3.0], [3.0, 0.0], [1.0, 4.0], [4.0, 1.0]])
CASES = {
    "one best": (ONE_BEST, FREE, independent, (0,)),
    "one best, common random numbers": (ONE_BEST, FREE, shared, (0,)),
    "one best, unequal variances": (ONE_BEST, FREE, uneven, (0,)),
    "cost and one measure": (LEVELS, COST, independent, (0, 2)),
    "cost and one measure, common random numbers": (LEVELS, COST, shared, (0, 2)),
    "two measures": (PLANE, np.zeros((4, 0)), independent, (0, 1)),
}


def keeps(case: str, redraws: int, batch: int) -> None:
    means, exact, covariance, wanted = CASES[case]
    found = right(means, exact, covariance(len(means)), wanted, redraws, batch)
    noise = 3 * (redraws * ALPHA * (1 - ALPHA)) ** 0.5
    assert found >= (1 - ALPHA) * redraws - noise, f"{found} of {redraws}"


@pytest.mark.parametrize("case", CASES)
def test_the_frontier_is_right_as_often_as_promised(case):
    keeps(case, 15, 5)


@pytest.mark.nightly
@pytest.mark.parametrize("case", CASES)
def test_the_frontier_is_right_as_often_as_promised_in_many_redraws(case):
    keeps(case, 1000, 1)


@pytest.mark.parametrize(("comparisons", "first"), [(9, 10), (1, 10), (99, 24)])
def test_the_constant_solves_its_equation(comparisons, first):
    eta = spread_constant(ALPHA, comparisons, first) / (2 * (first - 1))
    assert 0.5 * (1 + 2 * eta) ** (-(first - 1) / 2) == pytest.approx(ALPHA / comparisons)
