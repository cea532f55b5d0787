"""Tables of a case folder changed row by row: the file is read again each time.

What somebody else wrote to the file meanwhile stays, and so does the very text of every row that
says the same as before.
"""

from collections.abc import Callable
from pathlib import Path

from winset.case import csv_text
from winset.case.folder import write_file
from winset.case.tables import TableKind
from winset.errors import WinsetError

Cells = dict[str, str]


def patch_rows(path: Path, kind: TableKind, change: Callable[[list[Cells]], list[Cells]]) -> None:
    """Write the table ``path`` with its rows changed: on disk, whole, when this returns.

    Args:
        path: the table; made anew where there is none.
        kind: what its rows are.
        change: given the rows that stand, column to cell, returns those that shall stand.

    Raises:
        WinsetError: when the file is not UTF-8, or no table.
    """
    if not path.is_file():
        rows = change([])
        if rows:
            used = [c for c in kind.columns if c not in kind.optional or any(r[c] for r in rows)]
            text = csv_text.write_csv(used, [[row[c] for c in used] for row in rows])
            write_file(path, text.encode())
        return
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise WinsetError(f"{path}: must be UTF-8 text; save it as UTF-8") from None
    table = csv_text.parse_csv(text, path.name)
    said = [dict(zip(table.columns, row.cells, strict=False)) for row in table.rows]
    wanted = change(list(said))
    changed = csv_text.patch_csv(
        table, said, wanted, lambda row: tuple(row.get(c, "").strip() for c in kind.key)
    )
    write_file(path, changed.encode())
