"""Lists of arrivals: patients who come at random, at regular gaps or by appointment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from chairs.twin.durations import Duration


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """One list of arrivals.

    Parameters
    ----------
    to
        First step of these patients.
    classes
        Share of each class, independent of the time; they sum to 1.
    kind
        `weekly`: non-homogeneous Poisson by local clock, `rates` an HOUR for 24 hours or 168 (Monday first), times
        `weekday` (7), `month` (12), on public holidays of `country` `holiday`, and in the school holidays of `zone`
        `school_holiday` (weekends that touch them included). `cycle`: the same with `rates`
        a UNIT OF TIME of the model, each for `every`, repeated from the run's start. `renewal`: independent gaps.
        `scheduled`: at `times` since the run's start, repeated each `every` when it is given.
    season
        Factors at so many evenly spaced points of the year (the first half a step after 1 January), joined by straight
        lines; for `weekly`, beside or instead of `month`.
    holiday_as
        Weekday (0 = Monday) whose hours hold on the public holidays: as many arrivals as on their own weekday (times
        `holiday`), spread over the day like those of this one. None: as on their own weekday.
    within
        For `weekly`: relative rates of so many equal parts of each hour, mean 1 (appointments on the hour and the half
        hour: 60 parts, 30 for the first and the 31st); empty: the same all hour long.
    factor
        Multiplies the rates (a surge is a factor above 1).
    level_cv, level_period
        Over-dispersion: the rate of each day, week or of the whole run is multiplied by a gamma variable of mean 1
        and this coefficient of variation. For `cycle` a day is one cycle.
    level_group
        Lists that give the same word are busy on the same days: their variables come from one random number. Empty:
        each list has days of its own.
    shows
        Share of appointments that are kept.
    until
        No arrivals from this time on.

    Notes
    -----
    Poisson arrivals are exact: an exponential draw is spent along the summed rate, so that a gap which crosses
    the hour uses the new rate (unlike packages that keep the rate of the hour of the previous arrival). A run
    without a start has no months and no holidays. Holidays and their sources: `chairs.core.calendar`.
    """

    name: str
    to: str
    classes: Mapping[str, float]
    kind: Literal["weekly", "cycle", "renewal", "scheduled"] = "weekly"
    rates: tuple[float, ...] = ()
    every: float | None = None
    weekday: tuple[float, ...] = ()
    month: tuple[float, ...] = ()
    season: tuple[float, ...] = ()
    holiday: float = 1.0
    holiday_as: int | None = None
    school_holiday: float = 1.0
    country: str = "FR"
    zone: str = "B"
    within: tuple[float, ...] = ()
    factor: float = 1.0
    level_cv: float = 0.0
    level_period: Literal["day", "week", "run"] = "day"
    level_group: str = ""
    gap: Duration | None = None
    times: tuple[float, ...] = ()
    shows: float = 1.0
    until: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What a patient is like beside his class: drawn on arrival, one share a level, by class where it differs."""

    name: str
    levels: tuple[str, ...]
    shares: tuple[float, ...]
    by_class: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
