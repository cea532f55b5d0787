"""How much memory a value takes, about: what a cache needs to know to keep within its bound."""

import dataclasses
import functools
import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

_ALWAYS_THERE = (type, ModuleType, BuiltinFunctionType)


def size_of(value: Any) -> int:
    """Return the bytes that ``value`` and all that belongs to it take, each part counted once.

    Arrays count with the memory that they look into; a function counts with what it encloses.
    """
    seen: set[int] = set()
    open_values, total = [value], 0
    while open_values:
        one = open_values.pop()
        while isinstance(one, np.ndarray) and isinstance(one.base, np.ndarray):
            one = one.base
        if one is None or id(one) in seen or isinstance(one, _ALWAYS_THERE):
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            total += int(one.nbytes)
            continue
        total += sys.getsizeof(one)
        if isinstance(one, FunctionType):
            open_values += [cell.cell_contents for cell in one.__closure__ or ()]
        elif isinstance(one, MethodType):
            open_values.append(one.__self__)
        elif isinstance(one, functools.partial):
            open_values += [one.func, *one.args, *one.keywords.values()]
        elif isinstance(one, Mapping):
            open_values += [*one.keys(), *one.values()]
        elif isinstance(one, list | tuple | set | frozenset):
            open_values += one
        elif dataclasses.is_dataclass(one):
            open_values += [getattr(one, field.name, None) for field in dataclasses.fields(one)]
        elif hasattr(one, "__dict__"):
            open_values += vars(one).values()
    return total
