"""The forecast of a case, whole: what the case page shows, each part as a table and as a file."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.charts.blame import who_blocks
from winset.charts.outcome import outcome
from winset.charts.ratification import ratification
from winset.charts.strip import position_strip
from winset.charts.view import View
from winset.errors import WinsetError, nearest
from winset.explain.answers import answers, calibration_sentence, issue_answers
from winset.explain.background import Findings, look_behind
from winset.explain.forecast_json import forecast_json
from winset.explain.headline import headline
from winset.forecast.forecast import Forecast, make_forecast
from winset.web.forecasts.query import ForecastRequest, understood
from winset.web.forecasts.sliders import sliders
from winset.web.views.kind import (
    Field,
    Progress,
    Subject,
    ViewKind,
    issue_field,
    model_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

DRAWS, MOST = 5_000, 20_000
ISSUES = ("Issue", "Agreement", "Monte Carlo error", "Settles at, 10 %", "Median", "90 %", "Unit",
          "In words")  # fmt: skip
QUESTIONS = ("Question", "Outcome", "Probability", "Monte Carlo error", "Other models, low",
             "Other models, high", "How it came out")  # fmt: skip


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with a model, a scenario, an issue, and its changes checked."""
    case = subject.case
    changes_of(case, query)
    filled = settled(case, query, draws=DRAWS, most=MOST)
    return replace(filled, issue=query.issue or case.issues[0].id)


def changes_of(case: Case, query: ViewQuery) -> tuple[dict[str, Any], ...]:
    """Return the changes that an address asks for, in the words of a scenario.

    Raises:
        WinsetError: for a number that the case does not have, with the nearest one.
    """
    known = {slider.id: slider for slider in sliders(case)}
    changes = []
    for entry in query.set:
        id, _, text = entry.rpartition(":")
        if id not in known:
            raise WinsetError(f"set: no number “{id or entry}” in this case; {nearest(id, known)}")
        owners = {name: getattr(known[id], name)
                  for name in ("party", "actor", "source", "target", "issue")}  # fmt: skip
        changes.append({
            "quantity": known[id].quantity,
            **{name: owner for name, owner in owners.items() if owner},
            "set": text,
        })  # fmt: skip
    return tuple(changes)


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    return (
        issue_field(subject.case),
        model_field(query),
        scenario_field(subject.case),
        *sampling_fields(MOST),
    )


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return the answer in sentences, its tables, and the pictures of one issue."""
    assert subject.opened is not None
    body = ForecastRequest(
        model=query.model,
        draws=query.draws,
        seed=query.seed,
        scenario=query.scenario,
        changes=changes_of(subject.case, query),
    )
    question = understood(subject.case, body, revision=subject.opened.revision)
    case = question.case
    forecast = make_forecast(
        case, question.model, draws=question.draws, seed=question.seed, scenario=question.scenario
    )
    progress(0.4)
    findings = look_behind(case, forecast, structure=True)
    progress(0.9)
    changed = apply_scenario(case, question.scenario)
    lead = headline(case, forecast, findings)
    bindings = [b.words for b in findings.bindings if b.issue == query.issue]
    return ViewResult(
        sentences=(
            *lead.sentences,
            *(f"{words[0].upper()}{words[1:]}." for words in bindings),
            calibration_sentence(forecast),
        ),
        parts=(
            _issues(case, forecast, findings),
            *_questions(case, forecast, findings),
            *_pictures(case, changed, forecast, findings=findings, issue=query.issue),
        ),
        provenance={
            **provenance_of(subject, query, "model", "scenario", "issue", "draws", "seed"),
            "changes": list(query.set),
        },
        result=forecast_json(case, forecast, findings),
    )


def _issues(case: Case, forecast: Forecast, findings: Findings) -> ViewPart:
    words = {answer.id: answer.sentence for answer in issue_answers(case, forecast, findings)}
    rows = []
    for issue in forecast.issues:
        agreed = forecast.agreed(issue) or (None, None)
        quantiles = forecast.quantiles(issue, (0.1, 0.5, 0.9))
        entry = case.issue(issue)
        rows.append((entry.title, *agreed, *quantiles, entry.scale.unit, words[issue]))
    return ViewPart(
        id="issues",
        title="Issues",
        caption="Settlements in the units of each issue, given an agreement. "
        "Without a chance of agreement the model takes agreement for granted.",
        table=rows_table(ISSUES, rows),
    )


def _questions(case: Case, forecast: Forecast, findings: Findings) -> list[ViewPart]:
    rows = [
        (answer.text, chance.outcome, chance.probability, chance.error, chance.low, chance.high,
         answer.resolution)
        for answer in answers(case, forecast, findings)
        for chance in answer.chances
        if chance.outcome != "no" or len(answer.chances) > 2
    ]  # fmt: skip
    if not rows:
        return []
    return [
        ViewPart(
            id="questions",
            title="Questions",
            caption="A probability is missing where the model cannot say.",
            table=rows_table(QUESTIONS, rows),
        )
    ]


def _pictures(
    case: Case, changed: Case, forecast: Forecast, *, findings: Findings, issue: str
) -> list[ViewPart]:
    """Return the pictures that the forecast can fill; ``changed`` is the case of its scenario."""
    makers: dict[str, tuple[bool, Callable[[], View]]] = {
        "positions": (bool(changed.stances_on(issue)), lambda: position_strip(changed, issue)),
        "outcome": (
            issue in forecast.issues,
            lambda: outcome(forecast, issue, case=case, states=False),
        ),
        "ratification": (
            findings.curves is not None,
            lambda: ratification(findings, issue, case=changed, states=False),
        ),
        "blame": (
            findings.blame is not None,
            lambda: who_blocks(findings, issue, case=changed),
        ),
    }
    parts = [pictured(name, draw()) for name, (fills, draw) in makers.items() if fills]
    return [part for part in parts if part.table.rows]


KIND = ViewKind(
    name="forecast",
    title="The forecast",
    explains="The answer, every issue and question, and the pictures of one issue, each as a file.",
    takes=("issue", "model", "scenario", "set", "draws", "seed"),
    rank=5,
    make=make,
    settle=settle,
    fields=fields,
    draws=DRAWS,
)
