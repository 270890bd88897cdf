"""What an unmeasured cause would have to do: against the printed formula, a planted cause, and rubbish."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.linking.ladder import primary
from chairs.linking.protocol import Protocol
from chairs.linking.unseen import Unseen, unseen
from chairs.linking.verdict import verdicts
from chairs.linking.writing import claims
from chairs.stats.estimate import Estimate

pytestmark = pytest.mark.unit

PROTOCOL = Protocol(
    name="p", study="s", question=Text(fr="?", en="?"), estimand="between", exposures=("x",), outcomes=("i/d",)
)


def table(hidden: float, n: int = 4000) -> pd.DataFrame:
    """One row a site and year; `seen` and a hidden cause of equal strength move exposure and outcome alike."""
    rng = np.random.default_rng(4)
    seen, unmeasured = rng.standard_normal((2, n))
    exposure = seen + hidden * unmeasured + rng.standard_normal(n)
    outcome = 70 + 2 * seen + 2 * hidden * unmeasured + 3 * rng.standard_normal(n)
    site = np.array([f"H{k:04d}" for k in range(n)])
    return pd.DataFrame(
        {"establishment": site, "year": "2024", "outcome": outcome, "n": 50.0, "exposure": exposure, "covariate": seen}
    )


def test_a_cause_as_strong_as_the_covariate_gives_a_selection_of_one() -> None:
    rows = table(hidden=1.0)
    true = 1 - 9 / rows["outcome"].var()  # R² of a regression that holds the hidden cause too
    from chairs.stats.proportional_selection import oster

    known = oster(rows, "outcome", "exposure", ["covariate"], r2_max=true)
    assert known.delta == pytest.approx(1, abs=0.15)  # no effect at all: the hidden cause made it
    found = unseen(rows, PROTOCOL, "x", primary(rows, "between"))
    assert found.selection == pytest.approx(oster(rows, "outcome", "exposure", ["covariate"]).delta)
    assert found.selection is not None
    assert 0 < found.selection < 2


def test_a_cause_no_stronger_than_the_covariates_makes_a_comparison_of_sites_fragile() -> None:
    assert Unseen(selection=0.7).fragile("between")
    assert not Unseen(selection=0.7).fragile("within")  # covariates that hardly change stand for nothing
    assert not any(Unseen(selection=delta).fragile("between") for delta in (None, 1.2, -0.5))


def test_a_link_that_a_cause_like_the_strongest_covariate_makes_is_fragile() -> None:
    """No effect at all, a hidden cause as strong as the covariate; then a plain effect, and one of traits' levels."""
    made, real = table(hidden=1.0, n=400), table(hidden=0.0, n=400)
    real["exposure"] += np.random.default_rng(5).normal(0, 3, 400)  # hardly any of it is the covariate's
    real["outcome"] += 2 * real["exposure"]
    for rows, weak in ((made, True), (real, False)):
        found = unseen(rows, PROTOCOL, "x", primary(rows, "between"))
        assert (found.outweighed, Unseen(outweighed=found.outweighed).fragile("between")) == (weak, weak)
    classes = pd.qcut(made["covariate"], 8, labels=False)  # each level alone is weak, the trait is not
    levels = made.drop(columns="covariate").assign(**{f"trait={k}": (classes == k) * 1.0 for k in range(1, 8)})
    assert unseen(levels, PROTOCOL, "x", primary(levels, "between")).outweighed
    assert not unseen(made, replace(PROTOCOL, estimand="within"), "x", primary(made, "between")).outweighed


def test_the_e_value_is_that_of_the_declared_change_in_standard_deviations() -> None:
    rows = table(hidden=0.0)
    given = Estimate(term="exposure", n=10, estimate=-0.5, low=-0.8, high=-0.2)
    found = unseen(rows, replace(PROTOCOL, per={"x": 2.0}), "x", given)
    spread = rows["outcome"].std()
    ratio, end = (math.exp(0.91 * d / spread) for d in (1.0, 0.4))
    assert found.e_value == pytest.approx(ratio + math.sqrt(ratio * (ratio - 1)))
    assert found.e_value_interval == pytest.approx(end + math.sqrt(end * (end - 1)))
    crossing = unseen(rows, PROTOCOL, "x", replace(given, high=0.1))
    assert crossing.e_value_interval == 1
    odds = unseen(rows, replace(PROTOCOL, model="ordinal"), "x", replace(given, estimate=2.0, low=0.5, high=3.5))
    assert odds.e_value == pytest.approx(math.e + math.sqrt(math.e * (math.e - 1)))  # the root of exp(2)
    assert odds.selection is None
    assert "1,99" in replace(found, e_value=1.991).say("fr")
    assert "undo the link" in found.say("en")
    for lang, words in (("fr", "rapport de risques approché, pas un facteur sur le score"),
                        ("en", "an approximate risk ratio, not a factor on the score")):  # fmt: skip
        assert words in found.say(lang)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": 70.0},  # nothing to explain
        {"exposure": 1.0},
        {"covariate": 1.0},
    ],
)
@pytest.mark.parametrize("estimand", ["within", "between"])
def test_rubbish_has_no_number(change: dict[str, float], estimand: Any) -> None:
    rows = table(hidden=1.0, n=60).assign(establishment=[f"H{k // 3:02d}" for k in range(60)]).assign(**change)
    given = Estimate(term="exposure", n=60, estimate=0.5, low=0.1, high=0.9)
    found = unseen(rows, replace(PROTOCOL, estimand=estimand), "x", given)
    assert found.selection is None or math.isfinite(found.selection)
    if "outcome" in change:
        assert found == Unseen()
    assert unseen(rows, PROTOCOL, "x", Estimate(term="exposure", n=60, reason="too_few")) == Unseen()
    assert Unseen().say() == ""


def test_a_supported_claim_carries_both(planted: Any) -> None:
    sources = planted.panel(planted.Planted(sites=40), 3)
    protocol = replace(PROTOCOL, estimand="within", lag=0, future_exposure=False)
    found = verdicts(sources, protocol)
    row = claims(found, protocol).iloc[0]
    assert row["claim"] == "supported"
    assert row["e_value"] > row["e_value_interval"] > 1
    assert np.isnan(row["selection"])  # nothing is held equal
    assert "multiplier" in found[0].say("fr")
