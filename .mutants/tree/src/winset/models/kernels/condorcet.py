"""Probabilistic Condorcet election on arrays: Wise, Lester and Efird (2015).

Every pair of options is put to a vote, and an option wins the election as often as it beats all
others. Sums run in index order. Letters follow the paper: C strength of a coalition, P probability
that one option beats another, p that it wins.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1, Float2
from winset.models.kernels.compiling import compiled, inlined

FloatArray = NDArray[np.float64]

# The names of each option; its index is the code that the kernels take.
VOTES = ("binary", "propbin", "proportional", "propcubic", "cubic")
VICTORIES = ("linear", "square", "quartic", "octic", "binary")
METHODS = ("conditional", "markov")

_BINARY, _PROPBIN, PROPORTIONAL, _PROPCUBIC, _CUBIC = range(len(VOTES))
_DECISIVE = VICTORIES.index("binary")
_MARKOV = METHODS.index("markov")

LEAST_STRENGTH = 1e-8  # of a coalition
MARKOV_TOLERANCE = 1e-6
UNDERFLOW = 1e-290  # products of probabilities summing to less are worked out from logarithms


class ElectionRules(NamedTuple):
    """How votes are cast and counted: each the index of a name above."""

    vote: int
    victory: int
    method: int


class ElectionRoom(NamedTuple):
    """Room for elections under the same rules, made once."""

    rules: ElectionRules
    worth: Float2  # (voter, option) utilities: what the election is fed with
    chance: Float1  # (option,) p: what comes out
    beats: Float2  # (option, option) P
    product: Float1  # (option,)
    strength: Float2  # (2, option) C for one option and against it


@compiled
def make_booth(voters: int, options: int, rules: ElectionRules) -> ElectionRoom:
    """Return room for elections of at most so many options."""
    return ElectionRoom(
        rules,
        np.empty((voters, options)),
        np.empty(options),
        np.empty((options, options)),
        np.empty(options),
        np.empty((2, options)),
    )


@inlined
def vote(rule: int, weight: float, du: float) -> float:
    """Return the vote for the option whose utility is greater by du."""
    if rule == PROPORTIONAL:
        return weight * du
    if rule == _CUBIC:
        return weight * (du * du * du)
    if rule == _PROPCUBIC:
        return weight * (0.5 * du + 0.5 * (du * du * du))
    sign = min(max(du / 1e-8, -1.0), 1.0)
    if rule == _PROPBIN:
        return weight * (0.8 * du + 0.2 * sign)
    return weight * sign


@compiled
def victory(rule: int, c_ab: float, c_ba: float) -> float:
    """Return the probability that the coalition of strength c_ab beats the other."""
    if rule == _DECISIVE:
        if c_ab / c_ba >= 1.1:
            return 1.0 / (1.0 + 1e-6)
        if c_ba / c_ab >= 1.1:
            return 1e-6 / (1.0 + 1e-6)
        return min(max((2.1 * (c_ab / (c_ab + c_ba)) - 1.0) / 0.1, 0.0), 1.0)
    for _ in range(rule):  # codes 0 to 3 are the powers 1, 2, 4 and 8
        c_ab *= c_ab
        c_ba *= c_ba
    return c_ab / (c_ab + c_ba)


@compiled
def elect(options: int, weight: Float1, booth: ElectionRoom) -> None:
    """Write each option's probability to ``booth.chance``; voters go by ``booth.worth``."""
    rules, beats, strength = booth.rules, booth.beats, booth.strength
    for a in range(options):
        for b in range(a, options):
            strength[0, b], strength[1, b] = LEAST_STRENGTH, LEAST_STRENGTH
        if rules.vote == PROPORTIONAL:  # the default gets a loop of its own, twice as fast
            _add_strengths(PROPORTIONAL, a, options, booth.worth, weight, strength)
        else:
            _add_strengths(rules.vote, a, options, booth.worth, weight, strength)
        beats[a, a] = 0.5
        for b in range(a + 1, options):
            beats[a, b] = victory(rules.victory, strength[0, b], strength[1, b])
            beats[b, a] = victory(rules.victory, strength[1, b], strength[0, b])
    if rules.method == _MARKOV:
        _markov(options, beats, booth.chance, booth.product)
    else:
        _conditional(options, beats, booth.chance, booth.product)


@inlined
def _add_strengths(
    rule: int, a: int, options: int, worth: Float2, weight: Float1, strength: Float2
) -> None:
    """Add every voter's vote between option a and each later one to both sides."""
    for i in range(weight.size):
        w, u_a = weight[i], worth[i, a]
        for b in range(a + 1, options):
            v = vote(rule, w, u_a - worth[i, b])
            strength[0, b] += max(v, 0.0)
            strength[1, b] += max(-v, 0.0)


@compiled
def _conditional(options: int, beats: Float2, chance: Float1, product: Float1) -> None:
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


@compiled
def _rescued_products(options: int, beats: Float2, product: Float1) -> float:
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


@compiled
def _markov(options: int, beats: Float2, chance: Float1, step: Float1) -> None:
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
