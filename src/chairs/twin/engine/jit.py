"""How the engine's functions are compiled: a `part` inside the whole, the `whole` kept on disk, `plain` for both.

A `part` cannot be called from Python; with `NUMBA_DISABLE_JIT=1` all are plain functions. `_nrt=False`: the engine
allocates nothing, so no reference need be counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
from numba.core import types

from chairs.twin.engine.joining import PartCompiler, WholeCompiler

Function = TypeVar("Function", bound=Callable[..., Any])
Decorator = Callable[[Function], Function]
_njit: Any = numba.njit
_types: Any = types
_OFF: bool = vars(numba.config)["DISABLE_JIT"]
_engine: Any = {"nogil": True, "_nrt": False, "error_model": "numpy"}
_inside: Any = _njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, pipeline_class=PartCompiler, **_engine)

plain: Decorator[Any] = _njit(no_cfunc_wrapper=True, **_engine)
"""For what is called from Python too."""
whole: Decorator[Any] = _njit(cache=True, no_cfunc_wrapper=True, pipeline_class=WholeCompiler, **_engine)
"""For the one function that is kept on disk."""


def part(function: Function) -> Function:
    """Make a function a part of the engine, compiled once for numbers, not once for each constant it is given."""
    made = _inside(function)
    if not _OFF:
        found = made.get_call_template
        made.get_call_template = lambda args, kws: found(tuple(_any_value(kind) for kind in args), kws)
    return cast(Function, made)


def _any_value(kind: Any) -> Any:
    if isinstance(kind, _types.BaseTuple):
        return _types.Tuple.from_types(tuple(_any_value(inner) for inner in kind))
    return _types.unliteral(kind)


def fingerprint() -> int:
    """Return a number that changes with any source file of the engine.

    Numba's cache on disk looks at the file of a `whole` alone: one that captures this number is compiled again when
    any other of the engine's files changes.
    """
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("*.py")), folder.parent.parent / "core" / "counter.py"]
    return int.from_bytes(hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).digest()[:7], "little")
