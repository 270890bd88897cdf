"""`chairs survey quality` on files of answers, good and bad."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.core.errors import DataError, SettingError
from chairs.core.streams import stream

pytestmark = pytest.mark.pipelines


@pytest.fixture
def answers(tmp_path: Path) -> Path:
    draw, n = stream(40, "survey"), 1300
    content, rows = draw.standard_normal(n), []
    for item in ("ENG1", "ENG2", "ENG3"):
        points = np.digitize(content + draw.standard_normal(n), [-1.5, -0.5, 0.5, 1.5]) + 1
        rows.append(pd.DataFrame({"respondent": [f"R{k}" for k in range(n)], "item": item, "answer": points}))
    table = pd.concat(rows).assign(establishment="A", unit="all", period="2024", instrument="demo-staff-barometer")
    table["mode"] = np.where(table["respondent"].str[-1].isin(list("01234")), "web", "paper")
    table["language"] = np.where(table["respondent"].str[-1].isin(list("02468")), "fr-BE", "nl")
    table.loc[table["respondent"].str[-1].isin(list("01234")), "period"] = "2023"
    path = tmp_path / "answers.csv"
    table.to_csv(path, index=False)
    return path


def test_it_prints_reliability_and_the_items_by_group(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "mode"])
    assert done.exit_code == 0, done.output
    assert "engagement   2024 650" in done.output
    assert done.output.count("ENG") == 3
    assert "negligible" in done.output
    assert "2 groups: same" in done.output


@pytest.mark.parametrize("by", ["year", "language"])
def test_groups_may_be_years_or_languages(answers: Path, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", by])
    assert done.exit_code == 0, done.output
    assert "2 groups: same" in done.output


def test_an_item_that_a_language_reads_otherwise_is_named(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    dutch = (table["language"] == "nl") & ~table["respondent"].str.endswith("9")  # some keep the best answer in use
    harder = dutch & (table["item"] == "ENG2") & (table["answer"] > 1)
    table.loc[harder, "answer"] -= 1
    table.to_csv(answers, index=False)
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "language"])
    named = [line for line in done.output.splitlines() if "large" in line or "moderate" in line]
    assert len(named) == 1
    assert "ENG2" in named[0]


def test_of_many_sites_the_largest_are_compared(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    table = pd.read_csv(answers)
    place = table["respondent"].str[1:].astype(int) % 12
    table.assign(establishment="S" + place.astype(str)).to_csv(answers, index=False)
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "establishment"])
    assert done.exit_code == 0, done.output
    assert "the 10 largest of 12" in done.output
    assert "10 groups: same" in done.output


def test_it_refuses_what_it_cannot_read(answers: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(tmp_path / "none.csv")]).exception, DataError
    )
    assert isinstance(run(app, ["survey", "quality", "no-such-survey", str(answers)]).exception, SettingError)
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "colour"]).exception, SettingError
    )
