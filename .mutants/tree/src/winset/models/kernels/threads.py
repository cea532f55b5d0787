"""Runs kernels in as many threads as processors: kernels hold no lock while they run."""

import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

_pool: ThreadPoolExecutor | None = None
_most: int | None = None
_lock = threading.Lock()


def processors() -> int:
    """Return how many threads kernels use: ``NUMBA_NUM_THREADS``, or the processors we may use."""
    if _most is not None:
        return _most
    named = os.environ.get("NUMBA_NUM_THREADS", "")
    if named.isdigit() and int(named) > 0:
        return int(named)
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def use_threads(count: int | None) -> None:
    """Let kernels use ``count`` threads from now on; None for as many as there are processors."""
    global _most, _pool
    with _lock:
        _most = count
        if _pool is not None:
            _pool.shutdown()
        _pool = None


def in_threads(run: Callable[[int], None], begins: Iterable[int]) -> None:
    """Call ``run`` with each of ``begins``, some at a time; return when all are done."""
    waiting = list(begins)
    helpers = min(processors(), len(waiting)) - 1
    if helpers < 1:
        for begin in waiting:
            run(begin)
        return
    waiting.reverse()

    def work() -> None:
        while True:
            try:
                begin = waiting.pop()
            except IndexError:
                return
            run(begin)

    pool = _shared_pool()
    tasks = [pool.submit(work) for _ in range(helpers)]
    try:
        work()
    finally:
        waiting.clear()
        for task in tasks:
            task.result()


def _shared_pool() -> ThreadPoolExecutor:
    global _pool
    with _lock:
        if _pool is None:
            _pool = ThreadPoolExecutor(max(1, processors() - 1), "winset-kernels")
        return _pool


def _forget_pool() -> None:
    """After a fork: the child has none of the threads."""
    global _pool, _lock
    _pool, _lock = None, threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_pool)
