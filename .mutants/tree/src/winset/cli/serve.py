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
              help="0 takes a free one.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS",
              help="Where to listen; another than this machine's own must be meant.")  # fmt: skip
@click.option("--allow-host", "names", multiple=True, metavar="NAME",
              help="A further name by which the workbench may be addressed.")  # fmt: skip
@click.option("--make", is_flag=True, help="Make FOLDER where there is none.")
@click.option("--plain-address", is_flag=True,
              help="Put the pages at 127.0.0.1 itself, for a browser that does not find names "
              "below localhost. Other servers on this machine may then read them.")  # fmt: skip
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
    """Open the workbench on the cases in FOLDER (here, if none is named) in a browser.

    FOLDER holds case folders, or is one. Where there is none, a terminal is asked whether to make
    it; --make does so without asking. Edits go to the files at once; shipped cases are copied
    before they are changed. The address printed works once.
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
            f"warning: {host} can be reached from other machines. Anyone who gets the address "
            "below first reads and changes the cases, and what is sent is not encrypted.",
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
        click.echo("A browser that does not find this address (Safari) needs --plain-address.\n")
    click.echo(
        "R, Excel and scripts on this machine read at "
        f"{base_of(bound, host)} with the header\n\n  {HEADER} {session.access}\n"
    )
    click.echo("Ctrl-C ends it.")
    browser = _browser(address, session) if open_ else nullcontext()
    # uvicorn ends in order and then passes Ctrl-C on, which click would call an abort.
    with bound, suppress(KeyboardInterrupt), browser:
        server_of(app).run(sockets=[bound])


def _make_folder(folder: Path, make: bool) -> None:
    """Make ``folder`` if there is none, and if ``make`` or the person at the terminal says so.

    Raises:
        WinsetError: when there is nothing, and nobody wants it made.
    """
    if folder.exists():
        return
    question = f"{folder}: there is no such folder. Make it, to keep your cases in?"
    if make or (sys.stdin.isatty() and click.confirm(question, default=True)):
        folder.mkdir(parents=True, exist_ok=True)
        return
    raise WinsetError(
        f"{folder}: must be a folder; found nothing; make it, give --make, or name another"
    )


@contextmanager
def _browser(address: str, session: "Session") -> Iterator[None]:
    """Send a browser to ``address``, which stands on no command line; tidy up in the end."""
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
