"""The asymmetric Nash solution among all actors, with the reversion point as the threat."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from winset.models.base import Model, Outcome
from winset.models.batch import Batch
from winset.models.central import known_reversion, stance_weights
from winset.models.kernels.nash import nash_points


@dataclass(frozen=True, slots=True, kw_only=True)
class NashBargaining:
    """The point that maximises the product of all gains over no agreement, raised to the weights.

    ``argmax_y Π_i (u_i(y) − u_i(q))^(c_i s_i)`` over the points that every actor with some weight
    prefers to the reversion q. Where there is no such point, the draw ends without an agreement.
    With linear or quadratic losses this happens whenever two actors stand on opposite sides of q.

    Assumes that every actor holds a veto and that everyone at the table knows all gains.

    Attributes:
        loss: how displeasure grows with the distance between the point and the position.

    References:
        Nash 1950, The bargaining problem, Econometrica 18. Harsanyi and Selten 1972, A generalized
        Nash solution for two-person bargaining games with incomplete information.
    """

    name: ClassVar[str] = "nash"
    kernels: ClassVar[tuple[str, ...]] = ("nash",)
    idea: ClassVar[str] = "everybody must gain over no agreement; gains are shared by weight"
    source: ClassVar[str] = "Nash 1950; Harsanyi and Selten 1972"
    proof: ClassVar[str] = (
        "tests/test_bargaining.py::test_two_actors_beyond_the_reversion_split_the_pie_by_weight"
    )
    random: ClassVar[bool] = False
    loss: Literal["linear", "quadratic"] = "linear"

    def __post_init__(self) -> None:
        if self.loss not in ("linear", "quadratic"):
            raise ValueError(f"loss must be one of linear, quadratic; found {self.loss}")

    def solve(self, batch: Batch) -> Outcome:
        """Return the Nash point of each draw; NaN and an agreement of 0 where none exists."""
        settlement = nash_points(
            batch.position,
            stance_weights(batch, "influence-salience"),
            known_reversion(batch, self.name),
            quadratic=self.loss == "quadratic",
        )
        return Outcome(settlement=settlement, agreement=1.0 - np.isnan(settlement))

    def readings(self) -> Mapping[str, Model]:
        """Return the one way to read it."""
        return {self.name: self}
