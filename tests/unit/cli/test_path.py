"""The plan of a run follows dvc.yaml."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time

import psutil
import pytest

from chairs.cli import path
from chairs.cli.run import Outcome, _note

pytestmark = pytest.mark.unit


def test_steps_come_in_the_order_of_the_pipeline(project) -> None:
    names = [step.name for step in path.steps(["demo", "sepsis"])]
    assert names[0] == "synthesise@demo"
    assert (
        names.index("ingest@demo")
        < names.index("discover@demo")
        < names.index("release@demo")
        < names.index("track@demo")
    )
    assert "synthesise@sepsis" not in names
    ingest = next(step for step in path.steps(["sepsis"]) if step.stage == "ingest")
    assert "data/raw/sepsis" in ingest.reads
    assert ingest.writes == ("data/ingest/sepsis",)


def test_what_reads_a_rewritten_table_runs_too(monkeypatch, project) -> None:
    planned = path.steps(["demo"])
    monkeypatch.setattr(path, "_changed", lambda steps: {"score@demo"})
    assert [step.stage for step in path.would_run(planned)] == ["score", "derive", "link", "release", "render"]


def test_lines_of_dvc_are_sorted() -> None:
    outcome = Outcome()
    for line in [
        "Running stage 'ingest@demo':",
        "> python pipelines/ingest.py demo",
        "Stage 'score@demo' didn't change, skipping",
        "log.csv, row 3: wrong",
        "ERROR: failed to reproduce 'ingest@demo': failed to run",
        "exit 1",
    ]:
        _note(line, outcome)
    assert outcome.ran == ["ingest@demo"]
    assert outcome.unchanged == ["score@demo"]
    assert outcome.failed == ["ingest@demo"]
    assert outcome.messages == ["log.csv, row 3: wrong"]


def test_a_stamp_knows_a_file_that_was_written_again(project) -> None:
    from chairs.cli import stamp

    planned = path.steps(["demo"])
    first = stamp.signature(planned, {})
    stamp.keep(first)
    assert stamp.is_current(stamp.signature(planned, {}))
    assert not stamp.is_current(stamp.signature(planned, {"sepsis": "absent"}))
    study = project / "pipelines" / "studies" / "demo.yaml"
    study.write_text(study.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    assert not stamp.is_current(stamp.signature(planned, {}))


def test_parameters_without_studies_are_refused_in_words(project) -> None:
    from chairs.core.errors import SettingError
    from chairs.store import paths

    (project / "params.yaml").write_text("discover: {variants: 3}\n", encoding="utf-8")
    with pytest.raises(SettingError, match=r'params\.yaml, column "studies"'):
        paths.listed_studies()


def test_a_killed_run_holds_nothing_a_running_one_does(project) -> None:
    killed = subprocess.Popen([sys.executable, "-c", "pass", "dvc"])  # nobody collects it: it stays in the table
    while psutil.Process(killed.pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.01)
    with subprocess.Popen([sys.executable, "-c", "input()", "dvc"], stdin=subprocess.PIPE) as running:
        while "dvc" not in psutil.Process(running.pid).cmdline():  # empty until the new program is laid out
            time.sleep(0.01)
        place = project / ".dvc" / "tmp" / "rwlock"
        place.parent.mkdir(parents=True, exist_ok=True)
        owners = {name: {"pid": pid, "cmd": "dvc repro"} for name, pid in (("a", killed.pid), ("b", running.pid))}
        place.write_text(json.dumps({"write": owners, "read": {"c": list(owners.values()), "d": [owners["a"]]}}))
        path.release_dead_locks()
        left = json.loads(place.read_text())
        running.communicate(b"\n")
    killed.wait()
    assert left == {"write": {"b": owners["b"]}, "read": {"c": [owners["b"]]}}


def test_a_lock_file_cut_short_is_made_anew(project) -> None:
    place = project / ".dvc" / "tmp" / "rwlock"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text('{"write": {"a": {"pid"')
    path.release_dead_locks()
    assert not place.exists()


def test_studies_run_side_by_side_and_the_record_comes_last(monkeypatch, project) -> None:
    """Each study waits until the other has begun; the one that fails is not recorded."""
    both = threading.Barrier(2, timeout=30)
    asked = []

    def dvc(*words: str):
        asked.append(words)
        if words[0] == "--keep-going":
            both.wait()
            yield f"Running stage '{words[1]}':"
            yield "exit 1" if "sepsis" in words[1] else "exit 0"

    monkeypatch.setattr(path, "_dvc", dvc)
    monkeypatch.setattr(path.os, "cpu_count", lambda: 2)
    lines = list(path.reproduce(path.steps(["demo", "sepsis"])))
    assert sorted(lines) == ["Running stage 'render@demo':", "Running stage 'render@sepsis':", "exit 0", "exit 1"]
    assert asked[2:] == [("--single-item", "track@demo")]
