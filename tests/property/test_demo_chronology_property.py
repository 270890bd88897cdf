"""Whatever the patients and the beds: nobody is lost, no ward overflows, nothing happens before its cause."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chairs.demo import chronology as c

pytestmark = pytest.mark.property

HOUR, DAY = 3_600, 86_400
WARDS, DAYS = 3, 30

patient = st.tuples(
    st.integers(0, 6 * DAY),  # arrival
    st.sampled_from([0, 0, 0, 1]),  # ED, or direct
    st.integers(0, 4),  # level
    st.integers(-1, WARDS - 1),  # ward
    st.integers(-1, WARDS - 1),  # second ward
    st.integers(0, 4),  # nights
    st.integers(HOUR, DAY - 1),  # clock
    st.integers(60, 5 * HOUR),  # durations
    st.integers(60, 20 * HOUR),  # patience
)


def run(rows: list[tuple[int, ...]], beds: list[int], closed: int) -> c.State:
    people = np.zeros((len(rows), c.GIVEN), dtype=np.int64)
    for i, (arrival, site, level, ward, ward2, nights, clock, length, patience) in enumerate(sorted(rows)):
        people[i, [c.ARRIVAL, c.SITE, c.LEVEL, c.NIGHTS, c.NIGHTS2]] = arrival, site, level, nights, nights
        people[i, [c.CLOCK, c.CLOCK2, c.PATIENCE]] = clock, clock, patience
        people[i, [c.TRIAGE, c.DOCTOR, c.TESTS, c.LEAVING, c.MOVE]] = length // 5 + 1
        people[i, c.IMAGING] = length if length % 2 else 0
        people[i, c.WARD] = max(ward, 0) if site else ward
        # patients go on to wards of higher rank only, as in the hospital: no two can wait for each other's bed
        people[i, c.WARD2] = ward2 if ward2 > people[i, c.WARD] >= 0 else -1
    wards = np.repeat(np.array(beds)[:, None], DAYS, axis=1)
    wards[0, 2:5] = max(0, beds[0] - closed)
    s = c.State(
        given=people,
        seen=np.full((len(rows), c.SEEN), -1),
        staff=np.ones((4, 1, 2, 24), dtype=np.int64) * np.array([1, 2, 3, 1]).reshape(4, 1, 1, 1),
        beds=wards,
        calendar=np.zeros((2, DAYS), dtype=np.int64),
        overflow=np.array([[1], [2], [-1]]),
        patience=6 * HOUR,
        busy=np.zeros((4, 1), dtype=np.int64),
        census=np.zeros(WARDS, dtype=np.int64),
        link=np.full(len(rows), -1),
        ends=np.full((2, 7 + 2 * WARDS), -1),
        heap=np.zeros(10_000, dtype=np.int64),
    )
    c.run(s, DAYS * DAY)
    return s


def present(s: c.State, ward: int, moment: int) -> int:
    total = 0
    for place, start, end in ((c.PLACE, c.START, c.END), (c.PLACE2, c.START2, c.END2)):
        lay = (s.seen[:, place] == ward) & (s.seen[:, start] >= 0) & (s.seen[:, start] <= moment)
        total += int((lay & ((s.seen[:, end] < 0) | (s.seen[:, end] > moment))).sum())
    return total


@settings(max_examples=150, deadline=None)
@given(
    st.lists(patient, min_size=1, max_size=40), st.lists(st.integers(1, 4), min_size=3, max_size=3), st.integers(0, 4)
)
def test_every_patient_is_somewhere_and_no_ward_overflows(
    rows: list[tuple[int, ...]], beds: list[int], closed: int
) -> None:
    s = run(rows, beds, closed)
    seen, given_ = s.seen, s.given
    times = np.unique(seen[:, [c.START, c.START2]])
    for ward in range(WARDS):
        assert all(present(s, ward, int(moment)) <= beds[ward] for moment in times if moment >= 0)
    for earlier, later in (
        (c.TRIAGE_START, c.TRIAGE_END),
        (c.TRIAGE_END, c.DOCTOR_START),
        (c.DOCTOR_START, c.DOCTOR_END),
        (c.DOCTOR_END, c.DECISION),
        (c.REQUEST, c.START),
        (c.START, c.END),
        (c.REQUEST2, c.START2),
        (c.START2, c.END2),
    ):
        both = (seen[:, earlier] >= 0) & (seen[:, later] >= 0)
        assert (seen[both, earlier] <= seen[both, later]).all()
    ed = given_[:, c.SITE] == 0
    # everyone has left the ED, waits in it, or never got that far; nobody both leaves unseen and is seen
    assert not ((seen[:, c.UNSEEN] >= 0) & (seen[:, c.DOCTOR_START] >= 0)).any()
    waiting = np.flatnonzero(ed & (seen[:, c.ED_EXIT] < 0))
    queued = {int(i) for i in _members(s)}
    under_way = {int(k) & ((1 << 23) - 1) for k in s.heap[1 : s.heap[0] + 1]}
    assert set(waiting.tolist()) <= queued | under_way
    free = [int(s.busy[0, 0]), int(s.busy[1, 0]), int(s.busy[2, 0]), int(s.busy[3, 0])]
    assert 0 <= free[0] <= 1
    assert 0 <= free[1] <= 2
    assert 0 <= free[2] <= 3
    assert 0 <= free[3] <= 1
    assert s.census.tolist() == [present(s, ward, DAYS * DAY) + _under_way(s, ward) for ward in range(WARDS)]


def _members(s: c.State) -> list[int]:
    found = []
    for queue in range(s.ends.shape[1]):
        now = int(s.ends[0, queue])
        while now >= 0:
            found.append(now)
            now = int(s.link[now])
    return found


def _under_way(s: c.State, ward: int) -> int:
    """Beds kept for people who are still being brought there."""
    first = (s.seen[:, c.PLACE] == ward) & (s.seen[:, c.START] < 0)
    second = (s.seen[:, c.PLACE2] == ward) & (s.seen[:, c.START2] < 0)
    return int((first | second).sum())
