"""The command that opens the workbench."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.web.server.security import Session

HEADER = "Authorization: Bearer"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path())
@click.option("--port", type=click.IntRange(0, 65535), default=8737, show_default=True,
              help="Port; 0 takes a free one.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Address to listen on; with any other than 127.0.0.1, localhost or ::1, other "
              "machines can connect.")  # fmt: skip
@click.option("--allow-host", "names", multiple=True, metavar="NAME",
              help="Another name under which the workbench may be addressed.")  # fmt: skip
@click.option("--make", is_flag=True, help="Create FOLDER if it does not exist.")
@click.option("--plain-address", is_flag=True,
              help="Use the address 127.0.0.1 itself, for a browser that cannot resolve names "
              "under localhost. Other servers on this machine that the same browser visits may "
              "then be able to read your cases, but not change them.")  # fmt: skip
@click.option("--open/--no-open", "open_", default=True, help="Open a browser.", show_default=True)
def serve(
    folder: Path,
    port: int,
    host: str,
    names: tuple[str, ...],
    make: bool,
    plain_address: bool,
    open_: bool,
) -> None:
    """Open the workbench in a browser, on the cases in FOLDER (by default the current folder).

    FOLDER contains case folders, or is one. If it does not exist, the command asks whether to
    create it; --make creates it without asking. Edits are written to the files at once; a shipped
    case is copied before it is changed. The printed address works once.
    """
    try:
        from winset.web.server.app import make_app
        from winset.web.server.listening import address_of, base_of, listening, own_folder, own_name
        from winset.web.server.security import LOOPBACK as OWN_NAMES
        from winset.web.server.waiting import server_of
    except ModuleNotFoundError as error:
        from winset.errors.installing import install_command

        raise WinsetError(
            f"the workbench needs {error.name}; install it with: {install_command('web')}"
        ) from None
    if host not in LOOPBACK:
        click.echo(
            f"warning: {host} can be reached from other machines. Anyone who opens the address "
            "below first can read and change the cases, and the connection is not encrypted.",
            err=True,
        )
    bound = listening(host, port)
    _make_folder(folder, make)
    bracketed = f"[{host}]" if ":" in host else host
    hidden = host in LOOPBACK and not plain_address
    home = own_name(own_folder()) if hidden else host
    homes = {home, *names} if hidden else {*OWN_NAMES, bracketed, *names}
    app = make_app(folder, hosts=homes, readers=OWN_NAMES if hidden else (), warm=True)
    session = app.state.session
    address = address_of(bound, home, token=session.token)
    click.echo(f"Workbench on {app.state.desk.store.folder}\n\n  {address}\n")
    if hidden:
        click.echo("If the browser cannot find this address (as in Safari), use --plain-address.\n")
    click.echo(
        "R, Excel and scripts on this machine can read the data at "
        f"{base_of(bound, host)} with the header\n\n  {HEADER} {session.access}\n"
    )
    click.echo("Press Ctrl-C to stop.")
    browser = _browser(address, session) if open_ else nullcontext()
    # uvicorn shuts down and then passes Ctrl-C on, which click would report as an abort.
    with bound, suppress(KeyboardInterrupt), browser:
        server_of(app).run(sockets=[bound])


def _make_folder(folder: Path, make: bool) -> None:
    """Create ``folder`` if it is missing, and if ``make`` or the person at the terminal says so.

    Raises:
        WinsetError: when it is missing and shall not be created.
    """
    if folder.exists():
        return
    question = f"{folder}: there is no such folder. Create it for your cases?"
    if make or (sys.stdin.isatty() and click.confirm(question, default=True)):
        folder.mkdir(parents=True, exist_ok=True)
        return
    raise WinsetError(
        f"{folder}: must be a folder; found nothing; create it, give --make, or name another"
    )


@contextmanager
def _browser(address: str, session: "Session") -> Iterator[None]:
    """Send a browser to ``address`` without putting it on a command line; tidy up at the end."""
    from winset.web.server.private_page import PrivatePage

    try:
        page = PrivatePage(address)
    except OSError as error:
        click.echo(f"no browser is opened: {error}; open the address yourself", err=True)
        yield
        return
    session.entered = page.remove
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        if click.launch(page.path.as_uri()):
            click.echo("no browser could be started; open the address yourself", err=True)
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
        page.remove()
