"""Shrinkage, key drivers, case mix, shares and multiplicity: identities, brute force, rubbish."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats.case_mix import adjust_for_case_mix
from chairs.stats.estimate import REASONS
from chairs.stats.multiplicity import adjusted, q_values
from chairs.stats.relative_importance import relative_importance
from chairs.stats.shrinkage import shrink

pytestmark = pytest.mark.unit
SCORES, SE, N = (pd.Series(c, list("ABCDEF")) for c in (
    [78.0, 70, 72, 65, 74, 71], [4.0, 1, 1.2, 1, 4.1, 2.0], [12, 190, 130, 200, 12, 50],
))  # fmt: skip


def test_shrinkage_is_the_posterior_found_by_brute_force():
    found = shrink(SCORES, SE, N)
    v = found.within / N.to_numpy()
    tau, mean = np.linspace(0.005, 60, 1500), np.linspace(30, 115, 700)
    y = SCORES.to_numpy()
    spread = v[:, None] + tau**2
    gap = (y[:, None, None] - mean) ** 2 / spread[:, :, None]
    weight = np.exp(-0.5 * (gap.sum(axis=0) + np.log(spread).sum(axis=0)[:, None]) + 15)
    weight /= weight.sum()
    for j in range(6):
        keep = tau**2 / (tau**2 + v[j])
        centre = keep[:, None] * y[j] + (1 - keep)[:, None] * mean
        expected = float((weight * centre).sum())
        square = float((weight * (centre**2 + (keep * v[j])[:, None])).sum())
        row = found.table.iloc[j]
        assert row["shrunk"] == pytest.approx(expected, abs=0.01)
        assert (row["high"] - row["low"]) / 3.92 == pytest.approx((square - expected**2) ** 0.5, rel=0.01)


def test_shrinkage_orders_and_bounds():
    table = shrink(SCORES, SE, N).table
    assert table["reliability"].rank().tolist() == N.rank().tolist()
    assert ((table["shrunk"] - SCORES).abs() <= (SCORES - SCORES.mean()).abs() + 1).all()
    assert (table["rank_low"] <= table["rank"]).all()
    assert (table["rank"] <= table["rank_high"]).all()
    assert table.equals(shrink(SCORES, SE, N).table)
    found = shrink(SCORES, SE, N)
    n = found.needed(0.8)
    assert found.between / (found.between + found.within / n) == pytest.approx(0.8)


def test_scores_withheld_or_from_one_person_keep_their_row():
    scores, se = SCORES.copy(), SE.copy()
    scores["B"], se["E"] = np.nan, np.nan
    table = shrink(scores, se, N.where(N.index != "E", 1)).table
    assert table.loc["B"].isna().all()
    assert table.loc["E"].notna().all()
    assert table["rank_high"].max() <= 5
    assert table.loc["E", "reliability"] < 0.1


def test_scores_that_cannot_be_shrunk_have_a_reason():
    assert shrink(SCORES.head(3), SE.head(3), N.head(3)).reason == "too_few"
    assert shrink(SCORES, SE * np.nan, N).reason == "too_few"
    assert shrink(SCORES, SE * 0, N).reason == "no_variance"
    same = shrink(SCORES * 0 + 70, SE, N)
    assert same.between == 0
    assert (same.table["reliability"] == 0).all()
    assert np.ptp(same.table["shrunk"]) < 1e-9
    assert same.needed(0.8) == np.inf


def driven(n: int = 200) -> pd.DataFrame:
    random = stream(8, "drivers")
    x = random.standard_normal((n, 4)) @ np.array([[1, 0.5, 0, 0], [0, 1, 0.3, 0], [0, 0, 1, 0], [0.2, 0, 0, 1]])
    table = pd.DataFrame(x, columns=list("abcd")).assign(site=np.repeat(np.arange(n // 10), 10))
    return table.assign(y=table["a"] + 0.5 * table["c"] + random.standard_normal(n))


def explained(table: pd.DataFrame, columns: list[str]) -> float:
    x = np.column_stack([np.ones(len(table)), table[columns]])
    rest = table["y"] - x @ np.linalg.lstsq(x, table["y"].to_numpy(), rcond=None)[0]
    return 1 - float((rest**2).sum() / ((table["y"] - table["y"].mean()) ** 2).sum())


def test_lmg_is_the_mean_gain_over_all_orders():
    table = driven()
    gains = dict.fromkeys("abcd", 0.0)
    for order in permutations("abcd"):
        for k, name in enumerate(order):
            gains[name] += (explained(table, list(order[: k + 1])) - explained(table, list(order[:k]))) / 24
    found = relative_importance(table, "y", list("abcd"), "site", draws=300)
    assert {d.term: d.lmg for d in found.drivers} == pytest.approx(gains)
    assert found.r2 == pytest.approx(explained(table, list("abcd")))
    assert sum(d.johnson for d in found.drivers) == pytest.approx(found.r2)
    assert [d.lmg for d in found.drivers] == sorted((d.lmg for d in found.drivers), reverse=True)
    assert all(d.low < d.lmg < d.high + 0.02 for d in found.drivers)
    assert found == relative_importance(table, "y", list("abcd"), "site", draws=300)


def test_answers_that_repeat_in_a_cluster_widen_the_interval():
    table = driven()
    copied = pd.concat([table] * 8, ignore_index=True).assign(group=lambda t: t.index % 200)
    naive = relative_importance(copied, "y", list("abcd"), draws=300).drivers[0]
    careful = relative_importance(copied, "y", list("abcd"), "group", draws=300).drivers[0]
    assert careful.lmg == naive.lmg
    assert careful.high - careful.low > 2 * (naive.high - naive.low)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [({"a": 1.0}, "collinear"), ({"y": 2.0}, "constant_outcome"), ({"a": np.nan}, "too_few")],
)
def test_drivers_that_cannot_be_told_apart_have_a_reason(changed, reason):
    assert relative_importance(driven().assign(**changed), "y", list("abcd")).reason == reason


def test_drivers_determined_by_others_and_few_clusters():
    table = driven().assign(d=lambda t: t["a"] - 2 * t["b"])
    assert relative_importance(table, "y", list("abcd")).reason == "collinear"
    few = relative_importance(driven().assign(site=lambda t: t["site"] % 5), "y", list("abc"), "site")
    assert few.clusters == 5
    assert all(np.isnan(d.low) and d.lmg >= 0 for d in few.drivers)


@pytest.mark.parametrize("many", [1, 2, 7])
def test_shares_without_an_interval_say_why(many):
    table = driven().assign(site=lambda t: t["site"] % many)
    found = relative_importance(table, "y", list("abc"), "site", draws=200)
    assert found.reason == "few_to_resample"
    assert "sans intervalle" in REASONS[found.reason].fr
    assert sum(d.lmg for d in found.drivers) == pytest.approx(found.r2)
    assert relative_importance(table, "y", list("abc"), "site", draws=0).reason is None  # nobody asked
    assert relative_importance(driven(), "y", list("abc"), "site", draws=200).reason is None


def test_case_mix_leaves_equals_equal_and_removes_what_patients_explain():
    random = stream(9, "mix")
    site = np.repeat(np.arange(10), 200)
    age = random.standard_normal(2000) + 0.5 * site
    table = pd.DataFrame({"site": site, "age": age, "sex": random.choice(["f", "m"], 2000)})
    table["score"] = 70 + 2 * age + 3.0 * (table["sex"] == "m") + 0.1 * random.standard_normal(2000)
    found = adjust_for_case_mix(table, "score", "site", ["age"], ["sex"])
    assert found.table["mean"].std() > 2
    assert found.table["adjusted"].std() < 0.05
    assert [c.term for c in found.coefficients] == ["age", "sex[m]"]
    assert found.coefficients[0].low < 2 < found.coefficients[0].high
    weighted = (found.table["adjusted"] * found.table["n"]).sum() / 2000
    assert weighted == pytest.approx(table["score"].mean())  # adjusting moves patients about, not the mean of all
    with_beds = adjust_for_case_mix(table.assign(beds=site * 10.0), "score", "site", ["age", "beds"], ["sex"])
    assert [c.reason for c in with_beds.coefficients] == [None, "collinear", None]
    assert with_beds.table["adjusted"].tolist() == pytest.approx(found.table["adjusted"].tolist())


def test_case_mix_without_an_answer_has_a_reason():
    table = pd.DataFrame({"site": list("aabb"), "age": [1.0, 2, 1, 2], "score": [1.0, 2, 3, 5]})
    assert adjust_for_case_mix(table, "score", "site").reason == "too_few"
    assert adjust_for_case_mix(table.head(2), "score", "site", ["age"]).reason == "too_few"
    big = pd.concat([table] * 5, ignore_index=True)
    assert adjust_for_case_mix(big.assign(site="a"), "score", "site", ["age"]).reason == "one_cluster"
    assert adjust_for_case_mix(big.assign(score=1.0), "score", "site", ["age"]).reason == "constant_outcome"
    assert adjust_for_case_mix(big.assign(age=1.0), "score", "site", ["age"]).reason == "no_within_variation"


@settings(deadline=None)  # the first call imports statsmodels
@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=20))
def test_multiplicity_keeps_order_missing_values_and_its_hierarchy(p):
    known = ~np.isnan(p)
    found = {m: adjusted(p, m) for m in ("bonferroni", "holm", "hochberg", "BH", "BY")}
    for values in found.values():
        assert (np.isnan(values) == ~known).all()
        assert (values[known] >= np.array(p)[known] - 1e-12).all()
        assert (values[known] <= 1).all()
    for smaller, larger in (("hochberg", "holm"), ("holm", "bonferroni"), ("BH", "hochberg"), ("BH", "BY")):
        assert (found[smaller][known] <= found[larger][known] + 1e-12).all()
    assert np.array_equal(found["BH"], q_values(p), equal_nan=True)


@pytest.mark.parametrize("p", [[-0.1, 0.5], [0.2, 1.5]])
def test_a_p_value_outside_its_range_is_refused(p):
    with pytest.raises(DataError):
        q_values(p)


@pytest.mark.parametrize("method", ["fdr", "bh", "", None])
def test_an_unknown_correction_is_refused_and_not_taken_for_another(method):
    with pytest.raises(SettingError, match="BH, BY, bonferroni, hochberg, holm"):
        adjusted([0.01, 0.2], method)
    with pytest.raises(DataError, match="not a number"):
        adjusted(["a"], "BH")


def test_scores_are_paired_with_their_errors_by_name():
    turned = shrink(SCORES, SE[::-1], N.sample(frac=1, random_state=3))
    assert turned.table.equals(shrink(SCORES, SE, N).table)
    without = shrink(SCORES, SE.drop("C"), N)
    assert without.table.notna().all(axis=None)  # the variance of respondents is that of the others
    assert shrink(SCORES, SE, N.drop("C")).table.loc["C"].isna().all()
    twice = SE.set_axis(list("AABBCC"))
    with pytest.raises(DataError, match='column "se": establishment named twice'):
        shrink(SCORES, twice, N)
    with pytest.raises(DataError, match="negative standard error"):
        shrink(SCORES, -SE, N)
    with pytest.raises(DataError, match="not numeric"):
        shrink(SCORES.astype(str), SE, N)
