"""The twin's intervals hold what the demonstration hospital's generator does: repeated analyses of fresh logs."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pandas as pd
import pytest
from benchmarks import planted_scenarios as planted

from chairs.tables import CONTRACTS
from chairs.twin.backtest.hospital import prove_hospital
from chairs.twin.backtest.proof import Judged, Protocol
from chairs.twin.backtest.verdicts import COVERED

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
def test_the_twin_that_answers_is_nearer_to_weeks_it_has_not_seen_than_plain_generators() -> None:
    """Means over four fresh logs: one period is one draw of its queues (one distance of 28 does not hold)."""
    proofs = [_proof(seed) for seed in range(20_001, 20_005)]
    assert all(10_000 < found.held_out < 13_000 for found in proofs)
    assert {way for found in proofs for way in found.runs["draws"]} == {"independent"}  # even draws hardly queue
    shares = pd.DataFrame([{one.measure: one.value / one.limit for one in found.verdicts} for found in proofs]).mean()
    assert shares[["ngd2", "ngd3", "ced", "red", "cwd", "ctd", "census_mae"]].max() <= 1
    low, high = COVERED
    assert low <= np.mean([found.coverage[0.8] for found in proofs]) <= high


def _proof(seed: int) -> Judged:
    tables = dict(zip(("events", "cases", "unit_hour"), planted.drawn_log(seed), strict=True))
    events = tables["events"]
    tables["events"] = CONTRACTS["events"].conform(events.assign(position=events.groupby("case_id").cumcount()))
    return prove_hospital(tables, "Europe/Paris", Protocol())


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
