"""The JSON Schema of ``case.yaml``, by which editors complete keys and mark what is misspelt."""

import inspect
import re
from typing import Any

from pydantic import TypeAdapter

from winset.case.draft import COLLECTIONS
from winset.case.parts import Head
from winset.case.records import nested_records

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_ABOUT = {
    "parties": "The sides at the table, by id.",
    "issues": "What is negotiated: one question on one line each, by id.",
    "scenarios": "Named sets of changes to the case, by id.",
    "questions": "What a forecast of this case answers, by id.",
}


def case_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of ``case.yaml``, made from the records of a case.

    It knows what a single cell may hold; what must hold between cells (known ids, numbers on the
    scale) is checked by reading the case.
    """
    kinds: dict[str, Any] = {"head": Head, **COLLECTIONS}
    inputs = [(name, "validation", TypeAdapter(kind)) for name, kind in kinds.items()]
    _, shared = TypeAdapter.json_schemas(inputs)  # type: ignore[arg-type]
    definitions: dict[str, Any] = shared["$defs"]
    for kind in kinds.values():
        for record in nested_records(kind):
            _describe(definitions[record.__name__], record)
    for kind in COLLECTIONS.values():
        _drop_id(definitions[kind.__name__])
    head = definitions.pop("Head")
    return {
        "$schema": DIALECT,
        "title": "winset case",
        "description": "case.yaml of a winset case: one negotiation as of one date.",
        "type": "object",
        "additionalProperties": False,
        "required": head["required"],
        "properties": {
            **head["properties"],
            **{name: _members(name, kind, definitions) for name, kind in COLLECTIONS.items()},
        },
        "$defs": definitions,
    }


def _members(name: str, kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a collection: ids to entries, which may be empty if nothing is due."""
    entry: dict[str, Any] = {"$ref": f"#/$defs/{kind.__name__}"}
    if not definitions[kind.__name__].get("required"):
        entry = {"anyOf": [entry, {"type": "null"}]}
    return {
        "description": _ABOUT[name],
        "type": ["object", "null"],
        "propertyNames": definitions[kind.__name__].pop("propertyNames"),
        "additionalProperties": entry,
    }


def _drop_id(definition: dict[str, Any]) -> None:
    """Make the id what it is in YAML, the key above the entry."""
    pattern = definition["properties"].pop("id")
    definition["propertyNames"] = {k: pattern[k] for k in ("pattern", "maxLength")}
    definition["required"] = [name for name in definition.get("required", ()) if name != "id"]


def _describe(definition: dict[str, Any], record: type) -> None:
    """Put the words of the docstring where an editor shows them, and leave out mere noise."""
    about, _, listed = inspect.cleandoc(record.__doc__ or "").partition("\n\nAttributes:\n")
    definition["description"] = _one_line(about)
    definition.pop("title", None)
    fields = dict(re.findall(r"^    (\w+): (.*(?:\n     +.*)*)", listed, re.MULTILINE))
    for name, schema in definition["properties"].items():
        schema.pop("title", None)
        default = schema.pop("default", None)
        if isinstance(default, dict) and default["low"] == default["high"]:
            default = default["low"]  # a range, as a file writes it
        if default not in (None, ""):
            schema["default"] = default
        if name in fields:
            schema["description"] = _one_line(fields[name])


def _one_line(text: str) -> str:
    return " ".join(text.replace("``", "`").split())
