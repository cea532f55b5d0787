"""The workbench in a real browser: what a user sees and does, and what the browser complains of."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

import re

import pytest

from browsing import COMPILES, address, browser, page, violations
from winset.case.folder import read_case
from workbench import a_folder

PIE = "/cases/own/split-pie"


@pytest.fixture
def folder(tmp_path):
    return a_folder(tmp_path)


def opened(page, path=PIE):
    page.goto(page.base + path)
    page.wait_for_selector("body[data-drawn]", timeout=COMPILES)
    return page


def sentence(page):
    return page.text_content("#sentence")


def settled(page, change):
    """Make ``change`` and wait until the sentence is another one; return it."""
    before = sentence(page)
    change()
    page.wait_for_function("(old) => document.getElementById('sentence').textContent !== old",
                           arg=before)  # fmt: skip
    return sentence(page)


def test_the_page_of_a_case_says_the_answer_and_shows_every_view(page):
    opened(page)
    assert sentence(page).startswith("A deal on “Ann's share of the pie” ")
    for view in ("positions", "outcome", "ratification", "blame"):
        assert page.locator(f"#view-{view} svg").is_visible()
        assert page.locator(f"#view-{view} table tbody tr").count() > 0
    assert page.locator("#questions li").count() == 2


def test_the_answer_leads_with_its_range_which_waits_until_a_slider_rests(page):
    opened(page)
    page.wait_for_selector("body[data-headline]", timeout=COMPILES)
    assert re.fullmatch(r"Range \d+–\d+ % over what cannot be coded\.", page.text_content("#range"))
    lines = page.locator("#headline li").all_text_contents()
    assert "would settle near" in lines[0] and len(lines) >= 3
    coded = page.text_content("#range")
    page.get_by_label("Position, Ann", exact=True).focus()
    # The words of the moment in which the number moves, which are gone when it has come to rest.
    page.evaluate(
        """() => { window.words = []; new MutationObserver(() => window.words.push(
             document.getElementById("range").textContent)
           ).observe(document.getElementById("range"), { childList: true }); }"""
    )
    page.keyboard.press("Home")
    page.wait_for_function("() => window.words.some((w) => w.includes('when you stop'))")
    page.wait_for_selector("body[data-headline]")
    page.wait_for_function("() => window.words.at(-1).startsWith('Range ')")
    assert page.text_content("#range") != coded


def test_an_actor_chosen_in_the_table_is_chosen_everywhere(page):
    opened(page)
    page.click("#actors button:has-text('Bob')")
    assert "actor=bob" in page.url
    assert page.input_value("#choose-actor") == "bob"
    assert page.text_content("#sliders legend").startswith("Bob on Ann's share")
    assert page.locator("#view-positions .away").count() > 0
    page.go_back()
    page.wait_for_function("() => !location.search.includes('actor=bob')")
    assert page.input_value("#choose-actor") == "ann"


def test_an_actor_chosen_in_a_picture_is_chosen_everywhere(page):
    opened(page)
    page.locator("#view-positions text.reach, #view-positions .mark-text text",
                 has_text="Aunt Nora").first.click()  # fmt: skip
    page.wait_for_function("() => location.search.includes('actor=aunt')")
    assert page.input_value("#choose-actor") == "aunt"


def test_an_issue_chosen_changes_every_view_and_the_back_button_returns(page):
    opened(page)
    page.click("#issues button:has-text('plates')")
    page.wait_for_selector("body[data-drawn=plates]")
    assert "issue=plates" in page.url
    assert "plates" in page.text_content("#view-positions h3")
    page.go_back()
    page.wait_for_selector("body[data-drawn=pie]")
    assert "Ann's share" in page.text_content("#view-positions h3")


def test_a_slider_moves_the_forecast_and_the_address_keeps_it(page):
    opened(page)
    coded = sentence(page)
    slider = page.get_by_label("Position, Ann", exact=True)
    slider.focus()
    moved = settled(page, lambda: page.keyboard.press("Home"))
    assert moved != coded
    assert "set=position%3Aann%3Apie%3A" in page.url
    assert "As coded:" in page.text_content("#against")
    assert page.locator(".quantity.moved .mark").count() == 1
    opened(page, page.url.removeprefix(page.base))
    assert sentence(page) == moved


def test_a_range_can_be_typed_and_a_wrong_one_is_marked_and_not_used(page):
    opened(page)
    field = page.get_by_label("Position", exact=True)
    moved = settled(page, lambda: (field.fill("0..5..10"), field.press("Enter")))
    field.fill("90..80")
    assert field.get_attribute("aria-invalid") == "true"
    assert sentence(page) == moved


def test_a_change_is_undone_and_done_again_with_the_keyboard(page):
    opened(page)
    coded = sentence(page)
    page.get_by_label("Position, Ann", exact=True).focus()
    moved = settled(page, lambda: page.keyboard.press("Home"))
    assert settled(page, lambda: page.keyboard.press("Control+z")) == coded
    assert settled(page, lambda: page.keyboard.press("Control+Shift+z")) == moved
    assert settled(page, lambda: page.click("#reset")) == coded


def test_changes_are_saved_as_a_scenario_and_set_beside_others(page, folder):
    opened(page)
    slider = page.get_by_label("Position, Ann", exact=True)
    slider.focus()
    moved = settled(page, lambda: page.keyboard.press("Home"))
    page.click("#keep summary")
    page.fill("#save-title", "A dear failure")
    page.click("text=Save as a scenario")
    page.wait_for_selector("#notice:visible")
    page.wait_for_selector("body[data-drawn]")
    assert "Saved as the scenario “A dear failure”" in page.text_content("#notice")
    assert "scenario=a-dear-failure" in page.url
    assert sentence(page) == moved
    (change,) = read_case(folder / "split-pie").scenario("a-dear-failure").changes
    assert (change.quantity, change.actor, change.issue) == ("position", "ann", "pie")
    page.click("#beside summary")
    page.click("#compare button")
    page.wait_for_selector("#compared table")
    assert page.locator("#compared table").first.locator("tbody tr").count() == 3


def test_numbers_are_written_into_the_case_and_a_conflict_is_shown(page, folder):
    opened(page)
    field = page.get_by_label("Position", exact=True)
    settled(page, lambda: (field.fill("1..6..12"), field.press("Enter")))
    path = folder / "split-pie" / "stances.csv"
    path.write_text(path.read_text().replace("60..67..70", "10..20..30"))
    page.click("#keep summary")
    page.click("#adopt")
    page.wait_for_selector("#conflict[open]")
    assert "10..20..30" in page.text_content("#conflict-body")
    assert "1..6..12" in page.text_content("#conflict-body")
    assert violations(page) == []
    page.click("#conflict-yours")
    page.wait_for_selector("#notice:visible")
    page.wait_for_selector("body[data-drawn]")
    assert str(read_case(folder / "split-pie").stances[0].position) == "1..6..12"
    # The browser logs every answer of status 409; this one was asked for.
    assert len(page.complaints) == 1 and "409" in page.complaints.pop()


def test_a_shipped_case_becomes_the_users_own_when_it_is_changed(page, folder):
    opened(page, "/cases/shipped/emission-standards")
    field = page.get_by_label("Position", exact=True)
    field.fill("6.5")
    field.press("Enter")
    page.wait_for_function("() => location.search.includes('set=')")
    page.click("#keep summary")
    page.fill("#save-title", "Otherwise")
    page.click("text=Save as a scenario")
    page.wait_for_url("**/cases/own/emission-standards*")
    page.wait_for_selector("#notice:visible")
    assert "copied into your folder" in page.text_content("#notice")
    page.wait_for_selector("body[data-drawn]")
    assert read_case(folder / "emission-standards").scenario("otherwise").title == "Otherwise"


def test_a_case_is_begun_from_the_first_page(page, folder):
    page.goto(page.base + "/")
    page.fill("#begin-title", "Who gets the water?")
    assert page.input_value("#begin-id") == "who-gets-the-water"
    page.fill("#begin-day", "2026-02-03")
    page.click("#begin button")
    page.wait_for_url("**/cases/own/who-gets-the-water")
    page.wait_for_selector("body[data-drawn]")
    assert read_case(folder / "who-gets-the-water").as_of.isoformat() == "2026-02-03"


def test_a_case_without_issues_says_what_it_needs(page):
    page.goto(page.base + "/")
    page.fill("#begin-title", "Empty")
    page.check("input[value=blank]")
    page.click("#begin button")
    page.wait_for_url("**/cases/own/empty")
    assert "Nothing to forecast yet" in page.inner_text("main")


def test_hostile_words_of_a_case_are_shown_and_never_run(page, folder):
    hostile = "<img src=x onerror=\"document.title='run'\">"
    path = folder / "split-pie" / "actors.csv"
    quoted = hostile.replace('"', '""')
    path.write_text(path.read_text().replace("Aunt Nora", f'"{quoted}"'))
    path = folder / "split-pie" / "case.yaml"
    path.write_text(path.read_text().replace("Will they agree on the pie?", f"'{hostile.replace(chr(39), chr(39)*2)}'"))  # fmt: skip # noqa: E501
    opened(page)
    assert hostile in page.text_content("#actors")
    assert hostile in page.text_content("#questions")
    assert page.title() != "run" and page.locator("main img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 480])
@pytest.mark.parametrize("path", ["/", PIE])
def test_no_page_shuts_anybody_out_or_is_wider_than_its_window(page, scheme, width, path):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    if path == PIE:
        opened(page)
        page.click("#actors button:has-text('Bob')")
        for summary in page.locator("summary").all():
            summary.click()
    else:
        page.goto(page.base + path)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_can_be_reached_with_the_keyboard(page):
    opened(page)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.className"))
    assert {"tile", "choose-actor", "choose-scenario", "choose-model", "link"} <= reached


def test_the_first_page_of_a_stranger_is_a_refusal_with_its_looks(browser, address):
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(address.split("/enter")[0] + "/cases/own/split-pie")
    assert answer.status == 401
    assert "winset serve" in page.text_content("main")
    assert page.evaluate("getComputedStyle(document.body).margin") == "0px"
    context.close()


def test_a_slider_on_its_way_ends_in_a_forecast_of_all_draws(page):
    opened(page)
    page.wait_for_selector("body[data-headline]", timeout=COMPILES)  # nothing moves any more
    slider = page.get_by_label("Position, Ann", exact=True)
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.67, y)
    page.mouse.down()
    for share in (0.5, 0.4, 0.3, 0.2, 0.1):
        page.mouse.move(box["x"] + box["width"] * share, y, steps=4)
    page.mouse.up()
    page.wait_for_function("() => location.search.includes('set=position')")
    page.wait_for_function("() => document.body.dataset.draws === '5000'")
    page.go_back()  # one step, however many places the slider passed
    page.wait_for_function("() => !location.search.includes('set=')")
    assert page.input_value("#choose-actor") == "ann"


def test_an_arrow_key_held_down_is_one_step(page):
    opened(page)
    coded = sentence(page)
    page.get_by_label("Position, Ann", exact=True).focus()
    for _ in range(30):
        page.keyboard.press("ArrowLeft")
    page.wait_for_function("() => location.search.includes('ann%3Apie%3A30..37')")
    page.keyboard.press("Control+z")
    page.wait_for_function("() => !location.search.includes('set=')")
    page.wait_for_function(
        "(s) => document.getElementById('sentence').textContent === s", arg=coded
    )
