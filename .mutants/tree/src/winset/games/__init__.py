"""Discrete strategic moves as small extensive games: read, play, export."""

from winset.games.efg import efg_text
from winset.games.expressions import (
    SIGNATURES,
    Expression,
    ExpressionError,
    evaluate,
    parse_expression,
)
from winset.games.game import End, Formula, Game, GameNode, Parameter
from winset.games.reading import game_of, games_of, read_game
from winset.games.solve import GameEstimate, GameProvenance, PlayedGame, estimate, play

__all__ = [
    "SIGNATURES",
    "End",
    "Expression",
    "ExpressionError",
    "Formula",
    "Game",
    "GameEstimate",
    "GameNode",
    "GameProvenance",
    "Parameter",
    "PlayedGame",
    "efg_text",
    "estimate",
    "evaluate",
    "game_of",
    "games_of",
    "parse_expression",
    "play",
    "read_game",
]
