"""Ingest: sources put together, one row a site, provenance, and errors by the rows of the raw files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chairs.core.errors import DataError, Text
from chairs.core.study import Described, FileInput, Study
from chairs.sources import READERS, Reader, ingest
from chairs.sources.catalog import Entry, SourceFile
from chairs.store.files import read_json
from chairs.store.parquet import read_table, write_table

pytestmark = pytest.mark.unit

TEXT = Text(fr="x", en="x")
SITES = pd.DataFrame({"establishment": ["1", "2"], "name": ["Un", "Deux"], "kind": "hospital"}, dtype="str")


def events(case: str, start: int) -> pd.DataFrame:
    times = pd.to_datetime([f"2024-01-0{start}T08:00Z", f"2024-01-0{start}T09:00Z"])
    return pd.DataFrame({"case_id": case, "activity": ["in", "out"], "start": times, "position": [0, 1]})


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Readers that hand over what the test says, by the name of the source."""
    tables: dict[str, Any] = {}

    def read(files: Any, options: Any) -> Any:
        made = tables[options["source"]]
        return made(options) if callable(made) else made

    known = {name: READERS[name] for name in READERS}  # all found before any is replaced
    fakes = {name: Reader(name=name, title=TEXT, read=read) for name in ("sae", "esatis", "iqss", "own")}
    monkeypatch.setattr(READERS, "_items", known | fakes)
    return tables


def a_study(**given: Any) -> Study:
    """A study of nothing but the stage `ingest`, with what is given."""
    return Study(name="s", title=TEXT, question=TEXT, level="public", period="2019", stages=("ingest",), **given)


def run(folder: Path, monkeypatch: pytest.MonkeyPatch, sources: dict[str, str], files: tuple[str, ...] = ()) -> Path:
    raw, out = folder / "raw", folder / "out"
    raw.mkdir(exist_ok=True)
    entries = {}
    for name, reader in sources.items():
        (raw / name).mkdir(parents=True, exist_ok=True)
        (raw / name / "a.csv").write_text("a;b\n1;2\n3;4\n", encoding="utf-8")
        file = SourceFile(name="a.csv", mirror="m", sha256="0" * 64, bytes=12)
        entries[name] = Entry(
            id=name, title=TEXT, publisher="P", licence="L", files=(file,), year="2019", reader=reader, doi="10.1/x"
        )
    monkeypatch.setattr(ingest, "entry", entries.__getitem__)
    for name in files:
        (raw / name).write_text("a;b\n1;2\n", encoding="utf-8")
    study = a_study(
        sources=tuple(sources),
        files=tuple(FileInput(file=name, reader="own") for name in files),
    )
    ingest.ingest(study, raw, out)
    assert not (out / ".scratch").exists()
    return out


def test_a_site_is_one_row_and_the_best_source_wins(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    registry["names"] = {"establishments": SITES.assign(name=["UN", "DEUX"], region="Corse")}
    registry["facts"] = {"establishments": SITES.assign(name=["Un", None], status="public")}
    registry["entities"] = {
        "establishments": pd.DataFrame(
            {"establishment": ["2", "3", "9"], "name": "Z", "kind": "hospital", "legal_entity": ["9", None, None]}
        )
    }
    out = run(tmp_path, monkeypatch, {"entities": "iqss", "names": "esatis", "facts": "sae"})
    sites = read_table(out / "establishments.parquet").set_index("establishment")
    assert sites["name"].to_dict() == {"1": "Un", "2": "DEUX", "3": "Z"}  # "9" is the entity of "2", not a site
    assert sites.loc["1", ["status", "region"]].tolist() == ["public", "Corse"]


def test_provenance_lists_every_raw_file(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    registry["facts"] = {"establishments": SITES}
    registry["own.csv"] = {}
    out = run(tmp_path, monkeypatch, {"facts": "sae"}, files=("own.csv",))
    lines = read_json(out / "sources.json")["files"]
    assert [line["file"] for line in lines] == ["facts/a.csv", "own.csv"]
    assert lines[0]["sha256"] == hashlib.sha256(b"a;b\n1;2\n3;4\n").hexdigest()
    assert (lines[0]["rows"], lines[0]["bytes"], lines[0]["reader"]) == (2, 12, "sae")
    assert (lines[0]["publisher"], lines[0]["licence"], lines[0]["doi"]) == ("P", "L", "10.1/x")


def test_ready_parquet_files_are_joined_with_frames_in_order(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    registry["one"] = lambda options: {"events": write_table(events("b", 1), "events", options["scratch"])}
    registry["two"] = lambda options: {"events": write_table(events("a", 2), "events", options["scratch"])}
    registry["own.csv"] = {"events": events("c", 3)}
    out = run(tmp_path, monkeypatch, {"one": "sae"})
    assert read_table(out / "events.parquet")["case_id"].tolist() == ["b", "b"]
    out = run(tmp_path, monkeypatch, {"one": "sae", "two": "esatis"}, files=("own.csv",))
    joined = read_table(out / "events.parquet")
    assert joined["case_id"].tolist() == ["a", "a", "b", "b", "c", "c"]
    assert str(joined["start"].dtype) == "datetime64[us, UTC]"
    assert len({path.read_bytes() for path in [out / "events.parquet"]}) == 1


def test_what_a_contract_refuses_is_told_by_the_row_of_the_raw_file(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    index = pd.Index([4, 7], name="row")
    registry["own.csv"] = {"establishments": SITES.set_index(index).assign(kind=["hospital", "clinic"])}
    with pytest.raises(DataError) as caught:
        run(tmp_path, monkeypatch, {}, files=("own.csv",))
    found = caught.value.problems[0]
    assert (found.file, found.row, found.column) == ("own.csv", 7, "kind")
    assert not (tmp_path / "out/.scratch").exists()


def test_the_same_key_from_two_sources_is_refused(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    quantity = {"establishment": "1", "unit": "all", "period": "2019", "quantity": "q", "status": "ok", "source": "s"}
    registry["one"] = registry["two"] = {"quantities": pd.DataFrame([quantity])}
    with pytest.raises(DataError, match="duplicate identifier"):
        run(tmp_path, monkeypatch, {"one": "sae", "two": "sae"})


def test_a_source_that_is_only_described_is_read(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, registry: dict[str, Any]
) -> None:
    registry["facts"] = {"establishments": SITES}
    file = SourceFile(name="a.csv", mirror="m", sha256="0" * 64, bytes=12)
    made = Entry(id="facts", title=TEXT, publisher="P", licence="L", files=(file,), reader="sae", doi="10.1/x")
    monkeypatch.setattr(ingest, "entry", {"facts": made}.__getitem__)
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "a.csv").write_text("a;b\n1;2\n", encoding="utf-8")
    study = a_study(
        described=Described(sources=("facts",)),
    )
    ingest.ingest(study, tmp_path, tmp_path / "out")
    assert len(read_table(tmp_path / "out" / "establishments.parquet")) == 2


def test_an_absent_raw_file_is_named(project: Path, tmp_path: Path, registry: dict[str, Any]) -> None:
    study = Study(
        name="s",
        title=TEXT,
        question=TEXT,
        level="patient",
        period="2019",
        stages=("ingest",),
        files=(FileInput(file="absent.csv", reader="own"),),
    )
    with pytest.raises(DataError, match=r"absent\.csv: raw file absent"):
        ingest.ingest(study, tmp_path, tmp_path / "out")
