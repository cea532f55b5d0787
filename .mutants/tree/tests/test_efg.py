"""Gambit reads what is exported, and plays it as this package does."""

import datetime
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winset.case.model import Case
from winset.case.parts import Actor
from winset.case.ranges import point
from winset.case.shipped import open_case
from winset.errors import CaseError, WinsetError
from winset.games.efg import efg_text
from winset.games.equilibrium import quantal_response
from winset.games.reading import game_of, read_game
from winset.games.solve import play

gambit = pytest.importorskip("pygambit", reason="pygambit is not installed")

CASE = Case(
    title='A "case" \\ of two',
    as_of=datetime.date(2015, 1, 1),
    actors=(Actor(id="ann", name="Ann"), Actor(id="bob", name="Bob")),
)
THREE = """\
title: Three
players: {a: ann, b: bob, c: ann}
precision: 1 to 3
parameters:
  big: {value: 1 to 3}
start: n1
nodes:
  n1: {player: a, actions: {left: n2, middle: stop, right: n3}}
  n2: {player: b, actions: {left: n4, right: stop}}
  n3: {player: b, actions: {go: far, back: near}}
  n4: {player: c, actions: {left: near2, right: far2}}
ends:
  stop: {payoffs: {a: {value: 0}, b: {value: 0.000001}, c: {value: 1e-9}}}
  far: {payoffs: {a: {value: big}, b: {value: -1}, c: {value: 2}}}
  near: {payoffs: {a: {value: -1}, b: {value: 1 / 3}, c: {value: 2}}}
  near2: {payoffs: {a: {value: 2}, b: {value: 1}, c: {value: -3}}}
  far2: {payoffs: {a: {value: -2}, b: {value: 2}, c: {value: big / 7}}}
"""


def three(**changes):
    text = THREE
    for old, new in changes.items():
        text = text.replace(old, new)
    return read_game("three", text.encode(), CASE)


def in_gambit(played):
    return gambit.read_efg(io.BytesIO(efg_text(played).encode()))


def shipped(name, game):
    try:
        case = open_case(name)
    except CaseError as error:
        pytest.skip(f"{name} is not readable yet: {error}")
    if f"games/{game}.yaml" not in case.files:
        pytest.skip(f"{name} has no game {game} yet")
    return case, game_of(case, game)


def played_games():
    yield play(CASE, three(), draws=20)
    yield play(*shipped("iran-syria-2015", "defiance"), draws=20)


def test_gambit_reads_the_same_tree_and_the_mean_payoffs():
    for played in played_games():
        game, read = played.game, in_gambit(played)
        assert read.title == game.title
        assert [player.label for player in read.players] == list(game.players)
        nodes = {node.id: node for node in game.nodes}
        met = []
        waiting = [(game.start, read.root)]
        while waiting:
            id, there = waiting.pop()
            met.append(id)
            if id in nodes:
                assert there.label == id
                assert there.player.label == nodes[id].player
                assert [a.label for a in there.infoset.actions] == list(nodes[id].actions)
                waiting += zip(nodes[id].actions.values(), there.children, strict=True)
            else:
                assert there.is_terminal
                assert there.outcome.label == id
                for player, payoffs in played.payoffs[id].items():
                    assert float(there.outcome[player]) == payoffs.mean()
        assert set(met) == {*nodes, *(end.id for end in game.ends)}
        assert len(read.infosets) == len(game.nodes)
        assert len(read.outcomes) == len(game.ends)


@pytest.mark.parametrize("precision", [0.1, 1.0, 4.0, 12.0])
def test_gambit_finds_the_same_agent_quantal_response_equilibrium(precision):
    for played in played_games():
        alone = played.payoffs
        means = {e: {p: v.mean(keepdims=True) for p, v in w.items()} for e, w in alone.items()}
        strategy, _ = quantal_response(played.game, means, np.array([precision]))
        read = in_gambit(played)
        (found,) = gambit.qre.logit_solve_lambda(read, precision, use_strategic=False)
        assert found.lam == pytest.approx(precision, rel=1e-6)
        own = [
            strategy[infoset.label][action.label].item()
            for player in read.players
            for infoset in player.infosets
            for action in infoset.actions
        ]
        assert [found[k] for k in range(len(found))] == pytest.approx(own, abs=1e-6)


def test_a_large_precision_ends_where_gambit_s_pure_equilibrium_does():
    played = play(CASE, three(), draws=1)
    strategy, _ = quantal_response(played.game, played.payoffs, np.array([1e6]))
    chosen = {node: max(moves, key=lambda m: moves[m].item()) for node, moves in strategy.items()}
    found = []
    for profile in gambit.nash.enumpure_agent_solve(in_gambit(played)).equilibria:
        found.append({i.label: next(a.label for a in i.actions if profile[a] == 1)
                      for i in profile.game.infosets})  # fmt: skip
    assert chosen in found


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ('"', '"'),
        ("\\", "/"),
        ('\\"', '/"'),
        ('\\\\"\\', '//"/'),
        ("a\nb\tc", "a b c"),
        ("{ } ( ) 1", "{ } ( ) 1"),
        ("Défi ‘à’ 漢", "Defi ?a? ?"),
        ('" } {', '" } {'),
        ("EFG 2 R", "EFG 2 R"),
        ("", ""),
    ],
)
def test_hostile_titles_are_read_as_far_as_gambit_can_hold_them(title, read):
    played = play(replace(CASE, title=title + "x"), replace(three(), title=title), draws=1)
    assert in_gambit(played).title == read


@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.text('"\\\\{} a', max_size=9)
)
def test_any_title_leaves_the_tree_whole(title):
    played = play(CASE, replace(three(), title=title), draws=1)
    read = in_gambit(played)
    assert read.title.isascii()
    assert len(read.infosets) == 4
    assert len(read.outcomes) == 5


@given(st.lists(st.floats(-1e12, 1e12), min_size=3, max_size=3))
def test_payoffs_come_back_to_the_last_bit(values):
    played = play(CASE, three(), draws=1)
    stop = {player: np.array([v]) for player, v in zip("abc", values, strict=True)}
    read = in_gambit(replace(played, payoffs={**played.payoffs, "stop": stop}))
    (outcome,) = [o for o in read.outcomes if o.label == "stop"]
    assert [float(outcome[player]) for player in "abc"] == values


def test_the_comment_says_how_the_game_was_played():
    text = efg_text(play(CASE, three(), draws=20, seed=4))
    comment = text.splitlines()[1]
    assert "means of 20 draws, seed 4" in comment
    assert "scenario base" in comment
    assert "a: ann, b: bob, c: ann" in comment


def test_an_infinite_payoff_is_refused():
    played = play(CASE, replace(three(), precision=point(1)), draws=1)
    never = {player: np.array([-np.inf]) for player in "abc"}
    with pytest.raises(WinsetError, match="stop: a payoff must be finite"):
        efg_text(replace(played, payoffs={**played.payoffs, "stop": never}))
