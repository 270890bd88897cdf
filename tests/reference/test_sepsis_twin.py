"""The twin of the real Sepsis log against the bars set for it: whole cases, 80/20 by first event, ten runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairs.sources import READERS
from chairs.twin.backtest.proof import Proof, Protocol, prove
from chairs.twin.calibration.calibrate import Settings

pytestmark = pytest.mark.reference

BARS = {"ngd3": 0.12, "ced": 1.0, "red": 20.0, "cwd": 0.95, "ctd": 65.0, "census_mae": 5.5}


@pytest.fixture(scope="module")
def proof(mirror: Path) -> Proof:
    file = mirror / "sepsis-cases-log" / "sepsis.csv.gz"
    if not file.is_file():
        pytest.skip("the mirror has no sepsis-cases-log")
    events = READERS["sepsis"].read([file], {"year": None, "source": "sepsis-cases-log"})["events"]
    return prove(events, Settings(name="sepsis", timezone="UTC", calendar=False), Protocol())


def test_every_distance_is_within_its_bar(proof: Proof) -> None:
    even = proof.judged.runs[(proof.judged.runs["draws"] == "even") & (proof.judged.runs["generator"] == "twin")]
    means = even.groupby("measure")["value"].mean()
    assert proof.judged.held_out == 210
    assert {name: round(float(means[name]), 3) for name, bar in BARS.items() if means[name] > bar} == {}


def test_the_band_of_the_census_covers_what_it_says(proof: Proof) -> None:
    assert 0.70 <= proof.judged.coverage[0.8] <= 0.90


def test_the_twin_is_no_worse_than_any_plain_generator(proof: Proof) -> None:
    assert [verdict.say("en") for verdict in proof.judged.verdicts if not verdict.holds] == []


def test_each_patient_on_his_own_the_twin_is_still_no_worse_than_replayed_cases(proof: Proof) -> None:
    runs = proof.judged.runs[proof.judged.runs["draws"] == "independent"]
    means = runs.groupby(["measure", "generator"])["value"].mean().unstack()
    for measure in ("ngd2", "ngd3", "ced", "red", "cwd", "census_mae"):
        assert means.loc[measure, "twin"] <= 1.10 * means.loc[measure, "bootstrap"], measure


def test_no_state_speaks_of_fewer_than_eleven_cases_but_by_rare_steps(proof: Proof) -> None:
    figures = proof.calibrated.report.figures
    assert figures["memory"] >= 2
    assert 100 < figures["states"] < 2000
