"""One turn of the spatial model on arrays: Wise, Lester and Efird (2015), steps 1 to 9.

A turn costs O(actor³): an actor chooses whom to challenge in its own view alone. Sums run in index
order and nothing is allocated within a turn.

Letters follow the paper: x position, y ideal point, d distance, r risk attitude, W weight, U
utility, i challenger, j challenged, m third party.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float2, Int1
from winset.models.kernels.compiling import compiled, inlined
from winset.models.kernels.condorcet import (
    PROPORTIONAL,
    ElectionRoom,
    ElectionRules,
    elect,
    make_booth,
    vote,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# The names of each option; its index is the code that the kernels take.
RISKS = ("min", "mid", "max")
COMMITMENTS = ("uncommitted", "semi-committed", "fully committed")
BARGAINS = ("s2p2", "s1p1")
INTERIMS = ("deterministic", "stochastic")

_MIN, _MID, _MAX = range(len(RISKS))
_SEMI_COMMITTED = COMMITMENTS.index("semi-committed")
_SQUARED = BARGAINS.index("s2p2")
_STOCHASTIC = INTERIMS.index("stochastic")

LEAST_SUPPORT = 1e-10  # of a side in a contest
LEAST_GAIN = 1e-5  # worth a challenge
SOFTENING = 1e-6  # of a bargain's weights

# Constants of splitmix64 (Steele, Lea and Flood 2014).
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


class TurnRules(NamedTuple):
    """The options of a run.

    Attributes:
        vote, victory, election: how votes are cast and counted, as in ``ElectionRules``.
        risk, commitment, bargain, interim: each the index of a name above.
        views: weight in [0, 1] of an actor's own risk attitude in how another sees it.
        max_turns: turns after which a run is cut off.
        stop: a run has settled once a turn moves less than this share of the first.
    """

    vote: int
    victory: int
    election: int
    risk: int
    commitment: int
    bargain: int
    interim: int
    views: float
    max_turns: int
    stop: float


class TurnState(NamedTuple):
    """Who takes part in a draw, and where they stand; turns change x, y, d and r."""

    place: Int1  # (actor,) index among all actors of the batch
    salience: Float2  # (actor, issue) s
    commitment: Float1  # (actor,) S, the sum of the saliences
    capability: Float1  # (actor,) c
    weight: Float1  # (actor,) W = S c
    position: Float2  # (actor, issue) x
    ideal: Float2  # (actor, issue) y
    distance: Float2  # (actor, position) d
    risk: Float1  # (actor,) r


class TurnRoom(NamedTuple):
    """Room to work in, made once for a draw."""

    booth: ElectionRoom
    support: Float2  # (2, challenged) ci and cj
    side: Float2  # (2, challenged) C1 and C2
    gain: Float1  # (challenged,)
    phi: Float1  # (challenged,) chance of i
    target: Int1  # (challenger,) -1 for no proposal
    own_side: Float2  # (challenger, issue) where the bargain puts the challenger
    other_side: Float2  # (challenger, issue) where the bargain puts the challenged
    utility: Float2  # (position + 2, actor) the last two are the sides of a bargain
    bargain_worth: Float2  # (challenger + 1, actor) the last is the status quo
    queue: Int1  # (option,) rows of bargain_worth
    moved: Float2  # (actor, issue) next positions
    moved_by: Int1  # (actor,) challenger of the bargain taken, -1 for none


@compiled
def make_room(n: int, issues: int, rules: TurnRules) -> TurnRoom:
    """Return room for a draw with n actors."""
    return TurnRoom(
        make_booth(n, n + 1, ElectionRules(rules.vote, rules.victory, rules.election)),
        np.empty((2, n)),
        np.empty((2, n)),
        np.empty(n),
        np.empty(n),
        np.empty(n, np.int64),
        np.empty((n, issues)),
        np.empty((n, issues)),
        np.empty((n + 2, n)),
        np.empty((n + 1, n)),
        np.empty(n + 1, np.int64),
        np.empty((n, issues)),
        np.empty(n, np.int64),
    )


@inlined
def utility(d: float, r: float) -> float:
    """Return the utility of a point at distance d with risk attitude r."""
    return (1.0 - d) * (1.0 + r * min(d, 1.0))


@inlined
def distance(i: int, ideal: Float2, salience: Float2, place: int, position: Float2) -> float:
    """Return the distance of one position (place, issue) from actor i's ideal (actor, issue)."""
    if ideal.shape[1] == 1:
        return math.fabs(ideal[i, 0] - position[place, 0])
    top, bottom = 0.0, 0.0
    for k in range(ideal.shape[1]):
        gap = salience[i, k] * (ideal[i, k] - position[place, k])
        top += gap * gap
        bottom += salience[i, k] * salience[i, k]
    return math.sqrt(top / bottom) if bottom > 0.0 else 0.0


@compiled
def survey(state: TurnState, rules: TurnRules, room: TurnRoom) -> None:
    """Step 1: write the distances and risk attitudes of the state."""
    x, y, s, d, r = state.position, state.ideal, state.salience, state.distance, state.risk
    booth = room.booth
    worth, p = booth.worth, booth.chance
    n, attitude = r.size, rules.risk
    for i in range(n):
        for j in range(n):
            d[i, j] = distance(i, y, s, j, x)
            worth[i, j] = utility(d[i, j], 0.0)
    elect(n, state.capability, booth)
    low, high = p[0], p[0]
    for i in range(n):
        low, high = min(low, p[i]), max(high, p[i])
    for i in range(n):
        if high == low:
            r[i] = 0.0
        elif attitude == _MIN:
            r[i] = (p[i] - low) / (high - low)
        elif attitude == _MID:
            r[i] = (3.0 * p[i] - (high + 2.0 * low)) / (2.0 * (high - low))
        else:
            r[i] = (2.0 * p[i] - (high + low)) / (high - low)


@compiled
def gains(i: int, state: TurnState, rules: TurnRules, room: TurnRoom) -> None:
    """Steps 2 and 3: write what i expects from challenging each j, and its chance phi."""
    d, r, w, s = state.distance, state.risk, state.weight, state.commitment
    support, side, gain, phi = room.support, room.side, room.gain, room.phi
    n, ballot, own, others = r.size, rules.vote, 1.0 - rules.views, rules.views
    r_i = own * r[i] + others * r[i]
    u_ii = utility(d[i, i], r_i)
    for j in range(n):
        r_j = own * r[i] + others * r[j]
        v_i = vote(ballot, w[i], u_ii - utility(d[i, j], r_i))
        v_j = vote(ballot, w[j], utility(d[j, i], r_j) - utility(d[j, j], r_j))
        support[0, j] = LEAST_SUPPORT + max(v_i, 0.0) + max(v_j, 0.0)
        support[1, j] = LEAST_SUPPORT + max(-v_i, 0.0) + max(-v_j, 0.0)
        side[0, j], side[1, j] = support[0, j], support[1, j]
    if rules.commitment == _SEMI_COMMITTED:
        for m in range(n):
            if m == i:
                continue
            r_m = own * r[i] + others * r[m]
            u_i, u_m = utility(d[m, i], r_m), utility(d[m, m], r_m)
            kept_0, kept_1 = side[0, m], side[1, m]  # m is no third party to its own contest
            if ballot == PROPORTIONAL:  # the default gets a loop of its own, twice as fast
                _add_third_party(PROPORTIONAL, m, w[m], r_m, u_i, u_m, d, support, side)
            else:
                _add_third_party(ballot, m, w[m], r_m, u_i, u_m, d, support, side)
            side[0, m], side[1, m] = kept_0, kept_1
    for j in range(n):
        u_ij = utility(d[i, j], r_i)
        phi[j] = side[0, j] / (side[0, j] + side[1, j])
        contest = phi[j] * (2.0 * u_ii) + (1.0 - phi[j]) * (2.0 * u_ij)
        challenge = (1.0 - s[j]) * (2.0 * u_ii) + s[j] * contest
        gain[j] = challenge - (u_ii + u_ij)
    gain[i] = 0.0


@inlined
def _add_third_party(
    rule: int,
    m: int,
    weight: float,
    r: float,
    u_i: float,
    u_m: float,
    d: Float2,
    support: Float2,
    side: Float2,
) -> None:
    """Add third party m's vote to both sides of i's contest with every j (step 3).

    ``u_i`` and ``u_m`` are m's utilities of i's position and of its own.
    """
    for j in range(d.shape[1]):
        u_j = utility(d[m, j], r)
        v0 = vote(rule, weight, u_i - u_j)
        with_i = support[0, j] + max(v0, 0.0)
        q = with_i / (with_i + support[1, j] + max(-v0, 0.0))
        join_i = q * (2.0 * u_i + u_m) + (1.0 - q) * (3.0 * u_j)
        join_j = q * (3.0 * u_i) + (1.0 - q) * (2.0 * u_j + u_m)
        v = vote(rule, weight, join_i - join_j)
        side[0, j] += max(v, 0.0)
        side[1, j] += max(-v, 0.0)


@compiled
def propose(state: TurnState, rules: TurnRules, room: TurnRoom) -> None:
    """Steps 4 and 5: write every actor's target, if it has one, and the bargain it offers."""
    x, s = state.position, state.salience
    gain, phi, target = room.gain, room.phi, room.target
    own_side, other_side, squared = room.own_side, room.other_side, rules.bargain == _SQUARED
    for i in range(x.shape[0]):
        gains(i, state, rules, room)
        target[i], best = -1, LEAST_GAIN
        for j in range(x.shape[0]):
            if gain[j] > best:
                target[i], best = j, gain[j]
        j = target[i]
        if j < 0:
            continue
        for k in range(x.shape[1]):
            w_i, w_j = s[i, k] * phi[j], s[j, k] * (1.0 - phi[j])
            if squared:
                w_i, w_j = w_i * w_i, w_j * w_j
            total = w_i + w_j + SOFTENING
            own_side[i, k] = _round4(((w_i + SOFTENING) * x[i, k] + w_j * x[j, k]) / total)
            other_side[i, k] = _round4((w_i * x[i, k] + (w_j + SOFTENING) * x[j, k]) / total)


@inlined
def _round4(z: float) -> float:
    return math.floor(z * 1e4 + 0.5) / 1e4


@compiled
def appraise(state: TurnState, room: TurnRoom) -> None:
    """Write each actor's mean utility of the state after each bargain and of the status quo."""
    y, s, d, r = state.ideal, state.salience, state.distance, state.risk
    target, own_side, other_side = room.target, room.own_side, room.other_side
    u, worth = room.utility, room.bargain_worth
    n = r.size
    for j in range(n):
        for h in range(n):
            u[j, h] = utility(d[h, j], r[h])
    _average(-1, -1, n, u, worth)
    for i in range(n):
        if target[i] < 0:
            continue
        for h in range(n):
            u[n, h] = utility(distance(h, y, s, i, own_side), r[h])
            u[n + 1, h] = utility(distance(h, y, s, i, other_side), r[h])
        _average(i, target[i], i, u, worth)


@compiled
def _average(i: int, j: int, to: int, utilities: Float2, mean: Float2) -> None:
    """Write each actor's mean utility, the last two rows replacing positions i and j."""
    n = mean.shape[1]
    for h in range(n):
        mean[to, h] = 0.0
    for place in range(n):
        row = n if place == i else n + 1 if place == j else place
        for h in range(n):
            mean[to, h] += utilities[row, h]
    for h in range(n):
        mean[to, h] /= n


@compiled
def choose(turn: int, key: np.uint64, state: TurnState, rules: TurnRules, room: TurnRoom) -> None:
    """Steps 6 to 8: write where each actor goes, and whose bargain takes it there (or -1)."""
    x, c, place, stochastic = (
        state.position, state.capability, state.place, rules.interim == _STOCHASTIC
    )  # fmt: skip
    booth, bargain_worth, target, queue = room.booth, room.bargain_worth, room.target, room.queue
    own_side, other_side, moved, moved_by = (
        room.own_side, room.other_side, room.moved, room.moved_by
    )  # fmt: skip
    worth, p = booth.worth, booth.chance
    n, issues = x.shape
    for k in range(n):
        options = _line_up(k, target, queue)
        for h in range(n):
            for option in range(options):
                worth[h, option] = bargain_worth[queue[option], h]
        elect(options, c, booth)
        if stochastic:
            chosen = _sampled(options, p, uniform(key, turn, place[k]))
        else:
            chosen = _most_probable(options, p)
        i = queue[chosen]
        moved_by[k] = i if i < n else -1
        for issue in range(issues):
            if i == n:
                moved[k, issue] = x[k, issue]
            elif i == k:
                moved[k, issue] = own_side[i, issue]
            else:
                moved[k, issue] = other_side[i, issue]


@compiled
def _line_up(k: int, target: Int1, queue: Int1) -> int:
    """Step 6: write what actor k chooses from, the status quo first; return how many."""
    queue[0] = target.size
    options = 1
    for i in range(target.size):
        if target[i] >= 0 and (i == k or target[i] == k):
            queue[options] = i
            options += 1
    return options


@compiled
def _most_probable(options: int, chance: Float1) -> int:
    """Return the first option that no other beats."""
    best = 0
    for option in range(options):
        if chance[option] > chance[best]:
            best = option
    return best


@compiled
def _sampled(options: int, chance: Float1, u: float) -> int:
    """Return the first option whose cumulated probability exceeds u."""
    total = 0.0
    for option in range(options):
        total += chance[option]
        if u < total:
            return option
    return options - 1


@compiled
def uniform(key: np.uint64, turn: int, actor: int) -> float:
    """Return a number in [0, 1) that depends on the draw's key, the turn and the actor alone."""
    z = key + _GOLDEN * ((np.uint64(turn) << np.uint64(32)) + np.uint64(actor) + np.uint64(1))
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@compiled
def move(state: TurnState, interdependence: Float2, room: TurnRoom) -> float:
    """Steps 8 and 9: move every actor and its ideal; return the summed length of the moves.

    An ``interdependence`` without entries is the identity: an ideal follows its actor.
    """
    x, y, place, moved = state.position, state.ideal, state.place, room.moved
    n, issues = x.shape
    length = 0.0
    for i in range(n):
        total = 0.0
        for k in range(issues):
            step = moved[i, k] - x[i, k]
            total += step * step
            x[i, k] = moved[i, k]
        length += math.sqrt(total)
    for i in range(n):
        for k in range(issues):
            if interdependence.size == 0:
                y[i, k] = x[i, k]
                continue
            ties, pull = 0.0, 0.0
            for j in range(n):
                tie = interdependence[place[i], place[j]]
                ties += tie
                pull += tie * x[j, k]
            y[i, k] = pull + (1.0 - ties) * y[i, k]
    return length
