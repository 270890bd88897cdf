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
    draw, n = stream(40, "survey"), 300
    content, rows = draw.standard_normal(n), []
    for item in ("ENG1", "ENG2", "ENG3"):
        points = np.digitize(content + draw.standard_normal(n), [-1.5, -0.5, 0.5, 1.5]) + 1
        rows.append(pd.DataFrame({"respondent": [f"R{k}" for k in range(n)], "item": item, "answer": points}))
    table = pd.concat(rows).assign(establishment="A", unit="all", period="2024", instrument="demo-staff-barometer")
    table["mode"] = np.where(table["respondent"].str[-1].isin(list("01234")), "web", "paper")
    path = tmp_path / "answers.csv"
    table.to_csv(path, index=False)
    return path


def test_it_prints_reliability_and_the_items_by_group(answers: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAIRS_LANG", "en")
    done = CliRunner().invoke(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "mode"])
    assert done.exit_code == 0, done.output
    assert "engagement   2024 300" in done.output
    assert done.output.count("ENG") == 3
    assert "negligible" in done.output


def test_it_refuses_what_it_cannot_read(answers: Path, tmp_path: Path) -> None:
    run = CliRunner().invoke
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(tmp_path / "none.csv")]).exception, DataError
    )
    assert isinstance(run(app, ["survey", "quality", "no-such-survey", str(answers)]).exception, SettingError)
    assert isinstance(
        run(app, ["survey", "quality", "demo-staff-barometer", str(answers), "--by", "colour"]).exception, SettingError
    )
