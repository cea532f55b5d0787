"""Streams of shares for designed experiments, and the streams that a model draws from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.ranges import Range
from winset.models.batch import Batch, RandomShares, make_batch, uncertain_cells

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignedShares:
    """Streams that are columns of a design; every other stream repeats for the same draws.

    Attributes:
        columns: name of a stream to its column.
        design: ``(m · draw, column)``, numbers in [0, 1); rows as far apart as ``noise`` is long
            are the same draw.
        noise: of every other stream.
    """

    columns: Mapping[str, int]
    design: FloatArray
    noise: RandomShares

    @property
    def draws(self) -> int:
        """How many numbers a stream gives."""
        return len(self.design)

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``."""
        if name in self.columns:
            return self.design[:, self.columns[name]]
        return np.tile(self.noise(name), self.draws // self.noise.draws)


@dataclass(frozen=True, slots=True)
class _Watched:
    """Streams that record the names under which they are drawn."""

    of: RandomShares
    names: dict[str, None] = field(default_factory=dict)
    parameters: dict[str, Range] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        return self.of.draws

    def __call__(self, name: str) -> FloatArray:
        self.names[name] = None
        return self.of(name)


class _WatchedBatch(Batch):
    """A batch that records which uncertain parameters a model draws from it."""

    def drawn(self, name: str, value: Range) -> FloatArray:
        assert isinstance(self.shares, _Watched)
        if not value.certain:
            self.shares.parameters[name] = value
        return Batch.drawn(self, name, value)


def model_streams(
    case: Case, solve: Callable[[Batch], object]
) -> tuple[dict[str, Range], tuple[str, ...]]:
    """Return the uncertain parameters and the streams of chance events that ``solve`` draws.

    A batch of two is solved to see them. A stream that only some draws need may be missed; it
    repeats with the draw like the others.
    """
    watched = _Watched(RandomShares(0, 2))
    batch = make_batch(case, watched)
    solve(_WatchedBatch(**{entry.name: getattr(batch, entry.name) for entry in fields(batch)}))
    explained = watched.parameters.keys() | {cell.name for cell in uncertain_cells(case)}
    return watched.parameters, tuple(name for name in watched.names if name not in explained)
