"""Variance between studies or establishments whose results come with their own errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from chairs.stats.checked import one_of

if TYPE_CHECKING:
    import numpy as np

Method = Literal["FE", "DL", "HE", "SJ", "PM", "ML", "REML"]
POINTS = 80


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fit:
    """Weighted least squares of results on covariates at one variance between (`tau2`)."""

    coefficients: np.ndarray
    covariance: np.ndarray
    residual: float
    residuals: np.ndarray


def fit(y: np.ndarray, v: np.ndarray, x: np.ndarray, tau2: float) -> Fit:
    """Return the weighted regression with weights 1/(v + tau2); `residual` is Σw(y - xb)², Cochran's Q at tau2 = 0."""
    import numpy as np

    w = 1 / (v + tau2)
    covariance = np.linalg.inv(x.T @ (x * w[:, None]))
    coefficients = covariance @ (x.T @ (w * y))
    residuals = y - x @ coefficients
    return Fit(
        coefficients=coefficients,
        covariance=covariance,
        residual=float(w @ residuals**2),
        residuals=residuals,
    )


def tau2(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: Method) -> float | None:
    r"""Return the variance between results, never negative; None where the search does not converge.

    Parameters
    ----------
    y, v
        Results and their squared standard errors (above 0).
    x
        Covariates with the column of ones, of full rank, fewer columns than results.

    Notes
    -----
    DL: DerSimonian & Laird 1986; HE: Hedges & Olkin 1985; SJ: Sidik & Jonkman 2005; PM: Paule & Mandel 1982, the root
    of Q(τ²) = k - p; ML and REML the root of :math:`y'PPy - tr P` (of :math:`tr W` for ML) at the
    highest top (Viechtbauer 2005, *J. Educ. Behav. Stat.* 30:261-293). Checked against metafor (set meta_bcg).
    """
    one_of(("méthode", "method"), method, get_args(Method))
    if method == "FE":
        return 0.0
    if method in ("DL", "HE"):
        return _moments(y, v, x, method)
    if method == "SJ":
        return _sidik_jonkman(y, v, x)
    if method == "PM":
        return generalised_q_root(y, v, x, len(y) - x.shape[1])
    return _likelihood(y, v, x, restricted=method == "REML")


def typical_variance(v: np.ndarray, x: np.ndarray) -> float:
    """Return the typical variance of Higgins & Thompson 2002, (k - p)/tr P, on which I² and H² rest."""
    return float((len(v) - x.shape[1]) / _trace(1 / v, x))


def generalised_q_root(y: np.ndarray, v: np.ndarray, x: np.ndarray, aim: float) -> float | None:
    """Return the variance between at which Q(τ²) equals `aim`, 0 where Q is below it even at 0."""
    from scipy.optimize import brentq

    def gap(t: float) -> float:
        return fit(y, v, x, t).residual - aim

    if gap(0.0) <= 0:
        return 0.0
    high = max(float(y.var()), float(v.mean()), 1e-300)
    for _ in range(200):
        if gap(high) < 0:
            return float(brentq(gap, 0.0, high, xtol=1e-14 * high, rtol=1e-14, maxiter=500))
        high *= 4
    return None


def _trace(w: np.ndarray, x: np.ndarray) -> float:
    """Return tr P, P = W - WX(X'WX)⁻¹X'W, without building P."""
    import numpy as np

    first, second = x.T @ (x * w[:, None]), x.T @ (x * (w**2)[:, None])
    return float(w.sum() - np.trace(np.linalg.solve(first, second)))


def _moments(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: Method) -> float:
    import numpy as np

    free = len(y) - x.shape[1]
    if method == "DL":
        return float(max(0.0, (fit(y, v, x, 0.0).residual - free) / _trace(1 / v, x)))
    flat = fit(y, np.ones_like(v), x, 0.0)
    leverage = np.einsum("ij,jk,ik->i", x, flat.covariance, x)
    return float(max(0.0, (flat.residual - float(v @ (1 - leverage))) / free))


def _sidik_jonkman(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> float:
    import numpy as np

    crude = float(fit(y, np.ones_like(v), x[:, :1] * 0 + 1, 0.0).residual) / len(y)
    if crude == 0:
        return 0.0
    return float(fit(y, v / crude + 1, x, 0.0).residual / (len(y) - x.shape[1]))


def _likelihood(y: np.ndarray, v: np.ndarray, x: np.ndarray, *, restricted: bool) -> float | None:
    """Return the maximum: the best of a grid (there may be several tops), then the root of the slope beside it."""
    import numpy as np
    from scipy.optimize import brentq

    def height(t: float) -> float:
        found = fit(y, v, x, t)
        freedom = float(np.linalg.slogdet(found.covariance)[1]) if restricted else 0.0
        return 0.5 * (freedom - float(np.log(v + t).sum()) - found.residual)

    def slope(t: float) -> float:
        w, found = 1 / (v + t), fit(y, v, x, t)
        return float(((w * found.residuals) ** 2).sum() - (_trace(w, x) if restricted else w.sum()))

    top = 4 * (float(np.ptp(y)) ** 2 + float(v.max()))
    grid = np.append(0.0, np.geomspace(1e-6 * float(v.min()), top, POINTS))
    best = int(np.argmax([height(float(t)) for t in grid]))
    low, high = float(grid[max(best - 1, 0)]), float(grid[min(best + 1, POINTS)])
    if slope(low) <= 0:
        return 0.0 if best <= 1 else None
    return float(brentq(slope, low, high, xtol=1e-14 * top, rtol=1e-14, maxiter=500)) if slope(high) < 0 else None


def log_posterior(y: np.ndarray, v: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Return the log restricted likelihood of each variance between of `grid`, for results with a common mean."""
    import numpy as np

    w = 1 / (v[:, None] + grid)
    mean = (w * y[:, None]).sum(axis=0) / w.sum(axis=0)
    squares = (w * (y[:, None] - mean) ** 2).sum(axis=0)
    return np.asarray(0.5 * (np.log(w).sum(axis=0) - np.log(w.sum(axis=0)) - squares))
