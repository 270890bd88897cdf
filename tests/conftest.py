"""Shared fixtures: the data mirror, an empty project, one marker a test."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).resolve().parent.parent
KINDS = {"unit", "contract", "reference", "property", "pipelines", "e2e"}
LONGEST = (  # files of most seconds: begun first, so that no worker ends alone with one (`--no-loadscope-reorder`)
    "pipelines/test_run.py",  # makes the demonstration that others read
    "reference/test_linking_truths.py",
    "e2e/test_site.py",
    "property/test_twin_engine.py",
    "reference/test_des.py",
    "unit/linking/test_verdict.py",
    "property/test_disclosure.py",
    "contract/test_indicators.py",
    "pipelines/test_notebooks.py",
    "pipelines/record/test_track.py",
    "reference/test_planted_truths.py",
    "e2e/test_app.py",
    "reference/test_stats_sets.py",
    "pipelines/test_twin_stages.py",
    "unit/demo/test_territory.py",
    "unit/demo/test_chronology.py",
    "unit/cli/test_twin.py",
    "unit/dashboards/test_figures.py",
    "unit/stats/test_double_ml.py",
    "property/test_event_log_property.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; refuse a test that does not say, once, what kind it is (doctests excepted)."""
    place = {f"tests/{file}": rank for rank, file in enumerate(LONGEST)}
    if gone := [file for file in place if not (HERE / file).is_file()]:
        raise pytest.UsageError(f"{gone}: in LONGEST of tests/conftest.py, but not there")
    items.sort(key=lambda item: place.get(item.nodeid.partition("::")[0], len(place)))
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
