"""What every model takes, a batch, and what it returns, an outcome."""

from dataclasses import dataclass
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from winset.models.batch import Batch

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """Where each draw settles, and how likely it is to settle at all.

    Attributes:
        settlement: ``(draw, issue)``, share of the issue's scale in [0, 1]: the point agreed on;
            NaN where the draw ends without an agreement.
        agreement: ``(draw, issue)``, probability in [0, 1] that the draw ends in an agreement;
            None where the model assumes an agreement.
        open: ``(draw, issue)``, probability in [0, 1] that what the issue requires is agreed; None
            for a model that does not link issues.
        signed: ``(draw, issue)``, whether the negotiators sign once the issue is open; None for a
            model that does not distinguish signing from ratifying.
        together: ``(draw, set)``, probability in [0, 1] that all issues of a set are agreed; filled
            in by a forecast, which knows the sets; None without sets, or where the model assumes
            an agreement.
        rounds: ``(draw, issue)``, rounds played; None for a model without rounds.
        converged: ``(draw, issue)``, whether the last round changed almost nothing; None for a
            model without rounds.
    """

    settlement: FloatArray
    agreement: FloatArray | None = None
    open: FloatArray | None = None
    signed: BoolArray | None = None
    together: FloatArray | None = None
    rounds: IntArray | None = None
    converged: BoolArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """Every round of a model that plays rounds, for a batch small enough to fit in memory.

    Attributes:
        position: ``(draw, round, actor, issue)``, share of the scale; round 0 is the start. A draw
            that stops early repeats its last positions.
        moved_by: ``(draw, round, actor, issue)``, index of the actor whose offer moved this one in
            that round, -1 where it did not move.
        settlement: ``(draw, round, issue)``, the model's forecast after that round.
        rounds: ``(draw, issue)``, rounds played.
        converged: ``(draw, issue)``, whether the last round changed almost nothing.
    """

    position: FloatArray
    moved_by: IntArray
    settlement: FloatArray
    rounds: IntArray
    converged: BoolArray


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeGains:
    """What actors expect of challenging one another at the start, in units of utility.

    Attributes:
        own: ``(draw, viewer, other, issue)``, to the viewer of challenging the other, in its own
            view; NaN where either takes no part.
        other: likewise, to the other of challenging the viewer.
        perceived: whether ``other`` is as the viewer sees it; else as the other one itself does.
        one_space: whether all issues are one space, so that gains are the same on each.
    """

    own: FloatArray
    other: FloatArray
    perceived: bool
    one_space: bool


@runtime_checkable
class Model(Protocol):
    """A frozen dataclass of parameters with one method.

    The command line and saved forecasts call it by its ``name``. Its ``idea`` says in one line what
    drives its answer, for comparisons between models. A ``random`` model has chance events of its
    own, so that even a case without ranges needs more than one draw.
    """

    name: ClassVar[str]
    idea: ClassVar[str]

    @property
    def random(self) -> bool:
        """Whether the model has chance events of its own."""

    def solve(self, batch: Batch) -> Outcome:
        """Solve every draw of ``batch``."""


@runtime_checkable
class RoundsModel(Model, Protocol):
    """A model that plays rounds and can show them."""

    def trace(self, batch: Batch) -> Rounds:
        """Solve ``batch`` and keep every round: memory grows with draws × rounds × actors."""
