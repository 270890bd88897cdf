"""Reads the files of `chairs flow forecast`: a series of times and values, and a list of origins."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    import pandas as pd

TIMES = ("ds", "time", "datetime", "date", "day", "hour", "timestamp", "target")
VALUES = ("y", "value", "count", "arrivals", "n")
_NOT_TIME = (
    "date-heure illisible",
    "date-time not readable",
    "suivre la forme 2019-03-31 14:00:00",
    "follow the form 2019-03-31 14:00:00",
)


def read_series(path: Path, *, time: str | None, value: str | None, zone: str | None) -> tuple[pd.Series, pd.Series]:
    """Return the UTC times and the values of a delimited file.

    Parameters
    ----------
    time, value
        Columns; recognised by usual names, or by their place in a file of two columns, when absent.
    zone
        Clock of times without offset. None: the file's clock is taken as it stands, 24 hours every day. Otherwise
        the hour that spring skips counts for the next, and what is counted once in the hour that autumn repeats
        stands on the first of the two.

    Raises
    ------
    DataError
        By row and column. An empty value is a gap.
    SettingError
        When the columns cannot be told.
    """
    import pandas as pd

    from chairs.sources.hourly_arrivals import passed_hours
    from chairs.sources.text import read_sheet

    sheet = read_sheet(path)
    names = list(sheet.frame.columns)
    time = time or _pick(names, TIMES, 0, path, "--time")
    value = value or _pick(names, VALUES, 1, path, "--value")
    sheet.require(time, value)
    values, _ = sheet.number(value, at_least=0)
    clock, offset = _moments(sheet.cells(time))
    sheet.refuse(clock.isna(), time, _NOT_TIME)
    sheet.finish()
    if offset or zone is None:
        return clock.reset_index(drop=True), pd.Series(values)
    hours = passed_hours(clock.dt.tz_localize(None).reset_index(drop=True), pd.Series(values), zone)
    return hours["hour"], hours["value"]


def read_origins(path: Path, *, zone: str | None) -> pd.DatetimeIndex:
    """Return the UTC moments of a text file, one a line; a first line that is no moment is its header.

    Raises
    ------
    SettingError
        For a line that is not a moment.
    """
    import pandas as pd

    try:
        lines = [line.split(",")[0].strip().strip('"') for line in path.read_text(encoding="utf-8-sig").splitlines()]
    except (FileNotFoundError, IsADirectoryError, UnicodeDecodeError):
        raise SettingError(
            (problem("fichier absent ou illisible", "file missing or unreadable", file=path.name),)
        ) from None
    cells = pd.Series(lines, index=range(1, len(lines) + 1))
    cells = cells[cells != ""]
    moments, offset = _moments(cells)
    if len(moments) and pd.isna(moments.iloc[0]):
        moments = moments.iloc[1:]
    wrong = moments.index[moments.isna()]
    if len(wrong) or not len(moments):
        fr, en, remedy_fr, remedy_en = _NOT_TIME
        rows: list[int | None] = [int(row) for row in wrong] or [None]
        raise SettingError(
            tuple(problem(fr, en, file=path.name, row=row, remedy=(remedy_fr, remedy_en)) for row in rows)
        )
    if not offset and zone is not None:
        local = moments.dt.tz_localize(None)
        moments = local.dt.tz_localize(zone, ambiguous=True, nonexistent="shift_forward").dt.tz_convert("UTC")
    return pd.DatetimeIndex(moments)


def _moments(cells: pd.Series) -> tuple[pd.Series, bool]:
    """Return the cells as UTC times (missing where unreadable), and whether the file says their offset."""
    import pandas as pd

    seen = cells[cells != ""].astype(str)
    offset = bool(len(seen)) and bool(seen.iloc[-1:].str.contains(r"\d(?:Z|[+-]\d\d:?\d\d)$").all())
    return pd.to_datetime(cells, utc=True, errors="coerce", format="ISO8601"), offset


def _pick(names: list[str], usual: tuple[str, ...], place: int, path: Path, option: str) -> str:
    known = [name for name in names if name.casefold() in usual]
    if len(known) == 1:
        return known[0]
    if len(names) == 2:
        return names[place]
    listed = ", ".join(names[:30])
    raise SettingError(
        (
            problem(
                f"on ne sait pas quelle colonne lire ; colonnes : {listed}",
                f"which column to read cannot be told; columns: {listed}",
                file=path.name,
                remedy=(f"la nommer avec {option}", f"name it with {option}"),
            ),
        )
    )
