"""Replications spread over threads, processes or machines: always the same results, in the same order."""

from __future__ import annotations

import functools
import hashlib
import math
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from chairs.core.errors import SettingError, problem
from chairs.twin.compiling import Program, compile_model
from chairs.twin.memory import Memory, new_memory
from chairs.twin.model import Model
from chairs.twin.placing import place_state
from chairs.twin.running import Cancelled, key_of, run_to_end
from chairs.twin.state import Present
from chairs.twin.steps import Leave

Result = TypeVar("Result")
Read = Callable[[Memory, Program], Result]

CHUNK_SECONDS = 1.0  # work of one task: a task costs milliseconds of talk, and its loss at most this much
LOOK_SECONDS = 0.5  # between two looks at whether the user wants to stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a worker must know to run any replication: nothing else changes the result."""

    program: Program
    seed: int
    warm_up: float
    state: tuple[Present, ...]
    log: bool = False
    every: float | None = None
    code: str = ""

    def replicate(self, replication: int, stop: Callable[[], bool]) -> Memory:
        """Run one replication and return its memory."""
        key = key_of(self.seed, replication)
        memory = new_memory(
            self.program, key=key, warm_up=self.warm_up, log=self.log, every=self.every, present=len(self.state)
        )
        if self.state:
            place_state(memory, self.program, self.state, key)
        return run_to_end(memory, stop)


@dataclass(frozen=True, slots=True, kw_only=True)
class Crew:
    """Who runs the replications, who is told of progress, and how they are stopped."""

    threads: int
    executor: Executor | None
    progress: Callable[[int], None]
    stop: threading.Event


def in_order(job: Job, read: Read[Result], n: int, crew: Crew) -> Iterator[Result]:
    """Run `n` replications and give what `read` takes from each, in their order.

    With an executor (anything with the interface of `concurrent.futures`: processes of this machine, workers of a
    cluster) the first replication is timed, and the others go out in chunks of about a second of work. A chunk that
    a lost worker did not finish is for the executor to run again: its result depends on `job` and its numbers only.

    Raises
    ------
    Cancelled
        When `crew.stop` is set.
    """
    if crew.executor is not None:
        parts = _chunks(replace(job, code=fingerprint()), read, n, crew)
    elif crew.threads == 1 or n == 1:
        parts = ([read(job.replicate(number, crew.stop.is_set), job.program)] for number in range(n))
    else:
        parts = _threaded(job, read, n, crew)
    done = 0
    for found in parts:
        yield from found
        done += len(found)
        crew.progress(done)


def _threaded(job: Job, read: Read[Result], n: int, crew: Crew) -> Iterator[list[Result]]:
    def one(number: int) -> list[Result]:
        return [read(job.replicate(number, crew.stop.is_set), job.program)]

    _load_engine()  # here, where Ctrl-C can stop a first compilation; in a thread it could not
    with ThreadPoolExecutor(max_workers=crew.threads) as pool:
        yield from _finished([pool.submit(one, number) for number in range(n)], crew.stop)


def _chunks(job: Job, read: Read[Result], n: int, crew: Crew) -> Iterator[list[Result]]:
    assert crew.executor is not None
    first = [crew.executor.submit(run_chunk, job, read, 0, 1)]
    ((found, seconds),) = _finished(first, crew.stop)
    yield found
    # an event log is large: one replication a task, so that no worker holds many
    size = 1 if job.log else max(1, math.ceil(CHUNK_SECONDS / max(seconds, 1e-6)))
    rest = [crew.executor.submit(run_chunk, job, read, begin, min(begin + size, n)) for begin in range(1, n, size)]
    for found, _ in _finished(rest, crew.stop):
        yield found


def run_chunk(job: Job, read: Read[Result], begin: int, end: int) -> tuple[list[Result], float]:
    """Run replications `begin` to `end` (not included) in one go; return what `read` takes, and seconds for each."""
    if job.code and job.code != fingerprint():
        raise _other_code()
    _load_engine()
    started = time.perf_counter()
    found = [read(job.replicate(number, _never), job.program) for number in range(begin, end)]
    return found, (time.perf_counter() - started) / (end - begin)


@functools.cache
def fingerprint() -> str:
    """Return a word that changes with any source file of the twin: workers must run the code of the command."""
    folder = Path(__file__).parent
    files = [*sorted(folder.rglob("*.py")), folder.parent / "core" / "counter.py"]
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _other_code() -> SettingError:
    return SettingError(
        (
            problem(
                "une machine de calcul a une autre version de chairs : elle donnerait d'autres nombres",
                "a worker has another version of chairs: it would give other numbers",
                remedy=("y installer la même version", "install the same version there"),
            ),
        )
    )


def _never() -> bool:
    return False


@functools.cache
def _load_engine() -> None:
    """Load the compiled engine once a process, so that it does not count as work."""
    nothing = Model(name="nothing", classes=("a",), arrivals=(), resources=(), steps=(Leave(name="out"),))
    job = Job(program=compile_model(nothing, horizon=1.0), seed=1, warm_up=0.0, state=())
    job.replicate(0, _never)
    replace(job, log=True).replicate(0, _never)


def _finished(futures: list[Future[Any]], stop: threading.Event) -> Iterator[Any]:
    """Give the results in order; when something goes wrong, what has begun is stopped and the rest called off."""
    try:
        for future in futures:
            while not wait([future], timeout=LOOK_SECONDS).done:
                if stop.is_set():
                    raise Cancelled
            yield future.result()
    except BaseException:
        stop.set()
        for future in futures:
            future.cancel()
        raise
