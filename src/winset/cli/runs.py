"""How the command line runs many draws: the workers, the saved progress, and the bar."""

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
    """Return where a run saves its progress: ``resume``, or else a folder of the user's cache.

    None for a run so short that it can be repeated.

    Raises:
        WinsetError: when the options do not go together.
    """
    if draws <= MOST_KEPT:
        if resume is not None:
            raise WinsetError(
                f"--resume goes with more than {MOST_KEPT:,} draws; a run of {draws:,} saves no "
                "progress: leave out --resume"
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
            f"--resume with several models must name an existing folder; found {resume}"
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
        f"no progress is saved ({'; '.join(problems) or 'the user has no home folder'}); "
        f"--resume FILE names another place, and so does {VARIABLE}",
        err=True,
    )
    return None


@contextmanager
def running(
    total: int, *, cluster: str | None, state: Path | None, bar: bool
) -> Iterator[tuple["Workers | None", Done]]:
    """Yield the workers that solve ``total`` draws, and a function to call with the number done.

    A run that is stopped says whether it can be resumed.
    """
    from winset.forecast.cluster import connect

    begun = False
    with (
        nullcontext(None) if cluster is None else connect(cluster) as workers,
        progress_bar(total, bar) as advance,
    ):
        # The error says in fewer words what Dask would log about a lost connection.
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
                click.echo("Progress is saved: the same command resumes the run.", err=True)
            raise
