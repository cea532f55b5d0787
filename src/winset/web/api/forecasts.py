"""The interface to forecasts: what is said, what stands behind it, and scenarios side by side."""

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any

import anyio.to_thread
from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked
from starlette.requests import Request

from winset.case.model import Case
from winset.case.parts import Question as Asks
from winset.case.quantities import parse_quantity
from winset.case.scenarios import BASE
from winset.charts.canvas import WIDE
from winset.errors import WinsetError
from winset.explain.answers import Answer, answers, calibration_sentence, issue_answers
from winset.explain.background import Findings
from winset.explain.headline import Headline, headline
from winset.forecast.forecast import Forecast
from winset.forecast.provenance import Provenance
from winset.forecast.scenario_effects import Effect, compare
from winset.models.defaults import DRAWS, SEED
from winset.models.two_level.model import Binding
from winset.web.api.cases import CASE
from winset.web.api.declarations import Endpoint
from winset.web.forecasts.compute import Compute, since
from winset.web.forecasts.pictures import VIEWS, Picture, Views, Width, pictures
from winset.web.forecasts.query import (
    WHAT_IF,
    Changes,
    Draws,
    ForecastQuery,
    ForecastRequest,
    understood,
)
from winset.web.server.workbench import Workbench, desk, issue_in, opened

STRICT = ConfigDict(extra="forbid")
GROUP = "forecasts"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueResponse:
    """What a forecast says of an issue, in the issue's own units; null where it says nothing.

    Attributes:
        agreement: probability of an agreement; null where the model takes it for granted.
        low: tenth percentile of the settlement, given an agreement.
        middle: median.
        high: ninetieth percentile.
        bottom: low end of the scale.
        top: high end of the scale.
        words: the same in sentences.
    """

    issue: str
    title: str
    unit: str
    agreement: float | None
    error: float | None
    low: float | None
    middle: float | None
    high: float | None
    bottom: float
    top: float
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastResponse:
    """A forecast in sentences and numbers.

    Attributes:
        sentence: the first one of the headline.
        headline: without what takes longer: its range, who stands in the way, and why.
        questions: that the draws answer; those of blame and of moves come with the findings.
        calibration: whether and how settlements were calibrated, in words.
        milliseconds: that the server took.
    """

    made: Provenance
    draws: int
    revision: str
    sentence: str
    headline: Headline
    issues: tuple[IssueResponse, ...]
    questions: tuple[Answer, ...]
    calibration: str
    milliseconds: float


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class BehindRequest(ForecastRequest):
    """Pictures of one issue under a forecast.

    ``known`` are the frames that the page has drawn, ``width`` the pixels that it has for each.
    """

    issue: str = ""
    actor: str = ""
    views: Views = VIEWS
    known: dict[str, str] = Field(default_factory=dict)
    width: Width = WIDE


@dataclass(frozen=True, slots=True, kw_only=True)
class BehindResponse:
    """What lies behind a forecast of one issue.

    Attributes:
        pictures: by name of the view; a view that the model cannot fill is missing.
        bindings: the main obstacles, in words.
        questions: all of them, those of blame and of moves too.
    """

    issue: str
    revision: str
    pictures: dict[str, Picture]
    bindings: tuple[str, ...]
    questions: tuple[Answer, ...]
    milliseconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineResponse:
    """A headline with all that belongs to it, and the questions, their ranges too."""

    headline: Headline
    questions: tuple[Answer, ...]
    revision: str
    milliseconds: float


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class CompareRequest:
    """Scenarios to set side by side. With changes, these are one more, called ``what-if``."""

    scenarios: Annotated[tuple[str, ...], Field(min_length=1, max_length=12)]
    model: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    draws: Draws = DRAWS
    seed: Annotated[int, Field(ge=0, lt=2**63)] = SEED
    scenario: str = BASE
    changes: Changes = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SideResponse:
    """One scenario of a comparison."""

    scenario: str
    title: str
    issues: tuple[IssueResponse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareResponse:
    """Scenarios side by side, and what each does against the first, draw by draw."""

    sides: tuple[SideResponse, ...]
    effects: tuple[Effect, ...]


def issue_responses(case: Case, forecast: Forecast) -> tuple[IssueResponse, ...]:
    """Return what ``forecast`` of ``case`` says, issue by issue."""
    words = {answer.id: answer.sentence for answer in issue_answers(case, forecast)}
    return tuple(_issue(case, forecast, issue, words[issue]) for issue in forecast.issues)


def _issue(case: Case, forecast: Forecast, issue: str, words: str) -> IssueResponse:
    entry, agreed = case.issue(issue), forecast.agreed(issue)
    low, middle, high = forecast.quantiles(issue, (0.1, 0.5, 0.9))
    return IssueResponse(
        issue=issue,
        title=entry.title,
        unit=entry.scale.unit,
        agreement=None if agreed is None else agreed[0],
        error=None if agreed is None else agreed[1],
        low=low,
        middle=middle,
        high=high,
        bottom=entry.scale.low,
        top=entry.scale.high,
        words=words,
    )


def forecast_response(question: ForecastQuery, forecast: Forecast) -> ForecastResponse:
    """Return what a page shows of ``forecast`` at once."""
    case = question.case
    plain = {item.id for item in case.questions if not _needs_findings(item)}
    answered = answers(case, forecast, Findings(draws=0))
    answered = tuple(answer for answer in answered if answer.id in plain)
    lead = headline(case, forecast)
    return ForecastResponse(
        made=forecast.made,
        draws=forecast.draws,
        revision=question.revision,
        sentence=lead.sentences[0],
        headline=lead,
        issues=issue_responses(case, forecast),
        questions=answered,
        calibration=calibration_sentence(forecast),
        milliseconds=0.0,
    )


def _needs_findings(question: Asks) -> bool:
    quantities = [question.answer] if question.answer is not None else question.options.values()
    return any(parse_quantity(text).kind in ("blame", "move") for text in quantities)


def behind_parts(
    question: ForecastQuery,
    forecast: Forecast,
    *,
    findings: Findings,
    body: BehindRequest,
    issue: str,
) -> dict[str, Any]:
    """Return the parts of a `BehindResponse` that are counted, not the bookkeeping."""
    bindings: tuple[Binding, ...] = findings.bindings
    return {
        "pictures": pictures(
            question,
            forecast,
            findings=findings,
            issue=issue,
            views=body.views,
            known=body.known,
            width=body.width,
        ),
        "bindings": tuple(b.words for b in bindings if b.issue == issue),
        "questions": answers(question.case, forecast, findings),
    }


async def coded_forecast(request: Request) -> ForecastResponse:
    """Return the forecast of the case as coded, by the model that fits."""
    return await make_forecast(request, ForecastRequest())


async def make_forecast(request: Request, body: ForecastRequest) -> ForecastResponse:
    """Return the forecast that ``body`` asks for."""
    start = time.perf_counter()
    opened_case = await opened(request)
    at = desk(request)
    response = await at.compute.run(
        _told, at, opened_case.case, body=body, revision=opened_case.revision
    )
    return replace(response, milliseconds=since(start))


def _told(at: Workbench, case: Case, *, body: ForecastRequest, revision: str) -> ForecastResponse:
    question = understood(case, body, revision=revision)
    return forecast_response(question, at.compute.forecast_here(question))


async def look_behind(request: Request, body: BehindRequest) -> BehindResponse:
    """Return the pictures of one issue, its main obstacle, and what takes more than draws."""
    start = time.perf_counter()
    opened_case, at = await opened(request), desk(request)
    issue = issue_in(opened_case, body.issue)
    if not issue:
        raise WinsetError("the case has no issue yet")
    question = understood(opened_case.case, body, revision=opened_case.revision)
    forecast, findings = await at.compute.forecast(question), await at.compute.findings(question)
    tell = partial(behind_parts, question, forecast, findings=findings, body=body, issue=issue)
    parts = await anyio.to_thread.run_sync(tell)
    return BehindResponse(
        issue=issue, revision=opened_case.revision, **parts, milliseconds=since(start)
    )


async def whole_headline(request: Request, body: ForecastRequest) -> HeadlineResponse:
    """Return the headline with its range over what cannot be coded, who stands in the way, why."""
    start = time.perf_counter()
    opened_case, compute = await opened(request), desk(request).compute
    question = understood(opened_case.case, body, revision=opened_case.revision)
    forecast, findings = await compute.forecast(question), await compute.findings(question)
    findings = replace(findings, structure=await compute.structure(question))
    full_headline = await anyio.to_thread.run_sync(headline, question.case, forecast, findings)
    answered = await anyio.to_thread.run_sync(answers, question.case, forecast, findings)
    return HeadlineResponse(
        headline=full_headline,
        questions=answered,
        revision=opened_case.revision,
        milliseconds=since(start),
    )


async def compare_scenarios(request: Request, body: CompareRequest) -> CompareResponse:
    """Return scenarios side by side."""
    opened_case, compute = await opened(request), desk(request).compute
    return await compute.run(
        compared, compute, opened_case.case, body=body, revision=opened_case.revision
    )


def compared(
    compute: Compute, case: Case, *, body: CompareRequest, revision: str
) -> CompareResponse:
    """Return the forecast of each scenario, and what each does against the first, draw by draw."""
    request = ForecastRequest(
        model=body.model,
        parameters=body.parameters,
        draws=body.draws,
        seed=body.seed,
        scenario=body.scenario,
        changes=body.changes,
    )
    question = understood(case, request, revision=revision)
    own = question.scenario if body.changes else WHAT_IF
    names = [own if name == WHAT_IF else name for name in body.scenarios]
    titles = {s.id: s.title or s.id for s in question.case.scenarios} | {BASE: "As coded"}
    sides = []
    for name in names:
        forecast = compute.forecast_here(replace(question, scenario=name))
        issues = issue_responses(question.case, forecast)
        sides.append(SideResponse(scenario=name, title=titles[name], issues=issues))
    effects: tuple[Effect, ...] = ()
    if len(names) > 1:
        comparison = compare(question.case, question.model, names, draws=body.draws, seed=body.seed)
        effects = comparison.effects
    return CompareResponse(sides=tuple(sides), effects=effects)


ENDPOINTS = (
    Endpoint(method="GET", path=f"{CASE}/forecast", call=coded_forecast, group=GROUP,
             summary="The forecast of the case as coded", refuses=(404, 422), lasting=True),
    Endpoint(method="POST", path=f"{CASE}/forecast", call=make_forecast, group=GROUP,
             summary="A forecast under a scenario and further changes", refuses=(404,)),
    Endpoint(method="POST", path=f"{CASE}/headline", call=whole_headline, group=GROUP,
             summary="The answer in a few sentences, with its range", refuses=(404,)),
    Endpoint(method="POST", path=f"{CASE}/behind", call=look_behind, group=GROUP,
             summary="Pictures of an issue, its main obstacle, who blocks", refuses=(404,)),
    Endpoint(method="POST", path=f"{CASE}/compare", call=compare_scenarios, group=GROUP,
             summary="Scenarios side by side", refuses=(404,)),
)  # fmt: skip
