"""Funnel plots: which establishments differ from the target by more than their size and common causes explain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chairs.core.errors import Text
from chairs.stats.checked import as_long, finite, refused, unfit

if TYPE_CHECKING:
    import numpy as np

Z95, Z998 = 1.959963984540054, 3.090232306167813
FEWEST = 10  # establishments under which their spread cannot be told from chance
TOO_FEW = Text(
    fr=f"moins de {FEWEST} établissements : la dispersion entre eux n'est pas estimée, limites du hasard seul",
    en=f"fewer than {FEWEST} establishments: the spread between them is not estimated, limits of chance alone",
)
NOBODY = Text(fr="aucun établissement à comparer", en="no establishment to compare")
CERTAIN = Text(
    fr="la référence est de 0 % ou de 100 % : le hasard n'y laisse aucun écart, il n'y a pas de limites",
    en="the target is 0 % or 100 %: chance leaves no gap to it, there are no limits",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Funnel:
    """A funnel plot, an establishment a place.

    Parameters
    ----------
    observed, target
        What each establishment has, and what it is compared with.
    low95, high95, low998, high998
        Limits of chance, exact for counts.
    z
        Distance to the target in standard errors of chance alone (on the scale of the adjustment).
    phi, tau2
        Over-dispersion: mean square of the winsorised z, and variance between establishments on that scale.
    adjusted_z
        Distance with the variance between establishments added.
    adjusted_limits
        Rows of (low 95, high 95, low 99.8, high 99.8) that allow for it.
    reason
        Why over-dispersion was not estimated, or why there are no limits (nan); None when there are both.
    """

    observed: np.ndarray
    target: float
    low95: np.ndarray
    high95: np.ndarray
    low998: np.ndarray
    high998: np.ndarray
    z: np.ndarray
    phi: float
    tau2: float
    adjusted_z: np.ndarray
    adjusted_limits: np.ndarray
    reason: Text | None = None

    def outside(self) -> np.ndarray:
        """Return by establishment -1, 0 or 1: below, inside or above the adjusted 99.8 % limits."""
        import numpy as np

        return np.where(self.adjusted_z > Z998, 1, np.where(self.adjusted_z < -Z998, -1, 0))


def proportions(numerator: Sequence[float], denominator: Sequence[float], target: float | None = None) -> Funnel:
    """Return the funnel of proportions (top boxes, shares).

    Parameters
    ----------
    numerator, denominator
        Counts by establishment; denominators of 1 or more.
    target
        Proportion to compare with, 0 to 1; None: that of all together. At 0 or 1 there are no limits (`CERTAIN`).

    Raises
    ------
    DataError
        Counts that are missing, negative or not whole, a numerator above its denominator, columns of two lengths.
    SettingError
        A target outside 0 to 1.

    Notes
    -----
    Exact limits interpolated between binomial quantiles: with r the smallest count with F(r) >= p and
    a = (F(r) - p) / (F(r) - F(r - 1)), the limit is (r - a) / n; where all n is no rare count the upper limit is 1, and
    0 where none is (no count lies beyond). Over-dispersion is additive on the arcsine square root
    scale, where a proportion has the standard error 1 / (2 sqrt n): z winsorised at 10 % each side,
    phi = mean z², tau² = max(0, (I phi - (I - 1)) / (sum w - sum w² / sum w)), w = 4 n. Spiegelhalter 2005,
    *Statistics in Medicine* 24:1185-1202; 2012, *JRSS A* 175:1-47. Checked against the set `funnel_topbox`.

    Examples
    --------
    >>> round(float(proportions([70, 80, 90], [100, 100, 100]).high95[0]), 4)
    0.8703
    """
    import numpy as np

    x, n = _counts(numerator, denominator)
    if (x > n).any() or (x % 1 != 0).any() or (n % 1 != 0).any():
        raise refused("un numérateur dépasse son dénominateur, ou un effectif n'est pas entier",
                      "a numerator exceeds its denominator, or a count is not whole")  # fmt: skip
    p = x / n
    if target is None and len(x):
        target = float(x.sum() / n.sum())
    if target is None or target in (0, 1):
        return _without_limits(p, target, NOBODY if target is None else CERTAIN)
    if not 0 < target < 1:
        raise unfit("la référence d'une proportion est entre 0 et 1", "the target of a proportion is between 0 and 1")
    limits = [_binomial_limit(n, target, q) for q in (0.025, 0.975, 0.001, 0.999)]
    error = 1 / (2 * np.sqrt(n))
    z = (np.arcsin(np.sqrt(p)) - np.arcsin(np.sqrt(target))) / error

    def back(value: np.ndarray) -> Any:
        return np.sin(np.clip(value, 0, np.pi / 2)) ** 2

    return _with_dispersion(p, target, limits, z, error, (np.arcsin(np.sqrt(target)), back))


def ratios(observed: Sequence[float], expected: Sequence[float]) -> Funnel:
    """Return the funnel of observed over expected counts around 1 (violence reports, adverse events).

    Notes
    -----
    Limits of chance by the chi-square quantiles of a Poisson count: chi2(a; 2E) / 2E and chi2(1 - a; 2(E + 1)) / 2E
    (set `funnel_smr_ratio`). Over-dispersion is additive on the square root scale, where the ratio has the standard
    error 1 / (2 sqrt E) (Spiegelhalter 2005).
    """
    import numpy as np
    from scipy.stats import chi2

    o, e = _counts(observed, expected)
    if not len(o):
        return _without_limits(o, 1.0, NOBODY)
    limits = [chi2.ppf(q, 2 * (e if q < 0.5 else e + 1)) for q in (0.025, 0.975, 0.001, 0.999)]
    error = 1 / (2 * np.sqrt(e))
    z = (np.sqrt(o / e) - 1) / error

    def back(value: np.ndarray) -> Any:
        return np.clip(value, 0, None) ** 2

    return _with_dispersion(o / e, 1.0, [limit / 2 / e for limit in limits], z, error, (1.0, back))


def means(values: Sequence[float], standard_errors: Sequence[float], target: float | None = None) -> Funnel:
    """Return the funnel of means with their standard errors (scores from 0 to 100).

    Parameters
    ----------
    values, standard_errors
        Of each establishment.
    target
        Value to compare with; None: the mean of establishments that differ beyond chance, weights 1 / (se² + tau²).

    Notes
    -----
    With weights 1 / se² a site with most of the answers would be the centre that the others are judged by; the
    variance between establishments (REML) makes it one of them, as in the shrunken scores (`shrinkage.shrink`), and
    is 0 where they do not differ (Spiegelhalter 2005, random effects). Under ten establishments it is not estimated.
    Limits of chance are those of a Gaussian value.

    Examples
    --------
    >>> even = [70.0, 72, 68, 71, 69, 73, 67, 70, 72, 68]
    >>> round(means([*even, 80], [1.0] * 10 + [0.05]).target, 1)  # 1 / se² alone would say 79.7
    71.0
    """
    import numpy as np

    as_long(values, standard_errors)
    y, error = finite(values), finite(standard_errors)
    if (error <= 0).any():
        raise refused("une erreur type n'est pas positive", "a standard error is not positive")
    if not len(y):
        return _without_limits(y, target, NOBODY)
    target = _centre(y, error) if target is None else target
    if not np.isfinite(target):
        raise unfit("la référence n'est pas un nombre", "the target is not a number")
    limits = [target + factor * error for factor in (-Z95, Z95, -Z998, Z998)]
    return _with_dispersion(y, target, limits, (y - target) / error, error, (target, lambda value: value))


def _centre(y: np.ndarray, error: np.ndarray) -> float:
    """Return the mean of establishments whose true values may differ."""
    import numpy as np

    from chairs.stats.heterogeneity import tau2

    ones = np.ones((len(y), 1))
    between = (tau2(y, error**2, ones, "REML") or 0.0) if len(y) >= FEWEST else 0.0
    return float(np.average(y, weights=1 / (error**2 + between)))


def winsorised(z: np.ndarray, share: float = 0.1) -> Any:
    """Return z with the values beyond the `share` quantiles of each side pulled in to them (type 7 quantiles)."""
    import numpy as np

    return np.clip(z, *np.quantile(z, [share, 1 - share]))


def exact_ratio_interval(observed: Sequence[float], expected: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    """Return the exact 95 % Poisson interval of each observed over expected ratio (0 at the low end when O = 0)."""
    import numpy as np
    from scipy.stats import chi2

    o, e = _counts(observed, expected)
    low = np.where(o > 0, chi2.ppf(0.025, 2 * np.maximum(o, 1)), 0.0) / 2 / e
    return low, chi2.ppf(0.975, 2 * (o + 1)) / 2 / e


def _counts(numerator: Sequence[float], denominator: Sequence[float]) -> tuple[np.ndarray, np.ndarray]:
    as_long(numerator, denominator)
    x, n = finite(numerator), finite(denominator)
    if (n <= 0).any() or (x < 0).any():
        raise refused(
            "un effectif est négatif, ou un dénominateur n'est pas positif",
            "a count is negative, or a denominator is not positive",
        )
    return x, n


def _binomial_limit(n: np.ndarray, target: float, q: float) -> Any:
    import numpy as np
    from scipy.stats import binom

    r = binom.ppf(q, n, target)
    here, before = binom.cdf(r, n, target), binom.cdf(r - 1, n, target)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(here > before, (here - q) / (here - before), 0.0)
    limit = np.clip((r - share) / n, 0, 1)
    return np.where(r == n, 1.0, limit) if q > 0.5 else np.where(r == 0, 0.0, limit)


def _without_limits(observed: np.ndarray, target: float | None, reason: Text) -> Funnel:
    import numpy as np

    nothing = np.full(len(observed), np.nan)
    return Funnel(
        observed=observed,
        target=np.nan if target is None else target,
        low95=nothing,
        high95=nothing,
        low998=nothing,
        high998=nothing,
        z=nothing,
        phi=np.nan,
        tau2=np.nan,
        adjusted_z=nothing,
        adjusted_limits=np.full((len(observed), 4), np.nan),
        reason=reason,
    )


def _with_dispersion(values, target, limits, z, error, scale) -> Funnel:  # type: ignore[no-untyped-def]
    import numpy as np

    centre, back = scale
    phi = float((winsorised(z) ** 2).mean())
    w, n = error**-2, len(z)
    known = n >= FEWEST
    tau2 = max(0.0, (n * phi - (n - 1)) / (w.sum() - (w**2).sum() / w.sum())) if known else 0.0
    wide = np.sqrt(error**2 + tau2)
    rows = np.stack([back(centre + factor * wide) for factor in (-Z95, Z95, -Z998, Z998)], axis=1)
    return Funnel(
        observed=values,
        target=target,
        low95=limits[0],
        high95=limits[1],
        low998=limits[2],
        high998=limits[3],
        z=z,
        phi=phi,
        tau2=float(tau2),
        adjusted_z=z * error / wide,
        adjusted_limits=rows,
        reason=None if known else TOO_FEW,
    )
