"""Compiling ahead: for images, teaching rooms, and whoever would rather wait now."""

import sys
from typing import TYPE_CHECKING

import click

from winset.errors import WinsetError

if TYPE_CHECKING:
    from winset.models.compiling_news import Compiling


@click.command()
def warm() -> None:
    """Compile all models now, so that no forecast has to wait for it.

    Compiled code is kept in the folder that WINSET_CACHE names, by default the user's cache folder,
    until winset, Numba or the processor changes.
    """
    import winset.models.registry  # noqa: F401  whose kernels make themselves known
    from winset.models.cache_folders import VARIABLE
    from winset.models.compiled_code import doors, expect, place

    chosen = place()
    if not chosen.lasting or not chosen.writable:
        raise WinsetError(
            f"warm must keep compiled code in a folder that lasts; found none that can be written "
            f"to ({'; '.join(chosen.reasons) or chosen.folder}); set {VARIABLE} to one"
        )
    kernels = doors()
    missing = expect(kernels)
    for kernel in missing:
        kernel.load()
    done = f"{len(missing)} of {len(kernels)} kernels compiled" if missing else "nothing to compile"
    click.echo(f"{done}: {chosen.folder}")


def show_compiling(news: "Compiling") -> None:
    """Say on the error stream what is being compiled: one line that renews itself on a terminal."""
    terminal = sys.stderr.isatty()
    if not news.name:
        if terminal:
            click.echo("\r\x1b[2K", nl=False, err=True)
        return
    kernel = news.name.partition(".")[0].replace("_", "-")
    line = f"compiling {kernel} ({news.place} of {news.total}), once after installing"
    click.echo(f"\r\x1b[2K{line} …" if terminal else f"{line} …", nl=not terminal, err=True)
