"""Tests several coefficients together with cluster-robust errors, also where clusters are few."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.stats.cluster_robust import SPENT, sandwich

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class JointTest:
    """F test: statistic, coefficients tested, degrees of freedom of the error and p value."""

    statistic: float
    df: int
    df_error: float
    p: float


def joint_test(gram: np.ndarray, score: np.ndarray, beta: np.ndarray, places: Sequence[int]) -> JointTest | None:
    r"""Test that the coefficients at `places` are all 0; None where too few clusters carry them.

    Parameters
    ----------
    gram, score
        As in `cluster_robust.sandwich`: sums of products and scores of each cluster.
    beta
        All coefficients.

    Notes
    -----
    :math:`\frac{\eta-q+1}{\eta q}\,b'V^{-1}b \sim F(q, \eta-q+1)` with the CR2 variance and
    :math:`\eta = q(q+1)/\sum_{st} Var(d_{st})`, :math:`d` being the variance in units of its expectation (Pustejovsky &
    Tipton 2018, *J. Bus. Econ. Stat.* 36:672-683, the approximate Hotelling test). With one coefficient it is the t
    test with Satterthwaite's
    degrees of freedom. Checked so, and by its size over redraws.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[[1.0, 0], [1, 1]], [[1, 2], [1, 3]], [[1, 4], [1, 6]], [[1, 1], [1, 5]]])
    >>> y = np.array([[0.0, 2], [3, 2], [6, 5], [1, 6]])
    >>> gram, xy = np.einsum("gik,gil->gkl", x, x), np.einsum("gik,gi->gk", x, y)
    >>> beta = np.linalg.solve(gram.sum(0), xy.sum(0))
    >>> one = joint_test(gram, xy - gram @ beta, beta, [1])
    >>> round(one.df_error, 3) == round(float(sandwich(gram, xy - gram @ beta).df[1]), 3)
    True
    """
    import numpy as np
    from scipy.special import fdtrc

    at, q = list(places), len(places)
    covariance = sandwich(gram, score, "CR2").covariance[np.ix_(at, at)]
    free = _degrees(gram, at)
    if not free - q + 1 > 0 or np.linalg.matrix_rank(covariance, hermitian=True) < q:
        return None
    wald = float(beta[at] @ np.linalg.solve(covariance, beta[at]))
    statistic = (free - q + 1) / (free * q) * wald
    return JointTest(statistic=statistic, df=q, df_error=free - q + 1, p=float(fdtrc(q, free - q + 1, statistic)))


def _degrees(gram: np.ndarray, at: list[int]) -> float:
    """Return η from the sums of products; the algebra in k directions of a cluster is that of `cluster_robust`."""
    import numpy as np

    bread = np.linalg.inv(gram.sum(axis=0))
    values, vectors = np.linalg.eigh(bread)
    root = (vectors * np.sqrt(values)) @ vectors.T
    leverage, turn = np.linalg.eigh(root @ gram @ root)
    free = 1 - leverage
    inflate = np.where(free > SPENT, 1 / np.sqrt(np.where(free > SPENT, free, 1)), 0.0)
    span = np.clip(leverage, 0, None) * inflate
    spread, axes = np.linalg.eigh(bread[np.ix_(at, at)])
    contrast = np.zeros((len(bread), len(at)))
    contrast[at] = (axes / np.sqrt(spread)) @ axes.T  # coefficients that the model gives the identity as variance
    base = np.swapaxes(turn, 1, 2) @ root @ contrast
    own = np.einsum("gkc,gkd,gk->gcd", base, base, span * inflate)
    reach = (turn * span[:, None, :]) @ base
    total = 0.0
    for g in range(len(gram)):
        shared = -np.einsum("kc,hkd->hcd", reach[g], reach)
        shared[g] += own[g]
        total += float((np.einsum("hcc->h", shared) ** 2).sum() + np.einsum("hcd,hdc->", shared, shared))
    return len(at) * (len(at) + 1) / total
