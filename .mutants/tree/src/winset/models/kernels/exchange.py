"""Exchanges of voting positions on arrays: Stokman and Van Oosten (1994).

Every pair of actors with every pair of issues is one candidate, so a draw costs O(actor² issue²)
for each exchange in it. Draws share nothing and sums run in a fixed order.

Letters: x position, v voting position, s salience, i and j actors, p and q issues; i gives q to j
and is given p. ``pull`` is by how much the outcome follows a voting position, c s / Σ c s.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Bool2, Float2, Float3, Int1, Int2, Int3, Span
from winset.models.kernels.compiling import compiled, door

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

STEP = 16  # draws that a thread takes at a time
TIE = 1e-12  # positions, and gains, that differ by less are equal


class ExchangeRecord(NamedTuple):
    """The record of a run; the last four arrays are written if they have room.

    Attributes:
        voting: ``(draw, actor, issue)``, voting positions after the last exchange. Must hold the
            positions before.
        candidates: ``(draw,)``, pairs of actors that stand on opposite sides on a pair of issues.
        exchanges: ``(draw,)``, how many.
        actor: ``(draw, exchange, 2)``, i and j, the one that comes first in the batch as i.
        issue: ``(draw, exchange, 2)``, what i gives and what j gives.
        end: ``(draw, exchange, 2)``, voting positions of i and j on what they give, afterwards.
        gain: ``(draw, exchange)``, of each of the two.
    """

    voting: Float3
    candidates: Int1
    exchanges: Int1
    actor: Int3
    issue: Int3
    end: Float3
    gain: Float2


@compiled
def _pulls(weight: Float2) -> Float2:
    """Return ``(actor, issue)`` shares of the weight; 0 on issues where no actor takes part."""
    actors, issues = weight.shape
    pull = np.zeros((actors, issues))
    for p in range(issues):
        total = 0.0
        for i in range(actors):
            total += weight[i, p]
        for i in range(actors):
            pull[i, p] = weight[i, p] / total if total > 0.0 else 0.0
    return pull


@compiled
def _sides(x: Float2, pull: Float2, present: Bool2) -> Int2:
    """Return ``(actor, issue)``: 1 above the expected outcome, -1 below, 0 on it or absent."""
    actors, issues = x.shape
    side = np.zeros((actors, issues), np.int64)
    for p in range(issues):
        outcome = 0.0
        for i in range(actors):
            outcome += pull[i, p] * x[i, p]
        for i in range(actors):
            if present[i, p] and x[i, p] > outcome + TIE:
                side[i, p] = 1
            elif present[i, p] and x[i, p] < outcome - TIE:
                side[i, p] = -1
    return side


@compiled
def _candidates(side: Int2, s: Float2) -> Int2:
    """Return ``(candidate, 4)``: i, j, what i gives and what j gives, in the order of i, j, p, q.

    An actor gives where it cares less, measured by what it cares about the other issue.
    """
    actors, issues = side.shape
    pairs = actors * (actors - 1) * issues * (issues - 1) // 4
    candidate = np.empty((pairs, 4), np.int64)
    n = 0
    for i in range(actors):
        for j in range(i + 1, actors):
            for p in range(issues):
                if side[i, p] * side[j, p] >= 0:
                    continue
                for q in range(p + 1, issues):
                    if side[i, q] * side[j, q] < 0:
                        i_gives_q = s[i, p] * s[j, q] > s[j, p] * s[i, q]
                        candidate[n, 0], candidate[n, 1] = i, j
                        candidate[n, 2], candidate[n, 3] = (q, p) if i_gives_q else (p, q)
                        n += 1
    return candidate[:n]


@compiled
def _asks(candidate: Int2, k: int, giver: int, issue: int) -> bool:
    """Return whether ``giver`` gives ``issue`` in candidate k."""
    by_i = candidate[k, 0] == giver and candidate[k, 2] == issue
    by_j = candidate[k, 1] == giver and candidate[k, 3] == issue
    return bool(by_i or by_j)


@compiled
def _terms(
    candidate: Int2, k: int, x: Float2, v: Float2, s: Float2, pull: Float2
) -> tuple[float, float, float]:
    """Return the gain of each in candidate k, how far i moves on q, and j on p.

    All are 0 where either has nothing left to give.
    """
    i, j, q, p = candidate[k, 0], candidate[k, 1], candidate[k, 2], candidate[k, 3]
    way_i = 1.0 if x[j, q] > x[i, q] else -1.0
    way_j = 1.0 if x[i, p] > x[j, p] else -1.0
    room_i, room_j = way_i * (x[j, q] - v[i, q]), way_j * (x[i, p] - v[j, p])
    s_p, s_q = s[i, p] + s[j, p], s[i, q] + s[j, q]
    if min(room_i, room_j) <= TIE or min(pull[i, q], pull[j, p], s_p, s_q) <= 0.0:
        return 0.0, 0.0, 0.0
    rate = s_p / s_q  # dq / dp at equal gain
    dp = room_j * pull[j, p]
    shift_i, shift_j = dp * rate / pull[i, q], room_j
    if shift_i > room_i:
        dp = room_i * pull[i, q] / rate
        shift_i, shift_j = room_i, dp / pull[j, p]
    return dp * (s[i, p] - rate * s[i, q]), way_i * shift_i, way_j * shift_j


@compiled
def _moved(v: float, shift: float, goal: float) -> float:
    """Return ``v`` moved by ``shift``, and exactly the goal where it arrives there."""
    return goal if abs(v + shift - goal) <= TIE else v + shift


@compiled
def _trade(
    draw: int,
    x: Float2,
    s: Float2,
    weight: Float2,
    present: Bool2,
    least_gain: float,
    record: ExchangeRecord,
) -> None:
    """Exchange until no pair gains; ``x``, ``s`` and ``weight`` are those of ``draw``."""
    v = record.voting[draw]
    pull = _pulls(weight)
    candidate = _candidates(_sides(x, pull, present), s)
    gain = np.empty(candidate.shape[0])
    for k in range(gain.size):
        gain[k] = _terms(candidate, k, x, v, s, pull)[0]
    count = 0
    while True:
        best, most = -1, least_gain
        for k in range(gain.size):
            if gain[k] > most + (TIE if best >= 0 else 0.0):
                best, most = k, gain[k]
        if best < 0:
            break
        i, j, q, p = candidate[best, 0], candidate[best, 1], candidate[best, 2], candidate[best, 3]
        _, shift_i, shift_j = _terms(candidate, best, x, v, s, pull)
        v[i, q] = _moved(v[i, q], shift_i, x[j, q])
        v[j, p] = _moved(v[j, p], shift_j, x[i, p])
        if record.gain.shape[1] > 0:
            record.actor[draw, count, 0], record.actor[draw, count, 1] = i, j
            record.issue[draw, count, 0], record.issue[draw, count, 1] = q, p
            record.end[draw, count, 0], record.end[draw, count, 1] = v[i, q], v[j, p]
            record.gain[draw, count] = most
        count += 1
        for k in range(gain.size):
            if _asks(candidate, k, i, q) or _asks(candidate, k, j, p):
                gain[k] = _terms(candidate, k, x, v, s, pull)[0]
    record.exchanges[draw], record.candidates[draw] = count, gain.size


@door
def trade(
    draws: Span,
    position: Float3,
    salience: Float3,
    weight: Float3,
    present: Bool2,
    least_gain: float,
    record: ExchangeRecord,
) -> None:
    """Exchange in some draws and write how it ends.

    Args:
        draws: the first of them and one past the last.
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)`` in [0, 1].
        weight: ``(draw, actor, issue)``, influence × salience; 0 where absent.
        present: ``(actor, issue)``, who takes part.
        least_gain: shares of the scale times salience; an exchange that gains no more does not
            happen.
        record: written.
    """
    for draw in range(draws[0], draws[1]):
        _trade(draw, position[draw], salience[draw], weight[draw], present, least_gain, record)
