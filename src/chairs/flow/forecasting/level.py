"""Forecasts that follow the level: how far the recent past stood above what the calendar leads one to expect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from chairs.flow.forecasting.grain import Grain

RIDGE = 0.01
LASTING = 0.9  # of the slowest level, until the data say otherwise: a past without change cannot teach how one lasts
PAIRS = 20_000  # origins x leads used to estimate the coefficients of one group of leads
WIDEST = (0.05, 20.0)  # a level never moves a forecast further than this
SAME_HOUR = 28.0  # days; half-life of the level of one hour of the day


def fading(values: np.ndarray, half: float, lag: int = 1) -> np.ndarray:
    """Return the running sums of `values`, each `lag` steps before weighing less by half every `half` lags.

    Examples
    --------
    >>> import numpy as np
    >>> fading(np.array([1.0, 0.0, 1.0]), 1.0).tolist()
    [1.0, 0.5, 1.25]
    """
    import numpy as np
    from scipy.signal import lfilter

    past = np.zeros(lag + 1)
    past[0], past[lag] = 1.0, -(0.5 ** (1.0 / half))
    result: np.ndarray = lfilter([1.0], past, values)
    return result


def ratios(values: np.ndarray, mean: np.ndarray, half: float, lag: int = 1) -> np.ndarray:
    """Return how far the values up to and with each step stood above their expectation, as a fading share.

    Gaps count on neither side. One expected patient is added to both, so that few patients do not shout.
    """
    import numpy as np

    there = ~np.isnan(values)
    above = fading(np.where(there, values, 0.0), half, lag)
    below = fading(np.where(there, mean, 0.0), half, lag)
    return (above + 1.0) / (below + 1.0) - 1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """The moving levels of a series, its expectation, and how much of each level lasts until each lead."""

    values: np.ndarray
    mean: np.ndarray
    levels: np.ndarray  # (steps, half-lives)
    hourly: np.ndarray | None  # level of the same hour of the day
    carry: np.ndarray  # (leads, half-lives [+ 1])

    def features(self, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """Return the levels known at each origin for the target `origin + lead` (n, levels)."""
        import numpy as np

        found = self.levels[origins - 1]
        if self.hourly is None:
            result: np.ndarray = found
            return result
        same = origins + leads - (leads // 24 + 1) * 24  # last time that hour was seen
        return np.column_stack([found, self.hourly[same]])

    def predict(self, origins: np.ndarray, leads: np.ndarray) -> np.ndarray:
        """Return the mean forecast of the steps `origins + leads` (n,)."""
        import numpy as np

        move = 1.0 + (self.features(origins, leads) * self.carry[leads]).sum(axis=1)
        result: np.ndarray = self.mean[origins + leads] * np.clip(move, *WIDEST)
        return result


def fit_levels(values: np.ndarray, mean: np.ndarray, step: Grain, fitted: int, horizon: int) -> Levels:
    """Return the levels of a series and the coefficients that the steps before `fitted` support.

    For each group of leads the relative deviation from the expectation is regressed on the levels at the origin,
    weighted by the expectation (the variance of a count), with a weak ridge towards a slow level that lasts: a direct
    forecast for each lead, so that census, whose deviations last hours, and arrivals, whose last weeks, need no
    setting of their own.

    Notes
    -----
    Exponential smoothing (Brown 1959) at several speeds; direct multi-step estimation (Marcellino, Stock and Watson
    2006).
    """
    import numpy as np

    levels = np.column_stack([ratios(values, mean, half) for half in step.halves])
    hourly = ratios(values, mean, SAME_HOUR, lag=24) if step.name == "h" else None
    width = levels.shape[1] + (hourly is not None)
    found = Levels(values=values, mean=mean, levels=levels, hourly=hourly, carry=np.zeros((horizon, width)))
    usual = np.zeros(width)
    usual[levels.shape[1] - 1] = LASTING
    found.carry[:] = usual
    warm = max(min(3 * step.block, fitted // 2), 1 if hourly is None else 25)
    for first, past in step.groups(horizon):
        origins, leads = pairs(warm, fitted, (first, past), PAIRS)
        if len(origins) < 4 * width:
            continue
        target = values[origins + leads]
        there = ~np.isnan(target)
        known = found.features(origins[there], leads[there])
        scale = mean[(origins + leads)[there]]
        weighted = known * scale[:, None]
        cross = weighted.T @ known
        ridge = RIDGE * max(np.trace(cross) / width, 1e-9)
        moved = weighted.T @ (target[there] / scale - 1.0) + ridge * usual
        found.carry[first:past] = np.linalg.solve(cross + ridge * np.eye(width), moved)
    return found


def pairs(warm: int, fitted: int, leads: tuple[int, int], most: int) -> tuple[np.ndarray, np.ndarray]:
    """Return origins and leads whose targets lie before `fitted`, evenly thinned to about `most` pairs."""
    import numpy as np

    ahead = np.arange(*leads)
    last = fitted - int(ahead[-1])
    stride = max(1, (last - warm) * len(ahead) // most)
    origins = np.arange(warm, max(last, warm), stride)
    return np.repeat(origins, len(ahead)), np.tile(ahead, len(origins))
