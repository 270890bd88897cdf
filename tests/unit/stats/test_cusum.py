"""Cumulative sums: run lengths against the published ones and by redraws, alarms by hand."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.stats.cusum import cusum, limit_for, run_length

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(("limit", "steps"), [(4.0, 168.0), (5.0, 465.0)])
def test_two_sided_run_lengths_of_the_tables(limit: float, steps: float) -> None:
    """Montgomery, Introduction to Statistical Quality Control, table of the tabular CUSUM with reference 0.5."""
    assert run_length(limit, 0.5) / 2 == pytest.approx(steps, rel=0.01)


def test_the_limit_rings_as_rarely_as_asked() -> None:
    rng = np.random.default_rng(1)
    steps = 150_000
    for reference in (0.5, 1.0):
        rung = len(cusum(rng.standard_normal(steps), limit_for(500, reference), reference).alarms)
        assert rung <= 1.25 * steps / 500
        assert rung >= 0.5 * steps / 500


def test_a_shift_rings_on_its_side_and_is_dated() -> None:
    values = np.r_[np.zeros(30), np.full(10, -2.0)]
    found = cusum(values, limit=3.1, reference=1.0)
    assert found.alarms[0].side == "low"
    assert found.alarms[0].since == 29
    assert found.alarms[0].at == 33
    assert not found.high.any()


def test_one_odd_day_is_no_alarm() -> None:
    assert cusum([0.0, 12.0, 0.0, 0.0], limit=3.1, reference=1.0).alarms == ()
