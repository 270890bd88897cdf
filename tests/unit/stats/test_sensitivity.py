"""Unobserved confounding: published tables, identities that define the measures, planted selection."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import stdtrit

from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream
from chairs.stats.case_mix import adjust_for_case_mix
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.proportional_selection import oster
from chairs.stats.relative_importance import relative_importance
from chairs.stats.sensitivity import adjusted_for, e_value, partial_r2, ratio_of, robustness_value, sensitivity

pytestmark = pytest.mark.unit


@given(st.floats(0.1, 40), st.integers(10, 5000))
def test_a_confounder_as_strong_as_the_robustness_value_leaves_nothing(t, df):
    result = estimated(Estimate(term="x", n=df + 2), t, 1.0, df)
    strength = robustness_value(t, df)
    assert 0 < strength < 1
    assert adjusted_for(result, strength, strength).estimate == pytest.approx(0, abs=1e-6 * t)
    weaker = robustness_value(t, df, alpha=0.05)
    assert weaker <= strength
    if weaker > 0 and math.sqrt(t * t / df) <= math.sqrt(df - 1) / stdtrit(df - 1, 0.975):
        left = adjusted_for(result, weaker, weaker)
        assert left.estimate / left.se == pytest.approx(float(stdtrit(df - 1, 0.975)), rel=1e-6)


def test_an_association_that_is_not_significant_has_no_significant_robustness():
    assert robustness_value(1.2, 100, alpha=0.05) == 0
    assert robustness_value(0.0, 100) == 0
    assert math.isnan(robustness_value(float("nan"), 100))
    assert partial_r2(2.0, 96) == pytest.approx(0.04)


@given(st.floats(0.01, 100))
def test_e_values_do_not_depend_on_the_direction(ratio):
    assert e_value(ratio)[0] == pytest.approx(e_value(1 / ratio)[0])
    assert e_value(ratio)[0] >= 1


def test_e_values_at_their_edges():
    assert e_value(1.0, 0.8, 1.3) == (1.0, 1.0)
    assert e_value(0.8, 0.7, 0.9)[1] == pytest.approx(1 / 0.9 + math.sqrt(1 / 0.9 * (1 / 0.9 - 1)))
    assert math.isnan(e_value(-1.0)[0])
    assert math.isnan(e_value(2.0)[1])
    assert ratio_of(0.0) == 1


def test_rubbish_has_a_reason():
    random = stream(1, "rubbish")
    table = pd.DataFrame(random.standard_normal((30, 3)), columns=["y", "d", "x"])
    assert sensitivity(table.assign(d=1.0), "y", "d", ["x"]).result.reason == "constant_exposure"
    assert sensitivity(table.assign(y=1.0), "y", "d", ["x"]).result.reason == "constant_outcome"
    assert sensitivity(table.assign(x=table["d"]), "y", "d", ["x"]).result.reason == "collinear"
    assert sensitivity(table.head(4), "y", "d", ["x"]).result.reason == "too_few"
    assert oster(table.assign(d=1.0), "y", "d", ["x"]).reason == "constant_exposure"
    assert oster(table.assign(y=1.0), "y", "d", ["x"]).reason == "constant_outcome"
    assert oster(table.assign(x=table["d"]), "y", "d", ["x"]).reason == "collinear"
    assert oster(table.head(4), "y", "d", ["x"]).reason == "too_few"
    doubled = sensitivity(table.assign(z=2 * table["x"]), "y", "d", ["x", "z"], ["x"])
    assert doubled.result == sensitivity(table, "y", "d", ["x"]).result
    assert len(doubled.bounds) == 3


def planted(delta: float, n: int = 400) -> tuple[pd.DataFrame, float]:
    """Build data in which the effect is 0 and the unobserved selects exactly `delta` times as the observed does.

    Observed and unobserved indices w1 and w2 are orthogonal; Oster's delta is the ratio of cov(w, d)/var(w).
    """
    random = stream(2, "planted", str(delta))
    basis = np.linalg.qr(np.column_stack([np.ones(n), random.standard_normal((n, 4))]))[0][:, 1:] * math.sqrt(n)
    w1, w2 = 1.0 * basis[:, 0], 1.5 * basis[:, 1]
    d = 0.6 * w1 + delta * 0.6 * w2 + basis[:, 2]
    y = w1 + w2 + 0.8 * basis[:, 3]
    full = np.column_stack([d, w1, w2])
    rest = y - full @ np.linalg.lstsq(full, y, rcond=None)[0]
    return pd.DataFrame({"y": y, "d": d, "w1": w1}), 1 - float(rest @ rest) / float(y @ y)


@pytest.mark.parametrize("delta", [0.3, 0.5, 1.0, 2.0, -0.4])
def test_oster_finds_the_planted_selection(delta):
    table, whole = planted(delta)
    found = oster(table, "y", "d", ["w1"], r2_max=whole)
    assert found.delta == pytest.approx(delta, rel=1e-6)


def test_oster_takes_fixed_columns_out_first():
    table, whole = planted(0.5)
    year = stream(9, "years").integers(0, 4, len(table))
    dummies = pd.get_dummies(year, prefix="y", dtype=float).iloc[:, 1:]
    shifted = table.join(dummies).assign(y=table["y"] + 10.0 * year)
    assert oster(shifted, "y", "d", ["w1"], list(dummies.columns), r2_max=1.0).delta == pytest.approx(
        oster(table, "y", "d", ["w1"], r2_max=1.0).delta, rel=0.05
    )
    assert oster(table, "y", "d", ["w1"]).r2_max == pytest.approx(min(1, 1.3 * oster(table, "y", "d", ["w1"]).long_r2))
    assert whole < 1


def test_an_outcome_that_is_reproduced_exactly_has_no_robustness():
    random = stream(1, "exact")
    table = pd.DataFrame(random.standard_normal((50, 2)), columns=["d", "x"])
    for y, covariates in ((2 * table["d"] + table["x"], ["x"]), (2 * table["d"] + 1e-8 * table["x"], [])):
        found = sensitivity(table.assign(y=y), "y", "d", covariates, covariates)
        assert (found.result.reason, found.result.low, found.bounds) == ("no_variance", None, ())
        assert found.result.estimate == pytest.approx(2)
        assert math.isnan(found.robustness)
        assert math.isnan(found.robustness_significant)
    assert oster(table.assign(y=2 * table["d"] + table["x"]), "y", "d", ["x"]).reason == "no_variance"


@pytest.mark.parametrize("t", [1e3, 1e6, 1e9, 1e12])
def test_the_robustness_of_a_huge_t_goes_to_1(t):
    assert robustness_value(t, 50) == pytest.approx(1 - 1 / (t * t / 50), abs=1e-6)
    assert robustness_value(t, 50) >= robustness_value(t, 50, alpha=0.05) - 1e-12


def test_text_is_refused_and_an_infinite_number_is_a_missing_one():
    random = stream(1, "rubbish")
    table = pd.DataFrame(random.standard_normal((40, 3)), columns=["y", "d", "x"])
    far = table.assign(x=[math.inf, *table["x"][1:]])
    assert sensitivity(far, "y", "d", ["x"]).result == sensitivity(table[1:], "y", "d", ["x"]).result
    assert oster(far, "y", "d", ["x"]) == oster(table[1:], "y", "d", ["x"])
    one, other = (relative_importance(rows, "y", ["d", "x"], draws=0) for rows in (far, table[1:]))
    assert (one.n, [driver.lmg for driver in one.drivers]) == (39, [driver.lmg for driver in other.drivers])
    for call in (sensitivity, oster):
        with pytest.raises(DataError, match='column "x": the column is not numeric'):
            call(table.assign(x="high"), "y", "d", ["x"])
    with pytest.raises(DataError, match='column "y": the column is not numeric'):
        relative_importance(table.assign(y="high"), "y", ["d", "x"])
    with pytest.raises(SettingError, match="unknown column"):
        relative_importance(table, "y", ["d", "z"])


def test_the_case_mix_of_rubbish_is_told():
    random = stream(1, "case mix")
    table = pd.DataFrame({"site": list("AABBCCDD") * 5, "age": random.normal(60, 9, 40), "y": random.normal(70, 5, 40)})
    far = table.assign(age=[math.inf, *table["age"][1:]])
    one, other = (adjust_for_case_mix(rows, "y", "site", ["age"]) for rows in (far, table[1:]))
    assert one.coefficients == other.coefficients
    assert one.table.equals(other.table)
    exact = adjust_for_case_mix(table.assign(y=2 * table["age"]), "y", "site", ["age"])
    assert (exact.coefficients[0].reason, exact.coefficients[0].low) == ("no_variance", None)
    assert exact.table["adjusted"].to_numpy() == pytest.approx(2 * table["age"].mean())
    for name in ("age", "y"):
        with pytest.raises(DataError, match=f'column "{name}": the column is not numeric'):
            adjust_for_case_mix(table.assign(**{name: "high"}), "y", "site", ["age"])
