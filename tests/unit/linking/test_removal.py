"""How few establishments carry a claim: against every list of few sites, and against fits of the declared model."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import Text
from chairs.core.streams import stream
from chairs.linking.carried import Carried
from chairs.linking.contest import Answer
from chairs.linking.ladder import ladder, primary
from chairs.linking.protocol import Protocol
from chairs.linking.refits import Refit, foretold, refits
from chairs.linking.removal import fewest, longest, overturned, tried, without
from chairs.linking.specification import Curve
from chairs.stats.estimate import Estimate

pytestmark = pytest.mark.unit
MODELS = [("within", 2, "linear"), ("between", 1, "linear"), ("between", 2, "linear"), ("between", 2, "ordinal")]


def asked(estimand: str, model: str = "linear", covariates: tuple[str, ...] = ()) -> Protocol:
    chosen: dict[str, Any] = {"estimand": estimand, "model": model, "covariates": covariates}
    return Protocol(name="p", study="s", question=Text(fr="?", en="?"), exposures=("x",), outcomes=("i/d",), **chosen)


def drawn(sites: int, years: int, seed: int, model: str = "linear", covariate: bool = False) -> pd.DataFrame:
    """A small claim: heavy-tailed exposures, so that some sites stand far from the others."""
    draw = stream(seed, "removal", model)
    site = np.repeat(np.arange(sites), years)
    own, held = draw.normal(0, 1, sites)[site], draw.normal(0, 1, sites)[site]
    x = draw.standard_t(3, sites)[site] + draw.normal(0, 1, sites * years) + 0.5 * held
    y = 0.8 * x + own + held + draw.normal(0, 1, sites * years)
    if model == "ordinal":
        y = np.digitize(0.8 * x + 0.3 * own + draw.logistic(0, 1, sites * years), [-1.0, 0, 1]).astype(float)
    found = {"establishment": [f"e{k:03d}" for k in site], "year": np.tile(np.arange(years), sites).astype(str)}
    table = pd.DataFrame(found | {"outcome": y, "n": 50.0, "exposure": x})
    return table.assign(held=held + draw.normal(0, 1, len(table))) if covariate else table


def side(estimate: Estimate) -> float | None:
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return None
    return 1.0 if estimate.low > 0 else -1.0


def kept(table: pd.DataFrame, gone: list[int]) -> np.ndarray:
    mask = np.ones(table["establishment"].nunique(), dtype=bool)
    mask[gone] = False
    return mask


@pytest.mark.parametrize(("estimand", "years", "model"), MODELS)
@pytest.mark.parametrize("covariate", [False, True])
def test_a_refit_is_the_declared_model_without_them(estimand: str, years: int, model: str, covariate: bool) -> None:
    table = drawn(26, years, 5, model, covariate)
    claim = refits(table, asked(estimand, model, ("held",) if covariate else ()))
    for gone in ([], [3], [0, 11, 25], list(range(19))):
        ours = claim.without(kept(table, gone)).estimate
        left = table[~table["establishment"].isin(claim.names[gone])].reset_index(drop=True)
        theirs = primary(left, estimand, model)
        assert (ours.reason, ours.n, ours.clusters) == (theirs.reason, theirs.n, theirs.clusters)
        if theirs.low is not None:
            found, expected = ([one.estimate, one.se, one.df, one.low, one.high] for one in (ours, theirs))
            assert found == pytest.approx(expected, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(("estimand", "years", "model"), MODELS)
def test_what_leaving_a_site_out_does_to_the_bound_is_foretold(estimand: str, years: int, model: str) -> None:
    table = drawn(45, years, 6, model, covariate=True)
    claim = refits(table, asked(estimand, model, ("held",)))
    whole = claim.without(kept(table, []))
    sign = 1.0 if whole.estimate.estimate > 0 else -1.0  # type: ignore[operator]
    told = foretold(whole, sign)
    true = np.array([claim.without(kept(table, [k])).bound(sign) for k in range(45)])
    assert np.corrcoef(told, true)[0, 1] > (0.95 if model == "ordinal" else 0.98)
    assert true.argmin() in np.argsort(told)[:3]


def compared(estimand: str, years: int, model: str, sites: int, seed: int, most: int) -> bool:
    """Hold the list against all lists of up to `most` sites; False where there is no claim to overturn."""
    table, protocol = drawn(sites, years, seed, model), asked(estimand, model)
    estimate = primary(table, estimand, model)
    sign = side(estimate)
    found = fewest(table, estimate, protocol)
    if sign is None:
        assert found is None
        return False
    assert found is not None
    assert len(found) <= longest(sites)
    if found:
        assert overturned(table, found, protocol, sign)
    names = sorted(set(table["establishment"]))
    shorter = range(1, min(len(found) if found else most + 1, most + 1))
    for one in itertools.chain.from_iterable(itertools.combinations(names, k) for k in shorter):
        assert not overturned(table, one, protocol, sign), (found, one)
    return True


@pytest.mark.parametrize(("estimand", "years", "model"), MODELS)
def test_no_shorter_list_overturns_where_all_are_tried(estimand: str, years: int, model: str) -> None:
    claims = [compared(estimand, years, model, 10, seed, 2) for seed in range(4)]
    assert any(claims)


@pytest.mark.nightly
@pytest.mark.parametrize(("estimand", "years", "model"), MODELS)
@pytest.mark.parametrize("sites", [15, 24])
def test_no_shorter_list_overturns_in_many_small_claims(estimand: str, years: int, model: str, sites: int) -> None:
    most = tried(sites, "ordinal" if model == "ordinal" else "linear")
    assert most >= 2
    claims = [compared(estimand, years, model, sites, seed, most) for seed in range(20, 26)]
    assert sum(claims) > 1


def test_a_far_site_that_leaves_the_slope_and_widens_the_interval_is_found() -> None:
    """On the line of the others, far out: the slope is 0.5 with it and without it, the interval off zero only with."""
    x = np.append(np.tile([-0.5, -0.5, 0.5, 0.5], 6), 3.0)
    outcome = 0.5 * x + np.append(np.tile([0.7, -0.7], 12), 0.0)
    names = [f"e{k:02d}" for k in range(25)]
    table = pd.DataFrame({"establishment": names, "year": "2020", "n": 50.0, "exposure": x, "outcome": outcome})
    estimate, protocol = primary(table, "between"), asked("between")
    assert estimate.estimate == pytest.approx(0.5)
    assert estimate.low == pytest.approx(0.19, abs=0.01)
    left = primary(table[:-1], "between")
    assert left.estimate == pytest.approx(0.5)
    assert left.low < 0  # type: ignore[operator]
    assert fewest(table, estimate, protocol) == ("e24",)


def test_a_link_that_became_perfect_is_not_overturned_unless_nothing_of_it_is_left() -> None:
    def bound(reason: str, leaning: float, sign: float = 1.0) -> float:
        return Refit(estimate=Estimate(term="exposure", n=9, clusters=9, reason=reason), leaning=leaning).bound(sign)

    for reason in ("separation", "no_variance", "no_convergence"):
        assert bound(reason, 0.3) == bound(reason, -0.3, -1.0) == float("inf")
        assert bound(reason, -0.3) == bound(reason, 0.3, -1.0) == bound(reason, 0.0) == -float("inf")
    assert bound("few_effective_clusters", 0.3) == bound("still_outcome", 0.3) == -float("inf")


def three_movers() -> pd.DataFrame:
    """Twelve establishments whose exposure changes; the outcome follows it in three, and changes in no other."""
    site, year = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    moves = stream(3, "movers").normal(0, 1, 48)
    moves += 9.0 * (site < 3) * (year - 1.5) * (-1.0) ** site
    outcome = 3.0 + site + np.where(site < 3, 0.8 * moves, 0.0)
    found = {"establishment": [f"e{k:02d}" for k in site], "year": (2018 + year).astype(str)}
    return pd.DataFrame(found | {"outcome": outcome, "n": 50.0, "exposure": moves})


def test_without_its_movers_a_change_has_no_interval_and_no_claim() -> None:
    table, protocol = three_movers(), asked("within")
    whole = primary(table, "within")
    assert whole.low is not None
    assert whole.low > 0
    movers, claim = ("e00", "e01", "e02"), refits(table, protocol)
    left = claim.without(kept(table, [0, 1, 2]))
    assert left.estimate.reason == primary(without(table, movers), "within").reason == "still_outcome"
    assert left.bound(1.0) == -float("inf")
    assert overturned(table, movers, protocol, 1.0)


@pytest.mark.parametrize("slope", [0.5, 0.0, -0.5])
@pytest.mark.parametrize(("estimand", "years"), [("within", 3), ("between", 1)])
def test_a_perfect_fit_is_overturned_by_its_slope_alone(slope: float, estimand: str, years: int) -> None:
    table = drawn(12, years, 8, covariate=True)
    table["outcome"] = slope * table["exposure"] + 2.0 * table["held"]
    protocol = asked(estimand, covariates=("held",))
    whole = refits(table, protocol).without(kept(table, []))
    assert whole.estimate.reason == primary(table, estimand).reason == "no_variance"
    assert whole.estimate.estimate is None
    assert overturned(table, (), protocol, 1.0) is not (slope > 0)
    assert overturned(table, (), protocol, -1.0) is not (slope < 0)


@pytest.mark.parametrize("slope", [1.0, -1.0])
def test_classes_that_are_separated_overturn_on_the_other_side_only(slope: float) -> None:
    table = drawn(14, 1, 9, "ordinal")
    table["outcome"] = np.digitize(slope * table["exposure"], [-0.5, 0.5]).astype(float)
    protocol = asked("between", "ordinal")
    assert primary(table, "between", "ordinal").reason == "separation"
    assert overturned(table, (), protocol, 1.0) is (slope < 0)
    assert overturned(table, (), protocol, -1.0) is (slope > 0)


def test_a_refit_and_the_declared_model_refuse_what_covariates_determine() -> None:
    """A covariate that changes within: it determines the exposure, though not the exposure's mean."""
    table = drawn(12, 3, 10, covariate=True).assign(exposure=lambda rows: 2 * rows["held"])
    claim, one = refits(table, asked("between", covariates=("held",))), primary(table, "between")
    assert claim.without(kept(table, [])).estimate.reason == one.reason == "collinear"
    assert one.estimate is None
    steps = {step.rung: step.estimate for step in ladder(table)}
    assert one.reason == steps["between"].reason
    assert "contextual" not in steps or steps["contextual"].estimate is None


@pytest.mark.parametrize(
    ("sites", "found", "fr", "en"),
    [
        (12, (), "aucun retrait de 3 établissement(s) ou moins (25 %) ne renverse", "no removal of 3 establishment(s)"),
        (200, (), "aucune liste trouvée jusqu'à 25 % des établissements (50)", "no list found up to 25% of the"),
        (24, ("a", "b"), "suffit : a, b ; aucune liste plus courte ne suffit", "enough: a, b; no shorter list is"),
        (200, ("a", "b", "c"), "suffit : a, b, c ; une liste plus courte peut exister", "a shorter list may exist"),
        (200, ("a",), "suffit : a\nLien déclaré (n 200) sans cette liste – x", "without that list – x"),
    ],
)  # fmt: skip
def test_what_was_not_found_is_not_said_not_to_exist(sites: int, found: tuple[str, ...], fr: str, en: str) -> None:
    estimate = Estimate(term="x", n=sites, clusters=sites, estimate=1.0, se=0.2, low=0.6, high=1.4)
    nothing: dict[str, Any] = {"median": None, "same_sign": None, "significant": None, "p": None}
    points = Curve(exposure="x", outcome="i/d", points=(), **nothing)
    about: dict[str, Any] = {"declared": estimate, "challenged": estimate, "curve": points, "rank": None}
    hangs = Carried(link=estimate, names=found, left=estimate if found else None)
    said = Answer(**about, carried=hangs, exposure="x")
    assert fr in said.say("fr")
    assert en in said.say("en")
