"""Three-way merge of a case: what two writers changed since both read it, row by row.

A row is a row of a table, an entry of a mapping in case.yaml (an issue, a party, a scenario …), or
a key of its head. What only one writer changed is taken as that writer left it; a row that both
changed, each otherwise, is a conflict.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from winset.case.draft import COLLECTIONS, HEAD
from winset.case.model import Case
from winset.case.records import plain
from winset.case.tables import STATEMENTS, TABLES, cells_of, name_of
from winset.errors import CaseError, Problem, shorten

_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(COLLECTIONS, ("id",)),
    **{kind.name: tuple(map(kind.field_of, kind.key)) for kind in TABLES},
    "statements": ("coder", "id"),
}
_KINDS = {kind.name: kind for kind in (*TABLES, STATEMENTS)}
_AGAIN = "another writer changed the case meanwhile: read it again, and make the change again"
Key = tuple[str, ...]


class ChangedError(CaseError):
    """What stands on disk is no longer what was read, and both changes do not fit together."""


def merged(base: Case, ours: Case, theirs: Case) -> Case:
    """Return what ``ours`` and ``theirs`` both made of ``base``.

    Raises:
        ChangedError: with every row that both changed, or what does not hold in the two together.
    """
    conflicts: list[Problem] = []
    both: dict[str, Any] = {}
    for name in HEAD:
        old, new, now = (getattr(case, name) for case in (base, ours, theirs))
        both[name] = now if new == old else new
        if new != old and now not in (old, new):
            conflicts.append(_conflict("case.yaml", f"case: {name}", old, new, now))
    for name in _KEYS:
        old, new, now = (getattr(case, name) for case in (base, ours, theirs))
        both[name] = _rows(name, old, new, now, conflicts)
    if conflicts:
        raise ChangedError(conflicts)
    try:
        return replace(ours, **both)
    except CaseError as error:
        raise ChangedError(replace(p, remedy=_AGAIN) for p in error.problems) from None


def _rows(
    name: str,
    base: Sequence[Any],
    ours: Sequence[Any],
    theirs: Sequence[Any],
    conflicts: list[Problem],
) -> tuple[Any, ...]:
    if ours in (base, theirs):
        return tuple(theirs)
    if theirs == base:
        return tuple(ours)
    old, new, now = (_by_key(name, rows) for rows in (base, ours, theirs))
    standing: dict[Key, list[Any]] = {}
    for key in dict.fromkeys([*now, *new]):
        before, mine, other = old.get(key, []), new.get(key, []), now.get(key, [])
        if mine not in (before, other) and other != before:
            conflicts.append(_row_conflict(name, before, mine, other))
        standing[key] = other if mine == before else mine
    return tuple(row for key in _order(list(now), list(new)) for row in standing[key])


def _order(theirs: list[Key], ours: list[Key]) -> list[Key]:
    """Return the keys in the order of ``theirs``, each of ours behind the one it stood behind."""
    order = list(theirs)
    known = set(theirs)
    for place, key in enumerate(ours):
        if key not in known:
            before = order.index(ours[place - 1]) + 1 if place else 0
            order.insert(before, key)
            known.add(key)
    return order


def _by_key(name: str, rows: Iterable[Any]) -> dict[Key, list[Any]]:
    grouped: dict[Key, list[Any]] = {}
    for row in rows:
        key = tuple(str(getattr(row, field) or "") for field in _KEYS[name])
        grouped.setdefault(key, []).append(row)
    return grouped


def _row_conflict(name: str, base: list[Any], ours: list[Any], theirs: list[Any]) -> Problem:
    row = next(row for rows in (theirs, ours, base) for row in rows)
    if name == "statements":
        file, where = f"statements/{row.coder}.csv", f"statement {row.id}"
    elif name in _KINDS:
        kind = _KINDS[name]
        file, where = f"{name}.csv", name_of(kind, cells_of(kind, row), name)
    else:
        file, where = "case.yaml", f"{name}: {row.id}"
    old, new, now = (_cells(name, rows) for rows in (base, ours, theirs))
    fields = [
        field
        for field in dict.fromkeys([*old, *new, *now])
        if old.get(field) != new.get(field) or old.get(field) != now.get(field)
    ]
    return _conflict(file, where, *(_words(cells, fields) for cells in (old, new, now)))


def _cells(name: str, rows: list[Any]) -> dict[str, Any]:
    if not rows:
        return {}
    cells = cells_of(_KINDS[name], rows[0]) if name in _KINDS else plain(rows[0])
    assert isinstance(cells, dict)
    return cells


def _words(cells: dict[str, Any], fields: list[str]) -> str:
    if not cells:
        return "no such row"
    return ", ".join(f"{field} {cells[field]}" for field in fields if cells.get(field)) or "empty"


def _conflict(file: str, where: str, old: object, new: object, now: object) -> Problem:
    return Problem(
        where=where,
        required=f"must be what was read, {shorten(old, 200)}, to become {shorten(new, 200)}",
        found=shorten(now, 200),
        remedy=_AGAIN,
        file=file,
    )
