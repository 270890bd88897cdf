"""Rubin's rules: one estimate from the analyses of several imputed tables."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.stats.checked import as_long, numbers
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """One pooled number and what the missing data cost.

    Parameters
    ----------
    result
        The pooled estimate with its interval, or its reason.
    imputations
        Analyses that gave an estimate and a variance.
    within, between, total
        Mean variance of the analyses, variance of their estimates, and their sum by Rubin's rule.
    increase
        Relative increase of the variance by the missing data (r).
    missing_information
        Fraction of the information that is missing (fmi), 0 to 1.
    """

    result: Estimate
    imputations: int
    within: float = math.nan
    between: float = math.nan
    total: float = math.nan
    increase: float = math.nan
    missing_information: float = math.nan


def pool(
    estimates: Sequence[float] | np.ndarray,
    variances: Sequence[float] | np.ndarray,
    complete_df: float = math.inf,
    blank: Estimate | None = None,
) -> Pooled:
    r"""Pool the estimates of one number from m imputed tables.

    Parameters
    ----------
    estimates, variances
        One each an imputed table: the estimate and its squared standard error. An analysis that failed (missing, or a
        negative variance) is left out and not counted in `imputations`; fewer than two left give the reason `too_few`.
    complete_df
        Degrees of freedom that the analysis would have without missing data (n - coefficients; clusters - 1).
    blank
        Term, n and clusters of the result.

    Notes
    -----
    :math:`T = \bar U + (1+1/m)B`, :math:`r = (1+1/m)B/\bar U`, :math:`\lambda = (1+1/m)B/T`; degrees of freedom of
    Barnard & Rubin 1999 (*Biometrika* 86:948-955): :math:`1/\nu = 1/\nu_{old} + 1/\nu_{obs}` with
    :math:`\nu_{old} = (m-1)/\lambda^2` and :math:`\nu_{obs} = \frac{\nu_c+1}{\nu_c+3}\nu_c(1-\lambda)`; fmi
    :math:`(r + 2/(\nu+3))/(1+r)` (Rubin 1987). Checked against R's `mice::pool.scalar` (set rubin_pooling).

    Examples
    --------
    >>> done = pool([0.42, 0.37, 0.49], [0.0065, 0.0064, 0.0066], complete_df=247)
    >>> print(done.result)
    pooled: +0.4267 (95 % +0.1899 to +0.6634, n 3)
    >>> round(done.missing_information, 2)
    0.51
    """
    from dataclasses import replace

    import numpy as np
    import pandas as pd

    as_long(estimates, variances)
    q, u = numbers(pd.DataFrame({"estimate": list(estimates), "variance": list(variances)}), ["estimate", "variance"]).T
    usable = np.isfinite(q) & np.isfinite(u) & (u >= 0)
    q, u = q[usable], u[usable]
    m = len(q)
    base = replace(blank or Estimate(term="pooled", n=m), method="rubin")
    if m < 2:
        return Pooled(result=replace(base, reason="too_few"), imputations=m)
    within, between = float(u.mean()), float(q.var(ddof=1))
    total = within + (1 + 1 / m) * between
    if total == 0:
        result = replace(base, estimate=float(q.mean()), reason="no_variance")
        return Pooled(result=result, imputations=m, within=0.0, between=0.0, total=0.0)
    share = (1 + 1 / m) * between / total
    df = _freedom(share, m, complete_df)
    increase = share / (1 - share) if share < 1 else math.inf
    fmi = 1.0 if math.isinf(increase) else (increase + 2 / (df + 3)) / (1 + increase)
    return Pooled(
        result=estimated(base, float(q.mean()), math.sqrt(total), df),
        imputations=m, within=within, between=between, total=total, increase=increase, missing_information=fmi,
    )  # fmt: skip


def _freedom(share: float, m: int, complete: float) -> float:
    """Return the degrees of freedom of Barnard & Rubin; those of the complete data where the imputations agree."""
    old = (m - 1) / share**2 if share > 0 else math.inf
    observed = math.inf if math.isinf(complete) else (complete + 1) / (complete + 3) * complete * (1 - share)
    inverse = (0.0 if math.isinf(old) else 1 / old) + (0.0 if math.isinf(observed) else 1 / max(observed, 1e-12))
    return 1 / inverse if inverse > 0 else math.inf
