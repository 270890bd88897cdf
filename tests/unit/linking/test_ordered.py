"""Stars and other ordered classes: the estimate is in odds, and a class that never moves says nothing of change."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.streams import stream
from chairs.linking.answerable import answerable
from chairs.linking.cells import Sources, cells
from chairs.linking.contest import Challenge, contest
from chairs.linking.ladder import beside, ladder, primary, still
from chairs.linking.protocol import Protocol
from chairs.linking.specification import curve
from chairs.linking.verdict import verdicts

pytestmark = pytest.mark.unit
PROTOCOL = Protocol(
    name="p", study="s", question=Text(fr="?", en="?"), estimand="between", model="ordinal", exposures=("x",),
    outcomes=("i/d",), lag=0, floor=1, smallest_effect=0.1, future_exposure=False, assumed={"classes": 5},
)  # fmt: skip


def hospitals(sites: int = 120, slope: float = 0.8, number: int = 1, moving: bool = False) -> Sources:
    """Two releases of stars (the second repeats the first unless `moving`), an exposure that moves a little."""
    draw = stream(41, "stars", str(sites), str(number))
    trait, names = draw.standard_normal(sites), [f"H{i:04d}" for i in range(sites)]
    latent = np.repeat(slope * trait + draw.logistic(size=sites), 2)
    latent = latent + draw.standard_normal(2 * sites) if moving else latent
    flat = {"establishment": np.repeat(names, 2), "unit": "all", "period": np.tile(["2021", "2022"], sites)}
    shown = np.repeat(trait, 2) + 0.1 * draw.standard_normal(2 * sites)
    indicators = pd.DataFrame({**flat, "code": "x", "value": shown, "status": "ok"})
    stars = np.digitize(latent, [-2, -0.5, 0.5, 2]) + 1.0
    scores = pd.DataFrame({**flat, "instrument": "i", "dimension": "d", "score": stars, "n": 300.0})
    sites_ = pd.DataFrame({"establishment": names, "kind": "hospital", "status": "public", "emergency": True})
    return Sources.of(indicators, scores, sites_)


def test_the_declared_estimate_is_the_planted_odds_and_two_equal_releases_are_one() -> None:
    sources = hospitals(600)
    verdict = verdicts(sources, PROTOCOL)[0]
    assert (verdict.claim, verdict.flags) == ("doubtful", ("unadjusted", "untested")), "nothing is held equal"
    assert verdict.primary.estimate == pytest.approx(0.8, abs=3 * verdict.primary.se)  # type: ignore[operator]
    assert verdict.primary == verdict.step("ordinal")
    table = cells(sources, PROTOCOL, "x", "i/d")
    once = primary(table[table["year"] == "2022"].reset_index(drop=True), "between", "ordinal")
    assert verdict.primary.se == pytest.approx(once.se, rel=0.05), "the second release brings no precision"  # type: ignore[arg-type]


def test_classes_that_never_move_are_not_compared_with_themselves() -> None:
    steps = {step.rung: step.estimate for step in ladder(cells(hospitals(), PROTOCOL, "x", "i/d"))}
    assert {rung for rung, one in steps.items() if one.reason == "still_outcome"} >= {"within", "two_way"}
    assert all(steps[rung].estimate is None for rung in ("within", "two_way"))
    assert "confounded" not in verdicts(hospitals(), PROTOCOL)[0].flags, "a gap to nothing is no sign of confounding"
    moved = cells(hospitals(moving=True), PROTOCOL, "x", "i/d")
    assert not still(moved)
    assert not still(moved.assign(outcome=3.0)), "a constant outcome has its own reason"


def test_an_outcome_that_is_not_made_of_classes_says_so() -> None:
    table = cells(hospitals(), PROTOCOL, "x", "i/d")
    scores = table.assign(outcome=stream(42, "many").standard_normal(len(table)))
    assert primary(scores, "between", "ordinal").reason == "not_classes"
    few = table[table["establishment"] < "H0005"].reset_index(drop=True)
    assert primary(few, "between", "ordinal").reason == "too_few"
    alike = table.assign(size=table["exposure"].groupby(table["establishment"]).transform("mean"))
    assert primary(alike, "between", "ordinal").reason == "collinear"


def test_a_later_exposure_is_judged_beside_the_declared_one() -> None:
    table = cells(hospitals(300), PROTOCOL, "x", "i/d")
    noise = table.assign(future=stream(43, "later").standard_normal(len(table)))
    assert beside(noise, "future", "between", "ordinal").p > 0.01  # type: ignore[operator]
    own = beside(noise.assign(future=2 * noise["exposure"]), "future", "between", "ordinal")
    assert own.reason == "collinear"


def test_the_curve_keeps_the_declared_comparison() -> None:
    found = curve(hospitals(), PROTOCOL, "x", "i/d")
    assert len(found.points) == 2
    assert found.same_sign == 1.0
    assert found.p == 0.005
    linear = replace(PROTOCOL, model="linear")
    slopes = [one.estimate for _, one in curve(hospitals(moving=True), linear, "x", "i/d").points]
    table = cells(hospitals(moving=True), linear, "x", "i/d")
    assert primary(table, "between").estimate in slopes, "several years do not turn it into a change within"


def test_the_joint_test_of_classes_is_fair_when_there_is_nothing() -> None:
    p = [curve(hospitals(40, 0.0, number), PROTOCOL, "x", "i/d").p or 0.0 for number in range(8)]
    assert sum(one <= 0.05 for one in p) <= 2
    assert np.mean(p) > 0.25


@pytest.mark.nightly
def test_the_joint_test_of_classes_keeps_its_level() -> None:
    p = [curve(hospitals(40, 0.0, number), PROTOCOL, "x", "i/d").p or 0.0 for number in range(400)]
    assert 0.03 <= np.mean([one <= 0.05 for one in p]) <= 0.075


def test_a_contest_of_stars_answers_within_ten_seconds() -> None:
    sources = hospitals(2000, 0.35)
    started = time.process_time()
    answer = contest(sources, PROTOCOL, ("x", "i/d"), Challenge(floor=2))
    assert time.process_time() - started < 10
    assert "log-cotes" in answer.say("fr")
    assert answer.carried.names
    left = cells(sources, PROTOCOL, "x", "i/d").query("establishment not in @answer.carried.names")
    now = primary(left.reset_index(drop=True), "between", "ordinal")
    assert now.low <= 0, "without them the interval touches zero"  # type: ignore[operator]
    assert len(answer.carried.names) < 500


def test_removal_stops_at_the_side_of_zero_and_not_beyond(planted: Any) -> None:
    """A quarter of the sites taken out turns the sign: that too is overturned, with far fewer."""
    sources = planted.panel(planted.Planted(within=0.2, sites=60), 5)
    asked = replace(PROTOCOL, model="linear", estimand="within")
    table = cells(sources, asked, "x", "i/d")
    assert primary(table, "within").low > 0  # type: ignore[operator]
    found = contest(sources, asked, ("x", "i/d"), Challenge()).carried.names
    assert found
    assert len(found) < 15


def test_what_is_detectable_in_classes_is_found_four_times_in_five() -> None:
    first = hospitals(150, 0.0)
    power = answerable(first.indicators, first.establishments, PROTOCOL)[0]
    assert power.detectable is not None
    found = [primary(cells(hospitals(150, power.detectable, k), PROTOCOL, "x", "i/d"), "between", "ordinal").p
             for k in range(30)]  # fmt: skip
    assert 0.62 < np.mean([p is not None and p < 0.05 for p in found]) < 0.95
    assert "log-cotes" in power.say(0.1, "fr")
