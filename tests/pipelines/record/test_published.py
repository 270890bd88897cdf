"""Snapshots of the published numbers on files."""

import json

import pytest

from chairs.core.errors import DataError, SettingError
from chairs.record import diff
from chairs.record.diff import changes, snapshot

pytestmark = pytest.mark.pipelines

MOVED = {
    "name": ["cases", "returns"],
    "value": [200.0, 41.0],
    "unit": "",
    "n": [None, 200],
    "status": "ok",
    "reason": None,
}


def _lines(study="mini"):
    return [(c.table, c.key, c.column, c.before, c.after) for c in changes(study)]


def test_the_first_snapshot_has_nothing_to_compare_with(ran):
    assert changes("mini").never
    snapshot(["mini"])

    assert changes("mini").first
    assert not changes("mini").never
    kept = json.loads((ran.root / "data/published/mini.json").read_text(encoding="utf-8"))
    assert kept["numbers"]["facts"]["returns"] == {"n": 200.0, "value": 40.0}
    assert kept["numbers"]["facts"]["cases"] == {"value": 200.0}
    assert kept["numbers"]["scores"]["1 · all · 2024 · own · all"] == {"n": 40.0, "score": 60.0, "se": 1.0}


def test_a_moved_number_is_found_before_and_after(ran):
    snapshot(["mini"])
    ran.write(facts=MOVED)
    snapshot(["mini"])

    assert not changes("mini").first
    assert _lines() == [("facts", "returns", "value", 40.0, 41.0)]


def test_runs_that_change_nothing_keep_the_last_change_in_sight(ran):
    snapshot(["mini"])
    ran.write(facts=MOVED)
    for _ in range(3):
        snapshot(["mini"])

    assert _lines() == [("facts", "returns", "value", 40.0, 41.0)]


def test_a_cell_that_becomes_masked_is_a_change(ran):
    snapshot(["mini"])
    ran.write(facts=MOVED | {"value": [200.0, 4.0]})
    snapshot(["mini"])

    assert _lines() == [("facts", "returns", "n", 200.0, "masked"), ("facts", "returns", "value", 40.0, "masked")]


def test_an_unchanged_release_is_not_read_again(ran, monkeypatch):
    snapshot(["mini"])

    def read(*args, **kwargs):
        raise AssertionError("the tables were read")

    monkeypatch.setattr(diff, "published_numbers", read)
    snapshot(["mini"])


def test_a_cut_between_the_two_files_loses_no_change(ran, monkeypatch):
    snapshot(["mini"])
    ran.write(facts=MOVED)
    write, calls = diff.write_json, []

    def once(path, content):
        calls.append(path.name)
        if len(calls) == 2:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(diff, "write_json", once)
    with pytest.raises(KeyboardInterrupt):
        snapshot(["mini"])
    monkeypatch.setattr(diff, "write_json", write)
    snapshot(["mini"])

    assert _lines() == [("facts", "returns", "value", 40.0, 41.0)]


def test_an_unknown_study_is_answered_with_the_known_ones(ran):
    with pytest.raises(SettingError, match=r"minni.*mini"):
        changes("minni")


@pytest.mark.parametrize("content", ["{", "[]", "{}", "\x00"])
@pytest.mark.parametrize("name", ["mini.json", "mini.previous.json"])
def test_a_damaged_state_is_named_with_the_remedy(ran, name, content):
    snapshot(["mini"])
    ran.write(facts=MOVED)
    snapshot(["mini"])
    (ran.root / "data/published" / name).write_text(content, encoding="utf-8")

    with pytest.raises(DataError, match=rf"data/published/{name}: damaged.*chairs run mini"):
        changes("mini")


def test_a_study_without_a_release_is_left_alone(ran):
    snapshot(["mini", "absent"])

    assert sorted(p.name for p in (ran.root / "data/published").iterdir()) == ["mini.json", "mini.release"]
