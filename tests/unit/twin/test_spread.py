"""Error from the log beside noise of the simulation: planted variances found again, intervals that cover."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.twin.spread import Spread, half_width, spread

pytestmark = pytest.mark.unit


def redrawn(between, inside, samples, pairs, rng):
    return rng.normal(0, between, (samples, 1)) + rng.normal(0, inside, (samples, pairs))


def test_the_planted_variance_is_found_without_bias():
    rng = np.random.default_rng(4)
    found = np.array([spread(redrawn(1.0, 1.5, 10, 2, rng)).se ** 2 for _ in range(4_000)])
    # truncation at 0 lifts the mean a little: by numerical integration less than 0.06 here
    assert 1.0 - 4 * found.std() / 4_000**0.5 < found.mean() < 1.06 + 4 * found.std() / 4_000**0.5


def test_what_pairs_have_in_common_does_not_count():
    rng = np.random.default_rng(5)
    shared = 50 * rng.normal(0, 1, (1, 2))
    found = spread(redrawn(1.0, 0.0, 10, 2, rng) + shared)
    assert found is not None
    assert found.freedom > 8.9
    assert 0.4 < found.se < 2.0


@pytest.mark.parametrize(("between", "inside", "pairs"), [(1.0, 0.5, 2), (1.0, 1.0, 4), (0.3, 1.0, 4), (0.0, 1.0, 4)])
def test_intervals_cover_what_they_say(between, inside, pairs):
    # one analysis: an effect known with both errors, the samples of the log that tell the first
    rng, inside_it, n = np.random.default_rng(8), 0, 2_000
    for _ in range(n):
        runs = rng.normal(0, between) + rng.normal(0, inside, 4)
        known = spread(redrawn(between, inside, 10, pairs, rng))
        inside_it += abs(runs.mean()) <= half_width(float(runs.std(ddof=1)) / 2, 4, known)
    assert 0.925 <= inside_it / n <= 0.995


def test_too_few_samples_give_nothing():
    assert spread(np.ones((2, 4))) is None
    assert spread(np.ones((5, 1))) is None
    assert spread(np.array([[1.0, 2.0], [np.nan, 1.0], [0.0, 3.0]])) is None


def test_no_difference_between_samples_adds_nothing():
    assert spread(np.zeros((5, 3))) == Spread(se=0.0, freedom=1.0, samples=5)
    assert half_width(0.0, 4, Spread(se=0.0, freedom=1.0, samples=5)) == 0.0
