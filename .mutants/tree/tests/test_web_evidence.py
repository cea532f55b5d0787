"""Coding in the workbench: offsets to the very character, nobody's decision lost."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

import datetime
import hashlib
import os
import shutil

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from bridge import (
    BRIDGE,
    FIXTURE,
    HOSTILE,
    a_document,
    client,
    decide,
    folder,
    make,
    rows_of,
    statement,
    told,
)
from winset.case.folder import read_case
from winset.cli.coding import code
from winset.evidence.disposable import only_session
from winset.web.api.decisions import revision
from winset.web.cases.texts import shown_text, visible


@given(st.text())
def test_what_a_page_shows_is_as_long_as_the_text_and_moves_nothing(text):
    assert len(visible(text)) == len(text)
    assert len(visible(text).encode("utf-16", "surrogatepass")) == len(
        text.encode("utf-16", "surrogatepass")
    )


@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), max_size=8)
)
def test_every_paragraph_stands_where_it_is_said_to_stand(tmp_path_factory, paragraphs):
    text = "𝔄 first line.\r\n\r\n" + "\n\n".join(paragraphs)
    folder = tmp_path_factory.mktemp("case")
    shutil.copytree(FIXTURE, folder / "bridge")
    a_document(folder, text)
    case = read_case(folder / "bridge")
    shown = shown_text(case, next(d for d in case.documents if d.id == "talk"))
    assert shown.trouble == "" and shown.whole == text
    for block in shown.blocks:
        assert block.text == visible(text[block.start : block.start + len(block.text)])
    places = list(zip(shown.sentences[::2], shown.sentences[1::2], strict=True))
    assert places == sorted(places) and all(0 <= a < b <= len(text) for a, b in places)


def test_offsets_count_characters_beyond_the_first_plane_as_one(client, folder):
    text = "🚢🚢 𝕳olm said: “👩‍👩‍👧 two 𝕮rowns”. Then e\u0301nough.\n"
    a_document(folder, text)
    start = text.index("👩‍👩‍👧")
    end = text.index("”")
    saved = make(client, start, end, document="talk", issue="toll", value="2", speaker="holm")
    assert saved.status_code == 201
    (row,) = rows_of(folder, "ida").values()
    assert (row.start, row.end) == (start, end)
    assert row.quote == text[start:end] == "👩‍👩‍👧 two 𝕮rowns"
    assert row.quote_sha256 == hashlib.sha256(row.quote.encode()).hexdigest()
    (shown,) = saved.json()["statements"]
    assert shown["intact"] and shown["words"] == row.quote


def test_blanks_at_the_ends_of_a_selection_are_left_out(client, folder):
    text = (folder / "bridge" / "documents" / "letter.txt").read_text()
    start = text.index(" Two crowns")
    assert make(client, start, start + 12).status_code == 201
    (row,) = rows_of(folder, "ida").values()
    assert row.quote == "Two crowns" and row.start == start + 1


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [(0, 100_000, "inside the text"), (9, 9, "inside the text"), (9, 3, "inside the text"),
     (27, 29, "found blanks")],
)  # fmt: skip
def test_what_is_no_stretch_of_words_is_refused(client, folder, start, end, said):
    answer = make(client, start, end)
    assert answer.status_code == 422 and said in answer.json()["error"]
    assert rows_of(folder, "ida") == {}


def test_clutter_is_told_from_text(client, folder):
    a_document(folder, "A heading\n\nThe mayor said that she would sign.\n\nSubscribe now\n")
    roles = [block["role"] for block in told(client, "talk")["blocks"]]
    assert roles == ["title", "body", "clutter"]


def test_hostile_text_is_never_markup(client, folder):
    a_document(folder, f"{HOSTILE} said the \u202emayor.\n")
    path = folder / "bridge" / "documents.csv"
    path.write_text(path.read_text().replace("talk,,,,,", "talk,<i>talk</i>,,,javascript:run(),"))
    page = client.get("/cases/own/bridge/evidence/talk").text
    assert "<img" not in page and "<i>talk" not in page
    assert page.count("</script>") == page.count("<script")
    assert 'href="javascript:' not in page
    (block,) = told(client, "talk")["blocks"]
    assert block["text"] == f"{HOSTILE} said the �mayor."


def test_a_text_that_is_not_kept_or_was_changed_is_said_to_be_so(client, folder):
    path = folder / "bridge" / "documents.csv"
    path.write_text(path.read_text() + "will,The will,,,,,\n")
    assert "not stored" in told(client, "will")["trouble"]
    assert make(client, 0, 5, document="will").status_code == 422
    seen = told(client)["digest"]
    kept = folder / "bridge" / "documents" / "letter.txt"
    kept.write_text("Dear all. " + kept.read_text())
    changed = told(client)
    assert "reanchor" in changed["trouble"]
    assert not any(row["intact"] for row in changed["statements"])
    body = {"coder": "ida", "document": "letter", "start": 0, "end": 4, "text": seen,
            "kind": "position"}  # fmt: skip
    assert client.post(f"{BRIDGE}/statements", json=body).status_code == 422


def test_a_text_exchanged_under_the_page_is_not_coded_by_old_offsets(client, folder):
    seen = told(client)["digest"]
    text = "Quite another letter than before.\n"
    (folder / "bridge" / "documents" / "letter.txt").write_text(text)
    table = folder / "bridge" / "documents.csv"
    digest = hashlib.sha256(text.encode()).hexdigest()
    table.write_text(table.read_text().replace(seen, digest))
    body = {"coder": "ida", "document": "letter", "start": 0, "end": 5, "text": seen,
            "kind": "position"}  # fmt: skip
    answer = client.post(f"{BRIDGE}/statements", json=body)
    assert answer.status_code == 409 and rows_of(folder, "ida") == {}


def test_a_text_of_a_million_characters_is_told_within_a_second(client, folder):
    paragraph = "The mayor said that her town would pay two crowns and no more. " * 8
    a_document(folder, "\n\n".join([paragraph] * 2_000))
    client.get(BRIDGE)
    answer = client.get(f"{BRIDGE}/documents/talk")
    assert len(answer.json()["blocks"]) == 2_000
    assert answer.elapsed < datetime.timedelta(seconds=5)  # a quiet machine needs half a one


def test_the_page_decides_as_the_terminal_does(client, folder, tmp_path):
    shutil.copytree(FIXTURE, tmp_path / "terminal")
    keys = "a" + "e" + "\n\n\n4\n\nas she says\n" + "r" + "a" + "u" + "q"
    done = CliRunner().invoke(code, [str(tmp_path / "terminal"), "--coder", "ida"], input=keys)
    assert done.exit_code == 0, done.output
    decide(client, "m1", document="gazette-may")
    edits = {"value": "4", "note": "as she says"}
    decide(client, "m2", document="gazette-may", changes=edits)
    decide(client, "m3", "reject", document="gazette-may")
    decide(client, "m4", document="gazette-june")
    undone = client.post(f"{BRIDGE}/decisions/undo", json={"coder": "ida"})
    assert undone.json()["id"] == "m4" and undone.json()["gone"]
    table = "statements/ida.csv"
    by_page = (folder / "bridge" / table).read_text()
    by_hand = (tmp_path / "terminal" / table).read_text()

    def without_times(text):
        return [line.rsplit(",", 1)[0] for line in text.splitlines()]

    assert without_times(by_page) == without_times(by_hand)
    assert len(by_page.splitlines()) == 4


def test_a_decision_counts_what_is_left_and_proposals_stay(client, folder):
    before = (folder / "bridge" / "statements" / "machine.csv").read_bytes()
    assert decide(client, "m7").json()["left"] == 10
    assert (folder / "bridge" / "statements" / "machine.csv").read_bytes() == before


def test_a_decision_made_elsewhere_meanwhile_is_shown_beside_mine(client, folder):
    proposal = statement(client, "m7")["revision"]
    assert decide(client, "m7", changes={"value": "2"}).status_code == 200
    before = (folder / "bridge" / "statements" / "ida.csv").read_bytes()
    second = decide(client, "m7", proposal=proposal, decision=None, changes={"value": "1"})
    assert second.status_code == 409
    assert second.json()["yours"] == {"status": "accepted", "value": "1"}
    assert second.json()["theirs"]["fields"]["value"] == "2"
    assert (folder / "bridge" / "statements" / "ida.csv").read_bytes() == before
    assert decide(client, "m7", changes={"value": "1"}).status_code == 200
    assert str(rows_of(folder, "ida")["m7"].value) == "1"


def test_a_proposal_that_says_something_else_by_now_is_not_accepted_unseen(client, folder):
    seen = statement(client, "m7")["revision"]
    path = folder / "bridge" / "statements" / "machine.csv"
    path.write_text(path.read_text().replace("rask,toll,position,1.5", "rask,toll,position,0.5"))
    answer = decide(client, "m7", proposal=seen)
    assert answer.status_code == 409
    assert answer.json()["theirs"]["fields"]["value"] == "0.5"
    assert rows_of(folder, "ida") == {}


def test_a_proposal_that_is_gone_is_said_to_be_gone(client, folder):
    seen = statement(client, "m9")["revision"]
    path = folder / "bridge" / "statements" / "machine.csv"
    path.write_text("\n".join(x for x in path.read_text().splitlines() if "m9" not in x) + "\n")
    answer = client.post(f"{BRIDGE}/decisions", json={
        "coder": "ida", "id": "m9", "verdict": "accept", "proposal": seen, "decision": None,
    })  # fmt: skip
    assert answer.status_code == 409 and answer.json()["theirs"] is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"speaker": "raks"}, "did you mean “rask”"),
        ({"issue": "tol"}, "did you mean “toll”"),
        ({"value": "much"}, "a number such as"),
        ({"kind": "promise"}, "position"),
        ({"start": "3"}, "cannot be edited"),
    ],
)
def test_a_decision_that_does_not_fit_the_case_writes_nothing(client, folder, changes, said):
    answer = decide(client, "m7", changes=changes)
    assert answer.status_code == 422 and said in answer.text
    assert not (folder / "bridge" / "statements" / "ida.csv").exists()


@pytest.mark.parametrize("coder", ["", "../ida", "i da", "x" * 81, "machine", "-x", "a/b"])
def test_who_cannot_be_a_coder_decides_nothing(client, folder, coder):
    before = sorted(p.name for p in (folder / "bridge").rglob("*"))
    answer = decide(client, "m7", coder=coder, decision=None)
    assert answer.status_code == 422
    names = {path.name for path in (folder / "bridge").rglob("*") if not path.name.startswith(".")}
    assert names - {*before, "sessions", "machine.lock", "write.lock"} == set()


def test_ones_own_statement_is_changed_and_taken_back(client, folder):
    made = make(client, 80, 106, issue="toll", value="2", speaker="rask").json()
    changed = decide(client, made["id"], changes={"kind": "red line", "value": ""})
    assert changed.status_code == 200, changed.text
    row = rows_of(folder, "ida")[made["id"]]
    assert (row.kind, row.value, row.status) == ("red line", None, "accepted")
    assert decide(client, made["id"], "reject").status_code == 422
    asked = {"coder": "ida", "id": made["id"], "revision": "0" * 16}
    assert client.post(f"{BRIDGE}/decisions/undo", json=asked).status_code == 409
    asked["revision"] = revision(row)
    assert client.post(f"{BRIDGE}/decisions/undo", json=asked).json()["gone"]
    assert rows_of(folder, "ida") == {}


def test_undo_before_the_first_decision_has_nothing_to_undo(client):
    answer = client.post(f"{BRIDGE}/decisions/undo", json={"coder": "ida"})
    assert answer.status_code == 404 and "nothing to undo" in answer.json()["error"]


def test_two_statements_of_the_same_words_get_ids_of_their_own(client, folder):
    assert {make(client, 80, 106).json()["id"] for _ in range(3)} == {
        "letter-80", "letter-80.2", "letter-80.3",
    }  # fmt: skip


def test_a_terminal_at_work_under_the_name_is_not_disturbed(client, folder):
    with only_session(folder / "bridge", "ida"):
        answer = decide(client, "m7")
        assert answer.status_code == 423
        assert "another one at work: " in answer.json()["error"]
        assert f"(process {os.getpid()} on " in answer.json()["error"]
        assert decide(client, "m7", coder="otto").status_code == 200
    assert rows_of(folder, "ida") == {}
    assert decide(client, "m7").status_code == 200
    with only_session(folder / "bridge", "ida"):
        pass  # the page holds nothing between two decisions


def test_two_coders_write_files_of_their_own(client, folder):
    decide(client, "m7")
    decide(client, "m7", "reject", coder="otto")
    assert rows_of(folder, "ida")["m7"].status == "accepted"
    assert rows_of(folder, "otto")["m7"].status == "rejected"
