"""Ordinal models, item responses and differential functioning against planted truths, redrawn.

No reference set exists for ordinal factor models: answers are drawn from known loadings and thresholds. The default run
redraws little and checks wide binomial ranges; `nightly` redraws 1,000 times.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom, chi2

from chairs.core.streams import stream
from chairs.stats.ordered_logit import ordered_logit
from chairs.surveys.psychometrics.bivariate import cumulative
from chairs.surveys.psychometrics.comparing import score_tests
from chairs.surveys.psychometrics.dif import differential_functioning
from chairs.surveys.psychometrics.graded import graded
from chairs.surveys.psychometrics.invariance import CONTINUOUS, ORDINAL, invariance
from chairs.surveys.psychometrics.model import parse
from chairs.surveys.psychometrics.ordinal import ordinal_confirmatory

pytestmark = pytest.mark.reference

LOADINGS = np.array([0.8, 0.7, 0.6, 0.5, 0.75, 0.65])
CUTS = ([-1, 0, 1], [-0.5, 0.5], [0], [-1.5, -0.5, 0.3, 1.2], [-0.8, 0.2, 1], [-1, 0.5])
MODEL = parse("x =~ a + b + c; y =~ d + e + f")
BETWEEN = 0.4
QUICK = 30


def drawn(n: int, *name: str | int, shift: float = 0.0) -> pd.DataFrame:
    """Answers of n persons; `shift` moves the thresholds of item e."""
    draw = stream(20, *name)
    f = draw.standard_normal((n, 2)) @ np.linalg.cholesky([[1, BETWEEN], [BETWEEN, 1]]).T
    latent = f[:, [0, 0, 0, 1, 1, 1]] * LOADINGS + draw.standard_normal((n, 6)) * np.sqrt(1 - LOADINGS**2)
    latent[:, 4] -= shift
    return pd.DataFrame({item: np.digitize(latent[:, j], CUTS[j]).astype(float) for j, item in enumerate("abcdef")})


def covered(redraws: int, n: int, name: str) -> dict[str, float]:
    """Return coverage of 95 % intervals, share of tests rejecting the true model, ratio of errors to spread."""
    truth = np.concatenate([LOADINGS, [BETWEEN]])
    estimates, errors, chisq = [], [], []
    for k in range(redraws):
        fit = ordinal_confirmatory(drawn(n, name, k), MODEL)
        assert fit.reason is None
        rows = [p for p in fit.parameters if p.se > 0 and p.op in ("=~", "~~")]
        estimates.append([p.estimate for p in rows])
        errors.append([p.se for p in rows])
        chisq.append(fit.indices.chisq)
    off, se = np.array(estimates) - truth, np.array(errors)
    return {
        "coverage": float((np.abs(off) < 1.96 * se).mean()),
        "rejected": float((np.array(chisq) > chi2.ppf(0.95, 8)).mean()),
        "bias": float(np.abs(off.mean(axis=0)).max()),
        "ratio": float((se.mean(axis=0) / off.std(axis=0)).mean()),
    }


def test_ordinal_model_covers_its_planted_loadings() -> None:
    found = covered(QUICK, 1000, "quick")
    # the 7 intervals of one redraw go together: the range is that of one interval a redraw
    assert binom.ppf(0.001, QUICK, 0.95) / QUICK <= found["coverage"] <= 1
    assert found["rejected"] <= binom.ppf(0.999, QUICK, 0.05) / QUICK
    assert found["bias"] < 0.02


@pytest.mark.nightly
def test_ordinal_model_covers_over_a_thousand_redraws() -> None:
    found = covered(1000, 1000, "nightly")
    assert 0.935 <= found["coverage"] <= 0.965
    assert 0.035 <= found["rejected"] <= 0.065
    assert 0.97 <= found["ratio"] <= 1.03
    assert found["bias"] < 0.005


def test_bivariate_probabilities_are_those_of_numerical_integration() -> None:
    from scipy.integrate import quad
    from scipy.special import ndtr

    draw, worst = stream(21, "bivariate"), 0.0
    for k in range(60):
        h, j = (0.0 if k % 7 == 0 else float(draw.normal())), (0.0 if k % 11 == 0 else float(draw.normal()))
        rho = float(draw.uniform(-0.99, 0.99))
        root = np.sqrt(1 - rho * rho)
        inner = quad(
            lambda z, j=j, rho=rho, root=root: np.exp(-z * z / 2) / np.sqrt(2 * np.pi) * ndtr((j - rho * z) / root),
            -12, h, epsabs=1e-13, limit=300,
        )[0]  # fmt: skip
        worst = max(worst, abs(inner - float(cumulative(np.array(h), np.array(j), rho))))
    assert worst < 1e-10


@pytest.mark.parametrize("ordinal", [False, True])
def test_equal_groups_are_invariant_to_the_last_step(ordinal: bool) -> None:
    answers = pd.concat([drawn(800, "same", 1), drawn(800, "same", 2)], ignore_index=True)
    found = invariance(answers, MODEL, pd.Series(["fr"] * 800 + ["nl"] * 800), ordinal=ordinal)
    assert [step.name for step in found.steps] == list(ORDINAL if ordinal else CONTINUOUS)
    assert found.reached == "strict"
    assert all(step.difference.p > 0.001 for step in found.steps[1:] if step.difference.p is not None)


@pytest.mark.parametrize("ordinal", [False, True])
def test_a_shifted_item_is_named_and_released(ordinal: bool) -> None:
    answers = pd.concat([drawn(800, "shift", 1), drawn(800, "shift", 2, shift=0.7)], ignore_index=True)
    language = pd.Series(["fr"] * 800 + ["nl"] * 800)
    plain = invariance(answers, MODEL, language, ordinal=ordinal)
    assert plain.reached == "metric"
    scalar = next(step for step in plain.steps if step.name == "scalar")
    assert score_tests(scalar.fit, MODEL, "intercept")[0].item == "e"
    freed = invariance(answers, MODEL, language, ordinal=ordinal, partial=True)
    assert freed.reached == "strict"
    assert dict(freed.steps[-1].released) == {"e": "intercept"}


@pytest.mark.nightly
def test_cost_of_each_ordinal_equality_is_a_chi_square() -> None:
    groups, rejected = pd.Series(["1"] * 500 + ["2"] * 500), {}
    redraws = 300
    for k in range(redraws):
        answers = pd.concat([drawn(500, "equal", k, 1), drawn(500, "equal", k, 2)], ignore_index=True)
        for step in invariance(answers, MODEL, groups, ordinal=True).steps[1:]:
            if step.difference is not None:
                rejected.setdefault(step.name, []).append(step.difference.p < 0.05)
    for name, tests in rejected.items():
        assert len(tests) >= 0.98 * redraws, name
        low, high = binom.ppf([0.0005, 0.9995], len(tests), 0.05)
        assert low <= sum(tests) <= high, name


def scale(n: int, *name: str | int, shift: float = 0.0, slope: float = 1.0, impact: float = 0.0):
    """Eight items of one dimension in two languages; item d is shifted and item f has another slope in the second."""
    draw = stream(22, *name)
    language = np.repeat([0, 1], n)
    f = draw.standard_normal(2 * n) + impact * language
    latent = 0.7 * f[:, None] + 0.7 * draw.standard_normal((2 * n, 8))
    latent[:, 3] += shift * language
    latent[:, 5] += 0.7 * f * (slope - 1) * language
    answers = pd.DataFrame(np.digitize(latent, [-1, -0.3, 0.4, 1.1]), columns=list("abcdefgh")).astype(float)
    return answers.mask(draw.random(answers.shape) < 0.05), pd.Series(np.where(language, "nl", "fr"))


def test_planted_differences_of_items_are_found_and_only_they() -> None:
    found = differential_functioning(*scale(1500, "planted", shift=0.6, slope=0.3))
    by_item = {item.item: item for item in found.items}
    assert {name for name, item in by_item.items() if item.q < 0.01} == {"d", "f"}
    assert by_item["d"].size in ("B", "C")
    assert by_item["d"].shifts["nl"] > 0.8
    assert by_item["d"].r2_uniform > 10 * by_item["d"].r2_nonuniform
    assert by_item["f"].r2_nonuniform > 10 * by_item["f"].r2_uniform
    assert "d" not in found.anchors
    assert "f" not in found.anchors


@pytest.mark.parametrize("impact", [0.0, 0.4])
def test_equal_items_are_rejected_at_the_stated_rate(impact: float) -> None:
    found = [differential_functioning(*scale(300, "none", k, impact=impact)) for k in range(12)]
    p = [item.p for scan in found for item in scan.items]
    assert sum(x < 0.05 for x in p) <= binom.ppf(0.999, len(p), 0.05)


def test_proportional_odds_are_those_of_statsmodels() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    draw = stream(23, "logit")
    x = draw.standard_normal((500, 2))
    y = np.digitize(x @ [1.0, -0.5] + draw.logistic(size=500), [-1, 0, 1.5])
    ours = ordered_logit(y, x)
    theirs = OrderedModel(y, x, distr="logit").fit(method="newton", disp=0)
    assert ours.coefficients == pytest.approx(theirs.params[:2], abs=1e-6)
    assert ours.se == pytest.approx(theirs.bse[:2], rel=1e-4)
    assert ours.logl == pytest.approx(theirs.llf, abs=1e-6)


def test_item_curves_cover_their_planted_slopes() -> None:
    slopes, cuts, redraws = np.array([0.8, 1.2, 1.8, 1.0, 1.5]), [-1.0, 0.5], 15
    inside = []
    for k in range(redraws):
        draw = stream(24, "graded", k)
        eta = slopes * (draw.standard_normal((600, 1)) - np.array(cuts)[:, None, None])
        answers = (draw.random((1, 600, 5)) < 1 / (1 + np.exp(-eta))).sum(axis=0)
        curves = graded(pd.DataFrame(answers, columns=list("abcde"))).curves
        for curve, slope in zip(curves, slopes, strict=True):
            inside.append(abs(curve.slope - slope) < 1.96 * curve.slope_se)
            inside.extend(abs(np.array(curve.thresholds) - cuts) < 1.96 * np.array(curve.threshold_se))
    assert np.mean(inside) >= binom.ppf(0.001, redraws * 5, 0.95) / (redraws * 5)
