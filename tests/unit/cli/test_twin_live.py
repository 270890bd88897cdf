"""`chairs twin live` and `chairs twin forecast` on small invented files."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.core.errors import ChairsError
from chairs.live.snapshots import read_snapshot
from chairs.store.parquet import read_table

pytestmark = pytest.mark.pipelines

MODEL = {
    "name": "ward",
    "classes": ["all"],
    "arrivals": [{"name": "in", "to": "bed", "classes": {"all": 1.0}, "rates": [0.5] * 24}],
    "resources": [{"name": "MED", "capacity": 4}],
    "steps": [
        {"kind": "seize", "name": "bed", "options": [{"MED": 1}], "activity": "stay"},
        {"kind": "delay", "name": "treatment", "duration": {"kind": "exponential", "mean": 600}},
        {"kind": "release", "name": "bed free"},
        {"kind": "leave", "name": "home"},
    ],
}
ADT = (
    "MSH|^~\\&|HIS|H|T|C|20260105080000||ADT^A01|1|P|2.5\rEVN||20260105080000\rPID|1\rPV1|1|I|MED"
    + "|" * 16
    + "SECRET\r"
)


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(MODEL))
    return path


def run(*words: object) -> str:
    result = CliRunner().invoke(app, ["twin", *map(str, words)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_live_once_with_a_model(tmp_path: Path, model: Path) -> None:
    feed = tmp_path / "feed"
    feed.mkdir()
    (feed / "a.hl7").write_text(ADT)
    words = ("live", "--feed", feed, "--model", model, "--once", "--hours", 6, "--replications", 5)
    said = run(*words, "--at", "2026-01-05T09:00+01:00")
    assert "SECRET" not in said
    snapshot = read_snapshot(feed / ".live")
    assert snapshot.census == {"all": 1, "MED": 1}
    assert (snapshot.age_minutes, len(snapshot.model or "")) == (60.0, 64)
    first = next(row for row in snapshot.outlook if row["unit"] == "MED" and row["measure"] == "census")
    assert (first["mean"], first["open_beds"], first["exceeds"]) == (1.0, 4.0, 0.0)
    assert "SECRET" not in (feed / ".live" / "latest.json").read_text()
    with pytest.raises(ChairsError, match="no forecast is made"):
        run(*words, "--at", "2026-01-05T19:00+01:00")
    assert read_snapshot(feed / ".live") == snapshot


def test_the_latest_snapshot_is_read_by_the_command_and_refused_once_old(tmp_path: Path, model: Path) -> None:
    (tmp_path / "a.hl7").write_text(ADT)
    with pytest.raises(ChairsError, match="no snapshot yet"):
        run("latest", tmp_path / ".live")
    words = ("live", "--feed", tmp_path, "--once", "--at", "2026-01-05T09:00+01:00")
    run(*words)
    said = run("latest", tmp_path / ".live", "--at", "2026-01-05T09:30+01:00")
    assert "90 min" in said
    assert "MED" in said
    assert "80 %" not in said, "no model: who is present, and nothing foreseen"
    run(*words, "--model", model, "--hours", 6, "--replications", 5)
    said = run("latest", tmp_path / ".live", "--at", "2026-01-05T09:30+01:00")
    assert "dans 6 h" in said
    assert "80 %" in said
    with pytest.raises(ChairsError, match="no forecast is made"):
        run("latest", tmp_path / ".live", "--at", "2026-01-05T19:00+01:00")


def test_beds_of_a_unit_nobody_knows_are_said(tmp_path: Path, model: Path) -> None:
    (tmp_path / "a.hl7").write_text(ADT)
    words = ("live", "--feed", tmp_path, "--model", model, "--once", "--hours", 2, "--replications", 2)
    words = (*words, "--at", "2026-01-05T09:00+01:00", "--beds", "MED=2")
    assert "--beds" not in run(*words)
    said = run(*words, "--beds", "MEDD=28")
    assert "« MEDD »" in said
    assert "MED, all" in said
    assert {row["open_beds"] for row in read_snapshot(tmp_path / ".live").outlook if row["unit"] == "MED"} >= {2.0}


def strange_feed(folder: Path, count: int = 30) -> None:
    """Write so many patients, of whom all but the first are at a step that no model of a ward knows."""
    folder.mkdir()
    lines = [f"{n},dialysis,DIA,2026-01-05T07:00Z,{'' if n else '2026-01-05T07:30Z'}\n" for n in range(count)]
    (folder / "a.csv").write_text("case_id,activity,unit,start,end\n" + "".join(lines))


def test_an_hour_the_model_cannot_foresee_still_has_its_census(tmp_path: Path, model: Path) -> None:
    feed = tmp_path / "feed"
    strange_feed(feed)
    words = ("live", "--feed", feed, "--model", model, "--once", "--hours", 2, "--replications", 2)
    with pytest.raises(ChairsError, match=r"does not know the step .* \(29/29\)"):
        run(*words, "--at", "2026-01-05T09:00+01:00")
    snapshot = read_snapshot(feed / ".live")
    assert (snapshot.census, snapshot.outlook, snapshot.model) == ({"all": 29, "DIA": 29}, (), None)


def test_one_bad_hour_does_not_end_the_service(tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands still and the pause is counted: the third one ends the test."""
    feed, pauses = tmp_path / "feed", []
    strange_feed(feed)

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("chairs.cli.twin_live.time.sleep", pause)
    words = ("twin", "live", "--feed", feed, "--model", model, "--hours", 2, "--replications", 2)
    result = CliRunner().invoke(app, [*map(str, words), "--at", "2026-01-05T09:00+01:00"])
    assert (pauses, result.exit_code) == ([3600.0] * 3, 130)
    assert result.output.count("ne connaît pas l'étape de la plupart") == 3


def test_forecast_from_a_log(tmp_path: Path, model: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(
        "case_id,activity,unit,start,end\n"
        "1,stay,MED,2026-01-05T01:00Z,2026-01-05T03:00Z\n"
        "2,stay,MED,2026-01-05T02:00Z,2026-01-06T03:00Z\n"
        "3,stay,MED,2026-01-05T06:00Z,\n"
        "4,stay,MED,2026-01-05T09:00Z,\n"
    )
    out = tmp_path / "out.parquet"
    words = ("forecast", model, "--events", log, "--at", "2026-01-05T08:00Z", "--hours", 12, "--out", out)
    run(*words, "--replications", 20, "--beds", "MED=2")
    table = read_table(out)
    census = table[(table["unit"] == "MED") & (table["measure"] == "census")]
    assert census.iloc[0][["mean", "open_beds", "exceeds"]].tolist() == [2.0, 2.0, 0.0]
    assert len(census) == 13
    assert census["target"].iloc[-1] == pd.Timestamp("2026-01-05T20:00Z")
    before = out.read_bytes()
    run(*words, "--replications", 20, "--beds", "MED=2")
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--at", "2026-01-05T08:00"), "time zone"),
        (("--at", "noon"), "time zone"),
        (("--at", "2026-01-05T08:00Z", "--beds", "MED"), "UNIT=NUMBER"),
        (("--at", "2026-01-05T08:00Z", "--level", "high"), "unknown level"),
        (("--at", "2026-01-05T08:00Z", "--beds", "MED=4", "--beds", "MEDD=28"), 'unknown unit "MEDD".*: MED, all'),
        (("--at", "2026-01-05T08:00Z", "--events", "absent.csv"), "not found"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, model: Path, words: tuple[str, ...], said: str) -> None:
    log = tmp_path / "log.csv"
    log.write_text("case_id,activity,unit,start,end\n1,stay,MED,2026-01-05T01:00Z,2026-01-05T03:00Z\n")
    with pytest.raises(ChairsError, match=said):
        run("forecast", model, "--events", log, "--out", tmp_path / "o.parquet", *words)


def test_the_model_of_the_scenarios_is_refused(tmp_path: Path, model: Path) -> None:
    """Its classes say what becomes of a patient, which nobody knows of those present."""
    import json

    told = json.loads(model.read_text())
    model.write_text(json.dumps(told | {"classes": [*told["classes"], "transfer"]}))
    log = tmp_path / "log.csv"
    log.write_text("case_id,activity,unit,start,end\n1,stay,MED,2026-01-05T01:00Z,2026-01-05T03:00Z\n")
    words = ("--events", log, "--at", "2026-01-05T08:00Z", "--out", tmp_path / "o.parquet")
    with pytest.raises(ChairsError, match="scenarios' model"):
        run("forecast", model, *words)
