"""What routing sees of a visit: the step, or the step at a place where the place changes how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.contexts import LEAST_CASES
from chairs.twin.calibration.journal import Journal

LEAST_VISITS = 30  # of a step at a place, before it stands for itself
FIRM = 1e-3  # significance at which lengths of stay differ between places


@dataclass(frozen=True)
class Symbols:
    """The symbol of each visit, from 1 on (0 is the beginning or the end of a case).

    `step` and `place` give the codes of each symbol; place -1: wherever.
    """

    code: np.ndarray
    step: tuple[int, ...]
    place: tuple[int, ...]


def read_symbols(journal: Journal) -> Symbols:
    """Return the symbols: codes from 1 on (0 is the beginning of a case)."""
    code = journal.step.copy()
    step, place = list(range(len(journal.steps))), [-1] * len(journal.steps)
    for which in range(len(journal.steps)):
        visits = journal.step == which
        for where in _telling_places(journal, visits):
            code[visits & (journal.place == where)] = len(step)
            step.append(which)
            place.append(where)
    used, code = np.unique(code, return_inverse=True)
    return Symbols(code.ravel() + 1, tuple(step[i] for i in used.tolist()), tuple(place[i] for i in used.tolist()))


def _telling_places(journal: Journal, visits: np.ndarray) -> list[int]:
    """Return the places at which a step lasts another time than elsewhere, when it does (Kruskal and Wallis 1952)."""
    from scipy.stats import kruskal

    lengths = journal.end - journal.start
    known = visits & (journal.place >= 0) & ~journal.going
    if journal.dated_once or not known.any():
        return []
    visits_at = np.bincount(journal.place[known], minlength=len(journal.places))
    pairs = np.unique(journal.place[known] * journal.cases + journal.case[known]) // journal.cases
    cases_at = np.bincount(pairs, minlength=len(journal.places))
    common = np.flatnonzero((visits_at >= LEAST_VISITS) & (cases_at >= LEAST_CASES)).tolist()
    parts = [lengths[known & (journal.place == place)] for place in common]
    if len(common) < 2 or len(np.unique(np.concatenate(parts))) < 2:
        return []
    return common if kruskal(*parts).pvalue < FIRM else []
