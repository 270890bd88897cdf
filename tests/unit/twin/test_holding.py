"""Nights that stays need, told from those spent waiting for a day on which the patient may leave."""

from __future__ import annotations

import numpy as np
import pytest

from chairs.twin.clock import REST, holidays_among, rest_days
from chairs.twin.hospital.holding import read_nights

pytestmark = pytest.mark.unit

FIRST = 19_358  # 1 January 2023
PLANTED = {"saturday sunday holiday": 0.25, "sunday holiday": 0.2}


def stays(n, rng):
    """Return ward, first and last day of stays of which some are kept over days of rest."""
    days = np.arange(FIRST, FIRST + 800)
    rest = rest_days((days + 3) % 7, holidays_among(days, "FR"))
    ward, start = rng.integers(0, 2, n), rng.integers(FIRST, FIRST + 700, n)
    nights = 1 + rng.poisson(np.where(ward == 0, 2.0, 6.0))
    kinds = [sum(REST[word] for word in words.split()) for words in PLANTED]
    kept = rng.choice([*kinds, 0], n, p=[*PLANTED.values(), 1 - sum(PLANTED.values())])
    end = start + nights
    for _ in range(6):
        end += (rest[end - FIRST] & kept) > 0
    return ward, start, end, nights


def test_planted_shares_and_nights_are_found_again():
    ward, start, end, nights = stays(60_000, np.random.default_rng(2))
    found = read_nights(ward, start, end)
    for word, share in {"saturday": 0.25, "sunday": 0.45, "holiday": 0.45}.items():
        seen = sum(part for words, part in found.shares.items() if word in words)
        assert abs(seen - share) < 0.04, (word, seen)  # holidays: about 2,500 stays tell
    for row in range(2):
        mean = float(found.expected[row] @ np.arange(found.expected.shape[1]) / found.expected[row].sum())
        assert abs(mean - nights[ward == row].mean()) < 0.02
        assert mean < (end - start)[ward == row].mean() - 0.05


def test_where_nobody_is_kept_nobody_is_found_kept():
    rng = np.random.default_rng(3)
    start = rng.integers(FIRST, FIRST + 700, 30_000)
    end = start + 1 + rng.poisson(3.0, 30_000)
    found = read_nights(np.zeros(30_000, dtype=int), start, end)
    # four standard errors: some 600 stays are over on a public holiday, 4,300 on each Saturday and Sunday
    for word, most in {"saturday": 0.06, "sunday": 0.06, "holiday": 0.16}.items():
        assert sum(part for words, part in found.shares.items() if word in words) < most


def test_few_stays_are_taken_as_they_are():
    start = np.arange(FIRST, FIRST + 50)
    found = read_nights(np.zeros(50, dtype=int), start, start + 3)
    assert found.shares == {}
    assert found.expected[0].tolist() == [0.0, 0.0, 0.0, 50.0]
