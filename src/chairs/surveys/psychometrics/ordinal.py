"""Factor models of ordered answers by diagonally weighted least squares on polychoric correlations ("WLSMV")."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.cfa import Fit
from chairs.surveys.psychometrics.entries import beside, numbers
from chairs.surveys.psychometrics.fit_indices import FitIndices, incremental, p_value, rmsea
from chairs.surveys.psychometrics.fitting import LatentMoments, Solution, least_squares, solve
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.ordinal_moments import ordinal_moments
from chairs.surveys.psychometrics.parameters import improper, listed
from chairs.surveys.psychometrics.polychoric import coded
from chairs.surveys.psychometrics.starting import start_of
from chairs.surveys.psychometrics.structure import Plan, Structure, structure

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def ordinal_confirmatory(
    answers: pd.DataFrame, model: Model, groups: pd.Series | None = None, *, plan: Plan | None = None
) -> Fit:
    r"""Fit a measurement model to ordered answers.

    Parameters
    ----------
    answers
        One row a respondent; columns include the items of the model, ordered numbers of any spacing. Missing answers
        (NaN) are used pairwise.
    groups
        Group of each respondent, on the same index.
    plan
        What the groups share (default: nothing); its categories are filled in here.

    Notes
    -----
    Factors have variance 1, latent answers too (delta) until groups share thresholds (theta). The test is the
    mean-and-variance adjusted (scaled and shifted) chi-square :math:`aT+df-a\,\mathrm{tr}(U\Gamma)`,
    :math:`a=\sqrt{df/\mathrm{tr}((U\Gamma)^2)}` (Asparouhov & Muthén 2010); standard errors are robust,
    :math:`(\Delta'V\Delta)^{-1}\Delta'V\Gamma V\Delta(\Delta'V\Delta)^{-1}/N` (Muthén, du Toit & Spisic 1997). CFI, TLI
    and RMSEA are those of the adjusted test, SRMR of the polychoric correlations. Checked by planted truths
    (coverage, type I error of the test), in `tests/reference/test_ordinal_truth.py`.

    Examples
    --------
    >>> from chairs.core.streams import stream
    >>> import pandas as pd
    >>> from chairs.surveys.psychometrics.model import one_factor
    >>> draw = stream(2, "doctest")
    >>> latent = 0.7 * draw.standard_normal((500, 1)) + 0.7 * draw.standard_normal((500, 4))
    >>> table = pd.DataFrame((latent > 0).astype(int) + (latent > 1), columns=list("abcd"))
    >>> fit = ordinal_confirmatory(table, one_factor("abcd"))
    >>> fit.indices.df, fit.reason, all(0.5 < row.estimate < 0.9 for row in fit.parameters if row.op == "=~")
    (2, None, True)
    """
    from dataclasses import replace

    import numpy as np

    table = numbers(answers, model.items)
    of_group = np.full(len(table), "", dtype=object) if groups is None else beside(table, groups)
    known = table.notna().any(axis=1).to_numpy() & np.array([name is not None for name in of_group], dtype=bool)
    table, of_group = table[known], of_group[known]
    names = tuple(sorted(set(of_group)))
    blank = Fit(n=len(table), n_total=len(answers))
    if len(model.items) < 3:
        return replace(blank, reason="too_few_items")
    whole = coded(table)
    if min(whole.categories) < 2:
        return replace(blank, reason="too_few" if min(whole.categories) == 0 else "constant")
    samples = []
    for name in names:
        found = ordinal_moments(coded(table[of_group == name], whole.levels))
        if isinstance(found, str):
            return replace(blank, reason=found)
        samples.append(found)
    plan = plan or Plan()
    plan = replace(plan, groups=len(names), marker=False, categories=whole.categories)
    return fit_moments(structure(model, plan), tuple(samples), names, blank)


def fit_moments(built: Structure, samples: Sequence[LatentMoments], names: Sequence[str], blank: Fit) -> Fit:
    """Return the fit of a structure to moments that are already there."""
    from dataclasses import replace

    import numpy as np

    if len(built.labels) > sum(len(s.value) for s in samples):
        return replace(blank, reason="not_identified")
    solution = solve(partial(least_squares, built, samples), start_of(built, samples))
    if solution is None or not solution.converged:
        return replace(blank, reason="no_convergence")
    if not solution.identified:
        return replace(blank, reason="not_identified")
    gamma = whitened_gamma(samples)
    bread = np.linalg.inv(solution.at.jacobian.T @ solution.at.jacobian)
    robust = bread @ (solution.at.jacobian.T @ gamma @ solution.at.jacobian) @ bread / blank.n
    indices = _indices(built, samples, solution, gamma, blank.n)
    warnings = improper(built, solution.theta) + (("just_identified",) if indices.df == 0 else ())
    return replace(
        blank, parameters=listed(built, solution.theta, robust, names), indices=indices, solution=solution,
        structure=built, samples=tuple(samples), warnings=warnings,
    )  # fmt: skip


def whitened_gamma(samples: Sequence[LatentMoments]) -> np.ndarray:
    """Return the asymptotic covariance of the whitened residuals, groups on the diagonal (a correlation matrix)."""
    import numpy as np
    from scipy.linalg import block_diag

    return np.asarray(block_diag(*[s.gamma * np.sqrt(np.outer(s.weight, s.weight)) for s in samples]))


def adjusted(chisq: float, df: int, trace: float, square: float) -> tuple[float, float]:
    """Return the scaled and shifted chi-square and its scale, from the two traces of U Gamma."""
    import numpy as np

    scale = float(np.sqrt(df / square)) if square > 0 else 1.0
    return scale * chisq + df - scale * trace, scale


def _indices(
    built: Structure, samples: Sequence[LatentMoments], solution: Solution, gamma: np.ndarray, n: int
) -> FitIndices:
    import numpy as np

    groups, p = len(samples), len(built.items)
    basis = np.linalg.qr(solution.at.jacobian)[0]
    left = gamma - basis @ (basis.T @ gamma)
    left = left - (left @ basis) @ basis.T
    df = len(gamma) - len(built.labels)
    chisq, scale = (0.0, 1.0) if df == 0 else adjusted(n * solution.at.value, df, left.trace(), float((left**2).sum()))
    chisq_0, df_0 = _baseline(samples, gamma, p)
    cfi, tli = incremental(chisq, df, chisq_0, df_0)
    root, low, high = rmsea(chisq, df, n, groups)
    return FitIndices(
        chisq=chisq, df=df, p=p_value(chisq, df), cfi=cfi, tli=tli, rmsea=root, rmsea_low=low, rmsea_high=high,
        srmr=_srmr(built, samples, solution, n), scaling=1 / scale,
    )  # fmt: skip


def _baseline(samples: Sequence[LatentMoments], gamma: np.ndarray, p: int) -> tuple[float, int]:
    """Return the adjusted chi-square of the model of uncorrelated items, and its degrees of freedom."""
    import numpy as np

    pairs = p * (p - 1) // 2
    df = pairs * len(samples)
    chisq = sum(s.n * float((s.weight[-pairs:] * s.value[-pairs:] ** 2).sum()) for s in samples)
    where = np.concatenate([np.arange(len(s.value)) >= len(s.value) - pairs for s in samples])
    of_pairs = gamma[np.ix_(where, where)]
    return adjusted(chisq, df, float(of_pairs.trace()), float((of_pairs**2).sum()))[0], df


def _srmr(built: Structure, samples: Sequence[LatentMoments], solution: Solution, n: int) -> float:
    import numpy as np

    p = len(built.items)
    pairs = p * (p - 1) // 2
    total = 0.0
    for sample, implied in zip(samples, built.moments(solution.theta[None, :]), strict=True):
        off = sample.value[-pairs:] - implied[0, -pairs:]
        total += sample.n / n * float(np.sqrt((off**2).sum() / (pairs + p)))
    return total
