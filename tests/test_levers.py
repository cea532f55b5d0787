"""What would reach a goal: solved against brute force, searched against scenarios."""

import json
import math
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import assume, given
from hypothesis import strategies as st

from builders import line_case, line_cases
from winset.case.parts import Change
from winset.case.ranges import parse_range
from winset.case.scenarios import apply_changes
from winset.case.shipped import open_case
from winset.cli import cli
from winset.errors import WinsetError
from winset.explain.levers import (
    ORDER,
    Move,
    find_levers,
    headline,
    lever_sentence,
    movables,
    standing,
    worth_of,
)
from winset.explain.levers.find import _LeverRuns
from winset.explain.levers.mean import NUDGE, ExactMean
from winset.explain.levers.search import Search
from winset.explain.levers.stack import DRAWN, Stack
from winset.explain.sensitivity.summary import Summary, SummaryReading
from winset.forecast.forecast import make_forecast
from winset.models import Mean, Median, TwoLevel
from winset.models.base import Outcome
from winset.models.batch import sample, uncertain_cells
from winset.models.defaults import DRAWS as COUNTED

NUCLEAR = open_case("iran-nuclear-2015")
GRID = np.linspace(0.0, 1.0, 101)


def chances(stack, model, summary, pages):
    """The chance of ``summary`` under each of ``pages``, by the model itself."""
    seen = SummaryReading(stack._case, model, summary)(stack.pages(pages))
    return seen.total.reshape(len(pages), -1).mean(axis=1)


@given(
    line_cases(most=4, reversion=False),
    st.integers(0, 100),
    st.sampled_from(["at least", "at most", "between"]),
    st.sampled_from([0.3, 0.5, 1.0]),
    st.booleans(),
    st.sampled_from(["influence-salience", "salience", "none"]),
    st.sampled_from([1, 7]),
)
def test_under_the_mean_a_single_move_is_solved_as_brute_force_finds_it(
    case, bound, side, reach, lose, weights, draws
):
    low = -math.inf if side == "at most" else float(bound)
    high = {"at least": math.inf, "at most": float(bound), "between": bound + 7.0}[side]
    summary = Summary(kind="within", subject="x", low=low, high=high)
    model, stack = Mean(weights=weights), Stack(case, draws=draws, seed=1)
    exact = ExactMean(model=model, stack=stack, summary=summary, reach=reach, lose=lose)

    def wanted(chance):
        return chance < reach - 1e-9 if lose else chance >= reach - 1e-9

    assume(not wanted(chances(stack, model, summary, [()])[0]))
    for movable in movables(case, "a0", beyond=0.2):
        if movable.low == 0.0 and movable.input.quantity != "position":
            continue  # weightless at the end: the mean then counts all alike
        for end in (movable.low, movable.high):
            move = Move(movable=movable, end=end)
            share = exact.least(move)
            tried = chances(stack, model, summary, [(replace(move, share=float(t)),) for t in GRID])
            reached = GRID[[wanted(chance) for chance in tried]]
            if share is None:
                assert not len(reached)
                continue
            # Rounding may hide the very point: a hair to either side must show it.
            beside = [share - 2 * NUDGE, share, share + NUDGE]
            inside = [(replace(move, share=min(max(t, 0.0), 1.0)),) for t in beside]
            assert any(wanted(chance) for chance in chances(stack, model, summary, inside))
            assert not len(reached) or reached[0] >= share - 2 * NUDGE


def test_the_closed_form_meets_the_bound_to_the_digit():
    certain = line_case([("a", 30, 50, 1), ("b", 80, 50, 1), ("c", 10, 50, 2)])
    found = find_levers(
        certain, Mean(), actor="a", goal="settlement >= 35", beyond=0.1, draws=1, most=9
    )
    assert found.exact and not found.reached and found.draws == 1
    # (30 + 80 + 2·10) / 4 = 32.5; position of c must rise by 5, of a by 10.
    after = {lever.moves[0].movable.input.label: lever for lever in found.levers
             if len(lever.moves) == 1}  # fmt: skip
    assert after["a: position"].moves[0].after.middle == pytest.approx(40.0, abs=1e-6)
    assert after["c: position"].moves[0].after.middle == pytest.approx(15.0, abs=1e-6)
    for lever in found.levers:
        assert lever.settlement == pytest.approx(35.0, abs=1e-6)


@given(line_cases(most=4), st.integers(0, 10))
def test_a_stacked_move_is_the_scenario_that_sets_the_moved_range(case, tenths):
    stack = Stack(case, draws=16, seed=3)
    for movable in movables(case, "a0"):
        move = Move(movable=movable, end=movable.high, share=tenths / 10)
        entry = movable.input
        change = Change(quantity=entry.quantity, actor=entry.actor, issue=entry.issue,
                        set=move.after)  # fmt: skip
        plain, stacked = sample(apply_changes(case, [change]), 16, seed=3), stack.pages([(move,)])
        for name in DRAWN:
            np.testing.assert_allclose(getattr(plain, name), getattr(stacked, name), atol=1e-12)


def test_every_kind_of_input_moves_in_its_own_place():
    stack = Stack(NUCLEAR, draws=8, seed=0)
    model, base = TwoLevel(), TwoLevel().solve(stack.base)
    for case, actor in ((NUCLEAR, "rouhani"), (open_case("iran-syria-2015"), "rouhani")):
        stack = Stack(case, draws=8, seed=0)
        for movable in movables(case, actor):
            batch = stack.pages([(), (Move(movable=movable, end=movable.high),)])
            changed = [
                name
                for name in DRAWN
                if not np.array_equal(getattr(batch, name)[:8], getattr(batch, name)[8:],
                                      equal_nan=True)
            ]  # fmt: skip
            entry = movable.input
            if entry.condition is None:
                assert changed == [entry.quantity]
                assert (
                    np.sum(getattr(batch, entry.quantity)[0] != getattr(batch, entry.quantity)[8])
                    == 1
                )
            else:
                assert changed == []
                values = [o.values.get(entry.quantity) for o in batch.overrides]
                assert sum(v is not None and (v[:8] != v[8:]).any() for v in values) == 1
    unmoved = model.solve(Stack(NUCLEAR, draws=8, seed=0).pages([(), ()]))
    np.testing.assert_array_equal(unmoved.agreement[:8], base.agreement)
    np.testing.assert_array_equal(unmoved.agreement[8:], base.agreement)


TWO = [("a", 50, 50, 10), ("b", 20, 50, 45), ("c", 20, 50, 45)]


def test_two_at_a_time_do_what_no_single_one_can():
    rows = [("a", "20 to 60", 50, 1), ("b", "20 to 60", 50, 1), ("c", 40, 50, 1)]
    found = find_levers(line_case(rows), Mean(), actor="a", goal="settlement >= 50", draws=64)
    assert found.levers and {len(lever.moves) for lever in found.levers} == {2}
    assert found.levers[0].who == "persuade" and found.levers[0].persuade == ("b",)
    assert found.levers[0].chance >= 0.5


def test_a_search_finds_two_at_a_time_as_well():
    rows = [("a", "20 to 60", 50, 3), ("b", "20 to 60", 50, 3), ("c", 10, 50, 5)]
    found = find_levers(line_case(rows), Median(), actor="a", goal="settlement >= 55", draws=64)
    assert not found.exact
    assert {len(lever.moves) for lever in found.levers} == {2}
    assert all(lever.reaches for lever in found.levers)


def test_the_search_comes_within_a_64th_of_the_way_of_the_solution():
    rows = [("a", "20 to 60", 50, 1), ("b", "0..40..90", "20 to 80", 2), ("c", 40, 50, 1)]
    case = line_case(rows)

    class Searched(Mean):
        """The mean by another name: solved by search."""

    solved = find_levers(case, Mean(), actor="a", goal="settlement >= 48", draws=64, counted=64)
    exact = {lever.moves[0].key: lever for lever in solved.levers if len(lever.moves) == 1}
    assert exact
    runs = _LeverRuns(case, Searched(), solved.summary, actor="a", draws=64, counted=64, seed=0)
    search = Search(runs.solve, base=runs.seen, reach=0.5, lose=False, most=9)
    singles, _ = search.singles(movables(case, "a"))
    assert {tried.page[0].key for tried in singles} == exact.keys()
    for tried in singles:
        share = exact[tried.page[0].key].moves[0].share
        assert share - 1e-6 <= tried.page[0].share <= share + 1 / 64 + 1e-6


def test_a_goal_already_reached_is_said_to_be_and_what_would_lose_it_is_shown():
    rows = [("a", "20 to 60", 50, 1), ("b", "30 to 90", 50, 1)]
    case = line_case(rows)
    found = find_levers(case, Mean(), actor="a", goal="settlement >= 45", draws=128)
    assert found.reached and found.chance >= 0.5
    assert "the target is met" in standing(found) and "would lose it" in standing(found)
    assert found.levers and all(lever.chance < 0.5 for lever in found.levers)
    assert all(lever.effect.value < 0.0 for lever in found.levers)


def test_where_nothing_suffices_it_says_so_and_shows_the_closest():
    rows = [("a", "20 to 30", 50, 1), ("b", "30 to 40", 50, 1), ("c", 0, 50, 8)]
    found = find_levers(line_case(rows), Mean(), actor="a", goal="settlement >= 90", draws=64)
    assert not found.levers and found.closest
    assert not any(lever.reaches for lever in found.closest)
    own = [lever for lever in found.closest if lever.who == "self"]
    assert own[0].moves[0].movable.input.label == "a: position" and own[0].moves[0].end == 30.0


@cache
def nuclear_levers():
    """What would help Rouhani, searched once for all tests that only read it."""
    return find_levers(NUCLEAR, TwoLevel(), actor="rouhani", goal="agreement", reach=0.75,
                       draws=64)  # fmt: skip


def test_effects_on_the_same_draws_are_surer_than_on_others():
    found = find_levers(NUCLEAR, TwoLevel(), actor="rouhani", goal="agreement", reach=0.75,
                        draws=256)  # fmt: skip
    assert found.counted == COUNTED
    alone = found.error * math.sqrt(found.counted / found.draws)
    for lever in found.levers:
        assert lever.effect.error < math.hypot(alone, alone) / math.sqrt(2)


def test_a_lever_of_a_searched_model_is_what_the_scenario_does():
    found = find_levers(NUCLEAR, TwoLevel(), actor="rouhani", goal="agreement(enrichment)",
                        reach=0.75, draws=128)  # fmt: skip
    lever = next(one for one in found.levers if len(one.moves) == 1 and one.who == "persuade")
    entry = lever.moves[0].movable.input
    change = Change(quantity=entry.quantity, actor=entry.actor, issue=entry.issue,
                    set=lever.moves[0].after)  # fmt: skip

    def means(case, draws):
        outcome = TwoLevel().solve(sample(case, draws))
        settled, agreed = outcome.settlement[:, 0], outcome.agreement[:, 0]
        there = ~np.isnan(settled)
        return agreed.mean(), 100.0 * np.average(settled[there], weights=agreed[there])

    many, few = means(NUCLEAR, COUNTED), means(NUCLEAR, 128)
    moved = means(apply_changes(NUCLEAR, [change]), 128)
    assert found.chance == pytest.approx(many[0], abs=1e-12)
    assert lever.chance == pytest.approx(many[0] + moved[0] - few[0], abs=1e-9)
    assert lever.settlement == pytest.approx(many[1] + moved[1] - few[1], abs=1e-9)


def test_a_goal_may_be_an_agreement_on_all_issues_together():
    found = find_levers(NUCLEAR, TwoLevel(), actor="rouhani", goal="agreement(all)", reach=0.6,
                        draws=64)  # fmt: skip
    assert found.goal == "agreement(enrichment & sanctions)"
    assert found.chance == make_forecast(NUCLEAR, TwoLevel()).agreed()[0]
    assert found.levers and all(lever.reaches for lever in found.levers)
    for lever in found.levers:
        assert math.isnan(lever.settlement) and lever.distance is None
        assert "None" not in lever_sentence(NUCLEAR, found, lever)


def test_moves_stay_within_the_coded_ranges_and_sizes_are_shares_of_them():
    found = nuclear_levers()
    for lever in (*found.levers, *found.closest):
        for move in lever.moves:
            coded = move.movable.input.range
            assert coded.low <= move.after.low <= move.after.high <= coded.high
            moved = abs(move.after.middle - coded.middle) / (coded.high - coded.low)
            assert move.size == pytest.approx(moved)
        assert lever.size == pytest.approx(sum(move.size for move in lever.moves))


def test_the_smallest_come_first_single_before_pairs():
    found = nuclear_levers()
    for who in ORDER:
        for count in (1, 2):
            sizes = [lever.size for lever in found.of(who) if len(lever.moves) == count]
            assert sizes == sorted(sizes)
            assert len(sizes) <= 3


def test_who_must_act_is_told_by_whose_the_number_is():
    who = {m.input.name: m.who for m in movables(NUCLEAR, "rouhani")}
    assert who["enrichment/rouhani/position"] == "self"
    assert who["rouhani/khamenei/dependence"] == "self"
    assert who["iran/unity"] == "self"  # he leads the party
    assert who["p5-plus-1/unity"] == "structure"
    assert who["enrichment/khamenei/position"] == "persuade"
    assert who["khamenei/rouhani/dependence"] == "structure"
    assert who["enrichment/reversion"] == "structure"
    assert {m.input.name: m.who for m in movables(NUCLEAR, "majlis")}["iran/unity"] == "structure"


def test_beyond_the_coded_ranges_certain_numbers_move_but_never_off_their_scales():
    case = line_case([("a", 5, 50, 10), ("b", "60 to 95", 50, 40)], scale=(0, 100))
    assert {m.input.label for m in movables(case, "a")} == {"b: position"}
    found = {m.input.label: (m.low, m.high) for m in movables(case, "a", beyond=0.1)}
    assert found["a: position"] == (0.0, 15.0)
    assert found["b: position"] == (50.0, 100.0)
    assert found["a: salience"] == (40.0, 60.0)
    assert found["a: influence"] == pytest.approx((6.0, 14.0))


def test_an_infinite_cost_is_no_lever():
    case = line_case([("a", "5 to 9", 50, 10), ("b", 60, 50, 40)])
    stance = replace(case.stances[0], red_line_high=parse_range("10"),
                     audience_cost=parse_range("inf"))  # fmt: skip
    case = replace(case, stances=(stance, case.stances[1]))
    assert "a: audience cost" not in {m.input.label for m in movables(case, "a", beyond=0.1)}


def worth(settlement, agreement):
    case = line_case([("a", 20, 50, 1), ("b", 80, 50, 1)], reversion=60, issues=("x", "y"))
    stances = tuple(
        replace(s, price=parse_range("10"), salience=parse_range("90" if s.issue == "x" else "30"))
        for s in case.stances
    )
    batch = sample(replace(case, stances=stances), 1)
    outcome = Outcome(settlement=np.array([settlement]), agreement=np.array([agreement]))
    return worth_of(batch, "a", outcome)[0]


def test_what_an_outcome_is_worth_is_weighed_by_chance_and_salience():
    # x: .5·|50−20| + .5·(|60−20| + 10) = 40; y, without an agreement: 50; weights 3 to 1.
    assert worth([0.5, np.nan], [0.5, 0.0]) == pytest.approx(-(3 * 40 + 50) / 4)
    assert worth([0.2, 0.2], [1.0, 1.0]) == pytest.approx(0.0)


def test_an_actor_without_a_stance_has_nothing_at_stake_to_count():
    case = line_case([("a", "20 to 60", 50, 1), ("b", "30 to 90", 50, 1)])
    case = replace(case, actors=(*case.actors, replace(case.actors[0], id="c", name="C")))
    found = find_levers(case, Mean(), actor="c", goal="settlement >= 60", draws=32)
    assert found.levers
    assert all(lever.worth is None and lever.distance is None for lever in found.levers)
    assert all(lever.who == "persuade" for lever in found.levers)


@pytest.mark.parametrize(
    ("case", "actor", "goal", "options", "said"),
    [
        (NUCLEAR, "rohani", "agreement", {}, "did you mean “rouhani”"),
        (NUCLEAR, "rouhani", "agreemnt", {}, "did you mean “agreement”"),
        (NUCLEAR, "rouhani", "agreement(enrichmnt)", {}, "did you mean “enrichment”"),
        (NUCLEAR, "rouhani", "settlement", {"issue": "sanctions"}, "a goal needs a bound"),
        (NUCLEAR, "rouhani", "front-breaks", {}, "not to moves in a game"),
        (NUCLEAR, "rouhani", "agreement", {"reach": 0.0}, "reach must be above 0"),
        (NUCLEAR, "rouhani", "agreement", {"beyond": 2.0}, "beyond must be between 0 and 1"),
        (NUCLEAR, "rouhani", "agreement", {"draws": 0}, "draws must be 1 or more"),
        (line_case(TWO), "a", "settlement >= 90", {}, "nothing can be moved"),
        (replace(line_case(TWO), stances=()), "a", "settlement >= 9", {}, "no stances yet"),
    ],
)
def test_what_cannot_be_sought_is_refused_with_what_can(case, actor, goal, options, said):
    with pytest.raises(WinsetError, match=re.escape(said)):
        find_levers(case, TwoLevel(), actor=actor, goal=goal, **options)


def test_a_model_that_takes_agreement_for_granted_cannot_be_asked_for_one():
    with pytest.raises(WinsetError, match="gives no chance of an agreement"):
        find_levers(NUCLEAR, Mean(), actor="rouhani", goal="agreement")


def test_sentences_speak_of_the_model_and_of_nothing_certain():
    found = nuclear_levers()
    assert "uncalibrated" in headline(NUCLEAR, found)
    for lever in (*found.levers, *found.closest):
        said = lever_sentence(NUCLEAR, found, lever)
        assert "In this model" in said and "would" in said and "±" in said
        assert not re.search(r"\b(will|must|guarantees?|ensures?)\b", said)


def test_a_single_run_speaks_of_settlements_not_of_chances():
    case = open_case("emission-standards")
    assert not uncertain_cells(case)
    found = find_levers(case, Mean(), actor="denmark", goal="settlement >= 7.5", beyond=0.1)
    said = lever_sentence(case, found, found.levers[0])
    assert "a single run would settle at 7.50" in said and "chance" not in said


def test_without_a_second_issue_the_goal_needs_no_name():
    case = line_case([("a", "20 to 60", 50, 1), ("b", "30 to 90", 50, 1)])
    found = find_levers(case, Mean(), actor="a", goal="settlement >= 60", draws=32)
    assert found.goal == "settlement(x) >= 60"


def run(*words):
    return CliRunner().invoke(cli, ["levers", *words])


def test_the_command_lists_levers_by_who_must_act():
    done = run("iran-nuclear-2015", "--for", "rouhani", "--goal", "agreement", "--reach", "0.75",
               "--draws", "64")  # fmt: skip
    assert done.exit_code == 0, done.output
    heads = ("What Hassan Rouhani could change alone", "Whom Hassan Rouhani would have to persuade",
             "What no single actor controls")  # fmt: skip
    places = [done.output.index(head) for head in heads]
    assert places == sorted(places)
    assert max(map(len, done.output.splitlines())) <= 80


def test_the_command_gives_machines_what_a_scenario_can_set():
    done = run("iran-nuclear-2015", "--for", "rouhani", "--goal", "agreement", "--reach", "0.75",
               "--draws", "32", "--json")  # fmt: skip
    said = json.loads(done.output)
    move = said["levers"][0]["moves"][0]
    assert parse_range(move["after"]) and 0.0 < move["size"] < 1.0
    assert said["goal"] == "agreement(enrichment & sanctions)" and said["actor"] == "rouhani"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("--for", "rohani", "--goal", "agreement"), 1),
        (("--for", "rouhani", "--goal", "peace"), 1),
        (("--for", "rouhani"), 2),
        (("--goal", "agreement"), 2),
    ],
)
def test_the_command_refuses_what_it_does_not_know(words, status):
    assert run("iran-nuclear-2015", *words).exit_code == status
