"""One measure of one unit on a regular grid of time, gaps kept as gaps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, problem
from chairs.flow.forecasting.grain import Grain, grain

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

AVERAGED = ("census", "boarding", "open_beds", "occupied_beds", "waiting")  # a day is their mean, not their sum
OFFSETS = {"h": "h", "d": "D", "w": "7D", "m": "MS"}
SHORTEST_DAY = 23  # hours, when the clocks go forward
MOST_STEPS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """Values at regular steps.

    Parameters
    ----------
    unit, measure
        What they are of.
    step
        Length of a step.
    first
        Start of the first step: a UTC hour, or a local date at midnight without zone for longer steps.
    zone
        Clock of the place (UTC when the file's own clock is used as it stands).
    observed
        Values, one a step, missing where nothing was recorded.
    """

    unit: str
    measure: str
    step: Grain
    first: pd.Timestamp
    zone: str
    observed: np.ndarray

    def local(self, end: int) -> pd.DatetimeIndex:
        """Return the local clock at the start of the steps 0 to `end` (excluded), without zone."""
        import pandas as pd

        steps = pd.date_range(self.first, periods=end, freq=OFFSETS[self.step.name])
        return steps.tz_convert(self.zone).tz_localize(None) if self.step.name == "h" else steps

    def starts(self, end: int) -> pd.DatetimeIndex:
        """Return the UTC times at which the steps 0 to `end` (excluded) start."""
        import pandas as pd

        if self.step.name == "h":
            return pd.date_range(self.first, periods=end, freq="h")
        return self.local(end).tz_localize(self.zone, ambiguous=True, nonexistent="shift_forward").tz_convert("UTC")

    def known(self, moments: pd.DatetimeIndex) -> np.ndarray:
        """Return how many steps are over at each UTC moment (what a forecast made then may look at).

        A moment beyond the end of the series counts steps that have no value.
        """
        import numpy as np
        import pandas as pd

        span = max((moments.max() - self.starts(1)[0]) / pd.Timedelta(hours=1), 0.0)
        hours = {"h": 1, "d": 23, "w": 167, "m": 27 * 24}[self.step.name]
        ends = self.starts(min(int(span // hours) + 3, MOST_STEPS))
        result: np.ndarray = np.maximum(ends.searchsorted(moments, side="right") - 1, 0)
        return result


def regular(
    times: pd.Series, values: pd.Series, freq: str, *, zone: str = "UTC", unit: str = "all", measure: str = "arrivals"
) -> Series:
    """Return the series of `values` at the UTC `times`, put on a regular grid.

    Hours are kept or added up to local days, weeks or months (averaged for measures of presence). A local day counts
    when all its hours are there (23 to 25), otherwise it is a gap; so does a week or month with a day missing.

    Raises
    ------
    DataError
        When there is no value, a time comes twice, or the span is more than a million steps (a wrong date).

    Examples
    --------
    >>> import pandas as pd
    >>> times = pd.Series(pd.to_datetime(["2024-01-01 00:00", "2024-01-01 02:00"], utc=True))
    >>> regular(times, pd.Series([3.0, 5.0]), "h").observed.tolist()
    [3.0, nan, 5.0]
    """
    import pandas as pd

    step = grain(freq)
    _refuse(times, values)
    observed = pd.Series(values.to_numpy(dtype=float), index=pd.DatetimeIndex(times)).sort_index()
    spacing = observed.index[1:] - observed.index[:-1]
    finest = spacing.min() if len(spacing) else pd.Timedelta(hours=1)
    if step.name == "h":
        hours = observed.resample("h")
        grid = hours.mean() if measure in AVERAGED else hours.sum(min_count=1)
        return Series(unit=unit, measure=measure, step=step, first=grid.index[0], zone=zone, observed=grid.to_numpy())
    observed.index = observed.index.tz_convert(zone).tz_localize(None)
    if finest <= pd.Timedelta(hours=1):
        observed = _days(observed, measure)
        finest = pd.Timedelta(days=1)
    grid = _longer(observed, step.name, measure, finest)
    return Series(unit=unit, measure=measure, step=step, first=grid.index[0], zone=zone, observed=grid.to_numpy())


def _days(hours: pd.Series, measure: str) -> pd.Series:
    by_day = hours.groupby(hours.index.normalize())
    total = by_day.mean() if measure in AVERAGED else by_day.sum(min_count=1)
    return total.where(by_day.count() >= SHORTEST_DAY)


def _longer(observed: pd.Series, name: str, measure: str, finest: pd.Timedelta) -> pd.Series:
    import pandas as pd

    if name == "d":
        return observed.asfreq("D")
    if name == "w" and finest >= pd.Timedelta(days=7):
        return observed.asfreq("7D")
    if name == "m" and finest >= pd.Timedelta(days=28):
        return observed.asfreq("MS")
    daily = observed.asfreq("D")
    parts = daily.resample("W-MON", closed="left", label="left") if name == "w" else daily.resample("MS")
    total = parts.mean() if measure in AVERAGED else parts.sum(min_count=1)
    days = parts.size()
    whole = parts.count() == (7 if name == "w" else days.index.days_in_month)
    return total.where(whole)


def _refuse(times: pd.Series, values: pd.Series) -> None:
    if not values.notna().any():
        raise DataError((problem("aucune valeur dans la série", "no value in the series", file="series"),))
    if times.duplicated().any():
        raise DataError((problem("une heure revient deux fois", "a time comes twice", file="series"),))
    if (times.max() - times.min()).total_seconds() / 3600 > MOST_STEPS:
        raise DataError(
            (
                problem(
                    "la série couvre plus d'un siècle",
                    "the series spans more than a century",
                    file="series",
                    remedy=("chercher une date erronée (1900, 9999)", "look for a wrong date (1900, 9999)"),
                ),
            )
        )
