"""What does not fit in a loaded event log, said by file, row and column and never with a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, Problem, problem
from chairs.sources.local_time import FIRST_YEAR, LAST_YEAR
from chairs.sources.log_file import Source, file_rows
from chairs.sources.log_sql import Mark, marks
from chairs.sources.mapping import TableMapping
from chairs.sources.text import MOST_PROBLEMS
from chairs.store.duck import frame
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb

SLICE = 250_000  # rows checked against the contract at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One loaded file: its table in DuckDB, how many rows, the rank of its first one, how it was read."""

    table: str
    source: Source
    mapping: TableMapping
    rows: int
    first: int


def refuse_marked(connection: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Raise the cells that are neither empty nor what their column holds.

    Raises
    ------
    DataError
        In row order, `MOST_PROBLEMS` rows at most.
    """
    query = f"select rowid, line, bad from read_{part.table} where bad <> 0 order by rowid limit {MOST_PROBLEMS}"
    marked = connection.execute(query).fetchall()
    if not marked:
        return
    known = {record: line for record, line, _ in marked if line is not None}
    rows = file_rows(part.source, [record for record, _, _ in marked], part.rows) | known
    problems = []
    for record, _, bits in marked:
        for place, mark in enumerate(marks(part.mapping)):
            if bits >> place & 1:
                problems.append(_problem(part, mark, rows[record]))
    raise DataError(tuple(problems))


def check_contract(connection: duckdb.DuckDBPyConnection, part: Part) -> None:
    """Check a loaded file against the contract `events`, one slice of rows after another, in file order.

    Raises
    ------
    DataError
        What the first slice with a breach breaks, by row of the file.
    """
    from chairs.tables.checking import breaches

    contract = CONTRACTS["events"]
    for low in range(0, part.rows, SLICE):
        query = (
            f'select case_id, activity, unit, requested, start, "end", resource, record as position, replication '
            f"from {part.table} where record >= {low} and record < {low + SLICE} order by record"
        )
        found = breaches(contract, contract.conform(frame(connection, query)), file=part.source.name, first_row=low)
        if found:
            raise DataError(tuple(_by_file_row(connection, part, found[:MOST_PROBLEMS])))


def rows_of(connection: duckdb.DuckDBPyConnection, part: Part, records: Sequence[int]) -> dict[int, int]:
    """Return the row of the file of each record (counted from 0 in the order of the file)."""
    listed = ", ".join(map(str, records)) or "-1"
    lines = connection.execute(
        f"select rowid, line from read_{part.table} where line is not null and rowid in ({listed})"
    ).fetchall()
    return file_rows(part.source, records, part.rows) | dict(lines)


def _by_file_row(connection: duckdb.DuckDBPyConnection, part: Part, found: Sequence[Problem]) -> list[Problem]:
    records = [item.row for item in found if item.row is not None]
    rows = rows_of(connection, part, records)
    names = names_of(part)
    return [
        replace(
            item, row=None if item.row is None else rows[item.row], column=names.get(item.column or "", item.column)
        )
        for item in found
    ]


def names_of(part: Part) -> dict[str, str]:
    """Return the column of the file behind each column of the log."""
    return {**part.mapping.columns, **part.mapping.attributes}


def _problem(part: Part, mark: Mark, row: int) -> Problem:
    fr, en, remedy = _FAULTS[mark.fault]
    if mark.fault == "code":
        listed = ", ".join(sorted(part.mapping.codes[mark.column]))
        remedy = (f"{remedy[0]} : {listed}", f"{remedy[1]}: {listed}")
    column = names_of(part).get(mark.column, mark.column)
    return problem(fr, en, file=part.source.name, row=row, column=column, remedy=remedy)


_FAULTS = {
    "time": (
        "ce n'est pas une date-heure de la forme annoncée",
        "not a date-time of the announced form",
        (
            "corriger la cellule, ou time_format dans la correspondance",
            "correct the cell, or time_format in the mapping",
        ),
    ),
    "year": (
        f"date hors de {FIRST_YEAR}-{LAST_YEAR}",
        f"date outside {FIRST_YEAR}-{LAST_YEAR}",
        (
            "corriger la date, ou la déclarer absente (missing) dans la correspondance",
            "correct the date, or declare it missing in the mapping",
        ),
    ),
    "zone": (
        "heure locale sans fuseau horaire",
        "local time without a time zone",
        ("écrire timezone dans la correspondance", "write timezone in the mapping"),
    ),
    "code": (
        "code inconnu",
        "unknown code",
        ("corriger la cellule, ou compléter les codes connus", "correct the cell, or add to the known codes"),
    ),
    "count": (
        "ce n'est pas un entier positif",
        "not a whole number, zero or more",
        ("corriger la cellule", "correct the cell"),
    ),
}
