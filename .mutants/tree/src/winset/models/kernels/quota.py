"""The chance that a weighted vote reaches its quota, where each voter accepts independently.

The vote is a decision diagram. A node stands for a voter and an interval of votes still needed
before it votes. Needs that every coalition of the remaining voters meets alike share one node. So n
equal weights make about n² nodes, and any real weights about 2 ** (n / 2) at worst; the result is
exact for all. A node comes after those it leads to; the last one is the root.

Source: Bolus 2011, Power indices of simple games and vector-weighted majority games by means of
binary decision diagrams, European Journal of Operational Research 210.
"""

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float2, Float3, Int2, Span
from winset.models.kernels.compiling import compiled, door, inlined

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_REAL = 24  # voters up to which every real weight is exact
UNITS = 1_000  # above, weights are rounded to this share of their sum
FAILS, PASSES = 0, 1  # the ends of a diagram
LANES = 32  # points that a diagram is evaluated for at a time
# Columns of the workspace of one level: its voter, the votes from there on, votes needed on the way
# down, how far the way has come, nodes filed, and node and interval behind the voter's no.
VOTER, REST, NEEDED, STAGE, FILED, BEHIND, LOW, HIGH = range(8)
ARRIVED, SAID_NO, SAID_YES = 0.0, 1.0, 2.0


def quota_room(voters: int) -> Span:
    """Return the levels and the most nodes of a level of a diagram.

    After k of n voters at most 2ᵏ needs are left, and at most 2ⁿ⁻ᵏ of them differ.
    """
    most = 2 ** ((voters + 1) // 2) if voters <= MOST_REAL else UNITS + voters
    return voters, int(most)


def rounded_votes(votes: FloatArray) -> FloatArray:
    """Return ``(draw, voter)`` votes as the diagrams can take them.

    Up to 24 voters keep their votes. The votes of more are rounded to a thousandth of their sum,
    unless they are whole numbers with a sum of 1,000 at most.
    """
    if votes.shape[1] <= MOST_REAL:
        return votes
    total = votes.sum(axis=1, keepdims=True)
    whole_numbers = (votes == np.round(votes)).all(axis=1, keepdims=True) & (total <= UNITS)
    unit = np.where(whole_numbers | (total == 0.0), 1.0, total / UNITS)
    return np.asarray(np.round(votes / unit) * unit)


@compiled
def draw_diagram(
    votes: Float1,
    voters: Span,
    need: float,
    level: Float2,
    filed: Float3,
    node: Int2,
) -> int:
    """Write the diagram of ``need`` votes from ``voters`` into ``node``; return its size.

    Args:
        votes: ``(ratifier,)``.
        voters: first of them and one past the last.
        need: votes.
        level: ``(voter + 1, 8)``, workspace.
        filed: ``(voter, node, 3)``, workspace: needs above the first, up to the second, and node.
        node: ``(node, 3)``: ratifier, where its no leads, where its yes leads.
    """
    n = voters[1] - voters[0]
    _by_weight(votes, voters, level)
    if need <= 0.0 or need > level[0, REST]:
        return PASSES + 1 if need <= 0.0 else FAILS + 1
    size, v = 2, 0
    target, low, high = FAILS, 0.0, 0.0
    level[0, NEEDED], level[0, STAGE] = need, ARRIVED
    while v >= 0:
        needed, count = level[v, NEEDED], int(level[v, FILED])
        if level[v, STAGE] == ARRIVED:
            place = _last_below(filed, v, count, needed) if v < n else -1
            if needed <= 0.0:
                target, low, high = PASSES, -np.inf, 0.0
            elif needed > level[v, REST]:
                target, low, high = FAILS, level[v, REST], np.inf
            # Rounding alone can need more nodes than there can be: the nearest one serves.
            elif count == filed.shape[1] or (place >= 0 and needed <= filed[v, place, 1]):
                place = max(place, 0)
                low, high = filed[v, place, 0], filed[v, place, 1]
                target = int(filed[v, place, 2])
            else:
                level[v, STAGE] = SAID_NO
                v += 1
                level[v, NEEDED], level[v, STAGE] = needed, ARRIVED
                continue
            v -= 1
        elif level[v, STAGE] == SAID_NO:
            level[v, BEHIND], level[v, LOW], level[v, HIGH] = target, low, high
            level[v, STAGE] = SAID_YES
            v += 1
            level[v, NEEDED] = needed - votes[int(level[v - 1, VOTER])]
            level[v, STAGE] = ARRIVED
        else:
            weight = votes[int(level[v, VOTER])]
            low, high = max(level[v, LOW], low + weight), min(level[v, HIGH], high + weight)
            node[size, 0], node[size, 1] = int(level[v, VOTER]), int(level[v, BEHIND])
            node[size, 2] = target
            target = size
            size += 1
            _file(filed, v, count, low, high, target)
            level[v, FILED] += 1.0
            v -= 1
    return size


@compiled
def _by_weight(votes: Float1, voters: Span, level: Float2) -> None:
    """Begin the levels: heaviest voter first."""
    n = voters[1] - voters[0]
    for k in range(n):
        m = k
        while m > 0 and votes[int(level[m - 1, VOTER])] < votes[voters[0] + k]:
            level[m, VOTER] = level[m - 1, VOTER]
            m -= 1
        level[m, VOTER] = voters[0] + k
    level[n, REST] = level[n, FILED] = 0.0
    for v in range(n - 1, -1, -1):
        level[v, REST] = level[v + 1, REST] + votes[int(level[v, VOTER])]
        level[v, FILED] = 0.0


@compiled
def _last_below(filed: Float3, v: int, count: int, needed: float) -> int:
    """Return the last of a level's ascending intervals that begins below ``needed``; or -1."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if filed[v, middle, 0] < needed:
            low = middle + 1
        else:
            high = middle
    return low - 1


@compiled
def _file(filed: Float3, v: int, count: int, low: float, high: float, node: int) -> None:
    """Put an interval in its place among the ``count`` of a level."""
    place = _last_below(filed, v, count, low) + 1
    for k in range(count, place, -1):
        for c in range(3):
            filed[v, k, c] = filed[v, k - 1, c]
    filed[v, place, 0], filed[v, place, 1], filed[v, place, 2] = low, high, node


@inlined
def tails(
    accepts: Float2,
    count: int,
    node: Int2,
    size: int,
    chance: Float2,
    passes: Float1,
) -> None:
    """Multiply ``passes`` by the probabilities that the votes on ``count`` points pass.

    Args:
        accepts: ``(ratifier, point)``, probabilities that each accepts.
        count: how many points.
        node: of the diagram.
        size: of it.
        chance: ``(node, LANES)``, workspace: that the vote passes from a node on.
        passes: ``(point,)``.
    """
    for lane in range(LANES):
        chance[FAILS, lane], chance[PASSES, lane] = 0.0, 1.0
    for begin in range(0, count, LANES):
        width = min(LANES, count - begin)
        for k in range(2, size):
            yes_says = accepts[node[k, 0], begin : begin + width]
            no, yes, here = chance[node[k, 1]], chance[node[k, 2]], chance[k]
            for lane in range(width):
                here[lane] = no[lane] + yes_says[lane] * (yes[lane] - no[lane])
        to, root = passes[begin : begin + width], chance[size - 1]
        for lane in range(width):
            to[lane] *= root[lane]


@compiled
def tail(accepts: Float2, node: Int2, size: int, chance: Float2) -> float:
    """Return the probability that the vote on the first point passes; arguments as of `tails`."""
    chance[FAILS, 0], chance[PASSES, 0] = 0.0, 1.0
    for n in range(2, size):
        no, yes = chance[node[n, 1], 0], chance[node[n, 2], 0]
        chance[n, 0] = no + accepts[node[n, 0], 0] * (yes - no)
    return float(chance[size - 1, 0])


@door
def _lone_tail(votes: Float1, accepts: Float2, need: float, room: Span) -> float:
    nodes = 2 + room[0] * room[1]
    level, filed = np.empty((room[0] + 1, 8)), np.empty((room[0], room[1], 3))
    node, chance = np.empty((nodes, 3), np.int64), np.empty((nodes, LANES))
    size = draw_diagram(votes, (0, votes.shape[0]), need, level, filed, node)
    return float(tail(accepts, node, size, chance))


def quota_tail(votes: FloatArray, accepts: FloatArray, need: float) -> float:
    """Return the probability that independent voters cast at least ``need`` votes.

    >>> round(quota_tail(np.array([3.0, 2.0, 1.0]), np.array([0.5, 0.4, 0.9]), 4.0), 10)
    0.47
    """
    return float(_lone_tail(votes, np.array(accepts)[:, None], need, quota_room(len(votes))))
