"""One replication: its arrays, run until the horizon, enlarged when they are full."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from chairs.core.errors import SettingError, problem
from chairs.twin.compiling import Program
from chairs.twin.engine import layout as code

PATIENTS_AT_FIRST = 256
EVENTS_A_BREATH = 1_000_000  # events between two looks at whether the user wants to stop


class Cancelled(Exception):
    """The run was stopped before its end; nothing of it is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What one run keeps beside the sums: the log, or the state every `every` units of time."""

    log: bool = False
    every: float | None = None


def key_of(seed: int, replication: int) -> tuple[int, int]:
    """Return the two words of the random key of one replication."""
    digest = hashlib.sha256(f"twin\x1f{int(seed)}\x1f{int(replication)}".encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


def new_work(program: Program, key: tuple[int, int], warm_up: float, recording: Recording) -> code.Work:
    """Return the arrays of one replication, empty."""
    classes, stations = len(program.model.classes), program.stations.copy()
    samples = 0 if recording.every is None else int(program.horizon / recording.every) + 1
    margin = (4 * len(program.plan.rows) + 8) * (1 + program.places) + 8 * len(stations) + 64
    world = np.zeros(1, dtype=code.WORLD)
    work = code.Work(
        world=world,
        calendar=np.zeros(4 * PATIENTS_AT_FIRST + margin, dtype=code.CALENDAR),
        patients=np.zeros(PATIENTS_AT_FIRST, dtype=code.PATIENT),
        nodes=np.zeros(PATIENTS_AT_FIRST * program.places, dtype=code.NODE),
        heads=np.full((int(stations["levels"].sum()) + 1, 2), -1, dtype=np.int32),
        holdings=np.zeros((PATIENTS_AT_FIRST, len(stations)), dtype=code.HOLDING),
        stations=stations,
        sources=program.sources.copy(),
        attributes=np.zeros((PATIENTS_AT_FIRST, len(program.model.attributes)), dtype=np.int16),
        visits=np.zeros((PATIENTS_AT_FIRST, program.visits), dtype=np.int64),
        marks=np.zeros((PATIENTS_AT_FIRST, program.marks)),
        tallies=np.zeros((len(program.tallies) + 1, classes), dtype=code.TALLIED),
        within=np.zeros((len(program.within) + 1, classes), dtype=np.int64),
        passes=np.zeros((len(program.plan.rows), classes), dtype=np.int64),
        arrived=np.zeros((len(program.sources), classes), dtype=np.int64),
        lines=np.zeros(2 * margin + 8192 if recording.log else 1, dtype=code.LINE),
        samples=np.zeros((samples, len(stations), 3), dtype=np.int32),
    )
    values = {
        "horizon": program.horizon,
        "warm_up": warm_up,
        "counted": warm_up,
        "counting": warm_up <= 0,
        "opening": True,
        "hour": program.model.hour,
        "phase": program.clock.phase * program.model.hour,
        "sample_every": recording.every or 0.0,
        "logging": recording.log,
        "event_budget": EVENTS_A_BREATH,
        "free": 0,
        "ready": -1,
        "last_ready": -1,
        "margin": margin,
        "bursts": program.preempts,
        "places": program.places,
        "k0": key[0],
        "k1": key[1],
    }
    for name, value in values.items():
        world[name] = value
    work.stations["idle_since"] = warm_up
    work.patients["next"] = [*range(1, PATIENTS_AT_FIRST), -1]
    return work


def grown(work: code.Work) -> code.Work:
    """Return the arrays with room for more of whatever is short."""
    world = work.world[0]
    need = int(world["margin"] + world["bursts"] * world["inside"])
    if world["free"] < 0:
        n = len(work.patients)
        if 2 * n > 1 << code.WHO_BITS:
            raise SettingError(
                (
                    problem(
                        "plus de huit millions de patients sont présents à la fois",
                        "more than eight million patients are present at once",
                        remedy=("vérifier les taux et les capacités", "check the rates and capacities"),
                    ),
                )
            )
        names = ("patients", "nodes", "holdings", "attributes", "visits", "marks")
        work = work._replace(**{name: _doubled(getattr(work, name)) for name in names})
        work.patients["next"][n:] = [*range(n + 1, 2 * n), -1]
        world["free"] = n
    if world["calendar_n"] + need > len(work.calendar):
        work = work._replace(calendar=_doubled(work.calendar, at_least=need))
    if world["logging"] and world["lines_n"] + need > len(work.lines):
        work = work._replace(lines=_doubled(work.lines, at_least=need))
    return work


def _doubled(array: np.ndarray, at_least: int = 0) -> np.ndarray:
    more = np.zeros((max(len(array), at_least), *array.shape[1:]), dtype=array.dtype)
    return np.concatenate([array, more])


def finish(program: Program, work: code.Work, stop: Callable[[], bool]) -> code.Work:
    """Run a replication to its end.

    Raises
    ------
    Cancelled
        When `stop` says so.
    SettingError
        When time stands still in the model.
    """
    from chairs.twin.engine.run import run

    while True:
        outcome = run(work, program.plan)
        if outcome == code.DONE:
            return work
        if outcome == code.GROW:
            work = grown(work)
        elif outcome == code.STUCK:
            raise SettingError(
                (
                    problem(
                        "le temps n'avance plus : des patients tournent dans une boucle de durée nulle",
                        "time stands still: patients turn in a loop that takes no time",
                        remedy=("donner une durée à une étape de la boucle", "give a step of the loop a duration"),
                    ),
                )
            )
        else:
            if stop():
                raise Cancelled
            work.world["event_budget"] = work.world["events"] + EVENTS_A_BREATH
