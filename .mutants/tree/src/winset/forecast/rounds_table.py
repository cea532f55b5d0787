"""Every round of a forecast, written out."""

import numpy as np

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.forecast.forecast import Forecast
from winset.models import RoundsModel
from winset.models.batch import sample

TRACED = 256  # draws whose rounds are held at once


def rounds_table(case: Case, model: RoundsModel, forecast: Forecast) -> str:
    """Return every round's positions as CSV, own units, unrounded, the draws of ``forecast``.

    Columns: ``draw, round, actor, issue, position``; round 0 is the start. An actor without a
    stance on an issue has no line there.
    """
    changed = apply_scenario(case, forecast.made.scenario)
    lines = ["draw,round,actor,issue,position\n"]
    for first in range(0, forecast.draws, TRACED):
        draws = min(TRACED, forecast.draws - first)
        batch = sample(changed, draws, seed=forecast.made.seed, first=first)
        traced = model.trace(batch)
        position = batch.in_units(traced.position)
        for draw, turn, actor, issue in np.ndindex(*position.shape):
            if turn <= traced.rounds[draw, issue] and batch.present[actor, issue]:
                value = float(position[draw, turn, actor, issue])
                names = f"{batch.actors[actor]},{batch.issues[issue]}"
                lines.append(f"{first + draw},{turn},{names},{value!r}\n")
    return "".join(lines)
