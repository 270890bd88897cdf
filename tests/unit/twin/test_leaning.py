"""A patient's own chance of admission in the twin: planted truths on a small emergency department."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest

from chairs.twin.arrivals import Arrivals
from chairs.twin.durations import Duration, always
from chairs.twin.engine import layout as code
from chairs.twin.following import Map
from chairs.twin.forecasting import Forecaster
from chairs.twin.leaning import Leaning, leaned
from chairs.twin.model import Model
from chairs.twin.outlook import Question, outlook
from chairs.twin.resources import Resource
from chairs.twin.starting import starter
from chairs.twin.steps import Delay, Leave, Release, Route, Seize
from chairs.twin.whereabouts import Person

pytestmark = pytest.mark.unit

AT = dt.datetime(2026, 1, 6, 11, tzinfo=dt.UTC)
NOW = round(AT.timestamp() * 1_000_000)
TESTED, ADMITTED = 0.5, 0.2  # after the doctor: tests, a third of which lead to a bed; else a fifth go to a bed
SHARE = TESTED / 3 + (1 - TESTED) * ADMITTED
SOON = Duration(kind="exponential", mean=30.0)


def department(rate: float = 0.0) -> Model:
    """A department where tests may be repeated, so that a route is met again and again on the way."""
    return Model(
        name="department",
        classes=("all",),
        arrivals=(Arrivals(name="in", to="see", classes={"all": 1.0}, rates=(rate,) * 24),),
        resources=(Resource(name="ED"), Resource(name="W")),
        steps=(
            Seize(name="see", options=({"ED": 1},), activity="doctor"),
            Delay(name="seeing", duration=always(SOON)),
            Route(name="what next", to=("testing", "to bed", "home"), probabilities=((TESTED, 0.1, 0.4),)),
            Delay(name="testing", duration=always(SOON), activity="tests"),
            Route(name="result", to=("testing", "to bed", "home"), probabilities=((0.25, 0.25, 0.5),)),
            Release(name="to bed"),
            Seize(name="bed", options=({"W": 1},), activity="ward"),
            Delay(name="lying", duration=Duration(kind="fixed", mean=1e6)),
            Release(name="up"),
            Leave(name="out"),
            Release(name="home"),
            Leave(name="left"),
        ),
    )  # fmt: skip


def people(count: int) -> tuple[Person, ...]:
    return tuple(
        Person(
            case=f"C{n:04d}", unit="ED", since=NOW - 60_000_000, arrived=NOW - 60_000_000, activity="doctor",
            step_since=NOW - 60_000_000, step_end=None, waiting=False, resource="ED", history=(("doctor", "ED", "ED"),),
        )
        for n in range(count)
    )  # fmt: skip


def in_ward(own: dict[str, float] | None, *, count: int = 40, runs: int = 60, rate: float = 0.0) -> pd.DataFrame:
    question = Question(hours=48, replications=runs, seed=7)
    leaning = None if own is None else Leaning(to=("ward",), chance=own)
    table = outlook(department(rate), people(count), AT, question, None, leaning).table
    return table[(table["measure"] == "census") & (table["unit"] == "W")].reset_index(drop=True)


def chance(share: float, count: int = 40) -> dict[str, float]:
    return {person.case: share for person in people(count)}


def test_who_is_never_admitted_never_is_and_who_always_is_always_is() -> None:
    never, always_ = in_ward(chance(0.0)).iloc[48], in_ward(chance(1.0)).iloc[48]
    assert never[["mean", "q0.975"]].tolist() == [0.0, 0.0]
    assert always_[["mean", "q0.025"]].tolist() == [40.0, 40.0]


def test_the_share_of_the_model_changes_nothing_to_the_byte() -> None:
    asked = Question(hours=24, replications=20, seed=3)
    same = Leaning(to=("ward",), chance=chance(SHARE))
    pd.testing.assert_frame_equal(
        outlook(department(4.0), people(40), AT, asked, None, same).table,
        outlook(department(4.0), people(40), AT, asked).table,
        check_exact=True,
    )


@pytest.mark.parametrize("share", [0.05, 0.5, 0.9])
def test_each_comes_there_with_his_own_probability(share: float) -> None:
    """Binomial: the mean of 60 runs of 40 patients lies within four standard errors, whatever way he takes."""
    own = chance(share) | {f"C{n:04d}": 0.3 for n in range(20)}
    found = in_ward(own).iloc[48]
    variance = 20 * (share * (1 - share) + 0.3 * 0.7)
    assert abs(found["mean"] - 20 * (share + 0.3)) < 4 * math.sqrt(variance / 60)
    assert found["q0.9"] - found["q0.1"] < 4 * math.sqrt(variance)


def test_those_who_come_later_keep_their_draws() -> None:
    """Newcomers have the numbers of those present on their own list: they must not get their ways."""
    never, always_, alone = (in_ward(own, rate=3.0).iloc[48] for own in (chance(0.0), chance(1.0), None))
    newcomers = in_ward({}, count=0, rate=3.0).iloc[48]
    assert never["mean"] == newcomers["mean"]
    assert always_["mean"] == newcomers["mean"] + 40
    assert never["mean"] < alone["mean"] < always_["mean"]


def test_the_ways_there_keep_their_own_odds() -> None:
    """Who is sure to be admitted goes by the tests in the proportion that those admitted do in the model."""
    model, here = department(), people(1)
    forecaster = Forecaster(model)
    begun = (starter(model, here, AT, forecaster.followed), forecaster.run(AT, 600.0, (1, 1)))
    _, run = leaned(begun, here, Leaning(to=("ward",), chance={"C0000": 1.0}), AT, Map(model))
    row = run.program.rows[[step.name for step in model.steps].index("what next")]
    first = int(row[code.R_FIRST]) + 3  # after the model's own line
    own = np.diff(run.program.reals[first - code.HEADER_X :][:3], prepend=0.0)
    assert own == pytest.approx([TESTED / 3 / SHARE, 0.1 / SHARE, 0.0])
    assert begun[1].program.rows[:, code.R_BY].max() == code.BY_NOTHING


def test_a_model_that_is_sure_is_not_contradicted() -> None:
    model = department()
    steps = tuple(
        dataclasses.replace(step, probabilities=((0.5, 0.0, 0.5),)) if isinstance(step, Route) else step
        for step in model.steps
    )
    bed = Arrivals(name="planned", to="to bed", classes={"all": 1.0}, rates=(1.0,) * 24)
    sure = dataclasses.replace(model, steps=steps, arrivals=(*model.arrivals, bed))
    forecaster = Forecaster(sure)
    begun = (starter(sure, people(3), AT, forecaster.followed), forecaster.run(AT, 600.0, (1, 1)))
    assert leaned(begun, people(3), Leaning(to=("ward",), chance=chance(0.9, 3)), AT, Map(sure)) is begun


def test_each_class_and_hour_counts_with_its_own_line() -> None:
    model = department()
    lines = {"what next": ((0.0, 0.2, 0.8), (0.3, 0.5, 0.2)), "result": model.steps[4].probabilities}  # type: ignore[attr-defined]
    steps = tuple(
        dataclasses.replace(step, probabilities=lines[step.name], by="class" if step.name == "what next" else "all")
        if isinstance(step, Route)
        else step
        for step in model.steps
    )
    both = dataclasses.replace(model.arrivals[0], classes={"all": 0.5, "ill": 0.5})
    two = dataclasses.replace(model, classes=("all", "ill"), steps=steps, arrivals=(both,))
    here = tuple(dataclasses.replace(one, attributes={"class": "ill"}) for one in people(30))
    forecaster = Forecaster(two)
    begun = (starter(two, here, AT, forecaster.followed), forecaster.run(AT, 600.0, (1, 1)))
    as_model = Leaning(to=("ward",), chance=chance(0.6, 30))
    assert leaned(begun, here, as_model, AT, Map(two)) is begun
    table = outlook(
        two, here, AT, Question(hours=24, replications=40), None, Leaning(to=("ward",), chance=chance(0.1, 30))
    ).table
    ward = table[(table["measure"] == "census") & (table["unit"] == "W")].iloc[24]
    assert abs(ward["mean"] - 3.0) < 4 * math.sqrt(30 * 0.09 / 40)


def going_on() -> Model:
    """A ward behind which a tenth go on to intensive care, and a quarter of the others are seen again."""
    model = department()
    names = [step.name for step in model.steps]
    first = names.index("lying")
    after = (
        Delay(name="lying", duration=always(SOON)),
        Release(name="up"),
        Route(name="after ward", to=("intensive", "what next", "home"), probabilities=((0.1, 0.225, 0.675),)),
        Seize(name="intensive", options=({"I": 1},), activity="intensive"),
        Delay(name="lying there", duration=Duration(kind="fixed", mean=1e6)),
        Release(name="up there"),
    )
    steps = (*model.steps[:first], *after, *model.steps[names.index("out") :])
    return dataclasses.replace(model, steps=steps, resources=(*model.resources, Resource(name="I")))


@pytest.mark.parametrize("share", [0.05, 0.9, 1.0])
def test_once_he_is_there_he_goes_on_as_everybody(share: float) -> None:
    """Behind the ward lies another step that counts as an admission, and a way back to where it is decided."""
    model, here = going_on(), people(200)
    leaning = Leaning(to=("ward", "intensive"), chance=chance(share, 200))
    table = outlook(model, here, AT, Question(hours=72, replications=40, seed=7), None, leaning).table
    there = table[(table["unit"] == "I") & (table["measure"] == "census")].iloc[-1]["mean"] / 200
    again = 0.1 / (1 - 0.225 * SHARE)  # ends in intensive care, by the model alone, from the ward on
    assert abs(there - share * again) < 4 * math.sqrt(share * again * (1 - share * again) / (200 * 40))


def test_who_has_been_there_is_not_weighed() -> None:
    model = going_on()
    past = (("doctor", "ED", "ED"), ("ward", "W", "W"))
    here = tuple(dataclasses.replace(one, unit="W", activity="ward", resource="W", history=past) for one in people(3))
    forecaster = Forecaster(model)
    begun = (starter(model, here, AT, forecaster.followed), forecaster.run(AT, 600.0, (1, 1)))
    leaning = Leaning(to=("ward", "intensive"), chance=chance(0.9, 3))
    assert leaned(begun, here, leaning, AT, Map(model)) is begun
