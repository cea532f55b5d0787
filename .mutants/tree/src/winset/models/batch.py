"""A case as arrays ``(draw, actor, issue)``: names become indices here and nowhere else.

A range is sampled by putting uniform shares through its inverse distribution function. Each
uncertain cell has its own stream of shares, keyed by its name. So a scenario or an edited case is
compared under common random numbers, and adding an actor does not change the draws of the others.
"""

import hashlib
import math
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.parts import PARTY_QUANTITIES, STANCE_QUANTITIES, Condition, Issue, Role
from winset.case.ranges import Range

FloatArray = NDArray[np.float64]
T = TypeVar("T")

# An empty cell: nothing to lose, no line drawn.
_EMPTY = {
    "position": 0.5, "salience": 0.0, "influence": 0.0, "price": 0.0, "red_line_low": -math.inf,
    "red_line_high": math.inf, "audience_cost": 0.0,
}  # fmt: skip


class Shares(Protocol):
    """A source of uniform numbers, with one stream for each name."""

    @property
    def draws(self) -> int:
        """How many numbers a stream gives."""

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``."""


@dataclass(frozen=True, slots=True)
class RandomShares:
    """Streams of a counter-based generator: draw k does not depend on which others are computed.

    Attributes:
        seed: of all streams.
        draws: how many draws.
        first: index of the first one, so that a long run can be cut into chunks.
    """

    seed: int
    draws: int
    first: int = 0

    def __call__(self, name: str) -> FloatArray:
        """Return the ``(draw,)`` numbers in [0, 1) of the stream ``name``."""
        word = hashlib.blake2b(f"{self.seed}\0{name}".encode(), digest_size=16).digest()
        # Philox gives four numbers for each step of its counter (Salmon et al. 2011).
        steps, skipped = divmod(self.first, 4)
        bits = np.random.Philox(key=int.from_bytes(word, "little")).advance(steps)
        return np.random.Generator(bits).random(skipped + self.draws)[skipped:]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One number of a case. Its ``name`` is unique and survives edits elsewhere in the case."""

    name: str
    range: Range


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """The values of a conditional stance, which replace the plain one where its condition holds.

    Attributes:
        actor: index of the actor.
        issue: index of the issue whose stance changes.
        when: index of the issue that the condition is about.
        low: that issue must be agreed at this share of its scale or more.
        high: and at this share or less.
        values: quantity to ``(draw,)``, in the units of the batch.
    """

    actor: int
    issue: int
    when: int
    low: float
    high: float
    values: dict[str, FloatArray]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Draws of a case. The draw axis of an array that no range touches is broadcast.

    Attributes:
        actors: ids, in the order of the actor axis.
        issues: ids, in the order of the issue axis.
        parties: ids, in the order of the party axis.
        low: ``(issue,)``, low end of the scale in the issue's own units.
        width: ``(issue,)``, its length.
        present: ``(actor, issue)``, whether the actor has a stance; weights are 0 where not.
        position: ``(draw, actor, issue)``, share of the scale.
        salience: ``(draw, actor, issue)``, in [0, 1].
        influence: ``(draw, actor, issue)``, as coded, 0 or more.
        price: ``(draw, actor, issue)``, of no agreement, share of the scale.
        red_line_low: ``(draw, actor, issue)``, share of the scale; minus infinity where open.
        red_line_high: likewise; infinity where open.
        audience_cost: ``(draw, actor, issue)``, share of the scale; may be infinite.
        reversion: ``(draw, issue)``, share of the scale; NaN where the case gives none.
        quota: ``(draw, party)``, share of the voters' influence.
        unity: ``(draw, party)``, in [0, 1].
        power: ``(draw, party)``, 0 or more.
        dependence: ``(draw, source, target)``, in [0, 1].
        intimidation: ``(draw, source, target)``, in [0, 1].
        authority: ``(draw, source, target)``, in [0, 1].
        party_of: ``(actor,)``, index of the actor's party; -1 outside all.
        negotiator: ``(party,)``, index of the actor who signs; -1 where none does.
        veto: ``(actor,)``, whether the actor can stop its party.
        voter: ``(actor,)``, whether it votes in its party.
        pressure: ``(actor,)``, whether it is a pressure group.
        requires: ``(issue,)``, index of the issue that must be agreed first; -1 for none.
        required_low: ``(issue,)``, at this share of that issue's scale or more.
        required_high: ``(issue,)``, and at this or less.
        overrides: conditional stances, in the order of the case.
        shares: the source of the numbers; models draw their own uncertain parameters from it.
        cache: what `once` has computed.
    """

    actors: tuple[str, ...]
    issues: tuple[str, ...]
    parties: tuple[str, ...]
    low: FloatArray
    width: FloatArray
    present: NDArray[np.bool_]
    position: FloatArray
    salience: FloatArray
    influence: FloatArray
    price: FloatArray
    red_line_low: FloatArray
    red_line_high: FloatArray
    audience_cost: FloatArray
    reversion: FloatArray
    quota: FloatArray
    unity: FloatArray
    power: FloatArray
    dependence: FloatArray
    intimidation: FloatArray
    authority: FloatArray
    party_of: NDArray[np.int64]
    negotiator: NDArray[np.int64]
    veto: NDArray[np.bool_]
    voter: NDArray[np.bool_]
    pressure: NDArray[np.bool_]
    requires: NDArray[np.int64]
    required_low: FloatArray
    required_high: FloatArray
    overrides: tuple[Override, ...]
    shares: Shares
    cache: dict[Hashable, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def draws(self) -> int:
        """How many draws."""
        return self.shares.draws

    def once(self, name: Hashable, of: tuple[NDArray[Any], ...], make: Callable[[], T]) -> T:
        """Return ``make()``, or its earlier result under ``name`` for these very arrays.

        A batch with some arrays replaced shares the results for the others, so a result must not
        be changed.
        """
        entry = self.cache.get(name)
        if entry is None or any(a is not b for a, b in zip(entry[0], of, strict=True)):
            self.cache[name] = entry = of, make()
        value: T = entry[1]
        return value

    @property
    def weight(self) -> FloatArray:
        """Influence times salience, ``(draw, actor, issue)``."""
        return self.influence * self.salience

    def drawn(self, name: str, value: Range) -> FloatArray:
        """Return ``(draw,)`` values of a model's own uncertain parameter ``name``."""
        return _drawn(self.shares, Cell(name=name, range=value))

    def in_units(self, share: FloatArray) -> FloatArray:
        """Return shares of the scales, last axis issues, in the issues' own units."""
        return self.low + share * self.width


def _drawn(shares: Shares, cell: Cell) -> FloatArray:
    if cell.range.certain:
        return np.broadcast_to(np.float64(cell.range.low), (shares.draws,))
    return cell.range.quantile(shares(cell.name))


def sample(case: Case, draws: int, *, seed: int = 0, first: int = 0) -> Batch:
    """Return ``draws`` draws of ``case``, from number ``first`` of the run with this ``seed``."""
    return make_batch(case, RandomShares(seed, draws, first))


def cells(case: Case) -> Iterator[Cell]:
    """Yield every number of ``case`` that a model may read, in the order of the case."""
    for issue in case.issues:
        if issue.reversion is not None:
            yield Cell(name=f"{issue.id}/reversion", range=issue.reversion)
    for party in case.parties:
        for quantity in PARTY_QUANTITIES:
            yield Cell(name=f"{party.id}/{quantity}", range=getattr(party, quantity))
    for stance in case.stances:
        for quantity in STANCE_QUANTITIES:
            if (value := getattr(stance, quantity)) is not None:
                name = _stance_name(stance.issue, stance.actor, stance.condition)
                yield Cell(name=f"{name}/{quantity}", range=value)
    for tie in case.ties:
        yield Cell(name=f"{tie.source}/{tie.target}/{tie.kind}", range=tie.weight)


def uncertain_cells(case: Case) -> tuple[Cell, ...]:
    """Return the numbers of ``case`` that are ranges."""
    return tuple(cell for cell in cells(case) if not cell.range.certain)


def _stance_name(issue: str, actor: str, condition: Condition | None) -> str:
    return f"{issue}/{actor}" + (f"/if {condition}" if condition else "")


def _scaled(quantity: str, value: Range, issue: Issue) -> Range:
    """Return ``value`` in the units of the batch."""
    if quantity in ("position", "red_line_low", "red_line_high"):
        return value.on_scale(issue.scale.low, issue.scale.width)
    if quantity in ("salience", "price", "audience_cost"):
        return value.on_scale(0.0, 100.0)
    return value


class _Filling:
    """An array ``(draw, …)`` that grows its draw axis when a range is put in."""

    def __init__(self, shares: Shares, shape: tuple[int, ...], empty: float) -> None:
        self._shares = shares
        self._array = np.full((1, *shape), empty)

    def put(self, index: tuple[int, ...], cell: Cell) -> None:
        if not cell.range.certain and len(self._array) == 1 < self._shares.draws:
            self._array = np.repeat(self._array, self._shares.draws, axis=0)
        place: Any = (slice(None), *index)
        self._array[place] = _drawn(self._shares, cell)[: len(self._array)]

    def array(self) -> FloatArray:
        return np.broadcast_to(self._array, (self._shares.draws, *self._array.shape[1:]))


def make_batch(case: Case, shares: Shares) -> Batch:
    """Return ``case`` as arrays, with every range sampled by ``shares``."""
    actors = {actor.id: k for k, actor in enumerate(case.actors)}
    issues = {issue.id: k for k, issue in enumerate(case.issues)}
    parties = {party.id: k for k, party in enumerate(case.parties)}
    n_actors, n_issues, n_parties = len(actors), len(issues), len(parties)

    present = np.zeros((n_actors, n_issues), dtype=np.bool_)
    stance_arrays: dict[str, _Filling] = {
        quantity: _Filling(shares, (n_actors, n_issues), _EMPTY[quantity])
        for quantity in STANCE_QUANTITIES
    }
    overrides = []
    for stance in case.stances:
        actor, issue = actors[stance.actor], issues[stance.issue]
        row = _stance_name(stance.issue, stance.actor, stance.condition)
        values: dict[str, Cell] = {}
        for quantity in STANCE_QUANTITIES:
            if (value := getattr(stance, quantity)) is not None:
                scaled = _scaled(quantity, value, case.issues[issue])
                values[quantity] = Cell(name=f"{row}/{quantity}", range=scaled)
        if stance.condition is None:
            present[actor, issue] = True
            for name, cell in values.items():
                stance_arrays[name].put((actor, issue), cell)
        else:
            when = issues[stance.condition.issue]
            low, high = _bounds(stance.condition, case.issues[when])
            sampled = {name: _drawn(shares, cell) for name, cell in values.items()}
            overrides.append(
                Override(actor=actor, issue=issue, when=when, low=low, high=high, values=sampled)
            )

    reversion = _Filling(shares, (n_issues,), math.nan)
    requires = np.full(n_issues, -1, dtype=np.int64)
    required_low, required_high = np.full(n_issues, -math.inf), np.full(n_issues, math.inf)
    for k, entry in enumerate(case.issues):
        if entry.reversion is not None:
            scaled = _scaled("position", entry.reversion, entry)
            reversion.put((k,), Cell(name=f"{entry.id}/reversion", range=scaled))
        if entry.requires is not None:
            requires[k] = issues[entry.requires.issue]
            scale = case.issues[requires[k]].scale
            if entry.requires.at_least is not None:
                required_low[k] = (entry.requires.at_least - scale.low) / scale.width
            if entry.requires.at_most is not None:
                required_high[k] = (entry.requires.at_most - scale.low) / scale.width

    party_arrays = {}
    for name in PARTY_QUANTITIES:
        filling = _Filling(shares, (n_parties,), 0.0)
        for k, party in enumerate(case.parties):
            filling.put((k,), Cell(name=f"{party.id}/{name}", range=getattr(party, name)))
        party_arrays[name] = filling.array()

    tie_arrays = {
        kind: _Filling(shares, (n_actors, n_actors), 0.0)
        for kind in ("dependence", "intimidation", "authority")
    }
    for tie in case.ties:
        cell = Cell(name=f"{tie.source}/{tie.target}/{tie.kind}", range=tie.weight)
        tie_arrays[tie.kind].put((actors[tie.source], actors[tie.target]), cell)

    negotiator = np.full(n_parties, -1, dtype=np.int64)
    for k, actor_entry in enumerate(case.actors):
        if "negotiator" in actor_entry.role and actor_entry.party is not None:
            negotiator[parties[actor_entry.party]] = k

    def having(role: Role) -> NDArray[np.bool_]:
        return np.array([role in a.role and "outside" not in a.role for a in case.actors], bool)

    arrays: dict[str, Any] = {
        **{quantity: filling.array() for quantity, filling in stance_arrays.items()},
        **party_arrays,
        **{kind: filling.array() for kind, filling in tie_arrays.items()},
    }
    return Batch(
        actors=tuple(actors),
        issues=tuple(issues),
        parties=tuple(parties),
        low=np.array([issue.scale.low for issue in case.issues], float),
        width=np.array([issue.scale.width for issue in case.issues], float),
        present=present,
        reversion=reversion.array(),
        party_of=np.array([parties.get(a.party or "", -1) for a in case.actors], np.int64),
        negotiator=negotiator,
        veto=having("veto player"),
        voter=having("voter"),
        pressure=having("pressure group"),
        requires=requires,
        required_low=required_low,
        required_high=required_high,
        overrides=tuple(overrides),
        shares=shares,
        **arrays,
    )


def _bounds(condition: Condition, issue: Issue) -> tuple[float, float]:
    """Return the interval of ``issue``'s scale, as shares, in which ``condition`` holds."""
    if condition.point is None:
        return -math.inf, math.inf
    at = (condition.point - issue.scale.low) / issue.scale.width
    return (at, math.inf) if condition.relation == ">=" else (-math.inf, at)
