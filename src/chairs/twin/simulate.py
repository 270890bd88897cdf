"""Run a model many times and look at what happened: measures, census, event log."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from chairs.twin.checking import check
from chairs.twin.compiling import Program, compile_model
from chairs.twin.measures import Measures, Sums, read_sums
from chairs.twin.memory import Memory
from chairs.twin.model import Model
from chairs.twin.replications import Crew, Job, in_order
from chairs.twin.scenario import Scenario, apply
from chairs.twin.state import Present, check_state

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd

Result = TypeVar("Result")


@dataclass(frozen=True)
class Simulation:
    """Replications of one model, run when something is asked of them.

    `measures` runs without a log. `events` and `census` run again with one: the random numbers are the same, so
    is everything else, and whoever asks for measures only pays for nothing more. `progress` is called with the
    number of replications done; `cancel` stops all threads at their next breath.
    """

    program: Program
    replications: int
    seed: int
    warm_up: float
    state: tuple[Present, ...]
    threads: int = 1
    executor: Executor | None = None
    progress: Callable[[int], None] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "_stop", threading.Event())

    def cancel(self) -> None:
        """Stop the run that is going on; it raises `Cancelled`."""
        self._stop.set()  # type: ignore[attr-defined]

    @cached_property
    def measures(self) -> Measures:
        """Counts, mean times and time averages, by replication."""
        return Measures(program=self.program, sums=tuple(self.each(read_sums)))

    @property
    def events(self) -> pd.DataFrame:
        """The event log of all replications (contract `events`)."""
        return self._log[0]

    @property
    def cases(self) -> pd.DataFrame:
        """Class and attributes of each patient, by replication (contract `cases`)."""
        return self._log[1]

    @cached_property
    def _log(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        from chairs.twin.event_log import event_log

        return event_log(self)

    @cached_property
    def census(self) -> pd.DataFrame:
        """Patients present, patients waiting and units open at each full hour (contract `unit_hour`)."""
        from chairs.twin.census import census

        return census(self)

    def samples(self, every: float) -> np.ndarray:
        """Return units in use, patients waiting and units open: an array by replication, time and resource."""
        import numpy as np

        return np.stack(list(self.each(_read_samples, every=every)))

    def each(
        self, read: Callable[[Memory, Program], Result], *, log: bool = False, every: float | None = None
    ) -> Iterator[Result]:
        """Run all replications and give what `read` takes from each, in their order.

        `read` runs where the replication ran: for an executor of other processes it must be a function of a module.
        """
        self._stop.clear()  # type: ignore[attr-defined]
        crew = Crew(
            threads=self.threads,
            executor=self.executor,
            progress=self.progress or (lambda done: None),
            stop=self._stop,  # type: ignore[attr-defined]
        )
        return in_order(self._job(log, every), read, self.replications, crew)

    def replicate(self, replication: int, *, log: bool = False, every: float | None = None) -> Memory:
        """Run one replication and return its memory."""
        return self._job(log, every).replicate(replication, self._stop.is_set)  # type: ignore[attr-defined]

    def _job(self, log: bool, every: float | None) -> Job:
        return Job(program=self.program, seed=self.seed, warm_up=self.warm_up, state=self.state, log=log, every=every)


def _read_samples(memory: Memory, program: Program) -> np.ndarray:
    from chairs.twin.engine import layout as code

    return memory.table(code.AT_SAMPLES).reshape(-1, len(program.stations), 3).copy()


def simulate(  # noqa: PLR0913 - the words of a question to the twin; all but the model are optional
    model: Model,
    *,
    horizon: float,
    start: dt.datetime | None = None,
    replications: int = 1,
    seed: int = 1,
    state: Sequence[Present] | None = None,
    scenario: Scenario | None = None,
    threads: int = 1,
    executor: Executor | None = None,
    warm_up: float = 0.0,
    progress: Callable[[int], None] | None = None,
) -> Simulation:
    """Simulate a model of a hospital's flow, patient by patient.

    Parameters
    ----------
    model
        Who comes, what there is, which steps follow one another; it is checked first.
    horizon, warm_up
        Length of a replication, and of its first part that no measure counts, in the model's unit of time.
    start
        First moment, with its time zone; None: a Monday at midnight without seasons and holidays.
    replications, seed
        How many independent runs, and the seed of all of them. The same seed gives the same bytes, whatever the
        number of threads; scenarios under one seed share their random numbers by patient, step and visit.
    state
        Who is present at the start; None: nobody.
    scenario
        What differs from the model.
    threads, executor
        Who runs the replications: threads of this process, or what is handed in with the interface of
        `concurrent.futures` (a pool of processes, the workers of a cluster). Neither changes the result.
    progress
        Called with the number of replications done.

    Raises
    ------
    SettingError
        For a model, state or scenario that cannot run, in words.

    Notes
    -----
    Patients still inside at the horizon stay in the measures of what they have completed, and in the event log
    with an open end. Checked against closed formulas, published models and independent programs
    (`tests/reference/test_des.py`).

    Examples
    --------
    >>> from chairs.twin.anchors.queues import mmc
    >>> run = simulate(mmc(0.5, 1.0, 1), horizon=50_000, warm_up=500, seed=3)
    >>> 0.8 < float(run.measures.values("wait", "ask")[0]) < 1.2
    True
    """
    changed = model if scenario is None else apply(scenario, model)
    check(changed, horizon=horizon, passed_by=scenario is not None)
    program = compile_model(changed, start=start, horizon=float(horizon))
    present = tuple(state or ())
    check_state(present, program)
    return Simulation(
        program=program,
        replications=replications,
        seed=seed,
        warm_up=float(warm_up),
        state=present,
        threads=threads,
        executor=executor,
        progress=progress,
    )


__all__ = ["Simulation", "Sums", "simulate"]
