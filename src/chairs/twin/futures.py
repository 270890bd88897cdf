"""Futures of those present, drawn by several threads: what does not change from one to the next is made once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.streams import stream
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory, new_memory
from chairs.twin.placing import place
from chairs.twin.running import key_of, run_to_end
from chairs.twin.unit_hours import Places, unit_hours

if TYPE_CHECKING:
    from chairs.twin.simulate import Simulation
    from chairs.twin.starting import Starter
    from chairs.twin.surviving import Surviving


class Futures:
    """Runs of a model, each from its own draw of where those present are, and what they give by unit and hour.

    A future is that of `chairs.twin.simulate` from the state drawn, to the byte: the memory is that of the thread's
    last one, made as it was before those present were put in it.
    """

    def __init__(self, run: Simulation, starter: Starter, surviving: Surviving | None = None) -> None:
        self.run, self.starter = run, starter
        self._columns = starter.columns(run.program, surviving)
        self._mine = threading.local()

    def counts(self, places: Places, threads: int = 1) -> Iterator[np.ndarray]:
        """Give, of one future after the other, entries, census and exits by unit and hour (`unit_hours`)."""

        def one(number: int) -> np.ndarray:
            return unit_hours(*self.future(number), places)

        yield one(0)  # in this thread, where Ctrl-C can stop a first compilation
        with ThreadPoolExecutor(max_workers=threads) as pool:
            yield from pool.map(one, range(1, self.run.replications))

    def future(self, number: int) -> tuple[Memory, np.ndarray]:
        """Return a future run to its end, and which of those present has each of its first serial numbers.

        The next future of this thread is run in the same memory.
        """
        key = key_of(self.run.seed, number)
        memory = self._memory()
        memory.n[code.W_KEY0], memory.n[code.W_KEY1] = key
        drawn = self.starter.draw(stream(self.run.seed, "outlook", number))
        order = place(memory, self._columns, key, drawn)
        return run_to_end(memory, _never), order

    def _memory(self) -> Memory:
        """Return this thread's memory, as it was before anybody was put in it."""
        mine = self._mine
        if not hasattr(mine, "empty"):
            present = len(self.starter.people)
            mine.empty = new_memory(self.run.program, key=(0, 0), warm_up=0.0, log=True, every=None, present=present)
            mine.used = None
        mine.used = mine.empty.again(mine.used)
        return mine.used  # type: ignore[no-any-return]


def _never() -> bool:
    return False
