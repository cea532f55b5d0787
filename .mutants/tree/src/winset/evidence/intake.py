"""Intake: a file becomes a document of the case, and the statements in it become proposals.

The case stores the text, and statements are anchored in it. Plain text and Markdown in UTF-8 are
stored byte for byte; of HTML, PDF and other encodings the words are stored as UTF-8. The digest in
documents.csv is that of the stored text, so that anyone who has the text can check it even where it
may not be shared.
"""

import datetime
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from winset.case.atomic import write_files
from winset.case.document_files import kept_bytes
from winset.case.lock import write_lock
from winset.case.merging import ChangedError
from winset.case.model import Case
from winset.case.naming import is_device
from winset.case.parts import Document
from winset.case.records import understand
from winset.case.tables import TABLE_KINDS, cells_of
from winset.errors import Problem, WinsetError, shorten
from winset.evidence.anchors import kept_text
from winset.evidence.coding.patching import Cells, patch_rows
from winset.evidence.coding.propose import CODER, rows_of
from winset.evidence.coding.renewal import Renewal, renewed, save_renewal, with_renewal
from winset.evidence.reading.documents import Text
from winset.evidence.reading.parsing import MODEL
from winset.evidence.reading.reader import HERE, DocumentReading
from winset.evidence.reading.spans import one_line
from winset.evidence.statements.names import slug, strangers

TEXTS_FOLDER = "documents"
MARKDOWN = (".md", ".markdown")
_UNTITLED = 300  # a longer title is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """What the rules propose in one document.

    Attributes:
        case: the case with the proposals in it.
        renewal: the rows, and how they differ from what was proposed before.
        strangers: the name behind each statement whose speaker is no actor, as often as it speaks.
    """

    case: Case
    renewal: Renewal
    strangers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """A document taken into a case; on disk only after :func:`save_intake`.

    Attributes:
        case: the case with the document in it.
        document: its entry.
        text: its words, in which statements are anchored.
        text_bytes: the bytes to write to ``document.file``; None where nothing is to be written.
        new: False when the case had a document with this digest before.
        proposed: what the rules propose; None where they were not run, or had been run before.
        remarks: what the reader should know, a sentence each.
        before: the entry that the case had before; None where it had none.
    """

    case: Case
    document: Document
    text: Text
    text_bytes: bytes | None
    new: bool
    proposed: Proposed | None = None
    remarks: tuple[str, ...] = ()
    before: Document | None = None


def take_in(
    case: Case,
    data: bytes,
    name: str,
    *,
    keep: bool = True,
    rules: bool = True,
    encoding: str | None = None,
    title: str = "",
    publisher: str = "",
    published: datetime.date | None = None,
    url: str = "",
    model: str = MODEL,
    reading: DocumentReading = HERE,
) -> Intake:
    """Return ``case`` with the document that ``data``, a file called ``name``, holds.

    A document that the case has already is not entered twice: the arguments fill its empty cells,
    and its text is stored if it was not. An argument wins over what the document says itself.

    Args:
        case: any case; one with a folder never takes an id whose file is there already.
        data: the bytes of the file.
        name: its name; the ending tells the kind, the stem becomes the id.
        keep: whether to store the text in the case.
        rules: whether to let the rules propose statements.
        encoding: of a text; by default UTF-8, or what its byte order mark says.
        title: of the document.
        publisher: who published it.
        published: when.
        url: where.
        model: the spaCy pipeline that parses.
        reading: the parser; by default this process.

    Raises:
        WinsetError: when the file cannot be read, or its statements do not fit the case.
    """
    parsed = reading.document(data, name, encoding=encoding)
    try:
        text_bytes = parsed.text.encode("utf-8")
    except UnicodeEncodeError:
        raise WinsetError(f"{name}: must be text that UTF-8 can write; found half a pair") from None
    digest = hashlib.sha256(text_bytes).hexdigest()
    from_caller = {"title": _line(title), "publisher": _line(publisher), "published": published,
             "url": _line(url)}  # fmt: skip
    before = _existing(case, digest, text_bytes)
    ending = ".md" if parsed.reader == "markdown" else ".txt"
    if before is None:
        in_document = {"title": _line(parsed.title), "publisher": _line(parsed.publisher),
                 "published": parsed.published, "url": _line(parsed.url)}  # fmt: skip
        cells = {key: from_caller[key] or in_document[key] for key in from_caller}
        id = _free_id(case, Path(name).stem, ending, text_bytes)
        document = Document(id=id, sha256=digest, **cells)  # type: ignore[arg-type]
        remarks: list[str] = []
    else:
        document, remarks = _filled(before, from_caller)
    text = reading.text(parsed.text, name=document.id, markdown=parsed.reader == "markdown")
    if parsed.reader in ("text", "markdown") and parsed.encoding != "utf-8":
        remarks.append(
            f"was {parsed.encoding}, kept as UTF-8"
            if keep
            else f"is {parsed.encoding}; its digest and places are those of its text as UTF-8"
        )
    writes = keep and document.file is None
    if writes:
        document = replace(document, file=f"{TEXTS_FOLDER}/{document.id}{ending}")
        if before is not None and _other_text_in_place(case, document, text_bytes):
            raise WinsetError(f"{document.file}: must be free, or this text; found another text")
    after = _with_document(case, document)
    run_rules = rules and not any(
        (row.coder, row.document) == (CODER, document.id) for row in case.statements
    )
    proposed = _proposed(after, document, text, model=model, reading=reading) if run_rules else None
    return Intake(
        case=proposed.case if proposed else after,
        document=document,
        text=text,
        text_bytes=text_bytes if writes else None,
        new=before is None,
        proposed=proposed,
        remarks=tuple(remarks),
        before=before,
    )


def save_intake(folder: Path, intake: Intake) -> None:
    """Write ``intake`` into the case ``folder``.

    The text comes first, then its entry, then the proposals. If the program is killed in between,
    the case stays valid, and adding the file again completes the work.

    Raises:
        ChangedError: when another writer has changed the document's entry since the case was read.
        WinsetError: when the place of the text leads out of the folder.
    """
    document = intake.document
    kind = TABLE_KINDS["documents"]
    cells = cells_of(kind, document)

    def change(rows: list[Cells]) -> list[Cells]:
        for place, row in enumerate(rows):
            if row.get("id", "").strip() == document.id:
                _check_entry(row, intake)
                return [*rows[:place], cells, *rows[place + 1 :]]
        if intake.before is not None:
            raise _changed(document.id, "an entry", "none")
        return [*rows, cells]

    with write_lock(folder):
        if intake.text_bytes is not None and document.file is not None:
            path = folder / document.file
            if not path.resolve().is_relative_to(folder.resolve()):
                raise WinsetError(f"{path}: leads out of the folder; remove the link")
            write_files(folder, {document.file: intake.text_bytes})
        patch_rows(folder, "documents.csv", kind, change)
        if intake.proposed is not None:
            save_renewal(folder, intake.proposed.renewal)


def _check_entry(row: Cells, intake: Intake) -> None:
    """Refuse to write over an entry that is neither what was read nor what is to be written."""
    kind = TABLE_KINDS["documents"]
    cells = {column: row.get(column, "").strip() for column in kind.columns}
    standing, bad = understand(Document, {column: text for column, text in cells.items() if text})
    if bad or standing not in (intake.before, intake.document):
        before = "no such entry" if intake.before is None else _entry(intake.before)
        raise _changed(intake.document.id, before, ", ".join(filter(None, cells.values())))


def _entry(document: Document) -> str:
    return ", ".join(text for text in cells_of(TABLE_KINDS["documents"], document).values() if text)


def _changed(id: str, before: str, now: str) -> ChangedError:
    return ChangedError(
        [
            Problem(
                where=id,
                required=f"must be what was read, {shorten(before, 200)}",
                found=shorten(now, 200),
                remedy="another writer changed it meanwhile: add the file again",
                file="documents.csv",
            )
        ]
    )


def propose_again(
    case: Case, document: Document, *, model: str = MODEL, reading: DocumentReading = HERE
) -> Proposed:
    """Return what the rules propose in a stored ``document``, by the present actors of ``case``.

    Earlier rows keep their ids, and rows with a decision stay: see
    `winset.evidence.coding.renewal`.

    Raises:
        WinsetError: when its text is not stored, is no text, or has changed since it was entered.
    """
    text = text_of(case, document, reading=reading)
    return _proposed(case, document, text, model=model, reading=reading)


def text_of(case: Case, document: Document, *, reading: DocumentReading = HERE) -> Text:
    """Return the text that statements of ``document`` are anchored in.

    Raises:
        WinsetError: when it is not stored, is no text, or has changed since it was entered.
    """
    words = kept_text(case, document)
    if words is None or document.file is None:
        raise WinsetError(
            f"{document.id}: must have its text in the case for statements to be proposed; found "
            "its entry only; add the file with `winset add`"
        )
    ending = PurePosixPath(document.file).suffix.casefold()
    if ending in (".pdf", ".html", ".htm", ".xhtml"):
        raise WinsetError(
            f"{document.file}: must be text for statements to be anchored in it; found {ending}; "
            "add it with `winset add`, which stores its words as .txt"
        )
    digest = hashlib.sha256(words.encode()).hexdigest()
    if document.sha256 not in (None, digest):
        raise WinsetError(
            f"{document.file}: must have the digest {document.sha256[:12]}…; found {digest[:12]}…; "
            "it was changed after it was entered: `winset reanchor --write` moves its statements"
        )
    return reading.text(words, name=document.id, markdown=ending in MARKDOWN)


def _proposed(
    case: Case, document: Document, text: Text, *, model: str, reading: DocumentReading
) -> Proposed:
    extracted = reading.statements(text, case, model=model)
    rows = rows_of(case, document, text, extracted, keep_quotes=document.file is not None)
    renewal = renewed(case, document.id, rows, coder=CODER)
    return Proposed(
        case=with_renewal(case, renewal),
        renewal=renewal,
        strangers=tuple(strangers(case, text, extracted)),
    )


def _existing(case: Case, digest: str, text_bytes: bytes) -> Document | None:
    """Return the case's document with this digest, or without any but with this text."""
    for document in case.documents:
        if document.sha256 == digest:
            return document
        if (
            document.sha256 is None
            and document.file is not None
            and _text_bytes_of(case, document) == text_bytes
        ):
            return document
    return None


def _text_bytes_of(case: Case, document: Document) -> bytes | None:
    try:
        return kept_bytes(case, document)
    except WinsetError:  # lost: `winset check` says so
        return None


def _filled(document: Document, from_caller: Mapping[str, object]) -> tuple[Document, list[str]]:
    """Return ``document`` with its empty cells filled; a remark for each argument that differs."""
    remarks = []
    for name, value in from_caller.items():
        standing = getattr(document, name)
        if value and not standing:
            document = replace(document, **{name: value})  # type: ignore[arg-type]
            remarks.append(f"{name} entered")
        elif value and value != standing:
            remarks.append(f"{name} stays {shorten(standing)}: change it in documents.csv")
    return document, remarks


def _with_document(case: Case, document: Document) -> Case:
    documents = [document if d.id == document.id else d for d in case.documents]
    if document not in documents:
        documents.append(document)
    return replace(case, documents=tuple(documents))


def _free_id(case: Case, stem: str, ending: str, text_bytes: bytes) -> str:
    """Return an id made of ``stem`` that no document has in any letter case."""
    first = _id_of(stem)
    ids = {document.id.casefold() for document in case.documents}
    number, id = 1, first
    while id.casefold() in ids or _other_text_in_place(
        case, Document(id=id, file=f"{TEXTS_FOLDER}/{id}{ending}"), text_bytes
    ):
        number += 1
        id = f"{first}-{number}"
    return id


def _id_of(stem: str) -> str:
    """Return ``stem`` as an id: unchanged where possible, else in plain small letters."""
    plain = re.sub(r"[^A-Za-z0-9_.\-]+", "-", stem).strip("-._")[:60].strip("-._")
    id = plain if plain and plain.isascii() and stem.isascii() else slug(stem) or "document"
    return f"text-{id}" if is_device(id) else id


def _other_text_in_place(case: Case, document: Document, text_bytes: bytes) -> bool:
    """Return whether another text stands where this one would be stored."""
    if case.folder is None or document.file is None:
        return False
    path = case.folder / document.file
    if not path.is_symlink() and not path.exists():
        return False
    return path.is_symlink() or not path.is_file() or path.read_bytes() != text_bytes


def _line(words: str) -> str:
    """Return ``words`` as one printable line for a cell; nothing if they are too long."""
    line = one_line(words)
    return line if len(line) <= _UNTITLED else ""
