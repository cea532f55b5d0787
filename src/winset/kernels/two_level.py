"""One issue between parties that must each ratify: settlements, winset curves, blame.

Letters follow the model's text: y a point, q the reversion, h an actor's own gain, g its gain with
what it lends others, R the probability that a party ratifies. Draws go to the threads in chunks of
one length and no sum crosses a chunk, so that results do not hang on the threads. Nothing is
allocated within a draw. Functions called within one take few arrays, and no tuples of them: the
counting of references would cost more than the work.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from winset.kernels.shapley import (
    MOST_EXACT,
    Rules,
    make_room,
    passes,
    shapley_values,
    undominated,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

CHUNK = 256  # draws
EDGE = 1e-9  # of the scale: a point this near a red line lies on it
TINY = 1e-12  # of the scale: a gain or a shortfall this small is none
TIE = 1e-10  # values this near each other, as a share of the best, are the same
STRIDE = 16  # grid points between those tried first
NASH, KALAI_SMORODINSKY, EGALITARIAN, TAKE_IT_OR_LEAVE_IT = range(4)
POSITION, PRICE, LOW, HIGH, COST = range(5)
MOST_REAL = 24  # voters up to which every real weight is exact
UNITS = 1_000  # above, weights are rounded to this share of their sum
FAILS, PASSES = 0, 1  # the ends of a diagram
AGREED, BLAMED, MISJUDGED = range(3)
Span = tuple[int, int]


class Table(NamedTuple):
    """Who meets whom on one issue: actors, parties and ratifiers counted anew.

    A row is somebody whose gain or margin is worked out: the parties' negotiators, then the
    ratifiers, party by party and in each the veto players before the other voters.

    Attributes:
        point: ``(grid,)``, share of the scale.
        reversion: ``(draw,)``, share of the scale.
        tau: ``(draw,)``, spread of what nobody else knows.
        stance: ``(draw, 5, actor)``: position, price, red line's low and high end, audience cost.
        lean_first: ``(row + 1,)``, first of the row's edges to actors, itself among them.
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
def _own_gains(q: float, stance: FloatArray, point: FloatArray, h: FloatArray) -> None:
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
def _gains(
    h: FloatArray,
    first: IntArray,
    on: IntArray,
    weight: FloatArray,
    rows: Span,
    points: Span,
    z: FloatArray,
) -> None:
    """Put g, the gain with what is lent to others, of ``rows`` in ``z``, ``(row, grid)``."""
    for row in range(rows[0], rows[1]):
        z[row, points[0] : points[1]] = 0.0
        for e in range(first[row], first[row + 1]):
            share, i = weight[e], on[e]
            # A weight of 0 takes no part: 0 times an infinite audience cost is not a number.
            if share > 0.0:
                for j in range(points[0], points[1]):
                    z[row, j] += share * h[i, j]


@njit(cache=True, error_model="numpy")
def _press(
    h: FloatArray,
    first: IntArray,
    by: IntArray,
    weight: FloatArray,
    shift: FloatArray,
    rows: Span,
    points: Span,
    z: FloatArray,
) -> None:
    """Make the ratifiers' gains in ``z`` margins of acceptance: g − σ + κ (1 − s), perhaps + ε."""
    for row in range(rows[0], rows[1]):
        swallowed = shift[row]
        for j in range(points[0], points[1]):
            z[row, j] += swallowed
        for e in range(first[row], first[row + 1]):
            share, g = weight[e], by[e]
            if share > 0.0:
                for j in range(points[0], points[1]):
                    z[row, j] += share * min(0.0, h[g, j])


@njit(cache=True, error_model="numpy")
def _bound(
    z: FloatArray, power: FloatArray, rule: int, proposer: int, known: bool, bound: FloatArray
) -> Span:
    """Put what a point is worth if sure to be ratified in ``bound``, -1 where somebody loses.

    Types unknown, a negotiator signs for a gain only; types known, or answering an offer, as long
    as it does not lose. Returns the first point in question and one past the last.
    """
    bound[:] = 1.0
    for p in range(power.shape[0]):
        answers = rule == TAKE_IT_OR_LEAVE_IT and p != proposer
        least = -TINY if known or answers else TINY
        exponent = power[p] if rule == NASH else 1.0 if p == proposer else 0.0
        for j in range(bound.shape[0]):
            if not z[p, j] > least:
                bound[j] = -1.0
            elif bound[j] >= 0.0:
                bound[j] *= _raised(max(z[p, j], 0.0), exponent)
    first, last = bound.shape[0], 0
    for j in range(bound.shape[0]):
        if bound[j] >= 0.0:
            first, last = min(first, j), j + 1
    return first, last


@njit(cache=True, error_model="numpy")
def _raised(worth: float, power: float) -> float:
    # Equal powers, the usual case, cost no logarithm.
    return worth if power == 1.0 else worth**power


@njit(cache=True, error_model="numpy")
def _acceptance(margin: float, tau: float, known: bool) -> float:
    if known or tau == 0.0:
        return 1.0 if margin >= -TINY else 0.0
    return 1.0 / (1.0 + math.exp(-margin / tau))


# A party's vote is a decision diagram (Bolus 2011): a node stands for a voter and an interval of
# votes still needed before it votes. Needs between which no coalition of the remaining voters
# tells are one node, so that equal weights make n² nodes and any real ones 2 ** (n / 2) at worst.
# A node comes after those it leads to; the last one is the root.


def quota_room(voters: int) -> Span:
    """Return the levels and the most nodes of a level of a diagram.

    After k of n voters at most 2ᵏ needs are left, and at most 2ⁿ⁻ᵏ of them differ.
    """
    most = 2 ** ((voters + 1) // 2) if voters <= MOST_REAL else UNITS + voters
    return voters, int(most)


@njit(cache=True, error_model="numpy")
def _draw_diagram(
    votes: FloatArray,
    voters: Span,
    need: float,
    level: FloatArray,
    filed: FloatArray,
    node: IntArray,
) -> int:
    """Put the diagram of ``need`` votes from those ``voters`` in ``node``; return its size.

    Args:
        votes: ``(ratifier,)``.
        voters: first of them and one past the last.
        need: votes.
        level: ``(voter + 1, 8)``, workspace: ratifier, votes from there on, votes needed on the way
            down, stage, nodes filed, and node, low and high end behind a no.
        filed: ``(voter, node, 3)``, workspace: needs above the first, up to the second, and node.
        node: ``(node, 3)``: ratifier, where its no leads, where its yes leads.
    """
    n = voters[1] - voters[0]
    for k in range(n):
        m = k
        while m > 0 and votes[int(level[m - 1, 0])] < votes[voters[0] + k]:
            level[m, 0] = level[m - 1, 0]
            m -= 1
        level[m, 0] = voters[0] + k
    level[n, 1] = 0.0
    for v in range(n - 1, -1, -1):
        level[v, 1] = level[v + 1, 1] + votes[int(level[v, 0])]
        level[v, 4] = 0.0
    if need <= 0.0 or need > level[0, 1]:
        return PASSES + 1 if need <= 0.0 else FAILS + 1
    size, v = 2, 0
    found, low, high = FAILS, 0.0, 0.0
    level[0, 2], level[0, 3] = need, 0.0
    while v >= 0:
        needed, stage, count = level[v, 2], level[v, 3], int(level[v, 4])
        if stage == 0.0:
            place = _last_below(filed[v], count, needed)
            # Rounding alone can ask for more nodes than there can be: the nearest will do.
            full = count == filed.shape[1]
            if needed <= 0.0:
                found, low, high = PASSES, -np.inf, 0.0
            elif needed > level[v, 1]:
                found, low, high = FAILS, level[v, 1], np.inf
            elif full or (place >= 0 and needed <= filed[v, place, 1]):
                place = max(place, 0)
                low, high = filed[v, place, 0], filed[v, place, 1]
                found = int(filed[v, place, 2])
            else:
                level[v, 3] = 1.0
                v += 1
                level[v, 2], level[v, 3] = needed, 0.0
                continue
            v -= 1
        elif stage == 1.0:
            level[v, 3], level[v, 5], level[v, 6], level[v, 7] = 2.0, found, low, high
            v += 1
            level[v, 2], level[v, 3] = needed - votes[int(level[v - 1, 0])], 0.0
        else:
            weight = votes[int(level[v, 0])]
            node[size, 0], node[size, 1], node[size, 2] = int(level[v, 0]), int(level[v, 5]), found
            low, high = max(level[v, 6], low + weight), min(level[v, 7], high + weight)
            found = size
            size += 1
            place = _last_below(filed[v], count, low) + 1
            for k in range(count, place, -1):
                for c in range(3):
                    filed[v, k, c] = filed[v, k - 1, c]
            filed[v, place, 0], filed[v, place, 1], filed[v, place, 2] = low, high, found
            level[v, 4] += 1.0
            v -= 1
    return size


@njit(cache=True, error_model="numpy")
def _last_below(filed: FloatArray, count: int, needed: float) -> int:
    """Return the last of the ascending intervals that begins below ``needed``; -1 for none."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if filed[middle, 0] < needed:
            low = middle + 1
        else:
            high = middle
    return low - 1


@njit(cache=True, error_model="numpy")
def _tail(accepts: FloatArray, node: IntArray, size: int, chance: FloatArray) -> float:
    """Return the probability that the vote passes; ``chance``: that it does from a node on."""
    chance[FAILS], chance[PASSES] = 0.0, 1.0
    for k in range(2, size):
        no, yes = chance[node[k, 1]], chance[node[k, 2]]
        chance[k] = no + accepts[node[k, 0]] * (yes - no)
    return float(chance[size - 1])


@njit(cache=True, error_model="numpy")
def _lone_tail(votes: FloatArray, accepts: FloatArray, need: float, room: Span) -> float:
    level, filed = np.empty((room[0] + 1, 8)), np.empty((room[0], room[1], 3))
    node, chance = np.empty((2 + room[0] * room[1], 3), np.int64), np.empty(2 + room[0] * room[1])
    size = _draw_diagram(votes, (0, votes.shape[0]), need, level, filed, node)
    return _tail(accepts, node, size, chance)


def quota_tail(votes: FloatArray, accepts: FloatArray, need: float) -> float:
    """Return the probability that voters, each accepting by itself, muster ``need`` votes.

    >>> round(quota_tail(np.array([3.0, 2.0, 1.0]), np.array([0.5, 0.4, 0.9]), 4.0), 10)
    0.47
    """
    return float(_lone_tail(votes, accepts, need, quota_room(len(votes))))


class Home(NamedTuple):
    """The parties at home, in one draw: where `_ratify` works."""

    margin: FloatArray  # (ratifier, grid), g − σ + κ (1 − s), plus ε where known
    first: IntArray  # (party + 1,), as in the table
    voters: IntArray  # (party,), likewise
    node: IntArray  # (party, node, 3), the diagrams
    size: IntArray  # (party,), of them
    accepts: FloatArray  # (ratifier,)
    chance: FloatArray  # (node,)


@njit(cache=True, error_model="numpy")
def _ratify(
    home: Home,
    p: int,
    tau: float,
    known: bool,
    points: tuple[int, int, int],
    least: float,
    power: float,
    worth: FloatArray,
) -> None:
    """Multiply ``worth`` by R of party p to the ``power``; it becomes -1 where R is 0.

    Only at ``points`` (first, one past the last, stride) and as long as it is ``least`` or more.
    """
    margin, accepts, node, size = home.margin, home.accepts, home.node[p], home.size[p]
    first, voters, last = home.first[p], home.voters[p], home.first[p + 1]
    for j in range(points[0], points[1], points[2]):
        if worth[j] < least:
            continue
        chance = 1.0
        for r in range(first, voters):
            chance *= _acceptance(margin[r, j], tau, known)
            # Never mind the exact worth of a point already below the least.
            if worth[j] * _raised(chance, power) < least:
                break
        else:
            if size != PASSES + 1:
                for r in range(voters, last):
                    accepts[r] = _acceptance(margin[r, j], tau, known)
                chance *= _tail(accepts, node, size, home.chance)
        worth[j] = worth[j] * _raised(chance, power) if chance > 0.0 else -1.0


@njit(cache=True, error_model="numpy")
def _best_product(
    home: Home,
    power: FloatArray,
    tau: float,
    known: bool,
    window: Span,
    bound: FloatArray,
    value: FloatArray,
) -> None:
    """Put the bound times every party's R to its power in ``value``, where that can be the best.

    Ratification only lowers a bound: a first pass over few points finds a good one, and points
    that fall below it are looked at no further.
    """
    first, last = window
    best = 0.0
    for stride in (STRIDE, 1):
        for j in range(first, last):
            value[j] = bound[j]
        for p in range(power.shape[0]):
            least = best * (1.0 - TIE)
            _ratify(home, p, tau, known, (first, last, stride), least, power[p], value)
        for j in range(first, last, stride):
            best = max(best, value[j])


@njit(cache=True, error_model="numpy")
def _best_share(
    home: Home,
    gain: FloatArray,
    relative: bool,
    tau: float,
    known: bool,
    window: Span,
    bound: FloatArray,
    worth: FloatArray,
    value: FloatArray,
) -> None:
    """Put the least of the parties' expected gains in ``value``, ``relative`` to its best or not.

    ``worth``, ``(party, grid)``, is workspace.
    """
    first, last = window
    for j in range(first, last):
        value[j] = np.inf if bound[j] >= 0.0 else -1.0
    for p in range(worth.shape[0]):
        for j in range(first, last):
            worth[p, j] = max(gain[p, j], 0.0) if bound[j] >= 0.0 else -1.0
        _ratify(home, p, tau, known, (first, last, 1), 0.0, 1.0, worth[p])
        for j in range(first, last):
            if worth[p, j] < 0.0:
                value[j] = -1.0
    for p in range(worth.shape[0]):
        best = 0.0 if relative else 1.0
        for j in range(first, last):
            if relative and value[j] >= 0.0:
                best = max(best, worth[p, j])
        for j in range(first, last):
            if value[j] >= 0.0:
                # Who can gain nothing anywhere has all it can get.
                value[j] = min(value[j], worth[p, j] / best if best > 0.0 else 1.0)


@njit(cache=True, error_model="numpy")
def _middle_of_best(value: FloatArray, point: FloatArray, reversion: float) -> int:
    """Return the place of the greatest value; -1 where none is 0 or more.

    Equals side by side count as one, and their middle is taken: of two middles, and of several
    such runs, the nearer to the reversion, so that a mirrored scale mirrors the choice.
    """
    top = -1.0
    for j in range(value.shape[0]):
        top = max(top, value[j])
    if top < 0.0:
        return -1
    enough = top * (1.0 - TIE)
    chosen, distance = -1, np.inf
    j = 0
    while j < value.shape[0]:
        if value[j] < enough:
            j += 1
            continue
        end = j
        while end + 1 < value.shape[0] and value[end + 1] >= enough:
            end += 1
        for middle in range((j + end) // 2, (j + end + 1) // 2 + 1):
            away = abs(point[middle] - reversion)
            if away < distance - EDGE:
                chosen, distance = middle, away
        j = end + 1
    return chosen


@njit(cache=True, error_model="numpy")
def _fewest(
    home: Home,
    gain: FloatArray,
    tau: float,
    known: bool,
    window: Span,
    bound: FloatArray,
    worth: FloatArray,
) -> int:
    """Return the party with the fewest points where it gains, or else where it could ratify."""
    grid = bound.shape[0]
    chosen, fewest = 0, grid + 1
    for p in range(home.size.shape[0]):
        for j in range(grid):
            worth[j] = bound[j] if window[0] < window[1] else gain[p, j] + TINY
        if window[0] < window[1]:
            _ratify(home, p, tau, known, (0, grid, 1), 0.0, 1.0, worth)
        count = 0
        for j in range(grid):
            count += worth[j] >= 0.0
        if count < fewest:
            chosen, fewest = p, count
    return chosen


class Solved(NamedTuple):
    """What came of each draw.

    Attributes:
        place: ``(draw,)``, grid point signed; -1 where nothing is.
        ratified: ``(draw, party)``, probability that the party ratifies that point; NaN at -1.
        accepts: ``(draw, ratifier)``, probability that the ratifier accepts it; likewise.
        lift: ``(draw, ratifier)``, what the party's probability would gain were it sure to.
        bar: ``(draw,)``, where nothing is signed, the party that finds the fewest points possible.
    """

    place: IntArray
    ratified: FloatArray
    accepts: FloatArray
    lift: FloatArray
    bar: IntArray


@njit(cache=True, error_model="numpy")
def _describe(home: Home, d: int, place: int, tau: float, known: bool, solved: Solved) -> None:
    """Write down who ratifies the point signed, and with what probability."""
    margin, accepts = home.margin, home.accepts
    for p in range(home.size.shape[0]):
        first, voters, last = home.first[p], home.voters[p], home.first[p + 1]
        for r in range(first, last):
            accepts[r] = solved.accepts[d, r] = _acceptance(margin[r, place], tau, known)
        # Once as it is, and once with each ratifier sure to accept.
        for sure in range(first - 1, last):
            if sure >= first:
                accepts[sure] = 1.0
            chance = _tail(accepts, home.node[p], home.size[p], home.chance)
            for r in range(first, voters):
                chance *= accepts[r]
            if sure < first:
                solved.ratified[d, p] = chance
            else:
                accepts[sure] = solved.accepts[d, sure]
                solved.lift[d, sure] = max(0.0, chance - solved.ratified[d, p])


@njit(cache=True, error_model="numpy")
def _solve_draws(
    t: Table, draws: Span, rule: int, proposer: int, room: Span, solved: Solved
) -> None:
    grid, parties = t.point.shape[0], t.voters.shape[0]
    rows = parties + t.votes.shape[1]
    h, z = np.empty((t.stance.shape[2], grid)), np.empty((rows, grid))
    bound, value, worth = np.empty(grid), np.empty(grid), np.empty((parties, grid))
    level, filed = np.empty((room[0] + 1, 8)), np.empty((room[0], room[1], 3))
    home = make_home(t, z, room)
    equal, home_rows = np.ones(parties), (parties, rows)
    for d in range(draws[0], draws[1]):
        q, tau = t.reversion[d], t.tau[d]
        _own_gains(q, t.stance[d], t.point, h)
        _gains(h, t.lean_first, t.lean_on, t.lean[d], (0, parties), (0, grid), z)
        window = _bound(z, t.power[d], rule, proposer, t.known, bound)
        value[:] = -1.0
        if window[0] < window[1]:
            _gains(h, t.lean_first, t.lean_on, t.lean[d], home_rows, window, z)
            _press(h, t.press_first, t.press_by, t.press[d], t.shift[d], home_rows, window, z)
            for p in range(parties):
                seats = t.voters[p], t.first[p + 1]
                home.size[p] = _draw_diagram(
                    t.votes[d], seats, t.need[d, p], level, filed, home.node[p]
                )
            if rule == NASH:
                _best_product(home, t.power[d], tau, t.known, window, bound, value)
            elif rule == TAKE_IT_OR_LEAVE_IT:
                _best_product(home, equal, tau, t.known, window, bound, value)
            else:
                relative = rule == KALAI_SMORODINSKY
                _best_share(home, z, relative, tau, t.known, window, bound, worth, value)
        place = _middle_of_best(value, t.point, q)
        solved.place[d], solved.bar[d] = place, -1
        if place >= 0:
            _describe(home, d, place, tau, t.known, solved)
            continue
        solved.bar[d] = _fewest(home, z, tau, t.known, window, bound, value)
        solved.ratified[d, :] = np.nan
        solved.accepts[d, :] = np.nan
        solved.lift[d, :] = np.nan


@njit(cache=True, error_model="numpy")
def make_home(t: Table, z: FloatArray, room: Span) -> Home:
    """Return the workspace of `_ratify` over the ratifiers' rows of ``z``."""
    parties, nodes = t.voters.shape[0], 2 + room[0] * room[1]
    return Home(
        z[parties:],
        t.first,
        t.voters,
        np.empty((parties, nodes, 3), np.int64),
        np.empty(parties, np.int64),
        np.empty(t.votes.shape[1]),
        np.empty(nodes),
    )


@njit(cache=True, parallel=True)
def _solve(t: Table, rule: int, proposer: int, room: Span, solved: Solved) -> None:
    draws = t.reversion.shape[0]
    for c in prange((draws + CHUNK - 1) // CHUNK):
        _solve_draws(t, (c * CHUNK, min(draws, (c + 1) * CHUNK)), rule, proposer, room, solved)


def _room(t: Table) -> Span:
    """Return the room for the largest diagram of the table."""
    return quota_room(int((t.first[1:] - t.voters).max()))


def solve_table(t: Table, *, rule: int, proposer: int = -1) -> Solved:
    """Return what comes of each draw under ``rule``.

    ``proposer`` is the party that makes the offer under TAKE_IT_OR_LEAVE_IT.
    """
    draws, parties, ratifiers = len(t.reversion), len(t.voters), t.votes.shape[1]
    solved = Solved(
        np.empty(draws, np.int64),
        np.empty((draws, parties)),
        np.empty((draws, ratifiers)),
        np.empty((draws, ratifiers)),
        np.empty(draws, np.int64),
    )
    _solve(t, rule, proposer, _room(t), solved)
    return solved


class Winsets(NamedTuple):
    """Sums over draws, each times its weight.

    Attributes:
        ratified: ``(party, grid)``, probability that the party ratifies the point.
        gains: ``(party, grid)``, whether its negotiator does not lose there.
        joint: ``(grid,)``, probability that all ratify it.
        zone: ``(grid,)``, and that no negotiator loses.
    """

    ratified: FloatArray
    gains: FloatArray
    joint: FloatArray
    zone: FloatArray


@njit(cache=True, error_model="numpy")
def _sum_draws(t: Table, draws: Span, weight: FloatArray, room: Span, sums: FloatArray) -> None:
    grid, parties = t.point.shape[0], t.voters.shape[0]
    rows = parties + t.votes.shape[1]
    h, z = np.empty((t.stance.shape[2], grid)), np.empty((rows, grid))
    joint, zone, worth = np.empty(grid), np.empty(grid), np.empty(grid)
    level, filed = np.empty((room[0] + 1, 8)), np.empty((room[0], room[1], 3))
    home = make_home(t, z, room)
    home_rows, everywhere = (parties, rows), (0, grid)
    for d in range(draws[0], draws[1]):
        _own_gains(t.reversion[d], t.stance[d], t.point, h)
        _gains(h, t.lean_first, t.lean_on, t.lean[d], (0, rows), everywhere, z)
        _press(h, t.press_first, t.press_by, t.press[d], t.shift[d], home_rows, everywhere, z)
        joint[:] = weight[d]
        zone[:] = weight[d]
        for p in range(parties):
            seats = t.voters[p], t.first[p + 1]
            home.size[p] = _draw_diagram(
                t.votes[d], seats, t.need[d, p], level, filed, home.node[p]
            )
            worth[:] = 1.0
            _ratify(home, p, t.tau[d], t.known, (0, grid, 1), 0.0, 1.0, worth)
            for j in range(grid):
                chance = max(worth[j], 0.0)
                gains = weight[d] if z[p, j] > -TINY else 0.0
                sums[p, j] += weight[d] * chance
                sums[parties + p, j] += gains
                joint[j] *= chance
                zone[j] *= chance if gains > 0.0 else 0.0
        for j in range(grid):
            sums[2 * parties, j] += joint[j]
            sums[2 * parties + 1, j] += zone[j]


@njit(cache=True, parallel=True)
def _sum(t: Table, weight: FloatArray, room: Span, sums: FloatArray) -> None:
    draws = t.reversion.shape[0]
    for c in prange(sums.shape[0]):
        _sum_draws(t, (c * CHUNK, min(draws, (c + 1) * CHUNK)), weight, room, sums[c])


def winset_sums(t: Table, weight: FloatArray) -> Winsets:
    """Return the winsets of a table without known types, summed over draws with ``weight``."""
    parties, chunks = len(t.voters), -(-len(t.reversion) // CHUNK)
    sums = np.zeros((chunks, 2 * parties + 2, len(t.point)))
    _sum(t, weight, _room(t), sums)
    total = sums.sum(axis=0)
    return Winsets(total[:parties], total[parties : 2 * parties], total[-2], total[-1])


class Blamed(NamedTuple):
    """Who stood in the way, draw by draw.

    Attributes:
        end: ``(draw,)``, AGREED, BLAMED, or MISJUDGED where another point would have passed.
        share: ``(draw, player)``, Shapley value; 0 unless BLAMED.
        exact: ``(draw,)``, whether all coalitions were looked at.
    """

    end: IntArray
    share: FloatArray
    exact: BoolArray


@njit(cache=True, error_model="numpy")
def _objections(z: FloatArray, parties: int, points: IntArray) -> None:
    """Put the rows that would not have each point in ``points``: row k as bit k."""
    points[:] = 0
    for row in range(z.shape[0]):
        for j in range(z.shape[1]):
            objects = not z[row, j] > -TINY if row < parties else not z[row, j] >= -TINY
            points[j] |= (1 << row) if objects else 0


@njit(cache=True, error_model="numpy")
def _blame_draws(
    t: Table, draws: Span, place: IntArray, waives: IntArray, orders: IntArray, out: Blamed
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
        _own_gains(t.reversion[d], t.stance[d], t.point, h)
        _gains(h, t.lean_first, t.lean_on, t.lean[d], (0, rows), everywhere, z)
        _press(h, t.press_first, t.press_by, t.press[d], t.shift[d], home_rows, everywhere, z)
        for p in range(parties):
            spare[p] = -t.need[d, p]
            for r in range(t.voters[p], t.first[p + 1]):
                votes[parties + r] = t.votes[d, r]
                spare[p] += t.votes[d, r]
        rules = Rules(waives, vetoes, votes, party, spare)
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


@njit(cache=True, parallel=True)
def _blame(t: Table, place: IntArray, waives: IntArray, orders: IntArray, out: Blamed) -> None:
    draws = t.reversion.shape[0]
    for c in prange((draws + CHUNK - 1) // CHUNK):
        _blame_draws(t, (c * CHUNK, min(draws, (c + 1) * CHUNK)), place, waives, orders, out)


def blame_draws(t: Table, place: IntArray, *, waives: IntArray, orders: IntArray) -> Blamed:
    """Return who stood in the way in draws that sign ``place`` and do not agree.

    Args:
        t: a table with known types.
        place: ``(draw,)``, grid point signed; -1 for none.
        waives: ``(player,)``, the rows whose objections are the player's: bit k for row k.
        orders: ``(draw, order, player)``, permutations for draws too large to be exact.
    """
    draws, players = len(t.reversion), len(waives)
    out = Blamed(np.empty(draws, np.int64), np.empty((draws, players)), np.empty(draws, np.bool_))
    _blame(t, place, waives, orders, out)
    return out
