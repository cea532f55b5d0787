"""Mixtures of models: the best weights, and whether they are worth having."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mixture import EnsembleMember, fit_ensemble
from winset.track_record.scores import crps

GROUPS = [f"g{k // 2}" for k in range(120)]


def members(random, *, shifts, spread=10.0, count=120, values=40):
    """Return members that miss the outcome by their own shift, and the outcomes."""
    outcome = random.uniform(20, 80, count)
    grid = np.sort(random.normal(0, spread, (count, values)), axis=1)
    made = [
        EnsembleMember(model=f"m{k}", grid=outcome[:, None] + np.asarray(shift)[..., None] + grid)
        for k, shift in enumerate(shifts)
    ]
    return made, outcome


def mixed(made, outcome, weights):
    """Return the mean score of the mixture, by its definition."""
    values = np.concatenate([member.grid for member in made], axis=1)
    each = np.repeat(np.asarray(weights), made[0].grid.shape[1])
    return np.mean([crps(v, each, y) for v, y in zip(values, outcome, strict=True)])


def simplex(count, steps=10):
    for parts in itertools.product(range(steps + 1), repeat=count - 1):
        if sum(parts) <= steps:
            yield (*(p / steps for p in parts), 1 - sum(parts) / steps)


@settings(max_examples=8)
@given(st.integers(0, 2**31), st.integers(2, 3))
def test_no_weights_on_a_grid_score_better_than_those_found(seed, count):
    random = np.random.default_rng(seed)
    shifts = [random.normal(0, 25, 12) for _ in range(count)]
    made, outcome = members(random, shifts=shifts, count=12, values=8)
    found = fit_ensemble(made, outcome, GROUPS[:12])
    assert sum(found.weights) == pytest.approx(1.0) and min(found.weights) >= 0.0
    least = min(mixed(made, outcome, weights) for weights in simplex(count))
    assert mixed(made, outcome, found.weights) <= least + 1e-6


def test_members_that_are_all_alike_make_nothing_better():
    made, outcome = members(np.random.default_rng(1), shifts=[np.zeros(120)] * 3)
    same = [EnsembleMember(model=m.model, grid=made[0].grid) for m in made]
    found = fit_ensemble(same, outcome, GROUPS)
    assert found.difference.value == pytest.approx(0.0, abs=1e-9) and not found.better


def test_members_that_err_to_opposite_sides_are_better_together():
    random = np.random.default_rng(2)
    made, outcome = members(random, shifts=[np.full(120, 18.0), np.full(120, -18.0)])
    found = fit_ensemble(made, outcome, GROUPS)
    assert found.better and found.difference.high < 0
    assert found.weights == pytest.approx((0.5, 0.5), abs=0.05)
    assert found.low[0] <= found.weights[0] <= found.high[0]


def test_a_member_without_merit_gets_no_weight():
    random = np.random.default_rng(3)
    made, outcome = members(random, shifts=[np.zeros(120), np.full(120, 45.0)])
    found = fit_ensemble(made, outcome, GROUPS)
    assert found.best == "m0" and found.weights[0] == pytest.approx(1.0, abs=1e-6)
    assert not found.better


def test_a_mixture_is_judged_where_its_weights_were_not_learned():
    # Which member is right goes with the group: what is learned elsewhere is of no use here.
    random = np.random.default_rng(4)
    sign = np.repeat(random.choice([-1.0, 1.0], 60), 2)
    made, outcome = members(random, shifts=[25 * sign, -25 * sign])
    found = fit_ensemble(made, outcome, GROUPS)
    again = fit_ensemble(made, outcome, GROUPS)
    np.testing.assert_array_equal(found.crps, again.crps)
    own = mixed(made, outcome, found.weights)
    assert found.crps.mean() > own  # in the sample it always looks better


def test_scores_of_the_mixture_are_those_of_its_definition():
    random = np.random.default_rng(5)
    made, outcome = members(random, shifts=[random.normal(0, 20, 120) for _ in range(3)])
    found = fit_ensemble(made, outcome, GROUPS)
    own = {m.model: np.mean([crps(g, None, y) for g, y in zip(m.grid, outcome, strict=True)])
           for m in made}  # fmt: skip
    assert found.best == min(own, key=own.get)
    assert found.difference.value == pytest.approx(found.crps.mean() - own[found.best])
