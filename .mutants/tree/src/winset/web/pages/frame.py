"""The pages: a frame of HTML that says what there is; modules in static/js fill it with life."""

import json
from functools import cache
from importlib.metadata import version
from typing import Any

import anyio.to_thread
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from winset.case.assumed import assumed_sentence
from winset.case.certainty import points_sentence
from winset.charts.render import bundle
from winset.charts.theme import PAGE, config
from winset.forecast.jsonable import jsonable
from winset.web.api.cases import case_response, listed
from winset.web.server.byte_cache import byte_cache
from winset.web.server.etags import tag_of, unless_known
from winset.web.server.templating import page
from winset.web.server.workbench import desk, opened
from winset.web.views.registry import folder_views


async def start(request: Request) -> HTMLResponse:
    """Return the first page: every case, and a place to begin one."""
    cases = await anyio.to_thread.run_sync(listed, desk(request).store)
    return page("start.html.j2", {"listed": cases, "folder_views": folder_views().values()})


async def case(request: Request) -> Response:
    """Return the page of a case: made once for each revision."""
    opened_case = await opened(request)
    path = request.url.path

    def render() -> bytes:
        response = case_response(opened_case)
        values = {
            "case": opened_case.case,
            "response": response,
            "address": path,
            "caveats": [
                w
                for w in (assumed_sentence(opened_case.case), points_sentence(opened_case.case))
                if w
            ],
            "payload": embedded(response),
        }
        return bytes(page("case.html.j2", values).body)

    key = ("case page", path, opened_case.revision)
    body = byte_cache(request).find(key) or await anyio.to_thread.run_sync(
        byte_cache(request).find_or_make, key, render
    )
    return unless_known(request, tag_of(key), HTMLResponse(body))


async def vega(request: Request) -> Response:
    """Return the JavaScript that draws: Vega, Vega-Lite and Vega-Embed, from vl-convert."""
    data = await anyio.to_thread.run_sync(_bundle)
    answer = Response(data, media_type="text/javascript", headers={"cache-control": "max-age=3600"})
    return unless_known(request, tag_of(("vega", version("vl-convert-python"))), answer)


@cache
def _bundle() -> bytes:
    return bundle().encode()


async def chart_settings(request: Request) -> Response:  # noqa: ARG001
    """Return how charts look in a page, as a module."""
    text = json.dumps(config(PAGE).to_dict(), sort_keys=True)
    return Response(f"export default {text};\n", media_type="text/javascript")


def embedded(value: Any) -> Markup:
    """Return ``value`` as JSON that cannot end the element it stands in."""
    text = json.dumps(jsonable(value), ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - every character that HTML could read is escaped


ROUTES = (
    Route("/", start),
    Route("/cases/{place}/{name}", case),
    Route("/static/vega.js", vega),
    Route("/static/js/chart-settings.js", chart_settings),
)
