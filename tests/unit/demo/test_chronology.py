"""The compiled pass: small cases worked out by hand, and the plain Python source gives the same."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys

import numpy as np
import pytest

from chairs.demo import chronology as c
from chairs.demo.hospital import run_hospital
from chairs.demo.plan import make_plan

pytestmark = pytest.mark.unit

MINUTE, HOUR, DAY = 60, 3_600, 86_400
PLAIN = """
from chairs.demo.plan import make_plan
from chairs.demo.hospital import run_hospital
import hashlib
print(hashlib.sha256(run_hospital(make_plan(seed=3, size=0.02)).seen.tobytes()).hexdigest())
"""


def hospital(
    given: list[dict[str, int]], *, beds: list[int], overflow: list[int] | None = None, **staff: int
) -> c.State:
    """One emergency department (site 0), direct admissions (site 1), one doctor unless said otherwise."""
    people = np.zeros((len(given), c.GIVEN), dtype=np.int64)
    people[:, c.WARD] = people[:, c.WARD2] = -1
    people[:, c.PATIENCE] = 100 * DAY
    for row, values in enumerate(given):
        for name, value in values.items():
            people[row, getattr(c, name)] = value
    places = [staff.get(name, 1) for name in ("nurses", "doctors", "boxes", "rooms")]
    wards, days = len(beds), 20
    return c.State(
        given=people,
        seen=np.full((len(given), c.SEEN), -1),
        staff=np.array(places).reshape(4, 1, 1, 1) * np.ones((4, 1, 2, 24), dtype=np.int64),
        beds=np.repeat(np.array(beds)[:, None], days, axis=1),
        calendar=np.zeros((2, days), dtype=np.int64),
        overflow=np.array(overflow or [-1] * wards).reshape(wards, 1),
        patience=4 * HOUR,
        busy=np.zeros((4, 1), dtype=np.int64),
        census=np.zeros(wards, dtype=np.int64),
        link=np.full(len(given), -1),
        ends=np.full((2, 7 + 2 * wards), -1),
        heap=np.zeros(1000, dtype=np.int64),
    )


def visit(arrival: int, **more: int) -> dict[str, int]:
    steps = {"TRIAGE": 5 * MINUTE, "DOCTOR": 10 * MINUTE, "TESTS": 30 * MINUTE, "LEAVING": 5 * MINUTE}
    return {"ARRIVAL": arrival, "SITE": 0, "LEVEL": 3, **steps, **more}


def stay(arrival: int, hours: int, **more: int) -> dict[str, int]:
    return {"ARRIVAL": arrival, "SITE": 1, "WARD": 0, "NIGHTS": 0, "CLOCK": hours * HOUR, **more}


def test_the_steps_of_one_visit_follow_each_other() -> None:
    s = hospital([visit(HOUR, IMAGING=20 * MINUTE)], beds=[1])
    c.run(s, 2 * DAY)
    steps = [c.TRIAGE_START, c.TRIAGE_END, c.DOCTOR_START, c.DOCTOR_END, c.IMAGING_START, c.IMAGING_END, c.DECISION]
    assert ((s.seen[0, steps] - HOUR) // MINUTE).tolist() == [0, 5, 5, 15, 15, 35, 65]
    assert (s.seen[0, c.ED_EXIT] - HOUR) // MINUTE == 70


def test_the_most_urgent_is_called_first_and_others_in_turn() -> None:
    s = hospital([visit(0), visit(60), visit(120), visit(180, LEVEL=0)], beds=[1], nurses=4, boxes=9)
    c.run(s, DAY)
    assert s.seen[:, c.DOCTOR_START].argsort().tolist() == [0, 3, 1, 2]
    assert np.diff(np.sort(s.seen[:, c.DOCTOR_START])).tolist() == [10 * MINUTE] * 3


def test_who_waits_too_long_for_a_doctor_leaves_and_is_not_called() -> None:
    s = hospital([visit(0, DOCTOR=3 * HOUR), visit(60, PATIENCE=HOUR), visit(120)], beds=[1], nurses=3, boxes=9)
    c.run(s, DAY)
    assert s.seen[1, c.UNSEEN] == 60 + 5 * MINUTE + HOUR
    assert s.seen[1, c.DOCTOR_START] == -1
    assert s.seen[2, c.DOCTOR_START] == s.seen[0, c.DOCTOR_END]


def test_a_full_ward_keeps_the_patient_in_the_ed_and_their_box() -> None:
    admitted = visit(0, WARD=0, NIGHTS=0, CLOCK=HOUR, MOVE=10 * MINUTE)
    s = hospital([stay(0, 6), admitted, visit(HOUR)], beds=[1], boxes=1)
    c.run(s, DAY)
    assert s.seen[1, c.REQUEST] == 45 * MINUTE
    assert s.seen[1, c.START] == s.seen[0, c.END] + 10 * MINUTE  # the bed is free after 6 hours, then the move
    assert s.seen[1, c.ED_EXIT] == s.seen[1, c.START]
    assert s.seen[2, c.DOCTOR_START] == s.seen[1, c.ED_EXIT]  # the only box was taken all that time


def test_after_the_limit_a_bed_is_sought_elsewhere() -> None:
    s = hospital([stay(0, 48), stay(0, 2), stay(HOUR, 5)], beds=[1, 1], overflow=[1, -1])
    s.given[1, c.WARD] = 1
    c.run(s, DAY)
    assert s.seen[2, c.START] == HOUR + 4 * HOUR  # asked at 1 h, moved after 4 h though ward 1 was free from 2 h on
    assert s.seen[2, c.PLACE] == 1


def test_a_transfer_waits_in_its_bed_and_goes_before_admissions() -> None:
    moving = stay(0, 2, WARD2=1, NIGHTS2=0, CLOCK2=HOUR)
    s = hospital([stay(0, 5, WARD=1), moving, stay(HOUR, 1, WARD=1), stay(HOUR, 1)], beds=[1, 1])
    c.run(s, DAY)
    assert s.seen[1, c.REQUEST2] == 2 * HOUR
    assert s.seen[1, c.START2] == 5 * HOUR  # before the third patient, who asked at 1 h
    assert s.seen[1, c.END] == 5 * HOUR
    assert s.seen[3, c.START] == 5 * HOUR  # the bed left behind
    assert s.seen[2, c.START] == 6 * HOUR


def test_a_planned_stay_without_a_bed_is_put_off() -> None:
    s = hospital([stay(0, 48), stay(0, 1, PATIENCE=10 * HOUR)], beds=[1])
    c.run(s, 5 * DAY)
    assert s.seen[1, c.CANCELLED] == 10 * HOUR
    assert s.seen[1, c.START] == -1


def test_discharge_is_held_over_the_weekend() -> None:
    s = hospital([stay(20 * HOUR, 14, NIGHTS=1, HELD=300), stay(20 * HOUR, 14, NIGHTS=1, HELD=800)], beds=[2])
    s.calendar[1, 1:3] = 500  # on days 1 and 2 half of those who would leave are held
    c.run(s, 10 * DAY)
    assert (s.seen[:, c.END]).tolist() == [3 * DAY + 14 * HOUR, DAY + 14 * HOUR]


def test_beds_that_close_take_nobody_but_send_nobody_away() -> None:
    s = hospital([stay(0, 40), stay(0, 40), stay(30 * HOUR, 1)], beds=[2])
    s.beds[0, 1:3] = 1
    c.run(s, 10 * DAY)
    assert s.seen[:2, c.END].tolist() == [40 * HOUR, 40 * HOUR]
    assert s.seen[2, c.START] == 40 * HOUR


def test_nothing_happens_after_the_horizon() -> None:
    s = hospital([stay(0, 48), stay(2 * DAY, 1)], beds=[2])
    c.run(s, DAY)
    assert s.seen[0, c.END] == -1
    assert (s.seen[1] == -1).all()


def test_plain_python_gives_the_same_as_the_compiled_pass() -> None:
    compiled = hashlib.sha256(run_hospital(make_plan(seed=3, size=0.02)).seen.tobytes()).hexdigest()
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
    plain = subprocess.run([sys.executable, "-c", PLAIN], capture_output=True, text=True, check=True, env=environment)
    assert plain.stdout.strip() == compiled
