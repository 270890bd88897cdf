"""Scores of probabilistic forecasts: pinball loss, CRPS over quantiles, PIT, scale of the seasonal naive."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

CRPS_LEVELS = tuple(round(0.05 * i, 2) for i in range(1, 20))  # the grid of the published table we compare with


def pinball(levels: np.ndarray, quantiles: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the pinball loss of each quantile, in the unit of the observation.

    A quantile of level p that the observation exceeds by e costs p e; one that it falls short of by e costs (1 - p) e.

    Parameters
    ----------
    levels
        Probabilities (k,).
    quantiles
        Forecast (..., k).
    observed
        What came (...).

    Returns
    -------
    ndarray
        (..., k); missing where the observation is.

    Notes
    -----
    Koenker and Bassett 1978; Gneiting and Raftery 2007, section 6. Checked against scikit-learn's mean_pinball_loss
    and the closed form of the normal distribution.

    Examples
    --------
    >>> import numpy as np
    >>> pinball(np.array([0.1, 0.9]), np.array([8.0, 12.0]), np.array(14.0)).round(1).tolist()
    [0.6, 1.8]
    """
    import numpy as np

    error = np.asarray(observed, dtype=float)[..., None] - quantiles
    result: np.ndarray = np.maximum(levels * error, (levels - 1.0) * error)
    return result


def quantile_crps(levels: np.ndarray, quantiles: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return twice the mean pinball loss over `levels`: the continuous ranked probability score on a grid.

    With the levels 0.05, 0.10 ... 0.95 it is about 5 % above the exact score of a count: compare like with like.

    Notes
    -----
    Gneiting and Ranjan 2011, equation 10 (constant weight). Lower is better; in the unit of the observation.

    Examples
    --------
    >>> import numpy as np
    >>> float(quantile_crps(np.array([0.5]), np.array([[10.0]]), np.array([13.0]))[0])
    3.0
    """
    result: np.ndarray = 2.0 * pinball(levels, quantiles, observed).mean(axis=-1)
    return result


def randomised_pit(below: np.ndarray, at: np.ndarray, uniform: np.ndarray) -> np.ndarray:
    """Return the randomised probability integral transform of counts: uniform when the forecast is calibrated.

    Parameters
    ----------
    below, at
        Forecast probability of less than, and of at most, what came.
    uniform
        Independent draws from (0, 1).

    Notes
    -----
    Smith 1985; Czado, Gneiting and Held 2009, section 2.1. The share of values between 0.1 and 0.9 is the coverage of
    the 80 % interval without the excess that whole numbers give to a closed interval.

    Examples
    --------
    >>> import numpy as np
    >>> randomised_pit(np.array([0.2]), np.array([0.6]), np.array([0.5])).tolist()
    [0.4]
    """
    result: np.ndarray = below + uniform * (at - below)
    return result


def coverage(pit: np.ndarray, level: float) -> float:
    """Return the share of PIT values inside the central interval of probability `level`.

    Examples
    --------
    >>> import numpy as np
    >>> coverage(np.array([0.05, 0.5, 0.6, 0.95]), 0.8)
    0.5
    """
    import numpy as np

    tail = (1.0 - level) / 2.0
    return float(np.mean((pit >= tail) & (pit <= 1.0 - tail)))


def pit_distance(pit: np.ndarray) -> float:
    """Return the largest distance between the distribution of the PIT and the uniform (Kolmogorov's D).

    Examples
    --------
    >>> import numpy as np
    >>> round(pit_distance(np.array([0.25, 0.75])), 2)
    0.25
    """
    import numpy as np

    ordered, n = np.sort(pit), len(pit)
    steps = np.arange(n + 1) / n
    return float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))


def seasonal_scale(values: np.ndarray, season: int) -> float:
    """Return the mean absolute error of "as one season before" over the past: the unit of MASE.

    Returns
    -------
    float
        Missing when nothing can be compared or when the past repeats itself exactly (no scale).

    Notes
    -----
    Hyndman and Koehler 2006.

    Examples
    --------
    >>> import numpy as np
    >>> seasonal_scale(np.array([1.0, 2.0, 3.0, 2.0]), 2)
    1.0
    """
    import numpy as np

    error = np.abs(values[season:] - values[:-season])
    error = error[~np.isnan(error)]
    scale = float(error.mean()) if error.size else 0.0
    return scale if scale > 0 else float("nan")
