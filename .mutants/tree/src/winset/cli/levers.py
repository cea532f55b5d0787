"""The command that finds what would reach a goal."""

import datetime
from typing import TYPE_CHECKING, Any

import click

from winset.cli.case import CASE
from winset.cli.coding import AS_OF, opened
from winset.cli.forecast import SEED, SET, settings_of

if TYPE_CHECKING:
    from winset.case.model import Case
    from winset.explain.levers import Levers


@click.command()
@CASE
@click.option("--for", "actor", required=True, metavar="ACTOR", help="Who asks: an actor's id.")
@click.option(
    "--goal",
    required=True,
    metavar="GOAL",
    help="agreement(ISSUE), agreement(all), settlement(ISSUE) >= 60, <= 60, between 40 and "
    "60, or the id of a question that asks for one of these.",
)
@click.option("--issue", metavar="ID", help="The issue, where GOAL names none.")
@click.option("--model", "name", metavar="NAME", help="Model; by default what fits.")
@SET
@click.option(
    "--reach",
    type=float,
    default=0.5,
    show_default=True,
    metavar="P",
    help="The goal counts as reached at this chance, above 0 and at most 1.",
)
@click.option(
    "--beyond",
    type=float,
    default=0.0,
    show_default=True,
    metavar="PERCENT",
    help="Go beyond the coded ranges by so much of each scale; certain numbers move too.",
)
@click.option("--draws", type=click.IntRange(1), default=256, show_default=True)
@SEED
@click.option("--scenario", metavar="NAME", help="A scenario of the case.")
@AS_OF
@click.option("--json", "as_json", is_flag=True, help="For machines.")
def levers(
    case: str,
    actor: str,
    goal: str,
    issue: str | None,
    name: str | None,
    settings: tuple[str, ...],
    reach: float,
    beyond: float,
    draws: int,
    seed: int,
    scenario: str | None,
    day: "datetime.date | None",
    as_json: bool,
) -> None:
    """Find the smallest changes of CASE that reach a goal, who must make them, at what cost."""
    from winset.cli.choosing import chosen_model
    from winset.cli.printing import print_json
    from winset.explain.levers import find_levers

    opened_case = opened(case, day)
    result = find_levers(
        opened_case,
        chosen_model(opened_case, name, settings_of(settings)),
        actor=actor,
        goal=goal,
        issue=issue,
        reach=reach,
        beyond=beyond / 100.0,
        draws=draws,
        seed=seed,
        scenario=scenario,
    )
    if as_json:
        print_json(_json(result))
    else:
        _print(opened_case, result)


def _json(result: "Levers") -> dict[str, Any]:
    """Return the result with what follows from each move written out."""
    from winset.forecast.jsonable import jsonable

    plain: dict[str, Any] = jsonable(result)
    for kind in ("levers", "closest"):
        for lever, entry in zip(getattr(result, kind), plain[kind], strict=True):
            for move, row in zip(lever.moves, entry["moves"], strict=True):
                row.update(before=str(move.movable.input.range), after=str(move.after))
                row["size"] = move.size
    return plain


def _print(case: "Case", result: "Levers") -> None:
    from winset.cli.printing import heading, say
    from winset.explain.levers import ORDER, headline, lever_sentence, standing
    from winset.explain.levers.words import group_title, nothing_sentence

    under = "" if result.scenario == "base" else f", scenario {result.scenario}"
    heading(f"{case.title}, as of {case.as_of}{under}")
    say(headline(case, result))
    say(standing(result))
    for who in ORDER:
        click.echo()
        heading(group_title(case, result, who))
        if nothing := nothing_sentence(result, who):
            say(nothing)
        for lever in (*result.of(who), *(one for one in result.closest if one.who == who)):
            say(f"- {lever_sentence(case, result, lever)}")
    click.echo()
    method = "solved exactly" if result.exact else "searched to a 64th of the way"
    say(
        f"Medians, before and after. Smallest first, by the share of its plausible range that each "
        f"number moves; single changes are {method}. The chance as coded is the forecast's, over "
        f"{result.counted:,} draws; ± is the Monte Carlo standard error of a change, over "
        f"{result.draws:,} draws, paired. {result.movable:,} inputs could be moved, "
        f"{result.idle:,} of them without any effect. {result.solved:,} draws solved, "
        f"seed {result.seed}."
    )
