"""Many changed copies of one batch, all under the same draws."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.explain.levers.movable import Move
from winset.explain.sensitivity.inputs import IN_PER_CENT, ON_SCALE, Input
from winset.explain.sensitivity.streams import DesignedShares
from winset.models.batch import Batch, RandomShares, sample

FloatArray = NDArray[np.float64]
DRAWN = (
    "position", "salience", "influence", "price", "red_line_low", "red_line_high",
    "audience_cost", "reversion", "quota", "unity", "power", "dependence", "intimidation",
    "authority",
)  # fmt: skip
Page = tuple[Move, ...]


class Stack:
    """Draws of a case and changed copies of them.

    Attributes:
        base: the draws as coded.
    """

    def __init__(self, case: Case, *, draws: int, seed: int) -> None:
        self._case = case
        self._noise = RandomShares(seed, draws)
        self.base = sample(case, draws, seed=seed)
        rows = [s for s in case.stances if s.condition is not None]
        self._override = {(s.actor, s.issue, str(s.condition)): n for n, s in enumerate(rows)}

    def pages(self, pages: Sequence[Page]) -> Batch:
        """Return ``(page · draw, …)``: a copy of the base for each page, with its moves applied."""
        base, count = self.base, len(pages)
        arrays: dict[str, Any] = {}
        overrides = [
            replace(o, values={name: np.tile(v, count) for name, v in o.values.items()})
            for o in base.overrides
        ]
        touched = {self._field(move.movable.input) for page in pages for move in page}
        for name in DRAWN:
            array = getattr(base, name)
            if array.strides[0] == 0 and name not in touched:
                arrays[name] = np.broadcast_to(array[0], (count * base.draws, *array.shape[1:]))
            else:
                arrays[name] = np.concatenate([array] * count)
        for n, page in enumerate(pages):
            rows = slice(n * base.draws, (n + 1) * base.draws)
            for move in page:
                self._make(move, arrays, overrides, rows)
        shares = DesignedShares(
            columns={}, design=np.empty((count * base.draws, 0)), noise=self._noise
        )
        return replace(base, overrides=tuple(overrides), shares=shares, **arrays)

    def end(self, move: Move) -> float:
        """Return where a move leads, in the units of the batch."""
        entry = move.movable.input
        if entry.quantity in (*ON_SCALE, "reversion") and entry.issue is not None:
            scale = self._case.issue(entry.issue).scale
            return (move.end - scale.low) / scale.width
        return move.end / 100.0 if entry.quantity in IN_PER_CENT else move.end

    def _make(self, move: Move, arrays: dict[str, Any], overrides: list[Any], rows: slice) -> None:
        entry = move.movable.input
        if entry.condition is not None:
            key = (str(entry.actor), str(entry.issue), str(entry.condition))
            place = overrides[self._override[key]].values[entry.quantity][rows]
        else:
            place = arrays[entry.quantity][(rows, *self.index(entry))]
        place += move.share * (self.end(move) - place)

    def index(self, entry: Input) -> tuple[int, ...]:
        """Return the index of an input in its array, without the draw axis."""
        base = self.base
        if entry.kind == "issue":
            return (base.issues.index(str(entry.issue)),)
        if entry.kind == "party":
            return (base.parties.index(str(entry.party)),)
        if entry.kind == "tie":
            return base.actors.index(str(entry.actor)), base.actors.index(str(entry.target))
        return base.actors.index(str(entry.actor)), base.issues.index(str(entry.issue))

    @staticmethod
    def _field(entry: Input) -> str:
        return "" if entry.condition is not None else entry.quantity
