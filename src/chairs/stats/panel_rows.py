"""Panel methods that need the order of periods: first differences, Driscoll and Kraay's errors."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.core.errors import unknown
from chairs.stats.checked import numbers
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.panel import Errors, PanelFit, fixed_effects, pooled
from chairs.stats.streaming import Design, cross_products

if TYPE_CHECKING:
    import pandas as pd

FEWEST_PERIODS = 4


def first_differences(data: pd.DataFrame, design: Design, period: str, errors: Errors = "classical") -> PanelFit:
    """Regress changes of the outcome on changes of the covariates, between successive periods of each establishment.

    Parameters
    ----------
    data
        One row an establishment and period.
    design
        Outcome, cluster and covariates.
    period
        Column that orders the rows of an establishment; a gap is bridged (the change spans it). One establishment
        only has the reason `one_cluster`.
    errors
        As in `chairs.stats.panel.pooled`; the intercept is the common trend.

    Notes
    -----
    Checked against plm 2.6-2 on the panel of Grunfeld.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"site": list("AAABBB"), "year": [1, 2, 3] * 2, "staff": [1.0, 2, 4, 2, 5, 4],
    ...                      "score": [3.0, 4, 6, 4, 8, 6]})
    >>> design = Design(outcome="score", cluster="site", covariates=("staff",))
    >>> print(first_differences(rows, design, "year").coefficient("staff"))
    staff: +1.457 (95 % +1.031 to +1.883, n 4, 2 clusters)
    """
    changes = _ordered(data, design, period)
    if changes[design.cluster].nunique() < 2:
        return _alone(len(changes), design, "first_differences")
    names = [design.outcome, *design.covariates]
    changes[names] = changes.groupby(design.cluster, sort=False)[names].diff()
    fit = pooled(cross_products(changes, replace(design, factors=(), weights=None)), errors=errors)
    return replace(fit, model="first_differences")


def driscoll_kraay(data: pd.DataFrame, design: Design, period: str, lags: int | None = None) -> PanelFit:
    r"""Fit fixed effects with errors that let a shock hit all establishments of a period and last over some.

    Parameters
    ----------
    lags
        Periods over which shocks may be linked (default: the whole part of :math:`T^{1/4}`).

    Notes
    -----
    Driscoll & Kraay 1998, *Rev. Econ. Stat.* 80:549-560: Newey-West covariance, Bartlett weights
    :math:`1 - l/(L+1)`, of the period sums of scores, no small-sample factor; t on T − 1 degrees of freedom. It rests
    on many periods: under four there is a reason instead. Checked against plm's `vcovSCC` on the panel of Grunfeld.
    """
    import numpy as np

    rows = _ordered(data, design, period)
    if rows[design.cluster].nunique() < 2:
        return _alone(len(rows), design, "fixed_effects")
    fit = fixed_effects(cross_products(rows, design), errors="classical")
    used = [e for e in fit.estimates if e.estimate is not None]
    if fit.reason is not None or not used:
        return fit
    group = rows.groupby(design.cluster, sort=False)
    names = [e.term for e in used if e.term in design.covariates]
    columns = rows[[*names, design.outcome]].astype(float)
    for factor in design.factors:
        levels = [e.term.removeprefix(f"{factor}=") for e in used if e.term.startswith(f"{factor}=")]
        for level in levels:
            columns[f"{factor}={level}"] = (rows[factor].astype(str) == level).astype(float)
    demeaned = (columns - columns.groupby(group.ngroup()).transform("mean")).to_numpy()
    order = [columns.columns.get_loc(e.term) for e in used]
    x, y = demeaned[:, order], demeaned[:, columns.columns.get_loc(design.outcome)]
    score = x * (y - x @ np.array([e.estimate for e in used]))[:, None]
    times, code = np.unique(rows[period].to_numpy(), return_inverse=True)
    if len(times) < FEWEST_PERIODS:
        return replace(fit, reason="too_few", estimates=tuple(_emptied(e) for e in fit.estimates))
    by_period = np.stack([np.bincount(code, weights=s) for s in score.T], axis=1)
    reach = math.floor(len(times) ** 0.25) if lags is None else lags
    meat: np.ndarray = by_period.T @ by_period
    for lag in range(1, reach + 1):
        linked = by_period[lag:].T @ by_period[:-lag]
        meat = meat + (1 - lag / (reach + 1)) * (linked + linked.T)
    bread = np.linalg.inv(x.T @ x)
    covariance = bread @ meat @ bread
    errors = dict(zip([e.term for e in used], np.sqrt(np.diag(covariance)), strict=True))
    found = tuple(
        estimated(replace(e, method="driscoll_kraay"), e.estimate, float(errors[e.term]), float(len(times) - 1))
        if e.estimate is not None
        else e
        for e in fit.estimates
    )
    return replace(fit, estimates=found, covariance=covariance)


def _alone(n: int, design: Design, model: str) -> PanelFit:
    """Return the fit of a single establishment (of none: too few rows), without a number."""
    reason = "one_cluster" if n else "too_few"
    absent = tuple(Estimate(term=term, n=n, clusters=min(n, 1), reason=reason) for term in design.covariates)
    return PanelFit(model=model, n=n, estimates=absent, reason=reason)


def _emptied(one: Estimate) -> Estimate:
    return Estimate(term=one.term, n=one.n, clusters=one.clusters, reason="too_few")


def _ordered(data: pd.DataFrame, design: Design, period: str) -> pd.DataFrame:
    """Return the complete rows, sorted by establishment and period."""
    names = list(dict.fromkeys([design.cluster, period, design.outcome, *design.covariates, *design.factors]))
    for name in names:
        if name not in data.columns:
            raise unknown(("colonne", "column"), name, map(str, data.columns))
    rows, read = data[names].copy(), [design.outcome, *design.covariates]
    for name, column in zip(read, numbers(data, read).T, strict=True):
        rows[name] = column
    rows = rows.dropna()
    return rows.sort_values([design.cluster, period], kind="stable", ignore_index=True)
