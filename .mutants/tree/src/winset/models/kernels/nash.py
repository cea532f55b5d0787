"""The asymmetric Nash bargaining point on a line."""

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float2, Float3
from winset.models.kernels.compiling import compiled, door

FloatArray = NDArray[np.float64]
STEPS = 60  # halvings of an interval of length 1 at most: below the spacing of doubles


@compiled
def _slope(
    y: float, d: int, k: int, position: Float3, weight: Float3, reversion: float, quadratic: bool
) -> float:
    """Derivative at ``y`` of the sum over actors of weight × log(gain); it falls with ``y``."""
    total = 0.0
    for i in range(position.shape[1]):
        if weight[d, i, k] == 0.0:
            continue
        x = position[d, i, k]
        if quadratic:
            gain = (reversion - x) ** 2 - (y - x) ** 2
            total += weight[d, i, k] * 2.0 * (x - y) / gain
        else:
            gain = abs(reversion - x) - abs(y - x)
            total += weight[d, i, k] * np.sign(x - y) / gain
    return total


@door
def _nash_points(
    position: Float3,
    weight: Float3,
    reversion: Float2,
    quadratic: bool,
    out: Float2,
) -> None:
    draws, actors, issues = position.shape
    for d in range(draws):
        for k in range(issues):
            q = reversion[d, k]
            # An actor gains strictly between q and the mirror image of q at its position.
            low, high = -np.inf, np.inf
            for i in range(actors):
                if weight[d, i, k] > 0.0:
                    mirror = 2.0 * position[d, i, k] - q
                    low = max(low, min(q, mirror))
                    high = min(high, max(q, mirror))
            low, high = max(low, 0.0), min(high, 1.0)
            if not low < high:
                out[d, k] = np.nan
                continue
            for _ in range(STEPS):
                y = 0.5 * (low + high)
                if y in (low, high):
                    break
                if _slope(y, d, k, position, weight, q, quadratic) > 0.0:
                    low = y
                else:
                    high = y
            out[d, k] = 0.5 * (low + high)


def nash_points(
    position: FloatArray, weight: FloatArray, reversion: FloatArray, *, quadratic: bool
) -> FloatArray:
    """Return ``(draw, issue)`` points that maximise the product of gains raised to the weights.

    Args:
        position: ``(draw, actor, issue)`` in [0, 1].
        weight: ``(draw, actor, issue)``, 0 or more; an actor of weight 0 has no say.
        reversion: ``(draw, issue)`` in [0, 1].
        quadratic: whether losses grow with the square of the distance.

    The gains are concave where all are positive, so the slope of the summed logarithms changes sign
    once, and halving the interval locates it. NaN where no point is a gain for all.
    """
    out = np.empty((position.shape[0], position.shape[2]))
    _nash_points(*map(np.ascontiguousarray, (position, weight, reversion)), quadratic, out)
    return out
