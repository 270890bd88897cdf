"""Any table through a mapping: wide and long, CSV and workbook, and what is refused."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.sources import READERS
from chairs.sources.mapped_table import read_mapped_table
from chairs.sources.mapping import mapping_of
from chairs.sources.workbook import read_workbook
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

SECRET = "Dupont"
MONTHLY = {
    "table": "quantities",
    "period_format": "%m/%Y",
    "columns": {"establishment": "FINESS", "unit": "UF", "period": "MOIS"},
    "constants": {"source": "RH"},
    "wide": {"into": "quantity", "columns": {"staff_fte": "ETP", "absence_days": "ABS"}},
}


def write(folder: Path, *rows: str, name: str = "rh.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def book(folder: Path, *rows: list[Any], sheet: str = "Feuil1") -> Path:
    path = folder / "rh.xlsx"
    workbook = openpyxl.Workbook()
    workbook.active.title = sheet
    for row in rows:
        workbook.active.append(row)
    workbook.save(path)
    return path


def read(path: Path, base: dict[str, Any] = MONTHLY, **changes: Any) -> pd.DataFrame:
    mapping = mapping_of({"source": path.name, **base, **changes})
    return CONTRACTS[mapping.table].check(read_mapped_table([path], mapping))


def refusal(path: Path, base: dict[str, Any] = MONTHLY, **changes: Any) -> str:
    with pytest.raises(DataError) as error:
        read(path, base, **changes)
    said = error.value.say("en") + error.value.say("fr")
    assert SECRET not in said
    return said


def test_wide_columns_become_rows_with_the_reason_of_a_missing_value(tmp_path: Path) -> None:
    path = write(tmp_path, "FINESS;UF;MOIS;ETP;ABS;AUTRE", "010000024;U;03/2024;12,5;NV;x", "2A0000014;U;04/2024;;7;x")
    table = read(path)
    assert table.index.tolist() == [2, 2, 3, 3]
    assert table[["establishment", "period", "quantity", "status"]].to_numpy().tolist() == [
        ["010000024", "2024-03", "staff_fte", "ok"],
        ["010000024", "2024-03", "absence_days", "not_validated"],
        ["2A0000014", "2024-04", "staff_fte", "not_available"],
        ["2A0000014", "2024-04", "absence_days", "ok"],
    ]
    assert table["value"].fillna(-1).tolist() == [12.5, -1, -1, 7]


def test_a_workbook_gives_the_same_table(tmp_path: Path) -> None:
    header = ["FINESS", "UF", "MOIS", "ETP", "ABS"]
    rows = [header, ["010000024", "U", "03/2024", 12.5, "NV"], ["2A0000014", "U", "04/2024", None, 7]]
    text = write(tmp_path, *(";".join("" if c is None else str(c) for c in row) for row in rows))
    pd.testing.assert_frame_equal(read(book(tmp_path, *rows)), read(text))


def test_excel_numbers_dates_blank_rows_and_sheets(tmp_path: Path) -> None:
    day = datetime.datetime(2024, 3, 1)
    path = book(tmp_path, [], ["FINESS", "UF", "MOIS", "ETP", "ABS"], [], [590000618, "U", day, 1.0, 2], sheet="RH")
    table = read(path, sheet="RH")
    assert table["establishment"].unique().tolist() == ["590000618"]
    assert table["period"].unique().tolist() == ["2024-03"]
    assert table.index.unique().tolist() == [4]
    with pytest.raises(SettingError, match='no sheet "Feuil1"'):
        read(path, sheet="Feuil1")


def test_responses_in_wide_form_with_a_covariate(tmp_path: Path) -> None:
    mapping = {
        "table": "responses",
        "columns": {
            "respondent": "ID",
            "establishment": "E",
            "unit": "U",
            "period": "P",
            "mode": "M",
            "age_band": "AGE",
        },
        "constants": {"instrument": "demo-patient-experience"},
        "codes": {"mode": {"INTERNET": "web", "PAPIER": "paper"}, "answer": {"1": "1", "Oui": "2"}},
        "wide": {"into": "item", "columns": {"ACC1": "Q1", "ACC2": "Q2"}},
    }
    path = write(tmp_path, "ID,E,U,P,M,AGE,Q1,Q2", "NA,1,all,2024-03,INTERNET,70+,1,", "b,1,all,2024-03,PAPIER,,Oui,1")
    table = read(path, mapping)
    assert table[["respondent", "item", "answer", "mode"]].fillna("-").to_numpy().tolist() == [
        ["NA", "ACC1", "1", "web"],
        ["NA", "ACC2", "-", "web"],
        ["b", "ACC1", "2", "paper"],
        ["b", "ACC2", "1", "paper"],
    ]
    assert table["age_band"].fillna("-").tolist() == ["70+", "70+", "-", "-"]


def test_hours_of_the_local_clock(tmp_path: Path) -> None:
    mapping = {
        "table": "unit_hour",
        "timezone": "Europe/Paris",
        "time_format": "%d/%m/%Y %H:%M",
        "columns": {"unit": "UF", "hour": "H", "value": "LITS"},
        "constants": {"site": "S", "measure": "open_beds"},
    }
    rows = ["01/07/2024 00:00", "01/01/2024 00:00", "31/03/2024 02:00", "27/10/2024 02:00"]
    table = read(write(tmp_path, "UF;H;LITS", *(f"U;{row};10" for row in rows)), mapping)
    found = table["hour"].dt.strftime("%m-%d %H").tolist()
    assert found == ["06-30 22", "12-31 23", "03-31 01", "10-27 00"]
    path = book(tmp_path, ["UF", "H", "LITS"], ["U", datetime.datetime(2024, 7, 1), 10])
    assert read(path, mapping)["hour"].dt.strftime("%m-%d %H").tolist() == ["06-30 22"]


def test_flags_and_codes_of_establishments(tmp_path: Path) -> None:
    mapping = {
        "table": "establishments",
        "columns": {"establishment": "F", "kind": "K", "emergency": "U"},
        "codes": {"kind": {"H": "hospital"}},
    }
    table = read(write(tmp_path, "F;K;U", "1;H;OUI", "2;H;non", "3;H;"), mapping)
    assert table["emergency"].tolist() == [True, False, pd.NA]
    said = refusal(write(tmp_path, "F;K;U", f"1;{SECRET};OUI", f"2;H;{SECRET}"), mapping)
    assert 'row 2, column "K": unknown code. Remedy: known codes: H' in said
    assert 'row 3, column "U": neither yes nor no' in said


@pytest.mark.parametrize(
    ("decimal", "cell", "value"),
    [
        (",", "1.234,5", 1234.5),
        (",", "1 234,5", 1234.5),
        (".", "1,234.5", 1234.5),
        (None, "74,19", 74.19),
        (None, "73.19", 73.19),
    ],
)
def test_decimal_marks(tmp_path: Path, decimal: str | None, cell: str, value: float) -> None:
    path = write(tmp_path, "FINESS;UF;MOIS;ETP;ABS", f"1;U;03/2024;{cell};1")
    assert read(path, decimal=decimal)["value"].iloc[0] == value


@pytest.mark.parametrize(
    ("decimal", "cell"), [(",", "12.5"), (".", "12,5"), (",", "1,5,5"), (None, "1,5,5"), (None, "x")]
)
def test_what_the_decimal_mark_does_not_allow_is_refused(tmp_path: Path, decimal: str | None, cell: str) -> None:
    path = write(tmp_path, "FINESS;UF;MOIS;ETP;ABS", "1;U;03/2024;1;1", f"1;U;04/2024;{cell};1")
    assert 'rh.csv, row 3, column "ETP": neither a number' in refusal(path, decimal=decimal)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["FINESS;UF;MOIS;ETP", "1;U;03/2024;1"], 'column "ABS": column absent'),
        (["FINESS;UF;MOIS;ETP;ABS", f"1;U;{SECRET};1;1"], 'row 2, column "MOIS": period of another form'),
        (["FINESS;UF;MOIS;ETP;ABS", "1;U;13/2024;1;1"], 'row 2, column "MOIS": period of another form'),
        (["FINESS;UF;MOIS;ETP;ABS"], "no row"),
        (["FINESS;UF;MOIS;ETP;ABS", f"1;U;03/2024;{SECRET};1"], 'row 2, column "ETP"'),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(tmp_path: Path, rows: list[str], said: str) -> None:
    assert said in refusal(write(tmp_path, *rows))


def test_texts_that_mean_no_value(tmp_path: Path) -> None:
    path = write(tmp_path, "FINESS;UF;MOIS;ETP;ABS", "1;U;03/2024;secret;1")
    assert read(path, missing=["secret"])["status"].tolist() == ["not_available", "ok"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04broken", b"FINESS;UF", b"\xd0\xcf\x11\xe0old excel"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "rh.xlsx"
    path.write_bytes(content)
    assert "not a readable Excel workbook" in refusal(path)


def test_a_workbook_that_inflates_and_one_with_cells_astray(tmp_path: Path) -> None:
    path = tmp_path / "rh.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (64 << 20))
    assert "out of proportion" in refusal(path)
    header = ["FINESS", "UF", "MOIS", "ETP", "ABS"]
    assert "row 2: cells beyond the 5 columns" in refusal(book(tmp_path, header, ["1", "U", "03/2024", 1, 1, None, 3]))
    assert "column without a name (place 2)" in refusal(book(tmp_path, ["FINESS", None, "MOIS"], ["1", "U", "x"]))
    assert "empty sheet" in refusal(book(tmp_path))


def test_whole_numbers_of_a_workbook_are_written_without_exponent(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b", "c", "d"], [1e15, 0.5, True, "010"])
    assert read_workbook(path).frame.to_numpy().tolist() == [["1000000000000000", "0.5", "true", "010"]]


def test_the_reader_needs_a_mapping_to_a_table_other_than_events(tmp_path: Path) -> None:
    path = write(tmp_path, "a", "b")
    options: dict[str, Any] = {"source": "rh.csv", "year": None, "scratch": tmp_path}
    for more in ({}, {"table": "events", "columns": {"case_id": "a", "activity": "a"}}):
        with pytest.raises(SettingError, match="mapping"):
            READERS["mapped_table"].read([path], {**options, **more})
