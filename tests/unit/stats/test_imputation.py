"""Imputation, Rubin's rules and tipping points: what is kept, what is drawn, what is refused."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.core.streams import stream
from chairs.stats.estimate import Estimate
from chairs.stats.imputation import impute
from chairs.stats.pooling import pool
from chairs.stats.survey_design import survey_design
from chairs.stats.survey_estimates import means, regression
from chairs.stats.tipping_point import tipping_point

pytestmark = pytest.mark.unit
COLUMNS = ["age", "sex", "size", "item", "score", "mode"]


def people(sites: int = 30, each: int = 20) -> pd.DataFrame:
    random = stream(3, "people")
    site = np.repeat(np.arange(sites), each)
    n = len(site)
    age = 60 + 5 * random.standard_normal(sites)[site] + 10 * random.standard_normal(n)
    size = (100 + 50 * random.standard_normal(sites))[site]
    score = 70 + 0.2 * (age - 60) + 0.05 * (size - 100) + 3 * random.standard_normal(sites)[site]
    score += 5 * random.standard_normal(n)
    table = pd.DataFrame({"site": [f"s{s:02d}" for s in site], "age": age, "size": size, "score": score})
    table["sex"] = np.where(random.random(n) < 1 / (1 + np.exp(-(score - 70) / 5)), "f", "m")
    table["item"] = np.clip(np.round((score - 40) / 10), 1, 5)
    table["mode"] = random.choice(["web", "paper", "phone"], n)
    for column, share in (("score", 0.3), ("sex", 0.2), ("item", 0.2), ("age", 0.1)):
        table.loc[random.random(n) < share, column] = None
    table.loc[table["site"].isin(["s03", "s11"]), "size"] = np.nan
    table.loc[table["site"] == "s05", "score"] = np.nan  # a whole establishment is silent
    return table


@pytest.fixture(scope="module")
def done():
    table = people()
    return table, impute(table, COLUMNS, "site", m=4, cycles=4, seed=1)


def test_known_values_stay_and_missing_ones_fit_their_column(done):
    table, found = done
    for one in found.tables:
        assert list(one.columns) == list(table.columns)
        assert not one[COLUMNS].isna().any().any()
        for column in COLUMNS:
            known = table[column].notna()
            assert (one.loc[known, column] == table.loc[known, column]).all()
        assert set(one["sex"]) == {"f", "m"}
        assert set(one["item"]) <= set(table["item"].dropna())
        assert one.groupby("site")["size"].agg(np.ptp).max() == 0
    assert found.filled["score"].sum() == table["score"].isna().sum()
    assert "mode" not in found.filled
    assert not found.tables[0]["score"].equals(found.tables[1]["score"])
    assert set(found.mixing) == {"age", "sex", "size", "item", "score"}
    assert 2 < found.residual["score"] < 3.5  # of 5, what the rounded item leaves


def test_the_same_seed_gives_the_same_tables(done):
    table, found = done
    again = impute(table, COLUMNS, "site", m=4, cycles=4, seed=1)
    other = impute(table, COLUMNS, "site", m=4, cycles=4, seed=2)
    assert all(a.equals(b) for a, b in zip(found.tables, again.tables, strict=True))
    assert not found.tables[0].equals(other.tables[0])


def test_a_complete_table_comes_back_as_it_was():
    table = people()[["site", "mode"]].assign(x=1.0, y=np.arange(600.0))
    found = impute(table, ["x", "y", "mode"], "site", m=2)
    assert found.tables[0].equals(table)
    assert list(found.filled.columns) == []


def test_links_between_and_within_establishments_both_survive():
    random = stream(5, "context")
    site = np.repeat(np.arange(150), 20)
    level = random.standard_normal(150)[site]
    own = random.standard_normal(len(site))
    table = pd.DataFrame(
        {"site": site, "x": level + own, "y": 3 * level - own + 0.5 * random.standard_normal(len(site))}
    )
    table.loc[random.random(len(site)) < 0.4, "y"] = np.nan
    for one in impute(table, ["x", "y"], "site", m=3).tables:
        mean = one.groupby("site")[["x", "y"]].transform("mean")
        apart = one[["x", "y"]] - mean
        assert np.polyfit(mean["x"], mean["y"], 1)[0] == pytest.approx(2.8, abs=0.25)
        assert np.polyfit(apart["x"], apart["y"], 1)[0] == pytest.approx(-1, abs=0.05)


@pytest.mark.parametrize(
    "broken",
    [
        {"score": np.nan},
        {"score": [5.0, np.nan] * 300},
        {"mode": ["web", "paper", "phone", None] * 150},
        {"site": [None, *["a"] * 599]},
    ],
)
def test_columns_that_cannot_be_completed_are_refused(broken):
    with pytest.raises(DataError) as error:
        impute(people().assign(**broken), COLUMNS, "site", m=2)
    assert next(iter(broken)) in str(error.value)


def test_one_establishment_and_collinear_predictors_are_no_obstacle():
    table = people(1, 60).assign(site="a", twice=lambda t: 2 * t["age"].fillna(60), score=lambda t: np.arange(60.0))
    table.loc[:20, "score"] = np.nan
    found = impute(table.assign(age=table["age"].fillna(60)), ["age", "twice", "score"], "site", m=2)
    assert np.isfinite(found.tables[1]["score"]).all()


def test_rubins_rules_at_their_edges():
    assert pool([1.0], [0.5]).result.reason == "too_few"
    assert pool([], []).result.reason == "too_few"
    with pytest.raises(DataError, match="same length"):
        pool([1.0, 2.0], [0.5])
    with pytest.raises(DataError, match='column "estimate": the column is not numeric'):
        pool(["a", "b"], [0.5, 0.5])
    assert pool([2.0, 2.0], [0.0, 0.0]).result.reason == "no_variance"
    agreed = pool([2.0, 2.0, 2.0], [0.25, 0.25, 0.25], complete_df=40)
    assert agreed.result.se == pytest.approx(0.5)
    assert agreed.result.df == pytest.approx(41 / 43 * 40)
    assert agreed.increase == 0
    failed = pool([1.0, np.nan, 2.0, 3.0], [0.5, 0.1, -1.0, 0.5])
    assert failed.imputations == 2
    assert failed.result.estimate == 2
    certain = pool([1.0, 2.0, 3.0], [0.0, 0.0, 0.0])
    assert certain.missing_information == 1
    assert math.isinf(certain.increase)


def test_an_analysis_that_fails_everywhere_gives_its_reason(done):
    _, found = done
    pooled = found.analyse(lambda table: Estimate(term="x", n=len(table), reason="collinear"))
    assert pooled.result.reason == "collinear"
    slope = found.analyse(lambda t: regression(t, "score", ["age"], survey_design(t, clusters="site"))[1])
    assert slope.result.low < 0.2 < slope.result.high
    assert slope.result.clusters == 30


def test_a_tipping_point_moves_the_silent_and_says_where_it_tips(done):
    _, found = done

    def mean(table: pd.DataFrame) -> Estimate:
        return means(table, ["score"], survey_design(table, clusters="site"))[0]

    here = found.analyse(mean).result
    tips = tipping_point(found, "score", mean, odds=2, steps=5, null=here.low - 0.3)
    assert tips.at_random.result == here
    estimates = [step.pooled.result.estimate for step in tips.steps]
    share = found.filled["score"].mean()
    assert np.diff(estimates) == pytest.approx(np.diff([step.delta for step in tips.steps]) * share)
    assert tips.steps[-1].delta == pytest.approx(-math.log(2) * found.residual["score"]) or estimates[0] > estimates[-1]
    assert tips.steps[0].odds == pytest.approx(0.5)
    assert tips.tips_at < 0
    assert math.isnan(tipping_point(found, "score", mean, steps=3, null=0.0).tips_at)
