"""Conditional sentences taken apart: what must happen first, and what then follows."""

import re
from dataclasses import dataclass
from itertools import pairwise

from winset.evidence.reading.spans import Span, trimmed
from winset.evidence.statements.lexicon import word_set


@dataclass(frozen=True, slots=True)
class Conditional:
    """A condition and its consequence, with the ``marker`` that joins them."""

    marker: Span
    condition: Span
    consequence: Span
    rule: str


LONGEST_SENTENCE = 1_500
_MODAL = (
    r"(?:will|shall|would|can|could|may|might|'ll|'d|is|are|am|was|were|be|must|should"
    r"|offer(?:s|ed)|agrees?|agreed|accepts?|remains?|has|have)"
)
_ACTING = (
    r"(?:will|shall|would|can|could|may|might|'ll|'d|offer(?:s|ed)?"
    r"|(?:is|are|am|was|were|'re|'m) (?:\w+ )?(?:ready|willing|prepared|open|able|going))"
)
_PROMISING = r"(?:will|shall|can|may|'ll)"
_FIRST = re.compile(
    r"(?P<only>only\s+)?\b(?P<marker>if(?! (?:not|only|ever|any\w*)\b)|unless|provid(?:ed"
    r"|ing)(?: that)?|as long as|so long as"
    r"|on (?:the )?condition (?:that|of)|in the event (?:that|of)|assuming(?: that)?|once|when"
    r"|after"
    r"|until|in (?:return|exchange) for|for a \w+ (?:price|return))\b",
    re.IGNORECASE,
)
_INVERTED = re.compile(
    r"(?:^|(?<=[.;:—“\"])|(?<=\bthat,)|(?<=\bthat))\s*\b(?P<marker>should|were"
    r"|had)\s+(?:the\s+)?[\w' -]{1,60}?(?:\s+to)?\s+[a-z]+",
    re.IGNORECASE,
)
_INVERTED_LATE = re.compile(
    r"(?<=\w)\s+(?P<marker>should)\s+(?:the|a|an|they|he|she|it|we|you|[A-Z]\w+)\b"
)
_COMMAND = re.compile(
    r"(?P<if>(?P<marker>[A-Za-z]+)\b[^,.;]{2,80}?),?\s+and\s+(?P<then>(?:we|i|you|they|he|she"
    r"|our|my|the)\b"
    r"(?:\s+[\w']+){0,4}?\s*(?:will|shall|would|can|could|'ll)\b.*)",
    re.IGNORECASE | re.DOTALL,
)
# After these the condition must lie in the future; otherwise it is only a time.
_OF_TIME = ("once", "when", "after", "until")
_NO_COMMAND = word_set(
    "the a an we i you he she it they this that these those our my his her its their there if when "
    "and but in on at for by no not what who how all some both each neither now then today check "
    "look visit click see read watch here also so yet maybe perhaps soon one two every"
)
_ASKS = re.compile(
    r"\b(?:ask|asks|asked|asking|wonder\w*|know|knew|see|doubt\w*|whether|unsure|unclear"
    r"|question\w*|decide\w*|as|even|say)\s+$",
    re.IGNORECASE,
)


def conditional(view: str, content: Span) -> Conditional | None:
    """Return the condition and consequence that ``view`` states within ``content``, or None.

    “If” that means “whether”, “as if” and “even if” do not count; “once”, “when” and “after” count
    only where the rest says what will be done.

    >>> text = "If the court agrees, we will pay."
    >>> parts = conditional(text, Span(0, len(text)))
    >>> parts.condition.of(text), parts.consequence.of(text)
    ('If the court agrees', 'we will pay')
    """
    for sentence in _sentences(view, content):
        if sentence.end - sentence.start > LONGEST_SENTENCE:
            continue
        parts = _in_sentence(view, sentence)
        if parts is not None:
            return parts
    return None


def _sentences(view: str, content: Span) -> list[Span]:
    cuts = [m.end() for m in re.finditer(r"[.!?…;]['\"”’]*\s+(?=[A-Z“\"])", content.of(view))]
    edges = [0, *cuts, content.end - content.start]
    return [Span(content.start + a, content.start + b) for a, b in pairwise(edges)]


def _in_sentence(view: str, sentence: Span) -> Conditional | None:
    for match in _FIRST.finditer(view, *sentence):
        marker = match["marker"].casefold()
        if _ASKS.search(view, sentence.start, match.start()):
            continue
        start = match.start("only") if match["only"] else match.start()
        parts = _split(view, sentence, start, Span(*match.span("marker")), marker)
        if parts is not None:
            return parts
    for pattern in (_INVERTED, _INVERTED_LATE):
        inverted = pattern.search(view, *sentence)
        if inverted:
            start = inverted.start("marker")
            marker = inverted["marker"].casefold()
            # “Were they to stop” and “had they stopped” stand first; a question has its mark.
            if view[: sentence.end].rstrip().endswith("?"):
                continue
            parts = _split(view, sentence, start, Span(*inverted.span("marker")), marker)
            if parts is not None:
                return parts
    return _command(view, sentence)


def _split(view: str, sentence: Span, start: int, marker: Span, word: str) -> Conditional | None:
    before = _clean(view, Span(sentence.start, start))
    leads = not re.search(r"\w", _without_lead(before.of(view)))
    if not leads and (word in ("after", "until") or re.search(r"\bwhether\b", before.of(view))):
        return None
    if leads and word.startswith("for a"):
        condition, consequence = marker, _clean(view, Span(marker.end, sentence.end))
    elif leads:
        cut = _main_clause(view, Span(marker.end, sentence.end))
        if cut is None:
            return None
        condition = _clean(view, Span(start, cut[0]))
        consequence = _clean(view, Span(cut[1], sentence.end))
    else:
        embedded = _embedded(view, sentence, start, marker)
        if embedded is not None:
            condition, consequence = embedded
        else:
            condition = _clean(view, Span(start, sentence.end))
            consequence = _consequence_before(view, before)
    if not condition.of(view).strip() or not re.search(r"\w", consequence.of(view)):
        return None
    needed = _PROMISING if word in _OF_TIME and not leads else _ACTING
    if word.startswith(("in return", "in exchange", "for a")):
        needed = rf"(?:{_ACTING}|\w+)"
    if not re.search(rf"(?:\b|(?<=\w)){needed}\b", consequence.of(view), re.IGNORECASE):
        return None
    if len(condition.of(view).split()) < 2:
        return None
    return Conditional(marker, condition, consequence, word)


def _without_lead(words: str) -> str:
    """Remove what may stand before a leading condition: “Yet”, “that”, an opening mark."""
    return re.sub(
        r"^[\W_]*(?:(?:and|but|yet|so|then|now|that|however|thus|also|indeed|because|well|only"
        r"|even)\b[\W_]*)*",
        "", words, flags=re.IGNORECASE,
    )  # fmt: skip


def _main_clause(view: str, rest: Span) -> tuple[int, int] | None:
    """Return where the condition ends and the main clause begins: a comma, or an inversion."""
    for comma in re.finditer(r",['\"”]?\s+|\s+[—–-]\s+|\s+then\s+", rest.of(view)):
        after = rest.of(view)[comma.end() : comma.end() + 90]
        if (
            re.match(
                rf"(?:then\s+)?(?:[\w'’-]+\s+){{0,6}}?[\w'’-]*?\b{_MODAL}\b", after, re.IGNORECASE
            )
            or (re.match(r"(?:[\w'’-]+\s+){1,3}(?:'ll|'d)\b", after))
            or re.match(r"(?:we|i|you|they|he|she|it|there)\b", after, re.IGNORECASE)
        ):
            return rest.start + comma.start(), rest.start + comma.end()
    inverted = re.search(
        r"\s+(?=(?:can|could|will|would|shall|may)\s+(?:the|we|i|it|they|he|she|there|our|a)\b)",
        rest.of(view), re.IGNORECASE,
    )  # fmt: skip
    if inverted:
        return rest.start + inverted.start(), rest.start + inverted.end()
    return None


def _embedded(view: str, sentence: Span, start: int, marker: Span) -> tuple[Span, Span] | None:
    """“… said that, if Congress pays half, the state will build”: a condition between commas."""
    if not re.search(r"(?:\bthat|,|\band|\bbut)\W*$", view[sentence.start : start]):
        return None
    cut = _main_clause(view, Span(marker.end, sentence.end))
    if cut is None:
        return None
    head = view[max(sentence.start, start - 12) : start]
    if re.search(r"\bthat\W*$", head) or re.search(r"\b(?:and|but)\W*$", head):
        return _clean(view, Span(start, cut[0])), _clean(view, Span(cut[1], sentence.end))
    return None


def _consequence_before(view: str, before: Span) -> Span:
    """Cut what stands before the consequence: the clause of saying that leads up to “that”."""
    words = before.of(view)
    lead = re.match(
        r"(?:[^,.;]{0,80}?\b(?:said|says|told|declared|announced|added|insisted|stated|warned"
        r"|wrote)"
        r"(?:\s+(?!that\b)[\w']+){0,3}?\s+(?:that\s+)?|\W*(?:and|but|yet|so|that)\s+)(?=\S)",
        words, re.IGNORECASE,
    )  # fmt: skip
    return Span(before.start + lead.end(), before.end) if lead else before


def _command(view: str, sentence: Span) -> Conditional | None:
    """Take apart “give us the map, and we will remove the mines”."""
    trimmed_span = _clean(view, sentence)
    match = _COMMAND.match(view, *trimmed_span)
    if (
        not match
        or match["marker"].casefold() in _NO_COMMAND
        or match["marker"].casefold().endswith("s")
    ):
        return None
    return Conditional(
        Span(*match.span("marker")),
        _clean(view, Span(*match.span("if"))),
        _clean(view, Span(*match.span("then"))),
        "command",
    )


def _clean(view: str, span: Span) -> Span:
    """Return ``span`` without blanks, commas and marks at its ends."""
    start, end = trimmed(view, span)
    while start < end and view[start] in " ,;:.—–-“”\"'…":
        start += 1
    while end > start and view[end - 1] in ' ,;:.—–-“”"…!':
        end -= 1
    return Span(start, end)
