"""A language model as a coder who proposes: ask, store the answer, pass what the text supports.

Answers are stored unchanged in ``.winset/llm`` of the case, by the digest of the whole question.
The gate checks them again each time, so that a run can be repeated without a network.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from winset.case.folder import write_file
from winset.case.model import Case
from winset.case.parts import Document
from winset.errors import WinsetError
from winset.evidence.coding.renewal import renewed, with_renewal
from winset.evidence.disposable import FOLDER, disposable_folder
from winset.evidence.intake import Proposed, text_of
from winset.evidence.llm.endpoint import MOST_BYTES, Answers
from winset.evidence.llm.gate import GateResult, Rejection, gated, read_answer
from winset.evidence.llm.prompt import PROMPT_VERSION, context, messages, passages
from winset.evidence.reading.documents import Text
from winset.evidence.reading.spans import Span
from winset.evidence.statements.names import bare_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProposed:
    """What a language model proposes in one document.

    Attributes:
        proposed: the rows that passed, in the form in which the rules propose.
        rejections: what did not pass, and why.
        sent: passages that were sent to the model now.
        replayed: passages whose answer was stored already.
    """

    proposed: Proposed
    rejections: tuple[Rejection, ...]
    sent: int
    replayed: int


def coder_of(model: str) -> str:
    """Return the coder's name under which ``model`` proposes.

    >>> coder_of("gpt-4.1-mini"), coder_of("Qwen/Qwen3:8b")
    ('llm-gpt-4.1-mini', 'llm-Qwen-Qwen3-8b')
    """
    return "llm-" + (re.sub(r"[^A-Za-z0-9_.]+", "-", model).strip("-.")[:60] or "model")


def propose_by_model(
    case: Case,
    document: Document,
    *,
    model: str,
    answers: Answers | None,
    coder: str = "",
) -> ModelProposed:
    """Return what ``model`` proposes in a stored ``document`` of ``case``.

    Args:
        case: read from a folder, in which answers are stored.
        document: one whose text is stored.
        model: its name.
        answers: the endpoint to ask where no answer is stored; None to ask none.
        coder: the name under which the rows are written; by default after the model.

    Raises:
        WinsetError: when the text is not stored or has changed, an answer is missing or cannot be
            understood, or ``coder`` is one who decides. Nothing of the document is proposed then.
    """
    coder = coder or coder_of(model)
    text = text_of(case, document)
    passed: list[GateResult] = []
    sent = replayed = 0
    spans = passages(text)
    for number, span in enumerate(spans, 1):
        try:
            body = _stored(case, text, span, model)
            if body is None:
                if answers is None:
                    raise WinsetError("no answer is stored; ask without --offline")
                body = answers.ask(messages(case, span.of(text.text)))
                statements = read_answer(body)
                _store(case, text, span, model, body)
                sent += 1
            else:
                statements = read_answer(body)
                replayed += 1
        except WinsetError as error:
            part = f", passage {number} of {len(spans)}" if len(spans) > 1 else ""
            raise WinsetError(f"{document.id}{part}: {error}") from None
        origin = f"{model}, prompt {PROMPT_VERSION}"
        passed.append(gated(case, document, text, span, statements, coder=coder, origin=origin))
    rows = [row for one in passed for row in one.rows]
    renewal = renewed(case, document.id, rows, coder=coder)
    mentions = (mention for one in passed for mention in one.mentions)
    return ModelProposed(
        proposed=Proposed(
            case=with_renewal(case, renewal),
            renewal=renewal,
            strangers=tuple(filter(None, map(bare_name, mentions))),
        ),
        rejections=tuple(rejection for one in passed for rejection in one.rejections),
        sent=sent,
        replayed=replayed,
    )


def _name(case: Case, text: Text, span: Span, model: str) -> str:
    """Return the file name of an answer: the digest of all that the question depends on."""
    question = [PROMPT_VERSION, model, text.sha256, *span, context(case)]
    return hashlib.sha256(json.dumps(question).encode()).hexdigest() + ".json"


def _stored(case: Case, text: Text, span: Span, model: str) -> str | None:
    """Return the stored answer; None where there is none that can be read."""
    if case.folder is None:
        return None
    folder = case.folder / FOLDER / "llm"
    path = folder / _name(case, text, span, model)
    if any(part.is_symlink() for part in (case.folder / FOLDER, folder, path)):
        return None
    try:
        with path.open("rb") as file:
            body = file.read(MOST_BYTES + 1).decode("utf-8")
        read_answer(body)
    except (OSError, UnicodeDecodeError, WinsetError):
        # Missing or damaged: either way the model is asked again.
        return None
    return body


def _store(case: Case, text: Text, span: Span, model: str, body: str) -> None:
    if case.folder is not None:
        folder: Path = disposable_folder(case.folder, "llm")
        write_file(folder / _name(case, text, span, model), body.encode("utf-8"))
