"""Reader of any hospital's event log: CSV, Parquet or XES, tens of millions of rows, to `events` and `cases`."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Problem, Text, problem
from chairs.sources import READERS, Reader
from chairs.sources.layout import refuse
from chairs.sources.log_check import Part, check_contract, refuse_marked
from chairs.sources.log_file import Source, open_csv, open_parquet, refuse_lost, rejected
from chairs.sources.log_sql import TEXTS, TIMES, Cell, select_cells, select_log, span_sql
from chairs.sources.mapping import TableMapping, mapping_of
from chairs.sources.text import ONE_COLUMN
from chairs.sources.xes import load_xes
from chairs.store.duck import connected, frame, named, one_row, quoted
from chairs.store.files import replacing
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    from chairs.sources import Tables
    from chairs.sources.log_review import Review

LARGE = 500_000  # from this many rows on, a Parquet file is handed over instead of a table


def read_event_log(
    files: Sequence[Path],
    mapping: TableMapping | None = None,
    scratch: Path | None = None,
    review: Review | None = None,
) -> Tables:
    r"""Read event logs that share one layout, one after the other, into `events` (and `cases`).

    CSV (`.csv`, `.txt`, `.tsv`, also `.gz`) and Parquet need a mapping unless their columns bear the
    contract's names; XES (`.xes`, `.xes.gz`) needs none. The order of the rows is kept in `position`.
    Times with an offset are instants; others are read on the mapping's clock, by the rule of `local_time`.
    An empty cell is a missing value; "NA" is not. Text loses the blanks around it.

    Parameters
    ----------
    mapping
        Columns, codes, clock. Without columns: those that bear the contract's names, local times on its clock.
    scratch
        Folder for temporary files, and for the Parquet file handed over when the log is large.
    review
        Looks at each loaded file, before anything of it is refused.

    Returns
    -------
    dict
        `events`: a table, or with `scratch` and from `LARGE` rows on, a sorted Parquet file that keeps
        the contract; `cases` when the log has attributes of cases (text; the first non-missing value).

    Raises
    ------
    DataError
        Naming file, row and column of what does not fit; no value is repeated.

    Notes
    -----
    DuckDB scans and converts; the contract is checked in file order, a slice of rows at a time. Ten million
    rows in about 30 s and 2.6 GB on 2 cores (`benchmarks/ten_million_events.py`).

    Examples
    --------
    >>> folder = Path(tempfile.mkdtemp())
    >>> _ = (folder / "log.csv").write_text("case_id,activity,end\nNA,triage,2024-01-01T08:00:00Z\n")
    >>> read_event_log([folder / "log.csv"])["events"][["case_id", "activity", "position"]].values.tolist()
    [['NA', 'triage', 0]]
    """
    import duckdb

    with connected(scratch) as connection, tempfile.TemporaryDirectory(prefix="chairs-", dir=scratch) as folder:
        parts: list[Part] = []
        try:
            for path in files:
                part = _load(connection, path, mapping, (Path(folder), parts))
                if review is not None:
                    review.look(connection, part)
                refuse_marked(connection, part)
                check_contract(connection, part)
                parts.append(part)
            return _tables(connection, parts, scratch)
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise refuse(files[min(len(parts), len(files) - 1)].name, _TOO_LARGE) from None


def _tables(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part], scratch: Path | None) -> Tables:
    attributes = _gather(connection, parts)
    large = scratch is not None and sum(part.rows for part in parts) >= LARGE
    tables: Tables = {"events": _to_parquet(connection, scratch) if large and scratch else _to_frame(connection)}
    if attributes:
        tables["cases"] = _cases(connection, attributes)
    return tables


def _load(
    connection: duckdb.DuckDBPyConnection, path: Path, mapping: TableMapping | None, so_far: tuple[Path, list[Part]]
) -> Part:
    """Read one file into a table whose row identifiers are the ranks of its rows."""
    import duckdb

    folder, parts = so_far
    source = _open(connection, path, mapping, folder)
    chosen = source.mapping or (mapping if mapping and mapping.columns else _own_names(source, mapping))
    table = f"log_{len(parts)}"
    query = select_cells(source.sql, _cells(source, chosen), chosen)
    try:
        connection.execute(f"create table read_{table} as {query}")
    except duckdb.OutOfMemoryException:
        raise
    except duckdb.Error:
        raise refuse(path.name, _MALFORMED) from None
    if problems := rejected(connection, source):
        raise DataError(tuple(problems))
    rows, low, high = one_row(connection, f"select count(*), {span_sql(*TIMES)} from read_{table}")
    if not rows:
        raise refuse(path.name, _NO_ROW)
    refuse_lost(source, rows)
    connection.execute(f"create view {table} as {select_log(f'read_{table}', chosen, (low, high))}")
    return Part(table=table, source=source, mapping=chosen, rows=rows, first=sum(part.rows for part in parts))


def _open(connection: duckdb.DuckDBPyConnection, path: Path, mapping: TableMapping | None, folder: Path) -> Source:
    name = path.name.lower()
    if name.endswith((".xes", ".xes.gz")):
        return load_xes(connection, path, mapping)
    if name.endswith(".parquet"):
        return open_parquet(connection, path)
    return open_csv(path, mapping.separator if mapping else None, folder)


def _own_names(source: Source, mapping: TableMapping | None) -> TableMapping:
    """Return the mapping of a log whose columns bear the contract's names."""
    columns = {name: name for name in (*TEXTS, *TIMES) if name in source.columns}
    if source.start is not None and len(source.columns) == 1:
        raise refuse(source.name, ONE_COLUMN)
    if set(source.columns) - {*columns, "position"}:
        raise refuse(source.name, _NEEDS_MAPPING)
    return TableMapping(table="events", columns=columns, timezone=mapping.timezone if mapping else None)


def _cells(source: Source, mapping: TableMapping) -> dict[str, Cell]:
    """Return the column of the file behind each column of the log; an absent one is a problem."""
    wanted = dict(mapping.columns)
    wanted |= {f"attribute_{place}": name for place, name in enumerate(mapping.attributes.values())}
    folded = {name.casefold(): cell for name, cell in reversed(list(source.columns.items()))}
    cells = {key: source.columns.get(name) or folded.get(name.casefold()) for key, name in wanted.items()}
    problems = [_absent(source, wanted[key]) for key, cell in cells.items() if cell is None]
    problems += [
        problem("ce n'est pas une date-heure", "this is not a date-time", file=source.name, column=cell.name)
        for key, cell in cells.items()
        if cell is not None and cell.kind != "text" and key not in TIMES and key in TEXTS
    ]
    for name in ("case_id", "activity"):
        if name not in mapping.columns and name not in mapping.constants:
            problems.append(_absent(source, name))
    if problems and source.start is not None and len(source.columns) == 1:
        raise refuse(source.name, ONE_COLUMN)
    if problems:
        raise DataError(tuple(problems))
    found = {key: cell for key, cell in cells.items() if cell is not None}
    return found | ({"line": source.columns["line"]} if "line" in source.columns else {})


def _gather(connection: duckdb.DuckDBPyConnection, parts: Sequence[Part]) -> tuple[str, ...]:
    """Make the view `log` of all files, with `position`; return the attributes of the cases."""
    names = tuple(dict.fromkeys(name for part in parts for name in part.mapping.attributes))
    selects = []
    for part in parts:
        own = list(part.mapping.attributes)
        given = [f"attribute_{own.index(n)}" if n in own else "null::varchar" for n in names]
        more = "".join(f", {sql} as attribute_{place}" for place, sql in enumerate(given))
        selects.append(
            f'select case_id, activity, unit, requested, start, "end", resource, record + {part.first} as position, '
            f"replication{more} from {part.table}"
        )
    connection.execute(f"create view log as {' union all '.join(selects)}")
    return names


def _to_frame(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    columns = ", ".join(map(named, CONTRACTS["events"].columns))
    return CONTRACTS["events"].conform(frame(connection, f"select {columns} from log order by case_id, position"))


def _to_parquet(connection: duckdb.DuckDBPyConnection, scratch: Path) -> Path:
    columns = ", ".join(map(named, CONTRACTS["events"].columns))
    path = Path(tempfile.mkdtemp(prefix="events-", dir=scratch)) / "events.parquet"
    with replacing(path) as draft:
        connection.execute(
            f"copy (select {columns} from log order by case_id, position) to {quoted(str(draft))} "
            "(format parquet, compression zstd)"
        )
    return path


def _cases(connection: duckdb.DuckDBPyConnection, attributes: Sequence[str]) -> pd.DataFrame:
    firsts = ", ".join(f"arg_min(attribute_{place}, position) as attribute_{place}" for place in range(len(attributes)))
    table = frame(connection, f"select case_id, {firsts} from log group by case_id order by case_id")
    return table.rename(columns={f"attribute_{place}": name for place, name in enumerate(attributes)})


def _absent(source: Source, name: str) -> Problem:
    listed = ", ".join(list(source.columns)[:30])
    return problem(
        f"colonne absente ; colonnes présentes : {listed}",
        f"column absent; columns present: {listed}",
        file=source.name,
        column=name,
        remedy=("corriger la correspondance (mapping) ou l'export", "correct the mapping or the export"),
    )


def _read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    return read_event_log(files, mapping_of(options), options.get("scratch"), options.get("review"))


READERS.add(
    "event_log",
    Reader(name="event_log", title=Text(fr="Journal d'événements (CSV, Parquet, XES)", en="Event log"), read=_read),
)
READERS.add("xes", Reader(name="xes", title=Text(fr="Journal d'événements XES", en="XES event log"), read=_read))

_MALFORMED = (
    "fichier illisible comme journal d'événements",
    "the file cannot be read as an event log",
    "vérifier les fins de ligne et les guillemets, ou exporter à nouveau",
    "check line ends and quotes, or export again",
)
_TOO_LARGE = (
    "trop grand pour la mémoire ou le disque de cette machine",
    "too large for the memory or the disk of this machine",
    "découper le fichier par année",
    "split the file by year",
)
_NO_ROW = (
    "aucune ligne sous l'en-tête",
    "no row under the header",
    "exporter le fichier à nouveau",
    "export the file again",
)
_NEEDS_MAPPING = (
    "les colonnes ne portent pas les noms du contrat",
    "the columns do not bear the contract's names",
    "écrire une correspondance (pipelines/mappings) et la nommer dans l'étude, ou après --mapping",
    "write a mapping (pipelines/mappings) and name it in the study, or after --mapping",
)
