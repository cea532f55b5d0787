"""Sobol indices of a function of the unit cube: how much of its variance each input causes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
ROWS = 4_096  # of a design that the function gets at once, or one page if that is longer
LAST = float(np.nextafter(1.0, 0.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Indices with their intervals. As estimates they may be below 0 or above 1.

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
) -> Indices:
    """Return first-order and total indices of ``function``.

    Estimators of Saltelli et al. 2010 (table 2 b and f), as in `scipy.stats.sobol_indices`, with
    percentile bootstrap intervals over the points of the design.

    Args:
        function: takes ``(m · points, column)`` numbers in [0, 1), uniform and independent, and
            returns ``(m · points,)`` values. Rows ``points`` apart are the same draw, and must have
            the same chance events.
        columns: how many inputs, 1 or more.
        points: of the design, a power of two; ``points · (len(of) + 2)`` rows are evaluated.
        seed: of the design and the bootstrap.
        of: columns whose indices are wanted; by default all. The others vary too.
        resamples: of the bootstrap.
        confidence: of its intervals.

    References:
        Saltelli, Annoni, Azzini, Campolongo, Ratto and Tarantola 2010, Variance based sensitivity
        analysis of model output, Computer Physics Communications 181.
    """
    return sobol_of_designs(
        lambda designs: map(function, designs),
        columns,
        points=points,
        seed=seed,
        of=of,
        resamples=resamples,
        confidence=confidence,
    )


def sobol_of_designs(
    evaluate: Callable[[Iterable[FloatArray]], Iterable[FloatArray]],
    columns: int,
    *,
    points: int,
    seed: int = 0,
    of: Sequence[int] | None = None,
    resamples: int = 499,
    confidence: float = 0.95,
) -> Indices:
    """Return `sobol` of a function that ``evaluate`` applies to each of several designs."""
    indexed = list(range(columns) if of is None else of)
    first, second = unit_design(columns, points=points, seed=seed)
    pages = max(1, ROWS // points)
    chosen = [indexed[begin : begin + pages] for begin in range(0, len(indexed), pages)]

    def designs() -> Iterator[FloatArray]:
        yield np.vstack([first, second])
        for some in chosen:
            design = np.tile(first, (len(some), 1))
            for page, column in enumerate(some):
                design[page * points : (page + 1) * points, column] = second[:, column]
            yield design

    both, *crossed = evaluate(designs())
    at_first, at_second = np.split(both, 2)
    crossed_rows = np.concatenate([np.empty(0), *crossed]).reshape(len(indexed), points)
    return _indices(at_first, at_second, crossed_rows, seed, resamples, confidence)


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
    # SciPy drops the axis of a single input, so an input without effect is added.
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
