"""The spatial model against the reference program, its naive twin, and laws it must keep."""

import csv
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import line_case
from twins import spatial as twin
from winset.errors import WinsetError
from winset.models import spatial
from winset.models.batch import RandomShares, sample
from winset.models.kernels import condorcet, spatial_turn, threads
from winset.models.kernels import spatial as kernel
from winset.models.spatial import CHOICES, SpatialPolitics

REFERENCE = Path(__file__).parents[2] / "shared" / "data" / "spatial"
FIXTURE = Path(__file__).parent / "fixtures" / "spatial-run.json"
VIEWS = {"0": 0.0, "1/3": 1 / 3, "1/2": 1 / 2, "2/3": 2 / 3, "1": 1.0}


def make_batch(position, salience, influence, *, present=None, seed=0, first=0):
    """A batch from ``(draw, actor, issue)`` positions and saliences and ``(draw, actor)`` c."""
    position, salience = np.asarray(position, float), np.asarray(salience, float)
    draws, actors, issues = position.shape
    rows = [(f"a{i}", 0, 50, 50) for i in range(actors)]
    batch = sample(line_case(rows, issues=tuple(f"x{k}" for k in range(issues))), 1)
    influence = np.repeat(np.asarray(influence, float)[:, :, None], issues, axis=2)
    present = np.ones((actors, issues), bool) if present is None else np.asarray(present)
    return replace(
        batch,
        position=position,
        salience=salience,
        influence=influence,
        present=present,
        shares=RandomShares(seed, draws, first),
    )


def draw_batch(seed, draws, actors, issues=1):
    """A batch of numbers without ties."""
    rng = np.random.default_rng(seed)
    shape = (draws, actors, issues)
    salience = rng.uniform(0.1, 1.0, shape) / issues
    return make_batch(rng.random(shape), salience, rng.uniform(1, 100, shape[:2]))


def twin_rules(model):
    names = {name: getattr(model, name) for name in CHOICES}
    return twin.Rules(
        **{**names, "views": VIEWS[model.views]}, max_turns=model.max_turns, stop=model.stop
    )


def splitmix(key, turn, actor):
    """The uniform number of the kernel, in whole numbers."""
    mask = 2**64 - 1
    z = (key + 0x9E3779B97F4A7C15 * ((turn << 32) + actor + 1)) & mask
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
    return ((z ^ (z >> 31)) >> 11) * 2.0**-53


def twin_run(model, batch, draw=0):
    """The twin's run of one draw, and who takes part in it."""
    salience = batch.salience[draw]
    part = [i for i in range(len(salience)) if batch.present[i].any() and salience[i].sum() > 0]
    key = int(batch.shares("spatial/interim vote")[draw] * 2.0**53)
    pulls = model.interdependence
    run = twin.play(
        batch.position[draw][part].tolist(),
        salience[part].tolist(),
        batch.influence[draw, part, 0].tolist(),
        twin_rules(model),
        interdependence=pulls and [[pulls[i][j] for j in part] for i in part],
        uniform=lambda turn, k: splitmix(key, turn, part[k]),
    )
    return run, part


# Reference program and golden run


def reference_runs():
    return [path.name.removesuffix(".input.csv") for path in sorted(REFERENCE.glob("*.input.csv"))]


def read_rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize(
    "name",
    reference_runs()
    or [pytest.param("", marks=pytest.mark.skip(reason=f"no reference runs in {REFERENCE}"))],
)
def test_every_turn_of_the_reference_program_is_reproduced(name):
    actors = read_rows(REFERENCE / f"{name}.input.csv")
    issues = sum(column.startswith("pos_") for column in actors[0])
    columns = {
        kind: [[[float(row[f"{kind}_{k}"]) / 100 for k in range(issues)] for row in actors]]
        for kind in ("pos", "sal")
    }
    batch = make_batch(columns["pos"], columns["sal"], [[float(a["capability"]) for a in actors]])
    rows = read_rows(REFERENCE / f"{name}.positions.csv")
    index = {row["actor"]: i for i, row in enumerate(actors)}
    turns = max(int(row["turn"]) for row in rows)
    expected = np.full((turns + 1, len(actors), issues), np.nan)
    for row in rows:
        place = int(row["turn"]), index[row["actor"]], int(row["dim"])
        expected[place] = float(row["position_0_100"]) / 100
    last = {row["actor"]: float(row[f"t{turns}"]) for row in read_rows(
        REFERENCE / f"{name}.win_prob.csv")}  # fmt: skip

    model = SpatialPolitics()
    rounds, outcome = model.trace(batch), model.solve(batch)
    assert rounds.rounds[0, 0] == turns
    assert np.abs(rounds.position[0] - expected).max() < 1e-9
    assert np.abs(outcome.position[0] - expected[-1]).max() < 1e-9
    assert outcome.converged.all()
    assert np.abs(outcome.probability[0] - [last[a["actor"]] for a in actors]).max() < 1e-4


def test_a_golden_run_of_the_twin_is_reproduced():
    """Made by ``twins.spatial.play`` from the inputs in the file; probabilities to 12 digits."""
    golden = json.loads(FIXTURE.read_text())
    batch = make_batch([golden["position"]], [golden["salience"]], [golden["capability"]])
    rounds, outcome = SpatialPolitics().trace(batch), SpatialPolitics().solve(batch)
    assert rounds.position[0].tolist() == golden["positions"]
    assert outcome.probability[0] == pytest.approx(golden["probability"], abs=1e-12)
    assert outcome.settlement[0] == pytest.approx(golden["settlement"], abs=1e-12)
    assert outcome.converged.all()


# Naive twin


@st.composite
def models(draw):
    choices = {name: draw(st.sampled_from(names)) for name, names in CHOICES.items()}
    stop = draw(st.sampled_from([0.0, 0.02, 0.5]))
    return SpatialPolitics(**choices, max_turns=draw(st.integers(1, 4)), stop=stop)


@st.composite
def batches(draw, *, idle=True):
    """Batches of one draw on a coarse grid, so that ties come up."""
    actors, issues = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    shape = (1, actors, issues)

    def grid(low, high, size):
        return np.array(draw(st.lists(st.integers(low, high), min_size=size, max_size=size)))

    position = grid(0, 20, actors * issues).reshape(shape) / 20
    salience = grid(0 if idle else 1, 20, actors * issues).reshape(shape) / 20 / issues
    salience[0, 0] = np.maximum(salience[0, 0], 0.05)
    influence = grid(0 if idle else 1, 10, actors)[None] * 7.3
    return make_batch(position, salience, influence, seed=draw(st.integers(0, 9)))


@settings(max_examples=150, deadline=None)
@given(models(), batches(), st.booleans(), st.randoms(use_true_random=False))
def test_the_kernel_equals_its_naive_twin_under_every_option(model, batch, tied, random):
    actors = batch.position.shape[1]
    if tied:
        pulls = [[random.randint(0, 5) / 20 for _ in range(actors)] for _ in range(actors)]
        model = replace(model, interdependence=pulls)
    run, part = twin_run(model, batch)
    rounds, outcome = model.trace(batch), model.solve(batch)
    assert rounds.rounds[0, 0] == len(run.positions) - 1
    assert rounds.position[0][:, part].tolist() == run.positions
    assert outcome.position[0, part].tolist() == run.positions[-1]
    assert outcome.converged[0, 0] == run.converged
    assert outcome.probability[0, part] == pytest.approx(run.probabilities[-1], abs=1e-12)
    assert rounds.settlement[0] == pytest.approx(np.array(run.settlements), abs=1e-12)
    idle = [i for i in range(actors) if i not in part]
    assert (rounds.position[0][:, idle] == batch.position[0, idle]).all()
    assert (outcome.probability[0, idle] == 0).all()


@settings(max_examples=50, deadline=None)
@given(models(), batches(idle=False))
def test_expected_gains_equal_the_naive_twin(model, batch):
    x, s = batch.position[0].tolist(), batch.salience[0].tolist()
    c, rules = batch.influence[0, :, 0].tolist(), twin_rules(model)
    d = twin.distances(x, x, s)
    r = twin.risks(d, c, rules)
    gains = model.expected_gain(batch)[0]
    for i in range(len(x)):
        U = twin.view(i, d, r, rules)
        for j in range(len(x)):
            expected = 0.0 if i == j else twin.gain(i, j, U, s, c, rules)[0]
            assert gains[i, j] == pytest.approx(expected, abs=1e-12)


# Laws of each option


def elected(worth, weight, *, vote="proportional", victory="linear", election="conditional"):
    """Probabilities of options from ``(voter, option)`` utilities."""
    worth, weight = np.array(worth, float), np.array(weight, float)
    codes = condorcet.ElectionRules(
        condorcet.VOTES.index(vote),
        condorcet.VICTORIES.index(victory),
        condorcet.METHODS.index(election),
    )
    booth = condorcet.make_booth(*worth.shape, codes)
    booth.worth[:] = worth
    condorcet.elect(worth.shape[1], weight, booth)
    return booth.chance.copy()


def utilities(seed, voters=5, options=4):
    rng = np.random.default_rng(seed)
    return rng.random((voters, options)), rng.uniform(1, 10, voters)


def test_a_binary_vote_hangs_on_the_order_of_utilities_alone():
    worth, weight = utilities(1)
    plain, bent = (elected(w, weight, vote="binary") for w in (worth, worth**3))
    assert np.array_equal(plain, bent)
    assert not np.allclose(elected(worth, weight), elected(worth**3, weight))


def test_a_proportional_vote_hangs_on_the_ratios_of_differences_alone():
    worth, weight = utilities(2)
    assert elected(worth, weight) == pytest.approx(elected(0.25 * worth, weight), abs=1e-7)


@pytest.mark.parametrize("vote", CHOICES["vote"])
def test_all_votes_agree_where_it_is_all_or_nothing(vote):
    worth, weight = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]]), [3, 1, 4, 2]
    assert elected(worth, weight, vote=vote) == pytest.approx(elected(worth, weight), abs=1e-12)


@given(st.floats(-1, 1), st.floats(0, 100))
def test_a_mixed_vote_is_the_mixture_of_the_pure_ones(du, weight):
    vote = {name: condorcet.vote(k, weight, du) for k, name in enumerate(condorcet.VOTES)}
    propbin = 0.8 * vote["proportional"] + 0.2 * vote["binary"]
    propcubic = 0.5 * vote["proportional"] + 0.5 * vote["cubic"]
    assert vote["propbin"] == pytest.approx(propbin, abs=1e-12)
    assert vote["propcubic"] == pytest.approx(propcubic, abs=1e-12)
    assert abs(vote["cubic"]) <= abs(vote["propcubic"]) <= abs(vote["proportional"]) + 1e-12
    assert abs(vote["binary"]) <= weight


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3))
def test_a_power_of_victory_raises_the_odds_to_it(strength, against):
    odds = strength / against
    for code, power in enumerate((1, 2, 4, 8)):
        chance = condorcet.victory(code, strength, against)
        other = condorcet.victory(code, against, strength)
        assert chance + other == pytest.approx(1, abs=1e-12)
        assert chance == pytest.approx(odds**power / (1 + odds**power), rel=1e-9, abs=1e-300)


def test_a_binary_victory_needs_a_tenth_more_strength():
    binary = condorcet.VICTORIES.index("binary")
    assert condorcet.victory(binary, 1.1, 1.0) == pytest.approx(1, abs=2e-6)
    assert condorcet.victory(binary, 1.0, 1.1) == pytest.approx(0, abs=2e-6)
    assert condorcet.victory(binary, 2.0, 2.0) == pytest.approx(0.5)
    chances = [condorcet.victory(binary, c, 1.0) for c in np.linspace(0.85, 1.2, 200)]
    assert np.all(np.diff(chances) >= -1e-6)
    assert 0 <= min(chances) <= max(chances) <= 1


@pytest.mark.parametrize("victory", CHOICES["victory"])
@pytest.mark.parametrize("election", CHOICES["election"])
def test_an_election_between_two_is_their_vote(election, victory):
    worth, weight = [[1.0, 0.4], [0.2, 0.7], [0.5, 0.56]], [2, 3, 1]
    chance = elected(worth, weight, victory=victory, election=election)
    beats = condorcet.victory(condorcet.VICTORIES.index(victory), 1.2 + 1e-8, 1.56 + 1e-8)
    assert chance == pytest.approx([beats, 1 - beats], abs=1e-5)


@pytest.mark.parametrize("vote", CHOICES["vote"])
@pytest.mark.parametrize("victory", CHOICES["victory"])
@pytest.mark.parametrize("election", CHOICES["election"])
def test_an_election_shares_out_certainty_and_alike_options_alike(vote, victory, election):
    worth, weight = utilities(3)
    worth = np.hstack([worth, worth[:, :1]])
    chance = elected(worth, weight, vote=vote, victory=victory, election=election)
    assert chance.sum() == pytest.approx(1)
    assert (chance >= 0).all()
    assert chance[0] == pytest.approx(chance[-1], abs=1e-5)
    order = [3, 0, 4, 2, 1]
    other = elected(worth[:, order], weight, vote=vote, victory=victory, election=election)
    assert other == pytest.approx(chance[order], abs=1e-5)


@pytest.mark.parametrize("election", CHOICES["election"])
def test_an_election_without_voters_is_open(election):
    chance = elected(utilities(4)[0], np.zeros(5), election=election)
    assert chance == pytest.approx([0.25] * 4)


def test_products_too_small_for_floating_point_keep_their_ratios():
    """Three camps of 85 options that each beat the next: all products are below 1e-308."""
    cycle = np.array([[1.0, 0.5, 0.0], [0.0, 1.0, 0.5], [0.5, 0.0, 1.0]])
    worth = np.repeat(cycle, 85, axis=1)
    chance = elected(worth, [1, 1, 1], vote="binary", victory="octic")
    assert chance == pytest.approx([1 / 255] * 255)
    longer = np.hstack([worth, worth[:, :1]])
    kernel = elected(longer, [1, 1, 1], vote="binary", victory="octic")
    rules = twin.Rules(vote="binary", victory="octic")
    assert kernel == pytest.approx(twin.elect(longer.tolist(), [1, 1, 1], rules), rel=1e-9)


def surveyed(batch, model):
    """The kernel's state and room after step 1 of the first turn."""
    present, rules = np.ones(batch.position.shape[1], bool), model._rules()
    influence = np.array(batch.influence[0, :, 0])
    state = kernel._make_state(batch.position[0], batch.salience[0], influence, present)
    room = spatial_turn.make_room(*batch.position.shape[1:], rules)
    spatial_turn.survey(state, rules, room)
    return state, room


@pytest.mark.parametrize(("risk", "low"), [("min", 0.0), ("mid", -0.5), ("max", -1.0)])
def test_risk_attitudes_fill_their_range_and_rise_with_the_chance_to_win(risk, low):
    state, room = surveyed(draw_batch(4, 1, 6), SpatialPolitics(risk=risk))
    assert state.risk.min() == pytest.approx(low)
    assert state.risk.max() == pytest.approx(1)
    assert np.array_equal(np.argsort(state.risk), np.argsort(room.booth.chance[:6]))


def test_views_matter_where_attitudes_differ_and_only_there():
    alike = make_batch([[[0.2], [0.7]]], [[[0.5], [0.8]]], [[5.0, 5.0]])
    other = draw_batch(5, 1, 6)
    for batch, same in ((alike, True), (other, False)):
        gains = [SpatialPolitics(views=v).expected_gain(batch) for v in CHOICES["views"]]
        assert all(np.allclose(gains[0], g, atol=1e-12) for g in gains) == same


def test_third_parties_need_a_third_actor_and_a_stake():
    three = draw_batch(6, 1, 3)
    two = make_batch(three.position[:, :2], three.salience[:, :2], three.influence[:, :2, 0])
    none, semi, full = (SpatialPolitics(third_parties=c) for c in CHOICES["third_parties"])
    assert np.array_equal(none.expected_gain(two), semi.expected_gain(two))
    assert np.array_equal(none.expected_gain(three), full.expected_gain(three))
    assert not np.allclose(none.expected_gain(three), semi.expected_gain(three))


@pytest.mark.parametrize(("bargain", "power"), [("s1p1", 1), ("s2p2", 2)])
def test_a_bargain_weighs_salience_and_chance_by_their_powers(bargain, power):
    batch, model = draw_batch(22, 1, 5), SpatialPolitics(bargain=bargain)
    state, room = surveyed(batch, model)
    spatial_turn.propose(state, model._rules(), room)
    x, s, c = batch.position[0, :, 0], batch.salience[0].tolist(), batch.influence[0, :, 0]
    proposals = [(i, j) for i, j in enumerate(room.target.tolist()) if j >= 0]
    assert len(proposals) > 2
    for i, j in proposals:
        U = twin.view(i, state.distance.tolist(), state.risk.tolist(), twin.Rules())
        _, phi = twin.gain(i, j, U, s, c.tolist(), twin.Rules())
        w_i, w_j = (s[i][0] * phi) ** power, (s[j][0] * (1 - phi)) ** power
        middle = (w_i * x[i] + w_j * x[j]) / (w_i + w_j)
        assert room.own_side[i, 0] == pytest.approx(middle, abs=2e-4)
        assert room.other_side[i, 0] == pytest.approx(middle, abs=2e-4)


def test_the_stochastic_vote_can_be_repeated_and_varies_by_draw():
    one = draw_batch(7, 1, 5)
    copies = [np.repeat(a, 400, axis=0) for a in (one.position, one.salience)]
    influence = np.repeat(one.influence[:, :, 0], 400, axis=0)
    model = SpatialPolitics(interim="stochastic", max_turns=1)
    runs = [model.solve(make_batch(*copies, influence, seed=seed)).position for seed in (1, 1, 2)]
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    assert len(np.unique(runs[0].reshape(400, -1), axis=0)) > 1
    assert model.random
    assert not SpatialPolitics().random


def test_the_stochastic_vote_draws_options_as_often_as_they_are_likely():
    x, s, c = [[0.2], [0.8], [0.45]], [[0.9], [0.8], [0.7]], [1.0, 1.1, 0.8]
    times = 4000
    batch = make_batch(*([a] * times for a in (x, s, c)), seed=3)
    drawn = SpatialPolitics(interim="stochastic", max_turns=1).solve(batch).position
    for k, (states, p) in enumerate(twin.queues(x, x, s, c, twin.Rules())):
        expected = Counter()
        for state, share in zip(states, p, strict=True):
            expected[state[k][0]] += share
        for point, share in expected.items():
            assert (drawn[:, k, 0] == point).mean() == pytest.approx(share, abs=0.04)


def test_the_uniform_numbers_of_keys_turns_and_actors_are_uniform():
    cells = [(k * 2**40, turn, i) for k in range(20) for turn in range(20) for i in range(20)]
    numbers = [spatial_turn.uniform(np.uint64(k), turn, i) for k, turn, i in cells]
    assert numbers == [splitmix(*cell) for cell in cells]
    assert np.histogram(numbers, 10, (0, 1))[0].min() > 700
    assert abs(np.corrcoef(numbers[1:], numbers[:-1])[0, 1]) < 0.04


def test_a_run_ends_when_it_stands_still_or_when_its_turns_are_up():
    batch = draw_batch(8, 20, 8)
    cut = SpatialPolitics(max_turns=3, stop=0.0).solve(batch)
    assert (cut.rounds == 3).all()
    assert not cut.converged.any()
    early = SpatialPolitics(stop=1e9).solve(batch)
    assert (early.rounds == 2).all()
    assert early.converged.all()


def test_an_ideal_that_follows_its_actor_is_the_identity():
    batch = draw_batch(9, 10, 5, 2)
    plain = SpatialPolitics().trace(batch)
    tied = SpatialPolitics(interdependence=np.eye(5).tolist()).trace(batch)
    assert np.array_equal(plain.position, tied.position)
    rooted = SpatialPolitics(interdependence=np.zeros((5, 5)).tolist()).trace(batch)
    assert not np.array_equal(plain.settlement[:, -1], rooted.settlement[:, -1])


# Laws of the model


def first_turn(batch, **options):
    return SpatialPolitics(max_turns=1, **options).trace(batch).position[:, 1]


def test_the_unit_of_capability_does_not_matter():
    batch = draw_batch(10, 50, 7, 2)
    scaled = replace(batch, influence=64 * batch.influence)
    assert np.allclose(first_turn(batch), first_turn(scaled), atol=1.01e-4)


def test_turning_the_scale_round_turns_the_positions_round():
    batch = draw_batch(11, 50, 7)
    turned = first_turn(replace(batch, position=1 - batch.position))
    assert np.allclose(1 - first_turn(batch), turned, atol=1.01e-4)


def test_the_order_of_actors_does_not_matter():
    batch = draw_batch(12, 50, 7, 2)
    order = [4, 2, 6, 0, 1, 5, 3]
    arrays = {
        name: getattr(batch, name)[:, order] for name in ("position", "salience", "influence")
    }
    permuted = first_turn(replace(batch, **arrays))
    assert np.allclose(first_turn(batch)[:, order], permuted, atol=1.01e-4)


def test_an_issue_that_nobody_cares_about_changes_nothing_on_the_others():
    batch = draw_batch(13, 20, 6, 2)
    idle = np.concatenate([batch.position, np.full((20, 6, 1), 0.5)], axis=2)
    salience = np.concatenate([batch.salience, np.zeros((20, 6, 1))], axis=2)
    wider = make_batch(idle, salience, batch.influence[:, :, 0])
    before, after = SpatialPolitics().solve(batch), SpatialPolitics().solve(wider)
    assert np.array_equal(before.position, after.position[:, :, :2])


def test_who_has_no_salience_or_no_stance_changes_nothing():
    batch = draw_batch(14, 20, 6)
    for interim in CHOICES["interim"]:
        model = SpatialPolitics(interim=interim)
        alone = model.solve(batch)
        for stands in (True, False):
            crowd = make_batch(
                np.concatenate([batch.position, np.full((20, 1, 1), 0.31)], axis=1),
                np.concatenate([batch.salience, np.zeros((20, 1, 1))], axis=1),
                np.concatenate([batch.influence[:, :, 0], np.full((20, 1), 90.0)], axis=1),
                present=[[True]] * 6 + [[stands]],
            )
            joined = model.solve(crowd)
            assert np.array_equal(joined.settlement, alone.settlement)
            assert np.array_equal(joined.position[:, :6], alone.position)
            assert (joined.probability[:, 6] == 0).all()
            assert np.isnan(model.expected_gain(crowd)[:, 6]).all()


def test_saliences_are_divided_by_their_sum_only_if_it_exceeds_one():
    batch = draw_batch(15, 10, 5, 2)
    double = replace(batch, salience=batch.salience / batch.salience.sum(2, keepdims=True) * 2)
    whole = replace(batch, salience=batch.salience / batch.salience.sum(2, keepdims=True))
    solve = SpatialPolitics().solve
    assert np.allclose(solve(double).settlement, solve(whole).settlement, atol=1e-9)
    assert not np.allclose(solve(batch).settlement, solve(whole).settlement, atol=1e-9)


def test_the_settlement_is_the_mean_over_distinct_positions():
    outcome = SpatialPolitics(max_turns=2).solve(draw_batch(16, 30, 6))
    for x, p, y in zip(outcome.position, outcome.probability, outcome.settlement, strict=True):
        distinct = dict(zip(p.tolist(), x[:, 0].tolist(), strict=True))
        assert sum(distinct) == pytest.approx(1)
        assert sum(q * z for q, z in distinct.items()) == pytest.approx(y[0], abs=1e-3)


# Edges


@pytest.mark.parametrize("election", CHOICES["election"])
@pytest.mark.parametrize("victory", CHOICES["victory"])
@pytest.mark.parametrize("issues", [1, 2])
def test_unanimity_stands_still(election, victory, issues):
    batch = make_batch(np.full((1, 4, issues), 0.3), np.full((1, 4, issues), 0.4), [[1, 2, 3, 0]])
    outcome = SpatialPolitics(election=election, victory=victory).solve(batch)
    assert (outcome.settlement == 0.3).all()
    assert (outcome.probability == 1).all()
    assert outcome.converged.all()


def test_one_actor_gets_its_way():
    outcome = SpatialPolitics().solve(make_batch([[[0.7, 0.1]]], [[[0.5, 0.2]]], [[3]]))
    assert outcome.settlement.tolist() == [[0.7, 0.1]]
    assert outcome.probability.tolist() == [[1.0]]


@pytest.mark.parametrize("salience", [0.3, 1.0])
def test_two_equals_meet_in_the_middle(salience):
    batch = make_batch([[[0.2], [0.8]]], [[[salience], [salience]]], [[5, 5]])
    outcome = SpatialPolitics().solve(batch)
    assert outcome.settlement.item() == pytest.approx(0.5, abs=1e-4)


def test_where_nobody_cares_the_distinct_positions_are_equally_likely():
    position = [[[0.2], [0.2], [0.8], [0.9]]]
    present = [[True], [True], [True], [False]]
    batch = make_batch(position, np.zeros((1, 4, 1)), [[1, 2, 3, 4]], present=present)
    outcome = SpatialPolitics().solve(batch)
    assert outcome.settlement.item() == pytest.approx(0.5)
    assert outcome.probability.tolist() == [[0.5, 0.5, 0.5, 0.0]]
    assert outcome.rounds.item() == 0
    assert outcome.converged.item()


@settings(max_examples=100, deadline=None)
@given(models(), batches(), st.sampled_from([0.0, 1.0, 1e-12, 1e9]), st.booleans())
def test_every_draw_ends_on_the_scale(model, batch, unit, indifferent):
    batch = replace(batch, influence=batch.influence * unit)
    if indifferent:
        batch = replace(batch, salience=np.zeros_like(batch.salience))
    outcome = model.solve(batch)
    for array in (outcome.settlement, outcome.position, outcome.probability):
        assert ((array >= 0) & (array <= 1 + 1e-12)).all()


@pytest.mark.parametrize("options", [{}, {"vote": "binary", "victory": "octic"}])
def test_two_hundred_and_fifty_actors_are_not_too_many(options):
    outcome = SpatialPolitics(max_turns=2, **options).solve(draw_batch(17, 1, 250))
    assert np.isfinite(outcome.settlement).all()
    assert outcome.probability.max() > 0.01


# Promises


@pytest.mark.parametrize("interim", CHOICES["interim"])
def test_a_run_depends_neither_on_chunks_nor_on_threads(interim):
    model = SpatialPolitics(interim=interim)
    whole = draw_batch(18, 30, 6, 2)
    outcome = model.solve(whole)
    for start, stop in ((0, 11), (11, 12), (12, 30)):
        arrays = {n: getattr(whole, n)[start:stop] for n in ("position", "salience", "influence")}
        piece = replace(whole, **arrays, shares=RandomShares(0, stop - start, start))
        part = model.solve(piece)
        for name in ("settlement", "position", "probability", "rounds", "converged"):
            assert np.array_equal(getattr(part, name), getattr(outcome, name)[start:stop])
    try:
        threads.use_threads(1)
        single = model.solve(whole)
    finally:
        threads.use_threads(None)
    assert np.array_equal(single.position, outcome.position)
    assert np.array_equal(single.settlement, outcome.settlement)


def test_whoever_moved_did_so_by_an_offer():
    rounds = SpatialPolitics().trace(draw_batch(19, 10, 6, 2))
    moved = rounds.position[:, 1:] != rounds.position[:, :-1]
    assert np.array_equal(rounds.moved_by[:, 1:] >= 0, moved)
    assert (rounds.moved_by[:, 0] == -1).all()
    assert rounds.moved_by.max() < 6


def test_an_absent_actor_stands_at_the_mean_of_the_others():
    batch = draw_batch(20, 1, 3, 2)
    partly = replace(
        batch,
        present=np.array([[True, True], [True, True], [True, False]]),
        influence=np.where([[[True, True], [True, True], [True, False]]], batch.influence, 0.0),
    )
    rounds = SpatialPolitics(max_turns=1).trace(partly)
    assert rounds.position[0, 0, 2, 1] == pytest.approx(batch.position[0, :2, 1].mean())
    salience = batch.salience.copy()
    salience[0, 2, 1] = 0
    position = rounds.position[:, 0]
    same = make_batch(position, salience, batch.influence[:, :, 0])
    assert np.array_equal(first_turn(same), rounds.position[:, 1])


def test_options_are_the_names_of_the_kernels():
    kinds = {
        "vote": spatial.Vote, "victory": spatial.Victory, "election": spatial.Election,
        "risk": spatial.Risk, "views": spatial.Views, "third_parties": spatial.Commitment,
        "bargain": spatial.Bargain, "interim": spatial.Interim,
    }  # fmt: skip
    assert {name: get_args(kind) for name, kind in kinds.items()} == CHOICES


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_option_is_answered_with_the_known_ones(name):
    with pytest.raises(ValueError, match=CHOICES[name][-1]) as error:
        SpatialPolitics(**{name: "other"})
    assert str(error.value) == f"{name} must be one of {', '.join(CHOICES[name])}; found other"


@pytest.mark.parametrize(
    "wrong",
    [
        {"max_turns": 0},
        {"stop": -0.1},
        {"stop": float("nan")},
        {"interdependence": "x"},
        {"interdependence": [[1, 0]]},
        {"interdependence": [[1], [0, 1]]},
        {"interdependence": [[float("inf")]]},
    ],
)
def test_a_parameter_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} must be"):
        SpatialPolitics(**wrong)


def test_an_interdependence_of_another_case_is_refused():
    with pytest.raises(WinsetError, match=r"one row per actor \(3\); found 1"):
        SpatialPolitics(interdependence=[[1.0]]).solve(draw_batch(21, 1, 3))
