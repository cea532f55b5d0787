"""Work that takes seconds: begun once, whoever asks; followed by its share done; kept when done."""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from winset.errors import WinsetError
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.forecasts.work_pieces import StoppedError, WorkPieces
from winset.web.server.error_responses import RefusedError

AT_ONCE = 2  # jobs that take turns; others wait
MOST_WAITING = 16
KEPT = 32
State = Literal["waiting", "running", "done", "failed", "stopped"]
Progress = Callable[[float], None]
Work = Callable[[Progress], Any]


@dataclass(slots=True)
class Job:
    """One piece of work.

    Attributes:
        id: in its address.
        title: what is computed, in words.
        state: how it stands.
        share: done so far, in [0, 1]; an estimate.
        begun: when it was asked for, by `time.monotonic`.
        error: why it failed.
        ended: set once it is done, failed or stopped.
        result: once done.
        turns: its right to compute.
    """

    id: str
    title: str
    turns: WorkPieces
    state: State = "waiting"
    share: float = 0.0
    begun: float = field(default_factory=time.monotonic)
    error: WinsetError | None = None
    ended: "Future[None]" = field(default_factory=lambda: _unending())
    result: Any = None

    def outcome(self) -> Any:
        """Return the result of a job that has ended.

        Raises:
            WinsetError: that made it fail.
            RefusedError: with status 503 when it was stopped.
        """
        if self.error is not None:
            raise self.error
        if self.state == "stopped":
            raise RefusedError(503, "This was stopped before it was done: ask again.")
        return self.result


class Jobs:
    """The jobs of a workbench. What is asked twice is computed once."""

    def __init__(self, live: ForecastThread) -> None:
        self._live = live
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="winset-jobs")
        self._by_key: OrderedDict[Hashable, Job] = OrderedDict()
        self._guard = threading.Lock()

    def begin(self, key: Hashable, work: Work, *, title: str) -> Job:
        """Return the job that ``key`` names, begun now if there is none or it was stopped.

        ``work`` calls what it is given with the share done; between two calls it has the kernels to
        itself.

        Raises:
            RefusedError: with status 503 when too many wait already.
        """
        with self._guard:
            job = self._by_key.get(key)
            if job is not None and job.state != "stopped":
                self._by_key.move_to_end(key)
                return job
            if sum(not j.ended.done() for j in self._by_key.values()) >= MOST_WAITING:
                message = "Too much is being computed already: wait until some of it is done."
                raise RefusedError(503, message)
            job = Job(id=secrets.token_hex(8), title=title, turns=WorkPieces(self._live.submit))
            self._by_key[key] = job
            for old in [k for k, j in self._by_key.items() if j.ended.done()]:
                if len(self._by_key) <= KEPT:
                    break
                del self._by_key[old]
        try:
            self._threads.submit(self._run, job, work)
        except RuntimeError:
            _end(job, "stopped")
        return job

    def find(self, id: str) -> Job:
        """Return the job ``id``.

        Raises:
            RefusedError: with status 404 when there is none, or none any more.
        """
        with self._guard:
            for job in self._by_key.values():
                if job.id == id:
                    return job
        raise RefusedError(404, "There is no such work, or none any more.")

    def stop(self, id: str) -> Job:
        """Let the job ``id`` end at its next pause, and return it."""
        job = self.find(id)
        job.turns.stop()
        return job

    def _run(self, job: Job, work: Work) -> None:
        def progress(share: float) -> None:
            job.share = max(job.share, min(share, 1.0))
            job.turns.pause()

        try:
            with job.turns:
                job.state = "running"
                job.result = work(progress)
        except StoppedError:
            _end(job, "stopped")
        except WinsetError as error:
            job.error = error
            _end(job, "failed")
        except BaseException as error:
            job.error = WinsetError(f"This failed in a way that was not foreseen: {error!r}")
            _end(job, "failed")
            raise
        else:
            job.share = 1.0
            _end(job, "done")

    def close(self) -> None:
        """Let every job end at its next pause."""
        with self._guard:
            for job in self._by_key.values():
                job.turns.stop()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _unending() -> "Future[None]":
    """Return a future that nobody who waits for it can cancel."""
    future: Future[None] = Future()
    future.set_running_or_notify_cancel()
    return future


def _end(job: Job, state: State) -> None:
    job.state = state
    job.ended.set_result(None)
