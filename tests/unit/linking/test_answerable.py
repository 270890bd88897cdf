"""What a protocol can show before its outcome is read: the scale of the real standard errors, and the run's reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import SettingError, Text
from chairs.linking.answerable import NO_SPREAD, ONE_YEAR, Power, answerable
from chairs.linking.cells import Sources, cells
from chairs.linking.ladder import primary
from chairs.linking.protocol import Protocol

pytestmark = pytest.mark.unit
WITHIN = Protocol(
    name="p", study="demo", question=Text(fr="?", en="?"), exposures=("x",), outcomes=("i/d",), estimand="within",
    lag=0, floor=1, assumed={"site": 2.0, "year": 1.2, "person": 0.0}, future_exposure=False,
)  # fmt: skip
BETWEEN = replace(WITHIN, estimand="between")
PERSON = {"site": 0.0, "year": 0.0, "person": 18.0}


def power(sources: Sources, protocol: Protocol, **more: Any) -> Power:
    return answerable(sources.indicators, sources.establishments, protocol, sources.scores, **more)[0]


def with_a_twin(sources: Sources, noise: float) -> Sources:
    """Add an indicator `c` that is the exposure but for `noise`."""
    rng = np.random.default_rng(5)
    near = sources.indicators["value"] + rng.normal(0, noise, len(sources.indicators))
    both = pd.concat([sources.indicators, sources.indicators.assign(code="c", value=near)], ignore_index=True)
    return Sources.of(both, sources.scores, sources.establishments)


@pytest.mark.parametrize("protocol", [WITHIN, BETWEEN], ids=["within", "between"])
@pytest.mark.parametrize("held", [(), ("c",)], ids=["alone", "beside a covariate"])
def test_it_is_2_8_times_the_standard_error_of_the_run(planted: Any, protocol: Protocol, held: tuple[str, ...]) -> None:
    asked = replace(protocol, covariates=held)
    made = [with_a_twin(planted.panel(planted.Planted(sites=80), seed), 0.5) for seed in range(3)]
    errors = [primary(cells(one, asked, "x", "i/d"), asked.estimand).se for one in made]
    said = [power(one, asked).detectable for one in made]
    assert np.mean(said) / (2.8 * np.mean(errors)) == pytest.approx(1.0, abs=0.15)  # type: ignore[arg-type]


def test_a_covariate_is_taken_out_of_the_exposure(planted: Any) -> None:
    sources = with_a_twin(planted.panel(planted.Planted(), 1), 0.3)
    alone, beside = (power(sources, replace(WITHIN, covariates=held)) for held in ((), ("c",)))
    assert beside.detectable > 2.5 * alone.detectable  # type: ignore[operator]
    same = with_a_twin(planted.panel(planted.Planted(), 1), 0.0)
    assert "déterminée par les autres" in power(same, replace(WITHIN, covariates=("c",))).say(1.0, "fr")


def test_no_value_of_the_outcome_is_read(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 1)
    other = Sources.of(sources.indicators, sources.scores.assign(score=7.0, se=0.1), sources.establishments)
    assert power(sources, WITHIN) == power(other, WITHIN)


def test_only_establishments_that_were_asked_count(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 1)
    few = Sources.of(
        sources.indicators, sources.scores[sources.scores["establishment"] < "H045"], sources.establishments
    )
    assert (power(sources, WITHIN).establishments, power(few, WITHIN).establishments) == (60, 45)
    assert power(few, WITHIN).detectable > power(sources, WITHIN).detectable  # type: ignore[operator]


def test_answers_are_those_that_were_given(planted: Any) -> None:
    sources, asked = planted.panel(planted.Planted(), 1), replace(WITHIN, floor=30, assumed=PERSON)
    assert power(sources, asked).answers == 100
    fewer = power(sources, asked, answers=25)
    assert fewer.detectable == pytest.approx(2 * power(sources, asked).detectable)  # type: ignore[operator]
    unknown = Sources.of(sources.indicators, sources.scores.assign(n=np.nan), sources.establishments)
    assert power(unknown, asked).answers == 30


@pytest.mark.parametrize("answers", [0.0, -1.0, float("inf"), float("nan"), 1e300])
def test_a_number_of_answers_that_cannot_be_is_refused(planted: Any, answers: float) -> None:
    with pytest.raises(SettingError) as error:
        power(planted.panel(planted.Planted(), 1), WITHIN, answers=answers)
    assert '"--answers": a number of answers that cannot be. Remedy' in error.value.say("en")


@pytest.mark.parametrize(
    "assumed", [{"site": 2.0}, {"person": 18.0}, {}, dict.fromkeys(PERSON, 0.0), {**PERSON, "person": 0.0, "site": 2.0}]
)
def test_no_effect_is_found_by_supposing_that_nothing_varies(planted: Any, assumed: dict[str, float]) -> None:
    found = power(planted.panel(planted.Planted(), 1), replace(WITHIN, assumed=assumed))
    assert (found.reason, found.detectable) == (NO_SPREAD, None)
    assert "ne suppose aucune dispersion" in found.say(1.0, "fr")


def test_a_lag_that_leaves_one_year_gets_the_reason_of_the_run(planted: Any) -> None:
    sources = planted.panel(planted.Planted(years=2), 1)
    asked = replace(WITHIN, lag=1)
    assert power(sources, asked).reason == ONE_YEAR
    assert primary(cells(sources, asked, "x", "i/d"), "within").p is None
    coming = answerable(sources.indicators, sources.establishments, asked, None, None, ("2010", "2011"))[0]
    assert coming.reason == ONE_YEAR


def test_before_anybody_is_asked_all_establishments_are_counted_and_it_says_so(planted: Any) -> None:
    sources = planted.panel(planted.Planted(), 1)
    found = answerable(sources.indicators, sources.establishments, WITHIN)[0]
    assert found.establishments == 60
    assert "personne n'est encore interrogé" in found.say(1.0, "fr")
    assert "nobody has been asked" in found.say(1.0, "en")
    assert "encore interrogé" not in power(sources, WITHIN).say(1.0, "fr")


def test_what_is_too_small_is_said_to_be_missed_and_not_that_nothing_can_be_settled(planted: Any) -> None:
    found = power(planted.panel(planted.Planted(), 1), WITHIN)
    assert "un effet de 0,01 point échapperait plus d'une fois sur cinq" in found.say(0.01, "fr")
    assert "an effect of 0.01 points would be missed more than once in five" in found.say(0.01, "en")
    assert "la question a une réponse possible" in found.say(5.0, "fr")
    assert found.say(5.0, "fr", "Lits (+1 lit)").startswith("Lits (+1 lit) : effet décelable")
