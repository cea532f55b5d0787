"""What a model can do beyond solving a batch, as Protocols, and the questions that find it out.

A model has a capability if it has the member that the capability names: nothing is registered, no
class is inherited from. Outside this room a model is asked by the functions here and by nothing
else. See `docs/decisions/0016-what-a-model-can-do.md`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol, TypeGuard, runtime_checkable

from winset.models.base import ChallengeGains, FloatArray, Model, RoundsModel
from winset.models.batch import Batch
from winset.models.together import LinkedModel
from winset.models.two_level.binding import Binding
from winset.models.two_level.winsets import Blame, Curves


@runtime_checkable
class DoubtingModel(Model, Protocol):
    """A model that does not take an agreement for granted."""

    def readings(self) -> Mapping[str, Model]:
        """Return the usual ways to read the model: label to model, parameters kept otherwise."""


@runtime_checkable
class CurvesModel(Model, Protocol):
    """A model that knows the winsets: how likely each point is to pass at home."""

    def curves(self, batch: Batch) -> Curves:
        """Return the winset curves."""


@runtime_checkable
class BindingModel(Model, Protocol):
    """A model that can tell what most often stands between an issue and an agreement."""

    def binding(
        self, batch: Batch, outcome: Any, *, names: Mapping[str, str] | None = None
    ) -> tuple[Binding, ...]:
        """Return the binding constraint of each issue; ``outcome`` is what `solve` returned."""


@runtime_checkable
class BlameModel(Model, Protocol):
    """A model that can tell whose doing a failure is."""

    def blame(self, batch: Batch) -> Blame:
        """Return who stood in the way in the draws that fail."""


@runtime_checkable
class ChallengesModel(Model, Protocol):
    """A model in which actors challenge one another."""

    def challenge_gains(self, batch: Batch) -> ChallengeGains:
        """Return what actors expect of challenges at the start."""


@runtime_checkable
class WeighingModel(Model, Protocol):
    """A model whose settlement is a weighted mean of the positions, linear in each of them.

    ``weighs`` names the quantities whose product is an actor's weight; none where all count alike.
    """

    @property
    def weighs(self) -> tuple[str, ...]:
        """Quantities of a stance, such as ``("influence", "salience")``."""

    def mean_weights(self, batch: Batch) -> FloatArray:
        """Return the ``(draw, actor, issue)`` weights."""


@runtime_checkable
class BaselineModel(Model, Protocol):
    """A model for skill scores only; ``baseline`` says why it forecasts nothing."""

    baseline: str


def has_rounds(model: Model) -> TypeGuard[RoundsModel]:
    """Return whether the model plays rounds and can show them."""
    return isinstance(model, RoundsModel)


def doubts_agreement(model: Model) -> TypeGuard[DoubtingModel]:
    """Return whether the model gives the chance of an agreement and says how it may be read."""
    return isinstance(model, DoubtingModel)


def has_curves(model: Model) -> TypeGuard[CurvesModel]:
    """Return whether the model knows the winsets."""
    return isinstance(model, CurvesModel)


def has_binding(model: Model) -> TypeGuard[BindingModel]:
    """Return whether the model can tell what stands between an issue and an agreement."""
    return isinstance(model, BindingModel)


def has_blame(model: Model) -> TypeGuard[BlameModel]:
    """Return whether the model can tell whose doing a failure is."""
    return isinstance(model, BlameModel)


def links_issues(model: Model) -> TypeGuard[LinkedModel]:
    """Return whether the issues of the model bear on one another."""
    return isinstance(model, LinkedModel)


def has_challenges(model: Model) -> TypeGuard[ChallengesModel]:
    """Return whether actors challenge one another in the model."""
    return isinstance(model, ChallengesModel)


def has_weights(model: Model) -> TypeGuard[WeighingModel]:
    """Return whether the settlement is a weighted mean of the positions."""
    return isinstance(model, WeighingModel)


def is_baseline(model: Model) -> TypeGuard[BaselineModel]:
    """Return whether the model is for skill scores only."""
    return isinstance(model, BaselineModel)


ABILITIES: Mapping[str, Callable[[Model], bool]] = {
    "chance of an agreement": doubts_agreement,
    "winsets": has_curves,
    "main obstacle": has_binding,
    "blame": has_blame,
    "rounds": has_rounds,
    "challenges": has_challenges,
    "linked issues": links_issues,
    "exact levers": has_weights,
    "skill scores only": is_baseline,
}


def abilities(model: Model) -> tuple[str, ...]:
    """Return in words what ``model`` can do beyond a settlement."""
    return tuple(words for words, has in ABILITIES.items() if has(model))
