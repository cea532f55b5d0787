"""A batch made from one that was made before: what did not change is not sampled again.

The streams of a case depend on the names of its cells alone, so a batch in which one stance moved
differs from the last one in that stance. The numbers are those of a batch made from nothing, bit
for bit. Both batches keep together what `Batch.once` made of the arrays that they share.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.case.parts import STANCE_QUANTITIES, Stance, Tie
from winset.errors import CaseError
from winset.models.batch import Batch, FloatArray, RandomShares, Shares, make_batch

MOST_BYTES = 64_000_000  # of the streams that are held
TIES = ("dependence", "intimidation", "authority")
DRAWN = (
    *STANCE_QUANTITIES, "reversion", "quota", "unity", "power", *TIES,
)  # fmt: skip


class CachedShares:
    """Streams of `RandomShares` that are drawn once, while there is room for them."""

    def __init__(self, seed: int, draws: int) -> None:
        self.seed = seed
        self._inner = RandomShares(seed, draws)
        self._streams: dict[str, FloatArray] = {}
        self._most = max(1, MOST_BYTES // (8 * draws))

    @property
    def draws(self) -> int:
        """How many numbers a stream gives."""
        return self._inner.draws

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``; not to be written to."""
        stream = self._streams.get(name)
        if stream is None:
            stream = self._inner(name)
            stream.flags.writeable = False
            if len(self._streams) >= self._most:
                self._streams.clear()
            self._streams[name] = stream
        return stream


@dataclass(frozen=True, slots=True)
class FirstShares:
    """The first numbers of other streams.

    Attributes:
        whole: the other streams.
        draws: how many numbers are taken from each.
    """

    whole: Shares
    draws: int

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``."""
        return self.whole(name)[: self.draws]


def first_draws(batch: Batch, draws: int) -> Batch:
    """Return the first ``draws`` draws of ``batch``."""
    arrays: dict[str, Any] = {name: getattr(batch, name)[:draws] for name in DRAWN}
    overrides = tuple(
        replace(o, values={name: values[:draws] for name, values in o.values.items()})
        for o in batch.overrides
    )
    shares = FirstShares(batch.shares, draws)
    return replace(batch, **arrays, overrides=overrides, shares=shares, cache={})


def made_again(batch: Batch, before: Case, after: Case) -> Batch | None:
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


def _only(case: Case, stances: list[Stance], ties: list[Tie]) -> Case:
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
