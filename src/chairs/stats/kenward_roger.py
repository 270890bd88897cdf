"""Kenward and Roger's standard errors and degrees of freedom for coefficients of a linear mixed model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Rows independent of all others.

    Parameters
    ----------
    design
        Fixed-effect columns, shape (rows, k).
    parts
        Derivative of their covariance matrix in each variance (or covariance) between groups, shape (rows, rows).
    values
        Those variances, in the squared unit of the outcome.
    """

    design: np.ndarray
    parts: tuple[np.ndarray, ...]
    values: tuple[float, ...]


def kenward_roger(
    blocks: Sequence[Block], coefficients: int, leftover: int, residual: float
) -> tuple[np.ndarray, np.ndarray]:
    r"""Return the adjusted covariance of the coefficients, shape (k, k), and the degrees of freedom of each, (k,).

    Parameters
    ----------
    blocks
        The data; establishments of thousands of answers may be given as a few rows with the same sums of products.
    coefficients
        k.
    leftover
        Rows that such a reduction took out: they only inform the residual variance.
    residual
        The residual variance.

    Notes
    -----
    Kenward & Roger 1997, *Biometrics* 53:983-997, with the expected information of the restricted likelihood and
    covariances linear in the variances (Halekoh & Højsgaard 2014, *J. Stat. Softw.* 59(9)); for one coefficient their
    scaling is one and the degrees of freedom :math:`2/A`. Checked against lmerTest on sleepstudy, where a balanced
    design gives exactly 17, and on designs where the answer is known from analysis of variance.

    Examples
    --------
    >>> import numpy as np
    >>> group = Block(design=np.ones((4, 1)), parts=(np.ones((4, 4)),), values=(2.0,))
    >>> covariance, df = kenward_roger([group] * 6, 1, 0, 1.0)
    >>> covariance.round(4).tolist(), df.round(4).tolist()  # (4 x 2 + 1) / 24, six groups: five degrees of freedom
    ([[0.375]], [5.0])
    """
    import numpy as np

    count = len(blocks[0].values) + 1
    k = coefficients
    gram, first = np.zeros((k, k)), np.zeros((count, k, k))
    second, traces = np.zeros((count, count, k, k)), np.zeros((count, count))
    for block in blocks:
        parts = [*block.parts, np.eye(len(block.design))]
        v = sum(value * part for value, part in zip((*block.values, residual), parts, strict=True))
        inverse = np.linalg.inv(v)
        solved = inverse @ block.design
        gram += block.design.T @ solved
        moved = [part @ solved for part in parts]
        products = [inverse @ part for part in parts]
        for r in range(count):
            first[r] -= solved.T @ moved[r]
            for s in range(count):
                second[r, s] += moved[r].T @ inverse @ moved[s]
                traces[r, s] += np.einsum("ij,ji->", products[r], products[s])
    traces[-1, -1] += leftover / residual**2
    covariance = np.linalg.inv(gram)
    reached = np.einsum("ij,rjk->rik", covariance, first)
    information = traces - 2 * np.einsum("ij,rsji->rs", covariance, second)
    information += np.einsum("rij,sji->rs", reached, reached)
    spread = 2 * np.linalg.pinv(information, hermitian=True)
    inside = second - np.einsum("rij,jk,skl->rsil", first, covariance, first)
    adjusted = covariance + 2 * covariance @ np.einsum("rs,rsij->ij", spread, inside) @ covariance
    effect = np.einsum("rij,jk->rik", reached, covariance)[:, range(k), range(k)] / np.diag(covariance)
    df = 2 / np.einsum("rk,rs,sk->k", effect, spread, effect)
    return (adjusted + adjusted.T) / 2, df
