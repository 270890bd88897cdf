"""The days of a hospital's arrivals: hours of the week, a smooth season, holidays, over-dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.clock import holidays_among, season_at

POINTS = 73  # of the season: one in five days
TWO_YEARS = 730
LEAST_HOLIDAYS = 5
LEAST_ON_THEM = 22  # arrivals on public holidays before these have hours of their own
DRAWN_BY = 5.0  # arrivals by which an hour of the week is drawn to the product of hour and weekday
SUNDAY = 6
MOST_WAVES = 8
ROUNDS = 6  # of weighted least squares: it stands still after four
YEARS_END = (71, 72, 0)  # points of the season from 22 December to 5 January


@dataclass(frozen=True)
class Season:
    """Factors of the year (empty: none shown), of public holidays, and the weekday whose hours these have."""

    factors: tuple[float, ...]
    holiday: float
    holiday_as: int | None

    def due(self, week: np.ndarray, days: np.ndarray, country: str) -> np.ndarray:
        """Return the expected arrivals of each day (since 1970) from those of each weekday."""
        year = season_at(np.array(self.factors), days) if self.factors else np.ones(len(days))
        found: np.ndarray = week[(days + 3) % 7] * year * np.where(holidays_among(days, country), self.holiday, 1.0)
        return found


def counts_of(moments: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return arrivals (local minutes) by day and hour."""
    hour = np.floor(moments / 60).astype(int) - 24 * days[0]
    hour = hour[(hour >= 0) & (hour < 24 * len(days))]
    return np.bincount(hour, minlength=24 * len(days)).reshape(len(days), 24).astype(float)


def week_of(counts: np.ndarray, days: np.ndarray, country: str) -> np.ndarray:
    """Return the expected arrivals of each hour of the week (7, 24), drawn towards the product of hour and weekday.

    Public holidays are left out: `season_of` says what they are like.
    """
    usual = ~holidays_among(days, country)
    counts, weekday = counts[usual], (days[usual] + 3) % 7
    n_days = np.maximum(np.bincount(weekday, minlength=7), 1)[:, None]
    week = np.zeros((7, 24))
    np.add.at(week, weekday, counts)
    by_hour = (week / n_days).mean(axis=0)
    product = (week / n_days).sum(axis=1)[:, None] * by_hour[None, :] / max(by_hour.sum(), 1e-9)
    drawn = DRAWN_BY / max(by_hour.mean(), 1e-9)
    found: np.ndarray = (week + drawn * product) / (n_days + drawn)
    return found


def season_of(counts: np.ndarray, due: np.ndarray, days: np.ndarray, country: str) -> Season:
    """Return the season of daily counts.

    Parameters
    ----------
    counts
        Arrivals by day and hour; `due` those expected by weekday and hour alone, hours of Monday first (7, 24).

    Notes
    -----
    Season: seen over expected at 73 points of the year (both years together), by Poisson regression on waves a year,
    with a step from Christmas to New Year or none. Twice as many waves as Akaike's criterion wants (its noise that of
    the counts), eight at most: the smoothest good fit cut 1.1 % off the peak of a winter, which was a tenth of the wait
    for a full short-stay unit (80 draws of the demonstration hospital; now 0.4 %). Only with two years. Public holidays
    have the arrivals of their weekday times the ratio of seen to expected, spread over its hours or those of Sunday,
    whichever make theirs likelier.
    """
    weekday, closed = (days + 3) % 7, holidays_among(days, country)
    expected = due.sum(axis=1)[weekday]
    factors = _year(counts.sum(axis=1)[~closed], expected[~closed], days[~closed])
    year = season_at(np.array(factors), days) if factors else np.ones(len(days))
    if closed.sum() < LEAST_HOLIDAYS:
        return Season(factors, 1.0, None)
    seen, own = counts[closed], due[weekday[closed]] * year[closed, None]
    holiday = _ratio(seen, own)
    if seen.sum() < LEAST_ON_THEM or not due[SUNDAY].sum():
        return Season(factors, holiday, None)
    likely = [float((seen.sum(axis=0) * np.log(_profile(one))).sum()) for one in (own, due[[SUNDAY]])]
    return Season(factors, holiday, SUNDAY if likely[1] > likely[0] else None)


def _profile(expected: np.ndarray) -> np.ndarray:
    hours = expected.sum(axis=0) + 1e-6
    found: np.ndarray = hours / hours.sum()
    return found


def _ratio(seen: np.ndarray, due: np.ndarray) -> float:
    return round(float(seen.sum() / max(due.sum(), 1e-9)), 4) if due.sum() > 0 else 1.0


def _year(daily: np.ndarray, expected: np.ndarray, days: np.ndarray) -> tuple[float, ...]:
    if np.ptp(days) + 1 < TWO_YEARS or daily.sum() < 10 * POINTS:
        return ()
    dates = days.astype("M8[D]")
    into = (dates - dates.astype("M8[Y]").astype("M8[D]")).astype(np.int64)
    place = np.minimum((into / 365.25 * POINTS).astype(int), POINTS - 1)
    seen, due = (np.bincount(place, weights=one, minlength=POINTS) for one in (daily, expected))
    due = np.maximum(due * seen.sum() / due.sum(), 1e-9)
    mean = expected * (seen / np.maximum(due, 1e-9))[place]
    spread = float(((daily - mean) ** 2 / np.maximum(mean, 1e-9)).sum() / (len(days) - POINTS))
    factors = _fitted(seen, due, max(spread, 1.0))
    factors *= daily.sum() / (expected * season_at(factors, days)).sum()
    return tuple(float(f"{one:.5g}") for one in factors)


def _fitted(seen: np.ndarray, due: np.ndarray, spread: float) -> np.ndarray:
    """Return the factors of twice as many waves as Akaike's criterion wants, and of a step where it wants one."""
    fits = {(k, step): _likeliest(seen, due, k, step) for k in range(MOST_WAVES + 1) for step in (False, True)}
    score = {(k, step): 2 * (2 * k + step) - 2 * likely / spread for (k, step), (likely, _) in fits.items()}
    waves, step = min(score, key=score.__getitem__)
    return fits[min(2 * waves, MOST_WAVES), step][1]


def _likeliest(seen: np.ndarray, due: np.ndarray, waves: int, step: bool) -> tuple[float, np.ndarray]:
    """Return the log-likelihood of counts (but for a constant) and the likeliest factors, a Poisson regression."""
    angle = 2 * np.pi * (np.arange(POINTS) + 0.5) / POINTS
    columns = [np.ones(POINTS)] + [part(k * angle) for k in range(1, waves + 1) for part in (np.sin, np.cos)]
    columns += [np.isin(np.arange(POINTS), YEARS_END).astype(float)] if step else []
    basis, level = np.column_stack(columns), np.log((seen + 0.5) / due)
    for _ in range(ROUNDS):
        mean = due * np.exp(level)
        root = np.sqrt(mean)
        level = basis @ np.linalg.lstsq(basis * root[:, None], (level + seen / mean - 1) * root, rcond=None)[0]
    return float((seen * level - due * np.exp(level)).sum()), np.exp(level)


def overdispersion(daily: np.ndarray, expected: np.ndarray) -> float:
    """Return the coefficient of variation of the daily level by moments: variance = mean + (cv x mean)^2.

    Not tested first: an estimate that is kept only when significant would be too high where it is kept.
    """
    mean = expected * daily.sum() / max(expected.sum(), 1e-9)
    excess = float(((daily - mean) ** 2 - mean).sum() / max((mean**2).sum(), 1e-9))
    return round(float(np.sqrt(max(excess, 0.0))), 4)
