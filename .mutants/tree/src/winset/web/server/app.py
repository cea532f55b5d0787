"""The workbench as one ASGI application."""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from functools import cache, partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.routing import Mount

from winset.errors import WinsetError
from winset.web.api import cases as cases_api
from winset.web.api import decisions as decisions_api
from winset.web.api import evidence as evidence_api
from winset.web.api import forecasts as forecast_api
from winset.web.api import intake as intake_api
from winset.web.api import jobs as jobs_api
from winset.web.api import numbers as numbers_api
from winset.web.api import sealing as sealing_api
from winset.web.api import state as state_api
from winset.web.api import views as views_api
from winset.web.api.declarations import Endpoint, routes
from winset.web.api.openapi import description
from winset.web.cases import downloads
from winset.web.cases.store import Store
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.pages import evidence as evidence_pages
from winset.web.pages import frame as pages
from winset.web.pages import terms as terms_pages
from winset.web.pages import views as views_pages
from winset.web.server.byte_cache import ByteCache
from winset.web.server.error_responses import on_error
from winset.web.server.security import (
    LOOPBACK,
    MOST_JSON,
    MOST_UPLOAD,
    Bounds,
    Entrance,
    Headers,
    Hosts,
    Session,
)
from winset.web.server.static_files import StaticFiles
from winset.web.server.workbench import Workbench
from winset.web.views.view_cache import Views

# A module of pages or of addresses is added here; nothing else needs to know of it.
INTERFACES = (
    cases_api, forecast_api, evidence_api, decisions_api, intake_api, numbers_api, state_api,
    jobs_api, views_api, sealing_api,
)  # fmt: skip
PAGES = (pages, evidence_pages, views_pages, terms_pages, downloads)


def endpoints() -> tuple[Endpoint, ...]:
    """Return every address of the interface."""
    own = tuple(entry for module in INTERFACES for entry in module.ENDPOINTS)
    return own + views_api.folder_endpoints()


def make_app(
    folder: Path,
    *,
    token: str | None = None,
    hosts: Collection[str] = LOOPBACK,
    readers: Collection[str] = (),
    warm: bool = False,
    most_json: int = MOST_JSON,
    most_upload: int = MOST_UPLOAD,
) -> Starlette:
    """Return the workbench over the cases in ``folder``.

    Args:
        folder: of case folders, or a case folder itself.
        token: what the first address must carry, used up by its first use; drawn if not given.
            `app.state.session.token` has it.
        hosts: names under which pages and interface stand, without port.
        readers: further names, under which only the access token is of use.
        warm: whether to compile the models in the background at once.
        most_json: bytes of a body.
        most_upload: bytes of a form with files.

    Raises:
        WinsetError: when there is no such folder.
    """
    session = Session() if token is None else Session(token=token)
    workbench = Workbench(store=Store(folder), live=ForecastThread())
    bytes_made = ByteCache()
    views = Views(workbench.live, bytes_made)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        if warm:
            workbench.live.warm()
        yield
        views.close()
        workbench.live.close()

    app = Starlette(
        lifespan=lifespan,
        routes=[
            *(route for module in PAGES for route in module.ROUTES),
            *views_pages.folder_routes(),
            *routes(endpoints()),
            Mount("/static", StaticFiles(directory=Path(__file__).parents[1] / "static")),
        ],
        middleware=[
            Middleware(Headers),
            Middleware(Hosts, allowed={*hosts, *readers}),
            Middleware(Entrance, session=session, homes=hosts),
            Middleware(Bounds, most_json=most_json, most_upload=most_upload),
        ],
        exception_handlers=dict.fromkeys((WinsetError, HTTPException, ClientDisconnect), on_error),
    )
    app.state.desk, app.state.session = workbench, session
    app.state.views, app.state.byte_cache = views, bytes_made
    app.state.description = cache(partial(description, endpoints()))
    return app
