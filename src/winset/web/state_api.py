"""The interface to the workbench itself: whether it is ready, and its own description."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from winset.version import winset_version
from winset.web.api import Endpoint
from winset.web.desk import desk

GROUP = "workbench"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateTold:
    """Whether forecasts come at once, or the models are still being compiled."""

    compiling: bool
    version: str


async def read_state(request: Request) -> StateTold:
    """Return how the workbench is."""
    return StateTold(compiling=desk(request).live.compiling, version=winset_version())


async def read_description(request: Request) -> dict[str, Any]:
    """Return the description of the interface."""
    found: dict[str, Any] = request.app.state.description()
    return found


ENDPOINTS = (
    Endpoint(method="GET", path="/api/state", call=read_state, group=GROUP,
             summary="Whether the models are compiled yet"),
    Endpoint(method="GET", path="/api/openapi.json", call=read_description, group=GROUP,
             summary="This description"),
)  # fmt: skip
