"""What may be deleted while nothing writes: ``.winset`` in a case folder, which git ignores."""

import os
from pathlib import Path

from winset.errors import WinsetError

FOLDER = ".winset"


def disposable_folder(folder: Path, *inner: str) -> Path:
    """Return the folder ``inner`` of ``.winset`` in the case ``folder``, made where it is missing.

    Anyone who may write the case folder may write these folders too.

    Raises:
        WinsetError: when part of it is a link, which could lead anywhere.
        OSError: when it cannot be made.
    """
    path = folder / FOLDER
    for part in ("", *inner):
        path = path / part
        if path.is_symlink():
            raise WinsetError(f"{path}: must be a folder; found a link; delete it")
        if not path.is_dir():
            path.mkdir(exist_ok=True)
            share(path, folder, 0o777)
    ignore = folder / FOLDER / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return path


def share(path: Path, folder: Path, most: int) -> None:
    """Give ``path`` the mode of the case ``folder``, at most ``most``, where this user owns it."""
    if os.name != "posix":
        return
    standing = path.stat()
    mode = folder.stat().st_mode & most | most & 0o700
    if standing.st_uid == os.geteuid() and standing.st_mode & 0o777 != mode:
        path.chmod(mode)


def is_empty(folder: Path) -> bool:
    """Return whether nothing stands in ``folder`` but what may be deleted, or there is none."""
    return not folder.exists() or all(path.name == FOLDER for path in folder.iterdir())
