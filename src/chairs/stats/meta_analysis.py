"""Brings the results of several studies or establishments together, and says how much they differ."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.stats.cross_products import independent
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.heterogeneity import Method, fit, generalised_q_root, tau2, typical_variance

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaAnalysis:
    """What several results say together.

    Parameters
    ----------
    terms
        The mean of the results `(intercept)`, and the slope of each covariate.
    tau2
        Variance between results, in squared units of the results; `tau2_low` and `tau2_high` its 95 % interval.
    i2, h2
        Share of the variation that is between results (%), and total over error variance.
    q, q_p
        Cochran's Q of no variation between results, with its p value.
    predicted
        Low and high end of the 95 % interval for a new study or establishment (no covariates only).
    explained
        Share of the variance between that covariates explain (%), never below 0.
    moderators
        Wald chi-square of all covariates together.
    reason
        Why there is no result.
    """

    k: int
    terms: tuple[Estimate, ...]
    tau2: float = math.nan
    tau2_low: float = math.nan
    tau2_high: float = math.nan
    i2: float = math.nan
    h2: float = math.nan
    q: float = math.nan
    q_p: float = math.nan
    predicted: tuple[float, float] | None = None
    explained: float = math.nan
    moderators: float = math.nan
    reason: str | None = None

    @property
    def mean(self) -> Estimate:
        """Return the mean of the results (at covariates 0)."""
        return self.terms[0]


def meta_analysis(
    results: pd.Series,
    variances: pd.Series,
    covariates: pd.DataFrame | None = None,
    method: Method = "REML",
    knapp_hartung: bool = False,
) -> MetaAnalysis:
    r"""Return the random-effects mean of results, or their regression on covariates, with what varies between them.

    Parameters
    ----------
    results, variances
        One each a study: an estimate and its squared standard error. A study without either, or with a variance that
        is not above 0, is left out (`k` counts those used).
    covariates
        Numbers on the same index (meta-regression).
    method
        How the variance between is estimated; `FE` takes it as 0.
    knapp_hartung
        Standard errors of Knapp & Hartung with t intervals: to be preferred with few studies.

    Notes
    -----
    Weights :math:`1/(v_i+\tau^2)`; normal intervals, or t on k - p degrees of freedom and
    :math:`s^2 = \sum w(y-x'b)^2/(k-p)` times the variance (Knapp & Hartung 2003, *Stat. Med.* 22:2693-2710; not
    truncated at 1). Interval of τ² by the Q profile (Viechtbauer 2007, *Stat. Med.* 26:37-52). Interval for a new
    study :math:`b \mp q\sqrt{s_b^2+\tau^2}` with the quantile of the mean's own interval. I² and H² on the typical
    variance (Higgins & Thompson 2002), from Q for `FE`. Checked against R's metafor (set meta_bcg).

    Examples
    --------
    >>> import pandas as pd
    >>> whole = meta_analysis(pd.Series([-0.9, -1.6, -0.2, 0.1, -1.4]), pd.Series([0.3, 0.2, 0.05, 0.06, 0.1]))
    >>> print(whole.mean)
    (intercept): -0.7429 (95 % -1.42 to -0.06598, n 5)
    >>> round(whole.tau2, 3), [round(end, 1) for end in whole.predicted]
    (0.468, [-2.2, 0.8])
    """
    import numpy as np

    y, v, x, names = _usable(results, variances, covariates)
    k, p = x.shape
    blanks = tuple(Estimate(term=name, n=k, method=method) for name in names)
    kept = independent(x.T @ x)
    if k <= p:
        return _without(blanks, "too_few")
    if not kept.all():
        done = tuple(b if ok else replace(b, reason="collinear") for b, ok in zip(blanks, kept, strict=True))
        return _without(done, "collinear")
    between = tau2(y, v, x, method)
    if between is None:
        return _without(blanks, "no_convergence")
    found = fit(y, v, x, between)
    scale, df = (found.residual / (k - p), k - p) if knapp_hartung else (1.0, math.inf)
    covariance = found.covariance * scale
    terms = tuple(
        estimated(b, float(found.coefficients[i]), float(np.sqrt(covariance[i, i])), df) for i, b in enumerate(blanks)
    )
    whole = _heterogeneity(y, v, x, method, MetaAnalysis(k=k, terms=terms, tau2=between))
    return _predicted(whole, method) if p == 1 else _explained(whole, (y, v, method), covariance)


def egger(results: pd.Series, variances: pd.Series, method: Method = "REML") -> Estimate:
    """Return the asymmetry of the funnel: the slope of the results on their standard errors, 0 without asymmetry.

    Notes
    -----
    Mixed-effects regression with a z test (Sterne & Egger 2005; metafor's `regtest`); Egger's first proposal, weighted
    least squares with a t test, gives another value. With fewer than ten studies it says little.
    """
    errors = variances.where(variances > 0) ** 0.5
    return meta_analysis(results, variances, errors.to_frame("(standard error)"), method).terms[1]


def _without(terms: tuple[Estimate, ...], reason: str) -> MetaAnalysis:
    given = tuple(term if term.reason else replace(term, reason=reason) for term in terms)
    return MetaAnalysis(k=terms[0].n, terms=given, reason=reason)


def _heterogeneity(y: np.ndarray, v: np.ndarray, x: np.ndarray, method: Method, found: MetaAnalysis) -> MetaAnalysis:
    from scipy.special import chdtrc

    free = len(y) - x.shape[1]
    q = fit(y, v, x, 0.0).residual
    h2, i2 = q / free, 100 * max(0.0, (q - free) / q) if q > 0 else 0.0
    if method != "FE":
        typical = typical_variance(v, x)
        h2, i2 = found.tau2 / typical + 1, 100 * found.tau2 / (found.tau2 + typical)
    low, high = tau2_interval(y, v, x)
    return replace(found, tau2_low=low, tau2_high=high, i2=i2, h2=h2, q=q, q_p=float(chdtrc(free, q)))


def _predicted(found: MetaAnalysis, method: Method) -> MetaAnalysis:
    """Add the interval for a new study."""
    mean = found.mean
    if method == "FE" or mean.estimate is None or mean.se is None or mean.low is None:
        return found
    half = (mean.estimate - mean.low) / mean.se * math.sqrt(mean.se**2 + found.tau2)
    return replace(found, predicted=(mean.estimate - half, mean.estimate + half))


def _explained(
    found: MetaAnalysis, data: tuple[np.ndarray, np.ndarray, Method], covariance: np.ndarray
) -> MetaAnalysis:
    """Add what the covariates explain of the variance between, and their joint test."""
    import numpy as np

    y, v, method = data
    alone = tau2(y, v, np.ones((len(y), 1)), method) or 0.0
    share = max(0.0, 100 * (alone - found.tau2) / alone) if alone > 0 else math.nan
    slopes = np.array([term.estimate for term in found.terms[1:]], dtype=float)
    return replace(found, explained=share, moderators=float(slopes @ np.linalg.solve(covariance[1:, 1:], slopes)))


def tau2_interval(y: np.ndarray, v: np.ndarray, x: np.ndarray) -> tuple[float, float]:
    """Return the 95 % interval of the variance between, by inverting Q(τ²) in the chi-square law of k - p degrees."""
    from scipy.special import chdtri

    free = len(y) - x.shape[1]
    ends = [generalised_q_root(y, v, x, float(chdtri(free, tail))) for tail in (0.025, 0.975)]
    return (math.nan if ends[0] is None else ends[0], math.nan if ends[1] is None else ends[1])


def _usable(
    results: pd.Series, variances: pd.Series, covariates: pd.DataFrame | None
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[str]]:
    import numpy as np
    import pandas as pd

    extra = pd.DataFrame(index=results.index) if covariates is None else covariates
    table = np.column_stack([results, variances.reindex(results.index), extra.reindex(results.index)]).astype(float)
    table = table[np.isfinite(table).all(axis=1) & (table[:, 1] > 0)]
    x = np.column_stack([np.ones(len(table)), table[:, 2:]])
    return table[:, 0], table[:, 1], x, ["(intercept)", *map(str, extra.columns)]
