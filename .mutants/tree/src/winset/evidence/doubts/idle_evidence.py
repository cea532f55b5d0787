"""Doubts about accepted statements that count for nothing."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.evidence.coding.endings import Ending, Reason, idle


def _for(*reasons: Reason) -> Callable[[Case], Iterator[Sighting]]:
    """Return what finds statements that are idle for one of ``reasons``, by speaker and issue."""

    def find(case: Case) -> Iterator[Sighting]:
        place = {(row.coder, row.id): k for k, row in enumerate(case.statements)}
        together: dict[tuple[str, str, Reason], list[Ending]] = defaultdict(list)
        for ending in idle(case):
            if ending.reason in reasons:
                row = ending.statement
                together[row.speaker, row.issue or "no issue", ending.reason].append(ending)
        for (speaker, issue, reason), own in together.items():
            first = own[0].statement
            names = dict.fromkeys(_named(ending) for ending in own)
            yield Sighting(
                ("statements", place[first.coder, first.id], "id"),
                f"{speaker} on {issue}",
                f"{', '.join(names)}: {reason}",
            )

    return find


def _named(ending: Ending) -> str:
    row = ending.statement
    return f"{row.id} ({row.kind if row.value is None else f'{row.kind} {row.value}'})"


KINDS = (
    DoubtKind(
        code="W409",
        title="an accepted statement of an actor without a stance on the issue",
        why="Models see an actor through its stance on an issue. Without a stance the statement "
        "has no effect, and the forecast leaves the actor out.",
        remedy="add a stance of the actor on the issue, with position, salience and influence",
        example="The leader's “negotiations are forbidden” is accepted as red line `0 to 25`; "
        "stances.csv has no row of the leader on that issue. `winset derive --write --salience "
        "RANGE --influence RANGE` adds a row where a position was stated.",
        find=_for(Reason.NO_STANCE),
    ),
    DoubtKind(
        code="W410",
        title="an accepted position or red line without an issue or a value",
        why="Only a value on an issue becomes a number of the case.",
        remedy="give the issue and the value, in the issue's units",
        example="“We will never accept that” accepted as a red line, value empty. Give the point "
        "that it excludes.",
        find=_for(Reason.NO_ISSUE, Reason.NO_VALUE),
    ),
    DoubtKind(
        code="W411",
        title="an accepted statement that is not in the numbers yet",
        why="It gives a number, and the case does not hold it.",
        remedy="write it with `winset derive CASE --write`; where a red line's side is unknown, "
        "begin its condition with “at least” or “at most” first",
        example="A second statement was accepted after the last `winset derive --write`.",
        find=_for(Reason.NOT_WRITTEN, Reason.NO_SIDE, Reason.CROSSED),
    ),
    DoubtKind(
        code="W412",
        title="an accepted statement beside a number coded by hand",
        why="A number coded by hand stays, and this one neither rests on the statement nor says "
        "why it differs.",
        remedy="cite the statement in the row's `statements`, or empty the cell and derive it",
        example="Position 40 by hand, no statement cited; an accepted statement says 60.",
        find=_for(Reason.BY_HAND),
    ),
    DoubtKind(
        code="W413",
        title="an accepted statement that newer ones supersede",
        why="Old words weigh less, and these are so much older than the newest that they count "
        "for nothing.",
        remedy="nothing, if the actor has moved; otherwise check the documents' dates",
        example="A position of 2012 beside one of 2015.",
        find=_for(Reason.TOO_OLD),
    ),
    DoubtKind(
        code="W414",
        title="an accepted statement that gives no number and that nothing cites",
        why="Offers, threats, blame and denials give no number, nor do the author's own words; "
        "they count only through the row that cites them.",
        remedy="cite it in the stance, tie or claim that it supports, or keep it as background "
        "and say so in its note",
        example="“They will pay for this”, accepted as a threat: cite it in the intimidation tie.",
        find=_for(Reason.AUTHOR, Reason.KIND, Reason.FORECAST),
    ),
)
