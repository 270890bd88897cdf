"""Means, ratios and regressions of a sample drawn by strata and clusters, with the error of its design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.stats.checked import numbers
from chairs.stats.cross_products import independent
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.survey_design import NEARLY_ALL, Design, variance

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

NOTHING = 1e-24  # share of a sum of squares that rounding leaves


def means(
    table: pd.DataFrame, columns: Sequence[str], design: Design, where: np.ndarray | None = None
) -> list[Estimate]:
    r"""Return the weighted mean of each column, with the standard error of the design.

    Parameters
    ----------
    columns
        Numbers; a missing one leaves its row out of that mean as a domain (the design keeps all its units).
    where
        Rows of the domain asked for, all without it.

    Notes
    -----
    :math:`\bar y = \sum w y/\sum w` with Taylor-linearised variance (Särndal, Swensson & Wretman 1992, *Model Assisted
    Survey Sampling*, ch. 5), t on units minus strata degrees of freedom, those that the domain comes from. Answers of
    one cluster only (`one_cluster`), or one unit with 99 % of the weight (`one_unit`), have no error. A design
    calibrated on totals uses the residuals of the design-weighted regression on them times the calibrated weights
    (Deville & Särndal 1992, *JASA* 87:376-382). Checked against R's `survey` (sets survey_weights_api).

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.stats.survey_design import survey_design
    >>> answers = pd.DataFrame({"score": [60.0, 70, 80, 90, 50, 75], "ward": list("aabbcc"), "w": [1, 1, 2, 2, 1, 1]})
    >>> print(means(answers, ["score"], survey_design(answers, weight="w", clusters="ward"))[0])
    score: +74.38 (95 % +40.01 to +108.7, n 6, 3 clusters)
    """
    return [ratio(table, column, None, design, where) for column in columns]


def ratio(
    table: pd.DataFrame, numerator: str, denominator: str | None, design: Design, where: np.ndarray | None = None
) -> Estimate:
    """Return the ratio of two weighted totals (of `numerator` to the number of people without a `denominator`)."""
    import numpy as np

    y = numbers(table, [numerator])[:, 0]
    x = np.ones(len(table)) if denominator is None else numbers(table, [denominator])[:, 0]
    known = np.isfinite(y) & np.isfinite(x) & (np.ones(len(table), dtype=bool) if where is None else where)
    w = design.weight * known
    total = float(w @ np.where(known, x, 0.0))
    term = numerator if denominator is None else f"{numerator}/{denominator}"
    blank = _blank(term, design, known, w)
    if blank.reason is not None:
        return blank
    if total == 0 or known.sum() < 2:
        return _with_reason(blank, "too_few")
    units, strata, alone = design.domain(w)
    if units < 2 or alone:
        return _with_reason(blank, "one_cluster" if units < 2 and blank.clusters is not None else "one_unit")
    y, x = np.where(known, y, 0.0), np.where(known, x, 0.0)
    estimate = float(w @ y) / total
    left = y - estimate * x
    if w @ left**2 <= NOTHING * (w @ y**2):
        left = np.zeros_like(left)  # all alike, but for rounding
    return _finished(blank, estimate, left[:, None] / total, design, units - strata)


def design_effect(table: pd.DataFrame, column: str, design: Design) -> float:
    """Return the variance of the mean over that of a simple random sample of the same size, without replacement.

    Notes
    -----
    Kish 1965. The population counts the sum of the weights; missing (nan) where the mean has no standard error.
    """
    import numpy as np

    y = numbers(table, [column])[:, 0]
    known = np.isfinite(y) & (design.weight > 0)
    mean = means(table, [column], design)[0]
    if mean.se is None or mean.estimate is None or known.sum() < 2:
        return float("nan")
    w, n = design.weight[known], int(known.sum())
    people = float(w.sum())
    spread = float(w @ (y[known] - mean.estimate) ** 2) / people * n / (n - 1)
    simple = spread / n * (max(1 - n / people, 0.0) if people > n else 1.0)
    return float(mean.se**2 / simple) if simple > 0 else float("nan")


def regression(table: pd.DataFrame, outcome: str, covariates: Sequence[str], design: Design) -> list[Estimate]:
    r"""Return the coefficients of a weighted linear regression with the standard errors of the design.

    A covariate that is constant or determined by those before it has a reason and leaves the others as without it.

    Notes
    -----
    Pseudo-maximum likelihood (Binder 1983, *Int. Statist. Rev.* 51:279-292): scores
    :math:`(X'WX)^{-1}x_i(y_i - x_i'b)`, their variance by the design; t on units - strata + 1 - coefficients degrees of
    freedom. A slope that cannot be estimated without one of the units, or that rests on it nearly alone, has the reason
    `one_unit`: the residuals of that unit vanish and its error with them. Checked against R's `svyglm`.
    """
    import numpy as np

    terms = ["(intercept)", *covariates]
    full = np.column_stack([np.ones(len(table)), numbers(table, covariates)])
    y = numbers(table, [outcome])[:, 0]
    known = np.isfinite(y) & np.isfinite(full).all(axis=1)
    w = design.weight * known
    full, y = np.where(known[:, None], full, 0.0), np.where(known, y, 0.0)
    blanks = [_blank(term, design, known, w) for term in terms]
    reason = None if known.sum() > len(terms) else "too_few"
    if design.domain(w)[2]:
        reason = "one_unit"
    if any(blank.reason for blank in blanks) or reason is not None:
        return [blank if blank.reason else _with_reason(blank, str(reason)) for blank in blanks]
    kept = np.flatnonzero(independent(full.T @ (full * w[:, None])))
    x = full[:, kept]
    inverse = np.linalg.inv(x.T @ (x * w[:, None]))
    coefficients = inverse @ (x.T @ (w * y))
    residuals = (y - x @ coefficients) * known
    if w @ residuals**2 <= NOTHING * (w @ (y - w @ y / w.sum()) ** 2):
        residuals = np.zeros_like(residuals)
    scores = (x * residuals[:, None]) @ inverse
    units, strata, _ = design.domain(w)
    free = units - strata + 1 - len(kept)
    place = {int(column): position for position, column in enumerate(kept)}
    return [
        _with_reason(blank, "collinear")
        if column not in place
        else _with_reason(blank, "one_unit")
        if column and _rests_on_one(x, w, design.unit, (place[column], inverse))
        else _finished(blank, float(coefficients[place[column]]), scores[:, [place[column]]], design, free)
        for column, blank in enumerate(blanks)
    ]


def _rests_on_one(x: np.ndarray, w: np.ndarray, unit: np.ndarray, at: tuple[int, np.ndarray]) -> bool:
    """Say whether a column, the others held equal, varies in one unit only, or nearly."""
    import numpy as np

    column, inverse = at
    held = np.bincount(unit, w * (x @ inverse[:, column]) ** 2)  # of the part that the others do not determine
    rest = np.where(unit == int(held.argmax()), 0.0, w)
    ordered = np.roll(np.arange(x.shape[1]), -column - 1)  # the column last
    gram = (x.T @ (x * rest[:, None]))[np.ix_(ordered, ordered)]
    return bool(held.max() > NEARLY_ALL * held.sum()) or not independent(gram)[-1]


def _finished(blank: Estimate, estimate: float, scores: np.ndarray, design: Design, df: int) -> Estimate:
    matrix = variance(scores, design)
    if matrix is None:
        return replace(blank, estimate=estimate, reason="single_unit")
    return estimated(blank, estimate, float(max(matrix[0, 0], 0.0)) ** 0.5, df)


def _blank(term: str, design: Design, known: np.ndarray, w: np.ndarray) -> Estimate:
    """Return the estimate before it is made, with the clusters that its domain comes from, where there are clusters."""
    clusters = design.domain(w)[0] if design.units < len(known) else None
    if design.reason is None and design.units == 1:
        return Estimate(term=term, n=int(known.sum()), clusters=clusters, reason="one_cluster")
    return Estimate(term=term, n=int(known.sum()), clusters=clusters, method="design", reason=design.reason)


def _with_reason(blank: Estimate, reason: str) -> Estimate:
    return replace(blank, reason=reason)
