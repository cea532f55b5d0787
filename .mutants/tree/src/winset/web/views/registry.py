"""Every view by its name. A module of this package with a `KIND` is a view; nothing lists it.

A view of another package is added by its entry point `winset.views`, or by `register`.
"""

import pkgutil
from functools import cache
from importlib import import_module
from typing import Any

from winset.errors import WinsetError, nearest
from winset.errors.additions import Additions
from winset.web import views
from winset.web.server.error_responses import RefusedError
from winset.web.views.kind import ViewKind

_ADDED: dict[str, ViewKind] = {}


@cache
def _own() -> dict[str, ViewKind]:
    names = sorted(module.name for module in pkgutil.iter_modules(views.__path__))
    modules = [import_module(f"{views.__name__}.{name}") for name in names]
    kinds = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.name: kind for kind in kinds}


def _view(name: str, offered: Any) -> ViewKind:
    """Return ``offered`` if it may be a view of that name.

    Raises:
        ValueError: with the reason if not.
    """
    if not isinstance(offered, ViewKind):
        raise ValueError("a view is a winset.web.views.kind.ViewKind")
    if name in _own():
        raise ValueError("winset has one of that name itself; give it another name")
    if offered.name != name:
        raise ValueError(f"it calls itself “{offered.name}”: entry point and name must be the same")
    return offered


PACKAGES: Additions[ViewKind] = Additions("winset.views", {}, what="view", read=_view)


def register(kind: ViewKind) -> ViewKind:
    """Add a view, and return it.

    Raises:
        WinsetError: when it is no view, or another one has its name.
    """
    if not isinstance(kind, ViewKind):
        raise WinsetError(f"a view must be a ViewKind; found {type(kind).__name__}")
    if view_kinds().get(kind.name, kind) != kind:
        raise WinsetError(f"two views are called “{kind.name}”: give one of them another name")
    _ADDED[kind.name] = kind
    return kind


def view_kinds() -> dict[str, ViewKind]:
    """Return every view, in the order in which pages list them."""
    kinds = {**_own(), **PACKAGES, **_ADDED}.values()
    return {kind.name: kind for kind in sorted(kinds, key=lambda kind: (kind.rank, kind.title))}


def case_views() -> dict[str, ViewKind]:
    """Return the views of a case."""
    return {name: kind for name, kind in view_kinds().items() if not kind.of_folder}


def folder_views() -> dict[str, ViewKind]:
    """Return the views of a whole folder, which have pages of their own beside the cases."""
    return {name: kind for name, kind in view_kinds().items() if kind.of_folder}


def case_view(name: str) -> ViewKind:
    """Return the view of a case that is called ``name``.

    Raises:
        RefusedError: with status 404 when there is none, with the nearest one.
    """
    kinds = case_views()
    if name not in kinds:
        raise RefusedError(404, f"There is no view “{name}”; {nearest(name, kinds)}")
    return kinds[name]
