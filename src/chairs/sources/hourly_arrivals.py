"""Reads arrivals counted by hour of a local clock, and puts them on the hours that really passed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    import pandas as pd

    from chairs.sources import Tables


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read hourly counts on a local clock into `unit_hour` (UTC).

    Options: `timezone` (default America/Chicago), `site`, `unit`, `columns` (names of `hour` and
    `count`), `time_format`.

    Notes
    -----
    Two hours a year are not what the clock says. In spring one hour of the clock does not exist: what a
    file counts in it belongs to the hour that followed. In autumn one hour of the clock happens twice:
    when the file has it twice, the first row is the first of the two; when it has it once, its count
    (in the Iowa file that of both hours) is put on the first and the second is a row without a value.
    No key repeats, no count is lost, and no hour is skipped.

    Raises
    ------
    DataError
        By row and column: time not readable or not on the hour, hour twice, count not readable.
    """
    import pandas as pd

    names = {"hour": "ds", "count": "y"} | dict(options.get("columns", {}))
    zone = options.get("timezone", "America/Chicago")
    parts = []
    for path in files:
        sheet = read_sheet(path)
        sheet.require(*names.values())
        local = pd.to_datetime(
            sheet.cells(names["hour"]), format=options.get("time_format", "%Y-%m-%d %H:%M:%S"), errors="coerce"
        )
        sheet.refuse(local.isna(), names["hour"], _NOT_TIME)
        sheet.refuse(local.notna() & (local != local.dt.floor("h")), names["hour"], _NOT_HOUR)
        count, _ = sheet.number(names["count"], at_least=0)
        sheet.refuse(_repeated(local.dropna(), zone).reindex(local.index, fill_value=False), names["hour"], _TWICE)
        sheet.finish()
        parts.append(passed_hours(local, pd.Series(count, index=local.index), zone))
    table = pd.concat(parts)
    site, unit = options.get("site", "all"), options.get("unit", "urgences")
    return {"unit_hour": table.assign(site=site, unit=unit, measure="arrivals")}


def passed_hours(local: pd.Series, count: pd.Series, zone: str) -> pd.DataFrame:
    """Return `hour` (UTC) and `value` of counts by hour of the local clock of `zone` (see `read`).

    Examples
    --------
    >>> import pandas as pd
    >>> clock = pd.Series(pd.to_datetime(["2017-11-05 00:00", "2017-11-05 01:00", "2017-11-05 02:00"]))
    >>> passed_hours(clock, pd.Series([5.0, 9.0, 7.0]), "America/Chicago")["value"].tolist()
    [5.0, 9.0, nan, 7.0]
    """
    import pandas as pd

    second = local.duplicated()
    hour = local.dt.tz_localize(zone, ambiguous=(~second).to_numpy(), nonexistent="shift_forward").dt.tz_convert("UTC")
    table = pd.DataFrame({"hour": hour, "value": count}).groupby("hour", as_index=False, sort=True).sum(min_count=1)
    later = local.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward").dt.tz_convert("UTC")
    again = later[_ambiguous(local, zone) & ~later.isin(table["hour"])]
    blank = pd.DataFrame({"hour": again, "value": float("nan")})
    return pd.concat([table, blank]).sort_values("hour", ignore_index=True)


def _ambiguous(local: pd.Series, zone: str) -> pd.Series:
    first = local.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward")
    last = local.dt.tz_localize(zone, ambiguous=False, nonexistent="shift_forward")
    return first != last


def _repeated(local: pd.Series, zone: str) -> pd.Series:
    """Say which rows repeat an hour that passed only once (or a third time one that passed twice)."""
    rank = local.groupby(local).cumcount()
    return rank > _ambiguous(local, zone).astype(int)


def _recognises(columns: frozenset[str]) -> bool:
    return columns == {"ds", "y"}


READERS.add(
    "hourly_arrivals",
    Reader(
        name="hourly_arrivals",
        title=Text(fr="Arrivées par heure, horloge locale", en="Arrivals by hour, local clock"),
        read=read,
        recognises=_recognises,
    ),
)

_NOT_TIME = (
    "date-heure illisible",
    "date-time not readable",
    "suivre la forme 2019-03-31 14:00:00",
    "follow the form 2019-03-31 14:00:00",
)
_NOT_HOUR = (
    "ce n'est pas une heure ronde",
    "not a whole hour",
    "compter les arrivées par heure",
    "count arrivals by hour",
)
_TWICE = ("heure en double", "duplicate hour", "garder une seule ligne par heure", "keep one row per hour")
