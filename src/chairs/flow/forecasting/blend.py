"""Weights of the models in the combined forecast, from how they did at past origins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

SHARPNESS = 4.0  # power of the ratio of losses: like models share, one that errs twice as much gets a sixteenth


def blend(means: np.ndarray, observed: np.ndarray) -> np.ndarray:
    """Return the weight of each model: the smaller its past error, the larger.

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
    Inverse mean squared errors (Bates and Granger 1969) over the variance of a count, to a power: equal weights are
    hard to beat among like models (Timmermann 2006), and this stays near them, but drops a model that fails.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.array([4.0, 9.0, 2.0] * 20)
    >>> blend(np.column_stack([truth + 1, truth - 1, truth + 2]), truth).round(2).tolist()
    [0.5, 0.5, 0.0]
    """
    import numpy as np

    models = means.shape[1]
    equal = np.full(models, 1.0 / models)
    if models == 1 or len(observed) < 10 * models:
        return equal
    scale = np.maximum(means.mean(axis=1, keepdims=True), 1e-6)
    loss = ((observed[:, None] - means) ** 2 / scale).mean(axis=0)
    if loss.min() <= 0:
        perfect: np.ndarray = np.where(loss <= 0, 1.0, 0.0) / (loss <= 0).sum()
        return perfect
    share = (loss.min() / loss) ** SHARPNESS
    found: np.ndarray = share / share.sum()
    return found
