"""Which coded number moves a chance of agreement most, read from a forecast's own draws."""

from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.scenarios import apply_scenario
from winset.explain.sensitivity.inputs import Input, uncertain_inputs
from winset.forecast.forecast import Forecast
from winset.models.base import FloatArray
from winset.models.batch import RandomShares

FIFTH = 0.2
SURE = 5.0  # Monte Carlo errors by which the two ends must differ, since many inputs are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Drive:
    """A coded number, and the chance where it is low and where it is high.

    Attributes:
        input: which.
        at_low: mean chance in the fifth of the draws where it is lowest.
        at_high: where it is highest.
        error: Monte Carlo standard error of the difference.
    """

    input: Input
    at_low: float
    at_high: float
    error: float


def strongest_drive(case: Case, forecast: Forecast, issues: tuple[str, ...]) -> Drive | None:
    """Return the range of ``case`` with which the chance that ``issues`` are agreed moves most.

    None where the model assumes an agreement, or no range moves it by more than chance.
    """
    chance = chance_by_draw(forecast, issues)
    if chance is None or len(chance) < 100:
        return None
    shares = RandomShares(forecast.made.seed, len(chance))
    drives = [
        drive
        for entry in uncertain_inputs(apply_scenario(case, forecast.made.scenario))
        for drive in [_drive(entry, shares(entry.name), chance)]
        if abs(drive.at_high - drive.at_low) > SURE * drive.error
    ]
    return max(drives, key=lambda drive: abs(drive.at_high - drive.at_low), default=None)


def chance_by_draw(forecast: Forecast, issues: tuple[str, ...]) -> FloatArray | None:
    """Return ``(draw,)`` chances that ``issues`` are agreed, in the stored draws."""
    if forecast.agreement is None:
        return None
    if len(issues) == 1:
        return np.asarray(forecast.agreement[:, forecast.index(issues[0])])
    if forecast.together is None or issues not in forecast.sets:
        return None
    return np.asarray(forecast.together[:, forecast.sets.index(issues)])


def _drive(entry: Input, share: FloatArray, chance: FloatArray) -> Drive:
    low, high = chance[share < FIFTH], chance[share > 1.0 - FIFTH]
    error = np.hypot(low.std() / np.sqrt(len(low)), high.std() / np.sqrt(len(high)))
    return Drive(
        input=entry, at_low=float(low.mean()), at_high=float(high.mean()), error=float(error)
    )
