"""Views made and kept: at once what is quick, as a job what is not, and never twice the same."""

import asyncio
import functools
import json
import threading
from collections import OrderedDict
from collections.abc import Hashable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import anyio.to_thread

from winset.charts.render import rendered
from winset.charts.theme import DARK, LIGHT
from winset.errors import WinsetError
from winset.forecast.jsonable import jsonable
from winset.models.version import winset_version
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.forecasts.jobs import Job, Jobs
from winset.web.server.byte_cache import ByteCache
from winset.web.server.etags import tag_of
from winset.web.views.kind import NOTHING, Progress, Subject, ViewKind
from winset.web.views.query import ViewQuery, query_of, read_query
from winset.web.views.result import ViewResult, as_csv

PATIENCE = 0.6  # seconds that a page waits before it shows how far the work is
MOST_UNDERSTOOD = 256
FORMS = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
}
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A view that is asked for, understood.

    Attributes:
        kind: which.
        subject: of what.
        query: filled in and checked.
        missing: why there is nothing to show yet, in words; empty when there is.
        stamp: what else the view hung on when it was asked for, beside the case.
    """

    kind: ViewKind
    subject: Subject
    query: ViewQuery
    missing: str
    stamp: str

    @functools.cached_property
    def key(self) -> Hashable:
        """What the work hangs on."""
        return (self.kind.name, *_of(self.subject), self.stamp, self.kind.core(self.query))

    @functools.cached_property
    def tag(self) -> str:
        """A digest of everything that an answer hangs on."""
        return tag_of((self.key, query_of(self.query)))


def _of(subject: Subject) -> tuple[str, str]:
    opened = subject.opened
    return ("", "") if opened is None else (str(opened.name), opened.revision)


def _stamp(kind: ViewKind, subject: Subject) -> str:
    return "" if kind.stamp is None else kind.stamp(subject)


def wanted(
    kind: ViewKind, subject: Subject, query: ViewQuery, *, stamp: str | None = None
) -> Wanted:
    """Return ``query`` of ``kind`` understood.

    Raises:
        WinsetError: when it makes no sense.
    """
    make = functools.partial(
        Wanted,
        kind=kind,
        subject=subject,
        stamp=_stamp(kind, subject) if stamp is None else stamp,
    )
    if kind.needs_stances and subject.opened is not None:
        case = subject.case
        if not case.issues or not case.stances:
            return make(query=query, missing=NOTHING)
    settled_query = kind.settle(subject, query)
    return make(query=settled_query, missing=kind.missing(subject, settled_query))


class Views:
    """The views of a workbench at work."""

    def __init__(self, live: ForecastThread, cache: ByteCache) -> None:
        self.jobs = Jobs(live)
        self.cache = cache
        self._understood: OrderedDict[Hashable, Wanted] = OrderedDict()
        self._guard = threading.Lock()

    async def understand(self, kind: ViewKind, subject: Subject, pairs: Pairs) -> Wanted:
        """Return the view that the query ``pairs`` asks for; the same question is read once.

        Raises:
            WinsetError: when what is asked makes no sense.
        """
        if kind.stamp is None:  # no file is looked at: what is known is not worth a thread
            with self._guard:
                view = self._understood.get((kind.name, *_of(subject), "", *pairs))
            if view is not None:
                return view
        return await anyio.to_thread.run_sync(self._understand, kind, subject, pairs)

    def _understand(self, kind: ViewKind, subject: Subject, pairs: Pairs) -> Wanted:
        stamp = _stamp(kind, subject)
        key = (kind.name, *_of(subject), stamp, *pairs)
        with self._guard:
            view = self._understood.get(key)
        if view is None:
            view = wanted(kind, subject, read_query(pairs, kind.takes), stamp=stamp)
            with self._guard:
                self._understood[key] = view
                while len(self._understood) > MOST_UNDERSTOOD:
                    self._understood.popitem(last=False)
        return view

    def begin(self, view: Wanted) -> Job:
        """Return the job that makes ``view``, begun now if nobody asked before.

        Raises:
            WinsetError: when there is nothing to show yet.
        """
        if view.missing:
            raise WinsetError(view.missing)
        core = view.kind.core(view.query)

        def work(progress: Progress) -> ViewResult:
            return view.kind.make(view.subject, core, progress)

        of = "" if view.subject.opened is None else f" of {view.subject.case.title}"
        return self.jobs.begin(view.key, work, title=f"{view.kind.title}{of}")

    async def result_or_job(
        self, view: Wanted, *, patience: float | None = None
    ) -> ViewResult | Job:
        """Return ``view`` made, or its job if that takes longer than ``patience`` seconds.

        Raises:
            WinsetError: when it cannot be made.
        """
        job = self.begin(view)
        if not job.ended.done():
            try:
                await asyncio.wait_for(asyncio.wrap_future(job.ended), patience)
            except TimeoutError:
                return job
        result: ViewResult = job.outcome()
        return view.kind.finish(view.subject, view.query, result)

    async def whole(self, view: Wanted) -> ViewResult:
        """Return ``view`` made, however long that takes."""
        result = await self.result_or_job(view)
        assert isinstance(result, ViewResult)
        return result

    def close(self) -> None:
        """Let all work end."""
        self.jobs.close()


def as_file(view: Wanted, result: ViewResult, *, part: str, form: str, dark: bool) -> bytes:
    """Return a part of ``view`` as a file.

    Raises:
        WinsetError: when the part is a table alone and a picture is asked for.
        RefusedError: with status 404 when there is no such part.
    """
    if form == "json":
        return as_json(view, result)
    chosen = result.part(part)
    if form == "csv":
        return as_csv(chosen.table)
    if not part and chosen.view is None:
        chosen = next((one for one in result.parts if one.view is not None), chosen)
    if chosen.view is None:
        raise WinsetError(f"“{chosen.title}” is a table alone: ask for .csv or .json")
    return rendered(chosen.view, f".{form}", theme=DARK if dark else LIGHT)


def view_record(view: Wanted, result: ViewResult) -> dict[str, Any]:
    """Return a view for machines: what was asked, how it was made, every part as a table."""
    query = {name: value for name, value in asdict(view.query).items() if name in view.kind.takes}
    return {
        "view": view.kind.name,
        "query": query,
        "provenance": {**result.provenance, "version": winset_version()},
        "sentences": result.sentences,
        "parts": [
            {
                "id": part.id,
                "title": part.title,
                "caption": part.caption,
                "columns": part.table.columns,
                "rows": part.table.rows,
                "picture": part.view is not None,
            }
            for part in result.parts
        ],
        "result": result.result,
    }


def as_json(view: Wanted, result: ViewResult) -> bytes:
    """Return a view as JSON: numbers unrounded, what is not known null."""
    value = jsonable(view_record(view, result))
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()
