"""The types of the interface for the JavaScript of the pages, made from its own description.

`python tests/api_types.py` writes them to `tests/js/api.d.ts`; a test compares them, so that a page
which reads a field that no answer has fails the type check.
"""

import json
import re
from pathlib import Path

from winset.web.api.openapi import description
from winset.web.server.app import endpoints

TYPES = Path(__file__).parent / "js" / "api.d.ts"
PLAIN = {"string": "string", "number": "number", "integer": "number", "boolean": "boolean",
         "null": "null"}  # fmt: skip


def api_types():
    """Return the types: an interface for each schema, and for each address what it takes."""
    schemas = description(endpoints())["components"]["schemas"]
    lines = [
        "// Made by tests/api_types.py from the description of the interface. Do not edit.",
        "",
    ]
    lines.append("declare namespace Api {")
    for name in sorted(schemas):
        lines.append(f"  type {type_name(name)} = {written(schemas[name])};")
    lines.append("}")
    return "\n".join(lines) + "\n"


def type_name(name):
    return re.sub(r"\W+", "_", name)


def written(schema):
    """Return ``schema`` as a TypeScript type."""
    if "$ref" in schema:
        return type_name(schema["$ref"].rsplit("/", 1)[-1])
    if "anyOf" in schema or "oneOf" in schema:
        return " | ".join(dict.fromkeys(map(written, schema.get("anyOf") or schema["oneOf"])))
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return " | ".join(map(json.dumps, schema["enum"]))
    kind = schema.get("type")
    if kind == "array":
        if "prefixItems" in schema:
            return f"[{', '.join(map(written, schema['prefixItems']))}]"
        return f"({written(schema.get('items', {}))})[]"
    if kind == "object":
        return an_object(schema)
    return PLAIN.get(kind, "any")


def an_object(schema):
    if "properties" in schema:
        required = set(schema.get("required", ()))
        fields = (
            f"{json.dumps(name)}{'' if name in required else '?'}: {written(value)}"
            for name, value in schema["properties"].items()
        )
        return "{ " + "; ".join(fields) + " }"
    values = schema.get("additionalProperties", {})
    return f"Record<string, {written(values) if isinstance(values, dict) else 'any'}>"


if __name__ == "__main__":
    TYPES.write_text(api_types(), "utf-8")
