"""A case as a REFI-QDA project (``.qdpx``), for ATLAS.ti, MAXQDA, NVivo and others; out only.

Kept documents become sources, statements become coded selections, counted in Unicode code points
as the standard has it. The code book has four branches: issue, kind, speaker and status. GUIDs
come from names, dates from the case: the same case makes the same bytes.

References:
    REFI-QDA Standard 1.5 (2019), namespace ``urn:QDA-XML:project:1.0``.
"""

import io
import uuid
import zipfile
from collections.abc import Iterable
from xml.etree import ElementTree as Xml

from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.case.tables import STATEMENTS, cells_of
from winset.evidence.anchors import kept_text

NAMESPACE = "urn:QDA-XML:project:1.0"
_BRANCHES = ("issue", "kind", "speaker", "status")
_ROOT = uuid.UUID("6f1c9a52-6f0b-5d0e-9a2c-1d5f0b7f8a11")


def write_refi_qda(case: Case) -> bytes:
    """Return the ``.qdpx`` archive of ``case``: documents that it keeps, statements in them."""
    texts = {
        document.id: text
        for document in case.documents
        if (text := kept_text(case, document)) is not None
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "project.qde", _project(case, texts))
        for id, text in texts.items():
            _put(archive, f"sources/{_guid('source', id)}.txt", text.encode())
    return out.getvalue()


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, data)


def _guid(*name: str) -> str:
    return str(uuid.uuid5(_ROOT, "\0".join(name)))


def _project(case: Case, texts: dict[str, str]) -> bytes:
    moment = f"{case.as_of.isoformat()}T00:00:00Z"
    project = Xml.Element(
        "Project",
        {
            "xmlns": NAMESPACE, "name": _valid(case.title), "origin": "winset",
            "creationDateTime": moment,
        },
    )  # fmt: skip
    rows = [row for row in case.statements if row.document in texts]
    rows = [row for row in rows if row.end <= len(texts[row.document])]
    users = Xml.SubElement(project, "Users")
    for coder in dict.fromkeys(row.coder for row in rows):
        Xml.SubElement(users, "User", {"guid": _guid("user", coder), "name": coder})
    _code_book(project, case, rows)
    sources = Xml.SubElement(project, "Sources")
    for document in case.documents:
        if document.id in texts:
            _source(sources, document, [row for row in rows if row.document == document.id])
    if case.summary:
        Xml.SubElement(project, "Description").text = _valid(case.summary)
    Xml.indent(project)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(project, "unicode").encode()


def _code_book(project: Xml.Element, case: Case, rows: Iterable[Statement]) -> None:
    titles = {("issue", issue.id): issue.title for issue in case.issues}
    titles |= {("speaker", actor.id): actor.name for actor in case.actors}
    used = dict.fromkeys(code for row in rows for code in _codes(row))
    codes = Xml.SubElement(Xml.SubElement(project, "CodeBook"), "Codes")
    for branch in _BRANCHES:
        top = Xml.SubElement(
            codes, "Code", {"guid": _guid("code", branch), "name": branch, "isCodable": "false"}
        )
        for kind, name in used:
            if kind == branch:
                title = _valid(titles.get((kind, name), name))
                guid = _guid("code", kind, name)
                Xml.SubElement(top, "Code", {"guid": guid, "name": title, "isCodable": "true"})


def _codes(row: Statement) -> list[tuple[str, str]]:
    named = ((branch, getattr(row, branch)) for branch in _BRANCHES)
    return [(branch, str(name)) for branch, name in named if name]


def _source(sources: Xml.Element, document: Document, rows: Iterable[Statement]) -> None:
    guid = _guid("source", document.id)
    name = _valid(document.title or document.id)
    place = {"guid": guid, "name": name, "plainTextPath": f"internal://{guid}.txt"}
    source = Xml.SubElement(sources, "TextSource", place)
    parts = (
        document.publisher,
        document.published and document.published.isoformat(),
        document.url,
    )
    if any(parts):
        Xml.SubElement(source, "Description").text = _valid(" · ".join(str(s) for s in parts if s))
    for row in rows:
        _selection(source, row)


def _selection(source: Xml.Element, row: Statement) -> None:
    origin = {"creatingUser": _guid("user", row.coder)}
    cells = cells_of(STATEMENTS, row)
    if row.coded_at is not None:
        origin["creationDateTime"] = cells["coded_at"]
    selection = Xml.SubElement(
        source,
        "PlainTextSelection",
        {
            "guid": _guid("selection", row.coder, row.document, row.id), "name": row.id,
            "startPosition": str(row.start), "endPosition": str(row.end), **origin,
        },
    )  # fmt: skip
    lines = [f"{name}: {cells[name]}" for name in ("value", "condition", "note") if cells[name]]
    if lines:
        Xml.SubElement(selection, "Description").text = _valid("\n".join(lines))
    for kind, name in _codes(row):
        coding = Xml.SubElement(
            selection, "Coding", {"guid": _guid("coding", row.coder, row.id, kind), **origin}
        )
        Xml.SubElement(coding, "CodeRef", {"targetGUID": _guid("code", kind, name)})


def _valid(text: str) -> str:
    """Return ``text`` with every character that XML 1.0 cannot hold made visible."""
    return "".join(
        c if c in "\t\n\r" or " " <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff"
        else "�"
        for c in text
    )  # fmt: skip
