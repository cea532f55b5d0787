"""Models tested on decisions whose outcome is known, in a table or in the cases of the folder."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from winset.case.shipped import shipped_cases
from winset.case.tables import TABLES
from winset.charts.backtest import forecast_against_outcome, scores_by_model
from winset.charts.decision import decision_view, model_names
from winset.charts.honesty import coverage, transforms
from winset.errors import WinsetError, nearest
from winset.formats.decisions import Decisions, read_decisions
from winset.formats.grid import KINDS as ENDINGS
from winset.models import MODELS, make_model
from winset.track_record.backtest import Backtest, BacktestRow, run_backtest
from winset.track_record.backtest_words import BacktestVerdict, verdict
from winset.track_record.model_table import Which, duels, standings
from winset.track_record.scores import Estimate
from winset.web.server.error_responses import RefusedError
from winset.web.views.kind import (
    Choice,
    Field,
    Progress,
    SlowView,
    Subject,
    ViewKind,
    sampling_fields,
)
from winset.web.views.query import ViewQuery, query_of
from winset.web.views.result import Cells, ViewPart, ViewResult, pictured, rows_table

DRAWS, MOST = 500, 5_000
OWN, SHIPPED = "cases", "shipped"
STANDINGS = ("Model", "Decisions", "Groups", "Error", "Error, low", "Error, high", "Within 10",
             "CRPS", "CRPS, low", "CRPS, high", "Log", "Inside 50 %", "Inside 80 %", "Inside 90 %",
             "Width of 80 %")  # fmt: skip
DUELS = ("Model", "Against", "Score", "Decisions", "Difference", "Low", "High", "Resolvable")
DECISIONS = ("Decision", "Title", "Group", "Outcome", "Nearest", "Error of nearest",
             "Farthest", "Error of farthest")  # fmt: skip
FORECASTS = ("Model", "Median", "Low of 80 %", "High of 80 %", "Error", "CRPS", "Raw median",
        "Chance of an agreement")  # fmt: skip
POINTS = "Everything in points of a scale of 100."


def tables(subject: Subject) -> dict[str, tuple[str, Path]]:
    """Return every table of decisions there is: name to what it is and where.

    Files in the folder that are no part of a case, and the cases themselves.
    """
    store = subject.store
    listed: dict[str, tuple[str, Path]] = {}
    own_parts = {f"{kind.name}.csv" for kind in TABLES} if store.single else set()
    for path in sorted(store.folder.iterdir()):
        inside = path.is_file() and path.resolve().parent == store.folder
        plain = not path.name.startswith(".") and path.name not in own_parts
        if inside and plain and path.suffix.lower() in ENDINGS:
            listed[path.name] = (path.name, path)
    if any(name.place == "own" for name in store.names()):
        listed[OWN] = ("your own cases whose outcome is known", store.folder)
    shipped = next(iter(shipped_cases().values())).parent
    listed[SHIPPED] = ("the shipped cases whose outcome is known", shipped)
    return listed


def settle(subject: Subject, query: ViewQuery) -> ViewQuery:
    """Return ``query`` with its table and its models checked.

    Raises:
        RefusedError: with status 404 when no such table is listed.
        WinsetError: for a model that there is not.
    """
    if query.draws > MOST:
        raise WinsetError(f"draws: at most {MOST:,} here; found {query.draws:,}")
    listed = tables(subject)
    if query.table and query.table not in listed:
        known = nearest(query.table, listed)
        raise RefusedError(404, f"There is no table “{query.table}” in the folder; {known}")
    for name in _models(query):
        make_model(name)
    models = ",".join(dict.fromkeys(_models(query))) if query.models else ""
    return replace(query, models=models, draws=query.draws or DRAWS)


def _models(query: ViewQuery) -> list[str]:
    chosen = [name.strip() for name in query.models.split(",") if name.strip()]
    return chosen or list(MODELS)


def missing(subject: Subject, query: ViewQuery) -> str:  # noqa: ARG001
    """Return that a table must be chosen."""
    return "" if query.table else "Choose a table whose outcomes are known."


def fields(subject: Subject, query: ViewQuery) -> tuple[Field, ...]:
    """Return the fields of the form."""
    nothing = () if query.table else (Choice(value="", label="choose …"),)
    listed = (Choice(value=name, label=label) for name, (label, _) in tables(subject).items())
    return (
        Field(name="table", label="Table of decisions", choices=(*nothing, *listed),
              note="CSV, Excel or another table in the folder, with one line per actor and issue."),
        Field(name="models", label="Models", kind="text", hint="all",
              note="Names of models, separated by commas. Leave the field empty to use all of "
              f"them: {', '.join(MODELS)}."),
        *sampling_fields(MOST),
    )  # fmt: skip


def stamp(subject: Subject) -> str:
    """Return when each table was last written, and how the cases stand."""
    states = []
    for name, (_, path) in tables(subject).items():
        files = [path] if path.is_file() else sorted(path.glob("*.*")) + sorted(path.glob("*/*.*"))
        if path.is_dir():
            files = [file for file in files if file.suffix in (".csv", ".yaml")]
        states += [f"{name} {f.name} {(s := f.stat()).st_mtime_ns} {s.st_size}" for f in files]
    return "\n".join(states)


Computed = tuple[Decisions, Backtest, BacktestVerdict | None]


def table_of(subject: Subject, query: ViewQuery) -> Path:
    """Return where the table is."""
    return tables(subject)[query.table][1]


def compute(table: Path, query: ViewQuery, progress: Progress) -> Computed:
    """Return what the models say of the decisions in ``table``; in a process of its own."""
    decisions = read_decisions(table)
    models = [make_model(name) for name in _models(query)]
    whole = len(decisions.decisions) * len(models)
    run = run_backtest(
        decisions,
        models,
        draws=query.draws,
        seed=query.seed,
        progress=lambda done: progress(0.95 * done / whole),
    )
    progress(0.98)
    return decisions, run, verdict(run)


def present(
    subject: Subject,  # noqa: ARG001
    query: ViewQuery,
    computed: Computed,
) -> ViewResult:
    """Return how the models fared."""
    decisions, run, summary = computed
    sentences = [f"{len(decisions.decisions)} decisions in {len(decisions.groups)} groups."]
    sentences += summary.sentences if summary else ["No model settled any of these decisions."]
    sentences += [f"{note}." for note in run.notes]
    sentences += [
        f"Left out: {model}, {count} decisions: {why}."
        for model, reasons in run.left_out.items()
        for why, count in reasons.items()
    ]
    best = summary.best.model if summary else ""
    return ViewResult(
        sentences=tuple(sentences),
        parts=_parts(run, decisions, best=best, query=query),
        provenance={
            "table": run.name, "digest": run.digest, "models": list(run.models),
            "draws": run.draws, "seed": run.seed, "version": run.version,
            "calibration": run.calibration,
        },
        result=run,
        more={"run": run, "decisions": decisions},
    )  # fmt: skip


def _parts(
    run: Backtest, decisions: Decisions, *, best: str, query: ViewQuery
) -> tuple[ViewPart, ...]:
    if not best:
        return (_decisions(run, decisions, query),)
    return (
        pictured("crps", scores_by_model(run, "crps")),
        pictured("error", scores_by_model(run, "error")),
        _standings(run, "calibrated"),
        _standings(run, "raw"),
        _duels(run, best),
        pictured("calibration", coverage(run, best)),
        pictured("transforms", transforms(run, best)),
        pictured("outcomes", forecast_against_outcome(run, decisions, best)),
        _decisions(run, decisions, query),
    )


def _estimate(e: Estimate) -> tuple[float, float, float]:
    return e.value, e.low, e.high


def _standings(run: Backtest, which: Which) -> ViewPart:
    rows: list[Cells] = [
        (
            s.model, s.decisions, s.groups, *_estimate(s.error), s.hits.value, *_estimate(s.crps),
            s.log.value, *(share.value for share in s.coverage), s.width[1],
        )
        for s in standings(run, which)
    ]  # fmt: skip
    title = "calibrated" if which == "calibrated" else "uncalibrated"
    return ViewPart(
        id=f"standings-{which}",
        title=f"Model table, {title}",
        caption=f"{POINTS} Error: absolute, of the median; CRPS: continuous ranked probability "
        "score; less is better. Intervals are 95 %, from resampling whole groups.",
        table=rows_table(STANDINGS, rows),
    )


def _duels(run: Backtest, best: str) -> ViewPart:
    rows: list[Cells] = [
        (d.model, d.against, "CRPS" if d.score == "crps" else d.score, d.decisions,
         *_estimate(d.difference), d.resolvable)
        for d in duels(run, "calibrated", against=best)
    ]  # fmt: skip
    return ViewPart(
        id="duels",
        title=f"Each model against “{best}”, calibrated",
        caption=f"{POINTS} On the decisions that both models settle. Above 0, “{best}” is better. "
        "Resolvable: the smallest true difference that such data would reveal four times in five.",
        table=rows_table(DUELS, rows),
    )


def _decisions(run: Backtest, decisions: Decisions, query: ViewQuery) -> ViewPart:
    rows: list[Cells] = []
    links = []
    for decision in decisions.decisions:
        errors = sorted(
            (row.calibrated.error, row.model)
            for row in _rows_of(run, decision.id)
            if row.calibrated is not None and row.model in MODELS
        )
        near, far = (errors[0], errors[-1]) if errors else ((None, ""), (None, ""))
        outcome = 100.0 * (decision.outcome - decision.scale.low) / decision.scale.width
        title = decision.case.issue(decision.issue).title
        rows.append((decision.id, title, decision.group, outcome, near[1], near[0], far[1], far[0]))
        links.append(f"/backtest{query_of(replace(query, decision=decision.id))}#decision")
    return ViewPart(
        id="decisions",
        title="Every decision",
        caption=f"{POINTS} Choose one to see what each model forecast for it.",
        table=rows_table(DECISIONS, rows),
        links=tuple(links),
    )


def _rows_of(run: Backtest, decision: str) -> list[BacktestRow]:
    return [row for row in run.rows if row.decision == decision]


def core(query: ViewQuery) -> ViewQuery:
    """Return ``query`` without the decision, which only chooses from what was run."""
    return replace(query, decision="")


def finish(subject: Subject, query: ViewQuery, result: ViewResult) -> ViewResult:  # noqa: ARG001
    """Return ``result`` with the decision that is asked for before everything else.

    Raises:
        RefusedError: with status 404 when there is no such decision.
    """
    if not query.decision:
        return result
    run, decisions = result.more["run"], result.more["decisions"]
    by_id = {decision.id: decision for decision in decisions.decisions}
    if query.decision not in by_id:
        near = nearest(query.decision, by_id)
        raise RefusedError(404, f"There is no decision “{query.decision}” in this table; {near}")
    decision, rows_of_decision = by_id[query.decision], _rows_of(run, query.decision)
    rows: list[Cells] = []
    for row in rows_of_decision:
        after, raw = row.calibrated, row.raw
        low, high = after.intervals[1] if after else (None, None)
        rows.append(
            (row.model, after.point if after else None, low, high,
             after.error if after else None, after.crps if after else None,
             raw.point if raw else None, row.agreement)
        )  # fmt: skip
    view = decision_view(decision, rows_of_decision, model_names(run))
    case = ""
    if (folder := decision.case.folder) is not None:
        place = "own" if query.table == OWN else "shipped"
        case = f"/cases/{place}/{quote(folder.name, safe='')}?issue={quote(decision.issue)}"
    parts = (
        replace(pictured("decision", view), table=rows_table(FORECASTS, rows)),
        *result.parts,
    )
    return replace(
        result, parts=parts, more={**result.more, "chosen": query.decision, "case": case}
    )


KIND = ViewKind(
    name="backtest",
    title="Backtest",
    explains="How well each model forecasts decisions whose outcome is known, and whether the data "
    "can tell the models apart.",
    takes=("table", "models", "draws", "seed", "decision"),
    slow=SlowView(takes=table_of, compute=compute, present=present),
    settle=settle,
    fields=fields,
    missing=missing,
    stamp=stamp,
    draws=DRAWS,
    needs_stances=False,
    of_folder=True,
    template="view_backtest.html.j2",
    core=core,
    finish=finish,
)
