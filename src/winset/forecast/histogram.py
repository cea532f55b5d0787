"""Draws added up: what a forecast of any length keeps of them, in constant memory.

Each issue's scale is cut at `CELLS` + 1 even points and at every bound that a question of the case
names. What lies on such a point and what lies between two is counted apart, so that both ``>=`` and
``<=`` of a bound are exact. Means, probabilities and their Monte Carlo errors are exact up to
rounding; a quantile is off by less than one cell.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.case.quantities import parse_quantity
from winset.forecast.quantiles import quantiles
from winset.forecast.saved_arrays import Shape, check_arrays
from winset.models.base import FloatArray, IntArray, Outcome

CELLS = 4_096  # of a scale
# What is added up in each cell: w is how much a draw counts, x how far it lies from the cell's
# anchor, which keeps the differences of large sums small.
_W, _WW, _WX, _WWX, _WWXX = range(5)
# What is added up of each issue.
_SETTLED, _AGREED, _SQUARED, _OPEN, _SIGNED, _CONVERGED = range(6)


@dataclass(frozen=True, slots=True, kw_only=True)
class CellEdges:
    """Between what points draws are counted.

    Attributes:
        points: ``(point,)``, own units, ascending in each issue, issue after issue.
        starts: ``(issue + 1,)``, where the points of each issue begin, and the end.
    """

    points: FloatArray
    starts: IntArray

    def of(self, k: int) -> FloatArray:
        """Return the points of issue ``k``."""
        return self.points[self.starts[k] : self.starts[k + 1]]

    def cells(self, k: int) -> slice:
        """Return where the cells of issue ``k`` lie: before, on, after each of its points in turn.

        n points make 2 n + 1 cells, the odd ones single points.
        """
        return slice(2 * self.starts[k] + k, 2 * self.starts[k + 1] + k + 1)

    def anchors(self, k: int) -> FloatArray:
        """Return from where ``x`` is counted in each cell of issue ``k``."""
        points = self.of(k)
        anchors = np.empty(2 * len(points) + 1)
        anchors[1::2] = points
        anchors[2:-1:2] = (points[:-1] + points[1:]) / 2.0
        anchors[0], anchors[-1] = points[0], points[-1]
        return anchors


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Draws added up. Two tallies over the same edges add up to that of all their draws.

    Attributes:
        draws: how many.
        points: ``(point,)``, see `CellEdges`.
        starts: ``(issue + 1,)``, likewise.
        cells: ``(sum, cell)``, of w, w², wx, w²x and w²x² over the draws in each cell.
        sums: ``(sum, issue)``, of draws that settle, agreement, agreement², open, open × signed and
            converged; NaN for what the model does not say.
        lowest: ``(issue,)``, settlement; NaN where no draw has one.
        highest: likewise.
        together: ``(2, set)``, sums of the probability that all issues of a set are agreed, and of
            its square; no column where agreement is taken for granted.
    """

    draws: int
    points: FloatArray
    starts: IntArray
    cells: FloatArray
    sums: FloatArray
    lowest: FloatArray
    highest: FloatArray
    together: FloatArray = field(default_factory=lambda: np.empty((2, 0)))

    @property
    def edges(self) -> CellEdges:
        """Between what points draws are counted."""
        return CellEdges(points=self.points, starts=self.starts)

    def plus(self, other: "Tally") -> "Tally":
        """Return the tally of the draws of both; in floating point, the order matters."""
        return Tally(
            draws=self.draws + other.draws,
            points=self.points,
            starts=self.starts,
            cells=self.cells + other.cells,
            sums=self.sums + other.sums,
            lowest=np.fmin(self.lowest, other.lowest),
            highest=np.fmax(self.highest, other.highest),
            together=self.together + other.together,
        )

    def settled(self, k: int) -> tuple[FloatArray, FloatArray]:
        """Return the mean settlement of each cell that has any, ascending, and what it counts."""
        cells = self.cells[:, self.edges.cells(k)]
        filled = np.flatnonzero(cells[_W] > 0.0)
        weights = cells[_W, filled]
        means = self.edges.anchors(k)[filled] + cells[_WX, filled] / weights
        twice = np.repeat(self.edges.of(k), 2)
        # A mean must not be rounded out of its cell.
        lower, upper = np.append(-math.inf, twice)[filled], np.append(twice, math.inf)[filled]
        return np.clip(means, lower, upper), weights

    def alike(self, k: int) -> bool:
        """Return whether all draws that settle do so at the same point."""
        return bool(self.lowest[k] == self.highest[k])

    def quantiles(self, k: int, shares: Sequence[float]) -> tuple[float, ...]:
        """Return the settlements below which ``shares`` of the belief lie, given an agreement."""
        values, weights = self.settled(k)
        if not len(values):
            return (math.nan,) * len(shares)
        return tuple(float(value) for value in quantiles(values, weights, shares))

    def mean(self, k: int) -> tuple[float, float]:
        """Return the mean settlement, given an agreement, and its Monte Carlo error."""
        cells, anchors = self.cells[:, self.edges.cells(k)], self.edges.anchors(k)
        weight = cells[_W].sum()
        if not weight > 0.0:
            return math.nan, math.nan
        mean = (cells[_W] @ anchors + cells[_WX].sum()) / weight
        apart = anchors - mean
        squares = cells[_WWXX] + 2.0 * apart * cells[_WWX] + apart**2 * cells[_WW]
        error = math.sqrt(max(squares.sum(), 0.0)) / weight
        return float(mean), float(error) if self.sums[_SETTLED, k] > 1 else math.nan

    def chance(self, k: int, low: float, high: float) -> tuple[float, float]:
        """Return the probability that it settles within [``low``, ``high``], and its error.

        Exact for bounds that are points of the edges; else a cell that a bound cuts counts whole or
        not at all, by its mean.
        """
        cells, points = self.cells[:, self.edges.cells(k)], self.edges.of(k)
        first, last = (int(place) for place in _places(points, np.array([low, high])))
        for end in {first, last}:
            if end % 2 == 0 and cells[_W, end] > 0.0:
                middle = self.edges.anchors(k)[end] + cells[_WX, end] / cells[_W, end]
                first += end == first and middle < low
                last -= end == last and middle > high
        inside = cells[:, first : last + 1]
        return self._share(inside[_W].sum(), inside[_WW].sum())

    def agreed(self, k: int) -> tuple[float, float] | None:
        """Return the probability of an agreement and its error; None if taken for granted."""
        if math.isnan(self.sums[_AGREED, k]):
            return None
        return self._share(self.sums[_AGREED, k], self.sums[_SQUARED, k])

    def agreed_together(self, place: int) -> tuple[float, float] | None:
        """Return the probability that all issues of a set are agreed, and its error."""
        return self._share(*self.together[:, place]) if self.together.shape[1] else None

    def opens(self, k: int) -> float | None:
        """Return the probability that the issue opens."""
        return self._known(_OPEN, k)

    def signed(self, k: int) -> float | None:
        """Return the probability that the issue opens and is signed."""
        return self._known(_SIGNED, k)

    def converged(self, k: int) -> float | None:
        """Return the share of draws whose rounds had settled down."""
        return self._known(_CONVERGED, k)

    def _known(self, row: int, k: int) -> float | None:
        total = float(self.sums[row, k])
        return None if math.isnan(total) else total / self.draws

    def _share(self, total: float, squares: float) -> tuple[float, float]:
        """Return a mean over all draws and its error, from the sums of a value and its square."""
        if self.draws < 2:
            return float(total / self.draws), math.nan
        variance = max(squares - total**2 / self.draws, 0.0) / (self.draws - 1)
        return float(total / self.draws), math.sqrt(variance / self.draws)


_SHAPES: dict[str, Shape] = {
    "draws": ("i", ()),
    "points": ("f", ("point",)),
    "starts": ("i", ("start",)),
    "cells": ("f", (5, "cell")),
    "sums": ("f", (6, "issue")),
    "lowest": ("f", ("issue",)),
    "highest": ("f", ("issue",)),
    "together": ("f", (2, "set")),
}


def read_tally(parts: dict[str, Any], sizes: dict[str, int]) -> Tally:
    """Return the tally whose fields ``parts`` are, as a file has them.

    Args:
        parts: by name.
        sizes: of the axes known; ``issue`` must be among them.

    Raises:
        ValueError: when they make no tally.
        TypeError: when one of them is no field of a tally.
    """
    check_arrays(
        parts, _SHAPES, sizes | {"start": sizes["issue"] + 1}, optional=frozenset({"together"})
    )
    tally = Tally(**parts | {"draws": int(parts["draws"])})
    ends = tally.starts
    whole = ends[0] == 0 and ends[-1] == len(tally.points) and (np.diff(ends) >= 2).all()
    if not whole or len(tally.cells[0]) != 2 * len(tally.points) + sizes["issue"]:
        raise ValueError("points and cells must fit together")
    if tally.draws < 1 or not np.isfinite(tally.points).all() or not np.isfinite(tally.cells).all():
        raise ValueError("draws, points and cells must be finite, and draws at least 1")
    return tally


def edges_of(case: Case) -> CellEdges:
    """Return the points between which draws of ``case`` are counted: even ones, and those asked."""
    bounds: dict[str, list[float]] = {issue.id: [] for issue in case.issues}
    for question in case.questions:
        answer = () if question.answer is None else (question.answer,)
        for text in (*answer, *question.options.values()):
            quantity = parse_quantity(text)
            if quantity.kind == "settlement" and quantity.subject in bounds:
                bounds[quantity.subject] += filter(math.isfinite, (quantity.low, quantity.high))
    shares = np.arange(CELLS + 1) / CELLS
    points = [
        np.unique([*(issue.scale.low + shares * issue.scale.width), *bounds[issue.id]])
        for issue in case.issues
    ]
    starts = np.cumsum([0, *map(len, points)], dtype=np.int64)
    return CellEdges(points=np.concatenate(points), starts=starts)


def tally(outcome: Outcome, edges: CellEdges) -> Tally:
    """Return the tally of all draws of ``outcome``, settlements in own units."""
    settlement, agreement = outcome.settlement, outcome.agreement
    draws, issues = settlement.shape
    cells = np.zeros((5, 2 * len(edges.points) + issues))
    sums = np.full((6, issues), math.nan)
    lowest, highest = np.full((2, issues), math.nan)
    for k in range(issues):
        weights = np.ones(draws) if agreement is None else agreement[:, k]
        settled = ~np.isnan(settlement[:, k]) & (weights > 0.0)
        x, w = settlement[settled, k], weights[settled]
        sums[_SETTLED, k] = len(x)
        if agreement is not None:
            sums[[_AGREED, _SQUARED], k] = agreement[:, k].sum(), (agreement[:, k] ** 2).sum()
        if len(x):
            lowest[k], highest[k] = x.min(), x.max()
        place = _places(edges.of(k), x)
        x = x - edges.anchors(k)[place]
        own = cells[:, edges.cells(k)]
        for row, value in zip(own, (w, w * w, w * x, w * w * x, w * w * x * x), strict=True):
            row[:] = np.bincount(place, value, minlength=len(row))
    if outcome.open is not None:
        sums[_OPEN] = outcome.open.sum(axis=0)
    if outcome.signed is not None:
        opens = 1.0 if outcome.open is None else outcome.open
        sums[_SIGNED] = (opens * outcome.signed).sum(axis=0)
    if outcome.converged is not None:
        sums[_CONVERGED] = outcome.converged.sum(axis=0)
    together = np.empty((draws, 0)) if outcome.together is None else outcome.together
    return Tally(
        draws=draws,
        points=edges.points,
        starts=edges.starts,
        cells=cells,
        sums=sums,
        lowest=lowest,
        highest=highest,
        together=np.stack([together.sum(axis=0), (together**2).sum(axis=0)]),
    )


def _places(points: FloatArray, values: FloatArray) -> IntArray:
    """Return the cell that each of ``values`` lies in: odd ones on a point, even ones between."""
    left = np.searchsorted(points, values, side="left")
    return np.asarray(left + np.searchsorted(points, values, side="right"), np.int64)
