"""The interface between statements and numbers: trace, derivation, agreement, time."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import partial

import anyio.to_thread
from pydantic import ConfigDict
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.model import Case
from winset.case.ranges import Range, parse_range
from winset.errors import WinsetError
from winset.evidence.coding.derive import Derivation, derive_stances, marked
from winset.evidence.coding.endings import idle
from winset.evidence.coding.trace import Sentence, TracedCell, trace
from winset.web import words
from winset.web.api.cases import CASE, CasePlace, address
from winset.web.api.decisions import where
from winset.web.api.declarations import Endpoint
from winset.web.cases.coders import Coded, coded
from winset.web.cases.store import OpenedCase
from winset.web.cases.texts import visible
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import desk, name_in, opened

STRICT = ConfigDict(extra="forbid")
GROUP = "numbers and statements"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportResponse:
    """One statement under a number, as all its coders read it."""

    id: str
    coders: tuple[str, ...]
    document: str
    published: str
    value: str
    weight: float
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CellResponse:
    """A number of a stance and where it comes from.

    Attributes:
        value: what stands in the case; empty where nothing does.
        origin: by hand, derived, assumed, or not given.
        gives: what the accepted statements give; empty where none does.
        support: of ``gives``, newest first.
    """

    quantity: str
    value: str
    origin: str
    gives: str
    support: tuple[SupportResponse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceResponse:
    """A statement in its sentence, where the words are at hand."""

    coder: str
    id: str
    document: str
    title: str
    publisher: str
    published: str
    kind: str
    value: str
    condition: str
    status: str
    before: str
    words: str
    after: str
    intact: bool
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceResponse:
    """A stance, number by number, down to the sentences."""

    issue: str
    actor: str
    issue_title: str
    actor_name: str
    note: str
    cells: tuple[CellResponse, ...]
    sentences: tuple[SentenceResponse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivedResponse:
    """A number that the accepted statements give, beside the one in the case.

    Attributes:
        coded: what stands in the case; empty where nothing does.
        gives: what the statements give.
        statements: how many count.
        what: new, as it is, coded by hand, or without a stance.
        address: of the page that traces it; empty without a stance.
    """

    issue: str
    issue_title: str
    actor: str
    actor_name: str
    quantity: str
    coded: str
    gives: str
    statements: int
    what: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdleResponse:
    """An accepted statement that counts for nothing, also after what others give is written.

    Attributes:
        coders: who accepted it so.
        speaker: name of the actor, or ``author`` or ``unresolved``.
        issue: title; empty where none is chosen.
        reason: why it counts for nothing.
        remedy: what would make it count, as a sentence.
        address: of the statement in its document.
    """

    id: str
    coders: tuple[str, ...]
    speaker: str
    issue: str
    kind: str
    value: str
    reason: str
    remedy: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationResponse:
    """What the statements give; ``revision`` is to be sent back to write it."""

    revision: str
    numbers: tuple[DerivedResponse, ...]
    idle: tuple[IdleResponse, ...]
    changes: int
    rowless: int


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class DerivationWritten:
    """Write what the statements give.

    Attributes:
        revision: of the numbers that the page saw.
        salience: 0-100, for stances that statements call for and the table lacks; else empty.
        influence: likewise.
    """

    revision: str
    salience: str = ""
    influence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DerivationSaved:
    """What is safe on disk now."""

    case: CasePlace
    copied: str
    written: int
    derivation: DerivationResponse


def trace_response(opened_case: OpenedCase, issue: str, actor: str) -> TraceResponse:
    """Return where each number of ``actor`` on ``issue`` comes from.

    Raises:
        WinsetError: when the case has no such issue, actor or stance.
    """
    case = opened_case.case
    traced = trace(case, issue, actor)
    base = f"{address(opened_case.name)}/evidence"
    return TraceResponse(
        issue=issue,
        actor=actor,
        issue_title=case.issue(issue).title,
        actor_name=case.actor(actor).name,
        note=marked(traced.stance, ()).note,
        cells=tuple(_cell(cell, base) for cell in traced.cells),
        sentences=tuple(_sentence(one, base) for one in traced.sentences),
    )


def _cell(cell: TracedCell, base: str) -> CellResponse:
    gives = cell.derived
    return CellResponse(
        quantity=cell.quantity,
        value=_text(cell.value),
        origin=cell.origin,
        gives="" if gives is None else str(gives.value),
        support=()
        if gives is None
        else tuple(
            SupportResponse(
                id=support.readings[0].id,
                coders=tuple(row.coder for row in support.readings),
                document=support.readings[0].document,
                published="" if support.published is None else support.published.isoformat(),
                value=str(support.value),
                weight=support.weight,
                address=_statement(base, support.readings[0].document, support.readings[0].id),
            )
            for support in gives.support
        ),
    )


def _sentence(one: Sentence, base: str) -> SentenceResponse:
    row, document = one.statement, one.document
    return SentenceResponse(
        coder=row.coder,
        id=row.id,
        document=document.id,
        title=document.title or document.id,
        publisher=document.publisher,
        published="" if document.published is None else document.published.isoformat(),
        kind=row.kind,
        value=_text(row.value),
        condition=row.condition,
        status=row.status,
        before=visible(one.before),
        words=visible(one.words),
        after=visible(one.after),
        intact=one.intact,
        address=_statement(base, document.id, row.id),
    )


def _statement(base: str, document: str, id: str) -> str:
    return f"{base}/{document}?statement={id}"


def _text(value: Range | None) -> str:
    return "" if value is None else str(value)


def derivation_response(opened_case: OpenedCase) -> DerivationResponse:
    """Return what the accepted statements of the case give, beside what is coded."""
    result = derive_stances(opened_case.case)
    numbers = _numbers(opened_case, result)
    return DerivationResponse(
        revision=_revision(numbers),
        numbers=numbers,
        idle=_idle(opened_case, result),
        changes=len(result.changed),
        rowless=len(result.rowless),
    )


def _numbers(opened_case: OpenedCase, result: Derivation) -> tuple[DerivedResponse, ...]:
    case = opened_case.case
    plain = {(s.issue, s.actor): s for s in case.stances if s.condition is None}
    numbers = []
    for number in result.derived:
        key = number.issue, number.actor
        stance = plain.get(key)
        numbers.append(
            DerivedResponse(
                issue=number.issue,
                issue_title=case.issue(number.issue).title,
                actor=number.actor,
                actor_name=case.actor(number.actor).name,
                quantity=number.quantity,
                coded="" if stance is None else _text(getattr(stance, number.quantity)),
                gives=str(number.value),
                statements=sum(support.weight > 0 for support in number.support),
                what=_what(result, (*key, number.quantity)),
                address=""
                if stance is None
                else f"{address(opened_case.name)}/trace/{key[0]}/{key[1]}#{number.quantity}",
            )
        )
    return tuple(numbers)


def _idle(opened_case: OpenedCase, result: Derivation) -> tuple[IdleResponse, ...]:
    base = f"{address(opened_case.name)}/evidence"
    actors = {actor.id: actor.name for actor in opened_case.case.actors}
    titles = {issue.id: issue.title for issue in opened_case.case.issues}
    entries: dict[IdleResponse, list[str]] = {}
    for ending in idle(result.case):
        row = ending.statement
        entry = IdleResponse(
            id=row.id,
            coders=(),
            speaker=actors.get(row.speaker, row.speaker),
            issue=titles.get(row.issue or "", ""),
            kind=row.kind,
            value=_text(row.value),
            reason=str(ending.reason),
            remedy=ending.remedy,
            address=_statement(base, row.document, row.id),
        )
        entries.setdefault(entry, []).append(row.coder)
    return tuple(replace(entry, coders=tuple(coders)) for entry, coders in entries.items())


def _what(result: Derivation, key: tuple[str, str, str]) -> str:
    if key in result.by_hand:
        return "coded by hand: stays"
    if key[:2] in result.rowless:
        return "no stance yet"
    return "new" if key in result.changed else "as it is"


def _revision(numbers: tuple[DerivedResponse, ...]) -> str:
    rows = [{**asdict(number), "address": ""} for number in numbers]
    return hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:16]


def derived_case(case: Case, *, opened_case: OpenedCase, body: DerivationWritten) -> Case:
    """Return ``case`` with what its statements give.

    Raises:
        RefusedError: with status 409 when they give something else than the page saw.
        WinsetError: when a salience or influence is no range.
    """
    now = derivation_response(OpenedCase(name=opened_case.name, revision="", case=case))
    if now.revision != body.revision:
        message = words.NUMBERS_CHANGED
        raise RefusedError(409, message, yours=None, theirs=asdict(now))
    salience, influence = _range("salience", body.salience), _range("influence", body.influence)
    return derive_stances(case, salience=salience, influence=influence).case


def _range(name: str, text: str) -> Range | None:
    try:
        return parse_range(text) if text.strip() else None
    except ValueError as error:
        raise WinsetError(f"{name}: must be {error}; found {text}") from None


async def read_trace(request: Request) -> TraceResponse:
    """Return where each number of an actor on an issue comes from."""
    opened_case, at = await opened(request), request.path_params
    return await anyio.to_thread.run_sync(trace_response, opened_case, at["issue"], at["actor"])


async def read_derivation(request: Request) -> DerivationResponse:
    """Return what the accepted statements give."""
    return await anyio.to_thread.run_sync(derivation_response, await opened(request))


async def write_derivation(request: Request, body: DerivationWritten) -> DerivationSaved:
    """Write what the accepted statements give into the stances."""
    opened_case = await opened(request)
    before = {(s.issue, s.actor, s.condition): s for s in opened_case.case.stances}
    change = partial(derived_case, opened_case=opened_case, body=body)
    saved = await anyio.to_thread.run_sync(desk(request).store.edit, name_in(request), change)
    after = saved.opened
    return DerivationSaved(
        case=where(after.name),
        copied=words.copied(after.name.name) if saved.copied else "",
        written=sum(before.get((s.issue, s.actor, s.condition)) != s for s in after.case.stances),
        derivation=await anyio.to_thread.run_sync(derivation_response, after),
    )


async def read_coders(request: Request) -> Coded:
    """Return the readings of all coders side by side, and how far they agree."""
    return await anyio.to_thread.run_sync(coded, await opened(request))


ENDPOINTS = (
    Endpoint(method="GET", path=f"{CASE}/traces/{{issue}}/{{actor}}", call=read_trace, group=GROUP,
             summary="From the numbers of an actor on an issue to their sentences",
             refuses=(404, 422)),
    Endpoint(method="GET", path=f"{CASE}/derivation", call=read_derivation, group=GROUP,
             summary="What the accepted statements give, beside what is coded",
             refuses=(404, 422)),
    Endpoint(method="POST", path=f"{CASE}/derivation", call=write_derivation, group=GROUP,
             summary="Write what the accepted statements give", refuses=(404, 409, 423)),
    Endpoint(method="GET", path=f"{CASE}/coders", call=read_coders, group=GROUP,
             summary="The coders' readings side by side, and how far they agree",
             refuses=(404, 422)),
)  # fmt: skip
