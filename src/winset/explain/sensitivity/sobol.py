"""Sobol indices of a function of the unit cube: how much of its variance hangs on which input."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
ROWS = 4_096  # of a design that are handed to the function at once, or one page if that is longer
LAST = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Indices with their intervals: estimates, which may be below 0 or above 1.

    Attributes:
        value: ``(column,)``.
        low: ``(column,)``, lower end of the bootstrap interval.
        high: ``(column,)``, upper end.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Indices:
    """Where the variance of a function comes from.

    Attributes:
        variance: of the function; where it is 0 the indices mean nothing and are 0.
        first: share of it that goes away, on average, once the input alone is known.
        total: share that stays, on average, while everything but the input is known.
    """

    variance: float
    first: Estimates
    total: Estimates


def unit_design(columns: int, *, points: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Return two independent ``(point, column)`` designs of [0, 1), from scrambled Sobol' points.

    Args:
        columns: how many inputs.
        points: a power of two.
        seed: of the scrambling.
    """
    from scipy.stats import qmc  # half a second to import, of which most commands need nothing

    engine = qmc.Sobol(d=2 * columns, rng=np.random.default_rng(seed), bits=64)
    # 64 random bits may round up to 1, which lies outside every stream.
    both = np.minimum(engine.random(points), LAST)
    return both[:, :columns], both[:, columns:]


def sobol(
    function: Callable[[FloatArray], FloatArray],
    columns: int,
    *,
    points: int,
    seed: int = 0,
    of: Sequence[int] | None = None,
    resamples: int = 499,
    confidence: float = 0.95,
    progress: Callable[[int], None] | None = None,
) -> Indices:
    """Return first-order and total indices of ``function``.

    Estimators of Saltelli et al. 2010 (table 2 b and f), as in `scipy.stats.sobol_indices`, with
    percentile bootstrap intervals over the points of the design.

    Args:
        function: takes ``(m · points, column)`` numbers in [0, 1), uniform and independent, and
            returns ``(m · points,)`` values. Rows ``points`` apart are the same draw: what else is
            random in it must be the same there.
        columns: how many inputs, 1 or more.
        points: of the design, a power of two; ``points · (len(of) + 2)`` rows are evaluated.
        seed: of the design and the bootstrap.
        of: columns whose indices are wanted; all unless given. The others vary all the same.
        resamples: of the bootstrap.
        confidence: of its intervals.
        progress: called with the number of rows done.

    References:
        Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola 2010, Variance based sensitivity
        analysis of model output, Computer Physics Communications 181.
    """
    indexed = list(range(columns) if of is None else of)
    first, second = unit_design(columns, points=points, seed=seed)
    at_first, at_second = np.split(function(np.vstack([first, second])), 2)
    crossed = np.empty((len(indexed), points))
    pages = max(1, ROWS // points)
    for begin in range(0, len(indexed), pages):
        chosen = indexed[begin : begin + pages]
        design = np.tile(first, (len(chosen), 1))
        for page, column in enumerate(chosen):
            design[page * points : (page + 1) * points, column] = second[:, column]
        crossed[begin : begin + pages] = function(design).reshape(-1, points)
        if progress is not None:
            progress(points * (2 + begin + len(chosen)))
    return _indices(at_first, at_second, crossed, seed, resamples, confidence)


def _indices(
    at_first: FloatArray,
    at_second: FloatArray,
    crossed: FloatArray,
    seed: int,
    resamples: int,
    confidence: float,
) -> Indices:
    from scipy.stats import bootstrap, sobol_indices

    count, points = crossed.shape
    both = np.concatenate([at_first, at_second])
    if not count or np.ptp(both) <= 1e-12 * max(1.0, float(np.abs(both).max())):
        none = Estimates(value=np.zeros(count), low=np.zeros(count), high=np.zeros(count))
        variance = float(both.var()) if not count else 0.0
        return Indices(variance=variance, first=none, total=none)
    # SciPy squeezes a single input away: an input without effect stands beside it.
    crossed = np.vstack([crossed, at_first])

    def both_orders(rows: NDArray[np.int64]) -> FloatArray:
        indices = sobol_indices(
            func={
                "f_A": at_first[None, rows],
                "f_B": at_second[None, rows],
                "f_AB": crossed[:, None, rows],
            },
            n=points,
        )
        return np.stack([indices.first_order, indices.total_order])[:, :count]

    every = np.arange(points)
    value = both_orders(every)
    interval = bootstrap(
        [every],
        both_orders,
        n_resamples=resamples,
        confidence_level=confidence,
        vectorized=False,
        method="percentile",
        rng=np.random.default_rng([seed, 1]),
    ).confidence_interval
    orders = [
        Estimates(value=value[k], low=interval.low[k], high=interval.high[k]) for k in range(2)
    ]
    return Indices(variance=float(both.var()), first=orders[0], total=orders[1])
