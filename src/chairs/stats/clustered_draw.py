"""Draws the missing values of one variable from a regression with establishment effects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from chairs.stats.cross_products import independent

if TYPE_CHECKING:
    import numpy as np

Kind = Literal["normal", "matched", "binary"]
DONORS = 5  # people nearest in expectation, one of whom lends his value
FEWEST_CLUSTERS = 3  # for the effects to have a variance


@dataclass(slots=True, kw_only=True, eq=False)
class Chain:
    """Where the sampler of one variable stands between two cycles of one imputation.

    Parameters
    ----------
    residual, between
        Variances of respondents and of establishments.
    latent
        Values behind a variable of two values, of the rows where it is known.
    """

    kind: Kind
    residual: float = 1.0
    between: float = 0.0
    started: bool = False
    latent: np.ndarray | None = field(default=None)


def draw(
    chain: Chain, y: np.ndarray, known: np.ndarray, x: np.ndarray, group: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    r"""Return values for the rows where `y` is not known, and move the chain on.

    Parameters
    ----------
    y, known
        The variable (0 or 1 for `binary`) and where it was observed.
    x
        Predictors of all rows with the column of ones; a column that the others determine is passed over.
    group
        Code of the establishment from 0; all 0 for a variable of establishments themselves.

    Notes
    -----
    Gibbs sampling of :math:`y = x'\beta + u_g + e` on the known rows: :math:`\beta` with :math:`u` integrated out,
    then :math:`u`, :math:`\sigma^2`, :math:`\tau^2` (flat on :math:`\tau`). A variable of two values is probit: its
    latent values are drawn around the same mean with variance 1 (Albert & Chib 1993, *JASA* 88:669-679). `matched`
    takes the value of one of the five people nearest in expectation (Little 1988, *J. Bus. Econ. Stat.* 6:287-296),
    which keeps bounds and steps of a scale.
    """
    import numpy as np

    columns = independent(x[known].T @ x[known])
    x, many = x[:, columns], int(group.max(initial=0)) + 1
    inside, here = x[known], group[known]
    target = y[known] if chain.kind != "binary" else _latent(chain, y[known], random)
    if not chain.started:
        _start(chain, target, inside, here, many)
    beta, effects = _coefficients(chain, target, inside, (here, many), random)
    expected = x @ beta + effects[group]
    rest = target - expected[known]
    if chain.kind == "binary":
        chain.latent = _truncated(expected[known], y[known] > 0.5, random)
    else:
        free = max(len(target) - inside.shape[1], 1)
        chain.residual = max(float(rest @ rest), 1e-12) / random.chisquare(free)
    if many >= FEWEST_CLUSTERS:
        chain.between = max(float(effects @ effects), 1e-12) / random.chisquare(many - 1)
    missing = expected[~known]
    if chain.kind == "binary":
        return np.asarray(missing + random.standard_normal(len(missing)) > 0, dtype=float)
    if chain.kind == "matched":
        return _matched(missing, expected[known], y[known], random)
    return np.asarray(missing + np.sqrt(chain.residual) * random.standard_normal(len(missing)))


def _start(chain: Chain, y: np.ndarray, x: np.ndarray, group: np.ndarray, many: int) -> None:
    """Set the variances by analysis of variance of the residuals."""
    import numpy as np

    rest = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    count = np.bincount(group, minlength=many)
    means = np.bincount(group, rest, many) / np.maximum(count, 1)
    within = rest - means[group]
    free = max(len(y) - int((count > 0).sum()), 1)
    sigma2 = float(within @ within) / free if many > 1 else float(rest @ rest) / max(len(y) - x.shape[1], 1)
    chain.residual = 1.0 if chain.kind == "binary" else max(sigma2, 1e-12)
    size = max(float(count[count > 0].mean()), 1.0)
    spread = float(means[count > 0].var()) - chain.residual / size
    chain.between = max(spread, 0.01 * chain.residual) if many >= FEWEST_CLUSTERS else 0.0
    chain.started = True


def _coefficients(
    chain: Chain, y: np.ndarray, x: np.ndarray, clusters: tuple[np.ndarray, int], random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the coefficients with the effects integrated out, then the effects."""
    import numpy as np

    group, many = clusters
    count = np.bincount(group, minlength=many)
    keep = chain.between / (chain.residual + count * chain.between)
    sums = np.column_stack([np.bincount(group, column, many) for column in x.T])
    total = np.bincount(group, y, many)
    precision = (x.T @ x - (sums * keep[:, None]).T @ sums) / chain.residual
    right = (x.T @ y - sums.T @ (keep * total)) / chain.residual
    factor = np.linalg.cholesky(precision + 1e-12 * np.diag(np.diag(precision)))
    beta = np.linalg.solve(factor.T, np.linalg.solve(factor, right) + random.standard_normal(len(right)))
    if chain.between == 0:
        return beta, np.zeros(many)
    centre = keep * (total - sums @ beta)
    return beta, centre + np.sqrt(keep * chain.residual) * random.standard_normal(many)


def _latent(chain: Chain, y: np.ndarray, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    if chain.latent is None:
        share = float(np.clip(y.mean(), 0.01, 0.99))
        from scipy.special import ndtri

        chain.latent = _truncated(np.full(len(y), float(ndtri(share))), y > 0.5, random)
    return chain.latent


def _truncated(mean: np.ndarray, above: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw normals of variance 1 that lie above 0 where `above`, below elsewhere."""
    import numpy as np
    from scipy.special import ndtr, ndtri

    sign = np.where(above, 1.0, -1.0)
    room = ndtr(sign * mean)
    return np.asarray(mean - sign * ndtri(np.clip(room * (1 - random.random(len(mean))), 1e-300, 1 - 1e-16)))


def _matched(wanted: np.ndarray, expected: np.ndarray, values: np.ndarray, random: np.random.Generator) -> np.ndarray:
    import numpy as np

    order = np.argsort(expected, kind="stable")
    sorted_expected = expected[order]
    donors = min(DONORS, len(order))
    first = np.searchsorted(sorted_expected, wanted) - donors
    window = np.clip(first[:, None] + np.arange(2 * donors), 0, len(order) - 1)
    far = np.abs(sorted_expected[window] - wanted[:, None])
    far[:, 1:][window[:, 1:] == window[:, :-1]] = np.inf  # a clipped end counts once
    nearest = np.take_along_axis(window, np.argsort(far, axis=1, kind="stable")[:, :donors], axis=1)
    chosen = nearest[np.arange(len(wanted)), random.integers(0, donors, len(wanted))]
    return np.asarray(values[order[chosen]])
