"""The gate: an answer of a language model becomes a proposal only if the document supports it.

Quoted words are looked up in the passage, which gives their place; words that are not in it are
rejected, with the reason. Status, ids, places, coder and value are never read from an answer. Words
are the same if they differ only in quotation marks, dashes, blanks or line breaks
(`winset.evidence.anchors`); the proposal has those of the document.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.errors import WinsetError, shorten
from winset.evidence.anchors import Haystack, TextPlace, same_words
from winset.evidence.coding.decisions import KINDS
from winset.evidence.coding.propose import free_id
from winset.evidence.llm.prompt import MOST_STATEMENTS
from winset.evidence.reading.documents import Text
from winset.evidence.reading.spans import Span, one_line, trimmed
from winset.evidence.statements.extract import FEWEST_WORDS
from winset.evidence.statements.speakers import AUTHOR, UNRESOLVED, Directory

LONGEST_QUOTE = 3_000
LONGEST_MENTION = 200
LONGEST_NOTE = 500
_READ = ("quote", "before", "after", "speaker", "named_as", "issue", "kind", "condition", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """A statement of an answer that was rejected.

    Attributes:
        document: id of the document.
        quote: what it claims to quote, shortened.
        reason: why it was rejected.
    """

    document: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GateResult:
    """What passed the gate, and what did not.

    Attributes:
        mentions: the names of the speakers who are not actors of the case.
    """

    rows: tuple[Statement, ...]
    rejections: tuple[Rejection, ...]
    mentions: tuple[str, ...]


class _RefusedError(Exception):
    """Why one statement is rejected."""


def read_answer(body: str) -> list[object]:
    """Return the statements in the ``body`` of a chat completion, unchanged.

    Raises:
        WinsetError: when it is cut off, refused, or not of the required form.
    """
    answer = _json(body, "answer")
    try:
        choice = answer["choices"][0]
        content, ended = choice["message"]["content"], choice.get("finish_reason")
    except (KeyError, IndexError, TypeError, AttributeError):
        raise WinsetError(
            f"answer: must be a chat completion; found {shorten(body)}; check that the endpoint "
            "speaks OpenAI's API"
        ) from None
    if ended == "length":
        raise WinsetError(
            "answer: must be whole; found one cut off at the model's limit; use a model with "
            "longer answers"
        )
    if ended == "content_filter" or not isinstance(content, str) or not content.strip():
        raise WinsetError(f"answer: must hold statements; found none ({shorten(ended)})")
    fenced = re.fullmatch(r"\s*```(?:json)?\s*\n(.*?)\n\s*```\s*", content, re.DOTALL)
    answered = _json(fenced[1] if fenced else content, "answer's content")
    statements = answered.get("statements") if isinstance(answered, dict) else None
    if not isinstance(statements, list):
        raise WinsetError(
            f"answer's content: must be an object with a list of statements; found "
            f"{shorten(content)}"
        )
    return statements


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise WinsetError(f"{where}: must be JSON; found {shorten(text)}") from None


def gated(
    case: Case,
    document: Document,
    text: Text,
    passage: Span,
    statements: Sequence[object],
    *,
    coder: str,
    origin: str,
) -> GateResult:
    """Return as rows those ``statements`` of an answer that its ``passage`` supports.

    Args:
        case: whose actors and issues they name.
        document: the case's entry of the document; where its text is stored, rows quote it.
        text: the words of the document.
        passage: the part that was sent to the model.
        statements: as :func:`read_answer` returns them.
        coder: the name under which the rows are written.
        origin: which model answered, for the notes of the rows.
    """
    gate = _Gate(case, document, text, passage, origin)
    rows: dict[str, Statement] = {}
    rejections: list[Rejection] = []
    mentions: list[str] = []
    beyond = len(statements) - MOST_STATEMENTS
    for entry in statements[:MOST_STATEMENTS]:
        quote = entry.get("quote", "") if isinstance(entry, dict) else entry
        try:
            row, mention = gate.row(entry)
            if any(_key(row) == _key(other) for other in rows.values()):
                raise _RefusedError("stands twice in the answer")
        except _RefusedError as refused:
            rejections.append(
                Rejection(document=document.id, quote=shorten(quote), reason=str(refused))
            )
            continue
        id = free_id(document.id, row.start, rows)
        rows[id] = replace(row, coder=coder, id=id)
        if row.speaker == UNRESOLVED:
            mentions.append(mention)
    if beyond > 0:
        reason = f"beyond the {MOST_STATEMENTS} statements that an answer may have"
        rejections.append(Rejection(document=document.id, quote=f"({beyond} more)", reason=reason))
    return GateResult(
        rows=tuple(rows.values()), rejections=tuple(rejections), mentions=tuple(mentions)
    )


def _key(row: Statement) -> tuple[object, ...]:
    return row.start, row.end, row.speaker, row.issue, row.kind


class _Gate:
    """One passage, prepared for looking words up in it."""

    def __init__(
        self, case: Case, document: Document, text: Text, passage: Span, origin: str
    ) -> None:
        self.document = document
        self.text = text.text
        self.passage = passage
        self.origin = origin
        self.haystack = Haystack(passage.of(text.text))
        self.actors = {actor.id for actor in case.actors}
        self.issues = {issue.id for issue in case.issues}
        self.directory = Directory(case.actors)

    def row(self, entry: object) -> tuple[Statement, str]:
        """Return the row that one statement of an answer makes, and how its speaker is named.

        Raises:
            _RefusedError: with the reason.
        """
        if not isinstance(entry, dict):
            raise _RefusedError("is no object")
        cells = {name: self._cell(entry, name) for name in _READ}
        content = self._content(cells)
        speaker, mention = self._speaker(cells)
        if cells["kind"] not in KINDS:
            raise _RefusedError(
                f"kind must be one of {', '.join(KINDS)}; found {shorten(cells['kind'])}"
            )
        if cells["issue"] and cells["issue"] not in self.issues:
            raise _RefusedError(f"issue must be one of the case; found {shorten(cells['issue'])}")
        condition = self._verbatim("condition", cells["condition"]) if cells["condition"] else ""
        start, end = content
        row = Statement(
            coder="model",
            id="0",
            document=self.document.id,
            start=start,
            end=end,
            quote_sha256=span_digest(self.text, start, end),
            speaker=speaker,
            issue=cells["issue"] or None,
            kind=cells["kind"],
            condition=one_line(condition),
            note=self._note(entry, cells, speaker, mention),
            status="proposed",
            quote=self.text[start:end] if self.document.file is not None else "",
        )
        return row, mention

    def _cell(self, entry: dict[str, object], name: str) -> str:
        value = entry.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _RefusedError(f"{name} must be text; found {shorten(value)}")
        longest = LONGEST_MENTION if name in ("speaker", "named_as", "issue", "kind") else None
        if len(value) > (longest or LONGEST_QUOTE):
            raise _RefusedError(
                f"{name} must be at most {longest or LONGEST_QUOTE:,} characters long"
            )
        return value.strip()

    def _content(self, cells: dict[str, str]) -> Span:
        """Return the one place in the document where the quotation stands."""
        quote = cells["quote"]
        if len(quote.split()) < FEWEST_WORDS:
            raise _RefusedError(f"quote must have {FEWEST_WORDS} words or more")
        places = tuple(place for place in self.haystack.places(quote) if self._whole(place))
        if not places:
            raise _RefusedError("quote does not stand in the document")
        if len(places) > 1:
            times = len(places)
            places = tuple(place for place in places if self._beside(place, cells))
            if len(places) != 1:
                raise _RefusedError(
                    f"quote stands {times} times, and the words beside it do not say which is meant"
                )
        start = self.passage.start
        return trimmed(self.text, Span(start + places[0].start, start + places[0].end))

    def _beside(self, place: TextPlace, cells: dict[str, str]) -> bool:
        """Return whether the words before and after ``place`` are those of the answer."""
        before, after = (same_words(cells[name]).strip() for name in ("before", "after"))
        precedes = same_words(self.haystack.text[: place.start]).rstrip()
        follows = same_words(self.haystack.text[place.end :]).lstrip()
        return bool(before or after) and precedes.endswith(before) and follows.startswith(after)

    def _speaker(self, cells: dict[str, str]) -> tuple[str, str]:
        """Return the speaker, and how the passage names it."""
        speaker, mention = cells["speaker"], cells["named_as"]
        if speaker not in self.actors | {AUTHOR, UNRESOLVED}:
            raise _RefusedError(f"speaker must be an actor of the case; found {shorten(speaker)}")
        if mention:
            mention = self._verbatim("named_as", mention)
        if speaker == AUTHOR:
            return AUTHOR, mention
        if not mention:
            raise _RefusedError(
                "named_as must say how the document names the speaker; found nothing"
            )
        actor = self.directory.resolve(mention)
        if UNRESOLVED not in (speaker, actor) and speaker != actor:
            raise _RefusedError(f"speaker must be the actor named; {shorten(mention)} is {actor}")
        return speaker, mention

    def _verbatim(self, name: str, words: str) -> str:
        """Return ``words`` as the document has them."""
        places = self.haystack.places(words)
        whole = [p for p in places if self._whole(p)]
        if not whole:
            raise _RefusedError(f"{name} does not stand in the document: {shorten(words)}")
        return self.haystack.text[whole[0].start : whole[0].end]

    def _whole(self, place: TextPlace) -> bool:
        """Return whether a place does not begin or end within a word."""
        text = self.haystack.text
        inside = (place.start, place.end)
        return not any(
            0 < at < len(text) and text[at - 1].isalnum() and text[at].isalnum() for at in inside
        )

    def _note(
        self, entry: dict[str, object], cells: dict[str, str], speaker: str, mention: str
    ) -> str:
        """Return the note: the model that answered, and what a coder may want to know."""
        notes = [f"by {self.origin}"]
        if speaker == UNRESOLVED:
            notes.append(f"said by “{one_line(mention)}”")
        value = entry.get("value")
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            notes.append(f"suggests the value {shorten(value, 40)}")
        if cells["note"]:
            notes.append(f"says {shorten(cells['note'], LONGEST_NOTE)}")
        return one_line("; ".join(notes))
