"""The option that names who runs independent tasks."""

from typing import Any

import click

from winset.errors import WinsetError


def _checked(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    from winset.forecast.independent import check_workers

    return check_workers(value)


WORKERS = click.option(
    "--workers",
    callback=_checked,
    metavar="N|ADDRESS",
    help="Share the work among N processes, or the workers of a Dask scheduler (tcp://host:8786).",
)


def _gone(_: click.Context, parameter: click.Parameter, value: Any) -> None:
    if value is None:
        return
    reasons = {
        "cluster": "a forecast is made in one process, which solves a million draws in seconds; "
        "leave it out. `backtest`, `sensitivity`, `add` and `propose` share their work: --workers",
        "resume": "a forecast is made in seconds and leaves nothing to resume: leave it out. "
        "`backtest --rows FILE` resumes a backtest",
    }
    raise WinsetError(f"--{parameter.name} is gone: {reasons[str(parameter.name)]}")


CLUSTER_GONE = click.option("--cluster", hidden=True, expose_value=False, callback=_gone)
RESUME_GONE = click.option("--resume", hidden=True, expose_value=False, callback=_gone)
