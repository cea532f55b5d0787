"""From a statement to the numbers that rest on it: `winset.evidence.coding.trace` the other way."""

from collections import defaultdict
from dataclasses import dataclass

from winset.case.model import Case
from winset.evidence.coding.derive import derive, derived_cells

Reading = tuple[str, str]  # coder, id


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependent:
    """A number, or a row, that rests on a statement.

    Attributes:
        what: in words.
        issue: of the stance; empty for a tie or a claim, or where the actor has no stance there.
        actor: likewise.
        quantity: of the stance; empty where the row as a whole cites the statement.
        weight: in [0, 1], of the statement in the number; null where it is cited only.
    """

    what: str
    issue: str = ""
    actor: str = ""
    quantity: str = ""
    weight: float | None = None


def resting(case: Case) -> dict[Reading, tuple[Dependent, ...]]:
    """Return what rests on each statement, by coder and id; nothing for those without."""
    dependents: dict[Reading, list[Dependent]] = defaultdict(list)
    coders: dict[str, list[str]] = defaultdict(list)
    for row in case.statements:
        coders[row.id].append(row.coder)
    derived = _derived(case, dependents)
    for stance in case.stances:
        where = f"{case.actor(stance.actor).name} on {case.issue(stance.issue).title}"
        by_hand = f"{where}: cited by the row" + (
            f", if {stance.condition}" if stance.condition else ""
        )
        for id in stance.statements:
            if (id, stance.issue, stance.actor) not in derived:
                _cite(dependents, coders[id], id,
                      Dependent(what=by_hand, issue=stance.issue, actor=stance.actor))  # fmt: skip
    for tie in case.ties:
        what = f"{tie.kind} of {case.actor(tie.source).name} on {case.actor(tie.target).name}"
        for id in tie.statements:
            _cite(dependents, coders[id], id, Dependent(what=what))
    for claim in case.claims:
        for id in claim.statements:
            _cite(dependents, coders[id], id, Dependent(what=f"claim {claim.id}"))
    return {reading: tuple(numbers) for reading, numbers in dependents.items()}


def _derived(case: Case, dependents: dict[Reading, list[Dependent]]) -> set[tuple[str, str, str]]:
    """Add the numbers derived from statements; return (id, issue, actor) of those added."""
    marks = {(s.issue, s.actor): derived_cells(s) for s in case.stances if s.condition is None}
    added = set()
    for number in derive(case):
        used = number.quantity in marks.get((number.issue, number.actor), ())
        has_stance = (number.issue, number.actor) in marks
        named = f"{case.actor(number.actor).name} on {case.issue(number.issue).title}"
        quantity = number.quantity.replace("_", " ")
        what = f"{named}: {quantity}" if used else f"{named}: would give {quantity} {number.value}"
        for support in number.support:
            for row in support.readings:
                dependents[row.coder, row.id].append(
                    Dependent(
                        what=what,
                        issue=number.issue if has_stance else "",
                        actor=number.actor if has_stance else "",
                        quantity=number.quantity,
                        weight=support.weight,
                    )
                )
                added.add((row.id, number.issue, number.actor))
    return added


def _cite(
    dependents: dict[Reading, list[Dependent]], coders: list[str], id: str, number: Dependent
) -> None:
    for coder in coders:
        dependents[coder, id].append(number)
