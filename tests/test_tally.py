"""Draws that are added up say what the draws one by one would say."""

import math
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import line_case
from winset.case.parts import Question
from winset.forecast.draws import StoredDraws
from winset.forecast.histogram import CELLS, edges_of, tally
from winset.models.base import Outcome

ASKED = 37.123  # between two even points
SCALES = [(0.0, 100.0), (4.0, 10.0), (-3e6, 5e6), (0.1, 0.7)]


def asking(scale=(0.0, 100.0), asked=ASKED):
    low, high = scale
    at = low + (high - low) * asked / 100.0
    case = line_case([("a", low, 50, 50)], scale=scale)
    question = Question(id="q", text="?", answer=f"settlement(x) >= {at!r}")
    return replace(case, questions=(question,)), at


@st.composite
def outcomes(draw, scale=(0.0, 100.0)):
    """Outcomes with every field, settlements often at the ends and at the points counted."""
    low, high = scale
    _, at = asking(scale)
    places = [low, high, at, (low + high) / 2, low + (high - low) / CELLS]
    near = [math.nextafter(at, low), math.nextafter(at, high), math.nan]
    settlement = st.sampled_from(places + near) | st.floats(low, high)
    chance = st.sampled_from([0.0, 1.0]) | st.floats(1e-9, 1.0)
    count = draw(st.integers(1, 40))

    def column(values, kind=float):
        drawn = st.lists(values, min_size=count, max_size=count)
        return np.array(draw(drawn), kind)[:, None]

    return Outcome(
        settlement=column(settlement),
        agreement=column(chance) if draw(st.booleans()) else None,
        open=column(chance) if draw(st.booleans()) else None,
        signed=column(st.booleans(), bool) if draw(st.booleans()) else None,
        converged=column(st.booleans(), bool) if draw(st.booleans()) else None,
    )


def same(one, other, *, width=100.0):
    if one is None or other is None:
        return one is other
    return np.allclose(one, other, rtol=1e-9, atol=1e-9 * width, equal_nan=True)


@pytest.mark.parametrize("scale", SCALES)
@given(data=st.data())
def test_means_chances_and_their_errors_are_exact(scale, data):
    case, at = asking(scale)
    outcome = data.draw(outcomes(scale))
    added, kept = tally(outcome, edges_of(case)), StoredDraws(outcome)
    assert added.draws == len(outcome.settlement)
    assert same(added.mean(0), kept.mean(0), width=scale[1] - scale[0])
    assert same(added.agreed(0), kept.agreed(0))
    middle = (scale[0] + scale[1]) / 2
    for bounds in ((at, math.inf), (-math.inf, at), (at, at), (middle, scale[1]), scale):
        assert same(added.chance(0, *bounds), kept.chance(0, *bounds)), bounds
    for name in ("opens", "signed", "converged"):
        assert same(getattr(added, name)(0), getattr(kept, name)(0)), name
    assert added.alike(0) == kept.alike(0)


@pytest.mark.parametrize("scale", SCALES)
@given(data=st.data())
def test_a_quantile_is_off_by_less_than_a_cell(scale, data):
    outcome = data.draw(outcomes(scale))
    added, kept = tally(outcome, edges_of(asking(scale)[0])), StoredDraws(outcome)
    cell = (scale[1] - scale[0]) / CELLS
    upto = 0.0
    values, weights = kept.settled(0)
    for share in (0.1, 0.25, 0.5, 0.75, 0.9):
        if len(values):
            # Where a share falls between two draws to the last bit, either of them will do.
            upto = np.cumsum(weights[np.argsort(values)]) / weights.sum()
            if np.abs(upto - share).min() < 1e-9:
                continue
        assert np.allclose(
            added.quantiles(0, [share]),
            kept.quantiles(0, [share]),
            rtol=1e-12,
            atol=cell,
            equal_nan=True,
        )


@given(one=outcomes(), other=outcomes())
def test_two_tallies_add_up_to_that_of_all_their_draws(one, other):
    edges = edges_of(asking()[0])
    both = {f.name: (getattr(one, f.name), getattr(other, f.name)) for f in fields(Outcome)}
    both = {k: None if v[0] is None or v[1] is None else np.concatenate(v) for k, v in both.items()}
    blank = {name: None for name, values in both.items() if values is None}
    one, other = replace(one, **blank), replace(other, **blank)
    added = tally(one, edges).plus(tally(other, edges))
    whole = tally(Outcome(**both), edges)
    for field in fields(whole):
        assert same(getattr(added, field.name), getattr(whole, field.name)), field.name


@given(outcome=outcomes())
def test_what_a_draw_counts_for_is_kept_whole(outcome):
    values, weights = tally(outcome, edges_of(asking()[0])).settled(0)
    _, kept = StoredDraws(outcome).settled(0)
    assert math.isclose(weights.sum(), kept.sum(), abs_tol=1e-12)
    assert (np.diff(values) >= 0.0).all()


def test_a_bound_that_a_question_names_splits_neighbours_by_one_bit():
    case, at = asking()
    values = [math.nextafter(at, 0), at, at, math.nextafter(at, 100)]
    added = tally(Outcome(settlement=np.array(values)[:, None]), edges_of(case))
    assert added.chance(0, at, math.inf)[0] == 0.75
    assert added.chance(0, -math.inf, at)[0] == 0.75
    assert added.chance(0, at, at)[0] == 0.5
    unasked = tally(Outcome(settlement=np.array(values)[:, None]), edges_of(line_case([])))
    assert unasked.chance(0, at, math.inf)[0] in (0.0, 1.0), "one cell, which counts by its mean"


def test_every_bound_that_any_question_names_is_a_point():
    questions = (
        Question(id="p", text="?", answer="settlement(x) between 12.345 and 67.891"),
        Question(id="q", text="?", options={"a": "settlement(x) <= 3.21", "b": "agreement(x)"}),
    )
    edges = edges_of(replace(line_case([], issues=("w", "x")), questions=questions))
    assert {12.345, 67.891, 3.21, 0.0, 100.0} <= set(edges.of(1))
    assert len(edges.of(0)) == CELLS + 1
    assert len(edges.of(1)) == CELLS + 4
    assert edges.cells(1).stop == 2 * len(edges.points) + 2
