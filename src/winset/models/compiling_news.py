"""Who is told that kernels are being compiled: it takes seconds, once after installing.

Light, so that a command can listen before it knows whether anything will be computed.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compiling:
    """How far the compiling of what is needed is.

    Attributes:
        name: of the kernel that is being compiled now; empty when it is there.
        place: which of those needed it is, from 1.
        total: how many were needed and not there, as far as is known.
        folder: where compiled code is stored: a folder, or nothing for memory alone.
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


def stop_listening(listener: Listener) -> None:
    """Call it no longer."""
    if listener in _listeners:
        _listeners.remove(listener)


def tell(news: Compiling) -> None:
    """Pass ``news`` on to all who listen."""
    _latest[:] = [news]
    for listener in tuple(_listeners):
        listener(news)


def latest() -> Compiling | None:
    """Return what is being compiled now; None when nothing is."""
    return _latest[0] if _latest and _latest[0].name else None
