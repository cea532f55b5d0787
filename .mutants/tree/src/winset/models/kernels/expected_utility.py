"""Rounds of the expected-utility model of group decision on arrays: Scholz et al. (2011).

Sums run in a fixed order and draws share nothing, so a run depends neither on threads nor on how
draws are cut into batches. Nothing is allocated within a round. Letters and equation numbers are
those of :mod:`winset.models.kernels.challenges`.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import (
    Bool2,
    Float1,
    Float2,
    Float3,
    Float4,
    Int1,
    Int2,
    Int4,
    Span,
)
from winset.models.kernels.challenges import (
    TIE,
    ChallengeRoom,
    ChallengeRules,
    ChallengeTable,
    expect,
    make_room,
    make_table,
)
from winset.models.kernels.compiling import compiled, door

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

STEP = 16  # draws that a thread takes at a time
CONFRONTATION, COMPROMISE, CAPITULATION, STALEMATE = range(4)


class ChallengeRecord(NamedTuple):
    """The record of a run; the last three arrays are written if they have rounds.

    Attributes:
        settlement: ``(draw, issue)``, the forecast after the last round; NaN where no actor is
            present.
        last_move: ``(draw, issue)``, how far μ moved in the last round.
        rounds: ``(draw, issue)``, rounds in which an actor moved.
        path: ``(draw, round, actor, issue)``, positions. Must hold the first ones in all rounds.
        moved_by: ``(draw, round, actor, issue)``, whose offer was taken. Must be -1 before.
        forecasts: ``(draw, round, issue)``, forecasts.
    """

    settlement: Float2
    last_move: Float2
    rounds: Int2
    path: Float4
    moved_by: Int4
    forecasts: Float3


@compiled
def _sort(x: Float1, order: Int1) -> None:
    """Sort ``order`` by insertion: little of it changes from round to round."""
    for a in range(1, x.size):
        i = order[a]
        b = a - 1
        while b >= 0 and x[order[b]] > x[i]:
            order[b + 1] = order[b]
            b -= 1
        order[b + 1] = i


@compiled
def _range(x: Float1, order: Int1) -> float:
    return float(x[order[-1]] - x[order[0]])


@compiled
def _median(x: Float1, w: Float1, total: float, order: Int1) -> float:
    """Return the weighted median, the lower one on ties; ``order`` sorts the positions."""
    half = total * (0.5 - TIE)
    below = 0.0
    for i in order:
        below += w[i]
        if below >= half and below > 0.0:
            return float(x[i])
    return float(x[order[-1]])


@compiled
def _survivor(x: Float1, w: Float1, total: float) -> float:
    """Return the position that survives votes on one challenger after the other."""
    margin = TIE * total
    winner = float(x[0])
    for j in range(1, x.size):
        lead = 0.0
        for k in range(x.size):
            lead += w[k] * (abs(x[k] - winner) - abs(x[k] - x[j]))
        if lead > margin:
            winner = float(x[j])
    return float(winner)


@compiled
def _middle(table: ChallengeTable, room: ChallengeRoom, rules: ChallengeRules) -> float:
    """Return μ."""
    x, w = table.x, table.w
    if rules.replication:
        return float(_survivor(x, w, table.total))
    return float(_median(x, w, table.total, room.order))


@compiled
def _mean(x: Float1, w: Float1, total: float, order: Int1) -> float:
    """Return the weighted mean; rounding does not take it past the outermost positions."""
    moment = 0.0
    for i in range(x.size):
        moment += w[i] * x[i]
    return float(min(max(moment / total, x[order[0]]), x[order[-1]]))


@compiled
def _quadrant(a: float, b: float) -> int:
    """Return how i fares if it expects a from its own challenge and b from the other's."""
    if b <= TIE or abs(a) <= TIE:
        return STALEMATE
    if a > 0.0:
        return CONFRONTATION if b > a + TIE else STALEMATE
    if b > TIE - a:
        return COMPROMISE
    return CAPITULATION if -a > b + TIE else STALEMATE


@compiled
def _take_offers(
    x: Float1,
    attack: Float2,
    attacked: Float2,
    replication: bool,
    moved: Float1,
    moved_by: Int1,
) -> int:
    """Write where each actor moves and on whose offer; return how many move."""
    count = 0
    for i in range(x.size):
        moved[i], moved_by[i] = x[i], -1
        best, least = STALEMATE, math.inf
        for j in range(x.size):
            gap = x[j] - x[i]
            a, b = attack[i, j], attacked[i, j]
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
                moved[i] = x[j] if kind != COMPROMISE else x[i] + step
                moved_by[i] = j
        count += moved_by[i] >= 0
    return count


@compiled
def _keep(
    draw: int,
    played: int,
    issue: int,
    table: ChallengeTable,
    room: ChallengeRoom,
    forecast: float,
    record: ChallengeRecord,
) -> None:
    """Write a round into ``record``, and into all later rounds in case it is the last."""
    for t in range(played, record.path.shape[1]):
        record.forecasts[draw, t, issue] = forecast
        for i in range(table.x.size):
            record.path[draw, t, table.place[i], issue] = table.x[i]
    for i in range(table.x.size if played > 0 else 0):
        mover = room.moved_by[i]
        record.moved_by[draw, played, table.place[i], issue] = (
            table.place[mover] if mover >= 0 else -1
        )


@compiled
def _play(
    draw: int, issue: int, table: ChallengeTable, rules: ChallengeRules, record: ChallengeRecord
) -> None:
    """Play one issue of one draw."""
    n = table.x.size
    room = make_room(n)
    mu = start = forecast = math.nan
    if n > 0:
        _sort(table.x, room.order)
        start = _range(table.x, room.order)
        mu = _middle(table, room, rules)
        forecast = _mean(table.x, table.w, table.total, room.order) if rules.mean else mu
    last_move, played = 0.0, 0
    _keep(draw, played, issue, table, room, forecast, record)
    while n > 1 and played < rules.rounds:
        spread = _range(table.x, room.order)
        expect(table, room, mu, start if rules.replication else spread, rules)
        count = _take_offers(
            table.x, room.attack, room.attacked, rules.replication, room.moved, room.moved_by
        )
        if count == 0:
            last_move = 0.0  # and so in every later round
            break
        for i in range(n):
            table.x[i] = room.moved[i]
        _sort(table.x, room.order)
        before, mu = mu, _middle(table, room, rules)
        last_move = abs(mu - before)
        forecast = _mean(table.x, table.w, table.total, room.order) if rules.mean else mu
        played += 1
        if record.path.shape[1] > 0:
            _keep(draw, played, issue, table, room, forecast, record)
    record.settlement[draw, issue] = forecast
    record.last_move[draw, issue] = last_move
    record.rounds[draw, issue] = played


@door
def play(
    draws: Span,
    position: Float3,
    salience: Float3,
    influence: Float3,
    present: Bool2,
    rules: ChallengeRules,
    record: ChallengeRecord,
) -> None:
    """Play every issue of some draws and write how it ends.

    Args:
        draws: the first of them and one past the last.
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1].
        influence: ``(draw, actor, issue)``, 0 or more.
        present: ``(actor, issue)``, who takes part.
        rules: the options.
        record: written.
    """
    for draw in range(draws[0], draws[1]):
        for issue in range(position.shape[2]):
            table = make_table(draw, issue, position, salience, influence, present)
            _play(draw, issue, table, rules, record)


@door
def challenges(
    position: Float3,
    salience: Float3,
    influence: Float3,
    present: Bool2,
    rules: ChallengeRules,
    attack: Float4,
    attacked: Float4,
) -> None:
    """Write what every actor expects from every challenge in the first round.

    Args:
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1].
        influence: ``(draw, actor, issue)``, 0 or more.
        present: ``(actor, issue)``, who takes part.
        rules: the options.
        attack: ``(draw, actor, actor, issue)``, written: what the first expects of challenging the
            second. NaN must stand there before: it stays where one of them is absent.
        attacked: likewise, of being challenged by the second, as the first sees it.
    """
    draws, _, issues = position.shape
    for draw in range(draws):
        for k in range(issues):
            table = make_table(draw, k, position, salience, influence, present)
            n, place = table.x.size, table.place
            room = make_room(n)
            if n == 0:
                continue
            _sort(table.x, room.order)
            mu = _middle(table, room, rules)
            expect(table, room, mu, _range(table.x, room.order), rules)
            for i in range(n):
                for j in range(n):
                    attack[draw, place[i], place[j], k] = room.attack[i, j]
                    attacked[draw, place[i], place[j], k] = room.attacked[i, j]
