"""Scores of forecasts against what happened: plain functions of arrays, no case and no model.

Errors, intervals and ranked probability scores are in the units of their arguments.
Uncertainty is always by group: cases of one group (issues of one proposal) are not independent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
RESAMPLES = 2_000
# With fewer, intervals from resampled groups are too narrow (Cameron, Gelbach and Miller 2008).
FEW_GROUPS = 20
# 80 % power at the 5 % level, two-sided: z(.975) + z(.80).
POWER = 2.8015


def brier(probability: ArrayLike, happened: ArrayLike) -> FloatArray:
    """Return the squared difference between probability and event (Brier 1950): 0 is best, 1 worst.

    >>> brier([0.9, 0.9], [True, False]).round(2).tolist()
    [0.01, 0.81]
    """
    p, y = _events(probability, happened)
    return (p - y) ** 2


def log_score(probability: ArrayLike, happened: ArrayLike, *, least: float = 1e-6) -> FloatArray:
    """Return minus the logarithm (base e) of the probability given to what happened; 0 is best.

    A probability below ``least`` counts as ``least``; otherwise one certain error would outweigh
    all other scores.

    >>> log_score([0.5], [True]).round(3).tolist()
    [0.693]
    """
    p, y = _events(probability, happened)
    likelihood = np.where(y == 1.0, p, 1.0 - p)
    return -np.log(np.maximum(likelihood, least))


def _events(probability: ArrayLike, happened: ArrayLike) -> tuple[FloatArray, FloatArray]:
    p, y = np.asarray(probability, float), np.asarray(happened, float)
    if not ((p >= 0.0) & (p <= 1.0)).all():
        raise ValueError("a probability must lie in [0, 1]")
    if not ((y == 0.0) | (y == 1.0)).all():
        raise ValueError("an event must be 0 or 1")
    return p, y


def crps(values: ArrayLike, weights: ArrayLike | None, outcome: float) -> float:
    """Return the continuous ranked probability score of weighted draws: 0 is best.

    ``E|X - y| - E|X - X'| / 2`` (Gneiting and Raftery 2007, eq. 21), exact for the distribution of
    the draws; a single draw scores its absolute error.

    Args:
        values: ``(draw,)``.
        weights: ``(draw,)``, 0 or more; None for equal ones.
        outcome: what happened.

    >>> crps([0.0, 100.0], None, 50.0), crps([40.0], None, 50.0)
    (25.0, 10.0)
    """
    x = np.asarray(values, float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, float)
    if not len(x) or not w.sum() > 0.0:
        raise ValueError("the score of no draws is not defined")
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order] / w.sum()
    below = np.cumsum(w) - w / 2.0  # E|X - X'| = 2 sum w x (2 F - 1) over the sorted draws
    return float(w @ np.abs(x - outcome) - w @ (x * (2.0 * below - 1.0)))


def binned_log_score(
    values: ArrayLike, weights: ArrayLike | None, outcome: float, *, edges: ArrayLike
) -> float:
    """Return minus the logarithm of the probability given to the bin in which the outcome lies.

    Draws have no density, so the scale is cut into bins. Half a draw is added to each (Jeffreys'
    prior), since a bin without draws is not impossible.

    Args:
        values: ``(draw,)``.
        weights: ``(draw,)``; None for equal ones.
        outcome: what happened.
        edges: ``(bin + 1,)``, rising; the last bin holds its upper end.
    """
    bounds = np.asarray(edges, float)
    x = np.asarray(values, float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, float)
    inside = np.histogram(x, bounds, weights=w * len(x) / w.sum())[0] + 0.5
    k = min(int(np.searchsorted(bounds, outcome, side="right")) - 1, len(inside) - 1)
    return float(-math.log(inside[max(k, 0)] / inside.sum()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One bin of a reliability diagram.

    Attributes:
        low: end of the bin of probabilities.
        high: the other.
        count: forecasts in it.
        forecast: their mean probability; NaN where there is none.
        happened: share of the events that happened; NaN where there is none.
    """

    low: float
    high: float
    count: int
    forecast: float
    happened: float


def reliability(
    probability: ArrayLike, happened: ArrayLike, *, bins: int = 10
) -> tuple[Reliability, ...]:
    """Return how often events happened, by bins of the probability (Murphy 1973)."""
    p, y = _events(probability, happened)
    which = np.minimum((p * bins).astype(int), bins - 1)
    rows = []
    for k in range(bins):
        in_bin = which == k
        none = not in_bin.any()
        rows.append(
            Reliability(
                low=k / bins,
                high=(k + 1) / bins,
                count=int(in_bin.sum()),
                forecast=math.nan if none else float(p[in_bin].mean()),
                happened=math.nan if none else float(y[in_bin].mean()),
            )
        )
    return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its uncertainty over groups.

    Attributes:
        value: the mean over all cases.
        low: end of the 95 % interval; NaN where all cases are of one group.
        high: the other, likewise.
        error: standard error, likewise.
    """

    value: float
    low: float
    high: float
    error: float

    @property
    def bar(self) -> tuple[float, float]:
        """The interval for a chart; just the mean where there is none."""
        return (self.value, self.value) if math.isnan(self.low) else (self.low, self.high)


def group_weights(groups: Sequence[str], *, seed: int = 0) -> FloatArray:
    """Return ``(resample, case)``: how often each case counts when whole groups are resampled.

    This is the cluster bootstrap: as many groups as there are, drawn with replacement.
    """
    names, member = np.unique(np.asarray(groups), return_inverse=True)
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(names), np.full(len(names), 1.0 / len(names)), size=RESAMPLES)
    return counts[:, member].astype(float)


def estimate(values: ArrayLike, resampled: FloatArray) -> Estimate:
    """Return the mean of ``values`` and its interval over the resamples of `group_weights`."""
    x = np.asarray(values, float)
    if (resampled == resampled[0]).all():
        return Estimate(value=float(x.mean()), low=math.nan, high=math.nan, error=math.nan)
    total = resampled.sum(axis=1)
    means = (resampled @ x)[total > 0.0] / total[total > 0.0]
    low, high = np.quantile(means, [ 1.025, 0.975])
    return Estimate(
        value=float(x.mean()), low=float(low), high=float(high), error=float(means.std(ddof=1))
    )


def resolvable(difference: Estimate) -> float:
    """Return the smallest true difference that such data would show four times in five.

    At the 5 % level, two-sided, from the standard error of the paired difference.
    """
    return POWER * difference.error


def skill(score: float, reference: float) -> float:
    """Return the share of the reference's score that is saved: 1 is perfect, 0 no better.

    >>> skill(15.0, 20.0)
    0.25
    """
    return math.nan if reference == 0.0 else 1.0 - score / reference
