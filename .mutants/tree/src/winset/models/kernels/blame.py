"""Who stands in the way: the Shapley values of draws that fail.

Every point meets objections: of negotiators who lose by it and ratifiers who do not accept it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Bool1, Float2, Int1, Int3, Span
from winset.models.kernels.compiling import compiled, door
from winset.models.kernels.ratification import CHUNK, TINY, IssueTable, gains, own_gains, press
from winset.models.kernels.shapley import (
    MOST_EXACT,
    ShapleyRules,
    make_room,
    passes,
    shapley_values,
    undominated,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

AGREED, BLAMED, MISJUDGED = range(3)


class BlameShares(NamedTuple):
    """Who stood in the way, draw by draw.

    Attributes:
        end: ``(draw,)``, AGREED, BLAMED, or MISJUDGED where another point would have passed.
        share: ``(draw, player)``, Shapley value; 0 unless BLAMED.
        exact: ``(draw,)``, whether all coalitions were counted.
    """

    end: Int1
    share: Float2
    exact: Bool1


@compiled
def _objections(z: Float2, parties: int, points: Int1) -> None:
    """Write into ``points`` the rows that object to each point: row k as bit k."""
    points[:] = 0
    for row in range(z.shape[0]):
        for j in range(z.shape[1]):
            objects = not z[row, j] > -TINY if row < parties else not z[row, j] >= -TINY
            points[j] |= (1 << row) if objects else 0


@door
def _blame_draws(
    draws: Span, t: IssueTable, place: Int1, waives: Int1, orders: Int3, out: BlameShares
) -> None:
    grid, parties = t.point.shape[0], t.voters.shape[0]
    rows, players = parties + t.votes.shape[1], waives.shape[0]
    h, z = np.empty((t.stance.shape[2], grid)), np.empty((rows, grid))
    points, spare = np.empty(grid, np.int64), np.empty(parties)
    votes, party = np.zeros(rows), np.zeros(rows, np.int64)
    room = make_room(players, parties, 1 << min(players, MOST_EXACT))
    vetoes = (1 << parties) - 1
    for p in range(parties):
        for r in range(t.first[p], t.first[p + 1]):
            party[parties + r] = p
            if r < t.voters[p]:
                vetoes |= 1 << (parties + r)
    home_rows, everywhere = (parties, rows), (0, grid)
    for d in range(draws[0], draws[1]):
        out.share[d, :] = 0.0
        out.exact[d] = True
        own_gains(t.reversion[d], t.stance[d], t.point, h)
        gains(h, t.lean_first, t.lean_on, t.lean[d], t.shift[d], (0, rows), everywhere, z)
        press(h, t.press_first, t.press_by, t.press[d], home_rows, everywhere, z)
        for p in range(parties):
            spare[p] = -t.need[d, p]
            for r in range(t.voters[p], t.first[p + 1]):
                votes[parties + r] = t.votes[d, r]
                spare[p] += t.votes[d, r]
        rules = ShapleyRules(waives, vetoes, votes, party, spare)
        _objections(z, parties, points)
        out.end[d] = AGREED
        if place[d] >= 0 and passes(points[place[d]], rules, room.lost):
            continue
        count = undominated(points, grid)
        out.end[d] = BLAMED
        for k in range(count):
            if passes(points[k], rules, room.lost):
                out.end[d] = MISJUDGED
        if out.end[d] == BLAMED:
            out.exact[d] = shapley_values(points, count, rules, orders[d], room, out.share[d])


def blame_draws(
    t: IssueTable, place: IntArray, *, waives: IntArray, orders: IntArray
) -> BlameShares:
    """Return who stood in the way in draws that sign ``place`` and do not ratify it.

    Args:
        t: a table with known types.
        place: ``(draw,)``, grid point signed; -1 for none.
        waives: ``(player,)``, the rows whose objections are the player's: bit k for row k.
        orders: ``(draw, order, player)``, permutations for draws too large to be exact.
    """
    draws, players = len(t.reversion), len(waives)
    out = BlameShares(
        np.empty(draws, np.int64), np.empty((draws, players)), np.empty(draws, np.bool_)
    )
    _blame_draws.over(draws, CHUNK, t, place, waives, orders, out)
    return out
