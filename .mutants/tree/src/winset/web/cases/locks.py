"""One writer at a time for a case folder, as every other writer of winset keeps it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from winset.case.atomic import sync_folder as settle
from winset.case.lock import HeldError, write_lock
from winset.web.server.error_responses import RefusedError

__all__ = ["PATIENCE", "locked", "settle"]

PATIENCE = 10.0  # seconds


@contextmanager
def locked(folder: Path, *, patience: float | None = None) -> Iterator[None]:
    """Hold ``folder`` against every other writer, of this workbench or any other program.

    Args:
        folder: a case folder, or a folder of them.
        patience: seconds to wait; `PATIENCE` if not given.

    Raises:
        RefusedError: when another writer holds it for longer.
    """
    longest = PATIENCE if patience is None else patience
    with ExitStack() as stack:
        try:
            stack.enter_context(write_lock(folder, patience=longest))
        except HeldError as error:
            raise RefusedError(423, f"{error}.") from None
        yield
