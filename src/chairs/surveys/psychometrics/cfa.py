"""Confirmatory factor analysis by maximum likelihood, one group or several, with standard errors and robust tests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from chairs.core.errors import Language
from chairs.surveys.psychometrics.entries import beside, numbers
from chairs.surveys.psychometrics.fit_indices import FitIndices, incremental, p_value, rmsea, srmr_of
from chairs.surveys.psychometrics.fitting import LatentMoments, Moments, Solution, likelihood, solve
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.reasons import REASONS, WARNINGS
from chairs.surveys.psychometrics.starting import marked, start_of
from chairs.surveys.psychometrics.structure import Plan, Structure, structure

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
        The numbers behind them, for tests between models; continuous items in standard deviations.
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
    import numpy as np

    table = numbers(answers, model.items)
    whole = table.notna().all(axis=1).to_numpy()
    of_group = None if groups is None else beside(table, groups)
    if of_group is not None:
        whole = whole & np.array([name is not None for name in of_group], dtype=bool)
    values = table.to_numpy()[whole]
    names, blocks = ("",), [values]
    if of_group is not None:
        names = tuple(sorted(set(of_group[whole])))
        blocks = [values[of_group[whole] == name] for name in names]
    blank = Fit(n=len(values), n_total=len(answers))
    flaw = _flaw(blocks, len(model.items))
    if flaw is not None:
        return replace(blank, reason=flaw)
    return _fitted(model, plan or Plan(groups=len(blocks), marker=marker), blocks, names, (blank, robust))


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

    if p < 2 or not blocks:
        return "too_few_items" if p < 2 else "too_few"
    for block in blocks:
        if len(block) <= p + 1:
            return "too_few"
        if (block.std(axis=0) <= 1e-12 * np.abs(block).max(axis=0)).any():
            return "constant"
        if np.linalg.eigvalsh(np.corrcoef(block.T))[0] < 1e-10:
            return "collinear"
    return None


def _fitted(
    model: Model, plan: Plan, blocks: Sequence[np.ndarray], names: Sequence[str], asked: tuple[Fit, bool]
) -> Fit:
    """Return the fit of the items in standard deviations, told in the units of the answers.

    Whoever measures in thousands must get the same model: with items of very different size rounding decides when the
    steps end.
    """
    import numpy as np

    from chairs.surveys.psychometrics.parameters import Units, improper, listed

    blank, robust = asked
    everybody = np.concatenate(blocks)
    units = Units(centre=everybody.mean(axis=0), scale=everybody.std(axis=0))
    blocks = [(block - units.centre) / units.scale for block in blocks]
    built, samples, n = structure(model, plan), samples_of(blocks), blank.n
    if len(built.labels) > len(blocks) * len(built.items) * (len(built.items) + 3) // 2:
        return replace(blank, reason="not_identified")
    start = marked(model, built, samples) if plan.marker else start_of(built, samples)
    solution = solve(partial(likelihood, built, samples), start)
    if solution is None or not solution.converged:
        return replace(blank, reason="no_convergence")
    if not solution.identified:
        return replace(blank, reason="not_identified")
    covariance = np.linalg.inv(solution.at.jacobian.T @ solution.at.jacobian) / n
    indices = _indices(built, samples, solution, n, float(np.log(units.scale).sum()))
    if robust and len(blocks) == 1:
        from chairs.surveys.psychometrics.robust import with_scaling

        indices = with_scaling(indices, built, blocks[0], solution)
    warnings = improper(built, solution.theta) + (("just_identified",) if indices.df == 0 else ())
    return replace(
        blank, parameters=listed(built, solution.theta, covariance, names, units), indices=indices,
        solution=solution, structure=built, samples=tuple(samples), warnings=warnings,
    )  # fmt: skip


def _indices(built: Structure, samples: Sequence[Moments], solution: Solution, n: int, units: float) -> FitIndices:
    """Return the fit; `units` is the log of the product of the items' units, which the likelihood alone depends on."""
    import numpy as np

    p, groups = len(built.items), len(samples)
    chisq = n * solution.at.value
    df = groups * p * (p + 3) // 2 - len(built.labels)
    logs = [np.linalg.slogdet(s.covariance)[1] for s in samples]
    chisq_0 = sum(s.n * (np.log(np.diag(s.covariance)).sum() - log) for s, log in zip(samples, logs, strict=True))
    cfi, tli = incremental(chisq, df, float(chisq_0), groups * p * (p - 1) // 2)
    root, low, high = rmsea(chisq, df, n, groups)
    saturated = -0.5 * sum(s.n * (p * np.log(2 * np.pi) + log + p) for s, log in zip(samples, logs, strict=True))
    logl = float(saturated - chisq / 2) - n * units
    free = len(built.labels) - (p if groups == 1 else 0)  # one group: the means are no part of the model
    implied = [m[0, p:].reshape(p, p) for m in built.moments(solution.theta[None, :])]
    return FitIndices(
        chisq=chisq, df=df, p=p_value(chisq, df), cfi=cfi, tli=tli, rmsea=root, rmsea_low=low, rmsea_high=high,
        srmr=float(sum(s.n / n * srmr_of(s.covariance, m) for s, m in zip(samples, implied, strict=True))),
        logl=logl, aic=-2 * logl + 2 * free, bic=-2 * logl + float(np.log(n)) * free,
    )  # fmt: skip
