"""Extracted statements as rows of a case, for a person to accept or reject."""

from collections.abc import Container, Iterable
from dataclasses import replace

from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.evidence.reading.documents import Text
from winset.evidence.reading.parsing import MODEL
from winset.evidence.reading.spans import one_line
from winset.evidence.statements.extract import ExtractedStatement, extract
from winset.evidence.statements.speakers import AUTHOR, UNRESOLVED

CODER = "machine"
LONGEST_CELL = 2_000


def propose(
    case: Case,
    document: Document,
    text: Text,
    *,
    coder: str = CODER,
    model: str = MODEL,
    keep_quotes: bool = False,
) -> tuple[Statement, ...]:
    """Return the statements in ``text`` as rows of ``case``, with the status ``proposed``.

    A statement of an unknown kind on no issue of the case is left out. One on an issue without a
    clear kind is proposed as a position, and its note says so. A joint statement makes a row for
    each speaker; a speaker who is no actor of the case is ``unresolved``, and named in the note.
    No value is set: sign and number are in the note. A row's id consists of its document's id and
    the place of its first character.

    Args:
        case: whose actors and issues the rows name.
        document: the case's entry for the text.
        text: the words of the document.
        coder: the name under which the rows are written.
        model: the spaCy pipeline that parses.
        keep_quotes: whether to write the words themselves into the rows.
    """
    return rows_of(
        case, document, text, extract(text, case, model=model), coder=coder, keep_quotes=keep_quotes
    )


def rows_of(
    case: Case,
    document: Document,
    text: Text,
    statements: Iterable[ExtractedStatement],
    *,
    coder: str = CODER,
    keep_quotes: bool = False,
) -> tuple[Statement, ...]:
    """Return extracted ``statements`` of ``text`` as rows of ``case``, as :func:`propose` does."""
    speakers_known = {actor.id for actor in case.actors} | {AUTHOR}
    rows: dict[str, Statement] = {}
    for extracted in statements:
        if extracted.kind == "unknown" and not extracted.issue:
            continue
        speakers = (s if s in speakers_known else UNRESOLVED for s in extracted.speakers)
        for speaker in dict.fromkeys(speakers):
            row = _row(extracted, text, document, speaker)
            quote = extracted.content.of(text.text) if keep_quotes else ""
            id = free_id(document.id, extracted.content.start, rows)
            rows[id] = replace(row, coder=coder, id=id, quote=quote)
    return tuple(rows.values())


def free_id(document: str, start: int, taken: Container[str]) -> str:
    """Return an id for a row at ``start`` of ``document`` that is not among those ``taken``.

    >>> free_id("letters", 42, {"letters-42"})
    'letters-42.2'
    """
    id = first = f"{document[:60]}-{start}"
    number = 1
    while id in taken:
        number += 1
        id = f"{first}.{number}"
    return id


def _row(extracted: ExtractedStatement, text: Text, document: Document, speaker: str) -> Statement:
    start, end = extracted.content
    return Statement(
        coder=CODER,
        id="0",
        document=document.id,
        start=start,
        end=end,
        quote_sha256=span_digest(text.text, start, end),
        speaker=speaker,
        issue=extracted.issue or None,
        kind="position" if extracted.kind == "unknown" else extracted.kind,
        condition=one_line(extracted.condition.of(text.text))[:LONGEST_CELL]
        if extracted.condition
        else "",
        note=one_line("; ".join(_notes(extracted, text, speaker)))[:LONGEST_CELL],
    )


def _notes(extracted: ExtractedStatement, text: Text, speaker: str) -> list[str]:
    notes = [f"rule: {extracted.rule}"]
    if speaker == UNRESOLVED and extracted.mention is not None:
        notes.append(f"said by “{extracted.mention.of(text.text)}”")
    if extracted.kind == "unknown":
        notes.append("kind not clear, position by default")
    if extracted.trigger is not None:
        notes.append(f"trigger: “{extracted.trigger.of(text.text)}”")
    if extracted.consequence is not None:
        notes.append(f"then: “{extracted.consequence.of(text.text)}”")
    if extracted.sign != "unknown":
        notes.append(extracted.sign)
    if extracted.number is not None:
        notes.append(f"number: {extracted.number:g}")
    if extracted.about:
        notes.append(f"about {', '.join(extracted.about)}")
    return notes
