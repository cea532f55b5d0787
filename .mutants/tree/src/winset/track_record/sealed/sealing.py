"""Sealing: records a forecast before the outcome is known, with all that is needed to repeat it."""

import datetime
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from winset.case.appending import append, refuse_falling
from winset.case.chain import LEDGER, Chain, canonical
from winset.case.folder import render_case
from winset.case.lock import write_lock
from winset.case.model import Case
from winset.case.parts import Question
from winset.case.quantities import parse_quantity
from winset.errors import CaseError, Problem, WinsetError, nearest, shorten
from winset.explain.answers import answers
from winset.explain.background import look_behind
from winset.forecast.forecast import Forecast, make_forecast
from winset.models import Model, default_model, make_model
from winset.models.defaults import DRAWS, SEED
from winset.track_record.sealed.archive import archive_of, digests, numbers_of, store
from winset.track_record.sealed.records import (
    FORMAT,
    Seal,
    Sealed,
    SealedCase,
    SealedChance,
    Settlement,
    as_words,
    in_json,
)

SHARES = tuple((k + 0.5) / 100 for k in range(100))


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedAnswer:
    """The answer of a forecast to one question, or on one issue."""

    chances: tuple[SealedChance, ...]
    settlement: Settlement | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDraft:
    """A forecast ready to be sealed; nothing of it is written yet.

    Attributes:
        seal: the content of the entry; its moment is when it is written, unless one was given.
        numbers: the case's numbers, from which the forecast was made.
        folder: of the case.
    """

    seal: Seal
    numbers: Case
    folder: Path

    @property
    def text(self) -> str:
        """The entry byte for byte, without its moment, its links and its digest."""
        body = in_json(self.seal)
        del body["at"]
        return canonical({**body, "kind": "seal"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastToSeal:
    """Which forecast of a case is to be sealed, and in what words.

    Attributes:
        question: id of a question of the case; give either this or ``issue``.
        issue: id of an issue, whose whole distribution is sealed.
        resolve_by: day by which the outcome will be settled; if not given, the question's horizon.
        rule: how the outcome will be judged.
        no_rule: why there is no such rule, if there is none.
        note: anything else.
        model: any model; by default the one that fits the case.
        draws: how many.
        seed: of the random streams.
        scenario: name of one of the case's scenarios.
    """

    question: str | None = None
    issue: str | None = None
    resolve_by: datetime.date | None = None
    rule: str = ""
    no_rule: str = ""
    note: str = ""
    model: Model | None = None
    draws: int = DRAWS
    seed: int = SEED
    scenario: str | None = None


def seal(
    case: Case,
    forecast: ForecastToSeal,
    *,
    at: datetime.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sealed:
    """Return ``forecast`` of ``case``, sealed in its folder's ledger; it is on disk by then.

    It is made from a copy of the case's numbers, which is put beside the ledger.

    Args:
        case: a case read from a folder.
        forecast: what to seal.
        at: when it is sealed; by default the moment of writing.
        progress: called with the number of draws done.

    Raises:
        CaseError: with everything that is wrong with ``forecast``, or when the ledger is damaged.
        WinsetError: when the case has no folder, the model gives no answer, or ``at`` lies before
            the last entry.
    """
    if case.folder is not None:
        with write_lock(case.folder):
            pass  # a folder that cannot be written is refused before the work, not after it
    return seal_draft(draft(case, forecast, at=at, progress=progress), at=at)


def draft(
    case: Case,
    forecast: ForecastToSeal,
    *,
    at: datetime.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> SealDraft:
    """Return what `seal` would write, with the same arguments; nothing is written.

    Raises:
        CaseError: with everything that is wrong with ``forecast``.
        WinsetError: when the case has no folder, or the model gives no answer.
    """
    moment = _second(at)
    if case.folder is None:
        raise WinsetError("only a case in a folder has a ledger; write it to one first")
    subject, day, words = _checked(case, forecast, today=moment.date())
    numbers = numbers_of(case)
    solved = make_forecast(
        numbers,
        forecast.model or default_model_of(numbers),
        draws=forecast.draws,
        seed=forecast.seed,
        scenario=forecast.scenario,
        progress=progress,
    )
    answer = sealed_answer(numbers, solved, subject.asks, subject.id)
    entry = Seal(
        format=FORMAT,
        at=moment,
        asks=subject.asks,
        subject=subject.id,
        text=subject.text,
        **words,
        resolve_by=day,
        quantities=subject.quantities,
        chances=answer.chances,
        settlement=answer.settlement,
        made=in_json(solved.made),
        draws=solved.draws,
        forecast=content_digest(solved),
        case=SealedCase(
            title=case.title, digest=case.digest, as_of=case.as_of, files=digests(render_case(case))
        ),
        archive=archive_of(numbers),
    )
    return SealDraft(seal=entry, numbers=numbers, folder=case.folder)


def seal_draft(draft: SealDraft, *, at: datetime.datetime | None = None) -> Sealed:
    """Return ``draft`` sealed in its folder's ledger; it is on disk by then.

    The moment is taken while no other process can write, so that dates never fall.

    Raises:
        CaseError: when the ledger is damaged.
        WinsetError: when ``at`` lies before the last entry.
    """
    entries: list[Seal] = []

    def make(chain: Chain) -> tuple[str, Mapping[str, Any]]:
        entry = replace(draft.seal, at=_second(at))
        refuse_falling(chain, entry.at)
        store(draft.numbers, draft.folder)
        entries.append(entry)
        return "seal", in_json(entry)

    appended = append(draft.folder / LEDGER, make)
    return Sealed(id=appended.sha256, line=appended.line, seal=entries[0])


def _second(at: datetime.datetime | None) -> datetime.datetime:
    moment = at or datetime.datetime.now(datetime.UTC)
    return moment.astimezone(datetime.UTC).replace(microsecond=0)


def can_seal(question: Question) -> bool:
    """Return whether ``question`` is open and has a yes or no; a share of blame has neither."""
    quantities = [question.answer] if question.answer else [*question.options.values()]
    shares = any(parse_quantity(quantity).kind == "blame" for quantity in quantities)
    return question.resolution is None and not shares


def default_model_of(case: Case) -> Model:
    """Return the model that fits ``case``, with its default parameters."""
    return make_model(default_model(case))


def sealed_answer(case: Case, forecast: Forecast, asks: str, subject: str) -> SealedAnswer:
    """Return the answer of ``forecast`` to question ``subject`` of ``case``, or on that issue.

    Raises:
        WinsetError: when it has no answer.
    """
    if asks == "issue":
        return _of_issue(case, forecast, subject)
    background = look_behind(case, forecast, curves=False)
    answer = next(a for a in answers(case, forecast, background) if a.id == subject)
    if any(chance.probability is None for chance in answer.chances):
        raise WinsetError(f"{subject}: {answer.sentence}")
    return SealedAnswer(
        chances=tuple(
            _chance(c.outcome, c.probability or 0.0, c.error, c.draws) for c in answer.chances
        ),
        settlement=None,
    )


def _of_issue(case: Case, forecast: Forecast, subject: str) -> SealedAnswer:
    scale = case.issue(subject).scale
    agreed = forecast.agreed(subject)
    values = forecast.quantiles(subject, SHARES)
    return SealedAnswer(
        chances=() if agreed is None else (_chance("agreement", *agreed, forecast.draws),),
        settlement=Settlement(
            low=scale.low,
            high=scale.high,
            unit=scale.unit,
            quantiles=() if math.isnan(values[0]) else tuple(values),
        ),
    )


def _chance(outcome: str, probability: float, error: float | None, draws: int) -> SealedChance:
    sure = error is not None and math.isfinite(error)
    return SealedChance(
        outcome=outcome,
        # Rounding may put a sum of shares just outside.
        probability=min(max(float(probability), 0.0), 1.0),
        error=float(error) if error is not None and sure else None,
        draws=draws,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """A question or an issue to seal, in words, with its quantities and its day."""

    asks: Literal["question", "issue"]
    id: str
    text: str
    quantities: dict[str, str]
    horizon: datetime.date | None


def _checked(
    case: Case, forecast: ForecastToSeal, *, today: datetime.date
) -> tuple[_Subject, datetime.date, dict[str, str]]:
    """Return what is sealed, the day by which it is settled, and the words beside it.

    Raises:
        CaseError: with everything that is wrong; places are named as the fields are.
    """
    problems: list[Problem] = []
    subject = None
    try:
        subject = _subject(case, forecast.question, forecast.issue)
    except CaseError as error:
        problems += error.problems
    words = {}
    for name in ("rule", "no_rule", "note"):
        try:
            words[name] = as_words(name, getattr(forecast, name).strip())
        except CaseError as error:
            problems += error.problems
    has_rule, has_reason = bool(forecast.rule.strip()), bool(forecast.no_rule.strip())
    if not has_rule and not has_reason:
        problems.append(
            Problem(where="rule", required="must say how the outcome will be judged",
                    found="nothing", remedy="write it down")
        )  # fmt: skip
    elif has_rule and has_reason:
        problems.append(
            Problem(where="no_rule", required="must be empty where there is a rule",
                    found=shorten(forecast.no_rule))
        )  # fmt: skip
    day = forecast.resolve_by or (subject.horizon if subject else None)
    if day is None and subject is not None:
        problems.append(
            Problem(where="resolve_by", required="must say by which day it is settled",
                    found="nothing")
        )  # fmt: skip
    elif day is not None and day < today:
        remedy = "the question's own day has passed; choose another"
        problems.append(
            Problem(where="resolve_by", required="must be today or later",
                    found=f"{day}, sealed on {today}",
                    remedy="" if forecast.resolve_by else remedy)
        )  # fmt: skip
    if problems or subject is None or day is None:
        raise CaseError(problems)
    return subject, day, words


def _subject(case: Case, question: str | None, issue: str | None) -> _Subject:
    if (question is None) == (issue is None):
        raise _wrong("question", "must be given, or else an issue", "both" if issue else "neither",
                     "seal either a question or an issue")  # fmt: skip
    if issue is not None:
        entry = next((i for i in case.issues if i.id == issue), None)
        if entry is None:
            ids = [i.id for i in case.issues]
            raise _wrong("issue", "must be an issue of this case", shorten(issue),
                         nearest(issue, ids))  # fmt: skip
        if entry.outcome is not None:
            raise _wrong("issue", f"{issue} must be open", "the case already says its outcome",
                         "there is nothing to seal")  # fmt: skip
        return _Subject(asks="issue", id=issue, text=entry.question or entry.title, quantities={},
                        horizon=None)  # fmt: skip
    chosen = next((q for q in case.questions if q.id == question), None)
    if chosen is None:
        ids = [q.id for q in case.questions]
        raise _wrong("question", "must be a question of this case", shorten(question),
                     nearest(str(question), ids))  # fmt: skip
    if chosen.resolution is not None:
        reason = "the case already says how it came out"
        raise _wrong("question", f"{question} must be open", reason, "there is nothing to seal")
    quantities = {"yes": chosen.answer} if chosen.answer else dict(chosen.options)
    if not can_seal(chosen):
        raise _wrong("question", "must come true or not", "a share of blame",
                     "there is nothing to seal")  # fmt: skip
    return _Subject(asks="question", id=chosen.id, text=chosen.text, quantities=quantities,
                    horizon=chosen.horizon)  # fmt: skip


def _wrong(where: str, required: str, actual: str, remedy: str = "") -> CaseError:
    return CaseError([Problem(where=where, required=required, found=actual, remedy=remedy)])


def content_digest(forecast: Forecast) -> str:
    """Return the SHA-256 of all that came out: every field but how it was made, and by what.

    Arrays count by type, shape and bytes, everything else as canonical JSON.
    """
    digest = hashlib.sha256()
    for name, part in _parts("", forecast):
        digest.update(name.encode() + b"\0" + part + b"\0")
    return digest.hexdigest()


def _parts(name: str, value: object) -> Iterator[tuple[str, bytes]]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.compare and (name or field.name != "made"):
                yield from _parts(f"{name}/{field.name}", getattr(value, field.name))
    elif isinstance(value, np.ndarray):
        array = np.ascontiguousarray(value)
        kind = array.dtype.newbyteorder("<")
        yield name, f"{kind.str}{array.shape}".encode() + array.astype(kind).tobytes()
    elif isinstance(value, Mapping):
        for key in sorted(value, key=str):
            yield from _parts(f"{name}/{key}", value[key])
    elif value is not None:
        yield name, canonical(in_json(value)).encode()
