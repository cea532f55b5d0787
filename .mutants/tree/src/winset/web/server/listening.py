"""Where the workbench listens, under which name, and the address to print."""

import os
import re
import secrets
import socket
import stat
from pathlib import Path
from urllib.parse import quote

from winset.errors import WinsetError

_NAME = re.compile(r"winset-[0-9a-f]{32}\.localhost")


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens on ``host`` and ``port``; port 0 takes a free one.

    Raises:
        WinsetError: when that cannot be had.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named, so that asyncio knows to send small answers at once (TCP_NODELAY): 40 ms each.
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    for option, value in address_options(os.name):
        sock.setsockopt(socket.SOL_SOCKET, option, value)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise WinsetError(
            f"cannot listen on {host}, port {port}: {error.strerror or error}; choose another "
            "--port, or 0 for any free one"
        ) from None
    sock.listen(128)
    return sock


def address_options(system: str) -> tuple[tuple[int, int], ...]:
    """Return the socket options, name and value, that keep others off our port on ``system``.

    Elsewhere SO_REUSEADDR means that a port can be taken again just after it was left. On Windows
    it means that any other program may take it while we listen there (``system`` is "nt").
    """
    if system == "nt":
        # The socket module has the name on Windows alone; the number is that of winsock2.h.
        return ((getattr(socket, "SO_EXCLUSIVEADDRUSE", ~socket.SO_REUSEADDR), 1),)
    return ((socket.SO_REUSEADDR, 1),)


def own_name(folder: Path | None) -> str:
    """Return a host name below ``localhost`` that only this user knows.

    Browsers resolve such names to this machine themselves, and send a cookie that was set under one
    to no other. The name is kept in ``folder``, so that what pages keep in the browser (who codes)
    is there again at the next start; without a folder that can be written to, each start has
    another name.
    """
    fresh = f"winset-{secrets.token_hex(16)}.localhost"
    if folder is None:
        return fresh
    path = folder / "workbench-name"
    try:
        if path.exists():
            private = os.name == "nt" or not stat.S_IMODE(path.stat().st_mode) & 0o077
            stored = path.read_text("ascii", errors="replace").strip()
            if private and _NAME.fullmatch(stored):
                return stored
            path.unlink()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(f"{fresh}\n")
    except OSError:
        return fresh  # as good, and for this start alone
    return fresh


def own_folder() -> Path | None:
    """Return the folder in which the name is kept; None where the user has no home."""
    named = os.environ.get("LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME")
    try:
        return (Path(named) if named else Path.home() / ".local" / "state") / "winset"
    except RuntimeError:  # there is no home
        return None


def address_of(bound: socket.socket, host: str, *, token: str) -> str:
    """Return the address that opens the workbench behind ``bound``, once."""
    return f"{base_of(bound, host)}/enter?token={quote(token)}"


def base_of(bound: socket.socket, host: str) -> str:
    """Return the beginning of every address of the workbench behind ``bound``."""
    port = bound.getsockname()[1]
    name = f"[{host}]" if ":" in host else host
    if host in ("0.0.0.0", "::"):  # noqa: S104 - not bound here: how to reach what listens anywhere
        name = "localhost"
    return f"http://{name}:{port}"
