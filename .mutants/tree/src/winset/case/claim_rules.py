"""What must hold of claims: each asks one thing, and says of it what can be scored."""

from collections.abc import Iterator
from typing import Any

from winset.case.broken_rule import BrokenRule, Path, ids_of, is_bad, known_id, on_scale, scale_of
from winset.errors import nearest, shorten

_ASKS = ("question", "issue", "text")


def claims_hold(case: Any) -> Iterator[BrokenRule]:
    """Yield every rule that a claim of ``case`` breaks."""
    questions = {question.id: question for question in case.questions}
    issues = ids_of(case.issues)
    for index, claim in enumerate(case.claims):
        at: Path = ("claims", index)
        name = f"claim {claim.id}"
        answered = [field for field in _ASKS if getattr(claim, field)]
        if len(answered) != 1 and not is_bad(claim, *_ASKS):
            yield BrokenRule(
                path=at,
                where=name,
                required="must have exactly one of question, issue and text",
                actual=" and ".join(answered) or "none",
                remedy="name what the claim answers",
            )
            continue
        where = f"{name}: question"
        yield from known_id(
            (*at, "question"), where, "question", claim.question, set(questions) - {None}
        )
        yield from known_id((*at, "issue"), f"{name}: issue", "issue", claim.issue, issues)
        if claim.issue is not None:
            yield from _on_issue(claim, at, name, case)
        else:
            yield from _on_question(claim, at, name, questions.get(claim.question))
        yield from _resolution(claim, at, name)


def _on_issue(claim: Any, at: Path, name: str, case: Any) -> Iterator[BrokenRule]:
    if claim.value is None and not is_bad(claim, "value"):
        yield _missing((*at, "value"), f"{name}: value", "give what it says will come of the issue")
    scale = scale_of(case, claim.issue)
    yield from on_scale((*at, "value"), f"{name}: value", claim.value, scale)
    for field in ("outcome", "probability"):
        if getattr(claim, field):
            yield BrokenRule(
                path=(*at, field),
                where=f"{name}: {field}",
                required="must be empty where the claim is on an issue",
                actual=shorten(_cell_text(getattr(claim, field))),
                remedy="say how sure it is by the range of `value`, or ask a question instead",
            )


def _on_question(claim: Any, at: Path, name: str, question: Any) -> Iterator[BrokenRule]:
    path = (*at, "outcome")
    if claim.value is not None:
        yield BrokenRule(
            path=(*at, "value"),
            where=f"{name}: value",
            required="must be empty unless the claim is on an issue",
            actual=str(claim.value),
            remedy="name the issue, or say the outcome in words",
        )
    if not claim.outcome and not is_bad(claim, "outcome"):
        yield _missing(path, f"{name}: outcome", "say what it claims: yes, no or an option")
    if claim.question is not None and question is None:
        return
    known = tuple(question.options or {}) if question is not None else ()
    known = known or ("yes", "no")
    for outcome in claim.outcome or ():
        if outcome not in known:
            yield BrokenRule(
                path=path,
                where=f"{name}: outcome",
                required=f"must be among {', '.join(known)}",
                actual=shorten(outcome),
                remedy=nearest(outcome, known),
            )
    if {*known} <= {*(claim.outcome or ())}:
        yield BrokenRule(
            path=path,
            where=f"{name}: outcome",
            required="must leave an outcome out",
            actual=shorten("; ".join(claim.outcome)),
            remedy="a claim that anything may happen says nothing",
        )


def _resolution(claim: Any, at: Path, name: str) -> Iterator[BrokenRule]:
    if claim.resolution in ("yes", "no") and (claim.question or claim.issue):
        kind, key = ("question", "resolution") if claim.question else ("issue", "outcome")
        yield BrokenRule(
            path=(*at, "resolution"),
            where=f"{name}: resolution",
            required=f"must be empty or void: the {kind} itself says how it came out",
            actual=claim.resolution,
            remedy=f"write it as `{key}` of the {kind} in case.yaml",
        )
    for field in ("resolved", "source"):
        if getattr(claim, field) and claim.resolution is None and not is_bad(claim, "resolution"):
            yield BrokenRule(
                path=(*at, field),
                where=f"{name}: {field}",
                required="must be empty without a resolution",
                actual=shorten(getattr(claim, field)),
                remedy="say how it came out, or empty the cell",
            )


def _missing(path: Path, where: str, remedy: str) -> BrokenRule:
    return BrokenRule(
        path=path, where=where, required="must be given", actual="an empty cell", remedy=remedy
    )


def _cell_text(value: object) -> str:
    return "; ".join(value) if isinstance(value, tuple) else str(value)
