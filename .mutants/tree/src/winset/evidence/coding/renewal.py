"""Proposing again: earlier proposals keep their ids, and rows with a decision stay.

Rules, for the rows that one proposer has in one document:

1. A new row takes the id of the earlier row with the same words (same place). Of several such rows
   it takes the one with the same speaker, issue and kind, or else the one with the same speaker.
2. An earlier row that has a decision, or that a stance or tie cites, stays as it is: in place, id
   and every cell. A decision names a proposal by its id, and must keep meaning the words that the
   coder saw.
3. Any other earlier row is replaced by the new one, or removed if there is none.
4. A row is not proposed if a decided row that is no longer extracted exactly has most of its words
   and the same speaker, or if another proposer has it with the same speaker, issue and kind.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from winset.case.folder import read_case
from winset.case.lock import write_lock
from winset.case.model import Case
from winset.case.parts import Statement
from winset.case.tables import STATEMENTS, cells_of
from winset.errors import WinsetError
from winset.evidence.coding.decisions import coder_file
from winset.evidence.coding.patching import Cells, patch_rows
from winset.evidence.coding.propose import free_id
from winset.evidence.coding.units import OVERLAP, overlap


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What one proposer proposes in one document, after proposing again.

    Attributes:
        coder: who proposes.
        document: id of the document.
        rows: all that stands now, in the order of the text.
        added: ids of new rows.
        changed: ids of undecided rows whose cells changed.
        dropped: ids of undecided rows that are no longer proposed.
        held: ids of decided rows that would otherwise have changed or been removed.
        elsewhere: ids of rows of other proposers that say the same.
    """

    coder: str
    document: str
    rows: tuple[Statement, ...]
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()


def check_proposer(case: Case, coder: str) -> None:
    """Refuse to propose under the name of a coder who decides.

    Raises:
        WinsetError: when ``coder`` has decided on statements, or cannot name a file.
    """
    coder_file(Path(), coder)
    if any(row.coder == coder and row.status != "proposed" for row in case.statements):
        raise WinsetError(
            f"{coder}: must be a name that only proposes; found decisions in "
            f"statements/{coder}.csv; propose under another name"
        )


def renewed(case: Case, document: str, fresh: Iterable[Statement], *, coder: str) -> Renewal:
    """Return what ``coder`` proposes in ``document`` when ``fresh`` are its new rows.

    Raises:
        WinsetError: when ``coder`` decides on statements.
    """
    check_proposer(case, coder)
    before = [r for r in case.statements if (r.coder, r.document) == (coder, document)]
    others = [
        r
        for r in case.statements
        if r.document == document and r.coder != coder and r.status == "proposed"
    ]
    fixed = _cited_or_decided(case, coder)
    fresh = list(fresh)
    matched = _matched(before, fresh)
    unmatched = [old for old in before if old.id not in {m.id for m in matched.values()}]
    decided = [old for old in unmatched if old.id in fixed]
    ids = {row.id for row in case.statements}
    rows, held = list(decided), [old.id for old in decided]
    added: list[str] = []
    changed: list[str] = []
    elsewhere: list[str] = []
    for k, row in enumerate(fresh):
        old = matched.get(k)
        if old is None:
            if any(old.speaker == row.speaker and overlap(old, row) >= OVERLAP for old in decided):
                continue
            if twin := next((other.id for other in others if _same(other, row)), ""):
                elsewhere.append(twin)
                continue
            id = free_id(document, row.start, ids)
            ids.add(id)
            added.append(id)
            rows.append(replace(row, coder=coder, id=id))
            continue
        new = replace(row, coder=coder, id=old.id)
        if new != old:
            (held if old.id in fixed else changed).append(old.id)
        rows.append(old if old.id in fixed else new)
    return Renewal(
        coder=coder,
        document=document,
        rows=tuple(sorted(rows, key=lambda row: (row.start, row.end, row.id))),
        added=tuple(added),
        changed=tuple(changed),
        dropped=tuple(old.id for old in unmatched if old.id not in fixed),
        held=tuple(held),
        elsewhere=tuple(elsewhere),
    )


def with_renewal(case: Case, renewal: Renewal) -> Case:
    """Return ``case`` with the rows of ``renewal`` in place of the earlier ones.

    Raises:
        CaseError: when a row does not fit the case.
    """
    key = renewal.coder, renewal.document
    others = (row for row in case.statements if (row.coder, row.document) != key)
    return replace(case, statements=(*others, *renewal.rows))


def save_renewal(folder: Path, renewal: Renewal) -> None:
    """Write the rows of ``renewal`` into the proposer's file: on disk when this returns.

    A row that has received a decision since the case was read stays as it is.
    """

    def change(rows: list[Cells]) -> list[Cells]:
        """Put the document's rows where its first one was, or else at the end."""
        own = [row.get("document", "").strip() == document for row in rows]
        first = own.index(True) if any(own) else len(rows)
        after = (row for row, mine in zip(rows[first:], own[first:], strict=True) if not mine)
        standing = {row["id"].strip(): row for row in rows if row.get("id")}
        protected = {id: standing[id] for id in touched & fixed if id in standing}
        cells = [
            protected.pop(row.id) if row.id in protected else cells_of(STATEMENTS, row)
            for row in renewal.rows
        ]
        return [*rows[:first], *cells, *protected.values(), *after]

    document = renewal.document
    touched = {*renewal.changed, *renewal.dropped}
    with write_lock(folder):
        fixed = (
            _cited_or_decided(read_case(folder, ledger=False), renewal.coder) if touched else set()
        )
        name = coder_file(Path(), renewal.coder).as_posix()
        patch_rows(folder, name, STATEMENTS, change)


def _cited_or_decided(case: Case, coder: str) -> set[str]:
    """Return the ids that a decision of another coder, a stance or a tie names."""
    decided = {row.id for row in case.statements if row.coder != coder}
    lists = [row.statements for row in case.stances] + [row.statements for row in case.ties]
    return decided.union(*lists)


_LEVELS: tuple[Callable[[Statement], object], ...] = (
    lambda r: (r.start, r.end, r.speaker, r.issue, r.kind),
    lambda r: (r.start, r.end, r.speaker),
    lambda r: (r.start, r.end),
)


def _matched(before: list[Statement], fresh: list[Statement]) -> dict[int, Statement]:
    """Return for each fresh row, by its number, the earlier row that has its words."""
    matched: dict[int, Statement] = {}
    free = list(before)
    for level in _LEVELS:
        for k, row in enumerate(fresh):
            if k in matched:
                continue
            old = next((old for old in free if level(old) == level(row)), None)
            if old is not None:
                matched[k] = old
                free.remove(old)
    return matched


def _same(one: Statement, other: Statement) -> bool:
    same_cells = (one.speaker, one.issue, one.kind) == (other.speaker, other.issue, other.kind)
    return same_cells and overlap(one, other) >= OVERLAP
