"""The chance of leaving a unit on a day: by unit, days since the stay began, and kind of day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from chairs.core.errors import DataError, Problem, SettingError, problem
from chairs.core.records import build
from chairs.twin.watch.stays import AGES, Days

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

SHRINK = 30.0  # patient-days' worth of the chance of all units in that of one
LEAST = 11  # patient-days behind a chance of its own
ROUNDS = 6
KINDS = 9  # Monday to Sunday, public holidays, working days after one
SHORTEST = 56  # days to learn from
EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Departures:
    """A model of departures.

    Parameters
    ----------
    units
        Codes.
    chance
        Of leaving on an ordinary day, shape (units, classes of age).
    factor
        Of each kind of day, shape (9,).
    spread
        Variance of the day's departures over that of independent patients.
    learnt
        First and last day it was learnt from, as days since 1970: no day up to the last one judges it.
    """

    units: tuple[str, ...]
    chance: np.ndarray
    factor: np.ndarray
    spread: float
    learnt: tuple[int, int]

    def of_day(self, days: Days, kinds: np.ndarray) -> np.ndarray:
        """Return the chance of leaving of each day, unit and class of age."""
        import numpy as np

        found: np.ndarray = np.clip(self.chance[None] * self.factor[kinds][:, None, None], 1e-6, 0.999)
        return found

    def expected(self, days: Days, kinds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return mean and standard deviation of the departures of each day, given who is there, shapes (days,)."""
        import numpy as np

        chance = self.of_day(days, kinds)
        mean = (days.there * chance).sum(axis=(1, 2))
        own = (days.there * chance * (1 - chance)).sum(axis=(1, 2))
        return mean, np.sqrt(np.maximum(own * self.spread, 1e-9))

    def scores(self, days: Days, kinds: np.ndarray) -> np.ndarray:
        """Return the mean log score of a patient-day, of each day (lower is better), shape (days,)."""
        import numpy as np

        chance = self.of_day(days, kinds)
        loss = -(days.left * np.log(chance) + (days.there - days.left) * np.log1p(-chance)).sum(axis=(1, 2))
        found: np.ndarray = loss / np.maximum(days.there.sum(axis=(1, 2)), 1)
        return found


def learn_departures(days: Days, kinds: np.ndarray) -> Departures:
    """Return the model learnt from some days.

    Raises
    ------
    DataError
        With fewer than 56 days or fewer than 100 departures.

    Notes
    -----
    Discrete-time hazards by unit and age of the stay, times a factor by weekday and public holiday, fitted in turn;
    a unit's hazard is shrunk towards that of all units by 30 patient-days. Given who is there, departures seen less
    foreseen are a martingale: their days are not correlated as long as the model holds (Andersen & Gill, *Annals of
    Statistics* 10, 1982), which is what a cumulative sum asks for.
    """
    import numpy as np

    if len(days.there) < SHORTEST or days.left.sum() < 100:
        raise DataError(
            (
                problem(
                    f"trop peu pour apprendre : il faut {SHORTEST} jours et 100 sorties",
                    f"too little to learn from: {SHORTEST} days and 100 departures are needed",
                    remedy=("donner un journal plus long", "give a longer log"),
                ),
            )
        )
    factor = np.ones(KINDS)
    chance = np.zeros(days.there.shape[1:])
    for _ in range(ROUNDS):
        weighted = np.tensordot(factor[kinds], days.there, axes=1)
        left = days.left.sum(axis=0)
        common = left.sum(axis=0) / np.maximum(weighted.sum(axis=0), 1.0)
        chance = np.where(weighted < LEAST, common, (left + SHRINK * common) / (weighted + SHRINK))
        mean = (days.there * chance).sum(axis=(1, 2))
        sums = (
            np.bincount(kinds, days.left.sum(axis=(1, 2)), minlength=KINDS),
            np.bincount(kinds, mean, minlength=KINDS),
        )
        factor = (sums[0] + 1.0) / (sums[1] + 1.0)
    learnt = (days.first, days.first + len(days.there) - 1)
    bare = Departures(units=days.units, chance=chance, factor=factor, spread=1.0, learnt=learnt)
    mean, deviation = bare.expected(days, kinds)
    return replace(bare, spread=max(1.0, float(np.mean(((days.left.sum(axis=(1, 2)) - mean) / deviation) ** 2))))


def kinds_of(dates: pd.DatetimeIndex, place: str | None) -> np.ndarray:
    """Return the kind of each day: 0 to 6 from Monday on, 7 a public holiday of `place`, 8 the working day after one.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds_of(pd.DatetimeIndex(["2024-04-30", "2024-05-01"]), "FR").tolist()
    [1, 7]
    >>> kinds_of(pd.DatetimeIndex(["2024-05-01", "2024-05-02", "2024-05-05"]), None).tolist()
    [2, 3, 6]
    """
    import numpy as np
    import pandas as pd

    from chairs.core.calendar import public_holidays

    kinds = dates.day_of_week.to_numpy().astype(np.int64)
    if place is not None and len(dates):
        before = dates - pd.Timedelta(days=1)
        public = pd.DatetimeIndex(public_holidays(before[0].date(), dates[-1].date(), place))
        kinds[before.isin(public) & (kinds < 5)] = 8
        kinds[dates.isin(public)] = 7
    found: np.ndarray = kinds
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Written:
    """The file of a model."""

    units: tuple[str, ...]
    chance: tuple[tuple[float, ...], ...]
    factor: tuple[float, ...]
    spread: float
    learnt: tuple[str, ...]


def write_departures(model: Departures) -> dict[str, Any]:
    """Return the model as plain JSON content: chances over 11 patient-days or more, no row of anybody."""
    return {
        "units": list(model.units),
        "chance": [[round(float(value), 6) for value in row] for row in model.chance],
        "factor": [round(float(value), 6) for value in model.factor],
        "spread": round(model.spread, 6),
        "learnt": [(EPOCH + dt.timedelta(days=day)).isoformat() for day in model.learnt],
    }


def read_departures(data: object, where: str) -> Departures:
    """Return the model that `write_departures` wrote.

    Raises
    ------
    SettingError
        When the content is not such a model, or was written before models said which days they had learnt from.
    """
    import numpy as np

    if isinstance(data, dict) and "learnt" not in data:
        raise SettingError((_undated(where),))
    content = build(_Written, data, where)
    chance, factor = np.array(content.chance), np.array(content.factor)
    learnt = _numbers(content.learnt)
    fits = chance.shape == (len(content.units), len(AGES)) and factor.shape == (KINDS,) and content.spread > 0
    if not fits or learnt is None:
        raise SettingError((problem("ce n'est pas un modèle de la veille", "not a model of the watch", file=where),))
    return Departures(units=content.units, chance=chance, factor=factor, spread=content.spread, learnt=learnt)


def _numbers(days: tuple[str, ...]) -> tuple[int, int] | None:
    """Return a first and a last day as days since 1970; None when they are not two dates in order."""
    try:
        first, last = ((dt.date.fromisoformat(day) - EPOCH).days for day in days)
    except ValueError:
        return None
    return (first, last) if first <= last else None


def _undated(where: str) -> Problem:
    return problem(
        "ce modèle ne dit pas de quels jours il a appris : il serait jugé sur eux",
        "this model does not say which days it learnt from: it would be judged on them",
        file=where,
        remedy=(
            "retirer ce fichier ; la veille apprend un modèle et l'écrit à sa place",
            "remove this file; the watch learns a model and writes it in its place",
        ),
    )
