"""Routing with memory: what comes next, given as many of the last steps as enough cases have gone through."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

LEAST_CASES = 11  # fewer cases never stand for themselves
DEEPEST = 6
OPEN = -1  # no context so long here


@dataclass(frozen=True)
class Memory:
    """Histories of the visits: which of them share their last steps with enough other cases.

    Parameters
    ----------
    histories
        One array an order k = 0, 1, …: the number of each visit's history of that length (the beginning of the case
        counts as one step), -1 where there is none or too few cases share it. Every step is a history of order 1,
        however rare.
    """

    histories: tuple[np.ndarray, ...]

    @property
    def depth(self) -> int:
        """Longest memory."""
        return len(self.histories) - 1

    @cached_property
    def offsets(self) -> np.ndarray:
        """Number of the first state of each order; a state is one history of order 1 or more."""
        sizes = [0, *(int(history.max(initial=-1)) + 1 for history in self.histories[1:])]
        return np.concatenate([[0], np.cumsum(sizes)])

    def states(self, longest: int) -> np.ndarray:
        """Return the state of each visit: the longest history of at most so many steps that enough cases share."""
        found = self.offsets[1] + self.histories[1]
        for k in range(2, longest + 1):
            there = self.histories[k] != OPEN
            found = np.where(there, self.offsets[k] + self.histories[k], found)
        return np.asarray(found)

    def order(self, state: int) -> int:
        """Return how many steps a state remembers."""
        return int(np.searchsorted(self.offsets, state, side="right")) - 1


def remember(symbols: np.ndarray, case: np.ndarray, depth: int, least: int = LEAST_CASES) -> Memory:
    """Return the histories of a variable-order Markov chain: up to `depth` steps that `least` cases share.

    Notes
    -----
    A probabilistic suffix tree (Ron, Singer & Tishby, *The power of amnesia*, Machine Learning 25, 1996) that is
    cut by the number of cases instead of by frequency. The next state follows from the state and the next symbol
    alone: were it longer than that, its beginning would be a longer state now.
    """
    histories = [np.zeros(len(symbols), dtype=np.int64)]
    for k in range(1, depth + 1):
        histories.append(_longer(histories[-1], symbols, case, (k, 1 if k == 1 else least)))
    return Memory(tuple(histories))


def _longer(history: np.ndarray, symbols: np.ndarray, case: np.ndarray, limits: tuple[int, int]) -> np.ndarray:
    """Return the histories of a length from those one shorter, those of fewer cases than the least left open."""
    k, least = limits
    places = np.arange(len(symbols))
    newest = np.diff(case, prepend=-1) != 0
    back = places - np.maximum.accumulate(np.where(newest, places, 0)) - (k - 1)  # -1: the beginning itself
    inside, begins = back >= 0, back == -1
    there = (history != OPEN) & (inside | begins)
    added = np.where(inside, symbols[np.maximum(places - (k - 1), 0)], 0)
    found = np.full(len(symbols), OPEN, dtype=np.int64)
    if there.any():
        pairs = history[there] * (int(symbols.max()) + 1) + added[there]
        found[there] = np.unique(pairs, return_inverse=True)[1].ravel()
        found = frequent(found, case, least)
    return found


def frequent(codes: np.ndarray, case: np.ndarray, least: int) -> np.ndarray:
    """Return the codes renumbered, those of fewer than `least` cases left open."""
    there = codes != OPEN
    if not there.any():
        return codes
    width = int(case.max()) + 1
    pairs = np.unique(codes[there] * width + case[there])
    cases = np.bincount(pairs // width, minlength=int(codes.max()) + 1)
    numbers = np.where(cases >= least, np.cumsum(cases >= least) - 1, OPEN)
    return np.where(there, numbers[np.maximum(codes, 0)], OPEN)


def best_depth(symbols: np.ndarray, case: np.ndarray, final: np.ndarray) -> tuple[int, tuple[float, ...]]:
    """Return the depth of memory that best foretells the next step of cases it has not seen, and all scores.

    Notes
    -----
    Every fifth case is held out. The score is the mean logarithm of the probability given to what came next, each
    order smoothed towards the one below (Witten & Bell 1991), so that what was never seen is not impossible.
    """
    following = np.where(final, 0, np.append(symbols[1:], 0))
    held = case % 5 == 0
    probability = np.full(len(symbols), 1.0 / (int(symbols.max()) + 1))
    scores = []
    memory = remember(symbols, case, DEEPEST)
    for history in memory.histories:
        probability = smoothed(history, following, held, probability)
        scores.append(float(np.log(probability[held]).mean()))
    return max(int(np.argmax(scores)), 1), tuple(scores)


def smoothed(history: np.ndarray, following: np.ndarray, held: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """Return the probability of what followed each visit, from those not held out, mixed with that of less history."""
    there = history != OPEN
    if not there.any():
        return lower
    width = int(following.max()) + 1
    size = int(history.max()) + 1
    train = there & ~held
    key = history * width + following
    pairs = np.bincount(key[train], minlength=size * width)
    total = np.bincount(history[train], minlength=size)
    kinds = np.count_nonzero(pairs.reshape(size, width), axis=1)
    safe = np.maximum(history, 0)
    mixed = (pairs[np.maximum(key, 0)] + kinds[safe] * lower) / np.maximum(total[safe] + kinds[safe], 1)
    return np.where(there & (total[safe] > 0), mixed, lower)
