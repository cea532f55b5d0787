"""Batches from plain arrays, for tests of kernels."""

import dataclasses
import functools

import numpy as np

from builders import line_case
from winset.models.batch import sample


@functools.cache
def _template(draws, actors, issues):
    rows = [(f"a{i}", 50, 50, 50) for i in range(actors)]
    return sample(line_case(rows, issues=tuple(f"x{k}" for k in range(issues))), draws)


def batch_of(position, salience, influence, present=None):
    """A batch of ``(draw, actor, issue)`` arrays; ``(actor,)`` makes one draw of one issue."""
    arrays = [np.asarray(a, float) for a in (position, salience, influence)]
    position, salience, influence = (a[None, :, None] if a.ndim == 1 else a for a in arrays)
    here = np.ones(position.shape[1:], bool) if present is None else np.asarray(present)
    return dataclasses.replace(
        _template(*position.shape),
        position=position,
        salience=np.where(here, salience, 0.0),
        influence=np.where(here, influence, 0.0),
        present=here,
    )
