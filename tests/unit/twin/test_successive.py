"""Delays one after the other: laws worked out path by path, a closed formula, and the engine's own patients."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import math
from collections import Counter
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.model import Model
from chairs.twin.outlook import Question, outlook
from chairs.twin.resources import Resource
from chairs.twin.starting import starter
from chairs.twin.steps import Delay, Leave, Release, Route, Seize, Step
from chairs.twin.whereabouts import Person

pytestmark = pytest.mark.unit

OPEN = [8 <= hour < 18 and day < 5 for day in range(7) for hour in range(24)]  # office hours
WAIT = [next(wait for wait in range(168) if OPEN[(hour + wait) % 168]) for hour in range(168)]
Law = dict[tuple[str, float], float]  # where he is and how long he stays there, with the probability


def fixed(minutes: float) -> Duration:
    return Duration(kind="fixed", mean=float(minutes))


def values(*shares: tuple[float, float]) -> Duration:
    return Duration(kind="empirical", values=tuple(v for v, _ in shares), weights=tuple(w for _, w in shares))


def ward(*between: Step, stay: tuple[Step, ...] = ()) -> Model:
    """Seen in A, then what lies between, then in B for good."""
    return Model(
        name="ward",
        classes=("all",),
        arrivals=(Arrivals(name="in", to="A", classes={"all": 1.0}, rates=(1e-9,) * 24),),
        resources=(Resource(name="U"), Resource(name="V")),
        steps=(
            Seize(name="A", options=({"U": 1},), activity="a"),
            *stay,
            Release(name="given back"),
            *between,
            Seize(name="B", options=({"V": 1},), activity="b"),
            Delay(name="for good", duration=fixed(1e5)),
            Release(name="free"),
            Leave(name="out"),
        ),
    )


def person(begun: dt.datetime, *, over: bool) -> Person:
    since = round(begun.timestamp() * 1_000_000)
    return Person(
        case="c", unit="U", since=since, arrived=since, activity="a", step_since=since,
        step_end=since if over else None,
        waiting=False, resource="U", history=(("a", "U", "U"),),
    )  # fmt: skip


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour, minute, tzinfo=ZoneInfo("Europe/Paris"))  # the 5th is a Monday


def gate(name: str, then: str) -> tuple[Step, ...]:
    """Office hours are waited for, until ten past eight."""
    lines = tuple((1.0, 0.0) if wait == 0 else (0.0, 1.0) for wait in WAIT)
    days = tuple(fixed(1440 * ((hour % 24 + WAIT[hour]) // 24)) for hour in range(168))
    return (
        Route(name=name, to=(then, f"{name}, opens"), probabilities=lines, by="hour_of_week"),
        Delay(name=f"{name}, opens", duration=Durations(by="hour_of_week", rows=days), lands=fixed(490), next=then),
    )


WORK = values((30.0, 0.25), (240.0, 0.75))
REST = Durations(by="hour_of_week", rows=tuple(fixed(60 * wait) for wait in WAIT))
PLACES = (
    *gate("go", "meant"),
    Delay(name="meant", duration=values((60.0, 0.5), (600.0, 0.3), (3000.0, 0.2))),
    *gate("again", "which"),
    Route(name="which", to=("work", "B"), probabilities=((0.6, 0.4),)),
    Delay(name="work", duration=always(WORK)),
    Delay(name="in hours", duration=REST),
)


def ended(model: Model, name: str, moment: dt.datetime) -> Iterator[tuple[float, str, dt.datetime, dt.datetime]]:
    """Give each way through the delays from a step on: its probability, a delay, its beginning and its end."""
    steps = {step.name: step for step in model.steps}
    order = [step.name for step in model.steps]
    step, hour = steps[name], 24 * moment.weekday() + moment.hour
    following = step.next or order[min(order.index(name) + 1, len(order) - 1)]
    if isinstance(step, Seize):
        return
    if isinstance(step, Route):
        line = step.probabilities[hour % len(step.probabilities)]
        for to, share in zip(step.to, line, strict=True):
            yield from ((share * p, *rest) for p, *rest in ended(model, to, moment) if share)  # type: ignore[misc]
    elif isinstance(step, Delay):
        row = step.duration.rows[hour % len(step.duration.rows)]
        lengths = zip(row.values, row.weights, strict=True) if row.values else [(row.mean or 0.0, 1.0)]
        for length, share in lengths:
            then = moment + dt.timedelta(minutes=length)
            if step.lands is not None:
                then = then.replace(hour=0, minute=0) + dt.timedelta(minutes=step.lands.mean or 0.0)
            yield share, name, moment, then
            yield from ((share * p, *rest) for p, *rest in ended(model, following, then))  # type: ignore[misc]
    else:
        yield from ended(model, following, moment)


def law(model: Model, first: str, begun: dt.datetime, now: dt.datetime) -> Law:
    found: Counter[tuple[str, float]] = Counter()
    for share, name, since, until in ended(model, first, begun):
        if since <= now < until:
            found[name, (until - now).total_seconds() / 60] += share
    whole = sum(found.values())
    return {place: share / whole for place, share in found.items()}


def placed(model: Model, who: Person, now: dt.datetime) -> Law:
    found: Counter[tuple[str, float]] = Counter()
    for chance in starter(model, [who], now).chances[0]:
        if chance.rest is not None:
            mass = chance.rest[:, 1].sum()
            for left, share in chance.rest.tolist():
                found[chance.step, round(left, 6)] += chance.weight * share / mass
        else:
            found[chance.step, math.nan] += chance.weight
    whole = sum(found.values())
    return {place: share / whole for place, share in found.items()}


def known(model: Model, found: Law, begun: dt.datetime, now: dt.datetime) -> Law:
    """Say how long he stays where the engine draws it: the first delay, whose length depends on no hour."""
    passed = (now - begun).total_seconds() / 60
    told: Law = {}
    for (name, left), share in found.items():
        if not math.isnan(left):
            told[name, left] = told.get((name, left), 0.0) + share
            continue
        step = next(step for step in model.steps if step.name == name)
        assert isinstance(step, Delay)
        row = step.duration.rows[0]
        ahead = [(v - passed, w) for v, w in zip(row.values, row.weights, strict=True) if v > passed]
        for rest, weight in ahead:
            told[name, rest] = told.get((name, rest), 0.0) + share * weight / sum(w for _, w in ahead)
    return told


BEGUN = [at(5, 9, 30), at(5, 17, 20), at(6, 19), at(9, 16, 45), at(10, 3), at(11, 23, 30)]


@pytest.mark.parametrize(("begun", "hours"), list(itertools.product(BEGUN, [1, 6, 16, 39, 66, 90])))
def test_the_law_is_the_one_worked_out_path_by_path(begun: dt.datetime, hours: int) -> None:
    """Two gates, a wait of three lengths, work of two that rests by night, or none: up to five delays on end."""
    now, model = begun + dt.timedelta(hours=hours), ward(*PLACES)
    expected = law(model, "go", begun, now)
    if not expected:
        assert len(placed(model, person(begun, over=True), now)) == 1  # longer than the model knows: at the last delay
        return
    found = known(model, placed(model, person(begun, over=True), now), begun, now)
    assert found == pytest.approx(expected, abs=1e-9)


def test_work_begun_before_closing_ends_after_the_work_left_over() -> None:
    """Four hours of work from Tuesday at 17:00, seen on Wednesday at 9:00: it is over at 11:00, surely."""
    work = (*gate("go", "work"), Delay(name="work", duration=fixed(240)), Delay(name="in hours", duration=CLOSED))
    table = outlook(ward(*work), [person(at(6, 17), over=True)], at(7, 9), Question(hours=6, replications=20)).table
    came = table[(table["measure"] == "arrivals") & (table["unit"] == "V")]["mean"].tolist()
    assert came == [0.0, 0.0, 1.0, 0.0, 0.0, 0.0, *came[6:]]


CLOSED = Durations(
    by="hour_of_week",
    rows=tuple(fixed(0 if OPEN[hour] else 60 * (WAIT[hour] + _since)) for hour in range(168)
               for _since in [next(k for k in range(168) if OPEN[(hour - k - 1) % 168])]),
)  # fmt: skip


def test_resources_are_held_in_the_delays_before_they_are_given_back() -> None:
    """Under way, he is in the stay; once it is over, in what follows: never in the other."""
    stay = (Delay(name="first", duration=always(WORK)), Delay(name="second", duration=always(WORK)))
    model = ward(Delay(name="after", duration=fixed(600)), stay=stay)
    for over, names in ((False, {"first", "second"}), (True, {"after"})):
        chances = starter(model, [person(at(6, 9), over=over)], at(6, 10, 40)).chances[0]
        assert {chance.step for chance in chances} == names
        assert all(chance.holds == ({} if over else {"U": 1}) for chance in chances)
    (late,) = starter(model, [person(at(6, 9), over=False)], at(6, 20)).chances[0]
    assert late.step == "second"
    assert late.holds == {"U": 1}


@pytest.mark.parametrize("minutes", [10, 60, 300])
def test_two_exponentials_have_the_closed_formula(minutes: int) -> None:
    """Of one mean m, given that t has passed: in the second with the odds t / m (Erlang; Cox 1962)."""
    half = (Delay(name="one", duration=always(Duration(kind="exponential", mean=60.0))),
            Delay(name="two", duration=always(Duration(kind="exponential", mean=60.0))))  # fmt: skip
    now = at(6, 9) + dt.timedelta(minutes=minutes)
    chances = starter(ward(*half), [person(at(6, 9), over=True)], now).chances[0]
    weights = {name: sum(one.weight for one in chances if one.step == name) for name in ("one", "two")}
    assert weights["two"] / weights["one"] == pytest.approx(minutes / 60, rel=1e-3)
    assert all(chance.elapsed <= minutes for chance in chances)


def test_a_way_back_to_the_same_delay_ends() -> None:
    """Turns of half an hour, each followed by another with probability 1/2: memoryless, whatever has passed."""
    turns = (Delay(name="turn", duration=fixed(30)), Route(name="more", to=("turn", "B"), probabilities=((0.5, 0.5),)))
    (chance,) = starter(ward(*turns), [person(at(6, 9), over=True)], at(6, 10, 10)).chances[0]
    assert chance.step == "turn"
    assert chance.weight == pytest.approx(0.25)
    assert chance.rest is not None
    assert chance.rest.tolist() == [[20.0, 0.25]]


def test_the_engine_agrees_on_continuous_lengths() -> None:
    """Of 9,000 patients sent off by the engine at 16:30, those still on their way at 22:30: when they arrive."""
    model = ward(
        Delay(name="meant", duration=always(Duration(kind="gamma", mean=240.0, cv=0.8))),
        *gate("again", "travel"),
        Delay(name="travel", duration=always(Duration(kind="lognormal", mean=90.0, cv=0.6))),
    )
    begun, runs, people = person(at(6, 16, 30), over=True), 60, 150
    then, now = at(6, 16, 30), at(6, 22, 30)
    sent, later = (
        outlook(model, [begun] * people, when, Question(hours=hours, replications=runs)).table
        for when, hours in ((then, 36), (now, 30))
    )
    came = [table[(table["measure"] == "arrivals") & (table["unit"] == "V")]["mean"] for table in (sent, later)]
    expected, found = came[0].to_numpy()[6:36], came[1].to_numpy()[:30]
    share, still = expected / expected.sum(), expected.sum() * runs
    many = share * still >= 20
    assert many.sum() >= 5
    error = np.sqrt(share * (1 - share) * (1 / still + 1 / (people * runs)))
    assert (np.abs(found / people - share)[many] < 4 * error[many]).all()


def test_a_delay_whose_hour_is_over_ends_as_it_begins() -> None:
    """Sent off at 15:00 to leave at 8:10 of the same day: he leaves at once, as in the engine, not in the morning."""
    model = ward(Delay(name="one", duration=fixed(0), lands=fixed(490)), Delay(name="two", duration=fixed(600)))
    assert placed(model, person(at(6, 15), over=True), at(6, 19)) == {("two", 360.0): 1.0}


def test_a_delay_may_last_until_the_end_of_a_day_of_25_hours() -> None:
    """A minute past midnight until a minute to midnight on 25 October: he is there at half past eleven, surely."""
    zone = ZoneInfo("Europe/Paris")
    lands = Delay(name="two", duration=fixed(0), lands=fixed(1439))
    begun, now = dt.datetime(2026, 10, 24, 23, 31, tzinfo=zone), dt.datetime(2026, 10, 25, 23, 30, tzinfo=zone)
    model = ward(Delay(name="one", duration=values((30.0, 0.5), (1500.0, 0.5))), lands)
    found = placed(model, person(begun, over=True), now)
    assert found["two", 29.0] == pytest.approx(0.5)
    assert {name for name, _ in found} == {"one", "two"}


def test_a_continuous_delay_by_weekday_after_another_has_the_line_of_its_beginning() -> None:
    """Means of 600 minutes on Tuesday and 10 on Wednesday, begun on Tuesday at 20:00: what is left has mean 600."""
    rows = tuple(Duration(kind="exponential", mean=mean) for mean in (1.0, 600.0, 10.0, 1.0, 1.0, 1.0, 1.0))
    model = ward(Delay(name="one", duration=fixed(60)), Delay(name="two", duration=Durations(by="weekday", rows=rows)))
    (chance,) = starter(model, [person(at(6, 19), over=True)], at(7, 9)).chances[0]
    assert chance.weight == pytest.approx(math.exp(-780 / 600))
    assert chance.rest is not None
    mean = (chance.rest[:, 0] * chance.rest[:, 1]).sum() / chance.rest[:, 1].sum()
    assert mean == pytest.approx(600.0, rel=0.01)  # a hundred quantiles


@pytest.mark.parametrize("first", [(), (Delay(name="one", duration=fixed(5)),)])
def test_each_class_goes_its_way(first: tuple[Step, ...]) -> None:
    """Those from the emergency department are moved in 34 minutes, those called in from home in 17."""
    way = Route(name="way", to=("far", "near"), by="class", probabilities=((1.0, 0.0), (0.0, 1.0)))
    moves = Delay(name="far", duration=fixed(34), next="B"), Delay(name="near", duration=fixed(17))
    model = dataclasses.replace(ward(*first, way, *moves), classes=("emergency", "planned"))
    for patient_class, move in (("emergency", "far"), ("planned", "near")):
        who = dataclasses.replace(person(at(6, 9), over=True), attributes={"class": patient_class})
        chances = starter(model, [who], at(6, 9, 10)).chances[0]
        assert {chance.step for chance in chances} == {move}


def test_who_has_ended_a_delay_that_the_log_shows_is_in_the_next() -> None:
    """A hundred minutes in A, over at 9:00, then work without a line in the log: at 10:00 he is in that."""
    between = (Delay(name="A", duration=fixed(100), activity="a"), Delay(name="after", duration=always(WORK)))
    model = ward(*between)
    model = dataclasses.replace(model, steps=model.steps[2:])
    who = dataclasses.replace(person(at(6, 9), over=True), unit=None, resource=None, history=(("a", None, None),))
    (chance,) = starter(model, [who], at(6, 10)).chances[0]
    assert (chance.step, chance.elapsed, chance.weight) == ("after", 60.0, 0.75)
    under_way = dataclasses.replace(who, step_end=None)
    (chance,) = starter(model, [under_way], at(6, 10)).chances[0]
    assert (chance.step, chance.elapsed) == ("A", 60.0)
