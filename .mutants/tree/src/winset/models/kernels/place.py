"""Where compiled kernels are stored between starts: a folder named by the code they come from.

It is the first of these that can be used: ``WINSET_CACHE``, the user's cache folder, a private
folder for temporary files. If none can be used, kernels stay in memory.
"""

import hashlib
import json
import logging
import os
import shutil
import tempfile
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from llvmlite import binding

from winset.models.cache_folders import VARIABLE, lasting_folders, private_folder
from winset.models.version import KERNELS, code_digest

try:
    import fcntl
except ImportError:  # Windows has no such locks: folders there are never swept
    fcntl = None  # type: ignore[assignment]

FORGOTTEN = 60 * 86_400.0  # seconds after which a folder that another installation made may go
_RECORD = "made-by.json"
_log = logging.getLogger("winset")
_told_of_numba: list[str] = []


@dataclass(frozen=True, slots=True)
class CodeFolder:
    """A place for compiled kernels.

    Attributes:
        folder: None for memory alone.
        lasting: whether the next start will look there too, even after a restart of the machine.
        reasons: why better places cannot be used, one for each place.
    """

    folder: Path | None
    lasting: bool
    reasons: tuple[str, ...] = ()

    @property
    def writable(self) -> bool:
        """Whether kernels can be written there."""
        return self.folder is not None and os.access(self.folder, os.W_OK)

    def read(self, name: str) -> bytes | None:
        """Return what `write` stored under ``name``; None if there is nothing or it is damaged."""
        if self.folder is None:
            return None
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        digest, content = content[:32], content[32:]
        return content if hashlib.sha256(content).digest() == digest else None

    def write(self, name: str, content: bytes) -> None:
        """Store ``content`` under ``name``, as a whole or not at all."""
        if self.folder is None or not self.writable:
            return
        path = self.folder / name
        part = path.with_name(f"{name}.{uuid.uuid4().hex}")
        try:
            part.write_bytes(hashlib.sha256(content).digest() + content)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            _log.warning(
                "winset: compiled code cannot be stored in %s (%s): the next start compiles again; "
                "set %s to a folder that can be written to",
                self.folder, error.strerror, VARIABLE,
            )  # fmt: skip


@cache
def place() -> CodeFolder:
    """Return where this process stores compiled kernels, chosen once."""
    reasons: list[str] = []
    for base in lasting_folders():
        try:
            return CodeFolder(_opened(base), lasting=True, reasons=tuple(reasons))
        except OSError as error:
            reasons.append(f"{base}: {error.strerror or error}")
    if not reasons:
        reasons.append("the user has no home folder")
    try:
        return CodeFolder(_opened(private_folder()), lasting=False, reasons=tuple(reasons))
    except OSError as error:
        reasons.append(f"{error.filename or tempfile.tempdir}: {error.strerror or error}")
    return CodeFolder(None, lasting=False, reasons=tuple(reasons))


@cache
def warn() -> None:
    """Log once what it costs that the best place cannot be used."""
    chosen = place()
    if not chosen.reasons:
        return
    if chosen.folder is None:
        whereabouts = (
            "held in memory alone, so that every start compiles again, for about 10 seconds"
        )
    elif chosen.lasting:
        whereabouts = f"stored in {chosen.folder}"
    else:
        whereabouts = (
            f"stored in {chosen.folder}, which a restart of the machine may empty; compiling again "
            "takes about 10 seconds"
        )
    _log.warning(
        "winset: compiled code is %s; set %s to a folder that can be written to (%s)",
        whereabouts, VARIABLE, "; ".join(chosen.reasons),
    )  # fmt: skip


def warn_of_numba(problem: str) -> None:
    """Log, for the first kernel, what it costs that winset does not know this release of Numba."""
    level = logging.DEBUG if _told_of_numba else logging.WARNING
    _told_of_numba.append(problem)
    _log.log(
        level,
        "winset: this release of Numba compiles in a way that winset does not know (%s); models "
        "still run, but every start compiles again; with Numba 0.68 compiled code is stored",
        problem,
    )


def _opened(base: Path) -> Path:
    """Return the folder for this code in ``base``, locked so that `sweep` spares it.

    Raises:
        OSError: when it can neither be written to nor read.
    """
    folder = base / "kernels" / code_digest()
    while True:
        fresh = not folder.is_dir()
        folder.mkdir(parents=True, exist_ok=True)
        if os.name == "posix" and folder.stat().st_mode & 0o002:
            raise PermissionError(13, "everyone may write there, so code in it is not trusted")
        if _held(folder):
            break
    if not os.access(folder, os.W_OK) and not any(folder.iterdir()):
        raise PermissionError(13, "cannot be written to")
    with suppress(OSError):  # the date says when it was last used
        os.utime(folder)
    if fresh:
        (folder / _RECORD).write_text(json.dumps(_maker()), "utf-8")
        sweep(folder)
    return folder


def _held(folder: Path) -> bool:
    """Lock ``folder`` against `sweep` while this process runs; False if it was just removed."""
    if fcntl is None:
        return True
    descriptor = os.open(folder, os.O_RDONLY)
    with suppress(OSError):  # a file system without locks: nothing is swept there either
        fcntl.flock(descriptor, fcntl.LOCK_SH)
    with suppress(FileNotFoundError):
        if os.path.samestat(os.fstat(descriptor), folder.stat()):
            return True
    os.close(descriptor)
    return False


def _maker() -> dict[str, str]:
    """Return which installation compiles here, on which processor."""
    return {"sources": str(KERNELS), "processor": binding.get_host_cpu_name()}


def sweep(folder: Path) -> None:
    """Remove the folders that ``folder`` replaces, unless a process uses them.

    Those are the folders that this installation made before it was changed, and any that have not
    been used for two months.
    """
    if fcntl is None:
        return
    for candidate in folder.parent.iterdir():
        if candidate == folder or not candidate.is_dir() or not _outdated(candidate):
            continue
        try:
            descriptor = os.open(candidate, os.O_RDONLY)
        except OSError:
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(candidate, ignore_errors=True)
        except OSError:  # in use
            continue
        finally:
            os.close(descriptor)


def _outdated(folder: Path) -> bool:
    try:
        maker = json.loads((folder / _RECORD).read_text("utf-8"))
        unused = time.time() - folder.stat().st_mtime
    except (OSError, ValueError):
        return True
    return maker == _maker() or unused > FORGOTTEN
