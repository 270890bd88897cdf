"""Item response models of ordered answers by marginal likelihood: graded response, two-parameter logistic, Rasch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from chairs.core.errors import Language
from chairs.surveys.psychometrics.entries import numbers
from chairs.surveys.psychometrics.marginal import Maximum, answers_of, maximised
from chairs.surveys.psychometrics.polychoric import Coded, coded
from chairs.surveys.psychometrics.reasons import REASONS

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Slopes = Literal["free", "common", "one"]


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


def graded(answers: pd.DataFrame, *, slopes: Slopes = "free") -> Graded:
    r"""Fit :math:`P(Y\ge k)=\mathrm{logit}^{-1}(a(\theta-b_k))`, ability :math:`\theta` standard normal.

    Parameters
    ----------
    answers
        One row a respondent, one column an item, ordered numbers of any spacing; missing (NaN) is left out of the
        respondent's likelihood. Items may have different numbers of categories; two give the logistic models.
    slopes
        `free`: graded response or two-parameter logistic; `common`: one slope for all; `one`: slopes 1 (Rasch).

    Notes
    -----
    Marginal maximum likelihood (Samejima 1969; Bock & Aitkin 1981, *Psychometrika* 46:443), without bounds on any
    number: an item asked the other way round gets a negative slope (warning `reversed_item`) and a likelihood no
    smaller for it. Standard errors from the observed information. An item that copies another has no finite slope:
    reason `steep`. Checked against the reference sets `irt_grm_science` and `irt_lsat`.

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
    table = numbers(answers).dropna(how="all")
    given = coded(table)
    blank = Graded(n=len(table))
    p = len(given.items)
    if p < (3 if slopes == "free" else 2):
        return replace(blank, reason="too_few_items")
    if min(given.categories, default=0) < 2:
        return replace(blank, reason="too_few" if min(given.categories, default=0) == 0 else "constant")
    if len(table) <= 2 * sum(given.categories):
        return replace(blank, reason="too_few")
    return _fitted(given, slopes, blank)


def _fitted(given: Coded, slopes: Slopes, blank: Graded) -> Graded:
    import numpy as np

    answers = answers_of(given.codes, given.categories)
    first = np.concatenate([[0], np.cumsum(given.categories)[:-1]]).astype(int)
    design = np.eye(sum(given.categories))
    if slopes != "free":
        common = design[:, first].sum(axis=1, keepdims=True)
        design = np.delete(design, first, axis=1)
        design = np.hstack([common, design]) if slopes == "common" else design
    found = maximised(answers, _start(given, slopes), design)
    if isinstance(found, str):
        return replace(blank, reason=found)
    if np.abs(found.curves[first]).max() < 0.01:
        return replace(blank, reason="nothing_shared")
    return _described(found, given, slopes, blank)


def _start(given: Coded, slopes: Slopes) -> np.ndarray:
    """Return rough curves: slopes 1, turned as the first common direction of the answers turns the items."""
    import numpy as np
    import pandas as pd
    from scipy.special import logit

    ranks = pd.DataFrame(np.where(given.codes >= 0, given.codes, np.nan))
    along = np.linalg.eigh(ranks.corr().fillna(0.0).to_numpy())[1][:, -1]
    turned = along * (1 if along.sum() >= 0 else -1) < 0
    signs = np.where(turned & (slopes == "free"), -1.0, 1.0)
    found = []
    for j, k in enumerate(given.categories):
        counts = np.bincount(given.codes[given.codes[:, j] >= 0, j], minlength=k)
        found += [signs[j], *(1.3 * logit(1 - np.cumsum(counts)[:-1] / counts.sum()))]
    return np.array(found)


def _described(found: Maximum, given: Coded, slopes: Slopes, blank: Graded) -> Graded:
    """Return what the fitted model says, items in the words of the answers."""
    import numpy as np

    first = np.concatenate([[0], np.cumsum(given.categories)[:-1]]).astype(int)
    flip = -1.0 if found.curves[first].sum() < 0 else 1.0  # the sign of ability is free
    curves = tuple(
        _curve(given.items[j], given.levels[j], found, slice(first[j], first[j] + k), flip)
        for j, k in enumerate(given.categories)
    )
    a = np.array([curve.slope for curve in curves])
    free = sum(given.categories) - len(a) + {"free": len(a), "common": 1, "one": 0}[slopes]
    value = found.value
    flat, turned = np.abs(a).min() < 0.1, any(curve.slope < -2 * (curve.slope_se or 0.0) for curve in curves)
    return replace(
        blank, curves=curves, logl=value, aic=-2 * value + 2 * free, bic=-2 * value + float(np.log(blank.n)) * free,
        warnings=(*(("flat_item",) if flat else ()), *(("reversed_item",) if turned else ())),
    )  # fmt: skip


def _curve(item: str, levels: tuple[float, ...], found: Maximum, place: slice, flip: float) -> ItemCurve:
    """Return slope and thresholds -d/a of one item, with standard errors by the delta method."""
    import numpy as np

    slope, intercepts = found.curves[place][0], found.curves[place][1:]
    covariance = found.covariance[place, place]
    change = np.hstack([(intercepts / slope**2)[:, None], -np.eye(len(intercepts)) / slope])
    spread = np.einsum("ki,ij,kj->k", change, covariance, change)
    return ItemCurve(
        item=item, levels=levels, slope=float(flip * slope), thresholds=tuple(map(float, -flip * intercepts / slope)),
        slope_se=float(np.sqrt(covariance[0, 0])), threshold_se=tuple(map(float, np.sqrt(spread))),
    )  # fmt: skip


def chances(a: float, d: np.ndarray, theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the probability of each category (categories, thetas) and the cumulative ones with their ends 1 and 0."""
    import numpy as np
    from scipy.special import expit

    inner = expit(a * theta[None, :] + d[:, None])
    ends = np.concatenate([np.ones((1, len(theta))), inner, np.zeros((1, len(theta)))])
    return np.maximum(ends[:-1] - ends[1:], 1e-300), ends
