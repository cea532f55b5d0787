"""Quantiles of weighted draws."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def quantile(values: ArrayLike, weights: ArrayLike | None, share: float) -> float:
    """Return the least draw at or below which at least ``share`` of the weight lies."""
    return float(quantiles(values, weights, [share])[0])


def quantiles(values: ArrayLike, weights: ArrayLike | None, shares: ArrayLike) -> FloatArray:
    """Return `quantile` for each of ``shares``, sorting the draws once."""
    x = np.asarray(values, float)
    w = np.ones_like(x) if weights is None else np.asarray(weights, float)
    order = np.argsort(x)
    below = np.cumsum(w[order])
    # A share that falls on a step, but for rounding, takes the step's own draw.
    wanted = np.asarray(shares, float) * below[-1] * (1.0 - 1e-12)
    draws: FloatArray = x[order][np.minimum(np.searchsorted(below, wanted), len(x) - 1)]
    return draws
