"""The cases that come with the package."""

from pathlib import Path

from winset.case.folder import read_case
from winset.case.model import Case
from winset.errors import WinsetError, nearest


def shipped_cases() -> dict[str, Path]:
    """Return the shipped cases: name to folder."""
    here = Path(__file__).parent
    return {path.parent.name: path.parent for path in sorted(here.glob("*/case.yaml"))}


def open_case(name: str | Path) -> Case:
    """Return the case in the folder ``name``, or else the shipped case of that name.

    Raises:
        CaseError: with every problem of the case.
        WinsetError: when there is neither.

    >>> len(open_case("emission-standards").actors)
    10
    """
    shipped = shipped_cases()
    if not Path(name).exists() and str(name) in shipped:
        return read_case(shipped[str(name)])
    if not Path(name).exists() and "/" not in str(name):
        raise WinsetError(
            f"{name}: no such folder, nor a shipped case; {nearest(str(name), shipped)}"
        )
    return read_case(name)
