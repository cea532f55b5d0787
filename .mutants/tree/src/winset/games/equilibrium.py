"""Agent quantal response equilibrium of a tree, in all draws at once."""

from collections.abc import Mapping

import numpy as np

from winset.games.expressions import FloatArray
from winset.games.game import Game

Strategy = dict[str, dict[str, FloatArray]]
ByPlace = dict[str, dict[str, FloatArray]]


def quantal_response(
    game: Game, payoffs: Mapping[str, Mapping[str, FloatArray]], precision: FloatArray
) -> tuple[Strategy, ByPlace]:
    """Return how each node is played, and what each player can expect at each node and end.

    Every node answers for itself (an agent of its player), so backward induction finds the one
    equilibrium: the mover picks action a with probability ``exp(λ u_a) / Σ exp(λ u)``, u what it
    can expect after a when the same rule holds further down.

    Args:
        game: the tree.
        payoffs: end, then player, to ``(draw,)``; minus infinity is never picked unless λ is 0 or
            nothing else is left.
        precision: ``(draw,)``, λ, 0 or more and finite.

    References:
        McKelvey and Palfrey 1998, Quantal response equilibria for extensive form games,
        Experimental Economics 1. Signorino 1999, Strategic interaction and the statistical
        analysis of international conflict, American Political Science Review 93.
    """
    expected: ByPlace = {end: dict(worth) for end, worth in payoffs.items()}
    strategy: Strategy = {}
    for node in reversed(game.nodes):
        after = [expected[target] for target in node.actions.values()]
        chances = logit_choice(np.stack([worth[node.player] for worth in after]), precision)
        strategy[node.id] = dict(zip(node.actions, chances, strict=True))
        expected[node.id] = {
            player: _mean(chances, np.stack([worth[player] for worth in after]))
            for player in game.players
        }
    return strategy, expected


def reach(game: Game, strategy: Mapping[str, Mapping[str, FloatArray]]) -> dict[str, FloatArray]:
    """Return the probability that the play comes to each node and end, ``(draw,)``."""
    reached = {game.start: np.ones_like(next(iter(strategy[game.start].values())))}
    for node in game.nodes:
        for action, target in node.actions.items():
            step = reached[node.id] * strategy[node.id][action]
            reached[target] = reached[target] + step if target in reached else step
    return reached


def logit_choice(payoffs: FloatArray, precision: FloatArray) -> FloatArray:
    """Return the probability of each action, ``(action, draw)``.

    Args:
        payoffs: ``(action, draw)``, finite or minus infinity.
        precision: ``(draw,)``, λ.

    >>> logit_choice(np.array([[1.0], [0.0]]), np.array([np.log(3.0)])).round(6).ravel().tolist()
    [0.75, 0.25]
    """
    best = payoffs.max(axis=0)
    # Distances to the best, so that nothing overflows and the best weighs exp(0); where all are
    # minus infinity they are alike, and λ = 0 does not look at payoffs at all.
    with np.errstate(invalid="ignore", over="ignore"):
        behind = np.where(payoffs == best, 0.0, payoffs - best) * precision
    weights = np.exp(np.where(precision == 0.0, 0.0, behind))
    chances: FloatArray = weights / weights.sum(axis=0)
    return chances


def _mean(chances: FloatArray, payoffs: FloatArray) -> FloatArray:
    """Return the expected payoff, ``(draw,)``: what is never played counts nothing."""
    played = chances > 0.0
    total: FloatArray = (chances * np.where(played, payoffs, 0.0)).sum(axis=0)
    return total
