"""The winsets: how likely each point is to pass, summed over draws."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float3, Span
from winset.models.kernels.compiling import door
from winset.models.kernels.ratification import (
    CHUNK,
    TINY,
    IssueTable,
    call_votes,
    gains,
    make_home,
    own_gains,
    press,
    ratify,
    room_for,
)

FloatArray = NDArray[np.float64]


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


@door
def _sum_draws(draws: Span, t: IssueTable, weight: Float1, room: Span, sums: Float3) -> None:
    into = sums[draws[0] // CHUNK]
    grid, parties = t.point.shape[0], t.voters.shape[0]
    rows = parties + t.votes.shape[1]
    h, z = np.empty((t.stance.shape[2], grid)), np.empty((rows, grid))
    joint, zone, ratified = np.empty(grid), np.empty(grid), np.empty(grid)
    points = np.arange(grid)
    home = make_home(t, z, room)
    at_home, everywhere = (parties, rows), (0, grid)
    for d in range(draws[0], draws[1]):
        own_gains(t.reversion[d], t.stance[d], t.point, h)
        gains(h, t.lean_first, t.lean_on, t.lean[d], t.shift[d], (0, rows), everywhere, z)
        press(h, t.press_first, t.press_by, t.press[d], at_home, everywhere, z)
        call_votes(t.votes[d], t.need[d], home)
        joint[:] = weight[d]
        zone[:] = weight[d]
        for p in range(parties):
            ratify(home, p, t.tau[d], t.known, points, grid, ratified)
            for j in range(grid):
                chance = ratified[j]
                willing = 1.0 if z[p, j] > -TINY else 0.0
                into[p, j] += weight[d] * chance
                into[parties + p, j] += weight[d] * willing
                joint[j] *= chance
                zone[j] *= chance * willing
        for j in range(grid):
            into[2 * parties, j] += joint[j]
            into[2 * parties + 1, j] += zone[j]


def winset_sums(t: IssueTable, weight: FloatArray) -> Winsets:
    """Return the winsets of a table without known types, summed over draws with ``weight``.

    Each chunk of draws has its own sums, added up in order: they do not depend on the threads.
    """
    parties, draws = len(t.voters), len(t.reversion)
    sums = np.zeros((-(-draws // CHUNK), 2 * parties + 2, len(t.point)))
    _sum_draws.over(draws, CHUNK, t, weight, room_for(t), sums)
    total = sums.sum(axis=0)
    return Winsets(total[:parties], total[parties : 2 * parties], total[-2], total[-1])
