"""Shares the explained variance of a regression out among its covariates: which drivers weigh most."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.core.streams import stream
from chairs.stats.checked import numbers

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST = 14  # covariates: 2^14 sub-models
FEWEST_CLUSTERS = 8  # to resample


@dataclass(frozen=True, slots=True, kw_only=True)
class Driver:
    """One covariate: its share of the variance by two methods, with the interval of the first.

    Parameters
    ----------
    lmg
        Mean gain in R² over all orders in which the covariates can enter (Lindeman, Merenda, Gold); they add up to R².
    low, high
        95 % interval of `lmg`, where clusters could be resampled.
    johnson
        Relative weight of Johnson, nearly the same at little cost.
    beta
        Standardised coefficient in the full regression.
    alone
        R² of the covariate without the others.
    """

    term: str
    lmg: float
    johnson: float
    beta: float
    alone: float
    low: float = math.nan
    high: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True)
class Importance:
    """The drivers, largest first by LMG; `reason` says why there are none, or none with an interval."""

    n: int
    clusters: int | None = None
    r2: float = math.nan
    drivers: tuple[Driver, ...] = ()
    reason: str | None = None


def relative_importance(
    table: pd.DataFrame,
    outcome: str,
    covariates: Sequence[str],
    clusters: str | None = None,
    draws: int = 1000,
    seed: int = 0,
) -> Importance:
    r"""Return what each covariate contributes to R², with intervals by resampling whole clusters.

    It describes: a driver is not a cause. Rows with a missing or infinite value are left out.

    Parameters
    ----------
    covariates
        Columns of numbers, at most 14. Constant or mutually determined ones give the reason `collinear`: shares among
        them would be arbitrary.
    clusters
        Column of establishments; without it each row is its own cluster. Under 8 clusters there is no interval, for the
        reason `few_to_resample`.
    draws
        Resamples, 0 for no interval.

    Notes
    -----
    LMG: Grömping 2006, *J. Stat. Softw.* 17(1). Johnson 2000, *Multivar. Behav. Res.* 35:1-19: with
    :math:`\Lambda = R^{1/2}`, :math:`\beta^* = \Lambda^{-1} r`, weight :math:`\sum_k \Lambda_{jk}^2\beta_k^{*2}`.
    Percentile intervals of the cluster bootstrap, from cross-products of each cluster. Checked against R (set
    relative_importance_swiss).

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> x = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]] * 3, dtype=float)
    >>> table = pd.DataFrame({"staff": x[:, 0], "beds": x[:, 1], "score": 2 * x[:, 0] + x[:, 1]})
    >>> [(d.term, round(d.lmg, 2)) for d in relative_importance(table, "score", ["beds", "staff"], draws=0).drivers]
    [('staff', 0.8), ('beds', 0.2)]
    """
    import numpy as np

    read = numbers(table, [outcome, *covariates])
    whole = np.isfinite(read).all(axis=1) & (table[clusters].notna().to_numpy() if clusters else True)
    used, values = table[whole], read[whole]
    n, p = len(values), len(covariates)
    group = np.arange(n) if clusters is None else used.groupby(clusters, sort=True).ngroup().to_numpy()
    many = int(group.max(initial=-1)) + 1
    reason = "too_few" if n < p + 3 or not 1 <= p <= MOST else "constant_outcome" if np.ptp(values[:, 0]) == 0 else None
    spread = values.std(axis=0) if n else np.ones(p + 1)
    if reason is None and (spread <= 1e-12 * np.abs(values).max(axis=0)).any():
        reason = "collinear"
    if reason is None:
        values = (values - values.mean(axis=0)) / spread
        whole = values.T @ values / n
        reason = "collinear" if np.linalg.cond(whole[1:, 1:]) > 1e10 else None
    if reason is not None:
        return Importance(n=n, clusters=many if clusters else None, reason=reason)
    low, high = _intervals(values, group, many, draws, seed)
    shares, weights = lmg(whole[None])[0], johnson(whole)
    betas = np.linalg.solve(whole[1:, 1:], whole[1:, 0])
    drivers = [
        Driver(term=str(name), lmg=float(shares[j]), johnson=float(weights[j]), beta=float(betas[j]),
               alone=float(whole[0, j + 1] ** 2), low=float(low[j]), high=float(high[j]))
        for j, name in enumerate(covariates)
    ]  # fmt: skip
    drivers.sort(key=lambda driver: (-driver.lmg, driver.term))
    short = "few_to_resample" if draws > 0 and np.isnan(low).any() else None
    r2 = float(shares.sum())
    return Importance(n=n, clusters=many if clusters else None, r2=r2, drivers=tuple(drivers), reason=short)


def lmg(correlations: np.ndarray) -> np.ndarray:
    """Return the LMG shares of stacked correlation matrices (outcome first): one row a matrix.

    Each of the 2^p sub-models is solved once, for all matrices together.
    """
    import numpy as np

    many, p = correlations.shape[0], correlations.shape[1] - 1
    explained = np.zeros((1 << p, many))
    for size in range(1, p + 1):
        for chosen in itertools.combinations(range(p), size):
            rows = np.array(chosen) + 1
            r = correlations[:, rows, 0]
            solved = np.linalg.solve(correlations[:, rows[:, None], rows], r[..., None])[..., 0]
            explained[sum(1 << j for j in chosen)] = (solved * r).sum(axis=1)
    masks = np.arange(1 << p)
    sizes = np.array([int(mask).bit_count() for mask in masks])
    shares = np.empty((many, p))
    for j in range(p):
        without = masks[(masks >> j) & 1 == 0]
        weight = np.array([1 / (p * math.comb(p - 1, int(size))) for size in sizes[without]])
        shares[:, j] = weight @ (explained[without | (1 << j)] - explained[without])
    return shares


def johnson(correlation: np.ndarray) -> np.ndarray:
    """Return Johnson's relative weights of one correlation matrix (outcome first)."""
    import numpy as np

    values, vectors = np.linalg.eigh(correlation[1:, 1:])
    root = (vectors * np.sqrt(values)) @ vectors.T
    return np.asarray(root**2 @ np.linalg.solve(root, correlation[1:, 0]) ** 2)


def _intervals(
    values: np.ndarray, group: np.ndarray, many: int, draws: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the 2.5 % and 97.5 % quantiles of LMG over resamples of clusters; missing with too few clusters."""
    import numpy as np

    p = values.shape[1] - 1
    if draws < 1 or many < FEWEST_CLUSTERS:
        return np.full(p, np.nan), np.full(p, np.nan)
    rows = np.column_stack([np.ones(len(values)), values])
    products = np.zeros((many, (p + 2) ** 2))
    np.add.at(products, group, (rows[:, :, None] * rows[:, None, :]).reshape(len(rows), -1))
    counts = stream(seed, "relative_importance").multinomial(many, np.full(many, 1 / many), size=draws)
    sums = (counts @ products).reshape(draws, p + 2, p + 2)
    means = sums[:, 0, 1:] / sums[:, :1, 0]
    cov = sums[:, 1:, 1:] / sums[:, :1, :1] - means[:, :, None] * means[:, None, :]
    sd = np.sqrt(np.maximum(np.einsum("bii->bi", cov), 0.0))
    whole = (sd > 1e-9).all(axis=1)
    correlations = cov[whole] / (sd[whole][:, :, None] * sd[whole][:, None, :])
    whole = np.linalg.cond(correlations[:, 1:, 1:]) < 1e10  # a resample in which two covariates are one says nothing
    shares = lmg(correlations[whole])
    if len(shares) < 0.9 * draws:
        return np.full(p, np.nan), np.full(p, np.nan)
    low, high = np.quantile(shares, [0.025, 0.975], axis=0)
    return np.asarray(low), np.asarray(high)
