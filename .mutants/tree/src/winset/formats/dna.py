"""Discourse Network Analyzer v3 databases, in and out.

A DNA statement says that a person, for an organisation, is for or against a concept. In a case the
concept is an issue from 0 (against) to 100 (for), the person an actor, the statement an accepted
position of its coder. What a case has no place for (colours, attributes, other statement types,
authors and sections of documents) lies beside it in ``dna.json`` and returns on the way out.
Passwords are never read: coders of a database written here log in with
`winset.formats.dna_tables.PASSWORD`.

DNA counts offsets as Java does, in UTF-16 units; a case counts characters.
"""

import datetime
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winset.case.atomic import write_files
from winset.case.document_files import span_digest
from winset.case.folder import write_case
from winset.case.lock import write_lock
from winset.case.model import Case
from winset.case.parts import Actor, Document, Issue, Statement
from winset.case.ranges import point
from winset.errors import WinsetError
from winset.formats.dna_names import (
    UNRESOLVED,
    DnaNames,
    StatementType,
    Units,
    number,
    published,
    statement_id,
    words,
)
from winset.formats.dna_tables import COLUMNS, Cell, DnaTables, read_dna_tables

ASIDE = "dna.json"
MOST_ASIDE = 256_000_000
AGAINST, FOR = 0.0, 100.0
_ELSEWHERE = ("Text", "Password")  # the one in documents/, the other nowhere


@dataclass(frozen=True, slots=True, kw_only=True)
class DnaImport:
    """What came of a database.

    Attributes:
        aside: statements that the case does not hold, in words; they return on the way out.
    """

    case: Case
    aside: tuple[str, ...]


def import_dna(
    path: str | Path, folder: str | Path, *, as_of: datetime.date | None = None
) -> DnaImport:
    """Write the case folder that the DNA v3 database at ``path`` makes, and return its case.

    Args:
        path: of the database.
        folder: to write.
        as_of: the day that the case stands for; the newest document's if not given.

    Raises:
        WinsetError: when the database cannot be read or the folder not be written, or when it
            dates no document and ``as_of`` is not given.
        CaseError: when what it says makes no case.
    """
    tables, folder = read_dna_tables(path), Path(folder)
    names = DnaNames(tables)
    texts = {number(row, "ID"): str(row["Text"]) for row in tables["DOCUMENTS"]}
    statements, aside = _statements(names, texts)
    days = [day for row in tables["DOCUMENTS"] if (day := published(row)) is not None]
    day = as_of or max(days, default=None)
    if day is None:
        raise WinsetError(
            f"{path}: as-of date: must be given, since the database dates no document; found none; "
            "name the day that the case stands for, such as --as-of 2015-02-24"
        )
    case = Case(
        title=f"Statements in {Path(path).name}",
        as_of=day,
        summary="Made from a database of Discourse Network Analyzer; nobody has a stance yet.",
        issues=_issues(names),
        actors=_actors(names, {row.speaker for row in statements}),
        documents=_documents(names, texts),
        statements=statements,
    )
    beside = {f"documents/{name}.txt": texts[id].encode() for id, name in names.documents.items()}
    with write_lock(folder):
        case = write_case(case, folder)
        write_files(folder, {**beside, ASIDE: _aside(tables)})
    return DnaImport(case=case, aside=aside)


def _documents(names: DnaNames, texts: Mapping[int, str]) -> tuple[Document, ...]:
    return tuple(
        Document(
            id=names.documents[number(row, "ID")],
            title=words(row, "Title"),
            publisher=words(row, "Source"),
            published=published(row),
            sha256=hashlib.sha256(texts[number(row, "ID")].encode()).hexdigest(),
            file=f"documents/{names.documents[number(row, 'ID')]}.txt",
        )
        for row in names.tables["DOCUMENTS"]
    )


def _issues(names: DnaNames) -> tuple[Issue, ...]:
    concepts = {kind.concept for kind in names.types.values()}
    return tuple(
        Issue(
            id=names.entities[number(row, "ID")],
            title=words(row, "Value"),
            labels={AGAINST: "against it", FOR: "for it"},
        )
        for row in names.tables["ENTITIES"]
        if row["VariableId"] in concepts and number(row, "ID") in names.entities
    )


def _actors(names: DnaNames, speaking: set[str]) -> tuple[Actor, ...]:
    """Return every person, and the organisations that speak for themselves."""
    persons = {kind.person for kind in names.types.values()}
    concepts = {kind.concept for kind in names.types.values()}
    attributes = _attributes(names.tables)
    actors = []
    for row in names.tables["ENTITIES"]:
        id, variable = number(row, "ID"), row["VariableId"]
        name = names.entities.get(id)
        if name is None or variable in concepts:
            continue
        if variable in persons or name in speaking:
            note = "; ".join(f"{key}: {value}" for key, value in attributes.get(id, ()))
            actors.append(Actor(id=name, name=words(row, "Value"), note=note))
    return tuple(actors)


def _attributes(tables: DnaTables) -> dict[int, list[tuple[str, str]]]:
    titles = {number(r, "ID"): words(r, "AttributeVariable") for r in tables["ATTRIBUTEVARIABLES"]}
    by_entity: dict[int, list[tuple[str, str]]] = {}
    for row in tables["ATTRIBUTEVALUES"]:
        value = words(row, "AttributeValue")
        if value:
            title = titles.get(number(row, "AttributeVariableId"), "attribute")
            by_entity.setdefault(number(row, "EntityId"), []).append((title, value))
    return by_entity


def _statements(
    names: DnaNames, texts: Mapping[int, str]
) -> tuple[tuple[Statement, ...], tuple[str, ...]]:
    """Return the statements that a case can say, and in words which it cannot."""
    statements, aside = [], []
    units = {id: Units(text) for id, text in texts.items()}
    labels = {number(r, "ID"): words(r, "Label") for r in names.tables["STATEMENTTYPES"]}
    for row in names.tables["STATEMENTS"]:
        read = statement_of(names, row, texts, units)
        if isinstance(read, Statement):
            statements.append(read)
        else:
            kind = labels.get(number(row, "StatementTypeId"), "unknown")
            aside.append(f"statement {number(row, 'ID')} ({kind}): {read}")
    return tuple(statements), tuple(aside)


def statement_of(
    names: DnaNames,
    row: Mapping[str, Cell],
    texts: Mapping[int, str],
    units: Mapping[int, Units],
) -> Statement | str:
    """Return the statement that ``row`` makes in a case, or why it makes none."""
    id, document = number(row, "ID"), number(row, "DocumentId")
    kind = names.types.get(number(row, "StatementTypeId"))
    coder = names.coders.get(number(row, "Coder"))
    if kind is None:
        return "a type without concept and agreement"
    if document not in texts or coder is None:
        return "of a document or coder that is not there"
    concept = names.entity(id, kind.concept)
    if concept is None:
        return "about no concept"
    start = units[document].characters(number(row, "Start"))
    end = units[document].characters(number(row, "Stop"))
    if not 0 <= start < end <= len(texts[document]):
        return f"its span ends beyond the text's {len(texts[document])} characters"
    return Statement(
        coder=coder,
        id=statement_id(row),
        document=names.documents[document],
        start=start,
        end=end,
        quote_sha256=span_digest(texts[document], start, end),
        speaker=speaker_of(names, id, kind),
        issue=names.entities[concept],
        kind="position",
        value=point(FOR if names.values.get((id, kind.agreement), 1) else AGAINST),
        note=_organisation(names, id, kind),
        status="accepted",
    )


def speaker_of(names: DnaNames, statement: int, kind: StatementType) -> str:
    """Return the id of the actor who speaks, or that nobody knows."""
    entity = names.speaker(statement, kind)
    return UNRESOLVED if entity is None else names.entities[entity]


def _organisation(names: DnaNames, statement: int, kind: StatementType) -> str:
    entity = names.entity(statement, kind.organization)
    if entity is None or entity == names.speaker(statement, kind):
        return ""
    return f"For {names.titles[entity]}"


def _aside(tables: DnaTables) -> bytes:
    """Return what of ``tables`` a case has no place for, a row a line."""
    parts = []
    for table, rows in tables.rows.items():
        columns = [c for c in COLUMNS[table] if c not in _ELSEWHERE]
        lines = [json.dumps([row[c] for c in columns], ensure_ascii=False) for row in rows]
        body = ",\n".join(lines)
        parts.append(f'"{table}": {{"columns": {json.dumps(columns)}, "rows": [\n{body}\n]}}')
    return ('{"version": 1,\n' + ",\n".join(parts) + "\n}\n").encode()


def read_aside(folder: Path | None) -> DnaTables | None:
    """Return what the case in ``folder`` keeps of a DNA database; None where it keeps nothing.

    Raises:
        WinsetError: when the file has been damaged.
    """
    path = None if folder is None else folder / ASIDE
    if path is None or not path.is_file():
        return None
    if path.stat().st_size > MOST_ASIDE:
        raise WinsetError(f"{path}: must be at most {MOST_ASIDE:,} bytes")
    try:
        content: Any = json.loads(path.read_bytes())
        if not isinstance(content, dict) or content.get("version") != 1:
            raise ValueError("version 1 wanted")
        rows = {}
        for table, columns in COLUMNS.items():
            if table in content:
                present = content[table]["columns"]
                if not set(present) <= set(columns):
                    raise ValueError(f"columns of {table}")
                rows[table] = tuple(
                    dict(zip(present, _cells(row), strict=True)) for row in content[table]["rows"]
                )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise WinsetError(
            f"{path}: must be as `winset import dna` wrote it ({error}); delete it to write the "
            "database without what DNA alone knows"
        ) from None
    return DnaTables(rows)


def _cells(row: list[Any]) -> list[Cell]:
    if not all(value is None or isinstance(value, str | int) for value in row):
        raise ValueError("a cell that is no text or whole number")
    return row
