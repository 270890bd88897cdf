"""The invented hospital at full size: its figures lie where those of a French hospital of that size do."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.demo import chronology as c
from chairs.demo.activity import last_place, make_activity, make_visits
from chairs.demo.changes import Changes
from chairs.demo.days import DAY
from chairs.demo.hospital import Hospital, beds_of, run_hospital
from chairs.demo.measures import measure
from chairs.demo.plan import Plan, make_plan

pytestmark = pytest.mark.unit


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(seed=20240117)


@pytest.fixture(scope="module")
def hospital(plan: Plan) -> Hospital:
    return run_hospital(plan)


def census(plan: Plan, seen: np.ndarray, moments: np.ndarray) -> np.ndarray:
    """Patients in each ward at each moment [ward, moment], counted by sorting starts and ends."""
    counts = np.zeros((len(plan.parameters.wards), len(moments)), dtype=int)
    for place, start, end in ((c.PLACE, c.START, c.END), (c.PLACE2, c.START2, c.END2)):
        for ward in range(len(counts)):
            lay = seen[(seen[:, place] == ward) & (seen[:, start] >= 0)]
            counts[ward] += np.searchsorted(np.sort(lay[:, start]), moments, side="right")
            left = lay[lay[:, end] >= 0, end]
            counts[ward] -= np.searchsorted(np.sort(left), moments, side="right")
    return counts


def test_its_figures_are_plausible(plan: Plan, hospital: Hospital) -> None:
    found = measure(plan, hospital)
    # 101,445 ED visits, 250,691 days and 52,182 full stays in 847 beds (SAE 2019, site 590000618)
    visits = make_visits(plan, hospital)["visits"].sum() / 2
    activity = make_activity(plan, hospital)
    assert visits == pytest.approx(101_445, rel=0.02)
    assert activity["mco_days"].sum() / 2 == pytest.approx(250_691, rel=0.10)
    assert activity["mco_full_stays"].sum() / 2 == pytest.approx(52_182, rel=0.10)
    assert activity.groupby("period")["mco_beds"].sum().unique().tolist() == [847]
    assert 4.5 < found["ward_stay"] < 6
    assert 0.85 < found["census"] / 847 < 0.90
    assert 20 < found["admitted"] < 25
    assert 2 < found["unseen"] < 5
    assert 3.8 < found["stay_median"] < 5
    assert 1 < found["boarding_winter_median"] < 8
    assert found["boarding_winter_mean"] > found["boarding_mean"] > 2
    assert 2 < found["other_ward"] < 10
    assert 2 < found["put_off"] < 8
    assert 15 < found["wait_median"] < 45


def test_visits_vary_like_those_of_the_anonymous_ed(plan: Plan, hospital: Hospital) -> None:
    given = hospital.patients.given
    ed = given[:, c.SITE] < 2
    daily = np.bincount(given[ed, c.ARRIVAL] // DAY, minlength=len(plan.days.dates))[plan.days.warm_up :]
    profile, dates = plan.parameters.profile, plan.days
    weekday = np.asarray(profile.weekday)[dates.weekday[dates.warm_up :]]
    level = daily / weekday
    local = np.convolve(level, np.ones(29) / 29, mode="same")
    inside = slice(20, -20)
    residual = (level - local)[inside] * np.sqrt(29 / 28)
    # 1.12 at 94.4 visits a day is 1 + 0.00127 x 278 = 1.35 at 278 when both departments share no day factor: between
    # them the two have 1 + 0.00127 x (196^2 + 82^2) / 278 = 1.21
    ratio = residual.var() / level.mean()
    assert 1.05 < ratio < 1.5


def test_no_ward_ever_holds_more_patients_than_open_beds(plan: Plan, hospital: Hospital) -> None:
    hours = np.arange(0, plan.days.end, 3_600)
    counts = census(plan, hospital.seen, hours)
    assert (counts <= beds_of(plan)[:, None]).all()
    assert (counts <= hospital.beds[:, hours // DAY]).all()
    occupied = counts[:, hours >= plan.days.start].mean(axis=1) / beds_of(plan)
    codes = [ward.code for ward in plan.parameters.wards]
    share = dict(zip(codes, occupied, strict=True))
    assert 0.60 < share["ORL"] < 0.80  # closed for the most part at weekends
    usual = [value for code, value in share.items() if code not in ("ORL", "PED", "UNV", "GHR", "GYN", "UHCD")]
    assert 0.78 < min(usual) < max(usual) < 0.98


def test_every_admitted_patient_leaves_or_is_inside_at_the_end(plan: Plan, hospital: Hospital) -> None:
    seen = hospital.seen
    admitted = seen[:, c.START] >= 0
    left = last_place(seen)[1] >= 0
    inside = census(plan, seen, np.array([plan.days.end]))[:, 0].sum()
    assert admitted.sum() == (admitted & left).sum() + inside
    assert not (left & ~admitted).any()
    here = hospital.patients.given[:, c.ARRIVAL] < plan.days.end
    ed = (hospital.patients.given[:, c.SITE] < 2) & here
    gone = seen[:, c.ED_EXIT] >= 0
    # whoever is still in the ED came within the last days
    assert hospital.patients.given[ed & ~gone, c.ARRIVAL].min() > plan.days.end - 6 * DAY


def test_discharges_follow_the_clock_and_rest_at_the_weekend(plan: Plan, hospital: Hospital) -> None:
    ward, left = last_place(hospital.seen)
    counted = (left >= plan.days.start) & (ward > 0)  # ward 0 counts hours, not nights
    hour = left[counted] % DAY / 3_600
    assert 8 <= hour.min() < hour.max() <= 20
    assert np.median(hour) == pytest.approx(14.5, abs=0.4)
    assert (hour < 12).mean() == pytest.approx(0.18, abs=0.02)
    of_weekday = np.bincount(plan.days.weekday[left[counted] // DAY], minlength=7)
    assert of_weekday[6] < 0.75 * of_weekday[:5].mean()


def test_planned_admissions_rest_on_public_holidays(plan: Plan, hospital: Hospital) -> None:
    given = hospital.patients.given
    births = np.array([ward.any_day for ward in plan.parameters.wards])
    planned = (given[:, c.SITE] == 2) & ~births[given[:, c.WARD]]
    daily = np.bincount(given[planned, c.ARRIVAL] // DAY, minlength=len(plan.days.dates))
    ordinary = ~plan.days.rest & ~plan.days.summer
    assert daily[plan.days.holiday].mean() < 0.25 * daily[ordinary].mean()


def test_a_change_moves_only_whom_it_concerns() -> None:
    base, more = make_plan(seed=5, size=0.05), make_plan(seed=5, size=0.05, changes=Changes(winter_arrivals=1.5))
    first, second = run_hospital(base), run_hospital(more)
    usual = {tuple(row) for row in first.patients.given.tolist()}
    with_more = {tuple(row) for row in second.patients.given.tolist()}
    assert usual <= with_more  # common random numbers: every usual patient comes, with the same needs
    added = np.array(sorted(with_more - usual))
    assert base.days.winter[added[:, c.ARRIVAL] // DAY].all()
    fewer = run_hospital(make_plan(seed=5, size=0.05, changes=Changes(winter_arrivals=0.5))).patients.given
    assert {tuple(row) for row in fewer.tolist()} < usual


def test_size_and_changes_are_checked() -> None:
    for size in (0.0, 5.0, float("nan")):
        with pytest.raises(SettingError):
            make_plan(seed=1, size=size)
    with pytest.raises(SettingError, match="choose among"):
        make_plan(seed=1, changes=Changes(beds={"XXX": 3}))
    with pytest.raises(SettingError):
        make_plan(seed=1, changes=Changes(closed=("MAT",)))  # nowhere else to go


def test_the_dial_scales_the_hospital() -> None:
    small, large = make_plan(seed=1, size=0.1), make_plan(seed=1, size=0.2)
    visits = [make_visits(plan, run_hospital(plan))["visits"].sum() for plan in (small, large)]
    assert visits[1] / visits[0] == pytest.approx(2, rel=0.03)
    assert beds_of(small).sum() < beds_of(large).sum() < 2 * beds_of(small).sum()
