"""What actors expect from challenges: steps of the expected-utility model on arrays.

Chances of success cost O(actor²) in the printed variant: the third parties of all challenges are
summed while two pointers sweep the sorted positions. They cost O(actor³) in the replication
variant, because there every third party has a curve of its own.

Letters follow Scholz, Calbert and Smith (2011): x position, w weight, s salience, r risk exponent,
R range of the positions, i challenger, j challenged, k third party. Equation numbers are those of
the ICAART version.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Bool2, Float1, Float2, Float3, Int1
from winset.models.kernels.compiling import compiled

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Positions, utilities and shares of the weight that differ by less are equal: a tie in exact
# arithmetic must stay one after rounding. Sums of utilities gather more of it.
TIE = 1e-12
SECURITY_TIE = 1e-9


class ChallengeRules(NamedTuple):
    """The options of a run.

    Attributes:
        replication: whether to play the variant that gives the paper's results.
        mean: whether the forecast is the weighted mean of the positions; their median if not.
        rounds: played at most.
        q: chance in [0, 1] that the status quo holds if i leaves j alone.
    """

    replication: bool
    mean: bool
    rounds: int
    q: float


class ChallengeTable(NamedTuple):
    """Who takes part in one issue of one draw."""

    place: Int1  # (actor,) among all actors of the batch
    x: Float1  # (actor,) share of the scale; changed by every round
    w: Float1  # (actor,) influence × salience; all 1 where no actor has any
    total: float  # of w
    s: Float1  # (actor,)


class ChallengeRoom(NamedTuple):
    """Room to work in, made once for an issue of a draw."""

    order: Int1  # (actor,) from the lowest position to the highest
    below: Float1  # (actor,) weight up to and with each, in that order
    above: Float1  # (actor,) weight from each on, in that order
    r: Float1  # (actor,)
    quo: Float1  # (actor,) utility of the status quo
    success: Float2  # (challenger, challenged) P
    loss: Float2  # (third party, position) u of the replication variant
    attack: Float2  # (viewer, other) expected utility of challenging the other
    attacked: Float2  # (viewer, other) and of the other's challenge, as the viewer sees it
    moved: Float1  # (actor,) next positions
    moved_by: Int1  # (actor,) whose offer was taken, -1 for none


@compiled
def make_table(
    draw: int,
    issue: int,
    position: Float3,
    salience: Float3,
    influence: Float3,
    present: Bool2,
) -> ChallengeTable:
    """Return those present at an issue of a draw; arguments as for the kernels that play it."""
    actors, n, total = present.shape[0], 0, 0.0
    place = np.empty(actors, np.int64)
    numbers = np.empty((3, actors))  # one allocation costs as much as a tenth of a small round
    x, w, s = numbers[0], numbers[1], numbers[2]
    for i in range(actors):
        if present[i, issue]:
            place[n] = i
            x[n], s[n] = position[draw, i, issue], salience[draw, i, issue]
            w[n] = influence[draw, i, issue] * s[n]
            total += w[n]
            n += 1
    if total <= 0.0:
        total = float(n)
        for i in range(n):
            w[i] = 1.0
    return ChallengeTable(place[:n], x[:n], w[:n], total, s[:n])


@compiled
def make_room(n: int) -> ChallengeRoom:
    """Return room for ``n`` actors, in the order that they have."""
    indices, numbers, squares = np.empty((2, n), np.int64), np.empty((5, n)), np.empty((4, n, n))
    for i in range(n):
        indices[0, i] = i
    return ChallengeRoom(
        order=indices[0],
        moved_by=indices[1],
        below=numbers[0],
        above=numbers[1],
        r=numbers[2],
        quo=numbers[3],
        moved=numbers[4],
        success=squares[0],
        loss=squares[1],
        attack=squares[2],
        attacked=squares[3],
    )


@compiled
def _set_success(
    x: Float1,
    w: Float1,
    order: Int1,
    below: Float1,
    above: Float1,
    success: Float2,
) -> None:
    """Write the chances of success of all challenges (eq. 31).

    Third parties between rivals at a distance ``gap`` back the nearer one with
    ``w |gap − 2 (x − x_i)|``, all others one of them with ``w gap``. Seen from the lower rival i,
    both its limit of support and the other rival j only ever move up, so running sums of ``w`` and
    ``w (x − x_i)`` suffice; measured from x_i, they lose no digits where positions are close.
    """
    n = x.size
    below[0] = w[order[0]]
    above[n - 1] = w[order[n - 1]]
    for a in range(1, n):
        below[a] = below[a - 1] + w[order[a]]
        above[n - 1 - a] = above[n - a] + w[order[n - 1 - a]]
    nothing = TIE * below[n - 1]
    for a in range(n):
        i = order[a]
        near = a + 1  # first third party not known to be nearer to i
        near_w = near_wx = between_w = between_wx = 0.0
        for b in range(a + 1, n):
            j = order[b]
            gap = x[j] - x[i]
            while near < b and 2.0 * (x[order[near]] - x[i]) < gap:
                k = order[near]
                near_w += w[k]
                near_wx += w[k] * (x[k] - x[i])
                near += 1
            for_i = gap * (below[a] + near_w) - 2.0 * near_wx
            for_j = gap * (above[b] + near_w - between_w) + 2.0 * (between_wx - near_wx)
            # Where no actor with weight prefers either rival, each is as likely to win.
            contested = gap > TIE and for_i + for_j > nothing
            success[i, j] = for_i / (for_i + for_j) if contested else 0.5
            success[j, i] = 1.0 - success[i, j]
            between_w += w[j]
            between_wx += w[j] * gap


@compiled
def _set_replicated_success(
    x: Float1, w: Float1, r: Float1, span: float, loss: Float2, success: Float2
) -> None:
    """Write the chances of success as the authors' program seems to compute them."""
    n = x.size
    for i in range(n):
        for j in range(n):
            success[i, j] = 0.0
    for k in range(n):
        for j in range(n):
            gap = abs(x[k] - x[j])
            loss[k, j] = (gap / span) ** r[k] if gap > TIE else 0.0
        for i in range(n):
            for j in range(n):
                success[i, j] += w[k] * max(0.0, loss[k, j] - loss[k, i])
    total = 0.0
    for i in range(n):
        for j in range(n):
            # Of |u(a) − u(b)| over ordered pairs every difference is met twice, once as a gain.
            total += 2.0 * success[i, j]
    for i in range(n):
        for j in range(n):
            apart = total > 0.0 and abs(x[i] - x[j]) > TIE
            success[i, j] = success[i, j] / total if apart else 0.0


@compiled
def _log(base: float) -> float:
    return math.log(base) if base > 0.0 else -math.inf


@compiled
def _utility(log_base: float, r: float) -> float:
    """Return ``2 − 4 base^r`` (eqs 15, 16 and 22), with the logarithm shared among actors."""
    return 2.0 - 4.0 * math.exp(r * log_base)


@compiled
def _left_alone(x_i: float, x_j: float, mu: float, span: float, r: float) -> float:
    """Return the utility of not challenging j if the status quo gives way (eqs 23-24)."""
    to_mu, gap = abs(x_i - mu), abs(x_i - x_j)
    shift = 0.25 * (to_mu + gap) / span
    base = 0.5 - shift if to_mu < gap - TIE else 0.5 + shift
    return float(2.0 - 4.0 * max(base, 0.0) ** r)


@compiled
def _fought(success: float, s_j: float, won: float, lost: float) -> float:
    """Return the expected utility of challenging j, who resists with the chance s_j."""
    return s_j * (success * won + (1.0 - success) * lost) + (1.0 - s_j) * won


@compiled
def _set_risk(
    x: Float1,
    s: Float1,
    success: Float2,
    mu: float,
    span: float,
    q: float,
    r: Float1,
) -> None:
    """Write the risk exponents from challenges among actors who are neutral to risk (eqs 32-34)."""
    n = x.size
    for i in range(n):
        r[i] = 0.0  # the security of each, for now
    for i in range(n):
        for j in range(n):
            if j == i:
                continue
            d = abs(x[i] - x[j]) / span
            unchallenged = _left_alone(x[i], x[j], mu, span, 1.0)
            r[j] += _fought(success[i, j], s[j], 2.0 * d, -2.0 * d) - (1.0 - q) * unchallenged
    low, high = r[0], r[0]
    for i in range(1, n):
        low, high = min(low, r[i]), max(high, r[i])
    for i in range(n):
        risk = (2.0 * r[i] - high - low) / (high - low) if high - low > SECURITY_TIE else 0.0
        r[i] = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)


@compiled
def _set_challenges(
    x: Float1,
    s: Float1,
    r: Float1,
    success: Float2,
    replication: bool,
    span: float,
    q: float,
    quo: Float1,
    attack: Float2,
    attacked: Float2,
) -> None:
    """Write what every actor expects from challenging each other one, and from being challenged.

    This assumes that the status quo holds without a challenge: see :func:`_let_quo_move`.
    """
    for i in range(x.size):
        attack[i, i] = attacked[i, i] = 0.0
        quo[i] = _utility(math.log(0.5), r[i])
    for i in range(x.size):
        for j in range(i + 1, x.size):
            gap = abs(x[i] - x[j])
            if gap <= TIE:  # either winner changes nothing
                attack[i, j], attack[j, i] = (1.0 - q) * quo[i], (1.0 - q) * quo[j]
                theirs_i, theirs_j = attack[i, j], attack[j, i]
            else:
                half = 0.5 * gap / span
                log_won, log_lost = _log(0.5 - half), math.log(0.5 + half)
                won_i, lost_i = _utility(log_won, r[i]), _utility(log_lost, r[i])
                won_j, lost_j = _utility(log_won, r[j]), _utility(log_lost, r[j])
                attack[i, j] = _fought(success[i, j], s[j], won_i, lost_i) - q * quo[i]
                attack[j, i] = _fought(success[j, i], s[i], won_j, lost_j) - q * quo[j]
                theirs_i = _fought(success[j, i], s[i], won_i, lost_i) - q * quo[i]
                theirs_j = _fought(success[i, j], s[j], won_j, lost_j) - q * quo[j]
            attacked[i, j] = theirs_i if replication else attack[j, i]
            attacked[j, i] = theirs_j if replication else attack[i, j]


@compiled
def _let_quo_move(
    x: Float1,
    r: Float1,
    replication: bool,
    mu: float,
    span: float,
    q: float,
    attack: Float2,
    attacked: Float2,
) -> None:
    """Subtract the utility of leaving the other alone where the status quo gives way.

    This is a separate pass, since within the other one its powers would be computed for nothing.
    """
    for i in range(x.size):
        for j in range(x.size):
            if i != j:
                theirs = r[i] if replication else r[j]
                attack[i, j] -= (1.0 - q) * _left_alone(x[i], x[j], mu, span, r[i])
                attacked[i, j] -= (1.0 - q) * _left_alone(x[j], x[i], mu, span, theirs)


@compiled
def expect(
    table: ChallengeTable, room: ChallengeRoom, mu: float, span: float, rules: ChallengeRules
) -> None:
    """Write what every actor expects from every challenge, with its own attitude to risk.

    ``span`` is R: the range of the positions now, or in the replication variant at the start.
    """
    x, w, s, r = table.x, table.w, table.s, room.r
    success, attack, attacked = room.success, room.attack, room.attacked
    if span <= TIE:
        for i in range(x.size):
            for j in range(x.size):
                attack[i, j] = attacked[i, j] = 0.0
        return
    if rules.replication:
        for i in range(x.size):
            r[i] = 1.0
        _set_replicated_success(x, w, r, span, room.loss, success)
    else:
        _set_success(x, w, room.order, room.below, room.above, success)
    _set_risk(x, s, success, mu, span, rules.q, r)
    if rules.replication:
        _set_replicated_success(x, w, r, span, room.loss, success)
    _set_challenges(x, s, r, success, rules.replication, span, rules.q, room.quo, attack, attacked)
    if rules.q < 1.0:
        _let_quo_move(x, r, rules.replication, mu, span, rules.q, attack, attacked)
