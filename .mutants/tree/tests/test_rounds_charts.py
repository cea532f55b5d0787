"""Pictures of rounds: names stay apart, tables say the same, odd cases are drawn all the same."""

import itertools
import json
import re
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from builders import line_case
from winset.case.parts import Party
from winset.case.shipped import open_case
from winset.charts.cast import brief, cast
from winset.charts.challenges import challenge_map, challenge_matrix, expected_gains, field
from winset.charts.coalitions import coalition_matrix, coalition_network, together
from winset.charts.marks import middle_batch
from winset.charts.metrics import width_of
from winset.charts.placing import apart
from winset.charts.power import power_landscape
from winset.charts.render import rendered
from winset.charts.theme import DARK, NAME_SIZE
from winset.charts.trajectories import LANE, fan, trajectories
from winset.cli import cli
from winset.errors import WinsetError
from winset.forecast.forecast import make_forecast
from winset.models import Exchange, ExpectedUtility, Mean, SpatialPolitics
from winset.models.batch import sample
from winset.report.rounds import rounds_views, within_room

HOSTILE = ["<script>alert(1)</script>", '"onload="x', "{{7*7}}", "a\u202eb", "datum.x", "\\"]
MODELS = [ExpectedUtility(), SpatialPolitics()]
IDS = ["expected-utility", "spatial"]
DEGENERATE = {
    "one actor": [("a", 50, 50, 50)],
    "all at one point": [("a", 50, 50, 50), ("b", 50, 60, 10), ("c", 50, 10, 90)],
    "two at the ends": [("a", 0, 50, 50), ("b", 100, 50, 50)],
    "one does not care": [("a", 0, 50, 50), ("b", 100, 0, 50)],
}


def layers(view, width=660):
    specification = view.draw(width).to_dict(validate=True)
    sets = specification["datasets"]
    return [(layer, sets[layer["data"]["name"]]) for layer in specification["layer"]]


def views(case, model, issue=None, draws=12):
    issue = issue or case.issues[0].id
    middle, many = middle_batch(case), sample(case, draws)
    one, all_of = model.trace(middle), model.trace(many)
    said = {"case": case, "batch": middle}
    first = cast(case, middle, issue)[0].id
    found = [
        trajectories(one, issue, **said, model=model.name),
        fan(all_of, issue, first, case=case, batch=many, model=model.name),
        power_landscape(case, issue),
        coalition_matrix(all_of, issue, case=case, batch=many, model=model.name),
        coalition_network(all_of, issue, case=case, batch=many, model=model.name),
    ]
    gains = expected_gains(model, middle, issue)
    if gains is not None:
        found += [
            challenge_map(gains, issue, **said, actor=first),
            challenge_map(gains, issue, **said),
            challenge_matrix(gains, issue, **said),
        ]
    return found


@given(st.lists(st.floats(0, 300), max_size=30), st.floats(1, 20))
def test_lanes_are_a_gap_apart_and_keep_their_order(wanted, gap):
    places = apart(wanted, gap, low=0.0, high=300.0)
    by_wish = [places[k] for k in np.argsort(wanted, kind="stable")]
    assert all(b - a >= gap - 1e-6 for a, b in itertools.pairwise(by_wish))
    assert all(place >= -1e-6 for place in places)
    if wanted and gap * (len(wanted) - 1) <= 300:
        assert max(places) <= 300 + 1e-6


def test_names_that_are_far_apart_stay_where_they_belong():
    assert apart([10.0, 90.0, 50.0], 15.0, low=0.0, high=100.0) == [10.0, 90.0, 50.0]


def test_shortened_names_are_still_told_apart():
    names = ["Private competitors (good access)", "Private competitors (poor access)", "Shell"]
    short = brief(names, 24)
    assert len(set(short)) == 3
    assert max(map(len, short)) <= 24
    assert short[2] == "Shell"


@pytest.mark.parametrize("name", ["china-cnpc-2014", "iran-nuclear-2015", "emission-standards"])
def test_no_two_names_at_the_right_end_overlap(name):
    case = open_case(name)
    batch, model = middle_batch(case), ExpectedUtility()
    view = trajectories(
        model.trace(batch), case.issues[0].id, case=case, batch=batch, model=model.name
    )
    rows = [
        row
        for layer, data in layers(view)
        for row in data
        if layer["mark"]["type"] == "text" and "at" in row
    ]
    assert len(rows) == len(case.stances_on(case.issues[0].id)) + 1
    places = sorted(row["at"] for row in rows)
    assert all(b - a >= LANE - 0.02 for a, b in itertools.pairwise(places))
    assert places[-1] < view.chart.height


@pytest.mark.parametrize("width", [288, 660])
def test_stems_of_the_landscape_never_meet_the_name_of_another(width):
    view = power_landscape(open_case("china-cnpc-2014"), "cnpc-reform")
    flags = []
    for layer, rows in layers(view, width):
        if layer["mark"]["type"] != "text":
            continue
        for row in rows:
            if "end" in row:
                wide, after = width_of(row["text"], NAME_SIZE), row["align"] == "left"
                left = row["px"] if after else row["px"] - wide
                stem = row["px"] - 4 if after else row["px"] + 4
                flags.append((row["y"], left, left + wide, stem))
    flags.sort()
    assert len(flags) > 5
    for (above, _, _, stem), (below, left, right, _) in itertools.combinations(flags, 2):
        assert not left <= stem <= right
        assert below - above >= 12


def test_the_trajectories_table_has_every_position_and_every_move():
    case = open_case("emission-standards")
    batch, model = middle_batch(case), ExpectedUtility()
    rounds = model.trace(batch)
    view = trajectories(rounds, "delay", case=case, batch=batch, model=model.name)
    path, last = batch.in_units(rounds.position)[0, :, :, 0], int(rounds.rounds[0, 0])
    for i, row in enumerate(view.table.rows[:-1]):
        assert row[0] == f"{i + 1} {case.actors[i].name}"
        at = row[3]
        assert at == path[0, i]
        for t in range(1, last + 1):
            cell = row[3 + t]
            by = int(rounds.moved_by[0, t, i, 0])
            assert (cell == "") == (by < 0)
            if cell:
                to, who = cell.split()
                assert who == f"←{by + 1}"
                at = float(to)
            assert at == pytest.approx(path[t, i], rel=1e-4)
        assert row[-1] == path[last, i]
    settled = batch.in_units(rounds.settlement)[0, : last + 1, 0]
    assert view.table.rows[-1][3:-1] == tuple(settled)


def test_the_lines_bend_where_the_actors_do():
    case = open_case("china-cnpc-2014")
    batch, model = middle_batch(case), SpatialPolitics()
    rounds = model.trace(batch)
    view = trajectories(rounds, "cnpc-reform", case=case, batch=batch, model=model.name)
    (lines,) = [
        rows for layer, rows in layers(view) if "strokeWidth" in layer["encoding"]
    ]  # fmt: skip
    players = {player.name: player for player in cast(case, batch, "cnpc-reform")}
    guides = next(rows for layer, rows in layers(view) if layer["mark"].get("style") == "guide")
    top, bottom = min(r["y"] for r in guides), max(r["y"] for r in guides)
    for row in lines:
        drawn = (bottom - np.interp(range(36), row["x"], row["y"])) / (bottom - top)
        true = rounds.position[0, :36, players[row["n"]].index, 0]
        assert np.abs(drawn - true).max() < 2e-3


def test_the_fans_bands_are_quantiles_over_the_draws():
    case = line_case([("a", "0 to 40", 60, 50), ("b", 60, 50, 60), ("c", 100, 90, 80)])
    batch, model = sample(case, 200), ExpectedUtility()
    rounds = model.trace(batch)
    view = fan(rounds, "x", "a", case=case, batch=batch, model=model.name)
    for row in view.table.rows:
        own = 100 * rounds.position[:, int(row[0]), 0, 0]
        assert row[1:6] == pytest.approx(np.quantile(own, [0.1, 0.25, 0.5, 0.75, 0.9]))
    with pytest.raises(WinsetError, match="no actor “z” takes part"):
        fan(rounds, "x", "z", case=case, batch=batch, model=model.name)


def test_the_power_table_adds_up_and_half_of_it_lies_at_the_median():
    case = open_case("iran-nuclear-2015")
    rows = power_landscape(case, "enrichment").table.rows
    assert rows[-1][-1] == pytest.approx(1.0)
    weights = {case.actor(s.actor).name: s.influence.middle * s.salience.middle / 100
               for s in case.stances_on("enrichment")}  # fmt: skip
    assert {row[0]: row[3] for row in rows} == pytest.approx(weights)
    assert (
        f"is {next(r[2] for r in rows if r[-1] >= 0.5):.0f}."
        in power_landscape(case, "enrichment").caption
    )


@pytest.mark.parametrize("model", MODELS, ids=IDS)
def test_challenge_tables_have_the_models_own_gains(model):
    case = open_case("emission-standards")
    batch = middle_batch(case)
    gains = expected_gains(model, batch, "delay")
    view = challenge_map(gains, "delay", case=case, batch=batch)
    names = {actor.name: k for k, actor in enumerate(case.actors)}
    assert len(view.table.rows) == len(names) * (len(names) - 1)
    for actor, other, own, theirs, where in view.table.rows:
        assert own == gains.own[names[actor], names[other]]
        assert theirs == gains.other[names[actor], names[other]]
        assert where == field(own, theirs)
    square = challenge_matrix(gains, "delay", case=case, batch=batch).table
    order = [names[row[0].split(" ", 1)[1]] for row in square.rows]
    for i, row in enumerate(square.rows):
        assert row[i + 1] == ""
        for j, value in enumerate(row[1:]):
            if i != j:
                assert value == pytest.approx(gains.own[order[i], order[j]], rel=1e-2, abs=1e-9)


def test_who_is_together_is_counted_over_draws():
    case = line_case([("a", 10, 50, 50), ("b", "10 to 30", 50, 50), ("c", 95, 50, 50)])
    batch = sample(case, 300)
    rounds = ExpectedUtility(rounds=1).trace(batch)
    final = rounds.position[:, -1, :, 0]
    shares = together(final)
    assert shares[0, 1] == pytest.approx((np.abs(final[:, 0] - final[:, 1]) <= 0.1 + 1e-9).mean())
    assert np.allclose(shares, shares.T)
    view = coalition_matrix(rounds, "x", case=case, batch=batch, model="m")
    order = ["abc".index(row[0][-1]) for row in view.table.rows]
    for i, j in itertools.permutations(range(3), 2):
        assert view.table.rows[i][j + 1] == pytest.approx(shares[order[i], order[j]], abs=1e-3)
    net = coalition_network(rounds, "x", case=case, batch=batch, model="m")
    for row, k in zip(net.table.rows, order, strict=True):
        assert row[2] == pytest.approx(100 * final[:, k].mean())


def test_a_model_without_challenges_has_no_map():
    case = open_case("iran-nuclear-2015")
    assert expected_gains(Exchange(), middle_batch(case), "enrichment") is None


@pytest.mark.parametrize("model", MODELS, ids=IDS)
@pytest.mark.parametrize("rows", DEGENERATE.values(), ids=DEGENERATE)
def test_odd_cases_are_drawn_without_a_warning(model, rows):
    for view in views(line_case(rows), model):
        assert rendered(view, ".svg").startswith(b"<svg")
        assert "NaN" not in json.dumps(view.chart.to_dict(validate=True))
        assert all(len(row) == len(view.table.columns) for row in view.table.rows)


def test_every_view_becomes_png_in_the_dark_too():
    case = open_case("emission-standards")
    for view in views(case, ExpectedUtility()):
        assert rendered(view, ".png", theme=DARK, scale=0.5).startswith(b"\x89PNG")


def test_hostile_names_are_only_text():
    rows = [(f"a{k}", 10 * k, 40 + k, 50) for k in range(len(HOSTILE))]
    case = line_case(rows)
    case = replace(
        case,
        parties=(Party(id="p", name=HOSTILE[0]), Party(id="q", name=HOSTILE[2])),
        actors=tuple(
            replace(actor, name=text, party="pq"[k % 2])
            for k, (actor, text) in enumerate(zip(case.actors, HOSTILE, strict=True))
        ),
        issues=(replace(case.issues[0], title=HOSTILE[0]),),
    )
    for view in views(case, ExpectedUtility()):
        svg = rendered(view, ".svg").decode()
        assert "<script" not in svg
        assert " onload=" not in svg
        assert "49" not in "".join(re.findall(r"<text[^>]*>([^<]*[7*{][^<]*)", svg))
        text = json.dumps(view.chart.to_dict(), ensure_ascii=False)
        assert "\u202e" not in text + view.title + view.description


def test_the_report_shows_rounds_of_models_that_play_them_and_keeps_its_size():
    case = open_case("china-cnpc-2014")
    forecast = make_forecast(case, ExpectedUtility(), draws=20)
    found = rounds_views(case, forecast)
    assert list(found) == ["cnpc-reform"]
    assert len(found["cnpc-reform"]) == 5
    assert rounds_views(case, make_forecast(case, Mean(), draws=20)) == {}
    (kept,), left_out = within_room([found], room=60_000)
    assert 0 < len(kept["cnpc-reform"]) < 5
    assert len(kept["cnpc-reform"]) + left_out == 5


@pytest.mark.parametrize("case", ["china-cnpc-2014", "iran-syria-2015"])
@pytest.mark.parametrize("model", IDS)
def test_rounds_as_text_fit_eighty_columns(case, model):
    done = CliRunner().invoke(cli, ["show", case, "--rounds", "--model", model])
    assert done.exit_code == 0, done.output
    assert max(map(len, done.output.split("\n"))) <= 80
    assert "ettled down" in done.output
    for issue in open_case(case).issues:
        assert issue.title in done.output


def test_rounds_as_json_and_as_a_picture(tmp_path):
    run = CliRunner().invoke
    done = run(cli, ["show", "emission-standards", "--rounds", "--json"])
    (said,) = json.loads(done.output)["issues"]
    assert len(said["settlement"]) == said["rounds"] + 1
    assert {len(actor["position"]) for actor in said["actors"]} == {said["rounds"] + 1}
    path = tmp_path / "rounds.svg"
    done = run(cli, ["show", "emission-standards", "--rounds", "--chart", str(path)])
    assert done.exit_code == 0, done.output
    assert path.read_bytes().startswith(b"<svg")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--rounds", "--model", "mean"], "plays no rounds; those that do are expected-utility"),
        (["--model", "spatial"], "--model goes with --rounds"),
        (["--rounds", "--chart", "x.png"], "a chart shows one issue"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_a_sentence(arguments, said):
    done = CliRunner().invoke(cli, ["show", "iran-nuclear-2015", *arguments])
    assert done.exit_code != 0
    assert said in done.output + str(done.exception)
