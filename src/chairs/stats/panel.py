"""Pooled, fixed-effect, between and random-effect regressions of a panel, from sums of products per establishment."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from chairs.core.errors import Language, Text
from chairs.stats.checked import one_of
from chairs.stats.cluster_robust import Kind, sandwich
from chairs.stats.cross_products import ALIASED, INTERCEPT, NOTHING, CrossProducts, independent
from chairs.stats.estimate import REASONS, Estimate, estimated, of_term

if TYPE_CHECKING:
    import numpy as np

Errors = Literal["classical", "CR0", "HC1", "CR1", "CR1S", "CR1S+1", "CR2", "CR2-exact"]
KINDS = get_args(Errors)

MODELS = {
    "pooled": Text(fr="toutes observations confondues", en="pooled"),
    "fixed_effects": Text(fr="à l'intérieur des établissements", en="within establishments"),
    "between": Text(fr="entre moyennes d'établissements", en="between establishment means"),
    "random_effects": Text(fr="effets aléatoires", en="random effects"),
    "first_differences": Text(fr="différences premières", en="first differences"),
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PanelFit:
    """One panel regression; terms that cannot be estimated carry their own reason, the whole fit `reason`.

    Parameters
    ----------
    model
        A key of `MODELS`.
    covariance
        Of the estimated terms, in their order.
    residual
        Residual variance, squared unit of the outcome.
    r_squared
        Share of the (within, for fixed effects) variation reproduced.
    between, theta
        Random effects only: variance between establishments, and the share of each establishment's mean subtracted,
        shape (establishments,).
    """

    model: str
    n: int
    estimates: tuple[Estimate, ...]
    covariance: np.ndarray | None = None
    residual: float | None = None
    r_squared: float | None = None
    between: float | None = None
    theta: np.ndarray | None = None
    reason: str | None = None

    def coefficient(self, term: str) -> Estimate:
        """Return the coefficient of `term`."""
        return of_term(self.estimates, term)

    def say(self, lang: Language = "en") -> str:
        """Return the model's name and its coefficients, one a line."""
        colon = " :" if lang == "fr" else ":"
        if self.reason is not None:
            return f"{MODELS[self.model].say(lang)}{colon} {REASONS[self.reason].say(lang)} (n {self.n})"
        return "\n".join([f"{MODELS[self.model].say(lang)}{colon}", *(one.say(lang) for one in self.estimates)])

    def __str__(self) -> str:
        return self.say("en")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """What distinguishes the models once their columns are made."""

    model: str
    terms: tuple[str, ...]
    errors: Errors
    absorbed: int = 0  # effects taken out beforehand, counted in the classical degrees of freedom


def pooled(sums: CrossProducts, covariates: Sequence[str] | None = None, errors: Errors = "CR2") -> PanelFit:
    """Regress the outcome on the covariates over all rows, establishments ignored but in the standard errors.

    Parameters
    ----------
    sums
        From `chairs.stats.streaming.cross_products`.
    covariates
        Terms (default: all).
    errors
        `classical`, or a cluster-robust kind of `chairs.stats.cluster_robust.sandwich`.

    Notes
    -----
    Ordinary (weighted) least squares. Checked against plm 2.6-2 on the panel of Grunfeld.

    Examples
    --------
    >>> import pandas as pd
    >>> from chairs.stats.streaming import cross_products
    >>> rows = pd.DataFrame({"site": list("AABBCC"), "staff": [1.0, 2, 2, 4, 3, 5], "score": [3.0, 4, 4, 7, 7, 8]})
    >>> sums = cross_products(rows, {"outcome": "score", "cluster": "site", "covariates": ["staff"]})
    >>> print(pooled(sums, errors="classical").coefficient("staff"))
    staff: +1.338 (95 % +0.7284 to +1.949, n 6, 3 clusters)
    >>> print(fixed_effects(sums, errors="classical").coefficient("staff"))
    staff: +1 (95 % -0.4342 to +2.434, n 6, 3 clusters)
    """
    terms = tuple(sums.terms if covariates is None else covariates)
    plan = _Plan(model="pooled", terms=(INTERCEPT, *terms), errors=errors)
    return _refused(plan, sums) or _regressed(sums, plan, sums)


def fixed_effects(sums: CrossProducts, covariates: Sequence[str] | None = None, errors: Errors = "CR2") -> PanelFit:
    """Regress within establishments: each is compared with itself only; with a factor of years, two-way effects.

    Whatever does not change within establishments drops out (`no_within_variation`), and cannot bias the others.

    Notes
    -----
    Least squares of deviations from establishment means; classical degrees of freedom n − G − k. The other factors of
    `sums` (years) stay in as 0/1 columns: CR2 needs them, and the small-sample factors do not count them. Checked
    against plm 2.6-2 and clubSandwich 0.5.8 on the panel of Grunfeld (Baltagi 2013, table 2), pyfixest and
    linearmodels. A second effect of thousands of levels: `absorbed`.
    """
    terms = tuple(sums.terms if covariates is None else covariates)
    plan = _Plan(model="fixed_effects", terms=terms, errors=errors, absorbed=len(sums.rows))
    return _refused(plan, sums) or _regressed(sums.within(), plan, sums)


def between(sums: CrossProducts, covariates: Sequence[str] | None = None) -> PanelFit:
    """Regress the means of establishments on their means, each counting once: an ecological comparison.

    Notes
    -----
    Ordinary least squares of the G means, classical errors on G − k degrees of freedom.
    """
    import numpy as np

    terms = tuple(sums.terms if covariates is None else covariates)
    plan = _Plan(model="between", terms=(INTERCEPT, *terms), errors="classical")
    means = sums.means()
    one_each = replace(sums, products=np.einsum("ga,gb->gab", means, means), rows=np.ones(len(means), dtype=np.int64))
    return _refused(plan, one_each) or _regressed(one_each, plan, one_each)


def random_effects(
    sums: CrossProducts, covariates: Sequence[str] | None = None, errors: Errors = "classical"
) -> PanelFit:
    r"""Regress with random establishment effects by Swamy and Arora's feasible generalised least squares.

    Notes
    -----
    :math:`\theta_j = 1 - \sqrt{\sigma^2_e/(\sigma^2_e + n_j\sigma^2_u)}` of each mean is subtracted; :math:`\sigma^2_e`
    from the within regression, :math:`\sigma^2_u` the residual variance of the between regression (G − k − 1 degrees of
    freedom) minus :math:`\sigma^2_e/\bar n`, with the harmonic mean of the rows, and zero when negative (Swamy & Arora
    1972, *Econometrica* 40:261-275; Baltagi 2013, ch. 2 and 9). Checked against plm on the panel of Grunfeld.
    """
    import numpy as np

    terms = tuple(sums.terms if covariates is None else covariates)
    plan = _Plan(model="random_effects", terms=(INTERCEPT, *terms), errors=errors)
    refused = _refused(plan, sums)
    if refused is not None:
        return refused
    inside, outside = fixed_effects(sums, terms, "classical"), between(sums, terms)
    if inside.residual is None or outside.residual is None:
        reason = inside.reason or outside.reason
        return _without(plan, sums, reason if reason is not None else "too_few")
    size = sums.products[:, 0, 0]
    spread = max(0.0, outside.residual - inside.residual * float((1 / size).mean()))
    theta = 1 - np.sqrt(inside.residual / (inside.residual + size * spread))
    mean = sums.products[:, :, :1] @ sums.products[:, :1, :] / size[:, None, None]
    reduced = replace(sums, products=sums.products - ((2 - theta) * theta)[:, None, None] * mean)
    fit = _regressed(reduced, plan, sums)
    return replace(fit, between=spread, theta=theta)


def hausman(sums: CrossProducts, covariates: Sequence[str] | None = None) -> Estimate:
    r"""Test whether fixed and random effects agree; `estimate` is the chi-squared, `df` its degrees of freedom.

    A small p value says that establishment effects go with the covariates: random effects are then biased.

    Notes
    -----
    :math:`d'(V_{FE} - V_{RE})^{-1}d` with classical covariances (Hausman 1978, *Econometrica* 46:1251-1271). When the
    difference of covariances is not positive the statistic does not exist and the reason `not_positive` is given.
    Checked against plm on the panel of Grunfeld.
    """
    import numpy as np
    from scipy.special import chdtrc

    inside, outside = fixed_effects(sums, covariates, "classical"), random_effects(sums, covariates)
    blank = Estimate(term="hausman", n=sums.n, clusters=len(sums.rows), method="hausman")
    both = [e.term for e in inside.estimates if e.estimate is not None]
    reason = inside.reason or outside.reason
    if reason is not None or not both or inside.covariance is None or outside.covariance is None:
        return replace(blank, reason=reason or "no_within_variation")
    known = [e.term for e in outside.estimates if e.estimate is not None]
    at = [known.index(term) for term in both]
    gap = np.array([inside.coefficient(t).estimate - outside.coefficient(t).estimate for t in both])  # type: ignore[operator]
    variance = inside.covariance - outside.covariance[np.ix_(at, at)]
    if not (np.linalg.eigvalsh(variance) > 0).all():
        return replace(blank, reason="not_positive")
    chi = float(gap @ np.linalg.solve(variance, gap))
    return replace(blank, estimate=chi, df=float(len(both)), p=float(chdtrc(len(both), chi)))


def _refused(plan: _Plan, sums: CrossProducts) -> PanelFit | None:
    """Return the fit that cannot be made, its reason with it, or None."""
    one_of(("erreurs types", "kind of standard errors"), plan.errors, KINDS)
    raw = float(sums.products[:, -1, -1].sum())
    if len(sums.rows) < 2 and (plan.errors != "classical" or plan.model in ("between", "random_effects")):
        return _without(plan, sums, "one_cluster")
    if not sums.spread()[-1] > NOTHING * raw:
        return _without(plan, sums, "constant_outcome")
    return None


def _without(plan: _Plan, sums: CrossProducts, reason: str) -> PanelFit:
    absent = tuple(Estimate(term=t, n=sums.n, clusters=len(sums.rows), reason=reason) for t in plan.terms)
    return PanelFit(model=plan.model, n=sums.n, estimates=absent, reason=reason)


def _regressed(sums: CrossProducts, plan: _Plan, source: CrossProducts) -> PanelFit:
    """Least squares on the reduced columns of `sums`; `source` holds them before they were reduced."""
    import numpy as np

    chosen = sums.selected((*plan.terms, sums.outcome))
    total = chosen.products.sum(axis=0)
    about = source.spread()[[source.position(t) for t in chosen.columns]]
    kept = independent(total[:-1, :-1], None if plan.model == "random_effects" else about[:-1])
    used = np.flatnonzero(kept).tolist()
    spare = source.n - plan.absorbed - len(used)
    if spare < 1:
        return _without(plan, source, "too_few")
    gram = chosen.products[np.ix_(range(len(chosen.rows)), used, used)]
    xy = chosen.products[:, used, -1]
    beta = np.linalg.solve(gram.sum(axis=0), xy.sum(axis=0))
    rss = float(total[-1, -1] - xy.sum(axis=0) @ beta)
    if rss <= NOTHING * about[-1]:
        return _without(plan, source, "no_variance")
    rows, values = np.eye(len(used)), beta.copy()
    if INTERCEPT in plan.terms:  # back to columns from which nothing was subtracted
        shift = chosen.shift[used]
        rows[0] -= shift
        values[0] += chosen.shift[-1] - shift @ beta
    back = np.linalg.inv(rows)
    names = tuple(plan.terms[k] for k in used)
    covariance, df = _errors(back.T @ gram @ back, (xy - gram @ beta) @ back, plan, source, _Spent(names, rss, spare))
    blank = {t: Estimate(term=t, n=source.n, clusters=len(source.rows), method=plan.errors) for t in plan.terms}
    found = {t: replace(blank[t], reason=_why(plan, total[k, k], about[k])) for k, t in enumerate(plan.terms)}
    for k, t in enumerate(names):
        found[t] = estimated(blank[t], float(values[k]), math.sqrt(max(float(covariance[k, k]), 0.0)), float(df[k]))
    share = total[-1, -1] if plan.absorbed else about[-1]
    return PanelFit(
        model=plan.model, n=source.n, estimates=tuple(found[t] for t in plan.terms), covariance=covariance,
        residual=rss / spare, r_squared=None if plan.model == "random_effects" else 1 - rss / float(share),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spent:
    """Terms in the regression, its residual sum of squares, and the degrees of freedom left."""

    names: tuple[str, ...]
    rss: float
    spare: int


def _errors(
    gram: np.ndarray, score: np.ndarray, plan: _Plan, source: CrossProducts, spent: _Spent
) -> tuple[np.ndarray, np.ndarray]:
    """Return the covariance of the coefficients and their degrees of freedom."""
    import numpy as np

    if plan.errors == "classical":
        bread = np.linalg.inv(gram.sum(axis=0))
        return bread * spent.rss / spent.spare, np.full(len(bread), float(spent.spare))
    counted = [t for t in spent.names if not (plan.absorbed and t in source.classes)]
    kind: Kind = plan.errors
    robust = sandwich(gram, score, kind, source.n, len(counted))
    return robust.covariance, robust.df


def _why(plan: _Plan, left: float, about: float) -> str:
    """Say why a term has no estimate: it does not change within establishments, or others determine it."""
    return "no_within_variation" if plan.absorbed and left <= ALIASED * about else "collinear"
