"""How far apart models put the chance of an agreement: the only measure of how sure it is.

Probabilities of an agreement cannot be calibrated on decisions that all came about. So a forecast's
chance is widened by a rule. The range runs from the lowest to the highest probability of all models
that give one, each in its usual variants (private or complete information, either bargaining
solution).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.errors import WinsetError
from winset.forecast.forecast import Forecast, forecast_draws
from winset.models import Model, doubting_models, doubts_agreement, parameters
from winset.models.base import FloatArray
from winset.models.defaults import DRAWS
from winset.models.together import sets_together


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChance:
    """The chance of an agreement in one model.

    Attributes:
        label: the model and its variant.
        agreement: ``(issue,)``, mean probability.
        together: ids of issues, in the order of the case, to the mean probability that all of them
            are agreed.
    """

    label: str
    agreement: FloatArray
    together: Mapping[tuple[str, ...], float]


def model_chances(case: Case, forecast: Forecast) -> tuple[ModelChance, ...]:
    """Return the chance of an agreement on ``case`` in every model that gives one.

    All models use the draws of ``forecast``. Models that cannot be applied to the case are left
    out; the result is empty where the forecast itself assumes an agreement.
    """
    if all(forecast.agreed(issue) is None for issue in forecast.issues):
        return ()
    drawn = forecast_draws(case, forecast, most=DRAWS)
    chances = []
    for label, model, own in _readings(forecast):
        if own:
            chances.append(_own(label, forecast))
            continue
        try:
            solved = drawn.outcome(model)
        except WinsetError:
            continue
        if solved.agreement is not None:
            mean = np.broadcast_to(solved.agreement, solved.settlement.shape).mean(axis=0)
            places = [tuple(map(forecast.issues.index, names)) for names in forecast.sets]
            sets = sets_together(model, drawn.batch, solved, places)
            assert sets is not None
            means = map(float, sets.mean(axis=0))
            together = dict(zip(forecast.sets, means, strict=True))
            together |= {(id,): float(mean[k]) for k, id in enumerate(forecast.issues)}
            chances.append(ModelChance(label=label, agreement=mean, together=together))
    return tuple(chances)


def _readings(forecast: Forecast) -> Iterator[tuple[str, Model, bool]]:
    """Yield label and model of every reading, and whether it is the forecast's own.

    The forecast's own model stands in its place among winset's, or first.
    """
    own = forecast.model
    models = doubting_models()
    if not any(type(model) is type(own) for model in models):
        models = (own, *models)
    for model in models:
        asked = own if type(model) is type(own) else model
        readings = asked.readings() if doubts_agreement(asked) else {forecast.made.model: asked}
        for label, reading in readings.items():
            same = reading is own or (asked is own and parameters(reading) == parameters(own))
            yield label, reading, same


def _own(label: str, forecast: Forecast) -> ModelChance:
    """Return the chances of the forecast itself, which need not be solved again."""
    chances = {}
    for names in (*((issue,) for issue in forecast.issues), *forecast.sets):
        agreed = forecast.agreed(*names)
        assert agreed is not None
        chances[names] = agreed[0]
    alone = np.array([chances[(issue,)] for issue in forecast.issues])
    return ModelChance(label=label, agreement=alone, together=chances)


def widened(
    chances: tuple[ModelChance, ...], issues: tuple[str, ...], probability: float
) -> tuple[tuple[str, float], tuple[str, float]] | None:
    """Return the models with the lowest and the highest chance; None if there is only one model.

    Args:
        chances: one per model and variant.
        issues: ids of those that must all be agreed.
        probability: the forecast's own; the range always contains it.
    """
    labelled = [(voice.label, voice.together[issues]) for voice in chances]
    if len(labelled) < 2:
        return None
    low, high = min(labelled, key=lambda v: v[1]), max(labelled, key=lambda v: v[1])
    return (low[0], min(low[1], probability)), (high[0], max(high[1], probability))
