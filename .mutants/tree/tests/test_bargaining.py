import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from builders import line_case, line_cases
from twins.bargaining import mean_twin, median_twin, nash_twin
from winset.errors import WinsetError
from winset.models import Constant, Mean, Median, NashBargaining, ReversionPoint
from winset.models.batch import sample

WEIGHTS = ("none", "salience", "influence-salience")


def rows_of(batch, draw):
    weight = batch.weight[draw, :, 0]
    return list(zip(batch.position[draw, :, 0], weight, strict=True))


@settings(max_examples=50, deadline=None)
@given(line_cases())
def test_the_compiled_models_equal_their_naive_twins(case):
    batch = sample(case, 5)
    mean, median = Mean().solve(batch).settlement, Median().solve(batch).settlement
    for draw in range(5):
        assert mean[draw, 0] == pytest.approx(mean_twin(rows_of(batch, draw)), abs=1e-12)
        assert median[draw, 0] == median_twin(rows_of(batch, draw))


@settings(max_examples=50, deadline=None)
@given(line_cases(), st.sampled_from(["linear", "quadratic"]))
def test_the_nash_point_equals_a_search_over_a_fine_grid(case, loss):
    batch = sample(case, 3)
    found = NashBargaining(loss=loss).solve(batch)
    for draw in range(3):
        q = batch.reversion[draw, 0]
        twin = nash_twin(rows_of(batch, draw), q, loss)
        if twin is None:
            # The grid may miss a zone narrower than its step, never find one that is not there.
            zone = found.settlement[draw, 0]
            assert np.isnan(zone) or abs(zone - q) < 1e-3
        else:
            assert found.settlement[draw, 0] == pytest.approx(twin, abs=2e-3)
            assert found.agreement[draw, 0] == 1.0


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.floats(0.1, 10), st.floats(0.1, 10))
def test_two_actors_beyond_the_reversion_split_the_pie_by_weight(x, gap, c, d):
    """With q = 0, gains y and y as far as both want more: the nearer position binds."""
    near, far = min(x, x + gap) / 2, (x + gap) / 2
    assume(far <= 1.0)
    case = line_case([("a", near * 100, 100, c), ("b", far * 100, 100, d)], reversion=0)
    found = NashBargaining().solve(sample(case, 1)).settlement.item()
    # Beyond `near` a's gain is 2·near − y while b's is y: c/(2·near − y) = d/y.
    expected = min(max(near, 2 * near * d / (c + d)), far)
    assert found == pytest.approx(expected, abs=1e-9)


def test_opposite_sides_of_the_reversion_have_nothing_to_agree_on():
    outcome = NashBargaining().solve(
        sample(line_case([("a", 20, 50, 50), ("b", 80, 50, 50)], reversion=50), 4)
    )
    assert np.isnan(outcome.settlement).all()
    assert (outcome.agreement == 0.0).all()


def test_an_actor_without_weight_cannot_block():
    rows = [("a", 20, 0, 50), ("b", 80, 50, 50)]
    outcome = NashBargaining().solve(sample(line_case(rows, reversion=50), 1))
    assert outcome.settlement.item() == pytest.approx(0.8)


@pytest.mark.parametrize("weights", WEIGHTS)
def test_each_weighting_is_the_one_it_says(weights):
    rows = [("a", 0, 10, 90), ("b", 50, 20, 50), ("c", 100, 60, 30)]
    batch = sample(line_case(rows), 1)
    chosen = {"none": [1, 1, 1], "salience": [10, 20, 60], "influence-salience": [900, 1000, 1800]}
    w = np.array(chosen[weights], float)
    mean = Mean(weights=weights).solve(batch).settlement.item()
    assert mean == pytest.approx((w * [0, 0.5, 1]).sum() / w.sum())
    pairs = list(zip([0, 0.5, 1], w, strict=True))
    assert Median(weights=weights).solve(batch).settlement.item() == median_twin(pairs)


def test_the_median_is_the_lower_one_on_a_tie():
    rows = [("a", 10, 100, 1), ("b", 30, 100, 2), ("c", 80, 100, 3)]
    assert Median().solve(sample(line_case(rows), 1)).settlement.item() == pytest.approx(0.3)
    thirds = [("a", 10, 100, 0.1), ("b", 30, 100, 0.2), ("c", 80, 100, 0.3)]
    assert Median().solve(sample(line_case(thirds), 1)).settlement.item() == pytest.approx(0.3)


def test_what_a_lazy_forecaster_would_say():
    batch = sample(line_case([("a", 10, 1, 1)], reversion="20 to 40"), 9)
    assert np.array_equal(ReversionPoint().solve(batch).settlement, batch.reversion)
    assert (Constant(share=0.3).solve(batch).settlement == 0.3).all()


@pytest.mark.parametrize("model", [NashBargaining(), ReversionPoint()])
def test_a_model_that_needs_a_reversion_point_says_so(model):
    with pytest.raises(WinsetError, match="reversion point on every issue; none on x"):
        model.solve(sample(line_case([("a", 10, 1, 1)]), 1))


@pytest.mark.parametrize(
    ("model", "settings_", "word"),
    [(Mean, {"weights": "power"}, "weights"), (Constant, {"share": 2.0}, "share"),
     (NashBargaining, {"loss": "cubic"}, "loss")],
)  # fmt: skip
def test_a_wrong_parameter_is_refused_by_name(model, settings_, word):
    with pytest.raises(ValueError, match=word):
        model(**settings_)
