"""YAML that remembers where everything stands, and can change a value without touching the rest.

Every scalar is read as the text that stands there (null as None): what a field means is decided by
the field, so `no` is a country and 2015-02-23 is what the date field makes of it. Anchors, aliases
and tags are refused: a case file needs none, and they are how YAML bombs are built.
"""

import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from winset.errors import CaseError, Problem, shorten

MOST_BYTES = 2_000_000
DEEPEST = 20


@dataclass(slots=True)
class YamlNode:
    """A piece of YAML: ``value`` is text or None, a list of nodes, or a list of (key, node)."""

    kind: str
    value: Any
    start: int
    end: int
    line: int
    column: int
    flow: bool = False

    def plain(self) -> Any:
        """Return it as text, lists and dicts."""
        if self.kind == "scalar":
            return self.value
        if self.kind == "sequence":
            return [node.plain() for node in self.value]
        return {key.value: node.plain() for key, node in self.value}

    def at(self, path: Sequence[str | int]) -> "YamlNode":
        """Return the innermost node on the way along ``path``: the key, where it is missing."""
        if not path:
            return self
        step, rest = path[0], path[1:]
        if self.kind == "mapping":
            pairs: list[tuple[YamlNode, YamlNode]] = self.value
            for key, node in pairs:
                if key.value == str(step):
                    target = node.at(rest)
                    return key if target is node and node.kind != "scalar" else target
        if self.kind == "sequence" and isinstance(step, int) and step < len(self.value):
            inner: YamlNode = self.value[step]
            return inner.at(rest)
        return self


def _problem(file: str, mark: Any, required: str, actual: str, remedy: str) -> CaseError:
    line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
    return CaseError(
        [Problem(where="YAML", required=required, found=actual, remedy=remedy, file=file,
                 line=line, column=column)]
    )  # fmt: skip


def parse_yaml(text: str, file: str) -> YamlNode:
    """Return the tree of ``text``.

    Raises:
        CaseError: when it is too large, not YAML, nested too deep, not one mapping, has a key
            twice, or uses anchors, aliases or tags.
    """
    if len(text) > MOST_BYTES:
        raise _problem(file, None, f"at most {MOST_BYTES:,} characters", f"{len(text):,}",
                       "keep texts and tables in their own files")  # fmt: skip
    stack: list[YamlNode] = []
    root: YamlNode | None = None
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            mark = event.start_mark
            tag = getattr(event, "ctag", None) or getattr(event, "tag", None)
            if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                raise _problem(file, mark, "no anchors and aliases", "one",
                               "write the value out where it is needed")  # fmt: skip
            if tag:
                raise _problem(file, mark, "no tags", shorten(tag), "remove the tag")
            if isinstance(event, DocumentStartEvent) and root is not None:
                raise _problem(file, mark, "one document", "a second one", "remove the “---”")
            if isinstance(event, ScalarEvent):
                node = YamlNode("scalar", _scalar(event), mark.index, event.end_mark.index,
                            mark.line + 1, mark.column + 1)  # fmt: skip
            elif isinstance(event, MappingStartEvent | SequenceStartEvent):
                kind = "mapping" if isinstance(event, MappingStartEvent) else "sequence"
                if len(stack) >= DEEPEST:
                    raise _problem(file, mark, f"at most {DEEPEST} levels", "more", "flatten it")
                stack.append(YamlNode(kind, [], mark.index, -1, mark.line + 1, mark.column + 1,
                                  bool(event.flow_style)))  # fmt: skip
                continue
            elif isinstance(event, MappingEndEvent | SequenceEndEvent):
                node = stack.pop()
                node.end = event.end_mark.index
                if node.kind == "mapping":
                    node.value = _pairs(node, file)
            else:
                continue
            if stack:
                stack[-1].value.append(node)
            else:
                root = node
    except MarkedYAMLError as error:
        actual = (error.problem or "something else").removeprefix("found ")
        raise _problem(file, error.problem_mark, "must be YAML", actual,
                       "check indentation, quotes and colons there") from None  # fmt: skip
    except YAMLError as error:
        raise _problem(file, None, "must be YAML", shorten(error),
                       "remove control characters") from None  # fmt: skip
    if root is None or root.kind != "mapping":
        raise _problem(file, None, "must be a mapping of keys to values", "something else",
                       "begin with “title: …”")  # fmt: skip
    return root


def _scalar(event: ScalarEvent) -> str | None:
    text = str(event.value)
    return None if event.style is None and text in ("", "~", "null", "Null", "NULL") else text


def _pairs(node: YamlNode, file: str) -> list[tuple[YamlNode, YamlNode]]:
    pairs = list(zip(node.value[::2], node.value[1::2], strict=True))
    for key, value in pairs:
        if value.start == value.end:  # a value left out stands, for the parser, before what follows
            value.start = value.end = key.end
            value.line, value.column = key.line, key.column
    seen: dict[str, int] = {}
    for key, _ in pairs:
        mark = type("Mark", (), {"line": key.line - 1, "column": key.column - 1})
        if key.kind != "scalar" or key.value is None:
            raise _problem(file, mark, "a key must be a word", "something else", "name the key")
        if key.value in seen:
            raise _problem(file, mark, "a key must stand once", shorten(key.value),
                           f"it stands on line {seen[key.value]} already")  # fmt: skip
        seen[key.value] = key.line
    return pairs


def write_yaml(value: Mapping[str, Any]) -> str:
    """Return ``value`` (text, lists, dicts) as YAML in the layout of the shipped cases."""
    return "".join(_entry(key, part, 0) for key, part in value.items())


_PLAIN = re.compile(r"[^\W_][\w %+/().,;…’–-]*", re.UNICODE)
_WORDS = {"null", "true", "false", "yes", "no", "on", "off", "nan", "inf"}
# What YAML cannot hold, or would take for the end of a line.
_ESCAPED = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def _scalar_text(text: str | None) -> str:
    if text is None:
        return "null"
    if _PLAIN.fullmatch(text) and text == text.strip() and text.lower() not in _WORDS:
        return text
    return _quoted(text)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)


def _entry(key: str, value: Any, indent: int) -> str:
    lead = " " * indent
    name = f"{lead}{_scalar_text(key)}:"
    if isinstance(value, Mapping) and value:
        if all(isinstance(v, str) and len(v) < 20 for v in value.values()) and len(value) < 4:
            inside = ", ".join(f"{_flow(k)}: {_flow(v)}" for k, v in value.items())
            return f"{name} {{{inside}}}\n"
        return f"{name}\n" + "".join(_entry(k, v, indent + 2) for k, v in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        if all(isinstance(part, str) for part in value):
            return f"{name} [{', '.join(_flow(part) for part in value)}]\n"
        return f"{name}\n" + "".join(_item(part, indent + 2) for part in value)
    if isinstance(value, Mapping):
        return f"{name} {{}}\n"
    if value is not None and _foldable(value):
        lines = textwrap.wrap(value, 96 - indent, break_long_words=False, break_on_hyphens=False)
        return f"{name} >-\n" + "".join(f"{lead}  {line}\n" for line in lines)
    return f"{name} {_scalar_text(value)}\n"


def _foldable(text: str) -> bool:
    single_spaced = re.fullmatch(r"\S+(?: \S+)*", text)
    return len(text) > 90 and bool(single_spaced) and not _ESCAPED.search(text)


def _item(value: Mapping[str, Any], indent: int) -> str:
    lines = "".join(_entry(k, v, indent + 2) for k, v in value.items())
    return f"{' ' * indent}- {lines[indent + 2 :]}"


def _flow(text: str | None) -> str:
    """Like a scalar elsewhere, but commas would end it here."""
    return _quoted(text) if text and "," in text else _scalar_text(text)


Edit = tuple[int, int, int, str]


def patch_yaml(text: str, tree: YamlNode, old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    """Return ``text`` with only what differs between ``old`` and ``new`` rewritten.

    Args:
        text: the file.
        tree: its tree.
        old: what the file says, in the plain form that ``new`` has too.
        new: what it shall say; the order of the members of its mappings of mappings counts.
    """
    if tree.flow:
        return write_yaml(new)
    edits: list[Edit] = []
    _patch_mapping(text, tree, old, new, edits, top=True)
    newline = "\r\n" if "\r\n" in text else "\n"
    for start, end, _, replacement in sorted(edits, reverse=True):
        text = text[:start] + replacement.replace("\n", newline) + text[end:]
    return text


def _patch_mapping(
    text: str, node: YamlNode, old: Mapping[str, Any], new: Mapping[str, Any], edits: list[Edit],
    *, top: bool = False,
) -> None:  # fmt: skip
    indent = node.value[0][0].column - 1
    after = _line_start(text, node.value[0][0].start)

    def edit(start: int, end: int, replacement: str) -> None:
        edits.append((start, end, len(edits), replacement))

    for key, value in new.items():
        standing = _standing(node, key, old)
        if standing is None:
            lead = "" if after == 0 or text[after - 1] == "\n" else "\n"
            edit(after, after, lead + _entry(key, value, indent))
            continue
        key_node, value_node = standing
        after = _line_end(text, _content_end(text, value_node))
        if key in old and old[key] == value and not (top and _reordered(value_node, value)):
            continue
        if (
            isinstance(value, Mapping) and isinstance(old.get(key), Mapping)
            and value_node.kind == "mapping" and not value_node.flow
            and not (top and _reordered(value_node, value))
        ):  # fmt: skip
            _patch_mapping(text, value_node, old[key], value, edits)
        elif value_node.kind == "scalar" and isinstance(value, str):
            raw = text[value_node.start : value_node.end]
            if not raw:
                colon = text.index(":", key_node.end) + 1
                edit(colon, colon, " " + _flow(value))
            elif "\n" not in raw:
                edit(value_node.start, value_node.end, _flow(value))
            else:
                edit(_line_start(text, key_node.start), after, _entry(key, value, indent))
        else:
            edit(_line_start(text, key_node.start), after, _entry(key, value, indent))
    for key in old:
        if key not in new and (gone := _standing(node, key, old)):
            end = _line_end(text, _content_end(text, gone[1]))
            edit(_line_start(text, gone[0].start), end, "")


def _standing(node: YamlNode, key: str, old: Mapping[str, Any]) -> tuple[YamlNode, YamlNode] | None:
    """Return the pair of ``node`` that says ``key``: 40 may stand there as 40.0."""
    pairs: list[tuple[YamlNode, YamlNode]] = node.value
    for pair in pairs:
        if pair[0].value == key:
            return pair
    number = _number(key)
    for pair in pairs:
        if number is not None and pair[0].value not in old and _number(pair[0].value) == number:
            return pair
    return None


def _reordered(node: YamlNode, new: Any) -> bool:
    """Whether the members that ``node`` has stand in another order in ``new``."""
    if node.kind != "mapping" or not isinstance(new, Mapping):
        return False
    names = [key.value for key, _ in node.value]
    return [n for n in names if n in new] != [n for n in new if n in names]


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _content_end(text: str, node: YamlNode) -> int:
    if node.kind != "scalar" and not node.flow and node.value:
        last = node.value[-1]
        return _content_end(text, last[1] if node.kind == "mapping" else last)
    return node.start + len(text[node.start : node.end].rstrip())


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end + 1
