"""A file with an event log opened for SQL: delimited text or Parquet, its columns found by name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem
from chairs.sources.layout import LONGEST_LINE, Layout, inspect, open_text, refuse
from chairs.sources.log_sql import Cell
from chairs.sources.mapping import TableMapping
from chairs.sources.text import MOST_PROBLEMS, Start, read_start
from chairs.store.duck import named, quoted

if TYPE_CHECKING:
    import duckdb

LARGEST_LOG = 64 << 30  # bytes of decompressed text
CHUNK = 1 << 22
_WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|VARCHAR|UUID|ENUM.*|BOOLEAN")


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One opened file: what to write after FROM, its columns by their name in the file, and how its rows count.

    `path` is what is read, `name` the user's file; `rejects` the table of rows that are not well formed;
    `mapping` replaces the user's where the file brings its own names (XES).
    """

    name: str
    path: Path
    sql: str
    columns: Mapping[str, Cell]
    layout: Layout | None = None
    start: Start | None = None
    rejects: str | None = None
    mapping: TableMapping | None = None


def open_csv(path: Path, separator: str | None, scratch: Path) -> Source:
    """Open delimited text; gzip, another encoding than UTF-8, or mixed line ends go through a copy in `scratch`.

    Raises
    ------
    DataError
        As `layout.inspect` and `text.read_start`.
    """
    layout = inspect(path, largest=LARGEST_LOG)
    start = read_start(path, layout, separator)
    readable = path
    if layout.compressed or layout.encoding == "cp1252" or _mixed_ends(path):
        readable = scratch / "plain.csv"
        _rewrite(path, layout, readable)
        layout = inspect(readable, largest=LARGEST_LOG)
    types = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(start.cells))
    options = {
        "auto_detect": "false",
        "header": "true",
        "skip": str(start.before),
        "delim": quoted(start.separator),
        "quote": "'\"'",
        "escape": "'\"'",
        "columns": f"{{{types}}}",
        "max_line_size": str(LONGEST_LINE),
        "store_rejects": "true",
        "rejects_table": "'rejects'",
        "rejects_scan": "'rejects_scan'",
        "rejects_limit": str(MOST_PROBLEMS),
    }
    sql = f"read_csv({quoted(str(readable))}, {', '.join(f'{key}={value}' for key, value in options.items())})"
    columns = {name: Cell(name=name, sql=f"c{place}") for place, name in enumerate(start.names)}
    return Source(
        name=path.name, path=readable, sql=sql, columns=columns, layout=layout, start=start, rejects="rejects"
    )


def open_parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> Source:
    """Open a Parquet file.

    Raises
    ------
    DataError
        When the file is absent or is not Parquet, or has a column that is neither text, whole number nor time.
    """
    import duckdb

    sql = f"read_parquet({quoted(str(path))})"
    try:
        described = connection.execute(f"describe select * from {sql}").fetchall()
    except (duckdb.Error, OSError):
        raise DataError((_unreadable(path.name),)) from None
    columns = {}
    for name, kind, *_ in described:
        columns[name] = _typed(name, str(kind))
    return Source(name=path.name, path=path, sql=sql, columns=columns)


def _typed(name: str, kind: str) -> Cell:
    column = named(name)
    if kind == "TIMESTAMP WITH TIME ZONE":
        return Cell(name=name, sql=column, kind="instant")
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return Cell(name=name, sql=f"{column}::timestamp", kind="local")
    return Cell(name=name, sql=column if _WHOLE.fullmatch(kind) else f"{column}::varchar")


def rejected(connection: duckdb.DuckDBPyConnection, source: Source) -> list[Problem]:
    """Return a problem for each row of a text file that is not well formed, by row of the file."""
    if source.rejects is None:
        return []
    query = f"select distinct line_byte_position, error_type::varchar from {source.rejects} order by 1, 2"
    found = connection.execute(query).fetchall()
    rows = _rows_at(source.path, [position for position, _ in found])
    return [
        problem(*_REJECTS.get(kind, _MALFORMED)[:2], file=source.name, row=rows[position], remedy=_CHECK_QUOTES)
        for position, kind in found
    ]


def file_rows(source: Source, records: Sequence[int], total: int) -> dict[int, int]:
    """Return the row of the file where each record starts (records are counted from 0 under the header).

    They are the same thing, shifted, unless a cell holds a line end or a line is blank: then the file is
    gone through again.
    """
    if source.layout is None or source.start is None:
        return {record: record + 2 for record in records}
    first = source.start.before + 2
    if source.layout.lines == total + first - 1:
        return {record: record + first for record in records}
    wanted = set(records)
    rows = {record: row for record, row in enumerate(_starts(source)) if record in wanted}
    return {record: rows.get(record, record + first) for record in records}


def _starts(source: Source) -> Iterator[int]:
    """Yield the row of the file where each record under the header starts."""
    assert source.layout is not None
    assert source.start is not None
    with open_text(source.path, source.layout) as stream:
        for _ in range(source.start.before):
            stream.readline()
        reader = csv.reader(stream, delimiter=source.start.separator)
        try:
            next(reader)
            row = source.start.before + reader.line_num + 1
            for cells in reader:
                if cells:
                    yield row
                row = source.start.before + reader.line_num + 1
        except csv.Error:  # a cell longer than Python's reader takes: the rows after it keep their count
            return


def refuse_lost(source: Source, rows: int) -> None:
    """Refuse a text file of which some records were not read.

    Each record is a line, unless a cell holds a line end or a line is blank: then the file is gone through again.
    """
    if source.layout is None or source.start is None:
        return
    if rows != source.layout.lines - source.start.before - 1 and rows != sum(1 for _ in _starts(source)):
        raise refuse(source.name, _LOST)


def _mixed_ends(path: Path) -> bool:
    """Tell whether the lines of a file end in more than one way; DuckDB loses rows of such a file."""
    pairs = feeds = returns = 0
    last = b""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk[:1] == b"\n")
            feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            last = chunk[-1:]
    return returns > pairs or 0 < pairs < feeds


def _rows_at(path: Path, positions: list[int]) -> dict[int, int]:
    """Return the row of the file at each byte position (1-based, in order)."""
    rows, seen, lines = {}, 0, 1
    with path.open("rb") as stream:
        for position in positions:
            while seen < position - 1 and (chunk := stream.read(min(CHUNK, position - 1 - seen))):
                seen += len(chunk)
                lines += chunk.count(b"\n")
            rows[position] = lines
    return rows


def _rewrite(path: Path, layout: Layout, target: Path) -> None:
    """Write a text file again as UTF-8 with one kind of line end."""
    ends = io.IncrementalNewlineDecoder(None, translate=True)
    with open_text(path, layout) as stream, target.open("w", encoding="utf-8", newline="") as copy:
        while chunk := stream.read(CHUNK):
            copy.write(ends.decode(chunk))
        copy.write(ends.decode("", final=True))


def _unreadable(file: str) -> Problem:
    return problem(
        "ce fichier n'est pas un Parquet lisible",
        "this file is not readable as Parquet",
        file=file,
        remedy=("exporter le fichier à nouveau", "export the file again"),
    )


_LOST = (
    "des lignes n'ont pas pu être lues",
    "some rows could not be read",
    "vérifier les fins de ligne et les guillemets, ou exporter à nouveau",
    "check line ends and quotes, or export again",
)
_MALFORMED = ("ligne mal formée", "the row is not well formed")
_REJECTS = {
    "MISSING COLUMNS": ("moins de cellules que l'en-tête", "fewer cells than the header"),
    "TOO MANY COLUMNS": ("plus de cellules que l'en-tête", "more cells than the header"),
    "UNQUOTED VALUE": ("guillemets mal fermés", "quotes that do not close"),
    "LINE SIZE OVER MAXIMUM": ("ligne démesurée", "outsized row"),
    "INVALID ENCODING": ("caractères illisibles", "unreadable characters"),
}
_CHECK_QUOTES = ("vérifier les séparateurs et les guillemets", "check the separators and the quotes")
