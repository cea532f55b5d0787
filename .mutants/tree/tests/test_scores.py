"""Scores against their definitions."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winset.forecast.quantiles import quantile
from winset.track_record.scores import (
    binned_log_score,
    brier,
    crps,
    estimate,
    group_weights,
    log_score,
    reliability,
    resolvable,
    skill,
)

numbers = st.lists(st.floats(0, 100), min_size=1, max_size=12)


@given(numbers, st.floats(-20, 120), st.randoms())
def test_crps_is_the_integral_of_the_squared_distance_between_distribution_and_step(xs, y, random):
    weights = [random.random() + 0.01 for _ in xs]
    grid = np.sort(np.array([*xs, y]))
    share = np.array(
        [sum(w for x, w in zip(xs, weights, strict=True) if x <= t) for t in grid]
    ) / sum(weights)
    integral = float((((share - (grid >= y)) ** 2)[:-1] * np.diff(grid)).sum())
    assert crps(xs, weights, y) == pytest.approx(integral, abs=1e-9)


@given(numbers, st.floats(0, 100))
def test_equal_weights_are_no_weights(xs, y):
    assert crps(xs, None, y) == pytest.approx(crps(xs, [3.0] * len(xs), y), abs=1e-9)


def test_crps_of_a_normal_distribution_is_its_closed_form():
    draws = np.random.default_rng(1).normal(0, 1, 200_000)
    # Gneiting and Raftery 2007, eq. 5, at the mean: 2 pdf(0) - 1 / sqrt(pi).
    assert crps(draws, None, 0.0) == pytest.approx(
        2 / np.sqrt(2 * np.pi) - 1 / np.sqrt(np.pi), abs=2e-3
    )


def test_the_brier_score_is_best_in_expectation_for_the_true_probability():
    happened = np.random.default_rng(2).random(50_000) < 0.3
    scores = {p: brier(np.full(50_000, p), happened).mean() for p in (0.1, 0.3, 0.6)}
    logs = {p: log_score(np.full(50_000, p), happened).mean() for p in (0.1, 0.3, 0.6)}
    assert min(scores, key=scores.get) == min(logs, key=logs.get) == 0.3


def test_events_and_probabilities_out_of_bounds_are_refused():
    with pytest.raises(ValueError, match=r"\[0, 1\]"):
        brier([1.2], [1])
    with pytest.raises(ValueError, match="0 or 1"):
        log_score([0.2], [0.5])
    with pytest.raises(ValueError, match="no draws"):
        crps([], None, 3.0)


def test_a_sure_error_costs_much_but_not_everything():
    assert log_score([0.0], [1]).item() == pytest.approx(-np.log(1e-6))


def test_a_binned_log_score_counts_half_a_draw_in_every_bin():
    edges = np.linspace(0, 100, 11)
    assert binned_log_score([5.0] * 95, None, 100.0, edges=edges) == pytest.approx(
        -np.log(0.5 / 100)
    )
    assert binned_log_score([100.0] * 95, None, 100.0, edges=edges) == pytest.approx(
        -np.log(95.5 / 100)
    )


def test_reliability_counts_every_forecast_once_and_says_what_happened():
    bins = reliability([0.05, 0.95, 1.0, 0.92], [0, 1, 1, 0])
    assert sum(b.count for b in bins) == 4
    assert bins[-1].count == 3 and bins[-1].happened == pytest.approx(2 / 3)
    assert np.isnan(bins[4].happened)


def test_an_interval_by_group_is_wider_than_one_that_takes_cases_for_independent():
    random = np.random.default_rng(3)
    common = np.repeat(random.normal(size=40), 10)
    values = common + 0.1 * random.normal(size=400)
    by_group = estimate(values, group_weights([f"g{k // 10}" for k in range(400)]))
    by_case = estimate(values, group_weights([f"c{k}" for k in range(400)]))
    assert by_group.error > 2 * by_case.error
    assert by_group.low < by_group.value < by_group.high
    assert by_group.error == pytest.approx(common[::10].std() / np.sqrt(40), rel=0.25)


def test_the_smallest_resolvable_difference_is_found_four_times_in_five():
    random = np.random.default_rng(4)
    error = 1 / np.sqrt(100)
    from winset.track_record.scores import Estimate

    least = resolvable(Estimate(value=0, low=0, high=0, error=error))
    found = np.abs(random.normal(least, error, 20_000)) > 1.96 * error
    assert found.mean() == pytest.approx(0.8, abs=0.01)


def test_quantiles_are_draws_and_skill_is_relative():
    assert quantile([1.0, 2.0, 3.0], None, 0.5) == 2.0
    assert quantile([1.0, 2.0, 3.0], [1.0, 1.0, 8.0], 0.5) == 3.0
    assert skill(0.0, 3.0) == 1.0 and np.isnan(skill(1.0, 0.0))


def test_one_group_tells_nothing_of_how_sure_a_mean_is():
    alone = estimate([1.0, 3.0], group_weights(["g", "g"]))
    assert alone.value == 2.0 and np.isnan([alone.low, alone.high, alone.error]).all()
    assert alone.bar == (2.0, 2.0)
    both = estimate([1.0, 3.0], group_weights(["g", "h"]))
    assert (both.low, both.high) == (1.0, 3.0) == both.bar
