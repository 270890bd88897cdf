"""The planted truths: kept out of the pipeline's sight, and the what-ifs can be run again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from chairs.core.records import read_yaml
from chairs.demo.planted import read_planted
from chairs.demo.truths import FILE, MARK, RUNS, as_yaml, effects, what_ifs

ROOT = Path(__file__).resolve().parents[3]


def stored_effects() -> dict[str, Any]:
    """The effects that the file of truths holds: by run its size, its seeds and its effects."""
    return dict(read_yaml(FILE)["what_if_effects"])


@pytest.mark.unit
def test_nothing_but_the_generator_reads_the_truths() -> None:
    readers = [*(ROOT / "pipelines").rglob("*"), *(ROOT / "src" / "chairs").rglob("*.py")]
    demo = ROOT / "src" / "chairs" / "demo"
    named = [
        path for path in readers if path.is_file() and path.suffix in (".py", ".yaml") and demo not in path.parents
    ]
    assert len(named) > 20
    assert [path.name for path in named if "truths.yaml" in path.read_text(encoding="utf-8")] == []


@pytest.mark.unit
def test_every_effect_names_an_indicator_and_a_dimension_that_exist() -> None:
    planted = read_planted()
    for effect in planted.effects:
        questions = planted.instruments[effect.instrument]
        assert effect.dimension in questions.dimensions
        for kind in questions.asked:
            assert effect.exposure in planted.exposures[kind]
    moved = {effect.exposure for effect in planted.effects}
    assert moved.isdisjoint(planted.confounded)
    assert moved.isdisjoint(planted.no_effect)
    assert moved | set(planted.confounded) | set(planted.no_effect) == set(planted.exposures["hospital"])


@pytest.mark.unit
def test_the_stored_effects_are_told_apart_from_chance() -> None:
    found = stored_effects()["full"]["effects"]
    assert set(found) == {"as_is", *what_ifs()}

    def z(change: str, measure: str) -> float:
        return float(found[change][measure]["mean"] / found[change][measure]["se"])

    assert z("ten_more_beds", "boarding_mean") < -5
    assert z("ten_more_beds", "put_off") < -5
    assert z("discharges_before_noon", "boarding_mean") < -5
    assert z("winter_plus_20", "boarding_winter_mean") > 5
    assert z("winter_plus_20", "unseen") > 5
    assert z("ward_closed", "boarding_mean") > 5
    assert z("one_more_doctor", "wait_mean") < -5


@pytest.mark.unit
def test_the_file_holds_what_the_program_writes() -> None:
    stored = stored_effects()
    runs = {name: {"size": it["size"], "seeds": it["seeds"]} for name, it in stored.items()}
    assert runs == {name: dict(run) for name, run in RUNS.items()}
    written = FILE.read_text(encoding="utf-8").partition(MARK)
    assert written[1] + written[2] == as_yaml(RUNS, {name: it["effects"] for name, it in stored.items()})


def assert_same(found: dict[str, Any], stored: dict[str, Any]) -> None:
    for change, measures in stored.items():
        for measure, it in measures.items():
            assert found[change][measure]["mean"] == pytest.approx(it["mean"], abs=2e-4), (change, measure)
            assert found[change][measure]["se"] == pytest.approx(it["se"], abs=2e-4), (change, measure)


@pytest.mark.unit
def test_rerunning_the_small_hospital_gives_the_stored_effects() -> None:
    small = stored_effects()["small"]
    assert_same(effects(small["seeds"], small["size"]), small["effects"])


@pytest.mark.unit
@pytest.mark.nightly
def test_rerunning_the_whole_hospital_gives_the_stored_effects() -> None:
    full = stored_effects()["full"]
    assert_same(effects(full["seeds"], full["size"]), full["effects"])
