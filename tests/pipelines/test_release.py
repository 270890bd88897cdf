"""The gate on files: what it refuses, what it writes, that nothing small or planted gets through."""

import json
from pathlib import Path

import pandas as pd
import pytest

import chairs.disclosure.gate as gate_module
from chairs.core.errors import DataError, DisclosureError, Text
from chairs.core.study import Study
from chairs.disclosure.gate import release
from chairs.disclosure.masking import counts_of, persons
from chairs.disclosure.rules import load_rules
from chairs.store.files import sha256_of
from chairs.store.parquet import read_table, write_table
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.pipelines

CANARIES = ("CANARYNAME", "CANARYSTEP", "2990159000123", "IPP0004217")


def _study(level: str = "demo") -> Study:
    words = Text(fr="données de démonstration", en="demonstration data")
    return Study(
        name="demo", title=words, question=words, level=level, period="2024", stages=("release",), notice=words
    )


FRAMES = {
    "transitions": {
        "source": ["case_start", "arrival", "arrival", "CANARYSTEP", "arrival", "scan"],
        "target": ["arrival", "scan", "CANARYSTEP", "case_end", "case_end", "case_end"],
        "cases": [204, 150, 4, 4, 50, 150],
        "n": [204, 150, 4, 4, 50, 150],
        "median_hours": [None, 1.0, 0.5, None, None, None],
        "p90_hours": None,
    },
    "variants": {
        "rank": [1, 2, 3],
        "variant": ["arrival → scan", "arrival", "arrival → CANARYSTEP"],
        "steps": [2, 1, 2],
        "cases": [150, 50, 4],
        "share": [150 / 204, 50 / 204, 4 / 204],
    },
    "scores": {
        "establishment": "1",
        "unit": ["ward A", "ward B", "ward C", "all"],
        "period": "2024",
        "instrument": "own",
        "dimension": "all",
        "score": [60.0, 70.0, 80.0, 72.0],
        "se": 1.0,
        "n": [4, 40, 30, 74],
        "status": "ok",
    },
    "facts": {
        "name": ["cases", "returns"],
        "value": [204.0, 7.0],
        "unit": "",
        "n": [None, 204],
        "status": "ok",
        "reason": None,
    },
}


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, Path]:
    return {name: write_table(pd.DataFrame(rows), name, tmp_path / "in") for name, rows in FRAMES.items()}


def small_counts(folder: Path) -> list[str]:
    """Scan tables for a count of 1 to 10 persons; the attacker's side, so it uses no code of the masking."""
    found = []
    for path in sorted(folder.glob("*.parquet")):
        table, contract = read_table(path), CONTRACTS[path.stem]
        for count in counts_of(contract, load_rules().tables[path.stem]):
            values = persons(table, count)
            if ((values > 0) & (values < 11)).any():
                found.append(f"{path.stem}.{count.column}")
    return found


def planted(folder: Path) -> list[str]:
    """Scan every file, raw and as text of its cells, for what was planted."""
    found = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        text = path.read_bytes().decode("latin-1")
        if path.suffix == ".parquet":
            text += read_table(path).to_csv()
        found += [f"{path.name}: {canary}" for canary in CANARIES if canary in text]
    return found


def test_nothing_small_and_nothing_planted_gets_through(inputs, tmp_path):
    out = tmp_path / "release" / "demo"
    release(_study(), inputs, out)

    assert small_counts(out) == []
    assert planted(out) == []


def test_the_scans_do_find_a_leak(inputs, tmp_path):
    leaks = small_counts(tmp_path / "in")

    assert leaks == ["facts.value", "scores.n", "transitions.cases", "transitions.n", "variants.cases"]
    assert planted(tmp_path / "in") == ["transitions.parquet: CANARYSTEP", "variants.parquet: CANARYSTEP"]


def test_every_output_is_in_the_manifest_and_carries_its_state(inputs, tmp_path):
    out = tmp_path / "release" / "demo"
    manifest = release(_study(), inputs, out)
    written = json.loads((out / "manifest.json").read_text(encoding="utf-8"))

    assert {path.name for path in out.iterdir()} == {output["file"] for output in written["outputs"]} | {
        "manifest.json"
    }
    assert (written["study"], written["level"], written["rules"]) == ("demo", "demo", load_rules().version)
    assert written["notice"] == {"fr": "données de démonstration", "en": "demonstration data"}
    for output, record in zip(written["outputs"], manifest.outputs, strict=True):
        table = read_table(out / output["file"])
        assert output["sha256"] == record.sha256 == sha256_of(out / output["file"])
        assert output["source_sha256"] == sha256_of(inputs[Path(output["file"]).stem])
        assert output["rows"] == len(table)
        assert "cell_status" in table
    counted = {output["file"]: (output["masked_cells"], output["dropped_rows"]) for output in written["outputs"]}
    assert counted["scores.parquet"] == (6, 0), "ward A, and ward C so that 74 does not give it back"
    assert counted["variants.parquet"] == (0, 2)


def test_the_same_inputs_give_the_same_bytes(inputs, tmp_path):
    first, second = tmp_path / "a" / "demo", tmp_path / "b" / "demo"
    release(_study(), inputs, first)
    release(_study(), inputs, second)

    assert {p.name: sha256_of(p) for p in first.iterdir()} == {p.name: sha256_of(p) for p in second.iterdir()}


def test_a_study_of_patients_is_refused_and_nothing_is_written(inputs, tmp_path):
    with pytest.raises(DisclosureError, match="patient") as error:
        release(_study("patient"), inputs, tmp_path / "release" / "demo")
    said = error.value.say("fr")
    assert "Rien n'a été écrit ni publié. Remède : retirer release et render de ses étapes (stages)" in said
    assert said.startswith("pipelines/studies/demo.yaml, colonne « level »")

    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("name", ["events", "cases", "responses", "unit_hour", "quantities", "notes"])
def test_a_table_that_is_not_on_the_list_is_refused(inputs, tmp_path, name):
    with pytest.raises(DisclosureError, match=name):
        release(_study(), inputs | {name: inputs["facts"]}, tmp_path / "release" / "demo")

    assert not (tmp_path / "release").exists()


@pytest.mark.parametrize("column", ["case_id", "respondent", "resource"])
def test_rows_of_persons_under_an_allowed_name_are_refused(inputs, tmp_path, column):
    path = tmp_path / "in" / "facts.parquet"
    read_table(path).assign(**{column: "IPP0004217"}).to_parquet(path)

    with pytest.raises(DisclosureError, match=column) as error:
        release(_study(), inputs, tmp_path / "release" / "demo")
    assert "IPP0004217" not in str(error.value)
    assert not (tmp_path / "release").exists()


def test_a_column_that_the_contract_does_not_know_is_refused(inputs, tmp_path):
    path = tmp_path / "in" / "facts.parquet"
    read_table(path).assign(note="CANARYNAME").to_parquet(path)

    with pytest.raises(DataError, match="note") as error:
        release(_study(), inputs, tmp_path / "release" / "demo")
    assert "CANARYNAME" not in error.value.say("fr") + error.value.say("en")
    assert not (tmp_path / "release").exists()


def test_a_former_release_is_replaced_as_a_whole(inputs, tmp_path):
    out = tmp_path / "release" / "demo"
    release(_study(), inputs, out)
    release(_study(), {"facts": inputs["facts"]}, out)

    assert {path.name for path in out.iterdir()} == {"facts.parquet", "manifest.json"}


def test_a_failure_on_the_way_leaves_the_former_release(inputs, tmp_path, monkeypatch):
    out = tmp_path / "release" / "demo"
    release(_study(), {"facts": inputs["facts"]}, out)
    before = {path.name: sha256_of(path) for path in out.iterdir()}

    def full(path, content):
        raise OSError("disk full")

    monkeypatch.setattr(gate_module, "write_json", full)
    with pytest.raises(OSError, match="disk full"):
        release(_study(), inputs, out)

    assert {path.name: sha256_of(path) for path in out.iterdir()} == before
    assert [path.name for path in out.parent.iterdir()] == ["demo"]


def test_what_a_killed_release_left_is_swept_by_the_next(inputs, tmp_path):
    left = tmp_path / "release" / ".demo.part"
    left.mkdir(parents=True)
    (left / "scores.parquet").write_bytes(b"half")
    release(_study(), inputs, tmp_path / "release" / "demo")

    assert [path.name for path in (tmp_path / "release").iterdir()] == ["demo"]
