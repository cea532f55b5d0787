"""The tables of a Discourse Network Analyzer v3 database: read with suspicion, written whole.

A database is somebody else's file: it is opened read-only, as it lies, with nothing in it run but
plain SELECTs on tables (no views, no triggers), and everything read is bounded.
"""

import base64
import hashlib
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from winset.errors import WinsetError, shorten

MOST_BYTES = 512_000_000
MOST_ROWS = 500_000
LONGEST_CELL = 16_000_000
VERSION = "3.0.7"
PASSWORD = "winset"  # noqa: S105 # of every coder in a database written here; DNA asks for one
_FLAGS = (
    "PermissionAddDocuments", "PermissionEditDocuments", "PermissionDeleteDocuments",
    "PermissionImportDocuments", "PermissionAddStatements", "PermissionEditStatements",
    "PermissionDeleteStatements", "PermissionEditAttributes", "PermissionEditRegex",
    "PermissionEditStatementTypes", "PermissionEditCoders", "PermissionEditCoderRelations",
    "PermissionViewOthersDocuments", "PermissionEditOthersDocuments",
    "PermissionViewOthersStatements", "PermissionEditOthersStatements",
)  # fmt: skip

Cell = str | int | None
Row = Mapping[str, Cell]


def _text(name: str, rest: str = "") -> str:
    return f"{name} TEXT NOT NULL {rest} CHECK (LENGTH({name}) < 191)"


def _colours(null: str = "NOT NULL DEFAULT 0") -> list[str]:
    return [f"{n} INTEGER {null} CHECK ({n} BETWEEN 0 AND 255)" for n in ("Red", "Green", "Blue")]


def _flag(name: str, default: int = 1) -> str:
    return f"{name} INTEGER NOT NULL CHECK ({name} BETWEEN 0 AND 1) DEFAULT {default}"


def _key(column: str, table: str) -> str:
    return f"FOREIGN KEY({column}) REFERENCES {table}(ID) ON DELETE CASCADE"


def _data(value: str, *keys: str) -> list[str]:
    return [
        "ID INTEGER PRIMARY KEY NOT NULL", "StatementId INTEGER NOT NULL",
        "VariableId INTEGER NOT NULL", value, _key("StatementId", "STATEMENTS"),
        _key("VariableId", "VARIABLES"), *keys, "UNIQUE (StatementId, VariableId)",
    ]  # fmt: skip


_ID = "ID INTEGER NOT NULL PRIMARY KEY"
# Columns and constraints of each table, those that others refer to first.
SCHEMA: Mapping[str, list[str]] = {
    "SETTINGS": ["Property TEXT PRIMARY KEY", "Value TEXT NOT NULL"],
    "CODERS": [
        _ID, _text("Name"), *_colours(),
        "Refresh INTEGER NOT NULL CHECK (Refresh BETWEEN 0 AND 9999) DEFAULT 0",
        "FontSize INTEGER NOT NULL CHECK (FontSize BETWEEN 1 AND 99) DEFAULT 14",
        _text("Password"), "PopupWidth INTEGER CHECK (PopupWidth BETWEEN 100 AND 9999) DEFAULT 300",
        _flag("ColorByCoder", 0), _flag("PopupDecoration", 0), _flag("PopupAutoComplete"),
        *map(_flag, _FLAGS),
    ],
    "DOCUMENTS": [
        _ID, _text("Title"), "Text TEXT NOT NULL", "Coder INTEGER",
        *(_text(name, "DEFAULT ''") for name in ("Author", "Source", "Section")),
        "Notes TEXT NOT NULL DEFAULT ''", _text("Type", "DEFAULT ''"), "Date INTEGER NOT NULL",
        _key("Coder", "CODERS"),
    ],
    "STATEMENTTYPES": [_ID, _text("Label"), *_colours()],
    "VARIABLES": [
        _ID, _text("Variable"),
        "DataType TEXT NOT NULL CHECK (DataType = 'boolean' OR DataType = 'integer' OR "
        "DataType = 'long text' OR DataType = 'short text') DEFAULT 'short text'",
        "StatementTypeId INTEGER", _key("StatementTypeId", "STATEMENTTYPES"),
        "UNIQUE (Variable, StatementTypeId)",
    ],
    "VARIABLELINKS": [
        _ID, "SourceVariableId INTEGER", "TargetVariableId INTEGER",
        "CHECK (TargetVariableId != SourceVariableId)", _key("SourceVariableId", "VARIABLES"),
        _key("TargetVariableId", "VARIABLES"),
    ],
    "REGEXES": ["Label TEXT PRIMARY KEY CHECK (LENGTH(Label) < 191)", *_colours()],
    "CODERRELATIONS": [
        _ID, "Coder INTEGER CHECK(Coder > 0)", "OtherCoder INTEGER CHECK(OtherCoder > 0)",
        *map(_flag, ("viewStatements", "editStatements", "viewDocuments", "editDocuments")),
        "CHECK (Coder != OtherCoder)", _key("Coder", "CODERS"), _key("OtherCoder", "CODERS"),
    ],
    "STATEMENTS": [
        _ID, "StatementTypeId INTEGER", "DocumentId INTEGER",
        "Start INTEGER NOT NULL CHECK(Start >= 0)", "Stop INTEGER NOT NULL CHECK(Stop >= 0)",
        "Coder INTEGER", "CHECK (Start < Stop)", _key("StatementTypeId", "STATEMENTTYPES"),
        _key("Coder", "CODERS"), _key("DocumentId", "DOCUMENTS"),
    ],
    "DATABOOLEAN": _data("Value INTEGER NOT NULL DEFAULT 1"),
    "DATAINTEGER": _data("Value INTEGER NOT NULL DEFAULT 0"),
    "ENTITIES": [
        "ID INTEGER PRIMARY KEY NOT NULL", "VariableId INTEGER NOT NULL",
        _text("Value", "DEFAULT ''"), *_colours(""), "ChildOf INTEGER CHECK(ChildOf > 0)",
        "UNIQUE (VariableId, Value)", _key("ChildOf", "ENTITIES"), _key("VariableId", "VARIABLES"),
    ],
    "DATASHORTTEXT": _data("Entity INTEGER NOT NULL", _key("Entity", "ENTITIES")),
    "DATALONGTEXT": _data("Value TEXT DEFAULT ''"),
    "ATTRIBUTEVARIABLES": [
        "ID INTEGER PRIMARY KEY NOT NULL", "VariableId INTEGER NOT NULL",
        _text("AttributeVariable"), "UNIQUE(VariableId, AttributeVariable)",
        _key("VariableId", "VARIABLES"),
    ],
    "ATTRIBUTEVALUES": [
        "ID INTEGER PRIMARY KEY NOT NULL", "EntityId INTEGER NOT NULL",
        "AttributeVariableId INTEGER NOT NULL", _text("AttributeValue", "DEFAULT ''"),
        "UNIQUE (EntityId, AttributeVariableId)", _key("EntityId", "ENTITIES"),
        _key("AttributeVariableId", "ATTRIBUTEVARIABLES"),
    ],
}  # fmt: skip
_NO_COLUMN = ("FOREIGN", "UNIQUE", "UNIQUE(VariableId,", "CHECK")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    table: tuple(
        part.split()[0] for part in parts if part.split()[0].split("(")[0] not in _NO_COLUMN
    )
    for table, parts in SCHEMA.items()
}


@dataclass(frozen=True, slots=True)
class DnaTables:
    """What a DNA v3 database holds: table to rows, column to cell. Passwords are never read."""

    rows: Mapping[str, tuple[Row, ...]]

    def __getitem__(self, table: str) -> tuple[Row, ...]:
        return self.rows.get(table, ())


def read_dna_tables(path: str | Path) -> DnaTables:
    """Return the tables of the DNA v3 database at ``path``.

    Raises:
        WinsetError: when there is none, it is something else, or it is too large.
    """
    path = Path(path)
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(16)
    except OSError as error:
        raise WinsetError(f"{path}: {error.strerror}") from None
    if head != b"SQLite format 3\0":
        raise WinsetError(f"{path}: must be a DNA v3 database (SQLite); found something else")
    if size > MOST_BYTES:
        raise WinsetError(f"{path}: must be at most {MOST_BYTES:,} bytes; found {size:,}")
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_CELL)
            database.execute("PRAGMA trusted_schema = OFF")
            database.execute("PRAGMA query_only = ON")
            database.execute("PRAGMA cell_size_check = ON")
            return _read(database, path)
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        raise WinsetError(f"{path}: cannot be read as a DNA v3 database: {error}") from None


def _read(database: sqlite3.Connection, path: Path) -> DnaTables:
    kinds = dict(database.execute("SELECT upper(name), type FROM sqlite_master LIMIT 1000"))
    needed = ("DOCUMENTS", "STATEMENTS", "VARIABLES", "STATEMENTTYPES", "ENTITIES", "CODERS")
    for table in needed:
        if kinds.get(table) != "table":
            raise WinsetError(
                f"{path}: must have the table {table} of DNA v3; found none; open it in DNA 3 and "
                "save it again if it comes from DNA 2"
            )
    read = {}
    for table, columns in COLUMNS.items():
        if kinds.get(table) == "table":
            read[table] = _rows(database, path, table, columns)
    return DnaTables(read)


def _rows(
    database: sqlite3.Connection, path: Path, table: str, columns: tuple[str, ...]
) -> tuple[Row, ...]:
    # Virtual tables say so in their SQL: nothing but a plain table is asked.
    (sql,) = database.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND upper(name) = ?", (table,)
    ).fetchone()
    if not str(sql).upper().lstrip().startswith("CREATE TABLE"):
        raise WinsetError(f"{path}: {table} must be a plain table")
    present = {str(row[1]) for row in database.execute(f"PRAGMA table_info({table})")}
    missing = [column for column in columns if column not in present]
    if missing:
        raise WinsetError(
            f"{path}: table {table} must have the column {missing[0]} of DNA v3; found "
            f"{shorten(', '.join(sorted(present)))}"
        )
    wanted = [column for column in columns if column != "Password"]
    rows = database.execute(
        f"SELECT {', '.join(wanted)} FROM {table} ORDER BY 1 LIMIT {MOST_ROWS + 1}"  # noqa: S608
    ).fetchall()
    if len(rows) > MOST_ROWS:
        raise WinsetError(f"{path}: table {table} must have at most {MOST_ROWS:,} rows")
    return tuple(
        {column: _cell(value, path, table) for column, value in zip(wanted, row, strict=True)}
        for row in rows
    )


def _cell(value: Any, path: Path, table: str) -> Cell:
    if value is None or isinstance(value, str | int):
        return value
    raise WinsetError(
        f"{path}: table {table} must hold text and whole numbers; found {value!r:.40}"
    )


def write_dna_tables(tables: DnaTables) -> bytes:
    """Return the DNA v3 database that holds ``tables``; its coders' password is `PASSWORD`.

    Raises:
        WinsetError: when a row breaks a rule of that schema.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        for table, parts in SCHEMA.items():
            database.execute(f"CREATE TABLE {table}({', '.join(parts)})")
        try:
            with database:
                for table, columns in COLUMNS.items():
                    _insert(database, table, columns, tables[table])
        except (sqlite3.Error, OverflowError) as error:
            raise WinsetError(f"cannot be written as a DNA v3 database: {error}") from None
        return bytes(database.serialize())


def _insert(
    database: sqlite3.Connection, table: str, columns: tuple[str, ...], rows: tuple[Row, ...]
) -> None:
    marks = ", ".join("?" for _ in columns)
    database.executemany(
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})",  # noqa: S608
        ([_filled(row, column) for column in columns] for row in rows),
    )


def _filled(row: Row, column: str) -> Cell:
    return password_hash(str(row["Name"])) if column == "Password" else row.get(column)


def password_hash(name: str) -> str:
    """Return the salted hash of `PASSWORD` in the form that DNA checks (Jasypt's strong digest).

    SHA-256, 100,000 times over salt and password, the salt of 16 bytes before the digest, in
    Base64. The salt comes from the coder's name, so that the same case makes the same bytes.
    """
    salt = hashlib.sha256(f"winset coder {name}".encode()).digest()[:16]
    digest = salt + PASSWORD.encode()
    for _ in range(100_000):
        digest = hashlib.sha256(digest).digest()
    return base64.b64encode(salt + digest).decode()
