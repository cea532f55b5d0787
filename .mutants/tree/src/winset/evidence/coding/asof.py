"""As of a date: the case as it could have been then."""

import datetime
from dataclasses import replace

from winset.case.model import Case
from winset.case.parts import Claim, Stance, Tie
from winset.evidence.coding.derive import derive_stances


def as_of(case: Case, date: datetime.date) -> Case:
    """Return ``case`` without what was published after ``date``.

    Later documents, the statements in them and every reference to these statements are removed;
    undated documents stay. So are later claims, and claims that rest on later statements alone.
    Numbers coded by hand stay; numbers derived from statements are derived again from the rest.
    Outcomes stay: they judge a forecast and do not inform it.
    """
    later = {d.id for d in case.documents if d.published is not None and d.published > date}
    statements = tuple(row for row in case.statements if row.document not in later)
    ids = {row.id for row in statements}

    def cited(row: Stance | Tie | Claim) -> tuple[str, ...]:
        return tuple(id for id in row.statements if id in ids)

    claims = (
        claim
        for claim in case.claims
        if (claim.made is None or claim.made <= date)
        and (not claim.statements or not ids.isdisjoint(claim.statements))
    )
    then = replace(
        case,
        as_of=date,
        documents=tuple(d for d in case.documents if d.id not in later),
        statements=statements,
        stances=tuple(replace(stance, statements=cited(stance)) for stance in case.stances),
        ties=tuple(replace(tie, statements=cited(tie)) for tie in case.ties),
        claims=tuple(replace(claim, statements=cited(claim)) for claim in claims),
    )
    return derive_stances(then, only_marked=True).case
