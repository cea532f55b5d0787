"""How the rounds of a forecast went, in pictures, small enough for one page."""

import json
from collections.abc import Sequence

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.charts.cast import cast
from winset.charts.challenges import challenge_map, challenge_matrix, expected_gains
from winset.charts.coalitions import coalition_matrix, coalition_network
from winset.charts.marks import middle_batch
from winset.charts.power import power_landscape
from winset.charts.render import page_widths
from winset.charts.trajectories import trajectories
from winset.charts.view import View
from winset.errors import WinsetError
from winset.forecast.forecast import Forecast
from winset.models import Model, has_challenges, has_rounds
from winset.models.batch import Batch, sample

DRAWS = 200  # over which coalitions are counted
ROOM = 300_000  # characters of a page for all rounds, so that it can be sent by mail


def rounds_views(case: Case, forecast: Forecast) -> dict[str, list[View]]:
    """Return issue to views of the rounds behind ``forecast``; empty for a model without any.

    Trajectories and challenges are those of the case with every range at its median; coalitions
    are counted over the first draws of the forecast.
    """
    try:
        model = forecast.model
    except WinsetError:  # a forecast from a file, by a model that is not installed
        return {}
    if not has_rounds(model):
        return {}
    changed = apply_scenario(case, forecast.made.scenario)
    middle = middle_batch(changed)
    drawn = sample(changed, min(DRAWS, forecast.draws), seed=forecast.made.seed)
    one, many, name = model.trace(middle), model.trace(drawn), forecast.made.model
    one_space = has_challenges(model) and model.challenge_gains(middle).one_space
    views: dict[str, list[View]] = {}
    for issue in changed.issues:
        if issue.id not in forecast.issues or not changed.stances_on(issue.id):
            continue
        # One space has the same challenges on every issue.
        again = bool(views) and one_space
        views[issue.id] = [
            trajectories(one, issue.id, case=changed, batch=middle, model=name),
            coalition_network(many, issue.id, case=changed, batch=drawn, model=name),
            *([] if again else _challenges(model, changed, middle, issue.id)),
            coalition_matrix(many, issue.id, case=changed, batch=drawn, model=name),
        ]
    return views


def within_room(
    played: Sequence[dict[str, list[View]]], room: int = ROOM
) -> tuple[list[dict[str, list[View]]], int]:
    """Return the views that fit into ``room`` characters of a page, and how many do not.

    The first view of every issue and forecast comes before the second one of any.
    """
    fitting: list[dict[str, list[View]]] = [{issue: [] for issue in views} for views in played]
    left_out = 0
    for rank in range(max((len(v) for views in played for v in views.values()), default=0)):
        for place, views in zip(fitting, played, strict=True):
            for issue, issue_views in views.items():
                if rank < len(issue_views):
                    size = _size(issue_views[rank])
                    fits = size <= room
                    room -= size if fits else 0
                    left_out += not fits
                    place[issue] += issue_views[rank : rank + 1] if fits else []
    return fitting, left_out


def _size(view: View) -> int:
    """Return about how many characters of a page ``view`` takes, its table included."""
    cells = sum(
        len(str(cell)) + (9 if cell == "" else 26) for row in view.table.rows for cell in row
    )
    return len(json.dumps(page_widths(view), separators=(",", ":"))) + cells + 1_500


def power_views(case: Case, issue: str) -> list[View]:
    """Return where the power on ``issue`` stands, in the case as coded."""
    return [power_landscape(case, issue)]


def _challenges(model: Model, case: Case, middle: Batch, issue: str) -> list[View]:
    """Return the challenges of the most powerful actor, and those of all as a matrix."""
    gains = expected_gains(model, middle, issue)
    if gains is None:
        return []
    first = max(cast(case, middle, issue), key=lambda player: player.power)
    return [
        challenge_map(gains, issue, case=case, batch=middle, actor=first.id),
        challenge_matrix(gains, issue, case=case, batch=middle),
    ]
