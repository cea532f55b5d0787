"""Loading machine code that was compiled before; Numba takes no part in it."""

from functools import cache
from typing import Any

from llvmlite import binding

SYMBOL = "winset_kernel"  # what the machine code of every kernel is called in its own file


@cache
def target() -> Any:
    """Return LLVM's notion of this machine."""
    binding.initialize_native_target()
    binding.initialize_native_asmprinter()
    return binding.Target.from_triple(binding.get_process_triple())


def load(content: bytes) -> tuple[Any, int]:
    """Return what keeps the code in memory, and where it begins."""
    module = binding.parse_assembly("")
    module.triple = binding.get_process_triple()
    machine = target().create_target_machine(opt=0, codemodel="jitdefault", jit=True)
    engine = binding.create_mcjit_compiler(module, machine)
    engine.add_object_file(binding.object_file.ObjectFileRef.from_data(content))
    engine.finalize_object()
    return engine, engine.get_function_address(SYMBOL)
