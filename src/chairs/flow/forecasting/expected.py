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
    that kind of day, drawn towards the share over all days as far as chance explains their difference; from two
    years on an hour has a yearly wave of its own (long evenings, winter nights), drawn to none in the same way.

    Returns
    -------
    ndarray
        One a step, above zero.

    Notes
    -----
    McCullagh and Nelder 1989 for the regression (quasi-likelihood: only the mean must be right); the shares are
    empirical Bayes by moments (Efron and Morris 1975).
    """
    import numpy as np

    if step.name == "h":
        total, kept = _daily(values, clock)
        day_mean = _day_means(clock, step, total, kept)
        mean = day_mean[clock.day] * _shares(values, clock, kept)[_kind(clock)[clock.day], clock.hour]
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


def _kind(clock: Clock) -> np.ndarray:
    """Return the kind of each day: its weekday, a public holiday as a Sunday."""
    import numpy as np

    return np.where(clock.columns["rest"], 6, clock.columns["weekday"])


def _shares(values: np.ndarray, clock: Clock, kept: np.ndarray) -> np.ndarray:
    """Return the share of each hour in the day, by kind of day (7, 24)."""
    import numpy as np

    day, hour = clock.day[: len(values)], clock.hour[: len(values)]
    used = kept[day] & ~np.isnan(values)
    counts = np.zeros((7, 24))
    np.add.at(counts, (_kind(clock)[day[used]], hour[used]), values[used])
    if counts.sum() <= 0:
        return np.full((7, 24), 1 / 24)
    pooled = (counts.sum(axis=0) + 0.5) / (counts.sum() + 12.0)
    chance = pooled * counts.sum(axis=1, keepdims=True)  # what each cell would hold if all days were alike
    seen = counts / np.maximum(chance, 1e-9) - 1.0
    noise = 1.0 / np.maximum(chance, 1e-9)
    real = max(float(np.average(seen**2 - noise, weights=chance)), 0.0)
    apart = (seen * real / (real + noise)).ravel()  # the week as a ring: neighbouring hours differ alike
    apart = 0.5 * apart + 0.25 * (np.roll(apart, 1) + np.roll(apart, -1))
    shares = pooled * (1.0 + apart.reshape(7, 24))
    result: np.ndarray = shares / shares.sum(axis=1, keepdims=True)
    return result


def _by_season(values: np.ndarray, mean: np.ndarray, clock: Clock) -> np.ndarray:
    """Return the factor of each step by hour of the day and time of year: one wave an hour, drawn to none.

    Weighted least squares on the deviations from the day's own level, whose variance is that of a count; the prior's
    variance by moments over the 24 hours (empirical Bayes, as the shares).
    """
    import numpy as np

    turn = 2 * np.pi * clock.columns["year"][clock.day]
    waves = np.column_stack([np.sin(turn), np.cos(turn)])
    past, there = slice(len(values)), ~np.isnan(values)
    seen, due = (np.bincount(clock.day[past], np.where(there, x, 0.0)) for x in (values, mean[past]))
    usual = mean[past] * (seen / np.maximum(due, 1e-9))[clock.day[past]]
    gram, moved = np.zeros((24, 2, 2)), np.zeros((24, 2))
    for hour in range(24):
        own = there & (clock.hour[past] == hour)
        known, weight = waves[past][own], mean[past][own]
        gram[hour] = known.T @ (known * weight[:, None]) + 1e-9 * np.eye(2)
        moved[hour] = known.T @ (values[own] - usual[own])
    plain = np.linalg.solve(gram, moved[:, :, None])[:, :, 0]
    noise = np.diagonal(np.linalg.inv(gram), axis1=1, axis2=2)
    real = float((plain**2 - noise).mean())
    if real <= 0:
        return np.ones(len(mean))
    drawn = np.linalg.solve(gram + np.eye(2) / real, moved[:, :, None])[:, :, 0]
    result: np.ndarray = np.maximum(1.0 + (waves * drawn[clock.hour]).sum(axis=1), 0.1)
    return result
