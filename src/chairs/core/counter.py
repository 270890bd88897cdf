"""Counter-based random numbers: the same name and counter give the same number, in any order, on any thread."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

_M0, _M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
_W0, _W1 = np.uint64(0x9E3779B9), np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_DROP = np.uint64(11)
_UNIT = 2.0**-53


def word(*names: str | int) -> int:
    """Return 32 bits that depend on `names` only (a step's or a list's key in the counter).

    Examples
    --------
    >>> word("triage") == word("triage"), word("triage") == word("imaging")
    (True, False)
    """
    text = "\x1f".join(f"{type(name).__name__}:{name}" for name in names)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")


_njit: Any = njit
# it allocates nothing: no references to count
_jit: Callable[[Any], Any] = _njit(nogil=True, forceinline=True, _nrt=False)


@_jit
def philox(c0: Any, c1: Any, c2: Any, c3: Any, k0: Any, k1: Any) -> Any:
    """Return two uniform numbers strictly between 0 and 1 for one counter and one key.

    Parameters
    ----------
    c0, c1, c2, c3
        The counter, four words of 32 bits held in `uint64`.
    k0, k1
        The key, two words of 32 bits held in `uint64`.

    Notes
    -----
    Philox4x32-10 (Salmon, Moraes, Dror & Shaw, *Parallel random numbers: as easy as 1, 2, 3*, SC 2011).
    Two 32-bit words make one 53-bit number, moved by half a unit so that 0 and 1 never come. Checked
    against the known-answer vectors of the Random123 distribution.

    Examples
    --------
    >>> zero = np.uint64(0)
    >>> first, second = philox(zero, zero, zero, zero, zero, zero)
    >>> f"{int(first * 2**32):08x} {int(second * 2**32):08x}"
    '6627e8d5 bc57ac4c'
    """
    for _ in range(10):
        p0 = _M0 * c0
        p1 = _M1 * c2
        c0, c1, c2, c3 = (p1 >> _HALF) ^ c1 ^ k0, p1 & _LOW, (p0 >> _HALF) ^ c3 ^ k1, p0 & _LOW
        k0 = (k0 + _W0) & _LOW
        k1 = (k1 + _W1) & _LOW
    first = ((c0 << _HALF) | c1) >> _DROP
    second = ((c2 << _HALF) | c3) >> _DROP
    return (float(np.int64(first)) + 0.5) * _UNIT, (float(np.int64(second)) + 0.5) * _UNIT
