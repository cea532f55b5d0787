"""Statements as W3C Web Annotations (JSON-LD), out and in.

One annotation page for a case. The target of an annotation names the document by its URL, or by
its place in the case, and selects the span twice: by position, in characters, and by quotation
with what stands beside it. The body says the coding. Where a text is not kept and no quote either,
the digest of the words stands in for them.

References:
    Web Annotation Data Model, W3C Recommendation 23 February 2017, sections 4.2.4 and 4.2.5.
"""

import hashlib
import json
from typing import Any

from winset.case.model import Case
from winset.case.parts import Statement
from winset.case.tables import STATEMENTS, cells_of
from winset.errors import WinsetError
from winset.evidence.anchors import Anchor
from winset.formats.carried import (
    MOST_BYTES,
    CarriedStatement,
    ImportedStatements,
    carried,
    fitting_quote,
    receive,
)

CONTEXT = "http://www.w3.org/ns/anno.jsonld"
VOCABULARY = "urn:winset:ns:"
_BODY = ("speaker", "issue", "kind", "value", "condition", "note", "status")


def write_annotations(case: Case) -> str:
    """Return the statements of ``case`` as one annotation page."""
    items = [_annotation(row, document.url, anchor) for row, document, anchor in carried(case)]
    page = {
        "@context": [CONTEXT, {"winset": VOCABULARY}],
        "id": f"urn:winset:case:{case.digest}",
        "type": "AnnotationPage",
        "label": case.title,
        "items": items,
    }
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def _annotation(row: Statement, url: str, anchor: Anchor) -> dict[str, Any]:
    cells = cells_of(STATEMENTS, row)
    coding = {f"winset:{name}": cells[name] for name in _BODY if cells[name]}
    coding["winset:status"] = row.status
    text = f"{row.speaker}: {row.kind}" + (f" on {row.issue}" if row.issue else "")
    selectors: list[dict[str, Any]] = [
        {"type": "TextPositionSelector", "start": row.start, "end": row.end}
    ]
    if anchor.quote:
        quotation = {"type": "TextQuoteSelector", "exact": anchor.quote}
        sides = {"prefix": anchor.prefix, "suffix": anchor.suffix}
        selectors.append({**quotation, **{k: v for k, v in sides.items() if v is not None}})
    annotation: dict[str, Any] = {
        "id": f"urn:winset:statement:{row.coder}:{row.id}",
        "type": "Annotation",
        "motivation": "classifying",
        "creator": {"type": "Person", "nickname": row.coder},
        "body": {
            "type": "TextualBody",
            "purpose": "classifying",
            "format": "text/plain",
            "value": text + (f" {row.value}" if row.value is not None else ""),
            **coding,
        },
        "target": {
            "source": url or f"urn:winset:document:{row.document}",
            "winset:document": row.document,
            "winset:quoteSha256": row.quote_sha256,
            "selector": selectors,
        },
    }
    if row.coded_at is not None:
        annotation["created"] = cells["coded_at"]
    return annotation


def read_annotations(text: str, case: Case, *, coder: str | None = None) -> ImportedStatements:
    """Return ``case`` with the annotations of ``text``, anchored in its own texts again.

    Args:
        text: an annotation page or a list of annotations, as `write_annotations` makes them or as
            another tool does; what says no kind of statement is a proposed position.
        case: that has the documents.
        coder: whose file they go to; the creator of each unless given.

    Raises:
        WinsetError: when it is no JSON or no annotations.
        CaseError: with every field that does not fit the case.
    """
    if len(text) > MOST_BYTES:
        raise WinsetError(f"annotations must be at most {MOST_BYTES:,} characters")
    try:
        page = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise WinsetError(f"annotations must be JSON: {error}") from None
    items = page.get("items") if isinstance(page, dict) else page
    if not isinstance(items, list):
        raise WinsetError("annotations must be an AnnotationPage with “items”, or a list of them")
    urls = {document.url: document.id for document in case.documents if document.url}
    return receive(case, [_entry(item, k, urls, coder) for k, item in enumerate(items, start=1)])


def _entry(item: Any, number: int, urls: dict[str, str], coder: str | None) -> CarriedStatement:
    """Return what one annotation says; anything missing or of another shape counts as not said."""
    id, target, body = (
        _text(_at(item, "id")),
        _first(_at(item, "target")),
        _first(_at(item, "body")),
    )
    selectors = _at(target, "selector")
    selectors = selectors if isinstance(selectors, list) else [selectors]
    position = _selector(selectors, "TextPositionSelector")
    quotation = _selector(selectors, "TextQuoteSelector")
    source = _text(_at(target, "source"))
    document = _text(_at(target, "winset:document")) or urls.get(source, "")
    quote = _text(_at(quotation, "exact"))
    creator = _first(_at(item, "creator"))
    fields = {name: _text(_at(body, f"winset:{name}")) for name in _BODY}
    own = id.startswith("urn:winset:statement:")
    fields |= {
        "id": id.rsplit(":", 1)[-1] if own else f"w{number}",
        "coder": coder or _text(_at(creator, "nickname")) or "imported",
        "document": document or source.removeprefix("urn:winset:document:"),
        "start": _text(_at(position, "start")) or "0",
        "end": _text(_at(position, "end")) or str(max(1, len(quote))),
        "quote_sha256": _text(_at(target, "winset:quoteSha256")) or _digest(quote),
        "quote": fitting_quote(quote),
        "coded_at": _text(_at(item, "created")),
        "kind": fields["kind"] or "position",
        "status": fields["status"] or "proposed",
    }
    return CarriedStatement(
        fields={name: text for name, text in fields.items() if text},
        prefix=_side(quotation, "prefix"),
        suffix=_side(quotation, "suffix"),
        where=f"annotation {number}",
    )


def _at(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, list) and value else value


def _selector(selectors: list[Any], kind: str) -> Any:
    return next((s for s in selectors if _at(s, "type") == kind), None)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def _side(quotation: Any, name: str) -> str | None:
    value = _at(quotation, name)
    return value if isinstance(value, str) else None


def _digest(quote: str) -> str:
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest() if quote else ""
