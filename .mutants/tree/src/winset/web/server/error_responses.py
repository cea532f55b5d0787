"""What the workbench answers when something is wrong, as JSON or as a page, and in JSON at all."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Scope

from winset.case.lock import HeldError
from winset.case.merging import ChangedError
from winset.errors import CaseError, Problem, WinsetError
from winset.forecast.jsonable import jsonable
from winset.web import words
from winset.web.server.templating import page


class RefusedError(WinsetError):
    """What the workbench will not do, with the HTTP status that says so.

    Attributes:
        status: of the answer.
        more: what stands beside ``error`` and ``problems`` in it.
    """

    def __init__(self, status: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status, self.more = status, more


class Json(Response):
    """An answer in JSON: numbers unrounded, NaN and infinity as null."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return ``content``, which may hold dataclasses and arrays, as bytes."""
        return json.dumps(
            jsonable(content), ensure_ascii=False, allow_nan=False, separators=(",", ":")
        ).encode("utf-8", "backslashreplace")  # half a character becomes JSON's own escape


def trouble(
    status: int, message: str, *, problems: Iterable[Problem] = (), more: Mapping[str, Any] = {}
) -> Json:
    """Return the answer that tells of a mistake: ``error`` in words, ``problems`` one by one."""
    listed = [{**asdict(problem), "text": str(problem)} for problem in problems]
    return Json({"error": message, "problems": listed, **more}, status_code=status)


def refusal(scope: Scope, status: int, message: str) -> Response:
    """Return a refusal in the form that fits the path: JSON for the interface, else a page."""
    if scope["path"].startswith("/api/"):
        return trouble(status, message)
    return page("refused.html.j2", {"status": status, "message": message}, status=status)


def answer_in_json(error: WinsetError) -> Json:
    """Return the answer to what is wrong with a request, for machines."""
    if isinstance(error, ChangedError):
        return trouble(409, words.CHANGED, problems=error.problems)
    if isinstance(error, CaseError):
        return trouble(422, _counted(error), problems=error.problems)
    if isinstance(error, RefusedError):
        return trouble(error.status, str(error), more=error.more)
    if isinstance(error, HeldError):
        return trouble(423, f"{error}.")
    return trouble(422, str(error))


def _counted(error: CaseError) -> str:
    count = len(error.problems)
    return f"{count} problem{'' if count == 1 else 's'}; nothing was changed."


def on_error(request: Request, error: Exception) -> Response:
    """Return the answer to what went wrong in a route."""
    if isinstance(error, WinsetError) and request.url.path.startswith("/api/"):
        return answer_in_json(error)
    if isinstance(error, ChangedError):
        return refusal(request.scope, 409, f"{words.CHANGED} {error}")
    if isinstance(error, HeldError):
        return refusal(request.scope, 423, f"{error}.")
    if isinstance(error, CaseError):
        return refusal(request.scope, 422, f"{_counted(error)} {error}")
    if isinstance(error, RefusedError):
        return refusal(request.scope, error.status, str(error))
    if isinstance(error, WinsetError):
        return refusal(request.scope, 422, str(error))
    if isinstance(error, ClientDisconnect):
        return refusal(request.scope, 400, words.CUT_SHORT)  # nobody reads it
    if isinstance(error, HTTPException):
        return refusal(request.scope, error.status_code, _words(error))
    raise error


def _words(error: HTTPException) -> str:
    messages = {404: words.NO_PAGE, 405: words.NOT_POSSIBLE}
    return messages.get(error.status_code, error.detail)
