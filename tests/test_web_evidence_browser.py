"""Evidence in a real browser: coding by keys, conflicts, ways back, from articles to a forecast."""

import hashlib
import os
import shutil
import threading
from pathlib import Path

import pytest
import uvicorn

from winset.case.folder import read_case
from winset.web.app import make_app
from winset.web.serving import address_of, listening

CHROMIUM = Path("/usr/bin/chromium")
REQUIRED = os.environ.get("WINSET_BROWSER") == "required"
WAIT = 15_000  # milliseconds
COMPILES = 180_000  # the first forecast may have to wait for the compiler
FIXTURE = Path(__file__).parent / "fixtures" / "two-coders"
BRIDGE = "/cases/own/bridge"
SEEN = """() => {
  const seen = [];
  addEventListener("securitypolicyviolation", (event) => seen.push(event.violatedDirective));
  window.violations = seen;
}"""
SELECT = """([from, to]) => {
  const block = document.querySelector(`.block[data-start="${from[0]}"]`);
  const walker = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  const at = (units) => {
    let left = units;
    for (let node = walker.firstChild() ?? walker.currentNode; node; node = walker.nextNode()) {
      if (left <= node.length) return [node, left];
      left -= node.length;
    }
  };
  const range = document.createRange();
  range.setStart(...at(from[1]));
  walker.currentNode = block;
  range.setEnd(...at(to));
  getSelection().removeAllRanges();
  getSelection().addRange(range);
}"""


def missing():
    """Return what there is no browser for, or nothing."""
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401
        import playwright.sync_api  # noqa: F401
    except ImportError as error:
        return f"no {error.name}"
    return "" if CHROMIUM.exists() else f"no {CHROMIUM}"


if missing() and not REQUIRED:
    pytest.skip(f"needs a browser: {missing()}", allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        made = found.chromium.launch(executable_path=str(CHROMIUM))
        yield made
        made.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "cases"
    shutil.copytree(FIXTURE, made / "bridge")
    return made


@pytest.fixture
def address(folder):
    app = make_app(folder)
    bound = listening("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    yield address_of(bound, "127.0.0.1", token=app.state.session.token)
    server.should_exit = True
    thread.join()
    bound.close()


@pytest.fixture
def page(browser, address):
    """A page inside the workbench; at the end the browser must have had nothing to complain of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(f"({SEEN})()")
    context.set_default_timeout(WAIT)
    made, complaints = context.new_page(), []
    made.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.goto(address)
    made.base = address.split("/enter")[0]
    made.complaints = complaints
    yield made
    assert made.evaluate("window.violations") == []
    assert complaints == []
    context.close()


def opened(page, path, coder=""):
    page.goto(f"{page.base}{BRIDGE}{path}{f'?coder={coder}' if coder else ''}")
    page.wait_for_selector("body[data-ready]")
    return page


def said(page, words):
    page.wait_for_function(
        "(words) => document.getElementById('saved').textContent.includes(words)", arg=words
    )


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def refused(page, status):
    """Take the browser's own word about an answer that was asked for off the complaints."""
    assert len(page.complaints) == 1 and str(status) in page.complaints.pop()


def rows_of(folder, coder, name="bridge"):
    return {row.id: row for row in read_case(folder / name).statements if row.coder == coder}


def a_document(folder, text):
    path = folder / "bridge" / "documents" / "talk.txt"
    path.write_bytes(text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    with (folder / "bridge" / "documents.csv").open("a") as out:
        out.write(f"talk,,,,,{digest},documents/talk.txt\n")


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], node["html"][:120])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def test_a_sentence_is_coded_with_the_keyboard_alone(page, folder):
    opened(page, "/evidence/letter")
    press(page, "ArrowRight", "ArrowRight", "n")
    page.wait_for_selector("#who[open]")  # who codes is asked once
    page.keyboard.type("ida")
    press(page, "Enter")
    page.wait_for_selector("#form:visible")
    assert page.text_content("#form-words") == "Two crowns is where I stop."
    press(page, "1")
    assert page.evaluate("document.activeElement.id") == "form-kind"
    page.keyboard.type("red")
    press(page, "Tab")
    page.keyboard.type("Mayor Rask")
    press(page, "Tab")
    page.keyboard.type("2")
    press(page, "Enter")
    said(page, "coded letter-80")
    (row,) = rows_of(folder, "ida").values()
    assert (row.speaker, row.issue, row.kind, str(row.value)) == ("rask", "toll", "red line", "2")
    assert (row.quote, row.status) == ("Two crowns is where I stop.", "accepted")
    assert page.evaluate("document.activeElement !== document.body")
    press(page, "u")
    said(page, "undone letter-80")
    assert rows_of(folder, "ida") == {}


def test_sentences_are_taken_together_with_shift(page):
    opened(page, "/evidence/letter", "ida")
    press(page, "ArrowRight", "Shift+ArrowRight", "n")
    page.wait_for_selector("#form:visible")
    words = "I could live with a toll of one and a half crowns. Two crowns is where I stop."
    assert page.text_content("#form-words") == words
    press(page, "Escape")
    assert not page.is_visible("#form")


def test_selected_words_beyond_the_first_plane_are_coded_to_the_character(page, folder):
    text = "🚢 A headline\n\n🚢🚢 𝕳olm said “👩‍👩‍👧 two 𝕮rowns” today.\n"
    a_document(folder, text)
    opened(page, "/evidence/talk", "ida")
    start = text.index("👩‍👩‍👧")
    block = text.index("🚢🚢")
    units = len(text[block:start].encode("utf-16-le")) // 2
    length = len("👩‍👩‍👧 two 𝕮rowns".encode("utf-16-le")) // 2
    page.evaluate(SELECT, [[block, units], units + length])
    page.click("#here")
    assert page.text_content("#form-words") == "👩‍👩‍👧 two 𝕮rowns"
    page.click("#form button[type=submit]")
    said(page, "coded talk-")
    (row,) = rows_of(folder, "ida").values()
    assert (row.start, row.quote) == (start, "👩‍👩‍👧 two 𝕮rowns")
    shown = page.locator(".said.accepted").all_text_contents()
    assert "".join(shown) == "👩‍👩‍👧 two 𝕮rowns"
    # A second statement over a part of the first: both are there, and neither moves the text.
    page.evaluate(SELECT, [[block, units + length - 8], units + length + 3])
    press(page, "n")
    page.click("#form button[type=submit]")
    page.wait_for_selector(".said.several")
    assert page.text_content(f".block[data-start='{block}']") == text[block:].strip()
    rows = rows_of(folder, "ida").values()
    assert {row.quote for row in rows} == {"👩‍👩‍👧 two 𝕮rowns", "𝕮rowns” t"}
    assert all(text[row.start : row.end] == row.quote for row in rows)


def test_proposals_are_walked_accepted_rejected_and_undone_by_keys(page, folder):
    opened(page, "/evidence/gazette-may", "ida")
    assert page.get_attribute("#list [aria-current]", "data-key") == "m1"
    press(page, "j", "j", "k")
    assert "statement=m2" in page.url
    press(page, "k", "a")
    said(page, "accepted m1")
    assert rows_of(folder, "ida")["m1"].status == "accepted"
    press(page, "r")
    said(page, "rejected m2")
    press(page, "u")
    said(page, "undone m2")
    assert set(rows_of(folder, "ida")) == {"m1"}
    assert page.get_attribute("#list [aria-current]", "data-key") == "m2"
    press(page, "a", "a")  # faster than the disk: one after the other
    said(page, "accepted m3")
    assert {id: row.status for id, row in rows_of(folder, "ida").items()} == {
        "m1": "accepted", "m2": "accepted", "m3": "accepted",
    }  # fmt: skip
    assert page.locator(".said.accepted").count() == 3
    page.reload()
    page.wait_for_selector("body[data-ready]")
    press(page, "u")  # of an earlier session, as in the terminal
    said(page, "undone m3")
    assert set(rows_of(folder, "ida")) == {"m1", "m2"}


def test_a_proposal_is_accepted_with_changes_once_they_can_be_understood(page, folder):
    opened(page, "/evidence/gazette-may", "ida")
    press(page, "e")
    page.fill("#form-value", "much")
    press(page, "Enter")
    page.wait_for_selector("#form-trouble:visible")
    assert "a number such as" in page.text_content("#form-trouble")
    refused(page, 422)
    page.fill("#form-value", "3..4..5")
    page.fill("#form-speaker", "holm")
    press(page, "Enter")
    said(page, "accepted m1")
    row = rows_of(folder, "ida")["m1"]
    assert (str(row.value), row.speaker, row.kind) == ("3..4..5", "holm", "position")


def test_keys_do_nothing_while_somebody_writes_and_can_be_switched_off(page, folder):
    opened(page, "/evidence/gazette-may", "ida")
    page.click("#keys summary")
    page.uncheck("#single")
    page.focus("#text")
    press(page, "a", "j", "r")
    assert "statement=m1" in page.url or "statement" not in page.url
    page.check("#single")
    press(page, "e")
    page.fill("#form-note", "")
    page.focus("#form-note")
    page.keyboard.type("a rare jar")
    assert page.input_value("#form-note") == "a rare jar"
    press(page, "Escape")
    assert rows_of(folder, "ida") == {}


def test_a_coder_does_not_see_what_others_decided_unless_asked(page):
    opened(page, "/evidence/gazette-june", "ida")
    assert page.locator("#list .proposed").count() == 3
    assert "maya" not in page.text_content("aside")
    page.check("#others")
    assert "maya" in page.text_content("aside")


def test_a_decision_of_a_second_tab_is_shown_beside_mine(page, folder):
    opened(page, "/evidence/gazette-may", "ida")
    second = page.context.new_page()
    second.goto(f"{page.base}{BRIDGE}/evidence/gazette-may?coder=ida")
    second.wait_for_selector("body[data-ready]")
    press(second, "r")
    said(second, "rejected m1")
    second.close()
    press(page, "e")
    page.fill("#form-value", "3")
    press(page, "Enter")
    page.wait_for_selector("#conflict[open]")
    body = page.text_content("#conflict-body")
    assert "rejected" in body and "accepted" in body
    assert violations(page) == []
    page.click("#conflict-yours")
    said(page, "accepted m1")
    assert str(rows_of(folder, "ida")["m1"].value) == "3"
    refused(page, 409)
    path = folder / "bridge" / "statements" / "ida.csv"
    path.write_text(path.read_text().replace("toll,position,3,", "toll,position,2.5,"))
    press(page, "k", "e")
    page.fill("#form-value", "1")
    press(page, "Enter")
    page.wait_for_selector("#conflict[open]")
    page.click("#conflict-theirs")
    press(page, "Escape")
    assert str(rows_of(folder, "ida")["m1"].value) == "2.5"
    page.wait_for_function("() => document.getElementById('card').textContent.includes('2.5')")
    refused(page, 409)


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
    page.wait_for_selector("#notice:visible")
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
    page.wait_for_url("**/cases/own/who-gets-the-fish/evidence")
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
    assert "chance of an agreement" in page.text_content("#sentence")
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
    page.wait_for_function("() => document.getElementById('notice').textContent.includes('Removed')")
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
    page.goto(f"{page.base}{BRIDGE}/timeline?model=mean")
    page.wait_for_selector("body[data-drawn=toll]")
    assert page.locator("#view-timeline svg").is_visible()
    assert page.locator("#view-timeline tbody tr").count() == 4


def test_hostile_words_are_shown_and_never_run(page, folder):
    hostile = "</script><img src=x onerror=\"document.title='run'\"> {{ 7 * 7 }}"
    a_document(folder, f"{hostile} said the mayor.\n")
    path = folder / "bridge" / "statements" / "machine.csv"
    note = '"<img src=x onerror=run()>"'
    path.write_text(path.read_text().replace("toll,position,1.5,,,", f"toll,position,1.5,,{note},"))
    opened(page, "/evidence/talk", "ida")
    assert page.text_content(".block") == f"{hostile} said the mayor."
    opened(page, "/evidence/letter", "ida")
    assert "<img src=x" in page.text_content("#card")
    assert page.title() != "run" and page.locator("main img").count() == 0


def test_a_text_of_a_million_characters_can_be_read_and_coded(page, folder):
    paragraph = "The mayor said that her town would pay two crowns and no more. " * 8
    text = "\n\n".join([paragraph.strip()] * 2_000)
    a_document(folder, text)
    opened(page, "/evidence/talk", "ida")
    assert page.locator(".block").count() == 2_000
    press(page, *["ArrowRight"] * 12, "n")
    page.click("#form button[type=submit]")
    said(page, "coded talk-")
    (row,) = rows_of(folder, "ida").values()
    assert text[row.start : row.end] == row.quote == paragraph.split(". ")[0] + "."


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
