"""What winset has of a kind, and what other packages add to it by an entry point.

A package that does not keep to the rules is named in one line and left out: it never stops winset.
Entry points are looked at when somebody asks for more than winset has itself, not at import.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from typing import Any, TypeVar

T = TypeVar("T")
_log = logging.getLogger("winset")


class Additions(Mapping[str, T]):
    """A mapping from names to what winset has itself, followed by what other packages add."""

    def __init__(
        self, group: str, own: Mapping[str, T], *, what: str, read: Callable[[str, Any], T]
    ) -> None:
        """Return the mapping; nothing is looked up yet.

        Args:
            group: of entry points, such as ``winset.models``.
            own: what winset has itself.
            what: one of these is, for messages: ``model``.
            read: returns what an entry point of that name offers, once loaded, if it may be added;
                raises ValueError with the reason where not.
        """
        self.own = own
        self._group, self._what, self._read = group, what, read
        self._others: dict[str, T] | None = None
        self._packages: dict[str, str] = {}
        self._lock = threading.RLock()

    def __getitem__(self, name: str) -> T:
        return self.own[name] if name in self.own else self.others()[name]

    def __iter__(self) -> Iterator[str]:
        return iter((*self.own, *self.others()))

    def __len__(self) -> int:
        return len(self.own) + len(self.others())

    def package(self, name: str) -> str:
        """Return which package adds ``name``; empty for winset's own."""
        self.others()
        return self._packages.get(name, "")

    def others(self) -> Mapping[str, T]:
        """Return what other packages add, by name."""
        with self._lock:
            if self._others is None:
                self._others = {}
                for point in sorted(metadata.entry_points(group=self._group), key=_order):
                    self._add(point)
            return self._others

    def forget(self) -> None:
        """Look again at what is installed, when somebody asks next."""
        with self._lock:
            self._others = None
            self._packages.clear()

    def _add(self, point: metadata.EntryPoint) -> None:
        assert self._others is not None
        package = _package(point)
        try:
            if point.name in self.own:
                raise ValueError("winset has one of that name itself; give it another name")
            if point.name in self._others:
                other = self._packages[point.name]
                raise ValueError(f"{other} adds one of that name too; give it another name")
            self._others[point.name] = self._read(point.name, point.load())
            self._packages[point.name] = package
        except (Exception, SystemExit) as error:
            reason = str(error) or type(error).__name__
            if not isinstance(error, ValueError):
                reason = f"it cannot be loaded: {type(error).__name__}: {reason}"
            _log.warning(
                "winset: the %s “%s” of the package %s is left out: %s",
                self._what, point.name, package, " ".join(reason.split()),
            )  # fmt: skip


def _order(point: metadata.EntryPoint) -> tuple[str, str]:
    return _package(point), point.name


def _package(point: metadata.EntryPoint) -> str:
    return point.dist.name if point.dist else point.value
