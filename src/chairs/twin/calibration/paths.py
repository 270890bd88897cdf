"""The pathways of a log in the model's terms: states, what follows each, after what stay and what delay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from chairs.twin.calibration.contexts import LEAST_CASES, OPEN, Memory, best_depth, frequent, remember
from chairs.twin.calibration.followed import followed_weights
from chairs.twin.calibration.journal import WHOLE, Journal
from chairs.twin.calibration.kinds import Kinds, happened
from chairs.twin.calibration.lapses import Lapse, fit_lapse
from chairs.twin.calibration.modes import Spans
from chairs.twin.calibration.symbols import Symbols, read_symbols

LAPSE_MEMORY = 3  # steps back that a stay or a delay may depend on
SURE = 0.99  # probability above which a case that is not seen again has ended
END = -1


@dataclass(frozen=True)
class Paths:
    """States and ways on, with their weights.

    Parameters
    ----------
    symbol_of
        Symbol of each state.
    example
        A visit that is in the state, to name it by.
    ways
        One line a way on: group of the stay before it (-1: nothing ends here), group of the delay, state it leads to
        (-1: the end). Each is one bundle of steps in the model.
    follows
        For each state: weights by way, from all visits with its history. A state whose step is rarer than 11 cases
        goes on as all rare steps together do.
    stays, delays
        Length by group; a stay is None where the log gives none.
    first
        State of the first visit of each case.
    """

    symbols: Symbols
    depth: int
    scores: tuple[float, ...]
    symbol_of: dict[int, int]
    example: dict[int, tuple[int, int]]
    ways: np.ndarray
    follows: dict[int, dict[int, float]]
    stays: dict[int, Lapse | None]
    delays: dict[int, Lapse]
    first: np.ndarray
    unfollowed: int
    overlapping: float


def read_paths(journal: Journal, limited: np.ndarray) -> Paths:
    """Return the pathways of a log.

    Parameters
    ----------
    limited
        For each visit, whether its place has a queue in the model: the delay before it then ends at the request.

    Notes
    -----
    What comes next is chosen first, then how long the stay lasts given what comes next, then the delay: times and
    destinations are as dependent as competing risks (Aalen & Johansen 1978), whose weights both have.
    """
    symbols = read_symbols(journal)
    depth, scores = best_depth(symbols.code, journal.case, journal.final)
    memory = remember(symbols.code, journal.case, depth)
    weights, unfollowed = _weights(journal, symbols)
    stay, delay = _stay_groups(journal, memory, symbols.code), _delay_groups(journal, memory, symbols.code)
    lines = _lines(journal, memory, (stay, delay), _rare(symbols.code, journal.case))
    first = memory.states(depth)[journal.first]
    kept, ways, follows = _reached(lines, weights, np.unique(first))
    used = {"stay": np.unique(ways[ways[:, 0] != END, 0]), "delay": np.unique(ways[ways[:, 1] != END, 1])}
    delays, overlapping = _delays(journal, (delay, used["delay"]), weights, limited)
    example = _examples(memory, kept)
    return Paths(
        symbols=symbols,
        depth=depth,
        scores=scores,
        symbol_of={state: int(symbols.code[visit]) for state, (visit, _) in example.items()},
        example=example,
        ways=ways,
        follows=follows,
        stays=_stays(journal, (stay, used["stay"]), weights),
        delays=delays,
        first=first,
        unfollowed=unfollowed,
        overlapping=overlapping,
    )


def _rare(symbols: np.ndarray, case: np.ndarray) -> np.ndarray:
    """Return, for each visit, whether its step occurs in fewer than 11 cases."""
    return np.asarray(frequent(symbols, case, LEAST_CASES) == OPEN)


def _lines(journal: Journal, memory: Memory, groups: tuple[_Groups, _Groups], rare: np.ndarray) -> np.ndarray:
    """Return what is seen of each state: lines of state, stay group, delay group, next state, visit."""
    found, places = [], np.arange(len(journal))
    for k in range(1, memory.depth + 1):
        there = memory.histories[k] != OPEN
        state = memory.offsets[k] + memory.histories[k]
        after = np.append(memory.states(min(k + 1, memory.depth))[1:], END)
        after = np.where(journal.final, END, after)
        stay, delay = (group.up_to(k) for group in groups)
        lines = np.column_stack([state, stay, delay, after, places])
        found.append(lines[there & ~rare] if k == 1 else lines[there])
        if k == 1 and rare.any():
            pooled = lines[rare]
            found += [np.column_stack([np.full(len(pooled), one), pooled[:, 1:]]) for one in np.unique(pooled[:, 0])]
    return np.concatenate(found)


def _reached(
    lines: np.ndarray, weights: np.ndarray, starts: np.ndarray
) -> tuple[list[int], np.ndarray, dict[int, dict[int, float]]]:
    """Return the states that cases get to from the starts, the ways between them, and the weights by state."""
    ways, way = np.unique(lines[:, 1:4], axis=0, return_inverse=True)
    way = way.ravel()
    pairs, place = np.unique(lines[:, 0] * len(ways) + way, return_inverse=True)
    counts = np.bincount(place.ravel(), weights=weights[lines[:, 4]])
    by_state: dict[int, dict[int, float]] = {}
    for pair, weight in zip(pairs.tolist(), counts.tolist(), strict=True):
        by_state.setdefault(pair // len(ways), {})[pair % len(ways)] = weight
    kept, work = set(starts.tolist()), starts.tolist()
    while work:
        ahead = {int(ways[one, 2]) for one in by_state[work.pop()]} - kept - {END}
        kept |= ahead
        work += sorted(ahead)
    used = sorted({one for state in kept for one in by_state[state]})
    number = {one: place for place, one in enumerate(used)}
    follows = {state: {number[one]: weight for one, weight in by_state[state].items()} for state in sorted(kept)}
    return sorted(kept), ways[used], follows


def _examples(memory: Memory, states: list[int]) -> dict[int, tuple[int, int]]:
    """Return, for each state, the first visit that has its history, and how many steps it remembers."""
    found = {}
    for k in range(1, memory.depth + 1):
        values, visits = np.unique(memory.histories[k], return_index=True)
        found.update(
            {int(memory.offsets[k] + v): (int(i), k) for v, i in zip(values, visits, strict=True) if v != OPEN}
        )
    return {state: found[state] for state in states}


def _weights(journal: Journal, symbols: Symbols) -> tuple[np.ndarray, int]:
    """Return what each visit counts, and for how many the log stopped too early to say what follows.

    A visit under way counts nothing itself: Kaplan-Meier gives its share to longer ones of the same step.
    """
    following = np.append(journal.start[1:], 0)
    watched = np.maximum(np.where(journal.final, journal.last, following) - journal.end, 0).astype(float)
    length = (journal.end - journal.start).astype(float)
    weights, open_ends = np.zeros(len(journal)), 0
    for symbol in np.unique(symbols.code):
        own = symbols.code == symbol
        done = own & ~journal.going
        if done.any():
            stayed = followed_weights(length[own], ~journal.going[own])[~journal.going[own]]
            followed = followed_weights(watched[done], ~journal.final[done])
            open_ends += int((journal.final[done] & (followed < SURE)).sum())
            weights[done] = followed * stayed
    return weights, open_ends


@dataclass(frozen=True)
class _Groups:
    """Groups of the visits by keys that grow longer: codes by key, first number of each, group 0 is everything.

    `orders` says how many steps back each key looks; visits without a group (`none`) have -1.
    """

    codes: tuple[np.ndarray, ...]
    first: tuple[int, ...]
    orders: tuple[int, ...]
    none: np.ndarray

    def up_to(self, order: int) -> np.ndarray:
        """Return the group of each visit, by the longest key that looks back at most so many steps."""
        group = np.zeros(len(self.none), dtype=np.int64)
        for codes, first, looks in zip(self.codes, self.first, self.orders, strict=True):
            if looks <= order:
                group = np.where(codes != OPEN, codes + first, group)
        return np.where(self.none, END, group)

    def members(self, which: int) -> np.ndarray:
        """Return the visits that tell of one group: all with its history, also where a longer one is known."""
        if which == 0:
            return np.ones(len(self.none), dtype=bool)
        key = int(np.searchsorted(self.first, which, side="right")) - 1
        return np.asarray(self.codes[key] == which - self.first[key])

    def near(self, which: int) -> np.ndarray:
        """Return the visits that share the shortest key with a group: what is known of its kind at large."""
        if which == 0 or not self.codes:
            return np.ones(len(self.none), dtype=bool)
        own = np.unique(self.codes[0][self.members(which)])
        return np.isin(self.codes[0], own[own != OPEN])


def _groups(keys: list[tuple[int, np.ndarray]], case: np.ndarray, none: np.ndarray) -> _Groups:
    """Return the groups of keys (how far each looks back, its value) in which 11 cases agree."""
    codes, first, number = [], [], 1
    for _, key in keys:
        there = key != OPEN
        dense = key.copy()
        dense[there] = np.unique(key[there], return_inverse=True)[1].ravel()
        codes.append(frequent(dense, case, LEAST_CASES))
        first.append(number)
        number += int(codes[-1].max(initial=-1)) + 1
    return _Groups(tuple(codes), tuple(first), tuple(order for order, _ in keys), none)


def _next_symbols(journal: Journal, symbols: np.ndarray) -> np.ndarray:
    return np.where(journal.final, 0, np.append(symbols[1:], 0))


def _keys(memory: Memory, following: np.ndarray, least: int) -> list[tuple[int, np.ndarray]]:
    width = int(following.max(initial=0)) + 1
    orders = range(least, min(LAPSE_MEMORY, memory.depth) + 1)
    histories = [(k, memory.histories[k]) for k in orders]
    return [(k, np.where(history != OPEN, history * width + following, OPEN)) for k, history in histories]


def _stay_groups(journal: Journal, memory: Memory, symbols: np.ndarray) -> _Groups:
    """Return the groups of the stays: by step, last or not, then by what follows and up to three steps back."""
    nothing = journal.kind != WHOLE
    if journal.dated_once:
        return _groups([], journal.case, nothing)
    last_or_not = 2 * symbols + journal.final
    longer = _keys(memory, _next_symbols(journal, symbols), 1)
    return _groups([(1, symbols), (1, last_or_not), *longer], journal.case, nothing)


def _delay_groups(journal: Journal, memory: Memory, symbols: np.ndarray) -> _Groups:
    """Return the groups of the delays after the visits: by what follows, then up to three steps back."""
    keys = [
        (order, np.where(journal.final, OPEN, key)) for order, key in _keys(memory, _next_symbols(journal, symbols), 0)
    ]
    return _groups(keys, journal.case, journal.final)


def _delays(
    journal: Journal, groups: tuple[_Groups, np.ndarray], weights: np.ndarray, limited: np.ndarray
) -> tuple[dict[int, Lapse], float]:
    """Return the delays by group, and the share of visits that begin before the one before has ended."""
    until = np.append(np.where(limited, journal.asked, journal.start)[1:], 0)
    until = np.where(journal.final, journal.end, until)
    overlap = float((until < journal.end)[~journal.final].mean()) if (~journal.final).any() else 0.0
    spans = Spans(journal.end, np.maximum(until, journal.end), weights, journal.case % 5 == 0)
    used = ~journal.final & ~journal.going
    found: dict[int, Lapse] = {}
    kinds = Kinds(spans, used, happened(journal, np.append(journal.step[1:], 0)))
    for group in groups[1].tolist():
        own = groups[0].members(group) & used
        if own.any():
            found[group] = fit_lapse(spans.part(own), kinds.of(groups[0].near(group)))
    return found, overlap


def _stays(journal: Journal, groups: tuple[_Groups, np.ndarray], weights: np.ndarray) -> dict[int, Lapse | None]:
    """Return how long the visits of each group last."""
    spans = Spans(journal.start, journal.end, weights, journal.case % 5 == 0)
    found: dict[int, Lapse | None] = {}
    kinds = Kinds(spans, ~journal.going, happened(journal, journal.step))
    for group in groups[1].tolist():
        own = groups[0].members(group) & ~journal.going
        lasting = own.any() and bool((journal.end[own] > journal.start[own]).any())
        found[group] = fit_lapse(spans.part(own), kinds.of(groups[0].near(group))) if lasting else None
    return found
