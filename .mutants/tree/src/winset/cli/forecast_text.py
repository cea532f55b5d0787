"""A forecast as text."""

from collections.abc import Mapping, Sequence

import click
import numpy as np

from winset.case.assumed import assumed_sentence
from winset.case.certainty import points_sentence
from winset.case.model import Case
from winset.cli.printing import heading, interval, number, say, share, table
from winset.explain.answers import Answer, calibration_sentence
from winset.explain.background import Findings, reckoned_with
from winset.forecast.forecast import Forecast, IssueSummary
from winset.games import GameEstimate, PlayedGame

MOST_BLAMED = 4


def print_forecasts(
    case: Case,
    forecasts: Sequence[Forecast],
    *,
    lines: Sequence[str],
    answers: Sequence[Answer],
    findings: Findings,
) -> None:
    """Print the answer in ``lines``, the answers to questions, then tables of what stands behind.

    Args:
        case: what was forecast.
        forecasts: one a model, shown side by side.
        lines: the headline of the one that answers.
        answers: its answers to the questions of the case.
        findings: what lies behind it.
    """
    first = forecasts[0].made
    under = "" if first.scenario == "base" else f", scenario {first.scenario}"
    heading(f"{case.title}, as of {case.as_of}{under}")
    for line in lines:
        say(line)
    for answer in answers:
        click.echo()
        say(answer.text)
        say(answer.sentence, indent="  ")
        if answer.resolution:
            say(answer.resolution, indent="  ")
    for k, issue in enumerate(case.issues):
        click.echo()
        say(f"{issue.title} ({issue.scale.low:g} to {issue.scale.high:g} {issue.scale.unit})")
        _table([(forecast.made.model, forecast.summary()[k]) for forecast in forecasts])
        if issue.outcome is not None:
            say(f"outcome: {issue.outcome.value} ({issue.outcome.date})", indent="  ")
        _behind(case, findings, k)
    if len(forecasts) > 1:
        click.echo("\nWhy they differ:")
        for forecast in forecasts:
            say(f"{forecast.made.model}: {forecast.model.idea}", indent="  ")
    for name, played in findings.games.items():
        click.echo()
        say(f"{played.game.title} (game “{name}”)")
        _ends(played)
        say("Single moves, whatever the end; these do not add up to 1:", indent="  ")
        _chances(played.summary())
        if chances := reckoned_with(played):
            say("P(agreement) that each side expects:", indent="  ")
            _chances(chances)
    click.echo()
    if assumed := assumed_sentence(case):
        say(assumed)
    if points := points_sentence(case):
        say(points)
    say(calibration_sentence(forecasts[0]))
    say(
        f"Made with winset {first.version}, {_draws(forecasts[0].draws)}, seed {first.seed}, "
        f"case {first.case_digest[:12]}."
    )


def _ends(played: PlayedGame) -> None:
    """Print how a game may end, the likeliest first, in chances that add up to 1 as printed."""
    ends = played.ends()
    notes = {end.id: end.note or end.id.replace("_", " ") for end in played.game.ends}
    shares = hundredths([value.mean for value in ends.values()])
    say("How it ends, in chances that add up to 1:", indent="  ")
    for id, count in sorted(zip(ends, shares, strict=True), key=lambda pair: -pair[1]):
        chance = "1" if count == 100 else f".{count:02d}"
        say(f"{chance} {notes[id]}", indent="  ")


def hundredths(shares: Sequence[float]) -> list[int]:
    """Return shares of 1 in hundredths that sum to 100: the largest remainders are rounded up.

    >>> hundredths([0.335, 0.335, 0.33])
    [34, 33, 33]
    """
    whole = [int(100 * share) for share in shares]
    rest = sorted(range(len(shares)), key=lambda k: whole[k] - 100 * shares[k])
    for k in rest[: 100 - sum(whole)]:
        whole[k] += 1
    return whole


def _chances(values: Mapping[str, GameEstimate]) -> None:
    parts = [f"{name.replace('_', ' ')} {share(value.mean)}" for name, value in values.items()]
    say(", ".join(parts), indent="  ")


def _draws(count: int) -> str:
    return "a single draw, for nothing is coded as uncertain" if count == 1 else f"{count:,} draws"


def _table(rows: Sequence[tuple[str, IssueSummary]]) -> None:
    """Print a line a model; columns that no model fills are left out."""
    columns = {
        "model": [name for name, _ in rows],
        "opens": [_share(s.opens) for _, s in rows],
        "signed": [_share(s.signed) for _, s in rows],
        "P(agreement)": [_agreement(s) for _, s in rows],
        "median": [number(s.quantiles[0.5]) for _, s in rows],
        "80 %": [interval(s.quantiles[0.1], s.quantiles[0.9]) for _, s in rows],
        "converged": [_share(s.converged) for _, s in rows],
    }
    filled = {name: cells for name, cells in columns.items() if any(cells)}
    table(list(filled), list(zip(*filled.values(), strict=True)), align="l" + "r" * len(filled))


def _share(value: float | None) -> str:
    return "" if value is None else share(value)


def _agreement(summary: IssueSummary) -> str:
    if summary.agreement is None:
        return "assumed"
    value, error = summary.agreement, summary.agreement_error
    sure = error is None or np.isnan(error) or share(value - error) == share(value + error)
    return share(value) + ("" if sure else f" ± {error:.3f}".replace("0.", "."))


def _behind(case: Case, findings: Findings, k: int) -> None:
    if findings.bindings:
        say(f"what binds: {findings.bindings[k].words}", indent="  ")
    blame = findings.blame
    if blame is not None and not np.isnan(blame.actor[:, k]).all():
        shares = np.nan_to_num(blame.actor[:, k])
        chosen = [i for i in np.argsort(-shares, kind="stable")[:MOST_BLAMED] if shares[i] > 0.005]
        names = [f"{case.actors[i].name} {share(float(shares[i]))}" for i in chosen]
        say(f"who stands in the way where it fails: {', '.join(names)}", indent="  ")
