"""What could be changed in a case, how far, and who would have to do it."""

import math
from dataclasses import dataclass
from typing import Literal

from winset.case.model import Case
from winset.case.ranges import Range
from winset.explain.sensitivity.inputs import IN_PER_CENT, ON_SCALE, Input, case_inputs

Who = Literal["self", "persuade", "structure"]
ORDER: tuple[Who, ...] = ("self", "persuade", "structure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movable:
    """An input that may be moved.

    Attributes:
        input: which.
        who: ``self`` where the actor asking can move it, ``persuade`` where another actor can,
            ``structure`` where no single actor can.
        low: least plausible value, own units.
        high: greatest one.
    """

    input: Input
    who: Who
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One input moved part of the way to an end of its plausible range.

    Every value in the coded range moves the same share of the way, so the range keeps its shape.
    At the whole way it shrinks to the end itself.

    Attributes:
        movable: what is moved.
        end: where to, own units.
        share: of the way there, in [0, 1].
    """

    movable: Movable
    end: float
    share: float = 1.0

    @property
    def size(self) -> float:
        """How far the median moves, as a share of the plausible range."""
        width = self.movable.high - self.movable.low
        return self.share * abs(self.end - self.movable.input.range.middle) / width

    @property
    def after(self) -> Range:
        """The range as moved."""
        return self.movable.input.range.moved(multiply=1.0 - self.share, add=self.share * self.end)

    @property
    def key(self) -> tuple[str, float]:
        """What is moved and where to, however far."""
        return self.movable.input.name, self.end


def movables(case: Case, actor: str, *, beyond: float = 0.0) -> tuple[Movable, ...]:
    """Return what may be moved in ``case``, seen from ``actor``.

    Args:
        case: the case.
        actor: id of the actor who asks.
        beyond: share of the quantity's whole scale by which every plausible range is wider than
            the coded one, at either side; with 0 what is coded as certain cannot be moved.

    Raises:
        WinsetError: when there is no such actor.
    """
    own = case.actor(actor)
    leads = own.party if {"leader", "negotiator"} & set(own.role) else None
    rows = []
    for entry in case_inputs(case):
        low, high = entry.range.low, entry.range.high
        if math.isinf(high):
            continue
        span = beyond * _scale(case, entry) if beyond else 0.0
        low, high = max(low - span, entry.limits[0]), min(high + span, entry.limits[1])
        if low < high:
            rows.append(Movable(input=entry, who=_who(entry, actor, leads), low=low, high=high))
    return tuple(rows)


def _who(entry: Input, actor: str, leads: str | None) -> Who:
    if entry.kind == "stance":
        return "self" if entry.actor == actor else "persuade"
    if entry.kind == "party":
        return "self" if entry.party == leads else "structure"
    # An actor controls what it lends to others and what it threatens them with.
    return "self" if entry.kind == "tie" and entry.actor == actor else "structure"


def _scale(case: Case, entry: Input) -> float:
    """Return the length of a quantity's scale, own units; of an open scale the greatest value."""
    if entry.quantity in (*ON_SCALE, "reversion") and entry.issue is not None:
        return case.issue(entry.issue).scale.width
    if entry.quantity in IN_PER_CENT:
        return 100.0
    if entry.quantity == "influence":
        coded = [s.influence.high for s in case.stances_on(entry.issue or "") if s.influence]
        return max(coded, default=1.0)
    if entry.quantity == "power":
        return max(party.power.high for party in case.parties)
    return 1.0
