"""No picture overprints or cuts off a word, at any width, in any theme, of any case."""

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import gallery
import pictures
from winset.case.shipped import open_case
from winset.charts.blame import who_blocks
from winset.charts.canvas import WIDTHS, fitting
from winset.charts.metrics import width_of
from winset.charts.placing import number
from winset.charts.ratification import ratification
from winset.charts.render import page_widths, rendered
from winset.charts.theme import DARK, LIGHT
from winset.explain.background import look_behind
from winset.forecast.forecast import make_forecast
from winset.models import Mean, TwoLevel

FONT = 'font-family="Liberation Sans" font-size="12px"'
LONG = pytest.mark.long


def sheet(inside, width=300, height=100, view=""):
    view = f' viewBox="{view}"' if view else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"{view}>'
        f"{inside}</svg>"
    )


def text(words, x, y, more=FONT):
    return f'<text transform="translate({x},{y})" {more} fill="#000">{words}</text>'


FAULTY = {
    "overlap": (text("All together", 20, 40) + text("a gap of 95", 60, 43), "overlap"),
    "cut off at the right": (text("Mohammad Javad Zarif 6 %", 250, 40), "cut off"),
    "cut off at the left": (
        text("Congress", 20, 40, FONT + ' text-anchor="end"'), "cut off",
    ),
    "cut off at the top": (text("Congress", 20, 4), "cut off"),
    "cut off when turned": (
        f'<text transform="translate(20,30) rotate(-90)" {FONT}>Gain to the other</text>',
        "cut off",
    ),
    "power of ten": (text("4e+1", 20, 40), "power of ten"),
    "negative power of ten": (text("−4e-7", 20, 40), "power of ten"),
    "small": (text("0", 20, 40, 'font-size="10px"'), "written in 10 px"),
    "scaled down": (
        f'<g transform="scale(0.5)">{text("Congress", 20, 40)}</g>', "written in 6 px",
    ),
    "second line over another text": (
        f'<text transform="translate(20,20)" {FONT}><tspan>one</tspan>'
        f'<tspan x="0" dy="12">two</tspan></text>{text("three", 22, 33)}', "overlap",
    ),
    "written twice": (text("Congress", 20, 40) * 2, "overlap"),
}  # fmt: skip


@pytest.mark.parametrize(("inside", "fault"), FAULTY.values(), ids=FAULTY)
def test_the_reader_finds_what_is_wrong_in_a_picture_made_by_hand(inside, fault):
    assert [said for said in pictures.faults(sheet(inside)) if fault in said]


def test_the_reader_finds_words_that_a_page_has_scaled_down():
    drawn = text("Congress", 20, 40)
    assert pictures.faults(sheet(drawn, 300, 100, "0 0 300 100")) == []
    (fault,) = pictures.faults(sheet(drawn, 225, 75, "0 0 300 100"))
    assert "written in 9 px" in fault


def test_the_reader_finds_nothing_wrong_with_words_that_are_apart_hidden_or_set_off():
    halo = f'<text transform="translate(150,40)" {FONT} fill="none" stroke="#fff">Iran</text>'
    assert pictures.faults(sheet(
        text("Congress", 20, 40) + text("Senate", 20, 53)
        + text("Congress", 22, 41, FONT + ' opacity="0"')
        + halo + text("Iran", 150, 40)
        + '<g clip-path="url(#panel)"><path d="M0,0"/></g>'
        + text("Peter 1e", 200, 60) + text("", 20, 40)
    )) == []  # fmt: skip


def test_words_are_measured_at_least_as_wide_as_either_font_draws_them():
    names = [name for case in map(open_case, gallery.SHIPPED) for name in
             (actor.name for actor in case.actors)]  # fmt: skip
    said = [*names, *gallery.NAMES[:4], "−40 % … +1,250.5", "“two-level” (0 to 25) – §7 & more"]
    lines = [(line, bold) for line in said for bold in (False, True)]
    for font in pictures.fonts():
        for (line, bold), wide in zip(lines, pictures.measured(lines, font), strict=True):
            assert wide <= 1.01 * width_of(line, 1.0, bold=bold) + 0.02, (font, line, bold)
            assert width_of(line, 1.0, bold=bold) <= 1.6 * wide + 0.1, (font, line, bold)


def overprinted(views, widths=WIDTHS, themes=(LIGHT,)):
    """Return what is wrong with the words of ``views``, by name and width."""
    found = []
    for name, view in views.items():
        for width in widths:
            for theme in themes:
                svg = rendered(view, ".svg", theme=theme, width=width).decode()
                for font in pictures.fonts():
                    found += [(name, width, font, said) for said in pictures.faults(svg, font)]
                assert f'width="{width}"' in svg[:200], (name, width)
    return found


@cache
def plain(name):
    return gallery.plain(open_case(name), model=TwoLevel(), draws=40)


@pytest.mark.slow
def test_no_word_of_a_shipped_case_is_overprinted_cut_off_or_small():
    views = plain("iran-nuclear-2015")
    assert overprinted({name: v for name, v in views.items() if "sanctions" not in name}) == []
    assert overprinted({"strip": views["strip sanctions"]}, widths=(288,), themes=(DARK,)) == []


@pytest.mark.slow
def test_no_word_of_a_picture_of_rounds_is_overprinted_cut_off_or_small():
    assert overprinted(gallery.rounds(open_case("china-cnpc-2014"), draws=4), (288, 660)) == []


def test_a_picture_of_no_failure_says_so_and_is_as_wide_as_any_other():
    case, behind = zones()
    blame = replace(behind.blame, actor=np.zeros_like(behind.blame.actor))
    view = who_blocks(replace(behind, blame=blame), "enrichment", case=case)
    assert overprinted({"blame": view}, (288,)) == []
    words, _ = pictures.words_of(rendered(view, ".svg", width=288).decode())
    assert "No actor stands in the way." in [one.text for one in words]


def test_no_word_of_a_picture_of_intervals_is_overprinted_cut_off_or_small():
    assert overprinted(gallery.interval_views()) == []


@pytest.mark.slow
def test_no_word_is_overprinted_where_35_long_names_stand_at_the_end_of_an_odd_scale():
    case = gallery.hard(1)
    assert overprinted(gallery.plain(case, model=TwoLevel(), draws=20), (288, 815)) == []


@pytest.mark.slow
def test_what_drives_a_forecast_and_what_scenarios_do_is_legible_on_a_telephone():
    case = open_case("iran-nuclear-2015")
    views = gallery.slow(case, model=TwoLevel()) | gallery.over_time(case, TwoLevel())
    assert overprinted(views, (288, 430)) == []


def test_ticks_of_differences_are_plain_numbers():
    views = gallery.slow(open_case("iran-nuclear-2015"), model=Mean())
    chosen = {name: view for name, view in views.items() if name.startswith("difference")}
    assert chosen
    for view in chosen.values():
        words, _ = pictures.words_of(rendered(view, ".svg", width=430).decode())
        assert "0" in [one.text for one in words]
        assert not [one.text for one in words if "e" in one.text and one.text[0] in "+−0123456789"]
    assert number(-4e-7) == "−0.0000004"


@cache
def zones():
    case = open_case("iran-nuclear-2015")
    return case, look_behind(case, make_forecast(case, TwoLevel(), draws=20))


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3, 0.6, 0.97])
def test_what_is_said_of_the_zone_never_meets_its_name(share):
    case, behind = zones()
    point = behind.curves.point
    inside = (point >= share) & (point <= share + 0.2)
    for joint in (inside, ~inside):
        for p, flat in ((0, inside), (1, joint)):
            behind.curves.party[p, :, 0] = flat
        view = ratification(behind, "enrichment", case=case)
        assert overprinted({"zone": view}, (430,)) == []


def test_a_page_gets_the_picture_at_every_width_and_its_numbers_once():
    view = plain("iran-nuclear-2015")["strip enrichment"]
    told = page_widths(view)
    assert [*told["frames"]] == [str(width) for width in WIDTHS]
    for width, frame in told["frames"].items():
        pad = frame["padding"]
        assert frame["width"] + pad["left"] + pad["right"] == pytest.approx(float(width))
        assert {layer["data"]["name"] for layer in frame["layer"]} <= set(told["values"])
    written = [json.dumps(rows) for rows in told["values"].values()]
    assert len(written) == len(set(written))
    assert [fitting(room) for room in (100, 288, 448, 736, 1200)] == [288, 288, 430, 660, 815]


@LONG
@pytest.mark.parametrize("name", gallery.SHIPPED)
def test_no_word_is_wrong_in_any_picture_of_a_shipped_case_in_any_theme(name):
    case = open_case(name)
    model = TwoLevel() if name.startswith("iran") else Mean()
    views = gallery.plain(case, model=model) | gallery.rounds(case)
    views |= gallery.slow(case, model=model) | gallery.over_time(case, model)
    assert overprinted(views, themes=(LIGHT, DARK)) == []


@LONG
@pytest.mark.parametrize("seed", range(15))
def test_no_word_is_wrong_in_any_picture_of_a_case_that_is_hard_to_draw(seed):
    case = gallery.hard(seed, count=(35, 3, 60)[seed % 3])
    views = gallery.plain(case, model=TwoLevel()) | gallery.rounds(case, draws=3)
    assert overprinted(views | gallery.slow(case, model=Mean()), themes=(LIGHT, DARK)) == []
