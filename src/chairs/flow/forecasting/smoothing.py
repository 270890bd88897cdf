"""The two forecasts that everything is measured against: seasonal naive and exponential smoothing."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from chairs.flow.forecasting.grain import Grain

SEASONS = {"h": 8, "d": 104, "w": 6, "m": 12}  # last seasons used to estimate the smoothing parameters
DEFAULT = (0.1, 0.05)


def seasonal_naive(values: np.ndarray, season: int, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
    """Return the last known value of the same phase of the season (an earlier season where it is missing).

    Examples
    --------
    >>> import numpy as np
    >>> seasonal_naive(np.array([1.0, 2.0, 3.0, 4.0]), 2, np.array([4, 4]), np.array([0, 1])).tolist()
    [3.0, 4.0]
    """
    import numpy as np

    step = origins + leads - (leads // season + 1) * season
    found = np.full(len(step), np.nan)
    for _ in range(8):
        usable = (step >= 0) & (step < len(values))
        seen = np.where(usable, values[np.where(usable, step, 0)], np.nan)
        found = np.where(np.isnan(found), seen, found)
        step = step - season
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Smoothed:
    """Level, and effect of the step's own phase of the season, after each step of additive exponential smoothing."""

    level: np.ndarray
    effect: np.ndarray
    season: int

    def predict(self, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """Return the mean forecast of the steps `origins + leads` (n,), never below zero."""
        import numpy as np

        same = origins + leads - (leads // self.season + 1) * self.season  # last known step of that phase
        result: np.ndarray = np.maximum(self.level[origins - 1] + self.effect[same], 0.0)
        return result


def fit_smoothing(values: np.ndarray, filler: np.ndarray, step: Grain, fitted: int) -> Smoothed | None:
    """Return ETS(A,N,A), parameters estimated on the last seasons before `fitted`; None under two seasons and a half.

    Parameters
    ----------
    filler
        What stands for a missing value (the calendar's expectation).

    Notes
    -----
    Hyndman, Koehler, Ord and Snyder 2008; maximum likelihood by statsmodels, whose recursion this repeats so that one
    pass gives the state at every origin (compared with it in the tests).
    """
    import numpy as np

    season = step.season
    if fitted < int(2.5 * season):
        return None
    filled = np.where(np.isnan(values), filler[: len(values)], values)
    length = min(fitted, max(SEASONS[step.name] * season, int(2.5 * season)))
    alpha, gamma = _parameters(filled[fitted - length : fitted], season)
    first = filled[: 2 * season]
    level = float(first.mean())
    phase = (first.reshape(2, season).mean(axis=0) - level).tolist()
    levels, effects = [], []
    for i, value in enumerate(filled.tolist()):
        error = value - level - phase[i % season]
        level += alpha * error
        phase[i % season] += gamma * error
        levels.append(level)
        effects.append(phase[i % season])
    return Smoothed(level=np.array(levels), effect=np.array(effects), season=season)


def _parameters(values: np.ndarray, season: int) -> tuple[float, float]:
    import numpy as np
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    if np.ptp(values) <= 0:
        return DEFAULT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # no convergence: the parameters reached are still a valid filter
        model = ETSModel(
            values, error="add", seasonal="add", seasonal_periods=season, initialization_method="heuristic"
        )
        found = dict(zip(model.param_names, model.fit(disp=False, maxiter=40).params, strict=False))
    pair = float(found["smoothing_level"]), float(found["smoothing_seasonal"])
    return pair if np.isfinite(pair).all() else DEFAULT
