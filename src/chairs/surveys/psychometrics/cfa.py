"""Confirmatory factor analysis by maximum likelihood, one group or several, with standard errors and robust tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.surveys.psychometrics.fit_indices import FitIndices, incremental, p_value, rmsea, srmr_of
from chairs.surveys.psychometrics.fitting import LatentMoments, Moments, Solution, likelihood, solve
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.reasons import REASONS, WARNINGS
from chairs.surveys.psychometrics.structure import Label, Plan, Structure, structure

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One number of a model: `lhs op rhs` with op `=~` (loading), `~~` (co)variance, `~1` mean, `|` threshold."""

    group: str
    lhs: str
    op: str
    rhs: str
    estimate: float
    se: float
    standardised: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """A fitted measurement model, or the reason (key of `REASONS`) why there is none.

    Parameters
    ----------
    n, n_total
        Respondents used and received.
    parameters
        Estimates with their standard errors, by group.
    solution, structure, samples
        The numbers behind them, for tests between models.
    warnings
        Keys of `WARNINGS`: the numbers stand, but read them with this in mind.
    """

    n: int
    n_total: int
    parameters: tuple[Parameter, ...] = ()
    indices: FitIndices | None = None
    solution: Solution | None = None
    structure: Structure | None = None
    samples: tuple[Moments | LatentMoments, ...] = ()
    warnings: tuple[str, ...] = ()
    reason: str | None = None

    def say(self, lang: Language = "en") -> str:
        """Return the fit, or its reason, with its warnings."""
        colon = " : " if lang == "fr" else ": "
        if self.indices is None:
            return f"n {self.n}{colon}{REASONS[self.reason or 'no_convergence'].say(lang)}"
        shown = f"chi2 {self.indices.chisq:.2f} (df {self.indices.df}), n {self.n}"
        for name in ("cfi", "rmsea", "srmr"):
            value = getattr(self.indices, name)
            shown += f", {name.upper()} {value:.3f}" if value is not None else ""
        shown = shown.replace(".", ",") if lang == "fr" else shown
        return "; ".join([shown, *(WARNINGS[key].say(lang) for key in self.warnings)])

    def __str__(self) -> str:
        return self.say("en")


def confirmatory(
    answers: pd.DataFrame,
    model: Model,
    groups: pd.Series | None = None,
    *,
    plan: Plan | None = None,
    marker: bool = True,
    robust: bool = False,
) -> Fit:
    """Fit a measurement model to the complete rows by normal-theory maximum likelihood.

    Parameters
    ----------
    answers
        One row a respondent; columns include the items of the model, as numbers; missing is NaN.
    groups
        Group of each respondent, on the same index; with means in the model.
    plan
        What the groups share (default: nothing).
    marker
        Unit of each factor: its first item (loading 1), or its own standard deviation.
    robust
        Add the Yuan-Bentler scaled test ("MLR") and robust CFI and RMSEA (one group).

    Notes
    -----
    Covariance with divisor n, chi-square n F, standard errors from the expected information. Rows with a missing item
    are left out (`n` of `n_total`): valid when what is missing has nothing to do with the answers. A negative variance
    is reported as it is, with the warning `heywood`. Checked against the reference set `cfa_holzinger_swineford`
    (lavaan): fit, standard errors, standardised values, robust test, four invariance models.

    Examples
    --------
    >>> from chairs.core.streams import stream
    >>> import pandas as pd
    >>> from chairs.surveys.psychometrics.model import one_factor
    >>> draw = stream(1, "doctest")
    >>> f = draw.standard_normal((400, 1))
    >>> table = pd.DataFrame(0.7 * f + 0.7 * draw.standard_normal((400, 4)), columns=list("abcd"))
    >>> fit = confirmatory(table, one_factor("abcd"), marker=False)
    >>> fit.indices.df, fit.reason
    (2, None)
    >>> print(confirmatory(table.assign(d=table["a"]), one_factor("abcd")))
    n 400: at least two items determine each other (perfect correlation)
    """
    items = list(model.items)
    table = answers[items].dropna()
    of_group = None if groups is None else groups.reindex(table.index).dropna()
    table = table if of_group is None else table.loc[of_group.index]
    names = ("",) if of_group is None else tuple(sorted(of_group.astype(str).unique()))
    blocks = [table.to_numpy(dtype=float)]
    if of_group is not None:
        blocks = [table[of_group.astype(str) == name].to_numpy(dtype=float) for name in names]
    blank = Fit(n=len(table), n_total=len(answers))
    flaw = _flaw(blocks, len(items))
    if flaw is not None:
        return Fit(n=blank.n, n_total=blank.n_total, reason=flaw)
    plan = Plan(groups=len(blocks), marker=marker) if plan is None else plan
    return _fitted(structure(model, plan), blocks, names, blank, robust)


def samples_of(blocks: Sequence[np.ndarray]) -> list[Moments]:
    """Return the mean and covariance (divisor n) of each group."""
    import numpy as np

    return [
        Moments(
            n=len(block), mean=block.mean(axis=0), covariance=np.cov(block.T, bias=True).reshape(block.shape[1], -1)
        )
        for block in blocks
    ]


def _flaw(blocks: Sequence[np.ndarray], p: int) -> str | None:
    """Return the reason why the groups' answers cannot carry a covariance model."""
    import numpy as np

    if p < 2:
        return "too_few_items"
    for block in blocks:
        if len(block) <= p + 1:
            return "too_few"
        if (block.std(axis=0) < 1e-12).any():
            return "constant"
        if np.linalg.eigvalsh(np.corrcoef(block.T))[0] < 1e-10:
            return "collinear"
    return None


def start_of(built: Structure, samples: Sequence[Moments | LatentMoments]) -> np.ndarray:
    """Return a rough start: half of each variance common, means and thresholds as observed."""
    import numpy as np

    theta = np.zeros(len(built.labels))
    for k, label in enumerate(built.labels):
        sample, first = samples[label.group], label.place[0]
        variance = np.diag(sample.covariance) if isinstance(sample, Moments) else np.ones(len(built.items))
        own = len(label.place) > 1 and first == label.place[1]
        if label.matrix == "loading":
            theta[k] = 1.0 if built.plan.marker else 0.6 * np.sqrt(variance[first])
        elif label.matrix == "residual" and own:
            theta[k] = 0.5 * variance[first] if isinstance(sample, Moments) else 1.0
        elif label.matrix == "factor":
            theta[k] = _unit(built, label, variance) * (1.0 if own else 0.1)
        elif label.matrix == "intercept" and isinstance(sample, Moments):
            theta[k] = sample.mean[first]
        elif label.matrix == "threshold" and isinstance(sample, LatentMoments):
            asked = np.argwhere(built.index["threshold"][label.group] >= 0)
            at = int(np.flatnonzero((asked == label.place).all(axis=1))[0])
            theta[k] = sample.value[at] * (1.0 if built.delta else 1.2)  # 1.2: root of 1 + 0.6 squared
    return theta


def _unit(built: Structure, label: Label, variance: np.ndarray) -> float:
    """Return a variance for factors: 1, or half of what their marker items have."""
    import numpy as np

    if not built.plan.marker:
        return 1.0
    marked = [int(np.argmax(built.fixed["loading"][label.group][:, f] == 1)) for f in label.place]
    return float(0.5 * np.sqrt(np.prod([variance[j] for j in marked])))


def _fitted(built: Structure, blocks: Sequence[np.ndarray], names: Sequence[str], blank: Fit, robust: bool) -> Fit:
    import numpy as np

    from chairs.surveys.psychometrics.parameters import improper, listed

    samples = samples_of(blocks)
    n = blank.n
    moments = len(blocks) * len(built.items) * (len(built.items) + 3) // 2
    if len(built.labels) > moments:
        return Fit(n=n, n_total=blank.n_total, reason="not_identified")
    solution = solve(partial(likelihood, built, samples), start_of(built, samples))
    if solution is None or not solution.identified:
        reason = "no_convergence" if solution is None or not solution.converged else "not_identified"
        return Fit(n=n, n_total=blank.n_total, reason=reason)
    if not solution.converged:
        return Fit(n=n, n_total=blank.n_total, reason="no_convergence")
    covariance = np.linalg.inv(solution.at.jacobian.T @ solution.at.jacobian) / n
    indices = _indices(built, samples, solution, n)
    if robust and len(blocks) == 1:
        from chairs.surveys.psychometrics.robust import with_scaling

        indices = with_scaling(indices, built, blocks[0], solution)
    warnings = improper(built, solution.theta) + (("just_identified",) if indices.df == 0 else ())
    return Fit(
        n=n, n_total=blank.n_total, parameters=listed(built, solution.theta, covariance, names), indices=indices,
        solution=solution, structure=built, samples=tuple(samples), warnings=warnings,
    )  # fmt: skip


def _indices(built: Structure, samples: Sequence[Moments], solution: Solution, n: int) -> FitIndices:
    import numpy as np

    p, groups = len(built.items), len(samples)
    chisq = n * solution.at.value
    df = groups * p * (p + 3) // 2 - len(built.labels)
    logs = [np.linalg.slogdet(s.covariance)[1] for s in samples]
    chisq_0 = sum(s.n * (np.log(np.diag(s.covariance)).sum() - log) for s, log in zip(samples, logs, strict=True))
    cfi, tli = incremental(chisq, df, float(chisq_0), groups * p * (p - 1) // 2)
    root, low, high = rmsea(chisq, df, n, groups)
    saturated = -0.5 * sum(s.n * (p * np.log(2 * np.pi) + log + p) for s, log in zip(samples, logs, strict=True))
    logl = float(saturated - chisq / 2)
    free = len(built.labels) - (p if groups == 1 else 0)  # one group: the means are no part of the model
    implied = [m[0, p:].reshape(p, p) for m in built.moments(solution.theta[None, :])]
    return FitIndices(
        chisq=chisq, df=df, p=p_value(chisq, df), cfi=cfi, tli=tli, rmsea=root, rmsea_low=low, rmsea_high=high,
        srmr=float(sum(s.n / n * srmr_of(s.covariance, m) for s, m in zip(samples, implied, strict=True))),
        logl=logl, aic=-2 * logl + 2 * free, bic=-2 * logl + float(np.log(n)) * free,
    )  # fmt: skip
