"""The style and the script of the terms' tips, which the pages share with the report."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from winset.report.document import TEMPLATES
from winset.web.server.etags import tag_of, unless_known

_KINDS = {"terms.css": "text/css", "terms.js": "text/javascript"}


async def terms(request: Request) -> Response:
    """Return the file that shows and hides the tips of terms."""
    name = request.url.path.rpartition("/")[2]
    data = (TEMPLATES / name).read_bytes()
    answer = Response(data, media_type=_KINDS[name], headers={"cache-control": "no-cache"})
    return unless_known(request, tag_of(("terms", data)), answer)


ROUTES = (Route("/static/css/terms.css", terms), Route("/static/js/terms.js", terms))
