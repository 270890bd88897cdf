"""An array as the compiled engine sees it: a bare address, read and written without any check.

Numba's own arrays carry seven words through every call and look at the sign of every index. The engine's places
are never negative and its tables never move while it runs, so neither is needed. Written out for the compiler:
a place known at compile time is a word of the header and no other place is, whole and real numbers do not overlap,
and sizes and places of the tables do not change during a run. Uncompiled, `cells` hands the array back.
"""

# numba's inside has no types
# mypy: disable-error-code="no-untyped-call,untyped-decorator,misc,no-any-return,attr-defined"
from __future__ import annotations

import operator
from typing import Any

import numpy as np
from numba.core import types
from numba.core.datamodel import models, register_default
from numba.core.imputils import lower_builtin
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import type_callable

from chairs.twin.engine.layout import AT_LINES_X, N_PLACES


def cells(array: np.ndarray) -> Any:
    """Return the array's cells, to be read and written by place only."""
    return array


class Cells(types.Type):
    """The type of a bare address of numbers of one kind."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Cells({dtype})")

    def node(self, module: Any, index: Any) -> Any:
        """Return what tells the compiler which other accesses can touch the same memory."""
        from llvmlite import ir

        kind = "header" if isinstance(index, types.IntegerLiteral) else "table"
        root = module.add_metadata(["cells"])
        zero = ir.Constant(ir.IntType(64), 0)
        place = module.add_metadata([f"{kind} of {self.dtype}", root, zero])
        return module.add_metadata([place, place, zero])


@register_default(Cells)
class _Model(models.PrimitiveModel):
    def __init__(self, manager: Any, cells_type: Any) -> None:
        super().__init__(manager, cells_type, manager.lookup(cells_type.dtype).get_data_type().as_pointer())


@type_callable(cells)
def _type_cells(context: Any) -> Any:
    def typed(array: Any) -> Any:
        return Cells(array.dtype)

    return typed


@lower_builtin(cells, types.Array)
def _lower_cells(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    return context.make_array(sig.args[0])(context, builder, args[0]).data


@infer_global(operator.getitem)
class _Read(AbstractTemplate):
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], Cells) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, *args)
        return None


@infer_global(operator.setitem)
class _Write(AbstractTemplate):
    prefer_literal = True

    def generic(self, args: Any, kws: Any) -> Any:
        if isinstance(args[0], Cells) and isinstance(args[1], types.Integer):
            return signature(types.none, args[0], args[1], args[0].dtype)
        return None


def _place(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    index = context.cast(builder, args[1], sig.args[1], types.intp)
    return builder.gep(args[0], [index], inbounds=True)


@lower_builtin(operator.getitem, Cells, types.Integer)
def _read(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    loaded = builder.load(_place(context, builder, sig, args))
    kind, index = sig.args
    loaded.set_metadata("tbaa", kind.node(builder.module, index))
    in_header = kind.dtype == types.int64 and isinstance(index, types.IntegerLiteral)
    if in_header and N_PLACES <= index.literal_value <= AT_LINES_X:
        loaded.set_metadata("invariant.load", builder.module.add_metadata([]))
    return loaded


@lower_builtin(operator.setitem, Cells, types.Integer, types.Any)
def _write(context: Any, builder: Any, sig: Any, args: Any) -> Any:
    stored = builder.store(args[2], _place(context, builder, sig, args))
    stored.set_metadata("tbaa", sig.args[0].node(builder.module, sig.args[1]))
    return context.get_dummy_value()
