"""How far a chance of agreement moves with parameters that cannot be coded.

Some parameters of a model are conventions, since no document of the case settles them. The chance
is computed again with these fixed, at a few points of their ranges and on the same draws. Between
the points it is interpolated. The coded numbers stay averaged over. See
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
from winset.forecast.draws import CHUNK, case_draws
from winset.forecast.forecast import Forecast
from winset.forecast.independent import run_independent
from winset.models.base import FloatArray, Model
from winset.models.together import agreed_together

LOW, HIGH = 0.1, 0.9  # shares of belief below the two ends
DRAWS_A_POINT = 500
NODES = {1: 5, 2: 4}  # on each axis, by the number of axes
FEWEST_NODES = 3
FINE = {1: 512, 2: 64}  # evenly likely values on each axis, where the chance is read off
FEWEST_FINE = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Structure:
    """How far chances of agreement move with parameters that cannot be coded.

    Attributes:
        over: the model's parameters that were varied, and their ranges.
        ranges: ids of issues, in the order of the case, to the 10th and 90th percentile of the
            chance that all of them are agreed.
        draws: solved at each point.
        points: at which the chance was computed.
    """

    over: Mapping[str, Range]
    ranges: Mapping[tuple[str, ...], tuple[float, float]]
    draws: int
    points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StructurePoint:
    """What is to be worked out with the structure held at one point.

    Attributes:
        case: with the scenario applied.
        model: with fixed parameters.
        run: draws that are sampled; the forecast's own, so that they are sampled once.
        draws: how many of them are solved.
        seed: of the random streams.
        sets: of issues, by their places.
    """

    case: Case
    model: Model
    run: int
    draws: int
    seed: int
    sets: tuple[tuple[int, ...], ...]

    def __call__(self) -> tuple[float, ...]:
        """Return the chance that all issues of each set are agreed."""
        batch = case_draws(self.case, self.run, seed=self.seed).first(self.draws).batch
        outcome = self.model.solve(batch)
        chances = []
        for issues in self.sets:
            together = agreed_together(self.model, batch, outcome, issues)
            assert together is not None
            chances.append(float(together.mean()))
        return tuple(chances)


def structural_parameters(model: Model) -> dict[str, Range]:
    """Return the model's own parameters that are ranges."""
    kind: Any = model
    values = {field.name: getattr(model, field.name) for field in fields(kind)}
    return {
        name: value
        for name, value in values.items()
        if isinstance(value, Range) and not value.certain
    }


def structural_range(
    case: Case,
    forecast: Forecast,
    *,
    draws: int = DRAWS_A_POINT,
    workers: str | None = None,
) -> Structure | None:
    """Return how far the chances of ``forecast`` move with parameters that cannot be coded.

    Args:
        case: the case of the forecast.
        forecast: its chances are the means of the ranges.
        draws: at each point, the forecast's first ones.
        workers: who works out the points, as `run_independent` takes it.

    Returns:
        None where the model assumes an agreement or has no such parameter.
    """
    provenance = forecast.made
    model = forecast.model
    over = structural_parameters(model)
    if not over or forecast.agreed(forecast.issues[0]) is None:
        return None
    axes = [_nodes(value, NODES.get(len(over), FEWEST_NODES)) for value in over.values()]
    sets = [*((issue,) for issue in forecast.issues), *forecast.sets]
    draws = min(draws, forecast.draws)
    changed = apply_scenario(case, provenance.scenario)
    if workers is not None:  # what is sent there need not carry the files
        changed = replace(changed, files={}, folder=None)
    varied: Any = model
    points = [
        StructurePoint(
            case=changed,
            model=replace(varied, **dict(zip(over, map(point, values), strict=True))),
            run=min(forecast.draws, CHUNK),
            draws=draws,
            seed=provenance.seed,
            sets=tuple(tuple(map(forecast.issues.index, names)) for names in sets),
        )
        for values in product(*(axis.tolist() for axis in axes))
    ]
    chances = np.array(list(run_independent(points, workers=workers)))
    chances = chances.T.reshape(len(sets), *map(len, axes))
    weights = [
        interpolation(axis, evenly(value, FINE.get(len(over), FEWEST_FINE)))
        for axis, value in zip(axes, over.values(), strict=True)
    ]
    return Structure(
        over=over,
        ranges=dict(_ranges(forecast, sets, chances, weights)),
        draws=draws,
        points=len(points),
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
        # A few draws show how the chance moves; all of them show where it lies.
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
