"""Where the workbench listens, and the address to print."""

import socket
from urllib.parse import quote

from winset.errors import WinsetError


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; port 0 takes a free one.

    Raises:
        WinsetError: when that cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio knows to send small answers at once (TCP_NODELAY): 40 ms each.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError as error:
        made.close()
        raise WinsetError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}; choose another "
            "--port, or 0 for any free one"
        ) from None
    made.listen(128)
    return made


def address_of(bound: socket.socket, host: str, *, token: str) -> str:
    """Return the address that opens the workbench behind ``bound``, once."""
    port = bound.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    if host in ("0.0.0.0", "::"):  # noqa: S104 - not bound here: how to reach what listens anywhere
        name = "localhost"
    return f"http://{name}:{port}/enter?token={quote(token)}"
