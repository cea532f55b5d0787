"""Answers that need not be sent twice: named by a digest of what they hang on."""

import hashlib
from collections.abc import Hashable

from starlette.requests import Request
from starlette.responses import Response

from winset.models.version import winset_version


def tag_of(key: Hashable) -> str:
    """Return the tag of an answer that hangs on ``key`` and on this version of the package."""
    return hashlib.sha256(f"{winset_version()} {key}".encode()).hexdigest()[:32]


def unless_known(request: Request, tag: str, answer: Response) -> Response:
    """Return ``answer`` under its ``tag``, or 304 where whoever asks has it already."""
    named = f'"{tag}"'
    answer.headers["etag"] = named
    if not known(request, tag):
        return answer
    headers = {k: v for k, v in answer.headers.items() if k in ("etag", "cache-control", "vary")}
    return Response(status_code=304, headers=headers)


def known(request: Request, tag: str) -> bool:
    """Return whether whoever asks says that it has the answer ``tag`` already."""
    tags = ",".join(request.headers.getlist("if-none-match"))
    return f'"{tag}"' in [one.strip().removeprefix("W/") for one in tags.split(",")]
