"""The smallest changes that reach a goal: one input at a time, then two."""

import itertools
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from winset.explain.levers.mean import ExactMean
from winset.explain.levers.movable import ORDER, Movable, Move, Who
from winset.explain.levers.stack import Page
from winset.explain.sensitivity.summary import PerDraw, paired

SCREENED = 64  # draws of the first look
HALF = 0.5  # of the way: looked at beside the whole
STEPS = 6  # halvings: a change is found to a 64th of its way
PAIRED = 8  # inputs of which pairs are made, by effect; and as many of the actor's own
RAYS = 6  # pairs followed at most of each of `ORDER`, by effect
PARTS = (1.0, 0.75, 0.5, 0.25)  # of the first move, where the second is solved exactly


@dataclass(frozen=True, slots=True, kw_only=True)
class PageResult:
    """The result of one page of moves.

    Attributes:
        goal: whether the goal is reached, draw by draw.
        near: how near each draw is to it, in [0, 1]; it grows before the chance does.
    """

    goal: PerDraw
    near: PerDraw

    @property
    def merit(self) -> PerDraw:
        """The measure for ranking changes: the chance of the goal plus the nearness to it."""
        return PerDraw(total=self.goal.total + self.near.total, weight=self.goal.weight)


Solve = Callable[[Sequence[Page], bool], list[PageResult]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RankedPage:
    """A page of moves with its rank.

    Attributes:
        chance: of the goal.
        merit: the greater, the nearer to what is sought.
    """

    page: Page
    chance: float
    merit: float

    @property
    def size(self) -> float:
        """The sum of the shares of plausible ranges that are moved."""
        return sum(move.size for move in self.page)

    @property
    def who(self) -> Who:
        """Who must act: of all moves, the one furthest from the actor's own control."""
        return max((move.movable.who for move in self.page), key=ORDER.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ray:
    """Moves of the same inputs from ``start`` (goal not reached) to ``stop`` (reached)."""

    start: Page
    stop: Page

    def at(self, share: float) -> Page:
        """Return the page ``share`` of the way along."""
        return tuple(
            replace(b, share=a.share + share * (b.share - a.share))
            for a, b in zip(self.start, self.stop, strict=True)
        )


class Search:
    """One search: when the goal counts as reached, and how chances are computed."""

    def __init__(
        self,
        solve: Solve,
        *,
        base: PageResult,
        reach: float,
        lose: bool,
        most: int,
        exact: ExactMean | None = None,
    ) -> None:
        """Return a search.

        Args:
            solve: turns pages into results; its second argument says to use the first draws only.
            base: the result of the case as coded.
            reach: chance at which the goal is reached.
            lose: seek changes that lose a goal already reached.
            most: how many changes are wanted of each of `ORDER`.
            exact: solver of a single move, where there is one.
        """
        self._solve, self._base, self._reach, self._lose = solve, base, reach, lose
        self._most, self._exact = most, exact
        self.idle = 0

    def reaches(self, chance: float) -> bool:
        """Return whether ``chance`` is what is sought."""
        return chance < self._reach if self._lose else chance >= self._reach

    def singles(self, movables: Sequence[Movable]) -> tuple[list[RankedPage], list[RankedPage]]:
        """Return the smallest single moves that reach the goal, and the best that do not.

        The second list has the better direction of each input whose effect helps by more than twice
        its Monte Carlo error, the most helpful first.
        """
        best = self._candidates(movables)
        solved = self._solve([(move,) for move in best], False)
        rays, exact, helping = [], [], []
        for move, result in zip(best, solved, strict=True):
            change = self._ranked((move,), result)
            share = self._exact.least(move) if self._exact else None
            if share is not None:
                exact.append((replace(move, share=share),))
            elif not self._exact and self.reaches(change.chance):
                rays.append(_Ray(start=(replace(move, share=0.0),), stop=(move,)))
            elif self._helps(result):
                helping.append(change)
        smallest = self._checked(exact) if self._exact else self._shortened(rays)
        alone = {page[0].movable.input.name for page in (*exact, *(ray.stop for ray in rays))}
        helping = [t for t in helping if t.page[0].movable.input.name not in alone]
        return smallest, _best_of_each(helping)

    def pairs(self, helping: Sequence[RankedPage]) -> tuple[list[RankedPage], list[RankedPage]]:
        """Return the smallest pairs of moves that reach the goal, and the best that do not.

        Pairs combine ``helping`` moves, none of which reaches it alone. Each pair is followed along
        three rays: the first move in full and then the second, the reverse, and both by the same
        share.
        """
        own = [changes for changes in helping if changes.who == "self"][:PAIRED]
        chosen = {t.page[0].key: t.page[0] for t in [*helping[:PAIRED], *own]}
        both = list(itertools.combinations(chosen.values(), 2))
        changes = [
            self._ranked(p, result)
            for p, result in zip(both, self._solve(both, False), strict=True)
        ]
        changes.sort(key=lambda t: -t.merit)
        rest = [t for t in changes if not self.reaches(t.chance)]
        if self._exact:
            pages = [page for t in changes for page in self._exact_pairs(t.page)]
            return _smallest_of_each_pair(self._checked(pages)), rest
        reaching = [t for t in changes if self.reaches(t.chance)]
        followed = [t for who in ORDER for t in [t for t in reaching if t.who == who][:RAYS]]
        return _smallest_of_each_pair(
            self._shortened([ray for t in followed for ray in _rays(t.page)])
        ), rest

    def _ranked(self, page: Page, result: PageResult) -> RankedPage:
        merit = result.merit.value
        return RankedPage(
            page=page, chance=result.goal.value, merit=-merit if self._lose else merit
        )

    def _helps(self, result: PageResult) -> bool:
        change, error = paired(self._base.merit, result.merit)
        progress = -change if self._lose else change
        return progress > (1e-12 if math.isnan(error) else 2.0 * error + 1e-12)

    def _candidates(self, movables: Sequence[Movable]) -> list[Move]:
        """Return the moves to try in all draws: those that change something in the first draws.

        Each goes the whole way, or half of it where that helps more.
        """
        moves = [
            Move(movable=movable, end=end)
            for movable in movables
            for end in (movable.low, movable.high)
        ]
        whole = self._solve([(move,) for move in moves], True)
        base = self._base.merit.part(slice(0, len(whole[0].merit.total)))
        moved = [
            not np.allclose(seen.merit.total, base.total, rtol=1e-12, atol=1e-12) for seen in whole
        ]
        self.idle = sum(not any(pair) for pair in zip(moved[::2], moved[1::2], strict=True))
        active = [(m, s) for m, s, did in zip(moves, whole, moved, strict=True) if did]
        halves = [replace(move, share=HALF) for move, _ in active]
        seen = self._solve([(move,) for move in halves], True)
        return [
            half
            if self._ranked((half,), at_half).merit > self._ranked((move,), at_whole).merit
            else move
            for (move, at_whole), half, at_half in zip(active, halves, seen, strict=True)
            if move.size > 0.0
        ]

    def _exact_pairs(self, page: Page) -> Iterable[Page]:
        assert self._exact is not None
        for first, second in (page, page[::-1]):
            for part in PARTS:
                beside = (replace(first, share=part),)
                share = self._exact.least(second, beside=beside)
                if share is not None:
                    yield (*beside, replace(second, share=share))

    def _checked(self, pages: Sequence[Page]) -> list[RankedPage]:
        """Return the ``pages`` that reach the goal when the model is run, by size."""
        changes = [
            self._ranked(p, result)
            for p, result in zip(pages, self._solve(pages, False), strict=True)
        ]
        return sorted(
            (t for t in changes if self.reaches(t.chance)), key=lambda t: (t.size, -t.merit)
        )

    def _shortened(self, rays: Sequence[_Ray]) -> list[RankedPage]:
        """Return the smallest moves along ``rays`` that reach a goal that comes steadily nearer."""
        spans = [(ray, 0.0, 1.0) for ray in rays]
        for _ in range(STEPS):
            spans = self._worth_following(spans)
            results = self._solve([ray.at((low + high) / 2) for ray, low, high in spans], False)
            spans = [
                (ray, low, (low + high) / 2)
                if self.reaches(result.goal.value)
                else (ray, (low + high) / 2, high)
                for (ray, low, high), result in zip(spans, results, strict=True)
            ]
        return self._checked([ray.at(high) for ray, _, high in spans])

    def _worth_following(
        self, spans: list[tuple[_Ray, float, float]]
    ) -> list[tuple[_Ray, float, float]]:
        """Return the spans that may still end among the smallest of their kind."""

        def sized(ray: _Ray, share: float) -> RankedPage:
            return RankedPage(page=ray.at(share), chance=math.nan, merit=math.nan)

        limits = {}
        for who in ORDER:
            # Three rays may belong to one pair.
            sizes = sorted(s.size for r, _, high in spans if (s := sized(r, high)).who == who)
            limits[who] = sizes[3 * self._most - 1] if len(sizes) >= 3 * self._most else math.inf
        return [
            (ray, low, high)
            for ray, low, high in spans
            if (s := sized(ray, low)).size <= limits[s.who]
        ]


def _smallest_of_each_pair(changes: list[RankedPage]) -> list[RankedPage]:
    """Return the smallest of each pair of moves."""
    smallest: dict[frozenset[tuple[str, float]], RankedPage] = {}
    for change in changes:
        smallest.setdefault(frozenset(move.key for move in change.page), change)
    return list(smallest.values())


def _rays(page: Page) -> tuple[_Ray, ...]:
    first, second = page
    none = tuple(replace(move, share=0.0) for move in page)
    return (
        _Ray(start=(first, none[1]), stop=page),
        _Ray(start=(none[0], second), stop=page),
        _Ray(start=none, stop=page),
    )


def _best_of_each(changes: Iterable[RankedPage]) -> list[RankedPage]:
    """Return the better direction of each input, the most helpful first."""
    best: dict[str, RankedPage] = {}
    for change in sorted(changes, key=lambda t: -t.merit):
        best.setdefault(change.page[0].movable.input.name, change)
    return list(best.values())
