"""All models side by side on one issue, and on the questions of the case."""

import math
from dataclasses import replace

from winset.case.model import Case
from winset.case.parts import Issue
from winset.charts.intervals import Interval, intervals
from winset.charts.text import shown as visible
from winset.charts.view import View
from winset.errors import WinsetError
from winset.explain.answers import Answer, answers
from winset.explain.background import look_behind
from winset.explain.figures import figure, percent
from winset.forecast.forecast import Forecast, make_forecast
from winset.models import MODELS, fitting_models, is_baseline, make_model
from winset.models.defaults import DRAWS
from winset.web.views.kind import (
    Field,
    Progress,
    Subject,
    ViewKind,
    issue_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

MOST = 20_000
COLUMNS = ("Model", "Chance of an agreement", "Monte Carlo error", "10 %", "Median", "90 %",
           "Calibrated")  # fmt: skip
QUESTIONS = ("Question", "Outcome", "Model", "Probability", "Monte Carlo error")


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with an issue."""
    case = subject.case
    settled_query = settled(case, query, draws=DRAWS, most=MOST)
    issue = query.issue or (case.issues[0].id if case.issues else "")
    return replace(settled_query, issue=issue, model="")


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:  # noqa: ARG001
    """Return the fields of the form."""
    return (issue_field(subject.case), scenario_field(subject.case), *sampling_fields(MOST))


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return what every model that can be applied says, and why the others cannot."""
    case = subject.case
    names = [model.name for model in fitting_models(case)]
    progress(0.05)
    forecasts: list[Forecast] = []
    answered: list[tuple[Answer, ...]] = []
    for k, name in enumerate(names):
        forecast = make_forecast(
            case, make_model(name), draws=query.draws, seed=query.seed, scenario=query.scenario
        )
        forecasts.append(forecast)
        progress(0.05 + 0.9 * (k + 0.5) / len(names))
        answered.append(answers(case, forecast, look_behind(case, forecast, curves=False)))
        progress(0.05 + 0.9 * (k + 1) / len(names))
    if not forecasts:
        raise WinsetError("no model can be applied to this case yet")
    left_out = [name for name in MODELS if name not in names and not is_baseline(make_model(name))]
    sentences = [f"{len(forecasts)} models can be applied to this case."]
    if left_out:
        sentences.append(f"Not applicable to this case: {', '.join(left_out)}.")
    return ViewResult(
        sentences=tuple(sentences),
        parts=(
            pictured("models", _view(case.issue(query.issue), forecasts)),
            _questions(case, answered, names),
        ),
        provenance={
            **provenance_of(subject, query, "scenario", "draws", "seed", "issue"),
            "models": names,
        },
    )


def _view(issue: Issue, forecasts: list[Forecast]) -> View:
    rows, drawn, sentences = [], [], []
    for forecast in forecasts:
        name, agreed = forecast.made.model, forecast.agreed(issue.id)
        low, middle, high = (forecast.quantile(issue.id, share) for share in (0.1, 0.5, 0.9))
        calibrated = "no" if forecast.made.calibration is None else "yes"
        chance, error = (None, None) if agreed is None else agreed
        rows.append((name, chance, error, low, middle, high, calibrated))
        text = "no agreement" if math.isnan(middle) else figure(middle, issue.scale)
        named = name if agreed is None else f"{name}, agreement {percent(agreed[0])}"
        drawn.append(Interval(name=named, value=middle, low=low, high=high, text=text))
        sentences.append(f"{named}: {text}")
    unit = issue.scale.unit or "settlement"
    title = visible(issue.title)
    return View(
        title=f"What every model says: {title}",
        caption=(
            "Dots are median settlements given an agreement; bars hold the middle 80 % of draws. "
            "A model without a chance takes agreement for granted."
        ),
        draw=intervals(drawn, low=issue.scale.low, high=issue.scale.high, unit=unit,
                        guides=_guides(issue)),
        table=rows_table(COLUMNS, rows),
        description=visible(f"Settlements on {title} by model: {'; '.join(sentences)}."),
    )  # fmt: skip


def _guides(issue: Issue) -> dict[str, float]:
    outcomes = {}
    if issue.reversion is not None:
        outcomes["without an agreement"] = issue.reversion.middle
    if issue.outcome is not None:
        outcomes["outcome"] = issue.outcome.value.middle
    return outcomes


def _questions(case: Case, answered: list[tuple[Answer, ...]], names: list[str]) -> ViewPart:
    rows = [
        (answer.text, chance.outcome, name, chance.probability, chance.error)
        for at in range(len(case.questions))
        for name, answer in zip(names, (own[at] for own in answered), strict=True)
        for chance in answer.chances
        if chance.outcome != "no"
    ]
    return ViewPart(
        id="questions",
        title="Answers to the case's questions",
        caption="A model that cannot answer has no number. Models that do not treat blame or "
        "moves all give the same answer on them." if rows else "This case has no questions.",
        table=rows_table(QUESTIONS, rows),
    )  # fmt: skip


KIND = ViewKind(
    name="models",
    title="All models",
    explains="Every model that can be applied, side by side: where they agree, and where the "
    "answer depends on the model.",
    takes=("issue", "scenario", "draws", "seed"),
    rank=10,
    make=make,
    settle=settle,
    fields=fields,
    draws=DRAWS,
)
