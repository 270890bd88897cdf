"""Shared fixtures: the data mirror, an empty project, one marker a test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

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
