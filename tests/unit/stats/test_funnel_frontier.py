"""Funnels and frontiers: planted dispersion, exact small cases, coverage of the bootstrap on a known frontier."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chairs.stats import frontier, funnel

pytestmark = pytest.mark.unit


def test_planted_variance_between_establishments_is_found() -> None:
    rng = np.random.default_rng(1)
    error = rng.uniform(0.5, 2.0, 400)
    y = 70 + rng.normal(0, 1.5, 400) + rng.normal(0, error)
    found = funnel.means(y, error)
    # winsorising 10 % a side keeps two thirds of the variance of a Gaussian z: tau2 is cautious by construction
    assert 0.3 * 1.5**2 < found.tau2 < 1.5**2
    assert (found.outside() != 0).mean() < 0.03
    assert (np.abs(found.z) > funnel.Z998).mean() > 0.05


def test_without_variance_between_establishments_chance_limits_stand() -> None:
    rng = np.random.default_rng(2)
    n = rng.integers(40, 900, 300)
    found = funnel.proportions(rng.binomial(n, 0.7), n)
    outside = (found.observed < found.low998) | (found.observed > found.high998)
    assert found.tau2 < 1e-3
    assert outside.mean() < 0.01


def test_one_site_with_most_answers_is_not_the_centre_of_the_others() -> None:
    import pandas as pd

    from chairs.stats.shrinkage import shrink

    rng = np.random.default_rng(5)
    n = np.array([40_000, *rng.integers(40, 90, 60)])
    y = np.array([78.0, *(70 + rng.normal(0, 1.5, 60) + rng.normal(0, 20 / np.sqrt(n[1:])))])
    found = funnel.means(y, 20 / np.sqrt(n))
    shrunk = shrink(pd.Series(y), pd.Series(20 / np.sqrt(n)), pd.Series(n))
    assert found.target == pytest.approx(shrunk.mean, abs=0.05)
    assert float(np.average(y, weights=n)) > 77  # what weights of precision alone would say
    assert found.outside().tolist() == [1] + [0] * 60


def test_where_establishments_do_not_differ_the_centre_is_the_mean_of_precision() -> None:
    rng = np.random.default_rng(6)
    error = rng.uniform(0.5, 2.0, 40)
    y = 70 + 0.5 * rng.normal(0, error)
    assert funnel.means(y, error).target == pytest.approx(np.average(y, weights=error**-2), abs=1e-12)
    few = funnel.means(y[:5], error[:5])
    assert few.target == pytest.approx(np.average(y[:5], weights=error[:5] ** -2))
    assert few.reason is not None


def test_a_ratio_of_zero_events_has_limits() -> None:
    found = funnel.ratios([0, 3, 5], [2.0, 3.0, 5.0])
    low, high = funnel.exact_ratio_interval([0, 3, 5], [2.0, 3.0, 5.0])
    assert found.reason is not None
    assert low[0] == 0
    assert high[0] == pytest.approx(3.688879 / 2, rel=1e-6)  # -ln(0.025) = 3.688879


@pytest.mark.parametrize("numerator", [[3, 5], [math.nan, 1], [-1, 1]])
def test_impossible_counts_are_refused(numerator: list[float]) -> None:
    with pytest.raises(ValueError, match=r"numerator exceeds|missing or negative"):
        funnel.proportions(numerator, [2, 4])


def test_units_do_not_change_an_efficiency() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(1, 9, (20, 2)), rng.uniform(1, 9, (20, 2))
    for returns in ("constant", "variable", "decreasing"):
        once = frontier.efficiency(x, y, returns=returns)
        again = frontier.efficiency(x * [1000, 0.01], y * [1e6, 3], returns=returns)
        assert once == pytest.approx(again, abs=1e-9)


def test_a_dominated_establishment_is_below_one_and_nobody_is_above() -> None:
    x, y = np.array([[2.0, 2], [3, 3], [2, 4]]), np.array([[4.0], [4], [4]])
    assert frontier.efficiency(x, y, returns="variable") == pytest.approx([1, 2 / 3, 1])


def test_too_few_establishments_get_a_reason_instead_of_an_interval() -> None:
    found = frontier.intervals(np.ones((4, 1)), np.arange(1.0, 5)[:, None], rng=np.random.default_rng(1))
    assert found.low is None
    assert found.reason == frontier.TOO_FEW


def _covered(redraws: int, repetitions: int) -> float:
    """Share of establishments whose true efficiency lies in the interval, frontier y = x^0.5."""
    rng, inside = np.random.default_rng(7), []
    for _ in range(redraws):
        best = rng.uniform(1, 9, 40)
        truth = np.exp(-np.abs(rng.normal(0, 0.25, 40)))
        x, y = (best / truth)[:, None], np.sqrt(best)[:, None]
        found = frontier.intervals(x, y, rng=rng, repetitions=repetitions)
        inside.append(((found.low <= truth) & (truth <= found.high)).mean())
    return float(np.mean(inside))


def test_bias_correction_moves_towards_the_truth() -> None:
    rng = np.random.default_rng(9)
    best = rng.uniform(1, 9, 40)
    truth = np.exp(-np.abs(rng.normal(0, 0.25, 40)))
    found = frontier.intervals((best / truth)[:, None], np.sqrt(best)[:, None], rng=rng, repetitions=40)
    assert np.abs(found.corrected - truth).mean() < np.abs(found.score - truth).mean()


@pytest.mark.nightly
def test_bootstrap_intervals_cover_a_known_frontier() -> None:
    assert 0.88 < _covered(12, 300) < 0.99
