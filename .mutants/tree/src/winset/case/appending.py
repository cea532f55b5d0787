"""Writing at the end of a chain: under a lock, on disk before it is acknowledged, or not at all."""

import datetime
import hashlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from winset.case.atomic import sync_folder
from winset.case.chain import (
    MOST_LINE,
    Chain,
    Entry,
    canonical,
    date_of,
    is_plain,
    parse_chain,
    read_chain,
)
from winset.case.lock import unwritable, write_lock
from winset.errors import CaseError, WinsetError

PATIENCE = 30.0  # seconds to wait for another process


def append(path: Path, make: Callable[[Chain], tuple[str, Mapping[str, Any]]]) -> Entry:
    """Return the entry that ``make`` makes, once it is on disk at the end of the file at ``path``.

    Under a lock, so that processes take turns: ``make`` is given the chain as it then is, and
    nothing is written if it raises.

    Args:
        path: the file; it is made if there is none.
        make: returns kind and body of the entry.

    Raises:
        CaseError: when the chain is not whole; it is left as it is.
        HeldError: when another writer holds the folder too long.
        WinsetError: when the file cannot be written, with its name, or the entry is dated before
            one that it follows.
    """
    with _opened(path) as handle, _no_empty_file(path, handle):
        chain = read_chain(path)
        if chain.problems:
            raise CaseError(chain.problems)
        kind, body = make(chain)
        refuse_falling(chain, date_of(body))
        content = {**body, "kind": kind, "previous": list(chain.heads)}
        try:
            name = hashlib.sha256(canonical(content).encode()).hexdigest()
            line = canonical({**content, "sha256": name}).encode() + b"\n"
        except UnicodeEncodeError:
            raise WinsetError("an entry must be text; found half a character") from None
        if len(line) > MOST_LINE:
            raise WinsetError(f"an entry must be at most {MOST_LINE:,} bytes; found {len(line):,}")
        _write(handle, line, path)
        if not chain.lines:
            sync_folder(path.parent)
        return Entry(
            line=chain.lines + 1, sha256=name, previous=chain.heads, kind=kind, body=dict(body)
        )


def refuse_falling(chain: Chain, date: datetime.datetime | None) -> None:
    """Do nothing if an entry of this ``date`` may follow ``chain``.

    Raises:
        WinsetError: when it is dated before an entry that it would follow.
    """
    if date is not None and chain.latest is not None and date < chain.latest:
        raise WinsetError(
            "an entry must be dated no earlier than the one it follows, "
            f"{chain.latest.isoformat()}; found {date.isoformat()}; "
            "set this machine's clock, or wait until that moment has passed"
        )


@contextmanager
def _no_empty_file(path: Path, handle: int) -> Iterator[None]:
    """Take the file away again if nothing could be put into it: who waits for it makes another."""
    try:
        yield
    except BaseException:
        if sys.platform != "win32" and os.fstat(handle).st_size == 0:
            path.unlink(missing_ok=True)
        raise


def repair(path: Path) -> Literal["nothing", "completed", "set aside"]:
    """Return what was done about a write that was cut off at the end of the file at ``path``.

    An entry that lacks only its line end gets it; anything else moves to the end of a file beside
    it, ``ledger.torn``. Whole lines are not touched, whatever is wrong with them.
    """
    if not path.exists():
        return "nothing"
    with _opened(path) as handle:
        data = path.read_bytes()
        before = parse_chain(data)
        if not before.torn:
            return "nothing"
        ended = parse_chain(data + b"\n")
        if len(ended.malformed) == len(before.malformed) and len(ended.broken) == len(
            before.broken
        ):
            _write(handle, b"\n", path)
            return "completed"
        aside = path.with_suffix(".torn")
        with aside.open("ab") as out:
            out.write(before.torn + b"\n")
            out.flush()
            os.fsync(out.fileno())
        os.ftruncate(handle, len(data) - len(before.torn))
        os.fsync(handle)
        return "set aside"


def _write(handle: int, data: bytes, path: Path) -> None:
    """Put ``data`` at the end of the file, on disk; or leave the file as it was."""
    size = os.fstat(handle).st_size
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    except BaseException as error:
        os.ftruncate(handle, size)
        if isinstance(error, OSError):
            raise unwritable(path, error) from None
        raise


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """Open the file for appending, under the lock of its folder."""
    with write_lock(path.parent, patience=PATIENCE):
        is_plain(path)
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
        try:
            handle = os.open(path, flags, 0o666)
        except OSError as error:
            raise unwritable(path, error) from None
        try:
            yield handle
        finally:
            os.close(handle)
