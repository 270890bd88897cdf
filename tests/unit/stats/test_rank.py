"""Rank correlations: agreement with SciPy and a closed formula, reasons, coverage of the interval."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from chairs.core.errors import DataError
from chairs.core.streams import stream
from chairs.stats.rank import REASONS, RankCorrelation, partial_spearman, spearman


@pytest.mark.unit
def test_ties_are_ranked_as_scipy_ranks_them():
    random = stream(1, "rank", "ties")
    x = pd.Series(random.integers(0, 6, 80))
    y = pd.Series(random.integers(0, 4, 80) + x // 2)
    theirs = spearmanr(x, y)
    ours = spearman(x, y)
    assert ours.estimate == pytest.approx(theirs.statistic, abs=1e-12)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.unit
def test_rows_missing_either_side_are_left_out():
    random = stream(1, "rank", "missing")
    x, y = pd.Series(random.normal(size=40)), pd.Series(random.normal(size=40))
    holed = x.where(x.index % 4 != 0)
    assert spearman(holed, y) == spearman(x[x.index % 4 != 0], y[y.index % 4 != 0])
    assert spearman(holed, y).n == 30


@pytest.mark.unit
def test_one_numeric_covariate_follows_the_closed_formula():
    random = stream(1, "rank", "partial")
    z = random.normal(size=200)
    frame = pd.DataFrame({"x": z + random.normal(size=200), "y": z + random.normal(size=200), "z": z})
    r = frame.rank().corr()
    expected = (r.loc["x", "y"] - r.loc["x", "z"] * r.loc["y", "z"]) / math.sqrt(
        (1 - r.loc["x", "z"] ** 2) * (1 - r.loc["y", "z"] ** 2)
    )
    result = partial_spearman(frame.x, frame.y, frame[["z"]])
    assert result.estimate == pytest.approx(expected, abs=1e-12)
    assert result.covariates == 1
    assert result.high - result.low > 0


@pytest.mark.unit
def test_a_class_covariate_removes_what_only_the_class_explains():
    random = stream(1, "rank", "class")
    status = pd.Series(np.repeat(["public", "private", "other"], 100))
    shift = status.map({"public": 0.0, "private": 10.0, "other": 20.0})
    x, y = shift + random.normal(size=300), shift + random.normal(size=300)
    crude, adjusted = spearman(x, y), partial_spearman(x, y, pd.DataFrame({"status": status}))
    assert crude.estimate > 0.8
    assert adjusted.low < 0 < adjusted.high
    assert adjusted.covariates == 2


LINE = pd.Series(range(30), dtype=float)
NOISE = pd.Series(stream(1, "rank", "noise").normal(size=30))
FLAG = pd.Series([True, False] * 15)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("x", "y", "covariates", "reason"),
    [
        (LINE[:9], NOISE[:9], {}, "too_few"),
        (LINE[:11], NOISE[:11], {"a": NOISE[:11] ** 2, "b": LINE[:11] * 0 + FLAG[:11]}, "too_few"),
        (LINE, NOISE * 0, {}, "constant"),
        (LINE, LINE**3, {}, "perfect"),
        (LINE, -LINE, {}, "perfect"),
        (LINE, NOISE, {"a": NOISE**2, "b": NOISE**2 * 5}, "collinear"),
        (LINE, NOISE, {"flag": FLAG, "word": FLAG.map({True: "yes", False: "no"})}, "collinear"),
        (LINE, NOISE, {"word": pd.Series(["public"] * 30)}, "collinear"),
        (LINE, NOISE, {"number": LINE * 0}, "collinear"),
        (LINE, NOISE, {"itself": LINE * 2}, "explained"),
        (LINE[:0], NOISE[:0], {}, "too_few"),
    ],
)
def test_what_means_nothing_gets_a_reason_and_no_number(x, y, covariates, reason):
    result = partial_spearman(x, y, pd.DataFrame(covariates, index=x.index))
    assert result.reason == reason
    assert (result.estimate, result.low, result.high, result.p) == (None, None, None, None)
    assert REASONS[reason].fr in result.say("fr")
    assert REASONS[reason].en in str(result)


def coverage(draws: int, n: int, rho: float, covariate: bool) -> float:
    """Share of 95 % intervals that hold the population's rank correlation (normal model, 6/pi asin(rho/2))."""
    random = stream(20, "rank", "coverage", n, str(rho), int(covariate))
    held = 0
    for _ in range(draws):
        z = random.normal(size=n) if covariate else np.zeros(n)
        shared = random.normal(size=n)
        x = pd.Series(z + math.sqrt(rho) * shared + math.sqrt(1 - rho) * random.normal(size=n))
        y = pd.Series(z + math.sqrt(rho) * shared + math.sqrt(1 - rho) * random.normal(size=n))
        result: RankCorrelation = partial_spearman(x, y, pd.DataFrame({"z": z})) if covariate else spearman(x, y)
        held += result.low <= truth(rho, covariate) <= result.high
    return held / draws


def truth(rho: float, covariate: bool) -> float:
    """Rank correlation of the normal model above, crude or given z."""
    if not covariate:
        return 6 / math.pi * math.asin(rho / 2)
    xy = 6 / math.pi * math.asin((1 + rho) / 4)
    xz = 6 / math.pi * math.asin(1 / math.sqrt(2) / 2)
    return (xy - xz**2) / (1 - xz**2)


@pytest.mark.unit
@pytest.mark.parametrize("covariate", [False, True])
def test_intervals_hold_the_truth_nineteen_times_in_twenty(covariate):
    # 400 draws: three Monte-Carlo errors below and above 95 %
    assert 0.917 <= coverage(400, 60, 0.5, covariate) <= 0.983


@pytest.mark.unit
@pytest.mark.nightly
@pytest.mark.parametrize("covariate", [False, True])
@pytest.mark.parametrize("n", [15, 30, 150, 850])
@pytest.mark.parametrize("rho", [0.0, 0.3, 0.6])
def test_intervals_hold_the_truth_at_many_sizes(n, rho, covariate):
    assert 0.93 <= coverage(4000, n, rho, covariate) <= 0.97


@pytest.mark.unit
def test_text_has_no_rank():
    beds, score = pd.Series([1.0, 2, 3, 4, 5], name="beds"), pd.Series(["low", "high", "low", "high", "low"])
    for pair in ((beds, score), (score, beds)):
        with pytest.raises(DataError, match="not numeric"):
            spearman(*pair)
