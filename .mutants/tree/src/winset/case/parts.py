"""What a case is made of: parties, issues, actors, stances, ties, documents, statements."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema
from pydantic.dataclasses import dataclass

from winset.case.cells import (
    ID_PATTERN,
    AtLeastZero,
    Cost,
    Date,
    Digest,
    Identifier,
    InnerPath,
    Moment,
    Names,
    Number,
    Percent,
    Quantity,
    Share,
    Text,
    Title,
    Verbatim,
    refuse,
)
from winset.case.ranges import NUMBER, number_text, point

STRICT = ConfigDict(extra="forbid", defer_build=True)
Role = Literal["leader", "negotiator", "veto player", "voter", "pressure group", "outside"]
ROLES: tuple[Role, ...] = (
    "leader", "negotiator", "veto player", "voter", "pressure group", "outside",
)  # fmt: skip
TieKind = Literal["dependence", "intimidation", "authority"]
StatementKind = Literal[
    "position", "red line", "conditional offer", "threat", "blame", "denial", "forecast"
]
Status = Literal["proposed", "accepted", "rejected"]
BacktestVerdict = Literal["yes", "no", "void"]
StanceQuantity = Literal[
    "position", "salience", "influence", "price", "red_line_low", "red_line_high", "audience_cost"
]
STANCE_QUANTITIES: tuple[StanceQuantity, ...] = (
    "position", "salience", "influence", "price", "red_line_low", "red_line_high", "audience_cost",
)  # fmt: skip
PARTY_QUANTITIES = ("quota", "unity", "power")
ChangeQuantity = Literal[
    "position", "salience", "influence", "price", "red_line_low", "red_line_high", "audience_cost",
    "reversion", "quota", "unity", "power", "dependence", "intimidation", "authority",
]  # fmt: skip


def _roles(value: object) -> object:
    names = [part.strip() for part in value.split(";")] if isinstance(value, str) else value
    if not isinstance(names, list | tuple):
        raise refuse(f"roles among {', '.join(ROLES)}")
    for name in filter(None, names):
        if name not in ROLES:
            raise refuse(f"roles among {', '.join(ROLES)}, separated by “;”")
    return tuple(name for name in names if name)


def _labels(value: object) -> object:
    """Refuse what a mapping would swallow: 40 and 40.0 are one point."""
    if not isinstance(value, Mapping):
        raise refuse("points of the scale and what the world looks like there, “40: a one-year …”")
    numbers = Counter(float(key) for key in value if re.fullmatch(NUMBER, str(key).strip()))
    if twice := [number_text(number) for number, times in numbers.items() if times > 1]:
        raise refuse(f"one label a point; {twice[0]} stands twice")
    return value


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Condition:
    """What must hold on another issue: ``enrichment agreed`` or ``enrichment >= 40``.

    Attributes:
        issue: id of the issue looked at.
        relation: ``agreed`` (at any point), or agreed at a point ``>=`` or ``<=`` the given one.
        point: in the units of that issue; None with ``agreed``.
    """

    issue: Identifier
    relation: Literal["agreed", ">=", "<="]
    point: Number | None = None

    def __str__(self) -> str:
        end = "" if self.point is None else f" {number_text(self.point)}"
        return f"{self.issue} {self.relation}{end}"


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Head:
    """What stands at the top of a case."""

    title: Title
    as_of: Date
    summary: Text = ""
    citation: Text = ""
    notes: Text = ""


_CONDITION = re.compile(rf"({ID_PATTERN})\s+(?:(agreed)|(>=|<=)\s*({NUMBER}))")


def _condition(value: object) -> object:
    if isinstance(value, Condition):
        return value
    match = _CONDITION.fullmatch(value.strip()) if isinstance(value, str) else None
    if not match:
        raise refuse("a condition such as “enrichment agreed” or “enrichment >= 40”")
    point_text = match[4]
    return Condition(
        issue=match[1],
        relation="agreed" if match[2] else ">=" if match[3] == ">=" else "<=",
        point=None if point_text is None else float(point_text),
    )


ConditionCell = Annotated[
    Condition, BeforeValidator(_condition), WithJsonSchema({"type": "string"})
]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Party:
    """A side at the table.

    Attributes:
        quota: share of its voters' influence that must say yes, in [0, 1].
        unity: how united it appears in public: 0 open split, 1 one voice.
        power: bargaining power of its negotiator beside the others', a ratio.
    """

    id: Identifier
    name: Text = ""
    quota: Share = point(0.5)
    unity: Share = point(1.0)
    power: AtLeastZero = point(1.0)
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Scale:
    """The ends of an issue in its own units, ``low`` < ``high``."""

    low: Number = 0.0
    high: Number = 100.0
    unit: Text = ""

    @property
    def width(self) -> float:
        """Length of the scale in its own units."""
        return self.high - self.low


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Requirement:
    """Another issue that must be agreed, perhaps at or beyond a point, before this one opens."""

    issue: Identifier
    at_least: Number | None = None
    at_most: Number | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Resolved:
    """What came of an issue: ``value`` in its own units, when, and by whose word."""

    value: Quantity
    date: Date | None = None
    source: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Issue:
    """A question on one line, both ends labelled.

    Attributes:
        labels: point of the scale (own units) to the state of the world there.
        reversion: what holds if nothing is agreed, own units.
        phrases: words by which texts speak of it.
    """

    id: Identifier
    title: Title
    question: Text = ""
    scale: Scale = field(default_factory=Scale)
    labels: Annotated[dict[Number, Title], BeforeValidator(_labels)] = field(default_factory=dict)
    reversion: Quantity | None = None
    requires: Requirement | None = None
    phrases: Names = ()
    note: Text = ""
    outcome: Resolved | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Change:
    """One change of a scenario: which quantity, whose, and how.

    ``party``, ``actor`` and ``role`` select actors (all that match); ``source`` and ``target``
    select ties; ``issue`` selects issues. A selector left out selects all.

    Attributes:
        through: the channel by which the scenario works, so that channels can be told apart.
    """

    quantity: ChangeQuantity
    party: Identifier | None = None
    actor: Identifier | None = None
    role: Role | None = None
    source: Identifier | None = None
    target: Identifier | None = None
    issue: Identifier | None = None
    set: Cost | None = None
    add: Number | None = None
    multiply: Number | None = None
    through: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Scenario:
    """A named set of changes to a case, applied in order."""

    id: Identifier
    changes: tuple[Change, ...]
    title: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class QuestionAnswer:
    """How a question came out, by whose reading."""

    outcome: Title
    date: Date | None = None
    source: Text = ""
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Question:
    """A question that a forecast answers.

    Attributes:
        answer: the model quantity whose probability answers yes.
        options: for more than yes and no: outcome to the model quantity.
        horizon: day by which it is settled.
    """

    id: Identifier
    text: Title
    answer: Text | None = None
    options: dict[Title, Text] = field(default_factory=dict)
    horizon: Date | None = None
    resolution: QuestionAnswer | None = None
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Actor:
    """A person or group; ``aliases`` are the names and titles by which texts call it."""

    id: Identifier
    name: Title
    party: Identifier | None = None
    role: Annotated[
        tuple[Role, ...], BeforeValidator(_roles), WithJsonSchema({"type": "string"})
    ] = ()
    aliases: Names = ()
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Stance:
    """One actor on one issue.

    Attributes:
        condition: None, or what must hold for this row's cells to replace the plain row's.
        position: what it would settle for if it could dictate, in the issue's units.
        salience: share of its attention and capital, 0-100.
        influence: what it could move with all it has; a ratio scale, the strongest by habit 100.
        price: of no agreement, per cent of the scale's width.
        red_line_low: lowest point it has said in public that it accepts, in the issue's units.
        red_line_high: highest such point.
        audience_cost: of crossing either, per cent of the scale's width; may be infinite.
        statements: ids of the statements that the row rests on.
    """

    issue: Identifier
    actor: Identifier
    condition: ConditionCell | None = None
    position: Quantity | None = None
    salience: Percent | None = None
    influence: AtLeastZero | None = None
    price: Percent | None = None
    red_line_low: Quantity | None = None
    red_line_high: Quantity | None = None
    audience_cost: Cost | None = None
    statements: Names = ()
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Tie:
    """What binds ``source`` to ``target``, with a ``weight`` in [0, 1]."""

    source: Identifier
    target: Identifier
    kind: TieKind
    weight: Share
    statements: Names = ()
    note: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Document:
    """A source: ``sha256`` of its bytes, ``file`` its path in the case folder if it is kept."""

    id: Identifier
    title: Text = ""
    publisher: Text = ""
    published: Date | None = None
    url: Text = ""
    sha256: Digest | None = None
    file: InnerPath | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Statement:
    """What somebody says in a document about an issue, and where exactly.

    Attributes:
        coder: whose reading it is; the name of its file.
        start: first character (code point) of the span in the decoded document, from 0.
        end: one past its last character.
        quote_sha256: digest of the span's UTF-8 bytes.
        speaker: actor's id, or ``author``, or ``unresolved``.
        quote: the span itself, where the text may be kept.
    """

    coder: Identifier
    id: Identifier
    document: Identifier
    start: int
    end: int
    quote_sha256: Digest
    speaker: Text = "unresolved"
    issue: Identifier | None = None
    kind: StatementKind
    value: Quantity | None = None
    condition: Text = ""
    note: Text = ""
    status: Status = "proposed"
    coded_at: Moment | None = None
    quote: Verbatim = ""


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Claim:
    """What somebody forecast in public, so that it can be scored once it is settled.

    It answers one of three: a ``question`` of the case, what becomes of an ``issue``, or a question
    in own words, ``text``.

    Attributes:
        statements: ids of the statements in which it is made.
        author: who made it; if empty, the actor who speaks in the first statement.
        outlet: where; if empty, the publisher of the first statement's document.
        made: when; if empty, the day that document was published.
        text: a question in own words that yes or no answers.
        condition: in words, what the claim depends on; where that did not come about it is void.
        by: day by which it is settled; if empty, the question's horizon.
        outcome: what it says will come about: ``yes``, ``no``, or one or several options.
        value: on an issue: what it says will come of it, in the issue's units.
        probability: that it gives to ``outcome``; None where no likelihood can be read from it.
        resolution: of ``text``: how it came out; ``void`` where it does not count. A question or
            an issue is resolved where it stands; ``void`` may be said of a claim on these too.
        resolved: when that was known.
        source: by whose word.
    """

    id: Identifier
    statements: Names = ()
    author: Text = ""
    outlet: Text = ""
    made: Date | None = None
    question: Identifier | None = None
    issue: Identifier | None = None
    text: Text = ""
    condition: Text = ""
    by: Date | None = None
    outcome: Names = ()
    value: Quantity | None = None
    probability: Share | None = None
    resolution: BacktestVerdict | None = None
    resolved: Date | None = None
    source: Text = ""
    note: Text = ""
