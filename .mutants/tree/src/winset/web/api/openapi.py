"""The description of the interface, made from its declarations: OpenAPI 3.1."""

import re
from collections.abc import Sequence
from typing import Any

from winset.models.version import winset_version
from winset.web import words
from winset.web.api.declarations import Endpoint, schema_of

_STATUSES = {
    200: "Done.",
    201: "Created.",
    400: words.NOT_JSON,
    401: "The session's cookie is missing; to read, the access token will do.",
    403: "Sent by another site, or the case cannot be changed.",
    404: "No such case or row.",
    409: "The row has changed since it was read; the answer holds both versions.",
    413: "The body is too long.",
    415: "The body has another content type.",
    422: "What was sent has problems; the answer lists all of them.",
    423: "Another program is writing the case.",
    503: "The workbench is computing too much already, or the work was stopped.",
}
_TROUBLE: dict[str, Any] = {
    "type": "object",
    "required": ["error", "problems"],
    "properties": {
        "error": {"type": "string", "description": "What went wrong, in a sentence."},
        "problems": {
            "type": "array",
            "items": {"$ref": "#/components/schemas/Problem"},
        },
        "yours": {"description": "With status 409: the row as it was to become."},
        "theirs": {"description": "With status 409: the row as it stands, or null."},
    },
}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "required": ["where", "required", "found", "text"],
    "properties": {
        "where": {"type": "string"},
        "required": {"type": "string"},
        "found": {"type": "string"},
        "remedy": {"type": "string"},
        "file": {"type": "string"},
        "text": {"type": "string"},
        "line": {"type": "integer"},
        "column": {"type": "integer"},
    },
}


def description(endpoints: Sequence[Endpoint]) -> dict[str, Any]:
    """Return the OpenAPI document of ``endpoints``."""
    kinds = [(e.gives, "serialization") for e in endpoints]
    kinds += [(e.takes, "validation") for e in endpoints if e.takes is not None]
    schemas, shared = schema_of(kinds)  # type: ignore[arg-type]
    paths: dict[str, Any] = {}
    for entry in endpoints:
        paths.setdefault(entry.path, {})[entry.method.lower()] = _operation(entry, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "winset workbench",
            "version": winset_version(),
            "description": "The interface behind the pages of `winset serve`. Every request needs "
            "the session's cookie. A request that changes something must come from the same "
            "origin, with the session's second secret in the header `X-Winset-Proof`. A script on "
            "this machine may read with the access token that `winset serve` prints.",
        },
        "paths": paths,
        "components": {
            "schemas": {**shared, "Trouble": _TROUBLE, "Problem": _PROBLEM},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "winset-session"},
                "access": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"session": []}],
    }


def _operation(entry: Endpoint, schemas: dict[tuple[Any, str], Any]) -> dict[str, Any]:
    answers = {
        str(entry.status): {
            "description": _STATUSES[entry.status],
            "content": _json(schemas[entry.gives, "serialization"]),
        }
    }
    refuses = {401, 403, *entry.refuses}
    if entry.takes is not None:
        refuses |= {400, 413, 415, 422}
    for status in sorted(refuses):
        answers[str(status)] = {
            "description": _STATUSES[status],
            "content": _json({"$ref": "#/components/schemas/Trouble"}),
        }
    operation: dict[str, Any] = {
        "operationId": f"{entry.method.lower()}{re.sub('[^a-z]+', '_', entry.path[4:].lower())}",
        "summary": entry.summary,
        "tags": [entry.group],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
            for name in re.findall(r"{(\w+)", entry.path)
        ],
        "responses": answers,
    }
    if entry.method == "GET":
        operation["security"] = [{"session": []}, {"access": []}]
    if entry.takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": _json(schemas[entry.takes, "validation"]),
        }
    elif entry.form:
        form = {"multipart/form-data": {"schema": {"type": "object"}}}
        operation["requestBody"] = {"required": True, "content": form}
    return operation


def _json(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
