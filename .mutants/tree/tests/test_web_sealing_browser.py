"""Sealing and resolving in a real browser: by the forms alone, errors beside the fields."""

from datetime import UTC, date, datetime, timedelta

import pytest

from browsing import COMPILES, SEEN, browser, refused, serving, violations
from winset.case.folder import read_case
from winset.track_record.sealed import ForecastToSeal, read_ledger, seal, verify
from workbench import a_folder

__all__ = ["browser"]  # a fixture
PIE = "/cases/own/split-pie"
WAIT = 20_000  # milliseconds
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path):
    return a_folder(tmp_path)


@pytest.fixture
def page(browser, folder):
    with serving(folder) as address:
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        context.add_init_script(f"({SEEN})()")
        context.set_default_timeout(WAIT)
        opened, complaints = context.new_page(), []
        opened.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        opened.goto(address)
        opened.base, opened.complaints = address.split("/enter")[0], complaints
        yield opened
        assert opened.evaluate("window.violations") == []
        assert complaints == []
        context.close()


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_forecast_is_sealed_and_resolved_by_the_forms_alone(page, folder):
    page.goto(f"{page.base}{PIE}/views/sealed")
    page.wait_for_selector("body[data-drawn]")
    assert page.get_by_text("No forecast is sealed yet.").is_visible()
    page.get_by_label("Question").select_option("issue:pie")
    page.get_by_text("Model, scenario and draws").click()
    page.get_by_label("Draws").fill("40")
    page.get_by_role("button", name="Preview").click()
    page.get_by_text("Write down how the outcome will be judged.").wait_for()
    assert "must say by which day" in page.locator("#seal-resolve_by-wrong").text_content().lower()
    assert page.get_by_label("How the outcome will be judged").get_attribute("aria-invalid")
    assert violations(page) == []
    refused(page, 422)
    rule = page.get_by_label("How the outcome will be judged")
    rule.fill("The notary's deed says how the pie is shared.")
    page.get_by_label("Day by which it is settled").fill((date.today() + 9 * DAY).isoformat())
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="This will be sealed").wait_for(timeout=COMPILES)
    assert page.locator("#seal .wrong:visible").count() == 0
    assert "settlement" in page.locator("#preview-forecast").text_content()
    assert violations(page) == []
    rule.press("End")
    rule.type(" In writing.")  # what was previewed is withdrawn
    assert page.get_by_role("button", name="Seal this forecast").count() == 0
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Seal this forecast").click()
    page.wait_for_selector(".sealed .card")
    page.wait_for_selector("body[data-drawn]")
    [sealed] = read_ledger(folder / "split-pie").sealed
    assert sealed.seal.rule.endswith("shared. In writing.") and sealed.seal.draws == 40
    assert verify(folder / "split-pie").sound

    page.get_by_text("Record the outcome").first.click()
    page.get_by_label("Outcome", exact=True).fill("555")
    page.get_by_role("button", name="Record the outcome").click()
    beside = page.locator(f"#outcome-{sealed.id[:12]}-wrong")
    beside.wait_for()
    assert "a number in [0, 100]" in beside.text_content()
    assert "say since when" in page.locator(f"#day-{sealed.id[:12]}-wrong").text_content()
    refused(page, 422)
    page.get_by_label("Outcome", exact=True).fill("55")
    page.get_by_label("Day on which it came about").fill(date.today().isoformat())
    page.get_by_label("Source").fill("the notary")
    page.get_by_role("button", name="Record the outcome").click()
    page.locator(".sealed").get_by_text("Outcome: 55").wait_for()
    resolution = read_ledger(folder / "split-pie").sealed[0].resolution
    assert (resolution.outcome, resolution.source) == ("55", "the notary")


def test_an_overdue_forecast_asks_for_its_outcome_and_the_forms_fit(page, folder):
    before = datetime.now(UTC) - 9 * DAY
    due = date.today() - DAY
    seal(
        read_case(folder / "split-pie"),
        ForecastToSeal(issue="pie", resolve_by=due, rule="By the notary", draws=40),
        at=before,
    )
    page.goto(f"{page.base}{PIE}/views/sealed")
    page.wait_for_selector("body[data-drawn]")
    words = f"Overdue since {due.day} {due:%B} {due.year}."
    assert page.get_by_text(words).is_visible()
    assert page.get_by_role("button", name="Record the outcome").is_visible()
    assert violations(page) == []
    for width in (1280, 480):
        page.set_viewport_size({"width": width, "height": 900})
        assert fits(page), width
