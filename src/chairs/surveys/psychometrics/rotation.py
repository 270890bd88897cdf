"""Turns factors towards simple structure: varimax (uncorrelated) and oblimin (correlated)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from chairs.core.streams import stream

if TYPE_CHECKING:
    import numpy as np

Rotation = Literal["none", "varimax", "oblimin"]
MOST, SMALL = 5000, 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotated:
    """Loadings (items, factors) after rotation and the correlations of the factors."""

    loadings: np.ndarray
    correlations: np.ndarray
    converged: bool = True


def rotate(loadings: np.ndarray, how: Rotation, *, starts: int = 10, seed: int = 1) -> Rotated:
    """Return rotated loadings, factors ordered by the variance they carry and signed to be mostly positive.

    Parameters
    ----------
    starts
        Random first positions beside the given one; the best optimum is kept (rotation has local optima).

    Notes
    -----
    Varimax of Kaiser (1958) with row normalisation; direct quartimin, oblimin with gamma 0, without normalisation.
    Both by gradient projection (Jennrich 2001, 2002, *Psychometrika* 66:289, 67:7). Checked against the sets
    `efa_bfi25` and `omega_thurstone` (psych).
    """
    import numpy as np

    m = loadings.shape[1]
    if how == "none" or m == 1:
        return _ordered(loadings, np.eye(m), True)
    draw = stream(seed, "rotation", how)
    first = [np.eye(m), *(np.linalg.qr(draw.standard_normal((m, m)))[0] for _ in range(starts))]
    best = min((_turned(loadings, how, start) for start in first), key=lambda found: round(found[0], 10))
    return _ordered(best[1], best[2], best[3])


def _turned(a: np.ndarray, how: Rotation, t: np.ndarray) -> tuple[float, np.ndarray, np.ndarray, bool]:
    """Return criterion, loadings and factor correlations at the optimum reached from `t`, and whether it is one."""
    import numpy as np

    size = np.sqrt((a**2).sum(axis=1, keepdims=True)) if how == "varimax" else np.ones((len(a), 1))
    size = np.maximum(size, 1e-12)
    given, oblique, step = a / size, how == "oblimin", 1.0
    value, gradient, loadings = _at(given, t, how)
    done = False
    for _ in range(MOST):
        if oblique:
            moved = gradient - t * (t * gradient).sum(axis=0)
        else:
            inner = t.T @ gradient
            moved = gradient - t @ (inner + inner.T) / 2
        length = float((moved**2).sum())
        if length < SMALL:
            done = True
            break
        step *= 2
        for _ in range(60):
            tried = t - step * moved
            if oblique:
                tried = tried / np.sqrt((tried**2).sum(axis=0))
            else:
                left, _, right = np.linalg.svd(tried)
                tried = left @ right
            found = _at(given, tried, how)
            if found[0] < value - 0.25 * step * length:
                break
            step /= 2
        else:
            done = length < 1e-8
            break
        t, (value, gradient, loadings) = tried, found
    return value, loadings * size, t.T @ t, done


def _at(a: np.ndarray, t: np.ndarray, how: Rotation) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the criterion, its derivatives in `t` and the loadings there."""
    import numpy as np

    if how == "varimax":
        loadings = a @ t
        square = loadings**2
        centred = square - square.mean(axis=0)
        return -float((centred**2).sum()) / 4, a.T @ (-loadings * centred), loadings
    inverse = np.linalg.inv(t)
    loadings = a @ inverse.T
    square = loadings**2
    others = square @ (1 - np.eye(len(t)))
    return float((square * others).sum()) / 4, -(loadings.T @ (loadings * others) @ inverse).T, loadings


def _ordered(loadings: np.ndarray, correlations: np.ndarray, converged: bool) -> Rotated:
    import numpy as np

    carried = np.diag(correlations @ loadings.T @ loadings)
    order = np.argsort(-carried.round(10), kind="stable")
    sign = np.where(loadings[:, order].sum(axis=0) < 0, -1.0, 1.0)
    return Rotated(
        loadings=loadings[:, order] * sign,
        correlations=correlations[np.ix_(order, order)] * np.outer(sign, sign),
        converged=converged,
    )
