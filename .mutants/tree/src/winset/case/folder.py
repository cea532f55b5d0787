"""The case folder: plain text in, a checked case out, and back without losing a comment."""

import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any

from winset.case import csv_text, yaml_text
from winset.case.atomic import write_file as write_file
from winset.case.atomic import write_files
from winset.case.cells import ID_PATTERN
from winset.case.chain import check_ledger
from winset.case.draft import COLLECTIONS, HEAD, Draft, FilePlace, Places, field_names
from winset.case.lock import unwritable, write_lock
from winset.case.merging import ChangedError, merged
from winset.case.model import Case
from winset.case.records import plain, understand
from winset.case.rules import Path as Steps
from winset.case.tables import (
    STATEMENTS,
    TABLES,
    TableKind,
    cells_of,
    name_of,
    required_columns,
)
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten

MOST_FILES = 500
_NUMERIC = (
    "if", "position", "salience", "influence", "price", "red_line_low", "red_line_high",
    "audience_cost", "weight", "value", "probability",
)  # fmt: skip
_DECIMAL_COMMA = re.compile(r"(?<=\d),(?=\d)")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")


def read_case(folder: str | os.PathLike[str], *, ledger: bool = True) -> Case:
    """Return the case in ``folder``.

    Args:
        folder: the case folder.
        ledger: whether its ledger, if it has one, must be one as well.

    Raises:
        CaseError: with every problem found, each at its file, line and column.
        WinsetError: when there is no case there at all, or it cannot be read.
    """
    folder = Path(folder)
    try:
        if not folder.is_dir():
            present = "a file, not a folder" if folder.exists() else "nothing"
            raise WinsetError(f"{folder}: must be a case folder; found {present}")
        if not (folder / "case.yaml").is_file():
            raise WinsetError(
                f"{folder}: must hold a case.yaml; found none; `winset new {folder}` writes one"
            )
        case = replace(parse_case(_read_files(folder)), folder=folder.resolve())
        if ledger:
            check_ledger(folder)
        return case
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        reason = getattr(error, "strerror", None) or error
        raise WinsetError(f"{folder}: cannot be read: {reason}") from None


def _read_files(folder: Path) -> dict[str, bytes]:
    root = folder.resolve()
    files = {}
    for name in _file_names(folder):
        path = folder / name
        if not path.exists():
            continue
        if not path.resolve().is_relative_to(root):
            raise WinsetError(f"{name}: must lie inside the case folder; found a link out of it")
        if not path.is_file():
            raise WinsetError(f"{name}: must be a file; found something else; move it away")
        limit = csv_text.MOST_BYTES if path.suffix == ".csv" else yaml_text.MOST_BYTES
        if (size := path.stat().st_size) > limit:
            raise CaseError(
                [Problem(where=name, required=f"must be at most {limit:,} bytes",
                         found=f"{size:,}", file=name,
                         remedy="a case file is small: is this the right file?")]
            )  # fmt: skip
        files[name] = path.read_bytes()
    return files


def _file_names(folder: Path) -> list[str]:
    names = ["case.yaml", *(f"{kind.name}.csv" for kind in TABLES)]
    for sub, ending in (("statements", ".csv"), ("games", ".yaml")):
        if (folder / sub).is_dir():
            listed = sorted(p.name for p in (folder / sub).iterdir() if p.suffix == ending)
            if len(listed) > MOST_FILES:
                raise WinsetError(
                    f"{sub}/: must hold at most {MOST_FILES} files; found {len(listed):,}"
                )
            names += [f"{sub}/{name}" for name in listed]
    return names


def parse_case(files: Mapping[str, bytes]) -> Case:
    """Return the case that ``files`` (path in the folder to bytes) write.

    Raises:
        CaseError: with every problem found.
    """
    order = {name: k for k, name in enumerate(files)}
    return _FolderReading(files).draft.case(
        order=lambda problem: (order.get(problem.file, -1), problem.line, problem.column),
        files=dict(files),
    )


def places_of(case: Case) -> Places:
    """Return what tells where a field (collection, index, field, …) stands in the case's files.

    Once the case says something else than its files, it is nowhere.
    """
    draft = _FolderReading(case.files).draft
    try:
        same = draft.case(order=str) == case
    except CaseError:
        same = False
    return draft.place_of if same else lambda _: FilePlace()


class _FolderReading:
    """One pass over the files: the draft of the case, and the tree and tables it came from."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.draft = Draft()
        self.tree: yaml_text.YamlNode | None = None
        self.tables: dict[str, csv_text.TextTable] = {}
        self._yaml(files.get("case.yaml", b""))
        for kind in TABLES:
            if f"{kind.name}.csv" in files:
                self._table(kind, f"{kind.name}.csv", files[f"{kind.name}.csv"], {})
        coded = [name for name in files if name.startswith("statements/")]
        for name in sorted(coded, key=lambda name: PurePosixPath(name).stem):
            self._statements(name, files[name])

    def _decode(self, data: bytes, file: str) -> str | None:
        try:
            return data.decode("utf-8")
        except UnicodeDecodeError as error:
            self.draft.whole = False
            self.draft.report(
                FilePlace(file=file, line=data.count(b"\n", 0, error.start) + 1),
                where=file,
                required="must be UTF-8 text",
                actual=f"byte 0x{data[error.start]:02x}",
                remedy="save it as UTF-8 (in Excel: “CSV UTF-8”)",
            )
            return None

    def _yaml(self, data: bytes) -> None:
        text = self._decode(data, "case.yaml")
        if text is None:
            return
        try:
            tree = yaml_text.parse_yaml(text, "case.yaml")
        except CaseError as error:
            self.draft.whole = False
            self.draft.problems += error.problems
            return
        self.tree = tree
        content = tree.plain()
        head = {key: value for key, value in content.items() if key not in COLLECTIONS}
        self.draft.set_head(head, _yaml_places(tree))
        for name in COLLECTIONS:
            members = {} if content.get(name) is None else content[name]
            if not isinstance(members, dict):
                self.draft.whole = False
                self.draft.report(
                    _yaml_places(tree)((name,)),
                    where=f"case: {name}",
                    required="must be a mapping of ids to entries",
                    actual=shorten(members),
                    remedy=f"write “{name}:”, and below it an id with its fields",
                )
                continue
            for id, values in members.items():
                self._member(name, id, {} if values is None else values, tree)

    def _member(self, collection: str, id: str, values: Any, tree: yaml_text.YamlNode) -> None:
        places = _yaml_places(tree, collection, id)
        name = shorten(id)[1:-1]
        whole = isinstance(values, dict) and "id" not in values
        if not whole:
            self.draft.report(
                places(()),
                where=name,
                required="must be a mapping of keys to values, without an id of its own",
                actual=shorten(values["id"] if isinstance(values, dict) else values),
                remedy="the key above it is its id",
            )
        fields = values if isinstance(values, dict) else {}
        reported = () if whole else field_names(collection)
        self.draft.add(collection, {**fields, "id": id}, name, places, reported=reported)

    def _statements(self, file: str, data: bytes) -> None:
        coder = PurePosixPath(file).stem
        if not re.fullmatch(ID_PATTERN, coder):
            self.draft.whole = False
            self.draft.report(
                FilePlace(file=file),
                where="statements: file",
                required="must be called by its coder: letters, digits, “-”, “_” or “.”",
                actual=shorten(coder),
                remedy="rename it",
            )
            return
        self._table(STATEMENTS, file, data, {"coder": coder})

    def _table(self, kind: TableKind, file: str, data: bytes, constants: Mapping[str, str]) -> None:
        text = self._decode(data, file)
        if text is None:
            return
        try:
            table = csv_text.parse_csv(text, file)
        except CaseError as error:
            self.draft.whole = False
            self.draft.problems += error.problems
            return
        self.tables[file] = table
        if not self._header_holds(kind, table, file):
            return
        for row in table.rows:
            cells = dict(zip(table.columns, row.cells, strict=False))
            ragged = len(row.cells) != len(table.columns)
            if ragged:
                self.draft.report(
                    FilePlace(file=file, line=row.line),
                    where=f"{kind.name}: row",
                    required=f"must have {len(table.columns)} cells",
                    actual=str(len(row.cells)),
                    remedy="check delimiters, and put quotes round a cell that holds one",
                )
            self.draft.add(
                kind.name,
                {**_values(kind, table, row), **constants},
                name_of(kind, cells, f"row on line {row.line}"),
                _csv_places(kind, table, row, file),
                reported=field_names(kind.name) if ragged else (),
            )

    def _header_holds(self, kind: TableKind, table: csv_text.TextTable, file: str) -> bool:
        for index, column in enumerate(table.columns):
            twice = column in table.columns[:index]
            if column in kind.columns and not twice:
                continue
            self.draft.report(
                FilePlace(file=file, line=1, column=table.column_of(table.header, index)),
                where=f"{kind.name}: column {index + 1}",
                required="must stand once" if twice else "must be a known column",
                actual=shorten(column),
                remedy="remove it" if twice else nearest(column, kind.columns),
            )
        missing = [c for c in required_columns(kind) if c not in table.columns]
        for column in missing:
            self.draft.whole = False
            self.draft.report(
                FilePlace(file=file, line=1),
                where=f"{kind.name}: header",
                required=f"must have the column “{column}”",
                actual=shorten(", ".join(table.columns)),
                remedy=f"begin the file with {','.join(kind.columns)}",
            )
        return not missing


def _yaml_places(tree: yaml_text.YamlNode, *at: str) -> Places:
    def places(path: Steps) -> FilePlace:
        inner = () if path == ("id",) else path
        node = tree.at((*at, *inner))
        return FilePlace(file="case.yaml", line=node.line, column=node.column)

    return places


def _csv_places(
    kind: TableKind, table: csv_text.TextTable, row: csv_text.TableRow, file: str
) -> Places:
    def places(path: Steps) -> FilePlace:
        column = kind.column_of(str(path[0])) if path else ""
        index = table.columns.index(column) if column in table.columns else 0
        return FilePlace(file=file, line=row.line, column=table.column_of(row, index))

    return places


def _values(kind: TableKind, table: csv_text.TextTable, row: csv_text.TableRow) -> dict[str, str]:
    """Return the cells that say something, by field."""
    values = {}
    for column, cell in zip(table.columns, row.cells, strict=False):
        text = cell if column == "quote" else cell.strip()
        if not text or column not in kind.columns:
            continue
        if table.delimiter == ";" and column in _NUMERIC:
            text = _DECIMAL_COMMA.sub(".", text)
        values[kind.field_of(column)] = text
    return values


def _yaml_content(case: Any) -> dict[str, Any]:
    """Return what case.yaml says, in plain form."""
    content: dict[str, Any] = {"title": case.title, "as_of": case.as_of.isoformat()}
    content |= {name: text for name in HEAD[2:] if (text := getattr(case, name))}
    for name in COLLECTIONS:
        members: dict[str, Any] = {}
        for record in getattr(case, name):
            body = plain(record)
            assert isinstance(body, dict)
            members[body.pop("id")] = body
        if members:
            content[name] = members
    return content


def render_case(case: Case) -> dict[str, bytes]:
    """Return the files that write ``case``: those it was read from, changed only where it is."""
    if case.files:
        files = _rendered(case, case.files)
        if files == case.files or _says(files, case):
            return files
    # Nothing to patch, or a layout too odd to patch: written afresh.
    games = {name: data for name, data in case.files.items() if name.startswith("games/")}
    return _rendered(case, games)


def _says(files: Mapping[str, bytes], case: Case) -> bool:
    try:
        return parse_case(files) == case
    except CaseError:
        return False


def _rendered(case: Case, read: Mapping[str, bytes]) -> dict[str, bytes]:
    files = {name: data for name, data in read.items() if name.startswith("games/")}
    reading = _FolderReading(read)
    content = _yaml_content(case)
    if reading.tree is None:
        files["case.yaml"] = yaml_text.write_yaml(content).encode()
    else:
        before = _yaml_content(parse_case(read))
        text = read["case.yaml"].decode("utf-8")
        files["case.yaml"] = yaml_text.patch_yaml(text, reading.tree, before, content).encode()
    for kind in TABLES:
        _render_table(kind, f"{kind.name}.csv", getattr(case, kind.name), reading, files)
    coders = dict.fromkeys(s.coder for s in case.statements)
    coders |= dict.fromkeys(
        PurePosixPath(name).stem for name in read if name.startswith("statements/")
    )
    for coder in coders:
        own = tuple(s for s in case.statements if s.coder == coder)
        _render_table(STATEMENTS, f"statements/{coder}.csv", own, reading, files)
    return files


def _render_table(
    kind: TableKind,
    file: str,
    records: tuple[Any, ...],
    reading: _FolderReading,
    files: dict[str, bytes],
) -> None:
    rows = [cells_of(kind, record) for record in records]
    if file in reading.tables:
        table = reading.tables[file]
        constants = {"coder": PurePosixPath(file).stem} if kind is STATEMENTS else {}
        present = [
            cells_of(kind, understand(kind.row, {**_values(kind, table, row), **constants})[0])
            for row in table.rows
        ]
        if _has_decimal_commas(table):
            present, rows = _with_commas(present), _with_commas(rows)
        text = csv_text.patch_csv(table, present, rows, lambda r: tuple(r[c] for c in kind.key))
    elif rows or kind.name in ("actors", "stances"):
        used = [c for c in kind.columns if c not in kind.optional or any(r[c] for r in rows)]
        text = csv_text.write_csv(used, [[row[c] for c in used] for row in rows])
    else:
        return
    files[file] = text.encode()


def _has_decimal_commas(table: csv_text.TextTable) -> bool:
    numeric = [k for k, column in enumerate(table.columns) if column in _NUMERIC]
    return table.delimiter == ";" and any(
        _DECIMAL_COMMA.search(row.cells[k]) for row in table.rows for k in numeric
    )


def _with_commas(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return [
        {c: _DECIMAL_POINT.sub(",", cell) if c in _NUMERIC else cell for c, cell in row.items()}
        for row in rows
    ]


def write_case(case: Case, folder: str | os.PathLike[str]) -> Case:
    """Write ``case`` into ``folder``, under its lock, and return it as it then stands there.

    What other writers have changed since the case was read stays: rows that only they changed are
    merged, and a row that both changed is refused. Go on with the case returned: it is the one
    that the files say. Kept texts travel with a case that moves to another folder.

    Raises:
        ChangedError: when what stands there is no longer what was read and cannot be merged, with
            the files and rows; nothing is written then.
        HeldError: when another writer holds the folder too long.
        WinsetError: when the folder cannot be written, or holds another case.
    """
    folder = Path(folder)
    with write_lock(folder):
        try:
            _check_links(folder, (*case.files, *(d.file for d in case.documents if d.file)))
            standing = _read_files(folder)
            own = case.folder == folder.resolve() and bool(case.files)
            if own and standing != case.files:
                case = _merged(case, standing)
            files = render_case(case)
            if not own:
                _must_be_free(folder, standing, files)
            texts = _texts_of(case, folder, files)
        except OSError as error:
            raise unwritable(folder, error) from None
        _check_links(folder, files)
        write_files(folder, {**texts, **files})
    return replace(case, files=files, folder=folder.resolve())


def _check_links(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        if not (folder / name).resolve().is_relative_to(folder.resolve()):
            raise WinsetError(f"{folder / name}: leads out of the folder; remove the link")


def _merged(case: Case, standing: Mapping[str, bytes]) -> Case:
    """Return ``case`` with what ``standing`` says otherwise than the files it was read from."""
    try:
        theirs = parse_case(standing)
    except CaseError as error:
        changed = sorted(
            name for name in {*standing, *case.files} if standing.get(name) != case.files.get(name)
        )
        raise ChangedError(
            [
                Problem(
                    where=", ".join(changed),
                    required="must be what was read, or a whole case to be merged with",
                    found=f"{len(error.problems)} problems, the first: {error.problems[0]}",
                    remedy="`winset check` lists them; mend them, and make the change again",
                )
            ]
        ) from None
    return replace(merged(parse_case(case.files), case, theirs), files=dict(standing))


def _must_be_free(folder: Path, standing: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
    """Refuse to write where files stand that the case was not read from and does not say."""
    for name in standing:
        if name not in files:
            raise WinsetError(
                f"{folder}: must hold this case only; found {name}, which is no part of it; "
                "delete it, or write to an empty folder"
            )
    other = [name for name, data in standing.items() if files[name] != data]
    if other:
        raise WinsetError(
            f"{folder}: must be a folder without another case; found {', '.join(other)}, which "
            "the case was not read from; read that case and change it, or write to an empty folder"
        )


def _texts_of(case: Case, folder: Path, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the kept texts that ``folder`` lacks, of a case that was read from another one."""
    texts: dict[str, bytes] = {}
    if not case.folder or case.folder == folder.resolve():
        return texts
    for document in case.documents:
        if not document.file or document.file in files:
            continue
        source = case.folder / document.file
        if source.is_file() and source.resolve().is_relative_to(case.folder):
            texts[document.file] = source.read_bytes()
    return texts
