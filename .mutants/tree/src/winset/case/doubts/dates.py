"""Doubts about what was known when, and what might be otherwise: dates and scenarios."""

from collections.abc import Iterator
from dataclasses import replace

from winset.case.at_table import tables, tie_objection
from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.case.scenarios import apply_changes, apply_scenario
from winset.errors import CaseError


def outcome_before(case: Case) -> Iterator[Sighting]:
    """W501."""
    for k, issue in enumerate(case.issues):
        outcome = issue.outcome
        if outcome is not None and outcome.date is not None and outcome.date < case.as_of:
            dates = f"{outcome.date}, before {case.as_of}"
            yield Sighting(("issues", k, "outcome", "date"), issue.id, dates)


def published_later(case: Case) -> Iterator[Sighting]:
    """W502."""
    for k, document in enumerate(case.documents):
        if document.published is not None and document.published > case.as_of:
            dates = f"{document.published}, after {case.as_of}"
            yield Sighting(("documents", k, "published"), document.id, dates)


def hindsight(case: Case) -> Iterator[Sighting]:
    """W503."""
    published = {document.id: document.published for document in case.documents}
    for k, statement in enumerate(case.statements):
        day = published.get(statement.document)
        if statement.status == "accepted" and day is not None and day > case.as_of:
            dates = f"a document of {day}, after {case.as_of}"
            yield Sighting(("statements", k, "document"), f"statement {statement.id}", dates)


def horizon_before(case: Case) -> Iterator[Sighting]:
    """W504."""
    for k, question in enumerate(case.questions):
        if question.horizon is not None and question.horizon < case.as_of:
            dates = f"{question.horizon}, before {case.as_of}"
            yield Sighting(("questions", k, "horizon"), question.id, dates)


def idle_scenario(case: Case) -> Iterator[Sighting]:
    """W505."""
    for k, scenario in enumerate(case.scenarios):
        try:
            after = apply_scenario(case, scenario.id)
        except CaseError:
            continue
        if after == case:
            reason = f"{len(scenario.changes)} changes, and every number as before"
            yield Sighting(("scenarios", k), scenario.id, reason)
        elif _without_idle_ties(after) == _without_idle_ties(case):
            reason = "it changes only ties that change nothing"
            yield Sighting(("scenarios", k), scenario.id, reason)


def _without_idle_ties(case: Case) -> Case:
    at = tables(case)
    return replace(case, ties=tuple(t for t in case.ties if not tie_objection(case, t, at)))


def idle_change(case: Case) -> Iterator[Sighting]:
    """W508: of a scenario that changes something besides."""
    for k, scenario in enumerate(case.scenarios):
        before, idle = case, []
        try:
            for number, change in enumerate(scenario.changes):
                after = apply_changes(before, [change])
                if after == before:
                    idle.append((number, change.quantity))
                before = after
        except CaseError:
            continue
        if len(idle) == len(scenario.changes):
            continue  # W505 says so
        for number, quantity in idle:
            reason = f"change {number + 1} ({quantity}): every number as before"
            yield Sighting(("scenarios", k, "changes", number), scenario.id, reason)


def broken_scenario(case: Case) -> Iterator[Sighting]:
    """W506."""
    for k, scenario in enumerate(case.scenarios):
        try:
            apply_scenario(case, scenario.id)
        except CaseError as error:
            yield Sighting(("scenarios", k), scenario.id, str(error.problems[0]))


def claimed_late(case: Case) -> Iterator[Sighting]:
    """W507."""
    published = {document.id: document.published for document in case.documents}
    spoken = {row.id: published.get(row.document) for row in case.statements}
    settled = {q.id: q.resolution.date for q in case.questions if q.resolution is not None}
    known = {i.id: i.outcome.date for i in case.issues if i.outcome is not None}
    for k, claim in enumerate(case.claims):
        claimed = claim.made or next(map(spoken.get, claim.statements), None)
        day = claim.resolved or settled.get(claim.question or "") or known.get(claim.issue or "")
        if claimed is not None and day is not None and claimed >= day:
            dates = f"made on {claimed}, settled on {day}"
            yield Sighting(("claims", k, "made"), f"claim {claim.id}", dates)


KINDS = (
    DoubtKind(
        code="W501",
        title="an outcome before the as-of date",
        why="What had happened already is no forecast: scoring it flatters the model.",
        remedy="correct one of the dates",
        example="`as_of: 2015-08-01` and an outcome of 2015-07-14.",
        find=outcome_before,
    ),
    DoubtKind(
        code="W502",
        title="a document later than the as-of date",
        why="Nothing later than that day may inform a number.",
        remedy="keep it for outcomes only, or move the as-of date",
        example="A memoir of 2018 in a case as of 2015.",
        find=published_later,
    ),
    DoubtKind(
        code="W503",
        title="an accepted statement from after the as-of date",
        why="It lets the case know the future: a backtest with it proves nothing.",
        remedy="reject it, or move the as-of date",
        example="A speech of August accepted in a case as of February.",
        find=hindsight,
    ),
    DoubtKind(
        code="W504",
        title="a question whose horizon is past",
        why="It was settled before the case begins.",
        remedy="correct the horizon or the as-of date",
        example="`as_of: 2015-08-01`, `horizon: 2015-06-30`.",
        find=horizon_before,
    ),
    DoubtKind(
        code="W505",
        title="a scenario that changes nothing",
        why="Its forecast is the base forecast; who reads that it makes no difference is misled.",
        remedy="check whom its changes select, and by how much",
        example="`{quantity: price, role: voter, add: 10}` in a case without voters, or `add: 0`.",
        find=idle_scenario,
    ),
    DoubtKind(
        code="W506",
        title="a scenario that breaks the case",
        why="The changed case no longer holds together, so the scenario cannot be run.",
        remedy="make the change smaller, or select fewer",
        example="Doubling dependences of 0.6 makes them sum to more than 1.",
        find=broken_scenario,
    ),
    DoubtKind(
        code="W507",
        title="a claim made when it was settled already",
        why="To say what has happened is no forecast: scoring it flatters its author.",
        remedy="correct one of the dates, or set the claim's resolution to `void`",
        example="`made` 2015-07-20 on a question resolved on 2015-07-14.",
        find=claimed_late,
    ),
    DoubtKind(
        code="W508",
        title="a change of a scenario that changes nothing",
        why="The scenario works through its other changes alone, and its title may promise more.",
        remedy="check whom the change selects and by how much, or delete it",
        example="`{quantity: quota, party: south, set: 0.5}` where the quota is 0.5 already.",
        find=idle_change,
    ),
)
