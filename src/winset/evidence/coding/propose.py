"""What the rules find, as rows of a case for a person to accept or reject."""

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

    Rows that say nothing of the case are left out: those of an unknown kind on none of its issues.
    A row on an issue without a clear kind is proposed as a position, and its note says so. What
    several say together makes a row for each; who is no actor of the case is ``unresolved``, and
    named in the note. No value is set: sign and number stand in the note. A row's id is its
    document's and the place of its first character.

    Args:
        case: whose actors and issues the rows name.
        document: the case's entry for the text.
        text: what the document says.
        coder: under whose name the rows stand.
        model: the spaCy pipeline that parses.
        keep_quotes: write the words themselves into the rows, where the text may be kept.
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
    """Return what was found in ``text`` as rows of ``case``, as :func:`propose` does."""
    known = {actor.id for actor in case.actors} | {AUTHOR}
    rows: dict[str, Statement] = {}
    for found in statements:
        if found.kind == "unknown" and not found.issue:
            continue
        speakers = (s if s in known else UNRESOLVED for s in found.speakers)
        for speaker in dict.fromkeys(speakers):
            row = _row(found, text, document, speaker)
            quote = found.content.of(text.text) if keep_quotes else ""
            id = free_id(document.id, found.content.start, rows)
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


def _row(found: ExtractedStatement, text: Text, document: Document, speaker: str) -> Statement:
    start, end = found.content
    return Statement(
        coder=CODER,
        id="0",
        document=document.id,
        start=start,
        end=end,
        quote_sha256=span_digest(text.text, start, end),
        speaker=speaker,
        issue=found.issue or None,
        kind="position" if found.kind == "unknown" else found.kind,
        condition=one_line(found.condition.of(text.text))[:LONGEST_CELL] if found.condition else "",
        note=one_line("; ".join(_notes(found, text, speaker)))[:LONGEST_CELL],
    )


def _notes(found: ExtractedStatement, text: Text, speaker: str) -> list[str]:
    notes = [f"rule: {found.rule}"]
    if speaker == UNRESOLVED and found.mention is not None:
        notes.append(f"said by “{found.mention.of(text.text)}”")
    if found.kind == "unknown":
        notes.append("kind not clear, position by default")
    if found.trigger is not None:
        notes.append(f"trigger: “{found.trigger.of(text.text)}”")
    if found.consequence is not None:
        notes.append(f"then: “{found.consequence.of(text.text)}”")
    if found.sign != "unknown":
        notes.append(found.sign)
    if found.number is not None:
        notes.append(f"number: {found.number:g}")
    if found.about:
        notes.append(f"about {', '.join(found.about)}")
    return notes
