"""A game: who moves where, what can be done there, and what each end is worth to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from winset.case.ranges import Range
from winset.errors import Problem
from winset.games.expressions import Expression, ExpressionError


@dataclass(frozen=True, slots=True, kw_only=True)
class GamePlace:
    """Where something stands in a file.

    Attributes:
        exact: whether a text begins just there, so that its characters can be counted on; a text
            folded over lines only has its line.
    """

    file: str = ""
    line: int = 0
    column: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """An expression in a game.

    Attributes:
        where: what it is in words, ``end_comply: payoff of agent``.
        place: where it stands in the game's file.
        note: why it is what it is.
    """

    expression: Expression
    where: str
    place: GamePlace = field(default_factory=GamePlace, compare=False)
    note: str = ""

    def problem(self, error: ExpressionError) -> Problem:
        """Return what is wrong with the expression as a problem at its place in the file."""
        return problem_at(self.where, self.place, error)


def problem_at(where: str, place: GamePlace, error: ExpressionError) -> Problem:
    """Return ``error``, met in the text that begins at ``place``, as a problem there."""
    return Problem(
        where=where,
        required=error.required,
        found=error.actual,
        remedy=error.remedy,
        file=place.file,
        line=place.line,
        column=place.column + error.at if place.exact else place.column,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A number of the game's own, in whatever units its note says."""

    name: str
    value: Range
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GameNode:
    """A place where one player moves; ``actions`` leads from each action to a node or an end."""

    id: str
    player: str
    actions: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class End:
    """A place where nobody moves; ``payoffs`` holds one for each player."""

    id: str
    payoffs: Mapping[str, Formula]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Game:
    """A finite game of perfect information: a tree of nodes.

    Attributes:
        name: of its file.
        players: what the game calls each player, to the id of the actor it is.
        precision: λ, how surely a player picks what is best for it: 0 at random, large always. In
            the inverse of the payoffs' units.
        parameters: in the order of the file.
        quantities: named parts of expressions; each may use the parameters and those before it.
        nodes: each after the one that leads to it, the first being the start.
        ends: in the order of the file; several actions may lead to the same one.
        digest: SHA-256 of the file's bytes.
    """

    name: str
    title: str
    players: Mapping[str, str]
    precision: Range
    nodes: tuple[GameNode, ...]
    ends: tuple[End, ...]
    parameters: tuple[Parameter, ...] = ()
    quantities: Mapping[str, Formula] = field(default_factory=dict)
    note: str = ""
    digest: str = ""

    @property
    def start(self) -> str:
        """Id of the node that is played first."""
        return self.nodes[0].id

    @property
    def actions(self) -> tuple[str, ...]:
        """Every name of an action, in the order in which they are met."""
        return tuple(dict.fromkeys(action for node in self.nodes for action in node.actions))

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Every expression, in the order in which they are computed."""
        payoffs = (formula for end in self.ends for formula in end.payoffs.values())
        return (*self.quantities.values(), *payoffs)
