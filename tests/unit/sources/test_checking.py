"""`chairs data check`: any file recognised or refused in words, problems by the file's own rows, no value told."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path

import pytest

from chairs.sources.checking import check_file

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
    packed.write_bytes(gzip.compress(good.read_bytes()))
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
        (gzip.compress(b"a;b\n" * 999)[:-9], "truncated or damaged gzip"),
        (gzip.compress(b"a" * (16 << 20)) * 128, "line over 1 MB"),
        (gzip.compress(b"a;b\n" * (4 << 20)) * 128, "inflates out of proportion"),
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
    assert report.say("en").splitlines()[-1] == "… and 40 more"
