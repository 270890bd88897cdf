"""Runs from one prepared memory: the same numbers as `simulate`, whatever the threads; a settled state is one."""

from __future__ import annotations

import datetime as dt
import threading

import numpy as np
import pytest

from chairs.twin.measures import Measures, read_sums
from chairs.twin.running import Cancelled
from chairs.twin.settled import settled
from chairs.twin.simulate import simulate
from chairs.twin.standing import stand
from chairs.twin.state import check_state

pytestmark = pytest.mark.unit

AT = dt.datetime(2024, 1, 8, 7, tzinfo=dt.UTC)
WEEK = 7 * 1440.0


def values(program, sums):
    measures = Measures(program=program, sums=tuple(sums))
    return np.array(
        [measures.values("in_use", "A"), measures.values("mean", "wait ED"), measures.values("visits", "out")]
    )


def test_the_numbers_are_those_of_a_plain_simulation(small_hospital):
    state = settled(small_hospital, AT, 28, seed=3)
    ready = stand(small_hospital, state, AT, WEEK, seed=5)
    plain = simulate(small_hospital, start=AT, horizon=WEEK, replications=6, seed=5, state=state)
    for threads in (1, 3):
        found = ready.run(read_sums, range(6), threads, threading.Event())
        np.testing.assert_array_equal(values(ready.program, found), values(plain.program, plain.measures.sums))


def test_a_settled_state_is_the_end_of_a_run(small_hospital):
    state = settled(small_hospital, AT, 28, seed=3)
    run = simulate(small_hospital, start=AT - dt.timedelta(days=28), horizon=28 * 1440.0, seed=3)
    check_state(state, run.program)
    beds = sum(person.holds.get("A", 0) for person in state)
    last = run.samples(1440.0)[0, -1, [r.name for r in small_hospital.resources].index("A")]
    assert beds == last[0]
    assert all(person.elapsed >= 0 and (person.since_arrival or 0) >= person.elapsed for person in state)


def test_it_stops_when_told(small_hospital):
    stop = threading.Event()
    stop.set()
    with pytest.raises(Cancelled):
        stand(small_hospital, (), AT, WEEK).run(read_sums, range(3), 1, stop)
