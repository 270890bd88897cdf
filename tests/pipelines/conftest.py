"""A project as a clone is, `chairs` run in it, and the small demonstration territory whose outputs all may read."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from filelock import FileLock

from chairs.twin.hospital.calibrate import HospitalModel, calibrate_hospital

HERE = Path(__file__).resolve().parents[2]
SMALL = {  # all steps in seconds: 5 % of the size of CHV, few origins, few runs
    "size: 1.0": "size: 0.05",
    "origins: {h: 8, d: 20}": "origins: {h: 2, d: 4}",
    "  runs: 10 ": "  runs: 3 ",
    "band_runs: 50": "band_runs: 8",
    "days: 63": "days: 21",
    "warm_up_days: 122": "warm_up_days: 28",
    "pilot: 8": "pilot: 2",
    "most: 8\n": "most: 2\n",
    "log_samples: 6": "log_samples: 3",
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project under git, as a clone is, with a small demonstration territory and no mirror."""
    return _clone(tmp_path)


@pytest.fixture(scope="session")
def said() -> Callable[..., str]:
    """`chairs` with its arguments in a project, run to its end: what it said."""
    return _said


@pytest.fixture(scope="session")
def ran_demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A clone where `chairs run demo` was killed twice, then ran to its end; only the test of the run may change it."""
    return _made_once(tmp_path_factory, worker_id) / "clone"


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A copy of that project with the outputs of every step, to be read only."""
    return _made_once(tmp_path_factory, worker_id) / "project"


@pytest.fixture(scope="session")
def hospital(demo_project: Path) -> HospitalModel:
    """The hospital of the small territory with its beds and queues, learnt from its log."""
    folder = demo_project / "data" / "ingest" / "demo"
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in ("events", "cases", "unit_hour")]
    return calibrate_hospital(*tables, name="small")


def _made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    shared = tmp_path_factory.getbasetemp()
    folder = (shared if worker_id == "master" else shared.parent) / "demo"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "whole").exists():
            shutil.rmtree(folder, ignore_errors=True)
            _run_demo(_clone(folder / "clone"))
            left_out = shutil.ignore_patterns(".git", ".dvc", "src", "mlruns", "dvc.lock")
            shutil.copytree(folder / "clone", folder / "project", ignore=left_out)
            (folder / "whole").touch()
    return folder


def _run_demo(folder: Path) -> None:
    for seconds in (3.0, 8.0):  # somewhere in the first stages, then further on
        started = _chairs(folder, "run", "demo")
        time.sleep(seconds)
        os.killpg(started.pid, signal.SIGKILL)
        started.communicate()
    _said(folder, "run", "demo")


def _clone(folder: Path) -> Path:
    for name in ("pipelines", "notebooks", "src", ".dvc"):
        left_out = shutil.ignore_patterns("__pycache__", "cache", "tmp", "*.ipynb", ".ipynb_checkpoints")
        shutil.copytree(HERE / name, folder / name, ignore=left_out)
    for name in ("dvc.yaml", "params.yaml", ".dvcignore", ".gitignore", "data/catalog.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, folder / name)
    params = folder / "params.yaml"
    text = params.read_text(encoding="utf-8")
    for whole, small in SMALL.items():
        assert text.count(whole) == 1, whole
        text = text.replace(whole, small)
    params.write_text(text, encoding="utf-8")
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=t", "-c", "user.email=t@t", "commit", "-qm", "t"]):
        subprocess.run(["git", *command], cwd=folder, check=True)
    return folder


def _chairs(folder: Path, *arguments: str) -> subprocess.Popen[str]:
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


def _said(folder: Path, *arguments: str, code: int = 0) -> str:
    process = _chairs(folder, *arguments)
    try:
        text, _ = process.communicate(timeout=900)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    assert process.returncode == code, text
    return text
