"""Doubts about documents, and about what is anchored in them."""

import hashlib
from collections.abc import Iterator

from winset.case.document_files import kept_bytes, span_digest
from winset.case.doubts.doubt import DoubtKind, Sighting
from winset.case.model import Case
from winset.case.parts import Statement
from winset.case.ranges import number_text
from winset.errors import WinsetError, shorten


def _cited(case: Case) -> set[str]:
    lists = [stance.statements for stance in case.stances] + [tie.statements for tie in case.ties]
    lists += [claim.statements for claim in case.claims]
    return {id for cited in lists for id in cited}


def _texts(case: Case) -> dict[str, bytes]:
    """Return the kept texts that can be read, by document."""
    texts = {}
    for document in case.documents:
        try:
            data = kept_bytes(case, document)
        except WinsetError:
            continue
        if data is not None:
            texts[document.id] = data
    return texts


def lost_file(case: Case) -> Iterator[Sighting]:
    """W401."""
    for k, document in enumerate(case.documents):
        try:
            kept_bytes(case, document)
        except WinsetError as error:
            yield Sighting(("documents", k, "file"), document.id, str(error))


def changed_document(case: Case) -> Iterator[Sighting]:
    """W402."""
    texts = _texts(case)
    for k, document in enumerate(case.documents):
        if document.sha256 is None or document.id not in texts:
            continue
        digest = hashlib.sha256(texts[document.id]).hexdigest()
        if digest != document.sha256:
            yield Sighting(("documents", k, "sha256"), document.id, f"a text with {digest}")


def lost_span(case: Case) -> Iterator[Sighting]:
    """W403."""
    texts: dict[str, str | None] = {}
    for id, data in _texts(case).items():
        try:
            texts[id] = data.decode("utf-8")
        except UnicodeDecodeError:
            texts[id] = None
    for k, statement in enumerate(case.statements):
        if statement.document not in texts:
            continue
        text = texts[statement.document]
        if text is None:
            reason = "a text that is not UTF-8"
        elif statement.end > len(text):
            reason = f"an end at {statement.end}, beyond the text's {len(text)} characters"
        elif span_digest(text, statement.start, statement.end) != statement.quote_sha256:
            reason = shorten(text[statement.start : statement.end])
        else:
            continue
        yield Sighting(("statements", k, "start"), f"statement {statement.id}", reason)


def changed_quote(case: Case) -> Iterator[Sighting]:
    """W404."""
    for k, statement in enumerate(case.statements):
        quote = statement.quote
        if quote and span_digest(quote, 0, len(quote)) != statement.quote_sha256:
            where = f"statement {statement.id}"
            yield Sighting(("statements", k, "quote"), where, shorten(quote))


def value_off_scale(case: Case) -> Iterator[Sighting]:
    """W405."""
    scales = {issue.id: issue.scale for issue in case.issues}
    for k, statement in enumerate(case.statements):
        scale = scales.get(statement.issue or "")
        value = statement.value
        if scale and value and not (scale.low <= value.low and value.high <= scale.high):
            ends = f"[{number_text(scale.low)}, {number_text(scale.high)}]"
            numbers = f"{value}, outside {ends}"
            yield Sighting(("statements", k, "value"), f"statement {statement.id}", numbers)


def unresolved_speaker(case: Case) -> Iterator[Sighting]:
    """W406."""
    for k, statement in enumerate(case.statements):
        if statement.status == "accepted" and statement.speaker == "unresolved":
            where = f"statement {statement.id}"
            yield Sighting(("statements", k, "speaker"), where, "“unresolved”, accepted")


def cited_not_accepted(case: Case) -> Iterator[Sighting]:
    """W407."""
    cited = _cited(case) - {s.id for s in case.statements if s.status == "accepted"}
    for k, statement in enumerate(case.statements):
        if statement.id in cited:
            where = f"statement {statement.id}"
            yield Sighting(("statements", k, "status"), where, statement.status)


def id_of_two_coders(case: Case) -> Iterator[Sighting]:
    """W408."""
    first: dict[str, Statement] = {}
    cited = _cited(case)
    for k, statement in enumerate(case.statements):
        other = first.setdefault(statement.id, statement)
        if statement.id in cited and _span(statement) != _span(other):
            other_span = f"another span under the same id by {other.coder}"
            yield Sighting(("statements", k, "id"), f"statement {statement.id}", other_span)


def _span(statement: Statement) -> tuple[str, int, int]:
    return statement.document, statement.start, statement.end


KINDS = (
    DoubtKind(
        code="W401",
        title="a kept text that cannot be read",
        why="Quotations cannot be checked against a text that is not there.",
        remedy="put the file there, or empty the cell if the text may not be kept",
        example="documents.csv names `documents/speech.txt`; the folder has `speech (1).txt`.",
        find=lost_file,
    ),
    DoubtKind(
        code="W402",
        title="a kept text that is not the one coded",
        why="Offsets point into the text that had the digest; in another they may point at other "
        "words.",
        remedy="restore the text (line ends count), or code it anew",
        example="An editor saved the file with Windows line ends: every offset after the first "
        "line is off.",
        find=changed_document,
    ),
    DoubtKind(
        code="W403",
        title="a quotation that is not where its anchor says",
        why="The chain from number to sentence is broken: the reader lands on other words.",
        remedy="anchor the statement again",
        example="start 120, end 180, and the hash of those 60 characters is not quote_sha256. "
        "Offsets count code points of the decoded text from 0, not bytes.",
        find=lost_span,
    ),
    DoubtKind(
        code="W404",
        title="a quotation that was altered",
        why="The quote kept beside the anchor does not have the anchor's digest.",
        remedy="copy the span again, every character",
        example="A curly quotation mark became a straight one in a spreadsheet.",
        find=changed_quote,
    ),
    DoubtKind(
        code="W405",
        title="a statement whose value is off the scale",
        why="Either the scale is too short for what was said, or the number is in other units.",
        remedy="convert it to the issue's units, or widen the scale",
        example="“19,000 centrifuges” coded as 19000 on a scale from 0 to 100.",
        find=value_off_scale,
    ),
    DoubtKind(
        code="W406",
        title="an accepted statement of nobody",
        why="Evidence for a stance must be somebody's words; an unresolved speaker is no one's.",
        remedy="name the speaker, or write `author`",
        example="“A senior official said …”: resolve it, or code it as the author's report.",
        find=unresolved_speaker,
    ),
    DoubtKind(
        code="W407",
        title="a number that rests on a statement nobody accepted",
        why="Proposed statements are unread machine output, rejected ones are known to be wrong.",
        remedy="accept the statement, or cite another",
        example="Stance `pie,ann` cites s7, whose status is `proposed`.",
        find=cited_not_accepted,
    ),
    DoubtKind(
        code="W408",
        title="a cited id that means different spans to two coders",
        why="A stance cites by id alone, so nobody can tell which of the two it rests on.",
        remedy="rename one coder's statement, or let both read the same span",
        example="`s3` is one sentence in statements/ann.csv and another in statements/bob.csv.",
        find=id_of_two_coders,
    ),
)
