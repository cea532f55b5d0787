"""Draws are computed in one place: sampled once, solved once, and the same bytes however."""

from dataclasses import fields, replace

import numpy as np
import pytest

from any_decisions import made_up, read
from builders import line_case
from winset.case.shipped import open_case
from winset.errors import WinsetError
from winset.explain.background import look_behind
from winset.forecast import draws as computing
from winset.forecast.draws import CHUNK, case_draws, compute_draws, forget_draws
from winset.forecast.forecast import MOST_DRAWS, forecast_draws, load_forecast, make_forecast
from winset.forecast.scenario_effects import compare
from winset.forecast.sizes import size_of
from winset.models import Mean, NashBargaining, TwoLevel
from winset.models.batch import Batch, sample
from winset.models.rebatch import first_draws
from winset.track_record.decision import Trial

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]
GAME_SOLVES = 2  # the game asks for the chance of an agreement, as coded and under full unity
CASE = line_case(ROWS, reversion="0..5..10", issues=("x", "y"))


@pytest.fixture(autouse=True)
def nothing_held():
    forget_draws()
    yield
    forget_draws()


@pytest.fixture
def sampled(monkeypatch):
    """The number of draws of every batch that is sampled, one after the other."""
    counts, plain = [], computing.make_batch

    def counted(case, shares):
        counts.append(shares.draws)
        return plain(case, shares)

    monkeypatch.setattr(computing, "make_batch", counted)
    return counts


@pytest.fixture
def solved(monkeypatch):
    """Every two-level model that solves a batch, with the batch and its number of draws."""
    calls, plain = [], TwoLevel.solve

    def counted(model, batch, **options):
        calls.append((model, batch.draws))
        return plain(model, batch, **options)

    monkeypatch.setattr(TwoLevel, "solve", counted)
    return calls


def test_what_lies_behind_a_forecast_is_read_off_the_batch_and_the_answers_it_has(sampled, solved):
    case = open_case("iran-nuclear-2015")
    forecast = make_forecast(case, TwoLevel(), draws=600)
    assert sampled == [600]
    look_behind(case, forecast, structure=True)
    assert sampled == [600], "background, spread, structure and games share the forecast's batch"
    assert solved.count((TwoLevel(), 600)) <= 1 + GAME_SOLVES, "what binds is read off its answers"


def test_models_on_one_case_share_its_batch(sampled):
    for model in (Mean(), NashBargaining(), Mean(weights="salience")):
        make_forecast(CASE, model, draws=200, seed=3)
    assert sampled == [200]


def test_a_trial_and_a_forecast_are_computed_by_the_same_function(tmp_path, monkeypatch):
    import winset.forecast.forecast as forecasting
    import winset.track_record.decision as deciding

    calls = []

    def counted(case, model, **options):
        calls.append(model.name)
        return compute_draws(case, model, **options)

    for module in (forecasting, deciding):
        monkeypatch.setattr(module, "compute_draws", counted)
    make_forecast(CASE, Mean(), draws=10)
    trees = read(tmp_path, made_up(3, 2, seed=2))
    Trial(trees.decisions[0], trees, draws=10, seed=1).solve(NashBargaining())
    assert calls == ["mean", "nash"]


def test_the_first_draws_of_a_batch_are_those_of_a_shorter_one():
    case = open_case("iran-syria-2015")
    part, whole = first_draws(sample(case, 90, seed=7), 40), sample(case, 40, seed=7)
    for field in fields(Batch):
        one, other = getattr(part, field.name), getattr(whole, field.name)
        if isinstance(one, np.ndarray):
            assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), field.name
    assert part.draws == 40 and np.array_equal(part.shares("z"), whole.shares("z"))
    assert all(
        np.array_equal(o.values[name], w.values[name])
        for o, w in zip(part.overrides, whole.overrides, strict=True)
        for name in o.values
    )
    one, other = (TwoLevel().solve(batch) for batch in (part, whole))
    assert np.array_equal(one.settlement, other.settlement, equal_nan=True)


def test_draws_computed_again_from_a_case_that_changed_little_are_those_from_nothing():
    case = open_case("iran-nuclear-2015")
    warm = compare(case, TwoLevel(), ["base", case.scenarios[0].id], draws=150).forecasts
    for forecast in warm:
        forget_draws()
        cold = make_forecast(case, TwoLevel(), draws=150, raw=True, scenario=forecast.made.scenario)
        assert np.array_equal(cold.settlement, forecast.settlement, equal_nan=True)
        assert np.array_equal(cold.agreement, forecast.agreement)


def test_what_is_held_keeps_within_its_bytes(monkeypatch):
    one = case_draws(CASE, 400, seed=1)
    one.outcome(NashBargaining())
    size = size_of([one.held])
    assert size > 400 * 8 * 2 * 5, "arrays are counted"
    monkeypatch.setattr(computing, "MOST_BYTES", 2 * size)
    for seed in range(2, 8):
        case_draws(CASE, 400, seed=seed)
    assert 1 <= len(computing._RECENT) <= 2
    assert size_of([held.held for held in computing._RECENT]) <= 2 * size


def test_a_forecast_owns_its_arrays_and_what_is_held_cannot_be_spoilt():
    forecast = make_forecast(CASE, NashBargaining(), draws=50)
    forecast.agreement[:] = 0.5  # a reader may do so with an own forecast
    drawn = forecast_draws(CASE, forecast, most=50)
    again = make_forecast(CASE, NashBargaining(), draws=50)
    assert not np.array_equal(again.agreement, forecast.agreement)
    with pytest.raises(ValueError, match="read-only"):
        drawn.outcome(NashBargaining()).agreement[0] = 1.0


def test_a_model_that_cannot_be_a_key_is_solved_whenever_it_is_asked_for():
    class Unhashable(Mean):
        __hash__ = None  # type: ignore[assignment]

    drawn = case_draws(CASE, 20, seed=0)
    for _ in range(2):
        outcome = drawn.outcome(Unhashable())
        assert np.array_equal(outcome.settlement, Mean().solve(sample(CASE, 20)).settlement)


def test_a_forecast_of_many_draws_holds_them_all():
    counts = []
    forecast = make_forecast(CASE, Mean(), draws=2 * CHUNK + 5, progress=counts.append)
    assert forecast.draws == 2 * CHUNK + 5 and counts == [CHUNK, 2 * CHUNK, 2 * CHUNK + 5]
    last = Mean().solve(sample(CASE, 5, first=2 * CHUNK))
    raw = make_forecast(CASE, Mean(), draws=2 * CHUNK + 5, raw=True)
    assert np.array_equal(raw.settlement[-5:], 100.0 * last.settlement)


def test_more_draws_than_memory_holds_are_refused_with_what_they_would_bring():
    with pytest.raises(WinsetError, match=r"1,000,000 or fewer; found 1,000,001; with that many"):
        make_forecast(CASE, Mean(), draws=MOST_DRAWS + 1)


def test_sums_of_draws_that_an_earlier_version_saved_are_refused_in_words(tmp_path):
    path = tmp_path / "f.npz"
    make_forecast(CASE, Mean(), draws=5).save(path)
    arrays = dict(np.load(path))
    np.savez(path, **arrays, tally_draws=np.array(300_000))
    path.with_suffix(".npz").replace(path)
    with pytest.raises(WinsetError, match=r"added its draws up .* make the forecast again"):
        load_forecast(path)


def test_a_value_is_measured_with_all_that_belongs_to_it():
    row = np.zeros(1_000)
    assert size_of(row[::2]) == 8_000, "a view holds the whole array"
    assert size_of([row, row]) < 9_000, "one array counts once"
    assert size_of({"a": replace(make_forecast(CASE, Mean(), draws=500))}) > 500 * 8 * 2

    def made(values=row):
        return lambda: values

    assert size_of(made()) > 8_000, "a function holds what it encloses"
