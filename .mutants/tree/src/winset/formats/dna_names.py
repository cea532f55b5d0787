"""What the rows of a DNA database are called in a case: one set of rules for both directions."""

import datetime
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from winset.formats.dna_tables import Cell, DnaTables, Row

UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementType:
    """A statement type that says who is for or against what.

    Attributes:
        id: of the type.
        person: id of the variable that names the speaker; None where there is none.
        organization: likewise, of the body spoken for.
        concept: of what is spoken about.
        agreement: of whether it is spoken for.
    """

    id: int
    person: int | None
    organization: int | None
    concept: int
    agreement: int


class DnaNames:
    """The ids that documents, coders, entities and statements of a database get in a case.

    Attributes:
        types: statement types that a case can say, by id; statements of others are kept aside.
        documents: id of the row to id in the case.
        coders: likewise.
        entities: likewise; of persons, organisations and concepts, the empty ones left out.
        titles: id of an entity to its name.
        values: (statement, variable) to what stands there: an entity's id, or a number.
    """

    def __init__(self, tables: DnaTables) -> None:
        self.tables = tables
        self.types = {t.id: t for t in _types(tables)}
        self.documents = _unique((number(r, "ID"), words(r, "Title")) for r in tables["DOCUMENTS"])
        self.coders = _unique((number(r, "ID"), words(r, "Name")) for r in tables["CODERS"])
        self.values: dict[tuple[int, int], int] = {}
        for table, column in (("DATASHORTTEXT", "Entity"), ("DATABOOLEAN", "Value")):
            for row in tables[table]:
                key = number(row, "StatementId"), number(row, "VariableId")
                self.values[key] = number(row, column)
        self.titles = {number(r, "ID"): words(r, "Value") for r in tables["ENTITIES"]}
        speaking: set[int | None] = set()
        spoken_of: set[int | None] = set()
        for kind in self.types.values():
            speaking |= {kind.person, kind.organization}
            spoken_of.add(kind.concept)
        self.entities: dict[int, str] = {}
        for variables in (speaking, spoken_of):
            named = [
                (number(r, "ID"), words(r, "Value"))
                for r in tables["ENTITIES"]
                if r["VariableId"] in variables and words(r, "Value")
            ]
            self.entities |= _unique(named)

    def entity(self, statement: int, variable: int | None) -> int | None:
        """Return the entity that ``statement`` names by ``variable``; None for the empty one."""
        entity = None if variable is None else self.values.get((statement, variable))
        return entity if entity in self.entities else None

    def speaker(self, statement: int, kind: StatementType) -> int | None:
        """Return the entity that speaks: the person, or else the organisation."""
        person = self.entity(statement, kind.person)
        return self.entity(statement, kind.organization) if person is None else person


def statement_id(row: Row) -> str:
    """Return the id of a statement in the case."""
    return f"dna{number(row, 'ID')}"


def published(row: Row) -> datetime.date | None:
    """Return the day of a document, None where there is none: DNA counts seconds of UTC."""
    if not isinstance(row["Date"], int):
        return None
    epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    try:
        return (epoch + datetime.timedelta(seconds=number(row, "Date"))).date()
    except OverflowError:
        return None


def number(row: Row, column: str) -> int:
    """Return the whole number in ``column``; 0 where there is something else."""
    value = row.get(column)
    return value if isinstance(value, int) else 0


def words(row: Row, column: str) -> str:
    """Return the text in ``column`` on one line, without what no case can hold."""
    return plain_words(row.get(column))


def plain_words(value: Cell) -> str:
    """Return ``value`` on one line, without control characters."""
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in str(value or ""))
    return " ".join(text.split())


class Units:
    """Offsets of a text as Java counts them, in UTF-16 units, and in characters."""

    def __init__(self, text: str) -> None:
        self._wide = [k for k, character in enumerate(text) if ord(character) > 0xFFFF]
        self._at = [place + k for k, place in enumerate(self._wide)]

    def characters(self, units: int) -> int:
        """Return the offset in characters.

        >>> Units("a😀b").characters(3)
        2
        """
        return units - bisect_left(self._at, units)

    def units(self, characters: int) -> int:
        """Return the offset in UTF-16 units.

        >>> Units("a😀b").units(2)
        3
        """
        return characters + bisect_left(self._wide, characters)


def _types(tables: DnaTables) -> Iterable[StatementType]:
    variables: dict[int, dict[tuple[str, str], int]] = {}
    for row in tables["VARIABLES"]:
        name = str(row["Variable"]).strip().casefold(), str(row["DataType"])
        variables.setdefault(number(row, "StatementTypeId"), {})[name] = number(row, "ID")
    for row in tables["STATEMENTTYPES"]:
        own = variables.get(number(row, "ID"), {})
        concept, agreement = own.get(("concept", "short text")), own.get(("agreement", "boolean"))
        person = own.get(("person", "short text"))
        organization = own.get(("organization", "short text"))
        if concept is not None and agreement is not None and (person or organization):
            yield StatementType(
                id=number(row, "ID"),
                person=person,
                organization=organization,
                concept=concept,
                agreement=agreement,
            )


def _unique(named: Iterable[tuple[int, str]]) -> dict[int, str]:
    """Return an id for each name: what is left of it that may stand in one, told apart."""
    taken: dict[str, int] = {}
    ids = {}
    for id, name in named:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-").lower()[:60].strip("-") or f"n{id}"
        if stem in (UNRESOLVED, "author"):
            stem = f"{stem}-{id}"
        while (count := taken.get(stem, 0)) > 0:
            taken[stem] = count + 1
            stem = f"{stem}-{count + 1}"
        taken[stem] = 1
        ids[id] = stem
    return ids
