"""Weighted medians of many small groups."""

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float2, Float3
from winset.models.kernels.compiling import door

FloatArray = NDArray[np.float64]


@door
def _medians(position: Float3, weight: Float3, out: Float2) -> None:
    draws, actors, issues = position.shape
    x = np.empty(actors)
    w = np.empty(actors)
    for d in range(draws):
        for k in range(issues):
            total = 0.0
            for i in range(actors):
                xi, wi = position[d, i, k], weight[d, i, k]
                total += wi
                j = i - 1
                while j >= 0 and x[j] > xi:
                    x[j + 1], w[j + 1] = x[j], w[j]
                    j -= 1
                x[j + 1], w[j + 1] = xi, wi
            # A sum that misses a half by rounding alone counts as a half.
            half = total * (0.5 - 1e-12)
            below = 0.0
            for i in range(actors):
                below += w[i]
                if w[i] > 0.0 and below >= half:
                    out[d, k] = x[i]
                    break


def weighted_medians(position: FloatArray, weight: FloatArray) -> FloatArray:
    """Return ``(draw, issue)`` weighted medians of ``(draw, actor, issue)``, lower ones on ties.

    The weights of each group sum to more than 0.

    >>> weighted_medians(np.array([[[0.1], [0.9]]]), np.ones((1, 2, 1))).item()
    0.1
    """
    out = np.empty((position.shape[0], position.shape[2]))
    _medians(np.ascontiguousarray(position), np.ascontiguousarray(weight), out)
    return out
