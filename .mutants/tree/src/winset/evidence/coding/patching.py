"""Tables of a case folder changed row by row: the file is read again each time.

What another writer has added meanwhile stays, and every row with the same cells keeps its text.
"""

from collections.abc import Callable
from pathlib import Path

from winset.case import csv_text
from winset.case.atomic import write_files
from winset.case.lock import write_lock
from winset.case.tables import TableKind
from winset.errors import WinsetError

Cells = dict[str, str]


def patch_rows(
    folder: Path, name: str, kind: TableKind, change: Callable[[list[Cells]], list[Cells]]
) -> None:
    """Write a table of the case ``folder`` with its rows changed: on disk when this returns.

    Under the folder's lock, from reading to writing.

    Args:
        folder: of the case.
        name: path of the table in it; the table is made where there is none.
        kind: what its rows are.
        change: takes the present rows, column to cell, and returns the new ones.

    Raises:
        HeldError: when another writer holds the folder too long.
        WinsetError: when the file is not UTF-8, or no table.
    """
    path = folder / name
    with write_lock(folder):
        if not path.is_file():
            rows = change([])
            if rows:
                optional = {c for c in kind.optional if not any(row[c] for row in rows)}
                used = [column for column in kind.columns if column not in optional]
                text = csv_text.write_csv(used, [[row[c] for c in used] for row in rows])
                write_files(folder, {name: text.encode()})
            return
        try:
            text = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            raise WinsetError(f"{path}: must be UTF-8 text; save it as UTF-8") from None
        table = csv_text.parse_csv(text, path.name)
        rows_before = [dict(zip(table.columns, row.cells, strict=False)) for row in table.rows]
        rows_after = change(list(rows_before))
        changed = csv_text.patch_csv(
            table,
            rows_before,
            rows_after,
            lambda row: tuple(row.get(c, "").strip() for c in kind.key),
        )
        write_files(folder, {name: changed.encode()})
