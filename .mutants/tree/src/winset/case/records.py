"""Text to records: each field understood on its own, so that one bad cell hides no other."""

import dataclasses
import functools
import re
import typing
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from winset.case.ranges import Range, number_text
from winset.errors import nearest, shorten


@dataclass(frozen=True, slots=True, kw_only=True)
class BadField:
    """A field that could not be understood; ``path`` leads to it from the record."""

    path: tuple[str | int, ...]
    required: str
    found: str
    remedy: str = ""


@functools.cache
def _adapters(kind: Any) -> dict[str, TypeAdapter[Any]]:
    hints = typing.get_type_hints(kind, include_extras=True)
    return {f.name: _adapter(hints[f.name]) for f in dataclasses.fields(kind)}


@functools.cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    """Return what checks ``annotation``: made once, though many fields have it."""
    return TypeAdapter(annotation)


def _record(kind: Any, values: Mapping[str, object]) -> Any:
    """Return the ``kind`` of ``values``, each of which has been checked already.

    Calling ``kind`` would check them a second time, and first make what checks a whole record: a
    tenth of a second at every start.
    """
    record = object.__new__(kind)
    for field in dataclasses.fields(kind):
        if field.name in values:
            value = values[field.name]
        elif field.default_factory is not dataclasses.MISSING:
            value = field.default_factory()
        else:
            value = field.default
        object.__setattr__(record, field.name, value)
    if hasattr(record, "__post_init__"):
        record.__post_init__()
    return record


def nested_records(kind: Any) -> tuple[type, ...]:
    """Return the record types that stand somewhere inside the annotation ``kind``."""
    kinds: list[type] = [kind] if dataclasses.is_dataclass(kind) and isinstance(kind, type) else []
    inner = typing.get_type_hints(kind, include_extras=True).values() if kinds else ()
    for annotation in (*typing.get_args(kind), *inner):
        if not isinstance(annotation, str):
            kinds.extend(nested_records(annotation))
    return tuple(dict.fromkeys(kinds))


def understand(kind: Any, values: Mapping[str, object]) -> tuple[Any, list[BadField]]:
    """Return the record that ``values`` describe, and what could not be understood.

    Without bad fields the record is a ``kind``; with some it is a stand-in that has every field of
    one, None where the value was bad or missing and ``bad`` naming those.
    """
    adapters: dict[str, TypeAdapter[Any]] = _adapters(kind)
    bad = [
        BadField(
            path=(name,),
            required=f"no such field of {_a(kind)}",
            found=shorten(name),
            remedy=nearest(name, adapters),
        )
        for name in values
        if name not in adapters
    ]
    good: dict[str, object] = {}
    for field in dataclasses.fields(kind):
        if field.name not in values:
            if (
                field.default is dataclasses.MISSING
                and field.default_factory is dataclasses.MISSING
            ):
                bad.append(BadField(path=(field.name,), required="must be given", found="nothing"))
            continue
        try:
            good[field.name] = adapters[field.name].validate_python(values[field.name])
        except ValidationError as error:
            bad.extend(_bad_fields(field.name, adapters[field.name], error))
    if not bad:
        return _record(kind, good), []
    names = {b.path[0] for b in bad}
    defaults = {f.name: f.default for f in dataclasses.fields(kind)}
    stand_in = {
        name: good.get(name, None if name in names or value is dataclasses.MISSING else value)
        for name, value in defaults.items()
    }
    return SimpleNamespace(**stand_in, bad=names), bad


def _a(kind: type[Any]) -> str:
    name = kind.__name__.lower()
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def _bad_fields(name: str, adapter: TypeAdapter[Any], error: ValidationError) -> Iterator[BadField]:
    for detail in error.errors(include_url=False):
        path = (name, *(p for p in detail["loc"] if not str(p).startswith("function-")))
        actual, remedy = shorten(detail["input"]), ""
        match detail["type"]:
            case "winset":
                required = "must be " + detail["ctx"]["required"]
                remedy = detail["ctx"]["remedy"]
            case "missing" | "missing_argument":
                required, actual = "must be given", "nothing"
            case "unexpected_keyword_argument" | "extra_forbidden":
                names = {
                    f.name for k in nested_records(adapter._type) for f in dataclasses.fields(k)
                }
                required, actual = "no such key here", shorten(path[-1])
                remedy = nearest(str(path[-1]), names)
            case "literal_error":
                required = "must be one of " + detail["ctx"]["expected"].replace("'", "")
                close = nearest(
                    str(detail["input"]), re.findall("'([^']*)'", detail["ctx"]["expected"])
                )
                remedy = close if close.startswith("did you mean") else ""
            case "int_parsing" | "int_type" | "int_from_float":
                required = "must be a whole number"
            case "dataclass_type" | "dict_type":
                required = "must be a mapping of keys to values"
            case "tuple_type" | "list_type":
                required = "must be a list"
            case _:
                required = detail["msg"][0].lower() + detail["msg"][1:]
        yield BadField(path=path, required=required, found=actual, remedy=remedy)


def plain(record: object) -> object:
    """Return ``record`` as mappings, lists and text, defaults left out: what a file would say."""
    if record is None or isinstance(record, str):
        return record
    if isinstance(record, Range):
        return str(record)
    if isinstance(record, bool):
        return "true" if record else "false"
    if isinstance(record, float):
        return number_text(record)
    if isinstance(record, Mapping):
        return {str(plain(key)): plain(value) for key, value in record.items()}
    if isinstance(record, tuple | list):
        return [plain(part) for part in record]
    if dataclasses.is_dataclass(record) and type(record).__str__ is object.__str__:
        return {
            field.name: plain(value)
            for field in dataclasses.fields(record)
            if (value := getattr(record, field.name)) != _default(field)
        }
    if hasattr(record, "isoformat"):
        return str(record.isoformat()).replace("+00:00", "Z")
    return str(record)


def _default(field: "dataclasses.Field[Any]") -> object:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default
