import dataclasses
import itertools
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_talks import any_talks, player, talks
from twins import two_level as twin
from winset.case.folder import read_case
from winset.case.parts import Condition
from winset.case.ranges import parse_range, point
from winset.case.scenarios import apply_scenario
from winset.errors import CaseError, WinsetError
from winset.forecast.forecast import make_forecast
from winset.models import make_model
from winset.models.batch import sample
from winset.models.kernels import threads
from winset.models.kernels.quota import quota_room, quota_tail, rounded_votes
from winset.models.kernels.two_level import solve_table
from winset.models.together import agreed_together
from winset.models.two_level.model import TwoLevel, binding

IRAN = Path(__file__).parents[1] / "src" / "winset" / "case" / "shipped" / "iran-nuclear-2015"
RULES = ("nash", "kalai-smorodinsky", "egalitarian", "take-it-or-leave-it")
SURE = point(1e-9)  # a type that moves nobody


def model_of(rule="nash", **settings):
    proposer = "p0" if rule == "take-it-or-leave-it" else ""
    return TwoLevel(rule=rule, proposer=proposer, grid=21, **settings)


def duel(left, right, reversion, *, left_price=0, right_price=0, **stance):
    """Two parties of one negotiator each, with nobody to ask at home."""
    return talks(
        [
            player("l", "west", "negotiator", left, price=left_price, **stance),
            player("r", "east", "negotiator", right, price=right_price),
        ],
        issues={"x": {"reversion": reversion}},
    )


def drawn_by(model, batch):
    """The model's own numbers, draw by draw: τ and κ."""
    return [batch.drawn(f"two-level/{name}", getattr(model, name)) for name in ("tau", "kappa")]


def changed(case, actor, **cells):
    return dataclasses.replace(
        case,
        stances=tuple(
            dataclasses.replace(s, **cells) if s.actor == actor else s for s in case.stances
        ),
    )


# The kernel and its twin.


@settings(max_examples=60)
@given(
    any_talks(),
    st.sampled_from(RULES),
    st.sampled_from(["private", "complete"]),
    st.sampled_from(["0", "0.02", "0.1", "0.05..0.1..0.2"]),
    st.sampled_from(["0", "0.25", "0..0.25..0.5"]),
)
def test_every_draw_is_what_the_twin_works_out(case, rule, information, tau, kappa):
    own = {"tau": parse_range(tau), "kappa": parse_range(kappa)}
    model = model_of(rule, information=information, **own)
    batch = sample(case, 2)
    outcome = model.solve(batch)
    taus, kappas = drawn_by(model, batch)
    rules = twin.Rules(information=information, rule=rule, proposer=model.proposer, grid=21)
    for d, k in itertools.product(range(2), range(len(case.issues))):
        there = twin.Talks(batch=batch, d=d, tau=taus[d], kappa=kappas[d], rules=rules)
        issue, solved, opens = there.world(k)
        assert outcome.open[d, k] == pytest.approx(opens, abs=1e-9)
        assert outcome.agreement[d, k] == pytest.approx(opens * solved.passes, abs=1e-9)
        if opens == 0:
            assert not outcome.signed[d, k]
            assert np.isnan(outcome.settlement[d, k])
            continue
        assert outcome.signed[d, k] == (solved.point is not None)
        if solved.point is None:
            assert np.isnan(outcome.settlement[d, k])
            assert outcome.bar[d, k] in issue.table
            continue
        assert outcome.settlement[d, k] == pytest.approx(solved.point, abs=1e-12)
        for values, expected in (
            (outcome.ratified, solved.ratified),
            (outcome.accepts, solved.accepts),
            (outcome.lift, solved.lift),
        ):
            told = {i: v for i, v in enumerate(values[d, :, k]) if not np.isnan(v)}
            assert told == pytest.approx(expected, abs=1e-9)


@settings(max_examples=30)
@given(any_talks(issues=1))
def test_the_curves_are_means_of_what_the_twin_says_of_each_point(case):
    model = model_of()
    batch = sample(case, 2)
    curves = model.curves(batch)
    taus, kappas = drawn_by(model, batch)
    party, joint, zone = np.zeros((len(batch.parties), 21)), np.zeros(21), np.zeros(21)
    for d in range(2):
        rules = twin.Rules(grid=21)
        issue, _, _ = twin.Talks(batch=batch, d=d, tau=taus[d], kappa=kappas[d], rules=rules).world(
            0
        )
        for j, y in enumerate(issue.points):
            chances = [issue.ratifies(p, y) for p in issue.table]
            party[list(issue.table), j] += np.array(chances) / 2
            joint[j] += np.prod(chances) / 2
            suits = all(issue.gain(n, y) > -twin.TINY for n in issue.table.values())
            zone[j] += np.prod(chances) * suits / 2
    assert curves.party[..., 0] == pytest.approx(party, abs=1e-9)
    assert curves.joint[:, 0] == pytest.approx(joint, abs=1e-9)
    assert curves.zone[:, 0] == pytest.approx(zone, abs=1e-9)


# Quotas.


@given(
    st.lists(st.one_of(st.integers(0, 4), st.floats(0, 50)), min_size=1, max_size=10),
    st.floats(0, 1.1),
    st.randoms(use_true_random=False),
)
def test_a_quota_tail_is_the_sum_over_all_coalitions(votes, quota, random):
    accepts = [random.random() for _ in votes]
    need = quota * sum(votes)
    expected = 0.0
    for answer in itertools.product((False, True), repeat=len(votes)):
        if sum(v for v, yes in zip(votes, answer, strict=True) if yes) >= need:
            expected += np.prod(
                [a if yes else 1 - a for a, yes in zip(accepts, answer, strict=True)]
            )
    # A need that rounding alone decides either way is no test.
    sums = {sum(s) for n in range(len(votes) + 1) for s in itertools.combinations(votes, n)}
    if min(abs(s - need) for s in sums) > 1e-9 or need == 0:
        found = quota_tail(np.array(votes, float), np.array(accepts), need)
        assert found == pytest.approx(expected, abs=1e-12)


def test_a_quota_of_many_real_weights_agrees_with_two_halves_put_together():
    random = np.random.default_rng(0)
    votes, accepts = random.random(20), random.random(20)
    need = 0.55 * votes.sum()

    def half(members):
        sums, chances = np.zeros(1), np.ones(1)
        for i in members:
            sums = np.concatenate([sums, sums + votes[i]])
            chances = np.concatenate([chances * (1 - accepts[i]), chances * accepts[i]])
        return sums, chances

    (left, p), (right, q) = half(range(10)), half(range(10, 20))
    expected = (np.outer(p, q) * (left[:, None] + right >= need)).sum()
    assert quota_tail(votes, accepts, need) == pytest.approx(expected, abs=1e-12)


def test_a_quota_of_a_hundred_equal_votes_is_a_binomial_tail():
    from scipy.stats import binom

    found = quota_tail(np.ones(100), np.full(100, 0.47), 50.0)
    assert found == pytest.approx(binom.sf(49, 100, 0.47), abs=1e-12)


def test_more_than_24_voters_count_to_a_thousandth_unless_they_are_few_and_whole():
    real = np.random.default_rng(1).random((3, 30))
    rounded = rounded_votes(real)
    assert np.abs(rounded - real).max() <= 0.5 * real.sum(axis=1).max() / 1_000 + 1e-12
    whole = np.arange(30.0)[None]
    assert np.array_equal(rounded_votes(whole), whole)
    assert np.array_equal(rounded_votes(real[:, :24]), real[:, :24])
    assert not rounded_votes(np.zeros((1, 30))).any()
    accepts = np.random.default_rng(2).random(30)
    mean, spread = rounded[0] @ accepts, np.sqrt(rounded[0] ** 2 @ (accepts * (1 - accepts)))
    assert 0.45 < quota_tail(rounded[0], accepts, mean) < 0.55
    assert quota_tail(rounded[0], accepts, mean - 4 * spread) > 0.999


@given(st.integers(1, 24))
def test_no_level_of_a_diagram_has_more_nodes_than_there_is_room_for(voters):
    levels, width = quota_room(voters)
    assert levels == voters
    assert width >= max(min(2**k, 2 ** (voters - k)) for k in range(voters))


def test_a_veto_player_that_votes_is_not_asked_twice():
    case = talks(
        [
            player("n", "a", "negotiator", 50, price=40),
            player("v", "a", "veto player; voter", 50, influence=3, salience=50),
            player("w", "a", "voter", 50, influence=1, salience=50),
            player("m", "b", "negotiator", 50, price=40),
        ],
        parties={"a": {"quota": 0.75}},
        issues={"x": {"reversion": 0}},
    )
    outcome = TwoLevel(tau=point(1)).solve(sample(case, 1))
    party, veto = outcome.ratified[0, 0, 0], outcome.accepts[0, 1, 0]
    assert party == pytest.approx(veto)
    assert outcome.lift[0, 2, 0] == pytest.approx(0)


# What holds whatever the numbers, under complete information and common random numbers.


@settings(max_examples=40)
@given(any_talks(issues=1), st.data())
def test_a_higher_price_of_no_agreement_never_makes_agreement_less_likely(case, data):
    stance = data.draw(st.sampled_from(case.stances))
    price = stance.price.moved(add=data.draw(st.floats(0, 30))).clipped(0, 100)
    dearer = changed(case, stance.actor, price=price)
    before, after = agreed(case), agreed(dearer)
    assert (after >= before).all()


def agreed(case, draws=40):
    return model_of(information="complete").solve(sample(case, draws)).agreement[:, 0]


@settings(max_examples=40)
@given(any_talks(issues=1), st.data())
def test_a_narrower_red_line_of_a_ratifier_never_makes_it_more_likely(case, data):
    ratifiers = {a.id for a in case.actors if {"veto player", "voter"} & {*a.role}}
    stances = [s for s in case.stances if s.actor in ratifiers]
    if not stances:
        return
    stance = data.draw(st.sampled_from(stances))
    cost = stance.audience_cost or point(data.draw(st.sampled_from([10, 60, float("inf")])))
    high = stance.red_line_high or point(100)
    before = changed(case, stance.actor, audience_cost=cost, red_line_high=high)
    narrow = high.moved(add=-data.draw(st.floats(0, 40)))
    if stance.red_line_low is not None:
        narrow = narrow.clipped(stance.red_line_low.high, 100)
    after = changed(before, stance.actor, red_line_high=narrow.clipped(0, 100))
    assert (agreed(after) <= agreed(before)).all()


@settings(max_examples=40)
@given(any_talks(issues=1), st.data())
def test_a_higher_salience_of_a_ratifier_never_makes_it_more_likely(case, data):
    stance = data.draw(st.sampled_from(case.stances))
    salience = stance.salience.moved(add=data.draw(st.floats(0, 50))).clipped(0, 100)
    assert (agreed(changed(case, stance.actor, salience=salience)) <= agreed(case)).all()


@settings(max_examples=40)
@given(any_talks(), st.sampled_from(["private", "complete"]))
def test_in_a_united_party_pressure_groups_change_nothing(case, information):
    united = tuple(dataclasses.replace(p, unity=point(1)) for p in case.parties)
    case = dataclasses.replace(case, parties=united)
    calm = dataclasses.replace(case, ties=tuple(t for t in case.ties if t.kind != "intimidation"))
    model = model_of(information=information)
    left, right = model.solve(sample(case, 5)), model.solve(sample(calm, 5))
    for field in dataclasses.fields(left):
        if (value := getattr(left, field.name)) is not None:
            assert np.array_equal(value, getattr(right, field.name), equal_nan=True)


@settings(max_examples=40)
@given(
    *[st.floats(0, 100)] * 3,
    *[st.floats(0, 60)] * 2,
    st.sampled_from(["private", "complete"]),
    st.booleans(),
)
def test_two_heads_settle_at_the_nash_point(a, b, reversion, k_left, k_right, information, veto):
    """On [x, z], one gains A − y and the other y − B: the best product is halfway, or at an end."""
    left, right = sorted((a, b))
    role = "negotiator; veto player" if veto else "negotiator"
    case = talks(
        [
            player("l", "west", role, left, price=k_left),
            player("r", "east", role, right, price=k_right),
        ],
        issues={"x": {"reversion": reversion}},
    )
    outcome = TwoLevel(information=information, tau=SURE).solve(sample(case, 1))
    most = left + abs(reversion - left) + k_left
    least = right - abs(reversion - right) - k_right
    if most < least - 1e-6:
        assert not outcome.signed.any()
    elif most > least + 1 and min(most - left, right - least) > 1:
        nash = min(max((most + least) / 2, left), right)
        assert 100 * outcome.settlement.item() == pytest.approx(nash, abs=0.5)
        assert outcome.agreement.item() == pytest.approx(1)


@settings(max_examples=40)
@given(any_talks(), st.sampled_from(RULES), st.sampled_from(["private", "complete"]))
def test_the_order_of_parties_and_actors_does_not_matter(case, rule, information):
    turned = dataclasses.replace(case, parties=case.parties[::-1], actors=case.actors[::-1])
    model = model_of(rule, information=information)
    left, right = model.solve(sample(case, 5)), model.solve(sample(turned, 5))
    assert np.allclose(left.settlement, right.settlement, equal_nan=True, atol=1e-12)
    assert np.allclose(left.agreement, right.agreement, atol=1e-9)
    assert np.allclose(left.ratified, right.ratified[:, ::-1], equal_nan=True, atol=1e-9)
    assert np.allclose(left.lift, right.lift[:, ::-1], equal_nan=True, atol=1e-9)


def mirrored(case):
    def turned(value):
        return None if value is None else value.moved(add=100, multiply=-1)

    stances = []
    for s in case.stances:
        condition = s.condition
        if condition is not None and condition.point is not None:
            relation = "<=" if condition.relation == ">=" else ">="
            at = 100 - condition.point
            condition = Condition(issue=condition.issue, relation=relation, point=at)
        low, high = turned(s.red_line_high), turned(s.red_line_low)
        stances.append(
            dataclasses.replace(
                s, position=turned(s.position), red_line_low=low, red_line_high=high,
                condition=condition,
            )
        )  # fmt: skip
    issues = []
    for issue in case.issues:
        needed = issue.requires
        if needed is not None and needed.at_least is not None:
            needed = dataclasses.replace(needed, at_least=None, at_most=100 - needed.at_least)
        issues.append(
            dataclasses.replace(issue, reversion=turned(issue.reversion), requires=needed)
        )
    return dataclasses.replace(case, stances=tuple(stances), issues=tuple(issues))


@settings(max_examples=60)
@given(any_talks(certain=True), st.sampled_from(RULES), st.sampled_from(["private", "complete"]))
def test_a_mirrored_scale_mirrors_the_settlement(case, rule, information):
    # A reversion off the grid's axes of symmetry leaves no tie to the order of the points.
    issues = tuple(
        dataclasses.replace(i, reversion=i.reversion.moved(multiply=0.97, add=0.371))
        for i in case.issues
    )
    case = dataclasses.replace(case, issues=issues)
    model = model_of(rule, information=information)
    left, right = model.solve(sample(case, 5)), model.solve(sample(mirrored(case), 5))
    assert np.allclose(left.settlement, 1 - right.settlement, equal_nan=True, atol=1e-9)
    assert np.allclose(left.agreement, right.agreement, atol=1e-9)


@settings(max_examples=30)
@given(any_talks(issues=1))
def test_whoever_knows_the_types_agrees_wherever_the_others_would(case):
    batch = sample(case, 50)
    private, complete = (model_of(information=i) for i in ("private", "complete"))
    assert private.blame(batch).failing >= complete.blame(batch).failing - 1e-12
    told = complete.solve(batch)
    assert np.array_equal(told.agreement, told.signed)


@settings(max_examples=30)
@given(any_talks())
def test_agreement_is_what_opens_is_signed_and_is_ratified_by_all(case):
    outcome = model_of().solve(sample(case, 5))
    passed = np.where(np.isnan(outcome.ratified), 1.0, outcome.ratified).prod(axis=1)
    expected = outcome.open * outcome.signed * passed
    assert np.allclose(outcome.agreement, expected)
    lost = outcome.involuntary_defection
    assert np.allclose(outcome.agreement + lost, outcome.open * outcome.signed)


# Closed forms of the other rules.


@given(*[st.integers(0, 200)] * 3, st.integers(0, 60), st.integers(0, 60))
def test_an_offer_to_take_or_leave_is_romer_and_rosenthal_s(setter, voter, reversion, k_s, k_v):
    """The setter's best of what the other likes no less than the reversion (half points)."""
    case = duel(setter / 2, voter / 2, reversion / 2, left_price=k_s / 2, right_price=k_v / 2)
    model = TwoLevel(rule="take-it-or-leave-it", proposer="west", tau=SURE)
    outcome = model.solve(sample(case, 1))
    reach = abs(reversion - voter) + k_v
    offer = min(max(setter, voter - reach, 0), voter + reach, 200)
    if abs(offer - setter) < abs(reversion - setter) + k_s:
        assert 200 * outcome.settlement.item() == pytest.approx(offer, abs=1e-6)
    else:
        assert not outcome.signed.any()


@given(st.integers(20, 45), st.integers(55, 80), st.integers(40, 60), st.integers(40, 60))
def test_kalai_smorodinsky_gives_equal_shares_of_the_best_and_egalitarian_equal_gains(a, b, u, v):
    """Each would gain u (or v) at its own position and loses one for one on the way to the other.

    Equal shares: (u − (y − a)) / u = (v − (b − y)) / v, both best points being possible.
    """
    case = duel(a, b, 50, left_price=u - (50 - a), right_price=v - (b - 50))
    fair = TwoLevel(rule="kalai-smorodinsky", tau=SURE).solve(sample(case, 1))
    y = (b * u + a * v) / (u + v)
    possible = u > b - a and v > b - a
    if possible:
        assert 100 * fair.settlement.item() == pytest.approx(y, abs=0.5)
    equal = TwoLevel(rule="egalitarian", tau=SURE).solve(sample(case, 1))
    if possible:
        middle = min(max((a + b + u - v) / 2, a), b)
        assert 100 * equal.settlement.item() == pytest.approx(middle, abs=0.5)


@pytest.mark.parametrize("order", [1, -1])
def test_kalai_smorodinsky_lets_the_other_choose_where_one_can_gain_nothing(order):
    """Of two patrons at the ends, as strong, what one gains the other loses: their client nothing.

    It has all that it can get at every point, and the point is the best one of the other party.
    """
    players = [
        player("client", "west", "negotiator", 0),
        player("patron", "", "outside", 100),
        player("r", "east", "negotiator; veto player", 80),
    ]
    case = talks(
        players[::order],
        ties=[("client", "patron", "dependence", 0.5)],
        parties={id: {} for id in ("west", "east")[::order]},
    )
    model = TwoLevel(rule="kalai-smorodinsky", information="complete", tau=SURE)
    outcome = model.solve(sample(case, 1))
    assert 100 * outcome.settlement.item() == pytest.approx(80)


def test_more_power_draws_the_settlement_nearer():
    case = duel(20, 80, 50, left_price=20, right_price=20)
    parties = tuple(
        dataclasses.replace(p, power=point(3 if p.id == "west" else 1)) for p in case.parties
    )
    case = dataclasses.replace(case, parties=parties)
    outcome = TwoLevel(tau=SURE).solve(sample(case, 1))
    # (70 − y)^(3/2) (y − 30)^(1/2) is greatest at 40.
    assert 100 * outcome.settlement.item() == pytest.approx(40)


# A tied hand.


def tied(line, cost):
    return talks(
        [
            player("n", "home", "negotiator", 20, price=30),
            player("chief", "home", "veto player", 20, price=30, salience=60,
                   red_line_high=line, audience_cost=cost),
            player("m", "abroad", "negotiator; veto player", 80, price=20, salience=60),
        ],
        issues={"x": {"reversion": 50}},
    )  # fmt: skip


def test_a_tied_hand_bargains_better_and_fails_more_often():
    free = TwoLevel().solve(sample(tied(100, 0), 200))
    bound = TwoLevel().solve(sample(tied(40, 20), 200))
    assert bound.settlement.mean() < free.settlement.mean() - 0.02
    assert bound.agreement.mean() < free.agreement.mean() - 0.02


def test_an_absolute_red_line_is_never_crossed():
    outcome = TwoLevel(grid=101).solve(sample(tied(40, "inf"), 200))
    assert np.nanmax(outcome.settlement) <= 0.4
    assert np.nanmax(outcome.settlement) == 0.4
    assert outcome.signed.any()


def test_a_point_on_the_red_line_is_within_it():
    case = talks(
        [
            player("n", "a", "negotiator", 0, price=10, red_line_high=30, audience_cost="inf"),
            player("m", "b", "negotiator", 100, price=10, red_line_low=30, audience_cost="inf"),
        ],
        issues={"x": {"reversion": 60}},
    )
    outcome = TwoLevel(information="complete", grid=11).solve(sample(case, 1))
    assert not outcome.signed.any()  # b gains at 60 and beyond at most
    far = changed(changed(case, "m", price=point(50)), "n", price=point(50))
    settled = TwoLevel(information="complete", grid=11).solve(sample(far, 1)).settlement
    assert settled.item() == pytest.approx(0.3)


# Infinite costs and other ends of the scales; warnings are errors.


def test_infinite_costs_meet_weights_of_nought_without_harm():
    case = talks(
        [
            player("n", "a", "negotiator; voter", 20, price=30),
            player("own", "a", "voter", 30, price=20, red_line_high=35, audience_cost="inf"),
            player("mob", "a", "pressure group", 5, red_line_high=10, audience_cost="inf"),
            player("m", "b", "negotiator; veto player", 80, price=20),
        ],
        parties={"a": {"quota": 1, "unity": 1}},
        ties=[
            ("own", "n", "dependence", 1),
            ("n", "own", "dependence", 0),
            ("mob", "n", "intimidation", 0.5),
            ("mob", "own", "intimidation", 0),
        ],
    )
    for information, rule in itertools.product(("private", "complete"), RULES):
        proposer = "a" if rule == "take-it-or-leave-it" else ""
        model = TwoLevel(information=information, rule=rule, proposer=proposer)
        outcome = model.solve(sample(case, 20))
        assert np.isfinite(outcome.agreement).all()
        assert np.isfinite(model.curves(sample(case, 20)).joint).all()
        assert np.isfinite(outcome.settlement).sum() == outcome.signed.sum()
    assert outcome.signed.any()
    open_split = dataclasses.replace(
        case, parties=tuple(dataclasses.replace(p, unity=point(0)) for p in case.parties)
    )
    crossed = TwoLevel().curves(sample(open_split, 20))
    assert crossed.party[0, 21:, 0].max() == 0.0


def test_a_party_with_nobody_to_ask_ratifies_whatever_is_signed():
    outcome = TwoLevel().solve(sample(duel(20, 80, 50, left_price=20, right_price=20), 3))
    assert (outcome.ratified == 1).all()
    assert np.isnan(outcome.accepts).all()
    assert (outcome.agreement == 1).all()


def test_where_nobody_gains_nothing_is_signed_and_the_bar_is_named():
    case = duel(20, 80, 50)
    outcome = TwoLevel().solve(sample(case, 3))
    assert not outcome.signed.any()
    assert (outcome.agreement == 0).all()
    content = changed(duel(20, 50, 50, left_price=10), "r", price=point(0))
    batch = sample(content, 3)
    outcome = TwoLevel().solve(batch)
    assert (outcome.bar == batch.parties.index("east")).all()
    (bound,) = binding(batch, outcome)
    assert (bound.kind, bound.party, bound.actor, bound.share) == ("signing", "east", "r", 1.0)
    assert "100\N{NO-BREAK SPACE}%" in bound.words


def test_voters_without_weight_and_quotas_at_both_ends():
    for quota, influence in itertools.product((0, 1), (0, 5)):
        case = talks(
            [
                player("n", "a", "negotiator", 20, price=30),
                player("v", "a", "voter", 20, price=5, influence=influence),
                player("w", "a", "voter", 0, price=5, influence=influence),
                player("m", "b", "negotiator", 80, price=30),
            ],
            parties={"a": {"quota": quota}},
        )
        outcome = TwoLevel().solve(sample(case, 5))
        sure = quota == 0 or influence == 0
        both = outcome.accepts[:, 1, 0] * outcome.accepts[:, 2, 0]
        assert outcome.ratified[:, 0, 0] == pytest.approx(1.0 if sure else both)


def test_an_actor_without_a_stance_has_no_say_and_lends_nothing():
    def case(only):
        return talks(
            [
                player("n", "a", "negotiator", 20, price=30),
                player("v", "a", "veto player", 20, price=10),
                player("absent", "a", "veto player", 0, red_line_high=1, audience_cost="inf"),
                player("m", "b", "negotiator", 80, price=30),
            ],
            ties=[("v", "absent", "dependence", 0.5)],
            only=only,
            issues={"x": {"reversion": 50}, "y": {"reversion": 50}},
        )

    outcome = TwoLevel(tau=point(0.1)).solve(sample(case({"absent": ["y"]}), 1))
    assert outcome.ratified[0, 0, 0] == outcome.accepts[0, 1, 0]
    assert np.isnan(outcome.accepts[0, 2, 0])
    y = outcome.settlement[0, 0]
    margin = 0.5 * (0.3 + 0.1 - abs(y - 0.2))
    assert outcome.accepts[0, 1, 0] == pytest.approx(1 / (1 + np.exp(-margin / 0.1)))


def test_a_party_whose_negotiator_is_absent_is_not_at_the_table():
    case = talks(
        [
            player("n", "a", "negotiator", 20, price=30),
            player("m", "b", "negotiator", 80, price=30),
            player("o", "c", "negotiator", 0),
            player("v", "c", "veto player", 0),
        ],
        only={"o": []},
    )
    outcome = TwoLevel().solve(sample(case, 3))
    assert outcome.signed.all()
    assert np.isnan(outcome.ratified[:, 2]).all()
    assert np.isnan(outcome.accepts[:, 3]).all()


def test_a_type_that_nobody_hides_makes_acceptance_a_matter_of_fact():
    outcome = TwoLevel(tau=point(0)).solve(sample(tied(40, 20), 5))
    assert set(np.unique(outcome.ratified)) <= {0.0, 1.0}


# Linkage.


def linked(*, requires=None, conditional=(), reversion=50):
    return talks(
        [
            player("n", "a", "negotiator", 30, price=30),
            player("v", "a", "veto player", 20, price=20, salience=50),
            player("m", "b", "negotiator; veto player", 80, price=20, salience=50),
        ],
        issues={
            "first": {"reversion": reversion},
            "second": {"reversion": 40, "requires": requires},
        },
        conditional=conditional,
    )


def test_an_issue_that_requires_another_is_agreed_as_often_as_both_are():
    free = TwoLevel().solve(sample(linked(), 50))
    bound = TwoLevel().solve(sample(linked(requires={"issue": "first"}), 50))
    assert np.array_equal(bound.agreement[:, 0], free.agreement[:, 0])
    assert np.allclose(bound.open[:, 1], free.agreement[:, 0])
    assert np.allclose(bound.agreement[:, 1], free.agreement[:, 0] * free.agreement[:, 1])
    assert np.array_equal(bound.settlement, free.settlement)
    assert (free.open == 1).all()


def test_an_issue_stays_closed_unless_the_other_is_agreed_far_enough():
    settled = TwoLevel().solve(sample(linked(), 50)).settlement[:, 0]
    cut = 100 * float(np.median(settled))
    for ends in ({"at_least": cut}, {"at_most": cut}):
        requires = {"issue": "first", **ends}
        outcome = TwoLevel().solve(sample(linked(requires=requires), 50))
        inside = settled >= cut / 100 if "at_least" in ends else settled <= cut / 100
        assert np.array_equal(outcome.open[:, 1] > 0, inside)
        assert not outcome.signed[~inside, 1].any()
        assert np.isnan(outcome.settlement[~inside, 1]).all()
        assert (outcome.agreement[~inside, 1] == 0).all()


def test_a_condition_on_an_issue_that_is_required_looks_at_its_point():
    condition = Condition(issue="first", relation=">=", point=0.0)
    far = linked(
        requires={"issue": "first"}, conditional=[("second", "n", condition, {"position": 70})]
    )
    plain = linked(requires={"issue": "first"})
    yielding = dataclasses.replace(
        plain,
        stances=tuple(
            dataclasses.replace(s, position=point(70)) if (s.issue, s.actor) == ("second", "n")
            else s for s in plain.stances
        ),
    )  # fmt: skip
    left, right = (TwoLevel().solve(sample(case, 40)) for case in (far, yielding))
    assert np.array_equal(left.settlement[:, 1], right.settlement[:, 1], equal_nan=True)
    assert np.array_equal(left.agreement, right.agreement)
    never = dataclasses.replace(condition, relation="<=")
    same = linked(
        requires={"issue": "first"}, conditional=[("second", "n", never, {"position": 70})]
    )
    left, right = (TwoLevel().solve(sample(case, 40)) for case in (same, plain))
    assert np.array_equal(left.agreement, right.agreement)


@settings(max_examples=12)
@given(any_talks(certain=True))
def test_lots_decide_conditions_without_bias(case):
    model = model_of(tau=point(0.1), kappa=point(0.25))
    draws = 4_000
    batch = sample(case, draws)
    outcome = model.solve(batch)
    exact = twin.Talks(batch=batch, d=0, tau=0.1, kappa=0.25, rules=twin.Rules(grid=21))
    for k in range(len(case.issues)):
        found = outcome.agreement[:, k]
        error = found.std() / np.sqrt(draws)
        assert found.mean() == pytest.approx(exact.agreement(k), abs=5 * error + 1e-9)


# Several issues together.


def every_set(issues):
    return [
        places
        for count in range(1, issues + 1)
        for places in itertools.combinations(range(issues), count)
    ]


@settings(max_examples=40)
@given(any_talks(certain=True))
def test_issues_are_agreed_together_as_often_as_the_twin_adds_up(case):
    model = model_of(tau=point(0.1), kappa=point(0.25))
    draws = 2_000
    batch = sample(case, draws)
    outcome = model.solve(batch)
    exact = twin.Talks(batch=batch, d=0, tau=0.1, kappa=0.25, rules=twin.Rules(grid=21))
    for places in every_set(len(case.issues)):
        chance = agreed_together(model, batch, outcome, places)
        # Conditions that look at an issue outside the set are decided by lot, without bias. A lot
        # that is seldom drawn may show no spread at all among the draws.
        error = chance.std() / np.sqrt(draws)
        seldom = 25.0 / draws if len(places) < len(case.issues) else 0.0
        wanted = exact.together(set(places))
        assert chance.mean() == pytest.approx(wanted, abs=5 * error + seldom + 1e-9)


@settings(max_examples=10)
@given(any_talks(certain=True))
def test_drawing_every_type_counts_agreements_together_as_often(case):
    model = model_of(tau=point(0.1), kappa=point(0.25))
    batch = sample(case, 500)
    outcome = model.solve(batch)
    plain = twin.Talks(batch=batch, d=0, tau=0.1, kappa=0.25, rules=twin.Rules(grid=21))
    every = tuple(range(len(case.issues)))
    chance = agreed_together(model, batch, outcome, every).mean()
    times = 1_500
    counted = plain.counted_together(set(every), times=times, random=Random(1))
    error = np.sqrt(max(chance * (1 - chance), 1 / times) / times)
    assert counted == pytest.approx(chance, abs=5 * error)


def test_what_requires_another_issue_contains_its_probability_already():
    free, bound, far = (
        sample(linked(requires=requires), 60)
        for requires in (None, {"issue": "first"}, {"issue": "first", "at_least": 45})
    )
    model = TwoLevel()
    for batch in (bound, far):
        outcome = model.solve(batch)
        both = agreed_together(model, batch, outcome, (0, 1))
        assert np.array_equal(both, outcome.agreement[:, 1])
        assert np.array_equal(agreed_together(model, batch, outcome, (1, 0)), both)
    outcome = model.solve(free)
    both = agreed_together(model, free, outcome, (0, 1))
    assert np.allclose(both, outcome.agreement.prod(axis=1))


def test_the_chance_of_a_deal_on_everything_is_that_of_its_issues_together():
    case = linked(requires=None)
    whole = make_forecast(case, TwoLevel(), draws=300)
    probability, error = whole.agreed()
    assert probability == pytest.approx(whole.agreement.prod(axis=1).mean())
    assert whole.agreed("second", "first") == (probability, error)
    with pytest.raises(WinsetError, match="no issue “third”"):
        whole.agreed("first", "third")


def test_kappa_is_drawn_from_a_stream_of_its_own_and_a_plain_number_fixes_it():
    case = changed(tied(100, 0), "chief", salience=point(0))
    batch = sample(case, 400)
    tau, kappa = drawn_by(TwoLevel(), batch)
    assert kappa.min() < 0.05 and kappa.max() > 0.45 and abs(kappa.mean() - 0.25) < 0.02
    assert abs(np.corrcoef(tau, kappa)[0, 1]) < 0.2
    fixed = make_model("two-level", {"tau": "0.1", "kappa": "0.25"})
    assert fixed == make_model("two-level", {"tau": 0.1, "kappa": 0.25})
    assert np.ptp(fixed.solve(batch).agreement) == 0.0
    assert np.ptp(TwoLevel(tau=point(0.1)).solve(batch).agreement) > 0.1


def test_an_issue_that_a_condition_looks_at_keeps_its_exact_probability():
    condition = Condition(issue="first", relation="agreed")
    case = linked(conditional=[("second", "n", condition, {"position": 70, "price": 0})])
    outcome = TwoLevel(tau=point(0.1), kappa=point(0.25)).solve(sample(case, 200))
    assert len(np.unique(outcome.agreement[:, 0])) == 1
    assert len(np.unique(outcome.agreement[:, 1])) == 2


def test_a_circle_of_issues_is_an_error_that_names_it():
    condition = Condition(issue="second", relation="agreed")
    with pytest.raises(CaseError, match=r"first → second → first|second → first → second"):
        linked(requires={"issue": "first"}, conditional=[("first", "n", condition, {})])


# Draws, threads, parameters, errors.


@given(any_talks(), st.sampled_from(RULES), st.integers(-1, 20))
def test_a_guess_where_the_best_point_lies_changes_nothing(case, rule, guess):
    batch, model = sample(case, 5), model_of(rule)
    plain = model.solve(batch)

    def guessing(table, **how):
        return solve_table(table, near=np.full(len(table.reversion), guess), **how)

    guessed = model.solve(batch, solving=guessing)
    for field in dataclasses.fields(plain):
        value = getattr(plain, field.name)
        if value is not None:
            assert np.array_equal(value, getattr(guessed, field.name), equal_nan=True)


def test_neither_threads_nor_chunks_change_a_bit():
    case = tied(40, 20)
    case = changed(case, "chief", position=parse_range("10..20..40"))
    whole = sample(case, 700)
    model = TwoLevel()
    try:
        many, curves, blame = model.solve(whole), model.curves(whole), model.blame(whole)
        threads.use_threads(1)
        one = model.solve(whole)
        assert np.array_equal(curves.joint, model.curves(whole).joint)
        assert np.array_equal(blame.actor, model.blame(whole).actor, equal_nan=True)
    finally:
        threads.use_threads(None)
    pieces = [model.solve(sample(case, n, first=f)) for f, n in ((0, 1), (1, 299), (300, 400))]
    for field in dataclasses.fields(many):
        value = getattr(many, field.name)
        if value is not None:
            assert np.array_equal(value, getattr(one, field.name), equal_nan=True)
            joined = np.concatenate([getattr(piece, field.name) for piece in pieces])
            assert np.array_equal(value, joined, equal_nan=True)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"information": "half"}, "information must be one of private, complete"),
        ({"rule": "dice"}, "rule must be one of nash"),
        ({"rule": "take-it-or-leave-it"}, "proposer must name a party"),
        ({"proposer": "west"}, "no other; found west under nash"),
        ({"tau": "-0.1"}, "tau must be 0 or more"),
        ({"tau": "inf"}, "tau must be 0 or more and finite"),
        ({"kappa": "-1"}, "kappa must be 0 or more"),
        ({"kappa": "inf"}, "kappa must be 0 or more and finite"),
        ({"grid": 1}, "grid must be 2 or more"),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_in_words(settings, said):
    with pytest.raises(WinsetError, match=said):
        make_model("two-level", settings)


def test_a_table_without_parties_or_proposer_is_refused_in_words():
    case = talks([player("n", "a", "leader", 20), player("m", "b", "negotiator", 80)],
                 issues={"x": {}, "y": {}}, only={"m": ["y"]})  # fmt: skip
    with pytest.raises(WinsetError, match=r"none on x; give each party's negotiator"):
        TwoLevel().solve(sample(case, 1))
    case = duel(20, 80, 50)
    offer = TwoLevel(rule="take-it-or-leave-it", proposer="wset")
    with pytest.raises(WinsetError, match=r"no party “wset” in this case; did you mean “west”"):
        offer.solve(sample(case, 1))
    without = dataclasses.replace(
        case, issues=tuple(dataclasses.replace(i, reversion=None) for i in case.issues)
    )
    with pytest.raises(WinsetError, match="needs a reversion point on every issue; none on x"):
        TwoLevel().solve(sample(without, 1))
    third = talks(
        [player("n", "a", "negotiator", 20), player("m", "b", "negotiator", 80),
         player("o", "c", "negotiator", 50)], only={"o": []},
    )  # fmt: skip
    offer = TwoLevel(rule="take-it-or-leave-it", proposer="c")
    with pytest.raises(WinsetError, match=r"proposer “c” is not at the table on x"):
        offer.solve(sample(third, 1))


# The binding constraint.


def test_the_binding_constraint_of_a_deal_refused_at_home_is_the_ratifier_who_would_help_most():
    batch = sample(tied(40, 20), 100)
    (bound,) = binding(batch, TwoLevel().solve(batch))
    assert (bound.kind, bound.party, bound.actor) == ("ratifying", "home", "chief")
    assert "a certain yes would add" in bound.words


def test_where_every_draw_agrees_nothing_binds():
    batch = sample(duel(20, 80, 50, left_price=20, right_price=20), 3)
    (bound,) = binding(batch, TwoLevel().solve(batch))
    assert bound.kind == "none"
    never = linked(requires={"issue": "first"})
    never = changed(changed(changed(never, "n", price=point(0)), "m", price=point(0)), "v")
    batch = sample(never, 2)
    first, second = binding(batch, TwoLevel().solve(batch))
    assert first.kind == "signing"
    assert second.words == "nothing binds: the issue never opens"
    curves, blame = TwoLevel().curves(batch), TwoLevel().blame(batch)
    assert np.isnan(curves.joint[:, 1]).all()
    assert np.isnan(blame.actor[:, 1]).all()


# The shipped case: directions, not numbers.


@pytest.fixture(scope="module")
def iran():
    if not IRAN.is_dir():
        pytest.skip("the shipped case iran-nuclear-2015 is not there")
    return read_case(IRAN)


def chance(case, **settings):
    return TwoLevel(**settings).solve(sample(case, 3_000)).agreement[:, 0].mean()


def test_in_iran_a_split_lowers_and_hardship_raises_the_chance_of_agreement(iran):
    base = chance(iran)
    assert 0.3 < base < 0.95
    assert chance(apply_scenario(iran, "open-split")) < base - 0.02
    assert chance(apply_scenario(iran, "hardship-eased")) < base - 0.02
    harder = tuple(
        dataclasses.replace(s, price=s.price.moved(add=10).clipped(0, 100))
        if s.price is not None and iran.actor(s.actor).party == "iran" else s
        for s in iran.stances
    )  # fmt: skip
    assert chance(dataclasses.replace(iran, stances=harder)) > base + 0.02
    assert chance(iran, information="complete") > base


def test_in_iran_a_tied_leader_bargains_better_and_fails_more_often(iran):
    def with_line(cost):
        return dataclasses.replace(
            iran,
            stances=tuple(
                dataclasses.replace(s, red_line_high=point(40), audience_cost=point(cost))
                if (s.issue, s.actor) == ("enrichment", "khamenei") else s
                for s in iran.stances
            ),
        )  # fmt: skip

    plain, tied, absolute = (
        TwoLevel().solve(sample(case, 2_000))
        for case in (iran, with_line(20), with_line(float("inf")))
    )
    for left, right in ((plain, tied), (plain, absolute), (tied, absolute)):
        assert np.nanmean(right.settlement[:, 0]) < np.nanmean(left.settlement[:, 0])
    for bound in (tied, absolute):
        assert bound.agreement[:, 0].mean() < plain.agreement[:, 0].mean() - 0.02
