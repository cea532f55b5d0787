"""What a view shows: sentences, and parts, each a table and perhaps its picture; as files."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from winset.charts.view import ChartTable, View
from winset.errors import WinsetError, nearest
from winset.web.server.error_responses import RefusedError

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "'")
Cells = tuple[str | float | int | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewPart:
    """A picture with its table twin, or a table alone.

    Attributes:
        id: in its address.
        caption: how to read it.
        table: columns and rows.
        view: the picture; None for a table alone.
        links: where the first cell of each row leads; empty for none.
        folded: whether the table stays shut until somebody wants it.
    """

    id: str
    title: str
    caption: str
    table: ChartTable
    view: View | None = None
    links: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewResult:
    """What a view shows.

    Attributes:
        sentences: what it says, before any picture.
        parts: pictures and tables, the one that matters most first.
        provenance: how it was made, to make it again.
        result: what the library returned, for machines; None where the parts say it all.
        more: what a page shows beside the parts.
    """

    sentences: tuple[str, ...] = ()
    parts: tuple[ViewPart, ...] = ()
    provenance: dict[str, Any] = field(default_factory=dict)
    result: Any = None
    more: dict[str, Any] = field(default_factory=dict)

    def part(self, id: str) -> ViewPart:
        """Return the part ``id``; the first one if it is empty.

        Raises:
            WinsetError: when there is nothing to show.
            RefusedError: with status 404 when there is no such part.
        """
        if not self.parts:
            raise WinsetError(" ".join(self.sentences) or "there is nothing to show")
        if not id:
            return self.parts[0]
        for part in self.parts:
            if part.id == id:
                return part
        known = [part.id for part in self.parts]
        raise RefusedError(404, f"This view has no part “{id}”; {nearest(id, known)}")


def pictured(id: str, view: View) -> ViewPart:
    """Return ``view`` as a part."""
    return ViewPart(id=id, title=view.title, caption=view.caption, table=view.table, view=view)


def rows_table(columns: Sequence[str], rows: Sequence[Cells]) -> ChartTable:
    """Return a table in which what is not known stands empty."""
    return ChartTable(
        columns=tuple(columns),
        rows=tuple(tuple("" if cell is None else cell for cell in row) for row in rows),
    )


def as_csv(table: ChartTable) -> bytes:
    """Return ``table`` as CSV, UTF-8, numbers unrounded, what is not known empty.

    A text that a spreadsheet would run as a formula begins with an apostrophe.
    """
    out = io.StringIO()
    written = csv.writer(out, lineterminator="\r\n")
    written.writerow([inert(name) for name in table.columns])
    for row in table.rows:
        written.writerow([_cell(cell) for cell in row])
    return out.getvalue().encode()


def _cell(cell: str | float) -> str:
    if isinstance(cell, str):
        return inert(cell)
    return "" if cell != cell else repr(cell)  # NaN is what is not known


def inert(text: str) -> str:
    """Return ``text`` as no spreadsheet runs it; a plain number stays one.

    >>> inert("=1+1"), inert("-4.5"), inert("-4+1")
    ("'=1+1", '-4.5', "'-4+1")
    """
    if not text.startswith(_RUN):
        return text
    try:
        float(text)
    except ValueError:
        return f"'{text}"
    return text
