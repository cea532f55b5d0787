"""Sealing through the interface: a preview that writes nothing, and exactly that sealed."""

import json
from datetime import date, timedelta

import pytest

from winset.case.chain import LEDGER, canonical
from winset.track_record.sealed import read_ledger, verify
from winset.track_record.sealed.witness.files import record_wanted
from winset.web.cases.locks import locked
from workbench import PIE, a_folder, entered

PAGE = "/cases/own/split-pie/views/sealed"
SOON = (date.today() + timedelta(days=9)).isoformat()
ASKED = {"asks": "issue", "subject": "pie", "rule": "By the notary", "resolve_by": SOON,
         "draws": 40}  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    return a_folder(tmp_path)


@pytest.fixture
def client(folder):
    with entered(folder) as opened:
        yield opened


def previewed(client, **more):
    answer = client.post(f"{PIE}/seals/preview", json={**ASKED, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_preview_writes_nothing_and_its_entry_is_what_is_sealed(client, folder):
    before = sorted((folder / "split-pie").rglob("*"))
    preview = previewed(client)
    assert sorted((folder / "split-pie").rglob("*")) == before
    assert preview["bytes"] == len(preview["entry"].encode())
    told = client.post(f"{PIE}/seals", json={**ASKED, "seen": preview["seen"]})
    assert told.status_code == 201, told.text
    entry = json.loads((folder / "split-pie" / LEDGER).read_text())
    assert entry["sha256"] == told.json()["entry"]
    for name in ("at", "previous", "sha256"):
        del entry[name]
    assert canonical(entry) == preview["entry"]
    assert verify(folder / "split-pie").sound
    page = client.get(told.json()["address"].partition("#")[0]).text
    assert f'id="entry-{told.json()["entry"]}"' in page and "judged by: By the notary" in page
    assert "Dates are the writer&#39;s own word." in page
    assert "The date is the writer&#39;s own word." in page


def test_what_changed_since_the_preview_is_not_sealed(client, folder):
    seen = previewed(client)["seen"]
    case = folder / "split-pie" / "case.yaml"
    case.write_text(case.read_text() + "# edited\n")
    answer = client.post(f"{PIE}/seals", json={**ASKED, "seen": seen})
    assert answer.status_code == 409 and "changed since the preview" in answer.json()["error"]
    other = client.post(f"{PIE}/seals", json={**ASKED, "rule": "By a coin", "seen": seen})
    assert other.status_code == 409
    assert not (folder / "split-pie" / LEDGER).exists()


def test_every_field_that_is_wrong_is_named_at_once(client, folder):
    body = {"asks": "question", "subject": "none", "rule": " ",
            "resolve_by": (date.today() - timedelta(days=1)).isoformat()}  # fmt: skip
    answer = client.post(f"{PIE}/seals/preview", json=body)
    assert answer.status_code == 422
    assert [p["where"] for p in answer.json()["problems"]] == ["question", "rule", "resolve_by"]
    assert client.post(f"{PIE}/seals", json=ASKED).json()["problems"][0]["where"] == "seen"
    assert not (folder / "split-pie" / LEDGER).exists()


def test_a_reason_is_sealed_where_there_is_no_rule(client, folder):
    body = {**ASKED, "rule": "", "no_rule": "For a class"}
    seen = previewed(client, rule="", no_rule="For a class")["seen"]
    assert client.post(f"{PIE}/seals", json={**body, "seen": seen}).status_code == 201
    assert read_ledger(folder / "split-pie").sealed[0].seal.no_rule == "For a class"
    assert "without a rule: For a class" in client.get(PAGE).text


def test_shipped_cases_are_not_sealed_and_a_held_folder_waits(client, folder, monkeypatch):
    seen = previewed(client)["seen"]
    shipped = "/api/cases/shipped/iran-nuclear-2015/seals"
    assert client.post(f"{shipped}/preview", json=ASKED).status_code == 403
    assert client.post(shipped, json={**ASKED, "seen": seen}).status_code == 403
    page = client.get("/cases/shipped/iran-nuclear-2015/views/sealed").text
    assert "Copy it into your folder" in page and 'id="seal-form"' not in page
    monkeypatch.setattr("winset.web.api.sealing.locked", lambda path: locked(path, patience=0.05))
    with locked(folder / "split-pie"):
        held = client.post(f"{PIE}/seals", json={**ASKED, "seen": seen})
    assert held.status_code == 423
    assert not (folder / "split-pie" / LEDGER).exists()


def test_a_page_shows_a_witness_beside_its_entry(client, folder):
    preview = previewed(client)
    told = client.post(f"{PIE}/seals", json={**ASKED, "seen": preview["seen"]}).json()
    assert "pending" not in client.get(PAGE).text
    record_wanted(folder / "split-pie", told["entry"], "rfc3161", "https://tsa.example")
    assert client.get(f"{PAGE}.json?again=yes").status_code == 200  # waits until it is made
    page = client.get(f"{PAGE}?again=yes").text
    assert "https://tsa.example: pending" in page


def test_the_page_of_a_case_leads_to_the_form_where_nothing_is_sealed_yet(client):
    assert f'href="{PAGE}#seal"' in client.get("/cases/own/split-pie").text
    page = client.get(PAGE).text
    assert "No forecast is sealed yet." in page and 'id="seal-form"' in page
