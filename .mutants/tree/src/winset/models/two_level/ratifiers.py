"""Who sits at the table on an issue, who must ratify at home, and whose gains they share."""

from dataclasses import dataclass

import numpy as np

from winset.models.base import FloatArray, IntArray
from winset.models.batch import Batch

Ties = list[tuple[int, int]]  # source and target, actors of the batch


@dataclass(frozen=True, slots=True, kw_only=True)
class TieEdges:
    """Ties that bear on an issue, row by row."""

    first: IntArray  # (row + 1,)
    source: IntArray  # (edge,), the row's actor
    target: IntArray  # (edge,), actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Who matters on one issue, in the order of the kernel; all are indices of the batch."""

    parties: IntArray  # (party,), at the table
    rows: IntArray  # (row,), actors: negotiators, then ratifiers
    first: IntArray  # (party + 1,), first ratifier
    voters: IntArray  # (party,), first ratifier who is no veto player
    actors: IntArray  # (actor,), those whose own gains are needed, ascending
    lean: TieEdges  # from each row to its own actor first
    press: TieEdges

    @property
    def ratifiers(self) -> IntArray:
        """``(ratifier,)``, actors: by party, veto players before the other voters."""
        return self.rows[len(self.parties) :]


def pairs(ties: FloatArray) -> Ties:
    """Return the source and target of every tie that is above 0 in some draw."""
    ever = ties[:1] if ties.strides[0] == 0 else ties
    return [(int(i), int(j)) for i, j in np.argwhere(ever.max(axis=0) > 0.0)]


def _edges(rows: list[int], targets: dict[int, list[int]]) -> TieEdges:
    targets_by_row = [targets.get(i, []) for i in rows]
    return TieEdges(
        first=np.cumsum([0, *map(len, targets_by_row)]),
        source=np.repeat(np.array(rows, np.int64), [len(row) for row in targets_by_row]),
        target=np.array([j for row in targets_by_row for j in row], np.int64),
    )


def seats_of(batch: Batch, k: int, leaning: Ties, pressing: Ties) -> Seats:
    """Return who matters on issue ``k``, given the ties of dependence and of intimidation."""
    present = batch.present[:, k]
    parties = [p for p, n in enumerate(batch.negotiator) if n >= 0 and present[n]]
    ratifiers: list[int] = []
    first, voters = [0], []
    for p in parties:
        members = present & (batch.party_of == p)
        ratifiers += np.flatnonzero(members & batch.veto).tolist()
        voters.append(len(ratifiers))
        ratifiers += np.flatnonzero(members & batch.voter & ~batch.veto).tolist()
        first.append(len(ratifiers))
    negotiators = [int(batch.negotiator[p]) for p in parties]
    lean = {i: [i] for i in (*negotiators, *ratifiers)}
    for i, j in leaning:
        if i in lean and present[j]:
            lean[i].append(j)
    # A pressure group presses its own party, as long as it has no vote in it.
    groups = present & batch.pressure & ~batch.voter & ~batch.veto
    press: dict[int, list[int]] = {}
    for g, i in pressing:
        if groups[g] and batch.party_of[g] == batch.party_of[i]:
            press.setdefault(i, []).append(g)
    leans = _edges([*negotiators, *ratifiers], lean)
    presses = _edges(ratifiers, press)
    # The negotiators' rows feel no pressure: it bears on acceptance alone.
    none = np.zeros(len(negotiators), np.int64)
    presses = TieEdges(
        first=np.concatenate([none, presses.first]), source=presses.source, target=presses.target
    )
    return Seats(
        parties=np.array(parties, np.int64),
        rows=np.array([*negotiators, *ratifiers], np.int64),
        first=np.array(first, np.int64),
        voters=np.array(voters, np.int64),
        actors=_members(leans.target, presses.target),
        lean=leans,
        press=presses,
    )


def _members(*places: IntArray) -> IntArray:
    """Return every number in ``places`` once, rising.

    Like `numpy.union1d`, which imports masked arrays and so takes a twentieth of a start.
    """
    return np.array(sorted({place for array in places for place in array.tolist()}), np.int64)
