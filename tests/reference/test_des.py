"""The engine against numbers from outside: formulas, numerical solutions, published models, other programs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from chairs.twin.anchors.case import Effort
from chairs.twin.anchors.longer import longer
from chairs.twin.anchors.table import LARGEST_Z, cases, table

FOLDER = Path(__file__).parent / "data" / "des"
CASES = {name: (case, runner) for name, case, runner in cases(FOLDER)}
QUICK = Effort(customers=1_500_000, replications=40, published=200)
LONG = Effort(customers=60_000_000, replications=80, published=25_000, years=1200, seed=7, threads=2)
# numbers of which an error of 2 % would not be seen even then: hardly anybody waits at night, and a queue of beds that
# remembers for months; all others are known to half a per cent, or the reference itself is not
RARE = {
    ("boarding_6_9", "mean_wait_cubicle"),
    ("treatment centre, triage+1", "01a_triage_wait"),
    *(("mtmc_c6", f"expected_queue_at_hour[{hour}]") for hour in range(9)),
}


@cache
def lines_of(name: str, effort: Effort) -> pd.DataFrame:
    case, runner = CASES[name]
    return table(runner(case, effort))


def differences(name: str, effort: Effort) -> list[str]:
    lines = lines_of(name, effort)
    wrong = lines[~lines["ok"]]
    return [f"{row.measure}: {row.mean:.5g}, expected {row.expected:.5g}, z {row.z:.1f}" for row in wrong.itertuples()]


@pytest.mark.reference
@pytest.mark.parametrize("name", CASES)
def test_every_number_is_within_four_standard_errors(name: str) -> None:
    assert differences(name, QUICK) == []


@pytest.mark.reference
@pytest.mark.nightly
@pytest.mark.parametrize("name", CASES)
def test_every_number_again_with_sixty_million_customers(name: str) -> None:
    assert differences(name, LONG) == []


@pytest.mark.reference
@pytest.mark.nightly
def test_an_error_of_two_per_cent_would_be_seen_or_the_table_says_why_not() -> None:
    lines = pd.concat([lines_of(name, LONG) for name in CASES])
    coarse = lines[lines["coarse"] != ""]
    by_us = coarse[coarse["coarse"] != "reference"]
    assert set(zip(by_us["case"], by_us["measure"], strict=True)) <= RARE
    assert len(coarse) < len(lines) / 4


@pytest.mark.reference
@pytest.mark.parametrize("name", ["mmc_c10_l8_m1", "erlangA_c9_l10", "priority_mg1_2", "boarding_3_2", "mgcc_ward_104"])
def test_services_two_per_cent_longer_are_seen(name: str) -> None:
    case, runner = CASES[name]
    assert table(runner(longer(case, 0.02), QUICK))["z"].abs().max() > LARGEST_Z


@pytest.mark.reference
@pytest.mark.nightly
@pytest.mark.parametrize("name", CASES)
def test_services_two_per_cent_longer_are_seen_in_every_case(name: str) -> None:
    case, runner = CASES[name]
    assert table(runner(longer(case, 0.02), LONG))["z"].abs().max() > LARGEST_Z


@pytest.mark.reference
def test_all_the_files_are_read() -> None:
    assert len(CASES) == 32
