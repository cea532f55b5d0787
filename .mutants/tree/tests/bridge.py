"""A workbench over the case of two coders, with what tests of its evidence do again and again."""

import hashlib
import shutil
from pathlib import Path

import pytest

from winset.case.folder import read_case
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


TALK = (
    b"Mayor Holm said that the toll should be three crowns.\n\nJane Doe said that she rejects it.\n"
)


def send(client, *files, to=f"{BRIDGE}/documents", **fields):
    return client.post(to, data=fields, files=[("files", file) for file in files])


def inside(folder):
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
