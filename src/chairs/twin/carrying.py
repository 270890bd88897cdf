"""What is known of patients, as it would have been at steps that a scenario changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from chairs.twin.given import Given, Own
from chairs.twin.quantiles import beyond, upper
from chairs.twin.steps import Delay, Route

if TYPE_CHECKING:
    from chairs.twin.durations import Duration
    from chairs.twin.state import Present
    from chairs.twin.steps import Step


def carried(told: Given, steps: tuple[Mapping[str, Step], Mapping[str, Step]], draw: np.random.Generator) -> Given:
    """Return what is known, as it would have been at steps that a scenario changes.

    Parameters
    ----------
    steps
        By name, without and with the change.
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
        before, after = (side.get(name) for side in steps)
        if before == after or before is None or after is None:
            continue
        u = draw.random((2, len(one.who)))
        if isinstance(before, Route) and isinstance(after, Route):
            found[name] = replace(one, value=_other_way(before, after, one, u[0]))
        elif isinstance(before, Delay) and isinstance(after, Delay):
            found[name] = _other_stay(before, after, one, u)
    return found


def shifted(
    state: tuple[Present, ...],
    told: Given,
    steps: tuple[Mapping[str, Step], Mapping[str, Step]],
    draw: np.random.Generator,
) -> tuple[Present, ...]:
    """Return those present, what is left of their stay longer or shorter where the scenario changes such stays.

    Parameters
    ----------
    told
        The whole lengths of the steps that they are in; patients by their place in the state.
    """
    found = list(state)
    for name, one in carried(told, steps, draw).items():
        if one is told[name]:
            continue
        more = one.value - told[name].value
        if one.clock is not None:
            more = more + one.clock - np.asarray(told[name].clock)
        for place, change in zip(one.who.tolist(), more.tolist(), strict=True):
            left = found[place].remaining
            if left is not None:
                found[place] = replace(found[place], remaining=max(left + change, 0.0))
    return tuple(found)


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
    above, reached = beyond(before, value), beyond(before, np.nextafter(value, -1.0))
    return upper(after, above + (1 - u) * (reached - above))
