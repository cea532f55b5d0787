"""Where an issue settles between parties that must each ratify, draw by draw.

Threads take draws in chunks of one length, so that results do not depend on the threads. Nothing is
allocated within a draw.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float2, Int1, Span
from winset.models.kernels.compiling import compiled, door
from winset.models.kernels.quota import PASSES, tail
from winset.models.kernels.ratification import (
    CHUNK,
    EDGE,
    TINY,
    HomeParties,
    IssueTable,
    accept,
    call_votes,
    gains,
    make_home,
    own_gains,
    press,
    ratify,
    room_for,
)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

TIE = 1e-10  # values this near each other, as a share of the best, are the same
STRIDE = 16  # grid points between those tried first
RULES = ("nash", "kalai-smorodinsky", "egalitarian", "take-it-or-leave-it")
NASH, KALAI_SMORODINSKY, EGALITARIAN, TAKE_IT_OR_LEAVE_IT = range(4)
Look = tuple[Int1, Float1, Float1]  # points looked at, R and worth of each: workspace


class SolvedTable(NamedTuple):
    """The result of each draw.

    Attributes:
        place: ``(draw,)``, grid point signed; -1 where nothing is.
        ratified: ``(draw, party)``, probability that the party ratifies that point; NaN at -1.
        accepts: ``(draw, ratifier)``, probability that the ratifier accepts it; likewise.
        lift: ``(draw, ratifier)``, what a certain yes from it would add to the party's probability.
        bar: ``(draw,)``, where nothing is signed, the party that accepts the fewest points.
    """

    place: Int1
    ratified: Float2
    accepts: Float2
    lift: Float2
    bar: Int1


@compiled
def _bound(z: Float2, power: Float1, rule: int, proposer: int, known: bool, bound: Float1) -> Span:
    """Write a point's worth, if sure to be ratified, into ``bound``; -1 where a negotiator loses.

    If types are unknown, a negotiator signs only for a gain. If they are known, or in answer to an
    offer, it signs unless it loses. Returns the first possible point and one past the last.
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


@compiled
def _raised(worth: float, power: float) -> float:
    """Return ``worth ** power``: equal powers, the usual case, cost no logarithm."""
    return worth if power == 1.0 else worth**power


@compiled
def _best_product(
    home: HomeParties,
    power: Float1,
    tau: float,
    known: bool,
    window: Span,
    near: int,
    bound: Float1,
    look: Look,
    value: Float1,
) -> None:
    """Write the bound times every party's R to its power into ``value`` where it can be best.

    Ratification only lowers a bound. A first pass over few points, or over the one ``near`` the
    best if there is a guess, gives a good value; points that fall below it are dropped.
    """
    points, ratified, worth = look
    best, count = 0.0, 0
    for stride in (STRIDE, 1):
        least, count = best * (1.0 - TIE), 0
        first, last = window
        if stride > 1 and near >= 0 and bound[near] >= 0.0:
            first, last = near, near + 1
        for j in range(first, last, stride):
            if bound[j] >= least:
                points[count], worth[count] = j, bound[j]
                count += 1
        for p in range(power.shape[0]):
            ratify(home, p, tau, known, points, count, ratified)
            survivors = 0
            for k in range(count):
                product = worth[k] * _raised(ratified[k], power[p])
                if ratified[k] > 0.0 and product >= least:
                    points[survivors], worth[survivors] = points[k], product
                    survivors += 1
            count = survivors
        for k in range(count):
            best = max(best, worth[k])
    for k in range(count):
        value[points[k]] = worth[k]


@compiled
def _best_share(
    home: HomeParties,
    gain: Float2,
    relative: bool,
    tau: float,
    known: bool,
    window: Span,
    bound: Float1,
    look: Look,
    payoff: Float2,
    value: Float1,
) -> None:
    """Write the least of the parties' expected gains into ``value``, each ``relative`` to its best.

    ``payoff``, ``(party, grid)``, is workspace.
    """
    points, ratified, worth = look
    count = 0
    for j in range(window[0], window[1]):
        if bound[j] >= 0.0:
            points[count], worth[count] = j, np.inf
            count += 1
    for p in range(payoff.shape[0]):
        ratify(home, p, tau, known, points, count, ratified)
        for k in range(count):
            payoff[p, k] = ratified[k] * max(gain[p, points[k]], 0.0)
            if ratified[k] == 0.0:
                worth[k] = -1.0
    for p in range(payoff.shape[0]):
        best = 0.0 if relative else 1.0
        for k in range(count):
            if relative and worth[k] >= 0.0:
                best = max(best, payoff[p, k])
        for k in range(count):
            if worth[k] >= 0.0:
                # A party that can gain nothing anywhere has all it can get.
                worth[k] = min(worth[k], payoff[p, k] / best if best > 0.0 else 1.0)
    for k in range(count):
        value[points[k]] = worth[k]


@compiled
def _middle_of_best(value: Float1, point: Float1, reversion: float) -> int:
    """Return the place of the greatest value; -1 where none is 0 or more.

    Equal values side by side count as one run, whose middle is taken. Of two middles, and of
    several runs, the nearest to the reversion is chosen, so that a mirrored scale mirrors the
    choice.
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


@compiled
def _fewest(
    home: HomeParties, gain: Float2, tau: float, known: bool, bound: Float1, look: Look
) -> int:
    """Return the party with the fewest points where it gains, or else where it could ratify."""
    points, ratified, _ = look
    count = 0
    for j in range(bound.shape[0]):
        if bound[j] >= 0.0:
            points[count] = j
            count += 1
    chosen, fewest = 0, bound.shape[0] + 1
    for p in range(home.size.shape[0]):
        possible = 0
        if count > 0:
            ratify(home, p, tau, known, points, count, ratified)
            for k in range(count):
                possible += ratified[k] > 0.0
        else:
            for j in range(bound.shape[0]):
                possible += gain[p, j] > -TINY
        if possible < fewest:
            chosen, fewest = p, possible
    return chosen


@compiled
def _describe(
    home: HomeParties, d: int, place: int, tau: float, known: bool, look: Look, solved: SolvedTable
) -> None:
    """Write who ratifies the point signed, and with what probability."""
    points, ratified, _ = look
    points[0] = place
    accepts, size = home.accepts, home.size
    for p in range(size.shape[0]):
        first, voters, last = home.first[p], home.voters[p], home.first[p + 1]
        ratify(home, p, tau, known, points, 1, ratified)
        vetoes, chance = 1.0, ratified[0]
        solved.ratified[d, p] = chance
        for r in range(first, voters):
            vetoes *= accepts[r, 0]
            solved.accepts[d, r] = accepts[r, 0]
            solved.lift[d, r] = chance * (1.0 / accepts[r, 0] - 1.0)
        for r in range(voters, last):
            accept(home.margin, r, tau, known, points, 1, accepts)
            solved.accepts[d, r], solved.lift[d, r] = accepts[r, 0], 0.0
        for r in range(voters, last if size[p] != PASSES + 1 else voters):
            accepts[r, 0] = 1.0
            passes = tail(accepts, home.node[p], size[p], home.chance)
            accepts[r, 0] = solved.accepts[d, r]
            solved.lift[d, r] = max(0.0, vetoes * passes - chance)


@door
def _solve_draws(
    draws: Span,
    t: IssueTable,
    rule: int,
    proposer: int,
    near: Int1,
    room: Span,
    solved: SolvedTable,
) -> None:
    grid, parties, known = t.point.shape[0], t.voters.shape[0], t.known
    rows = parties + t.votes.shape[1]
    h, z = np.empty((t.stance.shape[2], grid)), np.empty((rows, grid))
    bound, value, payoff = np.empty(grid), np.empty(grid), np.empty((parties, grid))
    look = np.empty(grid, np.int64), np.empty(grid), np.empty(grid)
    home, equal = make_home(t, z, room), np.ones(parties)
    at_table, at_home, everywhere = (0, parties), (parties, rows), (0, grid)
    for d in range(draws[0], draws[1]):
        q, tau = t.reversion[d], t.tau[d]
        own_gains(q, t.stance[d], t.point, h)
        gains(h, t.lean_first, t.lean_on, t.lean[d], t.shift[d], at_table, everywhere, z)
        window = _bound(z, t.power[d], rule, proposer, known, bound)
        value[:] = -1.0
        if window[0] < window[1]:
            gains(h, t.lean_first, t.lean_on, t.lean[d], t.shift[d], at_home, window, z)
            press(h, t.press_first, t.press_by, t.press[d], at_home, window, z)
            call_votes(t.votes[d], t.need[d], home)
            if rule == NASH:
                _best_product(home, t.power[d], tau, known, window, near[d], bound, look, value)
            elif rule == TAKE_IT_OR_LEAVE_IT:
                _best_product(home, equal, tau, known, window, near[d], bound, look, value)
            else:
                relative = rule == KALAI_SMORODINSKY
                _best_share(home, z, relative, tau, known, window, bound, look, payoff, value)
        place = _middle_of_best(value, t.point, q)
        solved.place[d], solved.bar[d] = place, -1
        if place >= 0:
            _describe(home, d, place, tau, known, look, solved)
            continue
        solved.bar[d] = _fewest(home, z, tau, known, bound, look)
        solved.ratified[d, :] = np.nan
        solved.accepts[d, :] = np.nan
        solved.lift[d, :] = np.nan


def solve_table(
    t: IssueTable, *, rule: str, proposer: int = -1, near: IntArray | None = None
) -> SolvedTable:
    """Return the result of each draw.

    Args:
        t: the issue.
        rule: one of `RULES`.
        proposer: the party that makes the offer under take-it-or-leave-it.
        near: ``(draw,)``, grid points near which the best one may lie, -1 without a guess. A good
            guess saves time; no guess changes the result.
    """
    draws, parties, ratifiers = len(t.reversion), len(t.voters), t.votes.shape[1]
    solved = SolvedTable(
        np.empty(draws, np.int64),
        np.empty((draws, parties)),
        np.empty((draws, ratifiers)),
        np.empty((draws, ratifiers)),
        np.empty(draws, np.int64),
    )
    near = np.full(draws, -1) if near is None else near
    _solve_draws.over(draws, CHUNK, t, RULES.index(rule), proposer, near, room_for(t), solved)
    return solved
