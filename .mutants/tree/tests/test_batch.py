import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from builders import line_case, line_cases
from winset.case.parts import Actor, Condition, Requirement, Stance
from winset.case.ranges import parse_range, point
from winset.models.batch import RandomShares, sample, uncertain_cells

ROWS = [("a", "10..20..60", 50, 100), ("b", "30 to 90", "10 to 20", 50), ("c", 40, 100, 10)]
ARRAYS = ("position", "salience", "influence", "price", "reversion")


def same(left, right):
    return all(np.array_equal(getattr(left, n), getattr(right, n), equal_nan=True) for n in ARRAYS)


@given(st.integers(1, 400), st.integers(0, 399), st.integers(0, 5))
def test_a_chunk_is_a_piece_of_the_whole_run(draws, first, seed):
    case = line_case(ROWS, reversion="0..10..20")
    whole = sample(case, 800, seed=seed)
    piece = sample(case, draws, seed=seed, first=first)
    for name in ARRAYS:
        expected = getattr(whole, name)[first : first + draws]
        assert np.array_equal(getattr(piece, name), expected)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    case = line_case(ROWS, reversion=5)
    assert same(sample(case, 100, seed=1), sample(case, 100, seed=1))
    assert not same(sample(case, 100, seed=1), sample(case, 100, seed=2))


def test_a_further_actor_does_not_reshuffle_the_others():
    before = sample(line_case(ROWS), 500)
    after = sample(line_case([("z", "0 to 100", 50, 50), *ROWS]), 500)
    assert np.array_equal(before.position, after.position[:, 1:])
    assert np.array_equal(before.salience, after.salience[:, 1:])


def test_a_moved_range_meets_the_same_luck():
    before = sample(line_case([("a", "10..20..60", 50, 100)]), 500).position
    after = sample(line_case([("a", "20..30..70", 50, 100)]), 500).position
    assert np.allclose(after - before, 0.1, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "distribution"),
    [
        ("10..20..60", stats.triang(c=0.2, loc=0.1, scale=0.5)),
        ("30 to 90", stats.uniform(loc=0.3, scale=0.6)),
        ("10..10..60", stats.triang(c=0.0, loc=0.1, scale=0.5)),
        ("10..60..60", stats.triang(c=1.0, loc=0.1, scale=0.5)),
    ],
)
def test_a_range_is_sampled_from_the_distribution_it_names(text, distribution):
    drawn = sample(line_case([("a", text, 50, 100)]), 20_000, seed=7).position[:, 0, 0]
    assert stats.kstest(drawn, distribution.cdf).pvalue > 0.001


def test_streams_are_independent_of_one_another():
    shares = RandomShares(0, 20_000)
    correlation = np.corrcoef(shares("x/a/position"), shares("x/b/position"))[0, 1]
    assert abs(correlation) < 0.03


def test_numbers_are_scaled_to_shares_of_the_issue():
    batch = sample(line_case([("a", 7, 80, 16)], scale=(4, 10), reversion=10), 1)
    assert batch.position.item() == 0.5
    assert batch.salience.item() == 0.8
    assert batch.influence.item() == 16.0
    assert batch.reversion.item() == 1.0
    assert batch.in_units(batch.position[:, 0]).item() == 7.0


def test_an_actor_without_a_stance_has_no_weight():
    case = line_case(ROWS)
    case = dataclasses.replace(case, actors=(*case.actors, Actor(id="d", name="d")))
    batch = sample(case, 3)
    assert not batch.present[3, 0]
    assert batch.weight[:, 3].sum() == 0.0
    assert not np.isnan(batch.position).any()


def test_conditions_and_requirements_become_indices_and_shares():
    case = line_case(ROWS, reversion=0, issues=("x", "y"))
    x, y = case.issues
    extra = Stance(
        issue="y",
        actor="a",
        condition=Condition(issue="x", relation=">=", point=40.0),
        position=parse_range("70"),
    )
    case = dataclasses.replace(
        case,
        issues=(x, dataclasses.replace(y, requires=Requirement(issue="x", at_least=30.0))),
        stances=(*case.stances, extra),
    )
    batch = sample(case, 2)
    assert batch.requires.tolist() == [-1, 0]
    assert batch.required_low.tolist() == [-np.inf, 0.3]
    (override,) = batch.overrides
    assert (override.actor, override.issue, override.when, override.low) == (0, 1, 0, 0.4)
    assert override.values["position"].tolist() == [0.7, 0.7]


@settings(max_examples=30)
@given(line_cases())
def test_every_number_drawn_lies_in_its_range(case):
    batch = sample(case, 50)
    for k, stance in enumerate(case.stances):
        drawn = batch.position[:, k, 0] * 100
        assert (drawn >= stance.position.low - 1e-9).all()
        assert (drawn <= stance.position.high + 1e-9).all()


def test_only_ranges_count_as_uncertain():
    names = [cell.name for cell in uncertain_cells(line_case(ROWS, reversion="0 to 5"))]
    assert names == ["x/reversion", "x/a/position", "x/b/position", "x/b/salience"]


def test_an_array_that_no_range_touches_takes_no_memory_per_draw():
    batch = sample(line_case(ROWS), 100_000)
    assert batch.influence.strides[0] == 0
    assert batch.position.strides[0] != 0


def test_a_point_range_is_certain():
    assert point(3.0).certain
    assert not parse_range("3 to 4").certain


def test_what_is_made_once_is_made_again_when_one_of_its_arrays_is_replaced():
    batch = sample(line_case(ROWS), 20)
    made = []

    def total(batch):
        def make():
            made.append(1)
            return float(batch.position.sum())

        return batch.once("total", (batch.position, batch.salience), make)

    assert total(batch) == total(batch) == total(dataclasses.replace(batch, price=batch.price + 1))
    assert len(made) == 1
    moved = dataclasses.replace(batch, position=batch.position / 2)
    assert total(moved) == pytest.approx(total(batch) / 2) and len(made) == 3
