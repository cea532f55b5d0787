"""Documents that come into the workbench: kept, bounded, and never a path."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge import (
    BRIDGE,
    FIXTURE,
    TALK,
    client,
    decide,
    folder,
    inside,
    rows_of,
    send,
    statement,
    told,
)
from winset.case.folder import read_case
from winset.errors.installing import install_command
from winset.evidence.disposable import only_session
from winset.web.cases import uploads as taking_in
from winset.web.cases.uploads import harmless
from workbench import entered


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
        monkeypatch.setattr("winset.web.api.intake.MOST_BYTES", 10_000)
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
    assert install_command("evidence") in done["remarks"][-1]
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
    for path in ("", "/evidence", "/evidence/one", "/parts", "/coders", "/views/timeline"):
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
    assert {path.name for path in folder.iterdir()} - {".winset"} == {"bridge"}


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
