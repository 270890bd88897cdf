"""The log that a hospital's model writes: held against the event log of the same run, and read again."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from chairs.twin.hospital.logged import WARM_UP, Logged, logged
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.simulate import simulate

pytestmark = pytest.mark.unit

FIRST, DAYS = 19_700, 60  # 9 December 2023


@pytest.fixture(scope="module")
def days() -> HospitalLog:
    none = pd.DataFrame({"case_id": np.empty(0)})
    return HospitalLog(
        visits=none, stays=none, cancelled=none, beds=np.full((2, DAYS), 9.0), wards=("A", "B"), first=FIRST,
        last=FIRST + DAYS - 1, timezone="Europe/Paris",
    )  # fmt: skip


@pytest.fixture(scope="module")
def found(small_hospital, days) -> Logged:
    return logged(small_hospital, days, 3, seed=1)


@pytest.fixture(scope="module")
def told(small_hospital) -> pd.DataFrame:
    """The event log of the same run, from the first of the days on, in minutes since 1970."""
    midnight = dt.datetime(2023, 12, 9, tzinfo=ZoneInfo("Europe/Paris"))
    start = midnight - dt.timedelta(days=WARM_UP)
    run = simulate(small_hospital, start=start, horizon=(WARM_UP + DAYS) * 1440.0, seed=2_000_009)
    events = run.events
    for name in ("requested", "start", "end"):
        whole = events[name].to_numpy("M8[us]")
        events[name] = np.where(np.isnat(whole), np.nan, whole.astype(np.int64) / 60e6)
    return events.assign(first=midnight.timestamp() / 60)


def test_visits_are_those_of_the_event_log(found, told):
    arrived = told[(told["activity"] == "arrival") & told["case_id"].str.startswith("ED")]
    arrived = arrived[arrived["start"] >= arrived["first"]]
    visits = found.log.visits
    np.testing.assert_allclose(visits["arrival"], np.sort(arrived["start"]), atol=1e-4)
    assert set(visits["unit"]) == {"ED"}
    assert set(visits["level"]) == {"1"}
    for step, resource in (("first_doctor", "ED doctor"), ("triage", "ED nurse")):
        held = told[(told["resource"] == resource) & told["case_id"].isin(arrived["case_id"])]
        for name in ("requested", "start", "end"):
            there = np.sort(held[name].dropna())
            np.testing.assert_allclose(np.sort(visits[f"{step}_{name}"].dropna()), there, atol=1e-4)
    gone = told[(told["activity"] == "left_without_being_seen") & told["case_id"].isin(arrived["case_id"])]
    assert len(gone) == visits["left_without_being_seen_end"].notna().sum() > 0
    assert (visits["first_doctor_start"].isna() | visits["left_without_being_seen_end"].isna()).all()


def test_stays_are_those_of_the_event_log_with_the_ward_that_was_wanted(found, told):
    stays, first = found.log.stays, told["first"].iloc[0]
    lain = told[told["activity"] == "ward_stay"]
    held = told[told["resource"].isin(["A", "B"]) & told["case_id"].isin(lain["case_id"])]
    held = held[~(held["end"] < first)]
    for ward in "AB":
        mine = stays[stays["unit"] == ward]
        own = held[held["resource"] == ward]
        np.testing.assert_allclose(np.sort(mine["requested"]), np.sort(own["requested"]), atol=1e-4)
        np.testing.assert_allclose(np.sort(mine["end"].dropna()), np.sort(own["end"].dropna()), atol=1e-4)
    assert set(stays["kind"]) == {"emergency", "planned"}
    assert (stays["start"] >= stays["requested"]).all()
    np.testing.assert_array_equal(np.array(found.log.wards)[found.ward], stays["unit"])  # nobody lies elsewhere here
    by_visit = found.log.visits.set_index("case_id")
    mine = stays[stays["case_id"].isin(by_visit.index)].set_index("case_id")
    assert by_visit.loc[mine.index, "admitted"].all()
    left = by_visit.loc[mine.index, "departure_end"]
    np.testing.assert_allclose(left, mine["start"], atol=1e-6)  # the place in the ED is given back on arrival


def test_those_put_off_are_told_and_the_same_number_gives_the_same_log(small_hospital, found, told, days):
    off = told[(told["activity"] == "cancellation") & (told["end"] >= told["first"])]
    cancelled = found.log.cancelled
    np.testing.assert_allclose(np.sort(cancelled["end"]), np.sort(off["end"]), atol=1e-4)
    np.testing.assert_allclose(cancelled["end"] - cancelled["requested"], 600.0)
    assert set(cancelled["unit"]) == {"A"}
    assert set(cancelled["kind"]) == {"planned"}
    again, other = logged(small_hospital, days, 3, seed=1), logged(small_hospital, days, 4, seed=1)
    pd.testing.assert_frame_equal(again.log.stays, found.log.stays)
    assert not other.log.stays.equals(found.log.stays)
    assert (found.log.first, found.log.last, found.log.wards) == (days.first, days.last, days.wards)
