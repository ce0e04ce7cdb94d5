"""Compiling what is only ever inlined: for it no machine code is made of its own.

Numba makes machine code of each function that it compiles, and optimizes it to the last, although
here all of them but the entries are put into others whole. That took twice as long as all the rest.
What this needs of numba is not public; where a version has it no more, numba compiles as ever.
"""

from __future__ import annotations

from types import MethodType
from typing import Any

from numba import _dynfunc  # type: ignore[attr-defined]
from numba.core.codegen import CPUCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering

NEEDED = (
    "_optimize_final_module", "_finalize_final_module", "_finalize_dynamic_globals",
    "_verify_declare_only_symbols",
)  # fmt: skip


def _finalize(library: Any) -> None:
    """What numba does once a module is whole, but for giving it to the machine."""
    library._finalize_dynamic_globals()
    library._verify_declare_only_symbols()
    library._final_module.__library = library
    library._finalized = True


def _optimize(library: Any) -> None:
    """Only so far that little is left to put into others."""
    codegen = library._codegen
    manager, builder = codegen._module_pass_manager(
        loop_vectorize=False, slp_vectorize=False, opt=1, cost="cheap"
    )
    manager.run(library._final_module, builder)


@register_pass(mutates_CFG=True, analysis_only=False)
class LowerToInline(NativeLowering):
    """Numba's own lowering, up to what can be put into other functions."""

    _name = "lower_to_inline"

    def run_pass(self, state: Any) -> bool:
        context = state.targetctx
        state.library = context.codegen().create_library(state.func_id.func_qualname)
        state.library._finalize_final_module = MethodType(_finalize, state.library)
        state.library._optimize_final_module = MethodType(_optimize, state.library)
        state.flags.no_compile = True  # this pass looks at it, and no later one
        super().run_pass(state)
        state.flags.no_compile = False
        made, name = state.cr.fndesc, state.cr.fndesc.qualname.split(".")[-1]
        unused = _dynfunc.make_function(
            made.lookup_module(), name, "only ever inlined", 0, state.cr.env, (state.library,)
        )
        context.insert_user_function(unused, made, [state.library])
        state.cr = state.cr._replace(cfunc=unused)
        return True


class Inlining(CompilerBase):
    """Numba's passes with this one."""

    def define_pipelines(self) -> list[Any]:
        passes = DefaultPassBuilder.define_nopython_pipeline(self.state)
        passes.passes = [
            (LowerToInline if one is NativeLowering else one, text) for one, text in passes.passes
        ]
        passes.finalize()
        return [passes]


def options() -> dict[str, Any]:
    """Options of functions that are only ever inlined."""
    if all(hasattr(CPUCodeLibrary, name) for name in NEEDED):
        return {"pipeline_class": Inlining}
    return {}
