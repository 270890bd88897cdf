"""Stages calibrate and backtest, and the commands, on a small log: files, bytes, words."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from chairs.store.parquet import write_table
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.pipelines

HERE = Path(__file__).resolve().parents[2]


def small_log() -> pd.DataFrame:
    rng = np.random.default_rng(12)
    n = 200
    began = pd.Timestamp("2024-01-01", tz="UTC") + pd.to_timedelta(np.sort(rng.uniform(0, 24 * 40, n)), unit="h")
    first = pd.DataFrame({"case_id": [f"P{i}" for i in range(n)], "activity": "arrival", "unit": "URG"})
    first = first.assign(start=began, end=began, position=0)
    seen = began + pd.to_timedelta(rng.gamma(2, 0.5, n), unit="h")
    second = first.assign(activity="doctor", start=seen, end=seen + pd.to_timedelta(rng.gamma(2, 1, n), unit="h"))
    return CONTRACTS["events"].conform(pd.concat([first, second.assign(position=1)], ignore_index=True))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("twin")
    shutil.copytree(HERE / "pipelines", root / "pipelines", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("params.yaml", "dvc.yaml"):
        shutil.copy(HERE / name, root / name)
    text = (root / "params.yaml").read_text()
    (root / "params.yaml").write_text(
        text.replace("  runs: 10 ", "  runs: 3 ").replace("band_runs: 50", "band_runs: 8")
    )
    write_table(small_log(), "events", root / "data" / "ingest" / "sepsis")
    return root


def test_the_stages_write_model_report_sheet_and_verdicts(folder: Path) -> None:
    for stage in ("calibrate", "backtest"):
        words = [sys.executable, f"pipelines/{stage}.py", "sepsis"]
        environment = {**os.environ, "CHAIRS_ROOT": str(folder), "CHAIRS_LANG": "en"}
        done = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    written = {
        path.name for stage in ("calibrate", "backtest") for path in (folder / "data" / stage / "sepsis").iterdir()
    }
    assert written == {
        "model.json",
        "report.json",
        "assumptions.parquet",
        "sheet_fr.md",
        "sheet_en.md",
        "backtest.parquet",
        "verdicts.parquet",
    }
    report = json.loads((folder / "data/calibrate/sepsis/report.json").read_text(encoding="utf-8"))
    assert report["figures"]["cases"] == 200
    verdicts = pd.read_parquet(folder / "data/backtest/sepsis/verdicts.parquet")
    assert "all" in set(verdicts["measure"])


def test_the_command_learns_a_model_that_the_engine_runs(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from chairs.cli import main

    log, model = folder / "data/ingest/sepsis/events.parquet", tmp_path / "model.json"
    monkeypatch.setenv("CHAIRS_LANG", "en")
    for words in (
        ["twin", "calibrate", log, "--out", model, "--timezone", "UTC", "--sheet", tmp_path / "sheet.md"],
        ["twin", "simulate", model, "--days", "14", "--replications", "2", "--start", "2024-03-01T00:00+00:00"],
        ["twin", "backtest", log, "--timezone", "UTC", "--runs", "2", "--band-runs", "4", "--out", tmp_path],
    ):
        monkeypatch.setattr(sys, "argv", ["chairs", *map(str, words)])
        with pytest.raises(SystemExit) as exit_:
            main()
        assert not exit_.value.code
    said = capsys.readouterr().out
    assert "Not identifiable" in said
    assert "The twin holds" in said
    assert (tmp_path / "sheet.md").read_text(encoding="utf-8").startswith("# Sheet of the model")
    assert (tmp_path / "verdicts.parquet").is_file()
