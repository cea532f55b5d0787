"""Which kind of statement words make, and which words decide it.

Every rule is a pattern (see :mod:`winset.evidence.statements.patterns`), so that a reader can see
why a row got its kind.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from winset.case.parts import StatementKind
from winset.evidence.reading.spans import Span
from winset.evidence.statements.conditions import Conditional, conditional
from winset.evidence.statements.patterns import (
    BLAMES,
    CONDITIONAL_THREATS,
    CUE_RULES,
    DENIALS,
    FORECASTS,
    POSITIONS,
    RED_LINES,
    THREATS,
    Rule,
)

Kind = StatementKind | Literal["unknown"]
Sign = Literal["for", "against", "unknown"]
FARTHEST = 5_000  # characters read of a statement
Way = Literal["quoted", "reported", "stand", "mind", "author"]


@dataclass(frozen=True, slots=True)
class KindReading:
    """How words were read.

    Attributes:
        kind: ``unknown`` when no rule applies.
        trigger: the words that decided the kind; None when it is unknown.
        rule: the rule's name.
        condition: the if-part of a conditional offer or threat.
        consequence: its then-part.
        negated: whether the trigger stands under a negation, or is one.
    """

    kind: Kind = "unknown"
    trigger: Span | None = None
    rule: str = ""
    condition: Span | None = None
    consequence: Span | None = None
    negated: bool = False

    def moved(self, by: int) -> "KindReading":
        """Return the same reading with every span ``by`` characters further on."""
        spans = {
            name: span.moved(by)
            for name in ("trigger", "condition", "consequence")
            if (span := getattr(self, name)) is not None
        }
        return replace(self, **spans)


_STRAIGHT = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\n": " "})
_NEGATION = re.compile(
    r"\b(?:neither|nor|never|not(?! only)|no|none|nobody|without|cannot)\b|n't\b", re.IGNORECASE
)
_JUST_NEGATED = re.compile(r"(?:\b(?:not|never|nor)|n't)\s+(?:\w+\s+)?$", re.IGNORECASE)
_WARNS = re.compile(r"(?:warn|threaten)\w*", re.IGNORECASE)
_HINTS = re.compile(r"\b(?:not only|no doubt|no wonder|not just)\b", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(?:oppos\w+|against|reject\w*|object\w*|refus\w+|forbid\w*|prohibit\w*|ban(?:s|ned)?"
    r"|unacceptable|avoid\w*|prevent\w*|stop|end|abandon\w*)\b",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """Return ``text`` with straight apostrophes and blanks for line breaks, offset for offset."""
    return text.translate(_STRAIGHT)


def read_kind(view: str, content: Span, way: Way, cue: Span | None = None) -> KindReading:
    """Return the kind of what ``view`` says within ``content``.

    A condition comes first, then the verb of saying, then the words themselves. For a stand only
    its verb counts; of the author's own words only forecasts and blame count.

    Args:
        view: a text of :func:`plain`, blank where it is not to be read.
        content: where the words stand.
        way: how they are tied to their speaker.
        cue: the word of saying, which may decide the kind itself (“denied”).
    """
    content = Span(content.start, min(content.end, content.start + FARTHEST))
    parts = conditional(view, content)
    if parts is not None and (way != "author" or parts.rule in ("if", "unless")):
        return _of_condition(view, parts, way, cue)
    by_cue = None if cue is None else _kind_of_cue(view, content, cue)
    if by_cue is not None:
        return by_cue
    for rules in _ORDER[way]:
        reading = _first(view, content, rules)
        if reading is not None:
            return reading
    return KindReading()


_CONTENT_RULES = (RED_LINES, THREATS, DENIALS, BLAMES, POSITIONS, FORECASTS)
_FAULT_RULES = tuple(
    rule for rule in BLAMES if rule.name in ("responsible", "fault of", "cause of")
)
_ORDER: dict[Way, tuple[tuple[Rule, ...], ...]] = {
    "quoted": _CONTENT_RULES,
    "reported": _CONTENT_RULES,
    "stand": (),
    "mind": (),
    "author": (FORECASTS, _FAULT_RULES),
}


def _kind_of_cue(view: str, content: Span, cue: Span) -> KindReading | None:
    """Return the kind that the word of saying decides; “did not deny” and the like decide none."""
    ahead = Span(cue.start, min(len(view), max(cue.end, content.end)))
    for rule in CUE_RULES:
        match = rule.pattern.match(view, *ahead)
        if match is None:
            continue
        before = Span(min(content.start, cue.start), cue.start)
        near = Span(max(0, cue.start - 30), cue.start)
        not_so = negated(view, before) or bool(_JUST_NEGATED.search(near.of(view)))
        if not_so and rule.kind != "position":
            continue
        return KindReading(rule.kind, Span(*match.span()), rule.name, negated=not_so)
    return None


def _first(view: str, within: Span, rules: Sequence[Rule]) -> KindReading | None:
    for rule in rules:
        match = rule.pattern.search(view, *within)
        if match:
            not_so = negated(view, Span(within.start, match.end()))
            return KindReading(rule.kind, Span(*match.span()), rule.name, negated=not_so)
    return None


def _of_condition(view: str, parts: Conditional, way: Way, cue: Span | None) -> KindReading:
    reading = KindReading(
        "forecast" if way == "author" else "conditional offer",
        parts.marker,
        f"condition, {parts.rule}",
        parts.condition,
        parts.consequence,
        negated(view, parts.consequence),
    )
    if way == "author":
        return reading
    for rules in (RED_LINES, CONDITIONAL_THREATS):
        harmful = _first(view, parts.consequence, rules)
        if harmful is not None:
            return replace(reading, kind=harmful.kind, rule=f"{reading.rule}; {harmful.rule}")
    if cue is not None and _WARNS.match(view, *cue):
        return replace(reading, kind="threat", rule=f"{reading.rule}; warns")
    return reading


def negated(view: str, span: Span) -> bool:
    """Return whether an odd number of negations stands in ``span``; “neither … nor” is one.

    >>> negated("neither side wants war", Span(0, 22)), negated("not only that", Span(0, 13))
    (True, False)
    """
    words = _HINTS.sub(lambda m: " " * len(m[0]), span.of(view))
    count = len(_NEGATION.findall(words))
    if re.search(r"\bneither\b.*\bnor\b", words, re.IGNORECASE):
        count -= 1
    return count % 2 == 1


def sign(view: str, reading: KindReading) -> Sign:
    """Return which way a position points, where its words make that clear."""
    if reading.kind == "red line":
        return "against"
    if reading.kind != "position" or reading.trigger is None:
        return "unknown"
    against = bool(_AGAINST.search(reading.trigger.of(view)))
    if reading.rule in ("no link",):
        return "against"
    return "against" if against != reading.negated else "for"


_NUMBER = re.compile(r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w.,]*\d)")
_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\.?"
_DATE = re.compile(
    rf"\b{_MONTH}\s+\d{{1,2}}\b(?:,?\s+\d{{4}})?|\b\d{{1,2}}\s+{_MONTH}(?:\s+\d{{4}})?\b"
    r"|\b(?:1[5-9]|20)\d{2}\b|\b(?:article|resolution|no\.?|number|clause|section)\s+\d+",
    re.IGNORECASE,
)


def number(view: str, content: Span) -> float | None:
    """Return the one number that the words name, or None if there is none or more than one.

    Years, dates and the numbers of articles do not count.
    """
    words = _DATE.sub(lambda m: " " * len(m[0]), content.of(view))
    numbers = {m[0] for m in _NUMBER.finditer(words)}
    return float(numbers.pop().replace(",", "")) if len(numbers) == 1 else None
