"""Whether a case has what an expression asks of it."""

from collections.abc import Iterator

from winset.case.model import Case
from winset.case.ranges import number_text
from winset.errors import nearest, shorten
from winset.games.expressions import (
    ARTICLED,
    Call,
    Expression,
    ExpressionError,
    Identifier,
    Number,
)


def misfits(expression: Expression, case: Case) -> Iterator[ExpressionError]:
    """Yield what ``expression`` asks of ``case`` that the case does not have."""
    known = {
        "actor": [actor.id for actor in case.actors],
        "issue": [issue.id for issue in case.issues],
        "party": [party.id for party in case.parties],
    }
    for call in expression.calls():
        before = 0
        for term in (term for _, term in call.arguments if isinstance(term, Identifier)):
            if term.id not in known[term.kind]:
                before += 1
                yield ExpressionError(
                    f"must be the id of {ARTICLED[term.kind]} of the case",
                    shorten(term.id),
                    remedy=nearest(term.id, known[term.kind]),
                    at=term.start,
                )
        if not before:
            yield from _misfitting_call(call, case)


def _misfitting_call(call: Call, case: Case) -> Iterator[ExpressionError]:
    arguments = dict(call.arguments)
    actor, issue = call.id("actor"), call.id("issue")
    if actor is not None and issue is not None:
        stances = [stance.actor for stance in case.stances_on(issue)]
        if actor not in stances:
            yield ExpressionError(
                f"{call.function} must ask for an actor with a stance on {issue}",
                shorten(actor),
                remedy=f"code the stance, or: {nearest(actor, stances)}",
                at=arguments["actor"].start,
            )
    if call.function == "gain" and case.issue(str(issue)).reversion is None:
        yield ExpressionError(
            "gain must ask for an issue with a reversion point",
            f"none on {issue}",
            remedy="add `reversion:` in case.yaml: what holds if nothing is agreed",
            at=arguments["issue"].start,
        )
    if call.function == "p_agreement" and "party" in arguments and "unity" not in arguments:
        yield ExpressionError(
            "p_agreement takes a party only with a unity to put in the place of its own",
            "no unity",
            remedy="add unity=…, or leave out the party",
            at=arguments["party"].start,
        )
    limits = {"unity": (0.0, 1.0)}
    if call.function == "gain":
        scale = case.issue(str(issue)).scale
        limits["point"] = (scale.low, scale.high)
    for label, (low, high) in limits.items():
        number = arguments.get(label)
        if isinstance(number, Number) and not low <= number.value <= high:
            yield ExpressionError(
                f"the {label} of {call.function} must be in "
                f"[{number_text(low)}, {number_text(high)}]",
                number_text(number.value),
                remedy="correct the number",
                at=number.start,
            )
