"""One writer at a time in a case folder, among threads, processes and programs.

The lock is the operating system's own, on a file in ``.winset``: it ends with the process that
holds it, so a crash leaves none behind. Readers need none. See
docs/decisions/0013-one-lock-for-every-writer.md.
"""

import datetime
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from winset.case.disposable import disposable_folder, share
from winset.errors import WinsetError

PATIENCE = 30.0  # seconds
STEP = 0.01
LOCK = "write.lock"
_LONGEST = 200


class HeldError(WinsetError):
    """Another program, or another thread of this one, is writing and did not end in time."""


@contextmanager
def write_lock(folder: str | os.PathLike[str], *, patience: float | None = None) -> Iterator[None]:
    """Hold ``folder``, made if there is none, against every other writer.

    A thread that holds it may ask for it again.

    Args:
        folder: a case folder, or a folder of them.
        patience: seconds to wait; `PATIENCE` if not given.

    Raises:
        HeldError: when another writer holds it for longer, with who that is.
        WinsetError: when the folder cannot be written.
    """
    folder = Path(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = disposable_folder(folder.resolve()) / LOCK
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        raise unwritable(folder, error) from None
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path, patience=PATIENCE if patience is None else patience))
        except HeldError as error:
            raise HeldError(f"{folder}: is being written by {error}; try again") from None
        yield


@contextmanager
def held(path: Path, *, patience: float, again: bool = True) -> Iterator[None]:
    """Hold the lock file at ``path``, and write into it who holds it.

    Args:
        path: the file; made where it is missing.
        patience: seconds to wait.
        again: whether a thread that holds it may ask for it again.

    Raises:
        HeldError: when another holds it for longer; its words are who.
        WinsetError: when the file cannot be written, or its file system knows no locks.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(path, is_singleton=again, fallback_to_soft=False, on_acquired=_sign)
    try:
        lock.acquire(timeout=patience, poll_interval=STEP)
    except Timeout:
        raise HeldError(_holder(path)) from None
    except (OSError, NotImplementedError) as error:
        raise unwritable(path, error) from None
    try:
        share(path, path.parent, 0o666)
        yield
    finally:
        lock.release()


def unwritable(path: Path, error: Exception) -> WinsetError:
    """Return what to say when ``path`` cannot be written because of ``error``."""
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return WinsetError(f"{path}: cannot be written: {reason}; nothing was changed there")


def _sign(handle: int) -> None:
    """Write who holds the lock behind its first byte, which Windows locks."""
    from socket import gethostname

    words = " ".join(_command())
    now = datetime.datetime.now(datetime.UTC).strftime("%H:%M:%S UTC")
    name = f"{words} (process {os.getpid()} on {gethostname()}, since {now})"
    with suppress(OSError):  # on a full disk the lock holds without a name
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, b"\n" + name.encode("utf-8", "replace")[:_LONGEST])


def _command() -> list[str]:
    """Return the running command's name, without what it was given: that is no one's business."""
    program = Path(sys.argv[0] if sys.argv else "").stem
    if program in ("winset", "__main__"):
        return ["winset", *sys.argv[1:2]]
    return ["python" if program in ("", "-c", "-m") else program]


def _holder(path: Path) -> str:
    try:
        with path.open("rb") as file:
            file.seek(1)
            words = file.read(_LONGEST).decode("utf-8", "replace")
    except OSError:
        words = ""
    return "".join(c for c in words if c.isprintable()) or "another program"
