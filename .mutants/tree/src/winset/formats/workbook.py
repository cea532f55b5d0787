"""Rows of text to the bytes of an XLSX file and back, with nothing in it that Excel would run."""

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from winset.case.ranges import NUMBER, number_text
from winset.errors import WinsetError
from winset.errors.installing import install_command
from winset.formats.sheets import SHEETS, Column, Sheet

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

MOST_BYTES = 64_000_000
MOST_UNPACKED = 256_000_000
MOST_ENTRIES = 1_000
MOST_RATIO = 250  # of what repeats itself, such as empty styled cells, seen up to about 100
MOST_ROWS = 100_000
LONGEST_CELL = 32_767  # Excel's own limit
DROP_DOWN_ROWS = 1_000
FIRST_DAY = datetime.date(1900, 3, 1)  # Excel believes in a 29 February 1900
_WORDY = ("title", "value", "label", "text", "question", "note", "change_note", "outcome_note")
_RUN = ("=", "+", "-", "@", "\t", "\r")
# Characters that XML cannot hold are written _xHHHH_ (ECMA-376 part 1, 22.9.2.19 ST_Xstring).
_ESCAPED = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRows:
    """What stands in a cell: its text, or why it is refused.

    Attributes:
        cell: its name, ``D7``.
        refused: what it must be instead; empty for what can be read.
    """

    cell: str
    text: str
    refused: str = ""


def _openpyxl() -> ModuleType:
    try:
        import openpyxl
    except ImportError:
        raise WinsetError(
            f"Excel workbooks need openpyxl; found none; `{install_command('excel')}`"
        ) from None
    return openpyxl


def pack(rows: Mapping[str, Sequence[Mapping[str, str]]]) -> bytes:
    """Return the workbook with the ``rows`` of every sheet, column to text.

    Raises:
        WinsetError: when openpyxl is missing, or a text is longer than a cell of Excel.
    """
    book = _openpyxl().Workbook()
    book.properties.creator = "winset"
    book.remove(book.active)
    for sheet in SHEETS:
        page = book.create_sheet(sheet.name)
        _write_header(page, sheet)
        for number, row in enumerate(rows[sheet.name], start=2):
            for index, column in enumerate(sheet.columns, start=1):
                if text := row.get(column.name, ""):
                    _write_cell(page, number, index, column, text)
        _add_choices(page, sheet, rows)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_header(page: "Worksheet", sheet: Sheet) -> None:
    from openpyxl.comments import Comment
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    for index, column in enumerate(sheet.columns, start=1):
        cell = page.cell(1, index, column.name)
        cell.font = Font(bold=True)
        if column.note:
            cell.comment = Comment(column.note, "winset")
        width = 60 if column.name in _WORDY else max(12, len(column.name) + 4)
        page.column_dimensions[get_column_letter(index)].width = width
    page.freeze_panes = "A2"


def _write_cell(page: "Worksheet", row: int, index: int, column: Column, text: str) -> None:
    cell = page.cell(row, index)
    if column.kind == "number" and re.fullmatch(NUMBER, text):
        number = float(text)
        if number_text(number) == text and float(f"{number:.15g}") == number:  # what Excel keeps
            cell.value = int(number) if number.is_integer() else number
            return
    if column.kind == "date":
        day = datetime.date.fromisoformat(text)
        if day >= FIRST_DAY:
            cell.value = day
            cell.number_format = "yyyy-mm-dd"
            return
    escaped = _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)
    if len(escaped) > LONGEST_CELL:
        raise WinsetError(
            f"{page.title}!{cell.coordinate}: {column.name}: a cell of Excel must have at most "
            f"{LONGEST_CELL:,} characters; found {len(escaped):,}; shorten the text"
        )
    cell.value = escaped
    cell.data_type = "s"  # openpyxl would make “=…” a formula and “#N/A” an error
    if text.startswith(_RUN):
        cell.quotePrefix = True


def _add_choices(
    page: "Worksheet", sheet: Sheet, rows: Mapping[str, Sequence[Mapping[str, str]]]
) -> None:
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    last = len(rows[sheet.name]) + DROP_DOWN_ROWS
    for index, column in enumerate(sheet.columns, start=1):
        if not column.choices:
            continue
        if isinstance(column.choices, str):
            most = len(rows[column.choices]) + DROP_DOWN_ROWS
            formula = f"={column.choices}!$A$2:$A${most}"
        else:
            formula = f'"{",".join(column.choices)}"'
        rule = DataValidation(type="list", formula1=formula, allow_blank=True)
        rule.showErrorMessage = not column.others
        rule.errorTitle = column.name
        rule.error = "Choose from the list."
        letter = get_column_letter(index)
        rule.add(f"{letter}2:{letter}{last}")
        page.add_data_validation(rule)


def unpack(path: Path) -> dict[str, list[list[SheetRows | None]]]:
    """Return the cells of every sheet by row and column; None where a cell is empty.

    Raises:
        WinsetError: when it is no workbook, too large, or holds what might blow up or be run.
    """
    try:
        if path.is_dir() or not path.exists():
            present = "a folder" if path.is_dir() else "nothing"
            raise WinsetError(f"{path}: must be an Excel workbook (.xlsx); found {present}")
        if (size := path.stat().st_size) > MOST_BYTES:
            raise WinsetError(f"{path}: must be at most {MOST_BYTES:,} bytes; found {size:,}")
        data = path.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or error
        raise WinsetError(f"{path}: cannot be read: {reason}") from None
    openpyxl = _openpyxl()
    try:
        _check_archive(path, data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about decoration that openpyxl does not keep
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
            try:
                return {page.title: _cells(path, page) for page in book.worksheets}
            finally:
                book.close()
    except WinsetError:
        raise
    except Exception as error:  # whatever openpyxl, zipfile and expat raise for broken files
        raise WinsetError(
            f"{path}: must be an Excel workbook (.xlsx) that can be read; found a damaged one "
            f"({type(error).__name__}); open it in Excel and save it again"
        ) from None


def _check_archive(path: Path, data: bytes) -> None:
    """Refuse what grows when it is opened, before it is opened."""
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise WinsetError(
            f"{path}: must be an Excel workbook (.xlsx); found another kind of file; in Excel: "
            "save as “Excel workbook (.xlsx)”, without a password"
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > MOST_ENTRIES or unpacked > MOST_UNPACKED:
            raise WinsetError(
                f"{path}: must unpack to at most {MOST_ENTRIES:,} files and {MOST_UNPACKED:,} "
                f"bytes; found {len(entries):,} and {unpacked:,}"
            )
        for entry in entries:
            if entry.file_size > max(1_000_000, MOST_RATIO * entry.compress_size):
                raise WinsetError(
                    f"{path}: must not be packed more than {MOST_RATIO}-fold; found "
                    f"{entry.file_size:,} bytes packed into {entry.compress_size:,}"
                )
            # Without the NULs UTF-16 looks like ASCII; expat reads no other wide encoding.
            text = archive.read(entry).replace(b"\0", b"")
            if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                raise WinsetError(
                    f"{path}: must hold no XML document types or entities; found one; no "
                    "spreadsheet program writes them"
                )


def _cells(path: Path, page: Any) -> list[list[SheetRows | None]]:
    from openpyxl.utils import get_column_letter

    page.reset_dimensions()  # what the file says of its size may be wrong
    rows: list[list[SheetRows | None]] = []
    filled = 0
    for number, row in enumerate(page.iter_rows(), start=1):
        cells = [
            _read_cell(cell, f"{get_column_letter(k)}{number}")
            for k, cell in enumerate(row, start=1)
        ]
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            filled = number
        if number <= MOST_ROWS:
            rows.append(cells)
        if filled > MOST_ROWS or number > 1_048_576:
            raise WinsetError(f"{path}: {page.title}: must have at most {MOST_ROWS:,} rows")
    return rows[:filled]


def _read_cell(cell: Any, name: str) -> SheetRows | None:
    value = cell.value
    if value is None:
        return None
    if cell.data_type == "f":
        text = getattr(value, "text", None) or str(value)
        return SheetRows(cell=name, text=str(text), refused="must be a value, not a formula")
    if cell.data_type == "e":
        return SheetRows(cell=name, text=str(value), refused="must be a value, not an error")
    if isinstance(value, bool):
        return SheetRows(cell=name, text="true" if value else "false")
    if isinstance(value, int | float):
        return SheetRows(cell=name, text=number_text(value))
    if isinstance(value, datetime.datetime):
        midnight = value.time() == datetime.time()
        return SheetRows(cell=name, text=(value.date() if midnight else value).isoformat())
    if isinstance(value, datetime.date):
        return SheetRows(cell=name, text=value.isoformat())
    if isinstance(value, str):
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), value)
        return SheetRows(cell=name, text=text) if text else None
    return SheetRows(cell=name, text=str(value), refused="must be text, a number or a date")
