"""Hypothesis strategies for whole cases, odd texts and numbers included."""

import datetime

from hypothesis import strategies as st

from winset.case.model import Case
from winset.case.parts import (
    ROLES,
    Actor,
    Change,
    Claim,
    Condition,
    Document,
    Issue,
    Party,
    Question,
    QuestionAnswer,
    Requirement,
    Resolved,
    Scale,
    Scenario,
    Stance,
    Statement,
    Tie,
)
from winset.case.ranges import Range, point

TROUBLE = [
    "=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "null", "yes", "a: b", "# no comment", "- item", "x;y",
    'a "quoted" word', "it's", "line\nbreak", "carriage\rreturn", "tab\there", "a,b", "<script>",
    "_x000D_", "&amp;", "{a}", "[b]", "%", "*x", "!y", "2015-02-24", "1e5", "~", "’", "😀",
    "\u2028z", "\ufeffbom", "é" * 50, "word " * 40, "> folded", "| literal", "? key", "1.5",
    "1,5", "'", '"',
]  # fmt: skip
_free = st.text("ab :#-'\",;{}[]|>\n\r\t=éß\u00a0\u2028\ufeff😀_x0D", max_size=8)
texts = st.one_of(st.sampled_from(TROUBLE), _free)
titles = texts.filter(lambda text: text.strip())
verbatim = st.one_of(texts, st.sampled_from([" kept ", "page\x0cbreak", "\r\nends\r\n"]))
names = st.lists(texts.filter(lambda text: ";" not in text and text.strip()), max_size=2).map(tuple)
days = st.dates(datetime.date(1, 1, 1))
maybe = lambda strategy: st.one_of(st.none(), strategy)  # noqa: E731
hexes = st.text("0123456789abcdef", min_size=64, max_size=64)
IDS = ["a", "b-1", "C.c", "null", "no", "1e5", "40", "x_y", "0", "true"]


def within(low, high):
    """Ranges inside [low, high]."""
    number = st.floats(low, high, allow_nan=False).map(lambda x: x + 0.0)
    parts = st.lists(number, min_size=3, max_size=3).map(sorted)
    return st.one_of(
        number.map(point),
        parts.map(lambda p: Range(p[0], p[2])),
        parts.map(lambda p: Range(p[0], p[2], p[1])),
    )


some_ids = st.lists(st.sampled_from(IDS), min_size=1, max_size=2, unique=True)


@st.composite
def _issue(draw, id, before):
    low, high = sorted(draw(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=2, unique=True)))
    scale = draw(st.sampled_from([Scale(), Scale(low=low, high=high, unit=draw(texts))]))
    on = within(scale.low, scale.high)
    number = st.floats(scale.low, scale.high, allow_nan=False)
    needed = draw(maybe(st.sampled_from(before))) if before else None
    requires = needed and Requirement(
        issue=needed.id, at_least=draw(maybe(st.just(needed.scale.low)))
    )
    outcome = st.builds(Resolved, value=on, date=maybe(days), source=texts, note=texts)
    return draw(
        st.builds(
            Issue, id=st.just(id), title=titles, question=texts, scale=st.just(scale),
            labels=st.dictionaries(number, titles, max_size=2), reversion=maybe(on),
            requires=st.just(requires), phrases=names, note=texts, outcome=maybe(outcome),
        )
    )  # fmt: skip


@st.composite
def _stance(draw, issue, actor, condition=None):
    on = within(issue.scale.low, issue.scale.high)
    rest = draw(
        st.fixed_dictionaries(
            {}, optional={"price": within(0, 100), "red_line_low": st.just(point(issue.scale.low)),
                          "audience_cost": st.one_of(within(0, 1e4), st.just(point(float("inf"))))},
        )
    )  # fmt: skip
    return Stance(
        issue=issue.id, actor=actor, condition=condition, position=draw(on),
        salience=draw(within(1, 100)), influence=draw(within(0.5, 1000)), note=draw(texts), **rest,
    )  # fmt: skip


@st.composite
def _claim(draw, id, issues, questions, statements):
    """A claim on an issue, on a question of the case, or on one in its own words."""
    said = {"statements": tuple(s.id for s in statements[:1]), "author": draw(texts),
            "outlet": draw(texts), "made": draw(maybe(days)), "by": draw(maybe(days)),
            "condition": draw(texts), "note": draw(texts)}  # fmt: skip
    kind = draw(st.sampled_from(["issue", "question", "text"]))
    if kind == "issue":
        issue = draw(st.sampled_from(issues))
        value = draw(within(issue.scale.low, issue.scale.high))
        return Claim(id=id, issue=issue.id, value=value, **said)
    said["probability"] = draw(maybe(within(0, 1)))
    question = draw(st.sampled_from(questions))
    if kind == "question" and question.answer is not None:
        void = draw(maybe(st.just("void")))
        return Claim(id=id, question=question.id, outcome=("no",), resolution=void, **said)
    verdict = draw(st.sampled_from(["yes", "no", "void"]))
    return Claim(id=id, text=draw(titles), outcome=("yes",), resolution=verdict,
                 resolved=draw(maybe(days)), source=draw(texts), **said)  # fmt: skip


@st.composite
def cases(draw):
    """Any valid case."""
    parties = [
        Party(id=id, name=draw(texts), quota=draw(within(0, 1)), unity=draw(within(0, 1)),
              power=draw(within(0, 9)), note=draw(texts))
        for id in draw(some_ids)
    ]  # fmt: skip
    issues = []
    for id in draw(some_ids):
        issues.append(draw(_issue(id, tuple(issues))))
    actors = [
        Actor(id=id, name=draw(titles), party=draw(maybe(st.sampled_from(parties))) and
              parties[0].id, role=tuple(draw(st.lists(st.sampled_from(ROLES[2:]), max_size=2))),
              aliases=draw(names), note=draw(texts))
        for id in draw(some_ids)
    ]  # fmt: skip
    stances = []
    for k, issue in enumerate(issues):
        for actor in actors:
            stances.append(draw(_stance(issue, actor.id)))
            if k and draw(st.booleans()):
                condition = Condition(issue=issues[k - 1].id, relation="agreed")
                if draw(st.booleans()):
                    high = issues[k - 1].scale.high
                    condition = Condition(issue=issues[k - 1].id, relation="<=", point=high)
                stances.append(draw(_stance(issue, actor.id, condition)))
    ties = [
        Tie(source=actors[k].id, target=actors[0].id,
            kind=draw(st.sampled_from(["dependence", "intimidation", "authority"])),
            weight=draw(within(0, 1)), note=draw(texts))
        for k in range(1, len(actors))
    ]  # fmt: skip
    documents = [
        Document(id=id, title=draw(texts), publisher=draw(texts), published=draw(maybe(days)),
                 url=draw(texts), sha256=draw(maybe(hexes)),
                 file=draw(maybe(st.just(f"documents/{id}.txt"))))
        for id in draw(some_ids)
    ]  # fmt: skip
    moments = st.datetimes(timezones=st.just(datetime.UTC))
    statements = [
        Statement(coder=coder, id=id, document=documents[0].id, start=k, end=k + draw(
                  st.integers(1, 10**20)), quote_sha256=draw(hexes), issue=draw(maybe(st.just(
                      issues[0].id))), kind="position", value=draw(maybe(within(-1e9, 1e9))),
                  condition=draw(texts), note=draw(texts), quote=draw(verbatim),
                  coded_at=draw(maybe(moments)), speaker=draw(st.sampled_from(
                      ["author", "unresolved", actors[0].id])))
        for k, coder in enumerate(draw(some_ids)) for id in draw(some_ids)
    ]  # fmt: skip
    if statements and ties:
        cited = (statements[0].id,)
        ties[0] = Tie(source=ties[0].source, target=ties[0].target, kind=ties[0].kind,
                      weight=ties[0].weight, statements=cited)  # fmt: skip
    change = st.one_of(
        st.builds(Change, quantity=st.just("price"), party=maybe(st.just(parties[0].id)),
                  role=maybe(st.sampled_from(ROLES)), add=st.floats(-9, 9), through=texts),
        st.builds(Change, quantity=st.just("reversion"), issue=maybe(st.just(issues[0].id)),
                  set=within(0, 9), note=texts),
    )  # fmt: skip
    scenarios = [
        Scenario(id=id, title=draw(texts), note=draw(texts),
                 changes=tuple(draw(st.lists(change, max_size=2))))
        for id in draw(some_ids)
    ]  # fmt: skip
    answer = f"agreement({issues[0].id})"
    questions = [
        Question(id=id, text=draw(titles), answer=answer, horizon=draw(maybe(days)),
                 note=draw(texts), resolution=draw(maybe(st.builds(
                     QuestionAnswer, outcome=st.sampled_from(["yes", "no"]), date=maybe(days),
                     source=texts))))
        if draw(st.booleans())
        else Question(id=id, text=draw(titles), options=dict.fromkeys(
            draw(st.lists(titles.map(str.strip), min_size=1, max_size=2, unique=True)), answer))
        for id in draw(some_ids)
    ]  # fmt: skip
    claims = [draw(_claim(id, issues, questions, statements)) for id in draw(some_ids)]
    return Case(
        title=draw(titles), as_of=draw(days), summary=draw(texts), citation=draw(texts),
        notes=draw(texts), parties=tuple(parties), issues=tuple(issues), actors=tuple(actors),
        stances=tuple(stances), ties=tuple(ties), documents=tuple(documents),
        statements=tuple(statements), scenarios=tuple(scenarios), questions=tuple(questions),
        claims=tuple(claims),
    )  # fmt: skip
