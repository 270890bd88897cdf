"""Forecasts of the emergency arrivals of Iowa (2013-2018): the last 365 days, rolling origins, against its notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.flow.forecasting.backtest import backtest
from chairs.flow.forecasting.days import Place
from chairs.flow.forecasting.rehearsal import Forecaster
from chairs.flow.forecasting.series import regular
from chairs.stats.scoring_rules import CRPS_LEVELS, quantile_crps

pytestmark = pytest.mark.reference

LEVELS = np.array(CRPS_LEVELS)


@pytest.fixture(scope="module")
def arrivals(mirror: Path) -> pd.DataFrame:
    path = mirror / "ed-arrivals-iowa" / "uihc_ed_arrivals_hourly.csv.gz"
    if not path.is_file():
        pytest.skip("the mirror has no arrivals of Iowa")
    return pd.read_csv(path, parse_dates=["ds"])


def origins(length: int, year: int, count: int, horizon: int) -> np.ndarray:
    return np.linspace(length - year, length - horizon, count).astype(int)


def skill(arrivals: pd.DataFrame, freq: str, horizon: int, count: int) -> pd.DataFrame:
    known = regular(arrivals["ds"].dt.tz_localize("UTC"), arrivals["y"], freq)
    length = len(known.observed)
    found = backtest(
        Forecaster(series=known, places=(Place(country="US"),), horizon=horizon, latest=length),
        origins(length, 365 if freq == "d" else 8_760, count, horizon),
    )
    return found[(found["from_lead"] == 1) & (found["to_lead"] == horizon)].set_index("model")


def test_the_scores_are_on_the_scale_of_the_notes(arrivals: pd.DataFrame) -> None:
    """The rules whose CRPS its notes give: same hour of the week, over all weeks before and over the last 26."""
    values = arrivals["y"].to_numpy()
    scores: dict[int, list[np.ndarray]] = {0: [], 26: []}
    for origin in origins(len(values), 8_760, 40, 48):
        for weeks, found in scores.items():
            same = [values[np.arange(step % 168, origin, 168)][-weeks:] for step in range(origin, origin + 48)]
            quantiles = np.array([np.quantile(known, LEVELS) for known in same])
            found.append(quantile_crps(LEVELS, quantiles, values[origin : origin + 48]))
    assert round(float(np.mean(scores[0])), 3) == 1.553
    assert round(float(np.mean(scores[26])), 3) == 1.602


def test_days_beat_the_best_baseline_and_are_covered(arrivals: pd.DataFrame) -> None:
    found = skill(arrivals, "d", 7, 50)
    assert found.loc["combined", "crps"] <= 8.3  # the best of the table, ETS: 8.52
    assert found.loc["combined", "crps"] < 0.97 * found.loc["ets", "crps"]
    assert 0.75 <= found.loc["combined", "coverage_80"] <= 0.85
    assert 0.93 <= found.loc["combined", "coverage_95"] <= 0.97
    assert found.loc["snaive", "crps"] == pytest.approx(11.5, abs=0.2)  # theirs: 11.47


@pytest.mark.nightly
def test_hours_beat_the_best_rule_and_are_covered(arrivals: pd.DataFrame) -> None:
    found = skill(arrivals, "h", 48, 40)
    assert found.loc["combined", "crps"] <= 1.53  # the best rule of the notes: 1.553
    assert 0.77 <= found.loc["combined", "coverage_80"] <= 0.83
    assert 0.93 <= found.loc["combined", "coverage_95"] <= 0.97
