"""`chairs data check`: any file recognised or refused in words, problems by the file's own rows, no value told."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest
import yaml

from chairs.core.errors import problem
from chairs.sources.checking import Report, check_file

pytestmark = pytest.mark.unit

SECRET = "secret-7731"
HEAD = (
    "finess;rs_finess;finess_geo;rs_finess_geo;region;participation;Depot;nb_rep_score_all_ajust;score_all_ajust"
    ";classement" + "".join(f";score_{d}_ajust;nb_rep_score_{d}_ajust" for d in ("AVH", "ACC", "PEC", "CER", "OVS"))
)
ROW = "1;E;{};H;Corse;1;1;143;{};{};84,9;143;81,3;143;85,41;143;68,82;143;72,5;142"


def write(folder: Path, *rows: str, name: str = "survey-2024.csv") -> Path:
    path = folder / name
    path.write_bytes("\n".join([HEAD, *rows]).encode("cp1252"))
    return path


def test_a_good_file_is_recognised_by_its_header(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, ROW.format("010000011", "78,75", "B"), ROW.format("010000012", "", "DI"))
    report = check_file(path)
    assert (report.kind, report.rows, report.problems) == ("esatis", 2, ())
    assert report.tables == {"establishments": 2, "scores": 12}
    assert report.say("en") == "survey-2024.csv: esatis · 2 rows · establishments 2 · scores 12 · nothing wrong"
    assert "rien à signaler" in report.say("fr")


def test_a_catalogue_file_is_recognised_by_its_name_compressed_or_not(project: Path, tmp_path: Path) -> None:
    good = write(tmp_path, ROW.format("010000011", "78,75", "B"), name="resultats-esatisca-mco-open-data-2019.csv")
    packed = good.with_suffix(".csv.gz")
    packed.write_bytes(gzip.compress(good.read_bytes(), mtime=0))
    for path in (good, packed):
        assert check_file(path).kind == "has-esatis-ca-2019"


def test_a_catalogue_file_without_reader_is_checked_as_a_table(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    path.write_text("entity,fact\nA,1\n", encoding="utf-8")
    report = check_file(path)
    assert (report.kind, report.rows, report.problems) == ("facts-valenciennes", 1, ())


def test_problems_are_at_the_rows_of_the_file_and_tell_no_value(project: Path, tmp_path: Path) -> None:
    path = write(
        tmp_path,
        ROW.format("010000011", "78,75", "B"),
        "",
        ROW.format("010000012", SECRET, "Z"),
        ROW.format("010000011", "980", "B"),
    )
    report = check_file(path)
    assert [(p.row, p.column, p.what.en) for p in report.problems] == [
        (4, "classement", "unknown code"),
        (4, "score_all_ajust", "neither a number nor a known code of a missing value"),
        (5, "finess_geo", "duplicate identifier"),
        (5, "score_all_ajust", "value out of bounds"),
    ]
    said = report.say("en") + report.say("fr")
    assert SECRET not in said
    assert "980" not in said


def test_a_named_reader_and_a_year_are_obeyed(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, ROW.format("010000011", "78,75", "B"))
    report = check_file(path, reader="sae", year="2024")
    assert {p.column for p in report.problems} == {"FI", "FI_EJ", "AN"}
    undated = shutil.copy(path, tmp_path / "survey.csv")
    assert check_file(Path(undated)).problems[0].column == "period"  # no year in the name, none given
    assert check_file(Path(undated), year="2024").problems == ()
    assert "unknown reader" in check_file(path, reader="esatiss").say("en")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (b"a;b\n1;2\n", "kind of file not recognised"),
        (b"a;b\n1;2;3\n", "kind of file not recognised"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "NUL byte"),
        (b"PK\x03\x04", "zip archive or Excel"),
        (gzip.compress(b"a;b\n" * 999, mtime=0)[:-9], "truncated or damaged gzip"),
        (gzip.compress(b"a" * (16 << 20), mtime=0) * 128, "line over 1 MB"),
        (gzip.compress(b"a;b\n" * (4 << 20), mtime=0) * 128, "inflates out of proportion"),
    ],
)
def test_hostile_files_get_one_clear_problem(project: Path, tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "unknown.csv"
    path.write_bytes(content)
    report = check_file(path)
    assert words in report.problems[0].what.en
    assert report.problems[0].file == "unknown.csv"
    assert "kind not recognised" in report.say("en")


def test_the_shown_problems_are_bounded(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, *[ROW.format(f"0100{n:05d}", "980", "B") for n in range(60)])
    report = check_file(path)
    assert len(report.problems) == 60
    assert report.say("en").splitlines()[1:] == [
        'survey-2024.csv, rows 2 to 61, column "score_all_ajust": value out of bounds. '
        "Remedy: check the unit and the entry."
    ]
    many = Report(file="a.csv", problems=tuple(problem("", "x", file="a.csv", row=2, column=str(n)) for n in range(60)))
    assert len(many.say("en").splitlines()) == 1 + 20 + 1
    assert many.say("en").splitlines()[-1] == "… and 40 more"


def test_the_kind_stays_named_when_the_file_is_refused(project: Path, tmp_path: Path) -> None:
    path = write(tmp_path, "1;2")
    assert "esatis" in check_file(path).say("fr").splitlines()[0]
    assert "sae" in check_file(path, reader="sae", year="2024").say("fr").splitlines()[0]
    mapping = tmp_path / "own.yaml"
    mapping.write_text("table: quantities\ncolumns: {nothing: X}\n", encoding="utf-8")
    assert "mapped_table" in check_file(path, mapping=mapping).say("fr").splitlines()[0]
    mapping.write_text("- a list\n", encoding="utf-8")
    refused = check_file(path, mapping=mapping)
    assert "own.yaml" in refused.say("fr").splitlines()[0]
    assert "key: value" in refused.problems[0].what.en


def test_an_unknown_kind_is_told_both_options(project: Path, tmp_path: Path) -> None:
    path = tmp_path / "unknown.csv"
    path.write_text("a;b\n1;2\n", encoding="utf-8")
    for lang in ("fr", "en"):
        assert "--as" in check_file(path).say(lang)
        assert "--mapping" in check_file(path).say(lang)


@pytest.mark.parametrize("reader", ["sae", "event_log", None])
def test_a_wrong_separator_is_said_once(project: Path, tmp_path: Path, reader: str | None) -> None:
    path = tmp_path / "log.csv"
    path.write_text("case_id:activity:end\nA:in:2024-01-01T08:00:00Z\n", encoding="utf-8")
    report = check_file(path, reader=reader, year="2024")
    assert [item.what.en for item in report.problems] == [
        "only one column read: the separator is probably not the one expected"
    ]
    mapping = tmp_path / "own.yaml"
    mapping.write_text(
        'table: events\nseparator: ","\ntimezone: Europe/Paris\n'
        "columns: {case_id: case_id, activity: activity, end: end}\n",
        encoding="utf-8",
    )
    assert len(check_file(path, mapping=mapping).problems) == 1


MAPPING = """
table: events
timezone: Europe/Paris
columns: {case_id: ID, activity: STEP, start: FROM, end: TO}
"""


def check_log(folder: Path, *rows: str, pack: bool = False) -> Report:
    mapping = folder / "log.yaml"
    mapping.write_text(MAPPING, encoding="utf-8")
    content = "\n".join(["ID;STEP;FROM;TO;NOTE", *rows, ""]).encode()
    path = folder / ("log.csv.gz" if pack else "log.csv")
    path.write_bytes(gzip.compress(content, mtime=0) if pack else content)
    return check_file(path, mapping=mapping)


GOOD = "A;bed;2024-01-01 08:00:00;2024-01-02 08:00:00;"


def test_a_good_log_has_neither_problem_nor_warning(project: Path, tmp_path: Path) -> None:
    report = check_log(tmp_path, GOOD, GOOD + "another cell", "B;bed;2024-03-31 01:59:59;2024-03-31 03:00:00;")
    assert (report.rows, report.problems, report.warnings) == (3, (), ())
    assert "rien à signaler" in report.say("fr")


@pytest.mark.parametrize("pack", [False, True], ids=["plain", "gzip"])
def test_an_exactly_repeated_row_of_a_log_is_a_problem(project: Path, tmp_path: Path, pack: bool) -> None:
    other = f"{SECRET};bed;2024-01-01 08:00:00;2024-01-02 08:00:00;"
    report = check_log(tmp_path, GOOD, other, GOOD, '"B\nB";bed;2024-01-01 08:00:00;;', other, GOOD, pack=pack)
    (repeated,) = report.problems
    assert repeated.what.en == "exact repetition of an earlier row: rows 4, 7, 8"  # one record spans rows 5 and 6
    assert repeated.remedy is not None
    assert SECRET not in report.say("fr") + report.say("en")
    many = check_log(tmp_path, *[GOOD] * 30)
    assert many.problems[0].what.fr.endswith("29 lignes, dont 3, 4, 5…")


def test_other_problems_do_not_hide_the_repeated_rows(project: Path, tmp_path: Path) -> None:
    negative = "B;bed;2024-01-02 08:00:00;2024-01-01 08:00:00;"
    report = check_log(tmp_path, GOOD, GOOD, negative)
    assert [item.what.en.split(":")[0] for item in report.problems] == [
        "exact repetition of an earlier row",
        "negative duration",
    ]
    assert "Remède" in report.problems[1].say("fr")
    wrong = check_log(tmp_path, GOOD, GOOD, "B;bed;yesterday;;")
    assert [item.row for item in wrong.problems] == [None, 4]


def test_endless_steps_and_skipped_hours_are_warnings(project: Path, tmp_path: Path) -> None:
    report = check_log(
        tmp_path,
        GOOD,
        "B;bed;2023-01-01 08:00:00;2024-01-02 07:59:59;",  # 366 days less a second: may be a year
        "C;bed;2023-01-01 08:00:00;2024-01-02 08:00:01;",
        "D;bed;2024-03-31 02:30:00;2024-03-31 03:30:00;",
        "E;bed;2024-03-31 02:30:00+02:00;2024-03-31 03:00:00;",  # an offset: that hour exists elsewhere
        "F;bed;2024-03-31 01:00:00;2024-03-31 02:00:00;",
    )
    assert report.problems == ()
    assert report.rows == 6
    assert [(item.column, item.what.en) for item in report.warnings] == [
        (None, "step of more than 366 days: row 4"),
        ("FROM", "local time skipped by the change to summer time; read as the instant of the change: row 5"),
        ("TO", "local time skipped by the change to summer time; read as the instant of the change: row 7"),
    ]
    assert [line.split(" : ")[0] for line in report.say("fr").splitlines()[1:]] == ["avertissement"] * 3
    assert "nothing wrong" not in report.say("en")


def test_repeated_steps_of_another_format(project: Path, tmp_path: Path) -> None:
    import pandas as pd

    from chairs.sources.log_writing import write_event_log
    from chairs.tables import CONTRACTS

    at = pd.to_datetime(["2024-01-01 08:00"] * 3, utc=True)
    table = pd.DataFrame({"case_id": ["A", "B", "A"], "activity": "in", "end": at, "position": [0, 1, 2]})
    for name in ("log.parquet", "log.csv", "log.xes"):
        write_event_log(CONTRACTS["events"].conform(table), tmp_path / name)
        report = check_file(tmp_path / name, reader="event_log")
        found = report.warnings if name == "log.xes" else report.problems  # an XES event may differ by what is not read
        assert len(found) == 1 == len(report.warnings + report.problems)
    assert check_file(tmp_path / "log.parquet", reader="event_log").problems[0].what.en.endswith("row 4")


def test_ingest_does_not_pay_for_the_review(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from chairs.sources import READERS
    from chairs.sources.log_review import Review

    check_log(tmp_path, GOOD, GOOD)
    monkeypatch.setattr(Review, "look", lambda *_: pytest.fail("looked at"))
    options = {**yaml.safe_load(MAPPING), "year": None, "source": "log.csv", "scratch": tmp_path}
    assert len(READERS["event_log"].read([tmp_path / "log.csv"], options)["events"]) == 2


@pytest.mark.parametrize(("kept", "row"), [(0.9, True), (0.02, False)])
def test_a_cut_archive_is_told_the_last_row_that_can_be_read(
    project: Path, tmp_path: Path, kept: float, row: bool
) -> None:
    import random

    draw = random.Random(1)
    lines = ["a;b", *(f"{draw.random()};{draw.random()}" for _ in range(9_999))]
    packed = gzip.compress(("\n".join(lines) + "\n").encode(), mtime=0)
    path = tmp_path / "cut.csv.gz"
    path.write_bytes(packed[: int(len(packed) * kept)] if row else packed[:15])
    (found,) = check_file(path).problems
    assert "truncated or damaged gzip" in found.what.en
    assert found.row is None if not row else 8_500 < found.row < 9_300
