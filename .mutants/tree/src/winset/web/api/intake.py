"""The interface to new documents: into a case, or to begin one from; and proposing again."""

import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import anyio.to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from winset.errors import CaseError, Problem, WinsetError
from winset.evidence.reading.documents import MOST_BYTES
from winset.web import words
from winset.web.api.cases import CASE, CasePlace
from winset.web.api.decisions import where
from winset.web.api.declarations import Endpoint
from winset.web.api.evidence import GROUP
from winset.web.cases.store import Store
from winset.web.cases.uploads import (
    MOST_FILES,
    Upload,
    UploadDetails,
    UploadedFile,
    Uploads,
    case_from,
    harmless,
    proposed_again,
    readable,
    take_files,
)
from winset.web.server.error_responses import RefusedError
from winset.web.server.workbench import desk, name_in

MOST_FIELDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsTaken:
    """What became of the files, one by one, and where the case is now."""

    case: CasePlace
    copied: str
    files: tuple[UploadedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedAgain:
    """How the proposals of a document differ from what was proposed before.

    Attributes:
        proposed: that stand now.
        added: that were not there before.
        changed: that nobody had decided on and that say something else now.
        dropped: that nobody had decided on and that are no longer found.
        held: decided on, and therefore kept as they were.
    """

    case: CasePlace
    copied: str
    document: str
    proposed: int
    added: int
    changed: int
    dropped: int
    held: int


async def add_documents(request: Request) -> DocumentsTaken:
    """Put `files` into the case; `publisher`, `published`, `title` and `url` are of all of them."""
    async with form_in(request) as form:
        uploads, about = await _uploads(form), _about(form)
    work = partial(take_files, desk(request).store, name_in(request), uploads, about=about)
    return _told(await anyio.to_thread.run_sync(work))


async def begin_from_articles(request: Request) -> DocumentsTaken:
    """Begin a case, `id`, `title`, `as_of`, with the documents in `files`."""
    async with form_in(request) as form:
        uploads, about = await _uploads(form), _about(form, without=("title",))
        texts = _texts(form, ("id", "title", "as_of"))
    begin = partial(_begun, desk(request).store, uploads, about, texts=texts)
    return _told(await anyio.to_thread.run_sync(begin))


def _begun(
    store: Store, uploads: list[Upload], about: UploadDetails, *, texts: dict[str, str]
) -> Uploads:
    problems = [
        Problem(where=name, required="must be given", found="nothing")
        for name, text in texts.items()
        if not text
    ]
    if problems:
        raise CaseError(problems)
    day = _day("as_of", texts["as_of"])
    if made := case_from(store, uploads, id=texts["id"], title=texts["title"], as_of=day):
        return made
    readable(uploads)  # a case that nothing can be put into is not begun
    name = store.new(texts["id"], title=texts["title"], as_of=day, start="blank")
    return take_files(store, name, uploads, about=about)


async def propose_in(request: Request) -> ProposedAgain:
    """Propose the statements of a document again."""
    id = request.path_params["document"]
    work = partial(proposed_again, desk(request).store, name_in(request), id)
    name, copied, renewal = await anyio.to_thread.run_sync(work)
    return ProposedAgain(
        case=where(name),
        copied=words.copied(name.name) if copied else "",
        document=id,
        proposed=len(renewal.rows),
        added=len(renewal.added),
        changed=len(renewal.changed),
        dropped=len(renewal.dropped),
        held=len(renewal.held),
    )


def _told(done: Uploads) -> DocumentsTaken:
    return DocumentsTaken(
        case=where(done.name),
        copied=words.copied(done.name.name) if done.copied else "",
        files=done.files,
    )


@asynccontextmanager
async def form_in(request: Request) -> AsyncIterator[FormData]:
    """Yield the form in the body, and let go of its files afterwards.

    Raises:
        RefusedError: with status 415 when the body is another thing.
    """
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise RefusedError(415, words.NOT_A_FORM)
    async with request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS) as form:
        yield form


async def _uploads(form: FormData) -> list[Upload]:
    uploads = []
    for part in form.getlist("files"):
        if not isinstance(part, UploadFile):
            raise WinsetError("files: must be files; found text; send a text as a file")
        name = harmless(part.filename or "")
        if (part.size or 0) > MOST_BYTES:
            raise WinsetError(
                f"{name}: must be at most {MOST_BYTES:,} bytes; found {part.size:,}; split it"
            )
        uploads.append(Upload(name=name, data=await part.read()))
    return uploads


def _about(form: FormData, *, without: tuple[str, ...] = ()) -> UploadDetails:
    texts = _texts(form, ("publisher", "published", "title", "url"))
    texts |= dict.fromkeys(without, "")
    day = _day("published", texts["published"]) if texts["published"] else None
    return UploadDetails(
        publisher=texts["publisher"], published=day, title=texts["title"], url=texts["url"]
    )


def _texts(form: FormData, names: tuple[str, ...]) -> dict[str, str]:
    return {name: text.strip() if isinstance(text := form.get(name), str) else ""
            for name in names}  # fmt: skip


def _day(name: str, text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        required = "must be a date such as 2015-07-14"
        raise CaseError([Problem(where=name, required=required, found=f"“{text[:40]}”")]) from None


ENDPOINTS = (
    Endpoint(method="POST", path="/api/articles", call=begin_from_articles, group=GROUP, form=True,
             summary="Begin a case from articles", status=201,
             refuses=(400, 409, 413, 415, 422, 423)),
    Endpoint(method="POST", path=f"{CASE}/documents", call=add_documents, group=GROUP, form=True,
             summary="Add documents to a case", refuses=(400, 404, 413, 415, 422, 423)),
    Endpoint(method="POST", path=f"{CASE}/documents/{{document}}/proposals", call=propose_in,
             group=GROUP, summary="Propose the statements of a document again",
             refuses=(404, 422, 423)),
)  # fmt: skip
