"""Tables of issues solved before: a draw that did not change is not solved again.

A draw of an issue whose numbers stayed the same has its answer already. The answers are those of a
table solved from nothing, bit for bit.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np

from winset.models.base import BoolArray, FloatArray
from winset.models.batch import Batch
from winset.models.kernels.ratification import IssueTable
from winset.models.kernels.two_level import SolvedTable, solve_table

Solving = Callable[..., SolvedTable]  # `solve_table`, or what holds its answers
MOST_TABLES = 12  # a few issues, each in a few worlds, now and before
FIRST = 64  # draws by which a table looks for the one most like it
BY_DRAW = (
    "reversion", "tau", "stance", "lean", "press", "shift", "votes", "need", "power",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SolvedIssue:
    """A table with its answer.

    Attributes:
        key: what another table must share so that draws of this one can stand in it.
        first: ``(draw, number)``, all numbers of the first draws.
        table: of an issue.
        solved: its answer.
    """

    key: Hashable
    first: FloatArray
    table: IssueTable
    solved: SolvedTable


class TableMemory:
    """Solves tables; the draws that stood in one of the last tables are not solved again."""

    def __init__(self) -> None:
        self.solved: list[SolvedIssue] = []

    def __call__(self, table: IssueTable, **options: Any) -> SolvedTable:
        """Return what `solve_table` returns."""
        key, first = _fixed(table, options), _first(table)
        solved = self._from_known(table, key, first, options)
        self.solved.insert(0, SolvedIssue(key, first, table, solved))
        del self.solved[MOST_TABLES:]
        return solved

    def _from_known(
        self, table: IssueTable, key: Hashable, first: FloatArray, options: dict[str, Any]
    ) -> SolvedTable:
        like = [(_share(known.first, first), known) for known in self.solved if known.key == key]
        share, known = min(like, key=itemgetter(0), default=(1.0, None))
        if known is None:
            return solve_table(table, **options)
        if share == 1.0:
            return solve_table(table, near=known.solved.place, **options)
        new = differing(known.table, table)
        return _solve_some(table, new, known.solved, options) if new.any() else known.solved


def memory_of(batch: Batch) -> TableMemory:
    """Return the answers that ``batch`` and those made from it hold together."""
    return batch.once("solved tables", (), TableMemory)


def _fixed(table: IssueTable, options: dict[str, Any]) -> Hashable:
    """Return what two tables must share so that draws of one can stand in the other."""
    rest = [getattr(table, name) for name in IssueTable._fields if name not in BY_DRAW]
    same = [np.asarray(values).tobytes() for values in rest]
    return tuple(options.items()), tuple(same), tuple(getattr(table, n).shape for n in BY_DRAW)


def _first(table: IssueTable) -> FloatArray:
    """Return ``(draw, number)``, all numbers of the first draws."""
    few = [getattr(table, name)[:FIRST] for name in BY_DRAW]
    return np.concatenate([values.reshape(len(values), -1) for values in few], axis=1)


def _share(one: FloatArray, other: FloatArray) -> float:
    return float((one != other).any(axis=1).mean())


def differing(one: IssueTable, other: IssueTable) -> BoolArray:
    """Return ``(draw,)``, whether the draw differs between tables that are the same but for it."""
    differs = np.zeros(len(one.reversion), np.bool_)
    for a, b in ((getattr(one, name), getattr(other, name)) for name in BY_DRAW):
        differs |= (a != b).reshape(len(a), -1).any(axis=1)
    return differs


def _solve_some(
    table: IssueTable, new: BoolArray, solved: SolvedTable, options: dict[str, Any]
) -> SolvedTable:
    """Return ``table`` solved, of which only the draws ``new`` are not ``solved``."""
    rows: Any = {name: np.ascontiguousarray(getattr(table, name)[new]) for name in BY_DRAW}
    some = solve_table(table._replace(**rows), near=solved.place[new], **options)
    copies: Any = [np.array(values) for values in solved]
    merged = SolvedTable(*copies)
    for whole, part in zip(merged, some, strict=True):
        whole[new] = part
    return merged
