"""Commands that import cases from other formats and export them: one command per format."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from winset.cli.case import CASE, must_be_new
from winset.cli.coding import opened, read_day, writable
from winset.cli.outputs import Output
from winset.errors import WinsetError
from winset.formats.registry import FORMATS, Format, find_format

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


class FormatGroup(click.Group):
    """A group with a command for each format that can do what it does.

    What other packages add is looked up only when somebody asks for a name that winset does not
    have itself, or for the list of all.
    """

    def __init__(self, make: Callable[[Format], click.Command | None], **options: Any) -> None:
        super().__init__(**options)
        self._make = make

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all formats of this group."""
        return sorted(name for name in FORMATS if self._make(FORMATS[name]) is not None)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command for one format.

        Raises:
            WinsetError: for no format, with the nearest; not while a shell completes a command.
        """
        if ctx.resilient_parsing and cmd_name not in FORMATS:
            return None
        return self._make(find_format(cmd_name))


def _export_command(entry: Format) -> click.Command | None:
    if not entry.write:
        return None

    def write(case: str, file: Path) -> None:
        from winset.case.folder import write_file
        from winset.cli.printing import say

        written = entry.written(opened(case))
        write_file(file, written.data)
        click.echo(f"wrote {file}")
        for line in written.left_out:
            say(f"left out: {line}")

    command = click.command(entry.name, help=_export_help(entry))(write)
    # What decorates a finished command stands in the order in which it was put on.
    return click.argument("file", type=Output(*entry.suffixes))(CASE(command))


def _export_help(entry: Format) -> str:
    return f"Write CASE as {entry.noun}.\n\n{entry.explains}{_missing(entry)}"


def _missing(entry: Format) -> str:
    return f"\n\nLeft out: {'; '.join(entry.cannot_carry)}." if entry.cannot_carry else ""


def _import_command(entry: Format) -> click.Command | None:
    if entry.read:
        return _reading_command(entry)
    return _merging_command(entry) if entry.merge else None


def _reading_command(entry: Format) -> click.Command:
    def read(file: Path, folder: Path, day: "datetime.date | None" = None) -> None:
        from winset.cli.printing import say
        from winset.formats.adapters import save_imported

        imported = entry.case_in(file, as_of=day)
        must_be_new(folder)
        save_imported(imported, folder)
        click.echo(f"wrote {folder}" + (f": {imported.summary}" if imported.summary else ""))
        for line in imported.remarks:
            say(line)

    about = f"Make the case FOLDER from FILE, {entry.noun}."
    command = click.command(entry.name, help=about)(read)
    command = click.argument("folder", type=FOLDER)(click.argument("file", type=FILE)(command))
    if entry.as_of:
        command = click.option(
            "--as-of", "day", callback=read_day, metavar="DATE", help=entry.as_of
        )(command)
    return command


def _merging_command(entry: Format) -> click.Command:
    def merge(file: Path, case: str, coder: str | None) -> None:
        from winset.case.folder import write_case
        from winset.cli.printing import say

        opened_case, folder = writable(case)
        received = entry.merged(_text(file), opened_case, coder=coder)
        write_case(received.case, folder)
        for row in received.moved:
            say(f"moved: {row.coder} {row.id} now stands at {row.start}–{row.end}")
        for where, reason in received.lost:
            say(f"left out: {where}: {reason}")
        click.echo(f"wrote {folder}; {len(received.moved)} moved, {len(received.lost)} left out")

    about = (
        f"Read FILE, {entry.noun}, into CASE, and link each statement to its words in the texts of "
        "CASE."
    )
    command = click.command(entry.name, help=about)(merge)
    command = CASE(click.argument("file", type=FILE)(command))
    return click.option(
        "--coder", metavar="NAME", help="Coder in whose file the statements are saved."
    )(command)


def _text(file: Path) -> str:
    from winset.formats.carried import MOST_BYTES

    if file.stat().st_size > MOST_BYTES:
        raise WinsetError(f"{file}: must be at most {MOST_BYTES:,} bytes")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WinsetError(f"{file}: must be UTF-8 text; save it as UTF-8") from None


export = FormatGroup(_export_command, name="export", help="Write a case in another format.")
import_ = FormatGroup(
    _import_command, name="import", help="Make a case folder from another format."
)
