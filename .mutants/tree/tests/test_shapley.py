import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_talks import any_talks, player, talks
from twins import two_level as twin
from winset.case.ranges import point
from winset.errors import WinsetError
from winset.models.batch import sample
from winset.models.kernels.shapley import (
    ShapleyRules,
    make_room,
    passes,
    shapley_values,
    undominated,
)
from winset.models.two_level.model import TwoLevel


@st.composite
def games(draw):
    """Objections to some points, and what a point needs; the players own one or two objections."""
    objections = draw(st.integers(1, 7))
    parties = draw(st.integers(1, 2))
    whole = st.integers(0, 5)
    votes = [float(draw(whole)) for _ in range(objections)]
    party = [draw(st.integers(0, parties - 1)) for _ in range(objections)]
    spare = [draw(whole) + 0.5 for _ in range(parties)]
    vetoes = draw(st.integers(0, 2**objections - 1))
    owner = [draw(st.integers(0, k)) for k in range(objections)]
    owners = sorted(set(owner))
    waives = [sum(1 << k for k in range(objections) if owner[k] == i) for i in owners]
    points = draw(st.lists(st.integers(0, 2**objections - 1), min_size=1, max_size=6))
    rules = ShapleyRules(
        np.array(waives, np.int64), vetoes, np.array(votes), np.array(party, np.int64),
        np.array(spare),
    )  # fmt: skip
    return rules, points


def wins(rules, points, coalition):
    """Whether some point passes once the coalition objects no more, gone through slowly."""
    waived = 0
    for player_ in coalition:
        waived |= int(rules.waives[player_])
    for found in points:
        left = [k for k in range(len(rules.votes)) if (found & ~waived) >> k & 1]
        lost = np.zeros(len(rules.spare))
        for k in left:
            lost[rules.party[k]] += rules.votes[k]
        if not any(rules.vetoes >> k & 1 for k in left) and (lost <= rules.spare).all():
            return True
    return False


def by_orders(rules, points):
    players = range(len(rules.waives))
    share = np.zeros(len(rules.waives))
    for order in itertools.permutations(players):
        for k, i in enumerate(order):
            if wins(rules, points, order[: k + 1]):
                share[i] += 1 / math.factorial(len(order))
                break
    return share


def solved(rules, points, orders=None, coalitions=None):
    players = len(rules.waives)
    kept = np.array(points, np.int64)
    count = undominated(kept, len(kept))
    room = make_room(players, len(rules.spare), coalitions or 1 << players)
    if orders is None:
        orders = np.empty((0, players), np.int64)
    out = np.empty(players)
    exact = shapley_values(kept, count, rules, orders, room, out)
    return out, exact


@settings(max_examples=150)
@given(games())
def test_values_are_those_over_all_orders(game):
    rules, points = game
    if wins(rules, points, ()):
        return
    share, exact = solved(rules, points)
    assert exact
    assert share == pytest.approx(by_orders(rules, points), abs=1e-12)
    assert share.sum() == pytest.approx(1)


@given(games())
def test_dropping_dominated_points_changes_no_coalition(game):
    rules, points = game
    kept = np.array(points, np.int64)
    count = undominated(kept, len(kept))
    few = kept[:count].tolist()
    assert set(few) <= set(points)
    for a, b in itertools.permutations(few, 2):
        assert a & ~b
    for size in range(len(rules.waives) + 1):
        for coalition in itertools.combinations(range(len(rules.waives)), size):
            assert wins(rules, few, coalition) == wins(rules, points, coalition)


@given(games(), st.integers(0, 2**7 - 1))
def test_a_point_passes_if_no_veto_and_few_votes_are_left(game, objections):
    rules, _ = game
    objections &= 2 ** len(rules.votes) - 1
    assert passes(objections, rules, np.empty(len(rules.spare))) == wins(rules, [objections], ())


@settings(max_examples=30)
@given(games(), st.integers(0, 1_000))
def test_all_orders_sampled_once_are_exact_and_some_are_near(game, seed):
    rules, points = game
    players = len(rules.waives)
    if wins(rules, points, ()) or players > 6:
        return
    exact, _ = solved(rules, points)
    every = np.array(list(itertools.permutations(range(players))), np.int64)
    share, looked = solved(rules, points, every, coalitions=1)
    assert not looked
    assert share == pytest.approx(exact, abs=1e-9)
    random = np.random.default_rng(seed)
    some = np.array([random.permutation(players) for _ in range(2_000)])
    share, _ = solved(rules, points, some, coalitions=1)
    assert share == pytest.approx(exact, abs=5 * math.sqrt(0.25 / 2_000))


@settings(max_examples=40)
@given(any_talks(issues=2, parties=2), st.sampled_from(["private", "complete"]))
def test_blame_is_the_mean_of_what_the_twin_works_out_for_each_failing_draw(case, information):
    model = TwoLevel(grid=11, information=information)
    draws = 3
    batch = sample(case, draws)
    blame = model.blame(batch)
    taus, kappas = (batch.drawn(f"two-level/{n}", getattr(model, n)) for n in ("tau", "kappa"))
    for k in range(len(case.issues)):
        shares, weights, lost, misjudged = [], [], 0.0, 0.0
        for d in range(draws):
            rules = twin.Rules(information=information, grid=11)
            issue, done, opens = twin.Talks(
                batch=batch, d=d, tau=taus[d], kappa=kappas[d], rules=rules
            ).world(k)
            if len(issue.players()) > 8:
                return
            if done.point is not None and all(
                issue.home_accepts(p, done.point, set()) for p in issue.table
            ):
                continue
            lost += opens
            if issue.agreement_exists(set()):
                misjudged += opens
            elif opens > 0:
                share = issue.shapley()
                shares.append([share.get(i, 0.0) for i in range(len(batch.actors))])
                weights.append(opens)
        assert blame.failing[k] == pytest.approx(lost / draws)
        if lost > 0:
            assert blame.misjudged[k] == pytest.approx(misjudged / lost)
        if weights:
            mean = np.average(shares, axis=0, weights=weights)
            assert blame.actor[:, k] == pytest.approx(mean, abs=1e-9)
            assert blame.actor[:, k].sum() == pytest.approx(1)
            at_home = batch.party_of >= 0
            sums = [mean[batch.party_of == p].sum() for p in range(len(batch.parties))]
            assert mean[~at_home].sum() == 0
            assert blame.party[:, k] == pytest.approx(sums, abs=1e-9)
            assert (blame.sampling_error[:, k] == 0).all()
        else:
            assert np.isnan(blame.actor[:, k]).all()
            assert np.isnan(blame.party[:, k]).all()


def crowd(voters):
    """A veto player content with failure, a pair to win over, and many voters of one party."""
    return talks(
        [
            player("n", "home", "negotiator", 20, price=30),
            player("chief", "home", "veto player", 10, price=2, salience=90),
            *(
                player(f"v{i:02}", "home", "voter", 5 + i, price=5, influence=1 + i % 3)
                for i in range(voters)
            ),
            player("m", "abroad", "negotiator; veto player", 80, price=10, salience=80),
        ],
        parties={"home": {"quota": 0.6}},
        issues={"x": {"reversion": 40}},
    )


def test_above_sixteen_players_orders_are_sampled_and_the_error_is_stated():
    batch = sample(crowd(18), 120)
    model = TwoLevel(tau=point(0.1))
    few, many = model.blame(batch, permutations=8), model.blame(batch, permutations=64)
    assert few.actor[:, 0].sum() == pytest.approx(1)
    assert few.sampling_error.max() > many.sampling_error.max() > 0
    assert (few.error >= few.sampling_error * 0.5).all()
    apart = np.abs(few.actor - many.actor)[:, 0]
    spread = np.hypot(few.sampling_error, many.sampling_error)[:, 0]
    assert (apart <= 4.5 * spread + 0.01).all()


def test_up_to_sixteen_players_all_coalitions_are_looked_at():
    blame = TwoLevel(tau=point(0.1)).blame(sample(crowd(11), 40))
    assert (blame.sampling_error == 0).all()
    assert blame.actor[:, 0].sum() == pytest.approx(1)
    assert blame.overall.sum() == pytest.approx(1)
    assert blame.overall == pytest.approx(blame.party[:, 0])


def test_who_alone_stands_in_the_way_bears_it_all():
    case = talks(
        [
            player("n", "home", "negotiator", 20, price=30),
            player("chief", "home", "veto player", 50.2),
            player("m", "abroad", "negotiator; veto player", 80, price=30),
        ],
        issues={"x": {"reversion": 50.2}},
    )
    batch = sample(case, 50)
    for information in ("private", "complete"):
        blame = TwoLevel(information=information, tau=point(1e-6)).blame(batch)
        assert blame.actor[:, 0] == pytest.approx([0, 1, 0])
        assert blame.failing[0] == 1
        assert blame.misjudged[0] == 0


def test_a_table_that_misjudged_blames_nobody():
    """One point suits everybody with the types as they are, but another one was signed."""
    case = crowd(2)
    batch = sample(case, 2_000)
    private = TwoLevel(tau=point(0.2)).blame(batch)
    complete = TwoLevel(tau=point(0.2), information="complete").blame(batch)
    assert complete.misjudged[0] == 0
    assert 0 < private.misjudged[0] < 1
    found = private.failing[0] * (1 - private.misjudged[0])
    assert found == pytest.approx(complete.failing[0], abs=1e-12)
    assert private.actor == pytest.approx(complete.actor)


def test_a_draw_fails_as_often_as_the_probabilities_say():
    batch = sample(crowd(3), 4_000)
    model = TwoLevel()
    agreement = model.solve(batch).agreement[:, 0].mean()
    error = math.sqrt(agreement * (1 - agreement) / 4_000)
    assert model.blame(batch).failing[0] == pytest.approx(1 - agreement, abs=5 * error)


def test_too_many_to_count_is_refused_in_words():
    with pytest.raises(WinsetError, match="at most 62 ratifiers and negotiators; found 64"):
        TwoLevel().blame(sample(crowd(60), 1))
    with pytest.raises(WinsetError, match="permutations must be 2 or more; found 1"):
        TwoLevel().blame(sample(crowd(1), 1), permutations=1)
