"""Which model says most about a case, and what a case lacks for that model."""

from dataclasses import dataclass

from winset.case.model import Case

FULL, LESSER = "two-level", "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingInput:
    """Something that must be coded before the model of two levels can answer.

    Attributes:
        table: ``issues``, ``parties`` or ``actors``: where it is entered.
        id: of the row to complete; empty where a row is to be added.
        field: of that row.
        words: what is missing, without a full stop.
    """

    table: str
    id: str
    field: str
    words: str


def lacks(case: Case) -> tuple[MissingInput, ...]:
    """Return what ``case`` lacks for the model of two levels; nothing where that model answers."""
    missing = [
        MissingInput(
            table="issues",
            id=issue.id,
            field="reversion",
            words=f"what holds if talks fail on “{issue.title}” (reversion of the issue "
            f"{issue.id})",
        )
        for issue in case.issues
        if issue.reversion is None
    ]
    seats = {a.party for a in case.actors if a.party and "negotiator" in a.role}
    if len(seats) > 1:
        return tuple(missing)
    if len(case.parties) < 2:
        party = case.parties[0] if case.parties else None
        present = f"the case has {party.name or party.id} alone" if party else "the case has none"
        words = f"two parties at the table, each with a negotiator ({present})"
        return (*missing, MissingInput(table="parties", id="", field="name", words=words))
    for party in case.parties:
        if party.id not in seats:
            first = next(iter(case.members(party.id)), None)
            missing.append(
                MissingInput(
                    table="actors",
                    id=first.id if first else "",
                    field="role",
                    words=f"a negotiator of {party.name or party.id} (the role “negotiator” of one "
                    "of its actors)",
                )
            )
    return tuple(missing)


def lesser_sentence(case: Case) -> str:
    """Return that a lesser model answers, and what is missing for the full answer; else nothing."""
    missing = lacks(case)
    if not missing:
        return ""
    return (
        f"Model “{LESSER}” answers by default here. It takes agreement for granted. Whether there "
        f"will be an agreement, and who could refuse it, is said by model “{FULL}”, which lacks: "
        f"{'; '.join(lack.words for lack in missing)}."
    )
