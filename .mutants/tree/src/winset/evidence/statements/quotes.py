"""Quotation marks: which open, which close, and what stands between them."""

import re
from dataclasses import dataclass

from winset.evidence.reading.spans import Span
from winset.evidence.statements.lexicon import TITLED, word_set

_DOUBLE = '"“”„‟«»＂'
_MARKS = re.compile(f"[{_DOUBLE}]")
# Wires set two apostrophes for a double mark; British papers a single mark for any.
_APOSTROPHES = re.compile(r"(?<!['\w])''(?!['\s])(.{2,6000}?)(?<!['\s])''(?!['\w])")
_SINGLE = re.compile(r"(?<![\w’'])[‘'](?=\w)([^‘\n]{2,1200}?)(?<=\S)[’'](?![\w’'])")
_SMALL = word_set("a an and as at but by for from in nor of on or the to with vs versus")
_BEFORE_OPENING = frozenset("([{—–-/‘'…:,;.")
_AFTER_CLOSING = frozenset(".,;:!?)]}—–-/’'…")
LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Quotation:
    """What stands between two marks of one paragraph.

    Attributes:
        span: with the marks.
        inner: without them.
        double: between double marks; else between single marks or pairs of apostrophes, which are
            less sure to be marks.
        closed: False when the paragraph ends first and the next one goes on quoting.
    """

    span: Span
    inner: Span
    double: bool = True
    closed: bool = True


def quotations(text: str, paragraph: Span, following: Span | None = None) -> tuple[Quotation, ...]:
    """Return the outermost quotations of one paragraph, in order.

    What stands beside a straight mark decides whether it opens or closes, and so with curly marks
    set the wrong way round. A mark left open counts when the ``following`` paragraph begins with
    one, as is the custom for a speech of several paragraphs. Single marks count only in a paragraph
    without double ones.

    >>> text = 'He said "no" and “not yet," and left.'
    >>> [q.inner.of(text) for q in quotations(text, Span(0, len(text)))]
    ['no', 'not yet,']
    """
    quoted: list[Quotation] = []
    opened: int | None = None
    marks = list(_MARKS.finditer(text, *paragraph))
    for mark in marks:
        at = mark.start()
        if opened is None:
            if not _only_closes(text, at, paragraph):
                opened = at
        elif _opens_again(text, at, paragraph):
            opened = at
        else:
            if opened + 1 < at <= opened + LONGEST:
                quoted.append(Quotation(Span(opened, at + 1), Span(opened + 1, at)))
            opened = None
    if opened is not None and following is not None and text[following.start] in _DOUBLE:
        quoted.append(
            Quotation(Span(opened, paragraph.end), Span(opened + 1, paragraph.end), closed=False)
        )
    if not marks:
        pattern = _APOSTROPHES if "''" in paragraph.of(text) else _SINGLE
        for pair in pattern.finditer(text, *paragraph):
            quoted.append(Quotation(Span(*pair.span()), Span(*pair.span(1)), double=False))
    return tuple(quoted)


def is_name(text: str, quotation: Quotation) -> bool:
    """Return whether the marks hold a title rather than speech.

    Every word of a title but the smallest is a capital, and it neither stands alone nor is set off
    from its sentence by a comma or colon; or a word such as “film” stands before it.

    >>> text = "He told “Fox and Friends” that “time is money.”"
    >>> [is_name(text, q) for q in quotations(text, Span(0, len(text)))]
    [True, False]
    """
    words = re.findall(r"[^\W_][\w’'-]*", quotation.inner.of(text))
    before = text[max(0, quotation.span.start - 40) : quotation.span.start]
    if len(words) > 8 or not words or not words[0][0].isupper():
        return False
    last = re.findall(r"[\w-]+", before.casefold())[-1:]
    if last and last[0] in TITLED and before[-1:] == " " and before.rstrip()[-1:].isalnum():
        return True
    if not before.strip() or before.rstrip()[-1] in ',:.?!”"…':
        return False
    capital = [w[0].isupper() or w[0].isdigit() for w in words if w.casefold() not in _SMALL]
    return len(words) > 1 and all(capital) and words[0] not in ("I",)


def _beside(text: str, at: int, paragraph: Span) -> tuple[str, str]:
    before = text[at - 1] if at > paragraph.start else " "
    after = text[at + 1] if at + 1 < paragraph.end else " "
    return before, after


def _only_closes(text: str, at: int, paragraph: Span) -> bool:
    """Return whether the mark can only close, so that nothing opens here."""
    before, after = _beside(text, at, paragraph)
    tight = not before.isspace() and before not in _BEFORE_OPENING
    return tight and (after.isspace() or after in _AFTER_CLOSING)


def _opens_again(text: str, at: int, paragraph: Span) -> bool:
    """Return whether the mark opens although one is open: the earlier one was never closed."""
    before, after = _beside(text, at, paragraph)
    if text[at] in "“„«":
        return not (after.isspace() or after in _AFTER_CLOSING) or before.isspace()
    if text[at] in "”»":
        return False
    return before.isspace() and not after.isspace() and after not in ".,;:!?)"
