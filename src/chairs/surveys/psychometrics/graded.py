"""Item response models of ordered answers by marginal likelihood: graded response, two-parameter logistic, Rasch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from chairs.core.errors import Language
from chairs.surveys.psychometrics.polychoric import Coded, coded
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from mirt.results.fit_result import FitResult

Slopes = Literal["free", "common", "one"]
NODES = 61
TOLERANCE, MOST_STEPS = 1e-9, 20_000
STEEPEST = 50.0  # a slope beyond it runs away


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemCurve:
    """One item: slope, and the abilities at which half reach each next category, with standard errors."""

    item: str
    levels: tuple[float, ...]
    slope: float
    thresholds: tuple[float, ...]
    slope_se: float | None = None
    threshold_se: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Graded:
    """A fitted item response model (ability is standard normal), or the reason why there is none.

    Parameters
    ----------
    n
        Respondents with any answer.
    curves
        By item, in the order of the columns.
    logl, aic, bic
        Likelihood measures.
    """

    n: int
    curves: tuple[ItemCurve, ...] = ()
    logl: float | None = None
    aic: float | None = None
    bic: float | None = None
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return likelihood and slopes, or the reason, as one line of text."""
        colon = " : " if lang == "fr" else ": "
        if self.reason is not None or self.logl is None:
            return f"n {self.n}{colon}{REASONS[self.reason or 'no_convergence'].say(lang)}"
        word = "pentes" if lang == "fr" else "slopes"
        text = f"log-lik {self.logl:.2f}, {word} " + " ".join(f"{curve.slope:.2f}" for curve in self.curves)
        return f"{text.replace('.', ',') if lang == 'fr' else text}, n {self.n}"

    def __str__(self) -> str:
        return self.say("en")


def quadrature(nodes: int = NODES) -> tuple[np.ndarray, np.ndarray]:
    """Return Gauss-Hermite nodes and weights for the standard normal law."""
    import numpy as np

    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    return x, w / w.sum()


def graded(answers: pd.DataFrame, *, slopes: Slopes = "free", nodes: int = NODES) -> Graded:
    r"""Fit :math:`P(Y\ge k)=\mathrm{logit}^{-1}(a(\theta-b_k))`, ability :math:`\theta` standard normal.

    Parameters
    ----------
    answers
        One row a respondent, one column an item, ordered numbers of any spacing; missing (NaN) is left out of the
        respondent's likelihood. Items may have different numbers of categories; two give the logistic models.
    slopes
        `free`: graded response or two-parameter logistic; `common`: one slope for all; `one`: slopes 1 (Rasch).
    nodes
        Gauss-Hermite nodes.

    Notes
    -----
    Marginal maximum likelihood (Samejima 1969; Bock & Aitkin 1981, *Psychometrika* 46:443) by the EM of the package
    `mirt`, driven to a change of 1e-9 (at 1e-6 a difficulty may be 1.6e-3 short). Checked
    against the reference sets `irt_grm_science` and `irt_lsat`.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.core.streams import stream
    >>> draw = stream(5, "doctest")
    >>> f = draw.standard_normal((300, 1))
    >>> table = pd.DataFrame((f + draw.standard_normal((300, 4)) > 0).astype(int), columns=list("abcd"))
    >>> model = graded(table, slopes="one")
    >>> len(model.curves), model.reason
    (4, None)
    >>> print(graded(table.assign(d=1)))
    n 300: an item was answered alike by all: it measures nothing here
    """
    table = answers.dropna(how="all")
    given = coded(table)
    blank = Graded(n=len(table))
    p = len(given.items)
    if p < (3 if slopes == "free" else 2):
        return replace(blank, reason="too_few_items")
    if min(given.categories, default=0) < 2:
        return replace(blank, reason="too_few" if len(table) == 0 else "constant")
    if len(table) <= 2 * sum(given.categories):
        return replace(blank, reason="too_few")
    return _fitted(given, slopes, nodes, blank)


def _fitted(given: Coded, slopes: Slopes, nodes: int, blank: Graded) -> Graded:
    import mirt
    import numpy as np

    p = len(given.items)
    binary = max(given.categories) == 2
    asked: dict[str, Any] = {"model": "2PL" if binary else "GRM"}
    if not binary:
        asked["n_categories"] = list(given.categories)
    if slopes == "common":
        asked["constraints"] = [("discrimination", list(range(p)))]
    elif slopes == "one":
        asked |= {"start_values": {"discrimination": np.ones(p)}, "fixed": {"discrimination": True}}
    try:
        found = mirt.fit_mirt(given.codes, n_quadpts=nodes, tol=TOLERANCE, max_iter=MOST_STEPS, **asked)
    except mirt.MirtError:
        return replace(blank, reason="no_convergence")
    slope = np.asarray(found.model.parameters["discrimination"], dtype=float)
    if not found.converged or not np.isfinite(slope).all() or np.abs(slope).max() > STEEPEST:
        return replace(blank, reason="no_convergence")
    return _described(found, given, slopes, blank)


def _described(found: FitResult, given: Coded, slopes: Slopes, blank: Graded) -> Graded:
    """Return what the fitted model says, items in the words of the answers."""
    import numpy as np

    numbers, errors = found.model.parameters, found.standard_errors
    name = "thresholds" if "thresholds" in numbers else "difficulty"
    a, se = np.asarray(numbers["discrimination"], dtype=float), np.asarray(errors["discrimination"], dtype=float)
    b, b_se = (np.asarray(part[name], dtype=float).reshape(len(a), -1) for part in (numbers, errors))
    flip = -1.0 if slopes != "one" and a.sum() < 0 else 1.0  # the sign of ability is free
    curves = tuple(
        ItemCurve(
            item=given.items[j], levels=given.levels[j], slope=float(flip * a[j]),
            thresholds=tuple(map(float, flip * b[j, : k - 1])), slope_se=0.0 if slopes == "one" else float(se[j]),
            threshold_se=tuple(map(float, b_se[j, : k - 1])),
        )
        for j, k in enumerate(given.categories)
    )  # fmt: skip
    free = sum(given.categories) - len(a) + {"free": len(a), "common": 1, "one": 0}[slopes]
    value = float(found.log_likelihood)
    return replace(
        blank, curves=curves, logl=value, aic=-2 * value + 2 * free, bic=-2 * value + float(np.log(blank.n)) * free,
        warnings=("flat_item",) if np.abs(a).min() < 0.1 else (),
    )  # fmt: skip


def chances(a: float, d: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of each category (categories, thetas) and the cumulative ones with their ends 1 and 0."""
    import numpy as np
    from scipy.special import expit

    inner = expit(a * theta[None, :] + d[:, None])
    ends = np.concatenate([np.ones((1, len(theta))), inner, np.zeros((1, len(theta)))])
    return np.maximum(ends[:-1] - ends[1:], 1e-300), ends
