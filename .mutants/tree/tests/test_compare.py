import dataclasses

import numpy as np
import pytest

from builders import line_case
from winset.case.parts import Change, Scenario, Tie
from winset.case.ranges import parse_range, point
from winset.case.scenarios import apply_changes, apply_scenario, channels
from winset.errors import WinsetError
from winset.forecast.scenario_effects import compare
from winset.models import Mean, NashBargaining

ROWS = [("a", "10..20..60", 50, 100), ("b", "50 to 90", "10 to 20", 50)]


def with_scenario(*changes, rows=ROWS, reversion="0..5..10"):
    case = line_case(rows, reversion=reversion)
    return dataclasses.replace(case, scenarios=(Scenario(id="s", changes=changes),))


def test_a_shift_of_all_positions_shifts_every_draw_by_as_much():
    case = with_scenario(Change(quantity="position", add=5.0))
    (effect,) = compare(case, Mean(), ["base", "s"], draws=500).effects
    assert effect.settlement.value == pytest.approx(5.0)
    assert effect.settlement.error == pytest.approx(0.0, abs=1e-9)
    assert effect.settlement.low == pytest.approx(5.0)
    assert effect.agreement is None


def test_channels_are_told_apart_and_then_taken_together():
    case = with_scenario(
        Change(quantity="position", actor="a", add=5.0, through="concession"),
        Change(quantity="influence", actor="b", multiply=2.0, through="rearming"),
    )
    assert list(channels(case.scenarios[0])) == ["concession", "rearming"]
    effects = compare(case, Mean(), ["base", "s"], draws=200).effects
    assert [(e.name, e.part) for e in effects] == [
        ("concession", True),
        ("rearming", True),
        ("s", False),
    ]
    assert all(e.settlement.value > 0 for e in effects)


def test_the_paired_error_is_smaller_than_an_unpaired_one():
    case = with_scenario(Change(quantity="influence", actor="b", multiply=1.5))
    found = compare(case, Mean(), ["base", "s"], draws=2000)
    unpaired = np.hypot(*(f.summary()[0].mean_error for f in found.forecasts))
    assert found.effects[0].settlement.error < unpaired / 3


def test_the_linearised_error_is_that_of_repeated_runs():
    case = with_scenario(Change(quantity="reversion", multiply=2.0))
    runs = [
        compare(case, NashBargaining(), ["base", "s"], draws=400, seed=seed).effects[0].settlement
        for seed in range(60)
    ]
    spread = np.std([run.value for run in runs], ddof=1)
    assert np.mean([run.error for run in runs]) == pytest.approx(spread, rel=0.3)


@pytest.mark.parametrize(
    ("change", "quantity", "expected"),
    [
        (Change(quantity="salience", add=80.0), "salience", ["100", "90 to 100"]),
        (Change(quantity="position", set=parse_range("1 to 2")), "position", ["1 to 2", "1 to 2"]),
        (Change(quantity="influence", actor="a", multiply=0.5), "influence", ["50", "50"]),
        (Change(quantity="price", add=10.0), "price", ["None", "None"]),
        (Change(quantity="price", set=parse_range("7")), "price", ["7", "7"]),
    ],
)
def test_a_change_hits_what_it_selects_and_stays_in_bounds(change, quantity, expected):
    changed = apply_scenario(with_scenario(change), "s")
    assert [str(getattr(s, quantity)) for s in changed.stances] == expected


def test_the_base_is_the_case_as_coded():
    case = with_scenario(Change(quantity="position", add=5.0))
    assert apply_scenario(case, "base") is case
    assert apply_scenario(case, None) is case


def test_a_change_of_ties_by_party_or_role_is_of_the_ties_that_start_there(pie):
    ties = tuple(
        Tie(source=source, target=target, kind="intimidation", weight=point(0.2))
        for source, target in [("ann", "bob"), ("bob", "ann"), ("aunt", "cousins")]
    )
    case = dataclasses.replace(pie, ties=ties)

    def weights(**selected):
        change = Change(quantity="intimidation", set=point(0.7), **selected)
        return [tie.weight.low for tie in apply_changes(case, [change]).ties]

    assert weights(party="north") == [0.7, 0.2, 0.7]
    assert weights(party="south") == [0.2, 0.7, 0.2]
    assert weights(role="veto player") == [0.2, 0.2, 0.7]
    assert weights(party="north", target="bob") == [0.7, 0.2, 0.2]
    assert weights() == [0.7, 0.7, 0.7]


def test_an_unknown_scenario_and_a_lonely_one_are_refused():
    case = with_scenario(Change(quantity="position", add=5.0))
    with pytest.raises(WinsetError, match="no scenario “t”"):
        compare(case, Mean(), ["base", "t"])
    with pytest.raises(WinsetError, match="two scenarios"):
        compare(case, Mean(), ["base"])


def test_a_certain_case_compares_with_an_uncertain_scenario():
    rows = [("a", 20, 50, 100), ("b", 60, 20, 50)]
    change = Change(quantity="position", actor="a", set=parse_range("20 to 40"))
    (effect,) = compare(with_scenario(change, rows=rows), Mean(), ["base", "s"], draws=300).effects
    assert effect.settlement.value > 0
