"""Commands that exchange statements with other programs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.case import CASE, must_be_new
from winset.cli.coding import opened, read_day, writable
from winset.cli.outputs import ANNOTATIONS, CSV, DNA_DATABASE, JSON_LINES, REFI_QDA
from winset.errors import WinsetError

if TYPE_CHECKING:
    import datetime

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
CODER = click.option("--coder", metavar="NAME", help="Coder to whom the statements belong.")


def _write(file: Path, data: bytes, left_out: tuple[str, ...] = ()) -> None:
    from winset.case.folder import write_file
    from winset.cli.printing import say

    write_file(file, data)
    click.echo(f"wrote {file}")
    for line in left_out:
        say(f"left out: {line}")


@click.command("dna")
@CASE
@click.argument("file", type=DNA_DATABASE)
def export_dna(case: str, file: Path) -> None:
    """Write CASE as a Discourse Network Analyzer v3 database; its password is “winset”."""
    from winset.formats.dna_export import export_dna as exported

    database = exported(opened(case))
    _write(file, database.data, database.left_out)


@click.command("webannotation")
@CASE
@click.argument("file", type=ANNOTATIONS)
def export_webannotation(case: str, file: Path) -> None:
    """Write the statements of CASE as W3C Web Annotations (JSON-LD)."""
    from winset.formats.webannotation import write_annotations

    _write(file, write_annotations(opened(case)).encode())


@click.command("statements")
@CASE
@click.argument("file", type=CSV)
def export_statements(case: str, file: Path) -> None:
    """Write the statements of CASE as CSV, one row each, with their words."""
    from winset.formats.statements_csv import write_statements

    _write(file, write_statements(opened(case)).encode())


@click.command("doccano")
@CASE
@click.argument("file", type=JSON_LINES)
def export_doccano(case: str, file: Path) -> None:
    """Write the texts of CASE as doccano JSON Lines, with the statements as labels."""
    from winset.formats.doccano import write_doccano

    _write(file, write_doccano(opened(case)).encode())


@click.command("refi-qda")
@CASE
@click.argument("file", type=REFI_QDA)
def export_refi_qda(case: str, file: Path) -> None:
    """Write CASE as a REFI-QDA project (.qdpx) for ATLAS.ti, MAXQDA or NVivo."""
    from winset.formats.refiqda import write_refi_qda

    _write(file, write_refi_qda(opened(case)))


@click.command("dna")
@click.argument("file", type=FILE)
@click.argument("folder", type=FOLDER)
@click.option(
    "--as-of",
    "day",
    callback=read_day,
    metavar="DATE",
    help="Date of the case; by default that of the newest document.",
)
def import_dna(file: Path, folder: Path, day: "datetime.date | None") -> None:
    """Create the case FOLDER from the Discourse Network Analyzer v3 database FILE."""
    from winset.cli.printing import say
    from winset.formats.dna import import_dna as imported

    must_be_new(folder)
    imported_case = imported(file, folder, as_of=day)
    case = imported_case.case
    newest = "" if day is not None else ", the date of the newest document"
    click.echo(
        f"wrote {folder}: {len(case.documents)} documents, {len(case.statements)} statements, as "
        f"of {case.as_of}{newest}"
    )
    undated = [document.id for document in case.documents if document.published is None]
    if undated:
        say(f"undated: {', '.join(undated)}")
    for line in imported_case.aside:
        say(f"stored in dna.json only: {line}")


@click.command("webannotation")
@click.argument("file", type=FILE)
@CASE
@CODER
def import_webannotation(file: Path, case: str, coder: str | None) -> None:
    """Add the Web Annotations in FILE to CASE, anchored in its own texts."""
    from winset.formats.webannotation import read_annotations

    opened_case, _ = writable(case)
    _receive(case, read_annotations(_text(file), opened_case, coder=coder))


@click.command("statements")
@click.argument("file", type=FILE)
@CASE
@CODER
def import_statements(file: Path, case: str, coder: str | None) -> None:
    """Add the statements in the CSV FILE to CASE, anchored in its own texts."""
    from winset.formats.statements_csv import read_statements

    opened_case, _ = writable(case)
    _receive(case, read_statements(_text(file), opened_case, coder=coder))


def _text(file: Path) -> str:
    from winset.formats.carried import MOST_BYTES

    if file.stat().st_size > MOST_BYTES:
        raise WinsetError(f"{file}: must be at most {MOST_BYTES:,} bytes")
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WinsetError(f"{file}: must be UTF-8 text; save it as UTF-8") from None


def _receive(case: str, received: object) -> None:
    from winset.case.folder import write_case
    from winset.cli.printing import say
    from winset.formats.carried import ImportedStatements

    assert isinstance(received, ImportedStatements)
    _, folder = writable(case)
    write_case(received.case, folder)
    for row in received.moved:
        say(f"moved: {row.coder} {row.id} is now at {row.start}–{row.end}")
    for where, reason in received.lost:
        say(f"left out: {where}: {reason}")
    click.echo(f"wrote {folder}; {len(received.moved)} moved, {len(received.lost)} left out")


EXPORTS = (export_dna, export_doccano, export_refi_qda, export_statements, export_webannotation)
IMPORTS = (import_dna, import_statements, import_webannotation)
