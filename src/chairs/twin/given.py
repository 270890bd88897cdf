"""What is known of patients, written into a program: their own lengths and ways instead of drawn ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.engine import layout as code
from chairs.twin.steps import Delay, Patience, Route

if TYPE_CHECKING:
    from chairs.twin.compiling import Program
    from chairs.twin.durations import Duration
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
        Lengths in the model's unit of time (`Delay`, `Patience`), or places among the targets of a `Route`.
    clock
        Of a stay that lands on an hour: that hour (time since midnight); negative where the length says all.
    line
        The line of the step's table that counts for each (class, weekday, ...), for `carried`; None: the first.
    """

    who: np.ndarray
    value: np.ndarray
    clock: np.ndarray | None = None
    line: np.ndarray | None = None


Given = Mapping[str, Own]
"""What is known, by step."""


def own(
    who: np.ndarray, value: np.ndarray, clock: np.ndarray | None = None, line: np.ndarray | None = None
) -> Own:
    """Return what is known at a step, in the order of the patients, lines without a value left out."""
    known = np.flatnonzero(np.isfinite(value))
    order = known[np.argsort(who[known], kind="stable")]
    more = (None if one is None else one[order] for one in (clock, line))
    return Own(who[order].astype(np.int64), value[order], *more)


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


def with_given(program: Program, given: Given, count: int) -> Program:
    """Return the program in which patients have what is known of them; whoever is not named draws as ever.

    Parameters
    ----------
    given
        By step. Steps that the program does not have are passed over.
    count
        Numbers used, one more than the largest.

    Notes
    -----
    The engine chooses the line of a step's table by patient and visit where one is written, else by what the step
    says; the random numbers of all others stay what they were.
    """
    rows = program.rows.copy()
    draft = _Draft(program)
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

    def __init__(self, program: Program) -> None:
        self.program = program
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
        table = (row[code.R_BY], row[code.R_OF], count, self._pairs(told.who, count))
        row[code.R_BY], row[code.R_OF] = code.BY_PATIENT, self._keep(np.array(table, dtype=np.int64))

    def _pairs(self, who: np.ndarray, count: int) -> int:
        """Return where the first line and the number of visits of each patient stand; the same patients share it."""
        key = who.tobytes()
        if key not in self.shared:
            pairs = np.zeros((count, 2), dtype=np.int64)
            starts = np.flatnonzero(np.diff(who, prepend=-1))
            pairs[who[starts], 0], pairs[who[starts], 1] = starts, np.diff(starts, append=len(who))
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
        chosen = told.value.astype(np.int64)[:, None] <= np.arange(width)[None, :]  # a sum that jumps from 0 to 1
        lines = [self.program.reals[former : former + levels * width], chosen.astype(float).ravel()]
        place = code.HEADER_X + self.lengths[1]
        self.reals += lines
        self.lengths[1] += sum(map(len, lines))
        return place


def carried(told: Given, old: Mapping[str, Step], new: Mapping[str, Step], draw: np.random.Generator) -> Given:
    """Return what is known, as it would have been at steps that a scenario changes.

    Parameters
    ----------
    old, new
        Steps by name, without and with the change.
    draw
        Decides inside what a value leaves open (a number of nights, a way taken).

    Notes
    -----
    Abduction, action, prediction (Pearl, *Causality*, 2009, section 7.1): the value observed says which quantile of
    the step's distribution this patient is; the changed distribution is read at the same quantile. A step that does
    not change keeps its values to the last digit. Who had the longest stay keeps the longest (ranks are kept).
    """
    found = dict(told)
    for name, one in told.items():
        before, after = old.get(name), new.get(name)
        if before == after or before is None or after is None:
            continue
        u = draw.random((2, len(one.who)))
        if isinstance(before, Route) and isinstance(after, Route):
            found[name] = replace(one, value=_other_way(before, after, one, u[0]))
        elif isinstance(before, Delay) and isinstance(after, Delay):
            found[name] = _other_stay(before, after, one, u)
    return found


def _other_way(before: Route, after: Route, one: Own, u: np.ndarray) -> np.ndarray:
    """Return the ways taken under other probabilities."""
    if before.probabilities == after.probabilities and before.to == after.to:
        return one.value
    found = one.value.copy()
    for line, mine in _lines(one):
        shares, others = (np.cumsum(route.probabilities[line]) for route in (before, after))
        at = found[mine].astype(np.int64)
        low = np.concatenate([[0.0], shares])[at]
        found[mine] = np.searchsorted(others[:-1], low + u[mine] * (shares[at] - low), side="right")
    return found


def _other_stay(before: Delay, after: Delay, one: Own, u: np.ndarray) -> Own:
    value, clock = one.value.copy(), one.clock
    if before.duration != after.duration:
        for line, mine in _lines(one):
            value[mine] = moved(before.duration.rows[line], after.duration.rows[line], value[mine], u[0][mine])
    if clock is not None and before.lands is not None and after.lands is not None and before.lands != after.lands:
        landed = clock >= 0
        clock = clock.copy()
        clock[landed] = moved(before.lands, after.lands, clock[landed], u[1][landed])
    return replace(one, value=value, clock=clock)


def _lines(one: Own) -> Iterator[tuple[int, np.ndarray]]:
    """Give the lines of the step's table that are met, and who has each."""
    lines = np.zeros(len(one.who), dtype=np.int64) if one.line is None else one.line.astype(np.int64)
    for line in np.unique(lines):
        yield int(line), np.flatnonzero(lines == line)


def moved(before: Duration, after: Duration, value: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Return values at the same quantiles of another distribution.

    Examples
    --------
    >>> from chairs.twin.durations import Duration
    >>> short, long = (Duration(kind="exponential", mean=mean) for mean in (1.0, 3.0))
    >>> moved(short, long, np.array([0.5, 2.0]), np.zeros(2)).round(9).tolist()
    [1.5, 6.0]
    """
    above = np.array([before.survival(one) for one in value])  # beyond the value
    reached = np.array([before.survival(np.nextafter(one, -1.0)) for one in value])  # the value or beyond
    return upper(after, above + (1 - u) * (reached - above))


def upper(duration: Duration, survival: np.ndarray) -> np.ndarray:
    """Return the lengths that are exceeded with these probabilities (the inverse of `Duration.survival`).

    Notes
    -----
    Closed formulas for the values observed and the lognormal; otherwise halving on the survival function, to 1e-12
    of the length. Checked against scipy.stats (`tests/unit/twin/test_given.py`).
    """
    asked = np.clip(survival, 1e-300, 1.0)
    if duration.kind == "never":
        return np.full(len(asked), code.FOREVER)
    if duration.kind == "fixed":
        return np.full(len(asked), duration.mean or 0.0)
    points = sorted(_points(duration, 1.0))
    if points:
        values, shares = np.array(points).T
        place = np.searchsorted(np.cumsum(shares), 1.0 - asked, side="right")
        found: np.ndarray = values[np.minimum(place, len(values) - 1)]
        return found
    if duration.kind == "lognormal":
        from scipy.special import ndtri

        sigma = np.sqrt(np.log1p((duration.cv or 0.0) ** 2))
        found = np.exp(np.log(duration.mean or 0.0) - sigma**2 / 2 - sigma * ndtri(asked))
        return found
    return np.array([_halved(duration, one) for one in asked])


def _points(duration: Duration, weight: float) -> Iterator[tuple[float, float]]:
    """Give the values of a discrete distribution with their shares; nothing where one part is continuous."""
    if duration.kind == "empirical":
        shares = duration.weights or (1 / len(duration.values),) * len(duration.values)
        yield from ((value, weight * share) for value, share in zip(duration.values, shares, strict=True))
    elif duration.kind == "mixture" and all(part.kind in ("empirical", "fixed") for part in duration.parts):
        for share, part in zip(duration.weights, duration.parts, strict=True):
            yield from [(part.mean or 0.0, weight * share)] if part.kind == "fixed" else _points(part, weight * share)


def _halved(duration: Duration, survival: float) -> float:
    low, high = 0.0, max(duration.average(), 1e-9)
    while duration.survival(high) > survival and high < code.FOREVER:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if duration.survival(middle) > survival else (low, middle)
    return high
