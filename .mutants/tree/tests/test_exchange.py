import dataclasses
import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from stances import batch_of
from twins import exchange as twin
from winset.errors import WinsetError
from winset.models.exchange import Exchange, Exchanged
from winset.models.kernels import threads

HERE = Path(__file__).parent
PUBLISHED = YAML(typ="safe").load(HERE / "published" / "copenhagen_2009.yaml")
COPENHAGEN = Path(__file__).parents[2] / "shared" / "data" / "exchange" / "copenhagen.tsv"


def read_copenhagen():
    """Names and a batch from lines ``#A actor``, ``#P issue``, ``#D actor issue x s c``."""
    if not COPENHAGEN.is_file():
        pytest.skip(f"{COPENHAGEN} is absent: it has no licence to be copied here")
    actors, issues, stances = [], [], {}
    for line in COPENHAGEN.read_text().splitlines():
        kind, *cells = (cell.strip("'") for cell in line.split("\t"))
        if kind == "#A":
            actors.append(cells[0])
        elif kind == "#P":
            issues.append(cells[0])
        elif kind == "#D":
            stances[cells[0], cells[1]] = [float(cell) for cell in cells[2:]]
    table = np.array([[stances.get((a, p), (50, 0, 0)) for p in issues] for a in actors])
    present = np.array([[(a, p) in stances for p in issues] for a in actors])
    position, salience, influence = np.moveaxis(table, 2, 0)[:, None]
    return actors, issues, batch_of(position / 100, salience, influence, present)


def test_copenhagen_has_the_candidates_and_first_exchanges_of_an_independent_run():
    actors, issues, batch = read_copenhagen()
    trades = Exchange().exchanges(batch)[0]
    assert Exchange().candidates(batch).tolist() == [PUBLISHED["candidates"]]
    first = PUBLISHED["first_exchanges"]
    for trade, expected in zip(trades, first["expected"], strict=False):
        found = (
            *(actors[trade.first], issues[trade.first_gives], trade.first_shift * 100),
            *(actors[trade.second], issues[trade.second_gives], trade.second_shift * 100),
            trade.gain * 100,
        )
        assert found[:2] + found[3:5] == tuple(expected[:2] + expected[3:5])
        numbers = [found[2], *found[5:]]
        assert numbers == pytest.approx([expected[2], *expected[5:]], abs=first["tolerance"])
    count = PUBLISHED["exchanges"]
    assert len(trades) == pytest.approx(count["expected"], abs=count["tolerance"])


def test_copenhagen_settles_within_the_tolerances_of_an_independent_run():
    _, issues, batch = read_copenhagen()
    rounds = Exchange().trace(batch)
    before, after = 100 * rounds.settlement[0, 0], 100 * rounds.settlement[0, -1]
    for issue, start, end in zip(issues, before, after, strict=True):
        expected, tolerance = PUBLISHED["after"][issue]
        assert end == pytest.approx(expected, abs=tolerance), issue
        assert start == pytest.approx(
            PUBLISHED["before"]["expected"][issue], abs=PUBLISHED["before"]["tolerance"]
        )


def test_two_actors_and_two_issues_give_what_pencil_and_paper_give():
    """A cares for p (salience .9 and .2, influence 1), B for q (.3 and .6, influence 2).

    A stands at 0 and B at 1. Weights on p are .9 and .6, of 1.5; on q .2 and 1.2, of 1.4: the
    expected outcomes are 2/5 and 6/7. If B gave all of p, that would be worth 2/5, and A would owe
    2/5 × (.9 + .3)/(.2 + .6) = 3/5 on q, where all that it has to give is .2/1.4 = 1/7. So A gives
    all of q, for 1/7 × (.2 + .6)/(.9 + .3) = 2/21 on p, which is a move of 2/21 × 1.5/.6 = 5/21 by
    B. A gains .9 × 2/21 − .2 × 1/7 = 2/35; so does B, .6 × 1/7 − .3 × 2/21. The outcomes become
    2/5 − 2/21 = 32/105 and 1.
    """
    batch = batch_of([[[0, 0], [1, 1]]], [[[0.9, 0.2], [0.3, 0.6]]], [[[1, 1], [2, 2]]])
    (trade,) = Exchange().exchanges(batch)[0]
    assert (trade.first, trade.first_gives, trade.second, trade.second_gives) == (0, 1, 1, 0)
    assert (trade.first_shift, trade.second_shift) == pytest.approx((1, -5 / 21))
    assert trade.gain == pytest.approx(2 / 35)
    outcome, rounds = Exchange().solve(batch), Exchange().trace(batch)
    assert outcome.settlement[0] == pytest.approx([32 / 105, 1])
    assert outcome.rounds.tolist() == [[1, 1]]
    assert outcome.converged.all()
    assert rounds.settlement[0, 0] == pytest.approx([2 / 5, 6 / 7])
    assert rounds.position[0, 1] == pytest.approx(np.array([[0, 1], [16 / 21, 1]]))
    assert rounds.moved_by.tolist() == [[[[-1, -1], [-1, -1]], [[-1, 1], [0, -1]]]]
    assert Exchange(least_gain=2 / 35 + 1e-6).exchanges(batch) == ((),)


@st.composite
def tables(draw):
    """Positions, saliences, influences and presence: coarse grids make ties common."""
    shape = draw(st.tuples(st.integers(1, 6), st.integers(2, 4)))
    grid = draw(st.sampled_from([2, 5, 100]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    present = rng.random(shape) < 0.8
    present[0] = True
    return *(rng.integers(0, grid, (3, *shape), endpoint=True) / grid).tolist(), present


@settings(max_examples=100)
@given(tables())
def test_the_kernel_equals_its_naive_twin(table):
    x, s, c, present = table
    run = twin.trade(x, np.where(present, s, None).tolist(), np.where(present, c, 0).tolist())
    batch = batch_of([x], [s], [c], present)
    trades = Exchange().exchanges(batch)[0]
    assert Exchange().candidates(batch).item() == run.candidates
    assert len(trades) == len(run.trades)
    for found, expected in zip(trades, run.trades, strict=True):
        assert (found.first, found.first_gives) == (expected.i, expected.q)
        assert (found.second, found.second_gives) == (expected.j, expected.p)
        assert found.gain == pytest.approx(expected.gain, abs=1e-12)
        assert found.first_shift == pytest.approx(expected.move_i, abs=1e-9)
        assert found.second_shift == pytest.approx(expected.move_j, abs=1e-9)
    rounds = Exchange().trace(batch)
    assert np.allclose(rounds.position[0, -1], run.voting, atol=1e-9)
    assert np.allclose(Exchange().solve(batch).settlement[0], run.outcomes, atol=1e-12)


def many(draws=32, actors=6, issues=4):
    return batch_of(*np.random.default_rng(0).random((3, draws, actors, issues)))


def test_every_exchange_moves_two_positions_for_the_gain_that_it_states():
    batch = many()
    rounds, made = Exchange().trace(batch), Exchange().exchanges(batch)
    for draw, trades in enumerate(made):
        assert len(trades) == rounds.rounds[draw, 0]
        for k, trade in enumerate(trades):
            moved = np.argwhere(rounds.moved_by[draw, k + 1] >= 0).tolist()
            assert sorted(moved) == sorted(
                [[trade.first, trade.first_gives], [trade.second, trade.second_gives]]
            )
            shift = abs(rounds.settlement[draw, k + 1] - rounds.settlement[draw, k])
            for actor, gives, gets in (
                (trade.first, trade.first_gives, trade.second_gives),
                (trade.second, trade.second_gives, trade.first_gives),
            ):
                s = batch.salience[draw, actor]
                worth = s[gets] * shift[gets] - s[gives] * shift[gives]
                assert worth == pytest.approx(trade.gain, abs=1e-12)


def test_gains_never_grow_and_voting_positions_stay_between_positions():
    batch = many()
    for trades in Exchange().exchanges(batch):
        gains = [trade.gain for trade in trades]
        assert all(later <= earlier + 1e-12 for earlier, later in itertools.pairwise(gains))
    last = Exchange().trace(batch).position[:, -1]
    low, high = batch.position.min(axis=1), batch.position.max(axis=1)
    assert (last >= low[:, None]).all()
    assert (last <= high[:, None]).all()


def test_the_solution_is_the_last_round_and_draws_do_not_hang_together():
    batch = many()
    outcome, rounds = Exchange().solve(batch), Exchange().trace(batch)
    assert np.array_equal(rounds.settlement[:, -1], outcome.settlement)
    assert np.array_equal(rounds.rounds, outcome.rounds)
    threads.use_threads(1)
    try:
        arrays = (batch.position, batch.salience, batch.influence)
        part = Exchange().solve(batch_of(*(a[5:9] for a in arrays)))
    finally:
        threads.use_threads(None)
    assert np.array_equal(part.settlement, outcome.settlement[5:9])


@pytest.mark.parametrize(
    ("s", "c"),
    [
        ([[0, 0], [0, 0]], [[1, 1], [1, 1]]),
        ([[0.9, 0.2], [0.3, 0.6]], [[0, 0], [0, 0]]),
        ([[0.9, 0], [0, 0]], [[1, 1], [1, 1]]),
        ([[0.5, 0.5], [0.5, 0.5]], [[1, 1], [2, 2]]),
    ],
    ids=["no salience", "no influence", "one salience", "nobody cares differently"],
)
def test_odd_tables_have_defined_results(s, c):
    outcome = Exchange().solve(batch_of([[[0, 0], [1, 1]]], [s], [c]))
    assert np.isfinite(outcome.settlement).all()
    assert outcome.converged.all()


def test_whoever_is_alone_or_absent_trades_with_nobody():
    alone = Exchange().solve(batch_of([[[0.2, 0.7]]], [[[1, 1]]], [[[1, 1]]]))
    assert alone.settlement.tolist() == [[0.2, 0.7]]
    batch = batch_of([[[0, 0], [1, 1]]], [[[0.9, 0.2], [0.3, 0.6]]], [[[1, 1], [2, 2]]],
                     [[True, True], [True, False]])  # fmt: skip
    assert Exchange().exchanges(batch) == ((),)
    empty = dataclasses.replace(batch, present=np.array([[True, False], [True, False]]),
                                salience=batch.salience * [1, 0])  # fmt: skip
    assert np.isnan(Exchange().solve(empty).settlement).tolist() == [[False, True]]


def test_a_case_of_one_issue_is_refused_with_a_remedy():
    batch = batch_of([0.1, 0.9], [0.5, 0.5], [1, 1])
    for method in (Exchange().solve, Exchange().trace, Exchange().exchanges, Exchange().candidates):
        with pytest.raises(ValueError, match=r"needs two issues or more .* found 1; add") as caught:
            method(batch)
        assert isinstance(caught.value, WinsetError)
    with pytest.raises(ValueError, match="least_gain must be greater than 0; found 0"):
        Exchange(least_gain=0)


def test_an_exchange_is_a_plain_frozen_record():
    trade = Exchange().exchanges(many(draws=1))[0][0]
    assert isinstance(trade, Exchanged)
    assert not hasattr(trade, "__dict__")
