"""How the engine's functions are compiled.

`piece` is written out in place wherever it is called, before types are inferred: most functions have one
caller, and so the hot loop stays a single function for the compiler while the source stays in small parts.
`part` is compiled once, on its own, and called: for what has many callers or is rarely needed.
Neither can be called from Python; with `NUMBA_DISABLE_JIT=1` both are plain functions.
`_nrt=False`: the engine allocates nothing, so no reference need be counted (several times faster).
A `part` is compiled again for each constant it is called with, so those that take one have a `piece` in front
that turns it into a plain number.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from numba import njit

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Function], Function]
_njit: Any = njit

piece: Decorator[Any] = _njit(inline="always", nogil=True, _nrt=False, error_model="numpy")
part: Decorator[Any] = _njit(
    nogil=True, _nrt=False, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
)
plain: Decorator[Any] = _njit(nogil=True, _nrt=False)
"""For what is called from Python too."""
cached: Decorator[Any] = _njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
"""For the one function that is kept on disk."""
