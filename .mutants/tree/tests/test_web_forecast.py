"""Forecasts in the workbench: the same numbers as anywhere else, told so that a page can move."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from any_talks import any_talks
from winset.case.scenarios import apply_changes
from winset.case.shipped import open_case
from winset.charts.render import page_specification, parted
from winset.charts.strip import position_strip
from winset.errors import CaseError
from winset.forecast.draws import forget_draws
from winset.forecast.forecast import make_forecast
from winset.models import make_model
from winset.models.batch import RandomShares, make_batch
from winset.models.rebatch import DRAWN as BATCH_ARRAYS
from winset.models.rebatch import CachedShares, made_again
from winset.web.forecasts.forecast_thread import ForecastThread
from winset.web.forecasts.query import ForecastRequest, read_changes, understood
from winset.web.forecasts.sliders import sliders
from workbench import PIE, a_folder, entered

DRAWN = ("settlement", "agreement", "open", "signed")


@pytest.fixture
def client(tmp_path):
    with entered(a_folder(tmp_path)) as made:
        yield made


def change_of(slider, text):
    """Return the change that puts ``text`` where ``slider`` stands, as the pages write it."""
    ids = {n: getattr(slider, n) for n in ("party", "actor", "source", "target", "issue")}
    return {"quantity": slider.quantity, "set": text} | {n: id for n, id in ids.items() if id}


def same(one, other):
    return all(
        np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True) for name in DRAWN
    )


def random_moves(draw, case, count):
    """Return ``count`` changes of random quantities of ``case``, each to a place on its slider."""
    movable = [slider for slider in sliders(case) if slider.low is not None]
    found = []
    for _ in range(count):
        slider = draw(st.sampled_from(movable))
        share = draw(st.sampled_from([0.0, 0.25, 0.6, 1.0]))
        value = slider.least + share * (slider.most - slider.least)
        spread = draw(st.sampled_from(["", " to "]))
        text = f"{value!r}{spread}{slider.most!r}" if spread else repr(value)
        found.append(change_of(slider, text))
    return tuple(found)


@given(st.data())
def test_a_batch_made_again_is_the_one_made_from_nothing(data):
    case = data.draw(any_talks())
    before = make_batch(case, RandomShares(3, 20))
    try:
        after = apply_changes(case, read_changes(random_moves(data.draw, case, 2)))
    except CaseError:
        return
    made = made_again(before, case, after)
    if made is None:
        return
    whole = make_batch(after, RandomShares(3, 20))
    for name in BATCH_ARRAYS:
        assert np.array_equal(getattr(made, name), getattr(whole, name), equal_nan=True), name


@pytest.mark.parametrize("name", ["iran-nuclear-2015", "iran-syria-2015"])
def test_a_forecast_that_remembers_has_the_draws_of_one_that_does_not(name):
    case, live = open_case(name), ForecastThread()
    random = np.random.default_rng(1)
    movable = [slider for slider in sliders(case) if slider.low is not None]
    for _ in range(12):
        slider = movable[random.integers(len(movable))]
        value = round(float(random.uniform(slider.least, slider.most)), 2)
        asked = ForecastRequest(draws=300, changes=(change_of(slider, str(value)),))
        question = understood(case, asked, revision="a")
        ours = live.kept_forecast(question)
        forget_draws()
        plain = make_forecast(question.case, question.model, draws=300, scenario=question.scenario)
        assert same(ours, plain), slider.id
    live.close()


@pytest.mark.parametrize("model", ["mean", "median", "nash", "challenge"])
def test_other_models_are_remembered_right_too(model, pie):
    if model == "challenge":
        model = "expected-utility"
    for scenario in (None, "hunger", None):
        ours = make_forecast(pie, make_model(model), draws=50, scenario=scenario)
        forget_draws()
        plain = make_forecast(pie, make_model(model), draws=50, scenario=scenario)
        assert np.array_equal(ours.settlement, plain.settlement, equal_nan=True)


def test_streams_that_are_kept_are_those_of_the_generator_and_cannot_be_spoilt():
    kept, plain = CachedShares(5, 40), RandomShares(5, 40)
    for _ in range(2):
        assert np.array_equal(kept("a"), plain("a"))
    with pytest.raises(ValueError, match="read-only"):
        kept("a")[0] = 0.5


@pytest.fixture
def solved(monkeypatch):
    """How many draws each table that is solved has, one after the other."""
    import winset.models.two_level.solving as remembered

    forget_draws()

    found, plain = [], remembered.solve_table

    def counted(table, **how):
        found.append(len(table.reversion))
        return plain(table, **how)

    monkeypatch.setattr(remembered, "solve_table", counted)
    return found


def test_only_the_draws_that_changed_are_solved_again(solved):
    """Sanctions hang on whether enrichment is agreed, which few draws change their mind about."""
    case, live = open_case("iran-nuclear-2015"), ForecastThread()
    live.kept_forecast(understood(case, ForecastRequest(draws=400), revision="a"))
    assert solved == [400, 400]
    change = {"quantity": "position", "actor": "rouhani", "issue": "sanctions", "set": "70"}
    asked = ForecastRequest(draws=400, changes=(change,))
    live.kept_forecast(understood(case, asked, revision="a"))
    assert solved[2:] == [400]
    live.kept_forecast(understood(case, asked, revision="a"))
    assert len(solved) == 3
    live.close()


def test_an_issue_that_did_not_change_is_found_among_others_of_the_same_people(solved):
    """Of three issues one moves, one hangs on it in some draws, one does not hang on it."""
    case, live = open_case("iran-syria-2015"), ForecastThread()
    change = {"quantity": "position", "actor": "rouhani", "issue": "implementation"}
    for value in ("60", "63"):
        asked = ForecastRequest(draws=400, changes=({**change, "set": value},))
        live.kept_forecast(understood(case, asked, revision="a"))
    assert solved[:4] == [400, 400, 400, 400]
    assert len(solved) <= 5 and all(count < 200 for count in solved[4:])
    live.close()


def test_a_forecast_is_told_with_the_sentence_of_the_first_question(client):
    told = client.get(f"{PIE}/forecast").json()
    assert told["questions"][0]["sentence"] == told["sentence"]
    assert told["made"]["scenario"] == "base" and told["draws"] == 5_000
    assert [issue["issue"] for issue in told["issues"]] == ["pie", "plates"]


def test_a_change_is_the_same_as_a_scenario_that_makes_it(client):
    change = {"quantity": "price", "party": "north", "add": "10"}
    by_hand = client.post(f"{PIE}/forecast", json={"changes": [change]}).json()
    by_name = client.post(f"{PIE}/forecast", json={"scenario": "hunger"}).json()
    assert by_hand["issues"] == by_name["issues"]
    both = client.post(f"{PIE}/forecast", json={"scenario": "hunger", "changes": [change]}).json()
    twice = client.post(f"{PIE}/forecast", json={"changes": [change, change]}).json()
    assert both["issues"] == twice["issues"] != by_name["issues"]


def test_a_forecast_is_of_what_is_on_disk_now(client, tmp_path):
    first = client.get(f"{PIE}/forecast").json()
    path = tmp_path / "cases" / "split-pie" / "stances.csv"
    path.write_text(path.read_text().replace("pie,ann,,60..67..70", "pie,ann,,0..5..10"))
    second = client.get(f"{PIE}/forecast").json()
    assert first["revision"] != second["revision"]
    assert first["issues"][0]["middle"] > second["issues"][0]["middle"] + 10


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"model": "oracle"}, "no model “oracle”"),
        ({"scenario": "famine"}, "no scenario “famine”"),
        ({"parameters": {"colour": "red"}}, "no parameter"),
        ({"changes": [{"quantity": "colour"}]}, "must be one of"),
        ({"changes": [{"quantity": "price", "set": "1..0..2"}]}, "ascend"),
        ({"changes": [{"quantity": "price", "actor": "zoe", "set": "1"}]}, "zoe"),
        ({"draws": 10**9}, "less than or equal"),
        ({"draws": "many"}, "integer"),
        ({"colour": "red"}, "colour"),
        ([], "dict"),
    ],
)
def test_a_forecast_that_cannot_be_made_is_refused_in_words(client, body, said):
    answer = client.post(f"{PIE}/forecast", json=body)
    assert answer.status_code == 422
    assert said in answer.text


def test_pictures_are_sent_whole_once_and_then_only_their_numbers(client):
    first = client.post(f"{PIE}/behind", json={"issue": "pie"}).json()
    assert set(first["pictures"]) == {"positions", "outcome", "ratification", "blame"}
    known = {name: picture["frame"] for name, picture in first["pictures"].items()}
    change = {"quantity": "position", "actor": "ann", "issue": "pie", "set": "62..68..70"}
    body = {"issue": "pie", "known": known, "changes": [change]}
    second = client.post(f"{PIE}/behind", json=body).json()
    moved = second["pictures"]["positions"]
    assert moved["specification"] is None
    assert moved["values"] != first["pictures"]["positions"]["values"]
    for picture in first["pictures"].values():
        assert picture["specification"] is not None
        assert "values" not in str(picture["specification"])


@pytest.mark.parametrize(("room", "drawn"), [(200, 288), (448, 430), (1200, 815)])
def test_a_page_gets_the_widest_picture_that_it_has_room_for(client, room, drawn):
    body = {"issue": "pie", "width": room, "views": ["positions"]}
    told = client.post(f"{PIE}/behind", json=body).json()
    frame = told["pictures"]["positions"]["specification"]
    pad = frame["padding"]
    assert frame["width"] + pad["left"] + pad["right"] == drawn
    assert client.post(f"{PIE}/behind", json={**body, "width": -1}).status_code == 422


def test_a_picture_in_two_parts_holds_what_the_whole_one_does(pie):
    whole = page_specification(position_strip(pie, "pie"))
    frame, values = parted(whole)
    values |= whole.get("datasets", {})

    def rows(part):
        if isinstance(part, dict):
            if "data" in part:
                data = part["data"]
                yield data["values"] if "values" in data else values[data["name"]]
            for key, value in part.items():
                if key != "data":
                    yield from rows(value)
        elif isinstance(part, list):
            for value in part:
                yield from rows(value)

    plain = list(rows({key: value for key, value in whole.items() if key != "datasets"}))
    assert list(rows(frame)) == plain and len(plain) > 5


def test_a_model_without_winsets_shows_what_it_has(client):
    told = client.post(f"{PIE}/behind", json={"issue": "pie", "model": "mean"}).json()
    assert set(told["pictures"]) == {"positions", "outcome"} and told["bindings"] == []


def test_scenarios_and_own_changes_stand_side_by_side(client):
    change = {"quantity": "position", "actor": "ann", "issue": "pie", "set": "0"}
    body = {"scenarios": ["base", "hunger", "what-if"], "changes": [change], "draws": 200}
    told = client.post(f"{PIE}/compare", json=body).json()
    assert [side["title"] for side in told["sides"]] == [
        "As coded",
        "Dinner is late",
        "Your changes",
    ]
    alone = client.post(f"{PIE}/forecast", json={"changes": [change], "draws": 200}).json()
    assert told["sides"][2]["issues"] == alone["issues"]
    assert {effect["name"] for effect in told["effects"]} == {"hunger", "what-if"}


def test_every_coded_number_has_a_slider_that_holds_it(pie):
    for case in (pie, open_case("iran-nuclear-2015"), open_case("iran-syria-2015")):
        found = sliders(case)
        assert len({slider.id for slider in found}) == len(found)
        for slider in found:
            assert slider.least < slider.most and slider.step > 0
            if slider.low is not None:
                assert slider.least <= slider.low <= slider.high <= slider.most, slider.id
                read_changes([change_of(slider, slider.text)])


@settings(max_examples=20)
@given(any_talks())
def test_any_case_has_sliders(case):
    for slider in sliders(case):
        assert slider.low is None or slider.least <= slider.low <= slider.high <= slider.most


def test_the_models_are_compiled_in_the_background(tmp_path):
    import time

    with entered(a_folder(tmp_path), warm=True) as client:
        until = time.monotonic() + 300
        while client.get("/api/state").json()["compiling"]:
            assert time.monotonic() < until
            client.get(f"{PIE}/forecast")  # waits for the compiler
        assert client.get("/api/state").json()["compiling"] is False
