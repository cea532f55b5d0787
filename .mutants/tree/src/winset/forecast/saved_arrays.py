"""Arrays in a file, as NumPy keeps them: read whole, and checked before they are used."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

KINDS = {"f": "numbers", "i": "whole numbers", "b": "yes or no"}
Shape = tuple[str, tuple[str | int, ...]]
# What a model says draw by draw.
DRAW_SHAPES: dict[str, Shape] = {
    "settlement": ("f", ("draw", "issue")),
    "agreement": ("f", ("draw", "issue")),
    "open": ("f", ("draw", "issue")),
    "signed": ("b", ("draw", "issue")),
    "converged": ("b", ("draw", "issue")),
    "rounds": ("i", ("draw", "issue")),
    "together": ("f", ("draw", "set")),
}
MAY_LACK = frozenset(DRAW_SHAPES) - {"settlement"}


def read_arrays(path: str | os.PathLike[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what the file at ``path`` says in words, and its arrays by name.

    Raises:
        FileNotFoundError: when there is none.
        ValueError: when it is something else, or damaged.
    """
    try:
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            header = json.loads(str(arrays["said"]))
            values = {name: arrays[name] for name in arrays if name != "said"}
    except FileNotFoundError:
        raise
    except Exception as error:  # NumPy lets out whatever a damaged file brings about
        raise ValueError(str(error) or type(error).__name__) from None
    if not isinstance(header, dict):
        raise ValueError("what it says in words is no mapping")
    return header, values


def check_arrays(
    arrays: Mapping[str, Any],
    shapes: Mapping[str, Shape],
    sizes: dict[str, int],
    *,
    optional: frozenset[str] = frozenset(),
) -> None:
    """Check that ``arrays`` hold those of ``shapes``, of that kind and shape.

    Args:
        arrays: by name.
        shapes: name to kind (``f`` floating, ``i`` integer, ``b`` boolean) and axes; an axis is a
            number, or the name of a size.
        sizes: those known; the others are taken from the first array that has them.
        optional: names that may be missing.

    Raises:
        ValueError: when one is missing, of another kind or of another shape.
    """
    missing = [name for name in shapes if name not in arrays and name not in optional]
    if missing:
        raise ValueError(f"{', '.join(missing)} missing")
    for name, (kind, axes) in shapes.items():
        if name not in arrays:
            continue
        array = arrays[name]
        if not isinstance(array, np.ndarray) or array.dtype.kind != kind:
            raise ValueError(f"{name} must hold {KINDS[kind]}")
        if array.dtype.itemsize > 8:
            raise ValueError(f"{name} must hold at most 64 bits a number")
        if array.ndim != len(axes):
            raise ValueError(f"{name} must have {len(axes)} axes; found {array.ndim}")
        for axis, size in zip(axes, array.shape, strict=True):
            wanted = axis if isinstance(axis, int) else sizes.setdefault(axis, size)
            if size != wanted:
                raise ValueError(f"{name} must have {wanted} along {axis}; found {size}")
