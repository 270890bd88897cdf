"""Delimited text read safely: bounded decompression, encoding, separator, every row of the header's length."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import itertools
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from chairs.core.errors import DataError, Problem, problem

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources.sheet import Sheet

SEPARATORS = ";,\t|"
LONGEST_LINE = 1 << 20
LARGEST = 1 << 30  # bytes of decompressed content
LARGEST_RATIO = 250  # decompressed to compressed; text files stay under 50, a zip bomb is near 1,000
RATIO_FROM = 32 << 20
MOST_COLUMNS = 5_000
MOST_PROBLEMS = 1_000
BATCH = 50_000

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"
_NOT_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a text file is written: its encoding, whether it is gzip-compressed, and its size once decompressed."""

    encoding: str
    compressed: bool
    size: int
    lines: int


def inspect(path: Path, *, largest: int = LARGEST) -> Layout:
    """Go through a text file once, in bounded memory, and say how it is written.

    Encoding: UTF-8 (with or without mark) when the whole file is, else Windows-1252.

    Parameters
    ----------
    largest
        Most bytes of decompressed content that are accepted.

    Raises
    ------
    DataError
        For a file that is absent, empty, truncated, not text (NUL bytes, an archive, UTF-16), in neither
        encoding, too large, that inflates out of proportion, or with a line over `LONGEST_LINE` bytes
        (found without reading the rest of the line).
    """
    scan = _Scan(path.name, largest)
    try:
        with path.open("rb") as raw:
            compressed = _kind(raw, path.name)
            stream = gzip.GzipFile(fileobj=raw) if compressed else raw
            while chunk := stream.read(LONGEST_LINE):
                scan.take(cast(bytes, chunk), raw.tell() if compressed else None)
    except FileNotFoundError:
        raise _refuse(path.name, _ABSENT) from None
    except (IsADirectoryError, PermissionError):
        raise _refuse(path.name, _UNREADABLE) from None
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise _refuse(path.name, _TRUNCATED, scan.lines + 1) from None
    return scan.layout(compressed)


def open_text(path: Path, layout: Layout) -> io.TextIOWrapper:
    """Open an inspected file as text, decompressed and decoded, line ends untouched."""
    raw: Any = gzip.open(path, "rb") if layout.compressed else path.open("rb")
    return io.TextIOWrapper(raw, encoding=layout.encoding, newline="")


def guess_separator(header: str) -> str:
    """Return the separator of a header line: the most frequent of ``; , tab |`` outside quotes.

    Examples
    --------
    >>> guess_separator('FI;"name, long";AN'), guess_separator("one")
    (';', ';')
    """
    outside = re.sub(r'"[^"]*"', "", header)
    return max(SEPARATORS, key=outside.count)


def read_header(path: Path) -> tuple[str, ...]:
    """Return the column names of a delimited text file, without checking the rest.

    Raises
    ------
    DataError
        As `inspect`; the whole file is gone through once.
    """
    with open_text(path, inspect(path)) as stream:
        _, line = _first_line(stream, path.name)
        return _names(next(csv.reader([line], delimiter=guess_separator(line)), []))


def read_sheet(path: Path, *, separator: str | None = None, largest: int = LARGEST) -> Sheet:
    """Read a delimited text file, compressed or not, as text only.

    Lines before the header that are blank or start with ``#`` are left out; cells and column names lose
    the blanks around them; nothing is taken for a missing value ("NA" stays). The index of the frame is
    the row of the file where each record starts.

    Parameters
    ----------
    separator
        When known; guessed from the header otherwise.

    Raises
    ------
    DataError
        As `inspect`, and for columns without a name or named twice, rows of another length than the
        header, quotes that do not close. Rows and columns are named, values never.
    """
    from chairs.sources.sheet import Sheet

    layout = inspect(path, largest=largest)
    with open_text(path, layout) as stream:
        before, line = _first_line(stream, path.name)
        separator = separator or guess_separator(line)
        reader = csv.reader(itertools.chain([line], stream), delimiter=separator, strict=True)
        try:
            frame = _frame(reader, before, path.name)
        except csv.Error:
            raise _refuse(path.name, _QUOTES, before + reader.line_num) from None
    return Sheet(name=path.name, frame=frame)


class _Scan:
    """What has been seen of a file so far, one chunk after another."""

    def __init__(self, name: str, largest: int) -> None:
        self.name, self.largest = name, largest
        self.size = self.lines = self.open_line = 0
        self.not_utf8: int | None = None
        self.not_cp1252: int | None = None
        self.blank = True
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.mark = False

    def take(self, chunk: bytes, read: int | None) -> None:
        if self.size == 0:
            self.mark = chunk.startswith(codecs.BOM_UTF8)
            if chunk.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
                raise _refuse(self.name, _UTF16)
        self.size += len(chunk)
        if (position := chunk.find(b"\0")) >= 0:
            raise _refuse(self.name, _NUL, self._row(chunk, position))
        first = chunk.find(b"\n")
        if self.open_line + (len(chunk) if first < 0 else first) > LONGEST_LINE:
            raise _refuse(self.name, _LONG_LINE, self.lines + 1)
        if self.size > self.largest or (read and self.size > RATIO_FROM and self.size > LARGEST_RATIO * read):
            raise _refuse(self.name, _TOO_LARGE)
        self._decode(chunk)
        self.blank = self.blank and not chunk.strip()
        self.lines += chunk.count(b"\n")
        self.open_line = self.open_line + len(chunk) if first < 0 else len(chunk) - chunk.rfind(b"\n") - 1

    def _decode(self, chunk: bytes) -> None:
        if self.not_utf8 is None:
            try:
                self.decoder.decode(chunk)
            except UnicodeDecodeError as error:
                self.not_utf8 = self._row(chunk, error.start)
        if self.not_cp1252 is None and (found := _NOT_CP1252.search(chunk)):
            self.not_cp1252 = self._row(chunk, found.start())

    def _row(self, chunk: bytes, position: int) -> int:
        return self.lines + 1 + chunk.count(b"\n", 0, max(position, 0))

    def layout(self, compressed: bool) -> Layout:
        if self.blank:
            raise _refuse(self.name, _EMPTY)
        if self.not_utf8 is None:
            try:
                self.decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                self.not_utf8 = self.lines + 1
        if self.not_utf8 is not None and self.not_cp1252 is not None:
            raise _refuse(self.name, _ENCODING, min(self.not_utf8, self.not_cp1252))
        encoding = "cp1252" if self.not_utf8 is not None else "utf-8-sig" if self.mark else "utf-8"
        lines = self.lines + (self.open_line > 0)
        return Layout(encoding=encoding, compressed=compressed, size=self.size, lines=lines)


def _kind(raw: BinaryIO, name: str) -> bool:
    start = raw.read(4)
    raw.seek(0)
    if start == _ZIP:
        raise _refuse(name, _ARCHIVE)
    return start[:2] == _GZIP


def _first_line(stream: io.TextIOWrapper, name: str) -> tuple[int, str]:
    before = 0
    for line in stream:
        if line.strip() and not line.startswith("#"):
            return before, line
        before += 1
    raise _refuse(name, _EMPTY)


def _names(cells: list[str]) -> tuple[str, ...]:
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:  # separators at the end of every row
        names.pop()
    return tuple(names)


def _frame(reader: Any, before: int, name: str) -> pd.DataFrame:
    import pandas as pd

    cells = next(reader)
    names = _names(cells)
    _check_names(names, name, before + 1)
    parts, problems = [], []
    for batch in _batches(_records(reader, before, (len(names), len(cells)), name, problems)):
        rows, values = zip(*batch, strict=True)
        columns = zip(*values, strict=True)
        index = pd.Index(rows, name="row", dtype="int64")
        part = {n: pd.array([cell.strip() for cell in c], dtype="str") for n, c in zip(names, columns, strict=True)}
        parts.append(pd.DataFrame(part, index=index))
    if problems:
        raise DataError(tuple(problems))
    if not parts:
        raise _refuse(name, _NO_ROW)
    return pd.concat(parts)


def _records(
    reader: Any, before: int, lengths: tuple[int, int], name: str, problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    wanted, padded = lengths
    row = before + reader.line_num + 1
    for cells in reader:
        if wanted == len(cells) or (wanted < len(cells) <= padded and not any(cells[wanted:])):
            yield row, cells[:wanted]
        elif cells:
            _ragged(problems, name, row, (len(cells), wanted))
            if len(problems) >= MOST_PROBLEMS:
                return
        row = before + reader.line_num + 1


def _batches(records: Iterable[tuple[int, list[str]]]) -> Iterator[list[tuple[int, list[str]]]]:
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, BATCH)):
        yield batch


def _ragged(problems: list[Problem], name: str, row: int, counts: tuple[int, int]) -> None:
    found, wanted = counts
    problems.append(
        problem(
            f"{found} cellules au lieu de {wanted}",
            f"{found} cells instead of {wanted}",
            file=name,
            row=row,
            remedy=("vérifier les séparateurs et les guillemets", "check the separators and the quotes"),
        )
    )


def _check_names(names: tuple[str, ...], file: str, row: int) -> None:
    if len(names) > MOST_COLUMNS:
        raise _refuse(file, _COLUMNS, row)
    twice = sorted({n for n in names if names.count(n) > 1 and n}) if len(set(names)) < len(names) else []
    problems = [
        problem(
            "nom de colonne en double",
            "column name used twice",
            file=file,
            row=row,
            column=n,
            remedy=("renommer une des colonnes", "rename one of the columns"),
        )
        for n in twice
    ]
    problems += [
        problem(
            f"la colonne {place} n'a pas de nom",
            f"column {place} has no name",
            file=file,
            row=row,
            remedy=("donner un nom à la colonne ou la retirer", "name the column or remove it"),
        )
        for place, n in enumerate(names, start=1)
        if not n
    ]
    if problems:
        raise DataError(tuple(problems))


def _refuse(file: str, words: tuple[str, str, str, str], row: int | None = None) -> DataError:
    fr, en, remedy_fr, remedy_en = words
    return DataError((problem(fr, en, file=file, row=row, remedy=(remedy_fr, remedy_en)),))
