"""`chairs run` from end to end on a small territory: killed, run for nothing, run after a change."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.pipelines
Said = Callable[..., str]


def runs(folder: Path) -> int:
    with sqlite3.connect(folder / "mlruns" / "mlflow.db") as store:
        return store.execute("select count(*) from runs where status = 'FINISHED'").fetchone()[0]


def test_killed_run_again_run_for_nothing_and_after_a_change(ran_demo: Path, said: Said) -> None:
    folder = ran_demo
    lock = (folder / "dvc.lock").read_bytes()
    page = (folder / "data" / "site" / "fr" / "index.html").read_text(encoding="utf-8")
    assert "données de démonstration" in page
    assert runs(folder) == 1
    assert not list(folder.glob("data/**/.*.part"))

    again = said(folder, "run", "demo")
    stages = len(yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]) - 1  # track has no output
    assert f"0 stages run, {stages} unchanged, 0 failed" in again
    assert (folder / "dvc.lock").read_bytes() == lock
    assert runs(folder) == 1, "nothing changed: no second run"
    assert "all is up to date" in said(folder, "run", "demo", "--dry")

    script = folder / "pipelines" / "render.py"
    script.write_text(script.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    planned = said(folder, "run", "demo", "--dry")
    assert "render@demo" in planned
    assert "1 stages to run, about" in planned
    assert f"1 stages run, {stages - 1} unchanged, 0 failed" in said(folder, "run", "demo")
    assert runs(folder) == 2, "a changed state is a run of its own"


def test_an_absent_study_is_named_with_the_remedy_and_keeps_its_lock(clone: Path, said: Said) -> None:
    text = said(clone, "run", "sepsis", code=1)  # it was asked for by name
    assert "Study not run: sepsis" in text
    assert "Remedy" in text
    status = subprocess.run(["git", "status", "--porcelain"], cwd=clone, capture_output=True, text=True, check=True)
    assert status.stdout == ""
