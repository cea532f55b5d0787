"""Texts that a case keeps: read only from inside its folder."""

import hashlib

from winset.case.model import Case
from winset.case.parts import Document
from winset.errors import WinsetError

MOST_BYTES = 64_000_000


def kept_bytes(case: Case, document: Document) -> bytes | None:
    """Return the bytes of ``document``; None where the case names no file or has no folder.

    Raises:
        WinsetError: when the file named is not there, leads out of the folder, or is too large.
    """
    if case.folder is None or document.file is None:
        return None
    path = case.folder / document.file
    try:
        if not path.resolve().is_relative_to(case.folder.resolve()):
            raise WinsetError(f"{document.file}: a link out of the case folder")
        if not path.is_file():
            raise WinsetError(f"{document.file}: no such file")
        if path.stat().st_size > MOST_BYTES:
            raise WinsetError(f"{document.file}: more than {MOST_BYTES:,} bytes")
        return path.read_bytes()
    except (OSError, RuntimeError) as error:  # RuntimeError: links that run in a circle
        raise WinsetError(f"{document.file}: {getattr(error, 'strerror', '') or error}") from None


def span_digest(text: str, start: int, end: int) -> str:
    """Return the digest by which the characters from ``start`` to before ``end`` are anchored."""
    return hashlib.sha256(text[start:end].encode()).hexdigest()
