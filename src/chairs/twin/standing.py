"""Many replications from one state, as fast as can be: the memory is laid out once and copied for each."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from chairs.twin.compiling import Program, compile_model
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory, new_memory
from chairs.twin.model import Model
from chairs.twin.placing import place_state
from chairs.twin.running import Cancelled, key_of, run_to_end
from chairs.twin.state import Present

Result = TypeVar("Result")


@dataclass(frozen=True)
class Standing:
    """A program with its patients in their places, ready to be run again and again.

    Replications differ by their random key alone, as those of `chairs.twin.simulate`; what is drawn when the state
    is laid out (the part of a mixture that somebody present is in) is the same in all of them.
    """

    program: Program
    image: Memory
    seed: int

    def run(
        self, read: Callable[[Memory, Program], Result], numbers: range, threads: int, stop: threading.Event
    ) -> list[Result]:
        """Run the replications `numbers` and return what `read` takes from each; it must copy what it keeps.

        Raises
        ------
        Cancelled
            When `stop` is set meanwhile.
        """
        mine, n, x = threading.local(), self.image.n, self.image.x
        first, first_x = int(n[code.AT_HEADS]), int(n[code.AT_STATIONS_X])  # before them the model, which no run writes

        def one(number: int) -> Result:
            if stop.is_set():
                raise Cancelled
            if not hasattr(mine, "n"):
                mine.n, mine.x = n.copy(), x.copy()
            mine.n[: code.HEADER], mine.n[first:] = n[: code.HEADER], n[first:]
            mine.x[: code.HEADER_X], mine.x[first_x:] = x[: code.HEADER_X], x[first_x:]
            mine.n[code.W_KEY0], mine.n[code.W_KEY1] = key_of(self.seed, number)
            memory = Memory(n=mine.n, x=mine.x, sizes=dict(self.image.sizes))
            return read(run_to_end(memory, stop.is_set), self.program)

        if threads == 1:
            return [one(number) for number in numbers]
        with ThreadPoolExecutor(max_workers=threads) as pool:
            return list(pool.map(one, numbers))


def stand(
    model: Model,
    state: Sequence[Present],
    start: dt.datetime,
    horizon: float,
    *,
    every: float | None = None,
    seed: int = 1,
) -> Standing:
    """Return a checked model and state made ready.

    Parameters
    ----------
    every
        Interval of the samples of units in use and patients waiting; None: none.
    """
    program = compile_model(model, start=start, horizon=horizon)
    key = key_of(seed, 0)
    memory = new_memory(program, key=key, warm_up=0.0, log=False, every=every, present=len(state))
    place_state(memory, program, state, key)
    return Standing(program=program, image=memory, seed=seed)
