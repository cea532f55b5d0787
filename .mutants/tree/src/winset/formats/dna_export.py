"""A case as a Discourse Network Analyzer v3 database; `winset.formats.dna` says what is what."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from winset.case.document_files import span_digest
from winset.case.model import Case
from winset.case.parts import Document, Statement
from winset.evidence.anchors import kept_text
from winset.formats.dna import read_aside, speaker_of, statement_of
from winset.formats.dna_names import (
    UNRESOLVED,
    DnaNames,
    StatementType,
    Units,
    number,
    plain_words,
    published,
    statement_id,
    words,
)
from winset.formats.dna_tables import COLUMNS, VERSION, Cell, DnaTables, write_dna_tables

_SHORT, _LONGEST = "short text", 190


@dataclass(frozen=True, slots=True, kw_only=True)
class DnaExport:
    """A database, and what of the case it does not hold, in words."""

    data: bytes
    left_out: tuple[str, ...]


def export_dna(case: Case) -> DnaExport:
    """Return the DNA v3 database of the accepted statements of ``case``.

    DNA can hold a statement that says where an actor stands on an issue, in a text that is kept;
    it is for the issue from the middle of the scale upwards. The rest is named in ``left_out``.

    Raises:
        WinsetError: when a kept text or what was kept of an earlier database cannot be read.
    """
    tables = read_aside(case.folder) or _empty(case)
    building = _Building(case, DnaNames(tables))
    return DnaExport(data=write_dna_tables(building.tables()), left_out=tuple(building.left_out))


@dataclass(slots=True)
class _Building:
    """The rows of a database in the making, by table and id."""

    case: Case
    names: DnaNames
    rows: dict[str, dict[Any, dict[str, Cell]]] = field(init=False)
    left_out: list[str] = field(init=False, default_factory=list)
    texts: dict[int, str] = field(init=False, default_factory=dict)
    units: dict[int, Units] = field(init=False, default_factory=dict)
    last: dict[str, int] = field(init=False, default_factory=dict)
    place: dict[tuple[str, Cell, Cell], dict[str, Cell]] = field(init=False, default_factory=dict)
    entity: dict[tuple[int, str], int] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        tables = self.names.tables
        self.rows = {
            table: {row[columns[0]]: dict(row) for row in tables[table]}
            for table, columns in COLUMNS.items()
        }
        for table, rows in self.rows.items():
            self.last[table] = max((id for id in rows if isinstance(id, int)), default=0)
            for row in rows.values():
                if "StatementId" in row:
                    self.place[table, row["StatementId"], row["VariableId"]] = row
        for id, row in self.rows["ENTITIES"].items():
            self.entity[number(row, "VariableId"), str(row["Value"])] = id
        self._statements(self._documents())

    def tables(self) -> DnaTables:
        """Return the finished tables."""
        return DnaTables({table: tuple(rows.values()) for table, rows in self.rows.items()})

    def _add(self, table: str, row: Mapping[str, Cell]) -> int:
        self.last[table] += 1
        id = self.last[table]
        self.rows[table][id] = {"ID": id, **row}
        return id

    def _documents(self) -> dict[str, int]:
        """Write the documents whose text is kept; return their ids there."""
        standing = {name: id for id, name in self.names.documents.items()}
        before, self.rows["DOCUMENTS"] = self.rows["DOCUMENTS"], {}
        ids: dict[str, int] = {}
        for document in self.case.documents:
            text = kept_text(self.case, document)
            if text is None:
                cited = sum(row.document == document.id for row in self.case.statements)
                self.left_out.append(
                    f"document {document.id}, and {cited} statements in it: its text is not kept"
                )
                continue
            old = before.get(standing.get(document.id))
            row = self._document(document, old, text)
            if old is None:
                id = self._add("DOCUMENTS", row)
            else:
                id = number(old, "ID")
                self.rows["DOCUMENTS"][id] = row
            ids[document.id] = id
            self.texts[id], self.units[id] = text, Units(text)
        return ids

    def _document(
        self, document: Document, old: Mapping[str, Cell] | None, text: str
    ) -> dict[str, Cell]:
        empty = dict.fromkeys(("Author", "Source", "Section", "Notes", "Type"), "")
        row: dict[str, Cell] = {
            **empty,
            "Coder": min(self.rows["CODERS"], default=None),
            **(old or {}),
        }
        row["Text"] = text
        if old is None or words(old, "Title") != document.title:
            row["Title"] = (document.title or document.id)[:_LONGEST]
        if old is None or words(old, "Source") != document.publisher:
            row["Source"] = document.publisher[:_LONGEST]
        if old is None or published(old) != document.published:
            day = document.published or self.case.as_of
            if document.published is None:
                self.left_out.append(f"document {document.id}: undated; DNA shows it as of {day}")
            moment = datetime.datetime.combine(day, datetime.time(), datetime.UTC)
            row["Date"] = int(moment.timestamp())
        return row

    def _statements(self, documents: Mapping[str, int]) -> None:
        """Write the accepted statements; those of DNA that a case cannot say stay as they are."""
        before, self.rows["STATEMENTS"] = self.rows["STATEMENTS"], {}
        known = {
            statement_id(row): row for row in before.values()
            if isinstance(self._as_imported(row), Statement)
        }  # fmt: skip
        for id, row in before.items():
            document = number(row, "DocumentId")
            if statement_id(row) not in known and document in self.texts:
                if number(row, "Stop") > self.units[document].units(len(self.texts[document])):
                    self.left_out.append(f"DNA's statement {id}: beyond the end of its text")
                else:
                    self.rows["STATEMENTS"][id] = row
        chosen = next(iter(self.names.types.values()), None) or self._statement_type()
        for statement in self.case.statements:
            if statement.status != "accepted" or statement.document not in documents:
                continue
            old = known.get(statement.id)
            if old is not None and self.names.coders.get(number(old, "Coder")) != statement.coder:
                old = None  # another coder's row with the same id
            why = self._why_not(statement, documents[statement.document])
            if why:
                self.left_out.append(f"statement {statement.id} of {statement.coder}: {why}")
            else:
                self._statement(statement, documents[statement.document], old, chosen)
        for table in ("DATABOOLEAN", "DATAINTEGER", "DATASHORTTEXT", "DATALONGTEXT"):
            self.rows[table] = {
                id: row
                for id, row in self.rows[table].items()
                if row["StatementId"] in self.rows["STATEMENTS"]
            }
        self.rows["STATEMENTS"] = dict(sorted(self.rows["STATEMENTS"].items()))

    def _as_imported(self, row: Mapping[str, Cell]) -> Statement | str:
        return statement_of(self.names, row, self.texts, self.units)

    def _why_not(self, statement: Statement, document: int) -> str:
        text = self.texts[document]
        if statement.kind not in ("position", "red line"):
            return f"DNA has no place for a {statement.kind}"
        if statement.issue is None or statement.value is None:
            return "DNA has no place for one without issue and value"
        if span_digest(text, statement.start, statement.end) != statement.quote_sha256:
            return "its words are not where it says; `winset reanchor` looks for them"
        return ""

    def _statement(
        self,
        statement: Statement,
        document: int,
        old: Mapping[str, Cell] | None,
        chosen: StatementType,
    ) -> None:
        units = self.units[document]
        row: dict[str, Cell] = {
            "DocumentId": document,
            "Start": units.units(statement.start),
            "Stop": units.units(statement.end),
            "Coder": self._coder(statement.coder),
        }
        if old is not None:
            id = number(old, "ID")
            self.rows["STATEMENTS"][id] = {**old, **row}
            kind = self.names.types[number(old, "StatementTypeId")]
        else:
            kind = chosen
            id = self._add("STATEMENTS", {"StatementTypeId": kind.id, **row})
        assert statement.issue is not None and statement.value is not None
        self._speaker(id, kind, statement.speaker, new=old is None)
        issue = self.case.issue(statement.issue)
        concept = self.names.entity(id, kind.concept)
        if old is None or concept is None or self.names.entities[concept] != issue.id:
            self._name(id, kind.concept, self._entity(kind.concept, issue.id, issue.title))
        middle = (issue.scale.low + issue.scale.high) / 2.0
        self._value(
            "DATABOOLEAN", id, kind.agreement, "Value", int(statement.value.middle >= middle)
        )

    def _speaker(self, id: int, kind: StatementType, speaker: str, *, new: bool) -> None:
        if not new and speaker_of(self.names, id, kind) == speaker:
            return
        variable = kind.person or kind.organization
        assert variable is not None
        actor = next((actor for actor in self.case.actors if actor.id == speaker), None)
        name = actor.name if actor else "" if speaker == UNRESOLVED else speaker
        self._name(id, variable, self._entity(variable, speaker, name))
        other = kind.organization if variable == kind.person else None
        if other is not None and new:
            self._name(id, other, self._entity(other, "", ""))

    def _name(self, statement: int, variable: int, entity: int) -> None:
        self._value("DATASHORTTEXT", statement, variable, "Entity", entity)

    def _value(self, table: str, statement: int, variable: int, column: str, value: int) -> None:
        standing = self.place.get((table, statement, variable))
        if standing is not None:
            standing[column] = value
        else:
            self._add(table, {"StatementId": statement, "VariableId": variable, column: value})

    def _entity(self, variable: int, id: str, name: str) -> int:
        """Return the entity of ``variable`` called ``name``, made where there is none."""
        name = plain_words(name)[:_LONGEST]
        for key, called in self.names.entities.items():
            if id and called == id and self.rows["ENTITIES"][key]["VariableId"] == variable:
                return key
        if (variable, name) in self.entity:
            return self.entity[variable, name]
        row: dict[str, Cell] = {"VariableId": variable, "Value": name, "Red": 0, "Green": 0}
        key = self._add("ENTITIES", {**row, "Blue": 0, "ChildOf": None})
        self.entity[variable, name] = key
        for attribute in list(self.rows["ATTRIBUTEVARIABLES"].values()):
            if attribute["VariableId"] == variable:
                pair = {"EntityId": key, "AttributeVariableId": attribute["ID"]}
                self._add("ATTRIBUTEVALUES", {**pair, "AttributeValue": ""})
        return key

    def _coder(self, name: str) -> int:
        for id, standing in self.names.coders.items():
            if standing == name:
                return id
        for id, row in self.rows["CODERS"].items():
            if row["Name"] == name:
                return int(id)
        id = self._add("CODERS", _coder(name))
        for other in self.rows["CODERS"]:
            if other != id:
                for pair in ((id, other), (other, id)):
                    self._add("CODERRELATIONS", _relation(*pair))
        return id

    def _statement_type(self) -> StatementType:
        """Add the type that DNA begins with, for a database that has none that a case can say."""
        label: dict[str, Cell] = {"Label": "winset", "Red": 239, "Green": 208, "Blue": 51}
        id = self._add("STATEMENTTYPES", label)
        names = (("person", _SHORT), ("organization", _SHORT), ("concept", _SHORT),
                 ("agreement", "boolean"))  # fmt: skip
        ids = {
            name: self._add(
                "VARIABLES", {"Variable": name, "DataType": kind, "StatementTypeId": id}
            )
            for name, kind in names
        }
        return StatementType(id=id, **ids)


def _coder(name: str) -> dict[str, Cell]:
    flags = [c for c in COLUMNS["CODERS"] if c.startswith("Permission")]
    return {
        "Name": name[:_LONGEST], "Red": 127, "Green": 127, "Blue": 127, "Refresh": 0,
        "FontSize": 14, "PopupWidth": 300, "ColorByCoder": 0, "PopupDecoration": 0,
        "PopupAutoComplete": 1, **dict.fromkeys(flags, 1),
    }  # fmt: skip


def _relation(coder: int, other: int) -> dict[str, Cell]:
    flags: dict[str, Cell] = dict.fromkeys(
        ("viewStatements", "editStatements", "viewDocuments", "editDocuments"), 1
    )
    return {"Coder": coder, "OtherCoder": other, **flags}


def _empty(case: Case) -> DnaTables:
    """Return the tables of a database that nobody has coded in, as DNA makes them."""
    variables = (("person", _SHORT), ("organization", _SHORT), ("concept", _SHORT),
                 ("agreement", "boolean"))  # fmt: skip
    texts = [k for k, (_, kind) in enumerate(variables, start=1) if kind == _SHORT]
    names = [(variable, name) for name in ("Type", "Alias", "Notes") for variable in texts]
    blank: dict[str, Cell] = {"Value": "", "Red": 0, "Green": 0, "Blue": 0, "ChildOf": None}
    return DnaTables(
        {
            "SETTINGS": (
                {"Property": "version", "Value": VERSION},
                {"Property": "date", "Value": case.as_of.isoformat()},
            ),
            "CODERS": ({"ID": 1, **_coder("Admin")},),
            "STATEMENTTYPES": (
                {"ID": 1, "Label": "DNA Statement", "Red": 239, "Green": 208, "Blue": 51},
            ),
            "VARIABLES": tuple(
                {"ID": k, "Variable": name, "DataType": kind, "StatementTypeId": 1}
                for k, (name, kind) in enumerate(variables, start=1)
            ),
            "ENTITIES": tuple({"ID": k, "VariableId": k, **blank} for k in texts),
            "ATTRIBUTEVARIABLES": tuple(
                {"ID": k, "VariableId": variable, "AttributeVariable": name}
                for k, (variable, name) in enumerate(names, start=1)
            ),
            "ATTRIBUTEVALUES": tuple(
                {"ID": k, "EntityId": variable, "AttributeVariableId": k, "AttributeValue": ""}
                for k, (variable, _) in enumerate(names, start=1)
            ),
        }
    )
