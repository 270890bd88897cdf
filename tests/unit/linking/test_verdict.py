"""Verdicts on planted panels: what is there is found, what is confounded or reversed in time is told."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from chairs.core.errors import Text
from chairs.linking import writing
from chairs.linking.answerable import answerable
from chairs.linking.cells import cells
from chairs.linking.contest import Challenge, contest
from chairs.linking.ladder import ladder, primary
from chairs.linking.protocol import Protocol
from chairs.linking.specification import curve
from chairs.linking.verdict import Verdict, verdicts

pytestmark = pytest.mark.unit


def protocol(**changes: Any) -> Protocol:
    asked: dict[str, Any] = {"estimand": "within", "lag": 0, "smallest_effect": 0.2, "future_exposure": False}
    return Protocol(
        name="p", study="demo", question=Text(fr="?", en="?"), exposures=("x",), outcomes=("i/d",), **(asked | changes)
    )


def verdict(sources: Any, **changes: Any) -> Verdict:
    return verdicts(sources, protocol(**changes))[0]


def test_a_planted_link_is_supported_and_its_slope_found(planted: Any) -> None:
    found = verdict(planted.panel(planted.Planted(), 1))
    assert found.claim == "supported"
    assert found.primary.low < 1.0 < found.primary.high
    assert "lien soutenu" in found.say("fr")
    assert found.robustness > 0.05


def test_a_lag_is_taken_from_the_year_before(planted: Any) -> None:
    sources = planted.panel(planted.Planted(lag=1), 2)
    assert verdict(sources, lag=1).claim == "supported"
    assert verdict(sources, lag=0).claim == "not_supported"


def test_an_exposure_that_follows_the_outcome_is_doubtful(planted: Any) -> None:
    """Scores of a year also raise the next year's exposure: its coefficient beside the declared one is not zero."""
    sources = planted.panel(planted.Planted(years=6), 3)
    scored = sources.scores[sources.scores["dimension"] == "d"]
    after = scored.assign(period=(scored["period"].astype(int) + 1).astype(str)).set_index(["establishment", "period"])
    places = sources.indicators.set_index(["establishment", "period"]).index
    pushed = 0.5 * after["score"].sub(70).reindex(places).fillna(0).to_numpy()
    reversed_ = planted.Sources.of(
        sources.indicators.assign(value=sources.indicators["value"] + pushed),
        scores=sources.scores,
        establishments=sources.establishments,
    )
    assert "future" in verdict(reversed_, future_exposure=True).flags
    flagged = ["future" in verdict(planted.panel(planted.Planted(), s), future_exposure=True).flags for s in range(20)]
    assert sum(flagged) <= 4  # 1 expected


def test_an_unrelated_outcome_that_moves_speaks_against(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 4)
    moved = sources.scores.assign(dimension=sources.scores["dimension"].replace({"d": "twin"}))
    scores = __import__("pandas").concat([sources.scores, moved[moved["dimension"] == "twin"]])
    both = planted.Sources.of(sources.indicators, scores=scores, establishments=sources.establishments)
    assert verdict(both, negative_outcomes=("i/twin",)).flags == ("negative_outcome",)
    assert verdict(both, negative_outcomes=("i/other",)).flags == ()


def test_a_confounded_indicator_is_flagged_in_nearly_all_redraws(planted: Any) -> None:
    """No slope within sites, a strong one between them: pooled says yes, within says no."""
    made = [verdict(planted.panel(planted.Planted(within=0.0, shared=1.5, sites=80), seed)) for seed in range(40)]
    assert np.mean(["confounded" in one.flags for one in made]) >= 0.95
    assert np.mean([one.claim == "not_supported" for one in made]) >= 0.85


def test_a_link_between_establishments_only_is_marked(planted: Any) -> None:
    """What establishments show and no change shows is marked; where nothing is there, 1 in 20 is."""
    shared = [verdict(planted.panel(planted.Planted(within=0.0, shared=1.5), seed)) for seed in range(20)]
    alone = [verdict(planted.panel(planted.Planted(within=0.0), seed)) for seed in range(20)]
    for one in shared:
        assert ("crude_only" in one.flags) == (one.claim == "not_supported")
    assert sum("crude_only" in one.flags for one in alone) <= 6  # two looks at 5 %
    assert "crude_only" not in verdict(planted.panel(planted.Planted(), 1)).flags


def test_no_link_is_claimed_at_the_declared_rate(planted: Any) -> None:
    claimed = [verdict(planted.panel(planted.Planted(within=0.0), seed)).claim for seed in range(40)]
    assert claimed.count("supported") <= 5  # 2 expected; more has a chance of 1 %


@pytest.mark.parametrize(("sites", "reason"), [(1, "few"), (5, "few")])
def test_too_few_establishments_get_a_reason(planted: Any, sites: int, reason: str) -> None:
    found = verdict(planted.panel(planted.Planted(sites=sites), 5))
    assert found.claim == "not_valid"
    assert reason in found.primary.say("en")


def test_constant_outcome_and_still_exposure_get_a_reason(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 6)
    flat = planted.Sources.of(
        sources.indicators, scores=sources.scores.assign(score=70.0), establishments=sources.establishments
    )
    assert verdict(flat).primary.p is None
    still = sources.indicators.assign(value=sources.indicators.groupby("establishment")["value"].transform("mean"))
    frozen = planted.Sources.of(indicators=still, scores=sources.scores, establishments=sources.establishments)
    assert verdict(frozen).primary.p is None


def test_the_ladder_tells_levels_apart(planted: Any) -> None:
    sources = planted.panel(planted.Planted(within=1.0, shared=1.0, sites=200), 7)
    found = {step.rung: step.estimate.estimate for step in ladder(cells(sources, protocol(), "x", "i/d"))}
    assert found["within"] == pytest.approx(1.0, abs=0.15)
    assert found["two_way"] == pytest.approx(1.0, abs=0.15)
    assert found["between"] == pytest.approx(2.0, abs=0.35)  # slope 1 and the site's own share
    assert found["within"] < found["pooled"] < found["between"]


def test_a_challenge_is_answered_in_time_with_its_place_on_the_curve(planted: Any) -> None:
    sources = planted.panel(planted.Planted(sites=150, years=3), 8)
    started = time.process_time()
    answer = contest(sources, protocol(other_lags=(1,)), ("x", "i/d"), Challenge(lag=1))
    assert time.process_time() - started < 10
    assert answer.rank is not None
    assert len(answer.curve.points) == 8
    assert answer.curve.p <= 0.05
    assert answer.overturned_by == ()  # a strong link does not hang on a quarter of the sites


def test_one_site_that_carries_the_claim_is_found(planted: Any) -> None:
    sources = planted.panel(planted.Planted(within=0.0, sites=30), 9)
    mine = sources.indicators["establishment"] == "H003"
    wild = sources.indicators["value"].mask(mine, 10 + 30 * sources.indicators["period"].astype(int).sub(2012))
    odd = sources.scores["establishment"] == "H003"
    moved = sources.scores["score"].mask(odd, 70 + 12 * sources.scores["period"].astype(int).sub(2012))
    twisted = planted.Sources.of(
        sources.indicators.assign(value=wild),
        scores=sources.scores.assign(score=moved),
        establishments=sources.establishments,
    )
    table = cells(twisted, protocol(), "x", "i/d")
    assert primary(table, "within").estimate == pytest.approx(0.4, abs=0.05)
    answer = contest(twisted, protocol(), ("x", "i/d"), Challenge(drop=("H003",)))
    assert abs(answer.challenged.estimate) < 0.35
    assert answer.overturned_by in (("H003",), None)


def _joint_p(planted: Any, redraws: int) -> list[float]:
    made = (planted.panel(planted.Planted(within=0.0, sites=24, years=3), 100 + seed) for seed in range(redraws))
    return [curve(sources, protocol(), "x", "i/d").p for sources in made]


def test_the_joint_test_is_fair_when_there_is_nothing(planted: Any) -> None:
    p = _joint_p(planted, 10)
    assert sum(value <= 0.05 for value in p) <= 2
    assert np.mean(p) > 0.3


@pytest.mark.nightly
def test_the_joint_test_keeps_its_level(planted: Any) -> None:
    p = _joint_p(planted, 400)
    assert 0.03 <= np.mean([value <= 0.05 for value in p]) <= 0.075


def test_what_is_called_detectable_is_found_four_times_in_five(planted: Any) -> None:
    asked = protocol(assumed={"site": 2.0, "year": 1.2, "person": 0.0})
    power = answerable(
        planted.panel(planted.Planted(), 1).indicators, planted.panel(planted.Planted(), 1).establishments, asked
    )
    effect = power[0].detectable
    found = [
        primary(cells(planted.panel(planted.Planted(within=effect), s), asked, "x", "i/d"), "within").p < 0.05
        for s in range(50)
    ]
    assert 0.64 < np.mean(found) < 0.94


def test_verdicts_fill_their_tables(planted: Any) -> None:
    sources = planted.panel(planted.Planted(sites=20), 10)
    found = verdicts(sources, protocol())
    claims = writing.claims(found, protocol())
    assert claims["status"].tolist() == ["confirmatory"]
    assert writing.claims(found, protocol(exploratory=True))["status"].tolist() == ["exploratory"]
    assert set(writing.claim_steps(found, protocol())["rung"]) >= {"within", "between", "two_way"}
    points = writing.curve_points([curve(sources, protocol(), "x", "i/d")], protocol())
    assert points["place"].tolist() == list(range(1, len(points) + 1))
