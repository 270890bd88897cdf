"""Ordered classes by establishment: a second engine's errors, planted coverage, and a reason where nothing holds."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.core.errors import SettingError
from chairs.core.streams import stream
from chairs.stats.cluster_robust import sandwich
from chairs.stats.ordered_clusters import OrderedFit, _by_cluster, ordered_clusters
from chairs.stats.ordered_logit import ordered_logit

pytestmark = pytest.mark.unit
WINE = Path(__file__).resolve().parents[2] / "reference" / "data"
CUTS = np.array([-1.5, 0.0, 1.2])


def planted(sites: int, rows: int, slope: float, number: int, spread: float = 0.0) -> tuple[np.ndarray, ...]:
    """Classes whose log odds rise by `slope` with a trait of the site, rows of a site sharing a deviation."""
    draw = stream(31, "ordered", str(sites), str(number))
    x, site = draw.standard_normal(sites), np.repeat(np.arange(sites), rows)
    latent = slope * x[site] + spread * draw.standard_normal(sites)[site] + draw.logistic(size=sites * rows)
    return np.digitize(latent, CUTS) + 1.0, x[site][:, None], site


def fitted(sites: int, rows: int, slope: float, number: int, spread: float = 0.0) -> OrderedFit:
    outcome, x, site = planted(sites, rows, slope, number, spread)
    return ordered_clusters(outcome, x, ["x"], site)


def test_estimates_are_those_of_r_on_the_wine_data() -> None:
    wine, told = pd.read_csv(WINE / "clmm_wine.csv"), json.loads((WINE / "clmm_wine.json").read_text())
    expected = told["expected"]["clm"]["coef"]
    x = np.column_stack([wine["temp"] == "warm", wine["contact"] == "yes"]).astype(float)
    found = ordered_clusters(wine["rating"].to_numpy(), x, ["temp", "contact"], np.arange(len(wine)))
    for term, name in (("temp", "tempwarm"), ("contact", "contactyes")):
        assert found.coefficient(term).estimate == pytest.approx(
            expected[name]["Estimate"], rel=told["tolerance"]["default_rel"]
        )
    fit = ordered_logit(wine["rating"].to_numpy() - 1, x)
    cuts = [expected[name]["Estimate"] for name in ("1|2", "2|3", "3|4", "4|5")]
    assert -fit.cuts == pytest.approx(cuts, rel=told["tolerance"]["default_rel"])  # type: ignore[operator]


def test_errors_by_cluster_are_those_of_statsmodels() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    outcome, x, site = planted(40, 6, 0.7, 1, spread=1.0)
    both = np.column_stack([x[:, 0], stream(32, "own").standard_normal(len(x))])
    codes = np.unique(outcome, return_inverse=True)[1]
    fit = ordered_logit(codes, both)
    score, gram = _by_cluster(fit.cuts, fit.coefficients, codes, both, site)  # type: ignore[arg-type]
    assert np.abs(score.sum(axis=0)).max() < 1e-4, "the score is zero at the estimate"
    plain = np.sqrt(np.diag(np.linalg.inv(gram.sum(axis=0))))[3:]
    robust = np.sqrt(np.diag(sandwich(gram, score, "CR0").covariance))[3:]
    model = OrderedModel(codes, both, distr="logit")
    same = {"groups": site, "use_correction": False}
    theirs = model.fit(method="newton", disp=0, cov_type="cluster", cov_kwds=same)
    assert robust == pytest.approx(theirs.bse[:2], rel=1e-3)
    assert plain == pytest.approx(model.fit(method="newton", disp=0).bse[:2], rel=1e-3)
    ours = ordered_clusters(outcome, both, ["a", "b"], site)
    assert [one.estimate for one in ours.estimates] == pytest.approx(theirs.params[:2], abs=1e-5)
    assert ours.estimates[0].se > robust[0], "CR2 repairs what CR0 leaves out"  # type: ignore[operator]


def test_a_fit_keeps_the_score_and_the_information_of_each_cluster() -> None:
    outcome, x, site = planted(20, 5, 0.7, 2, spread=0.5)
    whole = ordered_clusters(outcome, x, ["x"], site)
    assert whole.score is not None
    assert whole.gram is not None
    for one in (0, 7, 13):
        rest = ordered_clusters(outcome[site != one], x[site != one], ["x"], site[site != one])
        moved = rest.coefficient("x").estimate - whole.coefficient("x").estimate  # type: ignore[operator]
        step = np.linalg.solve(whole.gram.sum(axis=0) - whole.gram[one], -whole.score[one])
        assert step[-1] == pytest.approx(moved, abs=0.02)


@pytest.mark.parametrize(("outcome", "x", "cluster", "reason"), [
    (np.ones(30), None, None, "constant_outcome"),
    (None, np.column_stack([np.arange(30.0), 2 * np.arange(30.0) + 1]), None, "collinear"),
    (None, None, np.zeros(30), "one_cluster"),
    (np.repeat([1.0, 2, 3], 10), np.repeat([0.0, 1, 2], 10)[:, None], None, "separation"),
    (np.arange(30.0), None, None, "too_few"),
])  # fmt: skip
def test_what_cannot_be_estimated_says_why(
    outcome: np.ndarray | None, x: np.ndarray | None, cluster: np.ndarray | None, reason: str
) -> None:
    draw = stream(33, "bad")
    outcome = draw.integers(1, 4, 30).astype(float) if outcome is None else outcome
    x = draw.standard_normal((30, 1)) if x is None else x
    names = [f"x{i}" for i in range(x.shape[1])]
    found = ordered_clusters(outcome, x, names, np.arange(30) // 3 if cluster is None else cluster)
    last = found.estimates[-1]
    assert (last.reason, last.estimate, last.low) == (reason, None, None)
    assert (found.score is None) == (reason != "collinear"), "the columns before it have their fit"


def _covered(sites: int, redraws: int) -> float:
    """Share of 95 % intervals that hold the slope of the population, with two releases of the same classes."""
    inside = 0
    for number in range(redraws):
        outcome, x, site = planted(sites, 1, 0.6, number)
        one = ordered_clusters(np.tile(outcome, 2), np.tile(x, (2, 1)), ["x"], np.tile(site, 2)).coefficient("x")
        inside += one.low is not None and one.low <= 0.6 <= one.high  # type: ignore[operator]
    return inside / redraws


def test_intervals_hold_when_a_release_repeats_the_former_one() -> None:
    assert _covered(60, 60) >= 0.87
    outcome, x, site = planted(60, 1, 0.6, 1)
    once = ordered_clusters(outcome, x, ["x"], site).coefficient("x")
    twice = ordered_clusters(np.tile(outcome, 2), np.tile(x, (2, 1)), ["x"], np.tile(site, 2)).coefficient("x")
    assert twice.estimate == pytest.approx(once.estimate, abs=1e-6)
    assert twice.se == pytest.approx(once.se, rel=1e-6), "a release that repeats another adds nothing"


@pytest.mark.nightly
@pytest.mark.parametrize("sites", [30, 60, 150])
def test_intervals_cover_at_their_level(sites: int) -> None:
    assert 0.926 <= _covered(sites, 1000) <= 0.971


def test_a_column_that_was_not_fitted_is_told() -> None:
    with pytest.raises(SettingError, match='unknown term "beds"'):
        fitted(12, 10, 0.5, 1).coefficient("beds")
