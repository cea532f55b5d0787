"""A case in the making: its parts understood one by one, all that is wrong, and where it stands.

Whoever reads a format (the folder, a workbook) hands over what each part says and a function that
tells where each of its fields stands; the draft does the rest, the same for all.
"""

import dataclasses
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from winset.case.model import Case
from winset.case.parts import Head, Issue, Party, Question, Scenario
from winset.case.records import BadField, understand
from winset.case.rules import Path, broken_rules
from winset.case.tables import TABLE_KINDS
from winset.errors import CaseError, Problem, nearest, shorten

HEAD = tuple(field.name for field in dataclasses.fields(Head))
COLLECTIONS: Mapping[str, type] = {
    "parties": Party,
    "issues": Issue,
    "scenarios": Scenario,
    "questions": Question,
}
KINDS: Mapping[str, type] = {
    **COLLECTIONS,
    **{kind.name: kind.row for kind in TABLE_KINDS.values()},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """A place in a file: line and column from 1, 0 where they do not matter."""

    file: str = ""
    line: int = 0
    column: int = 0


Places = Callable[[Path], FilePlace]


class Draft:
    """What was read of a case so far.

    Attributes:
        problems: what is wrong with single cells, in the order of reading.
        whole: whether every file could be read as a table or tree at all; what refers from one to
            another is judged only then, so that one broken file does not make a hundred problems.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.whole = True
        self.head: Any = SimpleNamespace(**dict.fromkeys(HEAD))
        self.parts: dict[str, list[Any]] = {name: [] for name in KINDS}
        self._places: dict[tuple[str, int], Places] = {}
        self._bad: set[Path] = set()

    def report(
        self, place: FilePlace, *, where: str, required: str, actual: str, remedy: str = ""
    ) -> None:
        """Note that something is wrong at ``place``."""
        self.problems.append(
            Problem(
                where=where,
                required=required,
                found=actual,
                remedy=remedy,
                file=place.file,
                line=place.line,
                column=place.column,
            )
        )

    def set_head(self, values: Mapping[str, object], places: Places) -> None:
        """Understand what stands at the top of the case."""
        self.head, bad = understand(Head, _with_values(Head, values))
        for field in bad:
            if str(field.path[0]) not in HEAD:
                remedy = nearest(str(field.path[0]), (*HEAD, *COLLECTIONS))
                field = dataclasses.replace(field, required="no such key in a case", remedy=remedy)
            self._report_field("case", field, places)

    def add(
        self,
        collection: str,
        values: Mapping[str, object],
        name: str,
        places: Places,
        *,
        reported: Collection[str] = (),
    ) -> None:
        """Understand one member of ``collection``, called ``name`` in messages.

        Args:
            collection: ``parties``, ``stances`` and so on.
            values: what it says, field to text, list or mapping.
            name: what messages call it.
            places: where each of its fields stands.
            reported: its fields that are known, and said, to be wrong.
        """
        kind, index = KINDS[collection], len(self.parts[collection])
        record, bad = understand(kind, _with_values(kind, values))
        self.parts[collection].append(record)
        self._places[collection, index] = places
        self._bad |= {(collection, index, field) for field in reported}
        for field in bad:
            self._bad.add((collection, index, field.path[0]))
            if field.path[0] not in reported:
                self._report_field(name, field, places, collection)

    def _report_field(
        self, name: str, field: BadField, places: Places, collection: str = ""
    ) -> None:
        table = TABLE_KINDS.get(collection)
        counted = (step + 1 if isinstance(step, int) else step for step in field.path)
        steps = [str(step) for step in counted if step != "[key]"]
        if table:
            steps[0] = table.column_of(steps[0])
        self.report(
            places(field.path),
            where=": ".join([name, *(shorten(step)[1:-1] for step in steps)]),
            required=field.required,
            actual=field.found,
            remedy=field.remedy,
        )

    def place_of(self, path: Path) -> FilePlace:
        """Return where the field at ``path`` (collection, index, field, …) stands."""
        places = self._places[str(path[0]), int(path[1])]
        return places(path[2:])

    def case(self, *, order: Callable[[Problem], Any], **others: Any) -> Case:
        """Return the case.

        Args:
            order: sorts problems as they stand in the source.
            others: fields of the case that no file says: ``files``, ``folder``.

        Raises:
            CaseError: with every problem found.
        """
        parts = {name: tuple(members) for name, members in self.parts.items()}
        half_read = SimpleNamespace(**_head_fields(self.head), **parts)
        problems = list(self.problems)
        if self.whole:
            for broken in broken_rules(half_read):
                if broken.path[:3] not in self._bad:
                    place = self.place_of(broken.path)
                    problems.append(
                        broken.problem(file=place.file, line=place.line, column=place.column)
                    )
        if problems:
            raise CaseError(sorted(problems, key=order))
        return Case(**vars(half_read), **others)


def field_names(collection: str) -> set[str]:
    """Return the fields of the members of ``collection``."""
    return {field.name for field in dataclasses.fields(KINDS[collection])}


def _head_fields(head: Any) -> dict[str, Any]:
    """Return the fields of a head, or of what stands in for one."""
    return {name: getattr(head, name) for name in HEAD}


def _with_values(kind: Any, values: Mapping[str, object]) -> dict[str, object]:
    """Leave out known fields without a value: they mean the default."""
    known = {field.name for field in dataclasses.fields(kind)}
    return {k: v for k, v in values.items() if v is not None or k not in known}
