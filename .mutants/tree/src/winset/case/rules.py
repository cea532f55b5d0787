"""What must hold between the parts of a case: references, scales, sums. All breaches at once.

The rules read attributes only, so that they also run over a half-read case in which cells that
could not be understood are None.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Any

from winset.case.broken_rule import BrokenRule, Path, ids_of, is_bad, known_id, on_scale, scale_of
from winset.case.claim_rules import claims_hold
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES, TieKind
from winset.case.quantities import parse_quantity
from winset.case.ranges import number_text
from winset.errors import shorten

__all__ = ["TIE_KINDS", "BrokenRule", "Path", "broken_rules"]

TIE_KINDS: tuple[TieKind, ...] = ("dependence", "intimidation", "authority")


def broken_rules(case: Any) -> Iterator[BrokenRule]:
    """Yield every rule that ``case`` (a Case, or something half-read like one) breaks."""
    yield from _unique(case)
    yield from _issues(case)
    yield from _actors(case)
    yield from _stances(case)
    yield from _ties(case)
    yield from _scenarios(case)
    yield from _questions(case)
    yield from _evidence(case)
    yield from claims_hold(case)


def _unique(case: Any) -> Iterator[BrokenRule]:
    keys: dict[str, Callable[[Any], Any]] = {
        "parties": lambda p: p.id,
        "issues": lambda i: i.id,
        "scenarios": lambda s: s.id,
        "questions": lambda q: q.id,
        "actors": lambda a: a.id,
        "documents": lambda d: d.id,
        "statements": lambda s: (s.coder, s.id),
        "claims": lambda c: c.id,
        "stances": lambda s: (s.issue, s.actor, str(s.condition or "")),
        "ties": lambda t: (t.source, t.target, t.kind),
    }
    for name, key in keys.items():
        seen: dict[Any, int] = {}
        for index, row in enumerate(getattr(case, name)):
            own = key(row)
            if own is None or (isinstance(own, tuple) and None in own):
                continue
            if is_bad(row, "condition"):
                continue
            if own in seen:
                name_text = own if isinstance(own, str) else " · ".join(filter(None, own))
                first = "id" if hasattr(row, "id") else "source" if name == "ties" else "issue"
                yield BrokenRule(
                    path=(name, index, first),
                    where=f"{name}: {name_text}",
                    required="must stand once",
                    actual=f"a second row like number {seen[own] + 1}",
                    remedy="delete or rename one of them",
                )
            seen.setdefault(own, index)


def _issues(case: Any) -> Iterator[BrokenRule]:
    known = ids_of(case.issues)
    for index, issue in enumerate(case.issues):
        at: Path = ("issues", index)
        if issue.scale is not None and not issue.scale.low < issue.scale.high:
            yield BrokenRule(
                path=(*at, "scale"),
                where=f"{issue.id}: scale",
                required="low must be below high",
                actual=f"low {number_text(issue.scale.low)}, high {number_text(issue.scale.high)}",
                remedy="give the low end first",
            )
        reversion = (*at, "reversion")
        yield from on_scale(reversion, f"{issue.id}: reversion", issue.reversion, issue.scale)
        for value in issue.labels or ():
            yield from on_scale((*at, "labels"), f"{issue.id}: labels", value, issue.scale)
        if issue.outcome is not None:
            where = f"{issue.id}: outcome"
            yield from on_scale((*at, "outcome", "value"), where, issue.outcome.value, issue.scale)
        if issue.requires is not None:
            needed = issue.requires
            path = (*at, "requires", "issue")
            yield from known_id(path, f"{issue.id}: requires", "issue", needed.issue, known)
            for name in ("at_least", "at_most"):
                path = (*at, "requires", name)
                where = f"{issue.id}: requires: {name}"
                value = getattr(needed, name)
                yield from on_scale(path, where, value, scale_of(case, needed.issue))
    yield from _cycles(case)


def _cycles(case: Any) -> Iterator[BrokenRule]:
    """An issue may wait for another, and conditional stances make it look at another first."""
    waits: dict[str, set[str]] = {i.id: set() for i in case.issues if i.id is not None}
    for issue in case.issues:
        if issue.requires is not None and issue.id in waits:
            waits[issue.id].add(issue.requires.issue)
    for stance in case.stances:
        if stance.condition is not None and stance.issue in waits:
            waits[stance.issue].add(stance.condition.issue)
    while circle := _circle(waits):
        yield BrokenRule(
            path=("issues", [i.id for i in case.issues].index(circle[0]), "requires"),
            where=f"{circle[0]}: requires",
            required="no issue may wait for itself",
            actual=" → ".join(circle),
            remedy="remove one `requires` or one conditional stance of the circle",
        )
        for id in circle:
            waits[id] = set()


def _circle(waits: dict[str, set[str]]) -> list[str]:
    """Return a circle of ids, the first one again at the end; nothing where there is none."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        circle: list[str] = error.args[1][::-1]
        first = circle.index(min(circle))
        return [*circle[first:-1], *circle[: first + 1]]
    return []


def _actors(case: Any) -> Iterator[BrokenRule]:
    parties = ids_of(case.parties)
    negotiators: Counter[str] = Counter()
    for index, actor in enumerate(case.actors):
        path = ("actors", index, "party")
        yield from known_id(path, f"{actor.id}: party", "party", actor.party, parties)
        if "negotiator" in (actor.role or ()) and actor.party is not None:
            negotiators[actor.party] += 1
            if negotiators[actor.party] > 1:
                yield BrokenRule(
                    path=("actors", index, "role"),
                    where=f"{actor.id}: role",
                    required="a party must have one negotiator",
                    actual=f"another one in party “{actor.party}”",
                    remedy="keep the role for who signs; make the others voters or leaders",
                )


def _stances(case: Any) -> Iterator[BrokenRule]:
    issues, actors = ids_of(case.issues), ids_of(case.actors)
    plain = {(s.issue, s.actor) for s in case.stances if s.condition is None}
    weight: dict[str, float] = {}
    for index, stance in enumerate(case.stances):
        at: Path = ("stances", index)
        name = f"{stance.actor} on {stance.issue}"
        yield from known_id((*at, "issue"), f"{name}: issue", "issue", stance.issue, issues)
        yield from known_id((*at, "actor"), f"{name}: actor", "actor", stance.actor, actors)
        scale = scale_of(case, stance.issue)
        for quantity in ("position", "red_line_low", "red_line_high"):
            value = getattr(stance, quantity)
            yield from on_scale((*at, quantity), f"{name}: {quantity}", value, scale)
        low, high = stance.red_line_low, stance.red_line_high
        if low is not None and high is not None and low.high > high.low:
            yield BrokenRule(
                path=(*at, "red_line_low"),
                where=f"{name}: red line",
                required="red_line_low must not lie above red_line_high, ranges included",
                actual=f"{low} and {high}",
                remedy="exchange them, or narrow the ranges",
            )
        if stance.condition is not None:
            yield from _conditional(stance, index, plain, case)
        if stance.condition is not None or is_bad(stance, "condition"):
            continue
        for quantity in ("position", "salience", "influence"):
            if getattr(stance, quantity) is None and not is_bad(stance, quantity):
                yield BrokenRule(
                    path=(*at, quantity),
                    where=f"{name}: {quantity}",
                    required="must be given",
                    actual="an empty cell",
                    remedy="give a number; a wide range if little is known",
                )
        if stance.salience is None or stance.influence is None:
            weight[stance.issue] = 1.0
        else:
            most = stance.salience.high * stance.influence.high
            weight[stance.issue] = max(weight.get(stance.issue, 0.0), most)
    for index, issue in enumerate(case.issues):
        if weight.get(issue.id, 1.0) == 0.0:
            yield BrokenRule(
                path=("issues", index),
                where=f"{issue.id}: stances",
                required="some actor must have both influence and salience",
                actual="influence × salience of 0 for every actor",
                remedy="give at least one actor a weight",
            )


def _conditional(stance: Any, index: int, plain: set[Any], case: Any) -> Iterator[BrokenRule]:
    at: Path = ("stances", index)
    name = f"{stance.actor} on {stance.issue} if {stance.condition}"
    condition = stance.condition
    path = (*at, "condition")
    yield from known_id(path, f"{name}: if", "issue", condition.issue, ids_of(case.issues))
    scale = scale_of(case, condition.issue)
    yield from on_scale((*at, "condition"), f"{name}: if", condition.point, scale)
    if (stance.issue, stance.actor) not in plain:
        yield BrokenRule(
            path=(*at, "condition"),
            where=f"{name}: if",
            required="must stand beside a row without a condition",
            actual="only this one",
            remedy="add what holds when the condition does not",
        )


def _ties(case: Any) -> Iterator[BrokenRule]:
    actors = ids_of(case.actors)
    leaning: dict[str, float] = {}
    for index, tie in enumerate(case.ties):
        at: Path = ("ties", index)
        name = f"{tie.source} → {tie.target}"
        for end in ("source", "target"):
            yield from known_id((*at, end), f"{name}: {end}", "actor", getattr(tie, end), actors)
        if tie.source is not None and tie.source == tie.target:
            yield BrokenRule(
                path=(*at, "target"),
                where=name,
                required="a tie must join two actors",
                actual="one and the same",
                remedy="delete the row",
            )
        if tie.kind == "dependence" and tie.weight is not None and tie.source is not None:
            before = leaning.get(tie.source, 0.0)
            leaning[tie.source] = before + tie.weight.high
            if before <= 1.0 + 1e-12 < leaning[tie.source]:
                yield BrokenRule(
                    path=(*at, "weight"),
                    where=f"{tie.source}: dependence",
                    required="must sum to at most 1 over its targets, ranges at their highest",
                    actual=f"{leaning[tie.source]:g}",
                    remedy="lower the weights: above 0.5 is already a client",
                )


def _scenarios(case: Any) -> Iterator[BrokenRule]:
    parties, issues, actors = ids_of(case.parties), ids_of(case.issues), ids_of(case.actors)
    for index, scenario in enumerate(case.scenarios):
        for k, change in enumerate(scenario.changes or ()):
            at: Path = ("scenarios", index, "changes", k)
            name = f"{scenario.id}: change {k + 1}"
            yield from known_id((*at, "party"), f"{name}: party", "party", change.party, parties)
            yield from known_id((*at, "issue"), f"{name}: issue", "issue", change.issue, issues)
            for key in ("actor", "source", "target"):
                value = getattr(change, key)
                yield from known_id((*at, key), f"{name}: {key}", "actor", value, actors)
            operations = [n for n in ("set", "add", "multiply") if getattr(change, n) is not None]
            if len(operations) != 1:
                yield BrokenRule(
                    path=at,
                    where=name,
                    required="must have exactly one of set, add, multiply",
                    actual=" and ".join(operations) or "none",
                    remedy="keep one",
                )
            selectors = _selectors(change.quantity)
            for key in ("party", "actor", "role", "source", "target", "issue"):
                if getattr(change, key) is not None and key not in selectors:
                    yield BrokenRule(
                        path=(*at, key),
                        where=f"{name}: {key}",
                        required=f"{change.quantity} is selected by {' or '.join(selectors)}",
                        actual=key,
                        remedy="remove it",
                    )


def _selectors(quantity: str) -> tuple[str, ...]:
    if quantity in STANCE_QUANTITIES:
        return ("party", "actor", "role", "issue")
    if quantity in PARTY_QUANTITIES:
        return ("party",)
    if quantity in TIE_KINDS:
        return ("source", "target", "party", "role")
    return ("issue",)


def _questions(case: Any) -> Iterator[BrokenRule]:
    issues, parties = ids_of(case.issues), ids_of(case.parties)
    for index, question in enumerate(case.questions):
        at: Path = ("questions", index)
        forms = bool(question.answer), bool(question.options)
        if forms[0] == forms[1] and not is_bad(question, "answer", "options"):
            yield BrokenRule(
                path=at,
                where=question.id,
                required="must have either `answer` or `options`",
                actual="both" if question.options else "neither",
                remedy="name the model quantity that answers it",
            )
        quantities = (
            {"answer": question.answer} if question.answer else dict(question.options or {})
        )
        for key, text in quantities.items():
            path = (*at, "answer") if question.answer else (*at, "options", key)
            try:
                quantity = parse_quantity(text)
            except ValueError as error:
                yield BrokenRule(
                    path=path, where=f"{question.id}: {key}", required=f"must be one of {error}",
                    actual=shorten(text), remedy="write the quantity that answers the question",
                )  # fmt: skip
                continue
            where = f"{question.id}: {key}"
            if quantity.kind == "blame":
                yield from known_id(path, where, "party", quantity.subject, parties)
            for issue in quantity.named_issues:
                yield from known_id(path, where, "issue", issue, issues)
        outcomes = set(question.options or {}) or {"yes", "no"}
        if question.resolution is not None and question.resolution.outcome not in outcomes:
            yield BrokenRule(
                path=(*at, "resolution", "outcome"),
                where=f"{question.id}: resolution",
                required=f"must be one of {', '.join(sorted(outcomes))}",
                actual=shorten(question.resolution.outcome),
                remedy="name one of the outcomes",
            )


def _evidence(case: Any) -> Iterator[BrokenRule]:
    documents, issues, actors = ids_of(case.documents), ids_of(case.issues), ids_of(case.actors)
    statements = ids_of(case.statements)
    for index, statement in enumerate(case.statements):
        at: Path = ("statements", index)
        name = f"statement {statement.id}"
        yield from known_id(
            (*at, "document"), f"{name}: document", "document", statement.document, documents
        )
        yield from known_id((*at, "issue"), f"{name}: issue", "issue", statement.issue, issues)
        speakers = actors | {"author", "unresolved"}
        yield from known_id(
            (*at, "speaker"), f"{name}: speaker", "speaker", statement.speaker, speakers
        )
        start, end = statement.start, statement.end
        if start is not None and end is not None and not 0 <= start < end:
            yield BrokenRule(
                path=(*at, "start"),
                where=f"{name}: span",
                required="start must be 0 or more and below end",
                actual=f"{start} to {end}",
                remedy="give the span as characters from the document's beginning",
            )
    cited = [("stances", f"{s.actor} on {s.issue}", s) for s in case.stances]
    cited += [("ties", f"{t.source} → {t.target}", t) for t in case.ties]
    cited += [("claims", f"claim {c.id}", c) for c in case.claims]
    counts: Counter[str] = Counter()
    for name, who, row in cited:
        path = (name, counts[name], "statements")
        counts[name] += 1
        for id in row.statements or ():
            yield from known_id(path, f"{who}: statements", "statement", id, statements)
