"""Lists the numbers of a fitted model by name, with standard errors and standardised values; sees improper ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.cfa import Parameter
from chairs.surveys.psychometrics.structure import Structure

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What was taken off each item, and what it was then divided by, before the fit."""

    centre: np.ndarray
    scale: np.ndarray


def listed(
    built: Structure, theta: np.ndarray, covariance: np.ndarray, names: Sequence[str], units: Units | None = None
) -> tuple[Parameter, ...]:
    """Return every number of the model, fixed ones (standard error 0) included, group by group, in `units`."""
    import numpy as np

    se = np.sqrt(np.maximum(np.diag(covariance), 0))
    matrices = {name: values[0] for name, values in built.fill(theta[None, :]).items()}
    found: list[Parameter] = []
    for g, group in enumerate(names):
        standard = _standard(built, {name: values[g] for name, values in matrices.items()})
        for matrix, place, lhs, op, rhs in _places(built, g):
            number = int(built.index[matrix][(g, *place)])
            unit = 1.0 if units is None else _unit(built, matrix, place, units.scale)
            shift = float(units.centre[place]) if units is not None and matrix == "intercept" else 0.0
            found.append(
                Parameter(
                    group=group, lhs=lhs, op=op, rhs=rhs,
                    estimate=float(unit * matrices[matrix][(g, *place)]) + shift,
                    se=float(unit * se[number]) if number >= 0 else 0.0,
                    standardised=float(standard[matrix][place]) if matrix in standard else None,
                )
            )  # fmt: skip
    return tuple(found)


def _unit(built: Structure, matrix: str, place: tuple[int, ...], scale: np.ndarray) -> float:
    """Return what one unit of a number of the fit is worth; a factor's unit is that of its marker, or its own."""
    import numpy as np

    marked = built.fixed["loading"][0].T == 1
    factor = np.array([scale[int(np.argmax(row))] if row.any() else 1.0 for row in marked])
    if matrix == "loading":
        return float(scale[place[0]] / factor[place[1]])
    return float(np.prod((factor if matrix in ("factor", "mean") else scale)[list(place)]))


Place = tuple[str, tuple[int, ...], str, str, str]


def _places(built: Structure, g: int) -> Iterator[Place]:
    """Yield matrix, position and written form of what the model holds in a group."""
    items, factors = built.items, built.factors
    for f, j in _positions(len(factors), len(items)):
        if built.index["loading"][g, j, f] >= 0 or built.fixed["loading"][g, j, f] != 0:
            yield "loading", (j, f), factors[f], "=~", items[j]
    for j, k in _positions(len(items), len(items)):
        if (j == k and not built.delta) or (k < j and built.index["residual"][g, j, k] >= 0):
            yield "residual", (j, k), items[k], "~~", items[j]
    for f, h in _positions(len(factors), len(factors)):
        if h <= f:
            yield "factor", (f, h), factors[h], "~~", factors[f]
    yield from _levels(built, g)


def _levels(built: Structure, g: int) -> Iterator[Place]:
    """Yield thresholds, intercepts and factor means, where the model has them."""
    if built.ordinal:
        for j, k in _positions(*built.index["threshold"].shape[1:]):
            if built.index["threshold"][g, j, k] >= 0:
                yield "threshold", (j, k), built.items[j], "|", f"t{k + 1}"
    several = built.plan.groups > 1
    for j, item in enumerate(built.items if several or not built.ordinal else ()):
        yield "intercept", (j,), item, "~1", ""
    for f, factor in enumerate(built.factors if several else ()):
        yield "mean", (f,), factor, "~1", ""


def _positions(rows: int, columns: int) -> Iterator[tuple[int, int]]:
    """Yield the positions of a matrix, row by row."""
    return product(range(rows), range(columns))


def _standard(built: Structure, m: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return loadings, residuals and factor covariances when items and factors have variance 1."""
    import numpy as np

    common = m["loading"] @ m["factor"] @ m["loading"].T
    total = np.ones(len(built.items)) if built.delta else np.diag(common + m["residual"])
    spread, unit = np.sqrt(total), np.sqrt(np.abs(np.diag(m["factor"])))
    return {
        "loading": m["loading"] * unit / spread[:, None],
        "residual": m["residual"] / np.outer(spread, spread),
        "factor": m["factor"] / np.outer(unit, unit),
    }


def improper(built: Structure, theta: np.ndarray) -> tuple[str, ...]:
    """Return the warnings that the estimates call for: negative variances, loadings or correlations beyond 1."""
    import numpy as np

    found = []
    matrices = built.fill(theta[None, :])
    common = matrices["loading"] @ matrices["factor"] @ np.swapaxes(matrices["loading"], -1, -2)
    factor = np.diagonal(matrices["factor"], axis1=-2, axis2=-1)
    residual = np.diagonal(matrices["residual"], axis1=-2, axis2=-1)
    if built.delta:
        residual = 1 - np.diagonal(common, axis1=-2, axis2=-1)
    if (residual < 0).any() or (factor < 0).any():
        found.append("heywood")
    if (factor > 0).all() and np.linalg.eigvalsh(matrices["factor"][0]).min() < 0:
        found.append("factors_collinear")
    return tuple(found)
