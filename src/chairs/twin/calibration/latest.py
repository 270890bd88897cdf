"""The latest cases of a long event log, read without the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import pandas as pd

    from chairs.flow.log import Log

_LATEST = """
with begun as (
    select case_id, min(coalesce(start, "end", requested)) as first, count(*) as events
    from events group by case_id having first is not null),
counted as (
    select case_id, sum(events) over (order by first desc, case_id rows unbounded preceding) as so_far from begun)
select events.* from events join counted using (case_id) where so_far <= {limit} order by case_id, position
"""


def latest_cases(log: Log, most_events: int) -> pd.DataFrame:
    """Return the latest whole cases of an event log, so many events of them at most.

    Parameters
    ----------
    log
        A table of contract `events`, or the Parquet file of one.
    most_events
        How many lines at most.

    Raises
    ------
    DataError
        When the file is absent or is not an event log.
    """
    from chairs.flow.log import opened
    from chairs.store.duck import frame

    with opened(log) as connection:
        return CONTRACTS["events"].conform(frame(connection, _LATEST.format(limit=int(most_events))))
