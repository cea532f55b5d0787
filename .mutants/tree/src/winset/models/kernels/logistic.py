"""Quantiles of the logistic distribution, which the types of actors follow."""

import math

import numpy as np
from numpy.typing import NDArray

from winset.models.kernels.arrays import Float1
from winset.models.kernels.compiling import door


@door
def _logits(share: Float1, out: Float1) -> None:
    for k in range(share.size):
        p = share[k]
        if 0.3 <= p <= 0.65:
            # Near the middle the quotient is near 1, and its logarithm loses digits.
            off = 2.0 * (p - 0.5)
            out[k] = math.log1p(off) - math.log1p(-off)
        else:
            out[k] = math.log(p / (1.0 - p))


def logits(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return log(p / (1 − p)) of shares p in (0, 1), to the last bit or two.

    >>> logits(np.array([0.5, 0.9])).round(6).tolist()
    [0.0, 2.197225]
    """
    out = np.empty(share.shape)
    _logits(np.ascontiguousarray(share), out)
    return out
