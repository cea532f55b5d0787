"""The pages of the views, and each of their parts as a file: .csv, .json, .svg, .png."""

import json
from functools import partial
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from winset.charts.canvas import WIDE, fitting
from winset.errors import CaseError, WinsetError, nearest, shorten
from winset.web.api.cases import address
from winset.web.api.jobs import job_response
from winset.web.cases.downloads import attached
from winset.web.cases.store import OpenedCase
from winset.web.forecasts.jobs import Job
from winset.web.forecasts.pictures import picture
from winset.web.pages.frame import embedded
from winset.web.server.error_responses import RefusedError, answer_in_json
from winset.web.server.etags import known, unless_known
from winset.web.server.templating import page
from winset.web.server.workbench import desk, opened
from winset.web.views.kind import NOTHING, Subject, ViewKind
from winset.web.views.query import ViewQuery, query_of, read_query
from winset.web.views.registry import case_view, case_views, folder_views
from winset.web.views.result import ViewResult
from winset.web.views.view_cache import FORMS, PATIENCE, Views, as_file

PICTURES = "pictures"  # the pictures of a view for its page, as the part of a file's address


def views_of(request: Request) -> Views:
    """Return the views of the workbench that got ``request``."""
    views: Views = request.app.state.views
    return views


async def subject_of(request: Request, kind: ViewKind) -> Subject:
    """Return what a view that ``request`` asks for is of."""
    opened_case = await opened(request) if not kind.of_folder else None
    return Subject(store=desk(request).store, opened=opened_case)


def _base(subject: Subject, kind: ViewKind) -> str:
    """Return the address of the view, without its ending."""
    if subject.opened is None:
        return f"/{kind.name}"
    return f"{address(subject.opened.name)}/views/{kind.name}"


def _of_case(opened_case: OpenedCase | None) -> dict[str, Any]:
    if opened_case is None:
        return {"case": None, "address": "", "editable": False, "here": "views"}
    return {
        "case": opened_case.case,
        "address": address(opened_case.name),
        "editable": opened_case.name.place == "own",
        "here": "views",
    }


async def index(request: Request) -> HTMLResponse:
    """Return the page that names every view of a case."""
    opened_case = await opened(request)
    return page("views.html.j2", {**_of_case(opened_case), "kinds": case_views().values()})


async def view(request: Request) -> Response:
    """Return the page of a view of a case; with an ending the view as a file."""
    name = request.path_params["view"]
    if "." in name:
        name, form = _ending(name, "view")
        return await _file(request, case_view(name), part="", form=form)
    return await _page(request, case_view(name))


async def folder_page(request: Request) -> Response:
    """Return the page of a view of the folder."""
    return await _page(request, _of_folder(request))


def _of_folder(request: Request) -> ViewKind:
    return folder_views()[request.url.path.split("/")[1].partition(".")[0]]


async def _page(request: Request, kind: ViewKind) -> Response:
    of = await subject_of(request, kind)
    trouble, query, missing = "", ViewQuery(), ""
    result: ViewResult | Job | None = None
    tag = ""
    try:
        pairs = request.query_params.multi_items()
        query = read_query(pairs, kind.takes)
        view = await views_of(request).understand(kind, of, pairs)
        query, missing, tag = view.query, view.missing, view.tag
        if not missing:
            result = await views_of(request).result_or_job(view, patience=PATIENCE)
    except RefusedError:
        raise
    except CaseError as error:
        trouble = "\n".join(str(problem) for problem in error.problems)
    except WinsetError as error:
        trouble = str(error)
    render = partial(_rendered, kind, of, query=query, missing=missing, trouble=trouble)
    if not isinstance(result, ViewResult):
        return await anyio.to_thread.run_sync(render, result)
    if known(request, tag):
        return Response(status_code=304, headers={"etag": f'"{tag}"'})
    cache, key = views_of(request).cache, ("page", tag)
    body = cache.find(key) or await anyio.to_thread.run_sync(
        cache.find_or_make, key, lambda: bytes(render(result).body)
    )
    return unless_known(request, tag, HTMLResponse(body))


def _rendered(
    kind: ViewKind,
    of: Subject,
    result: ViewResult | Job | None,
    *,
    query: ViewQuery,
    missing: str,
    trouble: str,
) -> HTMLResponse:
    """Return the page: what is shown, how far the work is, or what is wrong."""
    api = f"/api{_base(of, kind)}"
    values: dict[str, Any] = {
        **_of_case(of.opened),
        "kind": kind,
        "kinds": case_views().values(),
        "query": query,
        "query_text": query_of(query),
        "whole_query": query_of(kind.core(query)),
        "base": _base(of, kind),
        "fields": () if missing == NOTHING else _fields(kind, of, query, trouble),
        "result": None,
        "job": None,
        "missing": missing,
        "trouble": trouble,
        "beside": kind.beside(of),
        "payload": embedded({"pictures": "", "job": None, "api": api}),
    }
    if isinstance(result, Job):
        job = job_response(result)
        values |= {"job": job, "payload": embedded({"pictures": "", "job": job.id, "api": api})}
    elif result is not None:
        drawn = any(part.view is not None for part in result.parts)
        address = f"{_base(of, kind)}/{PICTURES}.json{query_of(query)}" if drawn else ""
        payload = {"pictures": address, "job": None, "api": api}
        values |= {"result": result, "payload": embedded(payload)}
    return page(kind.template, values, status=422 if trouble else 200)


def _fields(kind: ViewKind, of: Subject, query: ViewQuery, trouble: str) -> Any:
    """Return the form's fields; those that need what is wrong are left out with it."""
    try:
        return kind.fields(of, query)
    except WinsetError:
        if not trouble:
            raise
        return ()


async def part(request: Request) -> Response:
    """Return a part of a view of a case as a file."""
    name, form = _ending(request.path_params["file"], "part")
    if (name, form) == (PICTURES, "json"):
        return await _pictures(request, case_view(request.path_params["view"]))
    return await _file(request, case_view(request.path_params["view"]), part=name, form=form)


async def folder_file(request: Request) -> Response:
    """Return a view of the folder, or a part of it, as a file."""
    kind = _of_folder(request)
    name, form = _ending(request.path_params.get("file", request.url.path[1:]), "part")
    if (name, form) == (PICTURES, "json"):
        return await _pictures(request, kind)
    return await _file(request, kind, part="" if name == kind.name else name, form=form)


def _ending(file: str, what: str) -> tuple[str, str]:
    name, dot, form = file.rpartition(".")
    if not dot or form not in FORMS:
        message = f"A {what} comes as {', '.join('.' + known for known in FORMS)}"
        raise RefusedError(404, f"{message}; {nearest(form, FORMS)}")
    return name, form


async def _file(request: Request, kind: ViewKind, *, part: str, form: str) -> Response:
    """Return the file, or what is wrong in words that a script can show."""
    try:
        return await _made(request, kind, part=part, form=form)
    except WinsetError as error:
        if form == "json":
            return answer_in_json(error)
        status = error.status if isinstance(error, RefusedError) else 422
        return PlainTextResponse(f"{error}\n", status_code=status)


async def _made(request: Request, kind: ViewKind, *, part: str, form: str) -> Response:
    of = await subject_of(request, kind)
    pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "theme"]
    views = views_of(request)
    view = await views.understand(kind, of, pairs)
    theme = request.query_params.get("theme", "light")
    if theme not in ("light", "dark"):
        raise WinsetError(f"theme: must be light or dark; {nearest(theme, ('light', 'dark'))}")
    dark = theme == "dark"
    tag = f"{view.tag}-{part}-{theme}-{form}"
    if known(request, tag) and not view.missing:
        return Response(status_code=304, headers={"etag": f'"{tag}"'})
    result = await views.whole(view)
    key = ("file", tag)
    make = partial(as_file, view, result, part=part, form=form, dark=dark)
    data = views.cache.find(key)
    if data is None:
        data = await anyio.to_thread.run_sync(views.cache.find_or_make, key, make)
    case = f"{of.opened.name.name}-" if of.opened else ""
    named = f"{case}{kind.name}{'-' if part else ''}{part}.{form}"
    return unless_known(request, tag, attached(data, FORMS[form], named, inline=form == "json"))


async def _pictures(request: Request, kind: ViewKind) -> Response:
    """Return the pictures of a view for its page, as wide as the page has room for."""
    try:
        of = await subject_of(request, kind)
        pairs = [(k, v) for k, v in request.query_params.multi_items() if k != "width"]
        views = views_of(request)
        view = await views.understand(kind, of, pairs)
        width = fitting(_width(request.query_params.get("width", "")))
        tag = f"{view.tag}-{PICTURES}-{width}"
        if known(request, tag) and not view.missing:
            return Response(status_code=304, headers={"etag": f'"{tag}"'})
        whole = await views.whole(view)
    except WinsetError as error:
        return answer_in_json(error)
    make = partial(_drawn, whole, width)
    data = await anyio.to_thread.run_sync(views.cache.find_or_make, ("file", tag), make)
    return unless_known(request, tag, Response(data, media_type="application/json"))


def _drawn(whole: ViewResult, width: int) -> bytes:
    drawn = {p.id: picture(p.view, width=width) for p in whole.parts if p.view is not None}
    payload = {
        id: {"specification": p.specification, "values": p.values} for id, p in drawn.items()
    }
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()


def _width(text: str) -> float:
    try:
        return float(text or WIDE)
    except ValueError:
        raise WinsetError(f"width: must be a number of pixels; found {shorten(text)}") from None


_VIEWS = "/cases/{place}/{name}/views"
ROUTES = (
    Route(_VIEWS, index),
    Route(f"{_VIEWS}/{{view}}", view),
    Route(f"{_VIEWS}/{{view}}/{{file}}", part),
)


def folder_routes() -> list[Route]:
    """Return the routes of the views of the folder: one name each, at the root."""
    routes = []
    for name in folder_views():
        routes += [Route(f"/{name}", folder_page), Route(f"/{name}/{{file}}", folder_file)]
        routes += [Route(f"/{name}.{form}", folder_file) for form in FORMS]
    return routes
