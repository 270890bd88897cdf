"""Generators that know nothing of hospitals, and the noise floor: whoever does not beat them has learnt nothing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from chairs.twin.backtest.traces import HOUR, Traces
from chairs.twin.backtest.window import Window, spread_arrivals, weekly_rates

DAY = 24 * HOUR
RECENT = 0.25
LONGEST = 10_000
PLAIN = ("bootstrap", "recent", "markov")
FLOOR = "floor"
Generator = Callable[[np.random.Generator, bool], Traces]


def plain_generators(train: Traces, held_out: Traces, window: Window) -> dict[str, Generator]:
    """Return the generators by name.

    `bootstrap`: whole cases of the train log, drawn at random and moved by whole days, so that each keeps its time
    of day. `recent`: the same from its last quarter. `markov`: next step by the present one, time between the two
    drawn from what was seen. `floor`: the held-out cases themselves drawn again, with their dates: the distance
    that chance alone leaves between a log and another of its size.

    A generator is handed random numbers and whether to draw evenly: arrivals along the summed rate, and cases so
    that each part of the train log has its share (the Markov chain draws its steps at random all the same).
    """
    last = train.kept(train.case >= int((1 - RECENT) * train.cases))
    rates = weekly_rates(train, window)
    return {
        "bootstrap": lambda rng, even: _moved_cases(train, rates, window, (rng, even)),
        "recent": lambda rng, even: _moved_cases(last, rates, window, (rng, even)),
        "markov": _markov(train, rates, window),
        "floor": lambda rng, even: _again(held_out, rng),
    }


def _moved_cases(pool: Traces, rates: np.ndarray, window: Window, draws: tuple[np.random.Generator, bool]) -> Traces:
    rng, even = draws
    arrivals = spread_arrivals(rates, window, rng, even=even)
    along = (
        rng.permutation(np.arange(len(arrivals)) + rng.random()) / len(arrivals) if even else rng.random(len(arrivals))
    )
    drawn = (along * pool.cases).astype(np.int64)
    return pool.taken(drawn, arrivals // DAY * DAY - pool.arrivals[drawn] // DAY * DAY)


def _again(held_out: Traces, rng: np.random.Generator) -> Traces:
    drawn = rng.integers(held_out.cases, size=held_out.cases)
    return held_out.taken(drawn, np.zeros(len(drawn), dtype=np.int64))


def _markov(train: Traces, rates: np.ndarray, window: Window) -> Generator:
    """Return the first-order generator; all cases go one step at a time together."""
    first = np.diff(train.case, prepend=-1) != 0
    before = np.where(first, 0, np.concatenate([[0], train.activity[:-1]]))
    ends = train.bounds[1:] - 1
    source = np.concatenate([before, train.activity[ends]])
    event = np.concatenate([np.arange(len(train)), np.full(len(ends), -1)])
    order = np.argsort(source, kind="stable")
    source, event = source[order], event[order]
    low = np.searchsorted(source, np.arange(int(train.activity.max()) + 1), side="left")
    high = np.searchsorted(source, np.arange(int(train.activity.max()) + 1), side="right")
    gaps = np.where(first, 0, train.start - np.concatenate([[0], train.end[:-1]]))

    def draw(rng: np.random.Generator, even: bool) -> Traces:
        now, step = spread_arrivals(rates, window, rng, even=even), np.zeros(window.cases, dtype=np.int64)
        inside = np.arange(window.cases)
        lines: list[np.ndarray] = []
        for _ in range(LONGEST):
            chosen = event[low[step] + (rng.random(len(step)) * (high[step] - low[step])).astype(np.int64)]
            goes = (chosen >= 0) & (now <= window.ends)
            inside, now, chosen = inside[goes], now[goes], chosen[goes]
            if not len(inside):
                break
            start = now + gaps[chosen]
            now = start + train.end[chosen] - train.start[chosen]
            step = train.activity[chosen]
            lines.append(np.column_stack([inside, step, start, now, train.resource[chosen]]))
        table = np.concatenate(lines)
        table = table[np.argsort(table[:, 0], kind="stable")]
        return Traces(*table.T)

    return draw
