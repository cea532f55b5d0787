"""Resolved questions of cases, with the chances that models gave them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from winset.case.model import Case
from winset.errors import WinsetError
from winset.explain.answers import answers
from winset.explain.background import look_behind
from winset.forecast.forecast import make_forecast
from winset.forecast.independent import run_independent
from winset.formats.decisions import Decisions
from winset.models import Model
from winset.track_record.scores import (
    Estimate,
    Reliability,
    brier,
    estimate,
    group_weights,
    log_score,
)
from winset.track_record.scores import reliability as bins

THIN = 20  # questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """The chance that one model gave to one outcome of one question.

    Attributes:
        case: title.
        question: its id.
        model: its name.
        outcome: yes, or an option.
        probability: that it comes about.
        happened: whether it did.
    """

    case: str
    question: str
    model: str
    outcome: str
    probability: float
    happened: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelEvents:
    """The scores of one model.

    Attributes:
        model: its name.
        count: outcomes to which it gave a probability.
        brier: mean score, 0 to 1.
        log: mean score, base e.
        reliability: how often outcomes happened, by the probability given.
    """

    model: str
    count: int
    brier: Estimate
    log: Estimate
    reliability: tuple[Reliability, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EventScores:
    """The scores of models on resolved questions.

    Attributes:
        questions: how many are resolved.
        cases: in how many cases.
        models: the best first.
        events: everything that was scored.
    """

    questions: int
    cases: int
    models: tuple[ModelEvents, ...]
    events: tuple[Event, ...]

    @property
    def thin(self) -> bool:
        """Whether there are too few questions to conclude anything."""
        return self.questions < THIN


def score_events(
    decisions: Decisions,
    models: Sequence[Model],
    *,
    draws: int,
    seed: int = 0,
    workers: str | None = None,
) -> EventScores | None:
    """Return how ``models`` fared on the resolved questions of the cases; None if there is none.

    Args:
        decisions: whose cases have the questions.
        models: any.
        draws: of each forecast.
        seed: of the random streams.
        workers: who makes the forecasts, as `run_independent` takes it.
    """
    cases = list({id(d.case): d.case for d in decisions.decisions}.values())
    resolved_cases = [case for case in cases if any(q.resolution for q in case.questions)]
    if not resolved_cases:
        return None
    tasks = [
        partial(_events, case, model, draws=draws, seed=seed)
        for case in resolved_cases
        for model in models
    ]
    events = [event for some in run_independent(tasks, workers=workers) for event in some]
    summed = [
        _summed(model.name, own)
        for model in models
        if (own := [event for event in events if event.model == model.name])
    ]
    return EventScores(
        questions=sum(1 for case in resolved_cases for q in case.questions if q.resolution),
        cases=len(resolved_cases),
        models=tuple(sorted(summed, key=lambda m: (-m.count, m.brier.value))),
        events=tuple(events),
    )


def _events(case: Case, model: Model, *, draws: int, seed: int) -> list[Event]:
    try:
        forecast = make_forecast(case, model, draws=draws, seed=seed)
    except WinsetError:
        return []
    resolved = {q.id: q.resolution.outcome for q in case.questions if q.resolution}
    return [
        Event(
            case=case.title,
            question=answer.id,
            model=model.name,
            outcome=chance.outcome,
            probability=min(max(chance.probability, 0.0), 1.0),
            happened=resolved[answer.id] == chance.outcome,
        )
        for answer in answers(case, forecast, look_behind(case, forecast, curves=False))
        if answer.id in resolved
        for chance in answer.chances
        if chance.probability is not None and chance.outcome != "no"
    ]


def _summed(model: str, events: Sequence[Event]) -> ModelEvents:
    probability = np.array([event.probability for event in events])
    happened = np.array([event.happened for event in events])
    resampled = group_weights([event.case for event in events])
    return ModelEvents(
        model=model,
        count=len(events),
        brier=estimate(brier(probability, happened), resampled),
        log=estimate(log_score(probability, happened), resampled),
        reliability=bins(probability, happened),
    )
