"""What a model says of means and covariances in each group: its matrices, their free numbers, what they imply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.surveys.psychometrics.model import Model

if TYPE_CHECKING:
    import numpy as np

STEP = 1e-30  # of the complex-step derivative: far below rounding, since nothing is subtracted


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """Place of one free number: matrix, first group that has it, position."""

    matrix: str
    group: int
    place: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How groups share a model.

    Parameters
    ----------
    groups
        How many.
    equal
        Matrices that the groups share: `threshold`, `loading`, `intercept`, `residual`.
    released
        Item -> first of the matrices (in the order of the steps) in which it no longer is shared.
    marker
        Does the first item of each factor set its unit (loading 1)? Otherwise the factor's variance is 1 (in the
        first group, once loadings are shared).
    categories
        Number of answer categories of each item, for ordinal models; None for continuous items.
    loose
        Items whose equality is lifted without any number being fixed in exchange (for score tests only).
    """

    groups: int = 1
    equal: frozenset[str] = frozenset()
    released: Mapping[str, str] = field(default_factory=dict)
    marker: bool = True
    categories: tuple[int, ...] | None = None
    loose: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """Matrices of a model: for each, which free number stands where (-1: none) and the fixed values."""

    items: tuple[str, ...]
    factors: tuple[str, ...]
    plan: Plan
    index: Mapping[str, np.ndarray]
    fixed: Mapping[str, np.ndarray]
    labels: tuple[Label, ...]

    @property
    def ordinal(self) -> bool:
        """Whether the items are ordered categories."""
        return self.plan.categories is not None

    def fill(self, theta: np.ndarray) -> dict[str, np.ndarray]:
        """Return the matrices for free numbers of shape (batch, numbers): (batch, group, ...) each."""
        import numpy as np

        found = {}
        for name, index in self.index.items():
            values = np.broadcast_to(self.fixed[name].astype(theta.dtype), (len(theta), *index.shape)).copy()
            free = index >= 0
            values[:, free] = theta[:, index[free]]
            found[name] = values
        return found

    def moments(self, theta: np.ndarray) -> list[np.ndarray]:
        """Return, by group, what the model implies: (batch, moments).

        Notes
        -----
        Continuous items: means, then the whole covariance. Ordinal items: standardised thresholds, then correlations
        below the diagonal, of latent answers whose variance is 1 (delta) where residuals are not in the model, or
        the common part plus the residual (theta).
        """
        import numpy as np

        m = self.fill(theta)
        loading = m["loading"]
        common = loading @ m["factor"] @ np.swapaxes(loading, -1, -2)
        means = m["intercept"] + np.squeeze(loading @ m["mean"][..., None], -1)
        sigma = common + m["residual"]
        if not self.ordinal:
            return [
                np.concatenate([means[:, g], sigma[:, g].reshape(len(theta), -1)], axis=1)
                for g in range(self.plan.groups)
            ]
        if self.delta:
            scale = np.ones_like(means)
        else:
            with np.errstate(invalid="ignore"):  # a negative variance: NaN, which the fit steps back from
                scale = 1 / np.sqrt(np.diagonal(sigma, axis1=-2, axis2=-1))
        standard = (m["threshold"] - means[..., None]) * scale[..., None]
        r = sigma * scale[..., None] * scale[..., None, :]
        low = np.tril_indices(len(self.items), -1)
        asked = self.index["threshold"] >= 0
        return [
            np.concatenate([standard[:, g][:, asked[g]], r[:, g][:, low[0], low[1]]], axis=1)
            for g in range(self.plan.groups)
        ]

    @property
    def delta(self) -> bool:
        """Whether residual variances are what is left of 1 (delta), not numbers of their own (theta)."""
        return self.ordinal and "threshold" not in self.plan.equal

    def jacobian(self, theta: np.ndarray) -> list[np.ndarray]:
        """Return, by group, the derivatives of the moments: (moments, numbers), exact to rounding.

        Notes
        -----
        Complex step: f(x + ih) = f(x) + ih f'(x), all numbers at once (Squire & Trapp 1998, *SIAM Review* 40:110).
        """
        import numpy as np

        batch = theta[None, :] + 1j * STEP * np.eye(len(theta))
        return [np.imag(part).T / STEP for part in self.moments(batch)]


STEPS = ("threshold", "loading", "intercept", "residual")


class _Numbering:
    """Gives each free place its number, one for all groups where they share it."""

    def __init__(self, plan: Plan, items: tuple[str, ...]) -> None:
        self.plan, self.items = plan, items
        self.labels: list[Label] = []

    def shares(self, name: str, item: int) -> bool:
        """Whether the groups share this matrix for this item."""
        if name not in self.plan.equal:
            return False
        lifted = [
            kinds[self.items[item]] for kinds in (self.plan.released, self.plan.loose) if self.items[item] in kinds
        ]
        return all(STEPS.index(name) < STEPS.index(kind) for kind in lifted)

    def number(self, name: str, free: np.ndarray, symmetric: bool = False) -> np.ndarray:
        """Return the numbers of the free places: (group, ...)."""
        import numpy as np

        index = np.full(free.shape, -1)
        for place in map(tuple, np.argwhere(free.any(axis=0))):
            if symmetric and place[0] < place[1]:
                continue
            together = name in STEPS and self.shares(name, place[0])
            for group in np.flatnonzero(free[(slice(None), *place)]):
                if index[(group, *place)] >= 0:
                    continue
                same = np.flatnonzero(free[(slice(None), *place)]) if together else [group]
                for other in same:
                    index[(other, *place)] = len(self.labels)
                    if symmetric:
                        index[(other, *place[::-1])] = len(self.labels)
                self.labels.append(Label(matrix=name, group=int(group), place=tuple(int(x) for x in place)))
        return index


def structure(model: Model, plan: Plan) -> Structure:
    """Return the matrices of `model` as the groups of `plan` share them.

    Notes
    -----
    Continuous items: once loadings are shared, factor variances are free after the first group; once intercepts are,
    factor means are (Meredith 1993, *Psychometrika* 58:525-543). Ordinal items: thresholds first, then loadings,
    intercepts, residual variances, each with the numbers it frees in exchange, after Wu & Estabrook (2016,
    *Psychometrika* 81:1014-1045); an item of two categories keeps residual variance 1.
    """
    import numpy as np

    items, factors, groups = model.items, tuple(model.factors), plan.groups
    shape = (groups, len(items), len(factors))
    loads = np.array([[item in model.factors[f] for f in factors] for item in items])
    numbering = _Numbering(plan, items)
    free: dict[str, np.ndarray] = {"loading": np.broadcast_to(loads, shape).copy()}
    fixed: dict[str, np.ndarray] = {"loading": np.zeros(shape)}
    if plan.marker:
        for column, factor in enumerate(factors):
            first = items.index(model.factors[factor][0])
            free["loading"][:, first, column], fixed["loading"][:, first, column] = False, 1.0
    later = np.arange(groups) > 0
    free["factor"] = np.full((groups, len(factors), len(factors)), not model.orthogonal)
    fixed["factor"] = np.broadcast_to(np.eye(len(factors)), free["factor"].shape).copy()
    unit = np.broadcast_to(np.eye(len(factors), dtype=bool), free["factor"].shape)
    free["factor"][unit] = plan.marker
    if not plan.marker and "loading" in plan.equal:
        free["factor"][unit & later[:, None, None]] = True
    free["mean"] = np.broadcast_to(later[:, None] & ("intercept" in plan.equal), (groups, len(factors)))
    _own(free, fixed, model, numbering)
    index = {name: numbering.number(name, free[name], name in ("factor", "residual")) for name in sorted(free)}
    fixed = {name: fixed.get(name, np.zeros(free[name].shape)) for name in free}
    return Structure(
        items=items, factors=factors, plan=plan, index=index, fixed=fixed, labels=tuple(numbering.labels)
    )  # fmt: skip


def _own(free: dict[str, np.ndarray], fixed: dict[str, np.ndarray], model: Model, numbering: _Numbering) -> None:
    """Add what is each item's own: intercepts, residuals and, for ordinal items, thresholds."""
    import numpy as np

    plan, items = numbering.plan, model.items
    groups, p = plan.groups, len(items)
    later = (np.arange(groups) > 0)[:, None]
    free["residual"] = np.zeros((groups, p, p), dtype=bool)
    for one, other in model.residuals:
        a, b = items.index(one), items.index(other)
        free["residual"][:, a, b] = free["residual"][:, b, a] = True
    diagonal = np.arange(p)
    if plan.categories is None:
        free["residual"][:, diagonal, diagonal] = True
        free["intercept"] = np.ones((groups, p), dtype=bool)
        return
    ranks = np.arange(max(plan.categories) - 1)
    asked = ranks < (np.array(plan.categories) - 1)[:, None]
    free["threshold"] = np.broadcast_to(asked, (groups, *asked.shape))
    fixed["residual"] = np.broadcast_to(np.eye(p), (groups, p, p))
    bound = np.array([("threshold" in plan.equal) and _still(plan, item, "threshold") for item in items])
    level = np.array([("intercept" in plan.equal) and _still(plan, item, "intercept") for item in items])
    spread = np.array([("residual" in plan.equal) and _still(plan, item, "residual") for item in items])
    several = np.array(plan.categories) > 2
    free["intercept"] = later & (bound & (~level | _loose(plan, items, "intercept")))
    free["residual"][:, diagonal, diagonal] = later & bound & several & (~spread | _loose(plan, items, "residual"))


def _still(plan: Plan, item: str, name: str) -> bool:
    return item not in plan.released or STEPS.index(name) < STEPS.index(plan.released[item])


def _loose(plan: Plan, items: tuple[str, ...], name: str) -> np.ndarray:
    import numpy as np

    return np.array([item in plan.loose and STEPS.index(name) >= STEPS.index(plan.loose[item]) for item in items])
