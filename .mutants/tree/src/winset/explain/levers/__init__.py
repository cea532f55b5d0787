"""Levers: the smallest changes that reach a goal, who must make them, and what they cost."""

from winset.explain.levers.find import Lever, LeverMove, Levers, find_levers, read_goal, worth_of
from winset.explain.levers.movable import ORDER, Movable, Move, Who, movables
from winset.explain.levers.words import headline, lever_sentence, standing

__all__ = [
    "ORDER",
    "Lever",
    "LeverMove",
    "Levers",
    "Movable",
    "Move",
    "Who",
    "find_levers",
    "headline",
    "lever_sentence",
    "movables",
    "read_goal",
    "standing",
    "worth_of",
]
