"""Cases in the workbench: what is on disk is what is shown, and nobody's edit is lost."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import jsonschema
import pytest
from openapi_spec_validator import validate
from referencing.exceptions import PointerToNowhere

from winset.case.folder import read_case
from winset.case.shipped import shipped_cases
from winset.errors import WinsetError
from winset.web.cases.locks import locked
from winset.web.cases.store import CaseName, Store
from winset.web.server.app import endpoints
from winset.web.server.listening import listening
from workbench import OURS, PIE, a_folder, entered, row

STANCE = {"issue": "pie", "actor": "ann", "condition": ""}


@pytest.fixture
def folder(tmp_path):
    return a_folder(tmp_path)


@pytest.fixture
def client(folder):
    with entered(folder) as made:
        yield made


def put(client, collection, key, revision, **fields):
    body = {"key": key, "revision": revision, "fields": fields}
    return client.request("PATCH", f"{PIE}/rows/{collection}", json=body)


def lines_changed(before, after):
    old, new = before.splitlines(), after.splitlines()
    return [(a, b) for a, b in zip(old, new, strict=True) if a != b]


def test_own_cases_come_first_and_shipped_ones_after(client):
    cases = client.get("/api/cases").json()["cases"]
    assert [case["place"] for case in cases] == ["own"] + ["shipped"] * len(shipped_cases())
    assert cases[0]["title"] == "Two heirs share a pie" and cases[0]["trouble"] == ""


def test_an_edit_changes_one_cell_of_the_file_and_nothing_else(client, folder):
    path = folder / "split-pie" / "stances.csv"
    before = path.read_text()
    seen = row(client, "stances", **STANCE)
    saved = put(client, "stances", STANCE, seen["revision"], position="61..66..72")
    assert saved.status_code == 200
    ((old, new),) = lines_changed(before, path.read_text())
    assert new == old.replace("60..67..70", "61..66..72")
    assert saved.json()["row"]["fields"]["position"] == "61..66..72"
    assert saved.json()["row"]["revision"] != seen["revision"]


def test_an_edit_of_the_yaml_keeps_its_comments(client, folder):
    path = folder / "split-pie" / "case.yaml"
    before = path.read_text()
    seen = row(client, "parties", id="north")
    assert put(client, "parties", {"id": "north"}, seen["revision"], unity="0.5").status_code == 200
    ((old, new),) = lines_changed(before, path.read_text())
    assert (old.strip(), new.strip()) == ("unity: 0.6..0.8..0.9", "unity: 0.5")
    assert "# Ann's family" in path.read_text()


def test_an_empty_field_takes_a_cell_back(client, folder):
    seen = row(client, "stances", **STANCE)
    put(client, "stances", STANCE, seen["revision"], red_line_low="")
    assert "red_line_low" not in row(client, "stances", **STANCE)["fields"]
    assert read_case(folder / "split-pie").stances[0].red_line_low is None


def test_the_head_of_a_case_can_be_edited(client, folder):
    seen = row(client, "case")
    assert put(client, "case", {}, seen["revision"], title="Three heirs").status_code == 200
    assert read_case(folder / "split-pie").title == "Three heirs"


def test_rows_can_be_added_and_removed(client, folder):
    fields = {"title": "Later", "changes": [{"quantity": "unity", "party": "north", "set": "0.2"}]}
    added = put(client, "scenarios", {"id": "later"}, None, **fields)
    assert added.status_code == 200
    case = read_case(folder / "split-pie")
    assert [s.id for s in case.scenarios] == ["hunger", "later"]
    body = {"key": {"id": "later"}, "revision": added.json()["row"]["revision"]}
    gone = client.request("DELETE", f"{PIE}/rows/scenarios", json=body)
    assert gone.status_code == 200 and gone.json()["row"] is None
    assert [s.id for s in read_case(folder / "split-pie").scenarios] == ["hunger"]


def test_a_row_changed_meanwhile_is_not_overwritten_and_both_versions_are_told(client, folder):
    seen = row(client, "stances", **STANCE)
    path = folder / "split-pie" / "stances.csv"
    path.write_text(path.read_text().replace("60..67..70", "10..20..30"))
    before = path.read_bytes()
    answer = put(client, "stances", STANCE, seen["revision"], position="61")
    assert answer.status_code == 409
    assert answer.json()["theirs"]["fields"]["position"] == "10..20..30"
    assert answer.json()["yours"]["position"] == "61"
    assert path.read_bytes() == before
    again = put(client, "stances", STANCE, answer.json()["theirs"]["revision"], position="61")
    assert again.status_code == 200


def test_a_hand_edit_of_another_row_stays_when_a_row_is_saved(client, folder):
    seen = row(client, "stances", **STANCE)
    path = folder / "split-pie" / "stances.csv"
    path.write_text(path.read_text().replace("40..50..60,60..70..80", "41..51..61,60..70..80"))
    assert put(client, "stances", STANCE, seen["revision"], position="61").status_code == 200
    text = path.read_text()
    assert "pie,bob,,41..51..61" in text and "pie,ann,,61," in text


def test_a_hand_edit_appears_at_once(client, folder):
    first = client.get(PIE).json()
    path = folder / "split-pie" / "case.yaml"
    path.write_text(path.read_text().replace("Two heirs share a pie", "Two heirs share a tart"))
    second = client.get(PIE).json()
    assert second["title"] == "Two heirs share a tart"
    assert second["revision"] != first["revision"]
    assert "tart" in client.get("/cases/own/split-pie").text


def test_a_hand_edit_that_breaks_the_case_is_told_with_its_place(client, folder):
    path = folder / "split-pie" / "stances.csv"
    path.write_text(path.read_text().replace("60..67..70", "60..67..700"))
    answer = client.get(PIE)
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert problem["file"] == "stances.csv" and problem["line"] == 2
    assert "700" in problem["text"]
    listed = client.get("/api/cases").json()["cases"][0]
    assert "700" in listed["trouble"]


@pytest.mark.parametrize(
    ("collection", "key", "fields", "said"),
    [
        ("stances", STANCE, {"position": "140"}, "0, 100"),
        ("stances", STANCE, {"position": "forty"}, "a number such as"),
        ("stances", STANCE, {"positon": "40"}, "did you mean “position”"),
        ("stances", STANCE, {"statements": "s99"}, "s99"),
        ("parties", {"id": "north"}, {"unity": "2"}, "[0, 1]"),
        ("case", {}, {"as_of": "yesterday"}, "a date"),
    ],
)
def test_an_edit_that_does_not_hold_together_writes_nothing(
    client, folder, collection, key, fields, said
):
    before = read_case(folder / "split-pie").files
    seen = row(client, collection, **key)
    answer = put(client, collection, key, seen["revision"], **fields)
    assert answer.status_code == 422
    assert said in " ".join(problem["text"] for problem in answer.json()["problems"])
    assert read_case(folder / "split-pie").files == before


@pytest.mark.parametrize(
    ("collection", "key", "revision", "status"),
    [
        ("nowhere", {}, None, 422),
        ("stances", {"issue": "pie"}, None, 422),
        ("parties", {"id": "north"}, None, 409),
        ("parties", {"id": "west"}, "0" * 16, 409),
    ],
)
def test_a_row_that_is_named_wrongly_is_refused(client, collection, key, revision, status):
    assert put(client, collection, key, revision, note="x").status_code == status


def test_a_shipped_case_is_copied_before_its_first_edit_and_the_user_is_told(client, folder):
    address = "/api/cases/shipped/emission-standards"
    shipped = shipped_cases()["emission-standards"]
    before = {path: path.read_bytes() for path in shipped.rglob("*") if path.is_file()}
    seen = client.get(address).json()["rows"]["case"][0]
    body = {"key": {}, "revision": seen["revision"], "fields": {"title": "Cars"}}
    saved = client.request("PATCH", f"{address}/rows/case", json=body).json()
    assert saved["case"] == {
        "place": "own", "name": "emission-standards", "address": "/cases/own/emission-standards",
    }  # fmt: skip
    assert "copied into your folder" in saved["copied"]
    assert read_case(folder / "emission-standards").title == "Cars"
    assert {path: path.read_bytes() for path in before} == before


def test_a_refused_edit_of_a_shipped_case_leaves_no_copy(client, folder):
    address = "/api/cases/shipped/emission-standards/rows/case"
    seen = client.get(address[:-10]).json()["rows"]["case"][0]
    body = {"key": {}, "revision": seen["revision"], "fields": {"title": ""}}
    assert client.request("PATCH", address, json=body).status_code == 422
    body["revision"] = "0" * 16
    assert client.request("PATCH", address, json=body).status_code == 409
    assert [path.name for path in folder.iterdir()] == ["split-pie"]


def test_copies_get_free_names(client, folder):
    names = [
        client.post("/api/cases/shipped/emission-standards/copy").json()["name"] for _ in range(3)
    ]
    assert names == ["emission-standards", "emission-standards-2", "emission-standards-3"]
    hidden = [path.name for path in folder.iterdir() if path.name.startswith(".")]
    assert hidden == [".winset"]


@pytest.mark.parametrize("start", ["example", "blank"])
def test_a_case_can_be_begun(client, folder, start):
    body = {"id": "water", "title": "Who gets “the water”", "as_of": "2026-02-03", "start": start}
    answer = client.post("/api/cases", json=body)
    assert answer.status_code == 201
    case = read_case(folder / "water")
    assert (case.title, case.as_of.isoformat()) == ("Who gets “the water”", "2026-02-03")
    assert client.get(answer.json()["address"]).status_code == 200
    assert client.post("/api/cases", json=body).status_code == 409


@pytest.mark.parametrize("id", ["../water", "", ".", "..", "a/b", "-x", "x" * 81, "a b", "<i>"])
def test_a_case_is_not_begun_under_a_name_that_is_none(client, folder, id):
    body = {"id": id, "title": "Water", "as_of": "2026-02-03"}
    answer = client.post("/api/cases", json=body)
    assert answer.status_code == 422 and "must be letters" in answer.json()["problems"][0]["text"]
    assert [path.name for path in folder.iterdir()] == ["split-pie"]


def test_a_folder_that_is_a_case_serves_that_case_alone(folder):
    with entered(folder / "split-pie") as client:
        listed = client.get("/api/cases").json()
        assert listed["can_add"] is False and listed["cases"][0]["name"] == "split-pie"
        assert "Begin a case" not in client.get("/").text
        answer = client.post("/api/cases/shipped/emission-standards/copy")
        assert answer.status_code == 409 and "folder above" in answer.json()["error"]


def test_a_folder_is_held_by_one_writer_at_a_time_across_processes(folder):
    code = (
        "import sys, pathlib, winset.web.cases.locks as l\n"
        "with l.locked(pathlib.Path(sys.argv[1])):\n"
        "    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    held = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "split-pie")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert held.stdout.readline() == "held\n"
        with (
            pytest.raises(Exception, match=f"is being written by python .process {held.pid} on "),
            locked(folder / "split-pie", patience=0.05),
        ):
            pass
    finally:
        held.communicate()
    with locked(folder / "split-pie", patience=0.05):
        pass


def test_many_writers_at_once_lose_nothing(folder):
    """Every thread adds scenarios of its own: all are there in the end."""
    store = Store(folder)

    def add(k):
        from winset.web.cases import rows

        fields = {"changes": [{"quantity": "unity", "party": "north", "set": "0.1"}]}
        store.edit(
            CaseName(place="own", name="split-pie"),
            lambda case: rows.set_row(
                case, "scenarios", key={"id": f"s{k}"}, seen=None, fields=fields
            ),
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, range(12)))
    assert {f"s{k}" for k in range(12)} <= {s.id for s in read_case(folder / "split-pie").scenarios}


def test_two_writers_of_one_row_are_told_apart(client):
    """Of several who saw the same row, one is saved and all others are refused."""
    seen = row(client, "stances", **STANCE)

    def write(k):
        return put(client, "stances", STANCE, seen["revision"], position=str(50 + k)).status_code

    with ThreadPoolExecutor(4) as pool:
        statuses = sorted(pool.map(write, range(6)))
    assert statuses == [200] + [409] * 5


class Served:
    """A real server in a process of its own."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "winset", "serve", str(folder)]
        self.process = subprocess.Popen(
            [*command, "--no-open", "--port", f"{port}"],
            stdout=subprocess.PIPE, text=True, start_new_session=True,
            env={**os.environ, "XDG_STATE_HOME": str(folder.parent / "state")},
        )  # fmt: skip
        lines = iter(self.process.stdout.readline, "")
        address = next(line.strip() for line in lines if "http://" in line)
        base, _, query = address.partition("/enter")
        # A browser finds the name below localhost by itself; this client is told where it is.
        home = base.removeprefix("http://")
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers={"origin": base, "host": home}, timeout=60
        )
        entered = self.client.get(f"/enter{query}")
        self.client.headers["cookie"] = entered.headers["set-cookie"].partition(";")[0]
        self.client.headers["x-winset-proof"] = re.search(
            'name="winset-proof" content="(.+?)"', entered.text
        )[1]

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process.stdout.close()
        self.client.close()


def test_no_edit_that_was_called_saved_is_lost_when_the_server_is_killed(folder):
    served, saved = Served(folder), []
    killer = None
    revision = row(served.client, "stances", **STANCE)["revision"]
    try:
        for k in range(10_000):
            text = f"{50 + k % 10}.{k:05d}"
            answer = put(served.client, "stances", STANCE, revision, position=text)
            assert answer.status_code == 200
            revision = answer.json()["row"]["revision"]
            saved.append(text)
            if len(saved) == 200:  # dies at some moment of the edits that follow
                killer = threading.Timer(0.05, os.kill, (served.process.pid, signal.SIGKILL))
                killer.start()
    except httpx.TransportError:
        pass
    finally:
        if killer is not None:
            killer.join()
        served.kill()
    assert len(saved) >= 200
    case = read_case(folder / "split-pie")
    stands = float(str(case.stances[0].position))
    # The last one called saved, or the one that was under way: never an earlier one.
    under_way = f"{50 + len(saved) % 10}.{len(saved):05d}"
    assert stands in (float(saved[-1]), float(under_way))


def test_the_description_of_the_interface_is_of_every_address_and_of_no_other(client):
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    found = {(m.upper(), path) for path, methods in described["paths"].items() for m in methods}
    assert found == {(e.method, e.path) for e in endpoints()}
    ids = [op["operationId"] for methods in described["paths"].values() for op in methods.values()]
    assert len(set(ids)) == len(ids)


def test_the_description_is_what_openapi_says_it_must_be(client):
    described = client.get("/api/openapi.json").json()
    validate(described)
    described["paths"]["/api/state"]["get"]["responses"] = {"200": {"$ref": "#/components/none"}}
    with pytest.raises(PointerToNowhere):
        validate(described)


ASKED = [
    ("GET", "/api/state", None, 200),
    ("GET", "/api/cases", None, 200),
    ("GET", PIE, None, 200),
    ("GET", "/api/cases/own/none", None, 404),
    ("GET", f"{PIE}/forecast", None, 200),
    ("POST", f"{PIE}/forecast", {"draws": 20, "changes": [
        {"quantity": "unity", "party": "north", "set": "0.4"}]}, 200),
    ("POST", f"{PIE}/forecast", {"draws": 0, "colour": "red"}, 422),
    ("POST", f"{PIE}/behind", {"draws": 20, "issue": "pie"}, 200),
    ("POST", f"{PIE}/compare", {"draws": 20, "scenarios": ["base", "hunger"]}, 200),
    ("POST", f"{PIE}/copy", None, 201),
    ("PATCH", f"{PIE}/rows/parties", {"key": {"id": "north"}, "revision": "x", "fields": {}}, 409),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "body", "status"), ASKED)
def test_answers_are_as_the_description_says(client, method, path, body, status):
    described = client.get("/api/openapi.json").json()
    answer = client.request(method, path, json=body, headers=OURS)
    assert answer.status_code == status, answer.text
    general = path.replace("own/split-pie", "{place}/{name}").replace("own/none", "{place}/{name}")
    general = general.replace("rows/parties", "rows/{collection}")
    told = described["paths"][general][method.lower()]["responses"][str(status)]
    schema = told["content"]["application/json"]["schema"]
    whole = {**schema, "components": described["components"]}
    jsonschema.Draft202012Validator(whole).validate(answer.json())


def test_small_answers_are_not_held_back_to_be_sent_together():
    """The event loop sets TCP_NODELAY on what is named as TCP alone; without, each waits 40 ms."""
    with listening("127.0.0.1", 0) as bound:
        assert bound.proto == socket.IPPROTO_TCP


def test_a_port_that_is_taken_is_said_to_be():
    with (
        listening("127.0.0.1", 0) as bound,
        pytest.raises(WinsetError, match="choose another --port"),
    ):
        listening("127.0.0.1", bound.getsockname()[1])
