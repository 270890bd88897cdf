"""One replication, run to its end; a run that fills its arrays or is cancelled in the meantime."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from chairs.core.errors import SettingError, problem
from chairs.twin.engine import layout as code
from chairs.twin.memory import Memory

EVENTS_A_BREATH = 1_000_000  # events between two looks at whether the user wants to stop


class Cancelled(Exception):
    """The run was stopped before its end; nothing of it is kept."""


def key_of(seed: int, replication: int) -> tuple[int, int]:
    """Return the two words of the random key of one replication."""
    digest = hashlib.sha256(f"twin\x1f{int(seed)}\x1f{int(replication)}".encode()).digest()
    return int.from_bytes(digest[:4], "little"), int.from_bytes(digest[4:8], "little")


def run_to_end(memory: Memory, stop: Callable[[], bool]) -> Memory:
    """Run a replication to its horizon; the memory given is used and returned.

    Raises
    ------
    Cancelled
        When `stop` says so.
    SettingError
        When time stands still in the model, or there are too many patients at once.
    """
    from chairs.twin.engine.run import run

    while True:
        memory.n[code.W_BUDGET] = memory.n[code.W_EVENTS] + EVENTS_A_BREATH
        outcome = run(memory.n, memory.x)
        if outcome == code.DONE:
            return memory
        if outcome == code.STUCK:
            raise SettingError(
                (
                    problem(
                        "le temps n'avance plus : des patients tournent dans une boucle de durée nulle",
                        "time stands still: patients turn in a loop that takes no time",
                        remedy=("donner une durée à une étape de la boucle", "give a step of the loop a duration"),
                    ),
                )
            )
        if outcome == code.GROW:
            memory.grow()
        if stop():
            raise Cancelled
