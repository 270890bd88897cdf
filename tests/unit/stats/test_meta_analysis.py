"""Several results together: the estimators against their own definitions, and what has no answer."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.stats.heterogeneity import fit, tau2
from chairs.stats.meta_analysis import egger, meta_analysis

pytestmark = pytest.mark.unit
METHODS = ("DL", "HE", "SJ", "PM", "ML", "REML")
Y = pd.Series([-0.9, -1.6, -0.2, 0.1, -1.4, 0.6])
V = pd.Series([0.3, 0.2, 0.05, 0.06, 0.1, 0.02])


def log_likelihood(y, v, x, t, restricted):
    found = fit(y, v, x, t)
    value = -0.5 * (np.log(v + t).sum() + found.residual)
    return value + (0.5 * np.linalg.slogdet(found.covariance)[1] if restricted else 0.0)


results = st.lists(st.tuples(st.floats(-3, 3), st.floats(0.01, 4), st.integers(0, 9)), min_size=4, max_size=25)


@given(results)
@settings(max_examples=25, deadline=None)
def test_each_estimator_satisfies_its_definition(rows):
    y, v, z = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    x = np.column_stack([np.ones(len(y)), z - z.mean()])
    x = x if np.ptp(z) > 0 else x[:, :1]
    for restricted, method in ((False, "ML"), (True, "REML")):
        best = tau2(y, v, x, method)
        assert best is not None
        here = log_likelihood(y, v, x, best, restricted)
        near = [best * 1.01 + 1e-6, max(best * 0.99 - 1e-6, 0.0)]
        assert all(log_likelihood(y, v, x, t, restricted) <= here + 1e-9 for t in near)
    free = len(y) - x.shape[1]
    root = tau2(y, v, x, "PM")
    assert root == 0 or fit(y, v, x, root).residual == pytest.approx(free, rel=1e-8)
    assert all(tau2(y, v, x, method) >= 0 for method in METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_a_unit_change_changes_nothing_else(method):
    plain, scaled = meta_analysis(Y, V, method=method), meta_analysis(10 * Y, 100 * V, method=method)
    assert scaled.mean.estimate == pytest.approx(10 * plain.mean.estimate)
    assert scaled.tau2 == pytest.approx(100 * plain.tau2)
    assert scaled.i2 == pytest.approx(plain.i2)
    assert scaled.q_p == pytest.approx(plain.q_p)


def test_results_that_do_not_differ_have_no_variance_between():
    same = pd.Series([1.0, 1.0, 1.0])
    for method in METHODS:
        whole = meta_analysis(same, pd.Series([0.1, 0.2, 0.3]), method=method)
        assert (whole.tau2, whole.i2, whole.q) == pytest.approx((0, 0, 0), abs=1e-9)
        assert whole.mean.estimate == pytest.approx(1)
        assert whole.tau2_low == 0


def test_studies_without_error_or_result_are_left_out():
    y, v = pd.concat([Y, pd.Series([3.0, np.nan, 2.0])], ignore_index=True), [*V, 0.0, 0.1, np.nan]
    assert meta_analysis(y, pd.Series(v)) == meta_analysis(Y, V)


@pytest.mark.parametrize("k", [0, 1])
def test_fewer_than_two_studies_have_a_reason(k):
    whole = meta_analysis(Y.head(k), V.head(k))
    assert (whole.reason, whole.mean.reason, whole.mean.estimate) == ("too_few", "too_few", None)


def test_three_studies_have_an_answer_and_a_wide_one():
    whole = meta_analysis(Y.tail(3), V.tail(3), knapp_hartung=True)
    assert whole.mean.df == 2
    assert whole.predicted[0] < whole.mean.low < whole.mean.high < whole.predicted[1]


def test_a_moderator_that_says_nothing_has_a_reason():
    whole = meta_analysis(Y, V, pd.DataFrame({"beds": [5.0] * 6}))
    assert whole.reason == "collinear"
    assert [term.reason for term in whole.terms] == ["collinear", "collinear"]
    assert math.isnan(whole.tau2)
    assert egger(Y, pd.Series([0.1] * 6)).reason == "collinear"


def test_fixed_effects_have_no_interval_for_a_new_study():
    assert meta_analysis(Y, V, method="FE").predicted is None
