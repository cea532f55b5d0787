"""The interface to the workbench itself: whether it is ready, and its own description."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from winset.models.compiling_news import latest
from winset.models.version import winset_version
from winset.web.api.declarations import Endpoint
from winset.web.server.workbench import desk

GROUP = "workbench"


@dataclass(frozen=True, slots=True, kw_only=True)
class StateResponse:
    """Whether forecasts come at once, or the models are still being compiled.

    Attributes:
        kernel: part of a model that is being compiled now; empty when none is.
        place: which of those that are not compiled yet it is, from 1.
        total: how many they were.
    """

    compiling: bool
    kernel: str
    place: int
    total: int
    version: str


async def read_state(request: Request) -> StateResponse:
    """Return how the workbench is."""
    news = latest()
    return StateResponse(
        compiling=desk(request).live.compiling or news is not None,
        kernel="" if news is None else news.name.partition(".")[0].replace("_", "-"),
        place=0 if news is None else news.place,
        total=0 if news is None else news.total,
        version=winset_version(),
    )


async def read_description(request: Request) -> dict[str, Any]:
    """Return the description of the interface."""
    description: dict[str, Any] = request.app.state.description()
    return description


ENDPOINTS = (
    Endpoint(method="GET", path="/api/state", call=read_state, group=GROUP,
             summary="Whether the models are compiled yet"),
    Endpoint(method="GET", path="/api/openapi.json", call=read_description, group=GROUP,
             summary="This description"),
)  # fmt: skip
