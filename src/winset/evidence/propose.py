"""What the rules find, as rows of a case for a person to accept or reject."""

from dataclasses import replace

from winset.case.kept import span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.evidence.documents import Text
from winset.evidence.extract import Found, extract
from winset.evidence.parsing import MODEL

CODER = "machine"


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
    several say together makes a row for each. No value is set: sign and number stand in the note.

    Args:
        case: whose actors and issues the rows name.
        document: the case's entry for the text.
        text: what the document says.
        coder: under whose name the rows stand.
        model: the spaCy pipeline that parses.
        keep_quotes: write the words themselves into the rows, where the text may be kept.
    """
    statements: list[Statement] = []
    for found in extract(text, case, model=model):
        if found.kind == "unknown" and not found.issue:
            continue
        for speaker in found.speakers:
            row = _row(found, text, document, speaker)
            quote = found.content.of(text.text) if keep_quotes else ""
            id = f"{document.id[:60]}-{len(statements) + 1:03d}"
            statements.append(replace(row, coder=coder, id=id, quote=quote))
    return tuple(statements)


def _row(found: Found, text: Text, document: Document, speaker: str) -> Statement:
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
        condition=_words(found.condition.of(text.text)) if found.condition else "",
        note=_words("; ".join(_notes(found, text))),
    )


def _notes(found: Found, text: Text) -> list[str]:
    notes = [f"rule: {found.rule}"]
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


def _words(text: str) -> str:
    """Return ``text`` on one line, as a cell can hold it."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:2_000]
