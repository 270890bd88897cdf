"""Coverage of 95 % intervals over planted redraws: CR2 with Satterthwaite at 8 to 150 establishments."""

from __future__ import annotations

import math

import numpy as np
import pytest

from chairs.core.streams import stream
from chairs.stats.cluster_robust import sandwich
from chairs.stats.cross_products import CrossProducts
from chairs.stats.one_way import one_way

ICC, RESPONDENTS, EFFECT = 0.06, 40, 1.0
SITES = (8, 15, 30, 60, 150)


def drawn(sites: int, redraw: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw an exposure of establishments and about 40 answers each, ICC 6 %; give sums of products and sizes."""
    random = stream(11, "coverage", sites, redraw)
    sizes = random.integers(RESPONDENTS // 2, RESPONDENTS * 3 // 2 + 1, sites)
    exposure = random.normal(size=sites)
    site = np.repeat(np.arange(sites), sizes)
    noise = random.normal(0, math.sqrt(ICC), sites)[site] + random.normal(0, math.sqrt(1 - ICC), len(site))
    x = np.column_stack([np.ones(len(site)), exposure[site], EFFECT * exposure[site] + noise])
    products = np.add.reduceat(x[:, :, None] * x[:, None, :], np.r_[0, sizes.cumsum()[:-1]], axis=0)
    return products, sizes


def covered(sites: int, redraws: int) -> int:
    """Count the intervals of the exposure that hold the planted effect."""
    from scipy.special import stdtrit

    held = 0
    for redraw in range(redraws):
        products, _ = drawn(sites, redraw)
        gram, xy = products[:, :-1, :-1], products[:, :-1, -1]
        beta = np.linalg.solve(gram.sum(axis=0), xy.sum(axis=0))
        robust = sandwich(gram, xy - gram @ beta)
        reach = stdtrit(robust.df[1], 0.975) * math.sqrt(robust.covariance[1, 1])
        held += int(abs(beta[1] - EFFECT) <= reach)
    return held


def multilevel(sites: int, redraws: int, errors: str) -> int:
    """Count the intervals of the multilevel model that hold the planted effect."""
    held = 0
    for redraw in range(redraws):
        products, sizes = drawn(sites, redraw)
        sums = CrossProducts(
            columns=("(intercept)", "x", "y"), shift=np.zeros(3), clusters=tuple(f"{k:03d}" for k in range(sites)),
            rows=sizes, products=products,
        )  # fmt: skip
        one = one_way(sums, errors=errors).coefficient("x")
        held += int(one.low <= EFFECT <= one.high)
    return held


@pytest.mark.reference
@pytest.mark.parametrize("sites", SITES)
def test_cr2_holds_95_per_cent_on_100_redraws(sites: int) -> None:
    assert covered(sites, 100) >= 87


@pytest.mark.reference
@pytest.mark.parametrize("errors", ["satterthwaite", "kenward_roger", "CR2"])
def test_the_multilevel_model_holds_95_per_cent_on_100_redraws(errors: str) -> None:
    assert multilevel(15, 100, errors) >= 87


@pytest.mark.reference
@pytest.mark.nightly
@pytest.mark.parametrize("sites", SITES)
def test_cr2_holds_93_to_97_per_cent_on_1000_redraws(sites: int) -> None:
    assert 930 <= covered(sites, 1000) <= 970


@pytest.mark.reference
@pytest.mark.nightly
@pytest.mark.parametrize("errors", ["satterthwaite", "kenward_roger", "CR2"])
@pytest.mark.parametrize("sites", SITES)
def test_the_multilevel_model_holds_93_to_97_per_cent_on_1000_redraws(sites: int, errors: str) -> None:
    assert 930 <= multilevel(sites, 1000, errors) <= 970
