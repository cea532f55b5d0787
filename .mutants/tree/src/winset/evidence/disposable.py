"""The lock that lets one session at a time write a coder's file."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from winset.case.disposable import FOLDER, disposable_folder
from winset.case.lock import HeldError, held
from winset.errors import WinsetError

__all__ = ["FOLDER", "disposable_folder", "only_session"]


@contextmanager
def only_session(folder: Path, coder: str) -> Iterator[None]:
    """Hold the file of ``coder`` in the case ``folder`` for this session alone.

    The operating system lets go of it when the process ends, however it ends.

    Raises:
        WinsetError: when another session holds it.
    """
    path = disposable_folder(folder, "sessions") / f"{coder}.lock"
    if path.is_symlink():
        raise WinsetError(f"{path}: must be a file; found a link; delete it")
    with ExitStack() as stack:
        try:
            stack.enter_context(held(path, patience=0.0, again=False))
        except HeldError as error:
            raise HeldError(
                f"{coder}: must be in one session at a time; found another one at work: {error}; "
                "end that one first, or use another name"
            ) from None
        yield
