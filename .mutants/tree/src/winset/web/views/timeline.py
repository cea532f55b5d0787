"""How the forecast moved with what was said: made again on each day, from what was known then."""

from dataclasses import replace

from winset.charts.timeline import timeline
from winset.errors import WinsetError
from winset.forecast.timeline import Timeline, moment_at, timeline_days
from winset.models import make_model
from winset.web.views.kind import (
    Field,
    Progress,
    Subject,
    ViewKind,
    issue_field,
    model_field,
    provenance_of,
    sampling_fields,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewResult, pictured

DRAWS, MOST = 5_000, 20_000
ONE_DAY = "No accepted statement has a date: the only forecast is that of the day of the case."


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with a model and an issue."""
    case = subject.case
    filled = settled(case, query, draws=DRAWS, most=MOST)
    return replace(filled, issue=query.issue or case.issues[0].id, scenario="")


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    return (
        issue_field(subject.case),
        model_field(query),
        Field(name="since", label="From", kind="date", note="Leave earlier days out."),
        *sampling_fields(MOST),
    )


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return the forecast as it could have been made on each day that something was said."""
    case, model = subject.case, make_model(query.model)
    try:
        days = timeline_days(case, since=query.since)
    except WinsetError as error:
        raise WinsetError(str(error).replace("--since", "“From”")) from None
    moments = []
    for k, day in enumerate(days):
        moments.append(moment_at(case, day, model=model, draws=query.draws, seed=query.seed))
        progress((k + 1) / len(days))
    course = Timeline(model=model.name, draws=query.draws, seed=query.seed, moments=tuple(moments))
    return ViewResult(
        sentences=(ONE_DAY,) if len(days) == 1 else (),
        parts=(pictured("timeline", timeline(course, query.issue, case=case)),),
        provenance=provenance_of(subject, query, "model", "issue", "since", "draws", "seed"),
    )


KIND = ViewKind(
    name="timeline",
    title="Over time",
    explains="The forecast made again on each day that something was said.",
    takes=("issue", "model", "since", "draws", "seed"),
    rank=50,
    make=make,
    settle=settle,
    fields=fields,
    draws=DRAWS,
)
