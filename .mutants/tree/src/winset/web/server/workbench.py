"""What all routes share: the cases, the forecasts, and where files lie."""

from dataclasses import dataclass

import anyio.to_thread
from starlette.requests import Request

from winset.errors import WinsetError
from winset.web import words
from winset.web.cases.store import CaseName, OpenedCase, Store
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.server.error_responses import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What a workbench works with.

    Attributes:
        store: the cases.
        live: the forecasts.
    """

    store: Store
    live: ForecastThread


def desk(request: Request) -> Workbench:
    """Return the desk of the workbench that got ``request``."""
    workbench: Workbench = request.app.state.desk
    return workbench


def name_in(request: Request) -> CaseName:
    """Return the case that the address of ``request`` names; whether it exists is not asked.

    Raises:
        RefusedError: with status 404 when it names no place where cases are.
    """
    place, name = request.path_params["place"], request.path_params["name"]
    if place not in ("own", "shipped"):
        raise RefusedError(404, words.NO_CASE)
    return CaseName(place=place, name=name)


async def opened(request: Request) -> OpenedCase:
    """Return the case that the address of ``request`` names, as it stands on disk.

    Raises:
        RefusedError: with status 404 when there is none.
        CaseError: with every problem of a case that does not hold together.
    """
    return await anyio.to_thread.run_sync(desk(request).store.open, name_in(request))


def issue_in(opened_case: OpenedCase, issue: str) -> str:
    """Return ``issue``, or the first one of the case if none is asked for.

    Raises:
        WinsetError: when the case has no such issue.
    """
    if not issue:
        return opened_case.case.issues[0].id if opened_case.case.issues else ""
    if issue not in {entry.id for entry in opened_case.case.issues}:
        raise WinsetError(f"no issue “{issue}” in this case")
    return issue
