"""An event log opened for SQL: from a Parquet file or a table, with the instants by which steps are ordered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from chairs.core.errors import DataError, problem
from chairs.store.duck import connected, quoted

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

    Log: TypeAlias = pd.DataFrame | Path

HOUR = 3_600_000_000  # microseconds

# A step begins at its start, else at its end, else at its request; it finishes at its end, else where it begins.
_STEPS = """
create view steps as
select case_id, activity, unit, position, epoch_us(requested) as requested, epoch_us(start) as start,
       epoch_us("end") as "end", epoch_us(coalesce(start, "end", requested)) as begins,
       epoch_us(coalesce("end", start, requested)) as finishes
from events
"""


@contextmanager
def opened(events: Log) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a connection with the views `events` (the contract's) and `steps` (times in microseconds).

    Parameters
    ----------
    events
        A table of contract `events`, or the Parquet file of one. Simulated logs: one replication.

    Raises
    ------
    DataError
        When the file is absent or is not an event log.
    """
    import duckdb

    with connected() as connection:
        if isinstance(events, Path):
            try:
                connection.execute(f"create view events as select * from read_parquet({quoted(str(events))})")
            except (duckdb.IOException, duckdb.InvalidInputException):
                raise _not_a_log(events.name) from None
        else:
            connection.register("events", events)
        try:
            connection.execute(_STEPS)
        except duckdb.BinderException:
            raise _not_a_log(events.name if isinstance(events, Path) else "events") from None
        yield connection


def hours(microseconds: str, share: float) -> str:
    """Return the SQL of a quantile in hours, linear interpolation (type 7 of Hyndman and Fan 1996).

    Microseconds are whole numbers, so that the order in which rows are read never moves a figure.

    Examples
    --------
    >>> hours("wait", 0.5)
    'quantile_cont(wait, 0.5) / 3600000000'
    """
    return f"quantile_cont({microseconds}, {share}) / {HOUR}"


def _not_a_log(file: str) -> DataError:
    return DataError(
        (
            problem(
                "ce fichier n'est pas un journal d'événements lisible",
                "this file is not a readable event log",
                file=file,
                remedy=("relancer l'étape « ingest »", 'run the stage "ingest" again'),
            ),
        )
    )
