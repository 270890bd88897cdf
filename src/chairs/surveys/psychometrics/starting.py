"""Where the fit of a measurement model begins: numbers near enough, and on the right side of zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.fitting import LatentMoments, Moments, likelihood, solve
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.structure import Structure, structure

if TYPE_CHECKING:
    import numpy as np


def start_of(built: Structure, samples: Sequence[Moments | LatentMoments]) -> np.ndarray:
    """Return a rough start, factors of variance 1: half of each variance common; signs, means, thresholds as seen.

    Notes
    -----
    A factor's items get the signs of the first principal component of their correlations, its first item up: from the
    wrong side of zero the steps do not come back.
    """
    import numpy as np

    theta = np.zeros(len(built.labels))
    along = [_along(built, g, _correlations(sample)) for g, sample in enumerate(samples)]
    for k, label in enumerate(built.labels):
        sample, first = samples[label.group], label.place[0]
        variance = np.diag(sample.covariance) if isinstance(sample, Moments) else np.ones(len(built.items))
        own = len(label.place) > 1 and first == label.place[1]
        signs, between = along[label.group]
        if label.matrix == "loading":
            theta[k] = 0.6 * signs[label.place] * np.sqrt(variance[first])
        elif label.matrix == "residual" and own:
            theta[k] = 0.5 * variance[first] if isinstance(sample, Moments) else 1.0
        elif label.matrix == "factor":
            theta[k] = 1.0 if own else between[label.place]
        elif label.matrix == "intercept" and isinstance(sample, Moments):
            theta[k] = sample.mean[first]
        elif label.matrix == "threshold" and isinstance(sample, LatentMoments):
            asked = np.argwhere(built.index["threshold"][label.group] >= 0)
            at = int(np.flatnonzero((asked == label.place).all(axis=1))[0])
            theta[k] = sample.value[at] * (1.0 if built.delta else 1.2)  # 1.2: root of 1 + 0.6 squared
    return theta


def _correlations(sample: Moments | LatentMoments) -> np.ndarray:
    """Return the correlations of a group's items, Pearson's or polychoric."""
    import numpy as np

    if isinstance(sample, Moments):
        spread = np.sqrt(np.diag(sample.covariance))
        return np.asarray(sample.covariance / np.outer(spread, spread))
    return sample.correlations


def _along(built: Structure, group: int, r: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the sign of each item on each factor, and rough correlations of the factors."""
    import numpy as np

    carried = (built.index["loading"][group] >= 0) | (built.fixed["loading"][group] != 0)
    weight = np.zeros(carried.shape)
    for f in range(carried.shape[1]):
        own = np.flatnonzero(carried[:, f])
        vector = np.linalg.eigh(r[np.ix_(own, own)])[1][:, -1]
        weight[own, f] = vector * (-1.0 if vector[0] < 0 else 1.0)
    spread = np.sqrt(np.maximum(np.einsum("jf,jk,kf->f", weight, r, weight), 1e-12))
    between = np.clip(weight.T @ r @ weight / np.outer(spread, spread), -0.7, 0.7)
    return np.where(weight < 0, -1.0, 1.0), between


def marked(model: Model, built: Structure, samples: Sequence[Moments]) -> np.ndarray:
    """Return a start for factors in the unit of their first item: the fit with factors of variance 1, turned so.

    Both say the same of the answers; but a marker that is weak or reversed puts a start of its own far from the end.
    """
    import numpy as np

    unit = structure(model, replace(built.plan, marker=False))
    start = start_of(unit, samples)
    found = solve(partial(likelihood, unit, samples), start)
    matrices = {name: part[0] for name, part in unit.fill((start if found is None else found.theta)[None, :]).items()}
    first = np.array([built.items.index(model.factors[factor][0]) for factor in built.factors])
    scale = matrices["loading"][:, first, np.arange(len(first))]
    scale = np.where(np.abs(scale) < 1e-6, 1e-6, scale)
    matrices["loading"] = matrices["loading"] / scale[:, None, :]
    matrices["factor"] = matrices["factor"] * scale[:, :, None] * scale[:, None, :]
    matrices["mean"] = matrices["mean"] * scale
    return np.array([matrices[label.matrix][(label.group, *label.place)] for label in built.labels])
