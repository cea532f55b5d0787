"""The interface to sealing: what would be sealed, and sealing exactly that."""

import datetime
import hashlib
from dataclasses import dataclass
from typing import Annotated, Literal

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.model import Case
from winset.case.scenarios import BASE
from winset.models import default_model, make_model
from winset.models.defaults import DRAWS, SEED
from winset.track_record.sealed import ForecastToSeal, Seal, SealDraft, draft, seal_draft
from winset.web import words
from winset.web.api.cases import CASE, address
from winset.web.api.declarations import Endpoint
from winset.web.cases.locks import locked
from winset.web.cases.store import CaseName, Store
from winset.web.forecasts.query import Draws
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import desk, name_in, opened
from winset.web.views.sealed import forecast_words

STRICT = ConfigDict(extra="forbid")
Words = Annotated[str, Field(max_length=2_000)]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class SealRequest:
    """A forecast to seal.

    Attributes:
        asks: whether ``subject`` is a question of the case or an issue.
        resolve_by: day by which it is settled; null for the question's horizon.
        rule: how the outcome will be judged.
        no_rule: why there is no such rule, if there is none.
        model: name; empty for the one that fits.
    """

    asks: Literal["question", "issue"]
    subject: Annotated[str, Field(max_length=300)]
    resolve_by: datetime.date | None = None
    rule: Words = ""
    no_rule: Words = ""
    note: Words = ""
    model: Annotated[str, Field(max_length=300)] = ""
    scenario: Annotated[str, Field(max_length=300)] = BASE
    draws: Draws = DRAWS
    seed: Annotated[int, Field(ge=0, lt=2**63)] = SEED


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class SealConfirmed(SealRequest):
    """A forecast to seal, with the digest of the preview that was seen of it."""

    seen: Digest


@dataclass(frozen=True, slots=True, kw_only=True)
class SealPreview:
    """What would be sealed; nothing is written yet.

    Attributes:
        seen: digest of ``entry``, to be sent back in order to seal it.
        forecast: what it says, in words.
        model: by which.
        case: digest of the case as it stands.
        archive: the folder to which a copy of its numbers goes.
        files: that are copied there.
        entry: the entry byte for byte, but for its moment, the entries that it follows and its
            own digest.
        bytes: of ``entry``.
    """

    seen: str
    text: str
    rule: str
    no_rule: str
    resolve_by: datetime.date
    forecast: str
    model: str
    scenario: str
    draws: int
    seed: int
    case: str
    archive: str
    files: tuple[str, ...]
    entry: str
    bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SealResponse:
    """What is safe on disk now.

    Attributes:
        entry: the digest that names it: publish it to prove the day to others.
        address: of the page that shows it.
    """

    entry: str
    line: int
    at: datetime.datetime
    address: str


def _own(name: CaseName) -> None:
    if name.place != "own":
        raise RefusedError(403, words.SHIPPED)


def _drafted(case: Case, body: SealRequest) -> SealDraft:
    return draft(
        case,
        ForecastToSeal(
            question=body.subject if body.asks == "question" else None,
            issue=body.subject if body.asks == "issue" else None,
            resolve_by=body.resolve_by,
            rule=body.rule,
            no_rule=body.no_rule,
            note=body.note,
            model=make_model(body.model or default_model(case)),
            draws=body.draws,
            seed=body.seed,
            scenario=None if body.scenario == BASE else body.scenario,
        ),
    )


def _seen(drafted: SealDraft) -> str:
    return hashlib.sha256(drafted.text.encode()).hexdigest()


def preview_of(drafted: SealDraft) -> SealPreview:
    """Return what a reader must see before it is sealed."""
    seal: Seal = drafted.seal
    return SealPreview(
        seen=_seen(drafted),
        text=seal.text,
        rule=seal.rule,
        no_rule=seal.no_rule,
        resolve_by=seal.resolve_by,
        forecast=forecast_words(seal),
        model=str(seal.made.get("model", "")),
        scenario=str(seal.made.get("scenario", "")),
        draws=seal.draws,
        seed=int(seal.made.get("seed", 0)),
        case=seal.case.digest,
        archive=seal.archive.folder,
        files=tuple(seal.archive.files),
        entry=drafted.text,
        bytes=len(drafted.text.encode()),
    )


async def preview_seal(request: Request, body: SealRequest) -> SealPreview:
    """Return what would be sealed; nothing is written."""
    _own(name_in(request))
    case = (await opened(request)).case
    return preview_of(await desk(request).live.run(_drafted, case, body))


async def write_seal(request: Request, body: SealConfirmed) -> SealResponse:
    """Seal what the preview showed; the answer comes once it is on disk."""
    name = name_in(request)
    _own(name)
    case = (await opened(request)).case
    drafted = await desk(request).live.run(_drafted, case, body)
    if _seen(drafted) != body.seen:
        raise RefusedError(409, words.PREVIEW_CHANGED)
    return await anyio.to_thread.run_sync(sealed, desk(request).store, name, drafted)


def sealed(store: Store, name: CaseName, drafted: SealDraft) -> SealResponse:
    """Write ``drafted`` into the ledger of the case, under the folder's lock.

    Raises:
        RefusedError: with status 423 when another writer holds the folder.
        CaseError: when the ledger is not whole.
        WinsetError: when the last entry bears a later date than now.
    """
    with locked(store.path(name)):
        done = seal_draft(drafted)
    return SealResponse(
        entry=done.id,
        line=done.line,
        at=done.seal.at,
        address=f"{address(name)}/views/sealed#entry-{done.id}",
    )


ENDPOINTS = (
    Endpoint(method="POST", path=f"{CASE}/seals/preview", call=preview_seal, group="views",
             summary="What would be sealed, without sealing it", refuses=(404,)),
    Endpoint(method="POST", path=f"{CASE}/seals", call=write_seal, group="views",
             summary="Seal a forecast that was seen in a preview", status=201,
             refuses=(404, 409, 423)),
)  # fmt: skip
