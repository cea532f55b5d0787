"""The one grammar of a case's expressions: a payoff, a quantity, a goal, a condition.

    expression = sum
    bounded    = (call | id [id]) [bounds]
    bounds     = (">=" | "<=") number | "between" number "and" number
    sum        = product {("+" | "-") product}
    product    = factor {("*" | "/") factor}
    factor     = "-" factor | "(" sum ")" | number | name | call
    call       = function "(" [argument {"," argument} {"," option "=" argument}] ")"
    argument   = sum | id

It is read by hand and never by ``eval``; the functions are those of the module that asks. A name
begins with a letter and goes on through letters, digits, ``_``, ``.`` and ``-`` as far as it can,
because ids of actors and issues hold hyphens: a minus after a name needs a blank before it. Where a
function expects an actor, an issue or a party, an id of the case stands, not a sum.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Literal, NoReturn

from winset.case.cells import ID_PATTERN
from winset.case.ranges import NUMBER
from winset.errors import WinsetError, nearest, shorten

Kind = Literal["number", "actor", "issue", "party", "game", "action"]
ARTICLED: Mapping[Kind, str] = {
    "number": "a number", "actor": "an actor", "issue": "an issue", "party": "a party",
    "game": "a game", "action": "an action",
}  # fmt: skip
LONGEST = 2_000
DEEPEST = 64

NAME_PATTERN = r"[A-Za-z][A-Za-z0-9_.\-]*"
_NAME = re.compile(NAME_PATTERN)
_ID = re.compile(ID_PATTERN)
_UNSIGNED = re.compile(rf"(?![+-]){NUMBER}", re.ASCII)
_SIGNED = re.compile(NUMBER)
_OPTION = re.compile(rf"({NAME_PATTERN})[ \t\r\n]*=")
_BLANKS = re.compile(r"[ \t\r\n]*")
_OTHER_BLANK = re.compile(r"\s")
_RELATION = re.compile(r">=|<=|between(?= )")
_AND = re.compile(r"and(?= )")
_STRAY = {
    ")": "a bracket closes that was not opened",
    ",": "only a function's arguments are separated so",
    "=": "only a function's arguments are separated so",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a function takes.

    Attributes:
        arguments: label to kind, in order.
        options: likewise, for those that are named and may be left out.
        repeated: the kind of argument that it takes any number of instead.
        least: how many of these it needs.
        separators: the marks that may stand between its arguments.
        meaning: what it returns, with units.
    """

    meaning: str
    arguments: Mapping[str, Kind] = field(default_factory=dict)
    options: Mapping[str, Kind] = field(default_factory=dict)
    repeated: Kind | None = None
    least: int = 2
    separators: str = ","

    def kind(self, label: str) -> Kind:
        """Return the kind of the argument or option ``label``."""
        return self.repeated or {**self.arguments, **self.options}[label]

    def __str__(self) -> str:
        if self.repeated:
            return "(a, b, …)"
        return f"({', '.join([*self.arguments, *(f'{name}=…' for name in self.options)])})"


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
class IdExpression(_Term):
    """The id of an actor, issue or party of the case, or of a game or an action."""

    kind: Kind
    id: str


@dataclass(frozen=True, slots=True)
class Negative(_Term):
    """Minus its operand."""

    operand: "Term"


@dataclass(frozen=True, slots=True)
class OperatorChain(_Term):
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

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids among its arguments, in order."""
        return tuple(term.id for _, term in self.arguments if isinstance(term, IdExpression))

    def id(self, label: str) -> str | None:
        """Return the id given as ``label``; None where the option is left out."""
        argument = dict(self.arguments).get(label)
        return argument.id if isinstance(argument, IdExpression) else None


Term = Number | NameExpression | IdExpression | Negative | OperatorChain | Call


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
                case OperatorChain():
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


@dataclass(frozen=True, slots=True)
class BoundedTerm(_Term):
    """A call or a word, within bounds: ``settlement(enrichment) >= 40``, ``enrichment agreed``.

    Attributes:
        subject: a function and its arguments, or a word.
        word: a second word after the first; empty where there is none.
        relation: empty where there are no bounds.
        low: lower bound, minus infinity where there is none.
        high: likewise.
    """

    subject: Call | NameExpression
    word: str = ""
    relation: str = ""
    low: float = -math.inf
    high: float = math.inf


def parse_expression(text: str, functions: Mapping[str, Signature]) -> Expression:
    """Return the expression that ``text`` writes, in which ``functions`` may be called.

    Raises:
        ExpressionError: when it is none, is longer than 2,000 characters, has more than 64 levels
            of brackets, or calls a function that does not exist or with the wrong arguments.
    """
    remedy = "name a part of it under quantities"
    return Expression(text, _Parser(text, functions, remedy=remedy).whole())


def parse_bounded(text: str, functions: Mapping[str, Signature]) -> BoundedTerm:
    """Return the term and the bounds that ``text`` writes, in which ``functions`` may be called.

    Blanks and digits may be those of any script, as in every cell.

    Raises:
        ExpressionError: as `parse_expression` does.

    >>> bounded = parse_bounded("enrichment >= 40", {})
    >>> bounded.subject.name, bounded.relation, bounded.low
    ('enrichment', '>=', 40.0)
    """
    return _Parser(_OTHER_BLANK.sub(" ", text), functions).bounded()


class _Parser:
    """One pass over a text, from left to right."""

    def __init__(self, text: str, functions: Mapping[str, Signature], *, remedy: str = "") -> None:
        if len(text) > LONGEST:
            raise ExpressionError(
                f"must have at most {LONGEST:,} characters", f"{len(text):,}", remedy=remedy
            )
        self._text, self._functions, self._remedy = text, functions, remedy
        self._at = 0
        self._depth = 0

    def whole(self) -> Term:
        term = self._sum()
        if self._at < len(self._text):
            remedy = _STRAY.get(self._text[self._at], "")
            self._fail("must go on with + - * / or end", remedy=remedy)
        return term

    def bounded(self) -> BoundedTerm:
        self._skip()
        name = self._required(_ID, "must be a quantity or an id")
        word = ""
        if self._took("("):
            subject: Call | NameExpression = self._call(name[0], name.start())
        else:
            subject = NameExpression(name[0], start=name.start(), end=name.end())
            if not _RELATION.match(self._text, self._at) and self._at < len(self._text):
                word = self._required(_ID, "must go on with a word, >=, <=, between or end")[0]
        low, high, relation = -math.inf, math.inf, ""
        self._skip()
        if self._at < len(self._text):
            relation = self._required(_RELATION, "must go on with >=, <=, between or end")[0]
            bound = self._bound()
            low, high = (low, bound) if relation == "<=" else (bound, high)
        if relation == "between":
            self._required(_AND, "must go on with “and” and a number")
            high = self._bound()
        if self._at < len(self._text):
            self._fail("must end")
        return BoundedTerm(
            subject, word, relation, low, high, start=name.start(), end=len(self._text.rstrip())
        )

    def _bound(self) -> float:
        return float(self._required(_SIGNED, "must be a number")[0])

    def _required(self, pattern: re.Pattern[str], required: str) -> re.Match[str]:
        """Return the match of ``pattern`` here, and step over it and the blanks behind it."""
        match = pattern.match(self._text, self._at)
        if not match:
            self._fail(required)
        self._at = match.end()
        self._skip()
        return match

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

    def _sum(self, marks: str = "+-") -> Term:
        self._skip()
        start = self._at
        operand = self._factor if marks == "*/" else partial(self._sum, "*/")
        first = term = operand()
        rest = []
        while mark := self._took(marks):
            term = operand()
            rest.append((mark, term))
        return OperatorChain(first, tuple(rest), start=start, end=term.end) if rest else first

    def _factor(self) -> Term:
        self._depth += 1
        start = self._at
        if self._depth > DEEPEST:
            raise ExpressionError(
                f"must have at most {DEEPEST} levels", "more", remedy=self._remedy, at=start
            )
        if self._took("-"):
            operand = self._factor()
            term: Term = Negative(operand, start=start, end=operand.end)
        elif self._took("("):
            term = self._sum()
            if not self._took(")"):
                self._fail("must go on with + - * / or close the bracket")
        elif match := _UNSIGNED.match(self._text, start):
            if math.isinf(value := float(match[0])):
                self._fail("must be a number that a computer can hold")
            self._at = match.end()
            term = Number(value, start=start, end=match.end())
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

    def _call(self, function: str, start: int) -> Call:
        if function not in self._functions:
            self._fail("must be a function", remedy=nearest(function, self._functions), at=start)
        signature = self._functions[function]
        labels = list(signature.arguments)
        arguments: dict[str, Term] = {}
        kind: Kind = "number"
        while not self._took(")"):
            if arguments and not self._took(signature.separators):
                marks = [f"“{mark}”" for mark in signature.separators]
                follow = ["an operator", *marks] if kind == "number" else marks
                self._fail(f"must go on with {', '.join(follow)} or “)”")
            label = self._option(function, signature, arguments)
            if not label and signature.repeated:
                label = str(len(arguments) + 1)
            elif not label and len(arguments) < len(labels):
                label = labels[len(arguments)]
            elif not label:
                self._fail(f"must close: {function} takes {signature}")
            kind = signature.kind(label)
            arguments[label] = self._sum() if kind == "number" else self._identifier(kind)
        missing = [label for label in labels if label not in arguments]
        if missing or (signature.repeated and len(arguments) < signature.least):
            lacking = ", ".join(missing) or "two arguments or more"
            raise ExpressionError(
                f"{function} takes {signature}", f"no {lacking}", remedy=f"give {lacking}", at=start
            )
        return Call(function, tuple(arguments.items()), start=start, end=self._at)

    def _option(self, function: str, signature: Signature, arguments: Mapping[str, Term]) -> str:
        """Return the label in ``label=`` and step over both; nothing where none stands."""
        match = _OPTION.match(self._text, self._at)
        options = signature.options
        if not match:
            if any(label in options for label in arguments):
                self._fail("must be an option like the one before it", remedy="options stand last")
            return ""
        label = match[1]
        if label not in options:
            self._fail(f"{function} takes {signature}", remedy=nearest(label, options))
        if label in arguments:
            self._fail(f"must give {label} once")
        self._at = match.end()
        self._skip()
        return label

    def _identifier(self, kind: Kind) -> IdExpression:
        match = self._required(_ID, f"must be the id of {ARTICLED[kind]}")
        return IdExpression(kind, match[0], start=match.start(), end=match.end())
