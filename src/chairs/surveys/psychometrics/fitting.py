"""Fits the moments of a structure to those of samples: scoring steps on whitened residuals, damped until they help."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.structure import Structure

if TYPE_CHECKING:
    import numpy as np

MOST_STEPS = 500
SMALL = 1e-9  # of the largest element of the whitened gradient, per root of information


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What one group shows of continuous items: mean and covariance (divisor n)."""

    n: int
    mean: np.ndarray
    covariance: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class LatentMoments:
    """What one group shows of ordered items.

    Parameters
    ----------
    value
        Thresholds, then polychoric correlations below the diagonal.
    weight
        The inverse of their variances times n.
    gamma
        Their asymptotic covariance times n.
    """

    n: int
    value: np.ndarray
    weight: np.ndarray
    gamma: np.ndarray
    items: int

    @property
    def correlations(self) -> np.ndarray:
        """Return the polychoric correlations as a matrix."""
        import numpy as np

        low = np.tril_indices(self.items, -1)
        found = np.eye(self.items)
        found[low] = self.value[len(self.value) - len(low[0]) :]
        return found + np.tril(found, -1).T


@dataclass(frozen=True, slots=True, kw_only=True)
class Whitened:
    """At some free numbers: the function to be minimised, whitened residuals and their derivatives, groups stacked.

    The expected information a respondent is `jacobian' jacobian`, the score `jacobian' residual`.
    """

    value: float
    residual: np.ndarray
    jacobian: np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Where the fit ended; `converged` is False when no step helped any more before the gradient vanished."""

    theta: np.ndarray
    at: Whitened
    converged: bool
    identified: bool


def likelihood(structure: Structure, samples: Sequence[Moments], theta: np.ndarray) -> Whitened | None:
    r"""Return the normal-theory discrepancy at `theta`, or None where a covariance is not positive definite.

    Notes
    -----
    :math:`F=\sum_g \frac{n_g}{N}[\ln|\Sigma|+\mathrm{tr}(S\Sigma^{-1})+d'\Sigma^{-1}d-\ln|S|-p]`; whitening by the
    Cholesky factor of :math:`\Sigma` makes the expected information a plain cross-product (Bollen 1989, ch. 4).
    """
    import numpy as np
    from scipy.linalg import solve_triangular

    implied = structure.moments(theta[None, :])
    derivatives = structure.jacobian(theta)
    p, total = len(structure.items), sum(sample.n for sample in samples)
    value, residuals, rows = 0.0, [], []
    for sample, moments, delta in zip(samples, implied, derivatives, strict=True):
        share = sample.n / total
        mean, sigma = moments[0, :p], moments[0, p:].reshape(p, p)
        try:
            root = np.linalg.cholesky(sigma)
        except np.linalg.LinAlgError:
            return None
        inverse = solve_triangular(root, np.eye(p), lower=True)
        away = inverse @ (sample.mean - mean)
        seen = inverse @ sample.covariance @ inverse.T + np.outer(away, away)
        logs = 2 * np.log(np.diag(root)).sum() - np.linalg.slogdet(sample.covariance)[1]
        value += share * float(logs + seen.trace() - p)
        spread = inverse @ delta[p:].T.reshape(-1, p, p) @ inverse.T
        jacobian = np.concatenate([inverse @ delta[:p], spread.reshape(len(spread), -1).T / np.sqrt(2)])
        residual = np.concatenate([away, (seen - np.eye(p)).ravel() / np.sqrt(2)])
        rows.append(np.sqrt(share) * jacobian)
        residuals.append(np.sqrt(share) * residual)
    return Whitened(value=value, residual=np.concatenate(residuals), jacobian=np.concatenate(rows))


def least_squares(structure: Structure, samples: Sequence[LatentMoments], theta: np.ndarray) -> Whitened | None:
    r"""Return the diagonally weighted discrepancy :math:`\sum_g \frac{n_g}{N}(s-\sigma)'W_g(s-\sigma)` at `theta`."""
    import numpy as np

    implied = structure.moments(theta[None, :])
    derivatives = structure.jacobian(theta)
    total = sum(sample.n for sample in samples)
    residuals, rows = [], []
    for sample, moments, delta in zip(samples, implied, derivatives, strict=True):
        root = np.sqrt(sample.weight * sample.n / total)
        residuals.append(root * (sample.value - moments[0]))
        rows.append(root[:, None] * delta)
    residual = np.concatenate(residuals)
    if not np.isfinite(residual).all():
        return None
    return Whitened(value=float(residual @ residual), residual=residual, jacobian=np.concatenate(rows))


def solve(measure: Callable[[np.ndarray], Whitened | None], start: np.ndarray) -> Solution | None:
    """Return where the discrepancy is smallest, from `start`; None when even the start is not possible.

    Notes
    -----
    Gauss-Newton steps (for maximum likelihood: Fisher scoring), damped by Levenberg's ridge until the discrepancy
    falls. Converged when every whitened element of the gradient is below 1e-9.
    """
    import numpy as np

    theta, at, damping = start, measure(start), 0.0
    if at is None:
        return None
    converged = False
    for _ in range(MOST_STEPS):
        information = at.jacobian.T @ at.jacobian
        score = at.jacobian.T @ at.residual
        scale = np.sqrt(np.maximum(np.diag(information), 1e-12))
        if np.abs(score / scale).max(initial=0.0) < SMALL:
            converged = True
            break
        moved = _step(measure, theta, at, damping)
        if moved is None:
            break
        theta, at, damping = moved
    return Solution(theta=theta, at=at, converged=converged, identified=_identified(at))


def _step(
    measure: Callable[[np.ndarray], Whitened | None], theta: np.ndarray, at: Whitened, damping: float
) -> tuple[np.ndarray, Whitened, float] | None:
    """Return a better point with the damping that found it, or None when none is found."""
    import numpy as np

    information = at.jacobian.T @ at.jacobian
    score = at.jacobian.T @ at.residual
    ridge = np.diag(np.maximum(np.diag(information), 1e-8))
    for _ in range(40):
        step = np.linalg.lstsq(information + damping * ridge, score, rcond=1e-13)[0]
        tried = measure(theta + step)
        flat = 1e-14 * max(1.0, abs(at.value))  # near the end only rounding separates two values
        if tried is not None and tried.value <= at.value + flat:
            return theta + step, tried, damping / 10 if damping > 1e-8 else 0.0
        damping = max(damping * 10, 1e-4)
    return None


def _identified(at: Whitened) -> bool:
    import numpy as np

    information = at.jacobian.T @ at.jacobian
    scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
    if len(scale) == 0:
        return True
    return bool(np.linalg.eigvalsh(information / np.outer(scale, scale))[0] > 1e-8)
