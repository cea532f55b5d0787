"""A process that computes what takes long, so that the pages' own process stays free.

It is started when first needed and does one piece of work after the other. It ends with the process
that started it, however that ends: its input closes. A process that dies costs the work that it
had; the next work starts another. Both sides speak pickle over pipes: each trusts the other, since
they are the same program of the same user.
"""

import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from winset.errors import WinsetError

_CODE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from winset.web.forecasts.worker_process import main; main()"
)
PROGRESS, RESULT, REFUSED, FAILED = "progress", "result", "refused", "failed"
NICE = 10  # the pages come first


class WorkerDiedError(WinsetError):
    """The process ended before its work was done."""


class WorkerFailedError(Exception):
    """The work met an error that was not foreseen; its traceback is the message."""


class WorkerProcess:
    """Runs functions in another process, one at a time."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The number of the process; None while none is running."""
        return None if self._process is None else self._process.pid

    def run(
        self,
        function: Callable[..., Any],
        *args: Any,
        progress: Callable[[float], None],
    ) -> Any:
        """Return what ``function`` returns, called with ``args`` and a function for its share done.

        Args:
            function: of a module, so that the other process can import it.
            args: that can be pickled.
            progress: called here with the share done.

        Raises:
            WinsetError: when the function raises it.
            WorkerDiedError: when the process ends before that, because of `end` or by itself.
            WorkerFailedError: for any other error of the function.
        """
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(pickle.dumps(pickle.dumps((function, args))))
            process.stdin.flush()
            while True:
                kind, value = pickle.load(process.stdout)  # noqa: S301 - our own process
                if kind != PROGRESS:
                    break
                progress(value)
        except (OSError, EOFError, pickle.UnpicklingError):
            raise WorkerDiedError(_death(self.kill())) from None
        except BaseException:  # of ``progress``: what the process is at is of no use any more
            self.kill()
            raise
        if kind == REFUSED:
            raise value
        if kind == FAILED:
            raise WorkerFailedError(value)
        return value

    def _start(self) -> "subprocess.Popen[bytes]":
        places = json.dumps([place for place in sys.path if place])
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-c", _CODE, places],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        except OSError as error:
            raise WorkerDiedError(
                f"No process could be started to compute this: {error}."
            ) from None
        return self._process

    def end(self) -> None:
        """End the process at once, from any thread: `run` raises WorkerDiedError."""
        process = self._process
        if process is not None:
            process.kill()

    def kill(self) -> int:
        """End the process at once, and return its exit status; the next work starts another."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.kill()
        status = process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        return status


def _death(status: int) -> str:
    how = f"signal {-status}" if status < 0 else f"status {status}"
    return (
        f"The process that computed this ended before it was done ({how}), perhaps for want of "
        "memory. Ask again: another one is started."
    )


def main() -> None:
    """Do the work that comes in, until the input closes."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever prints must not get in between
    with suppress(AttributeError, OSError):
        os.nice(NICE)
    tasks = _Tasks()
    while True:
        task = tasks.next()

        def progress(share: float) -> None:
            _send(output, PROGRESS, share)

        try:
            function, args = pickle.loads(task)  # noqa: S301 - our own process
            result = function(*args, progress)
            _send(output, RESULT, result)
        except WinsetError as error:
            _send(output, REFUSED, _plain(error))
        except Exception as error:
            import traceback

            _send(output, FAILED, "".join(traceback.format_exception(error)))


class _Tasks:
    """The work that comes in, heard on a thread of its own: the end is heard during work too."""

    def __init__(self) -> None:
        import queue

        self._heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
        threading.Thread(target=self._hear, daemon=True).start()

    def next(self) -> Any:
        return self._heard.get()

    def _hear(self) -> None:
        try:
            while True:
                self._heard.put(pickle.load(sys.stdin.buffer))  # noqa: S301 - our own process
        except BaseException:
            os._exit(0)


def _send(output: Any, kind: str, value: Any) -> None:
    output.write(pickle.dumps((kind, value)))
    output.flush()


def _plain(error: WinsetError) -> WinsetError:
    """Return ``error``, or one with the same words where it cannot travel."""
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301 - made a moment ago
    except Exception:
        return WinsetError(str(error))
    return error
