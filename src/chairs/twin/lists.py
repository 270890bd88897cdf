"""Draws from many lists of weights at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Lists:
    """Weights of many lists one after the other: their sums, scaled so that list k ends at k + 1."""

    sums: np.ndarray
    first: np.ndarray

    def chosen(self, lists: np.ndarray, u: np.ndarray) -> np.ndarray:
        """Return for each list named the place, among all, that a number between 0 and 1 falls on."""
        found = np.searchsorted(self.sums, lists + u, side="right")
        kept: np.ndarray = np.clip(found, self.first[lists], self.first[lists + 1] - 1)
        return kept


def lists(weights: Sequence[Sequence[float] | np.ndarray]) -> Lists:
    """Return lists of weights made ready to be drawn from.

    Examples
    --------
    >>> lists([[1.0, 3.0], [2.0]]).chosen(np.array([0, 0, 1]), np.array([0.2, 0.3, 0.9])).tolist()
    [0, 1, 2]
    """
    first = np.concatenate([[0], np.cumsum([len(one) for one in weights])]).astype(np.int64)
    alone = np.ones(1)  # most lists have one element
    shares = [alone if len(one) == 1 else np.cumsum(one) / np.sum(one) for one in weights]
    sums = np.concatenate([np.zeros(0), *shares]) + np.repeat(np.arange(len(weights)), np.diff(first))
    return Lists(sums, first)
