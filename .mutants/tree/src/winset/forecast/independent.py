"""Lists of independent tasks, run here, in several processes or on a Dask cluster.

A task is anything that can be called without arguments and pickled. What it returns depends on
itself alone, so the results are the same bytes whoever runs it, and a task whose worker died is
run again by another one.
"""

import logging
import multiprocessing
import os
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib.metadata import version
from itertools import islice
from typing import Any, Protocol, TypeVar

from winset.errors import WinsetError, shorten
from winset.errors.installing import install_command
from winset.models.version import winset_version

T = TypeVar("T")
PATIENCE = 30  # seconds to wait for a scheduler and for its first worker
AHEAD = 3  # tasks a worker that are handed over before their turn
MOST_DEATHS = 3  # of workers, without a result between them
_PLACE = re.compile(r"[1-9]\d{0,2}|(?:tcp|tls|ws|wss)://\S+")


def check_workers(workers: str) -> str:
    """Return ``workers`` as they were given.

    Raises:
        WinsetError: when they are neither a number of processes nor an address.
    """
    if not _PLACE.fullmatch(workers):
        raise WinsetError(
            "workers must be a number of processes, such as 4, or the address of a Dask scheduler, "
            f"such as tcp://host:8786; found {shorten(workers)}"
        )
    return workers


class Workers(Protocol):
    """Whoever runs tasks."""

    def run(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Yield what each of ``tasks`` returns, in their order."""


def run_independent(tasks: Iterable[Callable[[], T]], *, workers: str | None = None) -> Iterator[T]:
    """Yield what each of ``tasks`` returns, in their order; see `open_workers`.

    Raises:
        WinsetError: when a task raises it, or as `open_workers` does.
    """
    with open_workers(workers) as opened:
        yield from opened.run(tasks)


@contextmanager
def open_workers(workers: str | None) -> Iterator[Workers]:
    """Yield who runs tasks, for one list of them after another.

    Args:
        workers: how many processes, or the address of a Dask scheduler whose workers have this
            version of the package; None or 1 for this process. Tasks that are to leave this process
            must be pickled. A script that asks for processes must guard what it does by
            ``if __name__ == "__main__"``, as `multiprocessing` asks.

    Raises:
        WinsetError: when ``workers`` is none of these, Dask is missing, nobody answers at the
            address, or workers die again and again.
    """
    if workers is None or check_workers(workers) == "1":
        yield ThisProcess()
    elif workers.isdigit():
        processes = WorkerProcesses(int(workers))
        try:
            yield processes
        finally:
            processes.close()
    else:
        with _connected(workers) as client:
            yield DaskWorkers(client, workers)


class ThisProcess:
    """Runs one task after the other."""

    def run(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Yield what each of ``tasks`` returns, in their order."""
        return (task() for task in tasks)


class WorkerProcesses:
    """Runs tasks in processes of this machine.

    Args:
        count: how many processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool: ProcessPoolExecutor | None = None

    def run(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Yield what each of ``tasks`` returns, in their order.

        The first one is run here: it compiles the kernels before all workers do so at once.

        Raises:
            WinsetError: when a task raises it, or a task kills one worker after another.
        """
        rest = iter(tasks)
        if self._pool is None:
            yield from (task() for task in islice(rest, 1))
        waiting: deque[tuple[Callable[[], T], Future[T]]] = deque()
        deaths = 0
        while True:
            for task in islice(rest, max(0, AHEAD * self._count - len(waiting))):
                waiting.append((task, self._submit(task)))
            if not waiting:
                return
            try:
                result = waiting[0][1].result()
            except BrokenProcessPool:
                deaths += 1
                if deaths == MOST_DEATHS:
                    raise WinsetError(
                        f"a task has cost {deaths} worker processes their lives, perhaps for want "
                        "of memory: give fewer --workers"
                    ) from None
                self.close()
                waiting = deque((task, self._submit(task)) for task, _ in waiting)
                continue
            waiting.popleft()
            deaths = 0
            yield result

    def _submit(self, task: Callable[[], T]) -> "Future[T]":
        try:
            return self._open().submit(task)
        except BrokenProcessPool:  # it died while nothing was waited for
            self.close()
            return self._open().submit(task)

    def _open(self) -> ProcessPoolExecutor:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                self._count,
                mp_context=multiprocessing.get_context("spawn"),
                initializer=_share_cores,
                initargs=(self._count,),
            )
        return self._pool

    def close(self) -> None:
        """Let the processes end; tasks that wait are not begun."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _share_cores(count: int) -> None:
    """Let the kernels of this process use its share of the cores."""
    import numba

    numba.set_num_threads(min(numba.config.NUMBA_NUM_THREADS, _share(count)))


def _share(count: int) -> int:
    return max(1, (os.cpu_count() or 1) // count)


class DaskWorkers:
    """Runs tasks on the workers of a Dask scheduler.

    Args:
        client: connected with it.
        address: of the scheduler, for messages.
    """

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        self._ready = False

    def run(self, tasks: Iterable[Callable[[], T]]) -> Iterator[T]:
        """Yield what each of ``tasks`` returns, in their order.

        The first one is run here: what is wrong with the case is said before anything is sent.

        Raises:
            WinsetError: when a task raises it, or the cluster fails for good.
        """
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        rest = iter(tasks)
        if not self._ready:
            _check_versions(self._client, self._address)
            yield from (task() for task in islice(rest, 1))
            self._ready = True
        try:
            ahead = AHEAD * max(1, len(self._client.nthreads()))
            waiting = deque(self._submit(task) for task in islice(rest, ahead))
            while waiting:
                yield waiting.popleft().result()
                waiting.extend(self._submit(task) for task in islice(rest, 1))
        except KilledWorker as error:
            raise WinsetError(
                f"{self._address}: a task has cost several workers their lives, perhaps for want "
                f"of memory ({error})"
            ) from None
        except (OSError, TimeoutError, FutureCancelledError) as error:
            reason = str(error).partition("\n")[0]
            raise WinsetError(f"{self._address}: the cluster is gone ({reason})") from None

    def _submit(self, task: Callable[[], T]) -> "Future[T]":
        future: Future[T] = self._client.submit(_call, task, winset_version(), pure=False)
        return future


@contextmanager
def _connected(address: str) -> Iterator[Any]:
    try:
        from distributed import Client
    except ImportError:
        raise WinsetError(f"clusters need Dask: {install_command('cluster')}") from None
    # What Dask would log of a lost connection, the error says in fewer words.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    with _client(Client, address) as client:
        yield client


def _client(kind: Any, address: str) -> Any:
    try:
        client = kind(address, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise WinsetError(f"{address}: no Dask scheduler with a worker there ({error})") from None
    return client


def _check_versions(client: Any, address: str) -> None:
    """Raise an error unless every worker has this version of the package.

    One without it would drop its connection at the first task and say why only in its own log.
    """
    versions = client.run(version, "winset", on_error="return")
    others = {where: other for where, other in versions.items() if other != winset_version()}
    if others:
        where, other = next(iter(others.items()))
        has = "has none" if isinstance(other, Exception) else f"has {other}"
        raise WinsetError(
            f"{address}: workers must have winset {winset_version()}; the one at {where} {has}"
        )


def _call(task: Callable[[], T], wanted: str) -> T:
    """Run ``task`` where this is called: on a worker."""
    if winset_version() != wanted:
        raise WinsetError(
            f"a worker has winset {winset_version()}; {wanted} sent the task: install the same "
            "everywhere"
        )
    return task()
