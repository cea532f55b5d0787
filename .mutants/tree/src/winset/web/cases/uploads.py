"""Files that somebody drops into a case: read, kept, and searched for statements."""

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from winset.case.folder import parse_case, read_case
from winset.case.model import Case
from winset.case.template import blank
from winset.errors import CaseError, Problem, WinsetError, shorten
from winset.evidence.coding.propose import CODER
from winset.evidence.coding.renewal import Renewal, check_proposer, save_renewal
from winset.evidence.intake import Intake, propose_again, save_intake, take_in
from winset.evidence.reading.apart import shared
from winset.evidence.reading.spans import one_line
from winset.formats.adapters import save_imported
from winset.formats.registry import recognised
from winset.web import words
from winset.web.api.evidence import document_in
from winset.web.cases.coder_lock import own, session
from winset.web.cases.locks import locked
from winset.web.cases.store import CaseName, Store

MOST_FILES = 50
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file as it came: its name, made harmless, and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadDetails:
    """What whoever drops the files says of all of them; empty where it is to be found in them."""

    publisher: str = ""
    published: datetime.date | None = None
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadedFile:
    """What became of one file.

    Attributes:
        file: its name.
        document: id in the case; empty where it could not be taken in.
        new: false where the case had it already.
        proposed: statements proposed in it; null where the rules were not asked.
        remarks: what the reader should know.
        error: why it could not be taken in; empty if it was.
    """

    file: str
    document: str = ""
    title: str = ""
    published: str = ""
    new: bool = False
    proposed: int | None = None
    remarks: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploads:
    """What became of several files, and where they are."""

    name: CaseName
    copied: bool
    files: tuple[UploadedFile, ...]


def harmless(name: str) -> str:
    r"""Return the last part of a file's name, fit to be shown and to be made an id of.

    >>> harmless("C:\\texts\\..\\a b.txt"), harmless("../../etc/passwd"), harmless("/")
    ('a b.txt', 'passwd', 'document.txt')
    """
    path = PurePosixPath(one_line(name).replace("\\", "/"))
    ending = path.suffix[:12]
    stem = path.name.removesuffix(path.suffix).strip(" .")[: LONGEST_NAME - len(ending)]
    return f"{stem or 'document'}{ending or ('.txt' if not stem else '')}"


def rules_there() -> bool:
    """Return whether statements can be proposed: spaCy and its model are installed."""
    try:
        shared().ready()
    except WinsetError:
        return False
    return True


def take_files(
    store: Store,
    name: CaseName,
    uploads: Sequence[Upload],
    *,
    about: UploadDetails,
    rules: bool = True,
) -> Uploads:
    """Put ``uploads`` into a case, each on disk before the next, and propose statements in them.

    One that cannot be read is reported, and the others are done. A shipped case is copied first.

    Raises:
        CaseError: when none of them can be read; nothing is changed then.
        RefusedError: with status 423 when somebody else is putting documents into the case.
    """
    readable(uploads)
    name, copied = own(store, name)
    folder = store.path(name)
    proposing = rules and rules_there()
    files = []
    with session(folder, CODER):
        check_proposer(read_case(folder), CODER)
        for upload in uploads:
            try:
                intake = _taken(read_case(folder), upload, about=about, rules=proposing)
                with locked(folder):
                    save_intake(folder, intake)
            except WinsetError as error:
                files.append(UploadedFile(file=upload.name, error=str(error)))
                continue
            missing = (words.no_proposals(),) if rules and not proposing else ()
            files.append(_told(upload, intake, (*intake.remarks, *missing)))
    return Uploads(name=name, copied=copied, files=tuple(files))


def _taken(case: Case, upload: Upload, *, about: UploadDetails, rules: bool) -> Intake:
    return take_in(
        case,
        upload.data,
        upload.name,
        rules=rules,
        title=about.title,
        publisher=about.publisher,
        published=about.published,
        url=about.url,
        reading=shared(),
    )


def case_from(
    store: Store, uploads: Sequence[Upload], *, id: str, title: str, as_of: datetime.date
) -> Uploads | None:
    """Begin a case with the one file in ``uploads`` if a format makes a case of it; None if not.

    Raises:
        CaseError: with everything in the file that makes no case, or when the id will not do.
        WinsetError: when the format cannot read it.
    """
    if len(uploads) != 1 or (entry := recognised(uploads[0].name, uploads[0].data)) is None:
        return None
    upload = uploads[0]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / upload.name
        path.write_bytes(upload.data)
        try:
            imported = entry.case_in(path, as_of=as_of)
        except CaseError:
            raise
        except WinsetError as error:
            raise WinsetError(str(error).replace(str(path), upload.name)) from None
    imported = replace(imported, case=replace(imported.case, title=title))
    case_name = store.begin(id, lambda folder: save_imported(imported, folder))
    summary = (f"{entry.title}: {imported.summary}",) if imported.summary else ()
    taken = UploadedFile(file=upload.name, new=True, remarks=(*summary, *imported.remarks))
    return Uploads(name=case_name, copied=False, files=(taken,))


def readable(uploads: Sequence[Upload]) -> None:
    """Refuse unless one of ``uploads`` at least can be read.

    Raises:
        CaseError: with what is wrong with each.
    """
    if not uploads:
        raise WinsetError("add at least one file; found none")
    nowhere = _nowhere()
    errors = []
    for upload in uploads:
        try:
            take_in(nowhere, upload.data, upload.name, keep=False, rules=False, reading=shared())
        except WinsetError as error:
            errors.append(_problem(upload, error))
        else:
            return
    raise CaseError(errors)


def _problem(upload: Upload, error: WinsetError) -> Problem:
    """Return what a reader says of a file, ``name: required; found …``, in its parts."""
    message = str(error).removeprefix(f"{upload.name}: ")
    required, value, rest = message.partition("; found ")
    if not value:
        return Problem(where=upload.name, required="must be readable", found=shorten(message, 300))
    value, _, remedy = rest.partition("; ")
    return Problem(where=upload.name, required=required, found=value, remedy=remedy)


def _nowhere() -> Case:
    texts = blank("Nowhere", datetime.date(2000, 1, 1))
    return parse_case({path: text.encode() for path, text in texts.items()})


def _told(upload: Upload, intake: Intake, remarks: tuple[str, ...]) -> UploadedFile:
    document = intake.document
    return UploadedFile(
        file=upload.name,
        document=document.id,
        title=document.title,
        published="" if document.published is None else document.published.isoformat(),
        new=intake.new,
        proposed=None if intake.proposed is None else len(intake.proposed.renewal.rows),
        remarks=remarks,
    )


def proposed_again(store: Store, name: CaseName, document: str) -> tuple[CaseName, bool, Renewal]:
    """Propose the statements of a document again, by the actors and phrases of today.

    Returns:
        Where the case is now, whether it was copied first, and how the proposals differ.

    Raises:
        RefusedError: with status 404 when there is no such document, 423 when somebody else
            proposes.
        WinsetError: when its text is not kept, or spaCy is not installed.
    """
    document_in(store.open(name).case, document)
    shared().ready()
    name, copied = own(store, name)
    folder = store.path(name)
    with session(folder, CODER):
        case = read_case(folder)
        check_proposer(case, CODER)
        proposed = propose_again(case, document_in(case, document), reading=shared())
        with locked(folder):
            save_renewal(folder, proposed.renewal)
    return name, copied, proposed.renewal
