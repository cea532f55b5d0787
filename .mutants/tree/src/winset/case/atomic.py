"""Files written whole or not at all: a temporary file, on disk, that takes the old one's place.

What a killed writer leaves of a case's files goes at the next write in the same case: the names of
its temporary files are given out under the folder's lock alone, so none is a running writer's.
"""

import os
import re
import stat
import sys
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from winset.case.lock import write_lock
from winset.errors import WinsetError

CASE_FOLDERS = ("", "statements", "games", "documents")
ABANDONED = 3600.0  # seconds after which an unlocked writer is taken for dead
_LOCKED, _UNLOCKED = "case", "tmp"
_RANDOM = 8
_OURS = re.compile(rf"\..+\.[0-9a-f]{{{_RANDOM}}}\.{_LOCKED}")
# As version 0.1.0 named them.
_OLD = re.compile(
    r"\.(case\.yaml|(actors|stances|ties|documents|claims)\.csv|dna\.json)\.[a-z0-9_]{8}"
)
_OLD_INSIDE = re.compile(r"\.[^/]+\.(csv|yaml|txt|md)\.[a-z0-9_]{8}")


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Put ``files`` (path in the case ``folder`` to bytes) on disk, each whole, under its lock.

    All are written beside their places first: where there is no room for one, none is changed.

    Raises:
        HeldError: when another writer holds the folder too long.
        WinsetError: when one cannot be written, with its name.
    """
    with write_lock(folder):
        sweep(folder)
        changed = {folder / name: data for name, data in files.items()}
        _write({path: data for path, data in changed.items() if not _says(path, data)}, _LOCKED)


def write_file(path: Path, data: bytes) -> None:
    """Put ``data`` at ``path``, whole: a reader sees the old or the new.

    For a file that is no part of a case; `write_files` writes those.

    Raises:
        WinsetError: when it cannot be written, with its name.
    """
    if _says(path, data):
        return
    _write({path: data}, _UNLOCKED)
    pattern = re.compile(rf"\.{re.escape(path.name)}\.[0-9a-f]{{{_RANDOM}}}\.{_UNLOCKED}")
    before = time.time() - ABANDONED
    with suppress(OSError):  # a folder that cannot be listed, or another writer was faster
        left = [other for other in path.parent.iterdir() if pattern.fullmatch(other.name)]
        _remove(other for other in left if other.lstat().st_mtime < before)


def sweep(folder: Path) -> None:
    """Remove what killed writers have left in the case ``folder``. Its lock must be held."""
    for sub in CASE_FOLDERS:
        old = _OLD_INSIDE if sub else _OLD
        place = folder / sub
        if place.is_dir() and not place.is_symlink():
            _remove(
                path
                for path in place.iterdir()
                if path.name.startswith(".")
                and (_OURS.fullmatch(path.name) or old.fullmatch(path.name))
            )


def sync_folder(folder: Path) -> None:
    """Make the names in ``folder`` outlast a power cut, as their bytes do already."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _says(path: Path, data: bytes) -> bool:
    try:
        return path.is_file() and path.read_bytes() == data
    except OSError:
        return False


def _remove(paths: Iterable[Path]) -> None:
    for path in list(paths):
        if path.is_file() and not path.is_symlink():
            path.unlink(missing_ok=True)


def _write(files: Mapping[Path, bytes], kind: str) -> None:
    waiting: dict[Path, Path] = {}
    path = Path()
    try:
        for path, data in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            waiting[path] = path.with_name(f".{path.name}.{os.urandom(_RANDOM // 2).hex()}.{kind}")
            _fill(waiting[path], data, path)
        for path in list(waiting):
            waiting[path].replace(path)
            del waiting[path]
        for folder in dict.fromkeys(path.parent for path in files):
            path = folder
            sync_folder(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise WinsetError(f"{path}: cannot be written: {reason}") from None
    finally:
        for temporary in waiting.values():
            temporary.unlink(missing_ok=True)


def _fill(temporary: Path, data: bytes, path: Path) -> None:
    with temporary.open("xb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    if path.exists():
        temporary.chmod(stat.S_IMODE(path.stat().st_mode))
