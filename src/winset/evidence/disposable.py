"""What may be deleted at any time: ``.winset`` in a case folder, which git is told to ignore."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from winset.errors import WinsetError

FOLDER = ".winset"


def disposable_folder(folder: Path, *inner: str) -> Path:
    """Return the folder ``inner`` of ``.winset`` in the case ``folder``, made where it is missing.

    Raises:
        WinsetError: when part of it is a link, which could lead anywhere.
        OSError: when it cannot be made.
    """
    path = folder / FOLDER
    for part in ("", *inner):
        path = path / part
        if path.is_symlink():
            raise WinsetError(f"{path}: must be a folder; found a link; delete it")
        path.mkdir(exist_ok=True)
    ignore = folder / FOLDER / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return path


@contextmanager
def only_session(folder: Path, coder: str) -> Iterator[None]:
    """Hold the file of ``coder`` in the case ``folder`` for this process alone.

    The operating system lets go of it when the process ends, however it ends.

    Raises:
        WinsetError: when another session holds it.
    """
    path = disposable_folder(folder, "sessions") / f"{coder}.lock"
    if path.is_symlink():
        raise WinsetError(f"{path}: must be a file; found a link; delete it")
    with path.open("a+", encoding="utf-8") as file:
        if not _taken(file.fileno()):
            file.seek(0)
            holder = file.read(20).strip()
            who = f" (process {holder})" if holder.isdecimal() else ""
            raise WinsetError(
                f"{coder}: must be in one session at a time; found another one at work{who}; end "
                "that one first, or take another name"
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


if sys.platform == "win32":
    import msvcrt

    def _taken(handle: int) -> bool:
        # A byte far beyond the text: what is locked there cannot be read by others.
        os.lseek(handle, 1_000, os.SEEK_SET)
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
