"""Error from the log beside noise of the simulation: planted variances found again, intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chairs.twin.spread import Spread, half_width, pooled, spread

pytestmark = pytest.mark.unit

SHARED = (0.0, 0.4, 0.8)  # of a pair's variance, what all samples have in common
LOGS = (0.0, 0.1, 0.2, 0.3, 0.45, 0.7, 1.0, 3.0)  # error of the log, in standard deviations of a pair
STAGE, FEW = (6, 4, 8), (5, 3, 4)  # samples, pairs in each, pairs of the effect: those of the pipeline; fewer


def redrawn(between, inside, samples, pairs, rng):
    return rng.normal(0, between, (samples, 1)) + rng.normal(0, inside, (samples, pairs))


def analysed(log, shared, design, rng):
    """One analysis, its effect 0: the error of the estimate, and half the width of its interval."""
    samples, pairs, own = design
    runs = rng.normal(0, log) + rng.normal(0, 1, own)
    again = redrawn(log, (1 - shared) ** 0.5, samples, pairs, rng) + rng.normal(0, shared**0.5, (1, pairs))
    known = spread(again)
    return abs(runs.mean()), half_width(*pooled(runs.std(ddof=1) / own**0.5, own, known), known)


def covered(log, shared, design, number):
    """Share of the intervals that hold the effect, and their mean half-width in true standard errors."""
    rng = np.random.default_rng(8)
    error, half = np.array([analysed(log, shared, design, rng) for _ in range(number)]).T
    return (error <= half).mean(), half.mean() / (log**2 + 1 / design[2]) ** 0.5


def test_the_planted_variance_is_found_without_bias():
    rng = np.random.default_rng(4)
    found = np.array([spread(redrawn(1.0, 1.5, 10, 2, rng)).se ** 2 for _ in range(4_000)])
    # truncation at 0 lifts the mean a little: by numerical integration less than 0.06 here
    assert 1.0 - 4 * found.std() / 4_000**0.5 < found.mean() < 1.06 + 4 * found.std() / 4_000**0.5


def test_the_noise_of_a_pair_is_found_without_bias_and_with_its_freedom():
    # variance of a pair: 0.7 shared by all samples, 0.3 its own; a mean square of f degrees of freedom has a
    # coefficient of variation of sqrt(2 / f)
    rng, n = np.random.default_rng(6), 4_000
    drawn = [redrawn(1.0, 0.3**0.5, 6, 4, rng) + rng.normal(0, 0.7**0.5, (1, 4)) for _ in range(n)]
    found = np.array([spread(one).noise ** 2 for one in drawn])
    assert abs(found.mean() - 1) < 4 * found.std() / n**0.5
    rest, means = 0.3 * 5 / 6, 0.7 + 0.3 / 6
    freedom = 1 / (means**2 / 3 + rest**2 / 15)
    assert found.std() == pytest.approx((2 / freedom) ** 0.5, rel=0.05)


def test_what_pairs_have_in_common_is_noise_and_no_error_of_the_log():
    rng = np.random.default_rng(5)
    shared = 50 * rng.normal(0, 1, (1, 2))
    found = spread(redrawn(1.0, 0.0, 10, 2, rng) + shared)
    assert found is not None
    assert 0.4 < found.se < 2.0
    assert found.noise == pytest.approx(abs(shared[0, 1] - shared[0, 0]) / 2**0.5, rel=1e-9)
    assert found.noise_freedom == pytest.approx(1.0)


@pytest.mark.parametrize(("log", "shared"), [(0.0, 0.0), (0.3, 0.4), (1.0, 0.0), (3.0, 0.8)])
def test_intervals_cover_what_they_say_and_are_not_wider_than_they_must(log, shared):
    number = 1_000
    share, width = covered(log, shared, STAGE, number)
    chance = 3 * (0.95 * 0.05 / number) ** 0.5
    assert 0.93 - chance < share < 0.985 + chance
    assert 1.96 < width < 3.0


@pytest.mark.nightly
@pytest.mark.parametrize(("design", "most", "widest"), [(STAGE, 0.985, 3.0), (FEW, 0.99, 3.3)])
@pytest.mark.parametrize("shared", SHARED)
@pytest.mark.parametrize("log", LOGS)
def test_intervals_cover_wherever_the_error_comes_from_and_few_runs_rather_more(log, shared, design, most, widest):
    share, width = covered(log, shared, design, 10_000)
    assert 0.93 < share < most
    assert 1.96 < width < widest


def test_with_one_error_alone_the_interval_is_student_s():
    from scipy.stats import t

    assert half_width(2.0, 7.0, Spread(se=0.0, half=0.0)) == pytest.approx(2 * t.ppf(0.975, 7))
    known = spread(2.0 * np.array([[-1.0, -1.0], [0.0, 0.0], [1.0, 1.0]]))
    assert half_width(0.0, 7.0, known) == pytest.approx(2 * t.ppf(0.975, 2))


def test_the_noise_of_the_samples_is_weighed_by_its_freedom():
    known = Spread(se=9.0, half=20.0, noise=2.0, noise_freedom=6.0)
    se, freedom = pooled(0.5, 4, known)
    assert (se, freedom) == (pytest.approx(((3 * 0.25 + 6 * 1.0) / 9) ** 0.5), 9.0)
    assert pooled(0.5, 4, None) == (0.5, 3.0)


numbers = st.just(0.0) | st.floats(1e-9, 1e6)  # smaller ones vanish when squared


@given(numbers, numbers, numbers, st.integers(2, 40))
def test_more_error_never_narrows_and_the_noise_alone_is_the_least(se, first, more, pairs):
    own = pooled(se, pairs, None)
    known = [Spread(se=one, half=2 * one) for one in (first, first + more)]
    widths = [half_width(*own, one) for one in (None, *known)]
    assert np.isfinite(widths).all()
    assert widths == sorted(widths)
    assert (widths[-1] == 0) == (se == 0 and first + more == 0)


@given(st.lists(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3), min_size=3, max_size=8), numbers)
def test_any_runs_give_a_width(rows, se):
    known = spread(np.array(rows))
    assert known is not None
    assert 2 - 1e-9 <= known.noise_freedom <= 2 * len(rows) + 1e-9
    half = half_width(*pooled(se, 4, known), known)
    assert np.isfinite(half)
    assert half >= 1.9599 * pooled(se, 4, known)[0]


def test_too_few_samples_give_nothing():
    assert spread(np.ones((2, 4))) is None
    assert spread(np.ones((5, 1))) is None
    assert spread(np.array([[1.0, 2.0], [np.nan, 1.0], [0.0, 3.0]])) is None


def test_no_difference_between_samples_adds_nothing():
    known = spread(np.zeros((5, 3)))
    assert known == Spread(se=0.0, half=0.0, noise=0.0, noise_freedom=2.0)
    assert half_width(*pooled(0.0, 4, known), known) == 0.0
