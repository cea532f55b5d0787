"""From the word that a lesser model answers, to the field, to the full answer, in a browser."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

from dataclasses import replace

from browsing import BRIDGE, COMPILES, address, browser, folder, page, violations
from winset.case.folder import read_case, write_case


def test_the_page_offers_the_field_that_the_full_answer_lacks(page, folder):
    case = read_case(folder / "bridge")
    bare = replace(case.issues[0], reversion=None)
    write_case(replace(case, issues=(bare, *case.issues[1:])), folder / "bridge")
    page.set_default_timeout(COMPILES)
    page.goto(f"{page.base}{BRIDGE}")
    page.wait_for_selector("body[data-drawn]")
    assert page.input_value("#choose-model") == "mean"
    assert "what holds if talks fail on “Toll on the bridge”" in page.text_content("#lacks")
    assert violations(page) == []
    page.click("#lacks a")
    page.wait_for_selector("body[data-ready]")
    assert page.evaluate("document.activeElement.id") == "issues-field-reversion"
    assert page.text_content("#issues-summary") == "Edit toll"
    page.keyboard.type("0")
    page.keyboard.press("Enter")
    page.wait_for_selector("#notice:visible")
    page.goto(f"{page.base}{BRIDGE}")
    page.wait_for_selector("body[data-drawn]")
    assert page.input_value("#choose-model") == "two-level"
    assert page.locator("#lacks").count() == 0
