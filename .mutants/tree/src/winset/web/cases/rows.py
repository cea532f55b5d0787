"""Rows of a case by name and revision: what a page saw, and what it wants there instead.

A row is one record: of a table (``stances``), of a mapping in case.yaml (``issues``), or the head
of the case itself (``case``). It is told in plain form: field to text, list or mapping, as a file
would say it, defaults left out.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from winset.case.assumed import assumed_cells, with_assumed
from winset.case.draft import COLLECTIONS, HEAD, KINDS
from winset.case.model import Case
from winset.case.parts import Head, Stance
from winset.case.records import plain, understand
from winset.case.tables import TABLE_KINDS
from winset.errors import CaseError, Problem, WinsetError, nearest
from winset.web import words
from winset.web.server.error_responses import RefusedError

Key = Mapping[str, str]
CASE = "case"
KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        CASE: (),
        **dict.fromkeys(COLLECTIONS, ("id",)),
        **{
            name: ("coder", "id") if name == "statements" else tuple(map(kind.field_of, kind.key))
            for name, kind in TABLE_KINDS.items()
        },
    }
)


def row_fields(record: object) -> dict[str, Any]:
    """Return ``record`` in plain form."""
    if isinstance(record, Case):
        record = _head(record)
    fields = plain(record)
    assert isinstance(fields, dict)
    return fields


def key_of(collection: str, fields: Mapping[str, Any]) -> dict[str, str]:
    """Return what tells a row of ``collection`` from its like."""
    return {name: str(fields.get(name, "")) for name in KEYS[collection]}


def revision_of(fields: Mapping[str, Any]) -> str:
    """Return a digest of what a row says."""
    text = json.dumps(fields, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def find(case: Case, collection: str, key: Key) -> dict[str, Any] | None:
    """Return what the row ``key`` says; None where there is none."""
    at = _place(case, collection, key)
    return None if at is None else row_fields(_members(case, collection)[at])


def set_row(
    case: Case, collection: str, *, key: Key, seen: str | None, fields: Mapping[str, Any]
) -> Case:
    """Return ``case`` with ``fields`` put into the row ``key``, a new row if ``seen`` is None.

    A field that is None or empty is left out of the row from then on.

    Args:
        case: as it stands now.
        collection: where the row stands.
        key: of the row.
        seen: revision of the row that the writer saw; None for a row that was not there.
        fields: what it shall say.

    Raises:
        RefusedError: with status 409 when the row has changed, gone or come since.
        CaseError: when the case would not hold together.
    """
    _known(collection, key)
    now = find(case, collection, key)
    _unchanged(now, seen, {**(now or {}), **fields})
    if now is None:
        now = {name: value for name, value in key.items() if value}
    wanted = {**now, **fields}
    wanted = {name: value for name, value in wanted.items() if value not in (None, "", [], {})}
    record = _record(collection, wanted, key)
    if isinstance(record, Stance):
        record = _coded(record, now)
    return _with(case, collection, _place(case, collection, key), record)


def _coded(stance: Stance, before: Mapping[str, Any]) -> Stance:
    """Return ``stance`` with no number marked as assumed that is another one than ``before``."""
    after = row_fields(stance)
    unchanged = [name for name in assumed_cells(stance) if after.get(name) == before.get(name)]
    return with_assumed(stance, unchanged) if assumed_cells(stance) else stance


def remove_row(case: Case, collection: str, *, key: Key, seen: str) -> Case:
    """Return ``case`` without the row ``key``.

    Raises:
        RefusedError: with status 409 when the row has changed or gone since.
        CaseError: when something else rests on it.
    """
    _known(collection, key)
    if collection == CASE:
        raise RefusedError(422, words.HEAD_STAYS)
    _unchanged(find(case, collection, key), seen, None)
    at = _place(case, collection, key)
    members = _members(case, collection)
    left: Any = {collection: tuple(m for k, m in enumerate(members) if k != at)}
    return replace(case, **left)


def _known(collection: str, key: Key) -> None:
    if collection not in KEYS:
        raise WinsetError(f"no table “{collection}” in a case; {nearest(collection, KEYS)}")
    if set(key) != set(KEYS[collection]):
        wanted = ", ".join(KEYS[collection]) or "nothing"
        raise WinsetError(f"a row of “{collection}” is named by {wanted}; found {', '.join(key)}")


def _unchanged(now: dict[str, Any] | None, seen: str | None, yours: object) -> None:
    """Refuse unless the row is what the writer saw."""
    current = None if now is None else revision_of(now)
    if current == seen:
        return
    if now is None:
        message = words.ROW_GONE
    elif seen is None:
        message = words.ROW_EXISTS
    else:
        message = words.ROW_CHANGED
    theirs = None if now is None else {"fields": now, "revision": current}
    raise RefusedError(409, message, yours=yours, theirs=theirs)


def _head(case: Case) -> Head:
    return Head(**{field.name: getattr(case, field.name) for field in fields(Head)})


def _members(case: Case, collection: str) -> tuple[Any, ...]:
    return (_head(case),) if collection == CASE else getattr(case, collection)


def _place(case: Case, collection: str, key: Key) -> int | None:
    for at, member in enumerate(_members(case, collection)):
        if all(_text(getattr(member, name)) == text for name, text in key.items()):
            return at
    return None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _record(collection: str, fields: Mapping[str, Any], key: Key) -> Any:
    """Return the record that ``said`` describes."""
    kind = Head if collection == CASE else KINDS[collection]
    record, bad = understand(kind, fields)
    where = " ".join(filter(None, key.values())) or "case"
    if bad:
        raise CaseError(
            Problem(
                where=f"{where}: {'.'.join(map(str, b.path))}",
                required=b.required,
                found=b.found,
                remedy=b.remedy,
            )
            for b in bad
        )
    return record


def _with(case: Case, collection: str, at: int | None, record: Any) -> Case:
    if collection == CASE:
        return replace(case, **{name: getattr(record, name) for name in HEAD})
    members = list(_members(case, collection))
    if at is None:
        members.append(record)
    else:
        members[at] = record
    changes: Any = {collection: tuple(members)}
    return replace(case, **changes)
