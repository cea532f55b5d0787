"""Chunks solved by other processes and machines with Dask; the forecast does not change."""

import logging
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib.metadata import version
from typing import Any

from winset.errors import WinsetError, shorten
from winset.errors.installing import install_command
from winset.forecast.tasks import DrawsPart, Task, Workers, solve_chunk, solve_part
from winset.models.version import winset_version

_PLACE = re.compile(r"(local)(?::([1-9]\d{0,3}))?|(?:tcp|tls|ws|wss)://\S+")
PATIENCE = 30  # seconds to wait for a scheduler and for its first worker


@contextmanager
def connect(place: str) -> Iterator[Workers]:
    """Yield workers that solve chunks with Dask.

    If a worker dies, others solve its chunks again. Workers of ``local`` are replaced, and together
    use all cores; a script that uses them must guard what it does by
    ``if __name__ == "__main__"``, as Python's own `multiprocessing` asks.

    Args:
        place: ``local`` for a process on each core of this machine, ``local:4`` for four of them,
            or the address of a scheduler, ``tcp://host:8786``, whose workers have this version of
            the package.

    Raises:
        WinsetError: when ``place`` is none of these, does not answer, or Dask is missing.
    """
    match = _PLACE.fullmatch(place)
    if not match:
        raise WinsetError(
            "a cluster must be “local”, “local:4” or an address such as tcp://host:8786; found "
            f"{shorten(place)}"
        )
    try:
        from distributed import Client
    except ImportError:
        raise WinsetError(f"clusters need Dask: {install_command('cluster')}") from None
    local = match[1] is not None
    with (
        _processes(int(match[2] or os.cpu_count() or 1)) if local else nullcontext(place) as where,
        _client(Client, where, place) as client,
    ):
        yield _Dask(client, place)


def _processes(count: int) -> Any:
    """Return a cluster of ``count`` processes on this machine."""
    import dask
    from distributed import LocalCluster

    before = "distributed.nanny.pre-spawn-environ"
    environment = {
        **dask.config.get(before, {}),
        "NUMBA_NUM_THREADS": max(1, (os.cpu_count() or 1) // count),
        # Dask has glibc give memory back at once: with arrays of the size of a chunk, half of the
        # time would go into getting it again.
        "MALLOC_TRIM_THRESHOLD_": 2**28,
        "MALLOC_MMAP_THRESHOLD_": 2**25,
    }
    with dask.config.set({before: environment}):
        return LocalCluster(
            n_workers=count,
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.ERROR,
        )


def _client(kind: Any, where: Any, place: str) -> Any:
    try:
        client = kind(where, timeout=PATIENCE)
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError, ValueError) as error:
        raise WinsetError(f"{place}: no Dask scheduler with a worker there ({error})") from None
    return client


class _Dask:
    """Sends chunks to a scheduler, a bounded number ahead, and hands parts back in order."""

    def __init__(self, client: Any, place: str) -> None:
        self._client = client
        self._place = place

    def parts(self, task: Task, chunks: Iterable[int]) -> Iterator[DrawsPart]:
        """Yield the parts of ``chunks``, in their order.

        Raises:
            WinsetError: when the model cannot be applied, or the cluster fails for good.
        """
        from distributed import KilledWorker
        from distributed.client import FutureCancelledError

        self._check()
        # This compiles kernels before all workers do so at once, and reports problems of the case.
        solve_chunk(task.case, task.model, seed=task.seed, first=0, draws=1)
        lean = replace(task, case=replace(task.case, files={}, folder=None))
        # Made by the cluster rather than put into it, it is made again when its holder dies.
        held = self._client.submit(_same, lean, pure=False)
        waiting: deque[Any] = deque()
        try:
            for chunk in chunks:
                waiting.append(
                    self._client.submit(_solve, held, chunk, winset_version(), pure=False)
                )
                if len(waiting) >= self._ahead():
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except KilledWorker as error:
            raise WinsetError(
                f"{self._place}: several workers died on one chunk, perhaps for lack of "
                f"memory ({error})"
            ) from None
        except (OSError, TimeoutError, FutureCancelledError) as error:
            reason = str(error).partition("\n")[0]
            raise WinsetError(f"{self._place}: the cluster is gone ({reason})") from None

    def _check(self) -> None:
        """Raise an error unless every worker has this version of the package.

        One without it would drop its connection at the first chunk and say why only in its own log.
        """
        versions = self._client.run(version, "winset", on_error="return")
        other = {
            where: installed
            for where, installed in versions.items()
            if installed != winset_version()
        }
        if other:
            where, installed = next(iter(other.items()))
            has = "has none" if isinstance(installed, Exception) else f"has {installed}"
            raise WinsetError(
                f"{self._place}: workers must have winset {winset_version()}; the one at {where} "
                f"{has}"
            )

    def _ahead(self) -> int:
        """Two chunks for each worker that is there now: memory does not grow with the run."""
        return 2 * max(1, len(self._client.nthreads()))


def _same(task: Task) -> Task:
    return task


def _solve(task: Task, chunk: int, wanted: str) -> DrawsPart:
    """Solve ``chunk`` where this runs: on a worker."""
    if winset_version() != wanted:
        raise WinsetError(
            f"a worker has winset {winset_version()}; the forecast is made by {wanted}: install "
            "the same everywhere"
        )
    return solve_part(task, chunk)
