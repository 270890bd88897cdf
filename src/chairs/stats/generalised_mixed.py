"""Mixed models of shares and counts (binomial, Poisson), by Laplace or adaptive quadrature."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from chairs.stats.estimate import Estimate, estimated
from chairs.stats.formula import Formula, codes, complete_rows, named, parse, plain
from chairs.stats.linear_mixed import effects, obstacle, run, variances
from chairs.stats.mixed_fit import FEW, MixedFit, impossible

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

FAR = 15.0  # log odds or log rate per standard deviation of a column, beyond which a coefficient runs away


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is counted.

    Parameters
    ----------
    family
        `binomial` (log odds) or `poisson` (log rates).
    trials
        Column of the number of trials, when the outcome counts successes among several.
    exposure
        Column of hours, stays or persons at risk of a Poisson count.
    """

    family: Literal["binomial", "poisson"] = "binomial"
    trials: str | None = None
    exposure: str | None = None


BINARY = Counted()


def generalised_mixed(data: pd.DataFrame, formula: str, counted: Counted = BINARY, quadrature: int = 1) -> MixedFit:
    """Fit a logistic or Poisson mixed model written as in lme4: `complaint ~ age + (1 | site)`.

    Parameters
    ----------
    data
        One row an answer, or one row a group of answers with their number of `trials`.
    formula
        As in `chairs.stats.linear_mixed.linear_mixed`.
    counted
        The family, and the columns of trials or exposure.
    quadrature
        Points of the adaptive Gauss-Hermite rule, odd, at most 25 (one grouping only); 1 is Laplace, whose variance
        between groups is a little low when groups are small.

    Returns
    -------
    MixedFit
        Normal tests, no residual variance; or its reason: constant outcome, one group, separation, not a count.

    Notes
    -----
    glmm 0.6.2; standard errors from the exact Hessian over coefficients and standard deviations together. Checked
    against lme4 1.1-31 and an independent quadrature on the herds of `cbpp`, with 1 and 25 points. A coefficient
    beyond 15 per standard deviation of its column is reported as separation, not as a number; so is a spread between
    groups beyond 15, and groups that are each all 0 or all 1: their variance grows without end.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"site": list("AABBCCDD"), "late": [0, 1] * 4, "bad": [1, 6, 3, 5, 0, 2, 4, 9]})
    >>> rows["n"] = 12
    >>> fit = generalised_mixed(rows, "bad ~ late + (1 | site)", Counted(trials="n"))
    >>> print(fit.coefficient("late"))
    late: +1.615 (95 % +0.5904 to +2.64, n 8, 4 clusters)
    """
    import numpy as np

    model = parse(formula)
    counted = replace(counted, trials=_plain(counted.trials), exposure=_plain(counted.exposure))
    also = tuple(name for name in (counted.trials, counted.exposure) if name)
    rows = complete_rows(data, model, also)
    y = rows[model.outcome].to_numpy(float)
    reason = _not_counts(rows, model, counted) or obstacle(_shares(rows, model, counted), model)
    if reason is not None:
        return impossible(reason, len(rows))
    options: dict[str, Any] = {"nagq": quadrature}
    if counted.trials:
        options["weights"] = rows[counted.trials].to_numpy(float)
        rows = rows.assign(**{model.outcome: y / options["weights"]})
    if counted.exposure:
        options["offset"] = np.log(rows[counted.exposure].to_numpy(float))
    fit = _fitted(rows, model, counted, options)
    reason = _failure(fit, rows, model) or _apart(rows, model, counted)
    if reason is not None:
        return impossible(reason, len(rows), tuple(map(named, fit.names)))
    found = _record(fit, len(rows))
    return replace(found, notes=(*found.notes, "rows_dropped")) if len(rows) < len(data) else found


def _plain(name: str | None) -> str | None:
    return None if name is None else plain(name)


def _fitted(rows: pd.DataFrame, model: Formula, counted: Counted, options: dict[str, Any]) -> Any:
    import glmm

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", glmm.DiagnosticWarning)
        return run(glmm.fit, rows, model.text, counted.family, **options)


def _shares(rows: pd.DataFrame, model: Formula, counted: Counted) -> pd.DataFrame:
    """Return the rows with shares or rates as outcome, to see whether it varies at all."""
    below = counted.trials or counted.exposure
    return rows if below is None else rows.assign(**{model.outcome: rows[model.outcome] / rows[below]})


def _not_counts(rows: pd.DataFrame, model: Formula, counted: Counted) -> str | None:
    y = rows[model.outcome].to_numpy(float)
    most = rows[counted.trials].to_numpy(float) if counted.trials else 1.0
    wrong = (y < 0) | (y % 1 != 0) | ((y > most) & (counted.family == "binomial"))
    for below in (counted.trials, counted.exposure):
        if below:
            wrong |= rows[below].to_numpy(float) <= 0
    return "not_counts" if wrong.any() else None


def _failure(fit: Any, rows: pd.DataFrame, model: Formula) -> str | None:
    """Return why the fit is not to be read: it did not settle, or a coefficient has no finite value."""
    import glmm
    import numpy as np

    kinds = {warning["kind"] for warning in fit.warnings}
    if "glm_diverged" in kinds:
        return "separation"
    if not fit.converged:
        return "no_convergence"
    matrix, _ = glmm.model_matrix(rows, f"~ {model.fixed}")
    spread = np.where(np.ptp(matrix, axis=0) > 0, matrix.std(axis=0), 1.0)
    kept = ~np.asarray(fit.aliased)
    se = np.asarray(fit.se)
    away = np.abs(np.asarray(fit.beta)) * spread > FAR
    if any(one.other is None and one.spread * _reach(one.term, spread, fit.names) > FAR for one in variances(fit)):
        return "separation"
    return "separation" if (away | ~np.isfinite(se))[kept].any() else None


def _reach(term: str | None, spread: np.ndarray, names: Any) -> float:
    """Return the standard deviation of the column that a random slope belongs to; 1 for an intercept."""
    known = dict(zip(map(named, names), spread.tolist(), strict=True))
    return float(known.get(str(term), 1.0))


def _apart(rows: pd.DataFrame, model: Formula, counted: Counted) -> str | None:
    """Return `separation` where every group of several trials is all successes or all failures."""
    if counted.family != "binomial":
        return None
    share = rows[model.outcome]  # of successes, with or without trials
    for term in model.random:
        group = codes(rows, term.group)
        by = share.groupby(group)
        trials = rows[counted.trials].groupby(group).sum() if counted.trials else by.size()
        if trials.max() > 1 and ((by.max() == 0) | (by.min() == 1)).all():
            return "separation"
    return None


def _record(fit: Any, n: int) -> MixedFit:
    import numpy as np

    kept = [k for k, aliased in enumerate(fit.aliased) if not aliased]
    groups = tuple((named(b["group"]), len(b["levels"])) for b in fit.ranef_blocks)
    fewest = min((count for _, count in groups), default=None)
    method = "laplace" if fit.nagq == 1 else f"quadrature {fit.nagq}"
    fixed = []
    for k, term in enumerate(fit.names):
        blank = Estimate(term=named(term), n=n, clusters=fewest, method=method)
        fixed.append(
            estimated(blank, float(fit.beta[k]), float(fit.se[k]), math.inf)
            if k in kept
            else replace(blank, reason="collinear")
        )
    notes = [*(["singular"] if fit.singular else []), *(["few_groups"] if fewest is not None and fewest < FEW else [])]
    return MixedFit(
        n=n, fixed=tuple(fixed), variances=variances(fit), covariance=np.asarray(fit.vcov)[np.ix_(kept, kept)],
        log_likelihood=float(fit.loglik), groups=groups, effects=effects(fit), notes=tuple(notes),
    )  # fmt: skip
