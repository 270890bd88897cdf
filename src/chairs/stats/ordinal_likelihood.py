"""Likelihood of ordered answers with a random intercept, by Laplace or adaptive Gauss-Hermite quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

STEPS = 60


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """Distinct answers.

    Parameters
    ----------
    category
        0 to levels − 1, shape (rows,).
    design
        Covariates, shape (rows, k), no intercept.
    group
        0 to groups − 1, shape (rows,); empty for a model without groups.
    count
        How many times each row occurs.
    levels, groups, points
        Numbers of categories, of groups (0 for none), of quadrature points (1 is Laplace).
    """

    category: np.ndarray
    design: np.ndarray
    group: np.ndarray
    count: np.ndarray
    levels: int
    groups: int
    points: int = 1

    @property
    def cuts(self) -> int:
        """Number of thresholds."""
        return self.levels - 1


def log_likelihood(answers: Answers, thresholds: np.ndarray, beta: np.ndarray, sd: float) -> float:
    r"""Return the marginal log-likelihood of :math:`\operatorname{logit} P(Y \le k) = \theta_k - x'\beta - u`.

    Parameters
    ----------
    thresholds
        Increasing, shape (levels − 1,).
    beta
        Shape (k,).
    sd
        Standard deviation of :math:`u`, the same over groups.

    Notes
    -----
    Each group's integral is centred at the mode of its integrand and scaled by its curvature there (Pinheiro & Bates
    1995; Liu & Pierce 1994, *Biometrika* 81:624-629); with one point it is Laplace's approximation.
    """
    import numpy as np

    eta = answers.design @ beta
    if not answers.groups:
        return float(answers.count @ _terms(answers, thresholds, eta)[0])
    mode, precision = _modes(answers, thresholds, eta, sd)
    nodes, weights = np.polynomial.hermite_e.hermegauss(answers.points)
    total = np.full((answers.groups, answers.points), 0.0)
    for k, node in enumerate(nodes):
        z = mode + node / np.sqrt(precision)  # u = sd z, so that sd = 0 is an ordinary point
        inside = _summed(answers, answers.count * _terms(answers, thresholds, eta + sd * z[answers.group])[0])
        total[:, k] = inside - z**2 / 2 + node**2 / 2 + math.log(weights[k] / math.sqrt(2 * math.pi))
    most = total.max(axis=1)
    return float((most + np.log(np.exp(total - most[:, None]).sum(axis=1)) - np.log(precision) / 2).sum())


def _terms(answers: Answers, thresholds: np.ndarray, shift: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    r"""Return log P of each answer and its first and second derivatives in `shift`.

    With :math:`a, b` the upper and lower bounds, :math:`F(a)-F(b) = F(a)F(-b)(1-e^{b-a})`, exact even in the tails.
    """
    import numpy as np
    from scipy.special import expit, log_expit

    bounds = np.concatenate([[-np.inf], thresholds, [np.inf]])
    a, b = bounds[answers.category + 1] - shift, bounds[answers.category] - shift
    width = bounds[answers.category + 1] - bounds[answers.category]
    upper, lower = expit(a), expit(b)
    with np.errstate(divide="ignore", invalid="ignore"):
        value = log_expit(a) + log_expit(-b) + np.log(-np.expm1(-width))
    return value, upper + lower - 1, -(upper * (1 - upper) + lower * (1 - lower))


def _summed(answers: Answers, values: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.bincount(answers.group, weights=values, minlength=answers.groups)


def _modes(answers: Answers, thresholds: np.ndarray, eta: np.ndarray, sd: float) -> tuple[np.ndarray, np.ndarray]:
    """Newton steps for the mode of each group's integrand (it is log-concave), and the precision there."""
    import numpy as np

    z = np.zeros(answers.groups)
    precision = np.ones(answers.groups)
    for _ in range(STEPS):
        _, first, second = _terms(answers, thresholds, eta + sd * z[answers.group])
        gradient = sd * _summed(answers, answers.count * first) - z
        precision = 1 - sd**2 * _summed(answers, answers.count * second)
        step = np.clip(gradient / precision, -2, 2)
        z = z + step
        if np.abs(step).max() < 1e-10:
            break
    return z, precision


def modes(answers: Answers, thresholds: np.ndarray, beta: np.ndarray, sd: float) -> np.ndarray:
    """Return the most likely deviation of each group, in log odds."""
    return sd * _modes(answers, thresholds, answers.design @ beta, sd)[0]


def hessian(call: Callable[[np.ndarray], float], at: np.ndarray, reach: np.ndarray) -> np.ndarray:
    """Return second derivatives of `call` by central differences with steps `reach`."""
    import numpy as np

    count = len(at)
    found, middle = np.zeros((count, count)), call(at)
    steps = np.diag(reach)
    for i in range(count):
        found[i, i] = (call(at + steps[i]) - 2 * middle + call(at - steps[i])) / reach[i] ** 2
        for j in range(i):
            cross = call(at + steps[i] + steps[j]) - call(at + steps[i] - steps[j])
            cross -= call(at - steps[i] + steps[j]) - call(at - steps[i] - steps[j])
            found[i, j] = found[j, i] = cross / (4 * reach[i] * reach[j])
    return found
