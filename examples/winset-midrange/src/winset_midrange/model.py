"""Half-way between the extremes."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from winset.models import Outcome
from winset.models.batch import Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class Midrange:
    """The point half-way between the extreme positions of those who mind: split the difference.

    Assumes that only the two extremes are heard, each as much as the other, and that an agreement
    comes about. Actors without salience do not count.

    References:
        A law: with extremes a and b the settlement is a + share (b − a).

    Attributes:
        share: of the way from the lower extreme to the upper one, in [0, 1].
    """

    name: ClassVar[str] = "midrange"
    idea: ClassVar[str] = "the two extremes split the difference"
    source: ClassVar[str] = "a law: half-way between the lowest and the highest position"
    proof: ClassVar[str] = "tests/test_midrange.py::test_the_extremes_split_the_difference"
    random: ClassVar[bool] = False
    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(f"share must be in [0, 1]; found {self.share}")

    def solve(self, batch: Batch) -> Outcome:
        """Return the point of each draw; NaN where nobody minds the issue."""
        minds = batch.present & (batch.salience > 0.0)
        low = np.where(minds, batch.position, np.inf).min(axis=1)
        high = np.where(minds, batch.position, -np.inf).max(axis=1)
        someone = minds.any(axis=1)
        width = np.where(someone, high, 0.0) - np.where(someone, low, 0.0)
        settlement = np.where(someone, np.where(someone, low, 0.0) + self.share * width, np.nan)
        return Outcome(settlement=settlement)
