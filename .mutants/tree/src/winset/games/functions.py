"""What the functions of a payoff expression read from a batch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from winset.errors import WinsetError, nearest
from winset.games.expressions import Call, ExpressionError, FloatArray
from winset.models.base import Model
from winset.models.batch import Batch


def own_gain(batch: Batch, actor: int, issue: int, point: FloatArray) -> FloatArray:
    """Return an actor's own gain over no agreement at a point, share of the scale.

    ``h(y) = 1 - |y - x| - α [y outside the red line] - (1 - |q - x| - k)``, the plain stance's, as
    in the two-level model.

    Args:
        batch: draws of a case.
        actor: index of the actor.
        issue: index of the issue.
        point: ``(draw,)``, share of the scale.
    """
    position = batch.position[:, actor, issue]
    crossed = (point < batch.red_line_low[:, actor, issue]) | (
        point > batch.red_line_high[:, actor, issue]
    )
    cost = np.where(crossed, batch.audience_cost[:, actor, issue], 0.0)
    without = 1.0 - np.abs(batch.reversion[:, issue] - position) - batch.price[:, actor, issue]
    gain: FloatArray = 1.0 - np.abs(point - position) - cost - without
    return gain


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResolver:
    """The names and functions of a game's expressions, on one batch.

    Attributes:
        batch: draws of the case.
        model: gives `p_agreement`; None for a game that does not ask for it.
        names: parameter or quantity to its ``(draw,)`` values; filled in the order of the game.
    """

    batch: Batch
    model: Model | None
    names: dict[str, FloatArray] = field(default_factory=dict)
    _solved: dict[tuple[str | None, bytes], FloatArray] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """How many draws."""
        return self.batch.draws

    def value(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` values of a parameter or quantity."""
        return self.names[name]

    def call(self, call: Call, numbers: Mapping[str, FloatArray]) -> FloatArray:
        """Return the ``(draw,)`` values of a function."""
        batch = self.batch
        match call.function:
            case "gain":
                actor, issue = self._actor(call, "actor"), self._issue(call)
                return own_gain(batch, actor, issue, self._point(call, issue, numbers["point"]))
            case "salience" | "price" | "audience_cost":
                stances: FloatArray = getattr(batch, call.function)
                return stances[:, self._actor(call, "actor"), self._issue(call)]
            case "influence":
                influence = batch.influence[:, :, self._issue(call)]
                strongest = influence.max(axis=1)
                own = influence[:, self._actor(call, "actor")]
                share = np.zeros(self.draws)
                np.divide(own, strongest, out=share, where=strongest > 0.0)
                return share
            case "dependence" | "authority" | "intimidation":
                ties: FloatArray = getattr(batch, call.function)
                return ties[:, self._actor(call, "source"), self._actor(call, "target")]
            case "unity":
                return batch.unity[:, self._party(call)]
            case _:
                return self._agreement(call, numbers.get("unity"))[:, self._issue(call)]

    def _actor(self, call: Call, label: str) -> int:
        return _index(self.batch.actors, "actor", call.id(label))

    def _issue(self, call: Call) -> int:
        return _index(self.batch.issues, "issue", call.id("issue"))

    def _party(self, call: Call) -> int:
        return _index(self.batch.parties, "party", call.id("party"))

    def _point(self, call: Call, issue: int, point: FloatArray) -> FloatArray:
        low, width = float(self.batch.low[issue]), float(self.batch.width[issue])
        _check_within(call, "point", point, low, low + width)
        # Division by the width, as for positions, so that a point on a red line lies on it.
        return (point - low) / width

    def _agreement(self, call: Call, unity: FloatArray | None) -> FloatArray:
        """Return P(agreement), ``(draw, issue)``; solved once for each unity asked for."""
        batch, party = self.batch, call.id("party")
        if unity is not None:
            _check_within(call, "unity", unity, 0.0, 1.0)
            united = np.array(batch.unity)
            chosen = slice(None) if party is None else slice(k := self._party(call), k + 1)
            united[:, chosen] = unity[:, np.newaxis]
            batch = replace(batch, unity=united)
        key = (party, b"" if unity is None else unity.tobytes())
        if key not in self._solved:
            agreement = None if self.model is None else self.model.solve(batch).agreement
            if agreement is None:
                raise WinsetError(
                    "p_agreement needs a model that gives the probability of an agreement; found "
                    f"{self.model.name if self.model else 'none'}; use the two-level model"
                )
            self._solved[key] = agreement
        return self._solved[key]


def _index(ids: Sequence[str], kind: str, id: str | None) -> int:
    if id not in ids:
        raise WinsetError(f"no {kind} “{id}” in this case; {nearest(str(id), ids)}")
    return ids.index(id)


def _check_within(call: Call, label: str, values: FloatArray, low: float, high: float) -> None:
    if np.all((low <= values) & (values <= high)):
        return
    outside = values[~((low <= values) & (values <= high))][0]
    raise ExpressionError(
        f"the {label} of {call.function} must be in [{low:g}, {high:g}]",
        f"{outside:g}",
        remedy="correct the number or its range",
        at=dict(call.arguments)[label].start,
    )
