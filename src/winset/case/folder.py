"""The case folder: plain text in, a checked case out, and back without losing a comment."""

import dataclasses
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from types import SimpleNamespace
from typing import Any

from winset.case import csv_text, yaml_text
from winset.case.model import Case
from winset.case.parts import (
    Actor,
    Document,
    Head,
    Issue,
    Party,
    Question,
    Scenario,
    Stance,
    Statement,
    Tie,
)
from winset.case.records import BadField, plain, understand
from winset.case.rules import Broken, broken_rules
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten

HEAD = ("title", "as_of", "summary", "citation", "notes")
COLLECTIONS: Mapping[str, type] = {
    "parties": Party,
    "issues": Issue,
    "scenarios": Scenario,
    "questions": Question,
}


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
_KINDS = {kind.name: kind for kind in (*TABLES, STATEMENTS)}
MOST_FILES = 500
_WORDY = ("id", "name", "aliases", "title", "publisher", "url", "note", "condition", "quote")
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")


def read_case(folder: str | os.PathLike[str]) -> Case:
    """Return the case in ``folder``.

    Raises:
        CaseError: with every problem found, each at its file, line and column.
        WinsetError: when there is no case there at all.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what = "a file, not a folder" if folder.exists() else "nothing"
        raise WinsetError(f"{folder}: must be a case folder; found {what}")
    if not (folder / "case.yaml").is_file():
        raise WinsetError(
            f"{folder}: must hold a case.yaml; found none; `winset new {folder}` writes one"
        )
    return replace(parse_case(_read_files(folder)), folder=folder.resolve())


def _read_files(folder: Path) -> dict[str, bytes]:
    names = ["case.yaml", *(f"{kind.name}.csv" for kind in TABLES)]
    for sub, ending in (("statements", ".csv"), ("games", ".yaml")):
        if (folder / sub).is_dir():
            found = sorted(p.name for p in (folder / sub).iterdir() if p.suffix == ending)
            names += [f"{sub}/{name}" for name in found[:MOST_FILES]]
    files = {}
    root = folder.resolve()
    for name in names:
        path = folder / name
        if not path.exists():
            continue
        if not path.resolve().is_relative_to(root):
            raise WinsetError(f"{name}: must lie inside the case folder; found a link out of it")
        limit = csv_text.MOST_BYTES if path.suffix == ".csv" else yaml_text.MOST_BYTES
        if path.stat().st_size > limit:
            raise CaseError(
                [Problem(where=name, required=f"must be at most {limit:,} bytes",
                         found=f"{path.stat().st_size:,}", file=name,
                         remedy="a case file is small: is this the right file?")]
            )  # fmt: skip
        files[name] = path.read_bytes()
    return files


def parse_case(files: Mapping[str, bytes]) -> Case:
    """Return the case that ``files`` (path in the folder to bytes) write.

    Raises:
        CaseError: with every problem found.
    """
    reading = _Reading(files)
    problems = [*reading.problems]
    for broken in broken_rules(reading.draft):
        if not reading.is_bad(broken.path):
            problems.append(reading.placed(broken))
    if problems:
        order = {name: k for k, name in enumerate(files)}
        problems.sort(key=lambda p: (order.get(p.file, -1), p.line, p.column))
        raise CaseError(problems)
    return Case(**vars(reading.draft), files=dict(files))


class _Reading:
    """One pass over the files: a draft of the case, what is wrong, and where all of it stands."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.problems: list[Problem] = []
        self.draft: Any = SimpleNamespace()
        self.tree: yaml_text.Node | None = None
        self.tables: dict[str, csv_text.Table] = {}
        self._places: dict[tuple[str, int], tuple[str, csv_text.Table, csv_text.Row]] = {}
        self._bad: set[tuple[str | int, ...]] = set()
        self._yaml(files.get("case.yaml", b""))
        for kind in TABLES:
            self._table(kind, f"{kind.name}.csv", files, {})
        self.draft.statements = []
        for name in files:
            if name.startswith("statements/"):
                self._table(STATEMENTS, name, files, {"coder": PurePosixPath(name).stem})
        for name, value in vars(self.draft).items():
            if isinstance(value, list):
                setattr(self.draft, name, tuple(value))

    def is_bad(self, path: tuple[str | int, ...]) -> bool:
        """Whether the cell at ``path`` was reported already."""
        return path[:3] in self._bad

    def placed(self, broken: Broken) -> Problem:
        """Return the breach with file, line and column."""
        name, index = broken.path[0], broken.path[1]
        if place := self._places.get((str(name), int(index))):
            file, table, row = place
            column = _KINDS[str(name)].column_of(str(broken.path[2]))
            at = table.columns.index(column) if column in table.columns else 0
            return broken.problem(file=file, line=row.line, column=table.column_of(row, at))
        assert self.tree is not None
        member = getattr(self.draft, str(name))[int(index)]
        node = self.tree.at((name, member.id, *broken.path[2:]))
        return broken.problem(file="case.yaml", line=node.line, column=node.column)

    def _decode(self, data: bytes, file: str) -> str | None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.problems.append(
                Problem(
                    where=file,
                    required="must be UTF-8 text",
                    found=f"byte 0x{data[error.start]:02x}",
                    remedy="save it as UTF-8 (in Excel: “CSV UTF-8”)",
                    file=file,
                    line=data.count(b"\n", 0, error.start) + 1,
                )
            )
            return None

    def _yaml(self, data: bytes) -> None:
        draft = self.draft
        draft.title, draft.as_of = "", None
        for name in COLLECTIONS:
            setattr(draft, name, [])
        text = self._decode(data, "case.yaml")
        if text is None:
            return
        try:
            self.tree = yaml_text.parse_yaml(text, "case.yaml")
        except CaseError as error:
            self.problems += error.problems
            return
        said = self.tree.plain()
        head, bad = understand(Head, {k: v for k, v in said.items() if k not in COLLECTIONS})
        for field in bad:
            if field.path[0] in said and field.path[0] not in HEAD:
                remedy = nearest(str(field.path[0]), (*HEAD, *COLLECTIONS))
                field = replace(field, required="no such key in a case", remedy=remedy)
            self._bad_field(field, "case", (), ())
        for name in HEAD:
            setattr(draft, name, getattr(head, name))
        for name, kind in COLLECTIONS.items():
            members = said.get(name) or {}
            if not isinstance(members, dict):
                self._bad_field(
                    BadField(path=(name,), required="must be a mapping of ids to entries",
                             found="something else"), "case", (), ()
                )  # fmt: skip
                continue
            for id, values in members.items():
                if not isinstance(values, dict):
                    values = {}
                record, bad = understand(kind, {**_present(values), "id": id})
                path = (name, len(getattr(draft, name)))
                getattr(draft, name).append(record)
                for field in bad:
                    self._bad_field(field, str(id), (name, id), path)

    def _bad_field(
        self, field: BadField, name: str, at: tuple[str, ...], path: tuple[str | int, ...]
    ) -> None:
        self._bad.add((*path, field.path[0]))
        node = self.tree.at((*at, *field.path)) if self.tree else None
        self.problems.append(
            Problem(
                where=": ".join([name, *(str(step) for step in field.path)]),
                required=field.required,
                found=field.found,
                remedy=field.remedy,
                file="case.yaml",
                line=node.line if node else 0,
                column=node.column if node else 0,
            )
        )

    def _table(
        self, kind: TableKind, file: str, files: Mapping[str, bytes], given: dict[str, str]
    ) -> None:
        rows: list[Any] = self.draft.statements if given else []
        setattr(self.draft, kind.name, rows)
        text = self._decode(files[file], file) if file in files else None
        if text is None:
            return
        try:
            table = csv_text.parse_csv(text, file)
        except CaseError as error:
            self.problems += error.problems
            return
        self.tables[file] = table
        if not self._header_holds(kind, table, file):
            return
        for row in table.rows:
            if len(row.cells) != len(table.columns):
                self.problems.append(
                    Problem(
                        where=f"{kind.name}: row",
                        required=f"must have {len(table.columns)} cells",
                        found=str(len(row.cells)),
                        remedy="check delimiters, and put quotes round a cell that holds one",
                        file=file,
                        line=row.line,
                    )
                )
                continue
            record, bad = understand(kind.row, {**_cells(kind, table, row), **given})
            self._places[kind.name, len(rows)] = (file, table, row)
            for field in bad:
                self._bad.add((kind.name, len(rows), field.path[0]))
                column = kind.column_of(str(field.path[0]))
                at = table.columns.index(column) if column in table.columns else 0
                self.problems.append(
                    Problem(
                        where=f"{_row_name(kind, table, row)}: {column}",
                        required=field.required,
                        found=field.found,
                        remedy=field.remedy,
                        file=file,
                        line=row.line,
                        column=table.column_of(row, at),
                    )
                )
            rows.append(record)

    def _header_holds(self, kind: TableKind, table: csv_text.Table, file: str) -> bool:
        before = len(self.problems)
        for index, column in enumerate(table.columns):
            twice = column in table.columns[:index]
            if column in kind.columns and not twice:
                continue
            self.problems.append(
                Problem(
                    where=f"{kind.name}: column {index + 1}",
                    required="must stand once" if twice else "must be a known column",
                    found=shorten(column),
                    remedy="remove it" if twice else nearest(column, kind.columns),
                    file=file,
                    line=1,
                    column=table.column_of(table.header, index),
                )
            )
        for column in _required(kind):
            if column not in table.columns:
                self.problems.append(
                    Problem(
                        where=f"{kind.name}: header",
                        required=f"must have the column “{column}”",
                        found=shorten(", ".join(table.columns)),
                        remedy=f"begin the file with {','.join(kind.columns)}",
                        file=file,
                        line=1,
                    )
                )
        return len(self.problems) == before


def _present(values: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out keys without a value: they mean the default."""
    return {key: value for key, value in values.items() if value is not None}


def _cells(kind: TableKind, table: csv_text.Table, row: csv_text.Row) -> dict[str, str]:
    """Return the cells that say something, by field."""
    said = {}
    for column, cell in zip(table.columns, row.cells, strict=True):
        text = cell.strip()
        if text and table.delimiter == ";" and column not in _WORDY:
            text = _DECIMAL_COMMA.sub(".", text)
        if text:
            said[kind.field_of(column)] = text
    return said


def _row_name(kind: TableKind, table: csv_text.Table, row: csv_text.Row) -> str:
    cells = dict(zip(table.columns, row.cells, strict=True))
    names = [shorten(cells[c], 40)[1:-1] for c in kind.key if cells.get(c)]
    if kind.name == "stances" and len(names) > 1:
        return " ".join([f"{names[1]} on {names[0]}", *names[2:]])
    return " → ".join(names[:2]) if names else f"row on line {row.line}"


def _required(kind: TableKind) -> list[str]:
    return [
        kind.column_of(field.name)
        for field in dataclasses.fields(kind.row)
        if field.default is dataclasses.MISSING
        and field.default_factory is dataclasses.MISSING
        and field.name != "coder"
    ]


def _said_by_row(kind: TableKind, record: Any) -> dict[str, str]:
    """Return what a row says, column to cell, in canonical form."""
    said = plain(record)
    assert isinstance(said, dict)
    cells = {}
    for column in kind.columns:
        value = said.get(kind.field_of(column))
        if isinstance(value, list):
            value = "; ".join(value)
        cells[column] = "" if value is None else str(value)
    return cells


def _said_by_head(case: Case) -> dict[str, Any]:
    """Return what case.yaml says, in plain form."""
    said: dict[str, Any] = {"title": case.title, "as_of": case.as_of.isoformat()}
    said |= {name: text for name in HEAD[2:] if (text := getattr(case, name))}
    for name in COLLECTIONS:
        members: dict[str, Any] = {}
        for record in getattr(case, name):
            body = plain(record)
            assert isinstance(body, dict)
            members[body.pop("id")] = body
        if members:
            said[name] = members
    return said


def render_case(case: Case) -> dict[str, bytes]:
    """Return the files that write ``case``: those it was read from, changed only where it is."""
    files = {name: data for name, data in case.files.items() if name.startswith("games/")}
    reading = _Reading(case.files) if case.files else None
    said = _said_by_head(case)
    if reading is not None and reading.tree is not None:
        before = _said_by_head(parse_case(case.files))
        text = case.files["case.yaml"].decode("utf-8")
        files["case.yaml"] = yaml_text.patch_yaml(text, reading.tree, before, said).encode()
    else:
        files["case.yaml"] = yaml_text.write_yaml(said).encode()
    for kind in TABLES:
        rows = [_said_by_row(kind, record) for record in getattr(case, kind.name)]
        _render_table(kind, f"{kind.name}.csv", rows, reading, files)
    coders = dict.fromkeys(s.coder for s in case.statements)
    coders |= dict.fromkeys(
        PurePosixPath(name).stem for name in case.files if name.startswith("statements/")
    )
    for coder in coders:
        own = [_said_by_row(STATEMENTS, s) for s in case.statements if s.coder == coder]
        _render_table(STATEMENTS, f"statements/{coder}.csv", own, reading, files)
    return files


def _render_table(
    kind: TableKind,
    file: str,
    rows: list[dict[str, str]],
    reading: _Reading | None,
    files: dict[str, bytes],
) -> None:
    if reading is not None and file in reading.tables:
        table = reading.tables[file]
        said = [
            _said_by_row(kind, understand(kind.row, _given(kind, file, table, row))[0])
            for row in table.rows
        ]
        text = csv_text.patch_csv(table, said, rows, lambda r: tuple(r[c] for c in kind.key))
    elif rows or kind.name in ("actors", "stances"):
        used = [c for c in kind.columns if c not in kind.optional or any(r[c] for r in rows)]
        text = csv_text.write_csv(used, [[row[c] for c in used] for row in rows])
    else:
        return
    files[file] = text.encode()


def _given(kind: TableKind, file: str, table: csv_text.Table, row: csv_text.Row) -> dict[str, str]:
    coder = {"coder": PurePosixPath(file).stem} if kind is STATEMENTS else {}
    return {**_cells(kind, table, row), **coder}


def write_case(case: Case, folder: str | os.PathLike[str]) -> None:
    """Write ``case`` into ``folder``, each file whole or not at all.

    Files that say the same already are left alone. Kept texts travel with a case that moves to
    another folder.

    Raises:
        WinsetError: when the folder cannot be written.
    """
    folder = Path(folder)
    files = render_case(case)
    try:
        for name, data in files.items():
            write_file(folder / name, data)
        for document in case.documents:
            if document.file and case.folder and case.folder != folder.resolve():
                source = case.folder / document.file
                if source.is_file() and source.resolve().is_relative_to(case.folder):
                    write_file(folder / document.file, source.read_bytes())
    except OSError as error:
        raise WinsetError(f"{folder}: cannot be written: {error.strerror}") from None


def write_file(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` by way of a temporary file: a reader sees the old or the new."""
    if path.is_file() and path.read_bytes() == data:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
        else:
            umask = os.umask(0)
            os.umask(umask)
            Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
