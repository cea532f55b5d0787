"""Full-text search over the stored documents of a case, with an index that can be deleted."""

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from winset.case.document_files import kept_bytes
from winset.case.model import Case
from winset.errors import WinsetError
from winset.evidence.disposable import disposable_folder
from winset.evidence.reading.documents import Text
from winset.evidence.reading.reader import HERE, DocumentReading
from winset.evidence.reading.spans import Span

INDEX = Path(".winset") / "search.sqlite"
FORM = "1"  # of the index; a new number makes every index be built again
PLAIN = (".txt", ".text", ".md", ".markdown")
_OPEN, _CLOSE = "\x02", "\x03"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A paragraph that answers a search.

    Attributes:
        document: id in the case.
        paragraph: where the paragraph stands in the document's text.
        words: the paragraph itself.
        matches: where the words looked for stand, in the document's text.
        rank: the smaller, the better (BM25).
    """

    document: str
    paragraph: Span
    words: str
    matches: tuple[Span, ...]
    rank: float


def search(
    case: Case, query: str, *, most: int = 20, keep: bool = True, reading: DocumentReading = HERE
) -> tuple[Hit, ...]:
    """Return the paragraphs of the stored documents that hold all words of ``query``.

    Words in quotation marks must stand together; a star at a word's end stands for any ending.
    Letters count without accents or case.

    Args:
        case: read from a folder that stores documents.
        query: words to look for.
        most: hits to return, best first.
        keep: whether to store the index beside the case (``.winset/search.sqlite``) for the next
            search; otherwise, and where that cannot be written, it lives in memory.
        reading: parser of what is not plain text; by default this process.

    Raises:
        WinsetError: when the query holds no word, or a document is not what the case says it is.
    """
    phrase = _phrase(query)
    with closing(_index(case, keep=keep, reading=reading)) as index:
        rows = index.execute(
            "SELECT document, start, words, highlight(paragraphs, 2, ?, ?), rank FROM paragraphs "
            "WHERE paragraphs MATCH ? ORDER BY rank, document, start LIMIT ?",
            (_OPEN, _CLOSE, phrase, max(0, most)),
        ).fetchall()
    return tuple(_hit(*row) for row in rows)


def documents_of(case: Case, *, reading: DocumentReading = HERE) -> Iterator[tuple[str, Text]]:
    """Yield the id and the text of each document stored in ``case``.

    Raises:
        WinsetError: when one cannot be read, or its bytes are not those of its digest.
    """
    for document in case.documents:
        data = kept_bytes(case, document)
        if data is None or document.file is None:
            continue
        digest = hashlib.sha256(data).hexdigest()
        if document.sha256 is not None and document.sha256 != digest:
            raise WinsetError(
                f"{document.file}: must be the document with the digest {document.sha256[:12]}…; "
                f"found {digest[:12]}…; it was changed after it was entered"
            )
        plain = PurePosixPath(document.file).suffix.casefold() in PLAIN
        yield document.id, (HERE if plain else reading).document(data, document.file)


def _phrase(query: str) -> str:
    """Return ``query`` in SQLite's syntax, with no part of it read as an operator."""
    parts = []
    for quoted, bare in re.findall(r'["“]([^"“”]+)["”]|(\S+)', query):
        words = re.findall(r"\w+", quoted or bare)
        if words:
            star = "*" if bare.endswith("*") else ""
            parts.append('"' + " ".join(words) + '"' + star)
    if not parts:
        raise WinsetError("search: must have a word to search for; found none")
    return " AND ".join(parts)


def _index(case: Case, *, keep: bool, reading: DocumentReading) -> sqlite3.Connection:
    state = FORM + "".join(
        f"\n{d.id} {d.file} {hashlib.sha256(kept_bytes(case, d) or b'').hexdigest()}"
        for d in case.documents
        if d.file is not None
    )
    nothing = state == FORM
    stored = _stored_index(case.folder) if keep and case.folder and not nothing else None
    if stored is not None:
        try:
            if _state(stored) != state:
                _fill(stored, case, state, reading)
            return stored
        except sqlite3.DatabaseError:
            # Broken, locked, or on a medium that cannot be written: do without.
            stored.close()
    memory = sqlite3.connect(":memory:")
    _fill(memory, case, state, reading)
    return memory


def _stored_index(folder: Path) -> sqlite3.Connection | None:
    path = folder / INDEX
    try:
        disposable_folder(folder)
        return None if path.is_symlink() else sqlite3.connect(path, timeout=5)
    except (OSError, WinsetError, sqlite3.Error):
        return None


def _state(index: sqlite3.Connection) -> str:
    try:
        row = index.execute("SELECT state FROM made_from").fetchone()
    except sqlite3.OperationalError:
        return ""
    return str(row[0]) if row else ""


def _fill(index: sqlite3.Connection, case: Case, state: str, reading: DocumentReading) -> None:
    with index:
        index.execute("DROP TABLE IF EXISTS paragraphs")
        index.execute("DROP TABLE IF EXISTS made_from")
        index.execute(
            "CREATE VIRTUAL TABLE paragraphs USING fts5(document UNINDEXED, start UNINDEXED, "
            "words, tokenize = 'unicode61 remove_diacritics 2')"
        )
        for name, text in documents_of(case, reading=reading):
            index.executemany(
                "INSERT INTO paragraphs VALUES (?, ?, ?)",
                ((name, span.start, _storable(span.of(text.text))) for span in text.paragraphs),
            )
        index.execute("CREATE TABLE made_from (state TEXT)")
        index.execute("INSERT INTO made_from VALUES (?)", (state,))


def _storable(words: str) -> str:
    """Return ``words`` without the two characters that mark a match, offset for offset."""
    return words.replace(_OPEN, " ").replace(_CLOSE, " ").replace("\0", " ")


def _hit(document: str, start: int, words: str, marked: str, rank: float) -> Hit:
    matches, at, opened = [], start, start
    for character in marked:
        if character == _OPEN:
            opened = at
        elif character == _CLOSE:
            matches.append(Span(opened, at))
        else:
            at += 1
    return Hit(
        document=document,
        paragraph=Span(start, start + len(words)),
        words=words,
        matches=tuple(matches),
        rank=rank,
    )
