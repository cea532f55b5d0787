"""Who gets into the workbench, from where, and with how much."""

from types import SimpleNamespace

import pytest
from starlette.routing import Mount
from starlette.websockets import WebSocketDisconnect

from winset.case.lock import HeldError
from winset.errors import WinsetError
from winset.web.server.app import endpoints, make_app
from winset.web.server.listening import base_of, own_name
from winset.web.server.security import LOOPBACK, POLICY, PROOF
from workbench import BASE, OURS, PIE, a_folder, entered, stranger

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def folder(tmp_path):
    return a_folder(tmp_path)


@pytest.fixture
def client(folder):
    with entered(folder) as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/cases/own/split-pie", "/api/cases", PIE, "/api/state"])
def test_nothing_is_told_without_the_cookie(folder, path):
    answer = stranger(folder).get(path)
    assert answer.status_code == 401
    assert "split-pie" not in answer.text and "pie" not in answer.text.replace(path, "")


def test_every_address_but_the_entrance_and_the_looks_needs_the_cookie(folder):
    client = stranger(folder)
    for route in client.app.routes:
        path = route.path.replace("{place}", "own").replace("{name}", "split-pie")
        path = path.replace("{collection}", "stances")
        if isinstance(route, Mount) or path.startswith("/static/"):
            continue
        for method in route.methods:
            answer = client.request(method, path, headers=OURS)
            assert answer.status_code == 401, (method, path)


def test_the_token_is_used_up_by_its_first_use(folder):
    client = stranger(folder)
    first = client.get("/enter?token=the-token")
    assert first.status_code == 200 and client.app.state.session.proof in first.text
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie and "the-token" not in cookie
    client.cookies.clear()
    again = client.get("/enter?token=the-token")
    assert again.status_code == 401 and "set-cookie" not in again.headers


def test_who_is_in_already_may_use_the_old_address_again(client):
    again = client.get("/enter?token=the-token")
    assert again.headers["location"] == "/"
    assert client.app.state.session.proof not in again.text


@pytest.mark.parametrize("query", ["", "token=", "token=other", "token=the-token&token=x"])
def test_a_wrong_token_is_refused_and_does_not_use_the_right_one_up(folder, query):
    client = stranger(folder)
    assert client.get(f"/enter?{query}").status_code == 401
    assert client.get("/enter?token=the-token").status_code == 200


def test_each_start_has_another_token_and_another_cookie(folder):
    one, other = make_app(folder), make_app(folder)
    assert one.state.session.token != other.state.session.token
    assert one.state.session.secret != other.state.session.secret
    assert one.state.session.name != other.state.session.name
    assert one.state.session.proof != other.state.session.proof


def test_the_cookie_of_one_workbench_opens_no_other(folder):
    one, other = entered(folder), stranger(folder)
    secret = one.app.state.session.secret
    other.cookies.set(other.app.state.session.name, secret)
    assert other.get("/api/cases").status_code == 401


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:80", "", "localhost.", "[::2]"]
)
def test_another_host_is_refused_even_with_the_cookie(client, host):
    assert client.get("/api/cases", headers={"host": host}).status_code == 421
    assert client.get("/static/css/workbench.css", headers={"host": host}).status_code == 421


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8737", "localhost:1", "LOCALHOST", "[::1]:9"]
)
def test_this_machine_answers_under_its_own_names(client, host):
    assert client.get("/api/cases", headers={"host": host}).status_code == 200


def test_two_hosts_in_one_request_are_refused(client):
    hosts = [("host", "127.0.0.1"), ("host", "evil.example")]
    for sent in (hosts, hosts[::-1], [hosts[0], hosts[0]]):
        assert client.get("/api/cases", headers=sent).status_code == 421


def test_two_authorisations_in_one_request_are_refused(folder):
    client = stranger(folder)
    client._transport.client = ("127.0.0.1", 5)
    right = ("authorization", f"Bearer {client.app.state.session.access}")
    assert client.get(PIE, headers=[right]).status_code == 200
    for sent in ([right, right], [right, ("authorization", "Bearer x")]):
        assert client.get(PIE, headers=sent).status_code == 401


def test_the_cookie_counts_under_the_names_of_the_pages_alone(folder):
    with entered(
        folder, hosts={"own.localhost"}, readers=LOOPBACK, base="http://own.localhost"
    ) as one:
        assert one.get("/api/cases").status_code == 200
        bearer = {"authorization": f"Bearer {one.app.state.session.access}"}
        one._transport.client = ("127.0.0.1", 5)
        for host in ("127.0.0.1:8737", "localhost", "[::1]"):
            cookie = f"{one.app.state.session.name}={one.app.state.session.secret}"
            replayed = {"host": host, "cookie": cookie}
            assert one.get("/api/cases", headers=replayed).status_code == 401
            assert one.get("/", headers=replayed).status_code == 401
            changed = one.post(f"{PIE}/copy", headers={**replayed, "origin": f"http://{host}"})
            assert changed.status_code == 401
            assert one.get("/enter?token=the-token", headers=replayed).status_code == 401
            assert one.get("/api/cases", headers={**bearer, "host": host}).status_code == 200
        assert one.get("/api/cases", headers={"host": "other.localhost"}).status_code == 421


def test_the_token_is_of_no_use_under_a_name_that_is_not_of_the_pages(folder):
    client = stranger(folder, hosts={"own.localhost"}, readers=LOOPBACK)
    assert client.get("/enter?token=the-token").status_code == 401
    assert client.app.state.session.token == "the-token"


@pytest.mark.parametrize("proof", [[], ["x"], [""], ["right", "right"], ["right", "x"]])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_the_cookie_without_the_second_secret_changes_nothing(folder, method, proof):
    client = entered(folder)
    right = client.headers.pop(PROOF)
    sent = [(PROOF, right if one == "right" else one) for one in proof]
    answer = client.request(method, f"{PIE}/rows/stances", headers=sent, json={})
    assert answer.status_code == 403 and "winset serve" in answer.json()["error"]
    assert client.get(PIE).status_code == 200


def test_a_further_name_must_be_allowed(folder):
    with entered(folder, hosts={"127.0.0.1", "bench.example"}) as client:
        assert client.get("/api/cases", headers={"host": "bench.example"}).status_code == 200
        assert client.get("/api/cases", headers={"host": "localhost"}).status_code == 421


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:81"},
        {"origin": "ftp://127.0.0.1"},
        {"origin": "chrome-extension://127.0.0.1", "sec-fetch-site": "same-origin"},
        {"origin": "http://127.0.0.1.evil.example"},
        {"origin": "http://evil.example", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": BASE, "sec-fetch-site": "cross-site"},
    ],
)
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_only_our_own_pages_may_change_anything(folder, headers, method):
    client = entered(folder)
    for name in OURS:
        del client.headers[name]
    answer = client.request(method, f"{PIE}/rows/stances", headers=headers, json={})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("Only the workbench's own pages")


@pytest.mark.parametrize("headers", [{"origin": BASE}, {"sec-fetch-site": "same-origin"}, OURS])
def test_one_proof_of_our_own_page_is_enough(folder, headers):
    client = entered(folder)
    for name in OURS:
        del client.headers[name]
    assert client.post(f"{PIE}/forecast", headers=headers, json={"draws": 1}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_a_form_of_another_site_could_send_is_refused(client, kind):
    answer = client.post(f"{PIE}/forecast", content=b"{}", headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    "path", ["/", "/cases/own/split-pie", "/api/cases", "/nowhere", "/static/css/workbench.css"]
)
def test_every_answer_carries_the_policy(client, path):
    answer = client.get(path)
    assert answer.headers["content-security-policy"] == POLICY
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["x-frame-options"] == "DENY"
    for loose in ("unsafe-inline", "unsafe-eval", "*", "http:"):
        assert loose not in POLICY
    assert "default-src 'none'" in POLICY and "frame-ancestors 'none'" in POLICY


def test_a_refusal_carries_the_policy_too(folder):
    client = stranger(folder)
    for answer in (client.get("/"), client.get("/", headers={"host": "evil.example"})):
        assert answer.headers["content-security-policy"] == POLICY


@pytest.mark.parametrize("path", ["/", "/api/cases"])
def test_no_case_is_left_in_a_cache(client, path):
    assert client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "name",
    [
        "%2e%2e", "%2e", "..%2f..%2fetc", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "%2fetc", "%5c..%5c",
        "split-pie%2f..%2f..", "split-pie%00", ".hidden", "outside", "missing", "a-file",
    ],
)  # fmt: skip
@pytest.mark.parametrize("place", ["own", "shipped", "%2e%2e", "Own"])
def test_no_name_leads_out_of_the_folder(tmp_path, place, name):
    folder = a_folder(tmp_path)
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "case.yaml").write_text("title: SECRET\nas_of: 2020-01-01\n")
    (folder / "outside").symlink_to(secret)
    (folder / ".hidden").symlink_to(secret)
    (folder / "a-file").write_text("SECRET")
    with entered(folder) as client:
        for address in (f"/cases/{place}/{name}", f"/api/cases/{place}/{name}"):
            answer = client.get(address)
            assert answer.status_code in (303, 307, 404), address
            assert "SECRET" not in answer.text and "root:" not in answer.text
        answer = client.request(
            "PATCH", f"/api/cases/{place}/{name}/rows/case",
            json={"key": {}, "revision": None, "fields": {"title": "mine"}},
        )  # fmt: skip
        assert answer.status_code in (307, 404, 405)
    assert "SECRET" in (secret / "case.yaml").read_text()


def test_no_name_of_a_looks_file_leads_out_of_theirs(client):
    for path in ("/static/../app.py", "/static/%2e%2e/app.py", "/static/js/..%2f..%2fapp.py"):
        assert client.get(path).status_code == 404


def test_a_body_that_is_too_long_is_refused_before_it_is_read(folder):
    with entered(folder, most_json=2_000) as client:
        long = {"fields": {"note": "x" * 3_000}, "key": {}, "revision": None}
        answer = client.request("PATCH", f"{PIE}/rows/case", json=long)
        assert answer.status_code == 413 and "2,000" in answer.json()["error"]


@pytest.mark.parametrize("announced", [True, False])
def test_a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not(folder, announced):
    headers = {"content-type": "application/json"}
    with entered(folder, most_json=2_000) as client:
        for length, statuses in ((2_000, {200}), (2_001, {413})):
            body = b'{"draws": 1}'.ljust(length)
            content = body if announced else iter([body[:1_000], body[1_000:]])
            answer = client.post(f"{PIE}/forecast", content=content, headers=headers)
            assert answer.status_code in statuses, length
        for length, statuses in ((2_000, {200}), (2_001, {413})):  # refused before it is read
            announcing = {**headers, "content-length": str(length)}
            answer = client.post(f"{PIE}/forecast", content=b'{"draws": 1}', headers=announcing)
            assert answer.status_code in statuses, length


def test_a_form_of_exactly_the_limit_is_read_and_one_byte_more_is_not(folder):
    kind = {"content-type": "multipart/form-data; boundary=b"}
    form = b'--b\r\ncontent-disposition: form-data; name="note"\r\n\r\n\r\n--b--\r\n'
    for spare, status in ((0, 422), (-1, 413)):  # without files it cannot be used
        with entered(folder, most_upload=len(form) + spare) as client:
            answer = client.post(f"{PIE}/documents", content=form, headers=kind)
            assert answer.status_code == status


def test_a_body_that_hides_how_long_it_is_is_refused_while_it_arrives(folder):
    def endless():
        for _ in range(100):
            yield b" " * 1_000

    with entered(folder, most_json=2_000) as client:
        headers = {"content-type": "application/json"}
        answer = client.request("PATCH", f"{PIE}/rows/case", content=endless(), headers=headers)
        assert answer.status_code == 413


@pytest.mark.parametrize("announced", ["-1", "many", "1e9", "999999999999"])
def test_a_length_that_is_none_or_too_great_is_refused(client, announced):
    headers = {"content-length": announced, "content-type": "application/json"}
    assert client.post(f"{PIE}/forecast", content=b"{}", headers=headers).status_code == 413


def test_a_form_with_files_has_a_bound_of_its_own(folder):
    with entered(folder, most_json=2_000, most_upload=50_000) as client:
        for size, status in ((10_000, 405), (60_000, 413)):
            answer = client.post(f"{PIE}/rows/case", files={"file": b"x" * size})
            assert answer.status_code == status


@pytest.mark.parametrize("body", [b"{", b"NaN", b'{"draws": Infinity}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_json_is_refused_in_words(client, body):
    headers = {"content-type": "application/json"}
    answer = client.post(f"{PIE}/forecast", content=body, headers=headers)
    assert answer.status_code == 400 and answer.json()["error"] == "The body is not JSON."


def test_hostile_words_of_a_case_are_text_in_every_page(folder):
    text = (folder / "split-pie" / "case.yaml").read_text()
    text = text.replace("Two heirs share a pie", f"'{HOSTILE.replace(chr(39), chr(39) * 2)}'")
    (folder / "split-pie" / "case.yaml").write_text(text)
    with entered(folder) as client:
        for path in ("/", "/cases/own/split-pie"):
            page = client.get(path).text
            assert "alert(1)" in page and "<script>alert" not in page and "<img" not in page
            assert "&lt;script&gt;alert(1)" in page


def test_a_hostile_name_of_a_folder_is_text_in_every_page(folder):
    (folder / "split-pie").rename(folder / "<img src=x onerror=alert(1)>")
    with entered(folder) as client:
        page = client.get("/").text
        assert "<img" not in page and "&lt;img" in page
        address = client.get("/api/cases").json()["cases"][0]["address"]
        assert client.get(address).status_code == 200


def test_a_broken_hostile_case_is_told_of_in_text(folder):
    (folder / "split-pie" / "case.yaml").write_text(f"title: [{HOSTILE}\n")
    with entered(folder) as client:
        assert "<script>alert" not in client.get("/").text
        answer = client.get("/cases/own/split-pie")
        assert answer.status_code == 422 and "<script>alert" not in answer.text


def test_there_are_no_web_sockets(folder):
    with stranger(folder) as client, pytest.raises(WebSocketDisconnect) as closed:
        client.websocket_connect("/").__enter__()
    assert closed.value.code == 1008


def test_the_interface_never_answers_with_a_page(client):
    for path in ("/api/nowhere", "/api/cases/own/none", "/api/cases/odd/split-pie"):
        answer = client.get(path)
        assert answer.status_code == 404 and answer.json()["problems"] == []


def test_every_address_of_the_interface_is_declared(client):
    declared = {(e.method, e.path) for e in endpoints()}
    routed = {
        (method, route.path)
        for route in client.app.routes
        if route.path.startswith("/api")
        for method in route.methods - {"HEAD"}
    }
    assert routed == declared


@pytest.mark.parametrize(
    ("error", "status"), [(WinsetError("no such thing"), 422), (HeldError("another writes"), 423)]
)
@pytest.mark.parametrize("path", ["/", "/api/cases"])
def test_what_goes_wrong_in_a_route_has_its_status_and_its_words(
    folder, monkeypatch, error, status, path
):
    def fail(*_, **__):
        raise error

    with entered(folder) as client:
        monkeypatch.setattr("winset.web.cases.store.Store.names", fail)
        answer = client.get(path)
    assert answer.status_code == status and str(error) in answer.text
    assert answer.headers["content-type"].startswith("text/html" if path == "/" else "application")


def test_a_browser_that_has_entered_may_follow_the_address_again(folder):
    client = entered(folder)
    again = client.get("/enter", params={"token": "the-token"})
    assert (again.status_code, again.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    ("host", "name"),
    [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("::", "localhost"), ("0.0.0.0", "localhost")],
)
def test_an_address_names_its_host_as_a_browser_writes_it(host, name):
    bound = SimpleNamespace(getsockname=lambda: (host, 8123))
    assert base_of(bound, host) == f"http://{name}:8123"


def test_the_folder_of_the_name_is_for_its_user_alone(tmp_path):
    folder = tmp_path / "state" / "winset"
    assert own_name(folder) == own_name(folder)
    assert folder.stat().st_mode & 0o777 == 0o700
