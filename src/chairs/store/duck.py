"""DuckDB opened the same way everywhere: UTC, bounded memory, no extension fetched from anywhere."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

MEMORY = "2500MB"  # what does not fit is spilled to a temporary folder


@contextmanager
def connected(scratch: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection whose tables live in memory, and beyond `MEMORY` in files deleted when the block ends.

    Parameters
    ----------
    scratch
        Folder in which these files are made (default: the system's).

    Examples
    --------
    >>> with connected() as connection:
    ...     connection.execute("select 40 + 2").fetchall()
    [(42,)]
    """
    import duckdb

    with tempfile.TemporaryDirectory(prefix="chairs-", dir=scratch) as folder:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": MEMORY,
            "temp_directory": str(Path(folder) / "spill"),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "true",
        }
        connection = duckdb.connect(config=settings)
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()


def quoted(text: str) -> str:
    """Return `text` as an SQL string.

    Examples
    --------
    >>> quoted("l'accueil")
    "'l''accueil'"
    """
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """Return `name` as an SQL identifier.

    Examples
    --------
    >>> named('end')
    '"end"'
    """
    return '"' + name.replace('"', '""') + '"'


def one_row(connection: duckdb.DuckDBPyConnection, query: str) -> tuple[Any, ...]:
    """Return the only row of a query's result.

    Examples
    --------
    >>> with connected() as connection:
    ...     one_row(connection, "select 40 + 2, 'a'")
    (42, 'a')
    """
    (row,) = connection.execute(query).fetchall()
    return row


def frame(connection: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    """Return a query's result as a table: text as `str`, times as UTC microseconds.

    Examples
    --------
    >>> with connected() as connection:
    ...     frame(connection, "select 'a' as name, timestamptz '2024-01-01 12:00:00+01' as at").dtypes.tolist()
    [<StringDtype(na_value=nan)>, datetime64[us, UTC]]
    """
    return connection.sql(query).to_arrow_table().to_pandas()
