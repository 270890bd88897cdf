"""Paired runs: nothing changed is exactly nothing, and an effect known from theory lies in its interval."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.core.errors import SettingError
from chairs.twin.anchors.queues import mmc
from chairs.twin.changing import changed
from chairs.twin.experiment import Bench, Design, decompose
from chairs.twin.model import plain
from chairs.twin.scenario import Scenario, apply
from chairs.twin.spread import Spread

pytestmark = pytest.mark.unit

QUEUE = mmc(0.8, 1.0, 1)
SERVER, LIST = QUEUE.resources[0].name, QUEUE.arrivals[0].name
DESIGN = Design(days=4000 / 1440, warm_up_days=200 / 1440, pilot=8, most=8, seed=5)
MORE = Scenario(name="more", resources={SERVER: {"more": 1}})


def read(measures):
    return {"in_use": measures.values("in_use", SERVER), "wait": measures.values("wait", "ask")}


def days(minutes):
    return minutes / (24 * QUEUE.hour)


@pytest.fixture(scope="module")
def bench():
    design = Design(days=days(20_000), warm_up_days=days(500), pilot=6, most=6, seed=5)
    return Bench(QUEUE, design, read)


def test_a_scenario_that_changes_nothing_is_exactly_zero(bench):
    for scenario in (Scenario(), Scenario(resources={SERVER: {"more": 0}}), Scenario(steps={"ask": {}})):
        for effect in bench.effects(scenario):
            assert (effect.mean, effect.low, effect.high, effect.se) == (0.0, 0.0, 0.0, 0.0)


def test_the_effect_of_a_second_server_is_that_of_erlang(bench):
    # M/M/1 at 0.8: Wq = 0.8 / 0.2 = 4; M/M/2 at a = 0.8: C = 0.2286, Wq = C / (2 - 0.8) = 0.1905
    (effect,) = [one for one in bench.effects(MORE) if one.measure == "wait"]
    assert effect.low < 0.1905 - 4.0 < effect.high
    assert effect.status == "estimated"


def test_known_input_uncertainty_widens_the_interval(bench):
    alone = {one.measure: one for one in bench.effects(MORE)}["wait"]
    both = {one.measure: one for one in bench.effects(MORE, {"wait": Spread(se=3.0, half=1.96 * 3.0)})}["wait"]
    assert both.mean == alone.mean
    assert both.high - both.low > 3 * 2 * 1.96


def test_more_pairs_are_run_until_the_precision_is_reached_or_said_not_to_be():
    design = Design(days=days(2_000), pilot=3, most=6, seed=2, precision={"wait": 1e-6})
    (effect,) = [one for one in Bench(QUEUE, design, read).effects(MORE) if one.measure == "wait"]
    assert (effect.replications, effect.status) == (6, "imprecise")
    assert effect.reason is not None


def test_levers_and_their_interaction_add_up_to_the_whole(bench):
    fewer = Scenario(name="fewer", arrivals={LIST: {"factor": 0.9}})
    both = Scenario(name="both", resources=MORE.resources, arrivals=fewer.arrivals)
    if not hasattr(QUEUE.arrivals[0], "factor"):
        pytest.fail("arrivals have no factor")
    found = decompose(bench, {"more": MORE, "fewer": fewer}, both)
    mean = {name: {one.measure: one.mean for one in effects} for name, effects in found.items()}
    parts = mean["more"]["wait"] + mean["fewer"]["wait"] + mean["interaction"]["wait"]
    assert parts == pytest.approx(mean["together"]["wait"], abs=1e-9)


def test_words_of_change():
    assert changed(2, {"add": 3}, "x") == 5
    assert changed([1.0, 2.0], {"times": 2}, "x") == [2.0, 4.0]
    assert changed([1], {"also": [2]}, "x") == [1, 2]
    assert changed({"a": 1, "b": 2}, {"with": {"b": {"times": 3}}}, "x") == {"a": 1, "b": 6}
    assert changed(None, {"with": {"b": 1}}, "x") is None
    assert changed({"a": 1}, {"a": 2}, "x") == {"a": 2}


@pytest.mark.parametrize("change", [{"add": "x"}, {"times": [1, 2]}, {"also": [1]}, {"with": {"a": 1}}])
def test_a_word_that_does_not_fit_is_refused(change):
    with pytest.raises(SettingError):
        changed("text", change, "x")


def test_a_star_stands_for_all_and_more_units_reach_shifts():
    changed_model = apply(Scenario(resources={"*": {"more": 2}}), QUEUE)
    assert changed_model.resources[0].capacity == 3
    with pytest.raises(SettingError):
        apply(Scenario(resources={"nothing*": {"more": 2}}), QUEUE)
    assert plain(QUEUE.steps) == plain(apply(Scenario(steps={"*": {}}), QUEUE).steps)
    assert np.isfinite(DESIGN.days)
