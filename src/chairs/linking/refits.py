"""Fits a claim again without some establishments, from what is summed of each once; foretells what each one does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from chairs.linking.cells import covariates_of
from chairs.linking.ladder import COLLINEAR, ERRORS, FEWEST, STILL, TOO_FEW, sums_of
from chairs.linking.ordered import design
from chairs.linking.protocol import Protocol
from chairs.stats.cross_products import NOTHING
from chairs.stats.estimate import Estimate, estimated

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

    from chairs.stats.cross_products import CrossProducts

SOUND = 1e-10  # least eigenvalue of the scaled information, under which what is left determines no slope
PERFECT = ("separation", "no_variance", "no_convergence")  # no interval: the link may have become perfect


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refit:
    """One fit: its estimate, and the score (clusters, k) and information (clusters, k, k) it is made of.

    `at` is the exposure's place among the k columns; without an estimate there is no score. `leaning` tells the side of
    a link that became perfect: the sign of the slope which reproduces the data, 0 where it adds nothing to the rest.
    """

    estimate: Estimate
    leaning: float = 0.0
    score: np.ndarray | None = None
    gram: np.ndarray | None = None
    at: int = -1

    def bound(self, sign: float) -> float:
        """Return the end of the interval that faces zero, times `sign`; not above zero: the claim is overturned.

        A fit without an interval overturns too, unless the link became perfect (`PERFECT`) on the same side: an outcome
        which the rest explains entirely leaves nothing of the link, and no interval either.
        """
        one = self.estimate
        if one.low is None or one.high is None:
            return float("inf") if one.reason in PERFECT and sign * self.leaning > 0 else -float("inf")
        return min(sign * one.low, sign * one.high)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Refits:
    """A claim laid out: its establishments in order, and the fit of those that a mask keeps."""

    names: np.ndarray
    columns: int
    without: Callable[[np.ndarray], Refit]


def refits(table: pd.DataFrame, protocol: Protocol) -> Refits:
    """Lay out the rows of `cells` for many fits of the protocol's primary model."""
    return _ordered(table) if protocol.model == "ordinal" else _linear(table, protocol.estimand == "within")


def _linear(table: pd.DataFrame, within: bool) -> Refits:
    """Lay the sums of each establishment out; a fit adds up those that are kept."""
    import numpy as np

    from chairs.stats.cross_products import INTERCEPT, independent

    whole = sums_of(table, covariates_of(table))
    raw = whole if within else whole.split(["exposure"])
    terms = raw.terms if within else (INTERCEPT, *raw.terms)
    source, mixed = _Kept(raw, terms), _Kept(whole, (INTERCEPT, *whole.terms))
    moved = raw.within().selected((*terms, raw.outcome)).products if within else source.products
    at = terms.index("exposure" if within else "exposure (between)")

    def without(kept: np.ndarray) -> Refit:
        blank = Estimate(term="exposure", n=int(raw.rows[kept].sum()), clusters=int(kept.sum()), method=ERRORS)
        total, about = source.sums(kept)
        reason = None
        if (blank.clusters or 0) < FEWEST:
            reason = TOO_FEW
        elif not about[-1] > NOTHING * total[-1, -1]:
            reason = "constant_outcome"
        elif within and moved[kept, -1, -1].sum() <= NOTHING * about[-1]:
            reason = STILL
        elif not within and not independent(*mixed.covariates(kept))[-1]:
            reason = COLLINEAR  # covariates may determine the exposure and none of the two parts it is split into
        if reason:
            return Refit(estimate=replace(blank, reason=reason))
        return _least_squares(moved[kept], about, at, blank, int(kept.sum()) if within else 0)

    return Refits(names=np.array(raw.clusters), columns=len(terms), without=without)


class _Kept:
    """The products of some columns by establishment, the outcome last, and their sums over those that a mask keeps."""

    def __init__(self, sums: CrossProducts, terms: tuple[str, ...]) -> None:
        chosen = sums.selected((*terms, sums.outcome))
        self.products, self._intercept = chosen.products, terms[0] == sums.columns[0]
        self._first = sums.products[:, 0, [sums.position(column) for column in chosen.columns]]
        self._count = sums.products[:, 0, 0]

    def sums(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the summed products and each column's sum of squares about its mean (the intercept's own)."""
        total = self.products[kept].sum(axis=0)
        about = total.diagonal() - self._first[kept].sum(axis=0) ** 2 / self._count[kept].sum()
        about[0] = total[0, 0] if self._intercept else about[0]
        return total, about

    def covariates(self, kept: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the same without the outcome."""
        total, about = self.sums(kept)
        return total[:-1, :-1], about[:-1]


def _least_squares(products: np.ndarray, about: np.ndarray, at: int, blank: Estimate, absorbed: int) -> Refit:
    """Regress on the columns that those before them leave free, as `chairs.stats.panel` does, errors of one only."""
    import numpy as np

    from chairs.stats.cluster_robust import sandwich
    from chairs.stats.cross_products import independent

    total = products.sum(axis=0)
    used = np.flatnonzero(independent(total[:-1, :-1], about[:-1]))
    if blank.n - absorbed - len(used) < 1:
        return Refit(estimate=replace(blank, reason=TOO_FEW))
    if at not in used:
        return Refit(estimate=replace(blank, reason=COLLINEAR))
    gram, xy = products[:, used[:, None], used], products[:, used, -1]
    beta = np.linalg.solve(gram.sum(axis=0), xy.sum(axis=0))
    place, score = int(np.searchsorted(used, at)), xy - gram @ beta
    slope = float(beta[place])
    if total[-1, -1] - xy.sum(axis=0) @ beta <= NOTHING * about[-1]:
        leaning = slope if slope**2 * total[at, at] > NOTHING * about[-1] else 0.0
        return Refit(estimate=replace(blank, reason="no_variance"), leaning=leaning)
    robust = sandwich(gram, score, ERRORS, asked=(place,))
    error = float(np.sqrt(max(robust.covariance[0, 0], 0.0)))
    found = estimated(blank, slope, error, float(robust.df[0]))
    return Refit(estimate=found, score=score, gram=gram, at=place)


def _ordered(table: pd.DataFrame) -> Refits:
    """Lay the columns of proportional odds out; a fit takes the rows that are kept."""
    import numpy as np

    from chairs.stats.ordered_clusters import ordered_clusters

    names, x = design(table)
    outcome = table["outcome"].to_numpy(float)
    own, cluster = np.unique(table["establishment"].to_numpy(dtype=str), return_inverse=True)

    def without(kept: np.ndarray) -> Refit:
        rows = kept[cluster]
        if kept.sum() < FEWEST:
            blank = Estimate(term="exposure", n=int(rows.sum()), clusters=int(kept.sum()), reason=TOO_FEW)
            return Refit(estimate=blank)
        fit = ordered_clusters(outcome[rows], x[rows], names, cluster[rows])
        last = fit.estimates[-1]
        if last.estimate is None:
            return Refit(estimate=last, leaning=_side(outcome[rows], x[rows]))
        return Refit(estimate=last, score=fit.score, gram=fit.gram)

    return Refits(names=own, columns=len(names) + len(np.unique(outcome)), without=without)


def _side(classes: np.ndarray, x: np.ndarray) -> float:
    """Return the slope of the last column by least squares on the classes as numbers: where odds have none, its side.

    0 where it is rounding: whatever separates the classes is then another column.
    """
    import numpy as np

    own = np.column_stack([np.ones(len(x)), x])
    slope = float(np.linalg.lstsq(own, classes, rcond=None)[0][-1])
    size = float(((classes - classes.mean()) ** 2).sum())
    return slope if slope**2 * float((x[:, -1] ** 2).sum()) > NOTHING * size else 0.0


def foretold(fit: Refit, sign: float) -> np.ndarray:
    r"""Return the bound (see `Refit.bound`) that leaving each establishment out would give, by one step.

    Notes
    -----
    With the scores :math:`s_i`, the information :math:`g_i` and :math:`u_j` the exposure's row of the inverse
    information without :math:`j`, the slope moves by :math:`-d_j`'s entry, :math:`d_j = (\sum_{i \ne j} g_i)^{-1}s_j`,
    and its variance to :math:`\sum_{i \ne j}\{u_j'(s_i + g_i d_j)\}^2`, where :math:`u_j` in the terms of :math:`g_i`
    is the present row made as long as :math:`u_j`. The interval keeps its share of that variance. What leaves nothing
    to estimate comes first. Exact for the slope of least squares, one Newton step for ordered classes.
    """
    import numpy as np

    one = fit.estimate
    if fit.score is None or fit.gram is None or one.high is None or one.low is None or one.estimate is None:
        return np.zeros(0)
    spread = np.sqrt(np.diagonal(fit.gram.sum(axis=0)))
    score, gram = fit.score / spread, fit.gram / np.outer(spread, spread)
    left = gram.sum(axis=0) - gram
    sound = np.linalg.eigvalsh(left)[:, 0] > SOUND
    inverse = np.linalg.inv(left[sound])
    step = (inverse @ score[sound][:, :, None])[:, :, 0]
    row, now = inverse[:, fit.at], np.linalg.inv(gram.sum(axis=0))[fit.at]
    along, moved = score @ now, gram @ now
    size = row[:, fit.at] / now[fit.at]
    own = (row * score[sound]).sum(axis=1) + (row[:, None, :] @ gram[sound] @ step[:, :, None])[:, 0, 0]
    variance = ((row @ (score.T @ score)) * row).sum(axis=1) - own**2
    variance += size**2 * (2 * step @ (along @ moved) + ((step @ (moved.T @ moved)) * step).sum(axis=1))
    reach = (one.high - one.low) / 2 * np.sqrt(np.maximum(variance, 0.0) / float(along @ along))
    bounds = np.full(len(score), -np.inf)
    bounds[sound] = sign * (one.estimate - step[:, fit.at] / spread[fit.at]) - reach
    return bounds
