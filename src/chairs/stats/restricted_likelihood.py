"""Likelihood of a linear mixed model with one grouping, from sums of products alone, and its best variances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Problem:
    """What the likelihood needs.

    Parameters
    ----------
    products
        Sums of products of each group, shape (groups, columns, columns), the outcome last.
    random
        Positions of the columns that have a random coefficient.
    free
        Positions (row, column) of the free entries of the relative Cholesky factor of their covariance.
    n
        Rows.
    reml
        Restricted likelihood, or the plain one.
    constant
        Added to the deviance: logarithms of weights and of column scales.
    """

    products: np.ndarray
    random: tuple[int, ...]
    free: tuple[tuple[int, int], ...]
    n: int
    reml: bool
    constant: float = 0.0

    @property
    def divisor(self) -> int:
        """Rows less the coefficients that the restricted likelihood takes out."""
        return self.n - (self.products.shape[1] - 1 if self.reml else 0)

    def factor(self, theta: np.ndarray) -> np.ndarray:
        """Return the relative Cholesky factor, shape (random, random)."""
        import numpy as np

        factor = np.zeros((len(self.random), len(self.random)))
        for (row, column), value in zip(self.free, theta, strict=True):
            factor[row, column] = value
        return factor


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class State:
    """The model at one value of the relative covariance factor; all in units of the residual variance."""

    factor: np.ndarray
    shrink: np.ndarray  # B_j = L (I + L'Z'ZL)^-1 L', shape (groups, random, random)
    inner: np.ndarray  # Z'V^-1 Z
    cross: np.ndarray  # Z'V^-1 [X y]
    total: np.ndarray  # sum of [X y]'V^-1 [X y]
    bread: np.ndarray  # (X'V^-1 X)^-1
    beta: np.ndarray
    residual: float  # (y - Xb)'V^-1 (y - Xb)
    deviance: float  # profiled

    @property
    def direction(self) -> np.ndarray:
        """[-beta, 1]: applied to [X y] it gives the residual."""
        import numpy as np

        return np.append(-self.beta, 1.0)


def state_at(problem: Problem, theta: np.ndarray) -> State:
    r"""Evaluate the profiled deviance and all that its derivatives need.

    Notes
    -----
    :math:`V_j = I + Z_j \Lambda\Lambda' Z_j'` and, by Woodbury,
    :math:`V_j^{-1} = I - Z_j B_j Z_j'`; every product with [X y] then follows from the sums of products. Deviance as
    in Bates, Mächler, Bolker & Walker 2015, *J. Stat. Softw.* 67(1), eq. 35 and 42, weights as row precisions.
    """
    import numpy as np

    products, z, q = problem.products, list(problem.random), len(problem.random)
    within, cross = products[:, z][:, :, z], products[:, z, :]
    factor = problem.factor(theta)
    middle = np.eye(q) + factor.T @ within @ factor
    shrink = factor @ np.linalg.inv(middle) @ factor.T
    left = np.eye(q) - within @ shrink
    total = (products - np.swapaxes(cross, 1, 2) @ shrink @ cross).sum(axis=0)
    bread = np.linalg.inv(total[:-1, :-1])
    beta = bread @ total[:-1, -1]
    residual = float(total[-1, -1] - total[:-1, -1] @ beta)
    d = problem.divisor
    deviance = np.linalg.slogdet(middle)[1].sum() + problem.constant
    deviance += d * (1 + math.log(2 * math.pi * residual / d)) if residual > 0 else -math.inf
    if problem.reml:
        deviance += np.linalg.slogdet(total[:-1, :-1])[1]
    return State(
        factor=factor, shrink=shrink, inner=left @ within, cross=left @ cross, total=total,
        bread=bread, beta=beta, residual=residual, deviance=float(deviance),
    )  # fmt: skip


def slope(problem: Problem, state: State, variance: float | None = None) -> np.ndarray:
    r"""Return the derivative of the deviance in the free entries, shape (free,).

    With `variance` the residual variance is held there instead of at its best value. The whole matrix of derivatives
    is :math:`2\,(\sum_j G_j - \sum_j F_j W F_j')\Lambda` with :math:`G = Z'V^{-1}Z`, :math:`F = Z'V^{-1}[X\,y]`.
    """
    gradient = 2 * curvature(problem, state, variance) @ state.factor
    rows, columns = zip(*problem.free, strict=True)
    picked: np.ndarray = gradient[list(rows), list(columns)]
    return picked


def curvature(problem: Problem, state: State, variance: float | None = None) -> np.ndarray:
    """Return the derivative of the deviance in the relative covariance matrix itself, shape (random, random)."""
    import numpy as np

    v = state.direction
    weight = np.outer(v, v) / (state.residual / problem.divisor if variance is None else variance)
    if problem.reml:
        weight[:-1, :-1] += state.bread
    lost = np.tensordot(state.cross @ weight, state.cross, axes=((0, 2), (0, 2)))
    found: np.ndarray = state.inner.sum(axis=0) - lost
    return found


def best(problem: Problem) -> np.ndarray | None:
    """Return the entries that minimise the deviance, or None when the search does not settle."""
    return _best_intercept(problem) if len(problem.random) == 1 else _best_factor(problem)


def _best_intercept(problem: Problem) -> np.ndarray:
    """Search the ratio of variances on a grid, then solve where the derivative is zero; zero itself is a candidate."""
    import numpy as np
    from scipy.optimize import brentq

    scale = np.sqrt(np.median(problem.products[:, problem.random[0], problem.random[0]]))
    grid = np.linspace(math.log(1e-5 / scale), math.log(1e4), 16)

    def tilt(log_theta: float) -> float:
        return float(curvature(problem, state_at(problem, np.array([math.exp(log_theta)])))[0, 0])

    tilts = np.array([tilt(t) for t in grid])
    zero = state_at(problem, np.zeros(1))
    candidates = [(zero.deviance, 0.0)]
    for k in np.flatnonzero((tilts[:-1] < 0) & (tilts[1:] >= 0)):
        theta = math.exp(brentq(tilt, grid[k], grid[k + 1], xtol=1e-13, rtol=1e-14))
        candidates.append((state_at(problem, np.array([theta])).deviance, theta))
    return np.array([min(candidates)[1]])


def _best_factor(problem: Problem) -> np.ndarray | None:
    """Quasi-Newton within the bounds (no negative diagonal), then Newton steps until the gradient is nil."""
    import numpy as np
    from scipy.optimize import minimize

    start = np.array([0.5 * float(a == b) for a, b in problem.free])
    bounds = [(0.0, None) if a == b else (None, None) for a, b in problem.free]

    def target(theta: np.ndarray) -> tuple[float, np.ndarray]:
        state = state_at(problem, theta)
        return state.deviance, slope(problem, state)

    found = minimize(target, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"gtol": 1e-6, "ftol": 1e-15})
    if not np.isfinite(found.fun):
        return None
    theta: np.ndarray = found.x
    for _ in range(8):
        inside = np.array([not (a == b and t <= 1e-8) for (a, b), t in zip(problem.free, theta, strict=True)])
        if not inside.any():
            break
        gradient = slope(problem, state_at(problem, theta))[inside]
        hessian = differences(lambda t: slope(problem, state_at(problem, t)), theta, inside)
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        moved = theta.copy()
        moved[inside] -= step
        if not (np.abs(step) < 0.1).all() or target(moved)[0] > target(theta)[0] + 1e-7:
            break
        theta = moved
        if np.abs(step).max() < 1e-9:
            break
    return theta


def differences(gradient: Callable[[np.ndarray], np.ndarray], theta: np.ndarray, inside: np.ndarray) -> np.ndarray:
    """Return the Hessian in the entries `inside` by central differences of the gradient, symmetric."""
    import numpy as np

    columns = []
    for k in np.flatnonzero(inside):
        reach = 1e-5 * max(abs(theta[k]), 0.1)
        up, down = theta.copy(), theta.copy()
        up[k] += reach
        down[k] -= reach
        columns.append((gradient(up) - gradient(down))[inside] / (2 * reach))
    hessian: np.ndarray = np.array(columns)
    return np.asarray((hessian + hessian.T) / 2)
