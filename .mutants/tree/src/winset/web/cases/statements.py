"""What pages show of documents and of the statements in them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.case.tables import STATEMENTS, cells_of
from winset.evidence.coding.decisions import EDITABLE
from winset.evidence.coding.endings import idle
from winset.evidence.statements.names import bare_name
from winset.evidence.statements.speakers import UNRESOLVED
from winset.web.cases import rows
from winset.web.cases.dependent_numbers import Dependent, Reading, resting
from winset.web.cases.store import OpenedCase
from winset.web.cases.texts import Block, ShownText, shown_text, visible

_SAID_BY = re.compile(r"\bsaid by “(.+?)”(?:;|$)")
LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementResponse:
    """A statement as one coder reads it, or as a machine proposes it.

    Attributes:
        coder: whose row it is.
        place: number of its document, then offsets: the order of reading.
        words: of the span as a page shows them; empty where neither text nor quote is kept.
        intact: false where the text no longer holds the words at that place.
        cells: speaker, issue, kind, value, condition and note as text.
        name: behind a speaker who is no actor of the case; may be empty.
        revision: to send back with a decision on it.
        rests: what rests on it.
        idle: why it counts for nothing although it is accepted, and what would make it count;
            empty where something rests on it.
    """

    coder: str
    id: str
    document: str
    start: int
    end: int
    words: str
    intact: bool
    cells: dict[str, str]
    status: str
    coded_at: str
    name: str
    revision: str
    rests: tuple[Dependent, ...]
    idle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementDependents:
    """What rests on the statements of a case, by coder and id, and why nothing rests on others."""

    rests: dict[Reading, tuple[Dependent, ...]]
    idle: dict[Reading, str]


NOTHING_BELOW = StatementDependents(rests={}, idle={})


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentListed:
    """A document in the list of those that a case has.

    Attributes:
        proposed: statements that somebody proposes in it.
        accepted: by coder.
        rejected: by coder.
        has_text: whether its text is.
    """

    id: str
    title: str
    publisher: str
    published: str
    url: str
    has_text: bool
    proposed: int
    accepted: dict[str, int]
    rejected: dict[str, int]
    undecided: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentResponse:
    """A document with its text and the statements in it.

    Attributes:
        digest: of the text; to be sent back with a statement made in it.
        blocks: its paragraphs.
        sentences: start and end of each, one after the other.
        trouble: what is wrong with the text, or why there is none; empty when all is well.
        statements: of all coders, in the order of the text.
    """

    id: str
    title: str
    publisher: str
    published: str
    url: str
    revision: str
    digest: str
    blocks: tuple[Block, ...]
    sentences: tuple[int, ...]
    trouble: str
    statements: tuple[StatementResponse, ...]


def document_response(opened_case: OpenedCase, document: Document) -> DocumentResponse:
    """Return ``document`` with its text and its statements."""
    text = shown_text(opened_case.case, document)
    return DocumentResponse(
        id=document.id,
        title=document.title,
        publisher=document.publisher,
        published=_day(document),
        url=document.url,
        revision=opened_case.revision,
        digest=text.digest,
        blocks=text.blocks,
        sentences=text.sentences,
        trouble=text.trouble,
        statements=statement_responses(opened_case, document, text),
    )


def statement_responses(
    opened_case: OpenedCase, document: Document, text: ShownText | None = None
) -> tuple[StatementResponse, ...]:
    """Return the statements of ``document``, of all coders, in the order of the text."""
    text = text or shown_text(opened_case.case, document)
    below = _below(opened_case)
    own = (row for row in opened_case.case.statements if row.document == document.id)
    return tuple(
        statement_response(row, text, below)
        for row in sorted(own, key=lambda row: (row.start, row.end, row.coder, row.id))
    )


def statement_response(
    row: Statement, text: ShownText, below: StatementDependents = NOTHING_BELOW
) -> StatementResponse:
    """Return ``row`` as a page shows it, with what rests on it ``below``."""
    has_text = bool(text.whole)
    intact = not has_text or span_digest(text.whole, row.start, row.end) == row.quote_sha256
    words = text.whole[row.start : row.end] if has_text and intact else row.quote
    cells, digest = _plain(row)
    named = _SAID_BY.search(row.note) if row.speaker == UNRESOLVED else None
    return StatementResponse(
        coder=row.coder,
        id=row.id,
        document=row.document,
        start=row.start,
        end=row.end,
        words=visible(words[:LONGEST_WORDS]),
        intact=intact,
        cells=cells,
        status=row.status,
        coded_at="" if row.coded_at is None else row.coded_at.isoformat(),
        name="" if named is None else bare_name(named[1]) or named[1],
        revision=digest,
        rests=below.rests.get((row.coder, row.id), ()),
        idle=below.idle.get((row.coder, row.id), ""),
    )


def revision(row: Statement) -> str:
    """Return a digest of what ``row`` says."""
    return _plain(row)[1]


@lru_cache(maxsize=50_000)
def _plain(row: Statement) -> tuple[dict[str, str], str]:
    """Return the cells of ``row`` that a coder can change, as text, and its revision."""
    cells = {name: text for name, text in cells_of(STATEMENTS, row).items() if name in EDITABLE}
    return cells | {"speaker": row.speaker}, rows.revision_of(rows.row_fields(row))


@lru_cache(maxsize=8)
def _cached(key: "_StatementKey") -> StatementDependents:
    reasons = {
        (ending.statement.coder, ending.statement.id): (
            f"No number rests on it yet: {ending.reason}. {ending.remedy}"
        )
        for ending in idle(key.case)
    }
    return StatementDependents(rests=resting(key.case), idle=reasons)


class _StatementKey:
    """A case under its revision, so that what rests on statements is found out once."""

    def __init__(self, opened_case: OpenedCase) -> None:
        self.case, self.key = opened_case.case, (str(opened_case.name), opened_case.revision)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _StatementKey) and self.key == other.key


def _below(opened_case: OpenedCase) -> StatementDependents:
    return _cached(_StatementKey(opened_case))


def documents_listed(case: Case) -> tuple[DocumentListed, ...]:
    """Return every document of ``case`` with what was found in it."""
    coders = deciding(case)
    proposed: dict[str, set[str]] = {document.id: set() for document in case.documents}
    decided: dict[tuple[str, str], dict[str, set[str]]] = {}
    for row in case.statements:
        if row.status == "proposed":
            proposed[row.document].add(row.id)
        else:
            counts = decided.setdefault(
                (row.document, row.coder), {"accepted": set(), "rejected": set()}
            )
            counts[row.status].add(row.id)
    nothing: dict[str, set[str]] = {"accepted": set(), "rejected": set()}
    return tuple(
        DocumentListed(
            id=document.id,
            title=document.title,
            publisher=document.publisher,
            published=_day(document),
            url=document.url,
            has_text=document.file is not None,
            proposed=len(proposed[document.id]),
            **{
                status: {
                    coder: len(decided.get((document.id, coder), nothing)[status])
                    for coder in coders
                }
                for status in ("accepted", "rejected")
            },
            undecided={
                coder: len(
                    proposed[document.id].difference(
                        *decided.get((document.id, coder), nothing).values()
                    )
                )
                for coder in coders
            },
        )
        for document in case.documents
    )


def deciding(case: Case) -> tuple[str, ...]:
    """Return who has decided on statements, in the order of the case."""
    return tuple(dict.fromkeys(row.coder for row in case.statements if row.status != "proposed"))


def proposing(case: Case) -> tuple[str, ...]:
    """Return who proposes statements."""
    return tuple(dict.fromkeys(row.coder for row in case.statements if row.status == "proposed"))


def names_said(case: Case) -> tuple[str, ...]:
    """Return the name behind each proposed statement whose speaker is no actor yet."""
    noted = (
        _SAID_BY.search(row.note)
        for row in case.statements
        if row.status == "proposed" and row.speaker == UNRESOLVED
    )
    return tuple(name for match in noted if match and (name := bare_name(match[1])))


def _day(document: Document) -> str:
    return "" if document.published is None else document.published.isoformat()
