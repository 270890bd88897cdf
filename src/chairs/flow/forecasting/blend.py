"""Weights of the models in the combined forecast, from how they did at past origins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

TRUST = 0.75  # in the weights that did best; the rest in equal weights


def blend(means: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the weight of each model: three quarters those that did best in the past, one quarter equal.

    Parameters
    ----------
    means
        Past mean forecasts (n, models).
    observed
        What came (n,).

    Returns
    -------
    ndarray
        (models,), not negative, adding up to one.

    Notes
    -----
    Non-negative least squares of what came on the forecasts, weighted by the variance of a count (Breiman 1996);
    drawn to equal weights, which are hard to beat (Timmermann 2006).

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.array([4.0, 9.0, 2.0])
    >>> blend(np.column_stack([truth, truth[::-1]]), truth).round(2).tolist()
    [0.88, 0.12]
    """
    import numpy as np
    from scipy.optimize import nnls

    models = means.shape[1]
    equal = np.full(models, 1.0 / models)
    if models == 1 or len(observed) < 10 * models:
        return equal
    root = 1.0 / np.sqrt(np.maximum(means.mean(axis=1), 1e-6))
    best = nnls(means * root[:, None], observed * root)[0]
    if best.sum() <= 0:
        return equal
    result: np.ndarray = TRUST * best / best.sum() + (1.0 - TRUST) * equal
    return result
