"""Funnels and frontiers: planted dispersion, exact small cases, coverage of the bootstrap on a known frontier."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chairs.core.errors import DataError, SettingError
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
    with pytest.raises(DataError, match=r"numerator exceeds|missing, infinite|negative"):
        funnel.proportions(numerator, [2, 4])


@pytest.mark.parametrize("share", [0, 1])
def test_a_constant_of_0_or_100_percent_has_no_limits(share: int) -> None:
    n = [10] * 12
    for found in (funnel.proportions([share * 10] * 12, n), funnel.proportions([5] * 12, n, target=float(share))):
        assert found.reason == funnel.CERTAIN
        assert np.isnan(found.low95).all()
        assert np.isnan(found.adjusted_limits).all()
        assert set(found.outside()) == {0}


@pytest.mark.parametrize("target", [0.001, 0.02, 0.5, 0.98, 0.999])
def test_what_chance_often_gives_is_never_beyond_the_limits(target: float) -> None:
    """The most probable count of each size lies inside the 95 % limits, all successes and none included."""
    n = np.array([1, 2, 5, 10, 40, 300])
    found = funnel.proportions(np.floor((n + 1) * target).clip(0, n), n, target)
    assert (found.low95 <= found.observed).all()
    assert (found.observed <= found.high95).all()


def test_columns_that_do_not_fit_together_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="same length"):
        funnel.proportions([1, 2], [3])
    with pytest.raises(DataError, match="same length"):
        funnel.ratios([1], [1.0, 2.0])
    with pytest.raises(DataError, match="same length"):
        funnel.means([1.0, 2.0], [1.0])
    with pytest.raises(DataError, match="not whole"):
        funnel.proportions([1] * 12, [3.7] * 12)
    with pytest.raises(DataError, match="not a number"):
        funnel.means(["a"], [1.0])  # type: ignore[list-item]
    with pytest.raises(SettingError, match="between 0 and 1"):
        funnel.proportions([1] * 12, [10] * 12, target=2.0)
    with pytest.raises(SettingError, match="between 0 and 1"):
        funnel.proportions([1] * 12, [10] * 12, target=math.nan)
    for empty in (funnel.proportions([], []), funnel.ratios([], []), funnel.means([], [])):
        assert empty.reason == funnel.NOBODY
        assert empty.outside().shape == (0,)


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


def test_where_all_are_efficient_nothing_can_be_drawn_again() -> None:
    x = np.arange(1.0, 21)[:, None]
    mixed = np.random.default_rng(1).uniform(1, 9, (20, 2))
    for inputs, outputs in ((x, np.sqrt(x)), (np.ones((20, 1)), np.ones((20, 1))), (mixed, mixed)):
        found = frontier.intervals(inputs, outputs, rng=np.random.default_rng(1), repetitions=5)
        assert found.reason == frontier.ALL_BEST
        assert found.score == pytest.approx(np.ones(20))
        assert found.low is found.corrected is None


def test_a_frontier_of_rubbish_is_refused_in_words() -> None:
    x = np.random.default_rng(2).uniform(1, 9, (20, 2))
    for inputs, outputs in ((x[:, 0], x[:, 1]), (x, x[:5]), (x[:0], x[:0]), (-x, x), (x * math.nan, x)):
        with pytest.raises(DataError):
            frontier.efficiency(inputs, outputs)
    with pytest.raises(SettingError, match="constant, decreasing, variable"):
        frontier.efficiency(x, x, returns="rising")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="input, output"):
        frontier.efficiency(x, x, direction="both")  # type: ignore[arg-type]


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


def test_distances_drawn_again_keep_their_spread_and_make_no_heap_on_the_frontier() -> None:
    rng = np.random.default_rng(12)
    distance = np.concatenate([np.ones(4000), 1 + rng.exponential(0.3, 16_000)])
    drawn = frontier._smoothed(distance, rng)
    off = (distance[4000:] - 1) ** 2
    assert drawn.min() > 1
    assert len(np.unique(drawn)) == len(drawn) == len(distance)
    assert np.mean((drawn - 1) ** 2) == pytest.approx(off.mean(), abs=4 * off.std() * math.sqrt(2 / len(off)))


def test_an_interval_lies_below_the_raw_score_and_holds_the_corrected_one() -> None:
    rng = np.random.default_rng(13)
    found = frontier.intervals(rng.uniform(1, 9, (12, 1)), rng.uniform(1, 9, (12, 1)), rng=rng, repetitions=20)
    assert (found.low >= 0).all()
    assert (found.low <= found.corrected).all()
    assert (found.corrected <= found.high).all()
    assert (found.high <= found.score + frontier.ON).all()


@pytest.mark.nightly
def test_bootstrap_intervals_cover_a_known_frontier() -> None:
    assert 0.88 < _covered(12, 300) < 0.99
