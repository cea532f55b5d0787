"""The command line: read, call the library, print. Heavy parts are imported when used."""

import click

from winset.cli.backtest import backtest, calibrate
from winset.cli.case import cases, check, new, show
from winset.cli.claims import claims
from winset.cli.coding import agreement, code, derive, reanchor, trace
from winset.cli.evidence import extract, search
from winset.cli.exchange import export, import_
from winset.cli.explain import explain
from winset.cli.forecast import compare, forecast
from winset.cli.intake import add, propose
from winset.cli.ledger import resolve, seal, verify
from winset.cli.levers import levers
from winset.cli.models import models
from winset.cli.sensitivity import sensitivity
from winset.cli.serve import serve
from winset.cli.timeline import timeline
from winset.cli.warm import show_compiling, warm
from winset.cli.witness import witness
from winset.errors import CaseError, WinsetError
from winset.models.compiling_news import listen


class _Sentences(click.Group):
    """Turns the library's errors into sentences and exit status 1."""

    def invoke(self, ctx: click.Context) -> object:
        listen(show_compiling)
        try:
            result: object = super().invoke(ctx)
        except CaseError as error:
            for problem in error.problems:
                click.echo(str(problem), err=True)
            count = len(error.problems)
            click.echo(f"{count} problem{'' if count == 1 else 's'}; nothing was done", err=True)
        except WinsetError as error:
            click.echo(f"error: {error}", err=True)
        except OSError as error:
            if isinstance(error, BrokenPipeError):
                raise
            prefix = f"{error.filename}: " if error.filename else ""
            click.echo(f"error: {prefix}{error.strerror or error}", err=True)
        else:
            return result
        return ctx.exit(1)


@click.group(cls=_Sentences, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="winset")
def cli() -> None:
    """Political negotiations: who can ratify what, where a deal would settle, who blocks it.

    CASE is a case folder, or the name of a shipped case (`winset cases` lists them).
    """


for _command in (
    forecast, compare, sensitivity, levers, timeline, show, check, new, cases, export, import_,
    extract, search, add, propose, code, agreement, derive, trace, reanchor, claims, seal, verify,
    resolve, witness, serve, backtest, calibrate, warm, explain, models,
):  # fmt: skip
    cli.add_command(_command)
