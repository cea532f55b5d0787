"""The rounds of a model as text."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
import numpy as np

from winset.case.model import Case
from winset.case.parts import Issue
from winset.charts.cast import brief, cast
from winset.charts.marks import middle_batch
from winset.cli.printing import heading, print_json, say, table, width
from winset.errors import WinsetError
from winset.explain.figures import figure
from winset.models import Rounds, find_model, has_rounds, rounds_models
from winset.models.batch import Batch

NAME = 24  # characters of a name
OWN = "*"


def show_rounds(
    case: Case,
    issues: Sequence[Issue],
    *,
    model: str | None = None,
    chart: Path | None = None,
    as_json: bool = False,
) -> None:
    """Print who moves where on ``issues``, every range at its median, or write the picture.

    Raises:
        WinsetError: for a model without rounds, a case it cannot play, or a chart of many issues.
    """
    name = model or rounds_models()[0]
    played = find_model(name)
    if not has_rounds(played):
        known = ", ".join(rounds_models())
        raise WinsetError(f"model “{name}” plays no rounds; those that do are {known}")
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    batch = middle_batch(case)
    rounds = played.trace(batch)
    if chart is not None:
        _write_chart(chart, rounds, issues, case, batch, name)
    elif as_json:
        print_json(
            {"model": name, "issues": [_plain(rounds, issue, case, batch) for issue in issues]}
        )
    else:
        heading(f"{case.title}, as of {case.as_of}")
        say(f"Rounds of the model “{name}”, every range at its median.")
        for issue in issues:
            click.echo()
            _print_issue(rounds, issue, case, batch)


def _write_chart(
    path: Path, rounds: Rounds, issues: Sequence[Issue], case: Case, batch: Batch, name: str
) -> None:
    from winset.charts import save
    from winset.charts.trajectories import trajectories

    if len(issues) != 1:
        raise WinsetError("a chart shows one issue; name it with --issue")
    save(trajectories(rounds, issues[0].id, case=case, batch=batch, model=name), path)
    click.echo(f"wrote {path}")


def _print_issue(rounds: Rounds, issue: Issue, case: Case, batch: Batch) -> None:
    """Print positions by actor and round, and beside each move whose offer it was."""
    k = batch.issues.index(issue.id)
    last = int(rounds.rounds[0, k])
    path = batch.in_units(rounds.position)[0, :, :, k]
    by, settled = rounds.moved_by[0, :, :, k], batch.in_units(rounds.settlement)[0, :, k]
    players = sorted(cast(case, batch, issue.id), key=lambda p: float(path[0, p.index]))
    places = {player.index: n + 1 for n, player in enumerate(players)}
    heading(f"{issue.id}: {issue.title} ({issue.scale.low:g} to {issue.scale.high:g}"
            f"{' ' * bool(issue.scale.unit)}{issue.scale.unit})")  # fmt: skip

    def cell(t: int, i: int) -> str:
        value = figure(float(path[t, i]), issue.scale)
        mover = int(by[t, i]) if t else -1
        return value if mover < 0 else f"{value} {OWN if mover == i else f'←{places[mover]}'}"

    def forecast(t: int) -> str:
        return "–" if np.isnan(settled[t]) else figure(float(settled[t]), issue.scale)

    names = brief([player.name for player in players], NAME)
    wide = max((len(cell(t, p.index)) for p in players for t in range(last + 1)), default=1)
    room = width() - max(map(len, [*names, "forecast"])) - 6
    turns = _chosen(last, max(2, room // (wide + 2)))
    rows = [
        [str(n + 1), name, *(cell(t, player.index) for t in turns)]
        for n, (name, player) in enumerate(zip(names, players, strict=True))
    ]
    table(
        ["", "round", *(str(t) for t in turns)],
        [*rows, ["", "forecast", *(forecast(t) for t in turns)]],
        align="rl" + "r" * len(turns),
    )
    legend = "←3: moved by the offer of actor 3"
    legend += f"; {OWN}: by a bargain of its own." if OWN in str(rows) else "."
    if len(turns) < last + 1:
        legend += (
            f" {len(turns)} of {last + 1} rounds shown; a move is marked in its own round only."
        )
    if last == 0:
        legend = "Nobody moves."
    elif rounds.converged[0, k]:
        legend += f" Settled down after {last} round{'' if last == 1 else 's'}."
    else:
        legend += f" Cut off after {last} rounds: not settled down."
    say(legend, indent="  ")


def _chosen(last: int, most: int) -> list[int]:
    """Return the rounds to show: the first ones, some on the way, the last.

    >>> _chosen(3, 6), _chosen(35, 6)
    ([0, 1, 2, 3], [0, 1, 2, 13, 24, 35])
    """
    if last < most:
        return list(range(last + 1))
    first = [0, 1, 2][: max(1, most - 1)]
    rest = np.linspace(first[-1], last, most - len(first) + 1)[1:]
    return [*first, *(round(float(t)) for t in rest)]


def _plain(rounds: Rounds, issue: Issue, case: Case, batch: Batch) -> dict[str, Any]:
    k = batch.issues.index(issue.id)
    played = slice(0, int(rounds.rounds[0, k]) + 1)
    path, by = batch.in_units(rounds.position)[0, played, :, k], rounds.moved_by[0, played, :, k]
    return {
        "issue": issue.id,
        "unit": issue.scale.unit,
        "rounds": int(rounds.rounds[0, k]),
        "converged": bool(rounds.converged[0, k]),
        "settlement": batch.in_units(rounds.settlement)[0, played, k],
        "actors": [
            {
                "actor": player.id,
                "position": path[:, player.index],
                "moved_by": [batch.actors[j] if j >= 0 else None for j in by[:, player.index]],
            }
            for player in cast(case, batch, issue.id)
        ],
    }
