"""Shapley values of the game “whom would we have to win over for an agreement?”.

Each point on the table meets objections, and each objection belongs to a player. A coalition wins
if some point passes once its members no longer object: no veto is left, and no party loses more
votes than it can spare. The game is monotone, so every order of the players has exactly one pivot.

Objections are bits of an integer. Source: Shapley 1953, A value for n-person games; sampling by
orders: Castro, Gómez and Tejada 2009, Polynomial calculation of the Shapley value.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Bool1, Float1, Int1, Int2
from winset.models.kernels.compiling import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_OBJECTIONS = 62  # bits of an integer that may be used
MOST_EXACT = 16  # players up to which all coalitions are counted


class ShapleyRules(NamedTuple):
    """What a point needs to pass.

    Attributes:
        waives: ``(player,)``, bits of the objections that are the player's.
        vetoes: bits of the objections that no point survives.
        votes: ``(objection,)``, weight of the vote lost by it; 0 where it is no vote.
        party: ``(objection,)``, in whose vote that counts.
        spare: ``(party,)``, votes that may be lost there.
    """

    waives: Int1
    vetoes: int
    votes: Float1
    party: Int1
    spare: Float1


class ShapleyRoom(NamedTuple):
    """Workspace: nothing is allocated for a game."""

    lost: Float1  # (party,)
    player: Int1  # (player,), those with an objection to some undominated point
    coalition: Int1  # (2 ** MOST_EXACT,), bits that its players waive
    size: Int1  # likewise, how many
    wins: Bool1  # likewise
    chance: Float1  # (player,), that a given coalition of that size comes before a player


@compiled
def make_room(players: int, parties: int, coalitions: int) -> ShapleyRoom:
    """Return the workspace for games of so many players, parties and ``coalitions``."""
    return ShapleyRoom(
        np.empty(parties),
        np.empty(players, np.int64),
        np.empty(coalitions, np.int64),
        np.empty(coalitions, np.int64),
        np.empty(coalitions, np.bool_),
        np.empty(players + 1),
    )


@compiled
def passes(objections: int, rules: ShapleyRules, lost: Float1) -> bool:
    """Return whether a point that meets these ``objections`` passes; ``lost`` is workspace."""
    if objections & rules.vetoes:
        return False
    lost[:] = 0.0
    i = 0
    while objections:
        if objections & 1:
            lost[rules.party[i]] += rules.votes[i]
        objections >>= 1
        i += 1
    enough = True
    for p in range(lost.shape[0]):
        enough &= lost[p] <= rules.spare[p]
    return enough


@compiled
def _wins(coalition: int, points: Int1, count: int, rules: ShapleyRules, lost: Float1) -> bool:
    k = 0
    while k < count and not passes(points[k] & ~coalition, rules, lost):
        k += 1
    return k < count


@compiled
def undominated(points: Int1, count: int) -> int:
    """Move the points whose objections include no other point's to the front; return how many."""
    undominated_count = 0
    for k in range(count):
        candidate = points[k]
        dominated = False
        for m in range(undominated_count):
            if points[m] & ~candidate == 0:
                dominated = True
                break
        if dominated:
            continue
        remaining = 0
        for m in range(undominated_count):
            if candidate & ~points[m] != 0:
                points[remaining] = points[m]
                remaining += 1
        points[remaining] = candidate
        undominated_count = remaining + 1
    return undominated_count


@compiled
def shapley_values(
    points: Int1, count: int, rules: ShapleyRules, orders: Int2, room: ShapleyRoom, out: Float1
) -> bool:
    """Write the Shapley value of each player into ``out``; return whether it is exact.

    Args:
        points: objections to each, undominated ones only; without allies the game is lost, and all
            together win it.
        count: how many points.
        rules: what a point needs to pass.
        orders: ``(order, player)``, permutations, used where more than `MOST_EXACT` players (or
            than the workspace allows) matter.
        room: workspace.
        out: ``(player,)``.
    """
    out[:] = 0.0
    matter = 0
    for k in range(count):
        matter |= points[k]
    active = 0
    for i in range(out.shape[0]):
        if matter & rules.waives[i]:
            room.player[active] = i
            active += 1
    if 1 << active <= room.wins.shape[0]:
        _all_coalitions(points, count, rules, active, room, out)
        return True
    for m in range(orders.shape[0]):
        out[_pivot(points, count, rules, orders[m], room.lost)] += 1.0 / orders.shape[0]
    return False


@compiled
def _all_coalitions(
    points: Int1, count: int, rules: ShapleyRules, active: int, room: ShapleyRoom, out: Float1
) -> None:
    # chance[k] = k! (n − k − 1)! / n!, by its own recursion.
    room.chance[0] = 1.0 / active
    for k in range(1, active):
        room.chance[k] = room.chance[k - 1] * k / (active - k)
    room.coalition[0] = room.size[0] = 0
    room.wins[0] = False
    for s in range(1, 1 << active):
        top = 0
        while s >> (top + 1):
            top += 1
        before = s ^ (1 << top)
        room.coalition[s] = room.coalition[before] | rules.waives[room.player[top]]
        room.size[s] = room.size[before] + 1
        won = 0
        for b in range(active):
            if (s >> b) & 1 and room.wins[s ^ (1 << b)]:
                won += 1
        # A coalition wins if a part of it does.
        room.wins[s] = won > 0 or _wins(room.coalition[s], points, count, rules, room.lost)
        if room.wins[s] and won < room.size[s]:
            for b in range(active):
                if (s >> b) & 1 and not room.wins[s ^ (1 << b)]:
                    out[room.player[b]] += room.chance[room.size[s] - 1]


@compiled
def _pivot(points: Int1, count: int, rules: ShapleyRules, order: Int1, lost: Float1) -> int:
    """Return the first player in ``order`` that makes those up to it win, by halving."""
    low, high = 0, order.shape[0] - 1
    while low < high:
        middle = (low + high) // 2
        coalition = 0
        for k in range(middle + 1):
            coalition |= rules.waives[order[k]]
        if _wins(coalition, points, count, rules, lost):
            high = middle
        else:
            low = middle + 1
    return int(order[low])
