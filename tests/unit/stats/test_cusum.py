"""Cumulative sums: run lengths against the published ones and by redraws, alarms by hand."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.stats.cusum import BLOCK, cusum, limit_by_blocks, limit_for, run_length

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


def test_a_gap_carries_both_sums_and_neither_hides_nor_rings() -> None:
    whole, gap = [2.0, 2.0, 2.0, 2.0], float("nan")
    found = cusum([2.0, gap, 2.0, 2.0, gap, gap, 2.0], limit=5.0)
    assert found.high.tolist() == [1.5, 1.5, 3.0, 4.5, 4.5, 4.5, 6.0]
    assert [(a.at, a.since, a.side) for a in found.alarms] == [(6, -1, "high")]
    assert [a.since for a in cusum(whole, limit=5.0).alarms] == [-1]
    assert cusum([-one for one in [2.0, gap, 2.0]], limit=5.0).low.tolist() == [1.5, 1.5, 3.0]
    after = cusum([3.0, 3.0, gap, 0.0], limit=4.0)  # a gap just after the alarm: the sum begins anew, and rings once
    assert (after.high.tolist(), len(after.alarms)) == ([2.5, 5.0, 0.0, 0.0], 1)


def test_the_limit_of_a_series_with_gaps_is_that_of_what_is_known() -> None:
    known = np.random.default_rng(2).standard_normal(3 * BLOCK)
    holed = np.insert(known, [5, 40, 40], np.nan)
    assert limit_by_blocks(holed, 500) == limit_by_blocks(known, 500)
