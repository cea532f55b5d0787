"""What draws say, whether they are kept one by one or added up."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from winset.forecast.quantiles import quantiles
from winset.models.base import BoolArray, FloatArray, Outcome


class WeightedDraws(Protocol):
    """Draws of which one can ask; ``k`` is the place of an issue, settlements are in own units."""

    def settled(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Return settlements on issue ``k`` and how much each counts, above 0."""

    def alike(self, k: int) -> bool:
        """Return whether all draws that settle do so at the same point."""

    def quantiles(self, k: int, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the settlements below which ``shares`` of the belief lie, given an agreement."""

    def mean(self, k: int) -> tuple[float, float]:
        """Return the mean settlement, given an agreement, and its Monte Carlo error."""

    def chance(self, k: int, low: float, high: float) -> tuple[float, float]:
        """Return the probability that it settles within [``low``, ``high``], and its error.

        The error is NaN with a single draw, here and below.
        """

    def agreed(self, k: int) -> tuple[float, float] | None:
        """Return the probability of an agreement and its error; None if taken for granted."""

    def agreed_together(self, place: int) -> tuple[float, float] | None:
        """Return the probability that all issues of a set are agreed, and its error; None if so."""

    def opens(self, k: int) -> float | None:
        """Return the probability that the issue opens; None where issues are not linked."""

    def signed(self, k: int) -> float | None:
        """Return the probability that the issue opens and is signed; None if not told apart."""

    def converged(self, k: int) -> float | None:
        """Return the share of draws whose rounds had settled down; None without rounds."""


@dataclass(frozen=True, slots=True)
class StoredDraws:
    """Draws kept one by one.

    Attributes:
        outcome: of all of them, settlements in own units.
    """

    outcome: Outcome

    def settled(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Return the settlements and how much each draw counts: by its chance of an agreement."""
        values, weights = self.outcome.settlement[:, k], self._weights(k)
        counting = ~np.isnan(values) & (weights > 0.0)
        return values[counting], weights[counting]

    def alike(self, k: int) -> bool:
        """Return whether all draws that settle do so at the same point."""
        values, _ = self.settled(k)
        return len(values) > 0 and float(np.ptp(values)) == 0.0

    def quantiles(self, k: int, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the settlements below which ``shares`` of the belief lie, given an agreement."""
        values, weights = self.settled(k)
        if not len(values):
            return (math.nan,) * len(shares)
        return tuple(float(value) for value in quantiles(values, weights, shares))

    def mean(self, k: int) -> tuple[float, float]:
        """Return the mean settlement, given an agreement, and its Monte Carlo error."""
        values, weights = self.settled(k)
        if not len(values):
            return math.nan, math.nan
        mean = float(np.average(values, weights=weights))
        spread = np.sqrt((weights**2 * (values - mean) ** 2).sum())
        return mean, float(spread / weights.sum()) if len(values) > 1 else math.nan

    def chance(self, k: int, low: float, high: float) -> tuple[float, float]:
        """Return the probability that it settles within [``low``, ``high``], and its error."""
        values = self.outcome.settlement[:, k]
        # A draw without an agreement has NaN there, which lies within no bounds.
        return _mean(np.where((values >= low) & (values <= high), self._weights(k), 0.0))

    def agreed(self, k: int) -> tuple[float, float] | None:
        """Return the probability of an agreement and its error; None if taken for granted."""
        agreement = self.outcome.agreement
        return None if agreement is None else _mean(agreement[:, k])

    def agreed_together(self, place: int) -> tuple[float, float] | None:
        """Return the probability that all issues of a set are agreed, and its error."""
        together = self.outcome.together
        return None if together is None else _mean(together[:, place])

    def opens(self, k: int) -> float | None:
        """Return the probability that the issue opens."""
        return _share(self.outcome.open, k)

    def signed(self, k: int) -> float | None:
        """Return the probability that the issue opens and is signed."""
        opens, signed = self.outcome.open, self.outcome.signed
        return _share(signed if opens is None or signed is None else opens * signed, k)

    def converged(self, k: int) -> float | None:
        """Return the share of draws whose rounds had settled down."""
        return _share(self.outcome.converged, k)

    def _weights(self, k: int) -> FloatArray:
        agreement = self.outcome.agreement
        return np.ones(len(self.outcome.settlement)) if agreement is None else agreement[:, k]


def _share(values: FloatArray | BoolArray | None, k: int) -> float | None:
    return None if values is None else float(values[:, k].mean())


def _mean(drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Return the mean over draws and its Monte Carlo error."""
    error = drawn.std(ddof=1) / math.sqrt(len(drawn)) if len(drawn) > 1 else math.nan
    return float(drawn.mean()), float(error)
