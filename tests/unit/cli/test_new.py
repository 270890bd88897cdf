"""`chairs new` writes what can be loaded, and a test that fails until it is filled in."""

from __future__ import annotations

import ast

import pytest
import yaml

from chairs.cli.new import new
from chairs.cli.skeletons import SKELETONS
from chairs.core.errors import SettingError
from chairs.core.study import read_study

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("kind", SKELETONS)
def test_skeleton_and_its_failing_test_are_written(kind: str, project) -> None:
    name = "bed_days" if SKELETONS[kind].path.endswith(".py") else "bed-days"
    new(kind, name)
    written = project / SKELETONS[kind].path.replace("$name", name)
    text = written.read_text(encoding="utf-8")
    assert "$" not in text
    if written.suffix == ".py":
        ast.parse(text)
    else:
        assert yaml.safe_load(text)["name"] == name
    test = project / SKELETONS[kind].test.replace("$name", "bed_days")
    tree = ast.parse(test.read_text(encoding="utf-8"))
    assert [n.name for n in tree.body if isinstance(n, ast.FunctionDef)]
    with pytest.raises(SettingError, match="exists already"):
        new(kind, name)


def test_a_new_study_is_readable_and_registered_and_stays_inside(project) -> None:
    new("study", "my-hospital")
    study = read_study(project / "pipelines" / "studies" / "my-hospital.yaml")
    assert study.level == "patient"
    assert "my-hospital" in yaml.safe_load((project / "params.yaml").read_text(encoding="utf-8"))["studies"]


@pytest.mark.parametrize(("kind", "name"), [("indicateur", "x"), ("indicator", "Bad Name"), ("study", "a/b")])
def test_impossible_names_are_refused_with_the_choices(kind: str, name: str, project) -> None:
    with pytest.raises(SettingError, match="Remedy"):
        new(kind, name)
