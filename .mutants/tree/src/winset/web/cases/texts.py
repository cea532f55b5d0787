"""A document's text as a page shows it: paragraph by paragraph, offsets in code points throughout.

What is invisible or turns the direction of writing is shown as “�”, one character for one, so that
an offset counted in the page is an offset in the text.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePosixPath

from winset.case.model import Case
from winset.case.parts import Document
from winset.charts.text import shown
from winset.errors import WinsetError
from winset.evidence.anchors import kept_text
from winset.evidence.reading.documents import Text, as_text
from winset.web import words

MOST_SHOWN = 5_000_000  # characters
_BLANKS = str.maketrans(dict.fromkeys("\r\v\f\x1c\x1d\x1e\x1f\x85", " "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph.

    Attributes:
        start: of its first character in the document, in code points.
        role: title, byline, caption, body or clutter.
        text: as long as the stretch of the document that it shows.
    """

    start: int
    role: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownText:
    """The text of a document.

    Attributes:
        digest: of the text, to be sent back with what is coded in it; empty where none is kept.
        blocks: every paragraph, in order.
        sentences: start and end of each sentence, one after the other in one list.
        trouble: why there is no text, or what is wrong with it; empty when all is well.
        whole: what is kept, to anchor words in; empty where nothing is.
    """

    digest: str
    blocks: tuple[Block, ...]
    sentences: tuple[int, ...]
    trouble: str
    whole: str


def shown_text(case: Case, document: Document) -> ShownText:
    """Return the text of ``document`` as it is kept now."""
    try:
        stored = kept_text(case, document)
    except WinsetError as error:
        return ShownText(digest="", blocks=(), sentences=(), trouble=str(error), whole="")
    if stored is None:
        trouble = words.TEXT_MISSING
        return ShownText(digest="", blocks=(), sentences=(), trouble=trouble, whole="")
    file = PurePosixPath(document.file or "")
    digest, text = _read(stored, file.suffix.casefold() in (".md", ".markdown"))
    trouble = ""
    if document.sha256 not in (None, digest):
        trouble = words.TEXT_EDITED
    elif len(stored) > MOST_SHOWN:
        trouble = words.only_first(MOST_SHOWN)
    blocks, sentences = _laid_out(text)
    return ShownText(
        digest=digest, blocks=blocks, sentences=sentences, trouble=trouble, whole=stored
    )


@lru_cache(maxsize=8)
def _read(words: str, markdown: bool) -> tuple[str, Text]:
    digest = hashlib.sha256(words.encode()).hexdigest()
    return digest, as_text(words[:MOST_SHOWN], markdown=markdown)


@lru_cache(maxsize=8)
def _laid_out(text: Text) -> tuple[tuple[Block, ...], tuple[int, ...]]:
    roles = {line.span.start: line.role for line in text.lines}
    blocks = tuple(
        Block(
            start=paragraph.start,
            role=roles.get(paragraph.start, "body"),
            text=visible(paragraph.of(text.text)),
        )
        for paragraph in text.paragraphs
    )
    return blocks, tuple(offset for sentence in text.sentences for offset in sentence)


def visible(words: str) -> str:
    """Return ``words`` as a page shows them, character for character.

    >>> visible("one" + chr(0x202E) + "two" + chr(13))
    'one�two '
    """
    return shown(words.translate(_BLANKS))
