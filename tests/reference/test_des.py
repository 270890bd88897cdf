"""The engine against numbers from outside: formulas, numerical solutions, published models, other programs."""

from __future__ import annotations

from pathlib import Path

import pytest

from chairs.twin.anchors.case import Effort
from chairs.twin.anchors.table import LARGEST_Z, cases, table

FOLDER = Path(__file__).parent / "data" / "des"
CASES = {name: (case, runner) for name, case, runner in cases(FOLDER)}
QUICK = Effort(customers=1_500_000, replications=40, published=200)
LONG = Effort(customers=40_000_000, replications=80, published=2000, seed=7, threads=2)


def differences(name: str, effort: Effort) -> list[str]:
    case, runner = CASES[name]
    lines = table(runner(case, effort))
    wrong = lines[~lines["ok"]]
    return [f"{row.measure}: {row.mean:.5g}, expected {row.expected:.5g}, z {row.z:.1f}" for row in wrong.itertuples()]


@pytest.mark.reference
@pytest.mark.parametrize("name", CASES)
def test_every_number_is_within_four_standard_errors(name: str) -> None:
    assert differences(name, QUICK) == []


@pytest.mark.reference
@pytest.mark.nightly
@pytest.mark.parametrize("name", CASES)
def test_every_number_again_with_forty_million_customers(name: str) -> None:
    assert differences(name, LONG) == []


@pytest.mark.reference
def test_a_wrong_service_time_of_two_per_cent_is_seen() -> None:
    import copy

    case = copy.deepcopy(CASES["mmc_c10_l8_m1"][0])
    case["parameters"]["service_rate"] *= 1.02
    lines = CASES["mmc_c10_l8_m1"][1](case, QUICK)
    assert max(abs(line.z) for line in lines) > LARGEST_Z


@pytest.mark.reference
def test_all_the_files_are_read() -> None:
    assert len(CASES) == 32
