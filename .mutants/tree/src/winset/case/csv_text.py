"""Tables that remember where every cell stands, and can change a row without touching the rest."""

import csv
import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from winset.errors import CaseError, Problem

MOST_BYTES = 64_000_000
_ENDS = ("\n", "\r")


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """A record of a table.

    Attributes:
        cells: its cells, in the order of the header; all of them, however many.
        raw: the very text, line end included.
        line: line on which it begins, from 1.
        blank: the blank lines after it, as they stand.
    """

    cells: tuple[str, ...]
    raw: str
    line: int
    blank: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A CSV file: its dialect, header and rows."""

    header: TableRow
    rows: tuple[TableRow, ...]
    delimiter: str
    newline: str
    bom: bool

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(name.strip() for name in self.header.cells)

    def column_of(self, row: TableRow, index: int) -> int:
        """Return the character in its line, from 1, at which cell ``index`` begins."""
        place, quoted, cell = 1, False, 0
        for character in row.raw:
            if cell == index:
                break
            place += 1
            quoted ^= character == '"'
            cell += character == self.delimiter and not quoted
        return place


def parse_csv(text: str, file: str) -> TextTable:
    """Return the table in ``text``: commas, or semicolons as a European Excel writes them.

    Raises:
        CaseError: when it is no table.
    """
    bom = text.startswith("\ufeff")
    text = text.removeprefix("\ufeff")
    top = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    delimiter = ";" if top.count(";") > top.count(",") else "\t" if "\t" in top else ","
    lines = io.StringIO(text, newline="").readlines()
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    rows: list[TableRow] = []
    done = 0
    try:
        for cells in reader:
            raw = "".join(lines[done : reader.line_num])
            if rows and not any(cell.strip() for cell in cells):
                rows[-1] = replace(rows[-1], blank=rows[-1].blank + raw)
            else:
                rows.append(TableRow(cells=tuple(cells), raw=raw, line=done + 1))
            done = reader.line_num
    except csv.Error as error:
        raise CaseError(
            [Problem(where="table", required="must be CSV", found=str(error), file=file,
                     line=done + 1, remedy="check the quotes on that line")]
        ) from None  # fmt: skip
    return TextTable(
        header=rows[0] if rows else TableRow(cells=(), raw="", line=1),
        rows=tuple(rows[1:]),
        delimiter=delimiter,
        newline=next((e for e in ("\r\n", "\n", "\r") if text.startswith(top + e)), "\n"),
        bom=bom,
    )


def write_csv(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a fresh table, comma-separated, one line feed a row."""
    return "".join(_line(row, ",", "\n") for row in (header, *rows))


def _line(cells: Sequence[str], delimiter: str, newline: str) -> str:
    out = io.StringIO()
    # The writer quotes the characters of its own line end, and both must be quoted.
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return out.getvalue().removesuffix("\r\n") + newline


Record = Mapping[str, str]


def patch_csv(
    table: TextTable,
    present: Sequence[Record],
    wanted: Sequence[Record],
    key: Callable[[Record], object],
) -> str:
    """Return the file with only the rows that differ rewritten.

    Args:
        table: the file as read.
        present: what each of its rows says, in the canonical form of ``wanted``.
        wanted: what the rows shall say, column to cell.
        key: what makes a record the same one before and after.
    """
    used = dict.fromkeys(column for record in wanted for column, cell in record.items() if cell)
    columns = list(dict.fromkeys([*table.columns, *used]))
    widened = len(columns) > len(table.columns)
    standing = {key(old): (row, old) for row, old in zip(table.rows, present, strict=True)}
    head = table.header
    top = _line(columns, table.delimiter, table.newline) if widened else head.raw
    parts = [_ended(top, table.newline), head.blank]
    for record in wanted:
        row, old = standing.get(key(record), (TableRow(cells=(), raw="", line=0), {}))
        if row.raw and old == record and not widened:
            text = row.raw
        else:
            before = dict(zip(table.columns, row.cells, strict=False))
            cells = [
                before[column]
                if column in before and old.get(column) == record.get(column)
                else record.get(column, "")
                for column in columns
            ]
            text = _line(cells, table.delimiter, table.newline)
        parts += [_ended(text, table.newline), row.blank]
    last = table.rows[-1] if table.rows else head
    unended = not (last.blank or last.raw).endswith(_ENDS)
    text = "".join(parts)
    return ("\ufeff" if table.bom else "") + (text.removesuffix(table.newline) if unended else text)


def _ended(line: str, newline: str) -> str:
    return line if line.endswith(_ENDS) or not line else line + newline
