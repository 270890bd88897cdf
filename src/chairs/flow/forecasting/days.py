"""What the calendar says of each day: holidays, school, season; as columns for the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.calendar import calendar_days, school_zones

if TYPE_CHECKING:
    import datetime as dt

    import numpy as np
    import pandas as pd

FIXED = ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (1, 2))  # days with an effect of their own
FAR = 4  # days; a holiday further away is not felt


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A country whose holidays people keep, and its zone of school holidays (`None`: no school calendar)."""

    country: str = "FR"
    zone: str | None = None


def place(text: str) -> Place:
    """Return the place written FR/B, BE/FWB, US or CA-QC.

    Examples
    --------
    >>> place("FR/B")
    Place(country='FR', zone='B')
    """
    country, _, zone = text.partition("/")
    return Place(country=country, zone=zone or None)


def day_columns(dates: pd.DatetimeIndex, places: tuple[Place, ...]) -> dict[str, np.ndarray]:
    """Return, for each day, its weekday and, by place, whether it is a holiday, a bridge, free of school.

    School holidays outside the years that are published are left out for the whole series, not guessed.
    """
    import numpy as np

    columns = {"weekday": dates.day_of_week.to_numpy(), "year": dates.day_of_year.to_numpy() / 365.25}
    rest = np.zeros(len(dates), dtype=bool)
    for one in places:
        first, last = dates[0].date(), dates[-1].date()
        zone = one.zone if one.zone is None or _known(one.zone, first, last) else None
        days = calendar_days(first, last, country=one.country, zone=zone)
        columns[f"holiday {one.country}"] = days["public_holiday"].to_numpy(dtype=bool)
        columns[f"bridge {one.country}"] = days["bridge"].to_numpy(dtype=bool)
        if zone is not None:
            columns[f"school {one.country}"] = days["school_holiday"].to_numpy(dtype=bool)
        rest |= columns[f"holiday {one.country}"]
    columns["rest"] = rest
    columns["to"], columns["since"] = _until(rest), _until(rest[::-1])[::-1]
    return columns


def _known(zone: str, first: dt.date, last: dt.date) -> bool:
    known = school_zones().get(zone)
    return known is None or (known.since <= first.isoformat() and last.isoformat() <= known.until)


def _until(rest: np.ndarray) -> np.ndarray:
    """Return the days to the next day of rest, at most `FAR`."""
    import numpy as np

    found = np.full(len(rest), FAR)
    for ahead in range(FAR - 1, -1, -1):
        found[: len(rest) - ahead][rest[ahead:]] = ahead
    return found


def design(dates: pd.DatetimeIndex, columns: dict[str, np.ndarray], years: float, *, weekly: bool) -> np.ndarray:
    """Return the columns of the regression: weekday, season as the years seen allow, holidays.

    Parameters
    ----------
    years
        Length of the history: under 1.2 years no season is fitted, under 2 one wave a year, then two.
    weekly
        Steps of a day or less: weekdays and holidays matter.
    """
    import numpy as np

    waves = 0 if years < 1.2 else 1 if years < 2 else 2
    turn = 2 * np.pi * columns["year"]
    parts = [f(k * turn) for k in range(1, waves + 1) for f in (np.sin, np.cos)]
    if weekly:
        parts += [columns["weekday"] == day for day in range(7)]
        parts += [values for name, values in columns.items() if name.split(" ")[0] in ("holiday", "bridge", "school")]
        if "rest" in columns:
            parts += [columns["since"] == 1, columns["to"] == 1]
        months, days = dates.month.to_numpy(), dates.day.to_numpy()
        parts += [(months == month) & (days == day) for month, day in FIXED]
    else:
        parts.append(np.ones(len(dates)))
    return np.column_stack(parts).astype(float)
