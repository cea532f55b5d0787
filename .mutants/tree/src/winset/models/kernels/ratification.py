"""Who gains by a point, and with what probability each party ratifies it.

Letters follow the model's text: y a point, q the reversion, h an actor's own gain over no
agreement, g its gain with what it lends others, σ the pressure it feels, R the probability that a
party ratifies. Functions called within a draw take few arrays and seldom a tuple of them, since
counting references would cost more than the work.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float2, Float3, Int1, Int3, Span
from winset.models.kernels.compiling import compiled, inlined
from winset.models.kernels.quota import LANES, PASSES, draw_diagram, quota_room, tails

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

CHUNK = 256  # draws that a thread takes at a time
EDGE = 1e-9  # of the scale: a point this near a red line lies on it
TINY = 1e-12  # of the scale: a gain or a shortfall this small is none
POSITION, PRICE, LOW, HIGH, COST, SALIENCE, INFLUENCE = range(7)


class IssueTable(NamedTuple):
    """Who meets whom on one issue, with its own numbering of actors, parties and ratifiers.

    A row is an actor whose gain or margin is computed: the parties' negotiators, then the
    ratifiers, party by party, the veto players of each before its other voters.

    Attributes:
        point: ``(grid,)``, share of the scale.
        reversion: ``(draw,)``, share of the scale.
        tau: ``(draw,)``, spread of the types.
        stance: ``(draw, 7, actor)``: position, price, red line's low and high end, audience cost,
            salience, influence.
        lean_first: ``(row + 1,)``, first of the row's edges to actors: the one to itself.
        lean_on: ``(edge,)``, actor whose gain counts in the row's own.
        lean: ``(draw, edge)``, how much.
        press_first: ``(row + 1,)``, first of the row's edges to pressure groups.
        press_by: ``(edge,)``, actor.
        press: ``(draw, edge)``, how much of the group's loss it can make the row feel.
        shift: ``(draw, row)``, loss a ratifier tolerates, κ (1 − s), plus its type where known.
        first: ``(party + 1,)``, first of its ratifiers.
        voters: ``(party,)``, first of them without a veto.
        votes: ``(draw, ratifier)``, weight of the vote of a ratifier without a veto.
        need: ``(draw, party)``, votes needed from these once every veto player says yes.
        power: ``(draw, party)``, bargaining power, the greatest 1.
        known: whether types are.
    """

    point: Float1
    reversion: Float1
    tau: Float1
    stance: Float3
    lean_first: Int1
    lean_on: Int1
    lean: Float2
    press_first: Int1
    press_by: Int1
    press: Float2
    shift: Float2
    first: Int1
    voters: Int1
    votes: Float2
    need: Float2
    power: Float2
    known: bool


@compiled
def own_gains(q: float, stance: Float2, point: Float1, h: Float2) -> None:
    """Write each actor's own gain over no agreement at each point into ``h``, ``(actor, grid)``."""
    for i in range(h.shape[0]):
        x = stance[POSITION, i]
        at_reversion = abs(q - x) + stance[PRICE, i]
        low, high, cost = stance[LOW, i] - EDGE, stance[HIGH, i] + EDGE, stance[COST, i]
        for j in range(h.shape[1]):
            y = point[j]
            loss = abs(y - x)
            if y < low or y > high:
                loss += cost
            h[i, j] = at_reversion - loss


@compiled
def gains(
    h: Float2,
    first: Int1,
    on: Int1,
    weight: Float1,
    shift: Float1,
    rows: Span,
    points: Span,
    z: Float2,
) -> None:
    """Write g, the gain with what is lent to others, plus ``shift`` into ``z``, ``(row, grid)``.

    A weight of 0 takes no part: 0 times an infinite audience cost is not a number.
    """
    # Loops run over slices, from 0: other indices may be negative, and make no vectors.
    for row in range(rows[0], rows[1]):
        begin, swallowed = first[row], shift[row]
        to = z[row, points[0] : points[1]]
        share, lent = weight[begin], h[on[begin], points[0] : points[1]]
        for j in range(to.shape[0]):
            to[j] = swallowed + (share * lent[j] if share > 0.0 else 0.0)
        for e in range(begin + 1, first[row + 1]):
            share, lent = weight[e], h[on[e], points[0] : points[1]]
            if share > 0.0:
                for j in range(to.shape[0]):
                    to[j] += share * lent[j]


@compiled
def press(
    h: Float2,
    first: Int1,
    by: Int1,
    weight: Float1,
    rows: Span,
    points: Span,
    z: Float2,
) -> None:
    """Subtract σ, what pressure groups make a row feel of their loss, from ``z``."""
    for row in range(rows[0], rows[1]):
        to = z[row, points[0] : points[1]]
        for e in range(first[row], first[row + 1]):
            share, group = weight[e], h[by[e], points[0] : points[1]]
            if share > 0.0:
                for j in range(to.shape[0]):
                    to[j] += share * (group[j] if group[j] < 0.0 else 0.0)


class HomeParties(NamedTuple):
    """The parties at home, in one draw."""

    margin: Float2  # (ratifier, grid), g − σ + κ (1 − s), plus ε where known
    first: Int1  # (party + 1,), as in the table
    voters: Int1  # (party,), likewise
    node: Int3  # (party, node, 3), the diagrams of their quotas
    size: Int1  # (party,), of them
    accepts: Float2  # (ratifier, grid), how likely it accepts the points looked at
    chance: Float2  # (node, LANES), workspace from here on
    level: Float2  # (voter + 1, 8)
    filed: Float3  # (voter, node, 3)


def room_for(t: IssueTable) -> Span:
    """Return the room for the largest diagram of the table."""
    return quota_room(int((t.first[1:] - t.voters).max()))


@compiled
def make_home(t: IssueTable, z: Float2, room: Span) -> HomeParties:
    """Return the workspace of `ratify` over the ratifiers' rows of ``z``."""
    parties, nodes = t.voters.shape[0], 2 + room[0] * room[1]
    return HomeParties(
        z[parties:],
        t.first,
        t.voters,
        np.empty((parties, nodes, 3), np.int64),
        np.empty(parties, np.int64),
        np.ones((t.votes.shape[1], t.point.shape[0])),
        np.empty((nodes, LANES)),
        np.empty((room[0] + 1, 8)),
        np.empty((room[0], room[1], 3)),
    )


@compiled
def call_votes(votes: Float1, need: Float1, home: HomeParties) -> None:
    """Draw the diagrams of the parties' quotas."""
    for p in range(need.shape[0]):
        voters = home.voters[p], home.first[p + 1]
        home.size[p] = draw_diagram(votes, voters, need[p], home.level, home.filed, home.node[p])


@inlined
def accept(
    margin: Float2,
    r: int,
    tau: float,
    known: bool,
    points: Int1,
    count: int,
    accepts: Float2,
) -> None:
    """Write the probabilities Λ(margin / τ) that r accepts ``points`` into ``accepts[r]``."""
    for k in range(count):
        accepts[r, k] = margin[r, points[k]]
    if known or tau < TINY:
        for k in range(count):
            accepts[r, k] = 1.0 if accepts[r, k] >= -TINY else 0.0
    else:
        sharpness = 1.0 / tau
        for k in range(count):
            accepts[r, k] = _logistic(sharpness * accepts[r, k])


@inlined
def _logistic(x: float) -> float:
    """Return 1 / (1 + exp(−x)) to a part in 10¹², and 0 below −700.

    The exponential is the 4,096th power of one near 1, which has a short Taylor series: without a
    branch or a call, so that a loop becomes vectors, three times as fast as with the library's.
    """
    low = x if x > -700.0 else -700.0
    t = (low if low < 700.0 else 700.0) * (-1.0 / 4096.0)
    e = 1.0 / 362880.0 + t * (1.0 / 3628800.0 + t * (1.0 / 39916800.0))
    e = 1.0 / 120.0 + t * (1.0 / 720.0 + t * (1.0 / 5040.0 + t * (1.0 / 40320.0 + t * e)))
    e = 1.0 + t * (1.0 + t * (1.0 / 2.0 + t * (1.0 / 6.0 + t * (1.0 / 24.0 + t * e))))
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    chance = 1.0 / (1.0 + e)
    return chance if x > -700.0 else 0.0


@inlined
def ratify(
    home: HomeParties, p: int, tau: float, known: bool, points: Int1, count: int, ratified: Float1
) -> None:
    """Write R of party p at the first ``count`` of ``points`` into ``ratified``."""
    margin, accepts, size = home.margin, home.accepts, home.size[p]
    first, voters, last = home.first[p], home.voters[p], home.first[p + 1]
    for k in range(count):
        ratified[k] = 1.0
    for r in range(first, voters):
        accept(margin, r, tau, known, points, count, accepts)
        for k in range(count):
            ratified[k] *= accepts[r, k]
    if size != PASSES + 1:
        for r in range(voters, last):
            accept(margin, r, tau, known, points, count, accepts)
        tails(accepts, count, home.node[p], size, home.chance, ratified)
