"""The further rungs of the ladder: planted effects are found, and a rung that is not valid says why."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import SettingError
from chairs.core.records import build
from chairs.core.streams import stream
from chairs.linking import writing
from chairs.linking.ladder import ladder
from chairs.linking.protocol import Protocol
from chairs.linking.verdict import verdicts
from chairs.stats.estimate import REASONS, Estimate

pytestmark = pytest.mark.unit
YEARS = range(2015, 2023)


def programme(sites: int = 60, effect: float = 2.0, drift: float = 0.0) -> pd.DataFrame:
    """Sites that join a programme in 2018 or 2020, or never; the joiners score higher anyway, and may drift."""
    random = stream(7, "programme")
    start = np.array([0, 2018, 2020])[np.arange(sites) % 3]
    level = random.standard_normal(sites) * 2 + 3 * (start > 0)
    rows = []
    for site in range(sites):
        for year in YEARS:
            inside = float(start[site] > 0 and year >= start[site])
            trend = drift * (year - 2015) * (start[site] > 0)
            score = 70 + level[site] + 0.3 * (year - 2015) + effect * inside + trend + random.standard_normal()
            rows.append([f"H{site:03d}", str(year), score, 100.0, inside, float(site % 2)])
    return pd.DataFrame(rows, columns=["establishment", "year", "outcome", "n", "exposure", "emergency=True"])


def rung(table: pd.DataFrame, name: Any) -> Estimate:
    return next(step.estimate for step in ladder(table, (name,)) if step.rung == name)


def test_a_planted_programme_is_found_and_the_pooled_comparison_is_not_to_be_believed() -> None:
    table = programme()
    found = rung(table, "staggered")
    assert found.low < 2.0 < found.high  # type: ignore[operator]
    assert found.estimate == pytest.approx(2.0, abs=3 * found.se)  # type: ignore[operator]
    pooled = next(step.estimate for step in ladder(table) if step.rung == "pooled")
    assert pooled.low > 2.0, "joiners score higher anyway: the planted trap"  # type: ignore[operator]


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (programme().assign(exposure=lambda t: t["exposure"] * 3.5), "not_a_programme"),
        (programme().assign(exposure=lambda t: 1 - t["exposure"]), "not_a_programme"),  # left, not joined
        (programme().query("exposure.groupby(establishment).transform('max') == 1"), "no_control"),
        (programme().query("year >= '2020'"), "no_before"),
        (programme(drift=1.5), "trends_before"),
        (programme().assign(outcome=70.0), "constant_outcome"),
        (programme(sites=6), "too_few"),
    ],
)
def test_a_programme_that_cannot_be_judged_says_why(table: pd.DataFrame, reason: str) -> None:
    found = rung(table.reset_index(drop=True), "staggered")
    assert found.estimate is None
    assert found.reason == reason
    assert REASONS[reason].fr
    assert REASONS[reason].en


def test_double_learning_takes_out_what_a_covariate_does() -> None:
    random = stream(9, "double")
    sites, years = 80, 4
    size = np.repeat(random.standard_normal(sites), years)
    exposure = size + random.standard_normal(sites * years)
    outcome = 70 + 0.7 * exposure + 2 * size + np.repeat(random.standard_normal(sites), years)
    table = pd.DataFrame({"establishment": np.repeat([f"H{i}" for i in range(sites)], years), "n": 100.0})
    table = table.assign(year=np.tile([str(y) for y in range(2018, 2022)], sites), outcome=outcome, exposure=exposure)
    found = rung(table.assign(size=size), "double_ml")
    assert found.low < 0.7 < found.high  # type: ignore[operator]
    assert found.clusters == sites
    alone = rung(table, "double_ml")
    assert alone.reason == "too_few", "without covariates there is nothing to learn"
    assert rung(table.assign(size=table["exposure"]), "double_ml").reason == "collinear"


def test_the_protocol_names_its_rungs_and_they_are_written(planted: Any) -> None:
    asked = {"estimand": "within", "lag": 0, "exposures": ["x"], "outcomes": ["i/d"], "future_exposure": False}
    data = {"name": "p", "study": "s", "question": {"fr": "?", "en": "?"}, "covariates": ["status"], **asked}
    protocol = build(Protocol, {**data, "ladder": ["staggered", "double_ml"]}, "p.yaml")
    found = verdicts(planted.panel(planted.Planted(), 1), protocol)
    table = writing.claim_steps(found, protocol).set_index("rung")
    assert table.loc["staggered", "reason"] == "not_a_programme"
    assert table.loc["staggered", "level"] == "change"
    assert {"staggered", "double_ml", "two_way"} <= set(table.index)
    assert found[0].primary.estimate == pytest.approx(1.0, abs=0.2), "further rungs leave the declared one alone"
    with pytest.raises(SettingError, match="ladder"):
        build(Protocol, {**data, "ladder": ["magic"]}, "p.yaml")
