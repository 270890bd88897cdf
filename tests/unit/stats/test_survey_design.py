"""Designs, weights and calibration: exact theory, raking by hand, and what cannot be answered."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats.survey_design import survey_design
from chairs.stats.survey_estimates import design_effect, means, ratio, regression
from chairs.stats.weighting import calibrate

pytestmark = pytest.mark.unit


def answers(n: int = 60) -> pd.DataFrame:
    random = stream(1, "answers")
    return pd.DataFrame(
        {
            "score": 70 + 10 * random.standard_normal(n),
            "sex": random.choice(["f", "m"], n),
            "age": random.choice(["young", "middle", "old"], n),
            "years": random.integers(18, 95, n).astype(float),
            "ward": random.integers(0, 12, n),
            "w": random.uniform(1, 5, n),
        }
    )


def test_the_variance_is_unbiased_over_every_stratified_sample_of_a_small_population():
    low, high = np.array([3.0, 5, 9, 11]), np.array([20.0, 26, 35])
    truth, errors, values = (low.sum() + high.sum()) / 7, [], []
    for a in combinations(low, 2):
        for b in combinations(high, 2):
            table = pd.DataFrame({"y": [*a, *b], "s": [0, 0, 1, 1], "w": [2, 2, 1.5, 1.5], "N": [4, 4, 3, 3]})
            one = means(table, ["y"], survey_design(table, weight="w", strata="s", population="N"))[0]
            values.append(one.estimate)
            errors.append(one.se**2)
    assert np.mean(values) == pytest.approx(truth)
    assert np.mean(errors) == pytest.approx(np.var(values))


def test_a_census_has_no_error():
    table = answers().assign(N=60)
    one = means(table, ["score"], survey_design(table, population="N"))[0]
    assert one.estimate == pytest.approx(table["score"].mean())
    assert one.reason == "no_variance"


def test_a_missing_answer_is_a_domain_and_not_another_design():
    table = answers()
    table.loc[table["ward"] < 4, "score"] = np.nan
    design = survey_design(table, weight="w", clusters="ward")
    one = means(table, ["score"], design)[0]
    other = means(table.fillna({"score": 0.0}), ["score"], design, where=table["score"].notna().to_numpy())[0]
    assert (one.estimate, one.se, one.df, one.n) == (other.estimate, other.se, other.df, other.n)
    assert design.df == 11
    assert one.df == 7  # of the 8 wards that answered, as `degf` of a subset in R: the others say nothing of the spread
    assert one.n == table["score"].notna().sum()


def test_a_stratum_with_one_unit_has_a_reason_unless_it_is_whole_or_centred():
    table = answers().assign(s=lambda t: (t.index == 0).astype(int), N=lambda t: np.where(t["s"] == 1, 1, 1000))
    alone = means(table, ["score"], survey_design(table, strata="s"))[0]
    assert (alone.reason, alone.se) == ("single_unit", None)
    assert alone.estimate == pytest.approx(table["score"].mean())
    assert "strate" in alone.say("fr")
    assert means(table, ["score"], survey_design(table, strata="s", lonely="centre"))[0].se > 0
    assert means(table, ["score"], survey_design(table, strata="s", population="N"))[0].se > 0


def test_what_cannot_be_answered_has_a_reason():
    table = answers()
    assert means(table.assign(ward=1), ["score"], survey_design(table.assign(ward=1), clusters="ward"))[0].reason == (
        "one_cluster"
    )
    assert means(table.assign(score=np.nan), ["score"], survey_design(table))[0].reason == "too_few"
    assert means(table.assign(score=3.0), ["score"], survey_design(table))[0].reason == "no_variance"
    assert ratio(table.assign(none=0.0), "score", "none", survey_design(table)).reason == "too_few"
    assert np.isnan(design_effect(table.assign(score=3.0), "score", survey_design(table)))


@pytest.mark.parametrize(
    ("changed", "arguments"),
    [
        ({"w": -1.0}, {"weight": "w"}),
        ({"w": np.nan}, {"weight": "w"}),
        ({"ward": None}, {"clusters": "ward"}),
        ({"N": 10}, {"population": "N"}),
        ({"N": np.nan}, {"population": "N"}),
    ],
)
def test_a_broken_design_is_refused_by_row_and_column(changed, arguments):
    table = answers().assign(**changed)
    with pytest.raises(DataError) as error:
        survey_design(table, **arguments)
    assert "row 2" in str(error.value)
    assert next(iter(arguments.values())) in str(error.value)


def test_a_collinear_covariate_has_a_reason_and_harms_no_other():
    table = answers().assign(twice=lambda t: 2 * t["years"], one=1.0)
    design = survey_design(table, weight="w", clusters="ward")
    found = {e.term: e for e in regression(table, "score", ["years", "twice", "one"], design)}
    alone = {e.term: e for e in regression(table, "score", ["years"], design)}
    assert found["twice"].reason == found["one"].reason == "collinear"
    assert found["years"] == alone["years"]
    assert {e.reason for e in regression(table.head(2), "score", ["years"], survey_design(table.head(2)))} == {
        "too_few"
    }


def test_no_clusters_no_weights_is_the_textbook_mean():
    table = answers()
    one = means(table, ["score"], survey_design(table))[0]
    assert one.se == pytest.approx(table["score"].std() / 60**0.5)
    assert design_effect(table, "score", survey_design(table)) == pytest.approx(1)


MARGINS = {"sex": {"f": 600, "m": 400}, "age": {"young": 200, "middle": 300, "old": 500}}


def test_raking_equals_proportional_fitting():
    table = answers()
    weight = table["w"].to_numpy(dtype=float).copy()
    for _ in range(500):
        for column, totals in MARGINS.items():
            for level, total in totals.items():
                rows = (table[column] == level).to_numpy()
                weight[rows] *= total / weight[rows].sum()
    raked = calibrate(table, survey_design(table, weight="w"), MARGINS)
    assert raked.reason is None
    assert raked.weight == pytest.approx(weight, rel=1e-8)


@pytest.mark.parametrize("distance", ["raking", "linear"])
def test_calibrated_totals_are_met_and_have_no_error(distance):
    table = answers()
    design = calibrate(table, survey_design(table, weight="w"), MARGINS | {"years": 57_000}, distance)
    assert design.weight @ table["years"] == pytest.approx(57_000)
    assert design.weight[(table["sex"] == "f").to_numpy()].sum() == pytest.approx(600)
    known = means(table, ["years"], design)[0]
    assert known.estimate == pytest.approx(57)
    assert known.se is None or known.se < 1e-6
    assert means(table, ["score"], design)[0].se > 0


def test_post_stratification_is_the_weighted_mean_of_the_classes():
    table = answers()
    design = calibrate(table, survey_design(table), {"age": MARGINS["age"]}, "linear")
    by_age = table.groupby("age")["score"].mean()
    hand = sum(by_age[level] * total for level, total in MARGINS["age"].items()) / 1000
    assert means(table, ["score"], design)[0].estimate == pytest.approx(hand)


@pytest.mark.parametrize(
    ("rows", "totals", "reason"),
    [
        (slice(None), {"age": {**MARGINS["age"], "very old": 10}}, "empty_margin"),
        (slice(None), {**MARGINS, "sex": {"f": 500, "m": 400}}, "unequal_margins"),
        (slice(None), {"(population)": 1000, "years": 1000 * 99}, "no_convergence"),
    ],
)
def test_weights_that_cannot_exist_have_a_reason_that_every_estimate_carries(rows, totals, reason):
    table = answers()[rows]
    design = calibrate(table, survey_design(table), totals)
    assert design.reason == reason
    one = means(table, ["score"], design)[0]
    assert (one.estimate, one.reason) == (None, reason)
    assert regression(table, "score", ["years"], design)[0].reason == reason


def test_margins_that_contradict_each_other_in_the_sample_do_not_converge():
    table = pd.DataFrame({"sex": ["f", "f", "m"], "age": ["young", "young", "old"], "score": [1.0, 2, 3]})
    totals = {"sex": {"f": 60, "m": 40}, "age": {"young": 30, "old": 70}}
    assert calibrate(table, survey_design(table), totals).reason == "no_convergence"
    assert calibrate(table, survey_design(table), totals, "linear").reason == "no_convergence"


@pytest.mark.parametrize("totals", [{"sex": {"f": 1000}}, {"nothing": 3.0}, {"years": 50_000.0, "(population)": 1000}])
def test_categories_and_columns_that_do_not_fit_are_refused(totals):
    table = answers()
    table.loc[3, "years"] = np.nan
    with pytest.raises(DataError):
        calibrate(table, survey_design(table), totals)


def test_a_second_calibration_starts_from_the_first():
    table = answers()
    once = calibrate(table, survey_design(table), {"age": MARGINS["age"]})
    twice = calibrate(table, once, MARGINS)
    assert len(twice.calibrations) == 2
    assert twice.weight[(table["sex"] == "m").to_numpy()].sum() == pytest.approx(400)
    assert means(table, ["score"], twice)[0].se > 0


@pytest.mark.parametrize("where", ["domain", "missing"])
def test_answers_of_one_cluster_only_have_no_error(where):
    table = answers()
    inside = (table["ward"] == 2).to_numpy()
    design = survey_design(table, clusters="ward")
    if where == "domain":
        one = means(table, ["score"], design, where=inside)[0]
    else:
        one = means(table.assign(score=table["score"].where(inside)), ["score"], design)[0]
    assert (one.reason, one.low, one.p, one.clusters) == ("one_cluster", None, None, 1)
    alone = means(table, ["score"], survey_design(table), where=np.arange(len(table)) == 3)[0]
    assert alone.reason == "too_few"


def test_one_answer_with_nearly_all_the_weight_has_no_error():
    table = answers().assign(huge=[1e12] + [1.0] * (len(answers()) - 1))
    design = survey_design(table, weight="huge")
    assert [means(table, ["score"], design)[0].reason] == ["one_unit"]
    assert {one.reason for one in regression(table.assign(x=np.arange(len(table))), "score", ["x"], design)} == {
        "one_unit"
    }
    usual = survey_design(table.assign(huge=[20.0] + [1.0] * (len(table) - 1)), weight="huge")
    assert means(table, ["score"], usual)[0].reason is None


def test_a_regression_on_an_exact_outcome_has_no_interval():
    table = answers().assign(x=lambda rows: np.arange(len(rows)) ** 0.5, y=lambda rows: 3 + 2 * rows["x"])
    found = regression(table, "y", ["x"], survey_design(table, clusters="ward"))
    assert [one.reason for one in found] == ["no_variance"] * 2
    assert found[1].estimate == pytest.approx(2)
    assert (found[1].low, found[1].p) == (None, None)
    alike = means(table.assign(y=0.1 + 0.2), ["y"], survey_design(table, clusters="ward"))[0]
    assert (alike.reason, alike.low) == ("no_variance", None)


def test_an_exposure_of_one_cluster_has_no_error_of_its_own():
    table, rng = answers(), np.random.default_rng(3)
    moves = rng.normal(size=len(table))
    design = survey_design(table, clusters="ward")
    for x in (np.where(table["ward"] == 2, moves, 0.0), (table["ward"] == 2) * 1.0):
        found = regression(table.assign(x=x, z=moves), "score", ["x", "z"], design)
        assert [one.reason for one in found] == [None, "one_unit", None]
    both = regression(table.assign(x=np.where(table["ward"] < 4, moves, 0.0)), "score", ["x"], design)
    assert both[1].reason is None


def test_text_absent_columns_and_empty_tables_are_told():
    table = answers()
    with pytest.raises(DataError, match="not numeric"):
        means(table.assign(score="high"), ["score"], survey_design(table))
    with pytest.raises(SettingError, match="unknown column"):
        means(table, ["mood"], survey_design(table))
    with pytest.raises(DataError, match="not numeric"):
        survey_design(table.assign(w="heavy"), weight="w")
    with pytest.raises(SettingError, match="centre, refuse"):
        survey_design(table, lonely="guess")
    assert means(table.head(0), ["score"], survey_design(table.head(0)))[0].reason == "too_few"


def test_totals_that_are_none_are_refused_in_words():
    table = answers()
    design = survey_design(table, weight="w")
    for totals, words in (
        ({}, "no population total"),
        ({"sex": {"f": 50, "m": float("nan")}}, '"sex": a population total is not a number'),
        ({"sex": {"f": 50, "m": "fifty"}}, '"sex": a population total is not a number'),
        ({"years": float("inf")}, '"years": a population total is not a number'),
    ):
        with pytest.raises(SettingError, match=words):
            calibrate(table, design, totals)
    with pytest.raises(DataError, match='column "sex": the column is not numeric'):
        calibrate(table, design, {"sex": 10.0})
    with pytest.raises(SettingError, match="linear, raking"):
        calibrate(table, design, {"years": 10.0}, "nearest")
