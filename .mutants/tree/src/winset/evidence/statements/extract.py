"""From a document to the statements in it: who says what, of which kind, and by which rule.

Deterministic and offline. Nothing is guessed across paragraphs: a pronoun or a title that its own
paragraph does not explain leaves its statement ``unresolved``.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from winset.case.model import Case
from winset.case.parts import Actor, Issue
from winset.errors import WinsetError
from winset.evidence.reading.documents import Text, as_text
from winset.evidence.reading.parsing import MODEL, Parsed, language, parse, pieces
from winset.evidence.reading.sentences import sentences
from winset.evidence.reading.spans import Span, trimmed
from winset.evidence.statements.attribution import Attribution, attribute
from winset.evidence.statements.context import Context, Paragraph
from winset.evidence.statements.issues import IssueFinder
from winset.evidence.statements.kinds import Kind, KindReading, Sign, number, plain, read_kind, sign
from winset.evidence.statements.quotes import Quotation, is_name, quotations
from winset.evidence.statements.reported import Clause, clauses
from winset.evidence.statements.speakers import AUTHOR, UNRESOLVED, Directory

if TYPE_CHECKING:
    from spacy.language import Language

FEWEST_WORDS = 3
MOST_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedStatement:
    """A statement as the rules read it. Spans are offsets into the document's text.

    Attributes:
        document: the document's name.
        content: the words of the statement.
        quoted: the content stands between double quotation marks.
        speakers: ids of actors, outside a case names; ``author``, or ``unresolved``.
        mention: where the speaker is named.
        cue: the word or mark that attributes the words to the speaker.
        kind: ``unknown`` when no rule decides it.
        rule: the rule that matched the words, and the rule that decided their kind.
        trigger: the words that decided the kind.
        condition: if-part of a conditional offer or threat.
        consequence: its then-part.
        about: those whose mind the author describes (“neither wants …”).
        issue: id of an issue of the case, or empty.
        sign: which way a position points.
        number: the one number that the words name.
        negated: whether the trigger stands under a negation.
    """

    document: str
    content: Span
    quoted: bool
    speakers: tuple[str, ...]
    mention: Span | None
    cue: Span | None
    kind: Kind
    rule: str
    trigger: Span | None = None
    condition: Span | None = None
    consequence: Span | None = None
    about: tuple[str, ...] = ()
    issue: str = ""
    sign: Sign = "unknown"
    number: float | None = None
    negated: bool = False

    def row(self) -> dict[str, Any]:
        """Return the statement as one flat record, with offsets as numbers or None."""
        spans = {
            "speaker": self.mention, "cue": self.cue, "trigger": self.trigger,
            "condition": self.condition, "consequence": self.consequence,
        }  # fmt: skip
        offsets: dict[str, int | None] = {"start": self.content.start, "end": self.content.end}
        for name, span in spans.items():
            offsets[f"{name}_start"] = None if span is None else span.start
            offsets[f"{name}_end"] = None if span is None else span.end
        return {
            "id": self.document,
            **offsets,
            "speaker": "; ".join(self.speakers),
            "kind": self.kind,
            "quoted": self.quoted,
            "issue": self.issue,
            "about": "; ".join(self.about),
            "sign": self.sign,
            "number": "unknown" if self.number is None else self.number,
            "negated": self.negated,
            "rule": self.rule,
        }


def extract(
    text: Text | str, case: Case | None = None, *, model: str = MODEL
) -> tuple[ExtractedStatement, ...]:
    """Return the statements in ``text``, in the order of their words.

    Args:
        text: a document, or a string.
        case: the actors and issues to look for; by default none.
        model: the spaCy pipeline for English that parses.

    Raises:
        WinsetError: when spaCy or its model is not installed, or the text is too long.
    """
    document = as_text(text) if isinstance(text, str) else text
    actors, issues = (case.actors, case.issues) if case else ((), ())
    return extract_known(document, actors, issues, model=model)


def extract_known(
    document: Text, actors: Iterable[Actor], issues: Iterable[Issue], *, model: str = MODEL
) -> tuple[ExtractedStatement, ...]:
    """Return the statements in ``document``, as :func:`extract` does with a case of these.

    Raises:
        WinsetError: as :func:`extract`.
    """
    if len(document.text) > MOST_CHARACTERS:
        raise WinsetError(
            f"{document.name}: must have at most {MOST_CHARACTERS:,} characters to extract from; "
            f"found {len(document.text):,}; split it"
        )
    return _Extraction(document, actors, issues, language(model)).statements()


class _Extraction:
    """One pass over a document."""

    def __init__(
        self, document: Text, actors: Iterable[Actor], issues: Iterable[Issue], nlp: "Language"
    ) -> None:
        self.document = document
        self.text = document.text
        self.plain = plain(document.text)
        self.nlp = nlp
        self.context = Context(document.text, Directory(actors))
        self.issues = IssueFinder(issues)

    def statements(self) -> tuple[ExtractedStatement, ...]:
        """Return every statement of the document."""
        blocks = list(self._blocks())
        parsed = list(parse(self.nlp, self.text, [(block, quoted) for _, block, quoted in blocks]))
        for piece in parsed:
            self.context.note_names(piece)
        extracted: list[ExtractedStatement] = []
        paragraph: Paragraph | None = None
        for (home, _, quoted), piece in zip(blocks, parsed, strict=True):
            if paragraph is None or paragraph.span != home:
                paragraph = Paragraph(home, self._announced(paragraph))
            self.context.note_subjects(paragraph, piece)
            extracted += self._of_block(paragraph, quoted, piece)
        return tuple(sorted(extracted, key=lambda f: (f.content, not f.quoted)))

    def _blocks(self) -> Iterator[tuple[Span, Span, tuple[Quotation, ...]]]:
        """Yield each paragraph, what of it to parse at once, and the quotations therein."""
        roles = {line.span.start: line.role for line in self.document.lines}
        paragraphs = [
            p for p in self.document.paragraphs if roles.get(p.start) not in ("clutter", "byline")
        ]
        for paragraph, following in zip_longest(paragraphs, paragraphs[1:]):
            quoted = quotations(self.text, paragraph, following)
            for block in pieces(self.text, paragraph, quoted):
                yield paragraph, block, tuple(q for q in quoted if block.holds(q.span))

    def _announced(self, before: Paragraph | None) -> Attribution | None:
        """Return who speaks next when the paragraph ``before`` ends in a colon or an open mark."""
        if before is None:
            return None
        if before.open:
            return before.last
        if not before.span.of(self.text).rstrip().endswith(":"):
            return None
        last = sentences(self.text, before.span)[-1]
        for candidate in before.candidates:
            if candidate.start >= last.start:
                end = candidate.start + len(candidate.words)
                return Attribution("announced", None, Span(candidate.start, end))
        return before.last

    def _of_block(
        self, paragraph: Paragraph, quoted: Sequence[Quotation], piece: Parsed
    ) -> Iterator[ExtractedStatement]:
        unquoted = list(clauses(piece))
        covered: list[Span] = []
        for quotation, attribution in self._attributed(paragraph, quoted, piece, unquoted):
            if len(quotation.inner.of(self.text).split()) >= FEWEST_WORDS:
                covered.append(quotation.inner)
                yield self._quoted(paragraph, quotation, attribution)
        for clause in unquoted:
            inside = [span for span in covered if clause.content.touches(span)]
            if _mostly(clause.content, inside) or (inside and clause.way == "author"):
                continue
            statement = self._unquoted(paragraph, clause, piece)
            if statement is None or _already_stated(statement, inside):
                continue
            if clause.way != "author":
                covered.append(clause.content)
            yield statement

    def _attributed(
        self,
        paragraph: Paragraph,
        quoted: Sequence[Quotation],
        piece: Parsed,
        unquoted: Sequence[Clause],
    ) -> Iterator[tuple[Quotation, Attribution]]:
        """Yield the quotations that somebody says, carried on within the paragraph."""
        own = [
            None if is_name(self.text, quotation) else attribute(piece, k)
            for k, quotation in enumerate(quoted)
        ]
        attributed = [
            (clause.content.start, clause.attribution)
            for clause in unquoted
            if clause.attribution is not None and clause.way == "reported" and clause.main
        ]
        attributed += [(q.span.start, a) for q, a in zip(quoted, own, strict=True) if a is not None]
        attributed.sort(key=lambda pair: pair[0])
        for k, quotation in enumerate(quoted):
            attribution = own[k]
            if attribution is None and self._alone(paragraph, quotation):
                before = [a for start, a in attributed if start < quotation.span.start]
                source, rule = (before[-1] if before else paragraph.last), "goes on"
                if source is None:
                    source, rule = self._before(paragraph, quotation), "subject before"
                if source is None and attributed:
                    source, rule = attributed[0][1], "named after"
                rule = rule if source else "stands alone"
                attribution = _carried(rule, source)
            if attribution is not None:
                paragraph.open = not quotation.closed
                yield quotation, attribution
        if attributed:
            paragraph.last = attributed[-1][1]

    def _before(self, paragraph: Paragraph, quotation: Quotation) -> Attribution | None:
        """Return the subject of the sentence just before, in the same paragraph."""
        ahead = Span(paragraph.span.start, quotation.span.start)
        before = sentences(self.text, ahead)
        candidates = [
            c for c in paragraph.candidates if before and before[-1].start <= c.start < ahead.end
        ]
        if not candidates:
            return None
        first = candidates[0]
        return Attribution("before", None, Span(first.start, first.start + len(first.words)))

    def _alone(self, paragraph: Paragraph, quotation: Quotation) -> bool:
        """Return whether a quotation is one or more whole sentences of its own."""
        before = self.text[paragraph.span.start : quotation.span.start].rstrip()
        after = self.text[quotation.span.end : paragraph.span.end].lstrip()
        words = quotation.inner.of(self.text).strip()
        begins = not before or before[-1] in ".?!:”\"…'’"
        ends = words[-1:] in ".?!…'’—-" or not quotation.closed or after[:1] in ("", ".")
        return begins and ends and not is_name(self.text, quotation)

    def _quoted(
        self, paragraph: Paragraph, quotation: Quotation, attribution: Attribution
    ) -> ExtractedStatement:
        content = _without_comma(self.text, trimmed(self.text, quotation.inner))
        reading = read_kind(self.plain, content, "quoted", attribution.cue)
        return self._statement(
            paragraph,
            content=content,
            quoted=quotation.double,
            speakers=(self._speaker(paragraph, attribution),),
            attribution=attribution,
            reading=reading,
            rule=f"quotation, {attribution.rule}",
        )

    def _unquoted(
        self, paragraph: Paragraph, clause: Clause, piece: Parsed
    ) -> ExtractedStatement | None:
        reading = self._read(clause)
        if reading.kind == "unknown" and clause.way != "reported":
            return None
        attribution = clause.attribution
        speakers: tuple[str, ...] = (AUTHOR,)
        about: tuple[str, ...] = ()
        if clause.way == "mind":
            about = tuple(s for s in self._joint(paragraph, clause, piece) if s != UNRESOLVED)
        elif attribution is not None:
            speakers = self._joint(paragraph, clause, piece)
        return self._statement(
            paragraph,
            content=clause.content,
            quoted=False,
            speakers=speakers,
            attribution=attribution or Attribution("author", None, None),
            reading=reading,
            rule=attribution.rule if attribution else "author",
            about=about,
        )

    def _read(self, clause: Clause) -> KindReading:
        cue = clause.attribution.cue if clause.attribution else None
        if clause.gap is None:
            return read_kind(self.plain, clause.content, clause.way, cue)
        # The clause of saying is blanked out, so that no pattern matches across it.
        start = min(clause.content.start, clause.gap.start)
        end = max(clause.content.end, clause.gap.end)
        (first, last), words = clause.gap.moved(-start), self.plain[start:end]
        view = words[:first] + " " * (last - first) + words[last:]
        return read_kind(view, clause.content.moved(-start), clause.way).moved(start)

    def _speaker(self, paragraph: Paragraph, attribution: Attribution) -> str:
        return self.context.speaker(attribution.mention, paragraph, attribution.antecedent)

    def _joint(self, paragraph: Paragraph, clause: Clause, piece: Parsed) -> tuple[str, ...]:
        """Return all who say it together, without those who are not actors of the case."""
        assert clause.attribution is not None
        first = self._speaker(paragraph, clause.attribution)
        others = [
            self.context.speaker(piece.mention(head), paragraph, None) for head in clause.heads[1:]
        ]
        resolved = tuple(dict.fromkeys(s for s in (first, *others) if s != UNRESOLVED))
        return resolved or (UNRESOLVED,)

    def _statement(
        self,
        paragraph: Paragraph,
        *,
        content: Span,
        quoted: bool,
        speakers: tuple[str, ...],
        attribution: Attribution,
        reading: KindReading,
        rule: str,
        about: tuple[str, ...] = (),
    ) -> ExtractedStatement:
        issue = self.issues.find(content.of(self.text))
        if not issue and self.issues:
            around = (s for s in sentences(self.text, paragraph.span) if s.touches(content))
            issue = self.issues.find(next(around, content).of(self.text))
        return ExtractedStatement(
            document=self.document.name,
            content=content,
            quoted=quoted,
            speakers=speakers,
            mention=attribution.mention,
            cue=attribution.cue,
            kind=reading.kind,
            rule=f"{rule}; {reading.rule}" if reading.rule else rule,
            trigger=reading.trigger,
            condition=reading.condition,
            consequence=reading.consequence,
            about=about,
            issue=issue,
            sign=sign(self.plain, reading),
            number=number(self.plain, content),
            negated=reading.negated,
        )


def _carried(rule: str, source: Attribution | None) -> Attribution:
    """Return the attribution of a quotation that names no speaker of its own."""
    if source is None:
        return Attribution(rule, None, None)
    return Attribution(rule, None, source.antecedent or source.mention)


def _mostly(content: Span, inside: Sequence[Span]) -> bool:
    """Return whether half of ``content`` or more is quoted, and so is a statement already."""
    covered = sum(min(s.end, content.end) - max(s.start, content.start) for s in inside)
    return bool(inside) and covered * 2 >= content.end - content.start


def _already_stated(statement: ExtractedStatement, inside: Sequence[Span]) -> bool:
    """Return whether another statement already holds the words that decided the kind."""
    trigger = statement.trigger
    return trigger is not None and any(span.holds(trigger) for span in inside)


def _without_comma(text: str, span: Span) -> Span:
    """Return a quotation without the comma that belongs to the sentence round it."""
    return Span(span.start, span.end - 1) if span.of(text)[1:].endswith((",", ";")) else span
