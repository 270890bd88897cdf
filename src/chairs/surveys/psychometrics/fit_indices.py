"""How well a model reproduces the moments: chi-square, CFI, TLI, RMSEA with its interval, SRMR, AIC, BIC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class FitIndices:
    """Fit of a model.

    Parameters
    ----------
    chisq, df, p
        Test of exact fit; for ordinal models the mean-and-variance adjusted one.
    cfi, tli
        Against the model of uncorrelated items.
    rmsea, rmsea_low, rmsea_high
        Root mean square error of approximation and its 90 % interval.
    srmr
        Standardised root mean square residual.
    logl, aic, bic
        Likelihood measures; None for ordinal models, which have none.
    scaling, chisq_robust, cfi_robust, rmsea_robust
        Scaling factor of the robust test, chi-square divided by it, and the robust indices (None unless asked for).
    """

    chisq: float
    df: int
    p: float | None
    cfi: float | None
    tli: float | None
    rmsea: float | None
    rmsea_low: float | None
    rmsea_high: float | None
    srmr: float
    logl: float | None = None
    aic: float | None = None
    bic: float | None = None
    scaling: float | None = None
    chisq_robust: float | None = None
    p_robust: float | None = None
    cfi_robust: float | None = None
    rmsea_robust: float | None = None


def incremental(chisq: float, df: int, chisq_0: float, df_0: int) -> tuple[float | None, float | None]:
    r"""Return CFI and TLI of a model against a baseline.

    Notes
    -----
    :math:`1-\max(\chi^2-df,0)/\max(\chi^2_0-df_0,\chi^2-df,0)` (Bentler 1990, *Psychological Bulletin* 107:238) and
    :math:`(\chi^2_0/df_0-\chi^2/df)/(\chi^2_0/df_0-1)` (Tucker & Lewis 1973); none where the items go together no more
    than by chance.
    """
    excess, excess_0 = max(chisq - df, 0.0), max(chisq_0 - df_0, chisq - df, 0.0)
    cfi = 1 - excess / excess_0 if excess_0 > 0 else (1.0 if chisq_0 > df_0 else None)
    ratio = chisq_0 / df_0 if df_0 else 1.0
    tli = (ratio - chisq / df) / (ratio - 1) if df > 0 and abs(ratio - 1) > 1e-12 else None
    return (None if cfi is None else float(cfi)), (None if tli is None else float(tli))


def rmsea(chisq: float, df: int, n: int, groups: int = 1) -> tuple[float | None, float | None, float | None]:
    r"""Return RMSEA and its 90 % interval (none without degrees of freedom).

    Notes
    -----
    :math:`\sqrt{G\max(\chi^2-df,0)/(N\,df)}`; the bounds are the noncentralities under which the chi-square is the
    95th and the 5th percentile (Browne & Cudeck 1993; several groups: Steiger 1998).
    """
    import numpy as np
    from scipy.optimize import brentq
    from scipy.stats import chi2, ncx2

    if df <= 0:
        return None, None, None

    def bound(share: float) -> float:
        if chi2.cdf(chisq, df) < share:
            return 0.0
        top = max(4 * chisq, 10.0)
        while ncx2.cdf(chisq, df, top) > share:
            top *= 2
        found = brentq(lambda nc: ncx2.cdf(chisq, df, nc) - share, 1e-12, top, xtol=1e-10, rtol=1e-14)
        return float(np.sqrt(groups * found / (n * df)))

    return float(np.sqrt(groups * max(chisq - df, 0.0) / (n * df))), bound(0.95), bound(0.05)


def p_value(chisq: float, df: int) -> float | None:
    """Return the upper tail of the chi-square law, or None without degrees of freedom."""
    from scipy.special import chdtrc

    return float(chdtrc(df, max(chisq, 0.0))) if df > 0 else None


def srmr_of(seen: np.ndarray, implied: np.ndarray) -> float:
    """Return the root mean square of standardised residuals over the p(p + 1)/2 covariances (Bentler 1995)."""
    import numpy as np

    scale = np.sqrt(np.outer(np.diag(seen), np.diag(seen)))
    low = np.tril_indices(len(seen))
    return float(np.sqrt((((seen - implied) / scale)[low] ** 2).mean()))
