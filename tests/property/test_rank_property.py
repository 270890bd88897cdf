"""Rank correlations keep their properties whatever the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.stats.multiplicity import q_values
from chairs.stats.rank import spearman

pytestmark = pytest.mark.property

numbers = st.lists(st.tuples(st.integers(-50, 50), st.integers(-50, 50)), min_size=0, max_size=60)


@given(numbers)
@settings(max_examples=60, deadline=None)
def test_only_the_order_counts_and_the_roles_are_alike(pairs):
    frame = pd.DataFrame(pairs, columns=["x", "y"], dtype=float)
    result = spearman(frame.x, frame.y)
    stretched = spearman(np.exp(frame.x / 10), frame.y * 3 - 7)
    swapped = spearman(frame.y, frame.x)
    mirrored = spearman(-frame.x, frame.y)
    assert result.reason == stretched.reason == swapped.reason == mirrored.reason
    if result.reason is None:
        assert -1 < result.low <= result.estimate <= result.high < 1
        assert 0 <= result.p <= 1
        assert stretched.estimate == pytest.approx(result.estimate, abs=1e-12)
        assert swapped.estimate == pytest.approx(result.estimate, abs=1e-12)
        assert mirrored.estimate == pytest.approx(-result.estimate, abs=1e-12)


@given(st.lists(st.one_of(st.floats(0, 1), st.just(float("nan"))), max_size=40))
@settings(max_examples=60, deadline=None)
def test_q_values_are_never_below_p_and_keep_their_order(p):
    q = q_values(p)
    known = ~np.isnan(p)
    assert (np.isnan(q) == ~known).all()
    assert (q[known] >= np.asarray(p)[known] - 1e-12).all()
    assert (q[known] <= 1).all()
    order = np.argsort(np.asarray(p)[known], kind="stable")
    assert (np.diff(q[known][order]) >= -1e-12).all()
