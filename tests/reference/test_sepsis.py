"""The real Sepsis log: the figures its description and the notes give, through the reader and the step `discover`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from chairs.core.study import read_study
from chairs.flow.overview import discover
from chairs.flow.settings import read_pathway
from chairs.sources import READERS
from chairs.store.parquet import write_table

pytestmark = pytest.mark.reference

STUDY = Path(__file__).resolve().parents[2] / "pipelines/studies/sepsis.yaml"


@pytest.fixture(scope="module")
def log(mirror: Path) -> dict[str, pd.DataFrame]:
    file = mirror / "sepsis-cases-log" / "sepsis.csv.gz"
    if not file.is_file():
        pytest.skip("the mirror has no sepsis-cases-log")
    return READERS["sepsis"].read([file], {"year": None, "source": "sepsis-cases-log"})


@pytest.fixture(scope="module")
def flow(log: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    return discover(log["events"], read_pathway(read_study(STUDY), {"variants": 1000}), log["cases"])


def test_nothing_of_the_log_is_lost(log: dict[str, pd.DataFrame]) -> None:
    events, cases = log["events"], log["cases"]
    assert len(events) == 15_214
    assert events["case_id"].nunique() == len(cases) == 1_050
    assert (events["case_id"] == "NA").sum() == 24
    assert events["activity"].nunique() == 16
    assert events["unit"].nunique() == 26
    assert (events["unit"] == "?").any()
    assert events["start"].isna().all()
    assert events["end"].notna().all()
    assert events.sort_values("position")["position"].tolist() == list(range(15_214))


def test_attributes_stand_on_the_first_row_of_a_case_whatever_its_step(log: dict[str, pd.DataFrame]) -> None:
    cases = log["cases"]
    assert cases["age"].notna().sum() == 1_050
    assert pd.to_numeric(cases["age"]).between(20, 90).all()


@pytest.mark.parametrize(
    ("step", "hours", "n", "negative"),
    [
        ("ER Triage", 0.14, 1_050, 6),
        ("ER Sepsis Triage", 0.18, 1_049, 7),
        ("IV Antibiotics", 1.88, 823, 2),
        ("IV Liquid", 0.89, 753, 16),
        ("Admission NC", 3.39, 800, 0),
        ("Release", 134.28, 782, 0),
    ],
)
def test_medians_since_registration(
    flow: dict[str, pd.DataFrame], step: str, hours: float, n: int, negative: int
) -> None:
    row = flow["durations"].set_index("to_activity").loc[step]
    assert round(row["median_hours"], 2) == hours
    assert (row["n"], row["negative"]) == (n, negative)


def test_variants_and_returns(flow: dict[str, pd.DataFrame]) -> None:
    facts = flow["facts"].set_index("name")["value"]
    assert facts["variants"] == len(flow["variants"]) == 846
    assert flow["variants"]["cases"].sum() == facts["cases"] == 1_050
    assert facts["returns"] == 294
    assert round(facts["return_days_median"]) == 47


def test_every_arc_is_counted(flow: dict[str, pd.DataFrame]) -> None:
    arcs = flow["transitions"]
    assert arcs["n"].sum() == 15_214 + 1_050
    assert arcs.query("source == 'case_start'").set_index("target")["n"]["ER Registration"] == 995
    assert arcs.query("target == 'Return ER'")["n"].sum() == 294


def test_the_calendar_is_fictitious(flow: dict[str, pd.DataFrame]) -> None:
    assert {"unit_hour", "unit_day", "profile"}.isdisjoint(flow)


def test_the_tables_written_twice_are_the_same_bytes(flow: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    for name, table in flow.items():
        first = write_table(table, name, tmp_path / "a").read_bytes()
        assert write_table(table.sample(frac=1, random_state=1), name, tmp_path / "b").read_bytes() == first
