"""Beds read from what is published, against the beds that the generator of the demonstration hospital opened."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks._planted_hospital import drawn_log, stopped

from chairs.demo.hospital import beds_open
from chairs.twin.hospital.beds import bed_resources, open_beds
from chairs.twin.hospital.reading import HospitalLog, read_hospital

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def log() -> HospitalLog:
    return read_hospital(*drawn_log(71), "Europe/Paris")


def planted(log: HospitalLog) -> np.ndarray:
    plan = stopped(71, last="2024-12-31")
    opened = beds_open(plan)[:, plan.days.dates.astype(int) >= log.first]
    codes = [ward.code for ward in plan.parameters.wards]
    return np.array([opened[codes.index(ward)] for ward in log.wards])


def test_patients_who_stayed_when_beds_closed_are_not_beds(log):
    truth, found = planted(log), open_beds(log)
    published, wrong = (np.abs(one - truth) for one in (log.beds, found))
    assert (published > 0).sum() > 400  # what the reading is for
    assert (wrong > 0).sum() <= 40
    assert wrong.sum() <= 60
    assert abs(int((found - truth).sum())) <= 40  # neither side is favoured


def test_a_week_and_closures_say_the_same_as_the_days(log):
    beds = open_beds(log)
    days = np.arange(log.first, log.last + 1)
    for row, ward in enumerate(bed_resources(log.wards, beds, log.first)):
        hour, at = 24 * ((days + 3) % 7), np.array([shift.at for shift in ward.shifts])
        capacity = np.array([shift.capacity for shift in ward.shifts])[np.searchsorted(at, hour, "right") - 1]
        for closure in ward.closures:
            first, last = (np.datetime64(day).astype(int) for day in (closure.first, closure.last))
            during = (days >= first) & (days <= last)
            capacity[during] = np.minimum(capacity[during], closure.capacity)
        assert (capacity == beds[row]).all()
