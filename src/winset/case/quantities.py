"""The quantities that a question may name, such as ``settlement(enrichment) >= 40``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from winset.case.expressions import BoundedTerm, Call, ExpressionError, Signature, parse_bounded

ALL = "all"
QUANTITIES: Mapping[str, Signature] = {
    "agreement": Signature(
        repeated="issue", least=0, separators="&,", meaning="whether all of them are agreed"
    ),
    "settlement": Signature(arguments={"issue": "issue"}, meaning="where it settles"),
    "move": Signature(
        arguments={"game": "game", "action": "action"}, meaning="whether it is played"
    ),
    "blame": Signature(arguments={"party": "party"}, meaning="its share of the blame"),
}
QUANTITY_FORMS = (
    "agreement(issue), agreement(issue & issue), agreement(all), settlement(issue) >= 40, "
    "settlement(issue) <= 40, settlement(issue) between 40 and 60, move(game, action) "
    "or blame(party)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A quantity of a forecast whose value is a probability or a share.

    Attributes:
        kind: what it measures: that ``subject`` is agreed, settles within [low, high], that
            ``action`` is played in game ``subject``, or the share of blame of party ``subject``.
        subject: of an agreement on one issue, its id; empty where it names several together.
        low: in the issue's units; minus infinity where there is no lower end.
        high: likewise.
        together: issues that must all be agreed, as written; ``("all",)`` for every issue.
    """

    kind: Literal["agreement", "settlement", "move", "blame"]
    subject: str
    low: float = float("-inf")
    high: float = float("inf")
    action: str = ""
    together: tuple[str, ...] = ()

    @property
    def named_issues(self) -> tuple[str, ...]:
        """The issues that it names, which a case must have."""
        if self.kind not in ("agreement", "settlement"):
            return ()
        if self.subject:
            return (self.subject,)
        return () if self.together == (ALL,) else self.together

    def issues(self, known: Iterable[str]) -> tuple[str, ...]:
        """Return the issues whose agreement it measures, in the order of ``known``, all issues.

        If an issue is itself called “all”, the word means that issue.
        """
        ids = tuple(known)
        named = {self.subject} if self.subject else set(self.together)
        if not named or (named == {ALL} and ALL not in ids):
            return ids
        return tuple(id for id in ids if id in named)


def parse_quantity(text: str) -> Quantity:
    """Return the quantity that ``text`` names.

    Raises:
        ExpressionError: when ``text`` has none of the known forms.

    >>> parse_quantity("settlement(enrichment) >= 40").low
    40.0
    >>> parse_quantity("agreement(limits & relief)").issues(["relief", "ban", "limits"])
    ('relief', 'limits')
    """
    return quantity_of(parse_bounded(text, QUANTITIES))


def quantity_of(bounded: BoundedTerm) -> Quantity:
    """Return what ``bounded``, read with `QUANTITIES`, asks for.

    Raises:
        ExpressionError: when it lacks a bound or a bracket, or has one too many.
    """
    call, bounds = bounded.subject, bounded.relation
    if not isinstance(call, Call):
        raise ExpressionError("must be a quantity of something in brackets", call.name)
    ids = tuple(dict.fromkeys(call.ids))
    match call.function:
        case "settlement" if bounds:
            return Quantity(kind="settlement", subject=ids[0], low=bounded.low, high=bounded.high)
        case "settlement":
            raise ExpressionError("must go on with >=, <= or between", "the end", at=bounded.end)
        case function if bounds:
            raise ExpressionError(f"{function} takes no bounds", bounds, at=call.end)
        case "move":
            return Quantity(kind="move", subject=call.ids[0], action=call.ids[1])
        case "blame":
            return Quantity(kind="blame", subject=ids[0])
    if len(ids) == 1 and ids != (ALL,):
        return Quantity(kind="agreement", subject=ids[0])
    return Quantity(kind="agreement", subject="", together=ids or (ALL,))
