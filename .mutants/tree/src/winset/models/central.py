"""Central tendencies of the positions, and two reference forecasts that look at little."""

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from winset.errors import WinsetError
from winset.models.base import FloatArray, Outcome
from winset.models.batch import Batch
from winset.models.kernels.medians import weighted_medians

Weights = Literal["none", "salience", "influence-salience"]
_QUANTITIES: dict[Weights, tuple[str, ...]] = {
    "none": (),
    "salience": ("salience",),
    "influence-salience": ("salience", "influence"),
}


def stance_weights(batch: Batch, weights: Weights) -> FloatArray:
    """Return ``(draw, actor, issue)`` weights of those present, equal where none has any."""
    present = np.broadcast_to(batch.present, batch.position.shape)
    if weights == "none":
        return present.astype(float)
    chosen = batch.salience if weights == "salience" else batch.weight
    weightless = np.einsum("dai->di", chosen)[:, None] == 0.0
    return np.where(weightless, present, chosen) if weightless.any() else chosen


def _check_weights(weights: str) -> None:
    if weights not in get_args(Weights):
        raise ValueError(f"weights must be one of {', '.join(get_args(Weights))}; found {weights}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """The weighted mean of the positions: the compromise model.

    With influence × salience it approximates an asymmetric Nash solution (Achen 2006) and is the
    bar to beat: on 351 decisions of the European Union no published model has a smaller mean
    absolute error.

    Assumes that everyone is heard in proportion and that an agreement comes about. Where no actor
    has any weight, all who are present count equally.

    References:
        Van den Bos 1991, Dutch EC Policy Making. Achen 2006, in Thomson et al., The European Union
        Decides, ch. 4.

    >>> from winset.case.parts import Actor, Issue, Stance
    >>> from winset.case.model import Case
    >>> from winset.case.ranges import point
    >>> from winset.models.batch import sample
    >>> import datetime
    >>> rows = [("a", 0, 1), ("b", 100, 3)]
    >>> case = Case(
    ...     title="Two", as_of=datetime.date(2015, 1, 1), issues=(Issue(id="x", title="x"),),
    ...     actors=tuple(Actor(id=n, name=n) for n, _, _ in rows),
    ...     stances=tuple(
    ...         Stance(issue="x", actor=n, position=point(p), salience=point(50),
    ...                influence=point(c)) for n, p, c in rows),
    ... )
    >>> Mean().solve(sample(case, 1)).settlement.item()
    0.75
    """

    name: ClassVar[str] = "mean"
    idea: ClassVar[str] = "everybody is heard in proportion to influence × salience"
    source: ClassVar[str] = "Van den Bos 1991; Achen 2006"
    proof: ClassVar[str] = (
        "tests/test_bargaining.py::test_the_compiled_models_equal_their_naive_twins"
    )
    random: ClassVar[bool] = False
    weights: Weights = "influence-salience"

    def __post_init__(self) -> None:
        _check_weights(self.weights)

    def solve(self, batch: Batch) -> Outcome:
        """Return the weighted mean of each draw."""
        weights = stance_weights(batch, self.weights)
        total = np.einsum("dai->di", weights)
        settlement = np.einsum("dai,dai->di", weights, batch.position) / total
        return Outcome(settlement=np.clip(settlement, 0.0, 1.0))

    @property
    def weighs(self) -> tuple[str, ...]:
        """Quantities of a stance whose product is an actor's weight."""
        return _QUANTITIES[self.weights]

    def mean_weights(self, batch: Batch) -> FloatArray:
        """Return the ``(draw, actor, issue)`` weights of the mean."""
        return stance_weights(batch, self.weights)


@dataclass(frozen=True, slots=True, kw_only=True)
class Median:
    """The weighted median of the positions, the lower one where two qualify.

    With single-peaked preferences on one line it beats every other point in a weighted majority
    vote (Black 1948). Assumes that a majority decides and that every pair of points is voted on.

    References:
        Black 1948, On the rationale of group decision-making, Journal of Political Economy 56.
    """

    name: ClassVar[str] = "median"
    kernels: ClassVar[tuple[str, ...]] = ("medians",)
    idea: ClassVar[str] = "a majority of influence × salience decides between any two points"
    source: ClassVar[str] = "Black 1948"
    proof: ClassVar[str] = "tests/test_bargaining.py::test_the_median_is_the_lower_one_on_a_tie"
    random: ClassVar[bool] = False
    weights: Weights = "influence-salience"

    def __post_init__(self) -> None:
        _check_weights(self.weights)

    def solve(self, batch: Batch) -> Outcome:
        """Return the weighted median of each draw."""
        weights = stance_weights(batch, self.weights)
        return Outcome(settlement=weighted_medians(batch.position, weights))


@dataclass(frozen=True, slots=True, kw_only=True)
class ReversionPoint:
    """Nothing changes: what holds without an agreement. For skill scores only."""

    name: ClassVar[str] = "reversion"
    idea: ClassVar[str] = "nothing is agreed and what held before goes on"
    baseline: ClassVar[str] = "it says what holds without an agreement"
    source: ClassVar[str] = "a baseline: the law is its whole definition"
    proof: ClassVar[str] = "tests/test_bargaining.py::test_what_a_lazy_forecaster_would_say"
    random: ClassVar[bool] = False

    def solve(self, batch: Batch) -> Outcome:
        """Return the reversion point of each draw."""
        return Outcome(settlement=known_reversion(batch, self.name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant:
    """The same share of every scale, whatever the case says. For skill scores only.

    Attributes:
        share: of the scale, in [0, 1].
    """

    name: ClassVar[str] = "constant"
    idea: ClassVar[str] = "always the same share of the scale, whatever the case"
    baseline: ClassVar[str] = "it says the same of every case"
    source: ClassVar[str] = "a baseline: the law is its whole definition"
    proof: ClassVar[str] = "tests/test_bargaining.py::test_what_a_lazy_forecaster_would_say"
    random: ClassVar[bool] = False
    share: float = 0.5

    def __post_init__(self) -> None:
        if not 0.0 <= self.share <= 1.0:
            raise ValueError(f"share must be in [0, 1]; found {self.share}")

    def solve(self, batch: Batch) -> Outcome:
        """Return the constant for each draw."""
        return Outcome(settlement=np.full((batch.draws, len(batch.issues)), self.share))


def known_reversion(batch: Batch, model: str) -> FloatArray:
    """Return the reversion points.

    Raises:
        WinsetError: when an issue has none.
    """
    missing = [batch.issues[k] for k in np.flatnonzero(np.isnan(batch.reversion).any(axis=0))]
    if missing:
        raise WinsetError(
            f"model “{model}” needs a reversion point on every issue; none on "
            f"{', '.join(missing)}; add `reversion:` in case.yaml: what holds if nothing is agreed"
        )
    return batch.reversion
