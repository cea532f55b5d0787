"""The interface to coding: decisions on statements, statements of one's own, and undo."""

import datetime
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import Statement, StatementKind
from winset.errors import WinsetError
from winset.evidence.coding.decisions import (
    EDITABLE,
    accepted,
    last_decision,
    proposals,
    rejected,
    undecided,
)
from winset.evidence.coding.propose import free_id
from winset.evidence.intake import text_of
from winset.evidence.reading.spans import Span, trimmed
from winset.web import words
from winset.web.api.cases import CASE, CasePlace, address
from winset.web.api.declarations import Endpoint
from winset.web.api.evidence import GROUP, document_in
from winset.web.cases import rows
from winset.web.cases.coder_lock import CoderEdit, EditRecord, record
from winset.web.cases.statements import StatementResponse, revision, statement_responses
from winset.web.cases.store import CaseName
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import desk, name_in

STRICT = ConfigDict(extra="forbid")


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class DecisionMade:
    """A coder's decision on a proposal, or a change of a statement of the coder's own.

    Attributes:
        id: of the statement.
        changes: field to text, among speaker, issue, kind, value, condition and note; an empty
            text empties it.
        proposal: revision of the proposal that the coder saw; null for a statement of one's own.
        decision: revision of the coder's own row that the coder saw; null where there was none.
    """

    coder: str
    id: str
    verdict: Literal["accept", "reject"]
    changes: dict[str, str] = Field(default_factory=dict)
    proposal: str | None
    decision: str | None


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class StatementMade:
    """A statement that a coder found.

    Attributes:
        start: of its first character in the text, in code points.
        end: one past its last character.
        text: digest of the text that the coder saw.
    """

    coder: str
    document: str
    start: int = Field(ge=0)
    end: int = Field(ge=1)
    text: str
    speaker: str = "unresolved"
    issue: str = ""
    kind: StatementKind
    value: str = ""
    condition: str = ""
    note: str = ""


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class UndoRequest:
    """What to undo: the row ``id`` of the coder as it was seen, or else the last decision."""

    coder: str
    id: str = ""
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionSaved:
    """What is safe on disk now.

    Attributes:
        case: where the row is now: a shipped case is copied before its first edit.
        copied: whether that happened, in words.
        id: of the statement.
        gone: whether the coder's row was taken out, as undoing does.
        document: in which it stands.
        statements: of that document, of all coders.
        left: how many proposals of the case the coder has not decided on.
    """

    case: CasePlace
    copied: str
    id: str
    gone: bool
    document: str
    statements: tuple[StatementResponse, ...]
    left: int


def decided(case: Case, decision: DecisionMade, *, at: datetime.datetime) -> CoderEdit:
    """Return what ``made`` puts into the coder's file.

    Raises:
        RefusedError: with status 409 when the page saw something else than stands there.
        WinsetError: when it cannot be done.
    """
    proposal = next((row for row in proposals(case) if row.id == decision.id), None)
    undecided(case, decision.coder)  # refuses those who propose
    own = _own(case, decision.coder, decision.id)
    if decision.proposal is not None:
        _as_seen(proposal, decision.proposal, decision)
    _as_seen(own, decision.decision, decision)
    base = proposal if decision.proposal is not None else own
    if base is None:
        raise RefusedError(404, words.no_statement(decision.id, decision.coder))
    if decision.verdict == "reject":
        if base is own:
            raise WinsetError(f"{decision.id} is your own statement: undo removes it")
        return CoderEdit(what="save", row=rejected(base, decision.coder, at))
    return CoderEdit(what="save", row=accepted(base, decision.coder, at, decision.changes))


def found_in_text(case: Case, entry: StatementMade, *, at: datetime.datetime) -> CoderEdit:
    """Return the row that ``made`` describes, anchored by its place and the digest of its words.

    Raises:
        RefusedError: with status 409 when the text is another one than the coder saw.
        CaseError: with every cell that cannot be understood.
    """
    undecided(case, entry.coder)
    document = document_in(case, entry.document)
    text = text_of(case, document)
    if text.sha256 != entry.text:
        changed = words.TEXT_CHANGED
        raise RefusedError(409, changed, yours=None, theirs=None)
    if not entry.start < entry.end <= len(text.text):
        raise WinsetError(f"words must stand inside the text; found {entry.start} to {entry.end}")
    start, end = trimmed(text.text, Span(entry.start, entry.end))
    if start == end:
        raise WinsetError("a statement must contain words; found blanks")
    bare = Statement(
        coder=entry.coder,
        id=free_id(document.id, start, {row.id for row in case.statements}),
        document=document.id,
        start=start,
        end=end,
        quote_sha256=span_digest(text.text, start, end),
        kind=entry.kind,
        quote=text.text[start:end],
    )
    cells = {name: str(getattr(entry, name)).strip() for name in EDITABLE}
    return CoderEdit(what="save", row=accepted(bare, entry.coder, at, cells))


def undone(case: Case, request: UndoRequest) -> CoderEdit:
    """Return what undoing takes out of the coder's file.

    Raises:
        RefusedError: with status 409 when the row is another one than the page saw; with 404 when
            there is nothing to undo.
    """
    if request.id:
        own = _own(case, request.coder, request.id)
        if own is None or revision(own) != request.revision:
            raise _conflict(own, None)
        return CoderEdit(what="drop", row=own)
    last = last_decision(case, request.coder)
    if last is None:
        raise RefusedError(404, words.nothing_to_undo(request.coder))
    return CoderEdit(what="drop", row=last)


def _own(case: Case, coder: str, id: str) -> Statement | None:
    return next((row for row in case.statements if (row.coder, row.id) == (coder, id)), None)


def _as_seen(now: Statement | None, seen: str | None, decision: DecisionMade) -> None:
    if (None if now is None else revision(now)) != seen:
        raise _conflict(now, {"status": f"{decision.verdict}ed", **decision.changes})


def _conflict(now: Statement | None, yours: dict[str, Any] | None) -> RefusedError:
    if now is None:
        message = words.STATEMENT_GONE
        return RefusedError(409, message, yours=yours, theirs=None)
    message = words.STATEMENT_CHANGED
    theirs = {"fields": rows.row_fields(now), "revision": revision(now)}
    return RefusedError(409, message, yours=yours, theirs=theirs)


async def decide(request: Request, body: DecisionMade) -> DecisionSaved:
    """Put a decision on disk."""
    return await _done(request, body.coder, partial(decided, decision=body, at=_now()))


async def make_statement(request: Request, body: StatementMade) -> DecisionSaved:
    """Put a statement that a coder found on disk."""
    return await _done(request, body.coder, partial(found_in_text, entry=body, at=_now()))


async def undo(request: Request, body: UndoRequest) -> DecisionSaved:
    """Take a row out of the coder's file again."""
    return await _done(request, body.coder, partial(undone, request=body))


async def _done(request: Request, coder: str, deed: Any) -> DecisionSaved:
    work = partial(record, desk(request).store, name_in(request), coder=coder, deed=deed)
    done = await anyio.to_thread.run_sync(work)
    return await anyio.to_thread.run_sync(_saved, done)


def _saved(done: EditRecord) -> DecisionSaved:
    opened_case, row = done.opened, done.row
    return DecisionSaved(
        case=where(opened_case.name),
        copied=words.copied(opened_case.name.name) if done.copied else "",
        id=row.id,
        gone=done.gone,
        document=row.document,
        statements=statement_responses(opened_case, document_in(opened_case.case, row.document)),
        left=len(undecided(opened_case.case, row.coder)),
    )


def where(name: CaseName) -> CasePlace:
    """Return where the case ``name`` is."""
    return CasePlace(place=name.place, name=name.name, address=address(name))


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)


ENDPOINTS = (
    Endpoint(method="POST", path=f"{CASE}/decisions", call=decide, group=GROUP,
             summary="Accept or reject a proposed statement, or change one's own",
             refuses=(404, 409, 423)),
    Endpoint(method="POST", path=f"{CASE}/statements", call=make_statement, group=GROUP,
             summary="Code words of a document", status=201, refuses=(404, 409, 423)),
    Endpoint(method="POST", path=f"{CASE}/decisions/undo", call=undo, group=GROUP,
             summary="Take a decision back", refuses=(404, 409, 423)),
)  # fmt: skip
