"""Staggered programmes: closed forms on balanced panels, another library, and designs without an answer."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from chairs.core.streams import stream
from chairs.stats.cluster_robust import sandwich
from chairs.stats.difference_in_differences import event_study
from chairs.stats.joint_test import joint_test

pytestmark = pytest.mark.unit
COLUMNS = ("score", "site", "year", "start")


def panel(sites: int = 24, years: int = 6) -> pd.DataFrame:
    random = stream(4, "panel")
    site, year = (a.ravel() for a in np.meshgrid(np.arange(sites), np.arange(1, years + 1), indexing="ij"))
    start = np.array([0, 0, 3, 4])[site % 4]
    level = 5 * random.standard_normal(sites)[site]
    effect = np.where((start > 0) & (year >= start), 2.0 + year - start, 0.0)
    score = 70 + level + year + effect + random.standard_normal(len(site))
    return pd.DataFrame({"site": site, "year": year, "start": start, "score": score, "age": random.random(len(site))})


def test_in_a_balanced_panel_it_is_the_difference_of_differences():
    table = panel()
    wide = table.pivot_table(index="site", columns="year", values="score")
    start = table.groupby("site")["start"].first()
    study = event_study(table, *COLUMNS)
    for event, estimate in study.events:
        parts = []
        for cohort in (3, 4):
            if 1 <= cohort + event <= 6:
                gap = wide[cohort + event] - wide[cohort - 1]
                parts.append(gap[start == cohort].mean() - gap[start == 0].mean())
        assert estimate.estimate == pytest.approx(np.mean(parts))  # cohorts of equal size
    assert [event for event, _ in study.events] == [-3, -2, 0, 1, 2, 3]
    after = {0: 2, 1: 2, 2: 2, 3: 1}
    hand = sum(study.at(e).estimate * k for e, k in after.items()) / 7
    assert study.overall.estimate == pytest.approx(hand)
    assert (study.joined, study.never, study.left_out) == (12, 12, 0)


@pytest.mark.nightly
@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
def test_the_saturated_event_study_of_pyfixest_agrees():
    import pyfixest as pf

    table = panel().assign(g=lambda t: t["start"].astype(float))
    other = pf.event_study(table, "score", "site", "year", "g", estimator="saturated", cluster="site").aggregate()
    for event, estimate in event_study(table, *COLUMNS).events:
        assert estimate.estimate == pytest.approx(float(other.loc[event, "Estimate"]))
        assert estimate.se == pytest.approx(float(other.loc[event, "Std. Error"]), rel=0.1)  # CR1 there, CR2 here


def test_rows_in_any_order_and_any_names_give_the_same():
    table = panel()
    shuffled = table.sample(frac=1, random_state=1).assign(site=lambda t: "h" + t["site"].astype(str).str.zfill(3))
    one, other = event_study(table, *COLUMNS), event_study(shuffled, *COLUMNS)
    assert other.at(1).estimate == pytest.approx(one.at(1).estimate)
    assert other.at(1).se == pytest.approx(one.at(1).se)


def test_establishments_never_seen_before_or_after_are_left_out():
    table = panel()
    table.loc[table["site"] == 2, "start"] = 1
    table.loc[table["site"] == 3, "start"] = 9
    table.loc[table["site"] == 0, "start"] = np.nan
    study = event_study(table, *COLUMNS)
    assert (study.joined, study.never, study.left_out) == (10, 12, 2)


def test_years_without_anyone_who_never_joined_are_not_compared():
    table = panel()
    study = event_study(table[(table["start"] > 0) | (table["year"] < 6)], *COLUMNS)
    assert [event for event, _ in study.events] == [-3, -2, 0, 1, 2]


def test_collinear_and_missing_covariates_do_no_harm():
    table = panel().assign(twice=lambda t: 2 * t["age"], one=1.0)
    with_age = event_study(table, *COLUMNS, ["age"])
    assert event_study(table, *COLUMNS, ["age", "twice", "one"]).at(0) == with_age.at(0)
    table.loc[5, "age"] = np.nan
    assert event_study(table, *COLUMNS, ["age"]).at(0).n == len(table) - 1


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"start": 3}, "no_control"),
        ({"start": 0}, "no_before"),
        ({"start": 1}, "no_control"),
        ({"score": 5.0}, "constant_outcome"),
    ],
)
def test_designs_without_an_answer_have_a_reason(changed, reason):
    study = event_study(panel().assign(**changed), *COLUMNS)
    assert (study.reason, study.events, study.overall) == (reason, (), None)


def test_one_establishment_that_joined_is_an_anecdote():
    table = panel()
    table.loc[(table["start"] > 0) & (table["site"] != 2), "start"] = 0
    assert event_study(table, *COLUMNS).reason == "few_effective_clusters"


def test_a_joint_test_of_one_coefficient_is_the_t_test():
    random = stream(2, "joint")
    x = random.standard_normal((12, 7, 3))
    y = random.standard_normal((12, 7))
    gram, xy = np.einsum("gik,gil->gkl", x, x), np.einsum("gik,gi->gk", x, y)
    beta = np.linalg.solve(gram.sum(0), xy.sum(0))
    score = xy - gram @ beta
    fit, one = sandwich(gram, score), joint_test(gram, score, beta, [1])
    assert one.df_error == pytest.approx(fit.df[1])
    assert one.statistic == pytest.approx(beta[1] ** 2 / fit.covariance[1, 1])
    turned = np.array([[1, 2, 0], [0, 1, 0], [0, 1, 1.0]])
    back = np.linalg.inv(turned)
    again = joint_test(back.T @ gram @ back, score @ back, turned @ beta, [0, 1])
    plain = joint_test(gram, score, beta, [0, 1])
    assert again.p == pytest.approx(plain.p)  # the same hypothesis in other words
    assert joint_test(gram[:3], score[:3], beta, [0, 1, 2]) is None


def test_a_covariate_that_says_who_is_exposed_when_is_collinear():
    rows = [(f"h{j}", t, (0, 0, 0, 0, 2, 2, 3, 3)[j]) for j in range(8) for t in range(1, 6)]
    panel = pd.DataFrame(rows, columns=["site", "year", "start"])
    exposed = (panel["start"] > 0) & (panel["year"] >= panel["start"])
    rng = np.random.default_rng(5)
    panel["score"] = 70 + 2.0 * exposed + rng.normal(size=len(panel))
    panel["copy"], panel["other"] = 2.0 * exposed + 5, rng.normal(size=len(panel))
    study = event_study(panel, "score", "site", "year", "start", covariates=["other", "copy"])
    assert (study.reason, study.overall) == ("collinear", None)
    assert event_study(panel, "score", "site", "year", "start", covariates=["other"]).reason is None
