"""Logs written and read back, clocks against zoneinfo, and files of garbage: never a crash, never a value."""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chairs.core.errors import ChairsError
from chairs.sources.event_log import read_event_log
from chairs.sources.local_time import shifts, utc
from chairs.sources.log_writing import write_event_log
from chairs.sources.mapping import TableMapping, mapping_of
from chairs.store.duck import connected
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.property

ZONES = ["Europe/Paris", "Europe/Brussels", "America/St_Johns", "Australia/Lord_Howe"]
EPOCH = datetime.datetime(1970, 1, 1)
MICROSECOND = datetime.timedelta(microseconds=1)
COLUMNS = [name for name in CONTRACTS["events"].columns if name != "position"]

# what XML can hold, without blanks around (they are lost) and without controls
word = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), min_size=1, max_size=6)
word = word.map(str.strip).filter(lambda text: text and text.strip(" ") == text)
instant = st.integers(0, 4_000_000_000_000_000).map(lambda us: pd.Timestamp(us, unit="us", tz="UTC"))
row = st.tuples(
    st.sampled_from(["NA", "007", "a;b", 'q"', "x,y"]),
    word,
    st.none() | word,
    st.none() | instant,
    st.none() | instant,
    st.none() | instant,
    st.none() | word,
    st.none() | st.integers(0, 3),
)


def make_log(rows: list[tuple[object, ...]]) -> pd.DataFrame:
    """Rows of a log; times put in order so that no duration is negative."""
    table = pd.DataFrame(rows, columns=COLUMNS)
    times = ["requested", "start", "end"]
    for place, values in zip(table.index, table[times].to_numpy(), strict=True):
        known = sorted(value for value in values if not pd.isna(value))
        table.loc[place, times] = [None if pd.isna(value) else known.pop(0) for value in values]
    return CONTRACTS["events"].check(table.assign(position=range(len(table))))


def comparable(table: pd.DataFrame) -> pd.DataFrame:
    """Rows by case in their order; `position` itself is counted anew."""
    return table.sort_values(["case_id", "position"])[COLUMNS].reset_index(drop=True)


@settings(max_examples=12, deadline=None)
@given(st.lists(row, min_size=1, max_size=15))
@example([("NA", "a\tb", None, None, None, None, "c\nd", None), ("NA", '"', "<&>'", None, None, None, "é€😀", 0)])
def test_a_log_written_and_read_back_is_the_same(rows: list[tuple[object, ...]]) -> None:
    log = make_log(rows)
    with tempfile.TemporaryDirectory() as folder:
        for name in ("log.csv", "log.parquet", "log.xes", "log.xes.gz"):
            path = Path(folder) / name
            write_event_log(log, path)
            pd.testing.assert_frame_equal(comparable(read_event_log([path])["events"]), comparable(log))


def test_a_file_is_written_like_its_table(tmp_path: Path) -> None:
    log = make_log([("A", "x", "u", None, None, pd.Timestamp("2024-01-01", tz="UTC"), None, None)])
    write_event_log(log, tmp_path / "log.parquet")
    for name in ("csv", "xes"):
        write_event_log(log, tmp_path / f"a.{name}")
        write_event_log(tmp_path / "log.parquet", tmp_path / f"b.{name}")
        assert (tmp_path / f"a.{name}").read_bytes() == (tmp_path / f"b.{name}").read_bytes()


def in_utc(walls: list[int], zone: str, *, second: bool = False) -> list[int]:
    with connected() as connection:
        connection.register("walls", pd.DataFrame({"place": range(len(walls)), "wall": walls}))
        span = (min(walls), max(walls))
        query = f"select {utc('wall', zone, span, second=second)} from walls order by place"
        return [found for (found,) in connection.execute(query).fetchall()]


def by_zoneinfo(wall: int, zone: str, fold: int) -> int:
    local = (EPOCH + wall * MICROSECOND).replace(tzinfo=ZoneInfo(zone), fold=fold)
    found = local.astimezone(datetime.UTC)
    if found.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        change = [s.at for s in shifts(zone) if s.at + s.before <= wall < s.at + s.after]
        return change[0]
    return (found.replace(tzinfo=None) - EPOCH) // MICROSECOND


near = st.builds(
    lambda place, seconds: (place, seconds * 1_000_000), st.integers(20, 200), st.integers(-4 * 3600, 4 * 3600)
)


@settings(max_examples=20, deadline=None)
@given(
    st.sampled_from(["Europe/Paris", "Europe/Brussels", "America/St_Johns", "Australia/Lord_Howe"]),
    st.lists(near, min_size=1),
)
def test_clocks_are_those_of_zoneinfo_around_every_change(zone: str, moments: list[tuple[int, int]]) -> None:
    changes = shifts(zone)
    walls = [changes[place % len(changes)].at + changes[place % len(changes)].before + more for place, more in moments]
    for second in (False, True):
        assert in_utc(walls, zone, second=second) == [by_zoneinfo(wall, zone, int(second)) for wall in walls]


@settings(max_examples=20, deadline=None)
@given(st.lists(near, min_size=2))
def test_a_later_wall_time_is_never_an_earlier_instant(moments: list[tuple[int, int]]) -> None:
    changes = shifts("Europe/Paris")
    walls = sorted(changes[place].at + changes[place].before + more for place, more in moments)
    found = in_utc(walls, "Europe/Paris")
    assert found == sorted(found)


FRAGMENTS = """<log> </log> <trace> </trace> <event> </event> <string\tkey="concept:name"\tvalue=" "/> < > &amp; &#0;
&x; <!-- --> <![CDATA[ ]]> <? ?> <!DOCTYPE <date\tkey="time:timestamp"\tvalue="2024"/>""".split(" ")


def said(work: Callable[[], object]) -> str | None:
    """Return what a refusal says in both languages, None when there is none; anything else is a crash."""
    try:
        work()
    except ChairsError as error:
        return f"{error.say('fr')}\n{error.say('en')}"
    return None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=20).map("".join) | st.binary(max_size=60))
def test_garbage_as_xes_is_refused_in_words_or_read(content: str | bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.xes"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
        refused = said(lambda: CONTRACTS["events"].check(read_event_log([path])["events"]))
    assert refused is None or "log.xes" in refused


CELLS = st.text(st.sampled_from('A1;,"\n\r\té€ /:-+ZT'), max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=6))
@example([["A", "x", "2024-01-01T08:00:00Z"], ["A", 'x"y', ""]])
def test_garbage_as_csv_is_refused_in_words_or_read_without_losing_a_row(rows: list[list[str]]) -> None:
    mapping = TableMapping(
        table="events", separator=";", timezone="Europe/Paris", columns={"case_id": "c", "activity": "a", "end": "e"}
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "log.csv"
        path.write_bytes(("c;a;e\n" + "\n".join(";".join(cells) for cells in rows)).encode())
        tables: list[pd.DataFrame] = []
        refused = said(lambda: tables.append(CONTRACTS["events"].check(read_event_log([path], mapping)["events"])))
    assert tables or "log.csv" in refused
    if tables:
        assert len(tables[0]) <= sum(1 + "".join(cells).count("\n") + "".join(cells).count("\r") for cells in rows)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["events", "case_id", "%d", ","]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["case_id", "into", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = [*TableMapping.__dataclass_fields__, "other"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4), st.booleans())
def test_a_mapping_of_garbage_is_refused_in_words(keys: dict[str, object], whole: bool) -> None:
    base = {"table": "events", "columns": {"case_id": "a", "activity": "b"}} if whole else {}
    refused = said(lambda: mapping_of({"source": "f.csv", **base, **keys}))
    assert refused is None or "f.csv" in refused
