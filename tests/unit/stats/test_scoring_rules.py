"""Scores of forecasts against closed forms and scikit-learn; recalibration against planted miscalibration."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mean_pinball_loss

from chairs.stats.conformal import recalibrate
from chairs.stats.scoring_rules import (
    coverage,
    pinball,
    pit_distance,
    quantile_crps,
    randomised_pit,
    seasonal_scale,
)

pytestmark = pytest.mark.unit


def test_pinball_is_scikit_learns() -> None:
    draws = np.random.default_rng(1)
    observed, quantile = draws.poisson(7, 200).astype(float), draws.normal(7, 2, 200)
    for level in (0.025, 0.5, 0.9):
        mine = pinball(np.array([level]), quantile[:, None], observed).mean()
        assert mine == pytest.approx(mean_pinball_loss(observed, quantile, alpha=level), rel=1e-12)


def test_crps_on_a_fine_grid_is_the_closed_form_of_the_normal() -> None:
    levels = (np.arange(20_000) + 0.5) / 20_000
    for z in (-2.0, 0.0, 0.7):
        exact = z * (2 * stats.norm.cdf(z) - 1) + 2 * stats.norm.pdf(z) - 1 / np.sqrt(np.pi)  # Gneiting 2005, eq. 5
        assert quantile_crps(levels, stats.norm.ppf(levels), np.array(z)) == pytest.approx(exact, rel=1e-3)


def test_a_missing_observation_has_no_score() -> None:
    assert np.isnan(quantile_crps(np.array([0.5]), np.array([[1.0]]), np.array([np.nan]))).all()


def test_randomised_pit_of_a_true_count_forecast_is_uniform_and_covers_exactly() -> None:
    draws = np.random.default_rng(2)
    observed = draws.poisson(3.0, 20_000)
    pit = randomised_pit(stats.poisson.cdf(observed - 1, 3.0), stats.poisson.cdf(observed, 3.0), draws.random(20_000))
    assert stats.kstest(pit, "uniform").pvalue > 0.01
    assert pit_distance(pit) == pytest.approx(stats.kstest(pit, "uniform").statistic)
    assert abs(coverage(pit, 0.8) - 0.8) < 3 * np.sqrt(0.8 * 0.2 / 20_000)


def test_scale_of_a_past_that_repeats_itself_is_missing() -> None:
    assert np.isnan(seasonal_scale(np.tile([1.0, 2.0], 5), 2))
    assert np.isnan(seasonal_scale(np.array([1.0]), 7))


def test_recalibration_restores_the_coverage_of_a_spread_announced_at_half_its_size() -> None:
    draws = np.random.default_rng(3)
    pit = stats.norm.cdf(draws.normal(0, 2, 4_000))  # truth twice as wide as announced
    found = recalibrate(pit, pit, forecasts=4_000.0)
    low, high = stats.norm.ppf(found.level(np.array([0.1, 0.9])))
    fresh = draws.normal(0, 2, 20_000)
    assert np.mean((fresh >= low) & (fresh <= high)) == pytest.approx(0.8, abs=0.02)


def test_recalibration_leaves_a_good_forecast_nearly_alone_and_never_crosses() -> None:
    draws = np.random.default_rng(4)
    kept = 0
    for _ in range(100):
        pit = draws.random(60)
        found = recalibrate(pit, pit, forecasts=60.0)
        assert (np.diff(found.actual) >= 0).all()
        kept += bool(np.allclose(found.actual, found.nominal))
    assert kept >= 75  # P(60 x distance < 1/3) is 0.89 in the limit (Anderson and Darling 1952, table 1)


def test_recalibration_of_nothing_is_the_identity() -> None:
    none = np.array([])
    found = recalibrate(none, none, forecasts=0.0)
    assert found.probability(np.array([0.3])).tolist() == pytest.approx([0.3])
