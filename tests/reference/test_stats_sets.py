"""Every reference set of statistics within its own tolerance, none skipped; the table: `make reference`."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.reference

PATH = Path(__file__).parent / "stats_sets.py"
if "stats_sets" in sys.modules:
    stats_sets = sys.modules["stats_sets"]
else:
    spec = importlib.util.spec_from_file_location("stats_sets", PATH)
    stats_sets = importlib.util.module_from_spec(spec)
    sys.modules["stats_sets"] = stats_sets  # dataclasses and the cases look it up by name
    spec.loader.exec_module(stats_sets)


@pytest.mark.parametrize("set_id", stats_sets.IDS)
def test_every_number_is_within_the_tolerance_of_its_set(set_id: str) -> None:
    folder = stats_sets.folder_of(set_id)
    if folder is None:
        pytest.skip(f"{set_id}: larger than {stats_sets.SMALL // 1000} kB and not beside this repository")
    lines = stats_sets.check(set_id, folder)
    assert lines
    assert [str(line) for line in lines if not line.ok] == []


def test_no_set_is_left_out() -> None:
    index = stats_sets.FOLDERS[1] / "index.json"
    if not index.is_file():
        pytest.skip("the index of the sets is not beside this repository")
    import json

    listed = [entry["id"] for entry in json.loads(index.read_text(encoding="utf-8"))["sets"]]
    assert sorted(listed) == sorted(stats_sets.IDS)


def test_a_number_that_is_off_or_absent_fails() -> None:
    reference = {
        "tolerance": {"default_rel": 0.01, "p_abs": 0.001},
        "expected": {"a": 2.0, "pvalue": 0.5, "n": 3, "m": 1},
    }
    lines = stats_sets.compare({"a": 2.03, "pvalue": 0.5005, "n": float("nan")}, reference)
    assert [line.ok for line in lines] == [False, True, False, False]
