"""What lies behind a forecast, and the charts that show it."""

import dataclasses
import json

import numpy as np
import pytest

from winset import compare, make_forecast, make_model, open_case
from winset.charts.blame import who_blocks
from winset.charts.difference import scenario_differences
from winset.charts.ratification import meeting, ratification
from winset.charts.render import rendered
from winset.charts.tree import game_tree
from winset.errors import WinsetError
from winset.explain.answers import answers
from winset.explain.background import look_behind

DRAWS = 300


@pytest.fixture(scope="module")
def nuclear():
    case = open_case("iran-nuclear-2015")
    forecast = make_forecast(case, make_model("two-level"), draws=DRAWS)
    return case, forecast, look_behind(case, forecast)


@pytest.fixture(scope="module")
def syria():
    case = open_case("iran-syria-2015")
    forecast = make_forecast(case, make_model("two-level"), draws=DRAWS)
    return case, forecast, look_behind(case, forecast)


def test_the_findings_speak_of_the_forecast_s_own_draws(nuclear):
    case, forecast, found = nuclear
    blame = found.blame
    failing = 1.0 - forecast.agreed("enrichment")[0]
    # Types are drawn anew here, one for each draw: the same probability, with its own luck.
    assert blame.failing[0] == pytest.approx(failing, abs=4 * 0.5 / np.sqrt(DRAWS))
    assert np.nansum(blame.actor, axis=0) == pytest.approx([1.0, 1.0])
    assert [b.issue for b in found.bindings] == [i.id for i in case.issues]


def test_a_model_without_winsets_leaves_only_the_games(nuclear):
    case, _, _ = nuclear
    found = look_behind(case, make_forecast(case, make_model("mean"), draws=50))
    assert found.curves is None
    assert list(found.games) == ["united_front"]
    for view in (ratification, who_blocks):
        with pytest.raises(WinsetError, match="two-level"):
            view(found, "enrichment", case=case)


def test_the_questions_of_moves_and_blame_are_answered_from_the_findings(nuclear, syria):
    case, forecast, found = syria
    asked = next(q for q in case.questions if len(q.options) == 3)
    said = next(a for a in answers(case, forecast, found) if a.id == asked.id)
    assert sum(c.probability for c in said.chances) == pytest.approx(1.0)
    assert "Game “defiance”" in said.sentence
    played = found.games["defiance"]
    by_action = {t: float(played.chance(t).mean()) for t in played.game.actions}
    assert {round(c.probability, 9) for c in said.chances} <= {
        round(v, 9) for v in by_action.values()
    }
    case, forecast, found = nuclear
    blamed = next(a for a in answers(case, forecast, found) if "Shapley" in a.sentence)
    (chance,) = blamed.chances
    assert chance.probability == pytest.approx(
        float(found.blame.overall[found.parties.index("iran")])
    )
    assert chance.error > 0.0


def test_without_findings_the_answer_says_what_it_cannot_say(syria):
    case, forecast, _ = syria
    asked = next(q for q in case.questions if len(q.options) == 3)
    said = next(a for a in answers(case, forecast) if a.id == asked.id)
    assert all(c.probability is None for c in said.chances)
    assert "plays no games" in said.sentence


def test_multilateral_cover_is_likelier_than_direct_talks(syria):
    played = syria[2].games["defiance"]
    assert played.chance("meet_under_cover").mean() > 5 * played.chance("meet_directly").mean()


@pytest.mark.parametrize(
    ("scenario", "sign"), [("open-split", -1), ("hardship-eased", -1), ("new-sanctions", +1)]
)
def test_the_scenarios_push_the_way_they_should(nuclear, scenario, sign):
    case, _, _ = nuclear
    found = compare(case, make_model("two-level"), ["base", scenario], draws=DRAWS)
    for effect in found.effects:
        if effect.part:
            continue
        assert sign * effect.agreement.value > 2 * effect.agreement.error


def test_sanctions_work_through_three_channels_that_pull_apart(nuclear):
    case, _, _ = nuclear
    found = compare(case, make_model("two-level"), ["base", "new-sanctions"], draws=DRAWS)
    parts = {e.name: e.agreement.value for e in found.effects if e.part and e.issue == "enrichment"}
    assert parts["hardship"] > 0 > parts["unity"]
    assert parts["pressure groups"] < 0


def test_every_chart_says_in_its_table_what_it_draws(nuclear, syria):
    case, _, found = nuclear
    view = ratification(found, "enrichment", case=case)
    assert len(view.table.columns) == 2 + len(case.parties)
    blocks = who_blocks(found, "enrichment", case=case)
    assert sum(row[2] for row in blocks.table.rows) == pytest.approx(1.0)
    tree = game_tree(syria[2].games["defiance"])
    by_node = {}
    for node, _, _, _, share, _ in tree.table.rows:
        by_node[node] = by_node.get(node, 0.0) + share
    assert all(total == pytest.approx(1.0) for total in by_node.values())
    found = compare(case, make_model("mean"), ["base", "new-sanctions"], draws=50)
    differences = scenario_differences(found, "enrichment", case=case)
    assert differences.table.rows[-1][1] == "settlement, points"


def test_every_chart_is_drawn_without_a_browser_or_a_network(nuclear, syria):
    case, _, found = nuclear
    comparison = compare(case, make_model("two-level"), ["base", "open-split"], draws=50)
    views = [
        ratification(found, "enrichment", case=case),
        who_blocks(found, "sanctions", case=case),
        game_tree(syria[2].games["defiance"]),
        scenario_differences(comparison, "enrichment", case=case),
    ]
    for view in views:
        assert rendered(view, ".svg").startswith(b"<svg")
        assert "http" not in json.dumps(view.chart.to_dict()["layer"])


def test_winsets_that_do_not_meet_are_a_gap_with_a_size():
    x = np.linspace(0.0, 100.0, 101)
    apart = meeting(x, {"a": (x <= 30) * 1.0, "b": (x >= 45) * 1.0})
    assert (apart.meet, apart.low, apart.high) == (False, 30.0, 45.0)
    together = meeting(x, {"a": (x <= 60) * 1.0, "b": (x >= 45) * 1.0})
    assert (together.meet, together.low, together.high) == (True, 45.0, 60.0)
    nowhere = meeting(x, {"a": x * 0.0, "b": (x >= 45) * 1.0})
    assert not nowhere.meet
    assert nowhere.winsets["a"] is None
    assert np.isnan(nowhere.low), "a party that ratifies nothing leaves no gap to measure"


def test_a_gap_is_drawn_and_named(nuclear):
    case, _, found = nuclear
    point = found.curves.point
    party = found.curves.party.copy()
    party[0, :, 0] = point < 0.3
    party[1, :, 0] = point > 0.6
    curves = dataclasses.replace(found.curves, party=party)
    view = ratification(dataclasses.replace(found, curves=curves), "enrichment", case=case)
    assert "are 31" in view.caption or "are 30" in view.caption
    assert b"a gap of" in rendered(view, ".svg").replace(b"\xc2\xa0", b" ")


def test_a_party_that_ratifies_nothing_is_named_and_no_gap_is_measured(nuclear):
    case, _, found = nuclear
    party = found.curves.party.copy()
    party[0, :, 0] = 0.0
    party[1, :, 0] = found.curves.point > 0.6
    curves = dataclasses.replace(found.curves, party=party)
    view = ratification(dataclasses.replace(found, curves=curves), "enrichment", case=case)
    assert f"{case.parties[0].name} is not likely to ratify any point." in view.caption
    assert "apart" not in view.caption
    picture = rendered(view, ".svg")
    assert b"no point is likely to pass" in picture and b"a gap of" not in picture
