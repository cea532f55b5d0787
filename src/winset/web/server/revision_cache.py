"""What the workbench has computed: one cache for all pages, by case revision and query."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from winset.forecast.sizes import size_of

T = TypeVar("T")
MOST_BYTES = 256_000_000


class RevisionCache:
    """Values by the revision of a case and by what was asked of it, within a bound in bytes.

    Whatever a page computes depends on the files of a case and on the query, so no value here can
    be out of date: an edit makes another revision. The values asked for least recently go first.

    Args:
        most: bytes in all; a value that is larger is not held.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._values: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self._guard = threading.Lock()
        self.bytes = 0

    def find(self, revision: Hashable, query: Hashable) -> Any:
        """Return the value; None when it is not held."""
        key = (revision, query)
        with self._guard:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def keep(self, revision: Hashable, query: Hashable, value: Any) -> None:
        """Hold ``value``, which is not None."""
        key, size = (revision, query), size_of(value)
        with self._guard:
            self.bytes -= self._values.pop(key, (None, 0))[1]
            if size > self._most:
                return
            self._values[key] = value, size
            self.bytes += size
            while self.bytes > self._most:
                self.bytes -= self._values.popitem(last=False)[1][1]

    def find_or_make(self, revision: Hashable, query: Hashable, make: Callable[[], T]) -> T:
        """Return the value, made now if it is not held."""
        value: T | None = self.find(revision, query)
        if value is None:
            value = make()
            self.keep(revision, query, value)
        return value
