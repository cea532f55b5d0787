"""The issues of a batch in their order: each is solved given which others are agreed."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Protocol

import numpy as np

from winset.case.ranges import Range
from winset.errors import WinsetError, nearest
from winset.models.base import BoolArray, FloatArray, IntArray
from winset.models.batch import Batch
from winset.models.central import known_reversion
from winset.models.kernels.logistic import logits
from winset.models.kernels.quota import rounded_votes
from winset.models.kernels.ratification import EDGE, INFLUENCE, SALIENCE, TINY, IssueTable
from winset.models.kernels.two_level import SolvedTable
from winset.models.two_level.ratifiers import Seats, pairs, seats_of
from winset.models.two_level.solving import Solving, memory_of

STANCE = (
    "position", "price", "red_line_low", "red_line_high", "audience_cost", "salience", "influence",
)  # fmt: skip
LEAST_SHARE = 2.0**-54  # stands for a uniform number of 0, below the least other one


class Settings(Protocol):
    """The fields of a two-level model that are needed here; the model describes them."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def information(self) -> str: ...  # noqa: D102
    @property
    def rule(self) -> str: ...  # noqa: D102
    @property
    def proposer(self) -> str: ...  # noqa: D102
    @property
    def tau(self) -> Range: ...  # noqa: D102
    @property
    def kappa(self) -> Range: ...  # noqa: D102
    @property
    def grid(self) -> int: ...  # noqa: D102


class Talks:
    """The issues of one batch. Each can be solved in a world where certain others are agreed."""

    def __init__(self, model: Settings, batch: Batch, solve: Solving | None = None) -> None:
        self._model, self._batch, self._solve = model, batch, solve or memory_of(batch)
        self._reversion = known_reversion(batch, model.name)
        self._tau = _plain(batch.drawn(f"{model.name}/tau", model.tau))
        self._kappa = _plain(batch.drawn(f"{model.name}/kappa", model.kappa))
        self._lent = batch.once("lent", (batch.dependence,), partial(_lent, batch.dependence))
        pressing = batch.once("pressing", (batch.intimidation,), partial(pairs, batch.intimidation))
        leaning = list(self._lent)
        issues = range(len(batch.issues))
        self.seats = [seats_of(batch, k, leaning, pressing) for k in issues]
        self.point = np.arange(model.grid) / (model.grid - 1)
        self._solved: dict[tuple[int, frozenset[int]], SolvedTable] = {}
        self._check()

    def _check(self) -> None:
        batch, model = self._batch, self._model
        if model.proposer and model.proposer not in batch.parties:
            raise WinsetError(
                f"model “{model.name}”: proposer: no party “{model.proposer}” in this case; "
                f"{nearest(model.proposer, batch.parties)}"
            )
        empty, absent = [], []
        for issue, seats in zip(batch.issues, self.seats, strict=True):
            parties = [batch.parties[p] for p in seats.parties]
            if not parties:
                empty.append(issue)
            elif model.proposer and model.proposer not in parties:
                absent.append(issue)
        if empty:
            raise WinsetError(
                f"model “{model.name}” needs a party at the table on every issue; none on "
                f"{', '.join(empty)}; give each party's negotiator the role “negotiator” in "
                "actors.csv and a row on the issue in stances.csv"
            )
        if absent:
            raise WinsetError(
                f"model “{model.name}”: proposer “{model.proposer}” is not at the table on "
                f"{', '.join(absent)}; give its negotiator a row there in stances.csv, or choose "
                "another rule"
            )

    def chain(self, k: int) -> frozenset[int]:
        """Return the issues that must be agreed before issue ``k`` opens."""
        return frozenset(self._required(k))

    def _required(self, k: int) -> Iterator[int]:
        while (k := int(self._batch.requires[k])) >= 0:
            yield k

    def _bearing(self, k: int) -> frozenset[int]:
        """Return the issues whose outcome may change how ``k`` is solved."""
        looked = {o.when for o in self._batch.overrides if o.issue == k}
        looked |= {r for j in looked for r in self._required(j)}
        return frozenset(looked).union(*(self._bearing(j) for j in looked))

    def solved(self, k: int, agreed_issues: frozenset[int]) -> SolvedTable:
        """Return issue ``k`` solved in the world where ``agreed_issues`` are agreed."""
        key = (k, agreed_issues & self._bearing(k))
        if key not in self._solved:
            model, batch = self._model, self._batch
            proposer = -1
            if model.proposer:
                at = batch.parties.index(model.proposer)
                proposer = int(np.flatnonzero(self.seats[k].parties == at)[0])
            self._solved[key] = self._solve(
                self.table(k, agreed_issues, known=model.information == "complete"),
                rule=model.rule,
                proposer=proposer,
            )
        return self._solved[key]

    def passes(self, k: int, agreed_issues: frozenset[int]) -> FloatArray:
        """Return ``(draw,)`` probabilities that an open issue ``k`` is signed and ratified."""
        solved = self.solved(k, agreed_issues)
        return np.where(solved.place >= 0, solved.ratified.prod(axis=1), 0.0)

    def opens(self, k: int) -> FloatArray:
        """Return ``(draw,)`` probabilities that what issue ``k`` requires is agreed."""
        batch, agreed_issues = self._batch, self.chain(k)
        chance = np.ones(batch.draws)
        while (needed := int(batch.requires[k])) >= 0:
            within = self._within(
                needed, batch.required_low[k], batch.required_high[k], agreed_issues
            )
            chance *= within * self.passes(needed, agreed_issues)
            k = needed
        return chance

    def together(self, issues: Iterable[int]) -> FloatArray:
        """Return ``(draw,)`` probabilities that all of ``issues`` are agreed.

        Each needs what it requires, far enough. Given the draw, types are independent: by the chain
        rule this is the product of each issue's probability in the world where all are agreed.
        """
        needed = frozenset(issues).union(*(self.chain(k) for k in issues))
        chance = np.ones(self._batch.draws)
        for k in sorted(needed):
            chance *= self.passes(k, needed)
            if (required := int(self._batch.requires[k])) >= 0:
                bounds = self._batch.required_low[k], self._batch.required_high[k]
                chance *= self._within(required, *bounds, needed)
        return chance

    def looks_elsewhere(self, k: int) -> bool:
        """Return whether a condition on ``k`` looks at an issue that ``k`` does not require."""
        return not self._bearing(k) <= self.chain(k)

    def _within(self, k: int, low: float, high: float, agreed_issues: frozenset[int]) -> BoolArray:
        place = self.solved(k, agreed_issues).place
        point = self.point[place]
        inside = (point >= low - EDGE) & (point <= high + EDGE)
        return np.asarray((place >= 0) & inside)

    def _agreed(self, k: int, low: float, high: float, agreed_issues: frozenset[int]) -> BoolArray:
        """Return whether the draw has issue ``k`` agreed, and between ``low`` and ``high``."""
        batch = self._batch
        agreed = self._within(k, low, high, agreed_issues)
        if k not in agreed_issues:
            lot = batch.shares(f"{self._model.name}/{batch.issues[k]}/ratified")
            agreed &= lot < self.passes(k, agreed_issues)
            if (needed := int(batch.requires[k])) >= 0:
                bounds = batch.required_low[k], batch.required_high[k]
                agreed &= self._agreed(needed, *bounds, agreed_issues)
        return agreed

    def _stances(self, k: int, agreed_issues: frozenset[int]) -> FloatArray:
        """Return ``(draw, quantity, actor)`` stances of those seated, conditions decided."""
        batch, seats = self._batch, self.seats[k]
        of = tuple(getattr(batch, name) for name in STANCE)
        key = "stances", k, seats.actors.tobytes()
        stances = batch.once(key, of, partial(_seated, of, seats.actors, k))
        overrides = [o for o in batch.overrides if o.issue == k and o.actor in seats.actors]
        if overrides:
            stances = stances.copy()
        for override in overrides:
            holds = self._agreed(override.when, override.low, override.high, agreed_issues)
            i = np.searchsorted(seats.actors, override.actor)
            for name, values in override.values.items():
                column = stances[:, STANCE.index(name), i]
                np.copyto(column, values, where=holds)
        return stances

    def table(self, k: int, agreed_issues: frozenset[int], *, known: bool) -> IssueTable:
        """Return issue ``k`` as the kernel takes it, with types if they are ``known``."""
        batch, seats, draws = self._batch, self.seats[k], self._batch.draws
        stance = self._stances(k, agreed_issues)
        ratifiers = np.searchsorted(seats.actors, seats.ratifiers)
        shift = np.zeros((draws, len(seats.rows)))
        on_ratifiers = shift[:, len(seats.parties) :]
        on_ratifiers[:] = self._kappa[:, None] * (1.0 - stance[:, SALIENCE, ratifiers])
        if known:
            for r, i in enumerate(seats.ratifiers):
                share = batch.shares(f"{batch.issues[k]}/{batch.actors[i]}/type")
                on_ratifiers[:, r] += self._tau * logits(np.maximum(share, LEAST_SHARE))
        shielded = 1.0 - batch.unity[:, batch.party_of[seats.press.source]]
        press = batch.intimidation[:, seats.press.target, seats.press.source] * shielded
        power = batch.power[:, seats.parties]
        most = power.max(axis=1, keepdims=True)
        votes, need = self._votes(seats, stance[:, INFLUENCE, ratifiers])
        return IssueTable(
            point=self.point,
            reversion=_plain(self._reversion[:, k]),
            tau=self._tau,
            stance=stance,
            lean_first=seats.lean.first,
            lean_on=np.searchsorted(seats.actors, seats.lean.target),
            lean=batch.once(
                ("lean", k, seats.rows.tobytes()),
                (batch.dependence,),
                partial(self._lean, seats),
            ),
            press_first=seats.press.first,
            press_by=np.searchsorted(seats.actors, seats.press.target),
            press=_plain(press),
            shift=shift,
            first=seats.first,
            voters=seats.voters,
            votes=votes,
            need=need,
            power=_plain(np.divide(power, most, out=np.ones(power.shape), where=most > 0.0)),
            known=known,
        )

    def _lean(self, seats: Seats) -> FloatArray:
        """Return ``(draw, edge)`` weights; an actor keeps the weight that it does not lend."""
        lean = np.empty((self._batch.draws, len(seats.lean.source)))
        for e, (i, j) in enumerate(zip(seats.lean.source, seats.lean.target, strict=True)):
            if i != j:
                lean[:, e] = self._lent[i, j]
                continue
            own_weight = 1.0 - sum(lent for (source, _), lent in self._lent.items() if source == i)
            lean[:, e] = np.where(own_weight < TINY, 0.0, own_weight)
        return lean

    def _votes(self, seats: Seats, influence: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the votes of ratifiers without a veto, and how many of them are needed."""
        batch = self._batch
        votes = _plain(influence * batch.voter[seats.ratifiers])
        need = np.empty((batch.draws, len(seats.parties)))
        for p, party in enumerate(seats.parties):
            first, free, last = seats.first[p], seats.voters[p], seats.first[p + 1]
            votes[:, free:last] = rounded_votes(votes[:, free:last])
            total = votes[:, first:last].sum(axis=1)
            # Where all veto players accept, those of them with a vote have voted yes.
            need[:, p] = (batch.quota[:, party] - TINY) * total
            need[:, p] -= votes[:, first:free].sum(axis=1)
        return votes, need


def _lent(dependence: FloatArray) -> dict[tuple[int, int], FloatArray]:
    """Return ``(draw,)`` weights by who leans on whom."""
    return {(i, j): np.array(dependence[:, i, j]) for i, j in pairs(dependence)}


def _seated(of: tuple[FloatArray, ...], actors: IntArray, k: int) -> FloatArray:
    stances = np.empty((len(of[0]), len(of), len(actors)))
    for row, values in enumerate(of):
        stances[:, row] = values[:, actors, k]
    return stances


def _plain(values: FloatArray) -> FloatArray:
    """Return a copy in the memory layout for which the kernels are compiled."""
    return np.array(values, dtype=float, order="C")
