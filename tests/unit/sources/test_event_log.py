"""Event logs as hospitals export them: what is read, what is refused, and where the refusal points."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from chairs.core.errors import DataError, SettingError
from chairs.sources import READERS, event_log, log_check, log_file
from chairs.sources.event_log import read_event_log
from chairs.sources.log_writing import write_event_log
from chairs.sources.mapping import TableMapping
from chairs.store import duck
from chairs.tables import CONTRACTS

pytestmark = pytest.mark.unit

SECRET = "Dupont"
FRENCH = {
    "table": "events",
    "separator": ";",
    "timezone": "Europe/Paris",
    "time_format": "%d/%m/%Y %H:%M:%S",
    "columns": {"case_id": "NUM", "activity": "ETAPE", "unit": "UF", "start": "DEBUT", "end": "FIN"},
}
HEADER = "NUM;ETAPE;UF;DEBUT;FIN"


def mapping(**changes: Any) -> TableMapping:
    return TableMapping(**{**FRENCH, **changes})


def write(folder: Path, *lines: str, name: str = "log.csv", encoding: str = "utf-8", end: str = "\n") -> Path:
    path = folder / name
    path.write_bytes("".join(line + end for line in lines).encode(encoding))
    return path


def read(path: Path, **changes: Any) -> pd.DataFrame:
    return CONTRACTS["events"].check(read_event_log([path], mapping(**changes))["events"])


def refusal(path: Path, **changes: Any) -> str:
    with pytest.raises((DataError, SettingError)) as error:
        read_event_log([path], mapping(**changes))
    said = error.value.say("en") + error.value.say("fr")
    assert SECRET not in said
    return said


def test_a_french_export(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER,
        "NA;Tri;URG;15/01/2024 08:00:00;15/01/2024 08:05:00",
        "007; Tri ;;15/07/2024 08:00:00;",
        '2A1;"Bloc; salle ""B""";CHIR;;15/07/2024 08:00:00',
    )
    table = read(path)
    assert table["case_id"].tolist() == ["007", "2A1", "NA"]
    assert table["position"].tolist() == [1, 2, 0]
    assert table["activity"].tolist() == ["Tri", 'Bloc; salle "B"', "Tri"]
    assert table["unit"].isna().tolist() == [True, False, False]
    assert table["start"].iloc[2] == pd.Timestamp("2024-01-15 07:00", tz="UTC")  # winter
    assert table["start"].iloc[0] == pd.Timestamp("2024-07-15 06:00", tz="UTC")  # summer


@pytest.mark.parametrize(
    ("encoding", "end", "name"),
    [
        ("utf-8-sig", "\n", "a.csv"),
        ("cp1252", "\r\n", "a.csv"),
        ("utf-8", "\r\n", "a.txt"),
        ("cp1252", "\n", "a.csv.gz"),
    ],
)
def test_encodings_line_ends_and_gzip(tmp_path: Path, encoding: str, end: str, name: str) -> None:
    path = write(tmp_path, HEADER, "é1;Évaluation;URG;15/01/2024 08:00:00;", name=name, encoding=encoding, end=end)
    if name.endswith(".gz"):
        path.write_bytes(gzip.compress(path.read_bytes(), mtime=0))
    table = read(path)
    assert table[["case_id", "activity"]].to_numpy().tolist() == [["é1", "Évaluation"]]


def test_mixed_line_ends_blank_lines_and_lines_before_the_header(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    row = "A;Tri;URG;15/01/2024 08:00:00;"
    path.write_bytes(f"# export\n\n{HEADER}\r\n{row}\n\r\n{row}\r\n{row}".encode())
    assert len(read(path)) == 3


def test_column_names_are_found_whatever_their_case_and_blanks(tmp_path: Path) -> None:
    path = write(tmp_path, "num; etape ;Uf;DEBUT;FIN;AUTRE", "A;Tri;URG;15/01/2024 08:00:00;;x")
    assert read(path)["unit"].tolist() == ["URG"]


@pytest.mark.parametrize(
    ("written", "utc"),
    [
        ("27/10/2024 01:59:59", "2024-10-26 23:59:59"),
        ("27/10/2024 02:30:00", "2024-10-27 00:30:00"),  # first occurrence, summer time
        ("27/10/2024 03:00:00", "2024-10-27 02:00:00"),
        ("31/03/2024 01:59:59", "2024-03-31 00:59:59"),
        ("31/03/2024 02:30:00", "2024-03-31 01:00:00"),  # an hour that does not exist: the instant of the change
        ("31/03/2024 03:00:00", "2024-03-31 01:00:00"),
    ],
)
def test_both_clock_changes(tmp_path: Path, written: str, utc: str) -> None:
    table = read(write(tmp_path, HEADER, f"A;Tri;URG;{written};"))
    assert table["start"].iloc[0] == pd.Timestamp(utc, tz="UTC")


def test_an_end_in_the_repeated_hour_does_not_precede_its_start(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        HEADER,
        "A;Tri;URG;27/10/2024 02:50:00;27/10/2024 02:10:00",
        "B;Tri;URG;27/10/2024 02:10:00;27/10/2024 02:50:00",
        "C;Tri;URG;31/03/2024 02:50:00;31/03/2024 03:10:00",
    )
    minutes = (read(path)["end"] - read(path)["start"]).dt.total_seconds() / 60
    assert minutes.tolist() == [20, 40, 10]


def test_a_true_negative_duration_in_the_repeated_hour_is_still_one(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "A;Tri;URG;27/10/2024 04:00:00;27/10/2024 02:10:00")
    assert 'row 2, column "FIN": negative duration' in refusal(path)


def test_times_with_an_offset_are_instants(tmp_path: Path) -> None:
    lines = ["2024-07-01T10:00:00+02:00", "2024-07-01T08:00:00Z", "2024-07-01 08:00:00.000+0000", "2024-07-01 10:00:00"]
    path = write(tmp_path, HEADER, *(f"A;Tri;URG;{line};" for line in lines))
    assert set(read(path, time_format=None)["start"]) == {pd.Timestamp("2024-07-01 08:00", tz="UTC")}


def test_a_format_with_an_offset(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "A;Tri;URG;01/07/2024 10:00 +0200;")
    assert read(path, time_format="%d/%m/%Y %H:%M %z")["start"].iloc[0] == pd.Timestamp("2024-07-01 08:00", tz="UTC")


def test_local_times_need_a_zone(tmp_path: Path) -> None:
    path = write(tmp_path, "case_id,activity,end", "A,Tri,2024-01-01 08:00:00")
    with pytest.raises(DataError, match=r'log\.csv, row 2, column "end": local time without a time zone'):
        read_event_log([path])


def test_codes_become_words_and_an_unknown_one_is_pointed_at(tmp_path: Path) -> None:
    codes = {"activity": {"IOA": "triage", "MED": "doctor"}}
    path = write(tmp_path, HEADER, "A;IOA;URG;;", "B;MED;URG;;")
    assert read(path, codes=codes)["activity"].tolist() == ["triage", "doctor"]
    said = refusal(write(tmp_path, HEADER, "A;IOA;URG;;", f"B;{SECRET};URG;;"), codes=codes)
    assert (
        'log.csv, row 3, column "ETAPE": unknown code. Remedy: correct the cell, or add to the known codes: IOA' in said
    )


def test_texts_that_mean_no_value(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "A;Tri;NULL;15/01/2024 08:00:00;31/12/9999 00:00:00")
    table = read(path, missing=("NULL", "31/12/9999 00:00:00"))
    assert table["unit"].isna().all()
    assert table["end"].isna().all()
    assert 'column "FIN": date outside 1900-2300' in refusal(path)


def test_attributes_of_the_cases_are_the_first_that_is_not_missing(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ";AGE;SEXE", "B;x;;;;;F", "A;x;;;;;", "B;y;;;;70-79;M", "A;y;;;;;")
    cases = read_event_log([path], mapping(attributes={"age": "AGE", "sex": "SEXE"}))["cases"]
    assert cases.fillna("-").to_numpy().tolist() == [["A", "-", "-"], ["B", "70-79", "F"]]


def test_codes_of_an_attribute(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + ";SEXE", "B;x;;;;1")
    attributes, codes = {"sex": "SEXE"}, {"sex": {"1": "M", "2": "F"}}
    assert read_event_log([path], mapping(attributes=attributes, codes=codes))["cases"]["sex"].tolist() == ["M"]
    path = write(tmp_path, HEADER + ";SEXE", f"B;x;;;;{SECRET}")
    assert 'row 2, column "SEXE": unknown code' in refusal(path, attributes=attributes, codes=codes)


def test_several_files_are_one_log(tmp_path: Path) -> None:
    first = write(tmp_path, HEADER, "B;x;;;", "A;x;;;", name="1.csv")
    second = write(tmp_path, HEADER, "A;y;;;", name="2.csv")
    table = read_event_log([first, second], mapping())["events"]
    assert table[["case_id", "activity", "position"]].to_numpy().tolist() == [
        ["A", "x", 1],
        ["A", "y", 2],
        ["B", "x", 0],
    ]
    write(tmp_path, HEADER, "A;y;;;", ";y;;;", name="2.csv")
    with pytest.raises(DataError, match=r'2\.csv, row 3, column "NUM": missing value'):
        read_event_log([first, second], mapping())


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([HEADER, f"A;{SECRET};URG;15/01/2024;"], 'row 2, column "DEBUT": not a date-time'),
        ([HEADER, "A;x;;;", f"A;x;;;{SECRET}"], 'row 3, column "FIN": not a date-time'),
        ([HEADER, f"A;{SECRET};;15/01/2024 09:00:00;15/01/2024 08:00:00"], 'row 2, column "FIN": negative duration'),
        ([HEADER, f";{SECRET};;;"], 'row 2, column "NUM": missing value'),
        ([HEADER, f"{SECRET};;;;"], 'row 2, column "ETAPE": missing value'),
        ([HEADER, "A;x;;;", f"A;{SECRET};;"], "row 3: fewer cells than the header"),
        ([HEADER, f"A;{SECRET};;;;;x"], "row 2: more cells than the header"),
        ([HEADER, f'A;"{SECRET};;;', "B;x;;;"], "row 2: quotes that do not close"),
        (["NUM;ETAPE;UF;DEBUT", f"A;{SECRET};;"], 'column "FIN": column absent; columns present: NUM, ETAPE'),
        ([HEADER], "no row under the header"),
        ([HEADER + ";NUM", "A;x;;;;"], "row 1: same column name at places 1, 6"),
        ([""], "empty file"),
    ],
)
def test_what_is_wrong_is_said_by_row_and_column(tmp_path: Path, lines: list[str], said: str) -> None:
    found = refusal(write(tmp_path, *lines))
    assert "log.csv" in found
    assert said in found


def test_rows_are_those_of_the_file_after_cells_on_several_lines_and_blank_lines(tmp_path: Path) -> None:
    path = write(tmp_path, "# export", HEADER, 'A;"two', 'lines";;;', "", f"A;x;;{SECRET};", "", f";{SECRET};;;")
    assert 'row 6, column "DEBUT"' in refusal(path)
    path = write(tmp_path, "# export", HEADER, 'A;"two', 'lines";;;', "", "A;x;;;", "", f";{SECRET};;;")
    assert 'row 8, column "NUM": missing value' in refusal(path)


def test_a_breach_beyond_the_first_slice_is_found_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_check, "SLICE", 10)
    rows = ["A;x;;15/01/2024 08:00:00;15/01/2024 09:00:00"] * 25
    rows[17] = "A;x;;15/01/2024 09:00:00;15/01/2024 08:00:00"
    assert 'row 19, column "FIN"' in refusal(write(tmp_path, HEADER, *rows))


def test_many_problems_are_counted_not_all_listed(tmp_path: Path) -> None:
    said = refusal(write(tmp_path, HEADER, *[f"A;x;;{SECRET};"] * 3_000))
    assert "… and 980 more" in said


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        b"PK\x03\x04" + b"x" * 50,
        gzip.compress(b"NUM;ETAPE\nA;x\n" * 900, mtime=0)[:-20],
        b"\xff\xfeN\x00",
    ],
)
def test_files_that_are_not_text_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(content)
    assert "log.csv" in refusal(path)


def test_a_line_without_end_and_a_bomb_are_refused_quickly(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(HEADER.encode() + b"\n" + b"x" * (5 << 20))
    assert "row 2: line over 1 MB" in refusal(path)
    path.write_bytes(gzip.compress(b"A;x;;;\n" * (12 << 20), mtime=0))
    assert "out of proportion" in refusal(path)


def test_a_file_of_which_rows_were_lost_is_refused(tmp_path: Path) -> None:
    source = log_file.open_csv(write(tmp_path, HEADER, 'A;"two', 'lines";;;', "", "B;x;;;"), ";", tmp_path)
    log_file.refuse_lost(source, 2)
    with pytest.raises(DataError, match="could not be read"):
        log_file.refuse_lost(source, 1)


def test_a_machine_too_small_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duck, "MEMORY", "1MB")
    path = write(tmp_path, HEADER, *[f"{i};x;U{i};15/01/2024 08:00:00;" for i in range(20_000)])
    assert "log.csv: too large for the memory" in refusal(path)


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "A;é;;;", encoding="cp1252")
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    read_event_log([path], mapping(), scratch)
    write(tmp_path, HEADER, "A;é;;x;", encoding="cp1252")
    with pytest.raises(DataError):
        read_event_log([path], mapping(), scratch)
    assert list(scratch.iterdir()) == []


def test_a_large_log_is_handed_over_as_a_file_that_keeps_the_contract(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_log, "LARGE", 2)
    path = write(tmp_path, HEADER, "B;x;;15/01/2024 08:00:00;", "A;x;;;", "B;y;;;")
    found = read_event_log([path], mapping(), tmp_path)["events"]
    assert isinstance(found, Path)
    table = CONTRACTS["events"].check(pd.read_parquet(found))
    pd.testing.assert_frame_equal(table, read_event_log([path], mapping())["events"])
    assert list(pd.read_parquet(found).columns) == list(CONTRACTS["events"].columns)


def parquet(folder: Path, **columns: Any) -> Path:
    path = folder / "log.parquet"
    pd.DataFrame(columns).to_parquet(path)
    return path


def test_parquet_with_typed_columns(tmp_path: Path) -> None:
    path = parquet(
        tmp_path,
        NUM=[12, 7],
        ETAPE=["x", "y"],
        UF=["U", None],
        DEBUT=pd.to_datetime(["2024-07-01 10:00", None]),
        FIN=pd.to_datetime(["2024-07-01 09:00", None], utc=True),
    )
    table = read(path)
    assert table["case_id"].tolist() == ["12", "7"]
    assert table["start"].iloc[0] == pd.Timestamp("2024-07-01 08:00", tz="UTC")  # local
    assert table["end"].iloc[0] == pd.Timestamp("2024-07-01 09:00", tz="UTC")  # an instant


def test_parquet_problems_have_rows_too(tmp_path: Path) -> None:
    path = parquet(tmp_path, NUM=["A", None], ETAPE=["x", SECRET], UF=["U", "U"], DEBUT=[None, None], FIN=["", ""])
    assert 'log.parquet, row 3, column "NUM": missing value' in refusal(path)


def test_a_time_where_text_is_expected_is_refused(tmp_path: Path) -> None:
    path = parquet(tmp_path, NUM=["A"], ETAPE=pd.to_datetime(["2024-01-01"]), UF=["U"], DEBUT=[""], FIN=[""])
    assert 'column "ETAPE"' in refusal(path)


@pytest.mark.parametrize("content", [b"", b"PAR1" + b"x" * 40 + b"PAR1", b"NUM;ETAPE"])
def test_a_broken_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log.parquet"
    path.write_bytes(content)
    assert "not readable as Parquet" in refusal(path)


def test_a_truncated_parquet_is_refused_also_when_its_footer_is_whole(tmp_path: Path) -> None:
    path = parquet(tmp_path, NUM=["A"] * 999, ETAPE=["x"] * 999, UF=["U"] * 999, DEBUT=[""] * 999, FIN=[""] * 999)
    content = bytearray(path.read_bytes())
    content[20:120] = bytes(100)
    path.write_bytes(bytes(content))
    assert "log.parquet" in refusal(path)


def test_other_column_names_need_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="write a mapping"):
        read_event_log([write(tmp_path, "case_id,activity,AGE", "A,x,3")])


def test_an_absent_file_is_named(tmp_path: Path) -> None:
    for name in ("log.csv", "log.parquet", "log.xes"):
        assert name in refusal(tmp_path / name)


def test_the_reader_takes_its_mapping_from_the_options(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER, "A;x;;;")
    options = {**FRENCH, "year": None, "source": "log.csv", "scratch": tmp_path}
    assert READERS["event_log"].read([path], options)["events"]["case_id"].tolist() == ["A"]


def test_writing_asks_for_a_known_suffix_and_leaves_no_half_file(tmp_path: Path) -> None:
    log = CONTRACTS["events"].conform(pd.DataFrame({"case_id": ["A\x01"], "activity": ["x"], "position": [0]}))
    with pytest.raises(SettingError, match="suffix"):
        write_event_log(log, tmp_path / "log.doc")
    with pytest.raises(SettingError, match="control character"):
        write_event_log(log, tmp_path / "log.xes")
    assert list(tmp_path.iterdir()) == []
