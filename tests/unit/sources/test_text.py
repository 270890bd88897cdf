"""Reading delimited text: every quirk of the French and other open files, and every hostile file."""

from __future__ import annotations

import gzip
import time
import tracemalloc
from pathlib import Path

import pytest

from chairs.core.errors import DataError
from chairs.sources.layout import count_rows, inspect
from chairs.sources.text import guess_separator, read_sheet

pytestmark = pytest.mark.unit

SECRET = "dupont-1949"


def write(folder: Path, content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def refusal(path: Path) -> DataError:
    with pytest.raises(DataError) as caught:
        read_sheet(path)
    assert SECRET not in caught.value.say("en") + caught.value.say("fr")
    assert all(found.remedy is not None for found in caught.value.problems)
    return caught.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encoding_is_found_per_file(tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path, "région;n\nPays de l’Île;1\n", encoding=encoding)
    sheet = read_sheet(path)
    assert inspect(path).encoding == encoding
    assert list(sheet.frame.columns) == ["région", "n"]
    assert sheet.frame["région"].tolist() == ["Pays de l’Île"]


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_separator_is_guessed(tmp_path: Path, separator: str) -> None:
    lines = [separator.join(cells) for cells in (["a", "b", "c"], ["1", "2", "3"])]
    assert read_sheet(write(tmp_path, "\n".join(lines))).frame.loc[2].tolist() == ["1", "2", "3"]


def test_separators_inside_quotes_do_not_count() -> None:
    assert guess_separator('"a,b,c,d";"e,f"') == ";"


def test_identifiers_stay_text_and_nothing_is_taken_for_missing(tmp_path: Path) -> None:
    frame = read_sheet(write(tmp_path, "case;site\nNA;010000024\nnull;2A0000014\n")).frame
    assert frame["case"].tolist() == ["NA", "null"]
    assert frame["site"].tolist() == ["010000024", "2A0000014"]
    assert str(frame["site"].dtype) == "str"


def test_rows_are_those_of_the_file(tmp_path: Path) -> None:
    text = '# made by hand\n# again\nid;said\n1;plain\n\n2;"two\nlines"\n3;last\n'
    frame = read_sheet(write(tmp_path, text)).frame
    assert frame.index.name == "row"
    assert frame["id"].to_dict() == {4: "1", 6: "2", 8: "3"}
    assert frame.loc[6, "said"] == "two\nlines"


def test_blanks_around_names_and_cells_go_and_a_closing_separator_too(tmp_path: Path) -> None:
    frame = read_sheet(write(tmp_path, " id\t;\tn ;\r\n 1 ;\u00a02;\r\n")).frame
    assert frame.to_dict("records") == [{"id": "1", "n": "2"}]


def test_gzip_is_seen_by_its_content_not_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a;b\n1;2\n", mtime=0), "plain-name.csv")
    assert len(read_sheet(path).frame) == 1
    assert count_rows(path) == 1


def test_ragged_rows_are_named(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, f"a;b;c\n1;2;3\n1;{SECRET}\n1;2;3;4\n"))
    assert [(found.row, found.what.en) for found in error.problems] == [
        (3, "2 cells instead of 3"),
        (4, "4 cells instead of 3"),
    ]


@pytest.mark.parametrize(
    ("content", "row", "words"),
    [
        (b"", None, "empty file"),
        (b"\xef\xbb\xbf \n\n", None, "empty file"),
        (b"# only a comment\n", None, "empty file"),
        (b"a;b\n", None, "no row under the header"),
        (b"a;b\n1;\x00\n", 2, "NUL byte"),
        (b"\xff\xfea\x00;\x00b\x00", None, "UTF-16"),
        (b"a;b\n1;2\n\x81\xff;3\n", 3, "neither UTF-8 nor Windows-1252"),
        (b"PK\x03\x04rest", None, "zip archive or Excel"),
        (b'a;b\n1;"2\n3;4\n', 3, "quotes that do not close"),
        (b'a;b\n"1"x;2\n', 2, "quotes that do not close"),
        (b"a;a\n1;2\n", 1, "same column name at places 1, 2"),
        (b"a;;b\n1;2;3\n", 1, "column without a name (place 2)"),
        (gzip.compress(b"a;b\n" + b"1;2\n" * 9999, mtime=0)[:-20], None, "truncated or damaged gzip"),
        (b"\x1f\x8bnot gzip at all", None, "truncated or damaged gzip"),
        (b";".join(b"c%d" % i for i in range(5001)) + b"\n1\n", 1, "more than 5000 columns"),
    ],
)
def test_bad_files_are_refused_in_words(tmp_path: Path, content: bytes, row: int | None, words: str) -> None:
    found = refusal(write(tmp_path, content)).problems[0]
    assert words in found.what.en
    assert found.file == "file.csv"
    if row is not None:
        assert found.row == row


def test_an_absent_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "not found" in refusal(tmp_path / "nothing.csv").problems[0].what.en
    assert "cannot be opened" in refusal(tmp_path).problems[0].what.en


@pytest.mark.parametrize(
    ("block", "words"),
    [(b"a" * (16 << 20), "line over 1 MB"), (b"a;b\n" * (4 << 20), "inflates out of proportion")],
    ids=["2 GB line", "zip bomb of 2 GB"],
)
def test_a_huge_line_and_a_zip_bomb_stop_early_in_little_memory(tmp_path: Path, block: bytes, words: str) -> None:
    path = write(
        tmp_path, gzip.compress(block, 9, mtime=0) * 128, "bomb.csv.gz"
    )  # gzip members follow one another: 2 GB
    assert path.stat().st_size < 3 << 20
    tracemalloc.start()
    started = time.perf_counter()
    error = refusal(path)
    seconds, (_, peak) = time.perf_counter() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert words in error.problems[0].what.en
    assert seconds < 5
    assert peak < 16 << 20


def test_content_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a;b\n" + "1;2\n" * 1000)
    with pytest.raises(DataError, match="too large"):
        read_sheet(path, largest=1000)


def test_a_file_without_header_does_not_give_its_first_row_away(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, f"{SECRET};1949\nmartin;1950\n"))
    with pytest.raises(DataError) as caught:
        sheet.require("case_id", "activity")
    assert SECRET not in caught.value.say()


def test_an_absent_column_is_named_beside_those_there(tmp_path: Path) -> None:
    sheet = read_sheet(write(tmp_path, "FI;LIT\n1;2\n"))
    with pytest.raises(DataError, match="columns present: FI, LIT"):
        sheet.require("fi", "LIT_MCO")
