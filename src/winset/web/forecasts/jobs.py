"""Work that takes seconds: begun once for all who ask, followed by its share done, held when done.

What takes a second or two runs on the thread for quick queries, a piece at a time. What takes
longer runs in a process of its own.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Literal

from winset.errors import WinsetError
from winset.web.forecasts.work_pieces import StoppedError, WorkPieces
from winset.web.forecasts.worker_process import WorkerDiedError, WorkerProcess
from winset.web.server.error_responses import RefusedError
from winset.web.server.revision_cache import RevisionCache

AT_ONCE = 2  # jobs that run; others wait
MOST_WAITING = 16
MOST_ENDED = 32  # jobs that can still be asked about
State = Literal["waiting", "running", "done", "failed", "stopped"]
Progress = Callable[[float], None]
Work = Callable[[Progress], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowWork:
    """Work for a process of its own.

    Attributes:
        function: of a module; called there with ``args`` and what to call with the share done.
        args: that can be pickled.
        present: makes the result of what the function returned, here.
    """

    function: Callable[..., Any]
    args: tuple[Any, ...]
    present: Callable[[Any], Any]


@dataclass(slots=True)
class Job:
    """One piece of work.

    Attributes:
        id: in its address.
        title: what is computed, in words.
        revision: of the case that it is computed of.
        query: what was asked of it.
        pieces: its right to compute on the thread for quick queries.
        process: that it runs in; None on that thread.
        state: how it stands.
        share: done so far, in [0, 1]; an estimate.
        begun: when it was asked for, by `time.monotonic`.
        error: why it failed.
        reported: whether the error has been said to anyone.
        ended: set once it is done, failed or stopped; with the result.
    """

    id: str
    title: str
    revision: Hashable
    query: Hashable
    pieces: WorkPieces
    process: WorkerProcess | None = None
    state: State = "waiting"
    share: float = 0.0
    begun: float = field(default_factory=time.monotonic)
    error: WinsetError | None = None
    reported: bool = False
    ended: "Future[Any]" = field(default_factory=lambda: _unending())

    def outcome(self) -> Any:
        """Return the result of a job that has ended.

        Raises:
            WinsetError: that made it fail.
            RefusedError: with status 503 when it was stopped.
        """
        if self.error is not None:
            self.reported = True
            raise self.error
        if self.state == "stopped":
            raise RefusedError(503, "This was stopped before it was done: ask again.")
        return self.ended.result(timeout=0)

    @property
    def again(self) -> bool:
        """Whether the same work asked for again is begun again.

        That its process died is said once, so that a page that follows the work shows it.
        """
        died = isinstance(self.error, WorkerDiedError)
        return self.state == "stopped" or (died and self.reported)


class Jobs:
    """The jobs of a workbench. What is asked twice is computed once.

    Args:
        submit: puts a function into the queue of the thread for quick queries.
        cache: where results are held.
    """

    def __init__(
        self, submit: Callable[[Callable[[], object]], "Future[object]"], cache: RevisionCache
    ) -> None:
        self._submit, self._cache = submit, cache
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="winset-jobs")
        self._by_id: OrderedDict[str, Job] = OrderedDict()
        self._idle: list[WorkerProcess] = []
        self._guard = threading.Lock()
        self._closed = False

    def begin(
        self,
        revision: Hashable,
        query: Hashable,
        *,
        title: str,
        work: Work | SlowWork,
    ) -> Job:
        """Return the job of ``query``, begun now unless it is running, has failed, or is held.

        Args:
            revision: of the case.
            query: what is asked of it.
            title: of the job, in words.
            work: is given what to call with the share done; between two calls it has the thread for
                quick queries to itself. Or what is to be done in a process of its own.

        Raises:
            RefusedError: with status 503 when too many wait already.
        """
        with self._guard:
            for job in reversed(self._by_id.values()):
                if (job.revision, job.query) == (revision, query) and not job.again:
                    if job.state != "done":
                        return job
                    break
            job = Job(
                id=secrets.token_hex(8), title=title, revision=revision, query=query,
                pieces=WorkPieces(self._submit),
            )  # fmt: skip
            held = self._cache.find(revision, query)
            if held is not None:
                job.share = 1.0
                _end(job, "done", held)
                return job
            if sum(not j.ended.done() for j in self._by_id.values()) >= MOST_WAITING:
                message = "Too much is being computed already: wait until some of it is done."
                raise RefusedError(503, message)
            self._by_id[job.id] = job
            for old in [id for id, j in self._by_id.items() if j.ended.done()]:
                if len(self._by_id) <= MOST_ENDED:
                    break
                del self._by_id[old]
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
            if id in self._by_id:
                return self._by_id[id]
        raise RefusedError(404, "There is no such work, or none any more.")

    def stop(self, id: str) -> Job:
        """Let the job ``id`` end, and return it: at its next pause, or with its process."""
        job = self.find(id)
        with self._guard:
            _stop(job)
        return job

    def _run(self, job: Job, work: Work | SlowWork) -> None:
        try:
            if isinstance(work, SlowWork):
                result = self._slowly(job, work)
            else:
                result = _in_pieces(job, work)
        except StoppedError:
            _end(job, "stopped")
        except WinsetError as error:
            if job.pieces.stopped:
                _end(job, "stopped")
                return
            job.error = error
            _end(job, "failed")
        except BaseException as error:
            job.error = WinsetError(f"This failed in a way that was not foreseen: {error!r}")
            _end(job, "failed")
            raise
        else:
            self._cache.keep(job.revision, job.query, result)
            job.share = 1.0
            _end(job, "done", result)
            with self._guard:  # the job can still be asked about; the cache has its result
                if job.id in self._by_id:
                    self._by_id[job.id] = _without_result(job)

    def _slowly(self, job: Job, work: SlowWork) -> Any:
        with self._guard:
            if job.pieces.stopped or self._closed:
                raise StoppedError
            process = self._idle.pop() if self._idle else WorkerProcess()
            job.process, job.state = process, "running"

        def progress(share: float) -> None:
            job.share = max(job.share, min(share, 1.0))

        try:
            found = process.run(work.function, *work.args, progress=progress)
        finally:
            with self._guard:
                job.process = None
                if self._closed:
                    process.kill()
                else:
                    self._idle.append(process)
        with job.pieces:
            return work.present(found)

    def close(self) -> None:
        """Let every job end, and the processes with them."""
        with self._guard:
            self._closed = True
            for job in self._by_id.values():
                _stop(job)
            for process in self._idle:
                process.kill()
            self._idle.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)


def _in_pieces(job: Job, work: Work) -> Any:

    def progress(share: float) -> None:
        job.share = max(job.share, min(share, 1.0))
        job.pieces.pause()

    with job.pieces:
        job.state = "running"
        return work(progress)


def _stop(job: Job) -> None:
    job.pieces.stop()
    if job.process is not None:
        job.process.end()


def _without_result(job: Job) -> Job:
    light = Job(
        id=job.id, title=job.title, revision=job.revision, query=job.query, pieces=job.pieces,
        share=job.share, begun=job.begun,
    )  # fmt: skip
    _end(light, job.state)
    return light


def _unending() -> "Future[Any]":
    """Return a future that cannot be cancelled by those who wait for it."""
    future: Future[Any] = Future()
    future.set_running_or_notify_cancel()
    return future


def _end(job: Job, state: State, result: Any = None) -> None:
    job.state = state
    job.ended.set_result(result)
