"""The rules of the engine, one hand-made case each; times in minutes."""

import dataclasses

import pytest

from chairs.twin.anchors.short import delay, exponential, fixed, release, route, seize
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.resources import Closure, Resource, Shift
from chairs.twin.state import Present
from chairs.twin.steps import (
    EndPatience,
    Leave,
    Patience,
    Reclass,
    Release,
    Route,
    Seize,
    Window,
    Worsening,
)

from .conftest import booked, hospital, one_bed, story

pytestmark = pytest.mark.unit


def test_first_come_first_served(told):
    assert told(one_bed(0, 1, 2), "ask") == [(0, 0, 10), (1, 10, 20), (2, 20, 30)]


def test_a_freed_unit_is_offered_to_the_queue_before_its_releaser_goes_on(told):
    steps = (
        seize("first", "doctor"),
        delay("visit", fixed(10)),
        release("visit ends", "doctor"),
        seize("second", "doctor"),
        delay("again", fixed(5)),
        release("again ends", "doctor"),
        Leave(name="out"),
    )
    model = hospital([booked(0, 1, to="first")], [Resource(name="doctor", capacity=1)], steps)
    assert told(model, "first") == [(0, 0, 10), (1, 10, 20)]
    assert told(model, "second") == [(10, 20, 25), (20, 25, 30)]


def test_the_cubicle_is_kept_while_a_bed_is_awaited(told):
    steps = (
        seize("cubicle", "cubicle"),
        delay("care", fixed(10)),
        seize("bed", "bed"),
        release("to ward", "cubicle"),
        delay("stay", fixed(100)),
        release("ward ends", "bed"),
        Leave(name="out"),
    )
    beds = [Resource(name="cubicle", capacity=1), Resource(name="bed", capacity=1)]
    model = hospital([booked(0, 1, 2, to="cubicle")], beds, steps)
    assert told(model, "bed") == [(10, 10, 110), (20, 110, 210), (120, 210, 310)]
    assert told(model, "cubicle") == [(0, 0, 10), (1, 10, 110), (2, 110, 210)]


def test_priority_counts_by_class_and_inside_a_class_the_request():
    steps = (seize("ask", "bed"), delay("stay", fixed(10)), release("ends", "bed"), Leave(name="out"))
    arrivals = [
        booked(0, 1, 2, to="ask", name="slow", patient_class="b"),
        booked(3, 4, to="ask", name="urgent", patient_class="a"),
    ]
    model = hospital(arrivals, [Resource(name="bed", capacity=1, priority={"b": 1})], steps, classes=("a", "b"))
    starts = {line[0]: line[3] for line in story(model) if line[1] == "ask"}
    assert starts == {
        "slow-0000001": 0,
        "urgent-0000001": 10,
        "urgent-0000002": 20,
        "slow-0000002": 30,
        "slow-0000003": 40,
    }


def impatient(patience, at="ask bed"):
    steps = (
        seize("ask cubicle", "cubicle"),
        Patience(name="clock", duration=always(fixed(patience)), leaves="gives up"),
        seize("ask bed", "bed"),
        EndPatience(name="seen"),
        delay("stay", fixed(100)),
        release("ends", "cubicle", "bed", next="out"),
        Release(name="gives up"),
        Leave(name="left unseen"),
        Leave(name="out"),
    )
    beds = [Resource(name="cubicle", capacity=2), Resource(name="bed", capacity=1)]
    return hospital([booked(0, 1, 2, to="ask cubicle")], beds, steps)


def test_who_loses_patience_gives_back_what_he_holds(told):
    model = impatient(20)
    assert told(model, "left unseen") == [(None, 21, 21), (None, 41, 41)]
    assert told(model, "ask cubicle") == [(0, 0, 100), (1, 1, 21), (2, 21, 41)]
    assert told(model, "ask bed") == [(0, 0, 100), (1, None, 21), (21, None, 41)]


def test_patience_that_ends_in_treatment_counts_at_the_next_wait(told):
    steps = (
        Patience(name="clock", duration=always(fixed(5)), leaves="gives up"),
        delay("triage", fixed(10)),
        seize("ask", "bed"),
        delay("stay", fixed(10)),
        release("ends", "bed", next="out"),
        Leave(name="gives up"),
        Leave(name="out"),
    )
    model = hospital([booked(0, to="clock")], [Resource(name="bed", capacity=1)], steps)
    assert told(model, "gives up") == [(None, 10, 10)]


def test_several_resources_are_granted_at_once_and_others_may_pass():
    steps = (
        Route(name="kind", by="class", to=("both", "one"), probabilities=((1.0, 0.0), (0.0, 1.0))),
        seize("both", "room", "nurse"),
        delay("care", fixed(10)),
        release("care ends", "room", "nurse", next="out"),
        seize("one", "room"),
        delay("rest", fixed(30)),
        release("rest ends", "room", next="out"),
        Leave(name="out"),
    )
    arrivals = [
        booked(0, 1, to="kind", name="both"),
        booked(2, to="kind", name="one", patient_class="b"),
    ]
    for overtaking, starts in ((True, {(0, 0), (1, 10), (2, 2)}), (False, {(0, 0), (1, 10), (2, 10)})):
        rooms = [Resource(name="room", capacity=2, overtaking=overtaking), Resource(name="nurse", capacity=1)]
        model = hospital(arrivals, rooms, steps, classes=("a", "b"))
        got = {line[2:4] for line in story(model) if line[1] in ("both", "one")}
        assert got == starts, overtaking


def test_units_above_one():
    steps = (
        Seize(name="ask", options=({"bed": 2},)),
        delay("stay", fixed(10)),
        release("ends", "bed"),
        Leave(name="out"),
    )
    model = hospital([booked(0, 1, to="ask")], [Resource(name="bed", capacity=3)], steps)
    assert [line[2:] for line in story(model) if line[1] == "ask"] == [(0, 0, 10), (1, 10, 20)]


def test_a_pool_is_tried_in_order_of_preference_and_the_first_free_place_taken():
    steps = (
        Seize(name="ask", options=({"home": 1}, {"outlying": 1})),
        delay("stay", fixed(10)),
        release("ends", "home", "outlying"),
        Leave(name="out"),
    )
    wards = [Resource(name="home", capacity=1), Resource(name="outlying", capacity=1)]
    model = hospital([booked(0, 3, 5, 6, to="ask")], wards, steps)
    from chairs.twin.simulate import simulate

    events = simulate(model, horizon=100.0).events
    taken = events.loc[events["activity"] == "ask", "resource"].tolist()
    assert taken == ["home", "outlying", "home", "outlying"]
    assert [line[3] for line in story(model) if line[1] == "ask"] == [0, 3, 10, 13]


def test_a_full_queue_turns_newcomers_away(told):
    steps = (
        seize("ask", "bed", queue_limit=1, refused="away"),
        delay("stay", fixed(10)),
        release("ends", "bed", next="out"),
        Leave(name="away"),
        Leave(name="out"),
    )
    model = hospital([booked(0, 1, 2, 11, to="ask")], [Resource(name="bed", capacity=1)], steps)
    assert told(model, "away") == [(None, 2, 2)]
    assert told(model, "out") == [(None, 10, 10), (None, 20, 20), (None, 30, 30)]


def test_a_bed_is_cleaned_before_the_next_patient(told):
    assert told(one_bed(0, 1, cleaning=fixed(5)), "ask") == [(0, 0, 10), (1, 15, 25)]


def test_a_reduction_lets_current_work_finish(told):
    bed = {"shifts": (Shift(at=0, capacity=2), Shift(at=0.1, capacity=1)), "capacity": None}
    assert told(one_bed(0, 0, 0, stay=20, **bed), "ask") == [(0, 0, 20), (0, 0, 20), (0, 20, 40)]


def test_a_reduction_can_interrupt_and_work_is_resumed(told):
    bed = {
        "shifts": (Shift(at=0, capacity=2), Shift(at=0.1, capacity=1), Shift(at=0.25, capacity=2)),
        "capacity": None,
        "on_reduction": "preempt",
    }
    model = one_bed(0, 1, stay=20, **bed)
    assert told(model, "ask") == [(0, 0, 20), (1, 1, 6)]
    assert told(model, "ask, resumed") == [(6, 15, 30)]
    assert told(model, "ask, resumed", horizon=10) == [(6, None, None)]
    assert told(model, "ask, resumed", horizon=20) == [(6, 15, None)]
    assert told(one_bed(0, 1, stay=20, **bed), "out") == [(None, 20, 20), (None, 30, 30)]


def test_a_closed_resource_serves_nobody(told):
    closed = (Closure(start=5, end=50, capacity=0),)
    assert told(one_bed(0, 1, closures=closed), "ask") == [(0, 0, 10), (1, 50, 60)]


def test_waiting_raises_the_priority():
    steps = (seize("ask", "bed"), delay("stay", fixed(10)), release("ends", "bed"), Leave(name="out"))
    arrivals = [
        booked(0, 3, 6, 14, 16, to="ask", name="urgent"),
        booked(1, to="ask", name="slow", patient_class="b"),
    ]
    plain = Resource(name="bed", capacity=1, priority={"b": 1})
    for bed, start in ((plain, 50), (dataclasses.replace(plain, ageing={"b": 12.0}), 20)):
        model = hospital(arrivals, [bed], steps, classes=("a", "b"))
        assert [line[3] for line in story(model) if line[0] == "slow-0000001" and line[1] == "ask"] == [start]


def test_waiting_can_make_worse():
    worsens = Worsening(after=always(fixed(5)), to={"b": "a"})
    steps = (
        seize("ask", "bed", worsens=worsens),
        delay("stay", Durations(by="class", rows=(fixed(10), fixed(1)))),
        release("ends", "bed"),
        Leave(name="out"),
    )
    arrivals = [booked(0, 7, to="ask", name="urgent"), booked(1, to="ask", name="slow", patient_class="b")]
    model = hospital(arrivals, [Resource(name="bed", capacity=1, priority={"b": 1})], steps, classes=("a", "b"))
    asked = {line[0]: line[2:] for line in story(model) if line[1] == "ask"}
    assert asked["slow-0000001"] == (1, 10, 20)
    assert asked["urgent-0000002"] == (7, 20, 30)


def test_patients_leave_in_the_window(told):
    steps = (
        seize("ask", "bed"),
        delay("stay", fixed(60), window=Window(opens=10, closes=12)),
        release("ends", "bed"),
        Leave(name="out"),
    )
    model = hospital([booked(0, 600, 720, to="ask")], [Resource(name="bed", capacity=9)], steps)
    assert [line[2] for line in told(model, "ask", horizon=5000)] == [600, 660, 600 + 1440]


def test_the_route_can_depend_on_the_visit(told):
    steps = (
        delay("care", Durations(by="visit", rows=(fixed(1), fixed(10), fixed(100))), activity="care"),
        Route(name="again?", by="visit", to=("care", "out"), probabilities=((1.0, 0.0),) * 3 + ((0.0, 1.0),)),
        Leave(name="out"),
    )
    model = hospital([booked(0, to="care")], [], steps)
    assert [end - start for _, start, end in told(model, "care")] == [1, 10, 100, 100]


def test_classes_change_on_the_way():
    steps = (
        Reclass(name="turns", to={"a": "b"}),
        delay("stay", Durations(by="class", rows=(fixed(1), fixed(7)))),
        Leave(name="out"),
    )
    model = hospital([booked(0, to="turns")], [], steps, classes=("a", "b"))
    assert [line[4] for line in story(model) if line[1] == "out"] == [7]


def test_those_present_at_the_start_go_on_where_they_are(told):
    state = [
        Present(step="stay", patient_class="a", elapsed=4, holds={"bed": 1}),
        Present(step="ask", patient_class="a", elapsed=2),
        Present(step="ask", patient_class="a", elapsed=9, priority=0),
    ]
    assert sorted(told(one_bed(1), "ask", state=state)) == [(-9, 6, 16), (-4, -4, 6), (-2, 16, 26), (1, 26, 36)]


def test_the_clock_of_somebody_present_runs_on(told):
    state = [
        Present(step="stay", patient_class="a", elapsed=0, holds={"bed": 1, "cubicle": 1}),
        Present(
            step="ask bed", patient_class="a", elapsed=3, holds={"cubicle": 1}, patience="clock", patience_elapsed=3
        ),
    ]
    assert told(impatient(20), "left unseen", state=state)[-1] == (None, 17, 17)


def test_a_stay_beyond_all_that_was_observed_ends_at_once(told):
    seen = Duration(kind="empirical", values=(1.0, 2.0, 30.0))
    state = [
        Present(step="stay", patient_class="a", elapsed=40, holds={"bed": 1}),
        Present(step="stay", patient_class="a", elapsed=5, holds={"bed": 1}),
    ]
    ends = [line[2] for line in told(one_bed(900, stay=seen, capacity=2), "ask", state=state)[-2:]]
    assert sorted(ends) == [0, 25]


def test_appointments_are_kept_in_the_share_given():
    kept = [line for line in story(one_bed(*range(1000), capacity=None), horizon=2000) if line[1] == "arrival"]
    some = dataclasses.replace(one_bed(0, capacity=None), arrivals=(booked(*range(1000), to="ask", shows=0.7),))
    shown = [line for line in story(some, horizon=2000) if line[1] == "arrival"]
    assert len(kept) == 1000
    assert 650 < len(shown) < 750


def test_exponential_and_route_draws_do_not_move_when_a_step_is_put_in():
    steps = (
        route("which", {"stay": 0.5, "out": 0.5}),
        delay("stay", exponential(5), activity="stay"),
        Leave(name="out"),
    )
    more = (steps[0], delay("paper", fixed(0.5)), *steps[1:])
    more = (dataclasses.replace(steps[0], to=("paper", "out")), *more[1:])
    short, long = (hospital([booked(*range(50), to="which")], [], s) for s in (steps, more))
    lengths = [
        [(line[0], round(line[4] - line[3], 5)) for line in story(model) if line[1] == "stay"]
        for model in (short, long)
    ]
    assert lengths[0] == lengths[1]
    assert 10 < len(lengths[0]) < 40
