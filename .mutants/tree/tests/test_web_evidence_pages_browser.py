"""Evidence in a real browser: from articles to a forecast, from numbers to sentences and back."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

import pytest

from browsing import (
    BRIDGE,
    COMPILES,
    address,
    browser,
    folder,
    opened,
    page,
    press,
    refused,
    violations,
)
from winset.case.folder import read_case

PARSES = 60_000  # milliseconds: the first document waits for the language model


def test_from_a_number_to_its_sentence_and_back(page):
    page.set_default_timeout(COMPILES)
    page.goto(f"{page.base}{BRIDGE}")
    page.wait_for_selector("body[data-drawn]")
    page.click("#actors tr:has-text('Mayor Rask') a.to-trace >> nth=0")
    page.wait_for_url("**/trace/toll/rask#position")
    assert page.evaluate("document.activeElement.id") == "position"
    page.click("#position a:has-text('m6')")
    page.wait_for_selector("body[data-ready]")
    assert page.text_content(".said.now") == "one crown, and not a penny more"
    assert page.locator(".said.now").is_visible()
    page.click("#card a:has-text('Mayor Rask on Toll on the bridge: position')")
    page.wait_for_url("**/trace/toll/rask#position")
    page.click("text=In the forecast")
    page.wait_for_url("**/cases/own/bridge?issue=toll&actor=rask")
    page.wait_for_selector("body[data-drawn]")


def test_a_speaker_becomes_an_actor_and_the_text_knows_them(page, folder):
    opened(page, "/evidence")
    page.set_input_files("#add-files", files=[{
        "name": "radio.txt", "mimeType": "text/plain",
        "buffer": b"Jane Doe said that the toll should be four crowns.\n",
    }])  # fmt: skip
    page.click("#add button[type=submit]")
    page.wait_for_selector("#notice:visible", timeout=PARSES)
    assert "1 document, 1 statement proposed" in page.text_content("#notice")
    opened(page, "/evidence/radio", "ida")
    page.click("#add-actor")
    assert page.input_value("#actor-name") == "Jane Doe"
    assert page.input_value("#actor-id") == "doe"
    page.check("#actor-roles input[value=voter]")
    page.select_option("#actor-party", "west")
    page.fill("#actor-salience", "50")
    page.fill("#actor-influence", "20")
    page.click("#actor-form button[type=submit]")
    page.wait_for_selector("#notice:visible")
    page.wait_for_selector("body[data-ready]")
    assert "Jane Doe" in page.text_content("#card dd")
    case = read_case(folder / "bridge")
    assert case.actor("doe").party == "west" and case.actor("doe").role == ("voter",)
    assert any((s.actor, s.issue, str(s.salience)) == ("doe", "toll", "50") for s in case.stances)


ONE = """Minister Anna Berg of Northland said on Monday that the fishing quota must not fall below \
60 tonnes.

Envoy Carl Dorn of Southland said that the quota should be 20 tonnes.
"""
TWO = """Berg insisted that the fishing quota should stay at 80 tonnes.

Dorn warned that Southland will never accept a quota above 50 tonnes.
"""


def add_part(page, table, **fields):
    form = f"#{table}-form"
    if not page.is_visible(form):
        page.click(f"#{table}-summary")
    for name, text in fields.items():
        place = page.locator(f"#{table}-field-{name}")
        if place.evaluate("(field) => field.tagName") == "SELECT":
            place.select_option(text)
        elif name == "role":
            place.locator(f"input[value='{text}']").check()
        else:
            place.fill(text)
    page.click(f"{form} button[type=submit]")
    page.wait_for_function(
        "(words) => document.getElementById('notice').textContent.includes(words)",
        arg=f"Saved {fields.get('id', '')}",
    )


def test_two_articles_dropped_on_the_first_page_become_a_forecast(page, folder):
    page.goto(page.base + "/")
    page.evaluate(
        """(texts) => {
      const carried = new DataTransfer();
      for (const [name, text] of texts) {
        carried.items.add(new File([text], name, { type: "text/plain" }));
      }
      document.getElementById("intake-zone").dispatchEvent(
        new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
    }""",
        [["monday.txt", ONE], ["tuesday.txt", TWO]],
    )
    assert page.locator("#intake-list li").count() == 2
    page.fill("#intake-name", "Who gets the fish?")
    page.fill("#intake-day", "2024-06-01")
    page.fill("#intake-published", "2024-05-20")
    page.click("#intake button[type=submit]")
    page.wait_for_url("**/cases/own/who-gets-the-fish/evidence", timeout=PARSES)
    page.wait_for_selector("#notice:visible")
    assert "2 documents" in page.text_content("#notice")
    page.click("#next a")
    page.wait_for_selector("body[data-ready]")
    ends = {"label_low": "no fishing", "label_high": "as ever", "reversion": "0"}
    add_part(page, "issues", title="Fishing quota", id="quota", phrases="quota", **ends)
    add_part(page, "parties", name="Northland", id="north")
    add_part(page, "parties", name="Southland", id="south")
    add_part(page, "actors", name="Anna Berg", id="berg", party="north", role="negotiator")
    add_part(page, "actors", name="Carl Dorn", id="dorn", party="south", role="negotiator")
    page.click("#ready a")
    page.wait_for_selector("body[data-ready]")
    page.click("#again")
    page.wait_for_selector("#notice:visible")
    page.wait_for_selector("body[data-ready]")
    page.click("#next a")
    page.wait_for_selector("body[data-ready]")
    values = {"monday": {"berg": "60", "dorn": "20"}, "tuesday": {"berg": "80", "dorn": "50"}}
    for document, said_by in values.items():
        page.goto(f"{page.base}/cases/own/who-gets-the-fish/evidence/{document}?coder=ida")
        page.wait_for_selector("body[data-ready]")
        while page.locator("#list .proposed").count():
            left = page.locator("#list .proposed").count()
            press(page, "e")
            speaker = page.input_value("#form-speaker")
            page.fill("#form-value", said_by[speaker])
            page.select_option("#form-kind", "position")
            page.focus("#form-value")
            press(page, "Enter")
            page.wait_for_function(
                "(left) => document.querySelectorAll('#list .proposed').length < left", arg=left
            )
    page.goto(f"{page.base}/cases/own/who-gets-the-fish/evidence")
    page.click("#derive button[type=submit]")
    page.wait_for_selector("#notice:visible")
    assert "2 stances changed" in page.text_content("#notice")
    page.wait_for_selector("body[data-ready]")
    page.set_default_timeout(COMPILES)
    page.click("#next a")
    page.wait_for_selector("body[data-drawn]")
    assert page.text_content("#sentence").startswith("A deal ")
    case = read_case(folder / "who-gets-the-fish")
    assert {s.actor for s in case.stances} == {"berg", "dorn"}
    assert all(s.statements and s.position for s in case.stances)


def test_files_that_cannot_be_read_are_named_and_the_others_can_be_opened(page, folder):
    page.goto(page.base + "/")
    page.set_input_files("#intake-files", files=[
        {"name": "picture.txt", "mimeType": "text/plain", "buffer": b"\0\1"},
        {"name": "good.txt", "mimeType": "text/plain", "buffer": ONE.encode()},
    ])  # fmt: skip
    page.fill("#intake-name", "Fish")
    page.click("#intake button[type=submit]")
    page.wait_for_selector("#intake-open:visible")
    assert "binary" in page.text_content("#intake-list .failed")
    refused(page, 422)
    page.click("#intake-open")
    page.wait_for_url("**/cases/own/fish/evidence")
    assert [d.id for d in read_case(folder / "fish").documents] == ["good"]


def test_rows_are_edited_and_removed_and_a_conflict_is_shown(page, folder):
    opened(page, "/parts")
    page.click("#actors-rows button[aria-label='Edit ferry']")
    page.fill("#actors-field-name", "The Ferry Union")
    path = folder / "bridge" / "actors.csv"
    path.write_text(path.read_text().replace("The Ferrymen", "The Boatmen"))
    page.click("#actors-form button[type=submit]")
    page.wait_for_selector("#conflict[open]")
    assert "The Boatmen" in page.text_content("#conflict-body")
    page.click("#conflict-yours")
    page.wait_for_selector("#notice:visible")
    assert read_case(folder / "bridge").actor("ferry").name == "The Ferry Union"
    refused(page, 409)
    page.click("#stances-rows button[aria-label='Remove ferry on toll']")
    page.wait_for_function(
        "() => document.getElementById('notice').textContent.includes('Removed')"
    )
    assert not [s for s in read_case(folder / "bridge").stances
                if (s.actor, s.issue) == ("ferry", "toll")]  # fmt: skip
    page.click("#actors-rows button[aria-label='Remove holm']")
    page.wait_for_selector("#actors-form .trouble:visible")
    assert "holm" in page.text_content("#actors-form .trouble")
    refused(page, 422)


def test_an_issue_keeps_its_inner_labels_when_it_is_edited(page, folder):
    path = folder / "bridge" / "case.yaml"
    path.write_text(
        path.read_text().replace("0: crossing is free,", "0: crossing is free, 2: dear,")
    )
    opened(page, "/parts")
    page.click("#issues-rows button[aria-label='Edit toll']")
    assert page.input_value("#issues-field-label_low") == "crossing is free"
    page.fill("#issues-field-label_high", "dearer than the ferry")
    page.fill("#issues-field-reversion", "4..5..5")
    page.click("#issues-form button[type=submit]")
    page.wait_for_selector("#notice:visible")
    toll = read_case(folder / "bridge").issue("toll")
    assert toll.labels == {0: "crossing is free", 2: "dear", 5: "dearer than the ferry"}
    assert str(toll.reversion) == "4..5..5" and toll.scale.unit == "crowns"


def test_what_is_searched_for_is_found_and_opened(page):
    opened(page, "/evidence")
    page.fill("#search-query", '"penny more"')
    press(page, "Enter")
    page.wait_for_selector("#hits mark")
    page.click("#hits a")
    page.wait_for_selector("body[data-ready]")
    assert "penny more" in "".join(page.locator(".sentence-now").all_text_contents())


def test_the_course_of_time_is_drawn_and_told_in_a_table(page):
    page.set_default_timeout(COMPILES)
    page.goto(f"{page.base}{BRIDGE}/views/timeline?model=mean")
    page.wait_for_selector("#timeline svg")
    assert page.locator("#timeline svg").is_visible()
    assert page.locator("#timeline tbody tr").count() == 4


PATHS = ["/evidence", "/evidence/gazette-may", "/parts", "/coders", "/trace/toll/rask"]


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 480)])
def test_no_page_shuts_anybody_out_or_is_wider_than_its_window(page, scheme, width):
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 900})
    for path in PATHS:
        page.goto(f"{page.base}{BRIDGE}{path}")
        page.wait_for_load_state("networkidle")
        for summary in page.locator("summary:visible").all():
            summary.click()
        if "gazette" in path:
            press(page, "e")
            if page.is_visible("#who"):
                page.fill("#who-name", "ida")
                press(page, "Enter")
            page.wait_for_selector("#form:visible")
            page.locator("#form").evaluate("(form) => form.scrollIntoView()")
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(page.base + "/")
    for summary in page.locator("summary:visible").all():
        summary.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_an_accepted_red_line_of_an_actor_without_a_stance_is_named_with_what_it_needs(
    page, folder
):
    path = folder / "bridge" / "stances.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("toll,rask")) + "\n")
    opened(page, "/evidence")
    words = page.text_content("#idle-part:visible")
    assert "Its speaker has no stance on the issue" in words
    assert "Add a stance of rask on toll: position, salience and influence." in words
    page.click("#idle a:has-text('Mayor Rask on Toll on the bridge: red line 2')")
    page.wait_for_selector("#card .idle")
    assert "No number rests on it yet" in page.text_content("#card .idle")
    assert "would give red line high" in page.text_content("#card .rests")
    assert page.locator("#card .rests a").count() == 0  # no stance, so no page that traces it


def test_what_derivation_assumed_is_marked_beside_the_number(page, folder):
    path = folder / "bridge" / "stances.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("opening,holm")) + "\n")
    opened(page, "/evidence")
    page.click("#derive button[type=submit]")
    page.wait_for_selector("#notice:visible")
    opened(page, "/parts")
    assert (
        page.locator("tr:has-text('holm'):has-text('opening')").inner_text().count("(assumed)") == 2
    )
    page.set_default_timeout(COMPILES)
    page.goto(f"{page.base}{BRIDGE}?issue=opening")
    page.wait_for_selector("body[data-drawn]")
    assert page.locator("#actors tr:has-text('Mayor Holm')").inner_text().count("(assumed)") == 2
