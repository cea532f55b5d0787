"""The process that parses for `apart`: one task after the other, within limits.

A task arrives as a pickle from our own process; the answer is plain JSON, which cannot make that
process do anything.
"""

import os
import pickle
import signal
import struct
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from pydantic import TypeAdapter

from winset.errors import WinsetError
from winset.evidence.reading.documents import Text
from winset.evidence.reading.reader import HERE
from winset.evidence.statements.extract import ExtractedStatement, extract_known

READY, VALUE, REFUSED, NO_MEMORY = b"r", b"v", b"e", b"m"
LENGTH = struct.Struct(">Q")
TEXT, STATEMENTS, NOTHING = (
    TypeAdapter(Text),
    TypeAdapter(tuple[ExtractedStatement, ...]),
    TypeAdapter(None),
)
NEARLY = 0.95  # of the limit: a process this near has reached it


def _document(*, data: bytes, name: str, encoding: str | None) -> bytes:
    text = HERE.document(data, name, encoding=encoding)
    try:
        text.text.encode()
    except UnicodeEncodeError:
        raise WinsetError(f"{name}: must be text that UTF-8 can write; found half a pair") from None
    return TEXT.dump_json(text)


def _text(*, words: str, name: str, markdown: bool) -> bytes:
    return TEXT.dump_json(HERE.text(words, name=name, markdown=markdown))


def _statements(*, text: Text, actors: Any, issues: Any, model: str) -> bytes:
    return STATEMENTS.dump_json(extract_known(text, actors, issues, model=model))


def _ready(*, model: str) -> bytes:
    HERE.ready(model)
    return NOTHING.dump_json(None)


TASKS: dict[str, Callable[..., bytes]] = {
    "document": _document, "text": _text, "statements": _statements, "ready": _ready,
}  # fmt: skip


def main() -> None:
    """Answer tasks from standard input until it ends."""
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    # What libraries print must not mix with the answers.
    with Path(os.devnull).open("wb") as nothing:
        os.dup2(nothing.fileno(), 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    send(answers, READY)
    while frame := receive(tasks):
        task, seconds, memory, arguments = pickle.loads(frame)  # noqa: S301 - from our own process
        if task == "document":
            _prepare(arguments["data"], arguments["name"])
        most = _bounded(seconds, memory)
        try:
            answer = VALUE + TASKS[task](**arguments)
        except WinsetError as error:
            answer = REFUSED + str(error).encode("utf-8", "replace")
        except MemoryError:
            answer = NO_MEMORY
        except Exception:  # a library that ran out of memory and raised another error
            if not most or _peak() <= NEARLY * most:
                raise
            answer = NO_MEMORY
        if answer[:1] == REFUSED and most and _peak() > NEARLY * most:
            answer = NO_MEMORY  # a library that ran out of memory and called the document broken
        _unbounded()
        send(answers, answer)
        if answer == NO_MEMORY:
            return  # this process can no longer be relied on


def _prepare(data: bytes, name: str) -> None:
    """Import the library for such a document before its time starts."""
    with suppress(ImportError), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if data.startswith(b"%PDF-") or name.casefold().endswith(".pdf"):
            import pypdf  # noqa: F401
        elif name.casefold().endswith((".html", ".htm", ".xhtml")):
            import trafilatura  # noqa: F401


def receive(source: IO[bytes]) -> bytes:
    """Return the next frame; nothing where the source has ended."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    (length,) = LENGTH.unpack(head)
    frame = source.read(length)
    return frame if len(frame) == length else b""


def send(target: IO[bytes], frame: bytes) -> None:
    """Write ``frame``, and at once."""
    target.write(LENGTH.pack(len(frame)))
    target.write(frame)
    target.flush()


def _bounded(seconds: float, memory: int) -> int:
    """Limit the next task; return the bytes that this process may then use.

    The time is processor time, so that a busy machine stops nothing. Memory counts from what is in
    use now; 0 where the system cannot limit it.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)  # ends the process
    size = _in_use()
    if not size:
        return 0
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    most = size + memory if hard == resource.RLIM_INFINITY else min(size + memory, hard)
    resource.setrlimit(resource.RLIMIT_AS, (most, hard))
    return most


def _unbounded() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, 0.0)
    if _in_use():
        import resource

        hard = resource.getrlimit(resource.RLIMIT_AS)[1]
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _in_use() -> int:
    """Return the bytes of addresses in use; 0 where the system does not report it."""
    return _status_bytes("VmSize")


def _peak() -> int:
    return _status_bytes("VmPeak")


def _status_bytes(name: str) -> int:
    try:
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:")), 0)


if __name__ == "__main__":
    main()
