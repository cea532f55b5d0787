"""The points beside which every forecast is read: mean, median, reversion, outcome."""

from dataclasses import dataclass

import numpy as np

from winset.case.model import Case
from winset.case.ranges import Range
from winset.models.batch import Batch, FloatArray, make_batch
from winset.models.central import Mean, Median


@dataclass(frozen=True, slots=True)
class MiddleShares:
    """Streams that always give one half: a batch of one, every range at its median."""

    draws: int = 1

    def __call__(self, name: str) -> FloatArray:  # noqa: ARG002
        """Return one half."""
        return np.array([0.5])


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A point of an issue's scale with a name, in the issue's own units.

    Attributes:
        kind: ``mean``, ``median``, ``reversion`` or ``outcome``.
    """

    kind: str
    name: str
    value: float
    low: float
    high: float


def middle_batch(case: Case) -> Batch:
    """Return ``case`` as a batch of one with every range at its median."""
    return make_batch(case, MiddleShares())


def marks(case: Case, issue: str) -> tuple[Mark, ...]:
    """Return the marks of ``issue``: mean and median of the positions, reversion, outcome."""
    k, entry = [i.id for i in case.issues].index(issue), case.issue(issue)
    points = []
    if case.stances_on(issue):
        batch = middle_batch(case)
        with np.errstate(invalid="ignore"):  # an issue without a stance has no mean
            for kind, model in (("mean", Mean()), ("median", Median())):
                value = float(batch.in_units(model.solve(batch).settlement)[0, k])
                points.append(_mark(kind, f"Weighted {kind}", Range(value, value)))
    if entry.reversion is not None:
        points.append(_mark("reversion", "Without agreement", entry.reversion))
    if entry.outcome is not None:
        points.append(_mark("outcome", "Outcome", entry.outcome.value))
    return tuple(points)


def _mark(kind: str, name: str, value: Range) -> Mark:
    return Mark(kind=kind, name=name, value=value.middle, low=value.low, high=value.high)
