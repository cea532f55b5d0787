"""Units: which rows of several coders read the same statement."""

from collections.abc import Iterable
from dataclasses import dataclass

from winset.case.parts import Statement

OVERLAP = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A statement as each of its coders read it; at most one row a coder.

    Attributes:
        document: where it stands.
        rows: in the order of the case.
    """

    document: str
    rows: tuple[Statement, ...]

    @property
    def name(self) -> str:
        """Its id, or each coder's where they differ."""
        return " / ".join(dict.fromkeys(row.id for row in self.rows))


def units(rows: Iterable[Statement]) -> tuple[Unit, ...]:
    """Return the statements that ``rows`` read, in the order in which they come.

    Rows of two coders read the same statement if they stand in one document and have one id, as
    decisions on a proposal do, or if their spans share at least `OVERLAP` of what either covers.
    """
    groups_of: dict[str, list[list[Statement]]] = {}
    for row in rows:
        groups = groups_of.setdefault(row.document, [])
        free = [group for group in groups if all(other.coder != row.coder for other in group)]
        best = max(free, key=lambda group: max(_alike(row, other) for other in group),
                   default=None)  # fmt: skip
        if best is not None and max(_alike(row, other) for other in best) >= OVERLAP:
            best.append(row)
        else:
            groups.append([row])
    return tuple(
        Unit(document=document, rows=tuple(group))
        for document, groups in groups_of.items()
        for group in groups
    )


def _alike(one: Statement, other: Statement) -> float:
    """Return how far two rows cover the same words; 2 for one id."""
    return 2.0 if one.id == other.id else overlap(one, other)


def overlap(one: Statement, other: Statement) -> float:
    """Return the share of what either of two rows in a document covers that both cover."""
    shared = min(one.end, other.end) - max(one.start, other.start)
    return max(0, shared) / (max(one.end, other.end) - min(one.start, other.start))
