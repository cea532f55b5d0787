"""A rule broken: where, what was required, what stands there; and the rules that many parts share.

Rules read attributes only, so that they also run over a half-read case in which cells that could
not be understood are None.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from winset.case.ranges import Range, number_text
from winset.errors import Problem, nearest, shorten

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenRule:
    """A rule broken at ``path``: collection, index of the member, field, and so on inwards."""

    path: Path
    where: str
    required: str
    actual: str
    remedy: str = ""

    def problem(self, *, file: str = "", line: int = 0, column: int = 0) -> Problem:
        """Return it as a problem, at a place in a file if there is one."""
        return Problem(
            where=self.where,
            required=self.required,
            found=self.actual,
            remedy=self.remedy,
            file=file,
            line=line,
            column=column,
        )


def ids_of(things: Iterable[Any]) -> set[str]:
    """Return the ids of ``things`` that have one."""
    return {thing.id for thing in things if thing.id is not None}


def is_bad(part: Any, *names: str) -> bool:
    """Return whether one of the fields ``names`` was given but could not be understood."""
    return not {*names}.isdisjoint(getattr(part, "bad", ()))


def known_id(
    path: Path, where: str, kind: str, value: str | None, names: set[str]
) -> Iterator[BrokenRule]:
    """Yield a breach unless ``value`` is empty or among ``names``."""
    if value is not None and value not in names:
        yield BrokenRule(
            path=path,
            where=where,
            required=f"must be a known {kind}",
            actual=shorten(value),
            remedy=nearest(value, names),
        )


def scale_of(case: Any, issue: str | None) -> Any:
    """Return the scale of ``issue``; None where it is unknown or has none."""
    return next((i.scale for i in case.issues if i.id == issue and i.scale is not None), None)


def on_scale(
    path: Path, where: str, value: Range | float | None, scale: Any
) -> Iterator[BrokenRule]:
    """Yield a breach unless all of ``value`` lies on ``scale``."""
    if value is None or scale is None or not scale.low < scale.high:
        return
    low, high = (value.low, value.high) if isinstance(value, Range) else (value, value)
    if low < scale.low or high > scale.high:
        off_scale = value if isinstance(value, Range) else number_text(value)
        yield BrokenRule(
            path=path,
            where=where,
            required=f"must be in [{number_text(scale.low)}, {number_text(scale.high)}]",
            actual=str(off_scale),
            remedy="correct the number, or widen the issue's scale",
        )
