"""Proportional-odds models of ordered answers, with or without a random intercept per establishment."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from chairs.core.errors import DataError, SettingError, problem
from chairs.stats.cross_products import INTERCEPT, independent
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.formula import Formula, codes, complete_rows, named, parse
from chairs.stats.mixed_fit import FEW, Effects, MixedFit, Variance, impossible
from chairs.stats.ordinal_likelihood import Answers, hessian, log_likelihood, modes

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_LEVELS = 20
FAR = 15.0  # log odds per standard deviation of a column, beyond which a coefficient runs away
NO_SPREAD = 1e-3


def ordinal_mixed(data: pd.DataFrame, formula: str, quadrature: int = 1) -> MixedFit:
    r"""Fit a cumulative-logit model: `rating ~ temp + contact + (1 | judge)`.

    A positive coefficient goes with higher answers.

    Parameters
    ----------
    data
        One row an answer. The outcome is a number (its values in order are the levels) or an ordered class.
    formula
        At most one random intercept; without one, the plain proportional-odds model.
    quadrature
        Points of the adaptive Gauss-Hermite rule; 1 is Laplace.

    Returns
    -------
    MixedFit
        Thresholds `1|2`, `2|3`... then coefficients, normal tests; or its reason: constant outcome, one group, too
        few rows, separation, no convergence.

    Raises
    ------
    DataError
        If the levels have no order, or are more than twenty.

    Notes
    -----
    :math:`\operatorname{logit} P(Y \le k) = \theta_k - x'\beta - u`, :math:`u \sim N(0, \sigma^2)` (McCullagh 1980,
    *J. R. Statist. Soc. B* 42:109-142; Christensen, `ordinal`); maximum likelihood by quasi-Newton, standard errors
    from the observed Hessian over thresholds, coefficients and standard deviation. Identical answers are counted once,
    so national files cost what their distinct rows cost. Checked against `ordinal` 2022.11 (clm; clmm by Laplace and
    ten points) on the wine data.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"stars": [1, 2, 2, 3, 3, 1, 2, 3, 3, 3], "staff": [1, 2, 4, 3, 5, 2, 1, 4, 5, 3]})
    >>> print(ordinal_mixed(rows, "stars ~ staff").coefficient("staff"))
    staff: +1.445 (95 % +0.01855 to +2.872, n 10)
    """
    model = parse(formula)
    if len(model.random) > 1 or any(term.slopes for term in model.random):
        remedy = ("garder un seul (1 | groupe)", "keep a single (1 | group)")
        raise SettingError(
            (problem("au plus une ordonnée à l'origine aléatoire", "at most one random intercept", remedy=remedy),)
        )
    rows = complete_rows(data, model, classes=True)
    levels, category = _categories(rows, model)
    if len(levels) < 2:
        return impossible("constant_outcome" if len(rows) else "too_few", len(rows))
    answers, names, kept = _answers(rows, model, category, quadrature)
    reason = _obstacle(answers, len(rows))
    if reason is not None:
        return impossible(reason, len(rows), tuple(names))
    at = _best(answers)
    cuts = tuple(f"{low}|{high}" for low, high in pairwise(levels))
    if at is None:
        return impossible("no_convergence", len(rows), (*cuts, *names))
    if (abs(at[answers.cuts : answers.cuts + len(kept)]) * answers.design.std(axis=0) > FAR).any():
        return impossible("separation", len(rows), (*cuts, *names))
    fit = _record(answers, at, (*cuts, *(names[k] for k in kept)), rows, model)
    blank = Estimate(term="", n=len(rows), clusters=answers.groups or None, reason="collinear")
    found = {one.term: one for one in fit.fixed}
    fixed = tuple(found.get(term) or replace(blank, term=term) for term in (*cuts, *names))
    notes = (*fit.notes, *(["rows_dropped"] if len(rows) < len(data) else []))
    return replace(fit, fixed=fixed, notes=notes)


def _categories(rows: pd.DataFrame, model: Formula) -> tuple[list[str], np.ndarray]:
    """Return the levels met, in order, and the position of each answer among them."""
    import numpy as np
    import pandas as pd

    answers = rows[model.outcome]
    if isinstance(answers.dtype, pd.CategoricalDtype):
        if not answers.cat.ordered:
            remedy = ("donner une classe ordonnée", "give an ordered class")
            raise DataError(
                (problem("niveaux sans ordre", "levels without order", column=named(model.outcome), remedy=remedy),)
            )
        return [str(x) for x in answers.cat.categories], answers.cat.codes.to_numpy().astype(np.int64)
    values, category = np.unique(answers.to_numpy(float), return_inverse=True)
    if len(values) > MOST_LEVELS:
        remedy = ("un modèle linéaire convient", "a linear model will do")
        what = (f"plus de {MOST_LEVELS} niveaux", f"more than {MOST_LEVELS} levels")
        raise DataError((problem(*what, column=named(model.outcome), remedy=remedy),))
    return [f"{x:g}" for x in values], category


def _answers(
    rows: pd.DataFrame, model: Formula, category: np.ndarray, points: int
) -> tuple[Answers, list[str], list[int]]:
    """Return distinct answers with their counts, the terms, and which of them are not determined by others."""
    import glmm
    import numpy as np

    matrix, names = glmm.model_matrix(rows, f"~ {model.fixed}")
    gram = matrix.T @ matrix
    about = np.diag(gram) - len(rows) * matrix.mean(axis=0) ** 2
    about[0] = gram[0, 0]
    kept = np.flatnonzero(independent(gram, about)[1:]).tolist()
    group = np.zeros(len(rows), dtype=np.int64)
    groups = 0
    if model.random:
        found, group = np.unique(codes(rows, model.random[0].group).to_numpy(str), return_inverse=True)
        groups = len(found)
    table = np.column_stack([group, category, matrix[:, 1:][:, kept]])
    distinct, count = np.unique(table, axis=0, return_counts=True)
    answers = Answers(
        category=distinct[:, 1].astype(np.int64), design=distinct[:, 2:], group=distinct[:, 0].astype(np.int64),
        count=count.astype(float), levels=int(category.max()) + 1, groups=groups, points=points,
    )  # fmt: skip
    return answers, [named(name) for name in names[1:]], kept


def _obstacle(answers: Answers, n: int) -> str | None:
    if answers.groups == 1:
        return "one_cluster"
    if n <= answers.cuts + answers.design.shape[1] + 1:
        return "too_few"
    return "one_row_per_cluster" if answers.groups == n else None


def _unpacked(answers: Answers, free: np.ndarray) -> np.ndarray:
    """Return thresholds, coefficients and standard deviation from the free parameters (gaps as logarithms)."""
    import numpy as np

    gaps = np.exp(np.clip(free[1 : answers.cuts], -30, 30))
    cuts = free[0] + np.concatenate([[0.0], np.cumsum(gaps)])
    return np.concatenate([cuts, free[answers.cuts :]])


def _value(answers: Answers, at: np.ndarray) -> float:
    """Return the log-likelihood at thresholds, coefficients and (with groups) standard deviation."""
    last = -1 if answers.groups else None
    sd = float(at[-1]) if answers.groups else 0.0
    return log_likelihood(answers, at[: answers.cuts], at[answers.cuts : last], sd)


def _best(answers: Answers) -> np.ndarray | None:
    """Return thresholds, coefficients and standard deviation at the highest likelihood, or None."""
    import numpy as np
    from scipy.optimize import minimize

    size = np.maximum(answers.design.std(axis=0), 1e-12)
    scaled = replace(answers, design=answers.design / size)
    share = np.bincount(answers.category, weights=answers.count, minlength=answers.levels).cumsum()[:-1]
    start = np.log(share / (answers.count.sum() - share))
    free = np.concatenate([start[:1], np.log(np.diff(start)), np.zeros(len(size)), [0.5] * bool(answers.groups)])
    flat = 1e-6 * math.sqrt(answers.count.sum())
    found = minimize(
        lambda x: -_value(scaled, _unpacked(scaled, x)), free, method="BFGS", jac="3-point", options={"gtol": flat}
    )
    at = _unpacked(scaled, found.x)
    if not np.isfinite(found.fun) or (not found.success and np.abs(found.jac).max() > 1e-3 * answers.count.sum()):
        return None
    at[answers.cuts : answers.cuts + len(size)] /= size
    if answers.groups:
        at[-1] = abs(at[-1])
    return at


def _record(answers: Answers, at: np.ndarray, terms: tuple[str, ...], rows: pd.DataFrame, model: Formula) -> MixedFit:
    import numpy as np

    singular = bool(answers.groups) and at[-1] < NO_SPREAD
    spread = np.concatenate([np.ones(answers.cuts), np.maximum(answers.design.std(axis=0), 1e-12)])
    moving = len(at) - int(singular)
    reach = 3e-4 / np.concatenate([spread, [1.0] * bool(answers.groups)])[:moving]
    information = -hessian(lambda x: _value(answers, np.concatenate([x, at[moving:]])), at[:moving], reach)
    sound = np.linalg.eigvalsh(information / np.outer(1 / reach, 1 / reach)).min() > 0
    covariance = np.linalg.inv(information) if sound else np.full_like(information, math.nan)
    n, count = len(rows), answers.groups or None
    method = (
        "likelihood" if not answers.groups else "laplace" if answers.points == 1 else f"quadrature {answers.points}"
    )
    errors = np.sqrt(np.diag(covariance))
    fixed = tuple(
        estimated(Estimate(term=t, n=n, clusters=count, method=method), float(at[k]), float(errors[k]), math.inf)
        for k, t in enumerate(terms)
    )
    whole = MixedFit(
        n=n, fixed=fixed, covariance=covariance[: len(terms), : len(terms)], log_likelihood=_value(answers, at),
        notes=(("singular",) if singular else ()) + (("few_groups",) if count is not None and count < FEW else ()),
    )  # fmt: skip
    if not model.random:
        return whole
    group, sd = model.random[0].group, float(at[-1])
    found = modes(answers, at[: answers.cuts], at[answers.cuts : -1], sd)
    levels = tuple(np.unique(codes(rows, group).to_numpy(str)).tolist())
    return replace(
        whole,
        variances=(Variance(group=named(group), term=INTERCEPT, value=sd**2, spread=sd),),
        groups=((named(group), answers.groups),),
        effects=(Effects(group=named(group), terms=(INTERCEPT,), levels=levels, values=found[:, None]),),
    )
