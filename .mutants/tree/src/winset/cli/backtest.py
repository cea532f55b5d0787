"""The command that holds models to decisions whose outcome is known."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.outputs import JSON, JSON_LINES, REPORT
from winset.cli.workers import WORKERS

if TYPE_CHECKING:
    from winset.formats.decisions import Decisions
    from winset.track_record.backtest import Backtest
    from winset.track_record.model_table import PairedComparison, Standing
    from winset.track_record.resolved_questions import EventScores


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--models", default="all", show_default=True, help="Names, separated by commas.")
@click.option("--draws", default=2_000, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0))
@click.option(
    "--rows",
    type=JSON_LINES,
    help="Keep every row in this file (a line each); a run that was stopped goes on from it.",
)
@click.option(
    "--calibration",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Calibrate by this file instead of the package's own.",
)
@click.option(
    "--report",
    type=REPORT,
    help="Write a self-contained HTML report.",
)
@WORKERS
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def backtest(
    table: Path,
    models: str,
    draws: int,
    seed: int,
    rows: Path | None,
    calibration: Path | None,
    report: Path | None,
    workers: str | None,
    as_json: bool,
) -> None:
    """Score models on the decisions in TABLE, whose outcomes are known.

    TABLE has a line an actor and issue (issue, actor, position, outcome; better with group,
    salience, influence, reversion), or columns for every actor; or it is a folder of cases.
    All intervals are by group: issues decided together are not independent.
    """
    from winset.cli.bar import progress_bar
    from winset.forecast.calibration import read_fitted, shipped
    from winset.formats.decisions import read_decisions
    from winset.models import MODELS, make_model
    from winset.track_record.backtest import run_backtest
    from winset.track_record.resolved_questions import score_events

    _writable(report)
    names = MODELS if models == "all" else [name.strip() for name in models.split(",")]
    chosen_models = [make_model(name) for name in names]
    decisions = read_decisions(table)
    fitted = read_fitted(calibration) if calibration else shipped()
    with progress_bar(len(decisions.decisions) * len(chosen_models), wanted=not as_json) as done:
        run = run_backtest(
            decisions, chosen_models, draws=draws, seed=seed, fitted=fitted, rows=rows,
            workers=workers, progress=done,
        )  # fmt: skip
    events = score_events(decisions, chosen_models, draws=draws, seed=seed, workers=workers)
    if report is not None:
        from winset.report.backtest import write_backtest_report

        write_backtest_report(report, run, decisions, events)
        click.echo(f"wrote {report}", err=True)
    if as_json:
        _print_json(run, events)
    else:
        _print(run, decisions, events)


@click.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.argument("out", type=JSON)
@click.option("--source", required=True, help="Whose decisions they are, with a citation.")
def calibrate(table: Path, out: Path, source: str) -> None:
    """Fit calibrations to the decisions in TABLE and write them to OUT (JSON).

    `winset backtest --calibration OUT` and `winset forecast --calibration OUT` use them. Takes
    half a minute for a few hundred decisions.
    """
    from winset.case.folder import write_file
    from winset.cli.bar import progress_bar
    from winset.forecast.calibration import fitted_text
    from winset.formats.decisions import read_decisions
    from winset.models import MODELS, make_model
    from winset.track_record.backtest import settlements
    from winset.track_record.calibration_fit import fit_models

    _writable(out)
    decisions = read_decisions(table)
    settled = settlements(decisions, [make_model(name) for name in MODELS])
    with progress_bar(11 * len(settled), wanted=True) as done:
        fitted = fit_models(decisions, settled, source=source, progress=done)
    write_file(out, fitted_text(fitted).encode())
    click.echo(f"wrote the calibrations of {', '.join(fitted.calibrations)} to {out}", err=True)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _writable(path: Path | None) -> None:
    """Refuse a file in no folder now, rather than after some minutes."""
    from winset.errors import WinsetError

    if path is not None and not path.parent.is_dir():
        raise WinsetError(f"{path}: its folder must exist; found none; make it first")


def _print_json(run: "Backtest", events: "EventScores | None") -> None:
    from dataclasses import replace

    from winset.cli.printing import print_json
    from winset.track_record.model_table import duels, standings

    print_json(
        {
            "made": replace(run, rows=()),
            **{
                which: {"standings": standings(run, which), "duels": duels(run, which)}
                for which in ("raw", "calibrated")
            },
            "events": events,
            "rows": run.rows,
        }
    )


def _print(run: "Backtest", decisions: "Decisions", events: "EventScores | None") -> None:
    from winset.cli.printing import heading, say
    from winset.track_record.backtest_words import few_groups
    from winset.track_record.model_table import duels, standings

    count = len(decisions.decisions)
    groups = len(decisions.groups)
    heading(f"{run.name}: {_many(count, 'decision')} in {_many(groups, 'group')}")
    for note in run.notes:
        say(f"{note}.")
    _print_standings("As the models say", standings(run, "raw"), calibrated=False)
    _print_standings("Calibrated", standings(run, "calibrated"), calibrated=True)
    say(
        "Points of a scale of 100. Error: absolute, of the median; hits: within 10 points; CRPS: "
        "continuous ranked probability score; less is better. Inside: outcomes in the 80 % "
        "interval; width: of that. "
        "Intervals: 95 %, whole groups drawn anew. No calibration had seen what it is scored on."
    )
    for warning in few_groups(groups):
        say(warning)
    comparisons = duels(run, "calibrated")
    if comparisons:
        click.echo()
        heading("Beside the mean, calibrated, on the decisions that both settle")
        _print_duels(comparisons)
    for model, reasons in run.left_out.items():
        for why, times in reasons.items():
            say(f"left out: {model}, {_many(times, 'decision')}: {why}")
    if events is not None:
        _print_events(events)


def _print_standings(title: str, rows: "tuple[Standing, ...]", *, calibrated: bool) -> None:
    from winset.cli.printing import heading, interval, number, share, table

    click.echo()
    heading(title)
    columns = ["model", "n", "error", "95 %", "hits", "CRPS", "95 %"]
    table(
        [*columns, *(["inside", "width"] * calibrated)],
        [
            [
                s.model,
                str(s.decisions),
                number(s.error.value),
                interval(s.error.low, s.error.high),
                share(s.hits.value),
                number(s.crps.value),
                interval(s.crps.low, s.crps.high),
                *([share(s.coverage[1].value), number(s.width[1], 0)] * calibrated),
            ]
            for s in rows
        ],
        align="lrrrrrrrr",
    )


def _print_duels(comparisons: "tuple[PairedComparison, ...]") -> None:
    from winset.cli.printing import number, table

    table(
        ["model", "n", "score", "difference", "95 %", "resolvable"],
        [
            [
                d.model,
                str(d.decisions),
                "CRPS" if d.score == "crps" else "error",
                f"{d.difference.value:+.1f}",
                "–"
                if d.difference.low != d.difference.low
                else f"{d.difference.low:+.1f} – {d.difference.high:+.1f}",
                number(d.resolvable),
            ]
            for d in comparisons
        ],
        align="lrlrrr",
    )
    from winset.cli.printing import say

    say("resolvable: the smallest true difference that such data would show four times in five.")


def _print_events(events: "EventScores") -> None:
    from winset.cli.printing import heading, interval, number, say, table

    click.echo()
    heading(f"Questions that are resolved: {events.questions} in {_many(events.cases, 'case')}")
    table(
        ["model", "n", "Brier", "95 %", "log score"],
        [
            [m.model, str(m.count), number(m.brier.value, 3),
             interval(m.brier.low, m.brier.high, 3), number(m.log.value, 3)]
            for m in events.models
        ],
        align="lrrrr",
    )  # fmt: skip
    if events.thin:
        say("Too few questions to tell models apart, and no ground for calibrating probabilities.")
