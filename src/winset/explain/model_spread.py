"""How far models that doubt an agreement are apart: all that can be said of how sure its chance is.

Probabilities of an agreement cannot be calibrated on decisions that all came about. So a forecast's
chance is widened by a rule: from the least to the greatest probability that any model gives which
does not take an agreement for granted, each read in its usual ways (private or complete
information, either bargaining solution, what negotiators sign and what voters ratify).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.errors import WinsetError
from winset.forecast.forecast import Forecast
from winset.models import Model, doubting_models, doubts_agreement, parameters
from winset.models.base import FloatArray
from winset.models.batch import sample
from winset.models.defaults import DRAWS
from winset.models.together import sets_together


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChance:
    """What one model says of the chance of an agreement.

    Attributes:
        label: the model and how it is read.
        agreement: ``(issue,)``, mean probability.
        together: ids of issues, in the order of the case, to the mean probability that all of them
            are agreed.
    """

    label: str
    agreement: FloatArray
    together: Mapping[tuple[str, ...], float]


def model_chances(case: Case, forecast: Forecast) -> tuple[ModelChance, ...]:
    """Return what every model that doubts an agreement says of ``case``, on the forecast's luck.

    Models that cannot be applied to the case have no voice; nor has any where the forecast takes
    an agreement for granted.
    """
    if all(forecast.agreed(issue) is None for issue in forecast.issues):
        return ()
    provenance = forecast.made
    draws = min(max(forecast.draws, 1), DRAWS)
    batch = sample(apply_scenario(case, provenance.scenario), draws, seed=provenance.seed)
    chances = []
    for label, model, own in _readings(forecast):
        if own:
            chances.append(_own(label, forecast))
            continue
        try:
            solved = model.solve(batch)
        except WinsetError:
            continue
        if solved.agreement is not None:
            mean = np.broadcast_to(solved.agreement, solved.settlement.shape).mean(axis=0)
            places = [tuple(map(forecast.issues.index, names)) for names in forecast.sets]
            sets = sets_together(model, batch, solved, places)
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
    """Return what the forecast says itself, which need not be solved again."""
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
    """Return who gives an agreement the least and who the greatest chance; None without another.

    Args:
        chances: one per model and variant.
        issues: ids of those that are to be agreed, all together.
        probability: the forecast's own, which bounds from within.
    """
    labelled = [(voice.label, voice.together[issues]) for voice in chances]
    if len(labelled) < 2:
        return None
    low, high = min(labelled, key=lambda v: v[1]), max(labelled, key=lambda v: v[1])
    return (low[0], min(low[1], probability)), (high[0], max(high[1], probability))
