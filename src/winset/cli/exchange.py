"""Commands that import cases from other formats and export them."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.case import CASE, must_be_new
from winset.cli.coding import read_day
from winset.cli.outputs import CSV, WORKBOOK
from winset.errors import WinsetError

if TYPE_CHECKING:
    import datetime

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group()
def export() -> None:
    """Write a case in another format."""


@export.command("excel")
@CASE
@click.argument("file", type=WORKBOOK)
def export_excel(case: str, file: Path) -> None:
    """Write CASE as an Excel workbook, one sheet per table."""
    from winset.case.shipped import open_case
    from winset.formats.excel import write_workbook

    write_workbook(open_case(case), file)
    click.echo(f"wrote {file}")


@export.command("ktab")
@CASE
@click.argument("file", type=CSV)
def export_ktab(case: str, file: Path) -> None:
    """Write CASE as a KTAB spatial-model CSV, with each range at its median."""
    from winset.case.folder import write_file
    from winset.case.shipped import open_case
    from winset.formats.ktab import write_ktab

    write_file(file, write_ktab(open_case(case)).encode())
    click.echo(f"wrote {file}")


@click.group("import")
def import_() -> None:
    """Create a case folder from another format, or add statements to a case."""


@import_.command("excel")
@click.argument("file", type=FILE)
@click.argument("folder", type=FOLDER)
def import_excel(file: Path, folder: Path) -> None:
    """Create the case FOLDER from the Excel workbook FILE."""
    from winset.case.folder import write_case
    from winset.formats.excel import read_workbook

    case = read_workbook(file)
    must_be_new(folder)
    write_case(case, folder)
    click.echo(f"wrote {folder}")


@import_.command("ktab")
@click.argument("file", type=FILE)
@click.argument("folder", type=FOLDER)
@click.option(
    "--as-of",
    "day",
    callback=read_day,
    metavar="DATE",
    help="Date of the numbers; required, since the file has none.",
)
def import_ktab(file: Path, folder: Path, day: "datetime.date | None") -> None:
    """Create the case FOLDER from the KTAB spatial-model CSV FILE."""
    from winset.case.folder import write_case
    from winset.formats.ktab import read_ktab

    if day is None:
        raise WinsetError(
            f"{file}: --as-of: must be given, since a KTAB file has no date; found none; give the "
            "date of its numbers, such as --as-of 2015-02-24"
        )
    case = read_ktab(file, as_of=day)
    must_be_new(folder)
    write_case(case, folder)
    click.echo(f"wrote {folder}: {len(case.actors)} actors, {len(case.issues)} issues, as of {day}")
