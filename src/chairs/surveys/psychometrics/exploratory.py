"""Exploratory factor analysis: minimum residuals or maximum likelihood, then rotation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language
from chairs.surveys.psychometrics.adequacy import correlations
from chairs.surveys.psychometrics.reasons import REASONS
from chairs.surveys.psychometrics.rotation import Rotation, rotate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

LEAST = 0.005  # of a unique variance; at the bound the solution is a Heywood case


@dataclass(frozen=True, slots=True, kw_only=True)
class Exploration:
    """Factors of some items, or the reason why there are none.

    Parameters
    ----------
    loadings
        Items x factors (pattern), factors by decreasing variance.
    factors
        Correlations of the factors.
    communality
        Share of each item's variance that the factors explain.
    chisq, df, p
        Test that these factors suffice (maximum likelihood only, Bartlett's correction).
    warnings
        Keys of `WARNINGS`; `heywood` when a unique variance ended at its bound.
    """

    items: tuple[str, ...]
    n: int
    loadings: np.ndarray | None = None
    factors: np.ndarray | None = None
    communality: np.ndarray | None = None
    chisq: float | None = None
    df: int | None = None
    p: float | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the number of factors and what they explain, or the reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        if self.loadings is None or self.communality is None:
            return f"n {self.n}{colon}{REASONS[self.reason or 'no_convergence'].say(lang)}"
        words = ("facteur", "de la variance") if lang == "fr" else ("factor", "of the variance")
        m = self.loadings.shape[1]
        return f"{m} {words[0]}{'s' if m > 1 else ''}, {100 * self.communality.mean():.0f} % {words[1]}, n {self.n}"

    def __str__(self) -> str:
        return self.say("en")


def exploratory(
    answers: pd.DataFrame, factors: int, *, method: Literal["minres", "ml"] = "minres", rotation: Rotation = "oblimin"
) -> Exploration:
    r"""Return the factors of complete rows.

    Parameters
    ----------
    answers
        One row a respondent, one column an item; missing is NaN.
    factors
        How many.

    Notes
    -----
    Minimum residuals minimise the squared off-diagonal residuals of the correlations (Harman & Jones 1966), maximum
    likelihood the normal-theory discrepancy (Jöreskog 1967); both over the unique variances, bounded below by 0.005.
    Communalities do not depend on the rotation. Checked against the reference set `efa_bfi25` (psych).

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.core.streams import stream
    >>> draw = stream(4, "doctest")
    >>> f = draw.standard_normal((400, 1))
    >>> print(exploratory(pd.DataFrame(f + draw.standard_normal((400, 6)), columns=list("abcdef")), 1))
    1 factor, 48 % of the variance, n 400
    """
    found = correlations(answers)
    items = tuple(map(str, answers.columns))
    if isinstance(found, str):
        return Exploration(items=items, n=len(answers.dropna()), reason=found)
    return explore_matrix(found[0], found[1], factors, method=method, rotation=rotation, items=items)


def explore_matrix(
    r: np.ndarray, n: int, factors: int, *, method: Literal["minres", "ml"] = "minres",
    rotation: Rotation = "oblimin", items: tuple[str, ...] = (),
) -> Exploration:  # fmt: skip
    """Return the factors of a correlation matrix (Pearson's or polychoric) of n respondents."""
    import numpy as np
    from scipy.special import chdtrc

    p = len(r)
    blank = Exploration(items=items or tuple(map(str, range(p))), n=n)
    df = ((p - factors) ** 2 - p - factors) // 2
    if df < 0 or not 1 <= factors < p or p < 3:
        return replace(blank, reason="too_few_items" if p < 3 else "not_identified")
    if np.linalg.eigvalsh(r)[0] <= 1e-10:
        return replace(blank, reason="not_positive")
    found = _uniqueness(r, factors, method)
    if found is None:
        return replace(blank, reason="no_convergence")
    loadings = _loadings(r, found, factors, method)
    rotated = rotate(loadings, rotation)
    if not rotated.converged:
        return replace(blank, reason="no_convergence")
    chisq = (n - 1 - (2 * p + 5) / 6 - 2 * factors / 3) * _ml(found, r, factors)[0] if method == "ml" else None
    return replace(
        blank, loadings=rotated.loadings, factors=rotated.correlations, communality=(loadings**2).sum(axis=1),
        chisq=chisq, df=df, p=float(chdtrc(df, chisq)) if chisq is not None and df > 0 else None,
        warnings=("heywood",) if (found <= LEAST * 1.0001).any() or ((loadings**2).sum(axis=1) > 1).any() else (),
    )  # fmt: skip


def _uniqueness(r: np.ndarray, factors: int, method: str) -> np.ndarray | None:
    """Return the unique variances at the optimum, or None where none is reached."""
    import numpy as np
    from scipy.optimize import minimize

    start = np.clip(1 / np.diag(np.linalg.inv(r)) * (1 - 0.5 * factors / len(r)), 0.05, 0.95)
    target = _ml if method == "ml" else _minres
    found = minimize(
        target, start, args=(r, factors), jac=True, method="L-BFGS-B", bounds=[(LEAST, 1.0)] * len(r),
        options={"maxiter": 5000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-9, "maxcor": 30},
    )  # fmt: skip
    inside = (found.x > LEAST * 1.0001) & (found.x < 1 - 1e-9)
    worst = np.abs(found.jac[inside]).max(initial=0.0)
    return np.asarray(found.x) if worst < 1e-5 else None


def _minres(psi: np.ndarray, r: np.ndarray, factors: int) -> tuple[float, np.ndarray]:
    """Return the squared residuals with the best loadings for these unique variances, and the derivatives.

    The derivative in a unique variance is that of its own diagonal residual; at the optimum the diagonal fits.
    """
    import numpy as np

    values, vectors = np.linalg.eigh(r - np.diag(psi))
    kept = np.maximum(values[-factors:], 0)
    residual = r - np.diag(psi) - (vectors[:, -factors:] * kept) @ vectors[:, -factors:].T
    return float((residual**2).sum()) / 2, -np.diag(residual)


def _ml(psi: np.ndarray, r: np.ndarray, factors: int) -> tuple[float, np.ndarray]:
    """Return the likelihood discrepancy with the best loadings for these unique variances, and the derivatives."""
    import numpy as np

    root = np.sqrt(psi)
    values, vectors = np.linalg.eigh(r / np.outer(root, root))
    left = np.maximum(values[:-factors], 1e-12)
    value = float((left - np.log(left) - 1).sum())
    loadings = root[:, None] * vectors[:, -factors:] * np.sqrt(np.maximum(values[-factors:] - 1, 0))
    gap = (loadings**2).sum(axis=1) + psi - np.diag(r)
    return value, gap / psi**2


def _loadings(r: np.ndarray, psi: np.ndarray, factors: int, method: str) -> np.ndarray:
    import numpy as np

    root = np.sqrt(psi) if method == "ml" else np.ones(len(r))
    reduced = (r - np.diag(psi)) / np.outer(root, root)
    values, vectors = np.linalg.eigh(reduced)
    size = np.sqrt(np.maximum(values[::-1][:factors], 0))
    return np.asarray(root[:, None] * vectors[:, ::-1][:, :factors] * size)
