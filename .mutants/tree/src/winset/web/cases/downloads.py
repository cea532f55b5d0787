"""A case in other forms, to export: report, workbook, databases, annotations, the folder."""

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from winset.case.folder import render_case
from winset.case.model import Case
from winset.errors import WinsetError, nearest
from winset.errors.installing import install_command
from winset.explain.background import look_behind
from winset.explain.forecast_json import forecast_json
from winset.formats.registry import FORMATS, Format
from winset.report.page import report_html
from winset.web.api.cases import address
from winset.web.cases.store import OpenedCase
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.forecasts.query import ForecastRequest, understood
from winset.web.server.error_responses import Json, RefusedError
from winset.web.server.templating import page
from winset.web.server.workbench import desk, opened

EPOCH = (1980, 1, 1, 0, 0, 0)  # of files in an archive: the same case gives the same bytes
BELONGS = ("documents", "sealed")  # folders that stand beside what the case is read from
MOST_FOLDER = 200_000_000  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class DownloadForm:
    """A form in which a case can be taken away.

    Attributes:
        file: end of its address and of its name.
        kind: media type.
        title: what it is.
        explains: what it is for.
        make: returns its bytes.
        kernels: whether that needs a forecast.
    """

    file: str
    kind: str
    title: str
    explains: str
    make: Callable[[OpenedCase, ForecastThread], bytes]
    kernels: bool = False


def attached(data: bytes, kind: str, name: str, *, inline: bool = False) -> Response:
    """Return ``data`` as a file called ``name``, whatever that holds.

    The plain name has letters, digits, “-”, “_” and “.” only; the full one is percent-encoded
    (RFC 6266, RFC 8187), without anything that could lead out of a folder.
    """
    full = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    full = full.lstrip(".").encode("utf-8", "replace").decode() or "file"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in full)
    how = "inline" if inline else "attachment"
    disposition = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(full, safe='')}"
    return Response(data, media_type=kind, headers={"content-disposition": disposition})


def _report(opened_case: OpenedCase, live: ForecastThread) -> bytes:
    case = opened_case.case
    digests = []
    if case.issues and case.stances:
        question = understood(case, ForecastRequest(), revision=opened_case.revision)
        digests = [live.kept_forecast(question)]
    return report_html(case, digests).encode()


def _forecast(opened_case: OpenedCase, live: ForecastThread) -> bytes:
    question = understood(opened_case.case, ForecastRequest(), revision=opened_case.revision)
    forecast = live.kept_forecast(question)
    record = forecast_json(
        opened_case.case,
        forecast,
        look_behind(opened_case.case, forecast, structure=True, curves=False),
    )
    return bytes(Json(record).body)


def _folder(opened_case: OpenedCase, live: ForecastThread) -> bytes:  # noqa: ARG001
    """Return the case folder: what the case is read from, and what belongs to it."""
    files = dict(render_case(opened_case.case))
    if opened_case.case.folder is not None:
        files |= beside(opened_case.case)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(f"{_plain(opened_case.name.name)}/{name}", EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name])
    return out.getvalue()


def _plain(name: str) -> str:
    """Return ``name`` as a folder may be called in an archive on any system."""
    cleaned = "".join("-" if c in '/\\:*?"<>|' or not c.isprintable() else c for c in name)
    return cleaned.strip(". ") or "case"


def beside(case: Case) -> dict[str, bytes]:
    """Return the files that belong to ``case`` and are not read with it: texts, sealed forecasts.

    Links are not followed, so that nothing outside the folder is taken along.

    Raises:
        WinsetError: when that is too much to be sent at once.
    """
    assert case.folder is not None
    copies: dict[str, bytes] = {}
    paths = [case.folder / "ledger.jsonl"]
    for name in BELONGS:
        for root, folders, files in os.walk(case.folder / name):
            folders.sort()
            paths += [Path(root) / file for file in sorted(files)]
    size = 0
    for path in paths:
        if path.is_symlink() or not path.is_file():
            continue
        size += path.stat().st_size
        if size > MOST_FOLDER:
            raise WinsetError(
                f"the folder holds more than {MOST_FOLDER:,} bytes: copy it by hand instead"
            )
        copies[path.relative_to(case.folder).as_posix()] = path.read_bytes()
    return copies


FORMS = {
    form.file: form
    for form in (
        DownloadForm(file="report.html", kind="text/html; charset=utf-8", title="Report",
             explains="One self-contained page: forecast, pictures, evidence, method.",
             make=_report, kernels=True),
        DownloadForm(file="forecast.json", kind="application/json", title="Forecast",
             explains="Every number of the forecast, unrounded, for scripts.",
             make=_forecast, kernels=True),
        DownloadForm(file="case.zip", kind="application/zip", title="Case folder",
             explains="Every file of the case, with its texts and sealed forecasts.", make=_folder),
    )
}  # fmt: skip


def download_forms() -> dict[str, DownloadForm]:
    """Return every form in which a case can be taken away, those of all formats last."""
    return {**FORMS, **{entry.file: _form(entry) for entry in FORMATS.values() if entry.write}}


def _form(entry: Format) -> DownloadForm:
    def make(opened_case: OpenedCase, live: ForecastThread) -> bytes:  # noqa: ARG001
        return entry.written(opened_case.case).data

    missing = f" Not carried: {'; '.join(entry.cannot_carry)}." if entry.cannot_carry else ""
    return DownloadForm(
        file=entry.file,
        kind=entry.media_type,
        title=entry.title,
        explains=f"{entry.explains}{missing}",
        make=make,
    )


async def downloads(request: Request) -> HTMLResponse:
    """Return the page of everything that can be taken away."""
    opened_case = await opened(request)
    forms = await anyio.to_thread.run_sync(download_forms)
    values = {
        "case": opened_case.case,
        "address": address(opened_case.name),
        "editable": opened_case.name.place == "own",
        "here": "exports",
        "forms": [(form.file, form.title, form.explains) for form in forms.values()],
    }
    return page("downloads.html.j2", values)


async def download(request: Request) -> Response:
    """Return the case in one form."""
    name = request.path_params["file"]
    forms = await anyio.to_thread.run_sync(download_forms)
    if name not in forms:
        raise RefusedError(404, f"A case cannot be exported as “{name}”; {nearest(name, forms)}")
    opened_case, form, live = await opened(request), forms[name], desk(request).live
    try:
        if form.kernels:
            data = await live.run(form.make, opened_case, live)
        else:
            data = await anyio.to_thread.run_sync(form.make, opened_case, live)
    except ModuleNotFoundError as error:
        raise RefusedError(
            501, f"This needs {error.name}: install it with {install_command('excel', 'evidence')}"
        ) from None
    return attached(data, form.kind, f"{opened_case.name.name}-{form.file}")


_CASE = "/cases/{place}/{name}"
ROUTES = (
    Route(f"{_CASE}/exports", downloads),
    Route(f"{_CASE}/exports/{{file}}", download),
)
