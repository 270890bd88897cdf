"""Linear mixed models of any shape (crossed, nested, random slopes) with degrees of freedom that hold up."""

from __future__ import annotations

import math
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from chairs.core.errors import SettingError, problem
from chairs.stats.checked import one_of
from chairs.stats.estimate import Estimate, estimated
from chairs.stats.formula import Formula, codes, complete_rows, named, parse, plain
from chairs.stats.kenward_roger import Block, kenward_roger
from chairs.stats.mixed_fit import FEW, RESIDUAL, Effects, MixedFit, Variance, impossible
from chairs.stats.one_way import KIND_WORDS, KINDS, Errors, Random, one_way
from chairs.stats.streaming import Design, cross_products

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST_ROWS = 1500  # of a crossed model, for the matrices of Kenward and Roger


def linear_mixed(data: pd.DataFrame, formula: str, reml: bool = True, errors: Errors = "satterthwaite") -> MixedFit:
    """Fit a linear mixed model written as in lme4: `score ~ age + (1 + age | site) + (1 | year)`.

    Parameters
    ----------
    data
        One row an answer; rows incomplete on a column of the formula are left out. Text columns are classes.
    formula
        `(1 | a) + (1 | b)` crossed, `(1 | a/b)` nested, `(x | a)` correlated slopes, `(x || a)` uncorrelated ones
        (with a single grouping).
    reml
        Restricted likelihood (variances unbiased in balanced designs), or the plain one (to compare fixed parts).
    errors
        `satterthwaite`, `kenward_roger`, `CR2` (one grouping only) or `normal`.

    Returns
    -------
    MixedFit
        Or its reason: constant outcome, one level in a grouping, too few rows, nothing left to explain.

    Raises
    ------
    SettingError
        If the formula does not read, names an unknown column, or asks for what is not offered.

    Notes
    -----
    glmm 0.6.2 fits; uncorrelated slopes, Kenward and Roger's method and CR2 with one grouping go through
    `chairs.stats.one_way`. Satterthwaite as in Kuznetsova, Brockhoff & Christensen 2017, *J. Stat. Softw.* 82(13).
    Checked against lme4 1.1-31 and lmerTest 3.1-3 on sleepstudy, InstEval (crossed), High School & Beyond and the
    staff survey of Bliese & Halverson. statsmodels' MixedLM is not used: on a million answers its variance is wrong.

    Examples
    --------
    >>> import pandas as pd
    >>> answers = pd.DataFrame({"site": list("AAABBBCCC"), "age": [1.0, 2, 3, 2, 3, 5, 1, 4, 5],
    ...                         "score": [1.0, 2, 2, 4, 6, 6, 3, 5, 7]})
    >>> print(linear_mixed(answers, "score ~ age + (1 | site)").coefficient("age"))
    age: +0.7952 (95 % +0.3425 to +1.248, n 9, 3 clusters)
    """
    one_of(KIND_WORDS, errors, KINDS)
    model = parse(formula)
    if not model.random:
        raise _not_offered("la formule ne nomme aucun groupe", "the formula names no grouping")
    rows = complete_rows(data, model)
    reason = obstacle(rows, model)
    if reason is not None:
        return impossible(reason, len(rows))
    special = errors in ("kenward_roger", "CR2") or any(not term.correlated for term in model.random)
    if special and len(model.random) == 1 and "/" not in model.random[0].group:
        fit = _by_sums(rows, model, reml, errors)
    else:
        fit = _by_library(rows, model, reml, errors)
    return replace(fit, notes=(*fit.notes, "rows_dropped")) if len(rows) < len(data) else fit


def obstacle(rows: pd.DataFrame, model: Formula) -> str | None:
    """Return why a mixed model of these rows has no meaning, or None."""
    if len(rows) < 3:
        return "too_few"
    if rows[model.outcome].nunique() < 2:
        return "constant_outcome"
    for term in model.random:
        levels = codes(rows, term.group).nunique()
        if levels < 2:
            return "one_cluster" if len(model.random) == 1 else "one_level"
        if levels == len(rows):
            return "one_row_per_cluster"
    return None


def _by_sums(rows: pd.DataFrame, model: Formula, reml: bool, errors: Errors) -> MixedFit:
    import glmm
    import pandas as pd

    matrix, names = glmm.model_matrix(rows, f"~ {model.fixed}")
    term = model.random[0]
    columns = {named(name): matrix[:, k] for k, name in enumerate(names) if name != "(Intercept)"}
    slopes = tuple(map(named, term.slopes))
    for slope in slopes:
        if slope not in columns:
            raise _not_offered("une pente aléatoire n'est pas un terme numérique", "a random slope is no numeric term")
    group, outcome = f"| {term.group}", f"{model.outcome} ~"  # no term can have these names
    frame = pd.DataFrame(columns).assign(**{group: codes(rows, term.group), outcome: rows[model.outcome].astype(float)})
    sums = cross_products(frame, Design(outcome=outcome, cluster=group, covariates=tuple(columns)))
    random = Random(slopes=slopes, correlated=term.correlated, group=named(term.group))
    return one_way(sums, random=random, reml=reml, errors=errors)


def _by_library(rows: pd.DataFrame, model: Formula, reml: bool, errors: Errors) -> MixedFit:
    import glmm

    if errors == "CR2" or any(not term.correlated for term in model.random):
        raise _not_offered(
            "CR2 et les pentes non corrélées demandent un seul groupe", "CR2 and uncorrelated slopes need one grouping"
        )
    if errors == "kenward_roger" and len(rows) > MOST_ROWS:
        raise _not_offered(
            f"Kenward-Roger à plusieurs groupes : au plus {MOST_ROWS} lignes ; demander satterthwaite",
            f"Kenward-Roger with several groupings: at most {MOST_ROWS} rows; ask for satterthwaite",
        )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glmm.DiagnosticWarning)
        options = {"reml": reml, "warm_start": _start(rows, model), "satterthwaite": errors == "satterthwaite"}
        fit = run(glmm.fit, rows, model.text, **options)
    reason = _failure(fit)
    if reason is not None:
        return impossible(reason, len(rows), tuple(map(named, fit.names)))
    return _record(fit, rows, errors)


def run(call: Any, *arguments: Any, **options: Any) -> Any:
    """Call the library; what it refuses becomes a `SettingError` without a value of the data."""
    try:
        return call(*arguments, **options)
    except (ValueError, TypeError, NotImplementedError) as error:
        raise _not_offered(
            "le modèle n'est pas de ceux que la bibliothèque ajuste", "the model is not one the library fits"
        ) from error


def _not_offered(fr: str, en: str) -> SettingError:
    remedy = ("changer la formule ou la méthode", "change the formula or the method")
    return SettingError((problem(fr, en, remedy=remedy),))


def _start(rows: pd.DataFrame, model: Formula) -> dict[str, list[float]] | None:
    """Return relative standard deviations by moments, to halve the search of models with random intercepts only."""
    import numpy as np

    if len(rows) < 5000 or any(term.slopes or "/" in term.group for term in model.random):
        return None
    y, theta = rows[model.outcome].to_numpy(float), []
    for term in model.random:
        code = codes(rows, term.group).astype("category").cat.codes.to_numpy()
        count = np.bincount(code)
        mean = np.bincount(code, weights=y) / count
        inside = float(((y - mean[code]) ** 2).sum() / max(len(y) - len(count), 1))
        spread = float(np.average((mean - y.mean()) ** 2, weights=count)) - inside * len(count) / len(y)
        theta.append(math.sqrt(max(spread, 0.0025 * inside) / inside) if inside > 0 else 1.0)
    return {"theta": theta}


def _failure(fit: Any) -> str | None:
    kinds = {warning["kind"] for warning in fit.warnings}
    if fit.converged:
        return "no_variance" if "variance_at_limit" in kinds else None
    if fit.nobs <= len(fit.names) + 1:
        return "too_few"
    return "no_variance" if "fit_failed" in kinds else "no_convergence"


def _record(fit: Any, rows: pd.DataFrame, errors: Errors) -> MixedFit:
    import numpy as np

    kept = [k for k, aliased in enumerate(fit.aliased) if not aliased]
    covariance, df = np.asarray(fit.vcov)[np.ix_(kept, kept)], np.asarray(fit.coef_df)[kept]
    if errors == "kenward_roger":
        covariance, df = _kenward_roger(fit, rows, kept)
    df = np.where(np.isnan(df), math.inf, df) if errors != "normal" else np.full(len(kept), math.inf)
    groups = tuple((named(b["group"]), len(b["levels"])) for b in fit.ranef_blocks)
    fewest = min(count for _, count in groups)
    fixed = []
    for k, term in enumerate(fit.names):
        blank = Estimate(term=named(term), n=len(rows), clusters=fewest, method=errors)
        at = kept.index(k) if k in kept else None
        fixed.append(
            replace(blank, reason="collinear")
            if at is None
            else estimated(blank, float(fit.beta[k]), float(np.sqrt(covariance[at, at])), float(df[at]))
        )
    notes = [*(["singular"] if fit.singular else []), *(["few_groups"] if fewest < FEW else [])]
    return MixedFit(
        n=len(rows), fixed=tuple(fixed), covariance=covariance, log_likelihood=float(fit.loglik), reml=bool(fit.reml),
        variances=(*variances(fit), Variance(
            group=RESIDUAL, term=None, value=float(fit.dispersion), spread=math.sqrt(fit.dispersion))),
        groups=groups, effects=effects(fit), notes=tuple(notes),
    )  # fmt: skip


def variances(fit: Any) -> tuple[Variance, ...]:
    """Return the (co)variances between groups of a fit of the library, each group's variances before covariances."""
    found = []
    for k, (group, terms) in enumerate(fit.re_groups):
        spread, correlation = fit.stddev_corr(k)
        names = [named(term) for term in terms]
        for a, name in enumerate(names):
            found.append(Variance(group=named(group), term=name, value=float(spread[a] ** 2), spread=float(spread[a])))
        for b in range(len(names)):
            for a in range(b + 1, len(names)):
                rho = float(correlation[a, b])
                found.append(
                    Variance(group=named(group), term=names[b], other=names[a],
                             value=rho * float(spread[a] * spread[b]), spread=rho)
                )  # fmt: skip
    return tuple(found)


def effects(fit: Any) -> tuple[Effects, ...]:
    """Return the predicted deviation of each level of each group."""
    return tuple(
        Effects(
            group=named(b["group"]), terms=tuple(map(named, b["terms"])), levels=tuple(b["levels"]), values=b["values"]
        )
        for b in fit.ranef_blocks
    )


def _kenward_roger(fit: Any, rows: pd.DataFrame, kept: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Form the covariance of all rows and its derivatives, and hand them over as one block."""
    import glmm
    import numpy as np

    matrix, names = glmm.model_matrix(rows, f"~ {parse(fit.formula).fixed}")
    parts, values = [], []
    for v in variances(fit):
        level = codes(rows, plain(v.group)).to_numpy()
        same = (level[:, None] == level[None, :]).astype(float)
        left, right = (_column(matrix, names, term) for term in (v.term, v.other or v.term))
        pattern = np.outer(left, right)
        parts.append(same * (pattern + pattern.T if v.other else pattern))
        values.append(v.value)
    block = Block(design=matrix[:, kept], parts=tuple(parts), values=tuple(values))
    return kenward_roger([block], len(kept), 0, float(fit.dispersion))


def _column(matrix: np.ndarray, names: list[str], term: str | None) -> np.ndarray:
    return matrix[:, [named(name) for name in names].index(str(term))]
