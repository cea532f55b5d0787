"""How an address of the interface is declared: once, for the router and for its description.

A handler takes the request and the body, read and checked already, and returns a dataclass. What it
takes and gives is what `/api/openapi.json` says, because both come from the same annotations.
"""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, get_type_hints

from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from winset.errors import CaseError, Problem, shorten
from winset.web import words
from winset.web.server.byte_cache import byte_cache
from winset.web.server.error_responses import Json, RefusedError
from winset.web.server.etags import tag_of, unless_known
from winset.web.server.workbench import opened

Method = Literal["GET", "POST", "PATCH", "DELETE"]
Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One method of one address.

    Attributes:
        path: with its parameters in braces, under ``/api/``.
        call: the handler; its second parameter, if any, is annotated with the type of the body.
        summary: what it does, in a line.
        group: under which heading the description puts it.
        status: of the answer when all goes well.
        refuses: further statuses that the address may answer with, beside 401 and 403.
        form: whether the body is a form with files, which the handler reads itself.
        lasting: whether the answer hangs on nothing but the files of the case: it is made once for
            each of its revisions.
    """

    method: Method
    path: str
    call: Handler
    summary: str
    group: str
    status: int = 200
    refuses: Sequence[int] = ()
    form: bool = False
    lasting: bool = False

    @property
    def takes(self) -> Any:
        """The type of the body; None where there is none."""
        hints = get_type_hints(self.call, include_extras=True)
        hints.pop("return", None)
        return list(hints.values())[1] if len(hints) > 1 else None

    @property
    def gives(self) -> Any:
        """The type of the answer."""
        return get_type_hints(self.call, include_extras=True)["return"]


def routes(endpoints: Sequence[Endpoint]) -> list[Route]:
    """Return the routes of ``endpoints``."""
    return [
        Route(entry.path, _answering(entry), methods=[entry.method], name=_name(entry))
        for entry in endpoints
    ]


def _name(entry: Endpoint) -> str:
    return f"{entry.method} {entry.path}"


def _answering(entry: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    if entry.lasting:
        return _lasting(entry)
    takes = entry.takes

    async def answer(request: Request) -> Response:
        if takes is None:
            result = await entry.call(request)
        else:
            result = await entry.call(request, await read_body(request, takes))
        return result if isinstance(result, Response) else Json(result, status_code=entry.status)

    return answer


def _lasting(entry: Endpoint) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        opened_case = await opened(request)
        key = (entry.path, str(opened_case.name), opened_case.revision)
        body = byte_cache(request).find(key)
        if body is None:
            body = bytes(Json(await entry.call(request)).body)
            # Somebody may have edited the case while the answer was made.
            if (await opened(request)).revision == opened_case.revision:
                byte_cache(request).keep(key, body)
        response = Response(body, status_code=entry.status, media_type=Json.media_type)
        return unless_known(request, tag_of(key), response)

    return answer


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


async def read_body(request: Request, kind: Any) -> Any:
    """Return the body of ``request`` as a ``kind``.

    Raises:
        RefusedError: with status 415 unless it is JSON, which no form of another site can send.
        CaseError: with everything that is wrong with it.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise RefusedError(415, words.WRONG_TYPE)
    try:
        value = json.loads(await request.body() or b"null", parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise RefusedError(400, words.NOT_JSON) from None
    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as error:
        raise CaseError(
            Problem(
                where=".".join(map(str, detail["loc"])) or "body",
                required=detail["msg"][0].lower() + detail["msg"][1:],
                found=shorten(detail["input"]),
            )
            for detail in error.errors(include_url=False)
        ) from None


def _no_constant(name: str) -> float:
    raise ValueError(name)


def schema_of(kinds: Sequence[tuple[Any, Literal["validation", "serialization"]]]) -> tuple[
    dict[tuple[Any, str], Any], dict[str, Any]
]:  # fmt: skip
    """Return the JSON schema of each of ``kinds``, and the definitions that they refer to."""
    wanted = [(kind, mode, _adapter(kind)) for kind, mode in kinds if kind is not NoneType]
    schemas, shared = TypeAdapter.json_schemas(wanted, ref_template="#/components/schemas/{model}")
    return dict(schemas), shared.get("$defs", {})
