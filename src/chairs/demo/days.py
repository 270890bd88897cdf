"""The days of the simulation: dates, weekdays, public holidays, summer, epidemic waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from chairs.demo.parameters import Period, Profile, Wave

DAY = 86_400  # seconds; the simulation runs on local clock time, where every day has 24 hours


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """One entry a simulated day, from the first day of the warm-up.

    Parameters
    ----------
    dates
        Local dates (numpy days).
    warm_up
        Days before the extracts begin.
    weekday
        0 = Monday.
    holiday, rest
        Public holiday in France; holiday, Saturday or Sunday.
    summer
        From 10 July to 25 August and from 23 December to 2 January, when wards and theatres slow down.
    winter
        December, January, February.
    """

    dates: np.ndarray
    warm_up: int
    weekday: np.ndarray
    holiday: np.ndarray
    rest: np.ndarray
    summer: np.ndarray
    winter: np.ndarray

    @property
    def start(self) -> int:
        """Second at which the extracts begin, counted from the first simulated midnight."""
        return self.warm_up * DAY

    @property
    def end(self) -> int:
        """Second at which the extracts are taken."""
        return len(self.dates) * DAY

    def month(self) -> np.ndarray:
        """Return the month of each day, 1 to 12."""
        return self.dates.astype("datetime64[M]").astype(int) % 12 + 1


def make_days(period: Period) -> Days:
    """Return the days from the warm-up to the last day of the period.

    Examples
    --------
    >>> from chairs.demo.parameters import read_parameters
    >>> days = make_days(read_parameters().period)
    >>> str(days.dates[days.warm_up]), int(days.holiday[days.warm_up:].sum()), len(days.dates) - days.warm_up
    ('2023-01-01', 22, 731)
    """
    import numpy as np
    from holidays import country_holidays

    first, last = np.datetime64(period.first, "D"), np.datetime64(period.last, "D")
    dates = np.arange(first - period.warm_up_days, last + 1)
    years = range(dates[0].astype(object).year, last.astype(object).year + 1)
    public = np.array(sorted(country_holidays("FR", years=years)), dtype="datetime64[D]")
    weekday = (dates.astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    month = dates.astype("datetime64[M]").astype(int) % 12 + 1
    in_year = month * 100 + (dates - dates.astype("datetime64[M]")).astype(int) + 1
    holiday = np.isin(dates, public)
    return Days(
        dates=dates,
        warm_up=period.warm_up_days,
        weekday=weekday,
        holiday=holiday,
        rest=holiday | (weekday >= 5),
        summer=((in_year >= 710) & (in_year <= 825)) | (in_year >= 1223) | (in_year <= 102),
        winter=np.isin(month, (12, 1, 2)),
    )


def epidemic(days: Days, wave: Wave) -> np.ndarray:
    """Return the excess of each day, as a share of the usual: one Gaussian wave a winter."""
    import numpy as np

    excess = np.zeros(len(days.dates))
    for year in range(days.dates[0].astype(object).year, days.dates[-1].astype(object).year + 2):
        peak = np.datetime64(f"{year}-{wave.month:02d}-{wave.day:02d}", "D")
        distance = (days.dates - peak).astype(float) / wave.width_days
        excess += wave.height * np.exp(-(distance**2) / 2)
    return excess


def intensity(days: Days, profile: Profile, wave: Wave, visits_a_day: float) -> np.ndarray:
    """Return the expected ED arrivals by day and hour (a day's row has 24 hours).

    Over the days of the extracts the mean is `visits_a_day`.
    """
    import numpy as np

    factor: np.ndarray = np.asarray(profile.weekday)[days.weekday] * np.asarray(profile.month)[days.month() - 1]
    factor = factor * np.where(days.holiday, profile.holiday, 1.0) * (1 + epidemic(days, wave))
    week, weekend = (np.asarray(shape) / sum(shape) for shape in (profile.week, profile.weekend))
    hours = np.where(days.rest[:, None], weekend, week)
    rate: np.ndarray = visits_a_day * (factor / factor[days.warm_up :].mean())[:, None] * hours
    return rate
