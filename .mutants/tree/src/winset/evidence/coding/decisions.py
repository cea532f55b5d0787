"""Coding: a coder's decisions on proposed statements, each on disk before the next.

Proposals stay where they are (``statements/machine.csv``). A coder's file holds a row a decision,
with the id of the proposal: accepted, accepted with changes, or rejected. Rows are appended and
carry the moment they were coded at, so the file is its own undo log: killing the program at any
moment loses no decision that it has confirmed.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import get_args

from winset.case.cells import ID_PATTERN
from winset.case.model import Case
from winset.case.naming import is_device
from winset.case.parts import Statement, StatementKind
from winset.case.records import understand
from winset.case.tables import STATEMENTS, cells_of
from winset.errors import CaseError, Problem, WinsetError
from winset.evidence.coding.patching import patch_rows

EDITABLE = ("speaker", "issue", "kind", "value", "condition", "note")
KINDS: tuple[StatementKind, ...] = get_args(StatementKind)


def proposals(case: Case) -> tuple[Statement, ...]:
    """Return the proposed statements, document by document, in the order of the text.

    Raises:
        WinsetError: when two of them have the same id.
    """
    order = {document.id: k for k, document in enumerate(case.documents)}
    rows = [row for row in case.statements if row.status == "proposed"]
    by_id = {row.id: row for row in rows}
    for row in rows:
        if by_id[row.id] is not row:
            raise WinsetError(
                f"statement {row.id}: proposed by {row.coder} and by {by_id[row.id].coder}; a "
                "decision names it by its id, so rename one of them"
            )
    return tuple(sorted(rows, key=lambda row: (order[row.document], row.start, row.end, row.id)))


def undecided(case: Case, coder: str) -> tuple[Statement, ...]:
    """Return the proposals that ``coder`` has not decided on, in reading order.

    Raises:
        WinsetError: when ``coder`` proposes statements.
    """
    if any(row.coder == coder and row.status == "proposed" for row in case.statements):
        raise WinsetError(f"{coder} proposes statements; code them under another name")
    decided = {row.id for row in case.statements if row.coder == coder}
    return tuple(row for row in proposals(case) if row.id not in decided)


def accepted(
    proposal: Statement, coder: str, at: datetime.datetime, changes: Mapping[str, str] | None = None
) -> Statement:
    """Return the decision of ``coder`` that ``proposal`` holds, with ``changes`` to its fields.

    Args:
        proposal: the row decided on.
        coder: whose decision it is.
        at: when.
        changes: field (one of `EDITABLE`) to text; an empty text empties the cell.

    Raises:
        CaseError: with every change that cannot be understood.
    """
    decision = replace(proposal, coder=coder, status="accepted", coded_at=_second(at))
    if not changes:
        return decision
    if unknown := changes.keys() - set(EDITABLE):
        raise WinsetError(f"{min(unknown)}: cannot be edited; known: {', '.join(EDITABLE)}")
    cells = {**cells_of(STATEMENTS, decision), **changes, "coder": coder}
    row, bad = understand(Statement, {name: text for name, text in cells.items() if text})
    if bad:
        raise CaseError(
            Problem(
                where=f"statement {proposal.id}: {field.path[0]}",
                required=field.required,
                found=field.found,
                remedy=field.remedy,
            )
            for field in bad
        )
    edited: Statement = row
    return edited


def rejected(proposal: Statement, coder: str, at: datetime.datetime) -> Statement:
    """Return the decision of ``coder`` that ``proposal`` does not hold."""
    return replace(proposal, coder=coder, status="rejected", coded_at=_second(at))


def with_decision(case: Case, decision: Statement) -> Case:
    """Return ``case`` with ``decision``, in place of an earlier one of the same coder if any.

    Raises:
        CaseError: when the decision does not fit the case: an unknown speaker, say.
    """
    others = (row for row in case.statements if not _same(row, decision))
    return replace(case, statements=(*others, decision))


def without_decision(case: Case, decision: Statement) -> Case:
    """Return ``case`` without ``decision``."""
    return replace(
        case, statements=tuple(row for row in case.statements if not _same(row, decision))
    )


def last_decision(case: Case, coder: str) -> Statement | None:
    """Return the last decision of ``coder`` on a proposal; None before the first."""
    proposed_ids = {row.id for row in proposals(case)}
    own = [row for row in case.statements if row.coder == coder and row.id in proposed_ids]
    stamped = [(row.coded_at, k) for k, row in enumerate(own) if row.coded_at is not None]
    return own[max(stamped)[1]] if stamped else None


def save_decision(folder: Path, decision: Statement) -> None:
    """Put ``decision`` into its coder's file of the case in ``folder``: on disk when this returns.

    The file is read again each time, so what another writer has added stays.
    """
    name = coder_file(Path(), decision.coder).as_posix()
    cells = cells_of(STATEMENTS, decision)
    patch_rows(folder, name, STATEMENTS, lambda rows: [*_without(rows, decision), cells])


def drop_decision(folder: Path, decision: Statement) -> None:
    """Take ``decision`` out of its coder's file again: on disk when this returns."""
    name = coder_file(Path(), decision.coder).as_posix()
    patch_rows(folder, name, STATEMENTS, lambda rows: _without(rows, decision))


def _without(rows: list[dict[str, str]], decision: Statement) -> list[dict[str, str]]:
    return [row for row in rows if row.get("id", "").strip() != decision.id]


def coder_file(folder: Path, coder: str) -> Path:
    """Return the file of ``coder`` in the case ``folder``.

    Raises:
        WinsetError: when ``coder`` cannot name a file.
    """
    if not re.fullmatch(ID_PATTERN, coder) or len(coder) > 80:
        raise WinsetError(
            f"coder: must be letters, digits, “-”, “_” or “.”, at most 80; found {coder[:80]!r}"
        )
    if is_device(coder):
        raise WinsetError(
            f"coder: must not be the name of a device of Windows; found {coder}; use another name"
        )
    return folder / "statements" / f"{coder}.csv"


def _same(row: Statement, decision: Statement) -> bool:
    return (row.coder, row.id) == (decision.coder, decision.id)


def _second(at: datetime.datetime) -> datetime.datetime:
    return at.astimezone(datetime.UTC).replace(microsecond=0)
