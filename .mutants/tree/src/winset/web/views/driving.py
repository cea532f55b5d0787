"""What drives a forecast, and what to look into next."""

from dataclasses import replace

from winset.case.model import Case
from winset.charts.tornado import tornado
from winset.explain.sensitivity import (
    Sensitivity,
    headline,
    measure_sensitivity,
    read_summary,
    research_sentences,
)
from winset.explain.sensitivity.words import coded_range, noise_sentence
from winset.models import make_model
from winset.web.views.kind import (
    Choice,
    Field,
    Progress,
    Subject,
    ViewKind,
    model_field,
    provenance_of,
    sampling_fields,
    scenario_field,
    settled,
)
from winset.web.views.query import ViewQuery
from winset.web.views.result import ViewPart, ViewResult, pictured, rows_table

DRAWS, MOST = 256, 4_096
RESEARCH = ("Input", "Coded", "Accepted statements", "Total index", "Total, low", "Total, high",
            "Score")  # fmt: skip
INPUTS = ("Input", "Kind", "Quantity", "Unit", "Coded", "At 10 %", "At 90 %", "Change at 10 %",
          "Error at 10 %", "Change at 90 %", "Error at 90 %", "First-order index", "Total index",
          "Total, low", "Total, high", "Idle", "Accepted statements", "Name")  # fmt: skip


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with what is looked at checked."""
    case = subject.case
    settled_query = settled(case, query, draws=DRAWS, most=MOST)
    if query.of:
        summary = read_summary(case, query.of, issue=query.issue or None)
        settled_query = replace(settled_query, of=str(summary), issue="")
    return settled_query


def goals(case: Case, *, bounded: bool = False) -> tuple[Choice, ...]:
    """Return what may be looked at; if ``bounded``, only what a lever may aim at."""
    choices = [
        Choice(value=question.id, label=question.text)
        for question in case.questions
        if question.answer is not None and "blame" not in question.answer
        and not (bounded and question.answer.startswith("move"))
    ]  # fmt: skip
    for issue in case.issues:
        middle = f"{(issue.scale.low + issue.scale.high) / 2:g}"
        choices.append(
            Choice(value=f"agreement({issue.id})", label=f"an agreement on {issue.title}")
        )
        if not bounded:
            label = f"where {issue.title} settles"
            choices.append(Choice(value=f"settlement({issue.id})", label=label))
        for sign, words in ((">=", "or more"), ("<=", "or less")):
            choices.append(
                Choice(
                    value=f"settlement({issue.id}) {sign} {middle}",
                    label=f"{issue.title} at {middle} {words}",
                )
            )
    return tuple(choices)


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    return (
        model_field(query),
        Field(name="of", label="What the forecast is about", kind="text",
              choices=goals(subject.case), hint="chosen by the model",
              note="agreement(ISSUE), settlement(ISSUE), settlement(ISSUE) >= 40, or a question"),
        scenario_field(subject.case),
        *sampling_fields(MOST),
    )  # fmt: skip


def make(subject: Subject, query: ViewQuery, progress: Progress) -> ViewResult:
    """Return which inputs move a number of the forecast, and on which of them little is known."""
    case = subject.case
    sensitivity = measure_sensitivity(
        case,
        make_model(query.model),
        of=query.of or None,
        issue=query.issue or None,
        draws=query.draws,
        seed=query.seed,
        scenario=query.scenario,
        progress=lambda solved, foreseen: progress(solved / max(foreseen, 1)),
    )
    research = research_sentences(sensitivity)
    sentences = [headline(case, sensitivity), noise_sentence(sensitivity), *research]
    return ViewResult(
        sentences=tuple(sentence for sentence in sentences if sentence),
        parts=(
            pictured("tornado", tornado(sensitivity, case=case)),
            _research(sensitivity),
            _inputs(sensitivity),
        ),
        provenance={
            **provenance_of(subject, query, "model", "scenario", "draws", "seed"),
            "of": sensitivity.of,
            "solved": sensitivity.solved,
        },
        result=sensitivity,
    )


def _research(sensitivity: Sensitivity) -> ViewPart:
    rows = [
        (d.input.label, coded_range(d.input), d.input.statements,
         d.total.value, d.total.low, d.total.high, d.score)
        for d in sensitivity.research()
        if d.total is not None
    ]  # fmt: skip
    return ViewPart(
        id="research",
        title="What to research next",
        caption=(
            "Numbers that matter and have little evidence, the most urgent first. The score is the "
            "total index divided by one more than the accepted statements behind the number."
            if rows
            else "Every number that matters rests on at least one statement."
        ),
        table=rows_table(RESEARCH, rows),
    )


def _inputs(sensitivity: Sensitivity) -> ViewPart:
    rows = [
        (
            d.input.label, d.input.kind, d.input.quantity, d.input.unit, str(d.input.range),
            d.at_low, d.at_high, d.swing.low, d.swing.low_error, d.swing.high, d.swing.high_error,
            d.first.value if d.first else None, d.total.value if d.total else None,
            d.total.low if d.total else None, d.total.high if d.total else None,
            "yes" if d.idle else "no", d.input.statements, d.input.name,
        )
        for d in sensitivity.drivers
    ]  # fmt: skip
    return ViewPart(
        id="inputs",
        title="Every input",
        caption="All that is not known, the widest swing first; idle: it moved the number in none "
        "of the draws, at neither end of its range.",
        table=rows_table(INPUTS, rows),
    )


KIND = ViewKind(
    name="sensitivity",
    title="What drives it",
    explains="Which numbers of the case the forecast depends on, and which of them have "
    "little evidence.",
    takes=("model", "of", "issue", "scenario", "draws", "seed"),
    rank=40,
    make=make,
    settle=settle,
    fields=fields,
    draws=DRAWS,
)
