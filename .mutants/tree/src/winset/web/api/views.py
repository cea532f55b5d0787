"""The interface to the views, and to how sealed forecasts come out."""

import datetime
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.track_record.sealed import resolve, score
from winset.web import words
from winset.web.api.cases import CASE, address
from winset.web.api.declarations import Endpoint
from winset.web.api.jobs import JobResponse, job_response
from winset.web.cases.locks import locked
from winset.web.cases.store import CaseName, Store
from winset.web.forecasts.jobs import Job
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import desk, name_in, opened
from winset.web.views.kind import Subject, ViewKind
from winset.web.views.query import ViewQuery, query_of
from winset.web.views.registry import case_view, case_views, folder_views
from winset.web.views.view_cache import FORMS, Views, view_record, wanted

STRICT = ConfigDict(extra="forbid")
GROUP = "views"
Words = Annotated[str, Field(max_length=2_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewListed:
    """A view that there is.

    Attributes:
        takes: what may be asked, in the query of its address.
        address: of its page.
        files: addresses of its first part as files, by ending.
        missing: why there is nothing to show yet; empty when there is, as far as is known.
    """

    name: str
    title: str
    explains: str
    takes: tuple[str, ...]
    address: str
    files: dict[str, str]
    missing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewResponse:
    """A view as it stands: made, or the work that makes it.

    Attributes:
        address: of its page; each part has files under it.
        query: filled in.
        job: how far the work is; null when it is done.
        provenance: how it was made; null until then.
        sentences: what it says.
        parts: tables, each with ``id``, ``title``, ``caption``, ``columns``, ``rows`` and whether
            there is a ``picture``.
        result: what the library returned; null where the parts say it all.
    """

    view: str
    address: str
    query: dict[str, Any]
    job: JobResponse | None
    provenance: dict[str, Any] | None
    sentences: tuple[str, ...]
    parts: tuple[dict[str, Any], ...]
    result: Any


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class QuestionOutcome:
    """How a sealed question came out.

    Attributes:
        entry: digest of the sealed entry.
        outcome: ``yes``, ``no``, an option, ``void``; of an issue a number, or ``none``.
        date: when it came about; needed before the day by which it is settled.
        source: by whose word.
        amend: whether it stands in place of an earlier resolution; both stay written.
    """

    entry: Annotated[str, Field(min_length=4, max_length=64)]
    outcome: Annotated[str, Field(min_length=1, max_length=300)]
    date: datetime.date | None = None
    source: Words = ""
    note: Words = ""
    amend: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeResponse:
    """What is safe on disk now, and what the forecast scores.

    Attributes:
        counts: whether it counts for the record.
        why_not: in words, if not.
    """

    entry: str
    outcome: str
    counts: bool
    why_not: str
    brier: float | None
    log_score: float | None
    crps: float | None


def _listed(kind: ViewKind, subject: Subject) -> ViewListed:
    base = f"/{kind.name}"
    if subject.opened is not None:
        base = f"{address(subject.opened.name)}/views{base}"
    return ViewListed(
        name=kind.name,
        title=kind.title,
        explains=kind.explains,
        takes=kind.takes,
        address=base,
        files={form: f"{base}.{form}" for form in FORMS},
        missing=wanted(kind, subject, ViewQuery()).missing,
    )


async def list_views(request: Request) -> list[ViewListed]:
    """Return every view of a case."""
    of = Subject(store=desk(request).store, opened=await opened(request))

    def listed() -> list[ViewListed]:
        return [_listed(kind, of) for kind in case_views().values()]

    return await anyio.to_thread.run_sync(listed)


async def read_view(request: Request, body: ViewQuery) -> ViewResponse:
    """Return a view of a case, or the work that makes it."""
    kind = case_view(request.path_params["view"])
    of = Subject(store=desk(request).store, opened=await opened(request))
    return await _response(request, kind, of, body)


async def read_folder_view(request: Request, body: ViewQuery) -> ViewResponse:
    """Return a view of the folder, or the work that makes it."""
    kind = folder_views()[request.url.path.rpartition("/")[2]]
    return await _response(request, kind, Subject(store=desk(request).store), body)


async def _response(
    request: Request, kind: ViewKind, of: Subject, query: ViewQuery
) -> ViewResponse:
    views: Views = request.app.state.views
    view = await anyio.to_thread.run_sync(wanted, kind, of, query)
    base = _listed_base(kind, of)
    result = await views.result_or_job(view, patience=0.0)
    if isinstance(result, Job):
        return ViewResponse(view=kind.name, address=base + query_of(view.query), query={},
                        job=job_response(result), provenance=None, sentences=(), parts=(),
                        result=None)  # fmt: skip
    response = view_record(view, result)
    return ViewResponse(
        view=kind.name,
        address=base + query_of(view.query),
        query=response["query"],
        job=None,
        provenance=response["provenance"],
        sentences=result.sentences,
        parts=tuple(response["parts"]),
        result=response["result"],
    )


def _listed_base(kind: ViewKind, of: Subject) -> str:
    name = "" if of.opened is None else f"{address(of.opened.name)}/views"
    return f"{name}/{kind.name}"


async def write_resolution(request: Request, body: QuestionOutcome) -> OutcomeResponse:
    """Write below a sealed forecast how it came out; the answer comes once that is on disk."""
    write = partial(resolved, desk(request).store, name_in(request), body)
    return await anyio.to_thread.run_sync(write)


def resolved(store: Store, name: CaseName, came: QuestionOutcome) -> OutcomeResponse:
    """Write ``came`` into the ledger of the case, under the folder's lock.

    Raises:
        RefusedError: with status 403 for a shipped case, 423 when somebody else holds it.
        CaseError: when the ledger is not whole.
        WinsetError: when it cannot have come out so.
    """
    folder = store.path(name)
    if name.place != "own":
        raise RefusedError(403, words.SHIPPED)
    with locked(folder):
        done = resolve(
            folder,
            came.entry,
            came.outcome,
            date=came.date,
            source=came.source,
            note=came.note,
            amend=came.amend,
        )
    scores = score(done)
    assert scores is not None
    assert done.resolution is not None
    return OutcomeResponse(
        entry=done.id,
        outcome=done.resolution.outcome,
        counts=scores.counts,
        why_not=scores.why_not,
        brier=scores.brier,
        log_score=scores.log_score,
        crps=scores.crps,
    )


ENDPOINTS = (
    Endpoint(method="GET", path=f"{CASE}/views", call=list_views, group=GROUP,
             summary="Every view of a case, with its addresses", refuses=(404, 422)),
    Endpoint(method="POST", path=f"{CASE}/views/{{view}}", call=read_view, group=GROUP,
             summary="A view of a case, or the work that makes it", refuses=(404, 503)),
    Endpoint(method="POST", path=f"{CASE}/resolutions", call=write_resolution, group=GROUP,
             summary="Record the outcome of a sealed forecast", status=201,
             refuses=(404, 423)),
)  # fmt: skip


def folder_endpoints() -> tuple[Endpoint, ...]:
    """Return the addresses of the views of the folder."""
    return tuple(
        Endpoint(method="POST", path=f"/api/{kind.name}", call=read_folder_view, group=GROUP,
                 summary=f"{kind.title}, or the work that makes it", refuses=(404, 503))
        for kind in folder_views().values()
    )  # fmt: skip
