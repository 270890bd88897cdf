"""Cluster-robust standard errors CR0 to CR2 with Satterthwaite degrees of freedom, from sums of products."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["CR0", "HC1", "CR1", "CR1S", "CR1S+1", "CR2", "CR2-exact"]
FEW = 40  # clusters from which Satterthwaite's degrees of freedom give the law that they approximate
NODES = 64  # of the quadrature: good to 8 digits
MANY = 1e6  # degrees of freedom beyond which the law is normal
CALM = 0.1  # trace of a cluster's leverage, under which its correction is a series of 18 terms at most
ROUNDING = 1e-18  # of a sum whose first term is 1: far under its last digit
SPENT = 1e-5  # share of a cluster's direction left free by the fit, under which the degrees of freedom are rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sandwich:
    """Covariance of the coefficients asked for, shape (asked, asked), and degrees of freedom of each, (asked,)."""

    covariance: np.ndarray
    df: np.ndarray
    clusters: int


def sandwich(
    gram: np.ndarray,
    score: np.ndarray,
    kind: Kind = "CR2",
    n: int = 0,
    counted: int | None = None,
    asked: Sequence[int] | None = None,
) -> Sandwich:
    r"""Cluster-robust covariance of a (weighted, generalised) least-squares fit.

    Parameters
    ----------
    gram
        :math:`X_j'W_jX_j` of each cluster, shape (clusters, k, k).
    score
        :math:`X_j'W_je_j` with the fit's residuals, shape (clusters, k).
    kind
        `CR0` no correction; `HC1` times n/(n − k); `CR1` times G/(G − 1); `CR1S` times
        G/(G − 1) · (n − 1)/(n − k), what Stata's `regress` prints; `CR1S+1` the same with k + 1, what its `xtreg, fe`
        prints. `CR2` is unbiased under the working model, whatever the number of clusters, and comes with its own
        degrees of freedom (Satterthwaite); `CR2-exact` is the same with those whose t law has the 95 % point of the
        exact law (`matched_df`), where there are fewer than 40 clusters; the others use G − 1.
    n, counted
        Rows, and columns counted as k in the factors (default: all).
    asked
        Coefficients wanted, in the order of the answer (default: all).

    Notes
    -----
    Bell & McCaffrey 2002, *Survey Methodology* 28:169-181; Pustejovsky & Tipton 2018, *J. Bus. Econ. Stat.* 36:672-683
    (doi:10.1080/07350015.2016.1247004), with working variances proportional to the inverse weights. The correction
    :math:`A_j = (I - X_jMX_j')^{-1/2}` acts in the k directions of :math:`X_j` only, so that
    :math:`X_j'A_je_j = M^{-1/2}Q(1-\Lambda)^{-1/2}Q'M^{1/2}X_j'e_j` with the eigenvectors of
    :math:`M^{1/2}X_j'X_jM^{1/2}`: sums of products are enough, and no matrix as long as a cluster is formed; where
    :math:`\Lambda` is small its powers take the place of the eigenvectors. A direction that a cluster alone determines
    is left out (generalised inverse); a coefficient that cannot be estimated without one of the clusters has no degrees
    of freedom (NaN), since its error says nothing of the others. Effects absorbed beforehand must be nested in the
    clusters; others (years) must stand among the columns. Checked against clubSandwich 0.5.8 on the panel of Grunfeld,
    and by coverage over planted redraws.

    Examples
    --------
    >>> import numpy as np
    >>> x = np.array([[[1.0, 0], [1, 1]], [[1, 2], [1, 3]], [[1, 4], [1, 6]]])
    >>> y = np.array([[0.0, 2], [3, 2], [6, 5]])
    >>> gram, xy = np.einsum("gik,gil->gkl", x, x), np.einsum("gik,gi->gk", x, y)
    >>> beta = np.linalg.solve(gram.sum(0), xy.sum(0))
    >>> fit = sandwich(gram, xy - gram @ beta)
    >>> np.sqrt(np.diag(fit.covariance)).round(4).tolist(), fit.df.round(2).tolist()
    ([0.3977, 0.1024], [1.12, 1.19])
    """
    import numpy as np

    count, k = score.shape
    columns = list(range(k) if asked is None else asked)
    bread = np.linalg.inv(gram.sum(axis=0))
    if kind in ("CR2", "CR2-exact"):
        return _unbiased(gram, score, bread, columns, kind == "CR2-exact" and count < FEW)
    moved = score @ bread[:, columns]
    covariance = moved.T @ moved * _factor(kind, n, k if counted is None else counted, count)
    return Sandwich(covariance=covariance, df=np.full(len(columns), float(count - 1)), clusters=count)


def _factor(kind: Kind, n: int, k: int, count: int) -> float:
    """Return the small-sample factor of the variance."""
    if kind == "CR0":
        return 1.0
    if kind == "HC1":
        return n / (n - k)
    of_clusters = count / (count - 1)
    return {
        "CR1": of_clusters,
        "CR1S": of_clusters * (n - 1) / (n - k),
        "CR1S+1": of_clusters * (n - 1) / (n - k - 1),
    }[kind]


def _unbiased(gram: np.ndarray, score: np.ndarray, bread: np.ndarray, columns: Sequence[int], exact: bool) -> Sandwich:
    import numpy as np

    values, vectors = np.linalg.eigh(bread)
    root = (vectors * np.sqrt(values)) @ vectors.T
    wanted = root[:, columns]
    turned, alone = _turned(gram, root, wanted)
    moved = np.einsum("gkc,gk->gc", turned, score @ root)  # what each cluster adds to the error of each coefficient
    # a_j = A_j X_j M c for every coefficient c at once, root X_j'a_j = reach and a_j'a_j = own
    reach = root @ (gram @ (root @ turned))
    own = np.einsum("gkc,gkc->gc", turned, reach)
    shared = np.einsum("gkc,gkc->gc", reach, reach)
    pairs = np.einsum("gkc,glc->ckl", reach, reach)
    trace = (own - shared).sum(axis=0)
    square = (own**2 - 2 * own * shared).sum(axis=0) + np.einsum("ckl,ckl->c", pairs, pairs)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where((square > 0) & (alone <= SPENT * np.diag(bread)[columns]), trace**2 / square, math.nan)
    for c in np.flatnonzero(df >= 1) if exact else ():
        form = np.diag(own[:, c]) - reach[:, :, c] @ reach[:, :, c].T
        df[c] = matched_df(np.linalg.eigvalsh(form))
    return Sandwich(covariance=moved.T @ moved, df=df, clusters=len(gram))


def _turned(gram: np.ndarray, root: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return :math:`(1-L_j)^{-1/2}w` of each cluster, its leverage :math:`L_j = M^{1/2}X_j'X_jM^{1/2}`.

    `wanted` holds columns w, shape (k, c). Clusters of little leverage take the binomial series, to the last digit;
    the others their eigenvectors, a direction that a cluster alone determines left out. Second: the most of each w that
    one cluster alone determines, shape (c,).
    """
    import numpy as np

    leverage = root @ gram @ root
    most = np.trace(leverage, axis1=1, axis2=2)  # at least the largest eigenvalue: none is negative
    calm = most < CALM
    turned = np.empty((len(gram), *wanted.shape))
    turned[calm] = _series(leverage[calm], wanted, float(most[calm].max(initial=0.0)))
    size, turn = np.linalg.eigh(leverage[~calm])  # (clusters, k), (clusters, k, k)
    free = 1 - size
    inflate = np.where(free > SPENT, 1 / np.sqrt(np.where(free > SPENT, free, 1)), 0.0)
    along = np.swapaxes(turn, 1, 2) @ wanted
    turned[~calm] = turn @ (inflate[:, :, None] * along)
    alone = np.einsum("gkc,gk->gc", along**2, free <= SPENT).max(axis=0, initial=0.0)
    return turned, alone


def _series(leverage: np.ndarray, wanted: np.ndarray, most: float) -> np.ndarray:
    r"""Return :math:`\sum_m \binom{2m}{m}4^{-m}L_j^mw`, as long as a term may still count."""
    import numpy as np

    term = np.broadcast_to(wanted, (len(leverage), *wanted.shape))
    total, m, size = term.copy(), 0, most
    while size > ROUNDING:
        m += 1
        term = leverage @ term
        term *= 1 - 0.5 / m
        total += term
        size *= most
    return total


def matched_df(weights: np.ndarray) -> float:
    r"""Return the degrees of freedom of the t law with the same 95 % point as :math:`|z|/\sqrt{\sum w_i \chi^2_i}`.

    Parameters
    ----------
    weights
        :math:`w_i`, to be scaled to a sum of 1: under the working model, a coefficient over its CR2 error is a normal
        number over the root of such a sum, independent of it.

    Notes
    -----
    With :math:`2\Phi(-x) = \frac{2}{\pi}\int_0^{\pi/2} e^{-x^2/2\sin^2 a}\,da` (Craig 1991, *IEEE MILCOM*, 571-575),
    :math:`P(|t| > c) = \frac{2}{\pi}\int_0^{\pi/2}\prod_i (1 + c^2 w_i/\sin^2 a)^{-1/2}\,da`. Satterthwaite's degrees
    of freedom match the mean and the variance of the sum instead: with 8 clusters and two covariates their 95 %
    interval covers 96.9 %. Equal weights give the t law itself; checked against simulated sums.

    Examples
    --------
    >>> import numpy as np
    >>> round(matched_df(np.full(5, 0.2)), 6)
    5.0
    >>> round(matched_df(np.array([0.7, 0.1, 0.1, 0.1])), 2)  # Satterthwaite gives 1.92
    2.84
    """
    import numpy as np
    from scipy.optimize import brentq
    from scipy.special import stdtridf

    share = np.clip(weights, 0, None) / weights.sum()
    square, parts = _quadrature()

    def beyond(log: float) -> float:
        tails = np.exp(-0.5 * np.log1p(math.exp(2 * log) * share / square[:, None]).sum(axis=1))
        return float(parts @ tails / 2) - 0.05

    point = math.exp(brentq(beyond, math.log(1.9), math.log(1e4), xtol=1e-10))
    return float(min(stdtridf(0.975, point), MANY))


@cache
def _quadrature() -> tuple[np.ndarray, np.ndarray]:
    """Return the squared sines at the nodes between 0 and a right angle, and the parts of the integral."""
    import numpy as np

    nodes, parts = np.polynomial.legendre.leggauss(NODES)
    return np.sin(math.pi / 4 * (nodes + 1)) ** 2, parts
