"""The spatial model of politics on arrays: Wise, Lester and Efird (2015), steps 1 to 10.

One draw is one run of turns. A turn costs O(actor³): an actor chooses whom to challenge in its own
view alone. Sums run in index order, so that a run does not depend on the vector width, on threads
or on how draws are cut into batches. Nothing is allocated within a turn.

Letters follow the paper: d distance, r risk attitude, i challenger, j challenged, m third party.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
KeyArray = NDArray[np.uint64]

# The names of each option; its index is the code that the kernels take.
VOTES = ("binary", "propbin", "proportional", "propcubic", "cubic")
VICTORIES = ("linear", "square", "quartic", "octic", "binary")
ELECTIONS = ("conditional", "markov")
RISKS = ("min", "mid", "max")
COMMITMENTS = ("uncommitted", "semi-committed", "fully committed")
BARGAINS = ("s2p2", "s1p1")
INTERIMS = ("deterministic", "stochastic")

BINARY, PROPBIN, PROPORTIONAL, PROPCUBIC, CUBIC = range(5)
LINEAR, SQUARE, QUARTIC, OCTIC, DECISIVE = range(5)
MARKOV, STOCHASTIC, SEMI_COMMITTED, FIRST_POWERS = 1, 1, 1, 1
RISK_MIN, RISK_MID, RISK_MAX = range(3)

LEAST_STRENGTH = 1e-8  # of a coalition in an election
LEAST_SUPPORT = 1e-10  # of a side in a contest
LEAST_GAIN = 1e-5  # worth a challenge
SOFTENING = 1e-6  # of a bargain's weights
SAME = 1e-3  # positions nearer than this are one
MARKOV_TOLERANCE = 1e-6
UNDERFLOW = 1e-290  # products of probabilities summing to less are worked out from logarithms

# Constants of splitmix64 (Steele, Lea and Flood 2014).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
MIX_2 = np.uint64(0x94D049BB133111EB)


class Rules(NamedTuple):
    """The options of a run as codes and numbers; the text's defaults.

    Attributes:
        vote, victory, election, risk, commitment, bargain, interim: index in the tuple of names.
        views: weight in [0, 1] of an actor's own risk attitude as others see it.
        stop: a run has settled once a turn moves less than this share of the first.
        max_turns: turns after which a run is cut off.
    """

    vote: int = PROPORTIONAL
    victory: int = LINEAR
    election: int = 0
    risk: int = RISK_MID
    commitment: int = SEMI_COMMITTED
    bargain: int = 0
    interim: int = 0
    views: float = 1 / 3
    stop: float = 0.02
    max_turns: int = 100


class State(NamedTuple):
    """The active actors of one draw: what is given, and what every turn changes."""

    index: IntArray  # (actor,) place among all actors of the batch
    salience: FloatArray  # (actor, issue)
    commitment: FloatArray  # (actor,) S, the sum of saliences
    capability: FloatArray  # (actor,) c
    weight: FloatArray  # (actor,) W = S c
    position: FloatArray  # (actor, issue) x
    ideal: FloatArray  # (actor, issue) y
    distance: FloatArray  # (actor, position) d
    risk: FloatArray  # (actor,) r


class Workspace(NamedTuple):
    """Room to work in, made once for a draw."""

    utility: FloatArray  # (position, actor)
    worth: FloatArray  # (actor, option)
    beats: FloatArray  # (option, option) P
    chance: FloatArray  # (option,) p
    product: FloatArray  # (option,)
    strength: FloatArray  # (2, actor + 1) for and against
    support: FloatArray  # (2, actor) ci and cj by challenged actor
    side: FloatArray  # (2, actor) C1 and C2 by challenged actor
    gain: FloatArray  # (actor,) by challenged actor
    phi: FloatArray  # (actor,) by challenged actor
    target: IntArray  # (actor,) by challenger, -1 for no proposal
    offer: FloatArray  # (actor, 2, issue) by challenger: its own side and the other's
    offer_worth: FloatArray  # (actor, actor) by challenger and voter
    status_quo: FloatArray  # (actor,) by voter
    queue: IntArray  # (option,) challengers whose bargains an actor weighs; 0 is the status quo
    moved: FloatArray  # (actor, issue)
    moved_by: IntArray  # (actor,)
    distinct: IntArray  # (option,) the first actor at each distinct position


@njit(cache=True, error_model="numpy")
def make_workspace(actors: int, issues: int) -> Workspace:
    """Return room for a draw of so many active actors."""
    options = actors + 1
    return Workspace(
        np.empty((actors, actors)),
        np.empty((actors, options)),
        np.empty((options, options)),
        np.empty(options),
        np.empty(options),
        np.empty((2, options)),
        np.empty((2, actors)),
        np.empty((2, actors)),
        np.empty(actors),
        np.empty(actors),
        np.empty(actors, np.int64),
        np.empty((actors, 2, issues)),
        np.empty((actors, actors)),
        np.empty(actors),
        np.empty(options, np.int64),
        np.empty((actors, issues)),
        np.empty(actors, np.int64),
        np.empty(actors, np.int64),
    )


@njit(cache=True, error_model="numpy", forceinline=True)
def utility(d: float, r: float) -> float:
    """Return the utility of a point at distance d with risk attitude r."""
    return (1.0 - d) * (1.0 + r * min(d, 1.0))


@njit(cache=True, error_model="numpy", forceinline=True)
def vote(rule: int, weight: float, du: float) -> float:
    """Return the vote for the option whose utility is greater by du."""
    if rule == PROPORTIONAL:
        return weight * du
    if rule == CUBIC:
        return weight * (du * du * du)
    if rule == PROPCUBIC:
        return weight * (0.5 * du + 0.5 * (du * du * du))
    sign = min(max(du / 1e-8, -1.0), 1.0)
    if rule == PROPBIN:
        return weight * (0.8 * du + 0.2 * sign)
    return weight * sign


@njit(cache=True, error_model="numpy")
def distance(ideal: FloatArray, position: FloatArray, salience: FloatArray) -> float:
    """Return the distance (issue,) of a position from an actor's ideal, by its saliences."""
    if ideal.size == 1:
        return abs(ideal[0] - position[0])
    top, bottom = 0.0, 0.0
    for k in range(ideal.size):
        gap = salience[k] * (ideal[k] - position[k])
        top += gap * gap
        bottom += salience[k] * salience[k]
    return math.sqrt(top / bottom) if bottom > 0.0 else 0.0


# Probabilistic Condorcet election


@njit(cache=True, error_model="numpy", forceinline=True)
def _add_strengths(
    rule: int, a: int, options: int, worth: FloatArray, weight: FloatArray, strength: FloatArray
) -> None:
    """Add every actor's vote between option a and each later one to both sides."""
    for i in range(weight.size):
        w, u_a = weight[i], worth[i, a]
        for b in range(a + 1, options):
            v = vote(rule, w, u_a - worth[i, b])
            strength[0, b] += max(v, 0.0)
            strength[1, b] += max(-v, 0.0)


@njit(cache=True, error_model="numpy")
def victory(rule: int, c_ab: float, c_ba: float) -> float:
    """Return the probability that the coalition of strength c_ab beats the other."""
    if rule == DECISIVE:
        if c_ab / c_ba >= 1.1:
            return 1.0 / (1.0 + 1e-6)
        if c_ba / c_ab >= 1.1:
            return 1e-6 / (1.0 + 1e-6)
        return min(max((2.1 * (c_ab / (c_ab + c_ba)) - 1.0) / 0.1, 0.0), 1.0)
    for _ in range(rule):  # codes 0 to 3 are the powers 1, 2, 4 and 8
        c_ab *= c_ab
        c_ba *= c_ba
    return c_ab / (c_ab + c_ba)


@njit(cache=True, error_model="numpy")
def elect(options: int, weight: FloatArray, rules: Rules, ws: Workspace) -> None:
    """Write each option's probability to ``ws.chance``; actors vote by ``ws.worth``."""
    beats, strength = ws.beats, ws.strength
    for a in range(options):
        for b in range(a, options):
            strength[0, b], strength[1, b] = LEAST_STRENGTH, LEAST_STRENGTH
        if rules.vote == PROPORTIONAL:  # the default gets a loop of its own, twice as fast
            _add_strengths(PROPORTIONAL, a, options, ws.worth, weight, strength)
        else:
            _add_strengths(rules.vote, a, options, ws.worth, weight, strength)
        beats[a, a] = 0.5
        for b in range(a + 1, options):
            beats[a, b] = victory(rules.victory, strength[0, b], strength[1, b])
            beats[b, a] = victory(rules.victory, strength[1, b], strength[0, b])
    if rules.election == MARKOV:
        _markov(options, beats, ws.chance, ws.product)
    else:
        _conditional(options, beats, ws.chance, ws.product)


@njit(cache=True, error_model="numpy")
def _conditional(options: int, beats: FloatArray, chance: FloatArray, product: FloatArray) -> None:
    """Write each option's probability of beating every other, given that one does."""
    total = 0.0
    for a in range(options):
        product[a] = 1.0
        for b in range(options):
            product[a] *= beats[a, b]
        total += product[a]
    if total < UNDERFLOW:
        total = _rescued_products(options, beats, product)
    for a in range(options):
        chance[a] = product[a] / total


@njit(cache=True, error_model="numpy")
def _rescued_products(options: int, beats: FloatArray, product: FloatArray) -> float:
    """Write the products as shares of the greatest, by logarithms, and return their sum."""
    greatest = -np.inf
    for a in range(options):
        product[a] = 0.0
        for b in range(options):
            product[a] += math.log(max(beats[a, b], 1e-300))
        greatest = max(greatest, product[a])
    total = 0.0
    for a in range(options):
        product[a] = math.exp(product[a] - greatest)
        total += product[a]
    return total


@njit(cache=True, error_model="numpy")
def _markov(options: int, beats: FloatArray, chance: FloatArray, step: FloatArray) -> None:
    """Write the limiting shares when each option is challenged by a random one."""
    for a in range(options):
        chance[a] = 1.0 / options
    change = 1.0
    while change > MARKOV_TOLERANCE:
        change = 0.0
        for a in range(options):
            total = 0.0
            for b in range(options):
                total += beats[a, b] * (chance[a] + chance[b])
            step[a] = total / options
            change = max(change, abs(step[a] - chance[a]))
        for a in range(options):
            chance[a] = (chance[a] + step[a]) / 2.0


# Steps 1 to 10


@njit(cache=True, error_model="numpy")
def survey(state: State, rules: Rules, ws: Workspace) -> None:
    """Step 1: write the distances and risk attitudes of the state."""
    n = state.capability.size
    for i in range(n):
        for j in range(n):
            d = distance(state.ideal[i], state.position[j], state.salience[i])
            state.distance[i, j] = d
            ws.worth[i, j] = utility(d, 0.0)
    elect(n, state.capability, rules, ws)
    low, high = ws.chance[0], ws.chance[0]
    for i in range(n):
        low, high = min(low, ws.chance[i]), max(high, ws.chance[i])
    for i in range(n):
        p = ws.chance[i]
        if high == low:
            state.risk[i] = 0.0
        elif rules.risk == RISK_MIN:
            state.risk[i] = (p - low) / (high - low)
        elif rules.risk == RISK_MID:
            state.risk[i] = (3.0 * p - (high + 2.0 * low)) / (2.0 * (high - low))
        else:
            state.risk[i] = (2.0 * p - (high + low)) / (high - low)


@njit(cache=True, error_model="numpy", forceinline=True)
def _add_third_party(
    rule: int,
    weight: float,
    r: float,
    u_i: float,
    u_m: float,
    distances: FloatArray,
    support: FloatArray,
    side: FloatArray,
) -> None:
    """Add third party m's vote to both sides of i's contest with every j (step 3).

    ``u_i`` and ``u_m`` are m's utilities of i's position and of its own, ``distances`` its
    distances from every position.
    """
    for j in range(distances.size):
        u_j = utility(distances[j], r)
        v0 = vote(rule, weight, u_i - u_j)
        with_i = support[0, j] + max(v0, 0.0)
        q = with_i / (with_i + support[1, j] + max(-v0, 0.0))
        join_i = q * (2.0 * u_i + u_m) + (1.0 - q) * (3.0 * u_j)
        join_j = q * (3.0 * u_i) + (1.0 - q) * (2.0 * u_j + u_m)
        v = vote(rule, weight, join_i - join_j)
        side[0, j] += max(v, 0.0)
        side[1, j] += max(-v, 0.0)


@njit(cache=True, error_model="numpy")
def gains(i: int, state: State, rules: Rules, ws: Workspace) -> None:
    """Steps 2 and 3: write what i expects of challenging each j, and its chance phi."""
    n = state.capability.size
    d, r, w = state.distance, state.risk, state.weight
    support, side = ws.support, ws.side
    r_i = (1.0 - rules.views) * r[i] + rules.views * r[i]
    u_ii = utility(d[i, i], r_i)
    for j in range(n):
        r_j = (1.0 - rules.views) * r[i] + rules.views * r[j]
        v_i = vote(rules.vote, w[i], u_ii - utility(d[i, j], r_i))
        v_j = vote(rules.vote, w[j], utility(d[j, i], r_j) - utility(d[j, j], r_j))
        support[0, j] = LEAST_SUPPORT + max(v_i, 0.0) + max(v_j, 0.0)
        support[1, j] = LEAST_SUPPORT + max(-v_i, 0.0) + max(-v_j, 0.0)
        side[0, j], side[1, j] = support[0, j], support[1, j]
    if rules.commitment == SEMI_COMMITTED:
        for m in range(n):
            if m == i:
                continue
            r_m = (1.0 - rules.views) * r[i] + rules.views * r[m]
            u_i, u_m = utility(d[m, i], r_m), utility(d[m, m], r_m)
            kept_0, kept_1 = side[0, m], side[1, m]  # m is no third party to its own contest
            if rules.vote == PROPORTIONAL:
                _add_third_party(PROPORTIONAL, w[m], r_m, u_i, u_m, d[m], support, side)
            else:
                _add_third_party(rules.vote, w[m], r_m, u_i, u_m, d[m], support, side)
            side[0, m], side[1, m] = kept_0, kept_1
    for j in range(n):
        u_ij, s_j = utility(d[i, j], r_i), state.commitment[j]
        phi = side[0, j] / (side[0, j] + side[1, j])
        contest = phi * (2.0 * u_ii) + (1.0 - phi) * (2.0 * u_ij)
        challenge = (1.0 - s_j) * (2.0 * u_ii) + s_j * contest
        ws.gain[j] = challenge - (u_ii + u_ij)
        ws.phi[j] = phi
    ws.gain[i] = 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _round4(z: float) -> float:
    return math.floor(z * 1e4 + 0.5) / 1e4


@njit(cache=True, error_model="numpy")
def propose(state: State, rules: Rules, ws: Workspace) -> None:
    """Steps 4 and 5: write every actor's target, if it has one, and the bargain it offers."""
    x = state.position
    for i in range(x.shape[0]):
        gains(i, state, rules, ws)
        ws.target[i], best = -1, LEAST_GAIN
        for j in range(x.shape[0]):
            if ws.gain[j] > best:
                ws.target[i], best = j, ws.gain[j]
        j = ws.target[i]
        if j < 0:
            continue
        for k in range(x.shape[1]):
            w_i = state.salience[i, k] * ws.phi[j]
            w_j = state.salience[j, k] * (1.0 - ws.phi[j])
            if rules.bargain != FIRST_POWERS:
                w_i, w_j = w_i * w_i, w_j * w_j
            total = w_i + w_j + SOFTENING
            ws.offer[i, 0, k] = _round4(((w_i + SOFTENING) * x[i, k] + w_j * x[j, k]) / total)
            ws.offer[i, 1, k] = _round4((w_i * x[i, k] + (w_j + SOFTENING) * x[j, k]) / total)


@njit(cache=True, error_model="numpy")
def appraise(state: State, ws: Workspace) -> None:
    """Write each actor's mean utility of the status quo and of the state after each bargain."""
    n = state.capability.size
    for j in range(n):
        for h in range(n):
            ws.utility[j, h] = utility(state.distance[h, j], state.risk[h])
    _add_utilities(ws.utility, -1, ws.utility[0], -1, ws.utility[0], ws.status_quo)
    for i in range(n):
        if ws.target[i] < 0:
            continue
        for h in range(n):
            y, s = state.ideal[h], state.salience[h]
            ws.gain[h] = utility(distance(y, ws.offer[i, 0], s), state.risk[h])
            ws.phi[h] = utility(distance(y, ws.offer[i, 1], s), state.risk[h])
        _add_utilities(ws.utility, i, ws.gain, ws.target[i], ws.phi, ws.offer_worth[i])


@njit(cache=True, error_model="numpy")
def _add_utilities(
    utilities: FloatArray, i: int, of_i: FloatArray, j: int, of_j: FloatArray, mean: FloatArray
) -> None:
    """Write the mean over positions (position, actor), those of i and j replaced."""
    n = mean.size
    for h in range(n):
        mean[h] = 0.0
    for place in range(n):
        row = of_i if place == i else of_j if place == j else utilities[place]
        for h in range(n):
            mean[h] += row[h]
    for h in range(n):
        mean[h] /= n


@njit(cache=True, error_model="numpy")
def _line_up(k: int, target: IntArray, queue: IntArray) -> int:
    """Step 6: write whose bargains actor k weighs from 1 on; return how many with staying put."""
    options = 1
    for i in range(target.size):
        if target[i] >= 0 and (i == k or target[i] == k):
            queue[options] = i
            options += 1
    return options


@njit(cache=True, error_model="numpy")
def choose(turn: int, key: np.uint64, state: State, rules: Rules, ws: Workspace) -> None:
    """Steps 6 to 8: write where each actor goes, and whose bargain takes it there (or -1)."""
    n, issues = state.position.shape
    for k in range(n):
        options = _line_up(k, ws.target, ws.queue)
        for h in range(n):
            ws.worth[h, 0] = ws.status_quo[h]
            for option in range(1, options):
                ws.worth[h, option] = ws.offer_worth[ws.queue[option], h]
        elect(options, state.capability, rules, ws)
        if rules.interim == STOCHASTIC:
            chosen = _sampled(options, ws.chance, uniform(key, turn, state.index[k]))
        else:
            chosen = _most_probable(options, ws.chance)
        i = ws.queue[chosen] if chosen > 0 else -1
        ws.moved_by[k] = i
        for issue in range(issues):
            if i < 0:
                ws.moved[k, issue] = state.position[k, issue]
            else:
                ws.moved[k, issue] = ws.offer[i, 0 if i == k else 1, issue]


@njit(cache=True, error_model="numpy")
def _most_probable(options: int, chance: FloatArray) -> int:
    """Return the first option that no other beats."""
    best = 0
    for option in range(options):
        if chance[option] > chance[best]:
            best = option
    return best


@njit(cache=True, error_model="numpy")
def _sampled(options: int, chance: FloatArray, u: float) -> int:
    """Return the first option whose cumulated probability exceeds u."""
    total = 0.0
    for option in range(options):
        total += chance[option]
        if u < total:
            return option
    return options - 1


@njit(cache=True, error_model="numpy")
def uniform(key: np.uint64, turn: int, actor: int) -> float:
    """Return a number in [0, 1) that hangs on the draw's key, the turn and the actor alone."""
    z = key + GOLDEN * ((np.uint64(turn) << np.uint64(32)) + np.uint64(actor) + np.uint64(1))
    z = (z ^ (z >> np.uint64(30))) * MIX_1
    z = (z ^ (z >> np.uint64(27))) * MIX_2
    return np.float64((z ^ (z >> np.uint64(31))) >> np.uint64(11)) * 2.0**-53


@njit(cache=True, error_model="numpy")
def move(state: State, interdependence: FloatArray, ws: Workspace) -> float:
    """Steps 8 and 9: move every actor and its ideal; return the summed length of the moves.

    An ``interdependence`` without entries is the identity: an ideal follows its actor.
    """
    length = 0.0
    for i in range(state.position.shape[0]):
        total = 0.0
        for k in range(state.position.shape[1]):
            step = ws.moved[i, k] - state.position[i, k]
            total += step * step
            state.position[i, k] = ws.moved[i, k]
        length += math.sqrt(total)
    for i in range(state.position.shape[0]):
        for k in range(state.position.shape[1]):
            if interdependence.size == 0:
                state.ideal[i, k] = state.position[i, k]
                continue
            ties, pull = 0.0, 0.0
            for j in range(state.position.shape[0]):
                tie = interdependence[state.index[i], state.index[j]]
                ties += tie
                pull += tie * state.position[j, k]
            state.ideal[i, k] = pull + (1.0 - ties) * state.ideal[i, k]
    return length


@njit(cache=True, error_model="numpy")
def conclude(
    state: State, rules: Rules, ws: Workspace, settlement: FloatArray, probability: FloatArray
) -> None:
    """Write the forecast (issue,) and the probability (all actors,) of each actor's position.

    A distinct position is that of the first actor who is not nearer than ``SAME`` to an earlier
    one; an actor near to several is counted to the last, as in the reference program.
    """
    n, issues = state.position.shape
    options = _tell_apart(state.position, ws.distinct)
    for i in range(n):
        for a in range(options):
            ws.worth[i, a] = utility(state.distance[i, ws.distinct[a]], state.risk[i])
    elect(options, state.capability, rules, ws)
    for k in range(issues):
        settlement[k] = 0.0
        for a in range(options):
            settlement[k] += ws.chance[a] * state.position[ws.distinct[a], k]
    for i in range(n):
        near = _last_near(i, options, state.position, ws.distinct)
        probability[state.index[i]] = ws.chance[near]


@njit(cache=True, error_model="numpy")
def _tell_apart(position: FloatArray, distinct: IntArray) -> int:
    """Write the first actor at each distinct position; return how many there are."""
    options = 0
    for i in range(position.shape[0]):
        if _last_near(i, options, position, distinct) < 0:
            distinct[options] = i
            options += 1
    return options


@njit(cache=True, error_model="numpy")
def _last_near(i: int, options: int, position: FloatArray, distinct: IntArray) -> int:
    """Return the last distinct position that is as good as i's, or -1."""
    for a in range(options - 1, -1, -1):
        total = 0.0
        for k in range(position.shape[1]):
            gap = position[i, k] - position[distinct[a], k]
            total += gap * gap
        if math.sqrt(total) < SAME:
            return a
    return -1


# Draws


@njit(cache=True, error_model="numpy")
def make_state(
    position: FloatArray, salience: FloatArray, influence: FloatArray, present: BoolArray
) -> State:
    """Return one draw's active actors: those present who care about something.

    When nobody cares, all who are present stay, without capability.
    """
    index = _active(salience, present)
    n, issues = index.size, position.shape[1]
    state = State(
        index,
        np.empty((n, issues)),
        np.zeros(n),
        np.empty(n),
        np.empty(n),
        np.empty((n, issues)),
        np.empty((n, issues)),
        np.empty((n, n)),
        np.empty(n),
    )
    for place in range(n):
        i = index[place]
        for k in range(issues):
            state.salience[place, k] = salience[i, k]
            state.commitment[place] += salience[i, k]
            state.position[place, k] = position[i, k]
            state.ideal[place, k] = position[i, k]
        state.capability[place] = influence[i] if state.commitment[place] > 0.0 else 0.0
        state.weight[place] = state.commitment[place] * state.capability[place]
    return state


@njit(cache=True, error_model="numpy")
def _active(salience: FloatArray, present: BoolArray) -> IntArray:
    """Return the places of those present who care, or of all present when nobody does."""
    active = np.empty(present.size, np.int64)
    for care in (True, False):
        n = 0
        for i in range(present.size):
            total = 0.0
            for k in range(salience.shape[1]):
                total += salience[i, k]
            if present[i] and (total > 0.0 or not care):
                active[n] = i
                n += 1
        if n > 0:
            break
    return active[:n]


@njit(cache=True, error_model="numpy")
def _play(
    state: State,
    key: np.uint64,
    interdependence: FloatArray,
    rules: Rules,
    end: FloatArray,
    settlement: FloatArray,
    probability: FloatArray,
    history: FloatArray,
    movers: IntArray,
    forecasts: FloatArray,
) -> tuple[int, bool]:
    """Play one draw to its end; return the turns played and whether it settled.

    ``history``, ``movers`` and ``forecasts`` are written to if they have rounds.
    """
    n, issues = state.position.shape
    ws = make_workspace(n, issues)
    turn, settled, first = 0, True, 0.0
    for i in range(n):
        settled = settled and state.commitment[i] == 0.0
    survey(state, rules, ws)
    while True:
        if turn < history.shape[0]:
            conclude(state, rules, ws, forecasts[turn], probability)
            _write_positions(state, history[turn])
        if settled or turn == rules.max_turns:
            break
        turn += 1
        propose(state, rules, ws)
        appraise(state, ws)
        choose(turn, key, state, rules, ws)
        if turn < history.shape[0]:
            _write_movers(state, ws, movers[turn])
        length = move(state, interdependence, ws)
        survey(state, rules, ws)
        if turn == 1:
            first = length
        settled = turn >= 2 and length / (first + 1e-4) < rules.stop
    conclude(state, rules, ws, settlement, probability)
    _write_positions(state, end)
    return turn, settled


@njit(cache=True, error_model="numpy")
def _write_positions(state: State, position: FloatArray) -> None:
    """Write where the active actors stand into an array of all of them."""
    for i in range(state.index.size):
        for k in range(position.shape[1]):
            position[state.index[i], k] = state.position[i, k]


@njit(cache=True, error_model="numpy")
def _write_movers(state: State, ws: Workspace, movers: IntArray) -> None:
    """Write whose bargain is about to move each actor on each issue."""
    for i in range(state.index.size):
        for k in range(movers.shape[1]):
            if ws.moved[i, k] != state.position[i, k]:
                movers[state.index[i], k] = state.index[ws.moved_by[i]]


@njit(cache=True, error_model="numpy", parallel=True)
def play(
    position: FloatArray,
    salience: FloatArray,
    influence: FloatArray,
    present: BoolArray,
    key: KeyArray,
    interdependence: FloatArray,
    rules: Rules,
    end: FloatArray,
    settlement: FloatArray,
    probability: FloatArray,
    rounds: IntArray,
    converged: BoolArray,
    history: FloatArray,
    movers: IntArray,
    forecasts: FloatArray,
) -> None:
    """Play every draw and write how it ends.

    Args:
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1], summing to at most 1 over issues.
        influence: ``(draw, actor)``, at least 0.
        present: ``(actor,)``, who takes part at all.
        key: ``(draw,)``, what the stochastic vote of a draw hangs on.
        interdependence: ``(actor, actor)``, or without entries for the identity.
        rules: the options.
        end: ``(draw, actor, issue)``, written: final positions; must hold the first ones.
        settlement: ``(draw, issue)``, written.
        probability: ``(draw, actor)``, written.
        rounds: ``(draw,)``, written: turns played.
        converged: ``(draw,)``, written: whether the last turn changed next to nothing.
        history: ``(draw, round, actor, issue)``, positions, written for the rounds that it has and
            that were played; must hold the first positions before.
        movers: ``(draw, round, actor, issue)``, challengers, likewise; must hold -1 before.
        forecasts: ``(draw, round, issue)``, settlements, likewise.
    """
    for draw in prange(position.shape[0]):
        state = make_state(position[draw], salience[draw], influence[draw], present)
        rounds[draw], converged[draw] = _play(
            state,
            key[draw],
            interdependence,
            rules,
            end[draw],
            settlement[draw],
            probability[draw],
            history[draw],
            movers[draw],
            forecasts[draw],
        )


@njit(cache=True, error_model="numpy")
def first_gains(
    position: FloatArray,
    salience: FloatArray,
    influence: FloatArray,
    present: BoolArray,
    rules: Rules,
    gain: FloatArray,
) -> None:
    """Write what each actor expects of challenging each other one in the first turn.

    Args:
        position: as for :func:`play`, like ``salience``, ``influence``, ``present``, ``rules``.
        gain: ``(draw, actor, actor)``, written for those who care; must hold 0 before.
    """
    for draw in range(position.shape[0]):
        state = make_state(position[draw], salience[draw], influence[draw], present)
        n = state.capability.size
        ws = make_workspace(n, position.shape[2])
        survey(state, rules, ws)
        for i in range(n):
            gains(i, state, rules, ws)
            for j in range(n):
                gain[draw, state.index[i], state.index[j]] = ws.gain[j]
