"""Arrivals of each day beside those foreseen a week before: the alarm when more or fewer come than the level says."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from chairs.flow.forecasting.days import Place
from chairs.flow.forecasting.rehearsal import Forecaster
from chairs.flow.forecasting.series import regular
from chairs.flow.forecasting.spread import fit_spread
from chairs.flow.forecasting.support import unsupported
from chairs.flow.overview import arrivals_per_hour
from chairs.stats.cusum import cusum, limit_by_blocks
from chairs.twin.watch.watching import QUARTER, REFERENCE, Watched

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    import pandas as pd

    from chairs.flow.forecasting.series import Series
    from chairs.flow.forecasting.spread import Spread

    Log: TypeAlias = pd.DataFrame | Path

AHEAD = 7  # days: the forecast that judges a day knows nothing of the week before it
FIRST = 84  # days of history before the first forecast that is tried
LEAST = 91  # tried forecasts behind a limit
LONG_ENOUGH = 2 * (FIRST + AHEAD + LEAST)  # days
BAND = (0.1, 0.1587, 0.8413, 0.9)  # the 80 % interval, and one standard deviation to either side


def arrivals_by_day(events: Log, arrival: str, timezone: str) -> Series | None:
    """Return the arrivals of each local day of a log, a partial first or last day missing; None without any.

    An hour without arrivals between the first and the last one has none: a feed that stops looks like nobody coming.
    """
    import pandas as pd

    found = arrivals_per_hour(events, arrival)
    if found.empty:
        return None
    hours = pd.Series(found["value"].to_numpy(), index=pd.DatetimeIndex(found["hour"]).tz_convert("UTC"))
    known = hours.resample("h").sum()
    return regular(known.index.to_series(), known, "d", zone=timezone)


def watch_arrivals(days: Series, learn_days: int, place: str | None, quarters: float) -> Watched | None:
    """Compare the arrivals of each day with the forecast made a week before; None when the series is too short.

    Parameters
    ----------
    days
        Arrivals by local day.
    learn_days
        First days, from whose forecasts spread and limit are learnt (at most half of the series); later days are
        watched.
    place
        Country of the public holidays (None: none).
    quarters
        One false alarm in so many quarters, on average, while the level only moves as it did.

    Notes
    -----
    The forecast is the level model of `chairs.flow.forecasting`: calendar, season and a level that follows what came,
    so that a slow change is no alarm. Made a week before, it cannot follow a sudden one before the sums have rung.
    What came is put on the forecast's distribution (mid-distribution PIT, as a normal score), which leaves residuals
    that follow one another a little; the limit of their cumulative sums is therefore drawn from blocks of those of
    the learning days (`chairs.stats.cusum.limit_by_blocks`). Measured in `tests/unit/twin/test_watch_arrivals.py`.
    """
    import numpy as np

    learn = min(learn_days, len(days.observed) // 2)
    if learn < LONG_ENOUGH // 2 or unsupported(days, learn) is not None:
        return None
    mean = _foreseen(days, place)
    there = ~np.isnan(mean) & ~np.isnan(days.observed)
    tried = np.flatnonzero(there[:learn])
    after = np.flatnonzero(there[learn:]) + learn
    if len(tried) < LEAST or not len(after):
        return None
    age = np.linspace(1.0, 0.0, len(tried))
    past = mean[tried], days.observed[tried]
    spread = fit_spread(*past, age, whole=True, forecasts=len(tried) // AHEAD)
    limit = limit_by_blocks(_scores(spread, *past), quarters * QUARTER, REFERENCE)
    expected, observed = mean[after], days.observed[after]
    scores = _scores(spread, expected, observed)
    band = spread.quantiles(expected, np.array(BAND))
    return Watched(
        flow="arrivals", dates=days.local(len(days.observed))[after], observed=observed.astype(np.int64),
        expected=expected, deviation=np.maximum(band[:, 2] - band[:, 1], 1.0) / 2, low_80=band[:, 0],
        high_80=band[:, 3], residuals=scores, sums=cusum(scores, limit, REFERENCE),
    )  # fmt: skip


def _foreseen(days: Series, place: str | None) -> np.ndarray:
    """Return the mean forecast of each day made when the week before it was not known."""
    import numpy as np

    size = len(days.observed)
    places = () if place is None else (Place(country=place),)
    forecaster = Forecaster(series=days, places=places, horizon=AHEAD, latest=size)
    mean = np.full(size, np.nan)
    for origin in range(FIRST, size - AHEAD + 1):
        mean[origin + AHEAD - 1] = forecaster.mean("level", origin)[-1]
    return mean


def _scores(spread: Spread, mean: np.ndarray, observed: np.ndarray) -> np.ndarray:
    from scipy.special import ndtri

    below, at = spread.probability(mean, observed)
    found: np.ndarray = ndtri(((below + at) / 2).clip(1e-6, 1 - 1e-6))
    return found
