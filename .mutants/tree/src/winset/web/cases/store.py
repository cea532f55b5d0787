"""The cases of a workbench: those that come with the package, read only, and those in a folder.

Nothing that a request says becomes a path: a name is looked up among the folders listed.
"""

import hashlib
import shutil
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from re import fullmatch
from typing import Literal

from winset.case.atomic import write_files
from winset.case.cells import ID_PATTERN
from winset.case.csv_text import MOST_BYTES
from winset.case.disposable import FOLDER
from winset.case.folder import parse_case, read_case, write_case
from winset.case.lock import unwritable
from winset.case.merging import ChangedError
from winset.case.model import Case
from winset.case.naming import check_name
from winset.case.shipped import shipped_cases
from winset.case.tables import TABLES
from winset.case.template import blank, template
from winset.errors import CaseError, Problem, WinsetError, shorten
from winset.web import words
from winset.web.cases.locks import locked, settle
from winset.web.server.error_responses import RefusedError

Place = Literal["own", "shipped"]
_PATTERNS = (
    "case.yaml", *(f"{kind.name}.csv" for kind in TABLES), "statements/*.csv", "games/*.yaml",
)  # fmt: skip
_KEPT = 16  # cases held in memory
_TRIES = 3  # to write into a case that an editor is changing
_NEW = ".winset-new-"  # begins the name of a case that is being filled


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseName:
    """Which case: ``own``, in the folder served, or ``shipped`` with the package."""

    place: Place
    name: str

    def __str__(self) -> str:
        return f"{self.place}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCase:
    """A case as it stands on disk.

    Attributes:
        name: which one.
        revision: digest of its files: another one after any edit, by whatever program.
        case: what they say.
    """

    name: CaseName
    revision: str
    case: Case


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCase:
    """What an edit left on disk.

    Attributes:
        opened: the case after it.
        copied: whether a shipped case was copied into the folder first.
    """

    opened: OpenedCase
    copied: bool


class Store:
    """Reads and writes the cases in ``folder``; one that holds a case.yaml is itself the case."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        if not self.folder.is_dir():
            what = "a file" if self.folder.exists() else "nothing"
            raise WinsetError(f"{folder}: must be a folder; found {what}; make it, or name another")
        self.single = (self.folder / "case.yaml").is_file()
        self._kept: dict[Path, OpenedCase] = {}
        self._guard = threading.Lock()

    def names(self) -> tuple[CaseName, ...]:
        """Return every case there is, own ones first."""
        own = [CaseName(place="own", name=name) for name in self._own()]
        return (*own, *(CaseName(place="shipped", name=name) for name in shipped_cases()))

    def _own(self) -> dict[str, Path]:
        if self.single:
            return {self.folder.name or "case": self.folder}
        return {
            path.name: path
            for path in sorted(self.folder.iterdir())
            if not path.name.startswith(".")
            and path.resolve().parent == self.folder
            and (path / "case.yaml").is_file()
        }

    def path(self, name: CaseName) -> Path:
        """Return the folder of ``name``.

        Raises:
            RefusedError: with status 404 when no such case is listed.
        """
        listed = self._own() if name.place == "own" else shipped_cases()
        if name.name not in listed:
            raise RefusedError(404, words.no_case(name.place, name.name))
        return listed[name.name]

    def open(self, name: CaseName) -> OpenedCase:
        """Return the case as its files stand now, read anew only when they have changed.

        Raises:
            RefusedError: with status 404 when there is none.
            CaseError: with every problem of a case that does not hold together.
        """
        path = self.path(name)
        revision = _digest(_bytes(path))
        cached = self._kept.get(path)
        if cached is None or cached.revision != revision:
            case = read_case(path)
            cached = OpenedCase(name=name, revision=_digest(case.files), case=case)
            with self._guard:
                self._kept[path] = cached
                while len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
        return cached

    def edit(self, name: CaseName, change: Callable[[Case], Case]) -> SavedCase:
        """Put what ``change`` makes of the case on disk, and return once it is safe there.

        The files are read anew under a lock, so that what was written by hand meanwhile stays, and
        ``change`` can refuse where it does not fit any more. A shipped case is copied first.

        Raises:
            CaseError: when the changed case does not hold together; nothing is written then.
            ChangedError: when an editor that asks for no lock keeps changing the same row.
            RefusedError: by ``change``, when the case is gone or held by somebody else.
        """
        copied = name.place == "shipped"
        if copied:
            change(self.open(name).case)  # a refused edit leaves no copy behind
            name = self.copy(name)
        path = self.path(name)
        with locked(path):
            for left in reversed(range(_TRIES)):
                case = read_case(path)
                changed = change(case)
                try:
                    if changed != case:
                        write_case(changed, path)
                    break
                except ChangedError:  # by an editor that asks for no lock
                    if not left:
                        raise
        return SavedCase(opened=self.open(name), copied=copied)

    def copy(self, name: CaseName) -> CaseName:
        """Copy a case into the folder, under a free name.

        Raises:
            RefusedError: when the folder is itself a case.
        """
        source = self.path(name)
        self._many("copied here")
        with ExitStack() as stack:
            stack.enter_context(locked(self.folder))
            if name.place == "own":
                stack.enter_context(locked(source))  # a copy of one moment
            copy_name = self._free(name.name)
            self._place(copy_name, lambda target: _copy(source, target))
        return CaseName(place="own", name=copy_name)

    def new(
        self, id: str, *, title: str, as_of: date, start: Literal["example", "blank"] = "example"
    ) -> CaseName:
        """Begin a case with this title and date: the small one that `winset new` writes, or blank.

        Raises:
            CaseError: when the id or the title will not do.
            RefusedError: with status 409 when there is such a case already.
        """
        texts = blank(title, as_of) if start == "blank" else template(title)
        files = {path: text.encode() for path, text in texts.items()}
        case = replace(parse_case(files), as_of=as_of)
        return self.begin(id, lambda target: write_case(case, target))

    def begin(self, id: str, fill: Callable[[Path], object]) -> CaseName:
        """Begin a case whose folder ``fill`` writes.

        Raises:
            CaseError: when the id will not do.
            RefusedError: with status 409 when there is such a case already.
        """
        self._many("begun")
        if not fullmatch(ID_PATTERN, id) or len(id) > 80:
            required = "must be letters, digits, “-”, “_” or “.”, at most 80"
            raise CaseError([Problem(where="id", required=required, found=shorten(id))])
        check_name(id)
        with locked(self.folder):
            if (self.folder / id).exists():
                raise RefusedError(409, words.folder_taken(id))
            self._place(id, fill)
        return CaseName(place="own", name=id)

    def _many(self, what: str) -> None:
        if self.single:
            raise RefusedError(
                409,
                words.single_case(what),
            )

    def _free(self, name: str) -> str:
        free, k = name, 1
        while (self.folder / free).exists():
            k += 1
            free = f"{name}-{k}"
        return free

    def _place(self, name: str, fill: Callable[[Path], object]) -> None:
        """Fill a hidden folder and give it its name when it is whole."""
        for left in self.folder.glob(f"{_NEW}*"):  # by a workbench that was killed
            shutil.rmtree(left, ignore_errors=True)
        hidden = self.folder / f"{_NEW}{name}"
        try:
            hidden.mkdir()
            fill(hidden)
            hidden.rename(self.folder / name)
        except OSError as error:
            shutil.rmtree(hidden, ignore_errors=True)
            raise unwritable(self.folder / name, error) from None
        except BaseException:
            shutil.rmtree(hidden, ignore_errors=True)
            raise
        settle(self.folder)

    def keep_file(self, name: CaseName, path: str, data: bytes) -> None:
        """Write ``data`` to ``path`` inside an own case, whole or not at all.

        Raises:
            RefusedError: when the path leads out of the case's folder.
        """
        folder = self.path(name)
        if name.place != "own" or not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise RefusedError(403, words.OWN_FOLDER_ONLY)
        with locked(folder):
            write_files(folder, {path: data})


def _copy(source: Path, target: Path) -> None:
    nothing = shutil.ignore_patterns(FOLDER)
    shutil.copytree(source, target, dirs_exist_ok=True, ignore=nothing)


def _bytes(folder: Path) -> dict[str, bytes]:
    """Return the files that a case is read from: path in the folder to bytes."""
    paths = (path for pattern in _PATTERNS for path in sorted(folder.glob(pattern)))
    return {path.relative_to(folder).as_posix(): _read(path) for path in paths}


def _read(path: Path) -> bytes:
    """Return the bytes of ``path``; of one too large to be part of a case only how large it is."""
    size = path.stat().st_size
    return path.read_bytes() if size <= MOST_BYTES else str(size).encode()


def _digest(files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name)} {name} {len(files[name])} ".encode())
        digest.update(files[name])
    return digest.hexdigest()
