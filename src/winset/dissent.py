"""How far models that doubt an agreement are apart: all that can be said of how sure its chance is.

Probabilities of an agreement cannot be calibrated on decisions that all came about. So a forecast's
chance is widened by a rule: from the least to the greatest probability that any model gives which
does not take an agreement for granted, each read in its usual ways (private or complete
information, either bargaining solution, what negotiators sign and what voters ratify).
"""

from dataclasses import dataclass

import numpy as np

from winset.batch import sample
from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.errors import WinsetError
from winset.forecast import Forecast
from winset.models import make_model
from winset.models.base import FloatArray

ASKED = 2_000  # draws
READINGS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("two-level", "two-level", {}),
    ("two-level, complete information", "two-level", {"information": "complete"}),
    ("two-level, Kalai-Smorodinsky", "two-level", {"rule": "kalai-smorodinsky"}),
    ("nash", "nash", {}),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What one model says of the chance of an agreement.

    Attributes:
        label: the model and how it is read.
        agreement: ``(issue,)``, mean probability.
    """

    label: str
    agreement: FloatArray


def dissent(case: Case, forecast: Forecast) -> tuple[Voice, ...]:
    """Return what every model that doubts an agreement says of ``case``, on the forecast's luck.

    Models that cannot be applied to the case have no voice; nor has any where the forecast takes
    an agreement for granted.
    """
    if all(forecast.agreed(issue) is None for issue in forecast.issues):
        return ()
    made = forecast.made
    draws = min(max(forecast.draws, 1), ASKED)
    batch = sample(apply_scenario(case, made.scenario), draws, seed=made.seed)
    voices = []
    for label, name, settings in READINGS:
        own = dict(made.parameters) if name == made.model else {}
        try:
            solved = make_model(name, {**own, **settings}).solve(batch)
        except WinsetError:
            continue
        if solved.agreement is not None:
            mean = np.broadcast_to(solved.agreement, solved.settlement.shape).mean(axis=0)
            voices.append(Voice(label=label, agreement=mean))
    return tuple(voices)


def widened(
    voices: tuple[Voice, ...], k: int, probability: float
) -> tuple[tuple[str, float], tuple[str, float]] | None:
    """Return who gives issue ``k`` the least and who the greatest chance; None if nobody differs.

    Args:
        voices: of all models.
        k: place of the issue.
        probability: the forecast's own, which bounds from within.
    """
    said = [(voice.label, float(voice.agreement[k])) for voice in voices]
    if len(said) < 2:
        return None
    low, high = min(said, key=lambda v: v[1]), max(said, key=lambda v: v[1])
    return (low[0], min(low[1], probability)), (high[0], max(high[1], probability))
