"""The local clock of a run: hour of the week, month and holidays, by hour since the start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import SettingError, problem

if TYPE_CHECKING:
    import numpy as np

WEEK = 168


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Hours of a run, from the local midnight at or before its start.

    Parameters
    ----------
    hour_of_week
        For each hour, 0 = Monday midnight.
    month
        For each hour, 0 = January.
    day
        For each hour, the local date's ordinal (0 where there is no date).
    before
        Whole hours between that midnight and the hour in which the run starts.
    phase
        Part of the first hour that is over when the run starts, 0 to 1.
    """

    hour_of_week: np.ndarray
    month: np.ndarray
    day: np.ndarray
    before: int
    phase: float
    dated: bool


def read_clock(start: dt.datetime | None, hours: float, timezone: str) -> Clock:
    """Return the clock of a run of so many hours; without a start, it begins on a Monday at midnight.

    Raises
    ------
    SettingError
        For a start without a time zone.

    Examples
    --------
    >>> clock = read_clock(dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.timezone.utc), 4, "Europe/Paris")
    >>> clock.before, clock.phase, (clock.hour_of_week[:4] % 24).tolist()
    (0, 0.5, [0, 1, 3, 4])
    """
    import numpy as np

    n = int(hours) + 3
    if start is None:
        ticks = np.arange(n, dtype=np.int64)
        none = np.zeros(1, dtype=np.int64)
        return Clock(hour_of_week=ticks % WEEK, month=none, day=none, before=0, phase=0.0, dated=False)
    if start.tzinfo is None:
        raise SettingError(
            (
                problem(
                    "le début de la simulation n'a pas de fuseau horaire",
                    "the start of the simulation has no time zone",
                    remedy=("écrire par exemple 2026-01-05T00:00+01:00", "write for example 2026-01-05T00:00+01:00"),
                ),
            )
        )
    import pandas as pd

    moment = pd.Timestamp(start).tz_convert("UTC")
    first = moment.floor("h")
    before = int(first.tz_convert(timezone).hour)
    local = pd.date_range(first - pd.Timedelta(hours=before), periods=n + before, freq="h").tz_convert(timezone)
    return Clock(
        hour_of_week=np.asarray(local.day_of_week * 24 + local.hour, dtype=np.int64),
        month=np.asarray(local.month - 1, dtype=np.int64),
        day=np.asarray(local.normalize().tz_localize(None).as_unit("s").asi8 // 86400, dtype=np.int64),
        before=before,
        phase=(moment - first) / pd.Timedelta(hours=1),
        dated=True,
    )


def holidays_among(days: np.ndarray, country: str) -> np.ndarray:
    """Return, for each day (days since 1970), whether it is a public holiday of the country."""
    import holidays
    import numpy as np

    epoch = dt.date(1970, 1, 1)
    known = np.unique(days)
    calendar = holidays.country_holidays(country)
    closed = [int(day) for day in known if epoch + dt.timedelta(days=int(day)) in calendar]
    return np.isin(days, closed)
