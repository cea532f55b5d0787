"""Whether the kernels that Python has loaded are those of the present source files.

Compiled code is named by the sources. Two things can break this. One is an upgrade under a running
process. The other is Python's own bytecode, which goes by the date and length of a source and so
misses a change of one digit at the same date.
"""

import importlib
import marshal
import sys
from pathlib import Path
from types import ModuleType

from winset.errors import WinsetError
from winset.models.version import KERNELS, code_digest, sources_digest


def refuse_changed() -> None:
    """Refuse to store loaded code under the name of other sources.

    Raises:
        WinsetError: when the sources were changed since this process started.
    """
    if sources_digest() != code_digest()[:16]:
        raise WinsetError(
            f"{KERNELS}: winset must not change while it runs; found that it was changed or "
            "upgraded since it started; start it again"
        )


def renew_stale(names: list[str]) -> bool:
    """Load the modules ``names`` again if Python loaded one from bytecode of another source.

    The order is that of their first loading: what a module imports comes before it.
    """
    modules = [sys.modules[name] for name in names]
    stale = [path for module in modules if (path := _stale(module)) is not None]
    for path in stale:
        path.unlink(missing_ok=True)
    if stale:
        for module in modules:
            importlib.reload(module)
    return bool(stale)


def _stale(module: ModuleType) -> Path | None:
    """Return the bytecode of ``module`` if it is not that of its source."""
    if not module.__file__ or not module.__cached__:
        return None
    path = Path(module.__cached__)
    try:
        code = marshal.loads(path.read_bytes()[16:])  # noqa: S302  what Python itself has run
    except (OSError, ValueError, EOFError):
        return None
    source = Path(module.__file__).read_bytes()
    return None if code == compile(source, module.__file__, "exec", dont_inherit=True) else path
