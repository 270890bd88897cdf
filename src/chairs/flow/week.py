"""Hourly measures seen by local day and by hour of the week."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem
from chairs.store.duck import connected, frame
from chairs.tables import CONTRACTS

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

_DAILY = """
select site, unit, day, measure,
       case when measure in ('arrivals', 'departures') then sum(value) else avg(value) end as value,
       min(value) as low, max(value) as high, count(*) as n
from unit_hour join clock using (hour) where value is not null
group by site, unit, day, measure order by site, unit, measure, day
"""

_PROFILE = """
select unit, weekday, local_hour as hour, measure, avg(value) as mean,
       quantile_cont(value, 0.1) as p10, quantile_cont(value, 0.9) as p90, count(*) as n
from unit_hour join clock using (hour) where value is not null
group by all order by unit, measure, weekday, local_hour
"""


def daily(unit_hour: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Return the measures of each unit by local day: total of the entries and exits, mean of the others.

    A day has 23 or 25 hours when the clocks change; the first and last days of a log are partial (see `n`).

    Returns
    -------
    DataFrame
        Contract `unit_day`.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.date_range("2024-03-30 23:00", periods=23, freq="h", tz="UTC")  # the 23-hour day in Paris
    >>> table = pd.DataFrame({"site": "S", "unit": "W", "hour": hours, "measure": "census", "value": 2.0})
    >>> daily(table, "Europe/Paris")[["day", "value", "n"]].values.tolist()
    [['2024-03-31', 2.0, 23]]
    """
    return CONTRACTS["unit_day"].conform(_by_clock(unit_hour, timezone, _DAILY))


def week_profile(unit_hour: pd.DataFrame, timezone: str) -> pd.DataFrame:
    """Return mean, 10th and 90th percentiles of each measure by weekday (1 = Monday) and hour of the local clock.

    The hour that autumn repeats counts as two observations of its cell, the one that spring skips as
    none. Quantiles by linear interpolation (type 7). Sites are pooled.

    Returns
    -------
    DataFrame
        Contract `profile`.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.to_datetime(["2024-07-01 08:00", "2024-07-08 08:00"], utc=True)  # Mondays, 10 h in Paris
    >>> table = pd.DataFrame({"site": "S", "unit": "W", "hour": hours, "measure": "census", "value": [1.0, 3.0]})
    >>> week_profile(table, "Europe/Paris")[["weekday", "hour", "mean", "n"]].values.tolist()
    [[1, 10, 2.0, 2]]
    """
    return CONTRACTS["profile"].conform(_by_clock(unit_hour, timezone, _PROFILE))


def within(unit_hour: pd.DataFrame, period: str, timezone: str) -> pd.DataFrame:
    """Return the hours whose local day lies in `period`: 2019, 2023-2024, 2019-Q3 or 2019-07.

    Raises
    ------
    SettingError
        For a period of another form.

    Examples
    --------
    >>> import pandas as pd
    >>> hours = pd.to_datetime(["2023-12-31 22:00", "2023-12-31 23:00"], utc=True)  # midnight in Paris is 23 h UTC
    >>> within(pd.DataFrame({"hour": hours}), "2024", "Europe/Paris")["hour"].dt.hour.tolist()
    [23]
    """
    import pandas as pd

    first, _, last = period.partition("-")
    years = bool(re.fullmatch(r"\d{4}(-\d{4})?", period))
    if not years and not re.fullmatch(r"\d{4}-(Q[1-4]|(0[1-9]|1[0-2]))", period):
        raise SettingError(
            (
                problem(
                    f"période illisible : « {period} »",
                    f'unreadable period: "{period}"',
                    remedy=("écrire 2019, 2023-2024, 2019-Q3 ou 2019-07", "write 2019, 2023-2024, 2019-Q3 or 2019-07"),
                ),
            )
        )
    begin = pd.Period(first if years else period.replace("-Q", "Q"))
    end = pd.Period(last or first) if years else begin
    low = begin.start_time.tz_localize(timezone)
    high = (end.end_time.floor("D") + pd.Timedelta(days=1)).tz_localize(timezone)
    return unit_hour[(unit_hour["hour"] >= low) & (unit_hour["hour"] < high)]


def _by_clock(unit_hour: pd.DataFrame, timezone: str, query: str) -> pd.DataFrame:
    with connected() as connection:
        connection.register("unit_hour", unit_hour)
        _register_clock(connection, unit_hour, timezone)
        return frame(connection, query)


def _register_clock(connection: duckdb.DuckDBPyConnection, unit_hour: pd.DataFrame, timezone: str) -> None:
    import pandas as pd

    hours = pd.Series(unit_hour["hour"].unique())
    local = hours.dt.tz_convert(timezone)
    clock = pd.DataFrame(
        {
            "hour": hours,
            "day": local.dt.strftime("%Y-%m-%d"),
            "weekday": local.dt.day_of_week + 1,
            "local_hour": local.dt.hour,
        }
    )
    connection.register("clock", clock)
