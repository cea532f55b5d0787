"""The command that shows how a forecast moved."""

import datetime
from pathlib import Path

import click

from winset.cli.case import CASE
from winset.cli.coding import opened, read_day
from winset.cli.forecast import RAW
from winset.cli.outputs import CHART
from winset.errors import WinsetError
from winset.models.defaults import DRAWS, SEED


@click.command()
@CASE
@click.option("--issue", metavar="ID", help="The issue shown; the first unless given.")
@click.option("--model", "name", metavar="NAME", help="Model; by default what fits.")
@click.option("--draws", type=click.IntRange(1), default=DRAWS, show_default=True)
@click.option("--seed", type=click.IntRange(0), default=SEED, show_default=True)
@click.option("--since", callback=read_day, metavar="DATE", help="Leave earlier days out.")
@RAW
@click.option(
    "--chart",
    type=CHART,
    help="Write the picture to a .png, .svg or .html file.",
)
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def timeline(
    case: str,
    issue: str | None,
    name: str | None,
    draws: int,
    seed: int,
    since: datetime.date | None,
    raw: bool,
    chart: Path | None,
    as_json: bool,
) -> None:
    """Print how the forecast of CASE moved with what was said: once for each statement's date."""
    from winset.cli.choosing import chosen_model
    from winset.cli.printing import number, print_json, share, table
    from winset.forecast.timeline import make_timeline

    opened_case = opened(case)
    if not opened_case.issues:
        raise WinsetError("the case has no issues yet")
    chosen = opened_case.issue(issue or opened_case.issues[0].id)
    model = chosen_model(opened_case, name)
    course = make_timeline(opened_case, model, draws=draws, seed=seed, since=since, raw=raw)
    if chart is not None:
        from winset.charts.render import save
        from winset.charts.timeline import timeline as drawn

        save(drawn(course, chosen.id, case=opened_case), chart)
    if as_json:
        print_json(course)
        return
    click.echo(f"{chosen.title}, model “{course.model}”")
    rows = []
    for moment in course.moments:
        summary = moment.summary(chosen.id)
        low, middle, high = (summary.quantiles[q] for q in (0.1, 0.5, 0.9))
        new = "; ".join(f"{r.speaker} {r.id}" for r in moment.statements if r.issue == chosen.id)
        rows.append(
            [
                str(moment.date),
                number(middle),
                number(low),
                number(high),
                share(summary.agreement),
                new,
            ]
        )
    table(["from", "median", "80 %", "to", "agreed", "said"], rows, align="lrrrrl")
    if chart is not None:
        click.echo(f"chart: {chart}")
