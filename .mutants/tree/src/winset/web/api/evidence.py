"""The interface to documents: their texts, the statements in them, and full-text search."""

from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.model import Case
from winset.case.parts import Document
from winset.evidence.reading.apart import shared
from winset.evidence.search import search
from winset.evidence.statements.names import suggested_actors
from winset.web import words
from winset.web.api.cases import CASE, address
from winset.web.api.declarations import Endpoint
from winset.web.cases.statements import (
    DocumentListed,
    DocumentResponse,
    deciding,
    document_response,
    documents_listed,
    names_said,
    proposing,
)
from winset.web.cases.store import OpenedCase
from winset.web.cases.texts import visible
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import opened

STRICT = ConfigDict(extra="forbid")
GROUP = "evidence"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """Somebody who speaks in the documents and is no actor yet."""

    id: str
    name: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceResponse:
    """The documents of a case, and who speaks in them.

    Attributes:
        coders: who has decided on statements.
        proposers: who proposes them.
        unknown: speakers of proposals who are no actors yet, most often first.
    """

    revision: str
    documents: tuple[DocumentListed, ...]
    coders: tuple[str, ...]
    proposers: tuple[str, ...]
    unknown: tuple[Suggested, ...]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class SearchRequest:
    """Words to look for: all of them, those in quotation marks together, a star for any ending."""

    query: str = Field(min_length=1, max_length=1_000)
    most: int = Field(default=20, ge=1, le=200)


@dataclass(frozen=True, slots=True, kw_only=True)
class HitResponse:
    """A paragraph that was found.

    Attributes:
        start: of the paragraph in the document, in code points.
        end: one past its last character.
        pieces: its words, cut so that every second piece is one that was looked for.
        address: of the page that shows it.
    """

    document: str
    title: str
    published: str
    start: int
    end: int
    pieces: tuple[str, ...]
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundResponse:
    """What a search found, best first."""

    hits: tuple[HitResponse, ...]


def evidence_response(opened_case: OpenedCase) -> EvidenceResponse:
    """Return the documents of a case, and who speaks in them."""
    case = opened_case.case
    names = names_said(case)
    return EvidenceResponse(
        revision=opened_case.revision,
        documents=documents_listed(case),
        coders=deciding(case),
        proposers=proposing(case),
        unknown=tuple(
            Suggested(
                id=actor.id,
                name=actor.name,
                times=sum(name == actor.name or actor.name.endswith(f" {name}") for name in names),
            )
            for actor in suggested_actors(case, names)
        ),
    )


def document_in(case: Case, id: str) -> Document:
    """Return the document ``id`` of ``case``.

    Raises:
        RefusedError: with status 404 when it has none.
    """
    for document in case.documents:
        if document.id == id:
            return document
    raise RefusedError(404, words.no_document(id))


async def read_evidence(request: Request) -> EvidenceResponse:
    """Return the documents of the case."""
    opened_case = await opened(request)
    return await anyio.to_thread.run_sync(evidence_response, opened_case)


async def read_document(request: Request) -> DocumentResponse:
    """Return a document with its text and its statements."""
    opened_case = await opened(request)
    document = document_in(opened_case.case, request.path_params["document"])
    return await anyio.to_thread.run_sync(document_response, opened_case, document)


async def search_documents(request: Request, body: SearchRequest) -> FoundResponse:
    """Return the paragraphs that hold what is looked for."""
    opened_case = await opened(request)
    return await anyio.to_thread.run_sync(
        partial(_found, opened_case, query=body.query, most=body.most)
    )


def _found(opened_case: OpenedCase, *, query: str, most: int) -> FoundResponse:
    documents = {document.id: document for document in opened_case.case.documents}
    # The index beside a shipped case would be a change of the package.
    hits = search(
        opened_case.case, query, most=most, keep=opened_case.name.place == "own", reading=shared()
    )
    responses = []
    for hit in hits:
        document = documents[hit.document]
        pieces, at = [], 0
        for match in hit.matches:
            start, end = match.start - hit.paragraph.start, match.end - hit.paragraph.start
            pieces += [hit.words[at:start], hit.words[start:end]]
            at = end
        start, end = hit.paragraph
        responses.append(
            HitResponse(
                document=document.id,
                title=document.title or document.id,
                published="" if document.published is None else document.published.isoformat(),
                start=start,
                end=end,
                pieces=tuple(visible(piece) for piece in (*pieces, hit.words[at:])),
                address=f"{address(opened_case.name)}/evidence/{document.id}?at={start}-{end}",
            )
        )
    return FoundResponse(hits=tuple(responses))


ENDPOINTS = (
    Endpoint(method="GET", path=f"{CASE}/documents", call=read_evidence, group=GROUP,
             summary="The documents of a case, and who speaks in them", refuses=(404, 422)),
    Endpoint(method="GET", path=f"{CASE}/documents/{{document}}", call=read_document, group=GROUP,
             summary="A document: its text, and the statements in it", refuses=(404, 422)),
    Endpoint(method="POST", path=f"{CASE}/search", call=search_documents, group=GROUP,
             summary="Paragraphs that hold the words of a search", refuses=(404,)),
)  # fmt: skip
