"""Who gains by a point, and with what probability each party ratifies it.

Letters follow the model's text: y a point, q the reversion, h an actor's own gain over no
agreement, g its gain with what it lends others, σ the pressure it feels, R the probability that a
party ratifies. What is called within a draw takes few arrays and seldom a tuple of them: counting
references would cost more than the work.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from winset.kernels.quota import PASSES, Span, draw_diagram, quota_room, tail

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Points = tuple[int, int, int]  # of the grid: first, one past the last, stride

CHUNK = 256  # draws that a thread takes at a time
EDGE = 1e-9  # of the scale: a point this near a red line lies on it
TINY = 1e-12  # of the scale: a gain or a shortfall this small is none
POSITION, PRICE, LOW, HIGH, COST, SALIENCE, INFLUENCE = range(7)


class Table(NamedTuple):
    """Who meets whom on one issue: actors, parties and ratifiers counted anew.

    A row is somebody whose gain or margin is worked out: the parties' negotiators, then the
    ratifiers, party by party and in each the veto players before the other voters.

    Attributes:
        point: ``(grid,)``, share of the scale.
        reversion: ``(draw,)``, share of the scale.
        tau: ``(draw,)``, spread of what nobody else knows.
        stance: ``(draw, 7, actor)``: position, price, red line's low and high end, audience cost,
            salience, influence.
        lean_first: ``(row + 1,)``, first of the row's edges to actors: the one to itself.
        lean_on: ``(edge,)``, actor whose gain counts in the row's own.
        lean: ``(draw, edge)``, how much.
        press_first: ``(row + 1,)``, first of the row's edges to pressure groups.
        press_by: ``(edge,)``, actor.
        press: ``(draw, edge)``, how much of the group's loss it can make the row feel.
        shift: ``(draw, row)``, loss a ratifier swallows, κ (1 − s), plus its type where known.
        first: ``(party + 1,)``, first of its ratifiers.
        voters: ``(party,)``, first of them who is no veto player.
        votes: ``(draw, ratifier)``, what the vote of one who is no veto player weighs.
        need: ``(draw, party)``, votes needed from these once every veto player says yes.
        power: ``(draw, party)``, bargaining power, mean 1.
        known: whether types are.
    """

    point: FloatArray
    reversion: FloatArray
    tau: FloatArray
    stance: FloatArray
    lean_first: IntArray
    lean_on: IntArray
    lean: FloatArray
    press_first: IntArray
    press_by: IntArray
    press: FloatArray
    shift: FloatArray
    first: IntArray
    voters: IntArray
    votes: FloatArray
    need: FloatArray
    power: FloatArray
    known: bool


@njit(cache=True, error_model="numpy")
def own_gains(q: float, stance: FloatArray, point: FloatArray, h: FloatArray) -> None:
    """Put each actor's own gain over no agreement at each point in ``h``, ``(actor, grid)``."""
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


@njit(cache=True, error_model="numpy")
def gains(
    h: FloatArray,
    first: IntArray,
    on: IntArray,
    weight: FloatArray,
    shift: FloatArray,
    rows: Span,
    points: Span,
    z: FloatArray,
) -> None:
    """Put g, the gain with what is lent to others, plus ``shift`` in ``z``, ``(row, grid)``.

    A weight of 0 takes no part: 0 times an infinite audience cost is not a number.
    """
    low, high = points
    for row in range(rows[0], rows[1]):
        begin, swallowed = first[row], shift[row]
        share, i = weight[begin], on[begin]
        for j in range(low, high):
            z[row, j] = swallowed + (share * h[i, j] if share > 0.0 else 0.0)
        for e in range(begin + 1, first[row + 1]):
            share, i = weight[e], on[e]
            if share > 0.0:
                for j in range(low, high):
                    z[row, j] += share * h[i, j]


@njit(cache=True, error_model="numpy")
def press(
    h: FloatArray,
    first: IntArray,
    by: IntArray,
    weight: FloatArray,
    rows: Span,
    points: Span,
    z: FloatArray,
) -> None:
    """Take σ, what pressure groups make a row feel of their loss, off ``z``."""
    for row in range(rows[0], rows[1]):
        for e in range(first[row], first[row + 1]):
            share, g = weight[e], by[e]
            if share > 0.0:
                for j in range(points[0], points[1]):
                    z[row, j] += share * min(0.0, h[g, j])


@njit(cache=True, error_model="numpy")
def acceptance(margin: float, tau: float, known: bool) -> float:
    """Return the probability Λ(margin / τ) of accepting; with the type known, 0 or 1."""
    if known or tau == 0.0:
        return 1.0 if margin >= -TINY else 0.0
    return 1.0 / (1.0 + math.exp(-margin / tau))


@njit(cache=True, error_model="numpy")
def raised(worth: float, power: float) -> float:
    """Return ``worth ** power``: equal powers, the usual case, cost no logarithm."""
    return worth if power == 1.0 else worth**power


class Home(NamedTuple):
    """The parties at home, in one draw."""

    margin: FloatArray  # (ratifier, grid), g − σ + κ (1 − s), plus ε where known
    first: IntArray  # (party + 1,), as in the table
    voters: IntArray  # (party,), likewise
    node: IntArray  # (party, node, 3), the diagrams of their quotas
    size: IntArray  # (party,), of them
    accepts: FloatArray  # (ratifier,), workspace from here on
    chance: FloatArray  # (node,)
    level: FloatArray  # (voter + 1, 8)
    filed: FloatArray  # (voter, node, 3)


def room_for(t: Table) -> Span:
    """Return the room for the largest diagram of the table."""
    return quota_room(int((t.first[1:] - t.voters).max()))


@njit(cache=True, error_model="numpy")
def make_home(t: Table, z: FloatArray, room: Span) -> Home:
    """Return the workspace of `ratify` over the ratifiers' rows of ``z``."""
    parties, nodes = t.voters.shape[0], 2 + room[0] * room[1]
    return Home(
        z[parties:],
        t.first,
        t.voters,
        np.empty((parties, nodes, 3), np.int64),
        np.empty(parties, np.int64),
        np.empty(t.votes.shape[1]),
        np.empty(nodes),
        np.empty((room[0] + 1, 8)),
        np.empty((room[0], room[1], 3)),
    )


@njit(cache=True, error_model="numpy")
def call_votes(votes: FloatArray, need: FloatArray, home: Home) -> None:
    """Draw the diagrams of the parties' quotas."""
    for p in range(need.shape[0]):
        voters = home.voters[p], home.first[p + 1]
        home.size[p] = draw_diagram(votes, voters, need[p], home.level, home.filed, home.node[p])


@njit(cache=True, error_model="numpy")
def ratify(
    home: Home,
    p: int,
    tau: float,
    known: bool,
    points: Points,
    least: float,
    power: float,
    worth: FloatArray,
) -> None:
    """Multiply ``worth`` by R of party p to the ``power``; it becomes -1 where R is 0.

    Only at ``points``, and only as long as it is ``least`` or more.
    """
    margin, accepts, node, size = home.margin, home.accepts, home.node[p], home.size[p]
    first, voters, last = home.first[p], home.voters[p], home.first[p + 1]
    for j in range(points[0], points[1], points[2]):
        if worth[j] < least:
            continue
        chance = 1.0
        for r in range(first, voters):
            chance *= acceptance(margin[r, j], tau, known)
            # Never mind what exactly a point is worth that lies below the least already.
            if worth[j] * raised(chance, power) < least:
                break
        else:
            if size != PASSES + 1:
                for r in range(voters, last):
                    accepts[r] = acceptance(margin[r, j], tau, known)
                chance *= tail(accepts, node, size, home.chance)
        worth[j] = worth[j] * raised(chance, power) if chance > 0.0 else -1.0
