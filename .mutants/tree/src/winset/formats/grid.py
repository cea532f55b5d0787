"""Any table file as lines of text cells: CSV, tab-separated, Excel, Stata."""

import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winset.case import csv_text
from winset.errors import CaseError, Problem, WinsetError, nearest
from winset.errors.installing import install_command
from winset.formats.workbook import unpack

TEXT = (".csv", ".tsv", ".tab", ".txt")
KINDS = (*TEXT, ".xlsx", ".dta")
MOST_BYTES = 200_000_000
MOST_ROWS = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLine:
    """A line of a table.

    Attributes:
        number: in the file, from 1; the header is before it.
        cells: column to text, stripped; empty cells are empty texts.
    """

    number: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table as text.

    Attributes:
        file: name of the file, for messages.
        columns: names in order, lower case.
        lines: in order.
    """

    file: str
    columns: tuple[str, ...]
    lines: tuple[GridLine, ...]


def read_grid(path: str | Path) -> Grid:
    """Return the table at ``path``.

    Raises:
        WinsetError: when there is no such file, it is too large, or of an unknown kind.
        CaseError: when its lines do not fit its header.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending not in KINDS:
        raise WinsetError(f"{path}: a table must be one of {', '.join(KINDS)}; found “{ending}”")
    if not path.is_file():
        near = nearest(path.name, [p.name for p in path.parent.glob("*") if p.suffix in KINDS])
        raise WinsetError(f"{path}: no such file; {near}")
    if path.stat().st_size > MOST_BYTES:
        raise WinsetError(f"{path}: a table must have at most {MOST_BYTES:,} bytes")
    if ending in TEXT:
        return _from_text(path)
    if ending == ".xlsx":
        return _grid(path.name, enumerate(_excel_rows(path), start=1))
    return _grid(path.name, enumerate(_stata_rows(path), start=1))


def _from_text(path: Path) -> Grid:
    text = _decoded(path.read_bytes())
    if "\0" in text:
        raise WinsetError(
            f"{path}: a table must be text; found NUL bytes, as in a program's own file; "
            "export it as CSV"
        )
    table = csv_text.parse_csv(text, path.name)
    rows = [(1, list(table.header.cells)), *((row.line, list(row.cells)) for row in table.rows)]
    return _grid(path.name, iter(rows))


def _decoded(raw: bytes) -> str:
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", errors="replace")  # what Excel calls Unicode text
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")  # what statistics programs in Europe export


def _excel_rows(path: Path) -> Iterator[list[str]]:
    """Yield the rows of the first sheet; a formula comes as its text, which is no number."""
    sheets = unpack(path)
    for row in next(iter(sheets.values()), []):
        yield ["" if cell is None else cell.text for cell in row]


def _stata_rows(path: Path) -> Iterator[list[str]]:
    pandas = _library("pandas", "pandas", path)
    try:
        frame = pandas.read_stata(path, convert_categoricals=False)
    except Exception as error:  # whatever pandas and struct raise for broken files
        raise WinsetError(
            f"{path}: must be a Stata file that can be read; found a damaged one "
            f"({type(error).__name__})"
        ) from None
    yield [str(name) for name in frame.columns]
    for row in frame.itertuples(index=False):
        yield [_plain(cell) for cell in row]


def _library(name: str, extra: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        raise WinsetError(
            f"{path}: reading this kind of file needs {name}: {install_command(extra)}"
        ) from None


def _plain(cell: object) -> str:
    if cell is None or cell != cell:
        return ""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _grid(file: str, rows: Iterator[tuple[int, list[str]]]) -> Grid:
    _, header = next(rows, (1, []))
    columns = tuple(name.strip().lower() for name in header)
    problems: list[Problem] = [
        Problem(where="header", required="must name every column once", found=f"“{name}” twice",
                file=file, line=1, remedy="rename one of them")
        for name in sorted({name for name in columns if name and columns.count(name) > 1})
    ]  # fmt: skip
    lines = []
    for number, cells in rows:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            problems.append(
                Problem(where="line", required=f"must have {len(columns)} cells, as the header has",
                        found=str(len(cells)), file=file, line=number,
                        remedy="a cell with the delimiter in it must stand in quotation marks")
            )  # fmt: skip
        by_column = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        if any(by_column.values()):
            lines.append(GridLine(number=number, cells={**dict.fromkeys(columns, ""), **by_column}))
    if len(lines) > MOST_ROWS:
        raise WinsetError(f"{file}: a table must have at most {MOST_ROWS:,} lines")
    if problems:
        raise CaseError(problems)
    return Grid(file=file, columns=tuple(filter(None, columns)), lines=tuple(lines))
