"""The command that shows what drives a forecast, and what to look into next."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from winset.cli.bar import progress_bar
from winset.cli.case import CASE
from winset.cli.coding import AS_OF, opened
from winset.cli.forecast import SEED, SET, settings_of
from winset.cli.outputs import CHART
from winset.cli.workers import WORKERS

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.explain.sensitivity import Sensitivity

MOST = 20


@click.command()
@CASE
@click.option("--model", "name", metavar="NAME", help="Model; by default what fits.")
@SET
@click.option(
    "--of",
    "summary",
    metavar="SUMMARY",
    help="What is looked at: agreement(ISSUE), settlement(ISSUE), settlement(ISSUE) >= 40, or the "
    "id of a question; by default the chance of an agreement on all issues.",
)
@click.option("--issue", metavar="ID", help="The issue, where SUMMARY names none.")
@click.option(
    "--draws",
    type=click.IntRange(2),
    default=256,
    show_default=True,
    help="Draws of each swing, points of the Sobol design; rounded up to a power of two.",
)
@SEED
@click.option("--scenario", metavar="NAME", help="A scenario of the case.")
@AS_OF
@WORKERS
@click.option(
    "--chart",
    type=CHART,
    help="Write the picture to a .png, .svg or .html file.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines; all inputs.")
def sensitivity(
    case: str,
    name: str | None,
    settings: tuple[str, ...],
    summary: str | None,
    issue: str | None,
    draws: int,
    seed: int,
    scenario: str | None,
    day: "datetime.date | None",
    workers: str | None,
    chart: Path | None,
    as_json: bool,
) -> None:
    """Print which inputs drive the forecast of CASE, and which of them rest on little."""
    from winset.cli.choosing import chosen_model
    from winset.cli.printing import print_json
    from winset.explain.sensitivity import measure_sensitivity

    opened_case = opened(case, day)
    model = chosen_model(opened_case, name, settings_of(settings))
    with progress_bar(1_000, not as_json) as bar:
        done: Callable[[int, int], None] | None = None
        if bar is not None:
            advance = bar

            def done(solved: int, foreseen: int) -> None:
                advance(int(1_000 * solved / foreseen))

        measured = measure_sensitivity(
            opened_case,
            model,
            of=summary,
            issue=issue,
            draws=draws,
            seed=seed,
            scenario=scenario,
            workers=workers,
            progress=done,
        )
    if chart is not None:
        from winset.charts.render import save
        from winset.charts.tornado import tornado

        save(tornado(measured, case=opened_case), chart)
    if as_json:
        print_json(measured)
        return
    _print(opened_case, measured)
    if chart is not None:
        click.echo(f"chart: {chart}")


def _print(case: "Case", result: "Sensitivity") -> None:
    from winset.cli.printing import heading, say, table
    from winset.explain.sensitivity import headline, research_sentences
    from winset.explain.sensitivity.words import change, noise_sentence

    under = "" if result.scenario == "base" else f", scenario {result.scenario}"
    heading(f"{case.title}, as of {case.as_of}{under}")
    say(headline(case, result))
    chance = result.summary.is_chance
    width = 1.0 if chance else case.issue(result.summary.subject).scale.width
    unit = "percentage points" if chance else result.summary.unit(case)
    active = [driver for driver in result.drivers if not driver.idle]
    if active:
        click.echo()
        table(
            ["held at its", "10 %", "90 %", "total, 95 % interval", "evidence"],
            [
                [
                    driver.input.label,
                    change(driver.swing.low, chance=chance, width=width),
                    change(driver.swing.high, chance=chance, width=width),
                    _index(driver.total),
                    "–" if driver.input.kind == "model" else str(driver.input.statements),
                ]
                for driver in active[:MOST]
            ],
            align="lrrrr",
        )
    click.echo()
    if len(active) > MOST:
        say(f"{len(active) - MOST:,} more inputs move it less; --json lists them.")
    idle = len(result.drivers) - len(active)
    if idle:
        inputs = "1 input" if idle == 1 else f"{idle:,} inputs"
        say(f"{inputs} moved it in none of the draws, at neither end of the range.")
    for sentence in research_sentences(result):
        say(sentence)
    say(
        f"10 %, 90 %: change in {unit} with the input held there, all others drawn as they are. "
        "Total: share of the variance that would stay if all but the input were known. Evidence: "
        "accepted statements that its row cites."
    )
    if sentence := noise_sentence(result):
        say(sentence)
    say(f"{result.solved:,} draws solved, {result.draws:,} of each swing, seed {result.seed}.")


def _index(index: "object") -> str:
    from winset.explain.sensitivity import Index

    if not isinstance(index, Index):
        return "–"
    text = f"{index.value:.2f}, {index.low:.2f} to {index.high:.2f}"
    return text.replace("-", "\N{MINUS SIGN}")
