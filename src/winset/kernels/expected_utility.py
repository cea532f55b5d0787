"""Rounds of the expected-utility model of group decision on arrays: Scholz et al. (2011).

A round of the printed variant costs O(actor²): the third parties of all challenges are summed while
two pointers sweep the sorted positions. A round of the replication variant costs O(actor³), because
there every third party has a curve of its own. Sums run in a fixed order and draws share nothing,
so a run depends neither on threads nor on how draws are cut into batches.

Letters follow the paper: x position, w weight, s salience, r risk exponent, R range of the
positions, i challenger, j challenged, k third party. Equation numbers are those of the ICAART
version of the paper.
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

# Positions, utilities and shares of the weight that differ by less are equal: a tie in exact
# arithmetic must stay one after rounding. Sums of utilities gather more of it.
TIE = 1e-12
SECURITY_TIE = 1e-9

CONFRONTATION, COMPROMISE, CAPITULATION, STALEMATE = range(4)


class Rules(NamedTuple):
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


class Table(NamedTuple):
    """Who takes part in one issue of one draw."""

    index: IntArray  # (actor,) place among all actors of the batch
    x: FloatArray  # (actor,) share of the scale; changed by every round
    w: FloatArray  # (actor,) influence × salience; all 1 where nobody has any
    total: float  # of w
    s: FloatArray  # (actor,)


class Room(NamedTuple):
    """Room to work in, made once for an issue of a draw."""

    order: IntArray  # (actor,) from the lowest position to the highest
    below: FloatArray  # (actor,) weight up to and with each, in that order
    above: FloatArray  # (actor,) weight from each on, in that order
    r: FloatArray  # (actor,)
    quo: FloatArray  # (actor,) utility of the status quo
    success: FloatArray  # (challenger, challenged) P
    loss: FloatArray  # (third party, position) u of the replication variant
    attack: FloatArray  # (viewer, other) expected utility of challenging the other
    attacked: FloatArray  # (viewer, other) and of the other's challenge, as the viewer sees it
    moved: FloatArray  # (actor,) next positions
    moved_by: IntArray  # (actor,) whose offer was taken, -1 for none


@njit(cache=True, error_model="numpy")
def _make_table(
    draw: int,
    issue: int,
    position: FloatArray,
    salience: FloatArray,
    influence: FloatArray,
    present: BoolArray,
) -> Table:
    actors, n, total = present.shape[0], 0, 0.0
    index = np.empty(actors, np.int64)
    x, w, s = np.empty(actors), np.empty(actors), np.empty(actors)
    for i in range(actors):
        if present[i, issue]:
            index[n] = i
            x[n], s[n] = position[draw, i, issue], salience[draw, i, issue]
            w[n] = influence[draw, i, issue] * s[n]
            total += w[n]
            n += 1
    if total <= 0.0:
        total = float(n)
        for i in range(n):
            w[i] = 1.0
    return Table(index[:n], x[:n], w[:n], total, s[:n])


@njit(cache=True, error_model="numpy")
def _make_room(n: int, replication: bool) -> Room:
    thirds = n if replication else 0
    return Room(
        np.arange(n),
        np.empty(n),
        np.empty(n),
        np.ones(n),
        np.empty(n),
        np.empty((n, n)),
        np.empty((thirds, thirds)),
        np.empty((n, n)),
        np.empty((n, n)),
        np.empty(n),
        np.empty(n, np.int64),
    )


@njit(cache=True, error_model="numpy")
def _sort(x: FloatArray, order: IntArray) -> None:
    """Put ``order`` right by insertion: from round to round little of it changes."""
    for a in range(1, x.size):
        i = order[a]
        b = a - 1
        while b >= 0 and x[order[b]] > x[i]:
            order[b + 1] = order[b]
            b -= 1
        order[b + 1] = i


@njit(cache=True, error_model="numpy")
def _median(table: Table, order: IntArray) -> float:
    """Return the weighted median, the lower one on ties; ``order`` sorts the positions."""
    half = table.total * (0.5 - TIE)
    below = 0.0
    for i in order:
        below += table.w[i]
        if below >= half and below > 0.0:
            return table.x[i]
    return table.x[order[-1]]


@njit(cache=True, error_model="numpy")
def _survivor(table: Table) -> float:
    """Return the position that survives votes on one challenger after the other (eqs 1-3)."""
    x, w = table.x, table.w
    margin = TIE * table.total
    winner = x[0]
    for j in range(1, x.size):
        lead = 0.0
        for k in range(x.size):
            lead += w[k] * (abs(x[k] - winner) - abs(x[k] - x[j]))
        if lead > margin:
            winner = x[j]
    return winner


@njit(cache=True, error_model="numpy")
def _middle(table: Table, room: Room, rules: Rules) -> float:
    """Return μ."""
    return _survivor(table) if rules.replication else _median(table, room.order)


@njit(cache=True, error_model="numpy")
def _mean(table: Table, order: IntArray) -> float:
    """Return the weighted mean; rounding does not take it past the outermost positions."""
    moment = 0.0
    for i in range(table.x.size):
        moment += table.w[i] * table.x[i]
    return min(max(moment / table.total, table.x[order[0]]), table.x[order[-1]])


@njit(cache=True, error_model="numpy")
def _range(table: Table, order: IntArray) -> float:
    return table.x[order[-1]] - table.x[order[0]]


@njit(cache=True, error_model="numpy")
def _set_success(table: Table, room: Room) -> None:
    """Write the chances of success of all challenges (eq. 31).

    Third parties between two rivals at a distance ``gap`` back the nearer one with
    ``w |gap − 2 (x − x_i)|``, all others one of them with ``w gap``. Seen from the lower rival, both
    its limit of support and the other rival only ever move up, so running sums of ``w`` and
    ``w (x − x_i)`` suffice; measured from x_i, they lose no digits where positions are close.
    """
    x, w, order = table.x, table.w, room.order
    n = x.size
    room.below[0] = w[order[0]]
    room.above[n - 1] = w[order[n - 1]]
    for a in range(1, n):
        room.below[a] = room.below[a - 1] + w[order[a]]
        room.above[n - 1 - a] = room.above[n - a] + w[order[n - 1 - a]]
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
            for_i = gap * (room.below[a] + near_w) - 2.0 * near_wx
            for_j = gap * (room.above[b] + near_w - between_w) + 2.0 * (between_wx - near_wx)
            # Rivals who differ for nobody with weight are as likely to win as to lose.
            contested = gap > TIE and for_i + for_j > 0.0
            room.success[i, j] = for_i / (for_i + for_j) if contested else 0.5
            room.success[j, i] = 1.0 - room.success[i, j]
            between_w += w[j]
            between_wx += w[j] * gap


@njit(cache=True, error_model="numpy")
def _set_replicated_success(table: Table, room: Room, span: float) -> None:
    """Write the chances of success as the authors' program seems to have worked them out."""
    x, w, loss = table.x, table.w, room.loss
    n = x.size
    room.success[:] = 0.0
    for k in range(n):
        for j in range(n):
            gap = abs(x[k] - x[j])
            loss[k, j] = (gap / span) ** room.r[k] if gap > TIE else 0.0
        for i in range(n):
            for j in range(n):
                room.success[i, j] += w[k] * max(0.0, loss[k, j] - loss[k, i])
    # Of |u(a) − u(b)| over ordered pairs every difference is met twice, once as a gain.
    total = 2.0 * room.success.sum()
    for i in range(n):
        for j in range(n):
            apart = total > 0.0 and abs(x[i] - x[j]) > TIE
            room.success[i, j] = room.success[i, j] / total if apart else 0.0


@njit(cache=True, error_model="numpy", forceinline=True)
def _log(base: float) -> float:
    return math.log(base) if base > 0.0 else -math.inf


@njit(cache=True, error_model="numpy", forceinline=True)
def _utility(log_base: float, r: float) -> float:
    return 2.0 - 4.0 * math.exp(r * log_base)


@njit(cache=True, error_model="numpy", forceinline=True)
def _left_alone(x_i: float, x_j: float, mu: float, span: float, r: float) -> float:
    """Return the utility of not challenging j if the status quo gives way (eqs 23-24)."""
    to_mu, gap = abs(x_i - mu), abs(x_i - x_j)
    shift = 0.25 * (to_mu + gap) / span
    base = 0.5 - shift if to_mu < gap - TIE else 0.5 + shift
    return 2.0 - 4.0 * max(base, 0.0) ** r


@njit(cache=True, error_model="numpy", forceinline=True)
def _expected(
    success: float, s_j: float, won: float, lost: float, quo: float, left: float, q: float
) -> float:
    """Return the expected utility of a challenge over that of none (eqs 15-16, 22)."""
    fought = s_j * (success * won + (1.0 - success) * lost) + (1.0 - s_j) * won
    return fought - q * quo - (1.0 - q) * left


@njit(cache=True, error_model="numpy")
def _set_risk(table: Table, room: Room, mu: float, span: float, q: float) -> None:
    """Write the risk exponents from challenges among actors who are neutral to risk (eqs 32-34)."""
    x, s, r = table.x, table.s, room.r
    n = x.size
    for i in range(n):
        r[i] = 0.0  # the security of each, for now
    for i in range(n):
        for j in range(n):
            if j == i:
                continue
            d = abs(x[i] - x[j]) / span
            left = _left_alone(x[i], x[j], mu, span, 1.0) if q < 1.0 else 0.0
            r[j] += _expected(room.success[i, j], s[j], 2.0 * d, -2.0 * d, 0.0, left, q)
    low, high = r[0], r[0]
    for i in range(1, n):
        low, high = min(low, r[i]), max(high, r[i])
    for i in range(n):
        risk = (2.0 * r[i] - high - low) / (high - low) if high - low > SECURITY_TIE else 0.0
        r[i] = (1.0 - risk / 3.0) / (1.0 + risk / 3.0)


@njit(cache=True, error_model="numpy")
def _set_challenges(table: Table, room: Room, mu: float, span: float, rules: Rules) -> None:
    """Write what every actor expects of challenging each other one, and of being challenged."""
    x, s, r, q = table.x, table.s, room.r, rules.q
    quo, success, attack, attacked = room.quo, room.success, room.attack, room.attacked
    left_i = left_j = 0.0
    for i in range(x.size):
        attack[i, i] = attacked[i, i] = 0.0
        quo[i] = _utility(math.log(0.5), r[i])
    for i in range(x.size):
        for j in range(i + 1, x.size):
            half = 0.5 * abs(x[i] - x[j]) / span
            log_won, log_lost = _log(0.5 - half), math.log(0.5 + half)
            won_i, lost_i = _utility(log_won, r[i]), _utility(log_lost, r[i])
            won_j, lost_j = _utility(log_won, r[j]), _utility(log_lost, r[j])
            if q < 1.0:
                left_i = _left_alone(x[i], x[j], mu, span, r[i])
                left_j = _left_alone(x[j], x[i], mu, span, r[j])
            attack[i, j] = _expected(success[i, j], s[j], won_i, lost_i, quo[i], left_i, q)
            attack[j, i] = _expected(success[j, i], s[i], won_j, lost_j, quo[j], left_j, q)
            if not rules.replication:
                attacked[i, j], attacked[j, i] = attack[j, i], attack[i, j]
                continue
            if q < 1.0:
                left_i = _left_alone(x[j], x[i], mu, span, r[i])
                left_j = _left_alone(x[i], x[j], mu, span, r[j])
            attacked[i, j] = _expected(success[j, i], s[i], won_i, lost_i, quo[i], left_i, q)
            attacked[j, i] = _expected(success[i, j], s[j], won_j, lost_j, quo[j], left_j, q)


@njit(cache=True, error_model="numpy", forceinline=True)
def _quadrant(a: float, b: float) -> int:
    """Return what becomes of i when it expects a of its own challenge and b of the other's."""
    if b <= TIE or abs(a) <= TIE:
        return STALEMATE
    if a > 0.0:
        return CONFRONTATION if b > a + TIE else STALEMATE
    if b > TIE - a:
        return COMPROMISE
    return CAPITULATION if -a > b + TIE else STALEMATE


@njit(cache=True, error_model="numpy")
def _take_offers(table: Table, room: Room, replication: bool) -> int:
    """Write where each actor goes and on whose offer; return how many go anywhere."""
    x = table.x
    count = 0
    for i in range(x.size):
        room.moved[i], room.moved_by[i] = x[i], -1
        best, least = STALEMATE, math.inf
        for j in range(x.size):
            gap = x[j] - x[i]
            a, b = room.attack[i, j], room.attacked[i, j]
            kind = _quadrant(a, b)
            if kind > best or kind == STALEMATE or abs(gap) <= TIE:
                continue
            step = -gap * a / b if kind == COMPROMISE else gap
            cost = abs(step)
            if replication and kind == COMPROMISE:
                # A coordinate, not a distance: an error of the original program.
                cost = (b * x[j] - a * x[i]) / (b - a)
            if kind < best or cost < least - TIE:
                best, least = kind, cost
                room.moved[i] = x[j] if kind != COMPROMISE else x[i] + step
                room.moved_by[i] = table.index[j]
        count += room.moved_by[i] >= 0
    return count


@njit(cache=True, error_model="numpy")
def _expect(table: Table, room: Room, span: float, rules: Rules) -> None:
    """Write what every actor expects of every challenge, with its own attitude to risk.

    ``span`` is R: the range of the positions now, or in the replication variant at the start.
    """
    if span <= TIE:
        room.attack[:], room.attacked[:] = 0.0, 0.0
        return
    mu = _middle(table, room, rules)
    if rules.replication:
        room.r[:] = 1.0
        _set_replicated_success(table, room, span)
    else:
        _set_success(table, room)
    _set_risk(table, room, mu, span, rules.q)
    if rules.replication:
        _set_replicated_success(table, room, span)
    _set_challenges(table, room, mu, span, rules)


class Record(NamedTuple):
    """What a run leaves behind; the last three are written to if they have rounds.

    Attributes:
        settlement: ``(draw, issue)``, the forecast after the last round; NaN where nobody is
            present.
        last_move: ``(draw, issue)``, how far μ moved in the last round.
        rounds: ``(draw, issue)``, rounds in which somebody moved.
        path: ``(draw, round, actor, issue)``, positions. Must hold the first ones in all rounds.
        moved_by: ``(draw, round, actor, issue)``, whose offer was taken. Must be -1 before.
        forecasts: ``(draw, round, issue)``, forecasts.
    """

    settlement: FloatArray
    last_move: FloatArray
    rounds: IntArray
    path: FloatArray
    moved_by: IntArray
    forecasts: FloatArray


@njit(cache=True, error_model="numpy")
def _keep(
    draw: int, played: int, issue: int, table: Table, room: Room, forecast: float, record: Record
) -> None:
    """Write a round into ``record``, and into all later rounds in case it is the last."""
    for t in range(played, record.path.shape[1]):
        record.forecasts[draw, t, issue] = forecast
        for i in range(table.x.size):
            record.path[draw, t, table.index[i], issue] = table.x[i]
    for i in range(table.x.size if played > 0 else 0):
        record.moved_by[draw, played, table.index[i], issue] = room.moved_by[i]


@njit(cache=True, error_model="numpy")
def _play(draw: int, issue: int, table: Table, rules: Rules, record: Record) -> None:
    """Play one issue of one draw."""
    n = table.x.size
    room = _make_room(n, rules.replication)
    mu = start = forecast = math.nan
    if n > 0:
        _sort(table.x, room.order)
        start = _range(table, room.order)
        mu = _middle(table, room, rules)
        forecast = _mean(table, room.order) if rules.mean else mu
    last_move, played = 0.0, 0
    _keep(draw, 0, issue, table, room, forecast, record)
    while n > 1 and played < rules.rounds:
        spread = _range(table, room.order)
        _expect(table, room, start if rules.replication else spread, rules)
        if spread <= TIE or _take_offers(table, room, rules.replication) == 0:
            last_move = 0.0  # and so in every later round
            break
        for i in range(n):
            table.x[i] = room.moved[i]
        _sort(table.x, room.order)
        before, mu = mu, _middle(table, room, rules)
        last_move = abs(mu - before)
        forecast = _mean(table, room.order) if rules.mean else mu
        played += 1
        if record.path.shape[1] > 0:
            _keep(draw, played, issue, table, room, forecast, record)
    record.settlement[draw, issue] = forecast
    record.last_move[draw, issue] = last_move
    record.rounds[draw, issue] = played


@njit(cache=True, error_model="numpy", parallel=True)
def play(
    position: FloatArray,
    salience: FloatArray,
    influence: FloatArray,
    present: BoolArray,
    rules: Rules,
    record: Record,
) -> None:
    """Play every issue of every draw and write how it ends.

    Args:
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1].
        influence: ``(draw, actor, issue)``, 0 or more.
        present: ``(actor, issue)``, who takes part.
        rules: the options.
        record: written.
    """
    for d in prange(position.shape[0]):
        draw = np.int64(d)  # it is unsigned, and all would be compiled for both
        for issue in range(position.shape[2]):
            table = _make_table(draw, issue, position, salience, influence, present)
            _play(draw, issue, table, rules, record)


@njit(cache=True, error_model="numpy")
def challenges(
    position: FloatArray,
    salience: FloatArray,
    influence: FloatArray,
    present: BoolArray,
    rules: Rules,
    attack: FloatArray,
    attacked: FloatArray,
) -> None:
    """Write what every actor expects of every challenge in the first round.

    Args:
        position: as for :func:`play`, like ``salience``, ``influence``, ``present``, ``rules``.
        attack: ``(draw, actor, actor, issue)``, written: what the first expects of challenging the
            second. NaN must stand there before: it stays where one of them is absent.
        attacked: likewise, of being challenged by the second, as the first sees it.
    """
    draws, _, issues = position.shape
    for draw in range(draws):
        for k in range(issues):
            table = _make_table(draw, k, position, salience, influence, present)
            n, index = table.x.size, table.index
            room = _make_room(n, rules.replication)
            if n == 0:
                continue
            _sort(table.x, room.order)
            _expect(table, room, _range(table, room.order), rules)
            for i in range(n):
                for j in range(n):
                    attack[draw, index[i], index[j], k] = room.attack[i, j]
                    attacked[draw, index[i], index[j], k] = room.attacked[i, j]
