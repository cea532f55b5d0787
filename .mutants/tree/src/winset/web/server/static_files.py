"""Style sheets and modules: kept in memory, and sent again only when they have changed."""

import hashlib
from mimetypes import guess_type
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from winset.web.server.etags import unless_known

KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


class StaticFiles:
    """The files below ``directory``, found among those listed there and never by a path.

    A file that is changed on disk is sent anew, so that a page need not be told of a new version.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._read: dict[str, tuple[tuple[int, int], bytes, str]] = {}
        self._names = frozenset(
            path.relative_to(directory).as_posix()
            for path in directory.rglob("*")
            if path.suffix in KINDS
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file, or with 304 to who has it; 404 for any other name."""
        name = scope["path"].removeprefix(scope.get("root_path", "")).lstrip("/")
        if name not in self._names:
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405)
        request = Request(scope)
        data, tag = self._file(name)
        kind = KINDS.get(Path(name).suffix) or guess_type(name)[0]
        answer = Response(data, media_type=kind, headers={"cache-control": "no-cache"})
        await unless_known(request, tag, answer)(scope, receive, send)

    def _file(self, name: str) -> tuple[bytes, str]:
        path = self._directory / name
        try:
            state = path.stat()
        except FileNotFoundError:
            raise HTTPException(404) from None
        at = (state.st_mtime_ns, state.st_size)
        entry = self._read.get(name)
        if entry is None or entry[0] != at:
            data = path.read_bytes()
            entry = (at, data, hashlib.sha256(data).hexdigest()[:32])
            self._read[name] = entry
        return entry[1], entry[2]
