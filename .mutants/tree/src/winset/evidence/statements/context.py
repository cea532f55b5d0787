"""Which actor a mention means, as far as its own paragraph shows."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from winset.evidence.reading.parsing import Parsed
from winset.evidence.reading.spans import Span
from winset.evidence.statements.attribution import Attribution, main_subjects, speaks
from winset.evidence.statements.speakers import (
    AUTHOR,
    UNRESOLVED,
    Candidate,
    Directory,
    antecedent,
    fullest,
    pronoun,
)

if TYPE_CHECKING:
    from spacy.tokens import Token


@dataclass(slots=True)
class Paragraph:
    """What is known so far about one paragraph.

    Attributes:
        last: the attribution that a quotation without its own goes on from.
        open: its last quotation goes on in the next paragraph.
        candidates: those whom a pronoun may stand for, in order.
    """

    span: Span
    last: Attribution | None = None
    open: bool = False
    candidates: list[Candidate] = field(default_factory=list)


class Context:
    """Names of the case and of the document, and the paragraph at hand."""

    def __init__(self, text: str, directory: Directory) -> None:
        self.text = text
        self.directory = directory
        self.names: dict[str, set[str]] = {}

    def note_names(self, parsed: Parsed) -> None:
        """Remember the names of the subjects in the document."""
        for subject in main_subjects(parsed):
            if subject.pos_ == "PROPN":
                name = " ".join(parsed.mention(subject).of(self.text).split())
                self.names.setdefault(name.split()[-1], set()).add(name)

    def note_subjects(self, paragraph: Paragraph, parsed: Parsed) -> None:
        """Remember whom a pronoun later in the ``paragraph`` may stand for."""
        for subject in main_subjects(parsed):
            mention = parsed.mention(subject)
            words = mention.of(self.text)
            if pronoun(words) is None and speaks(subject):
                speaker = self._named(words, paragraph)
                fronted = _fronted(parsed, subject)
                paragraph.candidates.append(Candidate(mention.start, words, speaker, fronted))

    def speaker(self, mention: Span | None, paragraph: Paragraph, stands_for: Span | None) -> str:
        """Return whom ``mention`` names: an actor's id, outside a case a name, or unresolved."""
        if mention is None or not paragraph.span.holds(mention):
            # Announced by the paragraph before: what it names counts, a pronoun there does not.
            is_named = mention and pronoun(mention.of(self.text)) is None
            return (
                self._named(mention.of(self.text), paragraph)
                if mention and is_named
                else UNRESOLVED
            )
        words = mention.of(self.text)
        if pronoun(words) is not None and stands_for is not None:
            words = stands_for.of(self.text)
        if words.casefold() in ("i", "my"):
            return AUTHOR
        if pronoun(words) is None:
            return self._named(words, paragraph)
        ahead = [c for c in paragraph.candidates if c.fronts and c.fronts.holds(mention)]
        before = [c for c in paragraph.candidates if c.start < mention.start]
        candidate = antecedent(words, ahead) or antecedent(words, before)
        return candidate.speaker if candidate else UNRESOLVED

    def _named(self, words: str, paragraph: Paragraph) -> str:
        if not self.directory:
            name = _bare(words)
            longer_names = self.names.get(name.split()[-1], ()) if name else ()
            return fullest(name, longer_names) or UNRESOLVED
        speaker = self.directory.resolve(words)
        if speaker != UNRESOLVED:
            return speaker
        near = {c.speaker for c in paragraph.candidates}
        return self.directory.holder(words, near)


def _bare(words: str) -> str:
    """Return a name without the possessive at its end, on one line."""
    line = " ".join(words.split())
    return line[:-2] if line.endswith(("'s", "’s")) else line


def _fronted(parsed: Parsed, subject: "Token") -> Span | None:
    """Return what stands before the subject of the main clause: its pronouns look ahead."""
    if subject.head.dep_ != "ROOT" or subject.head.i < subject.i:
        return None
    first = subject.sent[0]
    edge = subject.left_edge
    if edge.i - first.i < 2:
        return None
    return Span(parsed.starts[first.i], parsed.starts[edge.i])
