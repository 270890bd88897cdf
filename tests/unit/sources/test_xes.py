"""XES: life cycles paired into steps, and every way in which a file can be hostile or broken."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.sources import READERS, xes
from chairs.sources.event_log import read_event_log
from chairs.sources.mapping import TableMapping
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

SECRET = "Dupont"


def event(name: str, moment: str = "complete", at: str = "2024-01-01T08:00:00Z", **more: str) -> str:
    keys = {"concept:name": name, "lifecycle:transition": moment, **{k.replace("_", ":"): v for k, v in more.items()}}
    texts = "".join(f'<string key="{key}" value="{value}"/>' for key, value in keys.items())
    return f'<event>{texts}<date key="time:timestamp" value="{at}"/></event>'


def trace(case: str, *events: str, more: str = "") -> str:
    return f'<trace><string key="concept:name" value="{case}"/>{more}{"".join(events)}</trace>'


def write(folder: Path, *traces: str, head: str = '<?xml version="1.0"?><log>', tail: str = "</log>") -> Path:
    path = folder / "log.xes"
    path.write_text(head + "\n".join(["", *traces]) + tail, encoding="utf-8")
    return path


def refusal(path: Path, mapping: TableMapping | None = None) -> str:
    started = time.perf_counter()
    with pytest.raises(DataError) as error:
        read_event_log([path], mapping)
    assert time.perf_counter() - started < 20
    said = error.value.say("en") + error.value.say("fr")
    assert SECRET not in said
    assert path.name in said
    return said


def times(table: pd.DataFrame) -> list[list[int | None]]:
    """Hours of request, start and end of each row."""
    columns = [table.sort_values("position")[name] for name in ("requested", "start", "end")]
    return [[None if pd.isna(t) else t.hour for t in row] for row in zip(*columns, strict=True)]


def test_the_moments_of_a_step_are_one_row(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        trace(
            "NA",
            event("bed", "schedule", "2024-01-01T08:00:00Z", org_group="W"),
            event("bed", "start", "2024-01-01T11:00:00+01:00"),
            event("bed", "suspend"),
            event("bed", "complete", "2024-01-01T12:00:00Z", org_resource="nurse"),
        ),
    )
    table = CONTRACTS["events"].check(read_event_log([path])["events"])
    assert times(table) == [[8, 10, 12]]
    assert table[["case_id", "activity", "unit", "resource"]].to_numpy().tolist() == [["NA", "bed", "W", "nurse"]]


def test_the_step_that_began_first_ends_first_unless_an_instance_says_otherwise(tmp_path: Path) -> None:
    def steps(*instances: str) -> list[str]:
        more = [{"concept_instance": i} if i else {} for i in instances]
        return [
            event("bed", "start", "2024-01-01T01:00:00Z", **more[0]),
            event("bed", "start", "2024-01-01T02:00:00Z", **more[1]),
            event("bed", "complete", "2024-01-01T03:00:00Z", **more[2]),
            event("bed", "complete", "2024-01-01T04:00:00Z", **more[3]),
        ]

    path = write(tmp_path, trace("A", *steps("", "", "", "")))
    assert times(read_event_log([path])["events"]) == [[None, 1, 3], [None, 2, 4]]
    path = write(tmp_path, trace("A", *steps("a", "b", "b", "a")))
    assert times(read_event_log([path])["events"]) == [[None, 1, 4], [None, 2, 3]]


def test_a_complete_without_start_and_a_start_without_complete(tmp_path: Path) -> None:
    path = write(tmp_path, trace("A", event("x"), event("x", "start"), event("y", "COMPLETE")))
    assert times(read_event_log([path])["events"]) == [[None, None, 8], [None, 8, None], [None, None, 8]]


def test_attributes_of_the_traces_are_those_of_the_cases(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        trace("A", event("x"), event("y"), more='<int key="age" value="70"/><string key="end" value="late"/>'),
        trace("B", event("x"), more='<string key="sex" value="F"/>'),
    )
    cases = read_event_log([path])["cases"].fillna("-")
    assert list(cases) == ["case_id", "age", "sex"]  # `end` is a column of the log
    assert cases.to_numpy().tolist() == [["A", "70", "-"], ["B", "-", "F"]]


def test_a_mapping_names_other_keys_codes_and_attributes_of_events(tmp_path: Path) -> None:
    path = write(tmp_path, trace("A", event("x", ward="7", Age="70"), event("y", ward="8")))
    mapping = TableMapping(
        table="events", columns={"unit": "ward"}, attributes={"age": "Age"}, codes={"unit": {"7": "W7", "8": "W8"}}
    )
    tables = read_event_log([path], mapping)
    assert tables["events"]["unit"].tolist() == ["W7", "W8"]
    assert tables["cases"].to_numpy().tolist() == [["A", "70"]]
    path = write(tmp_path, trace("A", event("x", ward="7"), "", event("y", ward=SECRET)))
    assert "unknown code" in refusal(path, mapping)


def test_local_times_need_a_zone_and_follow_its_clock(tmp_path: Path) -> None:
    path = write(tmp_path, trace("A", event("x", at="2024-07-01T08:00:00.000")))
    assert 'row 2, column "time:timestamp (complete)": local time without a time zone' in refusal(path)
    read = read_event_log([path], TableMapping(table="events", timezone="Europe/Paris"))
    assert times(read["events"]) == [[None, None, 6]]


def test_nested_attributes_lists_and_globals_are_passed_over(tmp_path: Path) -> None:
    nested = '<string key="a" value="b"><string key="concept:name" value="wrong"/></string>'
    head = f'<log xmlns="http://www.xes-standard.org/"><global scope="event">{nested}</global>'
    listed = '<list key="l"><values><string key="concept:name" value="wrong"/></values></list>'
    path = write(tmp_path, trace("A", event("x").replace("<date", f"{nested}{listed}<date"), more=nested), head=head)
    table = read_event_log([path])["events"]
    assert table[["case_id", "activity"]].to_numpy().tolist() == [["A", "x"]]


def test_gzip_and_more_than_one_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes, "BATCH", 3)
    monkeypatch.setattr(xes, "READ", 200)
    path = write(tmp_path, *(trace(f"c{i:02}", event("x"), more=f'<int key="k{i}" value="{i}"/>') for i in range(20)))
    packed = tmp_path / "packed.xes.gz"
    packed.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    for file in (path, packed):
        tables = READERS["xes"].read([file], {"year": None, "source": file.name})
        assert tables["events"]["case_id"].tolist() == [f"c{i:02}" for i in range(20)]
        assert tables["cases"].notna().sum().tolist() == [20] + [1] * 20


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ('<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "b">]><log>', "document type"),
        ('<!DOCTYPE log SYSTEM "http://example.org/x.dtd"><log>', "document type"),
        ("<html>", "not an XES log"),
        ("<log><trace>", "not well formed"),
        ("", "not an XES log"),
        ('<?xml version="1.0" encoding="klingon"?><log>', "not well formed"),
    ],
)
def test_what_is_not_xes_is_refused(tmp_path: Path, head: str, said: str) -> None:
    assert said in refusal(write(tmp_path, trace("A", event(SECRET)), head=head))


def test_entities_do_not_explode(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{i} "{f"&e{i - 1};" * 10}">' for i in range(1, 12))
    head = f'<!DOCTYPE log [<!ENTITY e0 "{SECRET}">{levels}]><log>'
    assert "document type" in refusal(write(tmp_path, trace("&e11;", event("x")), head=head))


def test_two_hundred_thousand_levels(tmp_path: Path) -> None:
    deep = '<string key="a" value="b">' * 200_000
    assert "more than 64 elements" in refusal(write(tmp_path, "<trace>", deep))


def test_a_tag_without_end(tmp_path: Path) -> None:
    path = write(tmp_path, f'<trace><string key="concept:name" value="{SECRET * (1 << 19)}"/></trace>')
    assert "without a tag" in refusal(path)


def test_a_bomb_a_truncated_file_and_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "log.xes.gz"
    path.write_bytes(gzip.compress(b"<log>" + b"<a/>" * (20 << 20), mtime=0))
    assert "out of proportion" in refusal(path)
    whole = gzip.compress(f"<log>{trace('A', event(SECRET))}</log>".encode(), mtime=0)
    path.write_bytes(whole[:-12])
    assert "truncated" in refusal(path)
    path.write_bytes(b"")
    assert "empty file" in refusal(path)


def test_a_file_cut_in_the_middle_points_at_its_last_row(tmp_path: Path) -> None:
    path = write(tmp_path, trace("A", event("x")), trace("B", event(SECRET)), tail="")
    assert "log.xes, row 3: XML not well formed" in refusal(path)


def test_rows_are_those_of_the_file(tmp_path: Path) -> None:
    path = write(tmp_path, trace("A", event("x")), trace("B", event("y", at=SECRET)))
    assert 'row 3, column "time:timestamp (complete)": not a date-time' in refusal(path)
    path = write(
        tmp_path,
        trace("A", event("x")),
        trace("B", event("y", "start", "2024-01-01T09:00:00Z"), event("y", "complete", "2024-01-01T08:00:00Z")),
    )
    assert 'row 3, column "time:timestamp (complete)": negative duration' in refusal(path)


@pytest.mark.parametrize("content", ["", "<trace></trace>"])
def test_a_log_without_event_is_refused(tmp_path: Path, content: str) -> None:
    assert "no row" in refusal(write(tmp_path, content))


def test_an_event_outside_any_trace_has_no_case(tmp_path: Path) -> None:
    assert 'column "concept:name (trace)": missing value' in refusal(write(tmp_path, event("x")))


def test_too_many_attributes_or_events(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xes, "MOST_ATTRIBUTES", 3)
    monkeypatch.setattr(xes, "MOST_EVENTS", 5)
    more = "".join(f'<int key="k{i}" value="{i}"/>' for i in range(4))
    assert "attributes" in refusal(write(tmp_path, trace("A", event("x"), more=more)))
    assert "steps in one trace" in refusal(write(tmp_path, trace("A", *[event("x")] * 6)))
