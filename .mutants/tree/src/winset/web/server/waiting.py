"""The server, and how long it waits for a request that arrives in part.

A connection whose request never ends costs a file and memory for as long as it lasts. The head of a
request, and each further piece of its body, must arrive within `PATIENCE` seconds.
"""

import asyncio
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 20.0  # seconds
LONGEST = 300.0  # seconds for a whole body: 64 MB at 2 Mbit/s


def server_of(
    app: ASGIApp, *, patience: float = PATIENCE, longest: float = LONGEST, **options: Any
) -> uvicorn.Server:
    """Return a server of ``app`` that drops requests which stop on their way.

    Args:
        app: what it serves.
        patience: seconds for the head of a request, and between two pieces of its body.
        longest: seconds for the whole body.
        options: of uvicorn's configuration.
    """

    class Bounded(_TimedProtocol):
        seconds = patience
        whole = longest

    named = {"log_level": "warning", "access_log": False, "server_header": False,
             "ws": "none", **options}  # fmt: skip
    return uvicorn.Server(uvicorn.Config(app, http=Bounded, **named))


class _TimedProtocol(H11Protocol):
    """A connection that is closed when a request stops on its way.

    Two timers: one runs from the beginning of a connection, or of a head, until the head is there,
    and again from each piece of the body to the next; the other from the head to the end of the
    body. Between requests uvicorn's own timer runs.
    """

    seconds: float
    whole: float
    _piece: asyncio.TimerHandle | None = None
    _body: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._piece = self.loop.call_later(self.seconds, self._drop)

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request, and wait for the next one unless it was the last."""
        before = self.conn.their_state
        super().data_received(data)
        after = self.conn.their_state
        if after is h11.IDLE and before is h11.IDLE and self._piece is not None:
            return  # more of a head: its time does not begin again
        self._stop_piece()
        if after is h11.SEND_BODY:
            self._piece = self.loop.call_later(self.seconds, self._drop)
            if self._body is None:
                self._body = self.loop.call_later(self.whole, self._drop)
            return
        self._stop_body()
        if after is h11.IDLE and self.conn.trailing_data[0]:
            self._piece = self.loop.call_later(self.seconds, self._drop)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_piece()
        self._stop_body()
        super().connection_lost(exc)

    def _drop(self) -> None:
        self.transport.close()

    def _stop_piece(self) -> None:
        if self._piece is not None:
            self._piece.cancel()
            self._piece = None

    def _stop_body(self) -> None:
        if self._body is not None:
            self._body.cancel()
            self._body = None
