"""The interface to cases: list, begin, copy, read, and edit row by row."""

import datetime
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal
from urllib.parse import quote

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.model import Case
from winset.case.naming import readable
from winset.case.scenarios import BASE
from winset.charts.theme import NO_PARTY, party_colours
from winset.errors import WinsetError
from winset.models import MODELS, MissingInput, default_model, lacks
from winset.web import words
from winset.web.api.declarations import Endpoint
from winset.web.cases import rows
from winset.web.cases.store import CaseName, OpenedCase, SavedCase, Store
from winset.web.forecasts.sliders import Slider, sliders
from winset.web.server.workbench import desk, name_in, opened

STRICT = ConfigDict(extra="forbid")
GROUP = "cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseListed:
    """A case in a list; one that does not hold together has no title but ``trouble``."""

    place: Literal["own", "shipped"]
    name: str
    address: str
    title: str
    as_of: str
    issues: int
    actors: int
    questions: tuple[str, ...]
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesResponse:
    """Every case there is, and whether more can be added."""

    folder: str
    can_add: bool
    cases: tuple[CaseListed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RowResponse:
    """A row of a case, its key, and the revision to send back with a change of it."""

    key: dict[str, str]
    revision: str
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelResponse:
    """A model by name, with its idea."""

    name: str
    idea: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResponse:
    """A case as it stands on disk: what it says row by row, and its numbers as sliders."""

    place: Literal["own", "shipped"]
    name: str
    address: str
    editable: bool
    revision: str
    digest: str
    title: str
    as_of: str
    summary: str
    rows: dict[str, tuple[RowResponse, ...]]
    sliders: tuple[Slider, ...]
    colours: dict[str, str]
    models: tuple[ModelResponse, ...]
    default_model: str
    lacks: tuple[MissingInput, ...]
    scenarios: tuple[str, ...]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class CaseBegun:
    """A case to begin: the name of its folder, its title, and the day that it stands on."""

    id: str
    title: str = Field(min_length=1)
    as_of: datetime.date
    start: Literal["example", "blank"] = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePlace:
    """Where a case is now."""

    place: Literal["own", "shipped"]
    name: str
    address: str


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class RowSet:
    """What a row shall say. ``revision`` is that of the row seen; null for a row to add."""

    key: dict[str, str]
    revision: str | None
    fields: dict[str, Any]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class RowRemoved:
    """A row to remove, and the revision of it that was seen."""

    key: dict[str, str]
    revision: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSaved:
    """What is safe on disk now. ``row`` is null once removed.

    Attributes:
        case: where the row is now: a shipped case is copied before its first edit.
        copied: whether that happened, and in words what.
    """

    case: CasePlace
    copied: str
    revision: str
    row: RowResponse | None


def address(name: CaseName) -> str:
    """Return the address of the page of ``name``."""
    return f"/cases/{name.place}/{quote(name.name, safe='')}"


def listed(store: Store) -> CasesResponse:
    """Return every case of ``store``."""
    return CasesResponse(
        folder=readable(str(store.folder)),
        can_add=not store.single,
        cases=tuple(_listed(store, name) for name in store.names()),
    )


def _listed(store: Store, name: CaseName) -> CaseListed:
    case: Case | None = None
    trouble = ""
    if readable(name.name) != name.name:
        return CaseListed(
            place=name.place, name=readable(name.name), address="", title="", as_of="", issues=0,
            actors=0, questions=(),
            trouble=words.NAME_NOT_UTF8,
        )  # fmt: skip
    try:
        case = store.open(name).case
    except WinsetError as error:
        trouble = str(error)
    return CaseListed(
        place=name.place,
        name=name.name,
        address=address(name),
        title="" if case is None else case.title,
        as_of="" if case is None else case.as_of.isoformat(),
        issues=0 if case is None else len(case.issues),
        actors=0 if case is None else len(case.actors),
        questions=() if case is None else tuple(q.text for q in case.questions),
        trouble=trouble,
    )


def case_response(opened_case: OpenedCase) -> CaseResponse:
    """Return everything that a page shows of a case."""
    case = opened_case.case
    by_party = party_colours(case.parties)
    collections = (name for name in rows.KEYS if name != rows.CASE)
    return CaseResponse(
        **_placed(opened_case.name),
        editable=opened_case.name.place == "own",
        revision=opened_case.revision,
        digest=case.digest,
        title=case.title,
        as_of=case.as_of.isoformat(),
        summary=case.summary,
        rows={
            rows.CASE: (_row(rows.CASE, rows.row_fields(case)),),
            **{
                name: tuple(_row(name, rows.row_fields(record)) for record in getattr(case, name))
                for name in collections
            },
        },
        sliders=sliders(case),
        colours={**by_party, "": NO_PARTY},
        models=tuple(ModelResponse(name=name, idea=model.idea) for name, model in MODELS.items()),
        default_model=default_model(case),
        lacks=lacks(case),
        scenarios=(BASE, *(scenario.id for scenario in case.scenarios)),
    )


def _placed(name: CaseName) -> dict[str, Any]:
    return {"place": name.place, "name": name.name, "address": address(name)}


def _row(collection: str, fields: dict[str, Any]) -> RowResponse:
    return RowResponse(
        key=rows.key_of(collection, fields), revision=rows.revision_of(fields), fields=fields
    )


async def list_cases(request: Request) -> CasesResponse:
    """Return every case there is."""
    return await anyio.to_thread.run_sync(listed, desk(request).store)


async def begin_case(request: Request, body: CaseBegun) -> CasePlace:
    """Begin a case in the folder."""
    begin = partial(
        desk(request).store.new, body.id, title=body.title, as_of=body.as_of, start=body.start
    )
    return CasePlace(**_placed(await anyio.to_thread.run_sync(begin)))


async def read_case(request: Request) -> CaseResponse:
    """Return a case as it stands on disk."""
    return case_response(await opened(request))


async def copy_case(request: Request) -> CasePlace:
    """Copy a case into the folder."""
    copy_name = await anyio.to_thread.run_sync(desk(request).store.copy, name_in(request))
    return CasePlace(**_placed(copy_name))


async def set_row(request: Request, body: RowSet) -> RowSaved:
    """Change or add a row; the answer comes once it is safe on disk."""
    collection = request.path_params["collection"]
    change = partial(
        rows.set_row,
        collection=collection,
        key=body.key,
        seen=body.revision,
        fields=body.fields,
    )
    saved = await anyio.to_thread.run_sync(desk(request).store.edit, name_in(request), change)
    key = {name: str(body.fields.get(name, text)) for name, text in body.key.items()}
    return _saved(saved, collection, key)


async def remove_row(request: Request, body: RowRemoved) -> RowSaved:
    """Remove a row; the answer comes once that is safe on disk."""
    collection = request.path_params["collection"]
    change = partial(rows.remove_row, collection=collection, key=body.key, seen=body.revision)
    saved = await anyio.to_thread.run_sync(desk(request).store.edit, name_in(request), change)
    return _saved(saved, collection, body.key)


def _saved(saved: SavedCase, collection: str, key: dict[str, str]) -> RowSaved:
    opened_case = saved.opened
    fields = rows.find(opened_case.case, collection, key)
    copied = ""
    if saved.copied:
        copied = words.copied(opened_case.name.name)
    return RowSaved(
        case=CasePlace(**_placed(opened_case.name)),
        copied=copied,
        revision=opened_case.revision,
        row=None if fields is None else _row(collection, fields),
    )


CASE = "/api/cases/{place}/{name}"
ENDPOINTS = (
    Endpoint(method="GET", path="/api/cases", call=list_cases, group=GROUP,
             summary="Every case there is, own ones first"),
    Endpoint(method="POST", path="/api/cases", call=begin_case, group=GROUP, status=201,
             summary="Begin a case", refuses=(409, 423)),
    Endpoint(method="GET", path=CASE, call=read_case, group=GROUP,
             summary="A case as it stands on disk", refuses=(404, 422), lasting=True),
    Endpoint(method="POST", path=f"{CASE}/copy", call=copy_case, group=GROUP, status=201,
             summary="Copy a case into the folder", refuses=(404, 409, 423)),
    Endpoint(method="PATCH", path=f"{CASE}/rows/{{collection}}", call=set_row, group=GROUP,
             summary="Change or add a row", refuses=(404, 409, 423)),
    Endpoint(method="DELETE", path=f"{CASE}/rows/{{collection}}", call=remove_row, group=GROUP,
             summary="Remove a row", refuses=(404, 409, 423)),
)  # fmt: skip
