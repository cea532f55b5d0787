"""Long work on the thread for forecasts, a piece at a time, so that sliders do not wait for it.

Compiled kernels run one at a time (see `winset.web.forecasts.forecast_thread`). A long function
runs on a thread of its own and computes only while the thread for forecasts waits for it: it
borrows that thread's turn, hands it back whenever it says how far it is, and queues up again behind
whatever came meanwhile.
"""

import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from typing import Any


class StoppedError(Exception):
    """Whoever asked for the work wants it no more, or the workbench ends."""


class WorkPieces:
    """The right to compute, had for one piece at a time.

    Args:
        submit: puts a function into the queue of the thread for forecasts.
    """

    def __init__(self, submit: Callable[[Callable[[], object]], Future[Any]]) -> None:
        self._submit = submit
        self._stopped = threading.Event()
        self._released: threading.Event | None = None

    def stop(self) -> None:
        """Let the work end at its next pause."""
        self._stopped.set()

    def __enter__(self) -> "WorkPieces":
        self._take()
        return self

    def __exit__(self, *_: object) -> None:
        self._give_back()

    def pause(self) -> None:
        """Let others have their turn.

        Raises:
            StoppedError: when the work is to end.
        """
        self._give_back()
        self._take()

    def _take(self) -> None:
        if self._stopped.is_set():
            raise StoppedError
        granted, released = threading.Event(), threading.Event()

        def lend() -> None:
            granted.set()
            released.wait()

        try:
            lent = self._submit(lend)
        except RuntimeError:  # the thread for forecasts is gone: the workbench ends
            raise StoppedError from None
        lent.add_done_callback(lambda _: granted.set())
        granted.wait()
        if lent.cancelled():
            raise StoppedError from CancelledError()
        self._released = released
        if self._stopped.is_set():
            self._give_back()
            raise StoppedError

    def _give_back(self) -> None:
        if self._released is not None:
            self._released.set()
            self._released = None
