"""The decorators of all kernels, which are compiled at most once on a machine and then loaded.

A decorated function is called like the plain one. At the first call from Python its machine code
is read from the `CodeFolder` of this code, or compiled into it. Only compiling imports Numba:
loading needs just llvmlite, and a call passes pointers. The global interpreter lock is not held.

A kernel takes what its annotations say: whole numbers, floats, truth values, arrays as in
:mod:`winset.models.kernels.arrays`, and named or plain tuples of these. It returns a number or
nothing; one that returns more can be called by other kernels, and runs as Python when Python calls
it.
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from winset.models.compiling_news import Compiling, tell
from winset.models.kernels.place import place, warn, warn_of_numba
from winset.models.kernels.sources import refuse_changed, renew_stale
from winset.models.kernels.threads import in_threads
from winset.models.kernels.words import SCALARS, layout_of, parts_of, words_of
from winset.models.version import code_digest

Words = list[Any]
_REGISTER: "dict[str, Kernel]" = {}
_expected: "list[Kernel]" = []
_loading = threading.RLock()
code_digest()  # fixed before the first kernel is loaded: it names the code of this process


class Kernel:
    """A function of numbers and arrays, and its machine code."""

    def __init__(
        self, function: FunctionType, *, door: bool = False, inlined: bool = False
    ) -> None:
        self.door = door
        self.inlined = inlined
        self._become(function)

    def _become(self, function: FunctionType) -> None:
        self.function = function
        self.__doc__, self.__name__ = function.__doc__, function.__name__
        self.__module__, self.__wrapped__ = function.__module__, function
        self.name = f"{function.__module__.rpartition('.')[2]}.{function.__name__}"
        kinds = dict(function.__annotations__)
        self.result = kinds.pop("return")
        self.arguments = tuple(kinds.values())
        self._argument_names = tuple(kinds)
        self._entry: Any = None
        self._engine: Any = None
        self._dispatcher: Any = None
        self._plain: Any = None

    @property
    def _numba_type_(self) -> Any:
        """The type that Numba gives the kernel where another one calls it."""
        return self.dispatcher._numba_type_

    @property
    def dispatcher(self) -> Any:
        """The kernel as a Numba dispatcher."""
        if self._dispatcher is None:
            from winset.models.kernels.machine import dispatcher_of

            self._dispatcher = dispatcher_of(self)
        return self._dispatcher

    def __call__(self, *args: Any) -> Any:
        """Run it once."""
        if self.result is not None and self.result not in SCALARS:
            return self.function(*args)
        entry = self.load()
        words: Words = []
        self._flatten(args, words)
        if self._plain is not None:
            return self._plain(*self._as_numba_takes(args))
        result = SCALARS.get(self.result, ctypes.c_void_p)()
        _run(self.name, entry, result, words)
        return None if self.result is None else self.result(result.value)

    def over(self, draws: int, step: int, *args: Any) -> None:
        """Run it on all ``draws``, ``step`` at a time, in as many threads as there are processors.

        Its first argument is the span of draws; ``args`` are the others. The steps are the same
        however many threads there are.
        """
        entry = self.load()
        words: Words = []
        self._flatten(((0, 0), *args), words)
        rest = words[2:]
        plain_args = () if self._plain is None else self._as_numba_takes(((0, 0), *args))[1:]

        def run(begin: int) -> None:
            end = min(draws, begin + step)
            if self._plain is not None:
                self._plain((begin, end), *plain_args)
                return
            _run(self.name, entry, ctypes.c_void_p(), [begin, end, *rest])

        in_threads(run, range(0, draws, step))

    def _as_numba_takes(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(map(_as_numba_takes, self.arguments, args))

    def _flatten(self, args: tuple[Any, ...], words: Words) -> None:
        if len(args) != len(self.arguments):
            raise TypeError(f"{self.name} takes {len(self.arguments)} arguments; {len(args)} given")
        for name, kind, value in zip(self._argument_names, self.arguments, args, strict=True):
            try:
                flatten(kind, value, words)
            except TypeError as error:
                raise TypeError(f"{self.name}: {name} {error}") from None

    def load(self) -> Any:
        """Return its machine code, compiled if need be; None where Numba itself runs it."""
        if self._entry is None and self._plain is None:
            with _loading:
                if self._entry is None and self._plain is None:
                    self._load()
        return self._entry

    def is_compiled(self) -> bool:
        """Whether nothing is left to compile."""
        ready = self._entry is not None or self._plain is not None
        return ready or place().read(self.file) is not None

    @property
    def file(self) -> str:
        """The name of its file in a code folder."""
        return f"{self.name}.o"

    def _load(self) -> None:
        from winset.models.kernels.loading import load

        content = place().read(self.file)
        if content is None:
            content = self._compile()
            if content is None:
                return
            place().write(self.file, content)
        self._engine, address = load(content)
        signature = [ctypes.c_void_p, ctypes.c_void_p]
        for kind in self.arguments:
            signature += words_of(kind)
        self._entry = ctypes.CFUNCTYPE(ctypes.c_int32, *signature)(address)

    def _compile(self) -> bytes | None:
        """Return its machine code; None where Numba must run the kernel itself."""
        warn()
        refuse_changed()
        if renew_stale(list(dict.fromkeys(k.function.__module__ for k in _REGISTER.values()))):
            fresh = vars(sys.modules[self.function.__module__])[self.function.__name__]
            self._become(fresh.function)
        if self not in _expected:
            _expected.append(self)
        where, folder = _expected.index(self) + 1, str(place().folder or "")
        tell(Compiling(self.name, where, len(_expected), folder))
        # Imports Numba: half a second.
        from winset.models.kernels.machine import UnsuitedError, machine_code, plain_dispatcher

        try:
            content = machine_code(self)
        except UnsuitedError as error:
            warn_of_numba(str(error))
            content, self._plain = None, plain_dispatcher(self)
        tell(Compiling("", where, len(_expected), folder))
        return content


def compiled(function: Callable[..., Any]) -> Any:
    """Make a `Kernel` of a function that other kernels call."""
    return _registered(function)


def inlined(function: Callable[..., Any]) -> Any:
    """Make a `Kernel` of a function whose code is copied into its callers."""
    return _registered(function, inlined=True)


def door(function: Callable[..., Any]) -> Any:
    """Make a `Kernel` of a function that Python calls, so that it is one to compile ahead."""
    return _registered(function, door=True)


def _registered(function: Callable[..., Any], **options: bool) -> Any:
    if os.environ.get("NUMBA_DISABLE_JIT", "0") != "0":
        return _interpreted(function)
    kernel = Kernel(function, **options)  # type: ignore[arg-type]
    _REGISTER[kernel.name] = kernel
    return kernel


def _interpreted(function: Any) -> Any:
    """Return ``function`` as it is, with a way to run it `over` draws as a kernel is."""

    def over(draws: int, step: int, *args: Any) -> None:
        for begin in range(0, draws, step):
            function((begin, min(draws, begin + step)), *args)

    function.over = over
    return function


def doors(*modules: str) -> list[Kernel]:
    """Return the kernels imported so far that Python calls: of these ``modules``, or of all."""
    return [
        kernel
        for name, kernel in _REGISTER.items()
        if kernel.door and (not modules or name.split(".")[0] in modules)
    ]


def expect(kernels: Iterable[Kernel]) -> list[Kernel]:
    """Announce the kernels that will be needed, so that listeners learn how many are left.

    Returns those that have to be compiled.
    """
    missing = [kernel for kernel in kernels if not kernel.is_compiled()]
    _expected[:] = missing
    return missing


def flatten(kind: Any, value: Any, words: Words) -> None:
    """Append the machine words of ``value`` to ``words``.

    Raises:
        TypeError: when it is not what a kernel takes.
    """
    if kind in SCALARS:
        words.append(kind(value))
    elif layout := layout_of(kind):
        if value.dtype.name != layout.kind or value.ndim != layout.axes:
            raise TypeError(
                f"must be {layout.kind} with {layout.axes} axes; found {value.dtype.name} with "
                f"{value.ndim}"
            )
        if not value.flags.c_contiguous:
            raise TypeError("must lie in C order, without gaps")
        words += (None, None, value.size, value.itemsize, value.ctypes.data)
        words += value.shape
        words += value.strides
    else:
        for part, item in zip(parts_of(kind), value, strict=True):
            flatten(part, item, words)


def _as_numba_takes(kind: Any, value: Any) -> Any:
    """Return ``value`` with arrays that can be written to: to Numba others are another kind."""
    if kind in SCALARS:
        return kind(value)
    if layout_of(kind):
        return value if value.flags.writeable else value.copy()
    parts = tuple(map(_as_numba_takes, parts_of(kind), value))
    return kind(*parts) if hasattr(kind, "_fields") else parts


def _run(name: str, entry: Any, result: Any, words: Words) -> None:
    problem = ctypes.c_void_p()
    if status := entry(ctypes.byref(result), ctypes.byref(problem), *words):
        raise MemoryError(f"{name} stopped with status {status}: too little memory for its arrays")
