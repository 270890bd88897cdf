"""Any bytes at all: the text reader gives a table or a DataError, nothing else; what was written is read back."""

from __future__ import annotations

import csv
import gzip
import io
import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chairs.core.errors import DataError, Problem
from chairs.sources.cells import MISSING, number
from chairs.sources.text import read_sheet

pytestmark = pytest.mark.property

quick = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
letters = st.characters(codec="utf-8", exclude_characters="\0\r", exclude_categories=["Cs"])
cell = st.text(letters, max_size=12).map(str.strip)
name = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)


def outcome(path: Path) -> tuple[tuple[Problem, ...], pd.DataFrame | None]:
    """What reading gave: problems or a table; any other exception fails the test."""
    try:
        return (), read_sheet(path).frame
    except DataError as error:
        return error.problems, None


@quick
@given(content=st.binary(max_size=400), pack=st.booleans())
def test_any_bytes_give_a_table_or_a_data_error(tmp_path: Path, content: bytes, pack: bool) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(gzip.compress(content, mtime=0) if pack else content)
    said, frame = outcome(path)
    assert all(found.file == "any.csv" for found in said)
    if frame is not None:
        assert len(frame) >= 1
        assert all(str(kind) == "str" for kind in frame.dtypes)


@quick
@given(
    content=st.lists(
        st.sampled_from([b";", b",", b"\n", b"\r\n", b'"', b"#", b"a", b"\xe9", b"\t", b" ", b"1"]), max_size=60
    )
)
def test_anything_like_a_table_gives_a_table_or_a_data_error(tmp_path: Path, content: list[bytes]) -> None:
    path = tmp_path / "like.csv"
    path.write_bytes(b"".join(content))
    said, frame = outcome(path)
    assert bool(said) != (frame is not None)


@quick
@given(cut=st.integers(min_value=1, max_value=200), flip=st.integers(min_value=0, max_value=255))
def test_a_damaged_archive_gives_a_table_or_a_data_error(tmp_path: Path, cut: int, flip: int) -> None:
    whole = bytearray(gzip.compress(b"site;score\n" + b"010000011;75,09\n" * 50, mtime=0))
    whole[cut % len(whole)] ^= flip
    path = tmp_path / "damaged.csv.gz"
    path.write_bytes(bytes(whole[: len(whole) - (cut % 7)]))
    said, frame = outcome(path)
    assert bool(said) != (frame is not None)
    assert all(found.remedy is not None for found in said)


@quick
@given(
    names=st.lists(name, min_size=2, max_size=5, unique=True),
    data=st.data(),
    separator=st.sampled_from(";,\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig"]),
)
def test_what_is_written_is_read_back(
    tmp_path: Path, names: list[str], data: st.DataObject, separator: str, encoding: str
) -> None:
    row = st.lists(cell, min_size=len(names), max_size=len(names)).filter(any)
    rows = data.draw(st.lists(row, min_size=1, max_size=6))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([names, *rows])
    path = tmp_path / "written.csv"
    path.write_bytes(buffer.getvalue().encode(encoding))
    frame = read_sheet(path).frame
    assert list(frame.columns) == names
    assert frame.to_numpy().tolist() == rows
    starts = [2 + sum(text.count("\n") for before in rows[:i] for text in before) + i for i in range(len(rows))]
    assert frame.index.tolist() == starts


@quick
@given(value=st.floats(min_value=-1e15, max_value=1e15), comma=st.booleans(), percent=st.sampled_from(["", "%", " %"]))
def test_a_number_is_read_back_with_comma_or_dot(value: float, comma: bool, percent: str) -> None:
    text = repr(value).replace(".", ",") if comma else repr(value)
    assert number(text + percent) == (value, "ok")


@quick
@given(text=st.text(max_size=20))
def test_any_text_is_a_number_a_reason_or_neither(text: str) -> None:
    value, status = number(text)
    assert (status == "ok") == math.isfinite(value)
    assert status in {"ok", "", *MISSING.values()}
