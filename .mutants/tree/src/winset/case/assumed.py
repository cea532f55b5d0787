"""Numbers of a stance that nobody coded: taken for a start, and marked so in its note."""

import re
from collections.abc import Iterable
from dataclasses import replace

from winset.case.model import Case
from winset.case.parts import STANCE_QUANTITIES, Stance, StanceQuantity

_MARK = re.compile(r"\s*\[assumed: ([a-z_, ]*)\]")


def assumed_cells(stance: Stance) -> tuple[StanceQuantity, ...]:
    """Return the quantities of ``stance`` that its note marks as assumed.

    >>> assumed_cells(Stance(issue="pie", actor="ann", note="Hers. [assumed: salience]"))
    ('salience',)
    """
    match = _MARK.search(stance.note)
    names = [name.strip() for name in match[1].split(",")] if match else []
    return tuple(name for name in STANCE_QUANTITIES if name in names)


def with_assumed(stance: Stance, cells: Iterable[str]) -> Stance:
    """Return ``stance`` with a note that says which of its cells are assumed."""
    names = [name for name in STANCE_QUANTITIES if name in set(cells)]
    note = _MARK.sub("", stance.note).strip()
    mark = f"[assumed: {', '.join(names)}]" if names else ""
    return replace(stance, note=" ".join(part for part in (note, mark) if part))


def assumed_sentence(case: Case) -> str:
    """Return which numbers of ``case`` are assumed, as a sentence; empty where none are."""
    cells: dict[tuple[str, ...], list[str]] = {}
    for stance in case.stances:
        if names := assumed_cells(stance):
            where = f"{case.actor(stance.actor).name} on {case.issue(stance.issue).title}"
            cells.setdefault(tuple(name.replace("_", " ") for name in names), []).append(where)
    parts = [f"{' and '.join(names)} of {', '.join(where)}" for names, where in cells.items()]
    return f"Assumed, not coded: {'; '.join(parts)}." if parts else ""
