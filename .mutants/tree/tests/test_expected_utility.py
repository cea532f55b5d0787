import csv
import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from builders import line_case
from stances import batch_of
from twins import expected_utility as twin
from winset.models.batch import sample
from winset.models.expected_utility import ExpectedUtility
from winset.models.kernels import threads

HERE = Path(__file__).parent
PUBLISHED = YAML(typ="safe").load(HERE / "published" / "emission_standards.yaml")
GOLDEN = YAML(typ="safe").load(HERE / "golden" / "expected_utility_printed.yaml")
SHARED = Path(__file__).parents[2] / "shared" / "data" / "published"
VARIANTS = ("printed", "replication")
LOW, HIGH = PUBLISHED["inputs"]["scale"]
ACTORS = PUBLISHED["inputs"]["actors"]


@pytest.fixture(scope="module")
def emission():
    rows = [(name, x, s, c) for name, (c, x, s) in ACTORS.items()]
    return sample(line_case(rows, scale=(LOW, HIGH)), 1)


def series(batch, forecast, variant, **options):
    """Forecasts of each round, in the issue's units."""
    model = ExpectedUtility(variant=variant, forecast=forecast, **options)
    return batch.in_units(model.trace(batch).settlement[0])[:, 0]


@pytest.mark.parametrize(
    "table", PUBLISHED["tables"], ids=lambda t: f"{t['what']}-{len(t['rounds'])}-rounds"
)
def test_the_replication_variant_reproduces_the_table(emission, table):
    found = series(emission, table["what"], "replication")[table["rounds"]]
    for t, value, expected in zip(table["rounds"], found, table["expected"], strict=True):
        if t in table["deviations"]:
            assert value == pytest.approx(table["deviations"][t], abs=1e-4)
            assert abs(value - expected) > table["tolerance"]
        else:
            assert value == pytest.approx(expected, abs=table["tolerance"]), t


@pytest.mark.parametrize("viewer", PUBLISHED["challenges"]["views"])
def test_the_replication_variant_has_every_published_expectation_with_its_sign(emission, viewer):
    names, tolerance = list(ACTORS), PUBLISHED["challenges"]["tolerance"]
    seen = ExpectedUtility(variant="replication").challenges(emission)
    for other, expected in PUBLISHED["challenges"]["views"][viewer].items():
        at = (0, names.index(viewer), names.index(other), 0)
        found = np.array([seen.own[at], seen.other[at]])
        assert (
            np.where(abs(found) < 1e-12, 0, np.sign(found)).tolist() == np.sign(expected).tolist()
        )
        assert found == pytest.approx(expected, abs=tolerance)


@pytest.mark.parametrize("run", GOLDEN["runs"], ids=lambda run: f"q={run['q']}")
def test_the_printed_variant_repeats_its_golden_run(emission, run):
    for forecast in ("median", "mean"):
        found = series(emission, forecast, "printed", q=run["q"])
        assert found == pytest.approx(run[forecast], abs=1e-9)
    rounds = ExpectedUtility(q=run["q"]).trace(emission)
    last = emission.in_units(rounds.position[0, -1])[:, 0]
    assert last == pytest.approx(run["last_positions"], abs=1e-9)


def test_the_published_numbers_are_those_of_the_shared_tables():
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED} is absent")

    def rows(name):
        lines = (SHARED / f"emission_standards_{name}.csv").read_text().splitlines()
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))

    for row in rows("bdm1994_inputs"):
        c, x, s = ACTORS[row["actor"]]
        assert (c, x) == (float(row["capability"]), float(row["position"]))
        assert s / 100 == pytest.approx(float(row["salience"]))
    for table, column in zip(PUBLISHED["tables"], ("median_voter", "mean_voter"), strict=False):
        assert table["expected"] == [float(row[column]) for row in rows("scholz2011_table2")]
    for row in rows("scholz2011_eu_quadrants"):
        expected = PUBLISHED["challenges"]["views"][row["focal"]][row["other"]]
        assert expected[0] == float(row["eu_focal_challenging_other"])
        assert expected[1] == float(row["eu_other_challenging_focal"])


# Coarse grids make ties of positions, votes and offers common; fine ones make them rare.
@st.composite
def tables(draw, *, most=7):
    grid = draw(st.sampled_from([2, 5, 100]))
    share = st.integers(0, grid).map(lambda k: k / grid)
    n = draw(st.integers(1, most))
    return tuple(draw(st.lists(share, min_size=n, max_size=n)) for _ in range(3))


@settings(max_examples=100)
@given(tables(), st.sampled_from(VARIANTS), st.sampled_from([1.0, 0.5]))
def test_the_kernel_equals_its_naive_twin(table, variant, q):
    x, s, c = table
    batch = batch_of(x, s, c)
    model = ExpectedUtility(variant=variant, q=q, rounds=6)
    rounds, run = model.trace(batch), twin.play(x, s, c, variant=variant, q=q, rounds=6)
    assert np.allclose(rounds.position[0, :, :, 0], run.positions, atol=1e-9, rtol=0)
    assert rounds.moved_by[0, :, :, 0].tolist() == run.moved_by
    assert np.allclose(rounds.settlement[0, :, 0], run.medians, atol=1e-9, rtol=0)
    means = dataclasses.replace(model, forecast="mean").solve(batch)
    assert means.settlement.item() == pytest.approx(run.means[-1], abs=1e-9)
    own, other = twin.challenges(x, s, twin.weights(s, c), max(x) - min(x), variant=variant, q=q)
    seen = model.challenges(batch)
    assert np.allclose(seen.own[0, :, :, 0], own, atol=1e-9)
    assert np.allclose(seen.other[0, :, :, 0], other, atol=1e-9)


def many(draws=64, actors=9, issues=2, seed=0):
    return batch_of(*np.random.default_rng(seed).random((3, draws, actors, issues)))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_draw_depends_neither_on_chunks_nor_on_threads(variant):
    model, batch = ExpectedUtility(variant=variant), many()
    whole = model.solve(batch).settlement
    threads.use_threads(1)
    try:
        for first, last in ((0, 1), (1, 20), (20, 64)):
            part = batch_of(*(a[first:last] for a in (batch.position, batch.salience,
                                                      batch.influence)))  # fmt: skip
            assert np.array_equal(model.solve(part).settlement, whole[first:last])
    finally:
        threads.use_threads(None)


@pytest.mark.parametrize("variant", VARIANTS)
def test_whoever_is_absent_changes_nothing(variant):
    model, batch = ExpectedUtility(variant=variant), many(actors=6)
    wide = [
        np.concatenate([a, np.full((64, 1, 2), extreme)], axis=1)
        for a, extreme in zip((batch.position, batch.salience, batch.influence), (0, 1, 9),
                              strict=True)
    ]  # fmt: skip
    present = np.ones((7, 2), bool)
    present[6] = False
    joined = batch_of(*wide, present)
    assert np.array_equal(model.solve(batch).settlement, model.solve(joined).settlement)
    assert np.isnan(model.challenges(joined).own[:, 6]).all()
    assert (model.trace(joined).position[:, :, 6] == 0).all()


def test_a_draw_axis_that_is_only_broadcast_gives_what_its_copies_give():
    one = many(draws=1)
    arrays = (one.position, one.salience, one.influence)
    broadcast = dataclasses.replace(
        many(draws=5),
        **{name: np.broadcast_to(a, (5, 9, 2)) for name, a in
           zip(("position", "salience", "influence"), arrays, strict=True)},
    )  # fmt: skip
    settlement = ExpectedUtility().solve(broadcast).settlement
    assert np.array_equal(settlement, np.repeat(ExpectedUtility().solve(one).settlement, 5, axis=0))


@pytest.mark.parametrize("q", [1.0, 0.5])
def test_the_printed_variant_does_not_know_up_from_down(q):
    batch = many()
    mirrored = dataclasses.replace(batch, position=1.0 - batch.position)
    model = ExpectedUtility(q=q)
    up, down = model.solve(batch).settlement, model.solve(mirrored).settlement
    assert np.allclose(up, 1.0 - down, atol=1e-9)


def test_the_solution_is_the_last_round_and_every_move_has_a_mover():
    for variant in VARIANTS:
        model, batch = ExpectedUtility(variant=variant, forecast="mean"), many()
        outcome, rounds = model.solve(batch), model.trace(batch)
        assert np.array_equal(rounds.settlement[:, -1], outcome.settlement)
        assert np.array_equal(rounds.rounds, outcome.rounds)
        assert np.array_equal(rounds.converged, outcome.converged)
        assert (rounds.moved_by[:, 0] == -1).all()
        moved = rounds.position[:, 1:] != rounds.position[:, :-1]
        assert not (moved & (rounds.moved_by[:, 1:] < 0)).any()
        played = (rounds.moved_by >= 0).any(axis=2).sum(axis=1)
        assert np.array_equal(played, rounds.rounds)


def test_convergence_is_told_by_the_last_move_of_the_median(emission):
    for rounds, converged in ((4, True), (5, True), (6, False), (9, True), (10, False)):
        outcome = ExpectedUtility(variant="replication", rounds=rounds).solve(emission)
        assert outcome.converged.item() is converged, rounds
        assert outcome.rounds.item() == rounds
    assert ExpectedUtility(variant="replication", tolerance=0.5).solve(emission).converged.item()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("q", [1.0, 0.5])
@pytest.mark.parametrize(
    ("x", "s", "c"),
    [([0.3, 0.3, 0.3], [0.5, 0.2, 0.9], [1, 2, 3]), ([0.7], [0.5], [2]), ([0.7], [0.0], [0])],
    ids=["all at one point", "one actor", "one without weight"],
)
def test_where_there_is_nothing_to_win_nobody_moves(variant, q, x, s, c):
    outcome = ExpectedUtility(variant=variant, q=q).solve(batch_of(x, s, c))
    assert outcome.settlement.item() == x[0]
    assert outcome.rounds.item() == 0
    assert outcome.converged.item()


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("n", [1, 3])
def test_camps_that_are_alike_are_equally_safe_and_do_not_move(variant, n):
    x, s = [0.2] * n + [0.8] * n, [0.5] * 2 * n
    model, batch = ExpectedUtility(variant=variant), batch_of(x, s, [1] * 2 * n)
    outcome, seen = model.solve(batch), model.challenges(batch)
    assert outcome.settlement.item() == 0.2  # the vote is a tie
    assert outcome.rounds.item() == 0
    assert np.allclose(seen.own, np.swapaxes(seen.own, 1, 2), atol=1e-12)
    assert np.allclose(seen.own, seen.other, atol=1e-12)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("q", [1.0, 0.5, 0.0])
def test_odd_tables_have_defined_results(variant, q):
    rng = np.random.default_rng(1)
    x = rng.random(5)
    odd = {
        "no weight at all": (x, np.zeros(5), np.zeros(5)),
        "no influence": (x, rng.random(5), np.zeros(5)),
        "one with weight": (x, rng.random(5), np.eye(5)[2]),
        "two": (x[:2], rng.random(2), rng.random(2)),
        "all but one on a point": ([0, 1, 1, 1, 1], rng.random(5), rng.random(5)),
        "a hair apart": ([0.5, 0.5 + 1e-13, 0.5 + 2e-13], np.ones(3), np.ones(3)),
        "weight at the middle": ([0.1, 0.2, 0.3], [0, 1, 0], [1, 1, 1]),
    }
    for name, table in odd.items():
        rounds = ExpectedUtility(variant=variant, q=q).trace(batch_of(*table))
        assert np.isfinite(rounds.position).all(), name
        assert (rounds.position >= 0).all(), name
        assert (rounds.position <= 1).all(), name
        assert np.isfinite(rounds.settlement).all(), name


def test_an_issue_without_actors_has_no_settlement():
    batch = batch_of(*np.full((3, 1, 2, 2), 0.5), present=[[True, False], [True, False]])
    for outcome in (ExpectedUtility().solve(batch), ExpectedUtility(forecast="mean").solve(batch)):
        assert outcome.settlement[0, 0] == 0.5
        assert np.isnan(outcome.settlement[0, 1])
        assert outcome.rounds.tolist() == [[0, 0]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_two_hundred_and_fifty_actors_are_no_trouble(variant):
    batch = many(draws=1, actors=250, issues=1)
    outcome = ExpectedUtility(variant=variant, rounds=3).solve(batch)
    assert np.isfinite(outcome.settlement).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "other"}, "variant must be one of printed, replication; found other"),
        ({"forecast": "mode"}, "forecast must be one of median, mean; found mode"),
        ({"rounds": 0}, "rounds must be 1 or more; found 0"),
        ({"q": 1.5}, r"q must be in \[0, 1\]; found 1.5"),
        ({"tolerance": 0.0}, "tolerance must be greater than 0; found 0.0"),
    ],
)
def test_a_wrong_parameter_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        ExpectedUtility(**options)
