"""The tables of a case: what a row is, its columns, and how a row is written and called."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass

from winset.case.parts import Actor, Claim, Document, Stance, Statement, Tie
from winset.case.records import plain
from winset.errors import shorten


@dataclass(frozen=True, slots=True, kw_only=True)
class TableKind:
    """A table of the folder: what a row is, and its columns in order.

    Attributes:
        optional: columns left out of a fresh file when no row uses them.
        key: columns that make a row the same one before and after a change.
    """

    name: str
    row: type
    columns: tuple[str, ...]
    optional: tuple[str, ...]
    key: tuple[str, ...]

    def field_of(self, column: str) -> str:
        """Return the field of a row that ``column`` fills."""
        return "condition" if column == "if" else column

    def column_of(self, field: str) -> str:
        """Return the column that fills ``field``."""
        return "if" if field == "condition" and "if" in self.columns else field


TABLES: tuple[TableKind, ...] = (
    TableKind(
        name="actors",
        row=Actor,
        columns=("id", "name", "party", "role", "aliases", "note"),
        optional=("note",),
        key=("id",),
    ),
    TableKind(
        name="stances",
        row=Stance,
        columns=(
            "issue", "actor", "if", "position", "salience", "influence", "price", "red_line_low",
            "red_line_high", "audience_cost", "statements", "note",
        ),
        optional=("if", "note"),
        key=("issue", "actor", "if"),
    ),
    TableKind(
        name="ties",
        row=Tie,
        columns=("source", "target", "kind", "weight", "statements", "note"),
        optional=("note",),
        key=("source", "target", "kind"),
    ),
    TableKind(
        name="documents",
        row=Document,
        columns=("id", "title", "publisher", "published", "url", "sha256", "file"),
        optional=(),
        key=("id",),
    ),
    TableKind(
        name="claims",
        row=Claim,
        columns=(
            "id", "statements", "author", "outlet", "made", "question", "issue", "text",
            "condition", "by", "outcome", "value", "probability", "resolution", "resolved",
            "source", "note",
        ),
        optional=("condition", "issue", "value", "note"),
        key=("id",),
    ),
)  # fmt: skip
STATEMENTS = TableKind(
    name="statements",
    row=Statement,
    columns=(
        "id", "document", "start", "end", "quote_sha256", "speaker", "issue", "kind", "value",
        "condition", "note", "status", "coded_at", "quote",
    ),
    optional=("quote",),
    key=("id",),
)  # fmt: skip
TABLE_KINDS: Mapping[str, TableKind] = {kind.name: kind for kind in (*TABLES, STATEMENTS)}


def cells_of(kind: TableKind, record: object) -> dict[str, str]:
    """Return what a row says, column to cell, in canonical form."""
    values = plain(record)
    assert isinstance(values, dict)
    cells = {}
    for column in kind.columns:
        value = values.get(kind.field_of(column))
        if isinstance(value, list):
            value = "; ".join(value)
        cells[column] = "" if value is None else str(value)
    return cells


def name_of(kind: TableKind, cells: Mapping[str, str], otherwise: str) -> str:
    """Return what a row is called in a message: ``France on quota``, ``iran → oman``."""
    names = [shorten(cells[c], 40)[1:-1] for c in kind.key if cells.get(c)]
    if kind.name == "stances" and len(names) > 1:
        return " if ".join([f"{names[1]} on {names[0]}", *names[2:]])
    return " → ".join(names[:2]) if names else otherwise


def required_columns(kind: TableKind) -> tuple[str, ...]:
    """Return the columns that a table of this kind must have."""
    return tuple(
        kind.column_of(field.name)
        for field in dataclasses.fields(kind.row)
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and field.name != "coder"
    )
