"""Shared fixtures: the data mirror, an empty project, one marker a test."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from filelock import FileLock

HERE = Path(__file__).resolve().parent.parent
KINDS = {"unit", "contract", "reference", "property", "pipelines", "e2e"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that does not say, once, what kind it is (doctests excepted)."""
    for item in items:
        if isinstance(item, pytest.Function):
            kinds = KINDS & {mark.name for mark in item.iter_markers()}
            if len(kinds) != 1:
                raise pytest.UsageError(f"{item.nodeid}: exactly one of {sorted(KINDS)} is needed, not {sorted(kinds)}")


@pytest.fixture(scope="session")
def mirror() -> Path:
    """Folder with the publishers' files; the test is skipped, with the reason, where there is none."""
    folder = Path(os.environ.get("CHAIRS_DATA_MIRROR", HERE.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("no data mirror here: set CHAIRS_DATA_MIRROR to a folder with the publishers' files")
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Empty project: the real studies, mappings and parameters, no data."""
    for name in ("pipelines", "data/catalog.yaml", "params.yaml", "dvc.yaml", "pyproject.toml"):
        source = HERE / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif source.is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, tmp_path / name)
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    return tmp_path


collect_ignore_glob = ["reference/stats_*.py"]  # cases and runner of the reference sets: imported by their test
SMALL = 0.05  # of the size of CHV: all steps in seconds


@pytest.fixture(scope="session")
def demo_project(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Project in which every step has run on a small demonstration territory; made once, to be read only."""
    shared = tmp_path_factory.getbasetemp()
    folder = (shared if worker_id == "master" else shared.parent) / "demo_project"
    with FileLock(folder.with_suffix(".lock")):
        if not (folder / "whole").exists():
            _make_demo_project(folder)
            (folder / "whole").touch()
    return folder


def _make_demo_project(folder: Path) -> None:
    for name in ("pipelines", "notebooks"):
        shutil.copytree(HERE / name, folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.ipynb"))
    for name in ("dvc.yaml", "params.yaml", "data/catalog.yaml"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / name, folder / name)
    params = folder / "params.yaml"
    text = params.read_text(encoding="utf-8")
    assert "size: 1.0" in text
    params.write_text(text.replace("size: 1.0", f"size: {SMALL}"), encoding="utf-8")
    stages = list(yaml.safe_load((folder / "dvc.yaml").read_text(encoding="utf-8"))["stages"])
    for stage in stages[: stages.index("track")]:
        done = run_stage_script(stage, "demo", folder)
        assert done.returncode == 0, done.stderr


def run_stage_script(stage: str, study: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one stage as DVC does: a fresh Python, in the project's folder."""
    environment = {**os.environ, "CHAIRS_ROOT": str(folder), "CHAIRS_LANG": "en"}
    return subprocess.run(
        [sys.executable, f"pipelines/{stage}.py", study],
        cwd=folder, env=environment, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


@pytest.fixture(scope="session")
def invented() -> ModuleType:
    """Small invented studies and released tables, for the pages (`unit/dashboards/invented.py`)."""
    return _loaded("dashboards", "invented")


@pytest.fixture(scope="session")
def small_hospital() -> Any:
    """A small hospital's twin (`unit/twin/small_hospital.py`)."""
    return _loaded("twin", "small_hospital").small_hospital()


def _loaded(room: str, name: str) -> ModuleType:
    path = HERE / "tests" / "unit" / room / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
