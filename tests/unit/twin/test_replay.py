"""Replay: what is known is kept, no change is zero, what cannot be replayed gets a reason in words."""

from __future__ import annotations

import dataclasses
import datetime as dt
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from chairs.core.errors import DataError, SettingError
from chairs.twin.bounded import Bound, bounded
from chairs.twin.carrying import carried, moved
from chairs.twin.compiling import compile_model
from chairs.twin.durations import Duration, Durations, always
from chairs.twin.given import NO_CLOCK, numbered, own, with_given
from chairs.twin.model import Model, read_model
from chairs.twin.quantiles import beyond, upper
from chairs.twin.replay import replay
from chairs.twin.replayed import table
from chairs.twin.retraced import retrace
from chairs.twin.scenario import Scenario
from chairs.twin.simulate import simulate
from chairs.twin.steps import Delay, Route

pytestmark = pytest.mark.unit

START = dt.datetime(2024, 1, 8, tzinfo=dt.UTC)
SHAPES = {
    "exponential": (Duration(kind="exponential", mean=30), stats.expon(scale=30)),
    "weibull": (Duration(kind="weibull", mean=math.sqrt(math.pi) / 2, shape=2), stats.weibull_min(2)),
    "uniform": (Duration(kind="uniform", least=2, most=5), stats.uniform(2, 3)),
    "normal": (Duration(kind="normal", mean=50, cv=0.1), stats.norm(50, 5)),
    "lognormal": (Duration(kind="lognormal", mean=math.exp(0.5), cv=math.sqrt(math.expm1(1.0))), stats.lognorm(1)),
    "gamma": (Duration(kind="gamma", mean=8, cv=0.5), stats.gamma(4, scale=2)),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_quantiles_are_those_of_scipy(kind):
    mine, theirs = SHAPES[kind]
    s = np.array([0.999, 0.7, 0.2, 1e-6])
    np.testing.assert_allclose(upper(mine, s), theirs.isf(s), rtol=1e-9)
    np.testing.assert_allclose(beyond(mine, upper(mine, s)), s, rtol=1e-9)


def test_quantiles_of_what_was_observed_and_of_mixtures():
    seen = Duration(kind="empirical", values=(3.0, 1.0, 2.0), weights=(0.5, 0.2, 0.3))
    assert upper(seen, np.array([0.9, 0.81, 0.79, 0.51, 0.2])).tolist() == [1.0, 1.0, 2.0, 2.0, 3.0]
    assert beyond(seen, np.array([0.0, 1.0, 2.5, 3.0])).round(12).tolist() == [1.0, 0.8, 0.5, 0.0]
    mixed = Duration(kind="mixture", weights=(0.4, 0.6), parts=(Duration(kind="exponential", mean=1.0), seen))
    found = upper(mixed, np.array([0.5]))
    assert beyond(mixed, found - 1e-9)[0] >= 0.5 >= beyond(mixed, found)[0]
    assert (
        np.isinf(upper(Duration(kind="never"), np.array([0.3]))[0]) or upper(Duration(kind="never"), [0.3])[0] > 1e200
    )


def test_ranks_are_kept_and_whole_nights_stay_whole():
    nights = Duration(kind="empirical", values=(0.0, 1440.0, 2880.0), weights=(0.5, 0.25, 0.25))
    shorter = Duration(kind="empirical", values=(0.0, 1440.0), weights=(0.75, 0.25))
    value = np.repeat([0.0, 1440.0, 2880.0], 400)
    found = moved(nights, shorter, value, np.random.default_rng(1).random(1200))
    assert set(found[:800]) == {0.0}  # the shortest three quarters stay no night
    assert set(found[800:]) == {1440.0}
    same = moved(nights, nights, value, np.random.default_rng(2).random(1200))
    assert (same == value).all()


def test_a_step_that_does_not_change_keeps_its_values_to_the_last_digit():
    step = Delay(name="stay", duration=always(Duration(kind="gamma", mean=100, cv=1)))
    fork = Route(name="fork", to=("a", "b"), probabilities=((0.5, 0.5), (0.1, 0.9)), by="class")
    other = dataclasses.replace(fork, probabilities=((0.5, 0.5), (0.9, 0.1)))
    told = {"stay": own(np.arange(3), np.array([0.1, 7.0, 1e9])),
            "fork": own(np.arange(2000), np.ones(2000), line=np.repeat([0, 1], 1000))}  # fmt: skip
    found = carried(told, ({"stay": step, "fork": fork}, {"stay": step, "fork": other}), np.random.default_rng(1))
    assert found["stay"] is told["stay"]
    assert (found["fork"].value[:1000] == 1).all()  # the first class's line is as it was
    # of those of the second class who took b (90 %), only 10 of 90 still take it
    assert found["fork"].value[1000:].mean() == pytest.approx(1 / 9, abs=0.03)


def test_bounds_are_kept_and_drawn_by_the_distribution_between_them():
    long = Duration(kind="exponential", mean=60.0)
    low, high = np.full(4000, 30.0), np.full(4000, np.inf)
    low[:10], high[:10] = 5.0, 5.0
    found = bounded([Bound(("waits",), np.arange(4000), low, high, long)]).draw(np.random.default_rng(3))["waits"]
    assert (found.value[:10] == 5.0).all()
    assert found.value[10:].min() > 30
    assert stats.kstest(found.value[10:] - 30.0, stats.expon(scale=60).cdf).pvalue > 0.001


def clinic(**more) -> Model:
    steps = [
        {"kind": "seize", "name": "ask", "options": [{"room": 1}], "activity": "visit"},
        {"kind": "delay", "name": "care", "duration": {"kind": "exponential", "mean": 55.0}},
        {"kind": "release", "name": "done"},
        {"kind": "leave", "name": "out"},
    ]
    arrivals = [{"name": "in", "to": "ask", "classes": {"all": 1.0}, "kind": "cycle", "rates": [0.05]}]
    return read_model({"name": "clinic", "classes": ["all"], "timezone": "UTC", "arrivals": arrivals, "steps": steps,
                       "resources": [{"name": "room", "capacity": 3}], **more})  # fmt: skip


@pytest.fixture(scope="module")
def log() -> pd.DataFrame:
    return simulate(clinic(), horizon=9 * 1440.0, start=START - dt.timedelta(days=1), replications=1, seed=2).events


def test_nothing_written_changes_nothing():
    program = compile_model(clinic(), horizon=1440.0)
    same = with_given(program, {}, 0)
    for name in ("rows", "wholes", "reals", "durations", "durations_x"):
        np.testing.assert_array_equal(getattr(same, name), getattr(program, name))


def test_no_change_is_exactly_zero_and_the_same_seed_gives_the_same(log):
    past = retrace(clinic(), log, START)
    found = replay(past, Scenario(), redraws=3)
    assert {(line.effect, line.low, line.high) for line in found.lines} == {(0.0, 0.0, 0.0)}
    assert all(one.less == one.more == (0.0, 0.0, 0.0) for one in found.moves)
    more = Scenario(resources={"room": {"more": 1}})
    assert table(replay(past, more, redraws=3)) == table(replay(past, more, redraws=3))
    (wait,) = [one for one in replay(past, more, redraws=2).moves if one.wait == "all"]
    assert wait.less[0] > 50
    assert wait.more[0] == 0  # one queue, more rooms: nobody waits longer


def test_what_depends_on_class_or_hour_is_found_for_those_who_are_not_known(log):
    """Half of the patients known, the others as the model says: they keep the draws they would have had."""
    rows = tuple(Duration(kind="exponential", mean=float(mean)) for mean in range(30, 54))
    model = dataclasses.replace(clinic(), steps=tuple(
        dataclasses.replace(step, duration=Durations(by="hour", rows=rows)) if step.name == "care" else step
        for step in clinic().steps
    ))  # fmt: skip
    times = tuple(np.arange(1, 200) * 20.0)
    appointed = dataclasses.replace(model.arrivals[0], kind="scheduled", times=times, rates=())
    model = dataclasses.replace(model, arrivals=(appointed,), resources=(
        dataclasses.replace(model.resources[0], capacity=None),))  # fmt: skip
    plain = simulate(model, horizon=1e4, start=START, replications=1, seed=4)
    program = numbered(compile_model(model, start=START, horizon=1e4), {"in": 0})
    half = np.arange(1, 200, 2)
    changed = dataclasses.replace(plain, program=with_given(program, {"care": own(half, half * 1.0)}, 200))
    lasts = [(run.events.loc[lambda e: e["activity"] == "visit", "end"]
              - run.events.loc[lambda e: e["activity"] == "visit", "start"]).dt.total_seconds().to_numpy() / 60
             for run in (plain, changed)]  # fmt: skip
    np.testing.assert_array_equal(lasts[1][1::2], lasts[0][1::2])
    np.testing.assert_allclose(lasts[1][0::2], half, atol=1e-6)


def test_a_known_stay_lands_on_its_hour_whatever_the_step_says():
    home = {"kind": "fixed", "mean": 600.0}
    stay = {"kind": "delay", "name": "care", "duration": {"kind": "fixed", "mean": 1440.0}, "lands": home}
    model = clinic()
    lands = read_model({"name": "x", "classes": ["all"], "arrivals": [], "resources": [], "steps": [
        stay, {"kind": "leave", "name": "out"}]}).steps[0]  # fmt: skip
    steps = tuple(lands if step.name == "care" else step for step in model.steps)
    times = (70.0, 80.0)
    model = dataclasses.replace(
        model, steps=steps, arrivals=(dataclasses.replace(model.arrivals[0], kind="scheduled", times=times, rates=()),)
    )
    run = simulate(model, horizon=9000.0, start=START, replications=1, seed=4)
    told = own(np.array([1, 2]), np.array([2880.0, 100.0]), np.array([900.0, NO_CLOCK]))
    run = dataclasses.replace(run, program=with_given(run.program, {"care": told}, 3))
    ends = run.events.loc[lambda e: e["activity"] == "visit", "end"]
    assert [str(end)[:16] for end in ends] == ["2024-01-10 15:00", "2024-01-08 03:00"]


def test_a_log_of_completions_only_gets_a_reason(log):
    only = log.assign(requested=pd.NaT, start=pd.NaT)
    with pytest.raises(DataError, match="a wait and a patient's own length cannot be told apart"):
        retrace(clinic(), only, START)


def test_a_week_without_data_gets_a_reason(log):
    with pytest.raises(DataError, match="no line in that week"):
        retrace(clinic(), log, START + dt.timedelta(days=700))


def test_an_unknown_unit_and_other_patients_get_a_reason(log):
    past = retrace(clinic(), log, START)
    with pytest.raises(SettingError, match="room"):
        replay(past, Scenario(resources={"ward": {"more": 4}}), redraws=2)
    with pytest.raises(SettingError, match="changes who comes"):
        replay(past, Scenario(arrivals={"in": {"factor": {"times": 1.2}}}), redraws=2)


def test_a_turn_that_the_model_does_not_know_is_said(log):
    strange = log.copy()
    names = sorted(set(log["case_id"]))[200:207]
    strange.loc[strange["case_id"].isin(names) & (strange["activity"] == "visit"), "activity"] = "surgery"
    found = replay(retrace(clinic(), strange, START), Scenario(), redraws=2)
    assert any(text.en.startswith("For 7 of ") for text in found.assumed)


def test_a_replay_far_from_the_log_is_not_to_be_believed(log):
    """The model has one room fewer than the hospital had: the replay says that it cannot be believed."""
    wrong = dataclasses.replace(clinic(), resources=(dataclasses.replace(clinic().resources[0], capacity=2),))
    found = replay(retrace(wrong, log, START), Scenario(), redraws=2)
    assert "believed in part" in found.verdict.en or "cannot be believed" in found.verdict.en
    assert not next(line for line in found.lines if (line.measure, line.of) == ("wait", "all")).near
