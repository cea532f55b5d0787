"""Anchors: where a statement stands in a text that may have changed since it was coded.

A statement is located by its own words and the words beside them, never by its offsets alone.
Words count as the same when they differ only in line breaks, blanks or typographic marks. A
statement whose place is uncertain is reported as lost; nothing is moved on a guess.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from winset.case.document_files import kept_bytes, span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.errors import WinsetError

CONTEXT = 48  # characters remembered on each side, more where the text repeats itself
MOST_CONTEXT = 1_536
ENOUGH = 24  # characters that make one side evidence
ALONE = 40  # characters of a quote that is unique enough without any context
NEAR = 20_000  # characters around the old place searched for a quote known by its digest only

_MARKS = str.maketrans(
    dict.fromkeys("“”„‟«»＂", '"')
    | dict.fromkeys("‘’‚‛′", "'")
    | dict.fromkeys("‐‑‒–—−", "-")
    | dict.fromkeys("\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2028\u2029\u202f\u205f", " ")
    | {chr(code): " " for code in range(0x2000, 0x200B)}
    | {chr(0x3000): " "}
)
_UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What is known of a span, so that it can be located in another text.

    Attributes:
        start: where it stood, in characters.
        end: one past its last character.
        quote_sha256: digest of its UTF-8 bytes.
        quote: its words; empty where the text may not be stored.
        prefix: what stood before it; None where that was not recorded.
        suffix: what stood after it; None likewise.
    """

    start: int
    end: int
    quote_sha256: str
    quote: str = ""
    prefix: str | None = None
    suffix: str | None = None


@dataclass(frozen=True, slots=True)
class TextPlace:
    """Where an anchor holds in a text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class LostAnchor:
    """Why an anchor holds nowhere for sure."""

    reason: str


def anchor_of(statement: Statement, text: str | None = None) -> Anchor:
    """Return the anchor of ``statement``, with words and context where its ``text`` is at hand."""
    anchor = Anchor(
        start=statement.start,
        end=statement.end,
        quote_sha256=statement.quote_sha256,
        quote=statement.quote,
    )
    if text is None or span_digest(text, statement.start, statement.end) != statement.quote_sha256:
        return anchor
    prefix, suffix = context(text, statement.start, statement.end)
    return replace(
        anchor, quote=text[statement.start : statement.end], prefix=prefix, suffix=suffix
    )


def context(text: str, start: int, end: int) -> tuple[str, str]:
    """Return what stands before and after a span: enough to make it unique.

    >>> context("They want half of the pie.", 10, 14)
    ('They want ', ' of the pie.')
    """
    length = CONTEXT
    while True:
        first, last = max(0, start - length), end + length
        halves = text[max(0, start - length // 2) : end + length // 2]
        parts = text[first:end], text[start:last], halves
        if length >= MOST_CONTEXT or all(text.count(part) == 1 for part in parts):
            return text[first:start], text[end:last]
        length *= 2


class Haystack:
    """A text to find anchors in, prepared once for many of them."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded, self._starts, self._ends = _fold(text)

    def find(self, anchor: Anchor) -> TextPlace | LostAnchor:
        """Return where ``anchor`` holds in the text, or why its place is uncertain."""
        quote = anchor.quote or self._words_of(anchor)
        if quote is None:
            return LostAnchor(
                "its words are not in the text near the old place, and the case has no quote of it"
            )
        spots = self._spots(quote)
        if not spots:
            return LostAnchor("its words are not in the text")
        if anchor.prefix is None and anchor.suffix is None:
            return self._without_context(anchor, quote, spots)
        sides = [(spot, *self._sides(anchor, spot)) for spot in spots]
        both = [spot for spot, left, right in sides if left.whole and right.whole]
        one = [spot for spot, left, right in sides if _enough(left, right)]
        for chosen in (both, one):
            if len(chosen) == 1:
                return self._place(chosen[0], quote)
            if chosen:
                return LostAnchor(
                    f"its words stand {len(chosen)} times with what stood beside them; "
                    "which one is meant is uncertain"
                )
        times = "elsewhere" if len(spots) == 1 else f"{len(spots)} times"
        return LostAnchor(f"its words stand {times}, but not beside what stood there")

    def places(self, quote: str) -> tuple[TextPlace, ...]:
        """Return every place where the words of ``quote`` stand, overlaps included."""
        return tuple(self._place(spot, quote) for spot in self._spots(quote))

    def _without_context(
        self, anchor: Anchor, quote: str, spots: list[tuple[int, int]]
    ) -> TextPlace | LostAnchor:
        places = [self._place(spot, quote) for spot in spots]
        here = TextPlace(anchor.start, anchor.end)
        if len(places) == 1 and (here in places or len(quote) >= ALONE):
            return places[0]
        if len(quote) >= ALONE and here in places:
            return here
        if len(places) == 1:
            return LostAnchor(
                "its words stand elsewhere, but are too few to be sure without context"
            )
        return LostAnchor(f"its words stand {len(places)} times, and no context is known")

    def _words_of(self, anchor: Anchor) -> str | None:
        """Return the words of an anchor known by its digest, searched outwards from its place."""
        length = anchor.end - anchor.start
        for step in range(min(NEAR, len(self.text)) + 1):
            for start in {anchor.start - step, anchor.start + step}:
                if not 0 <= start <= len(self.text) - length:
                    continue
                if span_digest(self.text, start, start + length) == anchor.quote_sha256:
                    return self.text[start : start + length]
        return None

    def _spots(self, quote: str) -> list[tuple[int, int]]:
        """Return where the words of ``quote`` stand in the folded text, overlaps included."""
        words = _fold(quote)[0]
        spots, at = [], self._folded.find(words) if words.strip() else -1
        while at >= 0:
            end = at + len(words)
            start, stop = self._starts[at], self._ends[end - 1]
            if _fold(self.text[start:stop])[0] == words:
                spots.append((at, end))
            at = self._folded.find(words, at + 1)
        return spots

    def _place(self, spot: tuple[int, int], quote: str) -> TextPlace:
        """Return the place of folded words; to the very character where ``quote`` stands as is."""
        folded, starts, _ = _fold(quote)
        visible = len(folded) - len(folded.lstrip())
        start = self._starts[spot[0] + visible] - starts[visible]
        if start >= 0 and self.text.startswith(quote, start):
            return TextPlace(start, start + len(quote))
        return TextPlace(self._starts[spot[0]], self._ends[spot[1] - 1])

    def _sides(self, anchor: Anchor, spot: tuple[int, int]) -> "tuple[_Side, _Side]":
        prefix = _fold(anchor.prefix or "")[0].lstrip()
        suffix = _fold(anchor.suffix or "")[0].rstrip()
        before = self._folded[max(0, spot[0] - 2 * len(prefix) - ENOUGH) : spot[0]]
        after = self._folded[spot[1] : spot[1] + 2 * len(suffix) + ENOUGH]
        return _side(prefix[::-1], before[::-1]), _side(suffix, after)


@dataclass(frozen=True, slots=True)
class _Side:
    """How much of what stood on one side of an anchor stands there again.

    Attributes:
        whole: all of it, and enough of it or up to the same edge of the text.
        half: at least half of it, and enough.
        long: whether there was enough on this side to be evidence alone.
    """

    whole: bool
    half: bool
    long: bool


def _side(remembered: str, text: str) -> _Side:
    """Compare outwards from the anchor."""
    length = 0
    for a, b in zip(remembered, text, strict=False):
        if a != b:
            break
        length += 1
    long = len(remembered) >= ENOUGH
    whole = length == len(remembered) and (long or not text[length:].strip())
    return _Side(whole=whole, half=2 * length >= max(len(remembered), 2 * ENOUGH), long=long)


def _enough(left: _Side, right: _Side) -> bool:
    """Return whether one long side is whole, or both are whole or half there."""
    one = (left.whole and left.long) or (right.whole and right.long)
    return one or ((left.whole or left.half) and (right.whole or right.half))


def same_words(text: str) -> str:
    """Return ``text`` with one kind of quotation mark, dash and blank, to be compared.

    >>> same_words("Iran’s —  it") == same_words("Iran's - it")
    True
    """
    return _fold(text)[0]


def _fold(text: str) -> tuple[str, list[int], list[int]]:
    """Return ``text`` with one kind of quotation mark, dash and blank, and where each part was.

    Returns:
        The folded text; for each of its characters, where in ``text`` it begins and ends.
    """
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, character in enumerate(text.translate(_MARKS)):
        if character in _UNSEEN:
            continue
        if character == " " and folded and folded[-1] == " ":
            ends[-1] = at + 1
            continue
        for part in "..." if character == "…" else character:
            folded.append(part)
            starts.append(at)
            ends.append(at + 1)
    return "".join(folded), starts, ends


@dataclass(frozen=True, slots=True, kw_only=True)
class Reanchored:
    """Statements after their documents changed.

    Attributes:
        case: the case with each located statement at its new place.
        moved: statements that stand elsewhere than before: old row, new row.
        lost: statements that were left as they are, and why.
    """

    case: Case
    moved: tuple[tuple[Statement, Statement], ...]
    lost: tuple[tuple[Statement, str], ...]


def reanchor(case: Case, before: Mapping[str, str] | None = None) -> Reanchored:
    """Return ``case`` with its statements anchored in the texts that it keeps now.

    Args:
        case: read from a folder; documents without a text in the case stay as they are.
        before: the earlier texts where they are at hand, document to text: with them, words are
            distinguished by what stood beside them.
    """
    before = before or {}
    rows = {(row.coder, row.id): row for row in case.statements}
    documents: list[Document] = []
    moved: list[tuple[Statement, Statement]] = []
    lost: list[tuple[Statement, str]] = []
    for document in case.documents:
        text = kept_text(case, document)
        own = [row for row in case.statements if row.document == document.id]
        if text is not None:
            digest = hashlib.sha256(text.encode()).hexdigest()
            if document.sha256 != digest or not all(_holds(row, text) for row in own):
                document = replace(document, sha256=digest if document.sha256 else None)
                for old, new in _anchored(own, text, before.get(document.id)):
                    if isinstance(new, str):
                        lost.append((old, new))
                    elif new != old:
                        moved.append((old, new))
                        rows[old.coder, old.id] = new
        documents.append(document)
    changed = replace(case, documents=tuple(documents), statements=tuple(rows.values()))
    return Reanchored(case=changed, moved=tuple(moved), lost=tuple(lost))


def _anchored(
    rows: Iterable[Statement], text: str, before: str | None
) -> Iterable[tuple[Statement, Statement | str]]:
    haystack = Haystack(text)
    for row in rows:
        place = haystack.find(anchor_of(row, before))
        yield row, place.reason if isinstance(place, LostAnchor) else at_place(row, text, place)


def at_place(statement: Statement, text: str, place: TextPlace) -> Statement:
    """Return ``statement`` anchored at ``place`` of ``text``; its quote follows if it has one."""
    return replace(
        statement,
        start=place.start,
        end=place.end,
        quote_sha256=span_digest(text, place.start, place.end),
        quote=text[place.start : place.end] if statement.quote else "",
    )


def _holds(statement: Statement, text: str) -> bool:
    return span_digest(text, statement.start, statement.end) == statement.quote_sha256


def kept_text(case: Case, document: Document) -> str | None:
    """Return the text of ``document``; None where the case does not have it.

    Raises:
        WinsetError: when the file named cannot be read as UTF-8 text.
    """
    data = kept_bytes(case, document)
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise WinsetError(
            f"{document.file}: must be UTF-8 text; found byte 0x{data[error.start]:02x} at "
            f"{error.start}; save it as UTF-8"
        ) from None


def sentence_around(text: str, start: int, end: int, *, most: int = 400) -> tuple[str, str, str]:
    """Return what a reader needs round a span: before, the span itself, after, each cut at blanks.

    >>> sentence_around("One. They want half of it. Two.", 15, 19)
    ('They want ', 'half', ' of it.')
    """
    before, after = text[max(0, start - most) : start], text[end : end + most]
    begun = [match.end() for match in re.finditer(r"[.!?…][\"”’)\]]*\s+|\n\s*", before)]
    if begun:
        before = before[begun[-1] :]
    ended = re.search(r"[.!?…][\"”’)\]]*(?=\s|$)|\n", after)
    whole = re.search(r"[.!?…][\"”’)\]]*\s*$", text[start:end])
    return before, text[start:end], "" if whole else after[: ended.end()] if ended else after
