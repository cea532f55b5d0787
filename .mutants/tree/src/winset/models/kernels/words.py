"""The machine words in which numbers, arrays and tuples are passed to a kernel."""

import ctypes
from typing import Any, get_args, get_origin

import numpy as np

from winset.models.kernels.arrays import Layout

SCALARS: dict[Any, Any] = {
    int: ctypes.c_int64, float: ctypes.c_double, bool: ctypes.c_uint8, np.uint64: ctypes.c_uint64,
}  # fmt: skip


def words_of(kind: Any) -> list[Any]:
    """Return the machine words in which a value of ``kind`` is passed."""
    if kind in SCALARS:
        return [SCALARS[kind]]
    if layout := layout_of(kind):
        # Owner and parent, both none; items, bytes of each, data, shape and strides.
        return [
            ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64, ctypes.c_void_p,
            *[ctypes.c_int64] * (2 * layout.axes),
        ]  # fmt: skip
    return [word for part in parts_of(kind) for word in words_of(part)]


def layout_of(kind: Any) -> Layout | None:
    """Return how an array of ``kind`` lies in memory; None if it is no array."""
    metadata = getattr(kind, "__metadata__", ())
    return metadata[0] if metadata else None


def parts_of(kind: Any) -> tuple[Any, ...]:
    """Return the kinds of what a tuple of ``kind`` holds."""
    if get_origin(kind) is tuple:
        return get_args(kind)
    if not hasattr(kind, "_fields"):
        raise TypeError(f"a kernel takes the kinds in winset.models.kernels.arrays; found {kind}")
    return tuple(kind.__annotations__[name] for name in kind._fields)
