"""How far a chance of agreement moves with what nobody can code.

Some parameters of a model are conventions: no document of the case speaks of them. The chance is
worked out again with these held fixed, at a few points of their ranges and on the same draws;
between the points it is interpolated. What is coded stays averaged over. See
`docs/decisions/0012-the-range-of-a-chance.md`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from itertools import product
from typing import Any

import numpy as np

from winset.case.model import Case
from winset.case.ranges import Range, point
from winset.case.scenarios import apply_scenario
from winset.forecast.forecast import Forecast
from winset.models.base import FloatArray, Model
from winset.models.batch import sample
from winset.models.together import agreed_together

LOW, HIGH = 0.1, 0.9  # shares of belief below the two ends
DRAWS_A_POINT = 500
NODES = {1: 5, 2: 4}  # on each axis, by the number of axes
FEWEST_NODES = 3
FINE = {1: 512, 2: 64}  # evenly likely values on each axis, where the chance is read off
FEWEST_FINE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """How far chances of agreement move with what nobody can code.

    Attributes:
        over: the model's parameters that were varied, and their ranges.
        ranges: ids of issues, in the order of the case, to the 10th and 90th percentile of the
            chance that all of them are agreed.
        draws: solved at each point.
        points: at which the chance was worked out.
    """

    over: Mapping[str, Range]
    ranges: Mapping[tuple[str, ...], tuple[float, float]]
    draws: int
    points: int


def structural_parameters(model: Model) -> dict[str, Range]:
    """Return the model's own parameters that are ranges: what it does not know of the world."""
    kind: Any = model
    values = {field.name: getattr(model, field.name) for field in fields(kind)}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, Range) and not value.certain
    }


def structural_range(
    case: Case, forecast: Forecast, *, draws: int = DRAWS_A_POINT
) -> Structure | None:
    """Return how far the chances of ``forecast`` move with what nobody can code.

    Args:
        case: what the forecast was made of.
        forecast: its chances lie where the range is put: the mean over the structure is theirs.
        draws: at each point, the forecast's first ones.

    Returns:
        None where the model takes agreement for granted or has no such parameter.
    """
    provenance = forecast.made
    model = forecast.model
    over = structural_parameters(model)
    if not over or forecast.agreed(forecast.issues[0]) is None:
        return None
    batch = sample(
        apply_scenario(case, provenance.scenario), min(draws, forecast.draws), seed=provenance.seed
    )
    axes = [_nodes(value, NODES.get(len(over), FEWEST_NODES)) for value in over.values()]
    sets = [*((issue,) for issue in forecast.issues), *forecast.sets]
    chances = np.empty((len(sets), *map(len, axes)))
    varied: Any = model
    for place in product(*(range(len(axis)) for axis in axes)):
        values = (point(float(axis[k])) for axis, k in zip(axes, place, strict=True))
        fixed: Model = replace(varied, **dict(zip(over, values, strict=True)))
        outcome = fixed.solve(batch)
        for n, names in enumerate(sets):
            together = agreed_together(
                fixed, batch, outcome, tuple(map(forecast.issues.index, names))
            )
            assert together is not None
            chances[(n, *place)] = together.mean()
    weights = [
        interpolation(axis, evenly(value, FINE.get(len(over), FEWEST_FINE)))
        for axis, value in zip(axes, over.values(), strict=True)
    ]
    return Structure(
        over=over,
        ranges=dict(_ranges(forecast, sets, chances, weights)),
        draws=batch.draws,
        points=chances[0].size,
    )


def _ranges(
    forecast: Forecast,
    sets: list[tuple[str, ...]],
    chances: FloatArray,
    weights: list[FloatArray],
) -> Iterator[tuple[tuple[str, ...], tuple[float, float]]]:
    for names, at_nodes in zip(sets, chances, strict=True):
        surface = at_nodes
        for weight in weights:  # each turn takes the first axis away and puts a fine one last
            surface = np.tensordot(surface, weight, axes=([0], [1]))
        agreed = forecast.agreed(*names)
        assert agreed is not None
        # Few draws say how the chance moves; where it lies, all of them say.
        shifted = np.clip(surface + agreed[0] - surface.mean(), 0.0, 1.0)
        low, high = np.quantile(shifted, [LOW, HIGH])
        yield names, (float(low), float(high))


def _nodes(value: Range, count: int) -> FloatArray:
    """Return Chebyshev points of the second kind, both ends included, ascending."""
    angles = np.pi * np.arange(count) / (count - 1)
    return np.asarray(value.low + (value.high - value.low) * (1.0 - np.cos(angles)) / 2.0)


def evenly(value: Range, count: int) -> FloatArray:
    """Return ``count`` values that are equally likely."""
    return np.asarray(value.quantile((np.arange(count) + 0.5) / count))


def interpolation(nodes: FloatArray, at: FloatArray) -> FloatArray:
    """Return ``(at, node)`` weights of Lagrange interpolation at ``nodes``, barycentric.

    >>> nodes = np.array([0.0, 1.0, 2.0])
    >>> round(float(interpolation(nodes, np.array([1.5]))[0] @ nodes**2), 12)
    2.25
    """
    apart = nodes[:, None] - nodes
    np.fill_diagonal(apart, 1.0)
    own = 1.0 / apart.prod(axis=1)
    distance = at[:, None] - nodes
    exact = distance == 0.0
    terms = own / np.where(exact, 1.0, distance)
    weights = terms / terms.sum(axis=1, keepdims=True)
    hit = exact.any(axis=1)
    weights[hit] = exact[hit]
    return np.asarray(weights)
