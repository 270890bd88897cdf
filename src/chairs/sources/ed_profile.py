"""Reads an emergency department's published week: mean arrivals by weekday and hour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.sources import READERS, Reader
from chairs.sources.text import read_sheet

if TYPE_CHECKING:
    from chairs.sources import Tables


def read(files: Sequence[Path], options: Mapping[str, Any]) -> Tables:
    """Read counts of arrivals by weekday (1 = Monday) and hour into `profile`.

    The mean is recomputed from the count and the number of days, so that it is not rounded; `n` is that
    number of days. Deciles are not published: they stay missing. Hours are those of the local clock.

    Options: `unit`, the name of the department; `columns`, the names of `weekday`, `hour`, `count` and
    `days` when they differ from the French profile of 2013.

    Raises
    ------
    DataError
        By row and column: hour or weekday out of bounds, cell twice, number not readable.
    """
    import pandas as pd

    names = {"weekday": "dow", "hour": "hour", "count": "arrivals_2013", "days": "days_in_2013"}
    names |= dict(options.get("columns", {}))
    parts = []
    for path in files:
        sheet = read_sheet(path)
        sheet.require(*names.values())
        sheet.unique(names["weekday"], names["hour"])
        weekday, _ = sheet.number(names["weekday"], at_least=1, at_most=7)
        hour, _ = sheet.number(names["hour"], at_least=0, at_most=23)
        count, _ = sheet.number(names["count"], at_least=0)
        days, _ = sheet.number(names["days"], at_least=1)
        sheet.finish()
        part = pd.DataFrame(
            {"weekday": weekday, "hour": hour, "mean": count / days, "n": days}, index=sheet.frame.index
        )
        parts.append(part.assign(unit=options.get("unit", "urgences"), measure="arrivals"))
    return {"profile": pd.concat(parts)}


def _recognises(columns: frozenset[str]) -> bool:
    return {"dow", "hour", "arrivals_2013", "days_in_2013"} <= columns


READERS.add(
    "ed_profile",
    Reader(
        name="ed_profile",
        title=Text(fr="Semaine d'un service d'urgences (agrégats)", en="Week of an emergency department (aggregates)"),
        read=read,
        recognises=_recognises,
    ),
)
