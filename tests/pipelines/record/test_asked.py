"""A figure of a page that a command made: its receipt is kept, and `chairs trace` gives it instead of "unknown"."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chairs.cli.app import app
from chairs.record.asked import answer, keep
from chairs.store.files import sha256_of

pytestmark = pytest.mark.pipelines

MARK = "twelve-beds/frontier-boarding-mean@15a747f6"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "pipelines" / "studies").mkdir(parents=True)
    monkeypatch.setenv("CHAIRS_ROOT", str(tmp_path))
    return tmp_path


def traced(identifier: str) -> str:
    result = CliRunner().invoke(app, ["trace", identifier], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_receipt_says_files_and_settings(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = project / "model.json"
    model.write_text("{}")
    keep([MARK, "demo/replay@00112233"], "twin optimise", [model], {"seed": 7, "scenario": None})
    for identifier in (MARK, MARK[:-4], MARK.partition("@")[0], f"{MARK}/1:2"):
        said = traced(identifier)
        assert MARK in said
        assert f"model.json  {sha256_of(model)}" in said
        assert "seed = 7" in said
        assert "scenario" not in said
        assert "usage interne" in said
    monkeypatch.setenv("CHAIRS_LANG", "en")
    assert "for internal use" in traced("demo/replay@00112233")


def test_files_of_one_name_are_told_apart_and_no_folder_is_kept(project: Path) -> None:
    files = [project / one / name for one, name in (("a", "log.csv"), ("b", "log.csv"), ("c", "beds.yaml"))]
    for number, file in enumerate(files):
        file.parent.mkdir()
        file.write_text(str(number))
    nearby = Path("c") / "beds.yaml"
    settings = {"scenario": str(files[2]), "other": nearby, "share": "1/2", "elsewhere": "/srv/x/y.json"}
    with pytest.MonkeyPatch.context() as here:
        here.chdir(project)
        keep([MARK], "twin replay", [*files, nearby, files[0]], settings)
    said = traced(MARK)
    assert f"log.csv  {sha256_of(files[0])}" in said
    assert f"log.csv (2)  {sha256_of(files[1])}" in said
    assert "(3)" not in said
    assert "scenario = beds.yaml" in said
    assert "other = beds.yaml" in said
    assert "share = 1/2" in said
    assert "elsewhere = y.json" in said
    assert str(project) not in "".join(path.read_text() for path in (project / "data" / "asked").iterdir())


def test_without_a_receipt_it_says_what_the_figure_is_and_whom_to_ask(project: Path) -> None:
    said = traced(MARK)
    assert "chairs twin optimise" in said
    assert "n'est pas dans ce projet" in said


@pytest.mark.parametrize("identifier", ["demo/arrivals@0123abcd", "arrivals", "demo/replay-of-x", "frontier-x"])
def test_a_figure_of_a_study_is_left_to_the_walk(identifier: str) -> None:
    assert answer(identifier, "en") is None


def test_outside_a_project_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHAIRS_ROOT", raising=False)
    monkeypatch.chdir(tmp_path)
    keep([MARK], "twin optimise", [], {})
    assert list(tmp_path.iterdir()) == []
