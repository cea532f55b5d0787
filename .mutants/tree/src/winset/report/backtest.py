"""The report on a backtest as one page: which model is best, how surely, and every decision."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from winset.case.folder import write_file
from winset.charts.backtest import forecast_against_outcome, scores_by_model
from winset.charts.decision import actor_rows, decision_view, model_names, model_rows
from winset.charts.honesty import coverage, events_reliability, transforms
from winset.charts.text import shown
from winset.errors import WinsetError, check_ending
from winset.formats.decisions import Decision, Decisions
from winset.report import words
from winset.report.document import as_json, document, figure
from winset.track_record.backtest import Backtest, BacktestRow
from winset.track_record.backtest_words import (
    EIGHTY,
    points,
    share,
    signed,
    verdict,
)
from winset.track_record.calibration_fit import FOLDS
from winset.track_record.model_table import PairedComparison, Standing, duels, standings
from winset.track_record.resolved_questions import EventScores
from winset.track_record.scores import FEW_GROUPS

CHARTED_EVENTS = 3  # models whose probabilities are drawn


def write_backtest_report(
    path: str | Path, run: Backtest, decisions: Decisions, events: EventScores | None = None
) -> None:
    """Write the report on ``run`` to ``path``, whole or not at all.

    Args:
        path: of the HTML file.
        run: a backtest of ``decisions``.
        decisions: what it was run on.
        events: how its models fared on resolved questions, if there are any.

    Raises:
        WinsetError: when the run was made on other decisions, or ``path`` does not end in
            ``.html``.
    """
    check_ending(path, (".html", ".htm"), what="the report")
    write_file(Path(path), backtest_html(run, decisions, events).encode())


def backtest_html(run: Backtest, decisions: Decisions, events: EventScores | None = None) -> str:
    """Return the report as one HTML document: the same input always gives the same text.

    Raises:
        WinsetError: when the run was made on other decisions.
    """
    if run.digest != decisions.digest:
        raise WinsetError(
            f"{decisions.name}: must be the decisions that the backtest was run on; found others"
        )
    summary = verdict(run)
    best = summary.best.model if summary else None
    names = model_names(run)
    rows_of: dict[str, list[BacktestRow]] = {}
    for row in run.rows:
        rows_of.setdefault(row.decision, []).append(row)
    tables = {which: standings(run, which) for which in ("raw", "calibrated")}
    against = best or "mean"
    return document(
        "backtest.html.j2",
        scripts=["backtest.js"],
        styles=["backtest.css"],
        run=run,
        count=len(decisions.decisions),
        groups=len(decisions.groups),
        folds=FOLDS,
        sentences=summary.sentences if summary else (words.NO_VERDICT,),
        standings=[
            {
                "title": title,
                "columns": _columns(calibrated=which == "calibrated"),
                "rows": [_standing(s, calibrated=which == "calibrated") for s in tables[which]],
            }
            for which, title in (("calibrated", words.CALIBRATED), ("raw", words.RAW))
        ],
        against=against,
        duels=[_duel(d, len(decisions.groups)) for d in duels(run, "calibrated", against=against)],
        scores=[figure(scores_by_model(run, score)) for score in ("crps", "error")]
        if tables["calibrated"]
        else [],
        honesty=[figure(coverage(run, best)), figure(transforms(run, best))] if best else [],
        scatter=figure(forecast_against_outcome(run, decisions, best)) if best else None,
        best=best,
        issues=[
            _issue(k, decision, rows_of.get(decision.id, ()), best)
            for k, decision in enumerate(decisions.decisions)
        ],
        detail=figure(
            decision_view(decisions.decisions[0], rows_of.get(decisions.decisions[0].id, ()), names)
        ),
        data=as_json(
            [
                _compact(decision, rows_of.get(decision.id, ()), names)
                for decision in decisions.decisions
            ]
        ),
        events=events,
        event_rows=_event_rows(events),
        event_charts=[
            figure(events_reliability(model, thin=events.thin))
            for model in events.models[:CHARTED_EVENTS]
        ]
        if events
        else [],
    )


def _columns(*, calibrated: bool) -> tuple[str, ...]:
    more = ("Inside 50 / 80 / 90 %", "Width of 80 %", "Saved, %")
    return (
        "Model", "Decisions", "CRPS (95 %)", "Error (95 %)", "Hits (95 %)", "Log score",
        *(more if calibrated else more[-1:]),
    )  # fmt: skip


def _standing(s: Standing, *, calibrated: bool) -> tuple[str | int, ...]:
    saved = s.skill.get("climatology")
    inside = " / ".join(f"{100 * covered.value:.0f}" for covered in s.coverage)
    more = (inside, f"{s.width[EIGHTY]:.0f}") if calibrated else ()
    return (
        s.model, s.decisions, points(s.crps), points(s.error),
        share(s.hits),
        f"{s.log.value:.2f}", *more, "" if saved is None else f"{100 * saved:.0f}",
    )  # fmt: skip


def _duel(d: PairedComparison, groups: int) -> tuple[str | int, ...]:
    result = (
        "few"
        if groups < FEW_GROUPS
        else "worse"
        if d.difference.low > 0.0
        else "better"
        if d.difference.high < 0.0
        else "open"
    )
    score = "CRPS" if d.score == "crps" else "error"
    return (d.model, d.decisions, score, signed(d.difference), _or_dash(d.resolvable),
            words.DUEL_VERDICTS[result])  # fmt: skip


def _or_dash(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.1f}"


def _issue(
    k: int, decision: Decision, results: Sequence[BacktestRow], best: str | None
) -> dict[str, Any]:
    """Return the row of one decision in the table of all."""
    row = next((r for r in results if r.model == best and r.calibrated is not None), None)
    scored = row.calibrated if row else None
    outcome = 100.0 * (decision.outcome - decision.scale.low) / decision.scale.width
    return {
        "number": k,
        "id": decision.id,
        "title": decision.case.title,
        "group": decision.group,
        "actors": len(decision.case.stances_on(decision.issue)),
        "outcome": round(outcome),
        "point": round(scored.point) if scored else "",
        "low": round(scored.intervals[EIGHTY][0]) if scored else "",
        "high": round(scored.intervals[EIGHTY][1]) if scored else "",
        "error": round(scored.error) if scored else "",
    }


def _compact(
    decision: Decision, results: Sequence[BacktestRow], names: Sequence[str]
) -> dict[str, Any]:
    """Return what the picture of one decision is filled with, in as few characters as will do."""
    scale = decision.scale
    return {
        "i": shown(decision.id),
        "t": shown(decision.case.title),
        "o": round(100.0 * (decision.outcome - scale.low) / scale.width, 1),
        "a": [[r["name"], r["at"], r["x"], r["y"], r["weight"]] for r in actor_rows(decision)],
        "m": [[r["name"], r["x"], r["low"], r["high"], r["y"]] for r in model_rows(results, names)],
    }


def _event_rows(events: EventScores | None) -> list[tuple[str | int, ...]]:
    if events is None:
        return []
    return [(m.model, m.count, points(m.brier, 3), f"{m.log.value:.3f}") for m in events.models]
