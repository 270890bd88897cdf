"""Moves and transfers read from a hospital's log whose truth is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.twin.durations import Duration
from chairs.twin.hospital.emergency import _share_around
from chairs.twin.hospital.moves import move_of, room_at_request
from chairs.twin.hospital.reading import DAY, HospitalLog
from chairs.twin.hospital.wanted import Wanted
from chairs.twin.hospital.wards import lying, onward, stays_of

pytestmark = pytest.mark.unit

FIRST = 19_358  # 1 January 2023
WARDS = ("A", "B", "C")


def log_of(stays: pd.DataFrame, beds: int = 100) -> HospitalLog:
    cancelled = pd.DataFrame({"unit": [], "requested": [], "end": [], "kind": []}).astype({"unit": str})
    return HospitalLog(
        visits=pd.DataFrame(), stays=stays, cancelled=cancelled.astype({"requested": float, "end": float}),
        beds=np.full((3, 400), float(beds)), wards=WARDS, first=FIRST, last=FIRST + 399, timezone="UTC",
    )  # fmt: skip


def wanting(wards: list[int], diverted: list[bool], elsewhere: tuple[tuple[int, ...], ...] = ((), (), ())) -> Wanted:
    return Wanted(np.array(wards), np.array(diverted), elsewhere, 480.0)


def stays_of_one_ward(moves: dict[str, float], number: int = 40) -> pd.DataFrame:
    """Return stays one after the other, a day apart: each has a bed at once."""
    rows = []
    for k in range(number):
        for kind, move in moves.items():
            asked = (FIRST + k + 0.4) * DAY
            rows.append({"case_id": len(rows), "order": 0, "unit": "A", "requested": asked, "start": asked + move,
                         "end": asked + 600.0, "kind": kind})  # fmt: skip
    return pd.DataFrame(rows)


def test_moves_are_told_apart_by_where_patients_come_from():
    stays = stays_of_one_ward({"emergency": 34.0, "planned": 17.0})
    found = move_of(log_of(stays), wanting([0] * len(stays), [False] * len(stays)))
    assert found.emergency == Duration(kind="fixed", mean=34.0)
    assert found.planned == Duration(kind="fixed", mean=17.0)


def test_the_wait_of_who_wanted_another_ward_is_no_move():
    stays = stays_of_one_ward({"emergency": 34.0, "planned": 17.0})
    late = np.arange(len(stays)) % 4 == 0  # sent on by another ward after eight hours: A had room all the time
    stays.loc[late, "start"] = stays["requested"] + 495
    for told in (late, np.zeros(len(stays), dtype=bool)):  # found by `read_wanted`, or not
        found = move_of(log_of(stays), wanting([1 if one else 0 for one in told], list(told)))
        assert found.emergency == Duration(kind="fixed", mean=34.0)


def test_a_bed_is_not_free_for_who_stands_in_line_behind_others():
    asked = FIRST * DAY + np.array([0.0, 10.0, 20.0])
    start = asked + np.array([5.0, 500.0, 300.0])
    stays = pd.DataFrame({"case_id": [0, 1, 2], "order": 0, "unit": ["A", "B", "A"], "requested": asked,
                          "start": start, "end": asked + 5_000, "kind": "planned"})  # fmt: skip
    told = wanting([0, 0, 0], [False, True, False], ((1,), (), ()))  # the second wanted A and came to lie in B
    assert room_at_request(log_of(stays, beds=3), told).tolist() == [True, False, False]
    assert room_at_request(log_of(stays, beds=4), told).tolist() == [True, False, True]


def going_on(rows: list[tuple[str, str | None]]) -> pd.DataFrame:
    """Return stays of cases by first and second unit."""
    lines = []
    for case, units in enumerate(rows):
        for order, unit in enumerate(one for one in units if one is not None):
            start = (FIRST + case % 300 + order) * DAY
            lines.append({"case_id": case, "order": order, "unit": unit, "requested": start - 30, "start": start,
                          "end": start + DAY, "kind": "planned"})  # fmt: skip
    return pd.DataFrame(lines)


def test_the_share_that_goes_on_is_that_of_those_who_can():
    """Of 100 who lay in A half go on to B; 100 others wanted A and lay in B already: 20 of them go on to C."""
    stays = going_on([("A", "B")] * 50 + [("A", None)] * 50 + [("B", "C")] * 20 + [("B", None)] * 80)
    sent = ((stays["case_id"] >= 100) & (stays["order"] == 0)).to_numpy()
    wards = np.where(sent, 0, np.searchsorted(WARDS, stays["unit"].to_numpy(str)))
    found = onward(log_of(stays), wanting(wards.tolist(), sent.tolist(), ((1,), (), ())))
    assert found[0, 0].tolist() == pytest.approx([0.0, 0.5, 0.0])
    assert found[1, 0].tolist() == pytest.approx([0.0, 0.0, 0.1])  # of all who wanted A
    assert found[:, 1:].sum() == 0


def test_who_looked_elsewhere_and_came_to_his_own_ward_goes_on_as_often_as_its_other_patients():
    """Of 140 who wanted A, 30 lay there after looking elsewhere and 10 in B: three in four of these can go on to B."""
    stays = going_on([("A", "B")] * 65 + [("A", None)] * 65 + [("B", None)] * 10)
    first = (stays["order"] == 0).to_numpy()
    sent, late = (stays["case_id"] >= 130).to_numpy(), (stays["case_id"] % 65 < 15).to_numpy() & first
    stays.loc[late & ~sent, "requested"] -= 600.0
    wards = np.where(sent, 0, np.searchsorted(WARDS, stays["unit"].to_numpy(str)))
    told = wanting(wards.tolist(), sent.tolist(), ((1,), (), ()))
    found = onward(log_of(stays), told)
    assert found[0, 0].tolist() == pytest.approx([0.0, 0.5, 0.0])
    assert found[1, 0].tolist() == pytest.approx([0.0, 0.5 * 30 / 40, 0.0])


def test_the_shares_of_two_populations_stay_shares():
    """All leave A for B; of those who wanted A and did not lie in B most lay in C, from where all go on to D."""
    stays = going_on([("A", "B")] * 100 + [("C", "D")] * 60 + [("B", None)] * 12)
    sent = ((stays["case_id"] >= 100) & (stays["order"] == 0)).to_numpy()
    stays.loc[(stays["case_id"] < 12) & (stays["order"] == 0), "requested"] -= 600.0
    four = ("A", "B", "C", "D")
    wards = np.where(sent, 0, np.searchsorted(four, stays["unit"].to_numpy(str)))
    log = replace(log_of(stays), wards=four, beds=np.full((4, 400), 100.0))
    found = onward(log, wanting(wards.tolist(), sent.tolist(), ((2, 1), (), (), ())))
    assert found[1, 0].sum() == pytest.approx(1)  # 6/7 and 60/172 before they are made shares
    assert found[1, 0, 1] / found[1, 0, 3] == pytest.approx((6 / 7) / (60 / 172))


def test_who_went_where_few_go_went_on_all_the_same():
    stays = going_on([("A", "B")] * 45 + [("A", "C")] * 5 + [("A", None)] * 50)
    wards = np.searchsorted(WARDS, stays["unit"].to_numpy(str)).tolist()
    found = onward(log_of(stays), wanting(wards, [False] * len(stays)))
    assert found[0, 0].tolist() == pytest.approx([0.0, 0.5, 0.0])


def test_where_everybody_goes_on_the_shares_are_shares():
    """Nearly all leave A for B, some lie in B at once and go on to C: a ward of intensive care."""
    stays = going_on([("A", "B")] * 80 + [("A", "C")] * 20 + [("B", "C")] * 40)
    sent = ((stays["case_id"] >= 100) & (stays["order"] == 0)).to_numpy()
    wards = np.where(sent, 0, np.searchsorted(WARDS, stays["unit"].to_numpy(str)))
    found = onward(log_of(stays), wanting(wards.tolist(), sent.tolist(), ((1,), (), ())))
    assert found[0, 0].tolist() == pytest.approx([0.0, 0.8, 0.2])
    assert (found.sum(axis=2) <= 1 + 1e-12).all()


def test_few_moves_of_a_kind_are_those_of_all():
    stays = stays_of_one_ward({"emergency": 34.0})
    stays.loc[:4, "kind"] = "planned"
    found = move_of(log_of(stays), wanting([0] * len(stays), [False] * len(stays)))
    assert found.planned == found.onward["A"] == found.emergency == Duration(kind="fixed", mean=34.0)


def test_who_left_in_winter_would_have_been_admitted_as_in_winter():
    """In the first 1,000 visits one in two is admitted, in the last 1,000 none; those who left stand among both."""
    place = np.array([0, 500, 1_000, 1_500, 2_000])
    shares = _share_around(place, np.arange(2_000) % 2 * (np.arange(2_000) < 1_000))
    assert shares.tolist() == pytest.approx([0.5, 0.5, 0.25, 0.0, 0.0])
    assert _share_around(np.array([0]), np.empty(0)).tolist() == [0.0]


def test_nights_are_learnt_from_those_whose_ward_is_sure():
    """A keeps its patients two nights, B six; of those who came late, half of B's are taken for A's."""
    late, rows = 500.0, []
    for k in range(400):
        truly, wait = "AB"[k % 2], late if k % 4 >= 2 else 30.0
        asked = (FIRST + k // 4 + 0.4) * DAY
        begin = asked + wait
        end = (np.floor(begin / DAY) + (2 if truly == "A" else 6)) * DAY + 840.0
        rows.append({"case_id": k, "order": 0, "unit": truly, "requested": asked, "start": begin, "end": end,
                     "kind": "emergency"})  # fmt: skip
    stays = pd.DataFrame(rows)
    log = log_of(stays)
    misread = [0 if k % 8 == 3 else k % 2 for k in range(400)]  # late, in B, taken for A's
    wards = wanting(misread, [row != k % 2 for k, row in enumerate(misread)], ((1,), (), ()))
    clock = Duration(kind="fixed", mean=840.0)
    found = stays_of(log, lying(log), wards, clock)
    assert found[0].duration.rows[0].average() == pytest.approx(2 * DAY)
    assert found[1].duration.rows[0].average() == pytest.approx(6 * DAY)
    sure = (stays["start"] - stays["requested"] < 480).to_numpy()
    few = log_of(stays[~sure | (np.arange(400) < 8)].reset_index(drop=True))
    kept = np.flatnonzero(~sure | (np.arange(400) < 8))
    told = wanting([misread[k] for k in kept], [misread[k] != k % 2 for k in kept], ((1,), (), ()))
    every = stays_of(few, lying(few), told, clock)[0].duration.rows[0].average()
    assert every > 2.5 * DAY  # fewer than 60 came early: all count, the misread too
