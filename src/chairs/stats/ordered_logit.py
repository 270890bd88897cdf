"""Proportional-odds regression of an ordered answer, by Newton steps, or the reason why it has no finite solution."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

FAR = 30.0  # log odds per standard deviation: beyond it the answer is predicted perfectly


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderedLogit:
    """Fit of P(Y >= k) = logit^-1(d_k + x b): log-likelihood with and without x, d_1..., coefficients, errors."""

    n: int
    logl: float | None = None
    logl_0: float | None = None
    cuts: np.ndarray | None = None
    coefficients: np.ndarray | None = None
    se: np.ndarray | None = None
    reason: str | None = None

    @property
    def r2(self) -> float:
        """Return Nagelkerke's pseudo R squared (0 to 1)."""
        import numpy as np

        assert self.logl is not None
        assert self.logl_0 is not None
        gain = 2 * (self.logl_0 - self.logl) / self.n
        return float(np.expm1(gain) / np.expm1(2 * self.logl_0 / self.n))


def ordered_logit(codes: np.ndarray, x: np.ndarray) -> OrderedLogit:
    """Fit the regression of ranks 0..K-1 (all present) on the columns of `x`.

    Notes
    -----
    McCullagh (1980, *JRSS-B* 42:109). Newton steps with halving on the concave log-likelihood; columns that determine
    each other give the reason `not_identified`, coefficients that run away `separation`. Checked against
    `statsmodels.miscmodels.OrderedModel`.

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([0, 0, 1, 1, 2, 2, 1, 0, 2, 1]); x = np.array([[0, 1, 1, 2, 3, 2, 1, 1, 2, 0.5]]).T
    >>> fit = ordered_logit(y, x)
    >>> round(float(fit.coefficients[0]), 2), fit.reason
    (3.27, None)
    """
    import numpy as np

    n, k = len(codes), int(codes.max(initial=0)) + 1
    count = np.bincount(codes, minlength=k)
    if k < 2 or (count == 0).any():
        return OrderedLogit(n=n, reason="constant")
    share = count / n
    logl_0 = float((count * np.log(share)).sum())
    upper = 1 - np.cumsum(share)[:-1]
    scale = np.maximum(x.std(axis=0), 1e-12)
    z = (x - x.mean(axis=0)) / scale
    if x.shape[1] and np.linalg.matrix_rank(z, tol=1e-8 * np.sqrt(n)) < x.shape[1]:
        return OrderedLogit(n=n, reason="not_identified")
    beta = np.concatenate([np.log(upper / (1 - upper)), np.zeros(x.shape[1])])
    value, gradient, hessian = _derivatives(beta, codes, z, k)
    for _ in range(100):
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        if float(gradient @ step) < 1e-10:
            se, slopes = np.sqrt(np.diag(np.linalg.pinv(hessian)))[k - 1 :] / scale, beta[k - 1 :] / scale
            cuts = beta[: k - 1] - x.mean(axis=0) @ slopes
            return OrderedLogit(n=n, logl=value, logl_0=logl_0, cuts=cuts, coefficients=slopes, se=se)
        size = 1.0
        while size > 1e-6:
            tried = beta - size * -step
            found = _derivatives(tried, codes, z, k) if (np.diff(tried[: k - 1]) < 0).all() else None
            if found is not None and found[0] >= value - 1e-12:
                break
            size /= 2
        else:
            return OrderedLogit(n=n, reason="no_convergence")
        beta, (value, gradient, hessian) = tried, found
        if np.abs(beta[k - 1 :]).max(initial=0.0) > FAR:
            return OrderedLogit(n=n, reason="separation")
    return OrderedLogit(n=n, reason="no_convergence")


def _derivatives(beta: np.ndarray, codes: np.ndarray, z: np.ndarray, k: int) -> tuple[float, np.ndarray, np.ndarray]:
    """Return the log-likelihood, its gradient and minus its second derivatives."""
    import numpy as np
    from scipy.special import expit

    d, linear = beta[: k - 1], z @ beta[k - 1 :]
    above = np.where(codes > 0, expit(d[np.maximum(codes - 1, 0)] + linear), 1.0)
    below = np.where(codes < k - 1, expit(d[np.minimum(codes, k - 2)] + linear), 0.0)
    chance = np.maximum(above - below, 1e-300)
    da, db = above * (1 - above), below * (1 - below)
    ranks = np.arange(k - 1)
    up = np.concatenate([(codes[:, None] - 1 == ranks).astype(float), z * (codes > 0)[:, None]], axis=1)
    down = np.concatenate([(codes[:, None] == ranks).astype(float), z * (codes < k - 1)[:, None]], axis=1)
    gradient = up.T @ (da / chance) - down.T @ (db / chance)
    haa = (da / chance) ** 2 - da * (1 - 2 * above) / chance
    hbb = (db / chance) ** 2 + db * (1 - 2 * below) / chance
    cross = -(up * (da * db / chance**2)[:, None]).T @ down
    hessian = (up * haa[:, None]).T @ up + (down * hbb[:, None]).T @ down + cross + cross.T
    return float(np.log(chance).sum()), gradient, hessian
