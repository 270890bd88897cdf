"""The local clock of a run: hour of the week, month and holidays, by hour since the start."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from chairs.core.errors import Problem, SettingError, problem

if TYPE_CHECKING:
    import numpy as np

WEEK = 168
EPOCH = dt.date(1970, 1, 1)


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
        For a start without a time zone, a run outside the years 1900 to 2199, or one in which the clock changes by a
        part of an hour.

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
    _check_start(start, hours)
    import pandas as pd

    moment = pd.Timestamp(start).tz_convert("UTC")
    first = moment.floor("h")
    before = int(first.tz_convert(timezone).hour)
    local = pd.date_range(first - pd.Timedelta(hours=before), periods=n + before, freq="h").tz_convert(timezone)
    if (local.minute != local.minute[0]).any():
        raise SettingError((_by_half_an_hour(),))
    return Clock(
        hour_of_week=np.asarray(local.day_of_week * 24 + local.hour, dtype=np.int64),
        month=np.asarray(local.month - 1, dtype=np.int64),
        day=np.asarray(local.tz_localize(None).normalize().as_unit("s").asi8 // 86400, dtype=np.int64),
        before=before,
        phase=(moment - first) / pd.Timedelta(hours=1),
        dated=True,
    )


def _check_start(start: dt.datetime, hours: float) -> None:
    wrong = None
    if start.tzinfo is None:
        wrong = problem(
            "le début de la simulation n'a pas de fuseau horaire",
            "the start of the simulation has no time zone",
            remedy=("écrire par exemple 2026-01-05T00:00+01:00", "write for example 2026-01-05T00:00+01:00"),
        )
    elif not 1900 <= start.year <= 2199 or start.year + hours / 8766 > 2200:
        wrong = problem(
            "la simulation sort des années 1900 à 2199",
            "the simulation leaves the years 1900 to 2199",
            remedy=("corriger --start ou --days", "correct --start or --days"),
        )
    if wrong is not None:
        raise SettingError((wrong,))


def _by_half_an_hour() -> Problem:
    return problem(
        "l'heure locale change d'une fraction d'heure pendant la simulation",
        "the local clock changes by a part of an hour during the simulation",
        remedy=(
            "choisir un autre fuseau horaire, ou une période sans changement d'heure",
            "choose another time zone, or a period without a change of the clock",
        ),
    )


def local_minutes(minutes: np.ndarray, timezone: str) -> np.ndarray:
    """Return moments (minutes since 1970, UTC) as the minutes that the local clock shows."""
    import numpy as np
    import pandas as pd

    hours, place = np.unique(np.floor(minutes / 60), return_inverse=True)
    known = np.isfinite(hours)
    moments = pd.to_datetime(np.where(known, hours, 0) * 3600, unit="s", utc=True).tz_convert(timezone)
    offset = (moments.tz_localize(None) - moments.tz_convert("UTC").tz_localize(None)).total_seconds() / 60
    shown: np.ndarray = minutes + np.asarray(offset)[place]
    return shown


def day_begins(clock: Clock, day: dt.date, hour: float) -> float:
    """Return when a local day begins, in the model's unit of time since the run's start.

    Before the run: minus infinity; after it: infinity.

    Examples
    --------
    >>> clock = read_clock(dt.datetime(2026, 3, 28, 23, 30, tzinfo=dt.timezone.utc), 48, "Europe/Paris")
    >>> day_begins(clock, dt.date(2026, 3, 30), 1.0)  # Sunday the 29th, from half past midnight, lacks an hour
    22.5
    """
    import numpy as np

    ordinal = (day - EPOCH).days
    ticks = np.flatnonzero(clock.day >= ordinal)
    if not len(ticks):
        return float("inf")
    if ticks[0] == 0 and clock.day[0] > ordinal:
        return float("-inf")
    return float(ticks[0] - clock.before - clock.phase) * hour


def holidays_among(days: np.ndarray, country: str) -> np.ndarray:
    """Return, for each day (days since 1970), whether it is a public holiday of the country."""
    import numpy as np

    return np.isin(days, _public(*_ends(days), country))


@cache
def _public(first: dt.date, last: dt.date, country: str) -> tuple[int, ...]:
    from chairs.core.calendar import public_holidays

    return tuple((day - EPOCH).days for day in public_holidays(first, last, country))


def hours_of_week(clock: Clock, holiday_as: int | None, country: str) -> np.ndarray:
    """Return the hour of the week of each hour, on public holidays that of the weekday `holiday_as`."""
    import numpy as np

    hours = clock.hour_of_week
    if holiday_as is None or not clock.dated:
        return hours
    return np.where(holidays_among(clock.day, country), 24 * holiday_as + hours % 24, hours)


REST = {"saturday": 1, "sunday": 2, "holiday": 4}
"""Bit of each kind of day of rest."""


def rest_days(weekday: np.ndarray, holiday: np.ndarray) -> np.ndarray:
    """Return the kind of rest of each day, a bit of `REST`, from its weekday and whether it is a public holiday.

    A public holiday counts as such from Monday to Friday only; working days have 0.

    Examples
    --------
    >>> import numpy as np
    >>> rest_days(np.array([2, 3, 5, 6]), np.array([True, False, False, True])).tolist()
    [4, 0, 1, 2]
    """
    import numpy as np

    found: np.ndarray = np.select([weekday == 5, weekday == 6, holiday], list(REST.values()), 0)
    return found


def season_at(season: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return the factor of each day (since 1970) from factors at evenly spaced points of the year.

    Examples
    --------
    >>> import numpy as np
    >>> season_at(np.array([1.0, 2.0]), np.array([91, 274])).round(2).tolist()
    [1.0, 2.0]
    """
    import numpy as np

    dates = days.astype("M8[D]")
    into = (dates - dates.astype("M8[Y]").astype("M8[D]")).astype(np.int64) + 0.5
    place = into / 365.25 * len(season) - 0.5
    low = np.floor(place).astype(np.int64)
    part = place - low
    found: np.ndarray = (1 - part) * season[low % len(season)] + part * season[(low + 1) % len(season)]
    return found


def school_holidays_among(days: np.ndarray, country: str, zone: str) -> np.ndarray:
    """Return, for each day (days since 1970), whether the schools of the zone have holidays."""
    from chairs.core.calendar import school_holidays

    first, last = _ends(days)
    off = school_holidays(first, last, country=country, zone=zone)
    found: np.ndarray = off[days - (first - EPOCH).days]
    return found


def _ends(days: np.ndarray) -> tuple[dt.date, dt.date]:
    return EPOCH + dt.timedelta(days=int(days.min())), EPOCH + dt.timedelta(days=int(days.max()))
