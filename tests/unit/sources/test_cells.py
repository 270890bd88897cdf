"""One cell: numbers however written, reasons of missing values, and nothing else."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from chairs.core.errors import DataError
from chairs.sources.cells import MISSING, number, numbers
from chairs.sources.text import read_sheet
from chairs.tables import STATUSES

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("74,19", 74.19),
        ("73.19", 73.19),
        ("72%", 72.0),
        ("73.8343 %", 73.8343),
        ("1 234,5", 1234.5),
        ("12\u202f345", 12345.0),
        ("-0,5", -0.5),
        ("1e-05", 1e-05),
        ("0.714", 0.714),
        ("+3", 3.0),
        (",5", 0.5),
        ("5,", 5.0),
        (" 007 ", 7.0),
    ],
)
def test_numbers_are_read_however_written(text: str, value: float) -> None:
    assert number(text) == (value, "ok")


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", "not_available"),
        ("NV", "not_validated"),
        ("Non validé", "not_validated"),
        ("NR", "non_respondent"),
        ("Non répondant", "non_respondent"),
        ("DI", "below_floor"),
        ("Fewer than 50", "below_floor"),
        ("Non concerné", "not_applicable"),
        ("Non concerné (pas d'activité)", "not_applicable"),
        ("Non concerné (non comparable)", "not_available"),
        ("Not Available", "not_available"),
        ("--", "not_available"),
        (".", "not_available"),
        ("??", "not_available"),
        ("#BOÞ!", "not_available"),
    ],
)
def test_missing_codes_keep_their_reason(text: str, status: str) -> None:
    value, found = number(text)
    assert math.isnan(value)
    assert found == status


@pytest.mark.parametrize(
    "text", ["blue", "1.2.3", "1,2,3", "12 34", "nan", "inf", "1e999", "1_000", "0x10", "٣", "%", "1%%", "-+1", "e5"]
)
def test_what_is_neither_is_neither(text: str) -> None:
    value, found = number(text)
    assert math.isnan(value)
    assert found == ""


def test_every_reason_is_a_status_word() -> None:
    assert set(MISSING.values()) <= set(STATUSES)
    assert all(code == code.casefold() for code in MISSING)


def test_a_column_is_read_like_its_cells() -> None:
    values, status = numbers(pd.Series(["1,5", "NV", "1,5", "x"], dtype="str"))
    assert values[[0, 2]].tolist() == [1.5, 1.5]
    assert status.tolist() == ["ok", "not_validated", "ok", ""]


def test_problems_name_rows_and_columns_as_the_file_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("Site;N\n010000001;12\n;x\n10000001;-4\n010000001;5\n", encoding="utf-8")
    sheet = read_sheet(path)
    sheet.identifier("site", r"\d{9}")
    sheet.unique("site")
    sheet.number("n", at_least=0)
    with pytest.raises(DataError) as caught:
        sheet.finish()
    assert [(p.row, p.column, p.what.en) for p in caught.value.problems] == [
        (3, "N", "neither a number nor a known code of a missing value"),
        (3, "Site", "missing identifier"),
        (4, "N", "value out of bounds"),
        (4, "Site", "identifier of an unexpected form"),
        (5, "Site", "duplicate identifier"),
    ]
    assert "10000001" not in caught.value.say()
