"""How much of a total score is one general thing: omega hierarchical by the Schmid-Leiman solution."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.surveys.psychometrics.adequacy import correlations
from chairs.surveys.psychometrics.exploratory import explore_matrix
from chairs.surveys.psychometrics.reasons import REASONS
from chairs.surveys.psychometrics.reliability import cronbach

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """General and group factors of some items, or the reason why there are none.

    Parameters
    ----------
    omega_h, omega_t
        Share of the variance of the total score due to the general factor, and to all the factors.
    alpha
        Standardised alpha.
    general, group
        Loadings on the general factor (items) and on the group factors (items, factors).
    uniqueness
        What no factor explains, by item.
    """

    items: tuple[str, ...]
    n: int
    omega_h: float | None = None
    omega_t: float | None = None
    alpha: float | None = None
    general: np.ndarray | None = None
    group: np.ndarray | None = None
    uniqueness: np.ndarray | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the two omegas, or the reason, as one line of text."""
        if self.omega_h is None or self.omega_t is None:
            return f"n {self.n}{' : ' if lang == 'fr' else ': '}{REASONS[self.reason or 'no_convergence'].say(lang)}"
        text = f"omega h {self.omega_h:.3f}, omega t {self.omega_t:.3f}, n {self.n}"
        return text.replace(".", ",") if lang == "fr" else text

    def __str__(self) -> str:
        return self.say("en")


def hierarchy(answers: pd.DataFrame, factors: int = 3) -> Hierarchy:
    """Return general and group factors of the complete rows (items turned so that all point the same way).

    Examples
    --------
    >>> import pandas as pd
    >>> print(hierarchy(pd.DataFrame({"a": [1, 2, 3], "b": [2, 1, 3]})))
    n 3: too few complete answers for what the model estimates
    """
    found = correlations(answers)
    items = tuple(map(str, answers.columns))
    if isinstance(found, str):
        return Hierarchy(items=items, n=len(answers.dropna()), reason=found)
    return hierarchy_of(found[0], found[1], factors, items)


def hierarchy_of(r: np.ndarray, n: int, factors: int = 3, items: tuple[str, ...] = ()) -> Hierarchy:
    r"""Return general and group factors of a correlation matrix of n respondents.

    Parameters
    ----------
    factors
        Group factors, at least three: the general factor of two is not determined.

    Notes
    -----
    Minimum residuals, oblimin; one factor of the factor correlations gives the general loadings
    :math:`\Lambda\gamma` and the group loadings :math:`\Lambda\,\mathrm{diag}(\sqrt{1-\gamma^2})` (Schmid & Leiman
    1957). :math:`\omega_h=(\sum g)^2/1'R1`, :math:`\omega_t=1-\sum u/1'R1` (McDonald 1999; Zinbarg et al. 2005,
    *Psychometrika* 70:123). Checked against the reference set `omega_thurstone` (psych).
    """
    import numpy as np

    blank = Hierarchy(items=items or tuple(map(str, range(len(r)))), n=n)
    if factors < 3:
        return replace(blank, reason="not_identified")
    first = explore_matrix(r, n, factors, items=items)
    if first.loadings is None or first.factors is None or first.communality is None:
        return replace(blank, reason=first.reason)
    sign = np.where((np.sign(first.factors).sum(axis=0)) < 0, -1.0, 1.0)
    pattern, between = first.loadings * sign, first.factors * np.outer(sign, sign)
    above = explore_matrix(between, n, 1, rotation="none")
    if above.loadings is None:
        return replace(blank, reason=above.reason)
    gamma = above.loadings[:, 0]
    general = pattern @ gamma
    group = pattern * np.sqrt(np.maximum(1 - gamma**2, 0))
    unique = 1 - first.communality
    total = float(r.sum())
    return replace(
        blank, omega_h=float(general.sum() ** 2 / total), omega_t=float(1 - unique.sum() / total), alpha=cronbach(r),
        general=general, group=group, uniqueness=unique, warnings=tuple(dict.fromkeys(first.warnings + above.warnings)),
    )  # fmt: skip
