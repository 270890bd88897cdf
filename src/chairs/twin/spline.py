"""Quantiles without a closed formula, tabulated once so that the engine need only look them up."""

from __future__ import annotations

from functools import cache

import numpy as np

from chairs.twin.engine.quantile import SPLINE_LEAST, SPLINE_STEP

_POINTS = 737  # up to a normal deviate of 37.5, where survival is near the smallest double


@cache
def gamma_spline(cv: float) -> np.ndarray:
    """Return values and slopes (a step) of the log quantile of a gamma variable of mean 1, by normal deviate.

    Notes
    -----
    Cubic Hermite interpolation of log x over z with exact slopes, d log x / d z = phi(z) / (x f(x)); relative
    error under 1e-7 for coefficients of variation from 0.05 to 3 (tested).
    """
    from scipy.special import gammainccinv, gammaincinv, gammaln, ndtr

    shape = 1 / cv**2
    z = SPLINE_LEAST + SPLINE_STEP * np.arange(_POINTS)
    with np.errstate(divide="ignore", over="ignore", under="ignore"):
        x = np.where(z < 0, gammaincinv(shape, ndtr(z)), gammainccinv(shape, ndtr(-z)))
        x = np.maximum(x, 1e-300)
        log_density = shape * np.log(x) - x - gammaln(shape)  # of log x
        slope = np.exp(-z * z / 2 - np.log(2 * np.pi) / 2 - log_density) * SPLINE_STEP
    return np.column_stack([np.log(x / shape), np.where(x > 1e-299, slope, 0.0)])
