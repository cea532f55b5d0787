"""What each accepted statement becomes: a number of the case, or a reason why it does not."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from winset.case.model import Case
from winset.case.parts import Stance, Statement
from winset.evidence.coding.derive import Derived, derive_stances, derived_cells

GIVING = ("position", "red line")  # kinds whose value becomes a number
Reading = tuple[str, str]  # coder, id
Stances = dict[tuple[str, str], Stance]  # by issue and actor


class Reason(StrEnum):
    """Why an accepted statement counts for nothing."""

    NO_SPEAKER = "its speaker is unknown"
    AUTHOR = "the author speaks, who is no actor"
    NO_ISSUE = "no issue is chosen"
    FORECAST = "a forecast gives no number of a stance"
    KIND = "statements of its kind give no number"
    NO_VALUE = "it has no value"
    NO_STANCE = "its speaker has no stance on the issue"
    NO_SIDE = "it does not say which side the red line bounds"
    TOO_OLD = "newer statements supersede it"
    BY_HAND = "the number was coded by hand"
    NOT_WRITTEN = "the number that it gives is not written yet"
    CROSSED = "the two red lines that statements give cross"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What an accepted statement becomes, as one coder reads it.

    Attributes:
        statement: the row.
        counts: what rests on it, in words; empty where nothing does.
        reason: why nothing rests on it; None where something does.
        remedy: what would make it count, as a sentence; empty where something rests on it.
    """

    statement: Statement
    counts: tuple[str, ...] = ()
    reason: Reason | None = None
    remedy: str = ""


def endings(case: Case) -> tuple[Ending, ...]:
    """Return what each accepted statement of ``case`` becomes, in the order of the case."""
    derivation = derive_stances(case)
    gives: dict[Reading, list[Derived]] = defaultdict(list)
    for number in derivation.derived:
        for support in number.support:
            for row in support.readings:
                gives[row.coder, row.id].append(number)
    cited, before, after = _cited(case), _plain(case), _plain(derivation.case)
    return tuple(
        _ending(row, cited[row.id], gives[row.coder, row.id], before=before, after=after)
        for row in case.statements
        if row.status == "accepted"
    )


def _plain(case: Case) -> Stances:
    return {(s.issue, s.actor): s for s in case.stances if s.condition is None}


def idle(case: Case) -> tuple[Ending, ...]:
    """Return the accepted statements of ``case`` that count for nothing, each with its reason."""
    return tuple(ending for ending in endings(case) if ending.reason is not None)


def in_words(row: Statement) -> str:
    """Return the speaker, issue and content of ``row``, by their ids."""
    content = row.kind if row.value is None else f"{row.kind} {row.value}"
    return f"{row.speaker} on {row.issue or 'no issue'}, {content}"


def _cited(case: Case) -> dict[str, list[str]]:
    """Return what cites each statement, by its id, in words."""
    cited: dict[str, list[str]] = defaultdict(list)
    for stance in case.stances:
        for id in stance.statements:
            cited[id].append(f"stance of {stance.actor} on {stance.issue}")
    for tie in case.ties:
        for id in tie.statements:
            cited[id].append(f"{tie.kind} of {tie.source} on {tie.target}")
    for claim in case.claims:
        for id in claim.statements:
            cited[id].append(f"claim {claim.id}")
    return cited


def _ending(
    row: Statement,
    cited: Sequence[str],
    gives: Sequence[Derived],
    *,
    before: Stances,
    after: Stances,
) -> Ending:
    reason = _reason(row, before)
    if reason is None and not gives:
        reason = Reason.NO_SIDE
    if reason is None:
        reason = _unwritten(row, gives[0], before[gives[0].issue, row.speaker],
                            after[gives[0].issue, row.speaker])  # fmt: skip
    missing = reason is Reason.NOT_WRITTEN and set(cited) == {
        f"stance of {row.speaker} on {row.issue}"
    }
    if reason is None or (cited and not missing):
        return Ending(statement=row, counts=tuple(dict.fromkeys(cited)))
    return Ending(statement=row, reason=reason, remedy=_remedy(row, reason, gives))


def _reason(row: Statement, plain: Stances) -> Reason | None:
    """Return why ``row`` gives no number, from its own cells and the table of stances."""
    if row.speaker == "unresolved":
        return Reason.NO_SPEAKER
    if row.kind == "forecast":
        return Reason.FORECAST
    if row.speaker == "author":
        return Reason.AUTHOR
    if row.kind not in GIVING:
        return Reason.KIND
    if row.issue is None:
        return Reason.NO_ISSUE
    if row.value is None:
        return Reason.NO_VALUE
    if (row.issue, row.speaker) not in plain:
        return Reason.NO_STANCE
    return None


def _unwritten(row: Statement, number: Derived, before: Stance, after: Stance) -> Reason | None:
    """Return why the ``number`` that ``row`` gives does not stand in the case, or not by this row.

    ``after`` is the stance ``before`` as derivation would write it; None where nothing is missing.
    """
    weight = next(s.weight for s in number.support if any(r is row for r in s.readings))
    if weight == 0.0:
        return Reason.TOO_OLD
    if number.quantity not in derived_cells(after):
        crossed = getattr(after, number.quantity) is None
        return Reason.CROSSED if crossed else Reason.BY_HAND
    stands = number.quantity in derived_cells(before) and row.id in before.statements
    return None if stands else Reason.NOT_WRITTEN


def _remedy(row: Statement, reason: Reason, gives: Sequence[Derived]) -> str:
    who, where = row.speaker, row.issue or "the issue"
    match reason:
        case Reason.NO_SPEAKER:
            return "Name the actor who speaks; add the actor first if the case has none."
        case Reason.AUTHOR:
            return "Name the actor whose position it reports, if it reports one."
        case Reason.NO_ISSUE:
            return "Choose the issue that it is about."
        case Reason.FORECAST:
            return "Enter it as a claim in claims.csv, so that it is scored."
        case Reason.KIND:
            return f"Cite {row.id} in the `statements` of the stance or tie that it supports."
        case Reason.NO_VALUE:
            return f"Give its value on {where}."
        case Reason.NO_STANCE:
            return (
                f"Add a stance of {who} on {where}: position, salience and influence. Until then "
                f"{who} has no say there."
            )
        case Reason.TOO_OLD:
            newer = dict.fromkeys(s.readings[0].id for s in gives[0].support if s.weight > 0.0)
            return f"Superseded by {', '.join(newer)}; leave it if {who} has moved."
        case Reason.BY_HAND:
            quantity = gives[0].quantity
            return (
                f"Cite {row.id} in that stance if its {quantity} rests on it, or empty the cell "
                "and derive it."
            )
        case Reason.NOT_WRITTEN:
            return "Write it: `winset derive CASE --write`, or the button on the page Evidence."
        case Reason.NO_SIDE | Reason.CROSSED:
            return (
                "Say which side the line bounds: begin its condition with “at least” or “at most”."
            )


def by_reason(idle_endings: Sequence[Ending]) -> Iterator[tuple[Reason, list[Ending]]]:
    """Yield each reason among ``idle_endings``, in the order of `Reason`, with its statements."""
    for reason in Reason:
        if own := [ending for ending in idle_endings if ending.reason is reason]:
            yield reason, own
