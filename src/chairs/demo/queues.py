"""Compiled queues: events ordered in time (a binary heap), patients ordered as they came (linked lists).

The compiler's cache of `chronology` does not see a change made here: after one, delete `__pycache__`
(tests/unit/demo/test_chronology.py compares the compiled pass with the plain one and would fail).
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from numba import njit

jit: Any = njit  # its stubs know fewer options than it has
Function = TypeVar("Function", bound=Callable[..., Any])

KINDS, PATIENTS = 4, 23  # bits of an event's key: time, kind, patient


def compiled(function: Function) -> Function:
    """Compile a function that compiled code alone calls."""
    return cast(Function, jit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def entry(function: Function) -> Function:
    """Compile a function that Python calls."""
    return cast(Function, jit(cache=True)(function))


@compiled
def push(s: Any, time: int, kind: int, patient: int) -> None:
    """Add an event; those of one second come in the order of their kind, then of their patient."""
    key = (((time << KINDS) | kind) << PATIENTS) | patient
    s.heap[0] += 1  # entry 0 counts the events; the children of entry k are 2k and 2k + 1
    k = s.heap[0]
    while k > 1 and s.heap[k >> 1] > key:
        s.heap[k] = s.heap[k >> 1]
        k >>= 1
    s.heap[k] = key


@compiled
def pop(s: Any) -> int:
    """Take out the key of the next event."""
    key, last = s.heap[1], s.heap[s.heap[0]]
    s.heap[0] -= 1
    n, k = s.heap[0], 1
    while 2 * k <= n:
        child = 2 * k
        if child < n and s.heap[child + 1] < s.heap[child]:
            child += 1
        if s.heap[child] >= last:
            break
        s.heap[k] = s.heap[child]
        k = child
    s.heap[k] = last
    return int(key)


@compiled
def first(s: Any, queue: int) -> int:
    """Return who is first in a queue, -1 when nobody is."""
    return int(s.ends[0, queue])


@compiled
def join(s: Any, queue: int, i: int) -> None:
    """Put patient `i` at the end of a queue."""
    s.link[i] = -1
    if s.ends[0, queue] < 0:
        s.ends[0, queue] = i
    else:
        s.link[s.ends[1, queue]] = i
    s.ends[1, queue] = i


@compiled
def leave(s: Any, queue: int, i: int) -> bool:
    """Take `i` out of a queue and say whether it was there."""
    before, now = -1, s.ends[0, queue]
    while now >= 0 and now != i:
        before, now = now, s.link[now]
    if now < 0:
        return False
    if before < 0:
        s.ends[0, queue] = s.link[i]
    else:
        s.link[before] = s.link[i]
    if s.ends[1, queue] == i:
        s.ends[1, queue] = before
    return True
