"""Between statements and numbers in the workbench; search, exports, and what is described."""

# ruff: noqa: F401, F811 - fixtures are imported by name and asked for by the same

import csv
import html
import re
import shutil
import sys

import jsonschema
import pytest

from bridge import BRIDGE, TALK, client, decide, folder, statement, told
from winset.case.folder import read_case
from winset.errors.installing import install_command
from winset.evidence.coding.derive import derive_stances


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
    assert "not coded" in page
    only = client.get("/cases/own/bridge/coders?show=differing").text
    assert only.count('class="differs"') == 4 and "not coded" not in only


def test_no_link_between_coders_is_called_by_its_address_where_the_words_are_not_kept(
    client, folder
):
    listed = folder / "bridge" / "documents.csv"
    listed.write_text(re.sub(r",documents/[^,\n]*", ",", listed.read_text()))
    shutil.rmtree(folder / "bridge" / "documents")
    page = client.get("/cases/own/bridge/coders").text
    links = re.findall(r"<a [^>]*>(.*?)</a>", page, flags=re.S)
    assert any("of a text that is not stored here" in words for words in links)
    assert not [words for words in links if "/cases/" in words or "http" in words]


def test_without_the_package_for_alpha_the_page_says_how_to_get_it(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "krippendorff", None)
    page = client.get("/cases/own/bridge/coders").text
    assert install_command("evidence") in html.unescape(page) and "≠ kind" in page


def test_one_coder_has_nobody_to_agree_with(client, folder):
    (folder / "bridge" / "statements" / "noor.csv").unlink()
    side = client.get(f"{BRIDGE}/coders").json()
    assert side["fields"] == [] and "two coders" in side["remark"]


def test_the_forecast_over_time_has_a_row_for_each_day(client):
    view = "/cases/own/bridge/views/timeline.json?draws=20&model=mean"
    answer = client.get(view).json()
    assert answer["query"]["issue"] == "toll"
    assert [row[0] for row in answer["parts"][0]["rows"]] == [
        "2023-05-04", "2023-06-20", "2023-09-01", "2023-10-01",
    ]  # fmt: skip
    later = client.get(f"{view}&since=2023-06-01&issue=opening").json()
    assert len(later["parts"][0]["rows"]) == 3


def test_the_former_address_of_the_forecast_over_time_leads_to_its_view(client):
    sent = client.get("/cases/own/bridge/timeline?issue=toll", follow_redirects=False)
    assert sent.status_code == 308
    assert sent.headers["location"] == "/cases/own/bridge/views/timeline?issue=toll"


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


@pytest.mark.parametrize("path", ["evidence", "coders", "parts", "evidence/letter"])
def test_pages_of_cases_that_do_not_hold_together_say_so(client, folder, path):
    (folder / "bridge" / "actors.csv").write_text("id,name\nx\n")
    assert client.get(f"/cases/own/bridge/{path}").status_code == 422


@pytest.mark.parametrize("path", ["/evidence/none", "/trace/toll/none", "/trace/none/holm",
                                  "/views/timelines", "/nowhere"])  # fmt: skip
def test_what_is_not_there_is_said_to_be_not_there(client, path):
    assert client.get(f"/cases/own/bridge{path}").status_code == 404


def test_every_shipped_case_has_every_page(client):
    listed = client.get("/api/cases").json()["cases"]
    for case in listed:
        for path in ("evidence", "coders", "parts"):
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
