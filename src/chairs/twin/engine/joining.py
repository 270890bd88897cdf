"""How the engine's parts become one function: translated one by one, optimised and turned into machine code once.

Numba by itself optimises and assembles each function, then again inside each of its callers, and looks for the
meaning of each `+` from the start. Here the parts are only translated, what two types add up to is looked for once,
and the whole is optimised at the end: a third of the time. A function that only this whole can see may be dissolved
in its caller, however long it is, so that the hot loop ends up as a single function. Written on numba's extension
points (compiler classes, code libraries, a lowering class): the lock file holds the version it was tested with.
"""

# numba's inside has no types
# mypy: disable-error-code="no-untyped-call,untyped-decorator,misc,no-any-return,attr-defined"
from __future__ import annotations

import importlib
import operator
from typing import Any

from llvmlite.binding import Linkage
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager, register_pass
from numba.core.lowering import Lower
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import FixupArgs, IRProcessing, ReconstructSSA, TranslateByteCode


def _load_without_scipy() -> None:
    """Load numba's array functions, but not scipy's linear algebra, which they only look for: a fifth of the start-up.

    Whether scipy fits is still checked wherever linear algebra is compiled.
    """
    from numba.np import linalg

    look = linalg.ensure_blas
    linalg.ensure_blas = lambda: None
    try:
        importlib.import_module("numba.np.arraymath")
    finally:
        linalg.ensure_blas = look


_load_without_scipy()
_OPERATORS = frozenset(function for function in vars(operator).values() if callable(function))
_KNOWN: dict[Any, Any] = {}


class _PartLibrary(JITCodeLibrary):
    """A part's code as it was translated, waiting to be taken over by the whole."""

    def _optimize_functions(self, module: Any) -> None:
        module.data_layout = self._codegen._data_layout

    def finalize(self) -> None:
        self._finalized = True


class _WholeLibrary(JITCodeLibrary):
    """The code of the function that is called from Python, with all the parts it needs."""

    def finalize(self) -> None:
        needed = self._linking_libraries
        for library in needed:  # grows on the way
            if isinstance(library, _PartLibrary):
                needed.extend(other for other in library._linking_libraries if other not in needed)
        super().finalize()

    def _optimize_final_module(self) -> None:
        for function in self._final_module.functions:
            if function.linkage == Linkage.linkonce_odr:
                function.linkage = Linkage.internal
        # level 1 dissolves the parts all the same; what levels 2 and 3 add takes longer and makes it slower
        passes, builder = self._codegen._module_pass_manager(opt=1, loop_vectorize=False, slp_vectorize=False)
        passes.run(self._final_module, builder)


class _Remembering:
    """Numba's rules of typing, which look for the meaning of an operator only once for the same types."""

    def __init__(self, context: Any) -> None:
        self._context = context

    def __getattr__(self, name: str) -> Any:
        return getattr(self._context, name)

    def resolve_function_type(self, function: Any, args: Any, kws: Any) -> Any:
        if kws or getattr(function, "typing_key", None) not in _OPERATORS:
            return self._context.resolve_function_type(function, args, kws)
        asked = (function, tuple(args))
        if asked not in _KNOWN:
            _KNOWN[asked] = self._context.resolve_function_type(function, args, kws)
        return _KNOWN[asked]


class _Lower(Lower):
    def lower_binop(self, resty: Any, expr: Any, op: Any) -> Any:
        """Translate an operation on two values; what it means for their types was settled before."""
        signature = self.fndesc.calltypes[expr]
        operation = self.context.typing_context.resolve_value_type(op)
        if signature.args not in operation._impl_keys:  # numba has learnt another meaning of it since
            operation.get_call_type(self.context.typing_context, signature.args, {})
        sides = [
            self.context.cast(self.builder, self.loadvar(side.name), self.typeof(side.name), wanted)
            for side, wanted in zip((expr.lhs, expr.rhs), signature.args, strict=True)
        ]
        result = self.context.get_function(operation, signature)(self.builder, sides)
        return self.context.cast(self.builder, result, signature.return_type, resty)


@register_pass(mutates_CFG=True, analysis_only=False)
class _Lowering(NativeLowering):
    _name = "engine_lowering"

    @property
    def lowering_class(self) -> Any:
        return _Lower


class _Compiler(CompilerBase):
    """Numba's compiler without the passes that the engine's plain functions have no use for."""

    library_class: Any

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.state.typingctx = _Remembering(self.state.typingctx)
        self.state.library = self.library_class(self.state.targetctx.codegen(), "engine")

    def define_pipelines(self) -> list[Any]:
        passes = PassManager("engine")
        for step in (
            *(TranslateByteCode, FixupArgs, IRProcessing, ReconstructSSA, NopythonTypeInference, PreLowerStripPhis),
            *(IRLegalization, AnnotateTypes, _Lowering, NoPythonBackend),
        ):
            passes.add_pass(step, step.__name__)
        passes.finalize()
        return [passes]


class PartCompiler(_Compiler):
    """Translates a part and stops there."""

    library_class = _PartLibrary

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        context = self.state.targetctx  # this compilation's own copy
        context.get_executable = _refusal
        context.insert_user_function = self._insert

    def _insert(self, function: Any, description: Any, libraries: Any = ()) -> None:
        """Make the part known to its callers: a call cannot fail, so nothing is asked when it comes back."""

        def call(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            callee = context.declare_function(builder.module, description)
            kinds = description.restype, description.argtypes
            return context.call_conv.call_function(builder, callee, *kinds, args)[1]

        call.signature = description.argtypes
        call.libs = tuple(libraries)
        self.state.targetctx.insert_func_defn([(call, function, description.argtypes)])


def _refusal(library: Any, description: Any, environment: Any) -> Any:
    """Return what Python would call in a part's place: a built-in function of its own that always raises."""
    return [].remove


class WholeCompiler(_Compiler):
    """Translates the function that is called from Python and takes the parts in."""

    library_class = _WholeLibrary

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.state.library.enable_object_caching()
