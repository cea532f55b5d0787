"""Models of somebody else's, in a module of their own: neither is registered anywhere."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from winset.models import Outcome
from winset.models.batch import Batch


@dataclass(frozen=True)
class Midrange:
    """Half-way between the extremes. Assumes that an agreement comes about."""

    name: ClassVar[str] = "midrange"
    idea: ClassVar[str] = "the extremes split the difference"
    random: ClassVar[bool] = False
    share: float = 0.5

    def solve(self, batch: Batch) -> Outcome:
        low, high = batch.position.min(axis=1), batch.position.max(axis=1)
        return Outcome(settlement=low + self.share * (high - low))


@dataclass(frozen=True)
class DoubtfulMidrange:
    """The same, agreed the likelier the nearer the extremes. It calls itself as winset's own."""

    name: ClassVar[str] = "mean"
    idea: ClassVar[str] = "the extremes split the difference, if they are near enough"
    random: ClassVar[bool] = False
    share: float = 0.5

    def solve(self, batch: Batch) -> Outcome:
        low, high = batch.position.min(axis=1), batch.position.max(axis=1)
        return Outcome(
            settlement=low + self.share * (high - low),
            agreement=np.clip(1.0 - 0.5 * (high - low), 0.0, 1.0),
        )
