"""Doubts about what is coded and changes nothing: leaders, ties, red lines, assumed numbers."""

from collections.abc import Iterator

from winset.case.assumed import assumed_cells
from winset.case.at_table import has_role, line_objections, tables, tie_objection
from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case


def idle_tie(case: Case) -> Iterator[Sighting]:
    """W110."""
    at = tables(case)
    for k, tie in enumerate(case.ties):
        if reason := tie_objection(case, tie, at):
            where = f"{tie.source} → {tie.target}"
            yield Sighting(("ties", k, "kind"), where, f"{tie.kind} {tie.weight}: {reason}")


def leaders_uncoded(case: Case) -> Iterator[Sighting]:
    """W111."""
    at = tables(case)
    place = {actor.id: k for k, actor in enumerate(case.actors)}
    for party in case.parties:
        leaders = [a.id for a in case.actors if a.party == party.id and has_role(a, "leader")]
        for issue in case.issues:
            table = at[issue.id]
            if party.id in table.negotiators and leaders and not table.present & set(leaders):
                yield Sighting(
                    ("actors", place[leaders[0]], "role"),
                    f"{party.id} on {issue.id}",
                    f"{table.negotiators[party.id]} negotiates, and {', '.join(leaders)} "
                    f"{'has' if len(leaders) == 1 else 'have'} no stance",
                )


def idle_line(case: Case) -> Iterator[Sighting]:
    """W308."""
    at = tables(case)
    for k, stance in enumerate(case.stances):
        if stance.condition is None:
            for name, reason in line_objections(case, stance, at):
                where = f"{stance.actor} on {stance.issue}"
                yield Sighting(("stances", k, name), where, f"{name}: {reason}")


def assumed_number(case: Case) -> Iterator[Sighting]:
    """W309."""
    for k, stance in enumerate(case.stances):
        for name in assumed_cells(stance):
            where = f"{stance.actor} on {stance.issue}"
            value = getattr(stance, name)
            cell = "an empty cell" if value is None else str(value)
            yield Sighting(("stances", k, name), where, f"{name} {cell}")


KINDS = (
    DoubtKind(
        code="W110",
        title="a tie that changes nothing",
        why="Dependence counts where its source signs or ratifies; "
        "intimidation where a pressure group without a vote presses a ratifier of its own party; "
        "authority is read by games alone. Any other tie leaves every forecast as it is.",
        remedy="correct its kind or ends, give the actor the role or the stance that it works "
        "through, or keep it as background and say so in its note",
        example="`hardliners,envoy,intimidation,0.4`, and the envoy signs without a vote at home. "
        "Make the envoy a voter, or press those who ratify.",
        find=idle_tie,
    ),
    DoubtKind(
        code="W111",
        title="a party at the table none of whose leaders is coded",
        why="What the party's leaders would refuse or pay for is not in the forecast of the issue.",
        remedy="add the stance of a leader on the issue, or say in the party's note why none is "
        "needed",
        example="The envoy negotiates on inspections; the leader, who forbade them, has a stance "
        "on enrichment only.",
        find=leaders_uncoded,
    ),
    DoubtKind(
        code="W308",
        title="a red line of no effect",
        why="A red line counts through what crossing it costs somebody whose consent or pressure "
        "counts; this one is never crossed, costs nothing, or is drawn by someone unheard.",
        remedy="correct the line or its audience cost, give the actor the role that it has, or "
        "keep it as background and say so in the note",
        example="red_line_high 100 on a scale that ends at 100; audience_cost 0; the red line of "
        "an outside power.",
        find=idle_line,
    ),
    DoubtKind(
        code="W309",
        title="a number that is assumed",
        why="Nobody coded it: it was taken for a start when statements called for the stance, and "
        "the forecast rests on it.",
        remedy="code it, and take it out of the note's “[assumed: …]”",
        example="`winset derive --write --salience 50 --influence 100` adds rows with “[assumed: "
        "salience, influence]”.",
        find=assumed_number,
    ),
)
