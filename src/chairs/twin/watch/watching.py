"""What each day brought beside what was foreseen of it: coverage, skill, and the alarm when stays become longer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.stats.cusum import MOST, Alarm, Cusum, cusum, limit_for
from chairs.twin.watch.departures import Departures, kinds_of
from chairs.twin.watch.stays import Days

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Flow = Literal["stays", "arrivals"]

REFERENCE = 1.0  # half of the shift, in standard deviations a day, that is to be told soonest
QUARTER = 91
WEEK = 7
BANDS = {"coverage_80": 1.281552, "coverage_95": 1.959964}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watched:
    """What was seen, foreseen and told; arrays by day, shape (days,).

    Parameters
    ----------
    flow
        `stays`: departures from units, too few when stays become longer. `arrivals`: patients who come.
    dates
        Local days.
    deviation
        Standard deviation foreseen.
    low_80, high_80
        Interval at 80 %.
    residuals
        Seen less foreseen in standard deviations (normal scores).
    """

    flow: Flow
    dates: pd.DatetimeIndex
    observed: np.ndarray
    expected: np.ndarray
    deviation: np.ndarray
    low_80: np.ndarray
    high_80: np.ndarray
    residuals: np.ndarray
    sums: Cusum

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """The alarms, in order."""
        return self.sums.alarms

    @property
    def told_rise(self) -> float | None:
        """Lasting rise, as a share of what is foreseen, that rings within a week on average; None when none does."""
        shift = REFERENCE + self.sums.limit / WEEK
        return shift * float(self.deviation.mean() / self.expected.mean()) if shift <= MOST else None


def watch(model: Departures, days: Days, place: str | None, quarters: float = 12.0) -> Watched:
    """Compare the departures of each day with those that the model foresees among the patients present.

    Parameters
    ----------
    days
        Patient-days and departures; units that the model does not know are left out.
    place
        Country of the public holidays.
    quarters
        One false alarm in so many quarters, on average, while nothing changes.

    Notes
    -----
    A forecast for the day, made from who is there that morning or comes in on the day. Longer stays show as departures
    that do not come: their residuals, standardised, feed two cumulative sums (`chairs.stats.cusum`), the survival
    CUSUM of Biswas & Kalbfleisch (*Statistics in Medicine* 27, 2008) by days. Measured on the demonstration hospital:
    stays made 30 % longer for all who come in from one day on ring within 7 days, and false alarms are rarer than one a
    quarter (`tests/unit/twin/test_watch.py`).
    """
    import numpy as np

    days = _known(model, days)
    kinds = kinds_of(days.dates, place)
    expected, deviation = model.expected(days, kinds)
    observed = days.left.sum(axis=(1, 2))
    residuals = (observed - expected) / deviation
    half = BANDS["coverage_80"] * deviation
    limit = limit_for(quarters * QUARTER, REFERENCE)
    return Watched(
        flow="stays", dates=days.dates, observed=observed, expected=expected, deviation=deviation,
        low_80=np.maximum(expected - half, 0), high_80=expected + half, residuals=residuals,
        sums=cusum(residuals, limit, REFERENCE),
    )  # fmt: skip


def _known(model: Departures, days: Days) -> Days:
    """Return the patient-days of the units that a model knows, in its order."""
    import numpy as np

    if days.units == model.units:
        return days
    shape = (len(days.there), len(model.units), days.there.shape[2])
    there, left = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    for place, unit in enumerate(model.units):
        if unit in days.units:
            there[:, place] = days.there[:, days.units.index(unit)]
            left[:, place] = days.left[:, days.units.index(unit)]
    return Days(first=days.first, units=model.units, there=there, left=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Mean log scores of a patient-day on the same days (lower is better), and the challenger's gain with interval."""

    champion: float
    challenger: float
    gain: float
    low: float
    high: float
    days: int

    @property
    def replaced(self) -> bool:
        """Say whether the challenger takes the place: only when its gain is clear."""
        return self.low > 0


def contest(champion: Departures, challenger: Departures, days: Days, place: str | None) -> Contest:
    """Compare two models on days that neither learnt from.

    Notes
    -----
    Paired by day: the mean of the daily differences of the log score, with the interval of its standard error over
    the days (normal; Diebold & Mariano 1995, without lag, because residuals of days are not correlated).
    """
    import numpy as np

    pairs = []
    for model in (champion, challenger):
        known = _known(model, days)
        pairs.append(model.scores(known, kinds_of(known.dates, place)))
    gain = pairs[0] - pairs[1]
    half = 1.959964 * float(gain.std(ddof=1)) / len(gain) ** 0.5 if len(gain) > 1 else np.inf
    return Contest(
        champion=float(pairs[0].mean()), challenger=float(pairs[1].mean()), gain=float(gain.mean()),
        low=float(gain.mean()) - half, high=float(gain.mean()) + half, days=len(gain),
    )  # fmt: skip


def skill(watched: Watched, earlier: tuple[np.ndarray, np.ndarray], kinds: np.ndarray) -> float | None:
    """Return the share of the squared error of each kind of day's mean that the forecasts take away.

    `earlier` holds the departures and the kinds of the days of the log before those watched; None without any.
    """
    import numpy as np

    past, past_kinds = earlier
    if not len(past):
        return None
    means = np.array(
        [past[past_kinds == kind].mean() if (past_kinds == kind).any() else past.mean() for kind in range(9)]
    )
    plain = float(((watched.observed - means[kinds]) ** 2).mean())
    return 1 - float(((watched.observed - watched.expected) ** 2).mean()) / plain if plain > 0 else 0.0
