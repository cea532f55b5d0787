"""The arithmetic of payoffs: a small grammar, read by hand and never by ``eval``.

    sum      = product {("+" | "-") product}
    product  = factor {("*" | "/") factor}
    factor   = "-" factor | "(" sum ")" | number | name | call
    call     = function "(" argument {"," argument} {"," option "=" argument} ")"
    argument = sum | id

A name begins with a letter and goes on through letters, digits, ``_``, ``.`` and ``-`` as far as it
can, because ids of actors and issues hold hyphens: a minus after a name needs a blank before it.
Where a function expects an actor, an issue or a party, an id of the case stands, not a sum.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, NoReturn, Protocol

import numpy as np
from numpy.typing import NDArray

from winset.case.cells import ID_PATTERN
from winset.errors import WinsetError, nearest, shorten

FloatArray = NDArray[np.float64]
Kind = Literal["number", "actor", "issue", "party"]
ARTICLED: Mapping[Kind, str] = {
    "number": "a number", "actor": "an actor", "issue": "an issue", "party": "a party",
}  # fmt: skip
LONGEST = 2_000
DEEPEST = 64

NAME_PATTERN = r"[A-Za-z][A-Za-z0-9_.\-]*"
_NAME = re.compile(NAME_PATTERN)
_ID = re.compile(ID_PATTERN)
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_OPTION = re.compile(rf"({NAME_PATTERN})[ \t\r\n]*=")
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a function takes.

    Attributes:
        arguments: label to kind, in order.
        options: likewise, for those that are named and may be left out.
        repeated: whether it takes two numbers or more instead.
        meaning: what it returns, with units.
    """

    meaning: str
    arguments: Mapping[str, Kind] = field(default_factory=dict)
    options: Mapping[str, Kind] = field(default_factory=dict)
    repeated: bool = False

    def __str__(self) -> str:
        if self.repeated:
            return "(a, b, …)"
        return f"({', '.join([*self.arguments, *(f'{name}=…' for name in self.options)])})"


_STANCE: dict[str, Kind] = {"actor": "actor", "issue": "issue"}
_TIE: dict[str, Kind] = {"source": "actor", "target": "actor"}
SIGNATURES: Mapping[str, Signature] = {
    "min": Signature(meaning="the least of its arguments", repeated=True),
    "max": Signature(meaning="the greatest of its arguments", repeated=True),
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


class ExpressionError(WinsetError):
    """An expression that cannot be read, or has no value.

    Attributes:
        required: what must hold.
        actual: what stands there instead.
        remedy: what to do about it; may be empty.
        at: character of the text, from 0.
    """

    def __init__(self, required: str, actual: str, *, remedy: str = "", at: int = 0) -> None:
        self.required, self.actual, self.remedy, self.at = required, actual, remedy, at
        sentence = f"character {at + 1}: {required}; found {actual}"
        super().__init__(f"{sentence}; {remedy}" if remedy else sentence)


@dataclass(frozen=True, slots=True)
class _Term:
    """A piece of an expression; it stands at ``start:end`` of the text."""

    start: int = field(compare=False, kw_only=True)
    end: int = field(compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Number(_Term):
    """A number as written."""

    value: float


@dataclass(frozen=True, slots=True)
class NameExpression(_Term):
    """A parameter or an earlier quantity."""

    name: str


@dataclass(frozen=True, slots=True)
class Identifier(_Term):
    """An actor, issue or party of the case."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Negative(_Term):
    """Minus its operand."""

    operand: "Term"


@dataclass(frozen=True, slots=True)
class ComparisonChain(_Term):
    """``first`` and then, from left to right, an operator and a term each.

    One chain holds a whole sum or product, so that the depth of a tree is that of its brackets.
    """

    first: "Term"
    rest: tuple[tuple[str, "Term"], ...]


@dataclass(frozen=True, slots=True)
class Call(_Term):
    """A function and its arguments, by label."""

    function: str
    arguments: tuple[tuple[str, "Term"], ...]

    def id(self, label: str) -> str | None:
        """Return the id given as ``label``; None where the option is left out."""
        argument = dict(self.arguments).get(label)
        return argument.id if isinstance(argument, Identifier) else None


Term = Number | NameExpression | Identifier | Negative | ComparisonChain | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that has been read: its text and its tree."""

    text: str
    root: Term

    def terms(self) -> Iterator[Term]:
        """Yield every term, in the order of the text."""
        waiting = [self.root]
        while waiting:
            term = waiting.pop()
            yield term
            match term:
                case Negative():
                    waiting.append(term.operand)
                case ComparisonChain():
                    waiting += [inner for _, inner in reversed(term.rest)]
                    waiting.append(term.first)
                case Call():
                    waiting += [inner for _, inner in reversed(term.arguments)]

    def names(self) -> Iterator[NameExpression]:
        """Yield every parameter or quantity it reads."""
        return (term for term in self.terms() if isinstance(term, NameExpression))

    def calls(self) -> Iterator[Call]:
        """Yield every function it calls."""
        return (term for term in self.terms() if isinstance(term, Call))


def parse_expression(text: str) -> Expression:
    """Return the expression that ``text`` writes.

    Raises:
        ExpressionError: when it is none, is longer than 2,000 characters, has more than 64 levels
            of brackets, or calls a function that does not exist or with the wrong arguments.

    >>> [name.name for name in parse_expression("2 * (cover-share - 1)").names()]
    ['cover-share']
    """
    if len(text) > LONGEST:
        raise ExpressionError(
            f"must have at most {LONGEST:,} characters",
            f"{len(text):,}",
            remedy="name a part of it under quantities",
        )
    return Expression(text, _Parser(text).whole())


class _Parser:
    """One pass over a text, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        term = self._sum()
        if self._at < len(self._text):
            self._fail("must go on with + - * / or end", remedy=self._missing_operator())
        return term

    def _missing_operator(self) -> str:
        match self._text[self._at]:
            case ")":
                return "a bracket closes that was not opened"
            case "," | "=":
                return "only a function's arguments are separated so"
        return ""

    def _fail(self, required: str, *, remedy: str = "", at: int | None = None) -> NoReturn:
        at = self._at if at is None else at
        rest = shorten(self._text[at:], 20) if at < len(self._text) else "the end"
        raise ExpressionError(required, rest, remedy=remedy, at=at)

    def _skip(self) -> None:
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at

    def _took(self, marks: str) -> str:
        """Return the next character and step over it, if it is one of ``marks``."""
        self._skip()
        mark = self._text[self._at : self._at + 1]
        if not mark or mark not in marks:
            return ""
        self._at += 1
        self._skip()
        return mark

    def _sum(self) -> Term:
        return self._chain("+-")

    def _chain(self, marks: str) -> Term:
        self._skip()
        start = self._at
        first = self._chain("*/") if marks == "+-" else self._factor()
        end, rest = first.end, []
        while mark := self._took(marks):
            term = self._chain("*/") if marks == "+-" else self._factor()
            rest.append((mark, term))
            end = term.end
        return ComparisonChain(first, tuple(rest), start=start, end=end) if rest else first

    def _factor(self) -> Term:
        self._depth += 1
        start = self._at
        if self._depth > DEEPEST:
            remedy = "name a part of it under quantities"
            raise ExpressionError(
                f"must have at most {DEEPEST} levels", "more", remedy=remedy, at=start
            )
        if self._took("-"):
            operand = self._factor()
            term: Term = Negative(operand, start=start, end=operand.end)
        elif self._took("("):
            term = self._sum()
            if not self._took(")"):
                self._fail("must go on with + - * / or close the bracket")
        elif match := _NUMBER.match(self._text, start):
            term = self._number(match)
        elif match := _NAME.match(self._text, start):
            self._at = match.end()
            if self._took("("):
                term = self._call(match[0], start)
            else:
                term = NameExpression(match[0], start=start, end=match.end())
        else:
            self._fail("must be a number, a name, a function, “-” or “(”")
        self._skip()
        self._depth -= 1
        return term

    def _number(self, match: re.Match[str]) -> Number:
        value = float(match[0])
        if value == float("inf"):
            self._fail("must be a number that a computer can hold")
        self._at = match.end()
        return Number(value, start=match.start(), end=match.end())

    def _call(self, function: str, start: int) -> Call:
        if function not in SIGNATURES:
            self._fail("must be a function", remedy=nearest(function, SIGNATURES), at=start)
        signature = SIGNATURES[function]
        labels = list(signature.arguments)
        arguments: dict[str, Term] = {}
        while not self._took(")"):
            if arguments and not self._took(","):
                self._fail("must go on with an operator, “,” or “)”")
            label = self._option(function, arguments)
            if not label and signature.repeated:
                label = str(len(arguments) + 1)
            elif not label and len(arguments) < len(labels):
                label = labels[len(arguments)]
            elif not label:
                self._fail(f"must close: {function} takes {signature}")
            kind = {**signature.arguments, **signature.options}.get(label, "number")
            arguments[label] = self._sum() if kind == "number" else self._identifier(kind)
        missing = [label for label in labels if label not in arguments]
        if missing or (signature.repeated and len(arguments) < 2):
            lacking = ", ".join(missing) or "two arguments or more"
            raise ExpressionError(
                f"{function} takes {signature}", f"no {lacking}", remedy=f"give {lacking}", at=start
            )
        return Call(function, tuple(arguments.items()), start=start, end=self._at)

    def _option(self, function: str, arguments: Mapping[str, Term]) -> str:
        """Return the label in ``label=`` and step over both; nothing where none stands."""
        match = _OPTION.match(self._text, self._at)
        options = SIGNATURES[function].options
        if not match:
            if any(label in options for label in arguments):
                self._fail("must be an option like the one before it", remedy="options stand last")
            return ""
        label = match[1]
        if label not in options:
            self._fail(f"{function} takes {SIGNATURES[function]}", remedy=nearest(label, options))
        if label in arguments:
            self._fail(f"must give {label} once")
        self._at = match.end()
        self._skip()
        return label

    def _identifier(self, kind: Kind) -> Identifier:
        match = _ID.match(self._text, self._at)
        if not match:
            self._fail(f"must be the id of {ARTICLED[kind]}")
        self._at = match.end()
        self._skip()
        return Identifier(kind, match[0], start=match.start(), end=match.end())


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
    infinity: whoever uses the result says what it accepts.

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
            case ComparisonChain():
                result = self.value(term.first)
                for mark, operand in term.rest:
                    result = self._applied(mark, result, operand)
                return result
            case Call():
                return self._called(term)
            case Identifier():
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
            match mark:
                case "+":
                    return left + right
                case "-":
                    return left - right
                case "*":
                    return left * right
                case _:
                    return left / right

    def _called(self, call: Call) -> FloatArray:
        numbers = {
            label: self.value(term)
            for label, term in call.arguments
            if not isinstance(term, Identifier)
        }
        if not SIGNATURES[call.function].repeated:
            return self.resolver.call(call, numbers)
        chosen = np.minimum if call.function == "min" else np.maximum
        least: FloatArray = chosen.reduce(list(numbers.values()))
        return least
