"""The robust test of a covariance model for answers that are not normal: Yuan & Bentler's scaling ("MLR")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.fit_indices import FitIndices, p_value
from chairs.surveys.psychometrics.fitting import Solution, likelihood
from chairs.surveys.psychometrics.structure import Structure

if TYPE_CHECKING:
    import numpy as np

STEP = 1e-5  # of the central difference of the score, per standard error


def with_scaling(indices: FitIndices, built: Structure, values: np.ndarray, solution: Solution) -> FitIndices:
    r"""Return the indices with the scaled test and the robust CFI and RMSEA.

    Parameters
    ----------
    values
        Complete rows, one column an item.

    Notes
    -----
    :math:`c=[\mathrm{tr}(B_1A_1^{-1})-\mathrm{tr}(B_0A_0^{-1})]/df` with A the observed information and B the outer
    product of scores a respondent of the saturated (1) and the fitted (0) model (Yuan & Bentler 2000, *Sociological
    Methodology* 30:165-200). Robust CFI and RMSEA use :math:`\chi^2-c\,df` (Brosseau-Liard & Savalei 2014).
    Checked against the reference set `cfa_holzinger_swineford`.
    """
    import numpy as np

    if indices.df == 0:
        return indices
    saturated = _saturated_trace(values)
    c = (saturated - fitted_trace(built, values, solution)) / indices.df
    p, n = len(built.items), len(values)
    chisq_0, c_0, df_0 = _baseline(values, saturated, p)
    excess = max(indices.chisq - c * indices.df, 0.0)
    excess_0 = max(chisq_0 - c_0 * df_0, excess)
    return replace(
        indices,
        scaling=c,
        chisq_robust=indices.chisq / c,
        p_robust=p_value(indices.chisq / c, indices.df),
        cfi_robust=1 - excess / excess_0 if excess_0 > 0 else 1.0,
        rmsea_robust=float(np.sqrt(excess / (n * indices.df))),
    )


def _saturated_trace(values: np.ndarray) -> float:
    """Return tr(B A^-1) of means and covariances without a model."""
    import numpy as np

    centred = values - values.mean(axis=0)
    covariance = np.cov(values.T, bias=True)
    square = np.einsum("ij,jk,ik->i", centred, np.linalg.inv(covariance), centred)
    p = values.shape[1]
    return float((square + 0.5 * (square**2 - 2 * square + p)).mean())


def fitted_trace(built: Structure, values: np.ndarray, solution: Solution) -> float:
    """Return tr(B A^-1) of the fitted model."""
    import numpy as np

    scores = case_scores(built, values, solution)
    return float(
        np.trace(np.linalg.solve(observed_information(built, values, solution), scores.T @ scores / len(values)))
    )


def case_scores(built: Structure, values: np.ndarray, solution: Solution) -> np.ndarray:
    """Return the derivatives of each respondent's log-likelihood: (respondents, numbers)."""
    import numpy as np
    from scipy.linalg import solve_triangular

    p = values.shape[1]
    moments = built.moments(solution.theta[None, :])[0][0]
    root = np.linalg.cholesky(moments[p:].reshape(p, p))
    y = solve_triangular(root, (values - moments[:p]).T, lower=True).T
    squares = (y[:, :, None] * y[:, None, :] - np.eye(p)).reshape(len(y), -1) / np.sqrt(2)
    found: np.ndarray = np.concatenate([y, squares], axis=1) @ solution.at.jacobian
    return found


def observed_information(built: Structure, values: np.ndarray, solution: Solution) -> np.ndarray:
    """Return minus the second derivatives of the mean log-likelihood, by central differences of the exact score."""
    import numpy as np

    from chairs.surveys.psychometrics.cfa import samples_of

    samples, theta = samples_of([values]), solution.theta
    steps = STEP / np.sqrt(np.diag(solution.at.jacobian.T @ solution.at.jacobian))
    rows = []
    for k, step in enumerate(steps):
        moved = np.eye(len(theta))[k] * step
        ends = [likelihood(built, samples, theta + sign * moved) for sign in (1, -1)]
        up, down = (end.jacobian.T @ end.residual for end in ends if end is not None)
        rows.append((down - up) / (2 * step))
    found = np.array(rows)
    return np.asarray((found + found.T) / 2)


def _baseline(values: np.ndarray, saturated: float, p: int) -> tuple[float, float, int]:
    """Return chi-square, scaling factor and df of the model of uncorrelated items."""
    import numpy as np

    covariance = np.cov(values.T, bias=True)
    standard = (values - values.mean(axis=0)) / np.sqrt(np.diag(covariance))
    chisq = len(values) * float(np.log(np.diag(covariance)).sum() - np.linalg.slogdet(covariance)[1])
    # means and variances only: of each item its z and (z^2 - 1)/2^(1/2), information diagonal, hence 1 + var(z^2)/2
    trace = float((1 + 0.5 * ((standard**2 - 1) ** 2).mean(axis=0)).sum())
    df = p * (p - 1) // 2
    return chisq, (saturated - trace) / df, df
