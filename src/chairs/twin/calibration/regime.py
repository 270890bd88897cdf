"""How much of the past is still true: the part of the log that best foretells its latest cases."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from chairs.twin.calibration.contexts import smoothed
from chairs.twin.calibration.journal import Journal

LATEST = 0.2  # of the cases: foretold from those before
SHORTER = 0.85  # of the part before: candidates, as long as they hold enough cases
LEAST = 200  # cases to learn from
LEAST_LATEST = 30  # cases watched long enough to be foretold
CLEARLY = 3.0  # standard errors by which a part must foretell better than all
ENOUGH = 0.9  # of the times to the next step: as long as that is watched for
GAPS = 12  # classes of the time to the next step


def still_true(journal: Journal) -> float:
    """Return from which share of the cases, in order of arrival, a model should learn: 0 is from the first.

    Notes
    -----
    Each candidate, all cases but the latest fifth or their newest part, foretells for every step of that fifth what
    follows and how long after (twelve classes of equal size), from the step before, by smoothed shares (Witten &
    Bell 1991). A part is taken when its mean log-likelihood a case is best and better than that of all cases by
    three standard errors of the paired difference: a process that has changed is learnt from what it is now, one
    that has not from all there is.
    """
    n = journal.cases
    newest = int((1 - LATEST) * n)
    if newest < 2 * LEAST:
        return 0.0
    state, ahead, case = _transitions(journal)
    if not len(case) or int(case[-1]) < newest + LEAST_LATEST:
        return 0.0
    all_of_them = _scores(state, ahead, case, (0, newest))
    best, gain = 0, 0.0
    size = SHORTER * newest
    while size >= LEAST:
        first, size = newest - int(size), SHORTER * size
        better = _scores(state, ahead, case, (first, newest)) - all_of_them
        error = float(better.std(ddof=1)) / np.sqrt(len(better))
        if better.mean() > max(gain, CLEARLY * error):
            best, gain = first, float(better.mean())
    return _change((state, ahead, case), best) / n if best else 0.0


def _change(transitions: tuple[np.ndarray, np.ndarray, np.ndarray], first: int) -> int:
    """Return the case from which on all are likelier under the new process than the old; the first guess is given.

    Notes
    -----
    The cumulative sum of the log-likelihood ratios (Page 1954), read from the end, old and new learnt on its sides.
    """
    state, ahead, case = transitions
    for _ in range(3):
        odds = _learnt(state, ahead, case >= first) - _learnt(state, ahead, case < first)
        summed = np.cumsum(np.bincount(case, odds)[::-1])[::-1]
        first = LEAST + int(np.argmax(summed[LEAST:-LEAST]))
    return first


def _learnt(state: np.ndarray, ahead: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return the log-probability of what followed each visit, learnt from some of them."""
    every = np.append(known, np.ones(len(known), dtype=bool))
    probability = smoothed(np.tile(state, 2)[every], np.tile(ahead, 2)[every], np.arange(every.sum()) >= known.sum(),
                           np.full(every.sum(), 1.0 / (int(ahead.max()) + 1)))  # fmt: skip
    return np.asarray(np.log(probability[known.sum() :]))


def since(journal: Journal, share: float) -> Journal:
    """Return the journal without the first cases (so many of all)."""
    first = int(np.ceil(share * journal.cases))
    kept = journal.case >= first
    named = {name: getattr(journal, name)[kept] for name in ("step", "place", "asked", "start", "end", "going")}
    return replace(journal, case=journal.case[kept] - first, **named)


def _transitions(journal: Journal) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return, for the visits watched long enough, step, what follows with the class of the time until then, and case.

    Long enough is what nine in ten times take; later is as good as never, so that cases still under way at the end
    of the log look no shorter than those before.
    """
    following = np.append(journal.start[1:], 0) - journal.start
    length = journal.end - journal.start
    gap = np.where(journal.final, length, following)
    reach = int(np.quantile(gap, ENOUGH))
    comes = ~journal.final & (following <= reach)
    gap = np.minimum(np.where(comes, following, length), reach)
    edges = np.unique(np.quantile(gap, np.arange(1, GAPS) / GAPS))
    step = np.where(comes, np.append(journal.step[1:], 0) + 1, 0)
    watched = journal.start <= journal.last - reach
    ahead = step * (len(edges) + 1) + np.searchsorted(edges, gap, side="right")
    return journal.step[watched], ahead[watched], journal.case[watched]


def _scores(state: np.ndarray, ahead: np.ndarray, case: np.ndarray, part: tuple[int, int]) -> np.ndarray:
    """Return the log-likelihood of each of the latest cases, learnt from the part of those before."""
    known = (case >= part[0]) & (case < part[1])
    held = case >= part[1]
    which = known | held
    lower = np.full(which.sum(), 1.0 / (int(ahead.max()) + 1))
    state, ahead, test = state[which], ahead[which], held[which]
    lower = smoothed(np.zeros_like(state), ahead, test, lower)
    probability = smoothed(state, ahead, test, lower)
    return np.asarray(np.bincount(case[which][test] - part[1], np.log(probability[test])))
