"""Beds that take patients, from bounds day by day."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.twin.hospital.beds import bed_resources, bounds, open_beds, settled
from chairs.twin.hospital.reading import DAY, HospitalLog

pytestmark = pytest.mark.unit

FIRST = 19_359  # Monday 2 January 2023


def log_of(stays: list[tuple[float, float]], published: list[int]) -> HospitalLog:
    """Return the log of one ward from stays (days since the first midnight) and what is published."""
    start, end = (np.array(times) for times in zip(*stays, strict=True))
    table = pd.DataFrame({"unit": "A", "start": (FIRST + start) * DAY, "end": (FIRST + end) * DAY})
    return HospitalLog(
        visits=pd.DataFrame(), stays=table, cancelled=pd.DataFrame(), beds=np.array([published], dtype=float),
        wards=("A",), first=FIRST, last=FIRST + len(published) - 1, timezone="UTC",
    )  # fmt: skip


def test_free_beds_show_their_number_and_full_ones_bound_it():
    log = log_of([(0.5, 9.0), (0.6, 2.5), (2.6, 9.0), (2.01, 9.0)], [5, 2, 2, 3, 4])
    low, high = bounds(log, 0)
    assert high.tolist() == [5, 2, 2, 3, 4]
    # Days 0 and 4: two free at midnight. Day 1: nobody came. Day 2: two were taken when the third came at 14:24; who
    # came in the first hours had been promised his bed the day before. Day 3: full, and nobody came.
    assert low.tolist() == [5, 0, 2, 0, 0]


def test_an_open_end_is_a_bed_still_taken():
    log = log_of([(0.5, 1.5), (1.2, np.nan)], [9, 2, 2])
    assert bounds(log, 0)[0].tolist() == [9, 2, 0]


def test_a_weekend_of_a_closure_has_the_number_of_its_other_weekend_day():
    usual = np.array([10, 8, 8, 10, 10, 10, 10, 10, 8, 8, 10])
    low = np.array([10, 0, 6, 7, 7, 7, 7, 7, 3, 6, 10])
    high = np.array([10, 9, 6, 7, 7, 7, 7, 7, 7, 6, 10])
    assert settled(low, high, usual).tolist() == [10, 6, 6, 7, 7, 7, 7, 7, 6, 6, 10]


def test_a_full_day_before_a_closure_that_took_a_patient_to_its_last_bed_is_open():
    assert settled(np.array([10, 10, 7]), np.array([10, 10, 7]), np.full(3, 10)).tolist() == [10, 10, 7]


def test_more_than_usual_is_not_opened():
    published = [4] * 28
    published[9] = 6  # six lie there
    stays = [(8.5 + k / 100, 9.5) for k in range(6)] + [(0.5, 1.5)]
    assert open_beds(log_of(stays, published)).tolist() == [[4] * 28]


def test_a_ward_of_which_nothing_is_published_has_no_limit():
    log = replace(log_of([(0.5, 1.5)], [4] * 14), beds=np.full((1, 14), np.nan))
    (ward,) = bed_resources(log.wards, open_beds(log), log.first)
    assert ward.capacity is None
    assert ward.shifts == ward.closures == ()


def test_a_log_of_less_than_a_week_says_nothing_of_its_other_days():
    (ward,) = bed_resources(("A",), np.array([[4.0, 6.0, 5.0]]), FIRST)
    assert [(shift.at, shift.capacity) for shift in ward.shifts] == [(0.0, 4), (24.0, 6), (48.0, 5), (72.0, 6)]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40))
def test_settled_beds_lie_within_their_bounds_and_at_most_at_the_usual_number(days):
    low, high, usual = (np.array(one) for one in zip(*days, strict=True))
    low = np.minimum(low, high)
    found = settled(low, high, usual)
    assert (found <= np.minimum(high, usual)).all()
    assert (found >= np.minimum(low, usual)).all()
