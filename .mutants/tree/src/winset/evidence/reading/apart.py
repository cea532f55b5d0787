"""Parsing in a process of its own, so that no document can crash this one.

A few thousand bytes can drive the libraries that read HTML, PDF and English into hours of work,
gigabytes of memory, or a crash. The process starts with the first document and serves the next
ones, so that spaCy is loaded once; it ends with this one. A document that takes too much time or
memory is refused by its name, and the next one gets a new process.

Time is limited everywhere, memory where the system reports its use (Linux). Where no process can be
started, nothing is parsed, and the error says so.
"""

import atexit
import json
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter

from winset.case.model import Case
from winset.errors import WinsetError, shorten
from winset.evidence.reading.apart_child import (
    NOTHING,
    READY,
    REFUSED,
    STATEMENTS,
    TEXT,
    VALUE,
    receive,
    send,
)
from winset.evidence.reading.documents import Text
from winset.evidence.reading.parsing import MODEL
from winset.evidence.statements.extract import ExtractedStatement

T = TypeVar("T")
MEGABYTE = 1_000_000
_CHILD = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from winset.evidence.reading.apart_child import main; main()"
)
# Each thread of a library reserves addresses of its own; parsing uses one.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may take.

    Attributes:
        seconds: of processor time, to read text or HTML. A newspaper article takes .05.
        pdf_seconds: likewise for PDF, which may have 2,000 pages.
        statement_seconds: likewise to extract statements from a text of any length.
        statement_characters: one second is added for so many characters.
        memory: bytes beyond what the process had before.
    """

    seconds: float = 20.0
    pdf_seconds: float = 60.0
    statement_seconds: float = 30.0
    statement_characters: int = 2_000
    memory: int = 2_000 * MEGABYTE


LOADING = 300.0  # seconds to start the process, or to load a language model
WALL = 5.0  # times the processor's seconds, and at least a minute: the machine may be busy


class Apart:
    """Parses in a process of its own, as `winset.evidence.reading.reader.Reading` says."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._lock = threading.Lock()
        self._child: _Child | None = None
        self._loaded: set[str] = set()

    def document(self, data: bytes, name: str, *, encoding: str | None = None) -> Text:
        """Return the document that ``data``, the bytes of a file called ``name``, holds."""
        pdf = Path(name).suffix.casefold() == ".pdf" or data.startswith(b"%PDF-")
        seconds = self._limits.pdf_seconds if pdf else self._limits.seconds
        arguments = {"data": data, "name": name, "encoding": encoding}
        with self._lock:
            return self._ask(TEXT, "document", name, seconds, arguments)

    def text(self, words: str, *, name: str, markdown: bool = False) -> Text:
        """Return ``words`` as a document called ``name``."""
        arguments = {"words": words, "name": name, "markdown": markdown}
        with self._lock:
            return self._ask(TEXT, "text", name, self._limits.seconds, arguments)

    def statements(
        self, text: Text, case: Case | None = None, *, model: str = MODEL
    ) -> tuple[ExtractedStatement, ...]:
        """Return the statements in ``text``."""
        limits = self._limits
        seconds = limits.statement_seconds + len(text.text) / limits.statement_characters
        arguments = {
            "text": text, "model": model,
            "actors": case.actors if case else (), "issues": case.issues if case else (),
        }  # fmt: skip
        with self._lock:
            self._load(model)
            return self._ask(STATEMENTS, "statements", text.name, seconds, arguments)

    def ready(self, model: str = MODEL) -> None:
        """Raise unless statements can be extracted: spaCy and ``model`` are installed."""
        with self._lock:
            self._load(model)

    def close(self) -> None:
        """End the process; the next document starts another."""
        with self._lock:
            self._end()

    def _load(self, model: str) -> None:
        """Load ``model`` before the time of a document begins."""
        if model not in self._loaded:
            self._ask(NOTHING, "ready", model, LOADING, {"model": model})
            self._loaded.add(model)

    def _ask(
        self, kind: TypeAdapter[T], task: str, name: str, seconds: float, arguments: dict[str, Any]
    ) -> T:
        memory = self._limits.memory
        frame = pickle.dumps((task, seconds, memory, arguments))
        if self._child is None:
            self._child = _Child(name)
        try:
            answer = self._child.ask(frame, seconds)
        except BaseException:  # Ctrl-C, too: the work in progress need not be finished
            self._end()
            raise
        sort, body = answer[:1], answer[1:]
        if sort == VALUE:
            return kind.validate_json(body)
        if sort == REFUSED:
            raise WinsetError(body.decode())
        status = self._end()
        requirement = "have its statements extracted" if task == "statements" else "be readable"
        remedy = "split it, or save its text as .txt"
        if sort == _SLOW:
            raise WinsetError(
                f"{name}: must {requirement} in {seconds:.3g} seconds; found it takes longer; "
                f"{remedy}"
            )
        if sort == _DIED:
            raise WinsetError(
                f"{name}: must {requirement}; found that the reader broke off ({status}); {remedy}"
            )
        raise WinsetError(
            f"{name}: must {requirement} in {memory // MEGABYTE:,} MB of memory; found that it "
            f"takes more; {remedy}"
        )

    def _end(self) -> str:
        child, self._child = self._child, None
        self._loaded.clear()
        return child.end() if child is not None else ""


_SLOW, _DIED = b"s", b"d"
# How a process ends when a library gets no memory, or the system ends it for taking too much.
_WANTING = {-getattr(signal, name) for name in ("SIGABRT", "SIGKILL") if hasattr(signal, name)}
_TIME_IS_UP = {-getattr(signal, name) for name in ("SIGPROF", "SIGXCPU") if hasattr(signal, name)}


class _Child:
    """The process, and a thread that reads its answers: not every system can wait for a pipe."""

    def __init__(self, name: str) -> None:
        self._heard: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by end()
        # The same packages as here, and none from the folder that the user happens to be in.
        places = json.dumps([place for place in sys.path if place])
        try:
            if not sys.executable:
                raise OSError("this Python does not know its own program")
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-c", _CHILD, places],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                env={**os.environ, **_ONE_THREAD},
            )  # fmt: skip
        except (OSError, ValueError) as error:
            self._errors.close()
            raise _not_started(name, str(error)) from None
        threading.Thread(target=self._hear, name="winset-reading", daemon=True).start()
        if self._next(LOADING) != READY:
            self._process.kill()
            self._process.wait()
            self._errors.seek(0)
            lines = self._errors.read().decode("utf-8", "replace").strip().splitlines()
            self.end()
            raise _not_started(name, lines[-1] if lines else "it gave no sign")

    def ask(self, frame: bytes, seconds: float) -> bytes:
        """Return the answer to a task, or the sign that it failed."""
        assert self._process.stdin is not None
        try:
            send(self._process.stdin, frame)
        except OSError:
            return _DIED
        bounded = hasattr(signal, "setitimer")
        answer = self._next(max(60.0, WALL * seconds) if bounded else seconds)
        if answer == _DIED and self._process.wait() in _TIME_IS_UP:
            return _SLOW
        return answer

    def _next(self, seconds: float) -> bytes:
        try:
            return self._heard.get(timeout=seconds) or _DIED
        except queue.Empty:
            return _SLOW

    def _hear(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as answers:
            while frame := receive(answers):
                self._heard.put(frame)
        self._heard.put(b"")

    def end(self) -> str:
        """End the process; return how it ended, in words."""
        self._process.kill()
        code = self._process.wait()
        assert self._process.stdin is not None
        with suppress(OSError):  # unsent data is of no use to it now
            self._process.stdin.close()
        self._errors.close()
        hint = ", perhaps for want of memory" if code in _WANTING else ""
        return f"signal {-code}{hint}" if code < 0 else f"status {code}"


def _not_started(name: str, reason: str) -> WinsetError:
    return WinsetError(
        f"{name}: must be read in a process of its own; found that none can be started here "
        f"({shorten(reason, 200)}); allow this program to start processes"
    )


@cache
def shared() -> Apart:
    """Return the reader of the command line and the workbench; its process ends with ours."""
    reader = Apart()
    atexit.register(reader.close)
    return reader
