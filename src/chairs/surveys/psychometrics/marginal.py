"""Marginal likelihood of ordered answers under item response curves: value, derivatives, maximum without bounds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

NODES, REACH = 131, 6.5
WARM, MOST_STEPS = 30, 200
LEAN_MOST = 1e3
SMALL = 1e-10  # gain of log-likelihood that a step still promises
STEEPEST = 20.0  # beyond it neighbouring nodes no longer see the curve, and the slope runs away


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was answered: patterns by rank (-1 missing) with their counts, and which answer is which column."""

    patterns: np.ndarray
    counts: np.ndarray
    given: np.ndarray
    categories: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Log-likelihood at some curves, with the posterior weight of each node for each pattern."""

    value: float
    posterior: np.ndarray
    changes: tuple[np.ndarray, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Maximum:
    """Where the likelihood is largest: curves (slope, then intercepts, item by item), and their covariance."""

    curves: np.ndarray
    value: float
    covariance: np.ndarray


def quadrature() -> tuple[np.ndarray, np.ndarray]:
    r"""Return equally spaced abilities within 6.5 standard deviations and their weights under the normal law.

    Notes
    -----
    The trapezoid rule of step h errs by about :math:`e^{-2\pi^2/(ah)}` on a curve of slope a: 2e-11 at a = 8, 5e-5 at
    a = 20; nodes 0.4 apart, as 61 Gauss-Hermite nodes are, would leave 2e-3 at a = 8.
    """
    import numpy as np

    x = np.linspace(-REACH, REACH, NODES)
    weight = np.exp(-(x**2) / 2)
    return x, weight / weight.sum()


def answers_of(codes: np.ndarray, categories: tuple[int, ...]) -> Answers:
    """Return ranks of answers as patterns with counts."""
    import numpy as np

    patterns, counts = np.unique(codes, axis=0, return_counts=True)
    given = np.concatenate([patterns[:, [j]] == np.arange(k) for j, k in enumerate(categories)], axis=1)
    return Answers(patterns=patterns, counts=counts.astype(float), given=given.astype(float), categories=categories)


def curve_logs(slope: float, intercepts: np.ndarray, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the log-probabilities (categories, nodes) and their derivatives (categories, numbers, nodes).

    Notes
    -----
    :math:`\sigma(u)-\sigma(v)=\sigma(u)\,\sigma(-v)\,(1-e^{v-u})`: nothing cancels, however rare the category.
    """
    import numpy as np
    from scipy.special import expit, log_expit

    k = len(intercepts) + 1
    line = slope * x + intercepts[:, None]
    gap = intercepts[:-1] - intercepts[1:]
    logs, change = np.zeros((k, len(x))), np.zeros((k, k, len(x)))
    logs[1:] += log_expit(line)
    logs[:-1] += log_expit(-line)
    logs[1:-1] += np.log(-np.expm1(-gap))[:, None]
    above, below = np.arange(1, k), np.arange(k - 1)
    change[1:, 0] += x * expit(-line)
    change[:-1, 0] -= x * expit(line)
    change[above, above] = expit(-line)
    change[below, above] = -expit(line)
    inner, pull = np.arange(1, k - 1), (1 / np.expm1(gap))[:, None]
    change[inner, inner] += pull
    change[inner, inner + 1] -= pull
    return logs, change


def measured(answers: Answers, curves: np.ndarray) -> Point | None:
    """Return the log-likelihood at `curves`, or None where intercepts are out of order."""
    import numpy as np

    x, weight = quadrature()
    logs = np.tile(np.log(weight), (len(answers.patterns), 1))
    changes = []
    for j, own in enumerate(_split(curves, answers.categories)):
        if (np.diff(own[1:]) >= 0).any():
            return None
        table, change = curve_logs(own[0], own[1:], x)
        logs += np.concatenate([table, np.zeros((1, len(x)))])[answers.patterns[:, j]]  # the last row: missing
        changes.append(change)
    top = logs.max(axis=1, keepdims=True)
    posterior = np.exp(logs - top)
    total = posterior.sum(axis=1, keepdims=True)
    value = float(answers.counts @ (top + np.log(total)).ravel())
    return Point(value=value, posterior=posterior / total, changes=tuple(changes))


def _split(curves: np.ndarray, categories: tuple[int, ...]) -> list[np.ndarray]:
    import numpy as np

    return np.split(curves, np.cumsum(categories)[:-1])


def complete(answers: Answers, curves: np.ndarray, at: Point) -> tuple[np.ndarray, np.ndarray]:
    """Return the gradient and the information there would be if abilities were known (block by item)."""
    import numpy as np
    from scipy.linalg import block_diag
    from scipy.special import expit

    x = quadrature()[0]
    expected = answers.given.T @ (answers.counts[:, None] * at.posterior)
    gradient, blocks = [], []
    for own, seen, change in zip(
        _split(curves, answers.categories), np.split(expected, np.cumsum(answers.categories)[:-1]), at.changes,
        strict=True,
    ):  # fmt: skip
        gradient.append(np.einsum("cq,ckq->k", seen, change))
        chance = expit(own[0] * x + own[1:, None])
        weight = (seen[1:] + seen[:-1]) * chance * (1 - chance)
        block = np.zeros((len(own), len(own)))
        block[0, 0] = float((weight * x**2).sum())
        block[0, 1:] = block[1:, 0] = weight @ x
        pull = 1 / np.expm1(own[1:-1] - own[2:])
        inner = seen[1:-1].sum(axis=1) * pull * (1 + pull)
        between = np.diag(inner, 1) + np.diag(inner, -1)
        block[1:, 1:] = np.diag(weight.sum(axis=1) + between.sum(axis=0)) - between
        blocks.append(block)
    return np.concatenate(gradient), block_diag(*blocks)


def unseen(answers: Answers, at: Point) -> np.ndarray:
    """Return the information that is lost because abilities are not seen: the posterior covariance of the scores."""
    import numpy as np
    from scipy.linalg import block_diag

    size, nodes = answers.given.shape[1], at.posterior.shape[1]
    lost, mean = np.zeros((size, size)), np.zeros((len(answers.counts), size))
    for q in range(nodes):
        change = block_diag(*[part[:, :, q] for part in at.changes])
        weighted = answers.given * at.posterior[:, [q]]
        lost += change.T @ (answers.given.T @ (weighted * answers.counts[:, None])) @ change
        mean += weighted @ change
    return np.asarray(lost - mean.T @ (mean * answers.counts[:, None]))


def maximised(answers: Answers, start: np.ndarray, design: np.ndarray) -> Maximum | str:
    """Return the curves under which the answers are most likely, or the key of the reason why there are none.

    Parameters
    ----------
    start
        Curves to begin with.
    design
        How curves move with the free numbers: (curve numbers, free numbers).

    Notes
    -----
    Some EM steps (one Newton step each, Lange 1995), then Newton steps on the observed information (Louis 1982,
    *Journal of the Royal Statistical Society B* 44:226: complete less lost), leaning on the complete information
    until the likelihood rises. No number is bounded: a slope beyond 20 is a reason, not a result.
    """
    import numpy as np

    curves, at = start, measured(answers, start)
    slopes = np.concatenate([[0], np.cumsum(answers.categories)[:-1]]).astype(int)
    for step in range(MOST_STEPS):
        if at is None:
            return "no_convergence"
        if np.abs(curves[slopes]).max() > STEEPEST:
            return "steep"
        gradient, known = (design.T @ part for part in complete(answers, curves, at))
        known = known @ design
        if step < WARM:
            curves, at = _uphill(lambda c: measured(answers, c), curves, at, design @ _solved(known, gradient))
            continue
        information = known - design.T @ unseen(answers, at) @ design
        move, lean = _leaning(information, known, gradient)
        if lean == 0.0 and float(gradient @ move) < SMALL:
            covariance = design @ np.linalg.inv(information) @ design.T
            return Maximum(curves=curves, value=at.value, covariance=covariance)
        curves, at = _uphill(lambda c: measured(answers, c), curves, at, design @ move)
    return "no_convergence"


def _solved(matrix: np.ndarray, vector: np.ndarray) -> np.ndarray:
    import numpy as np

    return np.asarray(np.linalg.lstsq(matrix, vector, rcond=1e-12)[0])


def _leaning(information: np.ndarray, known: np.ndarray, gradient: np.ndarray) -> tuple[np.ndarray, float]:
    """Return a step that goes uphill, and how much it leans on the complete information for that (0: not at all)."""
    import numpy as np

    lean = 0.0
    while lean < LEAN_MOST:
        tried = information + lean * known
        scale = np.sqrt(np.maximum(np.diag(tried), 1e-300))
        if np.linalg.eigvalsh(tried / np.outer(scale, scale))[0] > 1e-10:
            return np.linalg.solve(tried, gradient), lean
        lean = max(10 * lean, 0.01)
    return _solved(known, gradient), lean


def _uphill(
    measure: Callable[[np.ndarray], Point | None], curves: np.ndarray, at: Point, move: np.ndarray
) -> tuple[np.ndarray, Point]:
    """Return the first point along `move`, halved and halved again, where the likelihood does not fall."""
    share = 1.0
    for _ in range(30):
        tried = measure(curves + share * move)
        if tried is not None and tried.value >= at.value - 1e-12 * abs(at.value):
            return curves + share * move, tried
        share /= 2
    return curves, at
