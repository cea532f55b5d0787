"""One writer at a time for a case folder, among threads and among processes."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winset.web.replies import RefusedError

try:
    import fcntl
except ImportError:  # Windows: within this process alone
    fcntl = None  # type: ignore[assignment]

PATIENCE = 10.0  # seconds
STEP = 0.01
_here = threading.Lock()


@contextmanager
def locked(folder: Path, *, patience: float = PATIENCE) -> Iterator[None]:
    """Hold ``folder`` against every other workbench that would write into it.

    The lock is on the folder itself: nothing is left behind, and it goes with the process.

    Raises:
        RefusedError: when somebody else holds it for longer than ``patience`` seconds.
    """
    if fcntl is None:
        with _here:
            yield
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        _wait(place, folder.name, time.monotonic() + patience)
        yield
    finally:
        os.close(place)


def _wait(place: int, name: str, until: float) -> None:
    while True:
        try:
            fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() > until:
                said = f"“{name}” is being written by somebody else: try again."
                raise RefusedError(423, said) from None
            time.sleep(STEP)
        else:
            return


def settle(folder: Path) -> None:
    """Make the names in ``folder`` outlast a power cut, as their bytes do already."""
    if os.name != "posix":
        return
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
