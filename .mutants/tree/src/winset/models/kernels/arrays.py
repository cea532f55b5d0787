"""The arrays that kernels take: each has one type, one number of axes and one layout.

A kernel is compiled once, for exactly its annotations: there is no second copy for a slice or for a
number that the compiler happens to know. Type checkers see all arrays of a type as the same.
"""

from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Layout(NamedTuple):
    """Type and number of axes of an array in C order."""

    kind: str
    axes: int


Float1 = Annotated[NDArray[np.float64], Layout("float64", 1)]
Float2 = Annotated[NDArray[np.float64], Layout("float64", 2)]
Float3 = Annotated[NDArray[np.float64], Layout("float64", 3)]
Float4 = Annotated[NDArray[np.float64], Layout("float64", 4)]
Int1 = Annotated[NDArray[np.int64], Layout("int64", 1)]
Int2 = Annotated[NDArray[np.int64], Layout("int64", 2)]
Int3 = Annotated[NDArray[np.int64], Layout("int64", 3)]
Int4 = Annotated[NDArray[np.int64], Layout("int64", 4)]
Natural1 = Annotated[NDArray[np.uint64], Layout("uint64", 1)]
Bool1 = Annotated[NDArray[np.bool_], Layout("bool", 1)]
Bool2 = Annotated[NDArray[np.bool_], Layout("bool", 2)]
Span = tuple[int, int]  # the first and one past the last
