"""News of kernels being compiled, which takes seconds once after installing.

The module imports little, so that a command can listen before it knows whether it will compute.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compiling:
    """How far compiling has come.

    Attributes:
        name: of the kernel that is being compiled now; empty when it is done.
        place: its place among the kernels to compile, from 1.
        total: how many kernels are to be compiled, as far as is known.
        folder: where compiled code is stored; empty for memory alone.
    """

    name: str
    place: int
    total: int
    folder: str


Listener = Callable[[Compiling], None]
_listeners: list[Listener] = []
_latest: list[Compiling] = []


def listen(listener: Listener) -> None:
    """Call ``listener`` before each kernel is compiled and after it."""
    if listener not in _listeners:
        _listeners.append(listener)


def tell(news: Compiling) -> None:
    """Pass ``news`` on to all listeners."""
    _latest[:] = [news]
    for listener in tuple(_listeners):
        listener(news)


def latest() -> Compiling | None:
    """Return what is being compiled now; None when nothing is."""
    return _latest[0] if _latest and _latest[0].name else None
