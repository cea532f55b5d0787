"""Pictures: nothing overlaps, nothing is lost, nothing is fetched."""

import itertools
import json
import re
from dataclasses import replace

import altair as alt
import numpy as np
import pytest
from hypothesis import given, settings

from builders import line_case, line_cases
from winset.case.parts import Party, Resolved
from winset.case.ranges import parse_range, point
from winset.case.shipped import open_case, shipped_cases
from winset.charts import outcome, position_strip, save
from winset.charts.marks import marks
from winset.charts.render import page_specification, rendered
from winset.charts.text import lines, shown
from winset.charts.theme import DARK, LIGHT, NAME_SIZE, NO_PARTY, PALETTE, party_colours
from winset.errors import WinsetError
from winset.forecast.forecast import make_forecast
from winset.models import Mean, NashBargaining

HOSTILE = ["<script>alert(1)</script>", '"onload="x', "{{7*7}}", "a\u202eb", "datum.x", "&amp;"]
ROWS = [("a", "0..10..30", 50, 80), ("b", "30..40..60", 90, 60), ("c", "55 to 80", 70, 20)]
SHIPPED = [
    pytest.param(case, issue.id, id=f"{name}-{issue.id}")
    for name in shipped_cases()
    for case in [open_case(name)]
    for issue in case.issues
]


def crowd(count):
    """A case of ``count`` actors with long names, most at the same point."""
    rows = [(f"a{k}", 70 if k % 3 else k, 50, k + 1) for k in range(count)]
    case = line_case(rows, reversion="0 to 20", outcome=Resolved(value=point(70)))
    actors = tuple(
        replace(a, name=f"The Ministry of {a.id} and Other Affairs") for a in case.actors
    )
    return replace(case, actors=actors)


def layers(view):
    """The layers of a chart: mark and data."""
    specification = view.chart.to_dict(validate=False)
    sets = specification["datasets"]
    return [(layer, sets[layer["data"]["name"]]) for layer in specification["layer"]]


def drawn(view, **mark):
    """The rows of the layers whose mark has these properties."""
    return [
        row
        for layer, rows in layers(view)
        if all(layer["mark"].get(key) == value for key, value in mark.items())
        for row in rows
    ]


def actors_of(view):
    return [row for row in drawn(view, type="circle") if "weight" in row]


def gutter(view):
    """What is written in the gutter: (top, bottom) of each name, in pixels."""
    rows = [row for layer, rows in layers(view) if layer["mark"].get("x") == -12 for row in rows]
    return sorted((row["y"] - 6, row["y"] - 6 + 12 * len(row["text"])) for row in rows)


@pytest.mark.parametrize(("case", "issue"), SHIPPED)
def test_no_two_lanes_of_a_shipped_issue_overlap(case, issue):
    spans = gutter(position_strip(case, issue))
    assert len(spans) >= len(case.stances_on(issue))
    for (_, bottom), (top, _) in itertools.pairwise(spans):
        assert bottom <= top


@pytest.mark.parametrize("count", [1, 2, 35, 80])
def test_no_two_lanes_of_a_crowd_overlap(count):
    view = position_strip(crowd(count), "x")
    for (_, bottom), (top, _) in itertools.pairwise(gutter(view)):
        assert bottom <= top
    centres = sorted(row["y"] for row in actors_of(view))
    assert len(set(centres)) == count
    widest = max(row["size"] for row in actors_of(view)) ** 0.5
    assert all(b - a >= widest for a, b in itertools.pairwise(centres))


@settings(max_examples=15)
@given(line_cases())
def test_no_line_that_falls_from_a_mark_meets_the_value_of_another(case):
    values = [row for row in drawn(position_strip(case, "x"), type="text") if "kind" in row]
    for above, below in itertools.combinations(sorted(values, key=lambda row: row["y"]), 2):
        assert above["x"] <= below["high"]
        assert below["y"] - above["y"] >= NAME_SIZE


def test_states_of_the_world_are_written_whole_and_one_under_the_other():
    case = open_case("iran-nuclear-2015")
    for issue in case.issues:
        rows = drawn(position_strip(case, issue.id), style="small")
        said = sorted((row["y"], len(row["text"])) for row in rows)
        for (y, count), (below, _) in itertools.pairwise(said):
            assert y + 14 * count <= below
        text = " ".join(" ".join(row["text"]) for row in rows).replace("\N{NO-BREAK SPACE}", " ")
        for label in issue.labels.values():
            assert label in " ".join(text.split())


def test_numbers_at_the_axis_never_touch():
    case = line_case(ROWS)
    labels = {0.0: "a", 1.0: "b", 2.0: "c", 50.0: "d", 99.0: "e", 100.0: "f"}
    case = replace(case, issues=(replace(case.issues[0], labels=labels),))
    ticks = sorted(row["x"] for row in drawn(position_strip(case, "x"), type="tick"))
    assert ticks == [0, 50, 99]


def test_actors_stand_where_and_as_large_as_the_case_says():
    case = open_case("iran-nuclear-2015")
    rows = {row["name"]: row for row in actors_of(position_strip(case, "enrichment"))}
    stances = case.stances_on("enrichment")
    assert len(rows) == len(stances)
    for stance in stances:
        row = rows[case.actor(stance.actor).name]
        assert row["x"] == stance.position.middle
        assert (row["low"], row["high"]) == (stance.position.low, stance.position.high)
        weight = stance.influence.middle * stance.salience.middle / 100
        assert row["weight"] == pytest.approx(weight)
    area = {row["size"] / row["weight"] for row in rows.values()}
    assert max(area) == pytest.approx(min(area))


def test_red_lines_are_brackets_at_their_middle():
    case = open_case("iran-nuclear-2015")
    view = position_strip(case, "enrichment")
    low = [s.red_line_low for s in case.stances_on("enrichment") if s.red_line_low]
    found = [row["red_low"] for row in drawn(view, style="bracket") if row["red_low"] is not None]
    assert sorted(found) == sorted(value.middle for value in low)


def test_marks_are_the_models_at_the_middle_of_every_range():
    case = open_case("iran-nuclear-2015")
    found = {mark.kind: mark for mark in marks(case, "enrichment")}
    assert list(found) == ["mean", "median", "reversion", "outcome"]
    stances = case.stances_on("enrichment")
    weights = [s.influence.middle * s.salience.middle for s in stances]
    mean = np.average([s.position.middle for s in stances], weights=weights)
    assert found["mean"].value == pytest.approx(mean)
    assert (found["reversion"].low, found["reversion"].high) == (3, 25)
    assert found["outcome"].value == case.issue("enrichment").outcome.value.middle


@pytest.mark.parametrize(("case", "issue"), SHIPPED)
def test_the_strips_table_has_the_numbers_of_its_picture(case, issue):
    view = position_strip(case, issue)
    table = [dict(zip(view.table.columns, row, strict=True)) for row in view.table.rows]
    by_name = {row["Actor"]: row for row in table}
    for row in actors_of(view):
        twin = by_name[row["name"]]
        assert (twin["Position"], twin["Lowest"], twin["Highest"]) == (
            row["x"], row["low"], row["high"]
        )  # fmt: skip
        assert twin["Influence × salience"] == row["weight"]
        assert twin["Accepts from"] == ("" if row["red_low"] is None else row["red_low"])
    for mark in marks(case, issue):
        assert by_name[mark.name]["Position"] == mark.value
    assert len(table) == len(actors_of(view)) + len(marks(case, issue))


@pytest.mark.parametrize("model", [Mean(), NashBargaining()])
def test_the_outcomes_table_has_the_numbers_of_its_picture(model):
    case = line_case(ROWS, reversion="5 to 15")
    forecast = make_forecast(case, model, draws=400)
    view = outcome(forecast, "x", case=case)
    table = {row[0]: row for row in view.table.rows if row[0] not in ("Settlement", "No agreement")}
    for name, low, high in (("80 %", 0.1, 0.9), ("50 %", 0.25, 0.75)):
        row = table[f"Forecast, {name} interval"]
        assert row[1:4] == tuple(forecast.quantile("x", share) for share in (0.5, low, high))
    dots = drawn(view, style="dot")
    counted = [row for row in view.table.rows if row[0] == "Settlement"]
    assert sum(row[4] for row in counted) == len(dots)
    for _, _, low, high, count in counted:
        assert sum(low <= dot["value"] < high for dot in dots) == count


@pytest.mark.parametrize("share", [0.0, 0.004, 0.3, 0.5, 0.996, 1.0])
def test_dots_can_be_counted_and_those_without_agreement_stand_apart(share):
    case = line_case(ROWS, reversion="5 to 15")
    forecast = make_forecast(case, Mean(), draws=200)
    forecast = replace(forecast, agreement=np.full((200, 1), share))
    view = outcome(forecast, "x", case=case)
    settled = drawn(view, style="dot")
    apart = [row for row in drawn(view, style="hollow") if "start" in row]
    assert len(settled) == round(50 * share)
    assert len(settled) + len(apart) == 50
    places = [(row["x"], row["y"]) for row in settled + apart]
    assert len(set(places)) == 50
    if settled and apart:
        assert max(row["y"] for row in settled) < min(row["y"] for row in apart)
        assert apart[0]["x"] == parse_range("5 to 15").middle
    assert "1 of 50 equally likely outcomes" in view.caption


def test_a_single_run_is_one_dot_where_it_settles():
    case = line_case([("a", 70, 50, 50)])
    view = outcome(make_forecast(case, Mean(), raw=True), "x", case=case)
    assert [row["x"] for row in drawn(view, style="dot")] == [70]
    assert "no spread" in view.caption


@settings(max_examples=10)
@given(line_cases())
def test_any_case_can_be_drawn_inside_its_scale(case):
    forecast = make_forecast(case, NashBargaining(), draws=20)
    for view in (position_strip(case, "x"), outcome(forecast, "x", case=case)):
        assert view.table.rows
        for _, rows in layers(view):
            for row in rows:
                assert 0 <= row.get("x", 0) <= 100
                assert 0 <= row["y"] <= view.chart.height


@pytest.fixture(scope="module")
def views():
    case = open_case("iran-nuclear-2015")
    forecast = make_forecast(case, NashBargaining(), draws=100)
    return [
        position_strip(case, "enrichment"),
        outcome(forecast, "enrichment", case=case),
        position_strip(crowd(35), "x"),
    ]


def test_every_view_is_valid_vega_lite_with_its_data_inside(views):
    for view in views:
        text = json.dumps(view.themed().to_dict(validate=True))
        assert '"url"' not in text
        assert re.findall(r"https?://[^\"]*/", text) == ["https://vega.github.io/schema/vega-lite/"]
        assert "http" not in json.dumps(page_specification(view))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_view_becomes_png_svg_html_and_json(views, theme, tmp_path):
    starts = {".png": b"\x89PNG", ".svg": b"<svg", ".json": b"{", ".html": b"<!DOCTYPE html>"}
    for view in views[:2]:
        for kind, start in starts.items():
            path = tmp_path / f"view{kind}"
            save(view, path, theme=theme)
            assert path.read_bytes().lstrip().startswith(start)
    svg = rendered(views[0], ".svg", theme=theme).decode()
    assert theme.ink in svg
    assert theme.paper in svg
    assert 'src="http' not in (tmp_path / "view.html").read_text()


def test_a_file_of_another_kind_is_refused_by_name(views, tmp_path):
    with pytest.raises(WinsetError, match=r"view\.pgn: a chart must end in .*did you mean “\.png”"):
        save(views[0], tmp_path / "view.pgn")
    assert list(tmp_path.iterdir()) == []


def test_drawing_leaves_altairs_themes_alone(views):
    before = (alt.theme.active, dict(alt.theme.options))
    views[0].themed(DARK).to_dict()
    assert (alt.theme.active, dict(alt.theme.options)) == before
    assert "config" not in page_specification(views[0])


def test_a_notebook_gets_the_picture_with_its_paper(views):
    bundle = views[0]._repr_mimebundle_()
    assert bundle
    assert views[0].themed().to_dict()["config"]["background"] == LIGHT.paper


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_only_text(text):
    case = line_case(ROWS, reversion=10)
    case = replace(
        case,
        parties=(Party(id="p", name=text),),
        actors=tuple(replace(a, name=text + a.id, party="p") for a in case.actors),
        issues=(replace(case.issues[0], title=text, labels={0.0: text, 50.0: text}),),
    )
    forecast = make_forecast(case, Mean(), draws=20)
    for view in (position_strip(case, "x"), outcome(forecast, "x", case=case)):
        svg = rendered(view, ".svg").decode()
        assert "<script" not in svg
        assert " onload=" not in svg
        assert "49" not in "".join(re.findall(r"<text[^>]*>([^<]*)", svg))
        assert "\u202e" not in json.dumps(view.chart.to_dict(), ensure_ascii=False)
        assert "\u202e" not in view.title + view.description
    assert shown(text)[:8] in " ".join(lines(actors_of(position_strip(case, "x"))[0]["name"], 28))


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def contrast(one, other):
    low, high = sorted([luminance(one), luminance(other)])
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_party_stands_out_from_the_paper_and_text_is_readable(theme):
    for colour in (*PALETTE, NO_PARTY):
        assert contrast(colour, theme.paper) >= 3.0
    assert contrast(theme.ink, theme.paper) >= 7.0


def test_parties_have_colours_of_their_own_in_the_order_of_the_case():
    parties = [Party(id=f"p{k}") for k in range(10)]
    colours = party_colours(parties)
    assert len(set(list(colours.values())[:8])) == 8
    assert [colours["p8"], colours["p9"]] == [NO_PARTY] * 2
