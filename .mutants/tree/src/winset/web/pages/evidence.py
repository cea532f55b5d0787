"""The pages of evidence: documents, traces, coders, time; and the case's own parts."""

from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from winset.case.parts import ROLES
from winset.evidence.coding.decisions import KINDS
from winset.formats.statements_csv import write_statements
from winset.formats.webannotation import write_annotations
from winset.web import words
from winset.web.api.cases import address, case_response
from winset.web.api.evidence import document_in, evidence_response
from winset.web.api.numbers import derivation_response, trace_response
from winset.web.cases import rows
from winset.web.cases.coders import coded
from winset.web.cases.statements import document_response
from winset.web.cases.store import OpenedCase
from winset.web.pages.frame import embedded
from winset.web.server.error_responses import RefusedError
from winset.web.server.templating import page
from winset.web.server.workbench import name_in, opened

_TABLES = ("parties", "issues", "actors", "stances")


def _values(opened_case: OpenedCase, here: str, **more: Any) -> dict[str, Any]:
    return {
        "case": opened_case.case,
        "address": address(opened_case.name),
        "editable": opened_case.name.place == "own",
        "here": here,
        **more,
    }


def _choices(opened_case: OpenedCase) -> dict[str, Any]:
    """Return what a statement can name: actors, issues, kinds; and the parties of actors."""
    case = opened_case.case
    return {
        "address": address(opened_case.name),
        "editable": opened_case.name.place == "own",
        "actors": [
            {"id": actor.id, "name": actor.name, "aliases": actor.aliases} for actor in case.actors
        ],
        "parties": [{"id": party.id, "name": party.name or party.id} for party in case.parties],
        "issues": [
            {
                "id": issue.id,
                "title": issue.title,
                "low": issue.scale.low,
                "high": issue.scale.high,
                "unit": issue.scale.unit,
                "labels": sorted(issue.labels.items()),
            }
            for issue in case.issues
        ],
        "kinds": KINDS,
        "roles": ROLES,
        "names": sorted({row.coder for row in case.statements if row.status != "proposed"}),
    }


async def evidence(request: Request) -> HTMLResponse:
    """Return the page of all documents."""
    opened_case = await opened(request)
    listed, derived = await anyio.to_thread.run_sync(
        lambda: (evidence_response(opened_case), derivation_response(opened_case))
    )
    payload = {**_choices(opened_case), "evidence": listed, "derivation": derived}
    return page(
        "evidence.html.j2",
        _values(opened_case, "evidence", listed=listed, derived=derived, payload=embedded(payload)),
    )


async def document(request: Request) -> HTMLResponse:
    """Return the page of one document, in which statements are coded."""
    opened_case = await opened(request)
    entry = document_in(opened_case.case, request.path_params["document"])
    response = await anyio.to_thread.run_sync(document_response, opened_case, entry)
    payload = {**_choices(opened_case), "document": response}
    return page(
        "document.html.j2",
        _values(opened_case, "evidence", document=entry, text=response, payload=embedded(payload),
                neighbours=_neighbours(opened_case, entry.id)),
    )  # fmt: skip


def _neighbours(opened_case: OpenedCase, id: str) -> dict[str, Any]:
    documents = opened_case.case.documents
    at = [document.id for document in documents].index(id)
    return {
        "before": documents[at - 1] if at > 0 else None,
        "after": documents[at + 1] if at + 1 < len(documents) else None,
    }


async def trace(request: Request) -> HTMLResponse:
    """Return the page that leads from numbers to sentences."""
    opened_case, at = await opened(request), request.path_params
    case = opened_case.case
    stood = {(stance.issue, stance.actor) for stance in case.stances if stance.condition is None}
    if (at["issue"], at["actor"]) not in stood:
        raise RefusedError(404, words.no_stance(at["actor"], at["issue"]))
    traced = await anyio.to_thread.run_sync(trace_response, opened_case, at["issue"], at["actor"])
    unit = case.issue(at["issue"]).scale.unit
    return page("trace.html.j2", _values(opened_case, "evidence", traced=traced, unit=unit))


async def coders(request: Request) -> HTMLResponse:
    """Return the page of coders side by side."""
    opened_case = await opened(request)
    side = await anyio.to_thread.run_sync(coded, opened_case)
    only = request.query_params.get("show") == "differing"
    named = {actor.id: actor.name for actor in opened_case.case.actors}
    titles = {issue.id: issue.title for issue in opened_case.case.issues}
    return page("coders.html.j2", _values(opened_case, "coders", side=side, only=only, named=named,
                                          titles=titles))  # fmt: skip


async def timeline(request: Request) -> Response:
    """Send to the view of the forecast over time, which had this address."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"{address(name_in(request))}/views/timeline{query}", status_code=308)


async def parts(request: Request) -> HTMLResponse:
    """Return the page on which parties, issues, actors and stances are entered."""
    opened_case = await opened(request)
    whole = case_response(opened_case)
    payload = {
        **_choices(opened_case),
        "rows": {name: whole.rows[name] for name in _TABLES},
        "keys": {name: rows.KEYS[name] for name in _TABLES},
    }
    return page("parts.html.j2", _values(opened_case, "parts", payload=embedded(payload)))


async def statements_csv(request: Request) -> Response:
    """Return the statements of the case as CSV, with their words where they are kept."""
    opened_case = await opened(request)
    text = await anyio.to_thread.run_sync(partial(write_statements, opened_case.case))
    return _file(text, "text/csv; charset=utf-8", f"{opened_case.name.name}-statements.csv")


async def annotations(request: Request) -> Response:
    """Return the statements of the case as W3C Web Annotations."""
    opened_case = await opened(request)
    text = await anyio.to_thread.run_sync(partial(write_annotations, opened_case.case))
    return _file(text, "application/ld+json", f"{opened_case.name.name}-annotations.jsonld")


def _file(text: str, kind: str, name: str) -> Response:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in name)
    return Response(
        text.encode(),
        media_type=kind,
        headers={"content-disposition": f'attachment; filename="{plain}"'},
    )


_CASE = "/cases/{place}/{name}"
ROUTES = (
    Route(f"{_CASE}/evidence", evidence),
    Route(f"{_CASE}/evidence/{{document}}", document),
    Route(f"{_CASE}/trace/{{issue}}/{{actor}}", trace),
    Route(f"{_CASE}/coders", coders),
    Route(f"{_CASE}/timeline", timeline),
    Route(f"{_CASE}/parts", parts),
    Route(f"{_CASE}/exports/statements.csv", statements_csv),
    Route(f"{_CASE}/exports/annotations.jsonld", annotations),
)
