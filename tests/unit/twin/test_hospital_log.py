"""What a hospital's log says of wards wanted, and the log drawn again by weeks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from chairs.twin.clock import local_minutes
from chairs.twin.hospital.reading import DAY, HospitalLog
from chairs.twin.hospital.resampling import WEEK, YEAR_WEEKS, _draw, resampled, too_alike
from chairs.twin.hospital.wanted import _diverted, _onward, _overtaken

pytestmark = pytest.mark.unit

FIRST = 19_358  # 1 January 2023, a Sunday
DAYS = 731


def hospital_log(stays: pd.DataFrame, visits: pd.DataFrame | None = None) -> HospitalLog:
    empty = pd.DataFrame({name: np.empty(0) for name in ("case_id", "unit", "requested", "end", "kind")})
    none = pd.DataFrame({"case_id": np.empty(0, dtype=int), "unit": np.empty(0, dtype=object), "arrival": np.empty(0)})
    wards = tuple(sorted(stays["unit"].unique()))
    return HospitalLog(
        visits=none if visits is None else visits, stays=stays, cancelled=empty, beds=np.full((len(wards), DAYS), 5.0),
        wards=wards, first=FIRST, last=FIRST + DAYS - 1, timezone="Europe/Paris",
    )  # fmt: skip


def stay(case, unit, asked, start, kind="emergency", order=0):
    moment = FIRST * DAY + 1440
    return {"case_id": case, "unit": unit, "requested": moment + asked, "start": moment + start,
            "end": moment + start + 3000, "kind": kind, "order": order}  # fmt: skip


def test_who_is_overtaken_did_not_want_that_ward():
    stays = pd.DataFrame(
        [
            stay(1, "A", 0, 600),  # waits ten hours for A, though the next one does not
            stay(2, "A", 100, 160),
            stay(3, "B", 0, 600),
            stay(4, "B", 100, 700),  # asked later, came later: B serves in order
            stay(5, "A", 100, 130, kind="planned"),  # another kind of admission may have another order
            stay(6, "B", 50, 100, order=1),  # a transfer has the bed first: no proof
        ]
    )
    log = hospital_log(stays)
    place = np.searchsorted(np.array(log.wards), stays["unit"])
    found = _overtaken(log, np.array([0, 2, 4]), place)
    assert found.tolist() == [[True, False], [True, False], [False, False]]


def test_the_usual_moment_of_diversion_tells_those_with_some_room():
    passed = np.array([True] * 20 + [False] * 6)
    wait = np.array([490.0] * 15 + [500.0] * 5 + [495.0, 495.0, 300.0, 900.0, 900.0, 480.0])
    room = np.array([0.0] * 20 + [0.2, 0.0, 1.0, 0.2, 0.6, 0.6])
    own, from_on = _diverted(wait, room, passed)
    assert from_on == 490.0
    # some room just then; no room; too early; some room but late; room at half the hours; too early by ten minutes
    assert own[20:].tolist() == [True, False, False, False, True, False]
    assert _diverted(wait, room, passed & (np.arange(26) < 5))[1] is None


def test_transfers_are_sent_elsewhere_where_a_ward_has_hardly_any_but_late_ones():
    place = np.array([0] * 100 + [1] * 12)
    assert _onward(place, np.array([True] * 30 + [False] * 70 + [True] * 11 + [False]))
    assert not _onward(place, np.array([True] * 79 + [False] * 21 + [True] * 9 + [False] * 3))
    assert _onward(place, place == 0)  # none late in the last ward
    assert not _onward(np.empty(0, dtype=int), np.empty(0, dtype=bool))


@pytest.fixture(scope="module")
def drawn_from() -> HospitalLog:
    """A visit every six hours and its stay from the next noon on; twice as many in January and February."""
    rng = np.random.default_rng(2)
    days = np.arange(FIRST, FIRST + DAYS)
    month = days.astype("M8[D]").astype("M8[M]").astype(int) % 12
    local = np.concatenate(
        [day * DAY + rng.uniform(0, DAY, 8 if m < 2 else 4) for day, m in zip(days, month, strict=True)]
    )
    arrival = np.sort(local) - 60.0  # winter time throughout is near enough here
    case = np.arange(len(arrival))
    visits = pd.DataFrame({"case_id": case, "unit": "ED", "arrival": arrival, "triage_end": arrival + 9.0})
    noon = (np.floor(arrival / DAY) + 1) * DAY + 660
    asked = {"case_id": case, "unit": "A", "requested": arrival + 200, "kind": "emergency", "order": 0}
    stays = pd.DataFrame({**asked, "start": noon, "end": noon + 2 * DAY})
    return hospital_log(stays, visits)


def test_a_log_drawn_again_is_another_and_the_same_number_the_same(drawn_from):
    one, again, two = resampled(drawn_from, 1), resampled(drawn_from, 1), resampled(drawn_from, 2)
    pd.testing.assert_frame_equal(one.log.stays, again.log.stays)
    assert len(one.log.visits) != len(two.log.visits) or not one.log.visits.equals(two.log.visits)


def test_cases_stay_whole_and_have_their_own_number(drawn_from):
    drawn = resampled(drawn_from, 3)
    log = drawn.log
    assert log.visits["case_id"].is_unique
    joined = log.stays.merge(log.visits, on="case_id")
    assert len(joined) == len(log.stays)
    np.testing.assert_allclose(joined["requested"] - joined["arrival"], 200, atol=1e-6)
    np.testing.assert_allclose(log.visits["triage_end"] - log.visits["arrival"], 9, atol=1e-6)
    came = drawn_from.stays["start"].to_numpy()[drawn.stay]
    shift = (log.stays["start"].to_numpy() - came) / WEEK
    np.testing.assert_allclose(shift, np.round(shift), atol=1e-9)  # by whole weeks


def test_season_and_local_hour_are_kept(drawn_from):
    def profile(log):
        day = np.floor(local_minutes(log.visits["arrival"].to_numpy(), log.timezone) / DAY).astype(int)
        month = day.astype("M8[D]").astype("M8[M]").astype(int) % 12
        return np.bincount(month, minlength=12)

    drawn = np.mean([profile(resampled(drawn_from, k).log) for k in range(10)], axis=0)
    whole = profile(drawn_from)
    # three weeks of smoothing at the edges of the two months of double arrivals
    assert np.abs(drawn[4:10] / whole[4:10] - 1).max() < 0.03
    assert drawn[:2].mean() > 1.5 * drawn[4:10].mean()
    for k in range(3):
        start = local_minutes(resampled(drawn_from, k).log.stays["start"].to_numpy(), "Europe/Paris") % DAY
        assert set(np.round(start)) <= {720.0, 780.0}  # noon by winter time, as in the log


def test_the_spread_of_counts_is_that_of_weeks(drawn_from):
    counts = [len(resampled(drawn_from, k).log.visits) for k in range(8)]
    assert abs(np.mean(counts) / len(drawn_from.visits) - 1) < 0.02
    assert np.std(counts) > 0


def test_weeks_drawn_keep_the_peak_of_a_winter_and_most_of_the_error():
    weeks = np.arange(2766, 2870)  # two years
    rng = np.random.default_rng(3)
    drawn = np.array([_draw(weeks, "Europe/Paris", rng) for _ in range(300)])
    apart = np.abs(weeks % YEAR_WEEKS - 3)
    wave = 1 + 0.21 * np.exp(-((7 * np.minimum(apart, YEAR_WEEKS - apart) / 24) ** 2) / 2)
    peak = wave > 1.17
    assert wave[drawn].mean(axis=0)[peak].mean() / wave[peak].mean() > 0.994  # all within three weeks: 0.986
    noise = rng.standard_normal((200, len(weeks)))
    errors = noise[:, drawn].mean(axis=2).std(axis=1)
    found = np.sqrt((errors**2).mean() * len(weeks))
    assert 0.84 < found < 0.9  # one week at most: 0.78
    empty = pd.DataFrame({name: np.empty(0) for name in ("case_id", "unit", "requested", "start", "end", "order")})
    two_years = replace(hospital_log(empty.astype({"unit": "str"})), first=7 * weeks[0], last=7 * weeks[-1] + 6)
    assert 0.93 < found * too_alike(two_years) < 1
