"""The law that proves the model, with a closed form."""

import numpy as np
from winset_midrange.model import Midrange

from winset import open_case
from winset.models.batch import sample


def test_the_extremes_split_the_difference():
    batch = sample(open_case("emission-standards"), 5)
    low, high = batch.position.min(axis=1), batch.position.max(axis=1)
    assert np.allclose(Midrange(share=0.25).solve(batch).settlement, low + 0.25 * (high - low))
