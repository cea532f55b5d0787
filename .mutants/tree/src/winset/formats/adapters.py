"""What winset's own formats read and write, each in the way that the registry asks for."""

import datetime
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from winset.case.atomic import write_files
from winset.case.folder import write_case
from winset.case.lock import write_lock
from winset.case.model import Case
from winset.errors import WinsetError
from winset.formats.carried import ImportedStatements
from winset.formats.registry import ReadFormat, WrittenFormat


def save_imported(imported: ReadFormat, folder: Path) -> None:
    """Write the case that a file made, and what belongs beside it, into ``folder``.

    Raises:
        WinsetError: when the folder cannot be written or holds another case.
    """
    with write_lock(folder):
        write_case(imported.case, folder)
        write_files(folder, dict(imported.beside))


def write_excel(case: Case) -> WrittenFormat:
    """Return ``case`` as a workbook."""
    from winset.formats import workbook
    from winset.formats.sheets import rows_of

    return WrittenFormat(data=workbook.pack(rows_of(case)))


def read_excel(path: Path, as_of: datetime.date | None) -> ReadFormat:  # noqa: ARG001
    """Return the case of a workbook, which says its own date."""
    from winset.formats.excel import read_workbook

    return ReadFormat(case=read_workbook(path))


def kept_by_excel(case: Case) -> Any:
    """Return all of it: files count for nothing where cases are compared."""
    return case


def write_ktab(case: Case) -> WrittenFormat:
    """Return ``case`` as KTAB's CSV."""
    from winset.formats.ktab import write_ktab as written

    return WrittenFormat(data=written(case).encode())


def read_ktab(path: Path, as_of: datetime.date | None) -> ReadFormat:
    """Return the case of a KTAB file."""
    from winset.formats.ktab import read_ktab as read

    if as_of is None:
        raise WinsetError(
            f"{path}: --as-of: must be given, since a KTAB file says no date; found none; name the "
            "day that its numbers stand for, such as --as-of 2015-02-24"
        )
    case = read(path, as_of=as_of)
    summary = f"{len(case.actors)} actors, {len(case.issues)} issues, as of {as_of}"
    return ReadFormat(case=case, summary=summary)


def kept_by_ktab(case: Case) -> Any:
    """Return title, actors, and by actor its power, positions and saliences, to 1e-9."""
    rows = {}
    for actor in case.actors:
        numbers: list[float] = []
        power = []
        for issue in case.issues:
            stance = next(s for s in case.stances_on(issue.id) if s.actor == actor.id)
            assert stance.position and stance.salience and stance.influence
            share = (stance.position.middle - issue.scale.low) / issue.scale.width
            numbers += [round(share * 100.0, 9), round(stance.salience.middle, 9)]
            power.append(stance.influence.middle)
        rows[actor.name] = (round(sum(power) / len(power), 9), *numbers)
    return case.title, rows


def write_dna(case: Case) -> WrittenFormat:
    """Return ``case`` as a DNA database."""
    from winset.formats.dna_export import export_dna

    database = export_dna(case)
    return WrittenFormat(data=database.data, left_out=database.left_out)


def read_dna(path: Path, as_of: datetime.date | None) -> ReadFormat:
    """Return the case of a DNA database, with its texts and what a case has no place for."""
    from winset.formats.dna import import_dna

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "case"
        database = import_dna(path, folder, as_of=as_of)
        case = replace(database.case, folder=None)
        beside = {
            file.relative_to(folder).as_posix(): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file() and ".winset" not in file.relative_to(folder).parts
        }
    undated = [document.id for document in case.documents if document.published is None]
    newest = "" if as_of is not None else ", the day of the newest document"
    return ReadFormat(
        case=case,
        beside={name: data for name, data in beside.items() if name not in case.files},
        summary=f"{len(case.documents)} documents, {len(case.statements)} statements, as of "
        f"{case.as_of}{newest}",
        remarks=(
            *([f"undated: {', '.join(undated)}"] if undated else ()),
            *(f"kept aside: {line}" for line in database.aside),
        ),
    )


def kept_by_dna(case: Case) -> Any:
    """Return where the statements stand that say where an actor stands, and their words."""
    return {
        (row.coder, row.start, row.end, row.quote_sha256)
        for row in case.statements
        if row.status == "accepted" and row.kind in ("position", "red line")
    }


def write_statements_table(case: Case) -> WrittenFormat:
    """Return the statements of ``case`` as CSV."""
    from winset.formats.statements_csv import write_statements

    return WrittenFormat(data=write_statements(case).encode())


def merge_statements_table(text: str, case: Case, coder: str | None) -> ImportedStatements:
    """Return ``case`` with the statements of a CSV table."""
    from winset.formats.statements_csv import read_statements

    return read_statements(text, case, coder=coder)


def write_web_annotations(case: Case) -> WrittenFormat:
    """Return the statements of ``case`` as Web Annotations."""
    from winset.formats.webannotation import write_annotations

    return WrittenFormat(data=write_annotations(case).encode())


def merge_web_annotations(text: str, case: Case, coder: str | None) -> ImportedStatements:
    """Return ``case`` with the statements of Web Annotations."""
    from winset.formats.webannotation import read_annotations

    return read_annotations(text, case, coder=coder)


def kept_statements(case: Case) -> Any:
    """Return the statements, whole."""
    return case.statements


def write_doccano_lines(case: Case) -> WrittenFormat:
    """Return the kept texts of ``case`` for doccano."""
    from winset.formats.doccano import write_doccano

    return WrittenFormat(data=write_doccano(case).encode())


def write_refi_project(case: Case) -> WrittenFormat:
    """Return ``case`` as a REFI-QDA project."""
    from winset.formats.refiqda import write_refi_qda

    return WrittenFormat(data=write_refi_qda(case))
