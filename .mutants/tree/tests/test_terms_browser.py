"""Terms and their tips in a real browser: pointer, keyboard, narrow windows, what scripts fill."""

import pytest

import browsing
from browsing import COMPILES, WAIT, browser, violations  # noqa: F401
from test_terms import NUCLEAR, used
from winset.case.shipped import open_case
from winset.forecast.forecast import make_forecast
from winset.models import make_model
from winset.report import write_report

CASE = f"{browsing.BRIDGE}"
address, folder, page = browsing.address, browsing.folder, browsing.page
# What the page says outside of its list of terms, as a reader sees it.
WORDS = """() => [...document.querySelectorAll('#main > :not(.terms)')]
  .map((part) => part.innerText).join('\\n')"""
COLOURS = """(tip) => {
  const style = getComputedStyle(tip);
  return [style.color, style.backgroundColor];
}"""


def brightness(colour):
    """Return how bright ``rgb(r, g, b)`` is, 0 to 1."""
    red, green, blue = (int(part) for part in colour[4:-1].split(","))
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255


def settled(page):
    """Wait until the list of terms has followed what the page's scripts wrote."""
    page.wait_for_selector("body[data-headline]", timeout=COMPILES)  # nothing moves any more
    page.wait_for_selector(".terms[data-settled]", state="attached")


def test_what_scripts_write_is_marked_where_it_is_read_or_explained_at_the_end(page):
    page.goto(f"{page.base}{NUCLEAR}")
    page.wait_for_selector("#view-ratification .chart svg")
    settled(page)
    marks = page.locator(".term:visible")
    explained = set().union(*(used(words) for words in marks.all_inner_texts()))
    assert used(page.evaluate(WORDS)) <= explained
    assert {"salience", "influence", "party"} <= explained
    assert page.locator(".bench .term").count() > 0, "in the text, not only in the list"
    for id in {mark.get_attribute("aria-describedby") for mark in marks.all()}:
        assert page.locator(f"#{id}").count() == 1
    assert violations(page) == []


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 480)])
def test_a_tip_opens_for_keyboard_and_pointer_fits_and_closes(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{page.base}{NUCLEAR}/parts")
    page.locator("#main").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.term')"):
            break
    term = page.locator(".term:focus")
    tip = page.locator(f"#{term.get_attribute('aria-describedby')}")
    tip.wait_for(state="visible")
    check_tip(page, tip, width)
    page.keyboard.press("Escape")
    tip.wait_for(state="hidden")
    page.locator('.term[aria-describedby="term-veto-player"]').hover()
    tip = page.locator("#term-veto-player")
    tip.wait_for(state="visible")
    check_tip(page, tip, width)
    assert page.locator(".tip:visible").count() == 1
    tip.hover()
    tip.wait_for(state="visible")
    assert violations(page) == []


def check_tip(page, tip, width):
    """Fail unless the tip lies within the window and can be read there."""
    box = tip.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= width
    assert box["y"] >= 0 and box["y"] + box["height"] <= 800
    ink, paper = (brightness(colour) for colour in tip.evaluate(COLOURS))
    assert abs(ink - paper) > 0.6
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_report_explains_its_terms_without_a_script(browser, tmp_path):  # noqa: F811
    case = open_case("iran-nuclear-2015")
    report = tmp_path / "report.html"
    write_report(report, case, [make_forecast(case, make_model("two-level"), draws=50)])
    context = browser.new_context(java_script_enabled=False, viewport={"width": 480, "height": 800})
    page = context.new_page()
    page.goto(report.as_uri())
    term = page.locator(".answer .term").first
    assert not page.locator(".tip:visible").count()
    term.focus()
    page.locator(".tip:visible").wait_for(timeout=WAIT)
    box = page.locator(".tip:visible").bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 480
    context.close()
