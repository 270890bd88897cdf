"""What an event log may hold but should not go unsaid: repeated rows, endless steps, hours that never were."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, Text
from chairs.sources.local_time import SECOND, skipped
from chairs.sources.log_check import Part, names_of, rows_of
from chairs.sources.log_sql import TIMES, span_sql
from chairs.sources.repeats import NAMED, rows_text
from chairs.store.duck import one_row

if TYPE_CHECKING:
    import duckdb

LONGEST_DAYS = 366  # from the first to the last time of one row
UNREAD = "position"  # the rank of the row: two rows never share it, and no reader takes it from the file


@dataclass(slots=True)
class Review:
    """What was found in the logs shown to it; a reader calls `look` on each file once it is loaded.

    Repeated rows are problems: they count an event twice. The rest are warnings: it may be true.
    """

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)

    def look(self, connection: duckdb.DuckDBPyConnection, part: Part) -> None:
        """Note what one loaded file holds: how many rows, and the first of them."""
        count, records = _repeated(connection, part)
        if count:
            # only what is kept of an XES log can be compared: its rows may differ by what is left out
            kept = part.source.layout is None and part.source.mapping is not None
            words = _ALIKE if kept else _REPEATED
            (self.warnings if kept else self.problems).append(_said(connection, part, (count, records), words))
        found = _first(connection, part, _LONG_SQL)
        if found[0]:
            self.warnings.append(_said(connection, part, found, _LONG))
        for column in TIMES:
            found = _never_shown(connection, part, column)
            if found[0]:
                self.warnings.append(_said(connection, part, found, _SKIPPED, names_of(part).get(column, column)))


def _repeated(connection: duckdb.DuckDBPyConnection, part: Part) -> tuple[int, list[int]]:
    """Return how many rows of the file repeat an earlier one in all their cells, and the ranks of the first.

    Rows are compared by two hashes of 64 bits, in bounded memory whatever their length.
    """
    names = [cell.sql for cell in part.source.columns.values() if cell.name not in (UNREAD, "line")]
    marks = f"hash({', '.join(names)}) as one, hash({', '.join(reversed(names))}, 0) as other"
    connection.execute(f"create or replace temp table marks as select {marks} from {part.source.sql}")
    query = f"""
        with twice as (select one, other, min(rowid) as first from marks group by all having count(*) > 1)
        select count(*), min(m.rowid, {NAMED})
        from marks m join twice t on m.one = t.one and m.other = t.other where m.rowid > t.first"""
    count, records = one_row(connection, query)
    connection.execute("drop table marks")
    return count, records or []


def _never_shown(connection: duckdb.DuckDBPyConnection, part: Part, column: str) -> tuple[int, list[int]]:
    zone = part.mapping.timezone
    if zone is None:
        return 0, []
    low, high = one_row(connection, f"select {span_sql(column)} from read_{part.table}")
    local = f"fixed & {1 << TIMES.index(column)} = 0"
    where = f"{local} and ({skipped(f'at_{column}', zone, (low, high))})"
    return _first(connection, part, where)


def _first(connection: duckdb.DuckDBPyConnection, part: Part, where: str) -> tuple[int, list[int]]:
    count, records = one_row(connection, f"select count(*), min(rowid, {NAMED}) from read_{part.table} where {where}")
    return count, records or []


def _said(
    connection: duckdb.DuckDBPyConnection,
    part: Part,
    found: tuple[int, list[int]],
    words: tuple[str, str, Text],
    column: str | None = None,
) -> Problem:
    count, records = found
    rows = rows_of(connection, part, records)
    where = rows_text([rows[record] for record in records], count)
    fr, en, remedy = words
    return Problem(
        what=Text(fr=f"{fr} : {where.fr}", en=f"{en}: {where.en}"),
        remedy=remedy,
        file=part.source.name,
        column=column,
    )


_MOMENTS = ", ".join(f"at_{name}" for name in TIMES)
_LONG_SQL = f"greatest({_MOMENTS}) - least({_MOMENTS}) > {LONGEST_DAYS * 86_400 * SECOND}"
_REPEATED = (
    "répétition à l'identique d'une ligne antérieure",
    "exact repetition of an earlier row",
    Text(
        fr="retirer les lignes en trop, ou exporter à nouveau ; si ce sont des événements distincts, ajouter"
        " une colonne qui les distingue",
        en="remove the rows in excess, or export again; if these are distinct events, add a column that tells"
        " them apart",
    ),
)
_ALIKE = (
    "étape identique à une antérieure, dans ce qui est lu du fichier",
    "step identical to an earlier one, in what is read of the file",
    Text(fr="vérifier que ce ne sont pas des doublons", en="check that these are not duplicates"),
)
_LONG = (
    f"étape de plus de {LONGEST_DAYS} jours",
    f"step of more than {LONGEST_DAYS} days",
    Text(
        fr="vérifier les dates ; une date lointaine qui signifie « en cours » se déclare sous missing: dans la"
        " correspondance",
        en='check the dates; a far date that means "under way" is declared under missing: in the mapping',
    ),
)
_SKIPPED = (
    "heure locale sautée par le passage à l'heure d'été ; lue comme l'instant du changement",
    "local time skipped by the change to summer time; read as the instant of the change",
    Text(
        fr="vérifier le fuseau (timezone) de la correspondance et l'horloge de l'export",
        en="check the time zone (timezone) of the mapping and the clock of the export",
    ),
)
