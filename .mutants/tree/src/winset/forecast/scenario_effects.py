"""Scenarios compared draw by draw, under common random numbers, and taken apart by channel."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.scenarios import BASE, apply_changes, apply_scenario, channels
from winset.errors import WinsetError
from winset.forecast.forecast import Forecast, make_forecast
from winset.models import Model
from winset.models.defaults import DRAWS, SEED

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a change does to one quantity, with what is not known of it.

    Attributes:
        value: mean difference, changed minus base; NaN where either has no agreement at all.
        error: its Monte Carlo standard error, draws paired.
        low: 10th percentile over draws: how much the effect hangs on what is not known.
        high: 90th percentile.
    """

    value: float
    error: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What one change of a case does on one issue.

    Attributes:
        name: of the scenario, or of the channel if only part of one is applied.
        part: whether it is a channel alone.
        agreement: difference in the probability of an agreement; None where a model takes
            agreement for granted.
        settlement: difference in the settlement given an agreement, in the issue's units.
    """

    name: str
    part: bool
    issue: str
    agreement: Difference | None
    settlement: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Forecasts of the same draws under several scenarios, the first being the base.

    Attributes:
        forecasts: one a scenario, in the order asked for.
        effects: of each further scenario against the first: each channel alone where the first is
            the case as coded and the scenario has several, then the whole.
    """

    forecasts: tuple[Forecast, ...]
    effects: tuple[Effect, ...]


def compare(
    case: Case, model: Model, scenarios: Sequence[str], *, draws: int = DRAWS, seed: int = SEED
) -> Comparison:
    """Return what ``scenarios`` do to the forecast of ``model``, against the first of them.

    The model's own draws are compared: the luck that a calibration adds is not moved by a scenario.

    Raises:
        WinsetError: for fewer than two scenarios, or one that the case does not have.
    """
    if len(scenarios) < 2:
        raise WinsetError("a comparison needs two scenarios; “base” is the case as coded")
    cases = [apply_scenario(case, name) for name in scenarios]
    forecasts = [
        make_forecast(case, model, draws=draws, seed=seed, scenario=name, raw=True)
        for name in scenarios
    ]
    effects: list[Effect] = []
    for name, forecast in zip(scenarios[1:], forecasts[1:], strict=True):
        parts = channels(case.scenario(name)) if name != BASE else {}
        if len(parts) > 1 and scenarios[0] == BASE:
            for channel, changes in parts.items():
                changed = apply_changes(cases[0], changes)
                alone = make_forecast(changed, model, draws=draws, seed=seed, raw=True)
                effects += _effects(channel, True, forecasts[0], alone)
        effects += _effects(name, False, forecasts[0], forecast)
    return Comparison(forecasts=tuple(forecasts), effects=tuple(effects))


def _effects(name: str, part: bool, base: Forecast, changed: Forecast) -> list[Effect]:
    base, changed = _same_draws(base, changed), _same_draws(changed, base)
    return [
        Effect(
            name=name,
            part=part,
            issue=issue,
            agreement=_agreement(base, changed, k),
            settlement=_settlement(base, changed, k),
        )
        for k, issue in enumerate(base.issues)
    ]


def _same_draws(forecast: Forecast, other: Forecast) -> Forecast:
    """A case without ranges runs once: its one draw stands for all."""
    if forecast.draws == other.draws or forecast.draws > 1:
        return forecast
    shape = other.settlement.shape
    agreement = forecast.agreement
    return replace(
        forecast,
        settlement=np.broadcast_to(forecast.settlement, shape),
        agreement=None if agreement is None else np.broadcast_to(agreement, shape),
    )


def _agreement(base: Forecast, changed: Forecast, k: int) -> Difference | None:
    if base.agreement is None or changed.agreement is None:
        return None
    return _difference(changed.agreement[:, k] - base.agreement[:, k])


def _difference(per_draw: FloatArray) -> Difference:
    n = len(per_draw)
    return Difference(
        value=float(per_draw.mean()),
        error=float(per_draw.std(ddof=1) / math.sqrt(n)) if n > 1 else math.nan,
        low=float(np.quantile(per_draw, 0.1)),
        high=float(np.quantile(per_draw, 0.9)),
    )


def _settlement(base: Forecast, changed: Forecast, k: int) -> Difference:
    """Means given an agreement are ratios: their error comes from the linearised difference."""
    means, influences = [], []
    for forecast in (base, changed):
        values = forecast.settlement[:, k]
        weights = np.ones(len(values)) if forecast.agreement is None else forecast.agreement[:, k]
        weights = np.where(np.isnan(values), 0.0, weights)
        values = np.where(np.isnan(values), 0.0, values)
        if weights.sum() == 0.0:
            return Difference(value=math.nan, error=math.nan, low=math.nan, high=math.nan)
        mean = float(np.average(values, weights=weights))
        means.append(mean)
        influences.append(weights * (values - mean) / weights.mean())
    n = len(influences[0])
    error = (influences[1] - influences[0]).std(ddof=1) / math.sqrt(n) if n > 1 else math.nan
    both = changed.settlement[:, k] - base.settlement[:, k]
    both = both[~np.isnan(both)]
    low, high = np.quantile(both, [0.1, 0.9]) if len(both) else (math.nan, math.nan)
    return Difference(
        value=means[1] - means[0], error=float(error), low=float(low), high=float(high)
    )
