"""The house keeps its own rules: sizes, names, no host in a lock, both languages everywhere."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.contract

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "src").rglob("*.py"))
LARGEST = 1_000_000  # bytes of a tracked file: a dump that a script left behind is none
BANNED = {"utils", "helpers", "helper", "manager", "misc", "common", "new_", "v2"}


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_module_is_small_and_says_its_responsibility(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(tree), "the first line says the module's one responsibility"
    assert path.stem not in BANNED


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_functions_are_short(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            doc = node.body[0].end_lineno - node.body[0].lineno + 1 if ast.get_docstring(node) else 0
            assert node.end_lineno - node.lineno + 1 - doc <= 40, (
                f"{node.name}: {node.end_lineno - node.lineno + 1 - doc} lines"
            )


def test_lock_names_no_host_and_hashes_everything() -> None:
    for path in (ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        packages = re.findall(r"^[a-z0-9][\w.-]*(?:\[[\w,]+\])?==.*?(?=^[a-z0-9]|\Z)", text, flags=re.M | re.S)
        assert len(packages) >= 1
        assert all("--hash=sha256:" in package for package in packages)


def test_every_dependency_is_bounded_on_both_sides() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for requirement in project["project"]["dependencies"] + project["dependency-groups"]["dev"]:
        assert ">=" in requirement, requirement
        assert "<" in requirement, requirement


def test_no_data_file_is_tracked() -> None:
    import subprocess

    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    data = [f for f in listed if re.search(r"\.(csv|parquet|xlsx|xes|db|sqlite|pkl|pickle|joblib|np[yz])(\.gz)?$", f)]
    assert [f for f in data if not f.startswith("tests/reference/data/")] == []
    assert [f for f in listed if (ROOT / f).is_file() and (ROOT / f).stat().st_size > LARGEST] == []
