"""`chairs run` from end to end on a small territory: killed, run for nothing, run after a change."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.pipelines

HERE = Path(__file__).resolve().parents[2]


def checkout(folder: Path) -> Path:
    """A copy of the project under git, as a clone is, with a small demonstration territory and no mirror."""
    for name in ("pipelines", "src", ".dvc"):
        shutil.copytree(HERE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "cache", "tmp"))
    for name in ("dvc.yaml", "params.yaml", ".dvcignore", ".gitignore", "data/catalog.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, folder / name)
    params = folder / "params.yaml"
    params.write_text(params.read_text(encoding="utf-8").replace("size: 1.0", "size: 0.05"), encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "t"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def chairs(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    kept = {k: v for k, v in os.environ.items() if k not in {"MLFLOW_TRACKING_URI", "CHAIRS_ROOT"}}
    environment = {
        **kept,
        "CHAIRS_LANG": "en",
        "CHAIRS_DATA_MIRROR": str(folder / "nowhere"),
        "https_proxy": "http://127.0.0.1:9",
    }
    command = [sys.executable, "-c", "from chairs.cli import main; main()", *arguments]
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, encoding="utf-8",
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)  # fmt: skip


def said(process: subprocess.Popen[str], code: int = 0) -> str:
    text, _ = process.communicate(timeout=400)
    assert process.returncode == code, text
    return text


def runs(folder: Path) -> int:
    with sqlite3.connect(folder / "mlruns" / "mlflow.db") as store:
        return store.execute("select count(*) from runs where status = 'FINISHED'").fetchone()[0]


def test_killed_run_again_run_for_nothing_and_after_a_change(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    for seconds in (3.0, 8.0):  # somewhere in the first stages, then further on
        started = chairs(folder, "run", "demo")
        time.sleep(seconds)
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()

    said(chairs(folder, "run", "demo"))
    lock = (folder / "dvc.lock").read_bytes()
    page = (folder / "data" / "site" / "fr" / "index.html").read_text(encoding="utf-8")
    assert "données de démonstration" in page
    assert runs(folder) == 1
    assert not list(folder.glob("data/**/.*.part"))

    again = said(chairs(folder, "run", "demo"))
    stages = len(yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"]) - 1  # track has no output
    assert f"0 stages run, {stages} unchanged, 0 failed" in again
    assert (folder / "dvc.lock").read_bytes() == lock
    assert runs(folder) == 1, "nothing changed: no second run"
    assert "all is up to date" in said(chairs(folder, "run", "demo", "--dry"))

    script = folder / "pipelines" / "render.py"
    script.write_text(script.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")
    planned = said(chairs(folder, "run", "demo", "--dry"))
    assert "render@demo" in planned
    assert "1 stages to run, about" in planned
    assert f"1 stages run, {stages - 1} unchanged, 0 failed" in said(chairs(folder, "run", "demo"))
    assert runs(folder) == 2, "a changed state is a run of its own"


def test_an_absent_study_is_named_with_the_remedy_and_keeps_its_lock(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    text = said(chairs(folder, "run", "sepsis"), code=1)  # it was asked for by name
    assert "Study not run: sepsis" in text
    assert "Remedy" in text
    status = subprocess.run(["git", "status", "--porcelain"], cwd=folder, capture_output=True, text=True, check=True)
    assert status.stdout == ""
