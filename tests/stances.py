"""Batches from plain arrays, for tests of kernels."""

import dataclasses

import numpy as np

from builders import line_case
from winset.batch import sample


def batch_of(position, salience, influence, present=None):
    """A batch of ``(draw, actor, issue)`` arrays; ``(actor,)`` makes one draw of one issue."""
    arrays = [np.asarray(a, float) for a in (position, salience, influence)]
    arrays = [a[None, :, None] if a.ndim == 1 else a for a in arrays]
    draws, actors, issues = arrays[0].shape
    case = line_case(
        [(f"a{i}", 50, 50, 50) for i in range(actors)], issues=tuple(f"x{k}" for k in range(issues))
    )
    here = np.ones((actors, issues), bool) if present is None else np.asarray(present)
    position, salience, influence = arrays
    return dataclasses.replace(
        sample(case, draws),
        position=position,
        salience=np.where(here, salience, 0.0),
        influence=np.where(here, influence, 0.0),
        present=here,
    )
