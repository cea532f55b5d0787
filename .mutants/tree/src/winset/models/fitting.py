"""Which model says most about a case, and which inputs it still needs."""

from dataclasses import dataclass

from winset.case.model import Case

FULL, LESSER = "two-level", "mean"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingInput:
    """Something that must be coded before the two-level model can answer.

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
    """Return what ``case`` lacks for the two-level model; nothing where that model can answer."""
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
        present = f"the case has only {party.name or party.id}" if party else "the case has none"
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
    """Return why a lesser model answers and what the full one needs; empty where nothing lacks."""
    missing = lacks(case)
    if not missing:
        return ""
    return (
        f"By default model “{LESSER}” answers here, which gives no chance of an agreement. Model "
        f"“{FULL}” says whether there will be one and who could refuse it. It needs: "
        f"{'; '.join(lack.words for lack in missing)}."
    )
