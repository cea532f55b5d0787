"""Forecasts made again after a small change: what did not change is not computed again.

The streams of a case hang on the names of its cells alone, so that a batch in which one stance
moved differs from the last one in that stance, and a draw of an issue whose numbers stayed the same
is solved already. The numbers are those of a forecast made from nothing, bit for bit.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.case.parts import STANCE_QUANTITIES
from winset.errors import CaseError
from winset.forecast.tasks import (
    ALL_DRAWN,
    CHUNK,
    DrawsPart,
    Task,
    ThisProcess,
    certain,
    solve_sets,
)
from winset.models import has_tables
from winset.models.base import BoolArray, Outcome
from winset.models.batch import Batch, FloatArray, RandomShares, make_batch
from winset.models.two_level.solving import IssueTable, SolvedTable, solve_table

MOST_NAMES = 4_000  # streams kept
MOST_BATCHES = 3
MOST_TABLES = 12  # a few issues, each in a few worlds, now and before
FIRST = 64  # draws by which a table looks for the one most like it
BY_DRAW = (
    "reversion", "tau", "stance", "lean", "press", "shift", "votes", "need", "power",
)  # fmt: skip
TIES = ("dependence", "intimidation", "authority")


class CachedShares:
    """Streams that are drawn once."""

    def __init__(self, seed: int, draws: int) -> None:
        self._inner = RandomShares(seed, draws)
        self._kept: dict[str, FloatArray] = {}

    @property
    def draws(self) -> int:
        """How many numbers a stream gives."""
        return self._inner.draws

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``; not to be written to."""
        if name not in self._kept:
            if len(self._kept) >= MOST_NAMES:
                self._kept.clear()
            self._kept[name] = self._inner(name)
            self._kept[name].flags.writeable = False
        return self._kept[name]


@dataclass(frozen=True, slots=True)
class _Sampled:
    case: Case
    seed: int
    batch: Batch


@dataclass(frozen=True, slots=True)
class _SolvedIssue:
    key: Hashable
    first: FloatArray
    table: IssueTable
    solved: SolvedTable


class ReusingWorkers:
    """Workers for one user who changes little from one forecast to the next.

    See `winset.forecast.tasks`.

    Only one thread may use it at a time.
    """

    def __init__(self) -> None:
        self._shares: dict[tuple[int, int], CachedShares] = {}
        self._sampled: list[_Sampled] = []
        self._solved: list[_SolvedIssue] = []

    def parts(self, task: Task, chunks: Iterable[int]) -> Iterator[DrawsPart]:
        """Yield the parts of ``chunks``; those of a long run as `ThisProcess` makes them."""
        if task.draws > CHUNK or task.edges is not None or certain(task.case, task.model):
            yield from ThisProcess().parts(task, chunks)
            return
        for _ in chunks:
            batch = self.batch(task.case, task.draws, seed=task.seed)
            model = task.model
            solve = partial(model.solve_tables, solving=self._solve) if has_tables(model) else None
            outcome = solve_sets(model, batch, task.sets, solve=solve)
            if task.calibration is not None:
                outcome = task.calibration.apply(batch, outcome)
            arrays = {name: getattr(outcome, name) for name in ALL_DRAWN[1:]}
            drawn = Outcome(settlement=batch.in_units(outcome.settlement), **arrays)
            yield DrawsPart(draws=task.draws, drawn=drawn, tally=None)

    def batch(self, case: Case, draws: int, *, seed: int) -> Batch:
        """Return what `sample` returns, from the nearest case sampled before."""
        for sampled in self._sampled:
            if sampled.seed == seed and sampled.batch.draws == draws:
                updated = again(sampled.batch, sampled.case, case)
                if updated is not None:
                    return updated
        shares = self._shares.setdefault((seed, draws), CachedShares(seed, draws))
        while len(self._shares) > MOST_BATCHES:
            del self._shares[next(iter(self._shares))]
        updated = make_batch(case, shares)
        self._sampled.insert(0, _Sampled(case, seed, updated))
        del self._sampled[MOST_BATCHES:]
        return updated

    def _solve(self, table: IssueTable, **how: Any) -> SolvedTable:
        """Solve ``table``: only those draws that stand in no table known."""
        key, first = _fixed(table, how), _first(table)
        solved = self._from_known(table, key, first, how)
        self._solved.insert(0, _SolvedIssue(key, first, table, solved))
        del self._solved[MOST_TABLES:]
        return solved

    def _from_known(
        self, table: IssueTable, key: Hashable, first: FloatArray, how: dict[str, Any]
    ) -> SolvedTable:
        like = [(_share(known.first, first), known) for known in self._solved if known.key == key]
        share, known = min(like, key=itemgetter(0), default=(1.0, None))
        if known is None:
            return solve_table(table, **how)
        if share == 1.0:
            return solve_table(table, near=known.solved.place, **how)
        new = differing(known.table, table)
        return _solve_some(table, new, known.solved, how) if new.any() else known.solved


def _fixed(table: IssueTable, how: dict[str, Any]) -> Hashable:
    """Return what two tables must share so that draws of one can stand in the other."""
    rest = [getattr(table, name) for name in IssueTable._fields if name not in BY_DRAW]
    same = [np.asarray(values).tobytes() for values in rest]
    return tuple(how.items()), tuple(same), tuple(getattr(table, n).shape for n in BY_DRAW)


def _first(table: IssueTable) -> FloatArray:
    """Return ``(draw, number)``, all that the first draws hang on."""
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
    table: IssueTable, new: BoolArray, solved: SolvedTable, how: dict[str, Any]
) -> SolvedTable:
    """Return ``table`` solved, of which only the draws ``new`` are not ``solved``."""
    rows: Any = {name: np.ascontiguousarray(getattr(table, name)[new]) for name in BY_DRAW}
    some = solve_table(table._replace(**rows), near=solved.place[new], **how)
    copies: Any = [np.array(values) for values in solved]
    merged = SolvedTable(*copies)
    for whole, part in zip(merged, some, strict=True):
        whole[new] = part
    return merged


def again(batch: Batch, before: Case, after: Case) -> Batch | None:
    """Return the batch of ``after``, of the same shares as ``batch`` is of ``before``.

    None where the two differ in more than the numbers of plain stances, issues, parties and ties.
    """
    if not _alike(before, after):
        return None
    moved = [
        (k, new)
        for k, (old, new) in enumerate(zip(before.stances, after.stances, strict=True))
        if any(getattr(old, name) != getattr(new, name) for name in STANCE_QUANTITIES)
    ]
    if any(new.condition is not None for _, new in moved):
        return None
    ties = [
        new for old, new in zip(before.ties, after.ties, strict=True) if old.weight != new.weight
    ]
    # What moved is sampled alone: names become indices in `make_batch` and nowhere else.
    try:
        only = _only(after, [new for _, new in moved], ties)
    except CaseError:  # what moved does not make a case by itself: weights of nothing
        return None
    alone = make_batch(only, batch.shares)
    arrays: dict[str, Any] = {
        name: getattr(alone, name) for name in ("reversion", "quota", "unity", "power")
    }
    for name in STANCE_QUANTITIES:
        places = [
            (alone.actors.index(new.actor), alone.issues.index(new.issue))
            for k, new in moved
            if getattr(before.stances[k], name) != getattr(new, name)
        ]
        arrays[name] = _merged(getattr(batch, name), getattr(alone, name), places)
    for kind in TIES:
        places = [
            (alone.actors.index(tie.source), alone.actors.index(tie.target))
            for tie in ties
            if tie.kind == kind
        ]
        arrays[kind] = _merged(getattr(batch, kind), getattr(alone, kind), places)
    return replace(batch, **arrays)


def _only(case: Case, stances: list[Any], ties: list[Any]) -> Case:
    """Return ``case`` with these stances and ties alone, and nothing that refers to others."""
    emptied: Any = dict.fromkeys(
        ("questions", "scenarios", "statements", "documents", "claims"), ()
    )
    return replace(
        case,
        stances=tuple(replace(stance, statements=()) for stance in stances),
        ties=tuple(replace(tie, statements=()) for tie in ties),
        **emptied,
    )


_NUMBERS: tuple[tuple[str, Callable[[Any], Any]], ...] = (
    ("parties", lambda p: p.id),
    ("issues", lambda i: (i.id, i.scale, i.requires)),
    ("actors", lambda a: (a.id, a.party, a.role)),
    ("stances", lambda s: (s.issue, s.actor, s.condition)),
    ("ties", lambda t: (t.source, t.target, t.kind)),
)


def _alike(before: Case, after: Case) -> bool:
    return all(
        [identity(x) for x in getattr(before, name)] == [identity(x) for x in getattr(after, name)]
        for name, identity in _NUMBERS
    )


def _merged(base: FloatArray, alone: FloatArray, places: list[tuple[int, int]]) -> FloatArray:
    """Return ``base`` with what ``alone`` has at ``places``."""
    if not places:
        return base
    if base.strides[0] == 0 and alone.strides[0] == 0:
        one = base[:1].copy()
        for i, j in places:
            one[0, i, j] = alone[0, i, j]
        return np.broadcast_to(one, base.shape)
    merged = np.array(base)
    for i, j in places:
        merged[:, i, j] = alone[:, i, j]
    return merged
