"""Doubts about what changes nothing: what they call idle is idle, and the rest is not."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from any_talks import any_talks, player, talks
from winset.case.at_table import line_objections, tables, tie_objection
from winset.case.parts import Change, Scenario, Tie
from winset.case.ranges import point
from winset.case.shipped import open_case
from winset.evidence.doubts.checks import doubts
from winset.models import TwoLevel
from winset.models.batch import sample
from winset.models.two_level.ratifiers import pairs, seats_of

DRAWS = 8


def raised(case, code):
    return [f"{doubt.where}: {doubt.found}" for doubt in doubts(case) if doubt.code == code]


def solved(case):
    outcome = TwoLevel(grid=101).solve(sample(case, DRAWS))
    return np.nan_to_num(outcome.settlement, nan=-1.0), outcome.agreement


def without_idle(case):
    at = tables(case)
    stances = []
    for stance in case.stances:
        idle = [] if stance.condition else list(line_objections(case, stance, at))
        lines = [name for name, _ in idle]
        # One objection stands for both lines of an actor without a say, or with a cost of 0.
        if any("neither signs" in reason or "costs 0" in reason for _, reason in idle):
            lines = ["red_line_low", "red_line_high"]
        stances.append(replace(stance, **dict.fromkeys(lines)))
    ties = tuple(tie for tie in case.ties if not tie_objection(case, tie, at))
    return replace(case, ties=ties, stances=tuple(stances))


@settings(max_examples=20, deadline=None)
@given(any_talks(issues=2))
def test_without_its_idle_ties_and_red_lines_a_case_has_the_same_outcome(case):
    settlement, agreement = solved(case)
    again, likewise = solved(without_idle(case))
    np.testing.assert_allclose(again, settlement, atol=1e-12)
    np.testing.assert_allclose(likewise, agreement, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(any_talks(issues=2))
def test_the_table_by_ids_is_the_one_that_the_models_seat(case):
    batch = sample(case, 1)
    for k, (id, table) in enumerate(tables(case).items()):
        seats = seats_of(batch, k, pairs(batch.dependence), pairs(batch.intimidation))
        assert id == batch.issues[k]
        assert list(table.negotiators) and set(table.negotiators) == {
            batch.parties[p] for p in seats.parties
        }
        assert table.ratifiers == {batch.actors[i] for i in seats.ratifiers}
        assert table.deciding == {batch.actors[i] for i in seats.rows}


PAIR = (
    player("envoy", "north", "negotiator", 30, price=20),
    player("chief", "north", "leader; veto player", 20, price=10),
    player("street", "north", "pressure group", 5),
    player("other", "south", "negotiator; voter", 70, price=20),
    player("far", "", "outside", 90, red_line_low=80, audience_cost=20),
)


@pytest.mark.parametrize(
    ("tie", "found"),
    [
        (("street", "envoy", "intimidation", 0.4), "envoy ratifies on no issue"),
        (("chief", "other", "intimidation", 0.4), "chief is no pressure group"),
        (("street", "other", "intimidation", 0.4), "street and other are not in one party"),
        (("street", "chief", "intimidation", 0), "its weight is 0"),
        (("chief", "envoy", "authority", 0.4), "models do not read authority"),
        (("street", "chief", "dependence", 0.4), "street neither signs nor ratifies"),
    ],
)
def test_a_tie_that_changes_nothing_is_a_doubt_with_its_reason(tie, found):
    case = talks(PAIR, parties={"north": {"unity": 0.5}}, ties=(tie,))
    (line,) = raised(case, "W110")
    assert found in line


def test_pressure_where_the_pressing_actor_has_no_stance_is_a_doubt_with_its_reason():
    case = talks(
        PAIR,
        parties={"north": {"unity": 0.5}},
        ties=(("street", "chief", "intimidation", 0.4),),
        issues={"x": {}, "y": {}},
        only={"street": ("y",), "chief": ("x",)},
    )
    (line,) = raised(case, "W110")
    assert "street has no stance where chief ratifies" in line


@pytest.mark.parametrize(
    "tie",
    [
        ("street", "chief", "intimidation", 0.4),
        ("chief", "other", "dependence", 0.4),
        ("other", "far", "dependence", 0.4),
        ("chief", "absent", "dependence", 0.9),  # what is lent to it is not kept
    ],
)
def test_a_tie_that_changes_something_is_no_doubt(tie):
    case = talks(
        (*PAIR, player("absent", "", "outside", 50)),
        parties={"north": {"unity": 0.5}},
        ties=(tie,),
        issues={"x": {"reversion": 20}},
        only={"absent": ()},
    )
    assert raised(case, "W110") == []
    before, after = solved(replace(case, ties=())), solved(case)
    assert any(not np.array_equal(a, b) for a, b in zip(before, after, strict=True))


def test_unity_of_1_leaves_a_pressure_group_without_effect():
    case = talks(PAIR, ties=(("street", "chief", "intimidation", 0.4),))
    assert "unity 1, which shields" in raised(case, "W110")[0]


def test_authority_that_a_game_reads_is_no_doubt():
    found = raised(open_case("iran-syria-2015"), "W110")
    assert not any(line.startswith("khamenei → rouhani") for line in found)
    assert any(line.startswith("khamenei → zarif: authority") for line in found)


def test_a_party_whose_leaders_are_not_coded_on_an_issue_is_a_doubt():
    case = talks(PAIR, issues={"x": {}, "y": {}}, only={"chief": ("x",)})
    assert raised(case, "W111") == ["north on y: envoy negotiates, and chief has no stance"]
    assert raised(talks(PAIR), "W111") == []
    away = talks(PAIR, only={"chief": (), "envoy": ()})  # north is not at that table
    assert raised(away, "W111") == []


def lined(**cells):
    """The two parties, the chief of the north with red lines."""
    chief = player("chief", "north", "leader; veto player", 40, price=10, **cells)
    return talks((PAIR[0], chief, PAIR[3]))


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"red_line_high": 100, "audience_cost": 20}, "100 is the end of the scale"),
        ({"red_line_low": 0, "audience_cost": 20}, "0 is the end of the scale"),
        ({"red_line_high": 60, "audience_cost": 0}, "crossing it costs 0"),
        ({"red_line_low": 20, "audience_cost": 9}, "20; no deal outside 30 to 70 would be signed"),
        ({"red_line_high": 90, "audience_cost": 9}, "90; no deal outside 30 to 70 would be signed"),
    ],
)
def test_a_red_line_of_no_effect_is_a_doubt_with_its_reason(cells, found):
    (line,) = raised(lined(**cells), "W308")
    assert found in line


def test_a_red_line_of_somebody_unheard_is_a_doubt_and_one_of_somebody_heard_is_not():
    assert "far neither signs, ratifies nor presses here" in raised(talks(PAIR), "W308")[0]
    leant_on = talks(PAIR, ties=(("envoy", "far", "dependence", 0.2),))
    assert raised(leant_on, "W308") == []
    assert raised(lined(red_line_high=45, audience_cost=20), "W308") == []


def test_each_change_of_a_scenario_that_touches_nothing_is_a_doubt():
    base = talks(PAIR, ties=(("chief", "envoy", "authority", 0.4),))
    price = Change(quantity="price", party="north", add=5)
    same = Change(quantity="quota", party="south", set=point(0.5))
    nobody = Change(quantity="salience", actor="far", issue="x", multiply=1.0)
    unread = Change(quantity="authority", source="chief", set=point(0.9))
    case = replace(base, scenarios=(Scenario(id="s", changes=(price, same, nobody)),
                                    Scenario(id="t", changes=(unread,))))  # fmt: skip
    assert raised(case, "W505") == [
        "t: it changes only ties that change nothing",
    ]
    assert raised(case, "W508") == [
        "s: change 2 (quota): no number is different",
        "s: change 3 (salience): no number is different",
    ]


def test_an_idle_tie_becomes_heard_by_the_role_that_the_doubt_asks_for():
    tie = Tie(source="street", target="envoy", kind="intimidation", weight=point(0.4))
    case = replace(talks(PAIR, parties={"north": {"unity": 0.5}}), ties=(tie,))
    assert raised(case, "W110")
    voting = tuple(
        replace(a, role=("negotiator", "voter")) if a.id == "envoy" else a for a in case.actors
    )
    assert raised(replace(case, actors=voting), "W110") == []
