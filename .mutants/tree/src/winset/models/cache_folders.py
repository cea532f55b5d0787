"""Folders for what winset can make again: compiled code, the state of long runs."""

import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

VARIABLE = "WINSET_CACHE"


def lasting_folders() -> list[Path]:
    """Return the folders to try, existing or not: ``WINSET_CACHE``, then the user's cache."""
    named = os.environ.get(VARIABLE)
    folders = [Path(named)] if named else []
    base = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if base:
        return [*folders, Path(base) / "winset"]
    with suppress(RuntimeError):  # a user without a home
        home = Path.home()
        cache = home / "Library" / "Caches" if sys.platform == "darwin" else home / ".cache"
        folders.append(cache / "winset")
    return folders


def private_folder() -> Path:
    """Return a temporary folder that only this user can read.

    Raises:
        OSError: when there is no such folder.
    """
    if os.name != "posix":
        return Path(tempfile.gettempdir()) / "winset"
    folder = Path(tempfile.gettempdir()) / f"winset-{os.geteuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    # Anyone can make a folder, or a link, of that name, so it must be the user's own.
    status = folder.lstat()
    own = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    if not own or status.st_mode & 0o077:
        raise PermissionError(13, "is not a folder of this user alone", str(folder))
    return folder
