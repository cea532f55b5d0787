"""The probability that several issues are all agreed, draw by draw."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from winset.models.base import FloatArray, Model, Outcome
from winset.models.batch import Batch

Sets = Sequence[tuple[int, ...]]  # of issues, by their places in the batch


@runtime_checkable
class LinkedModel(Model, Protocol):
    """A model with linked issues, which knows how likely several are agreed together."""

    def together(self, batch: Batch, outcome: Outcome, issues: tuple[int, ...]) -> FloatArray:
        """Return ``(draw,)`` probabilities that all of ``issues`` are agreed."""


def agreed_together(
    model: Model, batch: Batch, outcome: Outcome, issues: tuple[int, ...]
) -> FloatArray | None:
    """Return ``(draw,)`` probabilities that the draw ends with all of ``issues`` agreed.

    If the model does not link issues, they are independent within a draw, and their probabilities
    multiply. Over draws they are not independent, since they share the coded numbers.

    Args:
        model: that solved the batch.
        batch: what it solved.
        outcome: of the batch.
        issues: places of the issues on the issue axis.

    Returns:
        None where the model assumes an agreement.
    """
    if outcome.agreement is None:
        return None
    if len(issues) == 1:
        return np.asarray(outcome.agreement[:, issues[0]])
    if isinstance(model, LinkedModel):
        return model.together(batch, outcome, issues)
    return np.asarray(outcome.agreement[:, list(issues)].prod(axis=1))


def sets_together(model: Model, batch: Batch, outcome: Outcome, sets: Sets) -> FloatArray | None:
    """Return ``(draw, set)``, `agreed_together` of each of ``sets``; None likewise."""
    if outcome.agreement is None:
        return None
    columns = [agreed_together(model, batch, outcome, issues) for issues in sets]
    chances = np.empty((batch.draws, len(sets)))
    for column, values in enumerate(columns):
        chances[:, column] = values
    return chances
