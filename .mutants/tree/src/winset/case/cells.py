"""Kinds of cell: what a field of a case may hold, and what to say when it holds something else."""

import datetime
import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from winset.case.ranges import FORMS, NUMBER, Range, parse_range, point

ID_PATTERN = r"[A-Za-z0-9][A-Za-z0-9_.\-]*"


def refuse(required: str, remedy: str = "") -> PydanticCustomError:
    """Return the validation error that says what was required and what to do."""
    return PydanticCustomError("winset", "{required}", {"required": required, "remedy": remedy})


def _identifier(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(ID_PATTERN, value) and len(value) <= 80:
        return value
    raise refuse("an id of letters, digits, “-”, “_” or “.”, at most 80 long")


# Neither YAML nor XML can hold these as they are, and a terminal obeys some of them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNWRITABLE = re.compile(r"[\0\ud800-\udfff]")
LONGEST_TEXT = 100_000


def _text(value: object) -> str:
    """Take the space round it away: no table keeps it."""
    if not isinstance(value, str):
        raise refuse("text")
    if _CONTROL.search(value):
        raise refuse("text without control characters")
    if len(value) > LONGEST_TEXT:
        raise refuse(f"at most {LONGEST_TEXT:,} characters long")
    return value.strip()


def _title(value: object) -> str:
    text = _text(value)
    if not text:
        raise refuse("a few words")
    return text


def _verbatim(value: object) -> str:
    if isinstance(value, str) and not _UNWRITABLE.search(value) and len(value) <= LONGEST_TEXT:
        return value
    raise refuse(f"text of at most {LONGEST_TEXT:,} characters")


def _names(value: object) -> tuple[str, ...]:
    """Split a cell at semicolons; a YAML list has its parts already."""
    if isinstance(value, str):
        value = value.split(";")
    if isinstance(value, list | tuple) and not any(";" in str(part) for part in value):
        return tuple(part for part in map(_text, value) if part)
    raise refuse("a list of names, separated by “;” in a table")


def _range(value: object) -> Range:
    if isinstance(value, Range):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str):
        raise refuse(FORMS)
    try:
        return parse_range(value)
    except ValueError as error:
        comma = re.search(r"\d,\d", value)
        raise refuse(str(error), "write a decimal point, not a comma" if comma else "") from None


def _number(value: object) -> float:
    parsed = _range(value)
    if not parsed.certain or parsed.low in (float("inf"), float("-inf")):
        raise refuse("a single finite number")
    return parsed.low + 0.0  # minus nought is nought


def _date(value: object) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise refuse("a date such as 2015-07-14")


def _moment(value: object) -> datetime.datetime:
    if isinstance(value, datetime.datetime) and value.tzinfo:
        return value
    if isinstance(value, str):
        try:
            moment = datetime.datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo:
            return moment
    raise refuse("a moment such as 2015-07-14T12:00:00Z, with its time zone")


def _inner_path(value: object) -> str:
    """Accept only a relative path that cannot leave the case folder."""
    if isinstance(value, str) and not re.search(r'[\\:\0<>|"?*]', value):
        parts = PurePosixPath(value).parts
        if parts and parts[0] != "/" and not {"..", "."} & set(value.split("/")):
            return value
    raise refuse(
        "a relative path inside the case folder, such as documents/article.txt",
        "put the text into the folder's documents/ and name it from there",
    )


def _digest(value: object) -> str:
    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    raise refuse("a SHA-256 digest: 64 digits 0-9 a-f")


def _within(low: float, high: float) -> Callable[[Range], Range]:
    def check(value: Range) -> Range:
        if low <= value.low and value.high <= high:
            return value
        if high == float("inf"):
            raise refuse(f"{low:g} or more")
        raise refuse(f"in [{low:g}, {high:g}]")

    return check


def _finite(value: Range) -> Range:
    if value.high == float("inf") or value.low == float("-inf"):
        raise refuse("finite")
    return value


_RANGE_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "number"},
        {
            "type": "string",
            "pattern": (
                rf"^\s*(?:{NUMBER}|inf|{NUMBER}\s+to\s+{NUMBER}"
                rf"|{NUMBER}\s*\.\.\s*{NUMBER}\s*\.\.\s*{NUMBER})\s*$"
            ),
            "description": FORMS,
        },
    ]
}

Identifier = Annotated[
    str,
    BeforeValidator(_identifier),
    WithJsonSchema({"type": "string", "pattern": f"^{ID_PATTERN}$", "maxLength": 80}),
]
_TEXT_SCHEMA: dict[str, Any] = {"type": ["string", "number"]}
Text = Annotated[str, BeforeValidator(_text), WithJsonSchema(_TEXT_SCHEMA)]
Title = Annotated[str, BeforeValidator(_title), WithJsonSchema(_TEXT_SCHEMA)]
Verbatim = Annotated[str, BeforeValidator(_verbatim)]
Names = Annotated[
    tuple[str, ...],
    BeforeValidator(_names),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Number = Annotated[float, BeforeValidator(_number), WithJsonSchema({"type": "number"})]
Quantity = Annotated[
    Range, BeforeValidator(_range), AfterValidator(_finite), WithJsonSchema(_RANGE_SCHEMA)
]
Share = Annotated[Quantity, AfterValidator(_within(0, 1))]
Percent = Annotated[Quantity, AfterValidator(_within(0, 100))]
AtLeastZero = Annotated[Quantity, AfterValidator(_within(0, float("inf")))]
Cost = Annotated[
    Range,
    BeforeValidator(_range),
    AfterValidator(_within(0, float("inf"))),
    WithJsonSchema(_RANGE_SCHEMA),
]
Date = Annotated[
    datetime.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[
    datetime.datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
InnerPath = Annotated[str, BeforeValidator(_inner_path)]
Digest = Annotated[str, BeforeValidator(_digest)]

__all__ = [
    "AtLeastZero", "Cost", "Date", "Digest", "Identifier", "InnerPath", "Moment", "Names", "Number",
    "Percent", "Quantity", "Range", "Share", "Text", "Title", "Verbatim", "point", "refuse",
]  # fmt: skip
