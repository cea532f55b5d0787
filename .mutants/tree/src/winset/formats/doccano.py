"""Documents with labelled spans as doccano reads them: JSON Lines, a document each; out only.

For sequence labelling: ``label`` holds ``[start, end, kind]`` in characters. Everything else of a
line is metadata that doccano keeps.
"""

import json

from winset.case.model import Case
from winset.evidence.anchors import kept_text


def write_doccano(case: Case) -> str:
    """Return the kept documents of ``case``, each with its statements that are not rejected.

    Several coders' spans stand side by side. A document whose text is not kept cannot be shown and
    has no line.
    """
    lines = []
    for document in case.documents:
        text = kept_text(case, document)
        if text is None:
            continue
        own = [
            row
            for row in case.statements
            if row.document == document.id and row.status != "rejected" and row.end <= len(text)
        ]
        labels = sorted({(row.start, row.end, row.kind) for row in own})
        line = {
            "text": text,
            "label": [list(label) for label in labels],
            "document": document.id,
            "title": document.title,
            "published": "" if document.published is None else document.published.isoformat(),
            "sha256": document.sha256 or "",
        }
        lines.append(json.dumps(line, ensure_ascii=False) + "\n")
    return "".join(lines)
