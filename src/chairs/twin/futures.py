"""Futures of those present, one after the other: what does not change from one to the next is made once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.engine import layout as code
from chairs.twin.lines import Lines, read_lines
from chairs.twin.memory import Memory, new_memory
from chairs.twin.placing import place
from chairs.twin.running import key_of, run_to_end

if TYPE_CHECKING:
    from chairs.twin.columns import Columns
    from chairs.twin.simulate import Simulation
    from chairs.twin.starting import Starter
    from chairs.twin.surviving import Surviving

Stays = tuple[np.ndarray, np.ndarray, np.ndarray]  # place, entered, left (hours do not matter here)


class Futures:
    """Runs of a model with a log, each from its own draw of where those present are.

    A future is that of `chairs.twin.simulate` from the state drawn, to the byte: the memory is that of the last one,
    made as it was before those present were put in it.
    """

    def __init__(self, run: Simulation, starter: Starter, surviving: Surviving | None = None) -> None:
        self.run, self.starter, self.surviving = run, starter, surviving
        self._used: Memory | None = None

    @cached_property
    def _columns(self) -> Columns:
        return self.starter.columns(self.run.program, self.surviving)

    @cached_property
    def _empty(self) -> Memory:
        present = len(self.starter.people)
        return new_memory(self.run.program, key=(0, 0), warm_up=0.0, log=True, every=None, present=present)

    def lines(self, number: int, rng: np.random.Generator) -> tuple[Lines, np.ndarray]:
        """Return the lines of one future, and which of those present has each of its first serial numbers."""
        key = key_of(self.run.seed, number)
        memory = self._used = self._empty.again(self._used)
        memory.n[code.W_KEY0], memory.n[code.W_KEY1] = key
        order = place(memory, self._columns, key, self.starter.draw(rng))
        return read_lines(run_to_end(memory, _never), self.run.program), order


def _never() -> bool:
    return False


def stays_of(lines: Lines, places: np.ndarray, initial: np.ndarray) -> Stays:
    """Return the stays of all patients in units, and (place 0) on the site; those present entered before 0.

    Parameters
    ----------
    places, initial
        Unit of each resource, and unit of each of those present, by serial number.
    """
    held = (lines["kind"] == code.LOG_HOLD) & (lines["resource"] >= 0) & (lines["start"] >= 0)
    who = np.concatenate([np.arange(len(initial)), lines["who"][held]])
    when = np.concatenate([np.full(len(initial), -1.0), lines["start"][held]])
    where = np.concatenate([initial, places[lines["resource"][held]]]).astype(np.int64)
    order = np.lexsort((np.arange(len(who)), when, who))
    who, when, where = who[order], when[order], where[order]
    gone = np.full(int(who.max(initial=-1)) + 1, np.inf)
    leaving = lines["kind"] == code.LOG_LEAVE
    known = leaving & (lines["who"] < len(gone))
    gone[lines["who"][known]] = lines["end"][known]
    fresh = np.diff(who, prepend=-1) != 0
    turns = fresh | (np.diff(where, prepend=-1) != 0)
    who_in, entered, place = who[turns], when[turns], where[turns]
    following = np.append(who_in[1:] == who_in[:-1], False) if len(who_in) else np.zeros(0, dtype=bool)
    left = np.where(following, np.append(entered[1:], 0.0) if len(entered) else 0.0, gone[who_in])
    first = np.diff(who_in, prepend=-1) != 0
    return (
        np.concatenate([place, np.zeros(int(first.sum()), dtype=np.int64)]),
        np.concatenate([entered, entered[first]]),
        np.concatenate([left, gone[who_in[first]]]),
    )


def counted(stays: Stays, units: int, hours: int, hour: float) -> np.ndarray:
    """Return entries in each hour, patients present at its start, exits in it: by measure, unit and hour."""
    place, entered, left = stays
    came, went = entered >= 0, np.isfinite(left)
    gone, last = place[went], left[went]
    entries = _sums(place[came], entered[came] / hour, units, hours)
    exits = _sums(gone, last / hour, units, hours)
    change = _sums(place, np.ceil(np.maximum(entered, 0.0) / hour), units, hours)
    change -= _sums(gone, np.ceil(last / hour), units, hours)
    return np.stack([entries, np.cumsum(change, axis=1), exits])[:, :, : hours + 1]


def _sums(place: np.ndarray, when: np.ndarray, units: int, hours: int) -> np.ndarray:
    """Return how many fall into each hour in each unit; the last column has those that come later."""
    hour = np.clip(np.floor(when), 0, hours + 1).astype(np.int64)
    return np.bincount(place * (hours + 2) + hour, minlength=units * (hours + 2)).reshape(units, hours + 2)
