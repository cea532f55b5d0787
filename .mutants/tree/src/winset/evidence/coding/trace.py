"""From a number to the sentences it rests on."""

from dataclasses import dataclass
from typing import Literal

from winset.case.assumed import assumed_cells
from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import STANCE_QUANTITIES, Document, Stance, StanceQuantity, Statement
from winset.case.ranges import Range
from winset.errors import WinsetError
from winset.evidence.anchors import kept_text, sentence_around
from winset.evidence.coding.derive import Derived, derive, derived_cells

Origin = Literal["by hand", "derived", "assumed", "not given"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A statement with its words, where they are at hand.

    Attributes:
        statement: one coder's row.
        document: where it stands.
        words: of the span; empty where the case has neither text nor quote.
        before: what the sentence begins with, before the span.
        after: what it ends with.
        intact: False where the text no longer holds the words at that place.
    """

    statement: Statement
    document: Document
    words: str = ""
    before: str = ""
    after: str = ""
    intact: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedCell:
    """One number of a stance and where it comes from.

    Attributes:
        value: the number in the case; None for an empty cell.
        derived: what the accepted statements give, whether it was used or not; None without any.
    """

    quantity: StanceQuantity
    value: Range | None
    origin: Origin
    derived: Derived | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A stance, number by number, and the statements behind it.

    Attributes:
        stance: the row without a condition.
        cells: every quantity, in the order of the table.
        sentences: each statement that a number rests on or the row cites, once a coder, and the
            actor's other accepted statements on the issue; newest first.
    """

    stance: Stance
    cells: tuple[TracedCell, ...]
    sentences: tuple[Sentence, ...]


def trace(case: Case, issue: str, actor: str) -> Trace:
    """Return where each number of ``actor`` on ``issue`` comes from.

    Raises:
        WinsetError: when the case has no such issue, actor or stance.
    """
    case.issue(issue)
    case.actor(actor)
    stance = next((s for s in case.stances_on(issue) if s.actor == actor), None)
    if stance is None:
        raise WinsetError(f"{actor} has no stance on {issue}")
    numbers = {
        number.quantity: number
        for number in derive(case)
        if (number.issue, number.actor) == (issue, actor)
    }
    marked, assumed = derived_cells(stance), assumed_cells(stance)
    cells = []
    for quantity in STANCE_QUANTITIES:
        value: Range | None = getattr(stance, quantity)
        origin: Origin = "derived" if quantity in marked else "by hand"
        origin = "assumed" if quantity in assumed else origin
        cells.append(
            TracedCell(
                quantity=quantity,
                value=value,
                origin="not given" if value is None else origin,
                derived=numbers.get(quantity),
            )
        )
    return Trace(stance=stance, cells=tuple(cells), sentences=_sentences(case, stance))


def _sentences(case: Case, stance: Stance) -> tuple[Sentence, ...]:
    own = [
        row
        for row in case.statements
        if row.status == "accepted" and (row.speaker, row.issue) == (stance.actor, stance.issue)
    ]
    cited = [row for row in case.statements if row.id in stance.statements]
    accepted = {row.id for row in cited if row.status == "accepted"}
    cited = [row for row in cited if row.status == "accepted" or row.id not in accepted]
    rows = {(row.coder, row.id): row for row in (*cited, *own)}
    sentences = [sentence(case, row) for row in rows.values()]
    return tuple(
        sorted(
            sentences,
            key=lambda s: (-(s.document.published.toordinal() if s.document.published else 0),
                           s.statement.document, s.statement.start),
        )
    )  # fmt: skip


def sentence(case: Case, statement: Statement) -> Sentence:
    """Return ``statement`` with its words: from the stored text, or else the quote."""
    document = next(d for d in case.documents if d.id == statement.document)
    try:
        text = kept_text(case, document)
    except WinsetError:
        text = None
    if text is None:
        return Sentence(statement=statement, document=document, words=statement.quote)
    start, end = statement.start, statement.end
    if span_digest(text, start, end) != statement.quote_sha256:
        return Sentence(statement=statement, document=document, words=statement.quote, intact=False)
    before, words, after = sentence_around(text, start, end)
    return Sentence(statement=statement, document=document, words=words, before=before, after=after)
