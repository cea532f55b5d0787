"""Games: read whole or refused in words, and played as the textbook plays them."""

import datetime
import itertools
import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from winset.case.model import Case
from winset.case.parts import Actor, Change, Issue, Party, Question, Scenario, Stance, Tie
from winset.case.ranges import parse_range, point
from winset.case.scenarios import apply_changes
from winset.case.shipped import open_case
from winset.errors import CaseError, WinsetError
from winset.games import solve
from winset.games.equilibrium import logit_choice, quantal_response, reach
from winset.games.expressions import SIGNATURES, parse_expression
from winset.games.functions import CaseResolver
from winset.games.game import End, Formula, Game, GameNode
from winset.games.reading import game_of, games_of, read_game
from winset.games.solve import estimate, play
from winset.models.base import Outcome
from winset.models.batch import sample

ENTRY = """\
title: Entry
players: {entrant: ann, incumbent: bob}
precision: 1
parameters:
  prize: {value: 1, note: what a shared market is worth}
start: first
nodes:
  first: {player: entrant, actions: {enter: second, stay_out: out}}
  second: {player: incumbent, actions: {fight: war, share: peace}}
ends:
  out:
    payoffs: {entrant: {value: 0}, incumbent: {value: 2}}
  war:
    payoffs: {entrant: {value: -1}, incumbent: {value: 0 - 1}}
  peace:
    note: both sell
    payoffs: {entrant: {value: prize}, incumbent: {value: prize, note: half of it}}
"""


def two_actors(**more):
    """A case of two actors and one issue on which one stands at 20 and the other at 80."""
    fields = {
        "title": "Two",
        "as_of": datetime.date(2015, 1, 1),
        "parties": (Party(id="north", unity=point(0.3)), Party(id="south", unity=point(0.9))),
        "issues": (
            Issue(id="border", title="Border", reversion=point(10)),
            Issue(id="no-reversion", title="Another"),
        ),
        "actors": (Actor(id="ann", name="Ann", party="north"), Actor(id="bob", name="Bob"),
                   Actor(id="9th", name="Silent")),
        "stances": (
            Stance(issue="border", actor="ann", position=point(20), salience=point(40),
                   influence=point(50), price=point(5), red_line_high=point(60),
                   audience_cost=parse_range("10..30..50")),
            Stance(issue="border", actor="bob", position=parse_range("70 to 90"),
                   salience=point(80), influence=point(200)),
            Stance(issue="no-reversion", actor="ann", position=point(1), salience=point(1),
                   influence=point(1)),
        ),
        "ties": (
            Tie(source="ann", target="bob", kind="dependence", weight=point(0.25)),
            Tie(source="ann", target="bob", kind="authority", weight=point(0.5)),
            Tie(source="bob", target="ann", kind="intimidation", weight=point(0.75)),
        ),
        "scenarios": (
            Scenario(id="angry", changes=(Change(quantity="audience_cost", add=50.0),)),
        ),
    }  # fmt: skip
    return Case(**{**fields, **more})


def entry(**changes):
    text = ENTRY
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return read_game("entry", text.encode(), two_actors())


def with_precision(value):
    return read_game("entry", ENTRY.replace("precision: 1", f"precision: {value}").encode(),
                     two_actors())  # fmt: skip


# Played by hand.


def test_a_game_of_two_moves_is_played_as_by_hand():
    played = play(two_actors(), with_precision(2), draws=3)
    share = math.exp(2) / (math.exp(2) + math.exp(-2))
    worth = share - (1 - share)
    enter = math.exp(2 * worth) / (math.exp(2 * worth) + 1)
    assert played.strategy["second"]["share"] == pytest.approx([share] * 3, abs=1e-15)
    assert played.strategy["first"]["enter"] == pytest.approx([enter] * 3, abs=1e-15)
    assert played.reached["peace"] == pytest.approx([enter * share] * 3)
    assert played.reached["second"] == pytest.approx([enter] * 3)
    assert played.expected["entrant"] == pytest.approx([enter * worth] * 3)
    assert played.expected["incumbent"] == pytest.approx([2 * (1 - enter) + enter * worth] * 3)


def test_precision_zero_plays_at_random():
    played = play(two_actors(), with_precision(0), draws=1)
    assert played.reached["out"].item() == 0.5
    assert played.reached["war"].item() == played.reached["peace"].item() == 0.25


@pytest.mark.parametrize("precision", ["1000", "1e9", "1e300"])
def test_a_large_precision_plays_the_subgame_perfect_equilibrium(precision):
    played = play(two_actors(), with_precision(precision), draws=1)
    assert played.reached["peace"].item() == 1.0
    assert played.expected["incumbent"].item() == 1.0


def test_shifting_a_player_s_payoffs_changes_no_probability():
    base = play(two_actors(), entry(), draws=1)
    shifted = entry(**{"incumbent: {value: 2}": "incumbent: {value: 1e3 + 2}",
                       "incumbent: {value: 0 - 1}": "incumbent: {value: 1e3 - 1}",
                       "incumbent: {value: prize,": "incumbent: {value: 1e3 + prize,"})  # fmt: skip
    other = play(two_actors(), shifted, draws=1)
    for place, chance in base.reached.items():
        assert other.reached[place] == pytest.approx(chance, abs=1e-12)


@given(
    st.lists(st.floats(-1e6, 1e6) | st.just(-math.inf), min_size=1, max_size=5),
    st.floats(0, 1e6) | st.just(1e308),
)
def test_the_choice_is_a_distribution_whatever_the_payoffs(payoffs, precision):
    chances = logit_choice(np.array(payoffs)[:, None], np.array([precision]))
    assert np.all(chances >= 0)
    assert chances.sum() == pytest.approx(1.0)
    best = max(payoffs)
    if precision > 0 and best > -math.inf:
        assert all(p == 0.0 for p, u in zip(chances, payoffs, strict=True) if u == -math.inf)
    order = np.argsort(payoffs)
    assert np.all(np.diff(chances[order, 0]) >= 0)


PLAYERS = ("a", "b")
trees = st.recursive(
    st.tuples(st.floats(-5, 5), st.floats(-5, 5)),
    lambda inner: st.tuples(st.sampled_from(PLAYERS), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=12,
).filter(lambda tree: isinstance(tree[0], str))


def twin(tree, precision):
    """A tree solved by plain recursion: what each player expects, and how the root is played."""
    if not isinstance(tree[0], str):
        return list(tree), []
    mover, branches = tree
    after = [twin(branch, precision)[0] for branch in branches]
    own = [worth[PLAYERS.index(mover)] for worth in after]
    weights = [math.exp(precision * (u - max(own))) for u in own]
    chances = [w / sum(weights) for w in weights]
    worth = [sum(p * w[k] for p, w in zip(chances, after, strict=True)) for k in range(2)]
    return worth, chances


def as_game(tree):
    nodes, ends, payoffs, waiting = [], [], {}, [("n", tree)]
    while waiting:
        id, part = waiting.pop(0)
        if isinstance(part[0], str):
            inner = {f"m{k}": f"{id}.{k}" for k in range(len(part[1]))}
            nodes.append(GameNode(id=id, player=part[0], actions=inner))
            waiting += zip(inner.values(), part[1], strict=True)
        else:
            formula = Formula(expression=parse_expression("0"), where="")
            ends.append(End(id=id, payoffs=dict.fromkeys(PLAYERS, formula)))
            payoffs[id] = dict(zip(PLAYERS, map(np.atleast_1d, part), strict=True))
    game = Game(name="g", title="G", players=dict.fromkeys(PLAYERS, "x"), precision=point(1),
                nodes=tuple(nodes), ends=tuple(ends))  # fmt: skip
    return game, payoffs


@given(trees, st.floats(0, 50))
def test_any_tree_is_played_as_plain_recursion_plays_it(tree, precision):
    game, payoffs = as_game(tree)
    strategy, expected = quantal_response(game, payoffs, np.array([precision]))
    worth, chances = twin(tree, precision)
    assert [expected["n"][p].item() for p in PLAYERS] == pytest.approx(worth, abs=1e-9)
    assert [p.item() for p in strategy["n"].values()] == pytest.approx(chances, abs=1e-9)
    reached = reach(game, strategy)
    assert sum(reached[end.id] for end in game.ends) == pytest.approx(1.0)
    total = sum(reached[end.id] * payoffs[end.id]["a"] for end in game.ends)
    assert total == pytest.approx(expected["n"]["a"], abs=1e-9)


# What nobody can bear.


def absolute(text):
    stances = two_actors().stances
    ann = replace(stances[0], audience_cost=point(math.inf))
    case = two_actors(stances=(ann, *stances[1:]))
    return case, read_game("entry", ENTRY.replace("value: -1", f"value: {text}").encode(), case)


def test_an_absolute_red_line_is_never_risked():
    played = play(*absolute('"gain(ann, border, 80)"'), draws=4)
    assert played.payoffs["war"]["entrant"].tolist() == [-math.inf] * 4
    assert played.reached["out"].tolist() == [1.0] * 4
    assert played.expected["entrant"].tolist() == [0.0] * 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('"0 * audience_cost(ann, border)"', "must be a number; found none in 4 of 4 draws"),
        ('"audience_cost(ann, border)"', "must be finite, or minus infinity"),
        ('"1 / (prize - 1)"', "must not divide by 0"),
        ('"gain(ann, border, 100 * prize + 1)"', "point of gain must be in [0, 100]; found 101"),
    ],
)  # fmt: skip
def test_a_payoff_without_a_value_is_an_error_at_its_place(text, said):
    case, game = absolute(text)
    with pytest.raises(CaseError) as caught:
        play(case, game, draws=4)
    assert said in str(caught.value)
    assert str(caught.value).startswith("games/entry.yaml:14:")


# Draws.


def uncertain():
    return entry(**{"value: 1,": "value: 0.2..0.5..2,", "precision: 1": "precision: 1..2..6"})


def test_each_draw_stands_alone_and_chunks_do_not_show(monkeypatch):
    whole = play(two_actors(), uncertain(), draws=50, seed=3)
    monkeypatch.setattr(solve, "CHUNK", 7)
    chunks = play(two_actors(), uncertain(), draws=50, seed=3)
    short = play(two_actors(), uncertain(), draws=11, seed=3)
    for place in whole.reached:
        assert np.array_equal(whole.reached[place], chunks.reached[place])
        assert np.array_equal(whole.reached[place][:11], short.reached[place])
    for k in range(5):
        payoffs = {e: {p: v[[k]] for p, v in w.items()} for e, w in whole.payoffs.items()}
        alone, _ = quantal_response(whole.game, payoffs, whole.precision[[k]])
        assert alone["first"]["enter"].item() == whole.strategy["first"]["enter"][k]


def test_another_seed_gives_other_draws_and_the_same_seed_the_same():
    case, game = two_actors(), uncertain()
    first, again, other = (play(case, game, draws=9, seed=s).chance("enter") for s in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_ranges_of_the_game_are_drawn_within_their_ends():
    played = play(two_actors(), uncertain(), draws=2_000)
    assert 1 <= played.precision.min() < played.precision.max() <= 6
    assert 0.2 <= played.names["prize"].min() < played.names["prize"].max() <= 2


def test_a_scenario_changes_the_case_under_common_random_numbers():
    text = '"0 - audience_cost(ann, border)"'
    game = entry(**{"value: -1": f"value: {text}"})
    base = play(two_actors(), game, draws=20)
    angry = play(two_actors(), game, draws=20, scenario="angry")
    moved = base.payoffs["war"]["entrant"] - angry.payoffs["war"]["entrant"]
    assert moved == pytest.approx([0.5] * 20)
    assert np.all(angry.chance("enter") < base.chance("enter"))
    assert (base.made.scenario, angry.made.scenario) == ("base", "angry")


def test_a_play_says_how_it_was_made():
    made = play(two_actors(), entry(), draws=2, seed=9).made
    assert (made.game, made.seed, made.case) == ("entry", 9, "Two")
    assert made.case_digest == two_actors().digest
    assert made.game_digest == entry().digest != entry(**{"both sell": "both"}).digest
    assert made.model == ""


def test_means_carry_their_monte_carlo_error():
    played = play(two_actors(), uncertain(), draws=400)
    found = played.summary()["enter"]
    chance = played.chance("enter")
    assert found.mean == chance.mean()
    assert found.error == pytest.approx(chance.std(ddof=1) / 20)
    assert math.isnan(estimate(chance[:1]).error)
    assert estimate(np.full(5, 0.25)).error == 0.0


def test_no_draws_and_unknown_names_are_refused():
    case, game = two_actors(), entry()
    with pytest.raises(WinsetError, match="draws must be 1 or more"):
        play(case, game, draws=0)
    with pytest.raises(WinsetError, match=r"no action “entre”.*did you mean “enter”"):
        play(case, game, draws=1).chance("entre")
    with pytest.raises(WinsetError, match="no action “enter” of incumbent"):
        play(case, game, draws=1).chance("enter", player="incumbent")
    with pytest.raises(WinsetError, match="no player “ann”"):
        play(case, game, draws=1).chance("enter", player="ann")
    with pytest.raises(WinsetError, match="no game “entry” in this case"):
        play(case, "entry", draws=1)
    with pytest.raises(WinsetError, match="no scenario “calm”"):
        play(case, game, draws=1, scenario="calm")


def test_an_action_played_twice_on_a_path_counts_once():
    game = entry(**{"enter: second": "press: second", "fight: war": "press: war"})
    played = play(two_actors(), game, draws=1)
    first, second = played.strategy["first"]["press"], played.strategy["second"]["press"]
    assert played.chance("press").item() == first.item()
    assert played.chance("press", player="incumbent").item() == (first * second).item()
    both = entry(**{"stay_out: out": "wait: out", "share: peace": "wait: peace"})
    assert play(two_actors(), both, draws=1).chance("wait").item() == pytest.approx(
        1 - play(two_actors(), both, draws=1).reached["war"].item()
    )


def test_an_end_may_be_shared_by_several_actions():
    text = ENTRY.replace("fight: war", "fight: out")
    text = text.replace(text[text.index("  war:") : text.index("  peace:")], "")
    played = play(two_actors(), read_game("entry", text.encode(), two_actors()), draws=1)
    assert played.reached["out"] + played.reached["peace"] == pytest.approx(1.0)
    expected = played.strategy["first"]["stay_out"] + (
        played.strategy["first"]["enter"] * played.strategy["second"]["fight"]
    )
    assert played.reached["out"] == pytest.approx(expected)


# What the functions read.


@dataclass(frozen=True, slots=True, kw_only=True)
class SameAsUnity:
    """A model whose probability of an agreement is the product of the parties' unities."""

    name: ClassVar[str] = "same-as-unity"
    idea: ClassVar[str] = "for tests"
    random: ClassVar[bool] = False

    def solve(self, batch):
        shape = (batch.draws, len(batch.issues))
        agreement = np.broadcast_to(batch.unity.prod(axis=1)[:, None], shape)
        return Outcome(settlement=np.full(shape, 0.5), agreement=agreement)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("salience(ann, border)", 0.4),
        ("influence(ann, border)", 0.25),
        ("influence(bob, border)", 1.0),
        ("price(ann, border)", 0.05),
        ("price(bob, border)", 0.0),
        ("audience_cost(bob, border)", 0.0),
        ("dependence(ann, bob)", 0.25),
        ("dependence(bob, ann)", 0.0),
        ("authority(ann, bob)", 0.5),
        ("intimidation(bob, 9th)", 0.0),
        ("intimidation(bob, ann)", 0.75),
        ("unity(north)", 0.3),
        # 1 - |.2 - .2| - (1 - |.1 - .2| - .05)
        ("gain(ann, border, 20)", 0.15),
        ("gain(ann, border, 10)", 0.05),
        ("gain(ann, border, 60)", -0.25),
        ("p_agreement(border)", 0.27),
        ("p_agreement(border, unity=0)", 0.0),
        ("p_agreement(border, unity=1)", 1.0),
        ("p_agreement(border, unity=0.5)", 0.25),
        ("p_agreement(border, unity=1, party=north)", 0.9),
        ("p_agreement(border, party=south, unity=half)", 0.15),
    ],
)
def test_a_function_reads_the_case(text, value):
    game = entry(**{"value: -1": f'value: "{text.replace("half", "prize / 2")}"'})
    played = play(two_actors(), game, draws=2, model=SameAsUnity())
    assert played.payoffs["war"]["entrant"] == pytest.approx([value] * 2)
    assert played.made.model == ("same-as-unity" if "p_agreement" in text else "")


def test_a_gain_beyond_the_red_line_bears_the_audience_cost_of_each_draw():
    game = entry(**{"value: -1": 'value: "gain(ann, border, 61)"'})
    played = play(two_actors(), game, draws=40)
    cost = sample(two_actors(), 40).audience_cost[:, 0, 0]
    assert played.payoffs["war"]["entrant"] == pytest.approx(-0.26 - cost)


def test_a_model_is_solved_once_for_each_unity_asked_for():
    solved = []

    class Counting(SameAsUnity):
        def solve(self, batch):
            solved.append(batch.unity[0].tolist())
            return SameAsUnity.solve(self, batch)

    text = (
        '"p_agreement(border, unity=0) + p_agreement(no-reversion, unity=0) + p_agreement(border)"'
    )
    play(two_actors(), entry(**{"value: -1": f"value: {text}"}), draws=2, model=Counting())
    assert solved == [[0.0, 0.0], [0.3, 0.9]]


def test_a_model_that_takes_agreement_for_granted_is_refused():
    from winset.models.central import Mean

    game = entry(**{"value: -1": 'value: "p_agreement(border)"'})
    with pytest.raises(WinsetError, match="found mean; use the two-level model"):
        play(two_actors(), game, draws=2, model=Mean())


def test_a_unity_outside_its_limits_is_an_error_where_it_stands():
    game = entry(**{"value: -1": 'value: "p_agreement(border, unity=prize + 0.5)"'})
    with pytest.raises(CaseError, match=r"14:5\d: .*the unity of p_agreement must be in \[0, 1\]"):
        play(two_actors(), game, draws=2, model=SameAsUnity())


def test_a_game_read_for_another_case_is_refused_in_words():
    game = entry(**{"value: -1": 'value: "salience(ann, border)"'})
    strange = two_actors(issues=(Issue(id="other", title="o"),), stances=())
    with pytest.raises(WinsetError, match="no issue “border” in this case"):
        play(strange, game, draws=1)


def test_influence_without_anybody_strong_is_zero():
    stances = tuple(replace(s, influence=parse_range("0 to 1")) for s in two_actors().stances)
    batch = sample(two_actors(stances=stances), 3)
    silent = replace(batch, influence=np.zeros_like(batch.influence))
    call = parse_expression("influence(ann, border)").root
    assert CaseResolver(batch=silent, model=None).call(call, {}).tolist() == [0.0] * 3


# Read or refused.


def problems(text, case=None):
    with pytest.raises(CaseError) as caught:
        read_game("entry", text.encode(), case or two_actors())
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("title: Entry\n", "", "title: must be given; found nothing"),
        ("precision: 1", "precision: -1", "3:12: game: precision: must be 0 or more; found “-1”"),
        ("precision: 1", "precision: inf", "3:12: game: precision: must be finite"),
        ("precision: 1", "precison: 1", "no such key here; found “precison”; did you mean"),
        ("{entrant: ann,", "{entrant: anne,", "2:20: players: entrant: must be an actor of the "
         "case; found “anne”; did you mean “ann”?"),
        ("players: {entrant: ann, incumbent: bob}", "players: {}", "at least one player"),
        ("start: first", "start: frist", "6:8: start: must be a node; found “frist”; did you mean"),
        ("player: entrant", "player: ann", "8:19: first: player: must be a player of the game"),
        ("stay_out: out", "stay_out: outt", "must lead to a node or an end; found “outt”; did you"),
        ("{fight: war, share: peace}", "{}", "second: actions: must have at least one action"),
        ("share: peace", "share: first", "no node may lead back to itself; found “first”"),
        ("share: peace", "share: second", "no node may lead back to itself; found “second”"),
        ("stay_out: out", "stay_out: second", "entered from one place"),
        ("share: peace", "share: war", "peace: must be reached from the start; found no way"),
        ("incumbent: {value: 2}", "incumbant: {value: 2}", "must be a player; found “incumbant”; "
         "did you mean “incumbent”?"),
        ("incumbent: {value: 2}", "incumbant: {value: 2}", "must have one for the player"),
        ("{value: -1}", "-1", "payoff of entrant: must be a mapping of keys to values; found “-1”"),
        ("{value: -1}", "", "war: payoff of entrant: must be a mapping of keys to values; found "
         "nothing"),
        ("{value: -1}", "{note: -1}", "payoff of entrant: value: must be given"),
        ("value: -1", "value: prise", "14:32: war: payoff of entrant: must be a parameter or an "
         "earlier quantity; found “prise”; did you mean “prize”?"),
        ("value: -1", "value: 2 * prize-1", "14:36: war: payoff of entrant: must be a parameter or "
         "an earlier quantity; found “prize-1”; to subtract, put a blank after “prize”"),
        ("value: -1", "value: 1 +", "war: payoff of entrant: must be a number, a name"),
        ("value: -1", "value: gain", "write gain(actor, issue, point)"),
        ("value: -1", 'value: "1 + gain(anne, border, 1)"', "14:42: war: payoff of entrant: must "
         "be the id of an actor of the case; found “anne”"),
        ("value: -1", 'value: "gain(ann, boarder, 1)"', "did you mean “border”?"),
        ("value: -1", 'value: "gain(ann, border, 101)"', "must be in [0, 100]; found 101"),
        ("value: -1", 'value: "gain(9th, border, 1)"', "an actor with a stance on border"),
        ("value: -1", 'value: "gain(ann, no-reversion, 1)"', "a reversion point; found none on"),
        ("value: -1", 'value: "unity(nord)"', "the id of a party of the case; found “nord”"),
        ("value: -1", 'value: "p_agreement(border, unity=2)"', "must be in [0, 1]; found 2"),
        ("value: -1", 'value: "p_agreement(border, party=north)"', "only with a unity"),
        ("  prize: {value: 1,", "  prize: {value: 2 to 1,", "prize: value: must be a range whose"),
        ("  prize:", "  gain:", "must not be the name of a function"),
        ("  prize:", "  2nd:", "that begins with a letter"),
        ("  prize:", "  pri ze:", "must have a name of letters"),
        ("  out:", "  second:", "second: must stand once in nodes and ends"),
        ("nodes:", "notes: 1\nnodes:", "no such key here; found “notes”; did you mean"),
        ("parameters:\n", "parameters: 3\nquantities:\n", "parameters: must be a mapping"),
        ("  first: {player", "  fir st: {player", "nodes: must have a name of letters"),
        ("note: both sell", "nots: both sell", "no such key here; found “nots”; did you mean"),
        ("title: Entry", "title: [1", "YAML: must be YAML"),
        ("title: Entry", "title: &a Entry", "no anchors"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_hold_together_is_refused_in_words(old, new, said):
    assert old in ENTRY
    text = "\n".join(problems(ENTRY.replace(old, new, 1)))
    assert said in text
    assert all(line.startswith("games/entry.yaml") for line in text.splitlines())


def test_all_problems_are_said_at_once_in_the_order_of_the_file():
    text = ENTRY.replace("bob}", "rob}").replace("precision: 1", "precision: x")
    text = text.replace("player: incumbent", "player: nobody").replace("value: -1", "value: 1 +")
    found = problems(text)
    assert [line.split(":")[1] for line in found] == ["2", "3", "9", "14"]


def test_quantities_may_use_only_what_stands_above_them():
    quantities = "quantities:\n  a: {value: b}\n  b: {value: prize}\n  c: {value: c}\nstart:"
    found = problems(ENTRY.replace("start:", quantities))
    assert len(found) == 2
    assert all("may use only those that stand above it" in line for line in found)
    fine = entry(**{"start:": "quantities:\n  b: {value: prize * 2}\n  c: {value: b - 1}\nstart:"})
    assert play(two_actors(), fine, draws=1).names["c"].item() == 1.0


def test_an_expression_folded_over_lines_is_placed_by_its_line():
    written = "{entrant: {value: -1}, incumbent: {value: 0 - 1}}"
    folded = """
      entrant: {value: 0}
      incumbent:
        value: >-
          1 +
          prise"""
    (found,) = problems(ENTRY.replace(written, folded))
    assert found.startswith("games/entry.yaml:17:16: war: payoff of incumbent: must be a parameter")
    (found,) = problems(ENTRY.replace("value: -1", 'value: "prise"'))
    assert found.startswith("games/entry.yaml:14:33: ")


def test_bytes_that_are_no_text_are_refused():
    with pytest.raises(CaseError, match="must be UTF-8 text; found byte 0xff"):
        read_game("entry", b"title: \xff", two_actors())


def test_a_file_needs_an_id_for_a_name():
    with pytest.raises(CaseError, match="its file must have an id for a name"):
        read_game("my game", ENTRY.encode(), two_actors())


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_a_game_or_a_case_error(data):
    with pytest.raises(CaseError):
        read_game("entry", data, two_actors())


@given(st.integers(0, len(ENTRY)), st.integers(0, 30), st.text("{}:,[]-\n ab1\"'", max_size=4))
def test_a_spoilt_file_is_a_game_or_a_case_error(start, length, junk):
    text = ENTRY[:start] + junk + ENTRY[start + length :]
    try:
        game = read_game("entry", text.encode(), two_actors())
    except CaseError:
        return
    assert play(two_actors(), game, draws=1).reached[game.start].item() == 1.0


def test_the_example_in_the_documents_is_a_game():
    page = (Path(__file__).parents[1] / "docs" / "moves.md").read_text()
    (text,) = re.findall(r"```yaml\n(.*?)```", page, re.S)
    case = two_actors()
    tariff = replace(case.issues[0], id="tariff")
    stances = tuple(replace(s, issue="tariff") for s in case.stances[:2])
    case = two_actors(issues=(tariff,), stances=stances)
    played = play(case, read_game("tax", text.encode(), case), draws=200)
    assert played.payoffs["end_raised"]["minister"].mean() == pytest.approx(-0.25)
    assert np.all(played.chance("strike") < played.chance("raise"))


def test_the_documents_list_every_function():
    page = (Path(__file__).parents[1] / "docs" / "moves.md").read_text()
    for name in SIGNATURES:
        assert f"`{name}(" in page


# The games of a case.


def question(asked):
    return (Question(id="q", text="?", answer=asked),)


def test_the_games_of_a_case_are_found_by_name():
    case = two_actors(files={"games/entry.yaml": ENTRY.encode()})
    assert [game.name for game in games_of(case)] == ["entry"]
    assert game_of(case, "entry") == entry()
    with pytest.raises(WinsetError, match=r"no game “entri”.*did you mean “entry”"):
        game_of(case, "entri")
    assert games_of(two_actors()) == ()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("move(entri, enter)", "q: answer: must ask for a known game; found “entri”; did you mean"),
        ("move(entry, entre)", "must ask for a known action of the game; found “entre”; did you"),
        ("move(entry, enter)", None),
    ],
)
def test_questions_ask_for_moves_that_exist(asked, said):
    case = two_actors(files={"games/entry.yaml": ENTRY.encode()}, questions=question(asked))
    if said is None:
        assert games_of(case)
        return
    with pytest.raises(CaseError) as caught:
        games_of(case)
    assert said in str(caught.value)


def test_the_problems_of_all_games_are_said_together():
    broken = ENTRY.replace("start: first", "start: frist").encode()
    case = two_actors(files={"games/one.yaml": broken, "games/two.yaml": broken})
    with pytest.raises(CaseError) as caught:
        games_of(case)
    assert [p.file for p in caught.value.problems] == ["games/one.yaml", "games/two.yaml"]


# The shipped games.


def shipped(name, game):
    try:
        case = open_case(name)
    except CaseError as error:
        pytest.skip(f"{name} is not readable yet: {error}")
    if f"games/{game}.yaml" not in case.files:
        pytest.skip(f"{name} has no game {game} yet")
    return case, game_of(case, game)


def with_audience_cost(case, factor):
    change = Change(quantity="audience_cost", actor="khamenei", issue="channel", multiply=factor)
    return apply_changes(case, [change])


def test_under_a_high_audience_cost_a_meeting_under_cover_is_likelier_than_direct_talks():
    case, game = shipped("iran-syria-2015", "defiance")
    for factor in (1.0, 2.0):
        found = play(with_audience_cost(case, factor), game, draws=1_000).summary()
        assert found["meet_under_cover"].mean > 5 * found["meet_directly"].mean


def test_a_higher_audience_cost_never_makes_the_leader_more_tolerant():
    case, game = shipped("iran-syria-2015", "defiance")
    plays = [play(with_audience_cost(case, f), game, draws=300) for f in (0.0, 0.5, 1.0, 2.0)]
    for before, after in itertools.pairwise(plays):
        for node in ("answer_direct_held", "answer_direct_pressed", "answer_cover_held"):
            change = after.strategy[node]["tolerate"] - before.strategy[node]["tolerate"]
            assert np.all(change <= 1e-12)
        assert np.mean(after.chance("comply")) > np.mean(before.chance("comply"))


def test_a_higher_audience_cost_makes_direct_talks_rarer_where_cover_is_free_of_it():
    case, game = shipped("iran-syria-2015", "defiance")
    free = tuple(
        replace(p, value=point(0)) if p.name == "cover_share" else p for p in game.parameters
    )
    game = replace(game, parameters=free)
    direct = [
        play(with_audience_cost(case, factor), game, draws=2_000).chance("meet_directly").mean()
        for factor in (0.0, 0.25, 0.5, 1.0, 2.0)
    ]
    assert direct == sorted(direct, reverse=True)


def test_a_likelier_deal_under_one_voice_holds_the_leaders_together():
    case, game = shipped("iran-nuclear-2015", "united_front")
    silent = play(case, game, draws=400, model=Indifferent())
    heard = play(case, game, draws=400, model=UnityOf(k=0))
    assert np.all(heard.names["chance_united"] > heard.names["chance_split"])
    assert heard.reached["end_one_voice"].mean() > silent.reached["end_one_voice"].mean()


@dataclass(frozen=True, slots=True, kw_only=True)
class UnityOf:
    """A model in which an agreement is as likely as party ``k`` is united."""

    name: ClassVar[str] = "unity-of"
    idea: ClassVar[str] = "for tests"
    random: ClassVar[bool] = False
    k: int = 0

    def solve(self, batch):
        shape = (batch.draws, len(batch.issues))
        chance = np.broadcast_to(0.2 + 0.8 * batch.unity[:, [self.k]], shape)
        return Outcome(settlement=np.full(shape, 0.5), agreement=chance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indifferent:
    """A model in which unity changes nothing."""

    name: ClassVar[str] = "indifferent"
    idea: ClassVar[str] = "for tests"
    random: ClassVar[bool] = False

    def solve(self, batch):
        shape = (batch.draws, len(batch.issues))
        return Outcome(settlement=np.full(shape, 0.5), agreement=np.full(shape, 0.5))


def test_the_two_level_model_answers_p_agreement():
    case, game = shipped("iran-nuclear-2015", "united_front")
    played = play(case, game, draws=50)
    for name in ("chance_united", "chance_split", "chance_half"):
        assert np.all((played.names[name] >= 0) & (played.names[name] <= 1))
    assert played.names["chance_united"].mean() >= played.names["chance_split"].mean()
    assert played.made.model == "two-level"
