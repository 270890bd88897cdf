"""What is known of patients, written into a program: their own lengths and ways instead of drawn ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.core.counter import word
from chairs.twin.engine import layout as code
from chairs.twin.steps import Delay, Patience, Route

if TYPE_CHECKING:
    from chairs.twin.compiling import Program
    from chairs.twin.steps import Step

NO_CLOCK = -1.0


@dataclass(frozen=True, eq=False)
class Own:
    """What is known at one step: for each patient number, visit after visit, one value.

    Parameters
    ----------
    who
        Numbers of the patients, ascending; a number that comes again is a further visit.
    value
        Lengths in the model's unit of time (`Delay`, `Patience`), or places among the targets of a `Route`, or (one
        column a target) the probabilities of each.
    clock
        Of a stay that lands on an hour: that hour (time since midnight); negative where the length says all.
    line
        The line of the step's table that counts for each (class, weekday, ...), for `carried`; None: the first.
    every
        One line a patient, the same at each of his visits until he comes to a step that decides (`R_DECIDES`).
    """

    who: np.ndarray
    value: np.ndarray
    clock: np.ndarray | None = None
    line: np.ndarray | None = None
    every: bool = False


Given = Mapping[str, Own]
"""What is known, by step."""


def own(who: np.ndarray, value: np.ndarray, clock: np.ndarray | None = None, line: np.ndarray | None = None) -> Own:
    """Return what is known at a step, in the order of the patients, lines without a value left out."""
    known = np.flatnonzero(np.isfinite(value))
    order = known[np.argsort(who[known], kind="stable")]
    clocks, lines = (None if one is None else one[order] for one in (clock, line))
    return Own(who[order].astype(np.int64), value[order], clocks, lines)


def joined(parts: Sequence[Given]) -> dict[str, Own]:
    """Return what several know together; each patient and step is told by one of them only."""
    found: dict[str, Own] = {}
    for part in parts:
        for name, new in part.items():
            old = found.get(name)
            found[name] = new if old is None else own(
                np.concatenate([old.who, new.who]), np.concatenate([old.value, new.value]),
                _both(old, new, "clock", NO_CLOCK), _both(old, new, "line", 0),
            )  # fmt: skip
    return found


def _both(old: Own, new: Own, field: str, otherwise: float) -> np.ndarray | None:
    parts = [getattr(one, field) for one in (old, new)]
    if parts[0] is None and parts[1] is None:
        return None
    sizes = (len(old.who), len(new.who))
    return np.concatenate([np.full(n, otherwise) if one is None else one for one, n in zip(parts, sizes, strict=True)])


def numbered(program: Program, before: Mapping[str, int]) -> Program:
    """Return the program whose lists of appointments number their patients on from `before`.

    Those present at the start have the numbers of their places in the state.
    """
    sources = program.sources.copy()
    for source, arrivals in zip(sources, program.model.arrivals, strict=True):
        skipped = before[arrivals.name]
        source[code.A_NUMBER], source[code.A_FIRST] = skipped, source[code.A_FIRST] - skipped
        source[code.A_N] += skipped
    return replace(program, sources=sources)


def with_given(program: Program, given: Given, count: int, source: str | None = None) -> Program:
    """Return the program in which patients have what is known of them; whoever is not named draws as ever.

    Parameters
    ----------
    given
        By step. Steps that the program does not have are passed over.
    count
        Numbers used, one more than the largest.
    source
        The list whose patients are meant, `state` for those present at the start; None: who has the number, of any.

    Notes
    -----
    The engine chooses the line of a step's table by patient and visit where one is written, else by what the step
    says; the random numbers of all others stay what they were.
    """
    rows = program.rows.copy()
    draft = _Draft(program, 0 if source is None else word(source))
    for place, step in enumerate(program.model.steps):
        told = given.get(step.name)
        if told is not None and len(told.who) and isinstance(step, Delay | Patience | Route):
            draft.write(rows[place], step, told, count)
    return replace(
        program,
        rows=rows,
        wholes=np.concatenate(draft.wholes),
        reals=np.concatenate(draft.reals),
        durations=np.concatenate(draft.durations),
        durations_x=np.concatenate(draft.durations_x),
    )


class _Draft:
    """The tables of a program, each with what is added to it."""

    def __init__(self, program: Program, source: int) -> None:
        self.program, self.source = program, source
        self.wholes, self.reals = [program.wholes], [program.reals]
        self.durations, self.durations_x = [program.durations], [program.durations_x]
        self.lengths = [len(program.wholes), len(program.reals), len(program.durations)]
        self.shared: dict[bytes, int] = {}

    def write(self, row: np.ndarray, step: Step, told: Own, count: int) -> None:
        """Give a row a table with the lines known after its own, and the list of who has which."""
        levels = int(row[code.R_LEVELS])
        if isinstance(step, Route):
            row[code.R_FIRST] = self._ways(row, levels, told)
        else:
            row[code.R_FIRST] = self._lengths(int(row[code.R_FIRST]), levels, told)
        table = (row[code.R_BY], row[code.R_OF], count, self._pairs(told, count), self.source)
        row[code.R_BY], row[code.R_OF] = code.BY_PATIENT, self._keep(np.array(table, dtype=np.int64))

    def _pairs(self, told: Own, count: int) -> int:
        """Return where the first line and the number of visits of each patient stand; the same patients share it."""
        who = told.who
        key = who.tobytes() + bytes([told.every])
        if key not in self.shared:
            pairs = np.zeros((count, 2), dtype=np.int64)
            starts = np.flatnonzero(np.diff(who, prepend=-1))
            visits = -1 if told.every else np.diff(starts, append=len(who))
            pairs[who[starts], 0], pairs[who[starts], 1] = starts, visits
            self.shared[key] = self._keep(pairs.ravel())
        return self.shared[key]

    def _keep(self, numbers: np.ndarray) -> int:
        place = code.HEADER + self.lengths[0]
        self.wholes.append(numbers)
        self.lengths[0] += len(numbers)
        return place

    def _lengths(self, former: int, levels: int, told: Own) -> int:
        new = np.zeros((len(told.who), code.D_WIDE), dtype=np.int64)
        new[:, code.D_KIND] = code.FIXED
        numbers = np.full((len(told.who), code.DX_WIDE), NO_CLOCK)
        numbers[:, 0] = told.value
        if told.clock is not None:
            numbers[:, 1] = told.clock
        place = self.lengths[2]
        self.durations += [self.program.durations[former : former + levels], new]
        self.durations_x += [self.program.durations_x[former : former + levels], numbers]
        self.lengths[2] += levels + len(new)
        return place

    def _ways(self, row: np.ndarray, levels: int, told: Own) -> int:
        width, former = int(row[code.R_WIDTH]), int(row[code.R_FIRST]) - code.HEADER_X
        if told.value.ndim > 1:
            sums = np.cumsum(told.value, axis=1)
        else:
            sums = (told.value.astype(np.int64)[:, None] <= np.arange(width)[None, :]).astype(float)  # 0, then 1
        lines = [self.program.reals[former : former + levels * width], sums.ravel()]
        place = code.HEADER_X + self.lengths[1]
        self.reals += lines
        self.lengths[1] += sum(map(len, lines))
        return place
