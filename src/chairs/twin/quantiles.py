"""Survival functions of durations over many values at once, and their inverses."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.engine.layout import FOREVER

if TYPE_CHECKING:
    from chairs.twin.durations import Duration


def beyond(duration: Duration, values: np.ndarray) -> np.ndarray:
    """Return the probability that the duration exceeds each value, as `Duration.survival` does one by one."""
    points = sorted(_points(duration, 1.0))
    if points:
        at, shares = np.array(points).T
        sums = np.append(np.cumsum(shares[::-1])[::-1], 0.0)  # of the value and all above it
        found: np.ndarray = sums[np.searchsorted(at, values, side="right")]
        return found
    each, place = np.unique(values, return_inverse=True)
    return np.array([duration.survival(one) for one in each])[place]


def upper(duration: Duration, survival: np.ndarray) -> np.ndarray:
    """Return the lengths that are exceeded with these probabilities (the inverse of `Duration.survival`).

    Notes
    -----
    Closed formulas; a mixture with continuous parts by halving on its survival function, to 1e-12 of the length.
    Checked against `Duration.survival` and scipy.stats (`tests/unit/twin/test_replay.py`).
    """
    asked = np.clip(survival, 1e-300, 1.0)
    points = sorted(_points(duration, 1.0))
    if points:
        values, shares = np.array(points).T
        place = np.searchsorted(np.cumsum(shares), 1.0 - asked, side="right")
        found: np.ndarray = values[np.minimum(place, len(values) - 1)]
        return found
    if duration.kind == "mixture":
        return np.array([_halved(duration, one) for one in asked])
    return _closed(duration, asked)


def _closed(duration: Duration, asked: np.ndarray) -> np.ndarray:
    from scipy.special import gammainccinv, ndtri

    mean, cv, shape = duration.mean or 0.0, duration.cv or 0.0, duration.shape or 1.0
    least, most = duration.least or 0.0, duration.most or 0.0
    sigma = math.sqrt(math.log1p(cv * cv))
    inverse: dict[str, Callable[[], np.ndarray]] = {
        "never": lambda: np.full(len(asked), FOREVER),
        "fixed": lambda: np.full(len(asked), mean),
        "exponential": lambda: -mean * np.log(asked),
        "weibull": lambda: mean / math.gamma(1 + 1 / shape) * (-np.log(asked)) ** (1 / shape),
        "uniform": lambda: most + asked * (least - most),
        "normal": lambda: np.maximum(mean - mean * cv * ndtri(asked), 0.0),
        "lognormal": lambda: np.exp(math.log(mean) - sigma**2 / 2 - sigma * ndtri(asked)),
        "gamma": lambda: mean * cv**2 * gammainccinv(1 / cv**2, asked),
    }
    return np.asarray(inverse[duration.kind]())


def _points(duration: Duration, weight: float) -> Iterator[tuple[float, float]]:
    """Give the values of a discrete distribution with their shares; nothing where one part is continuous."""
    if duration.kind == "empirical":
        shares = duration.weights or (1 / len(duration.values),) * len(duration.values)
        yield from ((value, weight * share) for value, share in zip(duration.values, shares, strict=True))
    elif duration.kind == "mixture" and all(part.kind in ("empirical", "fixed") for part in duration.parts):
        for share, part in zip(duration.weights, duration.parts, strict=True):
            yield from [(part.mean or 0.0, weight * share)] if part.kind == "fixed" else _points(part, weight * share)


def _halved(duration: Duration, survival: float) -> float:
    low, high = 0.0, max(duration.average(), 1e-9)
    while duration.survival(high) > survival and high < FOREVER:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if duration.survival(middle) > survival else (low, middle)
    return high
