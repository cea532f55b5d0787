"""Sealing: a forecast put down, with all it takes to make it again, before anybody knows."""

import datetime
import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from winset.answers import answers
from winset.case.appending import append
from winset.case.chain import LEDGER, canonical
from winset.case.folder import render_case
from winset.case.model import Case
from winset.defaults import DRAWS, SEED
from winset.errors import WinsetError, nearest
from winset.findings import look_behind
from winset.forecast import Forecast, make_forecast
from winset.ledger.archive import digests, numbers_of, put_away
from winset.ledger.records import (
    FORMAT,
    Seal,
    Sealed,
    SealedCase,
    SealedChance,
    Settlement,
    as_words,
    in_json,
)
from winset.models import Model, default_model, make_model

SHARES = tuple((k + 0.5) / 100 for k in range(100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a forecast says to one question or of one issue."""

    chances: tuple[SealedChance, ...]
    settlement: Settlement | None


def seal(
    case: Case,
    *,
    question: str | None = None,
    issue: str | None = None,
    resolve_by: datetime.date | None = None,
    rule: str = "",
    note: str = "",
    model: Model | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    scenario: str | None = None,
    at: datetime.datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sealed:
    """Return the forecast of ``case`` sealed in its folder's ledger: on disk when this returns.

    It is made from a copy of the case's numbers, which is put beside the ledger.

    Args:
        case: a case read from a folder.
        question: id of a question of the case; or else
        issue: id of an issue, whose whole distribution is sealed.
        resolve_by: day by which it is settled; if not given, the question's horizon.
        rule: how it is to be judged.
        note: anything else.
        model: any model; by default what fits the case.
        draws: how many.
        seed: of the random streams.
        scenario: name of one of the case's scenarios.
        at: the moment; by default now.
        progress: called with the number of draws done.

    Raises:
        CaseError: when the ledger is not whole.
        WinsetError: when the case has no folder, does not ask this, is settled already, or the
            model cannot say.
    """
    moment = (at or datetime.datetime.now(datetime.UTC)).astimezone(datetime.UTC)
    rule, note = as_words("rule", rule), as_words("note", note)
    if case.folder is None:
        raise WinsetError("only a case in a folder has a ledger; write it to one first")
    asks, subject, text, quantities, horizon = _asked(case, question, issue)
    day = resolve_by or horizon
    if day is None:
        raise WinsetError(f"{subject}: say by which day it is settled (--resolve-by)")
    if day < moment.date():
        raise WinsetError(
            f"{subject}: must be settled on a day to come; found {day}, sealed on {moment.date()}"
        )
    numbers = numbers_of(case)
    made = make_forecast(
        numbers,
        model or default_model_of(numbers),
        draws=draws,
        seed=seed,
        scenario=scenario,
        progress=progress,
    )
    said = say(numbers, made, asks, subject)
    archive = put_away(numbers, case.folder)
    entry = Seal(
        format=FORMAT,
        at=moment.replace(microsecond=0),
        asks=asks,
        subject=subject,
        text=text,
        rule=rule,
        resolve_by=day,
        quantities=quantities,
        chances=said.chances,
        settlement=said.settlement,
        made=in_json(made.made),
        draws=made.draws,
        forecast=content_digest(made),
        case=SealedCase(
            title=case.title, digest=case.digest, as_of=case.as_of, files=digests(render_case(case))
        ),
        archive=archive,
        note=note,
    )
    written = append(case.folder / LEDGER, lambda _: ("seal", in_json(entry)))
    return Sealed(id=written.sha256, line=written.line, seal=entry)


def default_model_of(case: Case) -> Model:
    """Return the model that fits ``case``, with its parameters as they come."""
    return make_model(default_model(case))


def say(case: Case, forecast: Forecast, asks: str, subject: str) -> Said:
    """Return what ``forecast`` says to question ``subject`` of ``case``, or of that issue.

    Raises:
        WinsetError: when it cannot say.
    """
    if asks == "issue":
        return _of_issue(case, forecast, subject)
    found = look_behind(case, forecast)
    answer = next(a for a in answers(case, forecast, found) if a.id == subject)
    if any(chance.probability is None for chance in answer.chances):
        raise WinsetError(f"{subject}: {answer.sentence}")
    return Said(
        chances=tuple(
            _chance(c.outcome, c.probability or 0.0, c.error, c.draws) for c in answer.chances
        ),
        settlement=None,
    )


def _of_issue(case: Case, forecast: Forecast, subject: str) -> Said:
    scale = case.issue(subject).scale
    agreed = forecast.agreed(subject)
    values = forecast.quantiles(subject, SHARES)
    return Said(
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
        # Sums of shares may lie a rounding error outside.
        probability=min(max(float(probability), 0.0), 1.0),
        error=float(error) if error is not None and sure else None,
        draws=draws,
    )


def _asked(case: Case, question: str | None, issue: str | None) -> tuple[Any, ...]:
    """Return what is asked: kind, id, words, quantities, horizon."""
    if (question is None) == (issue is None):
        raise WinsetError("seal either a question (--question) or an issue (--issue)")
    if issue is not None:
        found = case.issue(issue)
        if found.outcome is not None:
            raise WinsetError(f"{issue}: the case already says what came of it; nothing to seal")
        return "issue", issue, found.question or found.title, {}, None
    asked = next((q for q in case.questions if q.id == question), None)
    if asked is None:
        known = [q.id for q in case.questions]
        raise WinsetError(f"no question “{question}” in this case; {nearest(str(question), known)}")
    if asked.resolution is not None:
        raise WinsetError(f"{question}: the case already says how it came out; nothing to seal")
    quantities = {"yes": asked.answer} if asked.answer else dict(asked.options)
    if any(str(quantity).startswith("blame(") for quantity in quantities.values()):
        raise WinsetError(
            f"{question}: a share of blame does not come true or not; nothing to seal"
        )
    return "question", asked.id, asked.text, quantities, asked.horizon


def content_digest(forecast: Forecast) -> str:
    """Return the SHA-256 of all that came out: every field but how it was made.

    Arrays count by type, shape and bytes, everything else as canonical JSON.
    """
    digest = hashlib.sha256()
    for name, part in _parts("", forecast):
        digest.update(name.encode() + b"\0" + part + b"\0")
    return digest.hexdigest()


def _parts(name: str, value: object) -> Iterator[tuple[str, bytes]]:
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if name or field.name != "made":
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
