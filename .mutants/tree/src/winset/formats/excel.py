"""XLSX workbooks, a sheet a table: written from a case and read back without losing a number."""

import os
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winset.case.draft import HEAD, Draft, FilePlace, field_names
from winset.case.folder import write_file
from winset.case.model import Case
from winset.case.rules import Path as Steps
from winset.case.tables import TABLE_KINDS, name_of
from winset.errors import Problem, nearest, shorten
from winset.formats import workbook
from winset.formats.sheets import (
    CASE,
    LABELS,
    OPTIONS,
    RECORD_SHEETS,
    SCENARIOS,
    SHEETS,
    Sheet,
    rows_of,
)
from winset.formats.workbook import SheetRows


def write_workbook(case: Case, path: str | os.PathLike[str]) -> None:
    """Write ``case`` as an Excel workbook, whole or not at all.

    Kept texts and games do not fit into a workbook and stay behind.

    Raises:
        WinsetError: when openpyxl is missing, a text is too long for a cell, or the file cannot be
            written.
    """
    write_file(Path(path), workbook.pack(rows_of(case)))


def read_workbook(path: str | os.PathLike[str]) -> Case:
    """Return the case in the workbook at ``path``.

    Raises:
        CaseError: with every problem found, each at its sheet and cell: ``stances!D7``.
        WinsetError: when it is no workbook, or none that is safe to open.
    """
    sheets = workbook.unpack(Path(path))
    return _Import(sheets).draft.case(order=_order)


def _order(problem: Problem) -> tuple[int, int, int, str]:
    """Sort as a reader goes: by sheet, row and column."""
    name, _, cell = problem.file.partition("!")
    index = next((k for k, sheet in enumerate(SHEETS) if sheet.name == name), len(SHEETS))
    letters, digits = re.fullmatch(r"([A-Z]*)(\d*)", cell).groups()  # type: ignore[union-attr]
    return index, int(digits or 0), len(letters), letters


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet: column to text, column to place, and the columns reported as unreadable."""

    cells: dict[str, str]
    at: dict[str, str]
    unreadable: set[str]
    start: str


class _Import:
    """One pass over the sheets: the draft of the case they write."""

    def __init__(self, sheets: dict[str, list[list[SheetRows | None]]]) -> None:
        self.draft = Draft()
        for name in sheets:
            if name not in [sheet.name for sheet in SHEETS] and not name.startswith("_"):
                self.draft.report(
                    FilePlace(file=name),
                    where=f"sheet {shorten(name)}",
                    required="must be a known sheet",
                    actual=shorten(name),
                    remedy=f"{nearest(name, [s.name for s in SHEETS])} "
                    "A sheet of your own begins with “_”",
                )
        self._rows = {s.name: list(self._read(s, sheets.get(s.name, []))) for s in SHEETS}
        self._head()
        self._scenarios()
        nested = {
            "issues": ("labels", self._nested(LABELS, "issues")),
            "questions": ("options", self._nested(OPTIONS, "questions")),
        }
        for sheet in RECORD_SHEETS:
            field, entries = nested.get(sheet.name, ("", {}))
            for row in self._rows[sheet.name]:
                self._record(sheet, row, field, entries.get(row.cells.get("id", ""), []))

    def _read(self, sheet: Sheet, grid: list[list[SheetRows | None]]) -> Iterator[_Row]:
        """Yield the rows that say something, once the header holds."""
        header = grid[0] if grid else []
        names = [cell.text.strip() if cell else "" for cell in header]
        for k, name in enumerate(names):
            if name and (sheet.column(name) is None or name in names[:k]):
                twice = name in names[:k]
                self.draft.report(
                    FilePlace(file=f"{sheet.name}!{header[k].cell}"),  # type: ignore[union-attr]
                    where=f"{sheet.name}: header",
                    required="must stand once" if twice else "must be a known column",
                    actual=shorten(name),
                    remedy="remove it" if twice else nearest(name, [c.name for c in sheet.columns]),
                )
        missing = [c.name for c in sheet.columns if c.required and c.name not in names]
        if (grid or sheet is CASE) and missing:
            self.draft.whole = False
            self.draft.report(
                FilePlace(file=f"{sheet.name}!A1" if grid else sheet.name),
                where=f"{sheet.name}: header",
                required=f"must have the columns {', '.join(missing)}",
                actual=shorten(", ".join(filter(None, names)) or "nothing"),
                remedy="`winset export excel` writes a workbook with all sheets and headers",
            )
            return
        for number, cells in enumerate(grid[1:], start=2):
            row = _Row({}, {}, set(), f"{sheet.name}!A{number}")
            for k, cell in enumerate(cells):
                if cell is not None:
                    self._cell(sheet, row, names[k] if k < len(names) else "", cell)
            if row.at:
                yield row

    def _cell(self, sheet: Sheet, row: _Row, column: str, cell: SheetRows) -> None:
        place = f"{sheet.name}!{cell.cell}"
        text = cell.text if column == "quote" else cell.text.strip()
        if not text:
            return
        if not column:
            self.draft.report(
                FilePlace(file=place), where=sheet.name, required="must stand under a header",
                actual=shorten(cell.text), remedy="move it, or clear the cell",
            )  # fmt: skip
            return
        row.at[column] = place
        if cell.refused:
            row.unreadable.add(column)
            self.draft.report(
                FilePlace(file=place), where=f"{sheet.name}: {column}", required=cell.refused,
                actual=shorten(cell.text), remedy="in Excel: copy, then paste as values",
            )  # fmt: skip
        else:
            row.cells[column] = text

    def _head(self) -> None:
        values: dict[str, object] = {}
        at: dict[Steps, str] = {}
        for row in self._rows["case"]:
            key = row.cells.get("key", "")
            if not key or (key,) in at:
                self._report(row, "key", "case: key", "must stand once and be known", key)
                continue
            values[key] = row.cells.get("value") or None
            at[key,] = row.at.get("value" if key in HEAD else "key", row.start)
        if self._rows["case"] or self.draft.whole:
            self.draft.set_head(values, _places(at, "case!A1"))

    def _report(self, row: _Row, column: str, where: str, required: str, actual: str) -> None:
        if column not in row.unreadable:
            place = FilePlace(file=row.at.get(column, row.start))
            self.draft.report(place, where=where, required=required, actual=shorten(actual))

    def _nested(self, sheet: Sheet, parent: str) -> dict[str, list[_Row]]:
        """Return the rows of ``sheet`` by the id of the record that they belong to."""
        first, second = sheet.columns[0].name, sheet.columns[1].name
        known = [row.cells.get("id", "") for row in self._rows[parent]]
        rows: dict[str, list[_Row]] = defaultdict(list)
        for row in self._rows[sheet.name]:
            id, key = row.cells.get(first, ""), row.cells.get(second, "")
            if id not in known:
                self._report(row, first, f"{sheet.name}: {first}", f"must stand in {parent}", id)
            elif any(other.cells[second] == key for other in rows[id]):
                self._report(row, second, f"{id}: {second}", "must stand once", key)
            elif not key:
                self._report(row, second, f"{id}: {second}", "must be given", key)
            else:
                rows[id].append(row)
        return rows

    def _record(self, sheet: Sheet, row: _Row, field: str, entries: list[_Row]) -> None:
        values: dict[str, Any] = {}
        at: dict[Steps, str] = {}
        _fill(sheet, row, (), values, at)
        unreadable = {c.path[0] for c in sheet.columns if c.name in row.unreadable}
        _, second, third = (LABELS if field == "labels" else OPTIONS).columns
        for entry in entries:
            key = entry.cells[second.name]
            values.setdefault(field, {})[key] = entry.cells.get(third.name, "")
            at[field, key, "[key]"] = entry.at[second.name]
            at[field, key] = entry.at.get(third.name, entry.start)
            if third.name in entry.unreadable:
                unreadable.add(field)
        kind = TABLE_KINDS.get(sheet.name)
        otherwise = row.start.replace("!A", ": row ")
        name = name_of(kind, row.cells, otherwise) if kind else row.cells.get("id", otherwise)
        self.draft.add(
            sheet.name, values, shorten(name)[1:-1], _places(at, row.start), reported=unreadable
        )

    def _scenarios(self) -> None:
        """Put the rows of a scenario together: what it is on the first, a change on each."""
        by_id: dict[str, list[_Row]] = defaultdict(list)
        for row in self._rows["scenarios"]:
            by_id[row.cells.get("scenario", "")].append(row)
        own = [column for column in SCENARIOS.columns if len(column.path) == 1]
        for id, rows in by_id.items():
            values: dict[str, Any] = {"changes": []}
            at: dict[Steps, str] = {}
            unreadable: set[str] = set()
            for row in rows:
                fields: dict[str, Any] = {}
                _fill(SCENARIOS, row, (len(values["changes"]),), fields, at)
                for column in own[1:]:
                    if row is not rows[0] and row.cells.get(column.name):
                        self._report(
                            row, column.name, f"{id}: {column.name}",
                            "must stand on the first row of the scenario only",
                            row.cells[column.name],
                        )  # fmt: skip
                unreadable |= {c.path[0] for c in SCENARIOS.columns if c.name in row.unreadable}
                if change := fields.pop("changes", None):
                    values["changes"].append(change)
                values = {**fields, **values}
            self.draft.add(
                "scenarios", values, shorten(id)[1:-1], _places(at, rows[0].start),
                reported=unreadable & field_names("scenarios"),
            )  # fmt: skip


def _fill(
    sheet: Sheet, row: _Row, nth: Steps, values: dict[str, Any], at: dict[Steps, str]
) -> None:
    """Put the cells of ``row`` where the record has them, and note where each stands.

    Args:
        sheet: whose row it is.
        row: the row.
        nth: put behind the first step of a longer path: which change of a scenario it is.
        values: gets the cells, nested as the record is.
        at: gets the place of each.
    """
    for column in sheet.columns:
        if column.name in row.at:
            path = (column.path[0], *nth, *column.path[1:]) if column.path[1:] else column.path
            at.setdefault(path, row.at[column.name])
        if text := row.cells.get(column.name):
            inner = values
            for step in column.path[:-1]:
                inner = inner.setdefault(step, {})
            inner[column.path[-1]] = text


def _places(at: dict[Steps, str], start: str) -> Any:
    """Return what tells where a field stands: its cell, or the nearest one that has to do with it.

    Args:
        at: path in the record to cell.
        start: the first cell of the record.
    """

    def places(path: Steps) -> FilePlace:
        for length in range(len(path), 0, -1):
            if path[:length] in at:
                return FilePlace(file=at[path[:length]])
        inside = [cell for known, cell in at.items() if path and known[: len(path)] == path]
        return FilePlace(file=inside[0] if inside else start)

    return places
