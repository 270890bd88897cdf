"""What the calendar alone leads one to expect at each step, learned from the past of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.flow.forecasting.days import day_columns, design
from chairs.flow.forecasting.level import fading, ratios

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.flow.forecasting.days import Place
    from chairs.flow.forecasting.grain import Grain
    from chairs.flow.forecasting.series import Series

TREND = 120.0  # half-life, in days, of the slow level taken out before the calendar's effects are estimated
SLOW = 180.0  # half-life, in days, of the slow level that expectations follow
FULL_DAY = 23
SEASONS = 2.0  # years from which an hour of the day may have a season of its own
BANDS = (1, 2, 4, 8)  # harmonics of the day at which a band begins, below which is the first
EFFECT = 0.15  # usual size of an effect of the calendar, towards none of which each is drawn
AFTER = 8  # days beyond the last step, so that a holiday just after it is felt
PER_DAY = {"h": 24, "d": 1, "w": 1 / 7, "m": 12 / 365.25}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Clock:
    """The days that the steps of a series belong to, and what the calendar says of them."""

    dates: pd.DatetimeIndex
    columns: dict[str, np.ndarray]
    day: np.ndarray  # of each step
    hour: np.ndarray  # of each step


def clock_of(series: Series, places: tuple[Place, ...], end: int) -> Clock:
    """Return the days and hours of the steps 0 to `end` (excluded); holidays count for steps of a day or less."""
    import numpy as np
    import pandas as pd

    if series.step.name == "h":
        local = series.local(end)
        dates = pd.date_range(local[0].normalize(), local[-1].normalize() + pd.Timedelta(days=AFTER), freq="D")
        day = (local.normalize() - dates[0]).days.to_numpy()
        return Clock(dates=dates, columns=day_columns(dates, places), day=day, hour=local.hour.to_numpy())
    dates = series.local(end + AFTER)
    columns = day_columns(dates, places if series.step.name == "d" else ())
    return Clock(dates=dates, columns=columns, day=np.arange(end), hour=np.zeros(end, dtype=int))


def expected(values: np.ndarray, step: Grain, clock: Clock) -> np.ndarray:
    """Return the expected value of every step of `clock`, learned from the first steps, `values`.

    Days: Poisson regression with a weak ridge (it fits the mean of any measure that is not negative) on weekday,
    season and holidays, after a slow level is taken out. Hours: the day's expectation times the share of the hour on
    that weekday (a public holiday lies between its weekday and a Sunday, where past ones lay), drawn towards the share
    over all days as far as chance explains their difference; from two years on an hour has two yearly waves of its
    own (long evenings, winter nights), drawn to none in the same way. Neighbouring hours lend each other strength.

    Returns
    -------
    ndarray
        One a step, above zero.

    Notes
    -----
    McCullagh and Nelder 1989 for the regression (quasi-likelihood: only the mean must be right); the shares are
    shrunk by bands of frequency (Cavalier and Tsybakov 2001). Checked on planted weeks: hours that do not differ get
    one share, and a smooth difference is found with a smaller error than by the shares seen.
    """
    import numpy as np

    if step.name == "h":
        total, kept = _daily(values, clock)
        day_mean = _day_means(clock, step, total, kept)
        mean = day_mean[clock.day] * _hours(values, clock, kept)
        if len(values) >= SEASONS * step.year:
            mean = mean * _by_season(values, mean, clock)
    else:
        mean = _day_means(clock, step, values, ~np.isnan(values))[clock.day]
    result: np.ndarray = np.maximum(mean, 1e-3 * max(float(np.nanmean(values)), 1e-6))
    return result


def slow_level(values: np.ndarray, mean: np.ndarray, step: Grain, fitted: int) -> np.ndarray:
    """Return how far the level stood above `mean` at the refit before the one that each step belongs to.

    Held one refit back, so that the steps used for training look no further into the future than a forecast does.
    """
    import numpy as np

    level = 1.0 + ratios(values, mean, SLOW * PER_DAY[step.name])
    block = step.block if fitted >= 4 * step.block else step.early
    held = np.minimum(np.arange(len(mean)), fitted) // block * block - block
    result: np.ndarray = level[np.maximum(held, 1) - 1]
    return result


def _daily(values: np.ndarray, clock: Clock) -> tuple[np.ndarray, np.ndarray]:
    """Return the totals of the days before `fitted` on the scale of 24 hours, and which days are whole."""
    import numpy as np

    day, there = clock.day[: len(values)], ~np.isnan(values)
    days = int(day[-1]) + 1
    total = np.bincount(day, np.where(there, values, 0.0), days)
    hours = np.bincount(day, there, days)
    return total * 24.0 / np.maximum(hours, 1), hours >= FULL_DAY


def _day_means(clock: Clock, step: Grain, total: np.ndarray, kept: np.ndarray) -> np.ndarray:
    import numpy as np
    from sklearn.linear_model import PoissonRegressor

    per_day = min(PER_DAY[step.name], 1.0)
    columns = design(clock.dates, clock.columns, len(total) / per_day / 365.25, weekly=step.name in "hd")
    seen, known = columns[: len(total)][kept], total[kept]
    scale = float(known.mean()) if kept.any() else 0.0
    if scale <= 0:
        return np.full(len(clock.dates), 1e-6)
    known = known / scale
    level, noise = np.ones(len(known)), float(known.var())
    for _ in range(2):
        strength = min(max(noise / EFFECT**2, 0.05), 20.0)
        model = PoissonRegressor(alpha=strength / len(known), solver="newton-cholesky", max_iter=50)
        model.fit(seen, known / level, sample_weight=level)
        fit = model.predict(seen)
        level = _two_sided(known, TREND * per_day) / np.maximum(_two_sided(fit, TREND * per_day), 1e-9)
        level = np.maximum(level, 1e-3)
        noise = float(np.mean((known / (fit * level) - 1.0) ** 2))
    result: np.ndarray = model.predict(columns) * scale
    return result


def _two_sided(values: np.ndarray, half: float) -> np.ndarray:
    result: np.ndarray = fading(values, half) + fading(values[::-1], half)[::-1] - values
    return result


def _hours(values: np.ndarray, clock: Clock, kept: np.ndarray) -> np.ndarray:
    """Return the share of each step in its day: its weekday's, on a public holiday partly a Sunday's.

    The part is the mean of its likelihood over past holidays: half while none was seen.
    """
    import numpy as np

    day, rest = clock.day[: len(values)], clock.columns["rest"][clock.day]
    weekday = clock.columns["weekday"][clock.day]
    used = kept[day] & ~np.isnan(values)
    counts = np.zeros((7, 24))
    usual = used & ~rest[: len(values)]
    np.add.at(counts, (weekday[: len(values)][usual], clock.hour[: len(values)][usual]), values[usual])
    shares = _shares(counts)
    own, sunday = shares[weekday, clock.hour], shares[6, clock.hour]
    seen = np.flatnonzero(used & rest[: len(values)])
    parts = np.linspace(0.0, 1.0, 11)
    likely = values[seen] @ np.log(np.outer(sunday[seen], parts) + np.outer(own[seen], 1.0 - parts))
    part = float(np.average(parts, weights=np.exp(likely - likely.max())))
    result: np.ndarray = np.where(rest, part * sunday + (1.0 - part) * own, own)
    return result


def _shares(counts: np.ndarray) -> np.ndarray:
    """Return the share of each hour in the day, by weekday (7, 24): that of all days, and how the weekday departs."""
    import numpy as np

    pooled = (counts.sum(axis=0) + 0.5) / (counts.sum() + 12.0)
    alike = pooled * counts.sum(axis=1, keepdims=True)  # what each cell would hold if all days were
    chance = np.sqrt(np.maximum(alike, 1.0))
    apart = _drawn(((counts - alike) / chance).ravel(), 7).reshape(7, 24) / chance
    shares = pooled * np.maximum(1.0 + apart, 1e-3)
    result: np.ndarray = shares / shares.sum(axis=1, keepdims=True)
    return result


def _drawn(seen: np.ndarray, days: int) -> np.ndarray:
    """Return deviations around a ring of hours, in units of their chance, without what chance explains of them.

    Taken apart into waves; of each band of harmonics of the day as much is kept as its power exceeds chance (blockwise
    James-Stein: Cavalier and Tsybakov 2001). What changes smoothly from hour to hour stays, jitter goes, and how much
    of each is for the data to say.
    """
    import numpy as np

    waves = np.fft.rfft(seen)
    power = np.abs(waves) ** 2 / len(seen)  # one on average where there is nothing but chance
    band = np.searchsorted(BANDS, np.round(np.arange(len(waves)) / days), side="right")
    mean = np.bincount(band, power) / np.maximum(np.bincount(band), 1)
    result: np.ndarray = np.fft.irfft(waves * (1.0 - 1.0 / np.maximum(mean, 1.0))[band], len(seen))
    return result


def _by_season(values: np.ndarray, mean: np.ndarray, clock: Clock) -> np.ndarray:
    """Return the factor of each step by hour of the day and time of year: two waves an hour, drawn to none.

    Weighted least squares on the deviations from the day's own level, whose variance is that of a count; then each
    coefficient is drawn, around the ring of the 24 hours, as the shares are.
    """
    import numpy as np

    turn = 2 * np.pi * clock.columns["year"][clock.day]
    waves = np.column_stack([f(k * turn) for k in (1, 2) for f in (np.sin, np.cos)])
    past, there = slice(len(values)), ~np.isnan(values)
    seen, due = (np.bincount(clock.day[past], np.where(there, x, 0.0)) for x in (values, mean[past]))
    usual = mean[past] * (seen / np.maximum(due, 1e-9))[clock.day[past]]
    found, chance = np.zeros((24, 4)), np.zeros((24, 4))
    for hour in range(24):
        own = there & (clock.hour[past] == hour)
        known, weight = waves[past][own], mean[past][own]
        turned = np.linalg.inv(known.T @ (known * weight[:, None]) + np.eye(4))  # one patient, for hours without any
        found[hour] = turned @ (known.T @ (values[own] - usual[own]))
        chance[hour] = np.sqrt(np.diagonal(turned))
    drawn = np.column_stack([_drawn(one, 1) for one in (found / chance).T]) * chance
    result: np.ndarray = np.maximum(1.0 + (waves * drawn[clock.hour]).sum(axis=1), 0.1)
    return result
