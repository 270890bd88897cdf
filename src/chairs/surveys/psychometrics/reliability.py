"""Reliability of a sum of items: Cronbach's alpha with Feldt's interval, Guttman's lambda 6, omega total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.surveys.psychometrics.entries import numbers
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FEWEST = 10  # complete respondents


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """Reliability of one dimension; a number that cannot be computed is None and `reason` says why.

    Parameters
    ----------
    n, n_complete
        Respondents with any answer, and with all of them.
    alpha, low, high
        Raw alpha on complete rows and its Feldt interval.
    alpha_pairwise
        Raw alpha on the pairwise-complete covariances.
    alpha_standardised, lambda6, average_r
        On the correlations of complete rows; `lambda6` is missing when items are perfectly correlated.
    alpha_if_dropped, item_rest
        By item: alpha of the others (three items at least), correlation with their sum.
    omega
        Omega total of the one-factor model (three items at least), or None with `omega_reason`.
    loadings
        Unstandardised loadings of that model, factor variance 1.
    warnings
        Keys of `reasons.WARNINGS`.
    """

    items: tuple[str, ...]
    n: int
    n_complete: int
    alpha: float | None = None
    low: float | None = None
    high: float | None = None
    alpha_pairwise: float | None = None
    alpha_standardised: float | None = None
    lambda6: float | None = None
    average_r: float | None = None
    alpha_if_dropped: Mapping[str, float] = field(default_factory=dict)
    item_rest: Mapping[str, float] = field(default_factory=dict)
    omega: float | None = None
    omega_reason: str | None = None
    loadings: Mapping[str, float] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return alpha with its interval, or the reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        if self.alpha is None or self.low is None or self.high is None:
            return f"n {self.n_complete}{colon}{REASONS[self.reason or 'too_few'].say(lang)}"
        to = "à" if lang == "fr" else "to"
        text = f"alpha {self.alpha:.3f} (95 % {self.low:.3f} {to} {self.high:.3f}, n {self.n_complete})"
        return text.replace(".", ",") if lang == "fr" else text

    def __str__(self) -> str:
        return self.say("en")


def cronbach(covariance: np.ndarray) -> float:
    r"""Return Cronbach's alpha of a covariance (or correlation) matrix: :math:`k/(k-1)\,(1-\mathrm{tr}S/1'S1)`."""
    k = len(covariance)
    return float(k / (k - 1) * (1 - covariance.trace() / covariance.sum()))


def feldt_interval(alpha: float, n: int, k: int, level: float = 0.95) -> tuple[float, float]:
    r"""Return Feldt's exact interval of alpha for n respondents and k items.

    Notes
    -----
    :math:`1-(1-\hat\alpha)F_{1-\gamma/2}` and :math:`1-(1-\hat\alpha)F_{\gamma/2}` with F on n - 1 and (n - 1)(k - 1)
    degrees of freedom (Feldt 1965, *Psychometrika* 30:357-370).
    """
    from scipy.special import fdtri

    tail = (1 - level) / 2
    freedom = (n - 1, (n - 1) * (k - 1))
    return (1 - (1 - alpha) * float(fdtri(*freedom, 1 - tail)), 1 - (1 - alpha) * float(fdtri(*freedom, tail)))


def reliability(answers: pd.DataFrame) -> Reliability:
    r"""Return the reliability of the sum of some items, as precise as they allow.

    Parameters
    ----------
    answers
        One row a respondent, one column an item, in points with reversed items already turned; missing is NaN.

    Notes
    -----
    Alpha is a lower bound of reliability when errors are uncorrelated (Cronbach 1951, *Psychometrika* 16:297-334);
    lambda 6 is :math:`1-\sum(1-\mathrm{smc})/1'R1` (Guttman 1945). Omega total is
    :math:`(\sum\lambda)^2/((\sum\lambda)^2+\sum\theta)` of a congeneric one-factor model fitted by maximum likelihood
    to the complete rows (McDonald 1999; covariance with divisor n); it needs three items, and is withheld with its
    reason where that model does not converge. A residual variance below zero leaves omega with the warning `heywood`.

    Ten complete respondents, at least: :math:`2+\frac{8k}{k-1}(1.96/\ln e)^2` of them bound :math:`1-\alpha` within a
    factor e (Bonett 2002, *Journal of Educational and Behavioral Statistics* 27:335-340); fewer than ten leave it open
    by more than a factor of ten, as between 0.5 and 0.95, and no number is given.

    Checked against the reference set `reliability_bfi` (psych, lavaan).

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"a": [1, 2, 3, 4, 5, 4], "b": [2, 2, 3, 5, 5, 4], "c": [1, 3, 3, 4, 4, 5]})
    >>> print(reliability(pd.concat([table, table])))
    alpha 0.944 (95 % 0.851 to 0.982, n 12)
    >>> print(reliability(table))
    n 6: too few complete answers for what the model estimates
    """
    answers = numbers(answers)
    items, complete = tuple(answers.columns), answers.dropna()
    blank = Reliability(items=items, n=int(answers.notna().any(axis=1).sum()), n_complete=len(complete))
    if len(items) < 2:
        return replace(blank, reason="too_few_items")
    if len(complete) < FEWEST:
        return replace(blank, reason="too_few")
    values = complete.to_numpy()
    if (values.std(axis=0) <= 1e-12 * abs(values).max(axis=0)).any():
        return replace(blank, reason="constant")
    return _computed(answers, values, blank)


def _computed(answers: pd.DataFrame, values: np.ndarray, blank: Reliability) -> Reliability:
    import numpy as np

    n, k = values.shape
    covariance, r = np.cov(values.T), np.corrcoef(values.T)
    if covariance.sum() < 1e-9 * covariance.trace():
        return replace(blank, reason="no_variance", warnings=("negative_alpha",))
    alpha = cronbach(covariance)
    low, high = feldt_interval(alpha, n, k)
    pairwise = answers.cov().to_numpy(dtype=float)
    singular = np.linalg.eigvalsh(r)[0] < 1e-9
    rest = {item: _correlation(values[:, j], values.sum(axis=1) - values[:, j]) for j, item in enumerate(blank.items)}
    found = replace(
        blank,
        alpha=alpha,
        low=low,
        high=high,
        alpha_pairwise=cronbach(pairwise) if np.isfinite(pairwise).all() else None,
        alpha_standardised=cronbach(r),
        lambda6=None if singular else float(1 - (1 / np.diag(np.linalg.inv(r))).sum() / r.sum()),
        average_r=float((r.sum() - k) / (k * (k - 1))),
        alpha_if_dropped=_dropped(covariance, blank.items),
        item_rest=rest,
        warnings=("negative_alpha",) if alpha < 0 else (),
    )
    return _with_omega(found, answers.dropna())


def _dropped(covariance: np.ndarray, items: tuple[str, ...]) -> dict[str, float]:
    import numpy as np

    if len(items) < 3:
        return {}
    others = [np.delete(np.delete(covariance, j, 0), j, 1) for j in range(len(items))]
    return {item: cronbach(rest) for item, rest in zip(items, others, strict=True)}


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    import numpy as np

    return float(np.corrcoef(x, y)[0, 1]) if y.std() > 1e-12 else float("nan")


def _with_omega(found: Reliability, complete: pd.DataFrame) -> Reliability:
    """Return the record with omega total and its loadings, or the reason of their absence."""
    from chairs.surveys.psychometrics.cfa import confirmatory
    from chairs.surveys.psychometrics.model import one_factor

    if complete.shape[1] < 3:
        return replace(found, omega_reason="too_few_items")
    fit = confirmatory(complete, one_factor(complete.columns), marker=False)
    if fit.reason is not None:
        return replace(found, omega_reason=fit.reason)
    loading = {row.rhs: row.estimate for row in fit.parameters if row.op == "=~"}
    theta = sum(row.estimate for row in fit.parameters if row.op == "~~" and row.lhs == row.rhs and row.lhs in loading)
    square = sum(loading.values()) ** 2
    sign = -1.0 if sum(loading.values()) < 0 else 1.0
    return replace(
        found,
        omega=square / (square + theta),
        loadings={item: sign * value for item, value in loading.items()},
        warnings=(*found.warnings, *(key for key in fit.warnings if key == "heywood")),
    )
