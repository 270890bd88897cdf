"""Steps of a case that go on at the same time, written as a sequence: one begins, another begins, the first ends."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from chairs.twin.calibration.contexts import LEAST_CASES, OPEN, frequent
from chairs.twin.calibration.journal import BEGINS, ENDS, WHOLE, WITHIN, Journal

WORDS = {WHOLE: "", BEGINS: "begins", ENDS: "ends", WITHIN: "at once"}
TURN = {ENDS: 0, WITHIN: 1, WHOLE: 2, BEGINS: 2}  # at the same moment, what ends goes before what begins
MOST_AT_ONCE = 62  # activities that a whole number of 64 bits can hold as a set


def one_by_one(journal: Journal, limited: np.ndarray) -> Journal:
    """Return the journal with each step that others of its case overlap cut in two: its beginning and its end.

    Parameters
    ----------
    limited
        For each visit, whether its place has a queue in the model: cases that overlap there stay as they are.

    Notes
    -----
    What else is under way belongs to the symbol of a beginning or an end: whatever the routing remembers of a case,
    it never ends what has not begun. The symbols are the markings of the parallel branches, the chain on them is
    their reachability graph (Murata, *Petri nets*, Proc. IEEE 77, 1989, section IV). A part stands for eleven cases
    or more; a case with a rarer one, with the same activity twice at once, or overlapping at the end of the log,
    keeps its steps one after another.
    """
    found = _overlapping(journal)
    acts = np.unique(journal.step[found])
    bad = np.zeros(journal.cases, dtype=bool)
    bad[journal.case[found & (limited | journal.going)]] = True
    bad[journal.case[_twice(journal, found)]] = True
    while len(acts) <= MOST_AT_ONCE:
        cut = found & ~bad[journal.case]
        if not cut.any():
            break
        parts = _parts(journal, cut, acts)
        codes = np.unique(np.column_stack([parts.act, parts.kind, parts.under_way]), axis=0, return_inverse=True)[1]
        case = journal.case[parts.visit]
        rare = (parts.kind != WHOLE) & (frequent(codes.ravel(), case, LEAST_CASES) == OPEN)
        if not rare.any():
            return _rewritten(journal, parts, acts)
        bad[case[rare]] = True
    return journal


def _overlapping(journal: Journal) -> np.ndarray:
    """Return which visits go on while another of their case does; a moment counts when it lies inside another."""
    n = len(journal)
    rank = np.argsort(np.argsort(journal.end, kind="stable"), kind="stable")
    latest = np.maximum.accumulate(journal.case * n + rank)
    before = np.append(0, np.sort(journal.end)[latest[:-1] % n])  # the latest end of those before
    after = np.append(journal.start[1:], 0)
    of_earlier = ~journal.first & (before > journal.start)
    of_later = ~journal.final & (journal.end > journal.start) & (after < journal.end)
    return np.asarray(of_earlier | of_later)


def _twice(journal: Journal, found: np.ndarray) -> np.ndarray:
    """Return the visits that go on while another of the same case and activity does."""
    where = np.flatnonzero(found)
    where = where[np.lexsort((journal.end[where], journal.start[where], journal.step[where], journal.case[where]))]
    same = (np.diff(journal.case[where]) == 0) & (np.diff(journal.step[where]) == 0)
    return np.asarray(where[1:][same & (journal.start[where][1:] < journal.end[where][:-1])])


@dataclass(frozen=True)
class _Parts:
    """Parts of visits: of which visit and activity, what part, when, and the set of activities then under way."""

    visit: np.ndarray
    act: np.ndarray
    kind: np.ndarray
    when: np.ndarray
    under_way: np.ndarray


def _parts(journal: Journal, cut: np.ndarray, acts: np.ndarray) -> _Parts:
    lasting = journal.end > journal.start
    first = np.where(cut, np.where(lasting, BEGINS, WITHIN), WHOLE)
    ending = np.flatnonzero(cut & lasting)
    visit = np.concatenate([np.arange(len(journal)), ending])
    kind = np.concatenate([first, np.full(len(ending), ENDS)])
    when = np.concatenate([journal.start, journal.end[ending]])
    turn = np.array([TURN[one] for one in range(len(TURN))])[kind]
    turn = np.where((kind == WHOLE) & ~lasting[visit], TURN[WITHIN], turn)
    order = np.lexsort((visit, turn, when, journal.case[visit]))
    visit, kind, when = visit[order], kind[order], when[order]
    bit = np.left_shift(1, np.minimum(np.searchsorted(acts, journal.step[visit]), MOST_AT_ONCE))
    change = np.where(kind == BEGINS, bit, np.where(kind == ENDS, -bit, 0))
    return _Parts(visit, journal.step[visit], kind, when, np.cumsum(change))


def _rewritten(journal: Journal, parts: _Parts, acts: np.ndarray) -> Journal:
    """Return the journal of the parts; what overlaps has places of its own, so that one end frees one step."""
    whole, v = parts.kind == WHOLE, parts.visit
    symbols, step = np.unique(np.column_stack([parts.act, parts.kind, parts.under_way]), axis=0, return_inverse=True)
    names = [_name(journal, symbol, acts) for symbol in symbols.tolist()]
    pairs, twin = np.unique(np.column_stack([parts.act, journal.place[v]])[~whole], axis=0, return_inverse=True)
    place = journal.place[v].copy()
    place[~whole] = len(journal.places) + twin.ravel()
    own = tuple(f"{journal.where(code)} · {journal.steps[act]}" for act, code in pairs.tolist())
    return replace(
        journal,
        case=journal.case[v],
        step=step.ravel().astype(np.int64),
        place=place,
        asked=np.where(parts.kind == ENDS, parts.when, journal.asked[v]),
        start=parts.when,
        end=np.where(whole, journal.end[v], parts.when),
        going=journal.going[v],
        steps=tuple(names),
        places=(*journal.places, *own),
        kinds=tuple(symbols[:, 1].tolist()),
        activities=tuple(journal.steps[act] for act in symbols[:, 0].tolist()),
        units=(*journal.places, *(journal.where(code) for _, code in pairs.tolist())),
    )


def _name(journal: Journal, symbol: list[int], acts: np.ndarray) -> str:
    act, kind, under_way = symbol
    others = [journal.steps[one] for bit, one in enumerate(acts.tolist()) if under_way >> bit & 1 and one != act]
    return " ".join([journal.steps[act], *([WORDS[kind]] if kind else []), *(f"+ {one}" for one in others)])
