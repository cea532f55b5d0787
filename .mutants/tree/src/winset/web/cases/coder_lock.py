"""Decisions written from a page: under the folder's lock and the coder's, as `winset code` does.

A coder's file has one writer. `winset code` holds it while it runs; a page takes it for a single
decision. So the two never mix, and whoever comes second is told.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from winset.case.model import Case
from winset.case.parts import Statement
from winset.errors import WinsetError
from winset.evidence.coding.decisions import (
    coder_file,
    drop_decision,
    save_decision,
    with_decision,
    without_decision,
)
from winset.evidence.disposable import only_session
from winset.web import words
from winset.web.cases.locks import locked
from winset.web.cases.store import CaseName, OpenedCase, Store
from winset.web.server.error_responses import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class CoderEdit:
    """What is to be done to a coder's file: ``row`` put into it, or taken out of it."""

    what: Literal["save", "drop"]
    row: Statement


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRecord:
    """What is safe on disk now.

    Attributes:
        row: that was written or taken out.
        gone: whether it was taken out.
        opened: the case after it.
        copied: whether a shipped case was copied first.
    """

    row: Statement
    gone: bool
    opened: OpenedCase
    copied: bool


@contextmanager
def session(folder: Path, coder: str) -> Iterator[None]:
    """Hold the file of ``coder`` in the case ``folder``.

    Raises:
        RefusedError: with status 423 when somebody else holds it.
        WinsetError: when ``coder`` can name no file.
    """
    coder_file(folder, coder)
    with ExitStack() as held:
        try:
            held.enter_context(only_session(folder, coder))
        except WinsetError as error:
            raise RefusedError(423, words.coder_busy(error)) from None
        except OSError as error:
            raise WinsetError(f"{folder}: cannot be written: {error.strerror or error}") from None
        yield


def own(store: Store, name: CaseName) -> tuple[CaseName, bool]:
    """Return the case to write into, a copy of a shipped one, and whether it was copied now."""
    return (store.copy(name), True) if name.place == "shipped" else (name, False)


def record(
    store: Store, name: CaseName, *, coder: str, deed: Callable[[Case], CoderEdit]
) -> EditRecord:
    """Do to the file of ``coder`` what ``deed`` makes of the case as it stands on disk.

    It is on disk, whole, when this returns. A shipped case is copied first.

    Raises:
        RefusedError: with status 423 when somebody else works under the name; by ``deed``, where
            the page saw something else than stands there now.
        CaseError: when the row does not fit the case; nothing is written then.
    """
    if name.place == "shipped":
        _checked(store.open(name).case, deed)  # a refused decision leaves no copy behind
    name, copied = own(store, name)
    path = store.path(name)
    with locked(path), session(path, coder):
        done = _checked(store.open(name).case, deed)  # what the files say by now
        if done.what == "save":
            save_decision(path, done.row)
        else:
            drop_decision(path, done.row)
    return EditRecord(
        row=done.row, gone=done.what == "drop", opened=store.open(name), copied=copied
    )


def _checked(case: Case, deed: Callable[[Case], CoderEdit]) -> CoderEdit:
    done = deed(case)
    (with_decision if done.what == "save" else without_decision)(case, done.row)
    return done
