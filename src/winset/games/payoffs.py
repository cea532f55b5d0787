"""What payoffs may call, and what their expressions come to in every draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from winset.case import expressions
from winset.case.expressions import (
    Call,
    Expression,
    ExpressionError,
    IdExpression,
    Kind,
    NameExpression,
    Negative,
    Number,
    OperatorChain,
    Signature,
    Term,
)
from winset.errors import shorten

FloatArray = NDArray[np.float64]
_OPERATORS = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide}

_STANCE: dict[str, Kind] = {"actor": "actor", "issue": "issue"}
_TIE: dict[str, Kind] = {"source": "actor", "target": "actor"}
SIGNATURES: Mapping[str, Signature] = {
    "min": Signature(meaning="the least of its arguments", repeated="number"),
    "max": Signature(meaning="the greatest of its arguments", repeated="number"),
    "gain": Signature(
        arguments={**_STANCE, "point": "number"},
        meaning="the actor's own gain over no agreement if the issue settles at the point (in the "
        "issue's units), as a share of the scale; what crossing its red line costs is in it",
    ),
    "salience": Signature(arguments=_STANCE, meaning="the actor's salience, 0 to 1"),
    "influence": Signature(
        arguments=_STANCE, meaning="the actor's influence, as a share of the strongest's, 0 to 1"
    ),
    "price": Signature(
        arguments=_STANCE, meaning="price of no agreement to the actor, share of the scale"
    ),
    "audience_cost": Signature(
        arguments=_STANCE, meaning="what crossing its red line costs the actor, share of the scale"
    ),
    "dependence": Signature(
        arguments=_TIE, meaning="weight of the target's gain in the source's reckoning, 0 to 1"
    ),
    "authority": Signature(
        arguments=_TIE, meaning="how far the source can replace or overrule the target, 0 to 1"
    ),
    "intimidation": Signature(
        arguments=_TIE, meaning="how hard the source can hit the target, 0 to 1"
    ),
    "unity": Signature(
        arguments={"party": "party"}, meaning="how united the party appears in public, 0 to 1"
    ),
    "p_agreement": Signature(
        arguments={"issue": "issue"},
        options={"unity": "number", "party": "party"},
        meaning="probability of an agreement on the issue under the two-level model; with `unity` "
        "that number is put for the unity of all parties, or of `party` alone",
    ),
}


def parse_expression(text: str) -> Expression:
    """Return the payoff or quantity of a game that ``text`` writes.

    Raises:
        ExpressionError: as the grammar does, see `winset.case.expressions`.

    >>> [name.name for name in parse_expression("2 * (cover-share - 1)").names()]
    ['cover-share']
    """
    return expressions.parse_expression(text, SIGNATURES)


class Resolver(Protocol):
    """What the names and functions of an expression stand for."""

    @property
    def draws(self) -> int:
        """How many draws."""

    def value(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` values of a parameter or quantity."""

    def call(self, call: Call, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Return the ``(draw,)`` values of a function, ``numbers`` its ``(draw,)`` arguments.

        Raises:
            ExpressionError: where a number is outside what the function takes.
        """


def evaluate(expression: Expression, resolver: Resolver) -> FloatArray:
    """Return the value of ``expression`` in every draw, ``(draw,)``.

    Operators act in the order and with the rounding of Python's own. Numbers may overflow to
    infinity: the caller decides what it accepts.

    Raises:
        ExpressionError: when it divides by zero in a draw.
    """
    return _Evaluation(expression.text, resolver).value(expression.root)


@dataclass(frozen=True, slots=True)
class _Evaluation:
    text: str
    resolver: Resolver

    def value(self, term: Term) -> FloatArray:
        match term:
            case Number():
                return np.broadcast_to(np.float64(term.value), (self.resolver.draws,))
            case NameExpression():
                return self.resolver.value(term.name)
            case Negative():
                return -self.value(term.operand)
            case OperatorChain():
                result = self.value(term.first)
                for mark, operand in term.rest:
                    result = self._applied(mark, result, operand)
                return result
            case Call():
                return self._called(term)
            case IdExpression():
                raise ExpressionError("must be a number", f"the {term.kind} {term.id}")

    def _applied(self, mark: str, left: FloatArray, operand: Term) -> FloatArray:
        right = self.value(operand)
        if mark == "/" and (zeros := int(np.count_nonzero(right == 0.0))):
            raise ExpressionError(
                "must not divide by 0",
                f"{shorten(self.text[operand.start : operand.end])}, which is 0 in {zeros:,} of "
                f"{len(right):,} draws",
                remedy="narrow the ranges, or divide by max(…, a small number)",
                at=operand.start,
            )
        with np.errstate(all="ignore"):
            result: FloatArray = _OPERATORS[mark](left, right)
        return result

    def _called(self, call: Call) -> FloatArray:
        numbers = {
            label: self.value(term)
            for label, term in call.arguments
            if not isinstance(term, IdExpression)
        }
        if not SIGNATURES[call.function].repeated:
            return self.resolver.call(call, numbers)
        chosen = np.minimum if call.function == "min" else np.maximum
        least: FloatArray = chosen.reduce(list(numbers.values()))
        return least
