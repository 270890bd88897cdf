"""Stage simulate on a small demonstration hospital: planted staff found again, effects written, reasons given."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.demo.hospital import scaled
from chairs.demo.parameters import read_parameters
from chairs.tables import CONTRACTS
from chairs.twin.model import Model, read_model

pytestmark = pytest.mark.pipelines

SMALL = 0.05


@pytest.fixture(scope="module")
def folder(demo_project: Path) -> Path:
    """The outputs of the stage, run for two short pairs on the log and on three of its samples."""
    return demo_project / "data" / "simulate" / "demo"


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return read_model(json.loads((folder / "model.json").read_text(encoding="utf-8")))


def test_the_effects_are_the_table_and_complete(folder: Path) -> None:
    table = pd.read_parquet(folder / "effects.parquet")
    CONTRACTS["effects"].check(table)
    assert table["scenario"].nunique() >= 8
    valid = table[table["status"] != "not_valid"]
    assert (valid["low"] <= valid["mean"]).all()
    assert (valid["mean"] <= valid["high"]).all()
    assert table.loc[table["status"] == "not_valid", "reason"].notna().all()


def test_the_error_from_the_log_stands_beside_that_of_the_simulation(folder: Path) -> None:
    table = pd.read_parquet(folder / "effects.parquet")
    valid = table[(table["status"] != "not_valid") & ~table["scenario"].str.endswith("/interaction")]
    assert valid["input_se"].notna().all()
    assert (valid["input_se"] > 0).any()


def test_levers_and_what_they_have_beyond_their_sum_add_up_to_the_plan(folder: Path) -> None:
    table = pd.read_parquet(folder / "effects.parquet").set_index(["scenario", "measure"])["mean"]
    levers = ("ten-medical-beds", "discharge-lounge", "one-more-doctor", "winter-plan/interaction")
    if table.loc["winter-plan"].isna().all():
        assert any(table.loc[name].isna().all() for name in levers[:3])  # one of them is not identified
        return
    parts = sum(table.loc[name] for name in levers)
    np.testing.assert_allclose(parts, table.loc["winter-plan"], atol=3e-4)  # four decimals each


def test_costs_of_a_plan_are_the_sum_of_its_levers(folder: Path) -> None:
    table = pd.read_parquet(folder / "effects.parquet").drop_duplicates("scenario").set_index("scenario")
    assert table.loc["winter-plan", "fte"] == 14 + 3 + 5.5
    assert table.loc["winter-plan", "euros"] == 770_000 + 165_000 + 605_000


def test_a_place_without_a_queue_has_a_reason_and_no_effect(folder: Path) -> None:
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    table = pd.read_parquet(folder / "effects.parquet").set_index("scenario")
    for scenario, place in (("paediatric-doctor", "URP doctor"), ("one-more-doctor", "URG doctor")):
        unknown = place in report["not_identified"]
        assert (table.loc[scenario, "mean"].isna().all()) == unknown


def test_staff_that_is_identified_is_the_planted_one(model: Model) -> None:
    planted = {d.code: d for d in read_parameters().departments}
    found = {r.name: r for r in model.resources}
    checked = 0
    for code, department in planted.items():
        for word, shifts in (("nurse", department.nurses), ("doctor", department.doctors)):
            resource = found[f"{code} {word}"]
            if resource.shifts:
                week = scaled(np.array(shifts.week), SMALL)
                assert {shift.capacity for shift in resource.shifts if 24 <= shift.at < 96} <= set(week.tolist())
                checked += 1
    assert checked >= 1


def test_beds_are_those_published(model: Model) -> None:
    wards = {ward.code: int(scaled(np.array([ward.beds]), SMALL)[0]) for ward in read_parameters().wards}
    always = [code for code in ("CAR", "MIN", "GEA", "REA") if code in {r.name for r in model.resources}]
    for code in always:
        (resource,) = [r for r in model.resources if r.name == code]
        assert resource.shifts[0].capacity == wards[code]
