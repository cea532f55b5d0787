"""Levers: what an actor or others could change to reach a goal, and what that costs the actor."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from winset.case.model import Case
from winset.case.scenarios import BASE, apply_scenario
from winset.errors import WinsetError
from winset.explain.levers.mean import exact_for
from winset.explain.levers.movable import ORDER, Move, Who, movables
from winset.explain.levers.search import SCREENED, PageResult, RankedPage, Search
from winset.explain.levers.stack import Page, Stack
from winset.explain.sensitivity.summary import (
    PerDraw,
    Summary,
    SummaryReading,
    paired,
    read_summary,
)
from winset.models import Model, parameters
from winset.models.base import Outcome
from winset.models.batch import Batch, sample, uncertain_cells
from winset.models.defaults import DRAWS, SEED

FloatArray = NDArray[np.float64]
ROWS = 4_096  # draws solved at once: few enough that other requests do not wait long


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverMove:
    """A difference that a lever makes, with its Monte Carlo standard error, draws paired.

    Attributes:
        value: changed minus as coded.
        error: NaN with a single draw.
    """

    value: float
    error: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """One or two moves and their effects.

    Attributes:
        moves: what is moved, and how far.
        who: ``self``, ``persuade`` or ``structure``: whichever of its moves is furthest from the
            actor's own control.
        persuade: ids of the other actors whose stances move.
        size: shares of the plausible ranges that are moved, added up.
        chance: of the goal after it.
        effect: on that chance.
        reaches: whether the goal is reached; where it is reached as coded, whether it is lost.
        settlement: expected settlement after it, given an agreement, in the issue's units; NaN
            where the goal is an agreement on several issues.
        distance: change in the mean distance between the settlement, given an agreement, and the
            actor's coded position, in the issue's units; None where it has none there.
        worth: change in the actor's own expected worth, per cent of a scale's width; None for an
            actor without a stance. `worth_of` says what that is.
    """

    moves: tuple[Move, ...]
    who: Who
    persuade: tuple[str, ...]
    size: float
    chance: float
    effect: LeverMove
    reaches: bool
    settlement: float
    distance: LeverMove | None
    worth: LeverMove | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Levers:
    """What would reach a goal in a model, before any calibration.

    The chance as coded is that of a forecast with ``counted`` draws. What a lever makes of it is
    that chance plus the change over ``draws`` draws, the same before and after.

    Attributes:
        case: title.
        scenario: ``base`` for the case as coded.
        model: name.
        parameters: of the model.
        actor: id of the actor that wants the goal.
        summary: the goal: a chance.
        goal: the same as text.
        reach: chance at which the goal counts as reached.
        chance: of the goal as coded.
        error: its Monte Carlo standard error; NaN with a single draw.
        counted: draws behind ``chance``.
        reached: whether the case as coded reaches it; the levers are then those that would lose it.
        settlement: expected settlement as coded, given an agreement, in the issue's units.
        levers: the smallest that suffice, by size, single ones before pairs.
        closest: for each of `ORDER` without a lever, the single move and the pair that come
            closest.
        movable: inputs that could be moved.
        idle: how many of these changed nothing in any draw of the first look.
        beyond: share of each scale by which plausible ranges were widened.
        exact: whether single moves were solved exactly.
        draws: of each run.
        solved: draws solved in all.
        seed: of the random streams.
    """

    case: str
    scenario: str
    model: str
    parameters: dict[str, object]
    actor: str
    summary: Summary
    goal: str
    reach: float
    chance: float
    error: float
    counted: int
    reached: bool
    settlement: float
    levers: tuple[Lever, ...]
    closest: tuple[Lever, ...]
    movable: int
    idle: int
    beyond: float
    exact: bool
    draws: int
    solved: int
    seed: int

    def of(self, who: Who) -> tuple[Lever, ...]:
        """Return the levers in the hands of ``who``."""
        return tuple(lever for lever in self.levers if lever.who == who)


def read_goal(case: Case, text: str, *, issue: str | None = None) -> Summary:
    """Return the goal that ``text`` writes: an agreement, or a settlement within bounds.

    Raises:
        WinsetError: when it is neither.
    """
    goal = read_summary(case, text, issue=issue)
    if goal.kind == "settlement":
        raise WinsetError(f"a goal needs a bound: write settlement({goal.subject}) >= 60, or <= 60")
    if goal.kind == "move":
        raise WinsetError(f"{text}: levers apply to the outcome of talks, not to moves in a game")
    return goal


def worth_of(batch: Batch, actor: str, outcome: Outcome) -> FloatArray | None:
    """Return ``(draw,)`` what ``outcome`` is worth to ``actor``, per cent of a scale's width.

    Minus what it loses, its issues weighed by its salience: the distance between settlement and
    position where there is an agreement, and where there is none that between reversion and
    position and the price of no agreement, all as the batch has them. None for an actor without a
    stance.
    """
    i = batch.actors.index(actor)
    issues = np.flatnonzero(batch.present[i])
    if not len(issues):
        return None
    position, price = batch.position[:, i, issues], batch.price[:, i, issues]
    settled = outcome.settlement[:, issues]
    agreed = np.ones(settled.shape) if outcome.agreement is None else outcome.agreement[:, issues]
    apart = np.nan_to_num(np.abs(settled - position))
    # Where an agreement is taken for granted, what holds without one need not be known.
    without = np.abs(np.nan_to_num(batch.reversion[:, issues]) - position) + price
    loss = agreed * apart + (1.0 - agreed) * without
    weight = batch.salience[:, i, issues]
    weightless = weight.sum(axis=1, keepdims=True) == 0.0
    weight = np.where(weightless, 1.0, weight)
    return np.asarray(-100.0 * (weight * loss).sum(axis=1) / weight.sum(axis=1))


def find_levers(
    case: Case,
    model: Model,
    *,
    actor: str,
    goal: str,
    issue: str | None = None,
    reach: float = 0.5,
    beyond: float = 0.0,
    draws: int = 256,
    seed: int = SEED,
    scenario: str | None = None,
    counted: int = DRAWS,
    most: int = 3,
    progress: Callable[[int], None] | None = None,
) -> Levers:
    """Return the smallest changes of ``case`` after which ``goal`` is reached in ``model``.

    A goal is reached when its chance in the model, uncalibrated, is ``reach`` or more. A change
    moves one input, or two, part of the way to an end of its plausible range. Under the model
    `Mean` the length of a single move is solved exactly. Under others it is searched to a 64th of
    the way, which assumes that the goal comes steadily closer. The search goes up to the end of the
    range, or half way if 64 draws show that half way helps more. Pairs combine moves that help but
    are not enough alone.

    Args:
        case: the case as coded.
        model: any model.
        actor: id of the actor that wants the goal; what it can do itself comes first.
        goal: ``agreement(issue)``, ``agreement(all)``, ``settlement(issue) >= 60``, ``<= 60`` or
            ``between … and …``.
        issue: id of the issue where ``goal`` names none.
        reach: chance, in (0, 1].
        beyond: share of a quantity's scale by which its plausible range is wider than the coded
            one, at either side.
        draws: of each run, all on the same random numbers.
        seed: of them.
        scenario: name of one of the case's scenarios.
        counted: draws behind the chance as coded, as many as a forecast's.
        most: how many to keep, single ones and pairs each, for each of `ORDER`.
        progress: called with the draws solved so far; their total is not known in advance.

    Raises:
        WinsetError: when the actor or issue is unknown, the goal is not a chance, nothing can be
            moved or the model cannot be applied.
    """
    if not 0.0 < reach <= 1.0:
        raise WinsetError(f"reach must be above 0 and at most 1; found {reach:g}")
    if not 0.0 <= beyond <= 1.0:
        raise WinsetError(f"beyond must be between 0 and 1, a share of a scale; found {beyond:g}")
    if draws < 1:
        raise WinsetError(f"draws must be 1 or more; found {draws}")
    if not case.issues or not case.stances:
        raise WinsetError("the case has no stances yet: code at least one issue and one stance")
    changed = apply_scenario(case, scenario)
    chosen = movables(changed, actor, beyond=beyond)
    summary = read_goal(changed, goal, issue=issue)
    if not chosen:
        raise WinsetError(
            "nothing can be moved: no number of this case is a range; widen the plausible ranges "
            "with --beyond, in per cent of each scale"
        )
    if not model.random and not uncertain_cells(changed):
        draws = counted = 1
    counted = max(counted, draws)
    runs = _LeverRuns(
        changed, model, summary, actor=actor, draws=draws, counted=counted, seed=seed,
        progress=progress,
    )  # fmt: skip
    reached = runs.chance >= reach
    exact = exact_for(model, runs.stack, summary, reach=reach - runs.shift, lose=reached)
    search = Search(runs.solve, base=runs.seen, reach=reach, lose=reached, most=most, exact=exact)
    singles, helping = search.singles(chosen)
    pairs, almost = search.pairs(helping)
    chosen_changes = [
        t for group in (singles, pairs) for who in ORDER for t in _first(group, who, most)
    ]
    closest = [
        change
        for who in ORDER
        if not any(lever.who == who for lever in chosen_changes)
        for group in (helping, almost)
        for change in _first(group, who, 1)
    ]
    return Levers(
        case=case.title,
        scenario=scenario or BASE,
        model=model.name,
        parameters=parameters(model),
        actor=actor,
        summary=summary,
        goal=str(summary),
        reach=reach,
        chance=runs.chance,
        error=runs.error,
        counted=counted,
        reached=reached,
        settlement=runs.settlement,
        levers=tuple(runs.lever(change, search) for change in chosen_changes),
        closest=tuple(runs.lever(change, search) for change in closest),
        movable=len(chosen),
        idle=search.idle,
        beyond=beyond,
        exact=exact is not None,
        draws=draws,
        solved=runs.solved,
        seed=seed,
    )


def _first(changes: Sequence[RankedPage], who: Who, most: int) -> list[RankedPage]:
    return [change for change in changes if change.who == who][:most]


class _LeverRuns:
    """The batch of one search, its changed copies, and what they are worth to the actor."""

    def __init__(
        self,
        case: Case,
        model: Model,
        summary: Summary,
        *,
        actor: str,
        draws: int,
        counted: int,
        seed: int,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._summary, self._progress = summary, progress
        self._model, self._actor = model, actor
        self.stack = Stack(case, draws=draws, seed=seed)
        few = draws if draws < SCREENED else SCREENED
        self._few = self.stack if few == draws else Stack(case, draws=few, seed=seed)
        self._reading = SummaryReading(case, model, summary)
        # Several issues settle at several points: no one number stands for them.
        self._mean = (
            None
            if summary.together
            else SummaryReading(case, model, Summary(kind="settlement", subject=summary.subject))
        )
        self._reading.check(self._few.base)
        self._outcome = model.solve(self.stack.base)
        self.base = self._reading.of(self.stack.base, self._outcome)
        full = self.stack.base if counted == draws else sample(case, counted, seed=seed)
        outcome = self._outcome if counted == draws else model.solve(full)
        number = self._reading.of(full, outcome)
        self.chance, self.error = number.value, number.error
        # Few draws give the change, many the number that is changed.
        self.shift = self.chance - self.base.value
        self.settlement = self._settles(full, outcome)
        self._apart = self.settlement - self._settles(self.stack.base, self._outcome)
        self.solved = draws if counted == draws else draws + counted

    @property
    def seen(self) -> PageResult:
        """How the case fares as coded."""
        return self._seen(self.stack.base, self._outcome)

    def solve(self, pages: Sequence[Page], few: bool) -> list[PageResult]:
        """Return how each of ``pages`` fares; in the first draws alone if ``few``."""
        stack, results = self._few if few else self.stack, []
        draws = stack.base.draws
        at_once = max(1, ROWS // draws)
        for begin in range(0, len(pages), at_once):
            some = pages[begin : begin + at_once]
            batch = stack.pages(some)
            result = self._seen(batch, self._model.solve(batch))
            self.solved += draws * len(some)
            rows = [slice(n * draws, (n + 1) * draws) for n in range(len(some))]
            results += [
                PageResult(goal=result.goal.part(r), near=result.near.part(r)) for r in rows
            ]
            if self._progress is not None:
                self._progress(self.solved)
        return results

    def _seen(self, batch: Batch, outcome: Outcome) -> PageResult:
        goal = self._reading.of(batch, outcome)
        shifted = replace(goal, total=goal.total + self.shift * goal.weight)
        return PageResult(goal=shifted, near=self._near(batch, outcome))

    def _near(self, batch: Batch, outcome: Outcome) -> PerDraw:
        """Return how near each draw is to the goal: within bounds, half plus how deep inside."""
        summary, ones = self._summary, np.ones(batch.draws)
        if summary.kind == "agreement":
            return self._reading.of(batch, outcome)
        k = batch.issues.index(summary.subject)
        agreed = ones if outcome.agreement is None else outcome.agreement[:, k]
        settled = batch.in_units(outcome.settlement)[:, k]
        # Shares of the scale: positive inside the bounds, negative outside.
        depth = np.minimum(settled - summary.low, summary.high - settled) / batch.width[k]
        near = np.nan_to_num(0.5 + 0.5 * np.clip(depth, -1.0, 1.0), nan=0.0)
        return PerDraw(total=agreed * near, weight=ones)

    def lever(self, change: RankedPage, search: Search) -> Lever:
        """Return what the moves of ``tried`` do, all told."""
        batch = self.stack.pages([change.page])
        outcome = self._model.solve(batch)
        self.solved += batch.draws
        goal = self._reading.of(batch, outcome)
        stances = [m.movable.input for m in change.page if m.movable.who == "persuade"]
        return Lever(
            moves=change.page,
            who=change.who,
            persuade=tuple(dict.fromkeys(str(entry.actor) for entry in stances)),
            size=change.size,
            chance=min(max(goal.value + self.shift, 0.0), 1.0),
            effect=LeverMove(**dict(zip(("value", "error"), paired(self.base, goal), strict=True))),
            reaches=search.reaches(goal.value + self.shift),
            settlement=self._settles(batch, outcome) + self._apart,
            distance=self._distance(outcome),
            worth=self._worth(outcome),
        )

    def _settles(self, batch: Batch, outcome: Outcome) -> float:
        """Return the expected settlement; NaN where several issues are asked for together."""
        return math.nan if self._mean is None else self._mean.of(batch, outcome).value

    def _distance(self, outcome: Outcome) -> LeverMove | None:
        """Positions are the coded ones: what an actor gives up does not change what it wants."""
        if self._mean is None:
            return None
        base = self.stack.base
        k, i = base.issues.index(self._mean.summary.subject), base.actors.index(self._actor)
        if not base.present[i, k]:
            return None
        position = base.position[:, i, k]

        def apart(solved: Outcome) -> PerDraw:
            settled = solved.settlement[:, k]
            agreed = 1.0 if solved.agreement is None else solved.agreement[:, k]
            weight = np.where(np.isnan(settled), 0.0, agreed)
            far = np.nan_to_num(np.abs(settled - position)) * base.width[k]
            return PerDraw(total=weight * far, weight=weight)

        value, error = paired(apart(self._outcome), apart(outcome))
        return LeverMove(value=value, error=error)

    def _worth(self, outcome: Outcome) -> LeverMove | None:
        before = worth_of(self.stack.base, self._actor, self._outcome)
        after = worth_of(self.stack.base, self._actor, outcome)
        if before is None or after is None:
            return None
        gain = after - before
        error = float(gain.std(ddof=1) / math.sqrt(len(gain))) if len(gain) > 1 else math.nan
        return LeverMove(value=float(gain.mean()), error=error)
