"""Days that stays last: who was in each unit on each day, for how many days, and who left on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from chairs.core.errors import DataError, problem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np
    import pandas as pd

    Log: TypeAlias = pd.DataFrame | Path

AGES = (*range(11), 14, 21, 28)  # first day of each class of age; an age is the days since the stay began
DAY = 86_400_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Days:
    """Patient-days, shapes (days, units, classes of age).

    Parameters
    ----------
    first
        First day as days since 1970, on the local clock.
    units
        Codes, sorted.
    there, left
        Patients in the unit on that day, and those of them who left it on it.
    """

    first: int
    units: tuple[str, ...]
    there: np.ndarray
    left: np.ndarray

    @property
    def dates(self) -> pd.DatetimeIndex:
        """The days."""
        import pandas as pd

        return pd.DatetimeIndex(pd.to_datetime(range(self.first, self.first + len(self.there)), unit="D"))

    def between(self, first: int, last: int) -> Days:
        """Return the days number `first` up to, not with, `last`."""
        return Days(
            first=self.first + first, units=self.units, there=self.there[first:last], left=self.left[first:last]
        )


def stays_of(events: Log, stays: Sequence[str], timezone: str) -> pd.DataFrame:
    """Return the stays of a log: `unit`, `start` and `end`, fractions of local days since 1970 (no end: under way).

    Parameters
    ----------
    stays
        Steps that are stays in a unit, dated at start and end.

    Raises
    ------
    DataError
        When the log has no dated stay.
    """
    import numpy as np
    import pandas as pd

    from chairs.flow.log import opened
    from chairs.store.duck import quoted

    words = ", ".join(quoted(step) for step in stays) or "''"
    query = f"""select unit, start, "end" from steps
                where activity in ({words}) and unit is not null and start is not null order by case_id, position"""
    with opened(events) as connection:
        found = connection.sql(query).to_arrow_table().to_pandas()
    if found.empty or found["end"].isna().all():
        raise DataError(
            (
                problem(
                    "aucun séjour daté au début et à la fin dans ce journal",
                    "no stay dated at start and end in this log",
                    column="activity",
                    remedy=("nommer les étapes qui sont des séjours", "name the steps that are stays"),
                ),
            )
        )
    for name in ("start", "end"):
        known = found[name].notna().to_numpy()
        local = np.full(len(found), np.nan)
        times = pd.DatetimeIndex(pd.to_datetime(found.loc[known, name].astype("int64"), unit="us", utc=True))
        local[known] = times.tz_convert(timezone).tz_localize(None).as_unit("us").asi8 / DAY
        found[name] = local
    return found


def days_of(stays: pd.DataFrame) -> Days:
    """Return patient-days and departures of stays (`unit`, `start`, `end` in days).

    The first day is the one after the first departure (a log begins with those present), the last one the day before
    the last moment known.

    Examples
    --------
    >>> import pandas as pd
    >>> stays = pd.DataFrame({"unit": ["A", "A", "A"], "start": [0.5, 1.2, 2.5], "end": [0.9, 3.1, 4.5]})
    >>> days = days_of(stays)
    >>> days.first, days.there.sum(axis=(1, 2)).tolist(), days.left.sum(axis=(1, 2)).tolist()
    (1, [1, 2, 2], [0, 0, 1])
    """
    import numpy as np

    units, unit = np.unique(stays["unit"].to_numpy(str), return_inverse=True)
    start, end = (np.floor(stays[name].to_numpy(np.float64)) for name in ("start", "end"))
    first = int(np.nanmin(end)) + 1
    last = int(np.nanmax(np.concatenate([start, end]))) - 1
    size = max(last - first + 1, 0)
    ends = np.where(np.isnan(end), last + 1, np.minimum(end, last + 1)).astype(np.int64)
    begins = np.maximum(start, first).astype(np.int64)
    stop = np.minimum(ends, last)
    lengths = np.maximum(stop - begins + 1, 0)
    who = np.repeat(np.arange(len(unit)), lengths)
    day = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths) + begins[who]
    age = np.searchsorted(AGES, day - start[who], side="right") - 1
    shape = (size, len(units), len(AGES))
    cell = ((day - first) * len(units) + unit[who]) * len(AGES) + age
    there = np.bincount(cell, minlength=size * len(units) * len(AGES)).reshape(shape)
    gone = cell[day == end[who]]
    left = np.bincount(gone, minlength=size * len(units) * len(AGES)).reshape(shape)
    return Days(first=first, units=tuple(str(name) for name in units), there=there, left=left)
