"""How the command line runs many draws: with whom, what it keeps meanwhile, and the bar."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.bar import Done, progress_bar
from winset.errors import WinsetError
from winset.forecast.tasks import MOST_KEPT
from winset.models.cache_folders import VARIABLE, lasting_folders

if TYPE_CHECKING:
    from winset.forecast.tasks import Workers


def state_path(resume: Path | None, *, draws: int, rounds: bool, models: int) -> Path | None:
    """Return where a run keeps what it has so far: ``resume``, else a folder of the user's cache.

    None for a run that is short enough to be done again.

    Raises:
        WinsetError: when the options do not go together.
    """
    if draws <= MOST_KEPT:
        if resume is not None:
            raise WinsetError(
                f"--resume goes with more than {MOST_KEPT:,} draws; a run of {draws:,} keeps "
                "nothing on the way: leave --resume out"
            )
        return None
    if rounds:
        raise WinsetError(
            f"--rounds writes every draw: give --draws {MOST_KEPT} or fewer; found {draws:,}"
        )
    if resume is None:
        return _cache()
    if models > 1 and not resume.is_dir():
        raise WinsetError(
            f"--resume with several models must name a folder that is there; found {resume}"
        )
    return resume


def _cache() -> Path | None:
    problems = []
    for base in lasting_folders():
        folder = base / "runs"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            problems.append(f"{folder}: {error.strerror}")
            continue
        if os.access(folder, os.W_OK):
            return folder
        problems.append(f"{folder}: cannot be written to")
    click.echo(
        f"nothing is kept on the way ({'; '.join(problems) or 'the user has no home folder'}); "
        f"--resume FILE names another place, and so does {VARIABLE}",
        err=True,
    )
    return None


@contextmanager
def running(
    total: int, *, cluster: str | None, state: Path | None, bar: bool
) -> Iterator[tuple["Workers | None", Done]]:
    """Yield who solves ``total`` draws and what to call with the number that is done.

    A run that is stopped says whether it can go on.
    """
    from winset.forecast.cluster import connect

    begun = False
    with (
        nullcontext(None) if cluster is None else connect(cluster) as workers,
        progress_bar(total, bar) as advance,
    ):
        # What Dask would log of a lost connection, the error says in fewer words.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)

        def done(count: int) -> None:
            nonlocal begun
            begun = True
            if advance is not None:
                advance(count)

        try:
            yield workers, done
        except BaseException:
            if begun and state is not None:
                click.echo("What is done is kept: the same command goes on from there.", err=True)
            raise
