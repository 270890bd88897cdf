"""The twin's intervals hold what the demonstration hospital's generator does: repeated analyses of fresh logs."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest
from benchmarks import planted_scenarios as planted

pytestmark = pytest.mark.reference

ANALYSES = 200
BOUNDS = 179, 198  # of 200 intervals at 95 %


def test_the_planted_effects_are_those_of_the_generator() -> None:
    draw, known = planted.planted(900_000), planted.truth()
    assert set(known) == set(planted.PLANTED)
    for scenario, measures in known.items():
        for measure, (mean, se) in measures.items():
            effect = draw[scenario][measure] - draw[""][measure]
            assert abs(effect - mean) < 5 * se * 200**0.5, (scenario, measure)  # one draw of the 200


@pytest.mark.nightly
def test_intervals_hold_what_was_planted() -> None:
    """200 analyses, a minute and a half of one processor each; every scenario and measure stands the bar."""
    with ProcessPoolExecutor(os.cpu_count()) as executor:
        rows = [row for _, some in planted.analyses(ANALYSES, 20_001, executor) for row in some]
    held = planted.coverage(rows)
    for (scenario, measure), inside in held.items():
        assert len(inside) == ANALYSES
        if scenario == planted.NOTHING:
            assert all(inside), measure
    low, high = BOUNDS
    wrong = {key: int(np.sum(inside)) for key, inside in held.items() if key[0] != planted.NOTHING}
    assert not {key: n for key, n in wrong.items() if not low <= n <= high}
