"""Statements as one table, a row each with its words and what stands beside them; out and in.

For Excel, R and whoever has no case: names stand beside ids, the range of a value is taken apart.
A cell that a spreadsheet would run as a formula begins with an apostrophe, which reading takes off.
"""

from typing import Any

from winset.case import csv_text
from winset.case.model import Case
from winset.case.parts import Statement
from winset.case.ranges import number_text
from winset.case.tables import STATEMENTS, cells_of
from winset.errors import CaseError, Problem, WinsetError, nearest
from winset.formats.carried import (
    MOST_BYTES,
    CarriedStatement,
    ImportedStatements,
    carried,
    fitting_quote,
    receive,
)

_BESIDE = ("title", "publisher", "published", "url", "speaker_name", "issue_title", "value_low",
           "value_middle", "value_high", "prefix", "suffix")  # fmt: skip
COLUMNS = (
    "coder", "id", "status", "document", "title", "publisher", "published", "url", "speaker",
    "speaker_name", "issue", "issue_title", "kind", "value", "value_low", "value_middle",
    "value_high", "condition", "note", "prefix", "quote", "suffix", "start", "end",
    "quote_sha256", "coded_at",
)  # fmt: skip
_NEEDED = ("id", "document", "start", "end", "kind")
_RUN = ("=", "+", "-", "@", "\t", "\r")


def write_statements(case: Case) -> str:
    """Return the statements of ``case`` as CSV, a row each."""
    actors = {actor.id: actor.name for actor in case.actors}
    issues = {issue.id: issue.title for issue in case.issues}
    rows = []
    for row, document, anchor in carried(case):
        cells = {
            **cells_of(STATEMENTS, row),
            "coder": row.coder,
            "title": document.title,
            "publisher": document.publisher,
            "published": "" if document.published is None else document.published.isoformat(),
            "url": document.url,
            "speaker": row.speaker,
            "speaker_name": actors.get(row.speaker, ""),
            "issue_title": issues.get(row.issue or "", ""),
            "status": row.status,
            "quote": anchor.quote,
            "prefix": anchor.prefix or "",
            "suffix": anchor.suffix or "",
            **_ends(row),
        }
        rows.append([_inert(column, cells[column]) for column in COLUMNS])
    return csv_text.write_csv(COLUMNS, rows)


def _ends(row: Statement) -> dict[str, str]:
    value = row.value
    ends = (None,) * 3 if value is None else (value.low, value.middle, value.high)
    names = ("value_low", "value_middle", "value_high")
    return {
        name: "" if end is None else number_text(round(end, 9))
        for name, end in zip(names, ends, strict=True)
    }


def _inert(column: str, cell: str) -> str:
    """Keep a spreadsheet from running text; numbers may begin with a minus."""
    runs = cell.startswith(_RUN) or cell.startswith("'")
    return f"'{cell}" if runs and not column.startswith("value") else cell


def read_statements(text: str, case: Case, *, coder: str | None = None) -> ImportedStatements:
    """Return ``case`` with the statements of the table in ``text``, anchored in its own texts.

    Args:
        text: CSV with the columns that `write_statements` writes; those that only repeat what the
            case says may be missing, and so may ``coder`` if it is given.
        case: that has the documents.
        coder: whose file they go to; what the table says unless given.

    Raises:
        CaseError: with every column or field that cannot be understood.
        WinsetError: when the table is too large.
    """
    if len(text) > MOST_BYTES:
        raise WinsetError(f"the table must be at most {MOST_BYTES:,} characters")
    table = csv_text.parse_csv(text, "statements")
    problems = [
        _column_problem(name, "must be a known column", nearest(name, COLUMNS))
        for name in table.columns
        if name not in COLUMNS
    ]
    needed = _NEEDED if coder else (*_NEEDED, "coder")
    problems += [
        _column_problem(name, "must be there", "add it")
        for name in needed
        if name not in table.columns
    ]
    if problems:
        raise CaseError(problems)
    entries = []
    for row in table.rows:
        cells = {
            name: cell[1:] if cell.startswith("'") else cell
            for name, cell in zip(table.columns, row.cells, strict=False)
        }
        fields: dict[str, Any] = {
            name: cell if name == "quote" else cell.strip()
            for name, cell in cells.items()
            if cell and name not in _BESIDE
        }
        if coder:
            fields["coder"] = coder
        quote = fields.pop("quote", "")
        if fitting_quote(quote):
            fields["quote"] = quote
        entries.append(
            CarriedStatement(
                fields=fields,
                prefix=cells.get("prefix") or None,
                suffix=cells.get("suffix") or None,
                where=f"line {row.line}",
            )
        )
    return receive(case, entries)


def _column_problem(name: str, required: str, remedy: str) -> Problem:
    return Problem(
        where=f"statements: column {name}", required=required, found=name, remedy=remedy, line=1
    )
