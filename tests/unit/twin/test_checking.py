"""What is refused, in words, before anything runs; what is only warned of."""

import dataclasses
import datetime as dt

import pytest

from chairs.core.errors import SettingError
from chairs.twin.anchors.queues import mmc
from chairs.twin.anchors.short import delay, fixed, lognormal, release, route, seize
from chairs.twin.arrivals import Arrivals, Attribute
from chairs.twin.checking import check
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.load import offered_load, warnings
from chairs.twin.model import read_model, write_model
from chairs.twin.resources import Closure, Resource, Shift
from chairs.twin.scenario import Scenario, apply, read_scenario
from chairs.twin.simulate import simulate
from chairs.twin.state import Present
from chairs.twin.steps import Leave, Patience, Reclass, Release, Route, Seize, Tally

from .conftest import booked, hospital, one_bed

pytestmark = pytest.mark.unit

GOOD = one_bed(0, 1)


def steps_of(*steps):
    return dataclasses.replace(GOOD, steps=steps)


def bed(**more):
    return dataclasses.replace(GOOD, resources=(Resource(name="bed", **more),))


def rerouted(step):
    return steps_of(step, *GOOD.steps)


ASK, STAY, ENDS, OUT = GOOD.steps
BAD = {
    "negative capacity": bed(capacity=-1),
    "hour of a shift": bed(shifts=(Shift(at=24, capacity=1),)),
    "ends before it starts": bed(capacity=1, closures=(Closure(start=5, end=5),)),
    "priority outside": bed(capacity=1, priority={"a": 100}),
    "unknown class": bed(capacity=1, priority={"z": 1}),
    "ageing time": bed(capacity=1, ageing={"a": 0.0}),
    "nobody ever gets there": steps_of(*GOOD.steps, Leave(name="elsewhere")),
    "never released": steps_of(ASK, STAY, OUT),
    "already hold": steps_of(ASK, seize("again", "bed"), ENDS, OUT),
    "leads nowhere": steps_of(ASK, STAY, ENDS),
    "no time passes": steps_of(ASK, ENDS, route("loop", {"ask": 0.5, "out": 0.5}), OUT),
    "do not sum to one": steps_of(ASK, STAY, ENDS, route("onward", {"out": 0.4, "ask": 0.5}), OUT),
    "one probability a branch": steps_of(
        ASK, STAY, ENDS, Route(name="onward", to=("out", "ask"), probabilities=((1.0,),)), OUT
    ),
    'unknown step "home"': steps_of(ASK, STAY, release("ends", "bed", next="home"), OUT),
    'unknown resource "sofa"': steps_of(seize("ask", "sofa"), STAY, ENDS, OUT),
    "asks for nothing": steps_of(Seize(name="ask", options=()), STAY, ENDS, OUT),
    "go together": steps_of(seize("ask", "bed", queue_limit=3), STAY, ENDS, OUT),
    "number of units": steps_of(Seize(name="ask", options=({"bed": 0},)), STAY, ENDS, OUT),
    'unknown "by"': steps_of(ASK, delay("stay", Durations(by="moon", rows=(fixed(1),))), ENDS, OUT),
    "24 needed": steps_of(ASK, delay("stay", Durations(by="hour", rows=(fixed(1),))), ENDS, OUT),
    "unknown clock": steps_of(ASK, STAY, ENDS, Tally(name="t", measure="m", since="never set"), OUT),
    "given twice": steps_of(ASK, STAY, ENDS, STAY, OUT),
    "shares of the classes": dataclasses.replace(
        GOOD, arrivals=(dataclasses.replace(GOOD.arrivals[0], classes={"a": 0.9}),)
    ),
    "rate or factor is negative": dataclasses.replace(mmc(1, 2, 1), arrivals=(mmc(-1, 2, 1).arrivals[0],)),
    "shares do not sum": dataclasses.replace(GOOD, attributes=(Attribute(name="age", levels=("x",), shares=(0.5,)),)),
    "no step": steps_of(),
    'unknown class "b"': rerouted(Reclass(name="turn", to={"a": "b"})),
    "capacity of more than a billion": bed(capacity=10**30),
    "more than a billion arrivals": dataclasses.replace(
        GOOD, arrivals=(Arrivals(name="crowd", to="ask", classes={"a": 1.0}, kind="cycle", rates=(1e12,)),)
    ),
    "name is that of those present": dataclasses.replace(GOOD, arrivals=(booked(0, to="ask", name="present"),)),
    "column of the table of cases": dataclasses.replace(
        GOOD, attributes=(Attribute(name="case_id", levels=("x",), shares=(1.0,)),)
    ),
    'step "nap": a loop in which no time passes': steps_of(
        delay("nap", fixed(0.0)), route("loop", {"nap": 1.0, "ask": 0.0}), ASK, STAY, ENDS, OUT
    ),
    'step "wink": a loop in which no time passes': steps_of(
        ASK, ENDS, delay("wink", fixed(1e-12)), route("onward", {"ask": 0.5, "out": 0.5}), OUT
    ),
    'step "leaves": a loop in which no time passes': hospital(
        [booked(0, to="patience")],
        [Resource(name="bed", capacity=0)],
        (
            Patience(name="patience", duration=always(fixed(0.0)), leaves="leaves"),
            ASK,
            STAY,
            ENDS,
            OUT,
            route("leaves", {"patience": 0.5, "out": 0.5}),
        ),
    ),
}


@pytest.mark.parametrize("words", BAD)
def test_what_cannot_run_is_refused_in_words(words):
    with pytest.raises(SettingError) as refusal:
        simulate(BAD[words], horizon=10.0)
    assert words in str(refusal.value)
    assert refusal.value.say("fr") != refusal.value.say("en")


def test_all_faults_are_told_at_once():
    model = dataclasses.replace(bed(capacity=-1), steps=(seize("ask", "sofa"), STAY, ENDS, OUT))
    with pytest.raises(SettingError) as refusal:
        check(model, horizon=-1.0)
    assert len(refusal.value.problems) == 1  # the length of the run is looked at first
    with pytest.raises(SettingError) as refusal:
        check(model, horizon=1.0)
    assert len(refusal.value.problems) == 2


@pytest.mark.parametrize("horizon", [0.0, -1.0, float("nan"), float("inf"), 1e300])
def test_a_run_of_no_length_or_without_end_is_refused(horizon):
    with pytest.raises(SettingError):
        simulate(GOOD, horizon=horizon)


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "lognormal", "mean": 3.0},
        {"kind": "lognormal", "mean": -3.0, "cv": 1.0},
        {"kind": "exponential", "mean": float("nan")},
        {"kind": "exponential", "mean": 0.0},
        {"kind": "fixed", "mean": 1.0, "cv": 2.0},
        {"kind": "empirical", "values": ()},
        {"kind": "empirical", "values": (1.0, 2.0), "weights": (1.0,)},
        {"kind": "uniform", "least": 3.0, "most": 2.0},
        {"kind": "mixture", "weights": (0.5, 0.6), "parts": (Duration(kind="fixed", mean=1.0),) * 2},
        {"kind": "sometimes"},
    ],
)
def test_a_duration_that_means_nothing_is_refused(given):
    with pytest.raises(SettingError):
        Duration(**given)


def test_an_unstable_queue_is_warned_of_and_runs():
    busy = mmc(3.0, 1.0, 2)
    assert ["server" in text.en and "3.0" in text.en for text in warnings(busy)] == [True]
    assert simulate(busy, horizon=10.0).measures.values("visits", "ask")[0] > 0
    assert warnings(mmc(1.9, 1.0, 2)) == []


def test_the_offered_load_follows_the_visits():
    steps = (
        seize("ask", "bed"),
        delay("stay", lognormal(4.0, cv=2.0)),
        release("ends", "bed"),
        route("again?", {"ask": 0.75, "out": 0.25}),
        Leave(name="out"),
    )
    model = dataclasses.replace(mmc(0.5, 1.0, 1), steps=steps, resources=(Resource(name="bed", capacity=9),))
    assert offered_load(model)["bed"] == pytest.approx(0.5 * 4 * 4.0)


def test_a_state_that_does_not_fit_names_its_rows():
    state = [Present(step="stay", patient_class="a"), Present(step="out", patient_class="z", holds={"sofa": 1})]
    with pytest.raises(SettingError) as refusal:
        simulate(GOOD, horizon=10.0, state=state)
    assert {fault.row for fault in refusal.value.problems} == {2}
    assert len(refusal.value.problems) == 3


def test_a_model_survives_json():
    import json

    from chairs.twin.anchors.queues import boarding

    for model in (
        GOOD,
        boarding(dict(arrival_rate=1, ed_service_rate=1, cubicles=2, p_admit=0.5, ward_rate=1, ward_beds=1)),
    ):
        assert read_model(json.loads(json.dumps(write_model(model)))) == model


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"steps": [{"kind": "dance", "name": "x"}]}, 'unknown kind of step "dance"'),
        ({"steps": [{"kind": "leave", "name": "x", "colour": 1}]}, 'unknown key "colour"'),
        ({"steps": [{"name": "x"}]}, 'unknown kind of step "None"'),
        ({"colour": 1}, 'unknown key "colour"'),
        ({"steps": 3}, "a list is expected"),
    ],
)
def test_a_model_file_with_an_unknown_word_is_refused(change, words):
    with pytest.raises(SettingError, match=words.replace("?", r"\?")):
        read_model({**write_model(GOOD), **change})


def test_a_scenario_changes_what_it_names_and_refuses_what_is_unknown():
    changed = apply(read_scenario({"resources": {"bed": {"capacity": 3}}}), GOOD)
    assert changed.resources[0].capacity == 3
    assert changed.steps == GOOD.steps
    for scenario in (
        Scenario(resources={"sofa": {"capacity": 1}}),
        Scenario(resources={"bed": {"colour": 1}}),
        Scenario(steps={"stay": {"duration": 3}}),
    ):
        with pytest.raises(SettingError):
            apply(scenario, GOOD)
    longer = apply(Scenario(steps={"stay": {"duration": {"rows": [{"kind": "fixed", "mean": 7.0}]}}}), GOOD)
    assert longer.steps[1].duration.rows[0].mean == 7


def test_leaving_with_a_bed_in_hand_through_a_queue_is_found():
    model = hospital(
        [booked(0, to="ask")],
        [Resource(name="bed", capacity=1), Resource(name="test", capacity=1)],
        (
            seize("ask", "bed"),
            seize("test", "test", queue_limit=0, refused="out"),
            delay("testing", fixed(1)),
            Release(name="ends"),
            Leave(name="out"),
        ),
    )
    with pytest.raises(SettingError, match="never released"):
        check(model, horizon=1.0)


@pytest.mark.parametrize(
    ("person", "words"),
    [
        ({"attributes": {"age": "old"}}, "attributes"),
        ({"elapsed": float("nan")}, "elapsed"),
        ({"elapsed": 9.0, "since_arrival": 3.0}, "since_arrival"),
        ({"holds": {"bed": 10**30}}, "holds"),
        ({"priority": 100}, "priority"),
        ({"patience": "stay"}, "patience"),
    ],
)
def test_a_person_who_cannot_be_is_refused(person, words):
    with pytest.raises(SettingError, match=f'row 1: "{words}" does not fit'):
        simulate(GOOD, horizon=10.0, state=[Present(step="stay", patient_class="a", **person)])


def test_two_people_of_one_name_are_refused():
    twice = [Present(step="stay", patient_class="a", case_id="A")] * 2
    with pytest.raises(SettingError, match='"case_id" is given twice'):
        simulate(GOOD, horizon=10.0, state=twice)


@pytest.mark.parametrize(("year", "days"), [(9998, 3.0), (1800, 3.0), (2026, 366.0 * 200)])
def test_a_run_outside_the_years_of_the_calendar_is_refused(year, days):
    start = dt.datetime(year, 1, 1, tzinfo=dt.UTC)
    with pytest.raises(SettingError, match="leaves the years 1900 to 2199"):
        simulate(GOOD, horizon=days * 1440, start=start)


def test_a_model_with_too_many_ways_is_not_searched_in_full_and_says_so(monkeypatch):
    monkeypatch.setattr("chairs.twin.paths.MOST_STATES", 2)
    assert "were not looked for" in warnings(GOOD)[0].en
    simulate(dataclasses.replace(GOOD, steps=(ASK, STAY, OUT)), horizon=10.0)  # never released, and not found
