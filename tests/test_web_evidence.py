"""Evidence in the workbench: offsets to the very character, nobody's decision lost, ways back."""

import csv
import datetime
import hashlib
import shutil
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from winset.case.folder import read_case
from winset.cli.coding import code
from winset.evidence.derive import derive_stances
from winset.evidence.disposable import only_session
from winset.web import taking_in
from winset.web.decisions_api import revision
from winset.web.taking_in import harmless
from winset.web.texts import shown_text, visible
from workbench import entered

FIXTURE = Path(__file__).parent / "fixtures" / "two-coders"
BRIDGE = "/api/cases/own/bridge"
HOSTILE = "</script><img src=x onerror=\"document.title='run'\">"


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "cases"
    shutil.copytree(FIXTURE, made / "bridge")
    return made


@pytest.fixture
def client(folder):
    with entered(folder) as made:
        yield made


def a_document(folder, text, id="talk"):
    """Keep ``text`` in the case as a document, and return its path."""
    path = folder / "bridge" / "documents" / f"{id}.txt"
    path.write_bytes(text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    with (folder / "bridge" / "documents.csv").open("a") as out:
        out.write(f"{id},,,,,{digest},documents/{id}.txt\n")
    return path


def told(client, document="letter"):
    return client.get(f"{BRIDGE}/documents/{document}").json()


def statement(client, id, coder="machine", document="letter"):
    rows = told(client, document)["statements"]
    return next((r for r in rows if (r["id"], r["coder"]) == (id, coder)), None)


def decide(client, id, verdict="accept", *, coder="ida", document="letter", **more):
    own, proposal = statement(client, id, coder, document), statement(client, id, document=document)
    body = {
        "coder": coder,
        "id": id,
        "verdict": verdict,
        "proposal": proposal and proposal["revision"],
        "decision": own and own["revision"],
        **more,
    }
    return client.post(f"{BRIDGE}/decisions", json=body)


def make(client, start, end, *, document="letter", **more):
    body = {
        "coder": "ida", "document": document, "start": start, "end": end,
        "text": told(client, document)["digest"], "kind": "position", **more,
    }  # fmt: skip
    return client.post(f"{BRIDGE}/statements", json=body)


def rows_of(folder, coder, name="bridge"):
    return {row.id: row for row in read_case(folder / name).statements if row.coder == coder}


# --- texts --------------------------------------------------------------------------------------


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
    assert "not kept" in told(client, "will")["trouble"]
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


# --- decisions ----------------------------------------------------------------------------------


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
    assert [n for n in sorted(p.name for p in (folder / "bridge").rglob("*")) if n not in before
            and not n.startswith(".") and n not in ("sessions", "machine.lock")] == []  # fmt: skip


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
        assert "another one at work (process" in answer.json()["error"]
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


# --- numbers ------------------------------------------------------------------------------------


def test_every_way_from_a_number_to_a_statement_leads_back(client):
    case = client.get(BRIDGE).json()
    ways = set()
    for row in case["rows"]["stances"]:
        issue, actor = row["key"]["issue"], row["key"]["actor"]
        traced = client.get(f"{BRIDGE}/traces/{issue}/{actor}").json()
        for cell in traced["cells"]:
            for support in cell["support"]:
                ways |= {
                    (coder, support["id"], issue, actor, cell["quantity"], support["weight"])
                    for coder in support["coders"]
                }
    back = {
        (row["coder"], row["id"], r["issue"], r["actor"], r["quantity"], r["weight"])
        for document in client.get(f"{BRIDGE}/documents").json()["documents"]
        for row in told(client, document["id"])["statements"]
        for r in row["rests"]
        if r["quantity"]
    }
    assert ways == back and len(ways) == 19


def test_a_row_that_cites_a_statement_is_found_from_it(client, folder):
    path = folder / "bridge" / "stances.csv"
    path.write_text(path.read_text().replace("They live on fares.", "x").replace(
        "toll,ferry,4..5..5,90,30,0,,,,,", "toll,ferry,4..5..5,90,30,0,,,,m11,"))  # fmt: skip
    row = statement(client, "m11", "maya", "minutes")
    assert [r["what"] for r in row["rests"]] == [
        "The Ferrymen on Toll on the bridge: cited by the row"
    ]


def test_the_page_of_a_trace_leads_to_the_sentence(client):
    page = client.get("/cases/own/bridge/trace/toll/rask")
    assert page.status_code == 200
    assert "I could live with a toll of one and a half crowns" in page.text
    assert 'href="/cases/own/bridge/evidence/letter?statement=m7"' in page.text
    assert client.get("/cases/own/bridge/trace/toll/nobody").status_code == 404


def test_derivation_is_seen_before_it_is_written_and_writes_what_the_command_does(client, folder):
    decide(client, "m7", changes={"value": "3"}, document="letter")
    seen = client.get(f"{BRIDGE}/derivation").json()
    wanted = derive_stances(read_case(folder / "bridge"))
    assert seen["changes"] == len(wanted.changed) > 0
    changed = {(n["issue"], n["actor"], n["quantity"]): n for n in seen["numbers"]}
    assert changed["toll", "rask", "position"]["what"] == "new"
    assert changed["opening", "rask", "position"]["what"] == "coded by hand: stays"
    saved = client.post(f"{BRIDGE}/derivation", json={"revision": seen["revision"]})
    assert saved.status_code == 200 and saved.json()["derivation"]["changes"] == 0
    assert read_case(folder / "bridge").stances == wanted.case.stances


def test_a_derivation_that_has_changed_since_it_was_seen_is_shown_anew(client, folder):
    seen = client.get(f"{BRIDGE}/derivation").json()
    decide(client, "m7", changes={"value": "3"})
    before = (folder / "bridge" / "stances.csv").read_bytes()
    answer = client.post(f"{BRIDGE}/derivation", json={"revision": seen["revision"]})
    assert answer.status_code == 409
    assert answer.json()["theirs"]["revision"] != seen["revision"]
    assert (folder / "bridge" / "stances.csv").read_bytes() == before


def test_stances_that_nobody_coded_need_a_salience_and_an_influence(client, folder):
    path = folder / "bridge" / "stances.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("opening,holm")) + "\n")
    seen = client.get(f"{BRIDGE}/derivation").json()
    assert seen["rowless"] == 1
    body = {"revision": seen["revision"], "salience": "much", "influence": "100"}
    assert client.post(f"{BRIDGE}/derivation", json=body).status_code == 422
    body["salience"] = "40..50..60"
    assert client.post(f"{BRIDGE}/derivation", json=body).json()["written"] == 1
    (row,) = (s for s in read_case(folder / "bridge").stances
              if (s.issue, s.actor) == ("opening", "holm"))  # fmt: skip
    assert str(row.salience) == "40..50..60"


def test_disagreements_between_coders_are_flagged_field_by_field(client):
    side = client.get(f"{BRIDGE}/coders").json()
    assert side["coders"] == ["maya", "noor"]
    differ = {u["readings"][0]["id"]: u["differ"] for u in side["units"] if u["differ"]}
    assert differ == {"m4": ["value"], "m5": ["kind"], "m6": ["kind"], "m10": ["value"]}
    assert (side["differing"], side["alone"]) == (4, 1)
    kind = next(field for field in side["fields"] if field["field"] == "kind")
    assert 0 < kind["alpha"] < 1
    page = client.get("/cases/own/bridge/coders").text
    assert page.count("≠ kind") == 2 and page.count("≠ value") == 2
    assert "not read" in page
    only = client.get("/cases/own/bridge/coders?show=differing").text
    assert only.count('class="differs"') == 4 and "not read" not in only


def test_without_the_package_for_alpha_the_page_says_how_to_get_it(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    page = client.get("/cases/own/bridge/coders").text
    assert "pip install &#34;winset[evidence]&#34;" in page and "≠ kind" in page


def test_one_coder_has_nobody_to_agree_with(client, folder):
    (folder / "bridge" / "statements" / "noor.csv").unlink()
    side = client.get(f"{BRIDGE}/coders").json()
    assert side["fields"] == [] and "two coders" in side["remark"]


def test_the_forecast_over_time_has_a_row_for_each_day(client):
    answer = client.post(f"{BRIDGE}/timeline", json={"draws": 20, "model": "mean"}).json()
    assert answer["days"] == 4 and answer["issue"] == "toll"
    assert [row[0] for row in answer["picture"]["rows"]] == [
        "2023-05-04", "2023-06-20", "2023-09-01", "2023-10-01",
    ]  # fmt: skip
    body = {"draws": 20, "model": "mean", "since": "2023-06-01", "issue": "opening"}
    assert client.post(f"{BRIDGE}/timeline", json=body).json()["days"] == 3


# --- documents that come in ---------------------------------------------------------------------

TALK = (
    b"Mayor Holm said that the toll should be three crowns.\n\nJane Doe said that she rejects it.\n"
)


def send(client, *files, to=f"{BRIDGE}/documents", **fields):
    return client.post(to, data=fields, files=[("files", file) for file in files])


def inside(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_a_file_becomes_a_document_with_proposals(client, folder):
    answer = send(client, ("talks on monday.txt", TALK), published="2023-09-20")
    (done,) = answer.json()["files"]
    assert done["document"] == "talks-on-monday" and done["new"] and done["proposed"] >= 2
    assert done["published"] == "2023-09-20" and done["error"] == ""
    case = read_case(folder / "bridge")
    assert (folder / "bridge" / "documents" / "talks-on-monday.txt").read_bytes() == TALK
    rows = [row for row in case.statements if row.document == "talks-on-monday"]
    assert {row.status for row in rows} == {"proposed"} and "holm" in {row.speaker for row in rows}
    listed = client.get(f"{BRIDGE}/documents").json()
    assert {"id": "doe", "name": "Jane Doe", "times": 1} in listed["unknown"]
    unresolved = [r for r in told(client, "talks-on-monday")["statements"] if r["name"]]
    assert unresolved[0]["name"] == "Jane Doe"


def test_the_same_text_is_not_entered_twice(client, folder):
    send(client, ("a.txt", TALK))
    (done,) = send(client, ("b.txt", TALK)).json()["files"]
    assert done["document"] == "a" and not done["new"]
    assert sum(d.id in ("a", "b") for d in read_case(folder / "bridge").documents) == 1


@pytest.mark.parametrize(
    "name",
    ["../../../etc/passwd", "..\\..\\boot.ini", "/absolute.txt", "...", "a\0b.txt", "\u202etxt.exe",
     "x" * 1_000 + ".txt", "CON.txt", "<img src=x>.txt", "statements/ida.csv", "case.yaml", ".git",
     "ünï 🚢.txt", ";rm -rf ~.txt", "%2e%2e%2fx.txt"],
)  # fmt: skip
def test_a_files_name_never_becomes_a_path(client, folder, name):
    before = inside(folder)
    answer = send(client, (name, TALK))
    assert answer.status_code == 200, answer.text
    (done,) = answer.json()["files"]
    new = {path for path in inside(folder) - before if "/.winset/" not in path}
    assert new == {f"bridge/documents/{done['document']}.txt"}
    assert [p.name for p in folder.parent.iterdir()] == ["cases"]
    assert read_case(folder / "bridge").documents[-1].id == done["document"]


@given(st.text())
def test_a_harmless_name_is_short_and_of_one_part(name):
    made = harmless(name)
    assert 0 < len(made) <= 140 and "/" not in made and "\\" not in made
    assert made not in (".", "..") and made.isprintable()


def test_of_several_files_those_that_cannot_be_read_are_reported_and_the_others_kept(client):
    answer = send(client, ("a.txt", TALK), ("b.txt", b"\0\1\2"), ("c.pdf", b"%PDF-1.4 broken"))
    first, second, third = answer.json()["files"]
    assert first["error"] == "" and first["document"] == "a"
    assert "b.txt" in second["error"] and second["document"] == ""
    assert "PDF" in third["error"]


def test_when_no_file_can_be_read_nothing_is_changed(client, folder):
    before = read_case(folder / "bridge").files
    answer = send(client, ("b.txt", b"\0\1\2"), ("empty.txt", b" "))
    assert answer.status_code == 422
    assert [p["where"] for p in answer.json()["problems"]] == ["b.txt", "empty.txt"]
    assert read_case(folder / "bridge").files == before


def test_uploads_are_bounded(folder, monkeypatch):
    with entered(folder, most_upload=30_000) as client:
        assert send(client, ("a.txt", b"a " * 20_000)).status_code == 413
        monkeypatch.setattr("winset.web.intake_api.MOST_BYTES", 10_000)
        answer = send(client, ("a.txt", b"a " * 10_000))
        assert answer.status_code == 422 and "at most 10,000 bytes" in answer.json()["error"]
        many = [(f"{k}.txt", b"a") for k in range(51)]
        assert send(client, *many).status_code == 400
        assert read_case(folder / "bridge").documents == read_case(FIXTURE).documents


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"json": {"files": ["a"]}}, 415),
        ({"content": b"x", "headers": {"content-type": "text/plain"}}, 415),
        ({"data": {"files": "a text"}, "files": {"other": ("a.txt", b"a")}}, 422),
        ({"data": {"published": "soon"}, "files": {"files": ("a.txt", TALK)}}, 422),
    ],
)
def test_what_is_no_form_with_files_is_refused(client, asked, status):
    assert client.post(f"{BRIDGE}/documents", **asked).status_code == status


def test_without_spacy_documents_are_kept_and_the_page_says_what_to_install(
    client, folder, monkeypatch
):
    monkeypatch.setattr(taking_in, "rules_there", lambda: False)
    (done,) = send(client, ("a.txt", TALK)).json()["files"]
    assert done["proposed"] is None and done["document"] == "a"
    assert 'pip install "winset[evidence]"' in done["remarks"][-1]
    assert not [r for r in read_case(folder / "bridge").statements if r.document == "a"]


def test_while_somebody_else_takes_documents_in_a_second_one_waits(client, folder):
    with only_session(folder / "bridge", "machine"):
        assert send(client, ("a.txt", TALK)).status_code == 423
        assert client.post(f"{BRIDGE}/documents/letter/proposals").status_code == 423


def test_proposing_again_knows_new_actors_and_leaves_decisions_alone(client, folder):
    send(client, ("a.txt", TALK))
    proposed = {r["id"]: r for r in told(client, "a")["statements"]}
    unresolved = next(r for r in proposed.values() if r["name"] == "Jane Doe")
    added = client.request("PATCH", f"{BRIDGE}/rows/actors", json={
        "key": {"id": "doe"}, "revision": None, "fields": {"name": "Jane Doe"}})  # fmt: skip
    assert added.status_code == 200
    decided = next(r for r in proposed.values() if r["id"] != unresolved["id"])
    assert decide(client, decided["id"], "reject", document="a").status_code == 200
    again = client.post(f"{BRIDGE}/documents/a/proposals").json()
    assert again["changed"] >= 1 and again["dropped"] == 0
    assert statement(client, unresolved["id"], document="a")["cells"]["speaker"] == "doe"
    assert rows_of(folder, "ida")[decided["id"]].status == "rejected"


def test_a_case_is_begun_from_articles(client, folder):
    files = ("one.txt", TALK), ("two.md", b"# Talks\n\nHolm said no.\n")
    said = {"id": "ferry", "title": "Ferry talks", "as_of": "2024-01-01"}
    answer = send(client, *files, to="/api/articles", **said)
    assert answer.status_code == 201
    assert answer.json()["case"]["address"] == "/cases/own/ferry"
    case = read_case(folder / "ferry")
    assert case.title == "Ferry talks" and [d.id for d in case.documents] == ["one", "two"]
    assert [d.title for d in case.documents] != ["Ferry talks"] * 2
    for path in ("", "/evidence", "/evidence/one", "/parts", "/coders", "/timeline"):
        assert client.get(f"/cases/own/ferry{path}").status_code == 200


@pytest.mark.parametrize(
    ("fields", "file", "status"),
    [
        ({"id": "ferry", "title": "", "as_of": "2024-01-01"}, TALK, 422),
        ({"id": "../x", "title": "F", "as_of": "2024-01-01"}, TALK, 422),
        ({"id": "ferry", "title": "F", "as_of": "soon"}, TALK, 422),
        ({"id": "ferry", "title": "F", "as_of": "2024-01-01"}, b"\0", 422),
        ({"id": "bridge", "title": "F", "as_of": "2024-01-01"}, TALK, 409),
    ],
)
def test_a_case_that_cannot_be_begun_leaves_nothing_behind(client, folder, fields, file, status):
    assert send(client, ("a.txt", file), to="/api/articles", **fields).status_code == status
    assert [path.name for path in folder.iterdir()] == ["bridge"]


def test_a_shipped_case_is_copied_when_a_document_comes_in(client, folder):
    to = "/api/cases/shipped/emission-standards/documents"
    assert send(client, ("a.txt", b"\0"), to=to).status_code == 422
    assert [path.name for path in folder.iterdir()] == ["bridge"]
    answer = send(client, ("a.txt", TALK), to=to).json()
    assert answer["case"]["address"] == "/cases/own/emission-standards"
    assert "copied into your folder" in answer["copied"]


def test_a_refused_decision_on_a_shipped_case_leaves_no_copy(client, folder):
    shipped = "/api/cases/shipped/iran-nuclear-2015"
    document = client.get(f"{shipped}/documents").json()["documents"][0]["id"]
    row = client.get(f"{shipped}/documents/{document}").json()["statements"][0]
    body = {"coder": "winset", "id": row["id"], "verdict": "accept", "proposal": None}
    refused = {**body, "decision": "0" * 16}
    assert client.post(f"{shipped}/decisions", json=refused).status_code == 409
    assert [path.name for path in folder.iterdir()] == ["bridge"]
    done = {**body, "decision": row["revision"], "changes": {"note": "mine"}}
    saved = client.post(f"{shipped}/decisions", json=done).json()
    assert saved["case"]["address"] == "/cases/own/iran-nuclear-2015" and saved["copied"]
    assert rows_of(folder, "winset", "iran-nuclear-2015")[row["id"]].note == "mine"


# --- search, exports, pages ---------------------------------------------------------------------


def test_search_marks_what_was_found_and_leads_there(client):
    hits = client.post(f"{BRIDGE}/search", json={"query": "crown*"}).json()["hits"]
    assert {hit["document"] for hit in hits} == {"gazette-may", "gazette-june", "letter"}
    for hit in hits:
        assert all(piece.lower().startswith("crown") for piece in hit["pieces"][1::2])
        assert "".join(hit["pieces"]) in " ".join(
            block["text"] for block in told(client, hit["document"])["blocks"]
        )
        assert hit["address"].endswith(f"{hit['document']}?at={hit['start']}-{hit['end']}")
        assert client.get(hit["address"]).status_code == 200
    assert client.post(f"{BRIDGE}/search", json={"query": "?!"}).status_code == 422


def test_statements_are_taken_away_as_csv_and_as_annotations(client):
    table = client.get("/cases/own/bridge/exports/statements.csv")
    assert table.headers["content-type"].startswith("text/csv")
    assert 'filename="bridge-statements.csv"' in table.headers["content-disposition"]
    assert len(list(csv.DictReader(table.text.splitlines(keepends=True)))) == 32
    page = client.get("/cases/own/bridge/exports/annotations.jsonld").json()
    assert len(page["items"]) == 32


@pytest.mark.parametrize("path", ["evidence", "coders", "timeline", "parts", "evidence/letter"])
def test_pages_of_cases_that_do_not_hold_together_say_so(client, folder, path):
    (folder / "bridge" / "actors.csv").write_text("id,name\nx\n")
    assert client.get(f"/cases/own/bridge/{path}").status_code == 422


@pytest.mark.parametrize("path", ["/evidence/none", "/trace/toll/none", "/trace/none/holm",
                                  "/timeline?issue=none", "/nowhere"])  # fmt: skip
def test_what_is_not_there_is_said_to_be_not_there(client, path):
    assert client.get(f"/cases/own/bridge{path}").status_code == 404


def test_every_shipped_case_has_every_page(client):
    listed = client.get("/api/cases").json()["cases"]
    for case in listed:
        for path in ("evidence", "coders", "timeline", "parts"):
            assert client.get(f"{case['address']}/{path}").status_code == 200
        documents = client.get(f"/api{case['address']}/documents").json()["documents"]
        for document in documents[:2]:
            assert client.get(f"{case['address']}/evidence/{document['id']}").status_code == 200


DECISION = {"coder": "ida", "id": "m7", "verdict": "accept", "proposal": "x", "decision": None}
ASKED = [
    ("GET", "documents", {}, 200),
    ("GET", "documents/letter", {}, 200),
    ("GET", "documents/none", {}, 404),
    ("POST", "search", {"json": {"query": "crowns"}}, 200),
    ("POST", "search", {"json": {"query": ""}}, 422),
    ("POST", "decisions", {"json": DECISION}, 409),
    ("POST", "decisions", {"json": {**DECISION, "colour": "red"}}, 422),
    ("POST", "decisions/undo", {"json": {"coder": "maya"}}, 200),
    ("POST", "decisions/undo", {"json": {"coder": "nobody"}}, 404),
    ("POST", "statements", {"json": {"coder": "ida", "document": "letter", "start": 0, "end": 2,
     "text": "x", "kind": "threat"}}, 409),
    ("POST", "documents", {"files": {"files": ("a.txt", TALK)}}, 200),
    ("POST", "documents", {"files": {"files": ("a.txt", b"")}}, 422),
    ("POST", "documents/letter/proposals", {}, 200),
    ("POST", "documents/none/proposals", {}, 404),
    ("GET", "traces/toll/rask", {}, 200),
    ("GET", "traces/toll/none", {}, 422),
    ("GET", "derivation", {}, 200),
    ("POST", "derivation", {"json": {"revision": "x"}}, 409),
    ("GET", "coders", {}, 200),
    ("POST", "timeline", {"json": {"draws": 10, "model": "mean"}}, 200),
    ("POST", "/api/articles", {"data": {"id": "x", "title": "X", "as_of": "2024-01-01"},
     "files": {"files": ("a.txt", TALK)}}, 201),
]  # fmt: skip
GENERAL = {
    "documents/letter": "documents/{document}",
    "documents/none": "documents/{document}",
    "documents/letter/proposals": "documents/{document}/proposals",
    "documents/none/proposals": "documents/{document}/proposals",
    "traces/toll/rask": "traces/{issue}/{actor}",
    "traces/toll/none": "traces/{issue}/{actor}",
}


@pytest.mark.parametrize(("method", "path", "more", "status"), ASKED)
def test_answers_are_as_the_description_says(client, method, path, more, status):
    described = client.get("/api/openapi.json").json()
    address = path if path.startswith("/") else f"{BRIDGE}/{path}"
    answer = client.request(method, address, **more)
    assert answer.status_code == status, answer.text
    general = (
        path if path.startswith("/") else f"/api/cases/{{place}}/{{name}}/{GENERAL.get(path, path)}"
    )
    found = described["paths"][general][method.lower()]["responses"][str(status)]
    schema = found["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    jsonschema.Draft202012Validator(whole).validate(answer.json())
