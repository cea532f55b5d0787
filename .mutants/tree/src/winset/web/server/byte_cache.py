"""Bytes of answers that need not be made again, as many as there is room for."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable

from starlette.requests import Request

MOST_BYTES = 64_000_000


class ByteCache:
    """Bytes by what they hang on; those not asked for the longest go first.

    Args:
        most: bytes in all.
    """

    def __init__(self, most: int = MOST_BYTES) -> None:
        self._most = most
        self._by_key: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0
        self._guard = threading.Lock()

    def find(self, key: Hashable) -> bytes | None:
        """Return the bytes of ``key``; None when they are not kept."""
        with self._guard:
            if key in self._by_key:
                self._by_key.move_to_end(key)
            return self._by_key.get(key)

    def keep(self, key: Hashable, data: bytes) -> None:
        """Keep ``made`` under ``key``."""
        with self._guard:
            self._size += len(data) - len(self._by_key.pop(key, b""))
            self._by_key[key] = data
            while self._size > self._most and len(self._by_key) > 1:
                self._size -= len(self._by_key.popitem(last=False)[1])

    def find_or_make(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the bytes of ``key``, made now if they are not kept."""
        data = self.find(key)
        if data is None:
            data = make()
            self.keep(key, data)
        return data


def byte_cache(request: Request) -> ByteCache:
    """Return what is kept by the workbench that got ``request``."""
    cache: ByteCache = request.app.state.byte_cache
    return cache
