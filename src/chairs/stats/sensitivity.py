"""How strong something unobserved would have to be to explain an association away."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.stats.checked import numbers
from chairs.stats.cross_products import NOTHING, independent
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The estimate as it would be with a confounder `times` as strong as one observed covariate (or group)."""

    covariate: str
    times: float
    r2_exposure: float
    r2_outcome: float
    adjusted: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One coefficient of a linear regression and what it would take to overturn it.

    Parameters
    ----------
    result
        The coefficient of the exposure.
    partial_r2
        Share of the outcome's remaining variance that the exposure explains.
    robustness
        Share of the remaining variance of both exposure and outcome that a confounder would have to explain to bring
        the estimate to 0 (robustness value), 0 to 1.
    robustness_significant
        The same to bring its 95 % interval to touch 0.
    bounds
        The benchmarks asked for.
    """

    result: Estimate
    partial_r2: float = math.nan
    robustness: float = math.nan
    robustness_significant: float = math.nan
    bounds: tuple[Bound, ...] = ()


def partial_r2(t: float, df: float) -> float:
    """Return the partial R² that a t value on `df` residual degrees of freedom stands for."""
    return t * t / (t * t + df)


def robustness_value(t: float, df: float, share: float = 1.0, alpha: float | None = None) -> float:
    r"""Return the strength that a confounder needs, towards exposure and outcome alike, to take away the estimate.

    Parameters
    ----------
    t, df
        t value of the exposure and residual degrees of freedom.
    share
        Share of the estimate to take away, 1 for all of it.
    alpha
        Without it the point estimate is to vanish; with 0.05 the 95 % interval is to touch 0.

    Notes
    -----
    :math:`RV = \frac12(\sqrt{f^4+4f^2}-f^2)`, computed as :math:`2/(\sqrt{1+4/f^2}+1)` that loses no digit at a
    large f, with :math:`f = q|t|/\sqrt{df}`, from which
    :math:`t^*_{\alpha/2,df-1}/\sqrt{df-1}` is deducted when `alpha` is given; where :math:`f f^* > 1` the bound is
    :math:`(f^2-f^{*2})/(1+f^2)` (Cinelli & Hazlett 2020, *J. R. Statist. Soc. B* 82:39-67). Checked against the
    published example of Darfur (13.9 %, 7.6 %).

    Examples
    --------
    >>> round(robustness_value(4.18445, 783), 4), round(robustness_value(4.18445, 783, alpha=0.05), 4)
    (0.1388, 0.0763)
    """
    from scipy.special import stdtrit

    if not (math.isfinite(t) and df > 1):
        return math.nan
    strength, needed = share * abs(t) / math.sqrt(df), 0.0
    if alpha is not None:
        needed = float(stdtrit(df - 1, 1 - alpha / 2)) / math.sqrt(df - 1)
    left = strength - needed
    if left <= 0:
        return 0.0
    if needed > 0 and strength > 1 / needed:
        return (strength**2 - needed**2) / (1 + strength**2)
    return 2 / (math.sqrt(1 + 4 / left**2) + 1)


def sensitivity(
    table: pd.DataFrame,
    outcome: str,
    exposure: str,
    covariates: Sequence[str],
    benchmarks: Sequence[str | tuple[str, ...]] = (),
    times: Sequence[float] = (1, 2, 3),
) -> Sensitivity:
    r"""Return the least-squares coefficient of the exposure with its robustness values and benchmark bounds.

    Parameters
    ----------
    covariates
        Columns of numbers (dummies of classes); those that say nothing new are passed over.
    benchmarks
        Covariates (or groups of them) that an unobserved confounder is compared with.
    times
        How many times as strong as the benchmark.

    Notes
    -----
    With a confounder :math:`Z` k times as strong as :math:`X_j`: :math:`R^2_{D\sim Z|X} = k f^2_D`,
    :math:`R^2_{Y\sim Z|D,X} \le \eta^2 f^2_Y`, bias :math:`\hat{se}\sqrt{df}\sqrt{R^2_Y R^2_D/(1-R^2_D)}` towards 0
    (Cinelli & Hazlett 2020, section 4.4; classical standard errors, on which these formulas rest). A bound whose
    exposure R² would reach 1 is impossible and left out. An outcome that is reproduced exactly has the reason
    `no_variance` and no robustness. Checked against the sensemakr example of Darfur.

    Raises
    ------
    DataError, SettingError
        A column of text, or one that does not exist.
    """
    import numpy as np

    used = numbers(table, [outcome, exposure, *covariates])
    used = used[np.isfinite(used).all(axis=1)]
    y, d = used[:, 0], used[:, 1]
    names = list(covariates)
    base = np.column_stack([np.ones(len(used)), used[:, 2:]])
    kept = np.flatnonzero(independent(base.T @ base))
    x, names = base[:, kept], ["(intercept)", *names]
    blank = Estimate(term=exposure, n=len(used), method="classical")
    reason = _reason(y, d, x)
    if reason is not None:
        return Sensitivity(result=replace(blank, reason=reason))
    full = _regressed(y, np.column_stack([d, x]))
    if full.left <= NOTHING * float(((y - y.mean()) ** 2).sum()):
        return Sensitivity(result=estimated(blank, full.coefficient, 0.0))
    result = estimated(blank, full.coefficient, full.se, full.df)
    t = full.coefficient / full.se
    bounds = []
    for benchmark in benchmarks:
        group = (benchmark,) if isinstance(benchmark, str) else tuple(benchmark)
        inside = [position for position, column in enumerate(kept) if names[column] in group]
        if inside:
            bounds += _bounds("+".join(group), (y, d, x), inside, result, times)
    return Sensitivity(
        result=result,
        partial_r2=partial_r2(t, full.df),
        robustness=robustness_value(t, full.df),
        robustness_significant=robustness_value(t, full.df, alpha=0.05),
        bounds=tuple(bounds),
    )


def adjusted_for(result: Estimate, r2_exposure: float, r2_outcome: float) -> Estimate:
    """Return a least-squares estimate as it would be with a confounder of these partial R², pulled towards 0."""
    estimate, se, df = float(result.estimate or 0.0), float(result.se or 0.0), float(result.df or 0.0)
    bias = se * math.sqrt(df) * math.sqrt(r2_outcome * r2_exposure / (1 - r2_exposure))
    new_se = se * math.sqrt((1 - r2_outcome) / (1 - r2_exposure)) * math.sqrt(df / (df - 1))
    blank = replace(result, estimate=None, se=None, df=None, low=None, high=None, p=None)
    return estimated(blank, math.copysign(1, estimate) * (abs(estimate) - bias), new_se, df - 1)


def e_value(ratio: float, low: float = math.nan, high: float = math.nan) -> tuple[float, float]:
    r"""Return the E-value of a risk ratio and of the end of its interval that is nearest to 1.

    It is the least risk ratio that a confounder must have with both exposure and outcome to explain the ratio away; 1
    for the interval when it holds 1 already. A ratio that is not above 0 has none (nan).

    Notes
    -----
    :math:`RR + \sqrt{RR(RR-1)}` with the inverse of ratios below 1 (VanderWeele & Ding 2017, *Ann. Intern. Med.*
    167:268-274). A difference d in standard deviations stands for :math:`RR \approx e^{0.91 d}` (`ratio_of`).

    Examples
    --------
    >>> [round(value, 2) for value in e_value(3.9, 1.8, 8.7)]
    [7.26, 3.0]
    """
    point = _e(ratio)
    end = low if ratio >= 1 else high
    crossed = low <= 1 <= high
    return point, 1.0 if crossed else _e(end)


def ratio_of(difference: float) -> float:
    """Return the risk ratio that a mean difference in standard deviations of the outcome stands for."""
    return math.exp(0.91 * difference)


def _e(ratio: float) -> float:
    if not ratio > 0 or math.isinf(ratio):
        return math.nan
    away = max(ratio, 1 / ratio)
    return away + math.sqrt(away * (away - 1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    coefficient: float
    se: float
    df: int
    left: float


def _regressed(y: np.ndarray, x: np.ndarray) -> _Line:
    """Return the first coefficient of a regression, with what is left unexplained."""
    import numpy as np

    left, triangle = np.linalg.qr(x)
    coefficients = np.linalg.solve(triangle, left.T @ y)
    rest = float(((y - x @ coefficients) ** 2).sum())
    df = len(y) - x.shape[1]
    spread = float(np.linalg.norm(np.linalg.inv(triangle)[0]))
    return _Line(coefficient=float(coefficients[0]), se=math.sqrt(rest / df) * spread, df=df, left=rest)


def _reason(y: np.ndarray, d: np.ndarray, x: np.ndarray) -> str | None:
    import numpy as np

    if len(y) < x.shape[1] + 3:
        return "too_few"
    if np.ptp(y) == 0:
        return "constant_outcome"
    if np.ptp(d) == 0:
        return "constant_exposure"
    both = np.column_stack([x, d])
    return None if independent(both.T @ both)[-1] else "collinear"


def _bounds(
    name: str,
    data: tuple[np.ndarray, np.ndarray, np.ndarray],
    inside: list[int],
    result: Estimate,
    times: Sequence[float],
) -> list[Bound]:
    import numpy as np

    y, d, x = data
    outside = np.delete(x, inside, axis=1)
    r2_d = 1 - _left(d, x) / _left(d, outside)
    with_d = np.column_stack([x, d])
    r2_y = 1 - _left(y, with_d) / _left(y, np.column_stack([outside, d]))
    found = []
    for k in times:
        exposure = k * r2_d / (1 - r2_d)
        if exposure >= 1 or k * r2_d >= 1:
            continue
        link = k * r2_d**2 / ((1 - k * r2_d) * (1 - r2_d))
        strength = (math.sqrt(k) + math.sqrt(link)) / math.sqrt(1 - link) if link < 1 else math.inf
        outcome = min(strength**2 * r2_y / (1 - r2_y), 1.0)
        adjusted = adjusted_for(result, exposure, outcome)
        found.append(Bound(covariate=name, times=float(k), r2_exposure=exposure, r2_outcome=outcome, adjusted=adjusted))
    return found


def _left(y: np.ndarray, x: np.ndarray) -> float:
    import numpy as np

    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    return float(rest @ rest)
