"""Statements that travel without their case: what a format says, anchored in the case again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from winset.case.cells import LONGEST_TEXT
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.case.records import understand
from winset.case.tables import STATEMENTS
from winset.errors import CaseError, Problem, WinsetError
from winset.evidence.anchors import Anchor, Haystack, LostAnchor, anchor_of, at_place, kept_text

MOST_BYTES = 64_000_000
MOST_STATEMENTS = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CarriedStatement:
    """A statement as a format says it.

    Attributes:
        fields: of a `Statement`, as text; empty ones left out.
        prefix: what stood before the span; None where the format does not say.
        suffix: what stood after it.
        where: of the entry in the file, for messages.
    """

    fields: Mapping[str, str]
    prefix: str | None = None
    suffix: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedStatements:
    """What came of reading statements into a case.

    Attributes:
        case: with the statements, each in place of an earlier one of its coder and id.
        moved: those that stand elsewhere in the case's text than the file said.
        lost: what could not be anchored or has no document here, and why; left out of the case.
    """

    case: Case
    moved: tuple[Statement, ...]
    lost: tuple[tuple[str, str], ...]


def carried(case: Case) -> Iterable[tuple[Statement, Document, Anchor]]:
    """Yield every statement of ``case`` with its document and what its text says about it."""
    documents = {document.id: document for document in case.documents}
    texts = {document.id: kept_text(case, document) for document in case.documents}
    for row in case.statements:
        yield row, documents[row.document], anchor_of(row, texts[row.document])


def receive(case: Case, entries: Iterable[CarriedStatement]) -> ImportedStatements:
    """Return ``case`` with the statements of ``entries``, anchored in the texts that it keeps.

    Where the case does not keep a document's text, offsets are taken as they stand.

    Raises:
        CaseError: with every field that cannot be understood or does not fit the case.
    """
    known = {document.id: document for document in case.documents}
    problems: list[Problem] = []
    read: list[tuple[Statement, CarriedStatement]] = []
    first: dict[tuple[str, str], str] = {}
    lost: list[tuple[str, str]] = []
    for entry in entries:
        if entry.fields.get("document") not in known:
            lost.append((entry.where, "its document is not in this case"))
            continue
        row, bad = understand(Statement, entry.fields)
        problems += [
            Problem(
                where=f"{entry.where}: {STATEMENTS.column_of(str(field.path[0]))}",
                required=field.required,
                found=field.found,
                remedy=field.remedy,
            )
            for field in bad
        ]
        if bad:
            continue
        earlier = first.setdefault((row.coder, row.id), entry.where)
        if earlier != entry.where:
            problems.append(
                Problem(
                    where=f"{entry.where}: id",
                    required=f"must stand once for the coder {row.coder}",
                    found=f"{row.id}, as on {earlier}",
                    remedy="give each row an id of its own, or let every coder keep their name",
                )
            )
        read.append((row, entry))
        if len(read) > MOST_STATEMENTS:
            raise WinsetError(f"must hold at most {MOST_STATEMENTS:,} statements")
    if problems:
        raise CaseError(problems)
    rows = {(row.coder, row.id): row for row in case.statements}
    haystacks: dict[str, Haystack | None] = {}
    moved = []
    for row, entry in read:
        if row.document not in haystacks:
            text = kept_text(case, known[row.document])
            haystacks[row.document] = None if text is None else Haystack(text)
        placed = _placed(row, entry, haystacks[row.document])
        if isinstance(placed, LostAnchor):
            lost.append((entry.where, placed.reason))
            continue
        if (placed.start, placed.end) != (row.start, row.end):
            moved.append(placed)
        standing = rows.get((placed.coder, placed.id))
        if haystacks[row.document] is not None and not (standing and standing.quote):
            placed = replace(placed, quote="")  # the text itself is at hand
        rows[placed.coder, placed.id] = placed
    changed = replace(case, statements=tuple(rows.values()))
    return ImportedStatements(case=changed, moved=tuple(moved), lost=tuple(lost))


def _placed(
    row: Statement, entry: CarriedStatement, haystack: Haystack | None
) -> Statement | LostAnchor:
    if haystack is None:
        return row
    anchor = replace(anchor_of(row), prefix=entry.prefix, suffix=entry.suffix)
    anchored = haystack.find(anchor)
    return anchored if isinstance(anchored, LostAnchor) else at_place(row, haystack.text, anchored)


def fitting_quote(text: str) -> str:
    """Return ``text`` if a case may hold it as a quote, or else nothing."""
    return text if len(text) <= LONGEST_TEXT else ""
