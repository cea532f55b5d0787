"""Coding in a real browser: by keys, to the character, undone, and beside a second tab."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

from browsing import (
    BRIDGE,
    a_document,
    address,
    browser,
    folder,
    opened,
    page,
    press,
    refused,
    rows_of,
    said,
    violations,
)

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
