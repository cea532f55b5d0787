"""The views in a real browser: reached by keyboard, drawn, readable, and nothing to complain of."""

import shutil
import threading
import time
from dataclasses import replace
from datetime import date, timedelta

import pytest

from browsing import COMPILES, SEEN, browser, enter, serving, violations
from winset.case.folder import read_case, write_case
from winset.case.shipped import shipped_cases
from winset.track_record.sealed import ForecastToSeal, seal
from workbench import a_folder

__all__ = ["browser"]  # a fixture
WAIT = 20_000  # milliseconds
PIE = "/cases/own/split-pie"
DRAWN = "body[data-drawn]"


def a_large_case(folder):
    """Write a case of 35 actors into ``folder``."""
    shutil.copytree(shipped_cases()["china-cnpc-2014"], folder / "large")
    case = read_case(folder / "large")
    more = replace(
        case,
        actors=(*case.actors, replace(case.actors[0], id="one-more", name="One more")),
        stances=(*case.stances, replace(case.stances[0], actor="one-more")),
    )
    write_case(more, folder / "large")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = a_folder(tmp_path_factory.mktemp("browser"))
    a_large_case(made)
    (made / "empty").mkdir()
    (made / "empty" / "case.yaml").write_text("title: Empty\nas_of: 2020-01-01\n")
    day = date.today() + timedelta(days=9)
    pie = read_case(made / "split-pie")
    seal(pie, ForecastToSeal(issue="pie", resolve_by=day, rule="As the notary says", draws=40))
    (made / "past.csv").write_text(
        "issue,group,actor,position,salience,influence,outcome\n"
        + "".join(
            f"i{k},g{k},{actor},{position},50,100,{20 * k}\n"
            for k in range(1, 5)
            for actor, position in (("a", 0), ("b", 25 * k), ("c", 100))
        )
    )
    return made


@pytest.fixture(scope="module")
def served(folder):
    with serving(folder) as found:
        yield found


@pytest.fixture(scope="module")
def context(browser, served):
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.add_init_script(f"({SEEN})()")
    made.set_default_timeout(WAIT)
    page = made.new_page()
    made.base = enter(page, served)
    page.close()
    yield made
    made.close()


@pytest.fixture
def page(context):
    """A page inside the workbench; at the end the browser must have had nothing to complain of."""
    made, complaints = context.new_page(), []
    made.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.complaints = complaints
    yield made
    assert made.evaluate("window.violations") == []
    assert complaints == []
    made.close()


def opened(page, path):
    page.goto(page.context.base + path)
    page.wait_for_selector(DRAWN, timeout=COMPILES)
    return page


def press_on(page, name):
    """Go by Tab to the link or button called ``name`` and press Enter on it."""
    for _ in range(80):
        page.keyboard.press("Tab")
        said = page.evaluate("() => document.activeElement.textContent.trim()")
        if said == name:
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} is not reached by Tab")


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_view_is_reached_from_the_case_by_keyboard_and_drawn(page):
    page.goto(f"{page.context.base}{PIE}")
    page.wait_for_selector(DRAWN, timeout=COMPILES)
    press_on(page, "Views")
    page.wait_for_url("**/views")
    press_on(page, "All models")
    page.wait_for_selector(DRAWN, timeout=COMPILES)
    for name, path in (("Rounds", "rounds"), ("What drives it", "sensitivity"),
                       ("Levers", "levers"), ("Claims", "claims"),
                       ("Sealed forecasts", "sealed"), ("Games", "games")):  # fmt: skip
        press_on(page, name)
        page.wait_for_url(f"**/views/{path}")
        page.wait_for_selector(DRAWN, timeout=COMPILES)
        if path in ("rounds", "sensitivity", "sealed"):
            assert page.locator("figure svg").first.is_visible()
    press_on(page, "Export")
    page.wait_for_url("**/exports")
    assert page.locator(".card").count() >= 10


def test_the_form_asks_and_the_address_keeps_what_was_asked(page):
    opened(page, f"{PIE}/views/rounds?draws=8")
    page.get_by_label("Model").select_option("spatial")
    page.get_by_label("Seen from").select_option("bob")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**model=spatial**")
    page.wait_for_selector(DRAWN, timeout=COMPILES)
    assert "actor=bob" in page.url and "draws=8" in page.url
    assert "Bob" in page.locator("#bands h2").text_content()
    assert page.get_by_label("Model").input_value() == "spatial"
    page.go_back()
    page.wait_for_selector(DRAWN)
    assert page.get_by_label("Model").input_value() == "expected-utility"


def test_each_picture_has_its_table_and_its_files_beside_it(page):
    opened(page, f"{PIE}/views/rounds?draws=8")
    for figure in page.locator("figure").all():
        assert figure.locator("svg").is_visible()
        figure.locator("summary").focus()
        page.keyboard.press("Enter")
        assert figure.locator("table tbody tr").count() > 0
    with page.expect_download() as found:
        page.locator("#power").get_by_role("link", name="SVG").click()
    assert found.value.suggested_filename == "split-pie-rounds-power.svg"


def test_long_work_shows_how_far_it_is_and_can_be_stopped(page, monkeypatch):
    ended = threading.Event()

    def endless(*_, progress, **__):
        try:
            while True:
                time.sleep(0.005)
                progress(1)
        finally:
            ended.set()

    monkeypatch.setattr("winset.web.views.backtest.run_backtest", endless)
    page.goto(f"{page.context.base}/backtest?table=past.csv&models=mean&seed=5")
    page.get_by_role("progressbar").wait_for()
    page.wait_for_function("() => document.getElementById('job-share').value > 0")
    page.get_by_role("button", name="Stop").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Stopped.").wait_for()
    assert ended.wait(timeout=10)


def test_a_decision_is_reached_from_the_table(page):
    opened(page, "/backtest?table=past.csv&draws=20&models=mean,median")
    page.get_by_role("link", name="i3", exact=True).click()
    page.wait_for_url("**decision=i3**")
    page.wait_for_selector(DRAWN)
    assert page.locator("#decision svg").is_visible()
    press_on(page, "Back to all decisions")
    page.wait_for_selector(DRAWN)
    assert page.locator("#decision").count() == 0


def test_levers_are_asked_for_and_told_as_cards(page):
    opened(page, f"{PIE}/views/levers")
    page.get_by_label("For whom").select_option("ann")
    page.get_by_label("What is to be reached").fill("settlement(pie) >= 60")
    page.get_by_role("button", name="Show").click()
    page.wait_for_selector(".hands", timeout=COMPILES)
    page.wait_for_selector(DRAWN)
    assert page.locator(".hands").count() == 3
    assert "Ann" in page.locator(".hands h2").first.text_content()


SEEN_BY_ALL = (f"{PIE}/views/rounds?draws=8", f"{PIE}/views/sealed")
SEEN_BY_SOME = (
    f"{PIE}/views/sensitivity?draws=16",
    f"{PIE}/views/levers?actor=ann&goal=settlement(pie)+%3E%3D+60&draws=16",
    "/cases/own/large/views/rounds?draws=8",
    "/backtest?table=past.csv&draws=20&models=mean,median",
)


@pytest.mark.parametrize(
    ("scheme", "width", "paths"),
    [
        ("light", 1280, (*SEEN_BY_ALL, *SEEN_BY_SOME)),
        ("dark", 480, (*SEEN_BY_ALL, *SEEN_BY_SOME)),
        ("dark", 1280, SEEN_BY_ALL),
        ("light", 480, SEEN_BY_ALL),
    ],
)
def test_no_view_has_a_serious_fault_of_access_and_each_fits_its_window(page, scheme, width, paths):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in paths:
        opened(page, path)
        assert violations(page) == [], path
        assert fits(page), path
    for path in (f"{PIE}/views", f"{PIE}/exports"):
        page.goto(page.context.base + path)
        assert violations(page) == [], path
        assert fits(page), path


def test_an_empty_case_has_every_page_and_says_what_it_needs(page):
    for view in ("models", "rounds", "games", "sensitivity", "levers", "claims", "sealed"):
        opened(page, f"/cases/own/empty/views/{view}")
        assert page.locator("#missing").is_visible()
    assert violations(page) == []
