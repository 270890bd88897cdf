"""Futures drawn one after the other in one memory: each is the plain simulation from its own state, to the byte."""

from __future__ import annotations

import dataclasses
import datetime as dt

import numpy as np
import pytest

from chairs.core.streams import stream
from chairs.twin.arrivals import Arrivals
from chairs.twin.chances import Chance
from chairs.twin.durations import Duration, always
from chairs.twin.engine import layout as code
from chairs.twin.forecasting import Forecaster
from chairs.twin.futures import Futures
from chairs.twin.lines import read_lines
from chairs.twin.memory import new_memory
from chairs.twin.model import Model
from chairs.twin.settled import settled
from chairs.twin.simulate import simulate
from chairs.twin.starting import Starter
from chairs.twin.state import Present
from chairs.twin.steps import Delay, Leave
from chairs.twin.surviving import Surviving
from chairs.twin.unit_hours import MEASURES, Places

pytestmark = pytest.mark.unit

AT = dt.datetime(2024, 1, 8, 7, tzinfo=dt.UTC)
FIXED = (Duration(kind="fixed", mean=10.0), Duration(kind="fixed", mean=1000.0))
MIXED = Duration(kind="mixture", weights=(0.5, 0.5), parts=FIXED)


def mixed() -> Model:
    """Everybody stays ten minutes or a thousand, then five."""
    steps = (
        Delay(name="stay", duration=always(MIXED), activity="stay"),
        Delay(name="go", duration=always(Duration(kind="fixed", mean=5.0)), activity="go"),
        Leave(name="out"),
    )
    nearly_nobody = Arrivals(name="in", to="stay", classes={"all": 1.0}, rates=(1e-9,) * 24)
    return Model(name="mixed", classes=("all",), arrivals=(nearly_nobody,), resources=(), steps=steps)


def several_ways(people: tuple[Present, ...]) -> Starter:
    """Those present are in one of two steps: theirs, whose rest may be known, or another one's."""
    chances = []
    for number, person in enumerate(people):
        other = people[(7 * number + 3) % len(people)]
        known = np.array([[5.0, 0.25], [700.0, 0.75]]) if person.remaining is not None and number % 2 else None
        here = Chance(weight=0.6, step=person.step, elapsed=person.elapsed, holds=person.holds, rest=known)
        there = Chance(weight=0.4, step=other.step, elapsed=other.elapsed, holds=other.holds)
        chances.append((here, there))
    return Starter(people=people, chances=tuple(chances), guessed=0)


def drawn(found: Starter, rng: np.random.Generator) -> tuple[Present, ...]:
    places = [(who, chance) for who, ways in zip(found.people, found.chances, strict=True) for chance in ways]
    return tuple(
        dataclasses.replace(
            places[way][0], step=places[way][1].step, elapsed=places[way][1].elapsed, holds=places[way][1].holds,
            remaining=None if np.isnan(left) else left, patience=None, patience_elapsed=0.0,
            since_arrival=max(places[way][0].since_arrival or 0.0, places[way][1].elapsed),
        )
        for way, left in zip(*(column.tolist() for column in found.draw(rng)), strict=True)
    )  # fmt: skip


@pytest.mark.parametrize("cleaning", [None, Duration(kind="exponential", mean=600.0)])
def test_each_future_is_the_simulation_from_its_own_state(small_hospital: Model, cleaning: Duration | None) -> None:
    """Ninety days: the log outgrows its first memory, and the next future is run in what the last one left.

    How long cleaning takes is drawn by how often the patient held the unit: counted anew in each future.
    """
    cleaned = [dataclasses.replace(one, cleaning=cleaning) for one in small_hospital.resources]
    small_hospital = dataclasses.replace(small_hospital, resources=tuple(cleaned))
    people = tuple(dataclasses.replace(one, patience=None) for one in settled(small_hospital, AT, 28, seed=3))
    horizon, found = 90 * 1440.0, several_ways(people)
    forecaster = Forecaster(small_hospital)
    run = forecaster.run(AT, horizon, (4, 5))
    futures, first = Futures(run, found), new_memory(run.program, key=(0, 0), warm_up=0.0, log=True, every=None)
    for number in (0, 1, 2, 0):
        memory, order = futures.future(number)
        lines, state = read_lines(memory, run.program), drawn(found, stream(5, "outlook", number))
        plain = simulate(small_hospital, start=AT, horizon=horizon, seed=5, state=state).replicate(number, log=True)
        assert len(plain.n) > len(first.n)
        for name, values in read_lines(plain, run.program).items():
            np.testing.assert_array_equal(lines[name], values, err_msg=name)
        assert sorted(order.tolist()) == list(range(len(people)))
        assert (np.diff([state[place].elapsed for place in order]) <= 0).all()


def test_who_is_where_at_each_hour_is_what_the_lines_say(small_hospital: Model) -> None:
    """The definition, patient by patient: where he was last given something, until he leaves."""
    people = tuple(dataclasses.replace(one, patience=None) for one in settled(small_hospital, AT, 28, seed=3))
    run = Forecaster(small_hospital).run(AT, 96 * 60.0 + 1e-3, (3, 5))
    futures = Futures(run, several_ways(people))
    whose = np.arange(len(small_hospital.resources)) % 3 + 1  # several resources of one unit
    places = Places(resources=whose, present=1 + np.arange(len(people)) % 4, units=5, hours=96)
    found = list(futures.counts(places, threads=2))
    assert all(np.array_equal(one, other) for one, other in zip(found, futures.counts(places), strict=True))
    for number, counts in enumerate(found):
        memory, order = futures.future(number)
        expected = np.zeros((3, 5, 97))
        for begins, gone in _pathways(read_lines(memory, run.program), places, order):
            turns = [k for k in range(len(begins)) if k == 0 or begins[k][1] != begins[k - 1][1]]
            ends = [*(begins[k][0] for k in turns[1:]), gone]
            stays = [(begins[k][1], begins[k][0], end) for k, end in zip(turns, ends, strict=True)]
            for unit, entered, left in [*stays, (0, begins[0][0], gone)]:
                here = [entered <= 60 * hour < left for hour in range(97)]
                expected[MEASURES.index("census"), unit] += here
                for measure, moment in (("arrivals", entered), ("departures", left)):
                    if 0 <= moment < 97 * 60:
                        expected[MEASURES.index(measure), unit, int(moment // 60)] += 1
        np.testing.assert_array_equal(counts, expected)
        assert counts[1, 0].min() > 0
        assert (counts.sum(axis=2)[:, 1:4] > 0).all()


def _pathways(lines: dict[str, np.ndarray], places: Places, order: np.ndarray):
    """Give of each patient when he comes into which unit, in time, and when he leaves."""
    held = [[(-1.0, int(places.present[who]))] for who in order]
    gone: dict[int, float] = {}
    for who, kind, resource, start, end in zip(
        *(lines[name].tolist() for name in ("who", "kind", "resource", "start", "end")), strict=True
    ):
        who, kind, resource = int(who), int(kind), int(resource)
        held.extend([] for _ in range(len(held), who + 1))
        if kind == code.LOG_HOLD and resource >= 0 and start >= 0:
            held[who].append((start, int(places.resources[resource])))
        elif kind == code.LOG_LEAVE:
            gone[who] = end
    for who, begins in enumerate(held):
        if begins:
            yield sorted(begins, key=lambda one: one[0]), gone.get(who, np.inf)


def test_nobody_present_is_a_run_from_empty(small_hospital: Model) -> None:
    run = Forecaster(small_hospital).run(AT, 2880.0, (1, 5))
    memory, order = Futures(run, Starter(people=(), chances=(), guessed=0)).future(0)
    lines = read_lines(memory, run.program)
    plain = read_lines(run.replicate(0, log=True), run.program)
    assert len(order) == 0
    assert all(np.array_equal(lines[name], plain[name], equal_nan=True) for name in plain)


def test_the_part_of_a_mixture_is_drawn_given_the_time_elapsed() -> None:
    """After twenty minutes only the long part is left; at the start either, as often."""
    for elapsed, ends in ((20.0, {985.0}), (0.0, {15.0, 1005.0})):
        state = [Present(step="stay", patient_class="all", elapsed=elapsed)] * 400
        memory = simulate(mixed(), horizon=2000.0, seed=1, state=state).replicate(0, log=True)
        lines = read_lines(memory, simulate(mixed(), horizon=2000.0).program)
        left = lines["end"][lines["row"] == 2]
        assert set(left.tolist()) == ends
        assert abs((left > 100).mean() - (1.0 if elapsed else 0.5)) < 0.1


def test_a_rest_that_is_known_leaves_the_next_stay_alone() -> None:
    state = [Present(step="stay", patient_class="all", elapsed=2.0, remaining=3.0)] * 50
    run = simulate(mixed(), horizon=2000.0, seed=1, state=state)
    lines = read_lines(run.replicate(0, log=True), run.program)
    assert set(lines["end"][lines["row"] == 2].tolist()) == {8.0}


@pytest.mark.parametrize(
    "duration",
    [
        Duration(kind="empirical", values=(5.0, 1.0, 1.0, 0.0, 9.0), weights=(0.1, 0.2, 0.3, 0.15, 0.25)),
        Duration(kind="empirical", values=tuple(float(k) for k in range(60))),
        Duration(kind="never"),
        Duration(kind="gamma", mean=4.0, cv=0.5),
        MIXED,
    ],
)
def test_survivals_that_are_kept_are_those_of_the_duration(duration: Duration) -> None:
    kept = Surviving()
    for elapsed in [-1.0, 0.0, 1.0, 1.0, 4.999, 5.0, 5.0001, 9.0, 60.0, 3.0, 0.5]:
        assert kept.of(duration, elapsed) == duration.survival(elapsed)
