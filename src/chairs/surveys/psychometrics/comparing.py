"""Tests between nested models fitted to the same moments: difference of fit, score tests of single equalities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.cfa import Fit
from chairs.surveys.psychometrics.fit_indices import p_value
from chairs.surveys.psychometrics.fitting import LatentMoments, Moments, Whitened, least_squares, likelihood, solve
from chairs.surveys.psychometrics.model import Model
from chairs.surveys.psychometrics.ordinal import adjusted, whitened_gamma
from chairs.surveys.psychometrics.structure import Structure, structure

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a constraint costs: chi-square difference (adjusted for ordinal models), change of CFI and of RMSEA."""

    chisq: float
    df: int
    p: float | None
    cfi: float | None
    rmsea: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTest:
    """How much the fit would gain if one item were no longer equal in the groups."""

    item: str
    chisq: float
    df: int
    p: float | None


def difference(stricter: Fit, looser: Fit) -> Difference:
    """Return the cost of the constraints of `stricter`, a model nested in `looser`.

    Notes
    -----
    Continuous items: the difference of the two chi-squares. Ordinal items: the difference of the two discrepancies,
    scaled and shifted by the traces of the whitened Gamma on the directions that only the looser model has (Satorra
    2000; Asparouhov & Muthén 2010): differences of adjusted chi-squares are not chi-square.
    """
    assert stricter.indices is not None
    assert looser.indices is not None
    assert stricter.solution is not None
    assert looser.solution is not None
    df = stricter.indices.df - looser.indices.df
    if stricter.structure is not None and stricter.structure.ordinal:
        gap = stricter.n * (stricter.solution.at.value - looser.solution.at.value)
        extra = _directions(stricter.solution.at.jacobian, _looser_at(stricter, looser))
        part = extra.T @ whitened_gamma(_latent(stricter)) @ extra
        chisq = adjusted(gap, df, float(part.trace()), float((part**2).sum()))[0] if df > 0 else 0.0
    else:
        chisq = stricter.indices.chisq - looser.indices.chisq
    return Difference(
        chisq=max(chisq, 0.0),
        df=df,
        p=p_value(chisq, df),
        cfi=_change(stricter.indices.cfi, looser.indices.cfi),
        rmsea=_change(stricter.indices.rmsea, looser.indices.rmsea),
    )


def score_tests(fit: Fit, model: Model, matrix: str) -> tuple[ScoreTest, ...]:
    r"""Return, for each item still equal in `matrix`, the test of letting it differ, largest first.

    Notes
    -----
    The projection of the whitened residuals on the directions Q that the released item adds:
    :math:`N\,r'Q(Q'\Gamma Q)^{-1}Q'r`, with :math:`\Gamma=I` for normal-theory likelihood (there it is Rao's score
    test, the "modification index") and the estimated Gamma for ordinal items (generalised score test, Boos 1992,
    *American Statistician* 46:327).
    """
    import numpy as np

    assert fit.structure is not None
    assert fit.solution is not None
    plan = fit.structure.plan
    gamma = whitened_gamma(_latent(fit)) if fit.structure.ordinal else None
    found = []
    for item in model.items:
        if item in plan.released:
            continue
        wider = structure(model, replace(plan, loose={item: matrix}))
        at = _measured(wider, fit)
        extra = _directions(fit.solution.at.jacobian, at.jacobian)
        if extra.shape[1] == 0:
            continue
        score = extra.T @ fit.solution.at.residual
        spread = np.eye(extra.shape[1]) if gamma is None else extra.T @ gamma @ extra
        chisq = fit.n * float(score @ np.linalg.solve(spread, score))
        found.append(ScoreTest(item=item, chisq=chisq, df=extra.shape[1], p=p_value(chisq, extra.shape[1])))
    return tuple(sorted(found, key=lambda test: (-test.chisq / test.df, test.item)))


def _looser_at(stricter: Fit, looser: Fit) -> np.ndarray:
    """Return the whitened derivatives of the looser model where it implies the very moments of the stricter one."""
    assert stricter.structure is not None
    assert looser.structure is not None
    assert stricter.solution is not None
    assert looser.solution is not None
    implied = stricter.structure.moments(stricter.solution.theta[None, :])
    as_implied = [replace(s, value=m[0]) for s, m in zip(_latent(stricter), implied, strict=True)]
    there = solve(partial(least_squares, looser.structure, as_implied), looser.solution.theta)
    return looser.solution.at.jacobian if there is None else there.at.jacobian


def _latent(fit: Fit) -> list[LatentMoments]:
    return [sample for sample in fit.samples if isinstance(sample, LatentMoments)]


def _measured(wider: Structure, fit: Fit) -> Whitened:
    """Return the whitened derivatives of a structure with more free numbers, at the estimates of `fit`."""
    import numpy as np

    assert fit.structure is not None
    assert fit.solution is not None
    matrices = fit.structure.fill(fit.solution.theta[None, :])
    theta = np.array([matrices[label.matrix][(0, label.group, *label.place)] for label in wider.labels])
    if wider.ordinal:
        at = least_squares(wider, _latent(fit), theta)
    else:
        at = likelihood(wider, [sample for sample in fit.samples if isinstance(sample, Moments)], theta)
    assert at is not None  # the same moments as those of `fit`
    return at


def _directions(narrow: np.ndarray, wide: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis of what `wide` spans beyond `narrow`."""
    import numpy as np

    basis = np.linalg.qr(narrow)[0]
    scale = np.maximum(np.linalg.norm(wide, axis=0), 1e-12)
    rest = wide / scale
    rest = rest - basis @ (basis.T @ rest)
    rest = rest - basis @ (basis.T @ rest)
    left, sizes, _ = np.linalg.svd(rest, full_matrices=False)
    return np.asarray(left[:, sizes > 1e-6])


def _change(new: float | None, old: float | None) -> float | None:
    return None if new is None or old is None else new - old
