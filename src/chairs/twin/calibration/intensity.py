"""Arrivals from a log: hour and weekday, season, holidays, level and over-dispersion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.arrivals import Arrivals
from chairs.twin.calibration.journal import DAY, HOUR

RECENT_DAYS = 91
TWO_YEARS = 730
LEAST_HOLIDAYS = 5
CLEAR = 3.0  # standard errors before a factor is believed
SMALLEST = 0.02
SMOOTH = (1 / 16, 4 / 16, 6 / 16, 4 / 16, 1 / 16)
LEAST_WITHIN = 60  # arrivals left out, before minutes of the hour are looked for
DOORS = 0.1  # of the arrivals of an hour: an hour with less before it is one in which doors open
PARTS = (4, 12, 60)  # of an hour
PRIOR = 5.0  # arrivals that are taken to have been seen along the coarser pattern
TWO_WEEKS = 14  # days: in fewer no weekday is told from another
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Intensity:
    """One list of arrivals and what was found of it; `holiday` and `month` are empty where not identifiable."""

    arrivals: Arrivals
    pattern: str
    recent: bool
    days: int
    dispersion: float
    season: bool
    holidays: int


def fit_intensity(moments: np.ndarray, name: str, *, days: np.ndarray, country: str, dated: bool) -> Intensity:
    """Return the intensity of one kind of arrivals.

    Parameters
    ----------
    moments
        Arrivals on the local clock, microseconds.
    days
        Local days (since 1970) that the log covers whole.
    dated
        Whether the calendar is real: holidays and seasons are looked for only then.

    Notes
    -----
    The pattern (the same all day, by hour smoothed or not, by hour and weekday as a product, by hour of the week
    drawn towards the product) is the one under which weeks left out are most likely (five folds of weeks; of less than
    two weeks, days, and no weekday is told from another). The level
    is that of the last 13 weeks when it is clearly (three standard errors, over-dispersion allowed for) another than
    that of the whole. Over-dispersion is the gamma-mixed Poisson's by moments: variance of the daily counts = mean +
    (cv x mean)^2 (Cameron & Trivedi 2013, section 3.3), kept when Pearson's statistic is significant. Minutes of the
    hour that arrivals clearly keep to (appointments) are found in the same way, three standard errors again.
    """
    kept = moments[np.isin(moments // DAY, days)]
    counts = _table(kept, days)
    pattern = _best_pattern(counts, days)
    rates = _rates(counts, days, pattern)
    expected = rates.reshape(7, 24).sum(axis=1)[_weekday(days)]
    daily = counts.sum(axis=1)
    month = _months(daily, expected, days) if dated else ()
    if month:
        expected = expected * np.array(month)[_month(days)]
    holiday, holidays = _holiday(daily, expected, days, country) if dated else (1.0, 0)
    level, recent = _level(daily, expected)
    cv = _dispersion(daily, expected)
    return Intensity(
        arrivals=Arrivals(
            name=name,
            to="",
            classes={name: 1.0},
            rates=tuple(float(f"{rate * level:.5g}") for rate in rates),
            month=month,
            holiday=holiday,
            country=country,
            level_cv=cv,
            within=_within(kept),
        ),
        pattern=pattern,
        recent=recent,
        days=len(days),
        dispersion=cv,
        season=bool(month),
        holidays=holidays,
    )


def whole_days(moments: np.ndarray) -> np.ndarray:
    """Return the local days from the first arrival to the last, the two broken ones at the ends left out."""
    first, last = int(moments.min() // DAY), int(moments.max() // DAY)
    return np.arange(first + 1, last) if last - first > 7 else np.arange(first, last + 1)


def _weekday(days: np.ndarray) -> np.ndarray:
    return (days + 3) % 7


def _month(days: np.ndarray) -> np.ndarray:
    return days.astype("M8[D]").astype("M8[M]").astype(np.int64) % 12


def _table(moments: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Return arrivals by day and hour."""
    place = (moments // DAY - days[0]) * 24 + moments // HOUR % 24
    return np.bincount(place, minlength=24 * len(days))[: 24 * len(days)].reshape(len(days), 24).astype(float)


def _rates(counts: np.ndarray, days: np.ndarray, pattern: str) -> np.ndarray:
    """Return the expected arrivals of each hour of the week."""
    n_days = np.maximum(np.bincount(_weekday(days), minlength=7), 1)
    if pattern == "flat":
        return np.full(168, counts.mean())
    by_hour = _drawn_in(counts)
    if pattern == "smooth hour":
        rolled = [np.roll(by_hour, shift) * weight for shift, weight in zip(range(-2, 3), SMOOTH, strict=True)]
        by_hour = np.sum(rolled, axis=0)
    if pattern.endswith("hour"):
        return np.tile(by_hour, 7)
    week = np.zeros((7, 24))
    np.add.at(week, _weekday(days), counts)
    by_day = week.sum(axis=1) / n_days / by_hour.sum()
    product = by_day[:, None] * by_hour[None, :]
    if pattern == "hour and weekday":
        return np.asarray(product.ravel())
    drawn = PRIOR / np.maximum(by_hour.mean(), 1e-9)
    return np.asarray(((week + drawn * product) / (n_days[:, None] + drawn)).ravel())


PATTERNS_OF_A_DAY = ("flat", "smooth hour", "hour")
PATTERNS = (*PATTERNS_OF_A_DAY, "hour and weekday", "hour of the week")


def _drawn_in(counts: np.ndarray) -> np.ndarray:
    """Return the mean of each hour of the day, drawn a little towards the mean of all."""
    flat, drawn = counts.mean() + 1e-9, PRIOR / 24
    return np.asarray((counts.sum(axis=0) + drawn) / (len(counts) + drawn / flat))


def _best_pattern(counts: np.ndarray, days: np.ndarray) -> str:
    whole_weeks = len(days) >= TWO_WEEKS
    fold = (days - days[0]) // (7 if whole_weeks else 1) % FOLDS
    if len(days) < FOLDS or counts.sum() < 50:
        return "flat" if counts.sum() < 100 else "smooth hour"
    scores = []
    for pattern in PATTERNS if whole_weeks else PATTERNS_OF_A_DAY:
        score = 0.0
        for held in np.unique(fold):
            rates = np.maximum(_rates(counts[fold != held], days[fold != held], pattern).reshape(7, 24), 1e-6)
            later = rates[_weekday(days[fold == held])]
            score += float((counts[fold == held] * np.log(later / later.sum())).sum())
        scores.append(score)
    return PATTERNS[int(np.argmax(scores))]


def _within(moments: np.ndarray) -> tuple[float, ...]:
    """Return relative rates of the parts of an hour, where arrivals of weeks left out clearly keep to them.

    Hours before which hardly anybody comes are left out: who is there when the doors open has no appointment.
    """
    a_day = np.bincount(moments // HOUR % 24, minlength=24)
    moments = moments[(np.roll(a_day, 1) > DOORS * a_day)[moments // HOUR % 24]]
    held = moments // DAY // 7 % 5 == 0
    if held.sum() < LEAST_WITHIN:
        return ()
    best, found = 0.0, 0
    for parts in PARTS:
        place = moments % HOUR * parts // HOUR
        odds = np.log(_parts(place[~held], parts))[place[held]]
        if odds.mean() > max(best, CLEAR * float(odds.std()) / np.sqrt(len(odds))):
            best, found = float(odds.mean()), parts
    if not found:
        return ()
    rates = [round(float(rate), 4) for rate in _parts(moments % HOUR * found // HOUR, found)]
    highest = int(np.argmax(rates))
    rates[highest] = round(found - sum(rates) + rates[highest], 4)
    return tuple(rates)


def _parts(place: np.ndarray, parts: int) -> np.ndarray:
    """Return rates of the parts of an hour, relative to their mean, drawn a little towards it."""
    counts = np.bincount(place, minlength=parts) + PRIOR / parts
    return np.asarray(counts / counts.mean())


def _dispersion(daily: np.ndarray, expected: np.ndarray) -> float:
    """Return the coefficient of variation of the daily level, 0 where Poisson noise explains the counts."""
    n = len(daily)
    mean = np.maximum(expected * daily.sum() / max(expected.sum(), 1e-9), 1e-9)
    pearson = float(((daily - mean) ** 2 / mean).sum())
    if n < 14 or pearson <= n + CLEAR * np.sqrt(2 * n):
        return 0.0
    excess = float(((daily - mean) ** 2 - mean).sum() / (mean**2).sum())
    return round(float(np.sqrt(max(excess, 0.0))), 4) if excess > SMALLEST**2 else 0.0


def _level(daily: np.ndarray, expected: np.ndarray) -> tuple[float, bool]:
    if len(daily) < 2 * RECENT_DAYS:
        return 1.0, False
    now, then = daily[-RECENT_DAYS:].sum(), expected[-RECENT_DAYS:].sum()
    spread = max(1.0, float(((daily - expected) ** 2 / np.maximum(expected, 1e-9)).mean()))
    clear = abs(now - then) > CLEAR * np.sqrt(max(then, 1e-9) * spread)
    return (float(now / then), True) if clear and then > 0 else (1.0, False)


def _months(daily: np.ndarray, expected: np.ndarray, days: np.ndarray) -> tuple[float, ...]:
    """Return twelve factors of the season, when two years show it clearly."""
    if len(days) < TWO_YEARS:
        return ()
    month = _month(days)
    seen, due = np.bincount(month, weights=daily, minlength=12), np.bincount(month, weights=expected, minlength=12)
    spread = max(1.0, float(((daily - expected) ** 2 / np.maximum(expected, 1e-9)).mean()))
    chi = float(((seen - due) ** 2 / np.maximum(due * spread, 1e-9)).sum())
    if chi < 11 + CLEAR * np.sqrt(22):
        return ()
    return tuple(round(float(ratio), 4) for ratio in seen / np.maximum(due, 1e-9))


def _holiday(daily: np.ndarray, expected: np.ndarray, days: np.ndarray, country: str) -> tuple[float, int]:
    from chairs.twin.clock import holidays_among

    closed = holidays_among(days, country)
    n = int(closed.sum())
    seen, due = float(daily[closed].sum()), float(expected[closed].sum())
    if n < LEAST_HOLIDAYS or due <= 0 or abs(seen - due) < CLEAR * np.sqrt(due):
        return 1.0, n
    return round(seen / due, 4), n
