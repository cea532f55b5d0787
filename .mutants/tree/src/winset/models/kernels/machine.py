"""Compiles kernels to machine code: the only module that imports Numba.

Numba turns a function, and all that it calls, into a module for LLVM. Here the functions that give
it memory for arrays are added. The module is optimised and written as one object file, which runs
without Numba.
"""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import numba
import numpy as np
from llvmlite import binding, ir
from numba.core import codegen, types
from numba.core.compiler_lock import global_compiler_lock
from numba.core.types.containers import BaseTuple

from winset.models.kernels.loading import SYMBOL, target
from winset.models.kernels.words import layout_of, parts_of, words_of

_TYPES = {
    None: types.none,
    int: types.int64,
    float: types.float64,
    bool: types.boolean,
    np.uint64: types.uint64,
}
_BYTE, _WORD = ir.IntType(8), ir.IntType(64)
_ADDRESS = _BYTE.as_pointer()
# A block of memory as Numba has it: how many hold it, who frees it (twice), where, and its size.
_BLOCK = ir.LiteralStructType([_WORD, _ADDRESS, _ADDRESS, _ADDRESS, _WORD])
_HEAD = 64  # bytes for it, before the block itself


def numba_type(kind: Any) -> Any:
    """Return Numba's type for a kind of argument or result."""
    if kind in _TYPES:
        return _TYPES[kind]
    if layout := layout_of(kind):
        dtype = types.boolean if layout.kind == "bool" else getattr(types, layout.kind)
        return types.Array(dtype, layout.axes, "C")
    parts = [numba_type(part) for part in parts_of(kind)]
    return BaseTuple.from_types(parts, kind if hasattr(kind, "_fields") else None)


class Source(Protocol):
    """A kernel, as far as its machine code is concerned."""

    name: str
    function: Any
    inlined: bool
    result: Any
    arguments: tuple[Any, ...]

    @property
    def dispatcher(self) -> Any: ...  # noqa: D102


class UnsuitedError(Exception):
    """This release of Numba does not compile kernels in the way that `machine_code` relies on."""


def plain_dispatcher(kernel: Source) -> Any:
    """Return ``kernel`` as Numba itself runs it: slower to start, and stored nowhere."""
    return numba.njit([_signature(kernel)], error_model="numpy", nogil=True)(kernel.function)


def dispatcher_of(kernel: Source) -> Any:
    """Return ``kernel`` as Numba has it, compiled for its one signature."""
    return numba.njit(
        [_signature(kernel)],
        error_model="numpy",
        forceinline=kernel.inlined,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )(kernel.function)


def _signature(kernel: Source) -> Any:
    return numba_type(kernel.result)(*map(numba_type, kernel.arguments))


def machine_code(kernel: Source) -> bytes:
    """Return the object file of ``kernel``.

    Raises:
        UnsuitedError: when this Numba compiles or passes arguments in an unknown way.
    """
    try:
        return _object_file(kernel)
    except (AttributeError, NotImplementedError, RuntimeError, TypeError) as error:
        # Numba and llvmlite raise these where a part of them that is used here is gone or changed.
        raise UnsuitedError(f"{kernel.name}: {type(error).__name__}: {error}") from error


def _object_file(kernel: Source) -> bytes:
    with global_compiler_lock, _only_translated():
        result = kernel.dispatcher.get_compile_result(_signature(kernel))
    module = binding.parse_assembly(result.library.get_llvm_str())
    name = result.fndesc.llvm_func_name
    _check(kernel, module.get_function(name))
    module.link_in(binding.parse_assembly(str(_memory(module.triple))))
    for function in module.functions:
        if not function.is_declaration and function.name != name:
            function.linkage = "internal"
    module.get_function(name).name = SYMBOL
    machine = target().create_target_machine(
        opt=3,
        cpu=binding.get_host_cpu_name(),
        features=binding.get_host_cpu_features().flatten(),
        codemodel="jitdefault",
        jit=True,
    )
    options = binding.create_pipeline_tuning_options(speed_level=3)
    options.loop_vectorization = True
    builder = binding.create_pass_builder(machine, options)
    builder.getModulePassManager().run(module, builder)
    missing = [
        function.name
        for function in module.functions
        if function.is_declaration
        and not function.name.startswith("llvm.")
        and not binding.address_of_symbol(function.name)
    ]
    if missing:
        raise UnsuitedError(f"{kernel.name} needs {', '.join(missing)}")
    content: bytes = machine.emit_object(module)
    return content


def _check(kernel: Source, function: Any) -> None:
    """Refuse code that does not take the machine words that will be passed to it.

    Raises:
        UnsuitedError: when it takes others.
    """
    names = {ctypes.c_double: "double", ctypes.c_uint8: "i8", ctypes.c_void_p: "ptr"}
    words = [ctypes.c_void_p] * 2 + [w for kind in kernel.arguments for w in words_of(kind)]
    expected = [names.get(word, "i64") for word in words]
    actual = ["ptr" if str(a.type).endswith("*") else str(a.type) for a in function.arguments]
    if actual != expected:
        raise UnsuitedError(
            f"{kernel.name} takes {' '.join(actual)} rather than {' '.join(expected)}"
        )


@contextmanager
def _only_translated() -> Iterator[None]:
    """Keep Numba from optimising each function that is called, and from making its machine code.

    That is done once, for the whole module. Both steps are internal to Numba: if a release no
    longer has them, they run in vain, which takes three times as long and does no other harm.
    """
    library = codegen.JITCodeLibrary
    idle = {"_optimize_final_module": _idle, "_finalize_specific": _idle}
    before = {name: getattr(library, name, None) for name in idle}
    for name, replacement in idle.items():
        setattr(library, name, replacement)
    try:
        yield
    finally:
        for name, own in before.items():
            setattr(library, name, own)


def _idle(library: Any) -> None:
    """Do nothing."""


def _memory(triple: str) -> ir.Module:
    """Return the functions that give and take back memory, over C's ``malloc`` and ``free``."""
    module = ir.Module("memory")
    module.triple = triple
    nothing = ir.VoidType()
    malloc = ir.Function(module, ir.FunctionType(_ADDRESS, [_WORD]), "malloc")
    free = ir.Function(module, ir.FunctionType(nothing, [_ADDRESS]), "free")
    kind = ir.FunctionType(_ADDRESS, [_WORD, ir.IntType(32)])
    for name in ("NRT_MemInfo_alloc_aligned", "NRT_MemInfo_alloc_safe_aligned"):
        _write_allocate(ir.Function(module, kind, name), malloc)
    release = ir.Function(module, ir.FunctionType(nothing, [_ADDRESS]), "NRT_MemInfo_call_dtor")
    builder = ir.IRBuilder(release.append_basic_block())
    builder.call(free, release.args)
    builder.ret_void()
    return module


def _write_allocate(function: Any, malloc: Any) -> None:
    """Write a function of size and alignment: the block's head, then the block, aligned."""
    size, align = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    wide = builder.zext(align, _WORD)
    block = builder.call(malloc, [builder.add(builder.add(size, wide), _WORD(_HEAD))])
    with builder.if_then(builder.icmp_unsigned("==", block, _ADDRESS(None))):
        builder.ret(block)
    start = builder.add(builder.ptrtoint(block, _WORD), builder.add(wide, _WORD(_HEAD - 1)))
    data = builder.sub(start, builder.urem(start, wide))
    head = builder.bitcast(block, _BLOCK.as_pointer())
    nothing = _ADDRESS(None)
    values = (_WORD(1), nothing, nothing, builder.inttoptr(data, _ADDRESS), size)
    for k, value in enumerate(values):
        builder.store(value, builder.gep(head, [ir.IntType(32)(0), ir.IntType(32)(k)]))
    builder.ret(block)
