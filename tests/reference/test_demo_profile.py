"""The generated arrivals and waits beside those of a real French emergency department (anonymous, 2013)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.demo import chronology as c
from chairs.demo.days import DAY
from chairs.demo.hospital import Hospital, run_hospital
from chairs.demo.plan import Plan, make_plan

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(seed=20240117)


@pytest.fixture(scope="module")
def hospital(plan: Plan) -> Hospital:
    return run_hospital(plan)


@pytest.fixture(scope="module")
def real(mirror: Path) -> np.ndarray:
    """Share of the arrivals of a week by weekday and hour."""
    table = pd.read_csv(mirror / "fr-ed-profile-2013" / "arrivals_by_weekday_hour_2013.csv")
    rate = table.sort_values(["dow", "hour"])["mean_arrivals_per_hour"].to_numpy().reshape(7, 24)
    return rate / rate.sum()


def generated(plan: Plan, hospital: Hospital) -> np.ndarray:
    given, days = hospital.patients.given, plan.days
    arrival = given[(given[:, c.SITE] < 2) & (given[:, c.ARRIVAL] >= days.start), c.ARRIVAL]
    counts = np.zeros((7, 24))
    np.add.at(counts, (days.weekday[arrival // DAY], arrival % DAY // 3_600), 1)
    seen = np.bincount(days.weekday[days.warm_up :], minlength=7)
    rate = counts / seen[:, None]
    return rate / rate.sum()


def test_arrivals_follow_the_real_week(plan: Plan, hospital: Hospital, real: np.ndarray) -> None:
    made = generated(plan, hospital)
    assert np.corrcoef(made.ravel(), real.ravel())[0, 1] > 0.97
    # half the sum of the differences is the share of arrivals that would have to move to another hour
    assert np.abs(made - real).sum() / 2 < 0.04
    assert np.abs(made.sum(axis=1) / real.sum(axis=1) - 1).max() < 0.03
    assert np.abs(made.sum(axis=0) - real.sum(axis=0)).max() < 0.004
    # a chi-square per cell as if both were counts of the real 34,460 arrivals: 1 is chance alone
    distance = 34_460 * ((made - real) ** 2 / real).sum() / (7 * 24 - 1)
    assert distance < 2.0


def test_the_urgent_are_seen_as_soon_as_in_the_real_department(hospital: Hospital, mirror: Path) -> None:
    table = pd.read_csv(mirror / "fr-ed-profile-2013" / "wait_to_doctor_minutes_by_triage_2013.csv")
    real = table[table["tri_iao"].isin(["1", "2", "3"])].set_index("tri_iao")["p50"]
    given, seen = hospital.patients.given, hospital.seen
    wait = (seen[:, c.DOCTOR_START] - given[:, c.ARRIVAL]) / 60
    adult = (given[:, c.SITE] == 0) & (seen[:, c.DOCTOR_START] >= 0)
    medians = [np.median(wait[adult & np.isin(hospital.patients.ccmu, those)]) for those in ((4, 5), (2, 3), (1,))]
    assert medians[0] < medians[1] < medians[2]
    for made, of_2013 in zip(medians, real, strict=True):
        assert made == pytest.approx(of_2013, rel=0.35)
