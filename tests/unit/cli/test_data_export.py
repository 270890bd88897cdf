"""`chairs data export`: the event log of a study comes back the same from the file it was written to."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.sources.event_log import read_event_log
from chairs.store.parquet import write_table
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

STUDY = """name: here
title: {fr: "Ici", en: "Here"}
question: {fr: "Quoi ?", en: "What?"}
level: LEVEL
period: "2026"
stages: [ingest]
"""


@pytest.mark.parametrize("level", ["public", "patient"])
def test_the_log_of_a_study_is_written_and_read_back(
    level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    (tmp_path / "pipelines" / "studies").mkdir(parents=True)
    (tmp_path / "pipelines" / "studies" / "here.yaml").write_text(STUDY.replace("LEVEL", level), encoding="utf-8")
    starts = pd.to_datetime(["2026-01-05 07:00", "2026-01-05 08:00", "2026-01-06 09:30"], utc=True)
    rows = {"case_id": ["1", "1", "2"], "activity": ["triage", "bed", "triage"], "start": starts, "position": [0, 1, 2]}
    log = CONTRACTS["events"].conform(pd.DataFrame(rows))
    write_table(log, "events", tmp_path / "data" / "ingest" / "here")
    said = CliRunner().invoke(app, ["data", "export", "here", str(tmp_path / "log.xes.gz")], catch_exceptions=False)
    assert said.exit_code == 0
    assert ("ne sort pas" in said.output) is (level == "patient")
    back = read_event_log([tmp_path / "log.xes.gz"])["events"]
    assert back[["case_id", "activity", "start"]].to_dict("list") == log[["case_id", "activity", "start"]].to_dict(
        "list"
    )
