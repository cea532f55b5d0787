"""The exact solution for the weighted mean: how far one of its inputs must move."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from winset.explain.levers.movable import Move
from winset.explain.levers.stack import Page, Stack
from winset.explain.sensitivity.summary import Summary
from winset.models import Model, has_weights
from winset.models.batch import Batch
from winset.models.capabilities import WeighingModel

FloatArray = NDArray[np.float64]
NUDGE = 1e-9  # of the way: enough that rounding does not fall short


@dataclass(frozen=True, slots=True, kw_only=True)
class ExactMean:
    """How far a move must go under a model whose settlement is a weighted mean, such as `Mean`.

    With y = Σ w x / Σ w, a share t of the way of a position x_i to e gives::

        y(t) >= b   iff   Σ w x + t w_i (e − x_i) − b Σ w >= 0                        (1)

    and of a weight w_i to e::

        y(t) >= b   iff   Σ w x + t (e − w_i) x_i − b (Σ w + t (e − w_i)) >= 0        (2)

    Both are linear in t, so each draw reaches the goal on one interval of t, and the chance of
    reaching it changes at the ends of these intervals alone.

    Attributes:
        model: with its weights.
        stack: the draws.
        summary: a chance that the settlement lies within bounds.
        reach: chance at which the goal counts as reached.
        lose: whether to seek the move that loses a goal already reached.
    """

    model: WeighingModel
    stack: Stack
    summary: Summary
    reach: float
    lose: bool

    def least(self, move: Move, *, beside: Page = ()) -> float | None:
        """Return the smallest share of the way of ``move`` that suffices; None if none does.

        Args:
            move: which input, and which way.
            beside: moves already made.
        """
        batch = self.stack.pages([beside]) if beside else self.stack.base
        lines = self._lines(move, batch)
        if lines is None:
            return None
        low, high = self._intervals(*lines)
        share = self._first_lost(low, high) if self.lose else self._first_reached(low, high)
        return None if share is None else min(1.0, share + NUDGE)

    def _lines(self, move: Move, batch: Batch) -> tuple[FloatArray, ...] | None:
        """Return ``(draw,)`` Σ w x, its slope in t, Σ w, and its slope; None for no effect."""
        entry = move.movable.input
        if entry.kind != "stance" or entry.condition is not None:
            return None
        if entry.issue != self.summary.subject:
            return None
        i, k = self.stack.index(entry)
        weights = self.model.mean_weights(batch)[:, :, k]
        position = batch.position[:, :, k]
        sums, total = (weights * position).sum(axis=1), weights.sum(axis=1)
        end, nothing = self.stack.end(move), np.zeros(batch.draws)
        if entry.quantity == "position":
            return sums, weights[:, i] * (end - position[:, i]), total, nothing  # eq. 1
        if entry.quantity not in self.model.weighs:
            return None
        other_factor = np.ones(batch.draws)
        for factor in self.model.weighs:
            if factor != entry.quantity:
                other_factor = other_factor * getattr(batch, factor)[:, i, k]
        slope = other_factor * (end - getattr(batch, entry.quantity)[:, i, k])
        return sums, slope * position[:, i], total, slope  # eq. 2

    def _intervals(
        self, sums: FloatArray, rise: FloatArray, total: FloatArray, slope: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Return ``(draw,)`` ends of the shares of the way at which a draw is inside the bounds."""
        k = self.stack.base.issues.index(self.summary.subject)
        scale_low, width = self.stack.base.low[k], self.stack.base.width[k]
        low, high = np.zeros(len(sums)), np.ones(len(sums))
        for bound, sign in ((self.summary.low, 1.0), (self.summary.high, -1.0)):
            if math.isinf(bound):
                continue
            at = (bound - scale_low) / width
            level, tilt = sign * (sums - at * total), sign * (rise - at * slope)
            with np.errstate(divide="ignore", invalid="ignore"):
                root = -level / tilt
            low = np.where(tilt > 0.0, np.maximum(low, root), low)
            high = np.where(tilt < 0.0, np.minimum(high, root), high)
            never = (tilt == 0.0) & (level < 0.0)
            low = np.where(never, math.inf, low)
        return low, high

    def _needed(self, draws: int) -> float:
        return self.reach * draws - 1e-9

    def _first_reached(self, low: FloatArray, high: FloatArray) -> float | None:
        reaches = low <= high
        begins, ends = np.sort(low[reaches & (low <= 1.0)]), np.sort(high[reaches])
        inside = np.searchsorted(begins, begins, "right") - np.searchsorted(ends, begins, "left")
        reached = np.flatnonzero(inside >= self._needed(len(low)))
        return float(begins[reached[0]]) if len(reached) else None

    def _first_lost(self, low: FloatArray, high: FloatArray) -> float | None:
        reaches = low <= high
        begins, ends = np.sort(low[reaches]), np.sort(high[reaches])
        at = ends[(ends < 1.0) & (ends >= 0.0)]
        inside = np.searchsorted(begins, at, "right") - np.searchsorted(ends, at, "right")
        lost = np.flatnonzero(inside < self._needed(len(low)))
        return float(at[lost[0]]) if len(lost) else None


def exact_for(
    model: Model, stack: Stack, summary: Summary, *, reach: float, lose: bool
) -> ExactMean | None:
    """Return what solves a single move under ``model``; None for one that is no weighted mean.

    None too for a goal without bounds, and where no actor has any weight in some draw.
    """
    if not has_weights(model) or summary.kind != "within":
        return None
    k = stack.base.issues.index(summary.subject)
    if model.weighs:
        factors = [getattr(stack.base, factor)[:, :, k] for factor in model.weighs]
        if not (np.prod(factors, axis=0) > 0.0).any(axis=1).all():
            return None
    return ExactMean(model=model, stack=stack, summary=summary, reach=reach, lose=lose)
