"""Finds how few establishments carry a claim: those whose removal makes its interval touch zero."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from chairs.linking.ladder import FEWEST, primary
from chairs.linking.protocol import Model, Protocol
from chairs.linking.refits import Refit, Refits, foretold, refits
from chairs.stats.estimate import Estimate

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

MOST = 0.25  # share of the establishments beyond which a removal is no longer a small change
TRIES = {"linear": 820, "ordinal": 410}  # lists that are all tried: of one and of two among 40 and 28 establishments
EFFORT = 2e6  # of the other fits of a search, so that an answer takes seconds (see `_Search.cost`)
WIDEST = 40  # establishments fitted without, at most, to choose the next one of a list
BESIDE = 3  # establishments tried in the place of each one of a list
NEARLY = 1e-9  # of the estimate: a bound this near zero may be on the other side for rounding


def fewest(table: pd.DataFrame, estimate: Estimate, protocol: Protocol) -> tuple[str, ...] | None:
    """Return few establishments whose removal makes the interval touch zero; empty where none was found.

    Notes
    -----
    What must move is the end of the interval that faces zero, not the slope: taking out a site far from the others may
    leave the slope where it is and widen the interval over zero. Four searches, each from what the former found, by
    fits without the list (`chairs.linking.refits`): the sites that are foretold to bring the bound nearest zero
    together, halved and foretold again as long as the list grows shorter; one at a time, the best of several refitted;
    exchanges of one of the list for one of the others; and every list of few sites (`tried`). What they find is fitted
    once more by the declared model.
    """
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return None
    search = _Search.of(refits(table, protocol), 1.0 if estimate.low > 0 else -1.0, protocol)
    best = search.together()
    best = search.shorter(best, search.one_by_one(best))
    best = search.shorter(best, search.exchanged(best))
    best = search.shorter(best, search.every(best, tried(search.sites, protocol.model)))
    named = tuple(str(search.claim.names[k]) for k in best)
    return named if named and overturned(table, named, protocol, search.sign) else ()


def tried(sites: int, model: Model = "linear") -> int:
    """Return the length up to which every list is tried.

    Examples
    --------
    >>> [tried(sites) for sites in (12, 24, 40, 41, 3000)], tried(28, "ordinal"), tried(29, "ordinal")
    ([3, 2, 2, 1, 0], 2, 1)
    """
    length, lists = 0, 0
    while length < longest(sites) and sites <= TRIES[model] // 4:
        lists += math.comb(sites, length + 1)
        if lists > TRIES[model]:
            break
        length += 1
    return length


def longest(sites: int) -> int:
    """Return the length of the longest list that is looked for: what is left must be enough for an estimate.

    Examples
    --------
    >>> [longest(sites) for sites in (8, 9, 11, 24)]
    [0, 1, 2, 6]
    """
    return max(min(int(MOST * sites), sites - FEWEST), 0)


def overturned(table: pd.DataFrame, removed: Sequence[str], protocol: Protocol, sign: float) -> bool:
    """Say whether the declared model without `removed` is no longer on its side of zero."""
    import numpy as np

    left = without(table, removed)
    estimate = primary(left, protocol.estimand, protocol.model)
    if estimate.low is not None:
        return Refit(estimate=estimate).bound(sign) <= 0
    laid = refits(left, protocol)  # which side a link without an interval leans to is read off the sums
    leaning = laid.without(np.ones(len(laid.names), dtype=bool)).leaning
    return Refit(estimate=estimate, leaning=leaning).bound(sign) <= 0


def without(table: pd.DataFrame, names: Collection[str]) -> pd.DataFrame:
    """Return the rows of the establishments not named."""
    return table[~table["establishment"].isin(names)].reset_index(drop=True)


@dataclass(slots=True, kw_only=True, eq=False)
class _Search:
    """A search for the shortest list, as places among the establishments; the bound of each list is kept."""

    claim: Refits
    sign: float
    near: float
    cost: float
    left: float = EFFORT
    bounds: dict[frozenset[int], float] = field(default_factory=dict)

    @classmethod
    def of(cls, claim: Refits, sign: float, protocol: Protocol) -> _Search:
        whole = claim.without(_mask(len(claim.names), ()))
        size = abs(whole.estimate.estimate or 0.0)
        cost = (1500 + len(claim.names) * claim.columns) * (3 if protocol.model == "ordinal" else 1)
        return cls(claim=claim, sign=sign, near=-NEARLY * size, cost=cost)

    @property
    def sites(self) -> int:
        return len(self.claim.names)

    def fit(self, removed: Iterable[int]) -> Refit:
        """Fit without a list, and keep its bound."""
        gone = frozenset(removed)
        found = self.claim.without(_mask(self.sites, gone))
        self.bounds[gone] = found.bound(self.sign)
        self.left -= self.cost
        return found

    def bound(self, removed: Iterable[int]) -> float:
        gone = frozenset(removed)
        if gone not in self.bounds:
            self.fit(gone)
        return self.bounds[gone]

    def falls(self, removed: Iterable[int]) -> bool:
        return self.bound(removed) <= self.near

    def ranked(self, removed: Sequence[int]) -> list[int]:
        """Return the establishments left, first the one foretold to bring the bound nearest zero or beyond."""
        import numpy as np

        found = foretold(self.fit(removed), self.sign)
        kept = np.flatnonzero(_mask(self.sites, removed)).tolist()
        return [kept[k] for k in np.argsort(found, kind="stable")] if len(found) else kept

    def shorter(self, best: list[int], other: list[int]) -> list[int]:
        return other if other and (not best or len(other) < len(best)) else best

    def together(self) -> list[int]:
        """Return those foretold to move the bound most; half of them kept and the others foretold again, and again."""
        best, kept = self._shortest([]), 0
        while best and kept < len(best) // 2:
            kept = max(len(best) // 2, kept + 1)
            again = self._shortest(best[:kept])
            if not again or len(again) >= len(best):
                break
            best = again
        return best

    def _shortest(self, kept: list[int]) -> list[int]:
        """Return `kept` and as few as overturn of the others in their order; empty when a quarter does not."""
        ranked = [*kept, *self.ranked(kept)]
        low, high = len(kept), min(longest(self.sites), len(ranked))
        if high <= low or not self.falls(ranked[:high]):
            return []
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.falls(ranked[:middle]) else (middle, high)
        return ranked[:high]

    def one_by_one(self, best: list[int]) -> list[int]:
        """Return a list shorter than `best` made one at a time, the best of several refitted; empty when none is."""
        steps = len(best) - 1 if best else longest(self.sites)
        width = min(int(self.left / 2 / (max(steps, 1) * self.cost)), WIDEST)
        removed: list[int] = []
        while width and len(removed) < steps:
            removed.append(self._nearest(removed, width))
            if self.falls(removed):
                return removed
        return []

    def _nearest(self, removed: Sequence[int], width: int) -> int:
        """Return the one that brings the bound nearest zero after `removed`, of the `width` first foretold."""
        return min(self.ranked(removed)[:width], key=lambda k: self.bound((*removed, k)))

    def exchanged(self, best: list[int]) -> list[int]:
        """Return a list shorter than `best`, by exchanges in the best list seen that is one too short; empty: none."""
        found: list[int] = []
        while self.left > 0 and (start := self._too_short(len(found or best) - 1)):
            improved = self._improved(start)
            if not self.falls(improved):
                break
            found = improved
        return found

    def _too_short(self, size: int) -> list[int]:
        """Return the list of that size (below zero: the longest) that brought the bound nearest zero of those seen."""
        wanted = longest(self.sites) if size < 0 else size
        seen = [(bound, sorted(gone)) for gone, bound in self.bounds.items() if len(gone) == wanted]
        return min(seen)[1] if seen else []

    def _improved(self, removed: list[int]) -> list[int]:
        """Return the list after exchanges of one for another that bring its bound nearer zero, until none does."""
        waiting = list(removed)
        while waiting and self.left > 0 and not self.falls(removed):
            rest = [k for k in removed if k != waiting[0]]
            others = [[*rest, k] for k in self.ranked(rest)[: BESIDE + 1] if k != waiting[0]]
            nearest = min(others, key=self.bound)
            if self.bound(nearest) < self.bound(removed):
                removed = nearest
                waiting = list(removed)
            else:
                waiting = waiting[1:]
        return removed

    def every(self, best: list[int], most: int) -> list[int]:
        """Return the first list shorter than `best` of all up to `most` long; empty when none of them overturns."""
        most = min(most, len(best) - 1 if best else self.sites)
        if most < 1:
            return []
        ranked = self.ranked(())
        lists = itertools.chain.from_iterable(itertools.combinations(ranked, k) for k in range(1, most + 1))
        return next((list(one) for one in lists if self.falls(one)), [])


def _mask(sites: int, removed: Iterable[int]) -> np.ndarray:
    import numpy as np

    kept = np.ones(sites, dtype=bool)
    kept[list(removed)] = False
    return kept
