"""The command that opens the workbench."""

from pathlib import Path

import click

from winset.errors import WinsetError
from winset.installing import install_command

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
@click.option("--open/--no-open", "open_", default=True, help="Open a browser.", show_default=True)
def serve(folder: Path, port: int, host: str, names: tuple[str, ...], open_: bool) -> None:
    """Open the workbench on the cases in FOLDER (here, if none is named) in a browser.

    FOLDER holds case folders, or is one. Edits go to the files at once; shipped cases are copied
    before they are changed. The address printed works once.
    """
    try:
        import uvicorn

        from winset.web.app import make_app
        from winset.web.serving import address_of, listening
    except ModuleNotFoundError as error:
        raise WinsetError(
            f"the workbench needs {error.name}; install it with: {install_command('web')}"
        ) from None
    if host not in LOOPBACK:
        click.echo(
            f"warning: {host} can be reached from other machines. Whoever gets the address below "
            "first reads and changes the cases, and what is sent is not encrypted.",
            err=True,
        )
    bound = listening(host, port)
    from winset.web.security import LOOPBACK as OWN_NAMES

    named = f"[{host}]" if ":" in host else host
    app = make_app(folder, hosts={*OWN_NAMES, named, *names}, warm=True)
    address = address_of(bound, host, token=app.state.session.token)
    access = app.state.session.access
    click.echo(f"Workbench on {app.state.desk.store.folder}\n\n  {address}\n")
    click.echo(
        f"R, Excel and scripts on this machine read with the header\n\n  {HEADER} {access}\n"
    )
    click.echo("Ctrl-C ends it.")
    if open_:
        click.launch(address)
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    )
    with bound:
        server.run(sockets=[bound])
