"""Sliders as a scenario: means scaled exactly, names found, nothing moved is nothing changed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.twin.durations import Duration
from chairs.twin.hospital.levers import DAY, Levers, departments, noon_share, scaled, scenario_of, stations, wards

pytestmark = pytest.mark.unit


def test_the_parts_of_a_hospital_are_found(small_hospital):
    assert set(wards(small_hospital)) == {"A", "B"}
    assert departments(small_hospital) == ("ED",)
    assert stations(small_hospital) == {"ED nurse": False, "ED doctor": True}
    assert noon_share(small_hospital) == 0.25


def test_nothing_moved_is_an_empty_scenario(small_hospital):
    found = scenario_of(Levers(), small_hospital)
    assert (found.resources, found.arrivals, found.steps) == ({}, {}, {})


def test_each_lever_moves_what_it_names(small_hospital):
    levers = Levers(beds={"A": 2}, staff={"ED doctor": 1}, emergency=1.1, planned=0.9, stay=0.5, before_noon=0.4)
    found = scenario_of(levers, small_hospital)
    assert found.resources == {"A": {"more": 2}, "ED doctor": {"more": 1}}
    assert found.arrivals == {"ED home": {"factor": {"times": 1.1}}, "planned A": {"factor": {"times": 0.9}}}
    assert set(found.steps) == {"stay A", "stay B"}
    assert found.steps["stay A"]["lands"] == {"with": {"weights": [0.4, 0.6]}}
    assert "lands" not in found.steps["stay B"]  # leaves at any hour


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.floats(0.01, 1)), min_size=1, max_size=12, unique_by=lambda pair: pair[0]
    ),
    st.floats(0.3, 2.0),
)
def test_scaled_nights_stay_whole_and_their_mean_is_exact(pairs, factor):
    total = sum(weight for _, weight in pairs)
    weights = [weight / total for _, weight in pairs]
    stay = Duration(kind="empirical", values=tuple(n * DAY for n, _ in pairs), weights=tuple(weights))
    found = scaled(stay, factor)
    assert all(value % DAY == 0 for value in found.values)
    assert found.average() == pytest.approx(factor * stay.average(), rel=1e-6, abs=1e-3)


def test_other_stays_are_scaled_too():
    assert scaled(Duration(kind="lognormal", mean=100, cv=0.5), 1.2) == Duration(kind="lognormal", mean=120.0, cv=0.5)
    assert scaled(Duration(kind="empirical", values=(10.0, 30.0)), 0.5).values == (5.0, 15.0)
    parts = (Duration(kind="fixed", mean=10.0), Duration(kind="exponential", mean=20.0))
    mixed = Duration(kind="mixture", weights=(0.5, 0.5), parts=parts)
    assert scaled(mixed, 2.0).average() == 30.0
