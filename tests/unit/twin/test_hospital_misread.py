"""Wards wanted put right: planted shares of what the reading misses are found again, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.twin.hospital.logged import Logged
from chairs.twin.hospital.misread import LEAST_ALIKE, put_right
from chairs.twin.hospital.reading import HospitalLog
from chairs.twin.hospital.wanted import Wanted

pytestmark = pytest.mark.unit

WARDS, PATIENCE = ("A", "B", "C"), 480.0


def log_of(place: np.ndarray, kind: np.ndarray, wait: np.ndarray, order: np.ndarray | None = None) -> HospitalLog:
    asked = np.arange(len(place)) * 10.0
    stays = pd.DataFrame(
        {
            "case_id": np.arange(len(place)), "order": np.zeros(len(place), int) if order is None else order,
            "unit": np.array(WARDS)[place], "requested": asked, "start": asked + wait, "kind": kind,
        }
    )  # fmt: skip
    visits = pd.DataFrame({"case_id": np.empty(0, dtype=int), "unit": np.empty(0, dtype=object)})
    none = pd.DataFrame({"case_id": np.empty(0)})
    return HospitalLog(
        visits=visits, stays=stays, cancelled=none, beds=np.ones((3, 1)), wards=WARDS, first=0, last=0, timezone="UTC"
    )


def read_as(ward: np.ndarray, place: np.ndarray, patience: float | None = PATIENCE) -> Wanted:
    return Wanted(ward=ward.copy(), diverted=ward != place, elsewhere=((1,), (), ()), patience=patience)


def drawn(number: int, seed: int) -> tuple[HospitalLog, np.ndarray, Wanted]:
    """Late stays in B: of those who came as `planned` 30 % wanted A, of `direct` 5 %; the reading tells half."""
    rng = np.random.default_rng(seed)
    kind = np.where(rng.random(number) < 0.5, "planned", "direct")
    place, late = np.ones(number, dtype=int), rng.random(number) < 0.6
    true = np.where(late & (rng.random(number) < np.where(kind == "planned", 0.3, 0.05)), 0, 1)
    seen = np.where((true == 0) & (rng.random(number) < 0.5), 0, 1)
    return log_of(place, kind, np.where(late, 600.0, 100.0)), true, read_as(seen, place)


def test_what_the_reading_misses_is_put_right_by_the_way_patients_came():
    log, true, read = drawn(20_000, 1)
    told, wanted, reread = drawn(20_000, 2)
    found = put_right(log, read, Logged(log=told, ward=wanted), reread)
    late = (log.stays["start"] - log.stays["requested"] > PATIENCE).to_numpy()
    for kind in ("planned", "direct"):
        mine = late & (log.stays["kind"] == kind).to_numpy()
        there = true[mine].mean()
        chance = 4 * (there * (1 - there) / mine.sum()) ** 0.5
        assert abs(found.ward[mine].mean() - there) < chance
        assert abs(read.ward[mine].mean() - there) > (2 * chance if kind == "planned" else 0)
    np.testing.assert_array_equal(found.ward[~late], read.ward[~late])  # a patient who did not wait got his ward
    np.testing.assert_array_equal(found.diverted, found.ward != 1)
    assert (found.ward[read.ward == 0] == 0).all()  # the reading is never wrong about these, in the model's log too


def test_too_few_alike_are_taken_whatever_way_they_came_and_else_left_as_read():
    told, wanted, reread = drawn(20_000, 2)
    many = 4_000
    place, kind = np.repeat([1, 1, 2], many), np.repeat(["planned", "transfer", "planned"], many)
    log = log_of(place, kind, np.full(3 * many, 600.0))
    read = read_as(np.repeat([1, 1, 0], many), place)
    wants_a = put_right(log, read, Logged(log=told, ward=wanted), reread).ward == 0
    alike = (reread.ward == 1) & (told.stays["start"] - told.stays["requested"] > PATIENCE).to_numpy()
    planned = (told.stays["kind"] == "planned").to_numpy()
    for which, share in ((0, (wanted[alike & planned] == 0).mean()), (1, (wanted[alike] == 0).mean())):
        found = wants_a[which * many : (which + 1) * many].mean()
        assert abs(found - share) < 4 * (share * (1 - share) / many) ** 0.5
    assert wants_a[2 * many :].all()  # in C nobody like him is known: as read
    few = LEAST_ALIKE - 1
    there = np.ones(few, dtype=int)
    small = Logged(log=log_of(there, np.full(few, "planned"), np.full(few, 600.0)), ward=np.zeros(few, dtype=int))
    assert (put_right(log, read, small, read_as(there, there)).ward == read.ward).all()


@pytest.mark.parametrize("onward", [True, False])
def test_second_stays_are_put_right_where_transfers_are_sent_elsewhere_too(onward):
    told, wanted, reread = drawn(20_000, 2)
    told = replace(told, stays=told.stays.assign(order=1))
    place = np.ones(4_000, dtype=int)
    log = log_of(place, np.full(4_000, "planned"), np.full(4_000, 600.0), order=place)
    found = put_right(log, replace(read_as(place, place), onward=onward), Logged(log=told, ward=wanted), reread)
    alike = (reread.ward == 1) & (told.stays["start"] - told.stays["requested"] > PATIENCE).to_numpy()
    share = (wanted[alike] == 0).mean() if onward else 0
    assert abs((found.ward == 0).mean() - share) <= 4 * (share / 4_000) ** 0.5


def test_a_hospital_that_diverts_nobody_stays_as_read():
    told, wanted, reread = drawn(2_000, 2)
    place = np.ones(50, dtype=int)
    log = log_of(place, np.full(50, "planned"), np.full(50, 600.0))
    none = read_as(place, place, patience=None)
    assert put_right(log, none, Logged(log=told, ward=wanted), reread) is none
