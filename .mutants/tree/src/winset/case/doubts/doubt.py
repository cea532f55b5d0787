"""What a doubt is: a documented judgement on a case that is valid but perhaps not meant so."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from winset.case.model import Case
from winset.case.rules import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """Something in a case that deserves a second look.

    Attributes:
        code: of its kind, ``W303``; ``explain`` says more.
        title: its kind in a few words.
        where: the thing in the words of the case, ``ann on pie``.
        found: what stands there.
        remedy: what to do, or what to write down if it is meant so.
        file: path inside the case folder; empty where the case was changed or built in memory.
        line: line in ``file``, from 1; 0 when there is none.
        column: character in the line, from 1; 0 when there is none.
    """

    code: str
    title: str
    where: str
    found: str
    remedy: str
    file: str = ""
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        sentence = f"{self.code} {self.where}: {self.title}; found {self.found}; {self.remedy}"
        return f"{place}: {sentence}" if place else sentence


@dataclass(frozen=True, slots=True)
class Sighting:
    """A doubt before it is worded: ``path`` is collection, index of the member, field."""

    path: Path
    where: str
    found: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtKind:
    """A kind of doubt: how it is found, why it matters, how it is mended.

    Attributes:
        code: ``W`` and three digits, never reused.
        title: what is doubtful, in a few words.
        why: what goes wrong if it is not meant so.
        remedy: what to do about it.
        example: what raises it and what settles it.
        find: yields where the case gives reason for it.
    """

    code: str
    title: str
    why: str
    remedy: str
    example: str
    find: Callable[[Case], Iterable[Sighting]]
