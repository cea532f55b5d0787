"""A second server on this machine gets what a browser sends it, and can do nothing with it."""

# ruff: noqa: F401, F811

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import pytest

from browsing import WAIT, browser, enter, folder, serving
from winset.web.server.private_page import PrivatePage
from winset.web.server.security import LOOPBACK

CASES = "/api/cases"
COPY = "/api/cases/own/bridge/copy"


@contextmanager
def another_server():
    """Serve another page on this machine; yield its port and the cookies that browsers send it."""
    cookies = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path != "/favicon.ico":
                cookies.append(self.headers.get("cookie", ""))
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>Another</title>")

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port, cookies
        server.shutdown()
        thread.join()


def replayed(port, host, cookie, method, path):
    """Send what another server may send with a browser's cookie; return status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    own = {"host": f"{host}:{port}", "origin": f"http://{host}:{port}", "cookie": cookie}
    connection.request(method, path, headers={**own, "sec-fetch-site": "same-origin"})
    answer = connection.getresponse()
    status, body = answer.status, answer.read().decode()
    connection.close()
    return status, body


@pytest.fixture
def context(browser):
    opened = browser.new_context()
    opened.set_default_timeout(WAIT)
    yield opened
    opened.close()


def visits(context, port, *hosts):
    page = context.new_page()
    for host in hosts:
        page.goto(f"http://{host}:{port}/")
    page.close()


def test_another_server_on_this_machine_receives_no_cookie_and_reads_and_changes_nothing(
    context, folder
):
    with serving(folder) as address, another_server() as (other, cookies):
        page = context.new_page()
        base = enter(page, address)
        home, port = urlsplit(base).hostname, urlsplit(base).port
        visits(context, other, "127.0.0.1", "localhost", "other.localhost")
        assert cookies == ["", "", ""]
        (cookie,) = [f"{c['name']}={c['value']}" for c in context.cookies(base)]
        for host in ("127.0.0.1", "localhost", "[::1]"):  # even if it had the cookie
            for method, path in (("GET", CASES), ("GET", "/"), ("POST", COPY)):
                status, body = replayed(port, host, cookie, method, path)
                assert status == 401 and "bridge" not in body.replace(path, "")
        status, _ = replayed(port, home, cookie, "POST", COPY)  # and even the secret name
        assert status == 403
        assert [path.name for path in folder.iterdir()] == ["bridge"]
        copied = page.evaluate(
            "async (path) => (await import('/static/js/api.js')).send(path, {}).then(() => 'done')",
            COPY,
        )
        assert copied == "done" and (folder / "bridge-2").is_dir()


def test_at_a_plain_address_a_replayed_cookie_changes_nothing_either(context, folder):
    plain = {"home": "127.0.0.1", "hosts": LOOPBACK}
    with serving(folder, **plain) as address, another_server() as (other, cookies):
        base = enter(context.new_page(), address)
        visits(context, other, "127.0.0.1")
        (cookie,) = cookies
        assert cookie.startswith("winset-")  # the browser gives it to every port
        assert replayed(urlsplit(base).port, "127.0.0.1", cookie, "POST", COPY)[0] == 403
        assert [path.name for path in folder.iterdir()] == ["bridge"]


def test_the_private_page_leads_a_browser_into_the_workbench(context, folder):
    with serving(folder) as address:
        private = PrivatePage(address)
        page = context.new_page()
        page.goto(private.path.as_uri())
        page.wait_for_url(f"{address.split('/enter')[0]}/")
        private.remove()
        assert "bridge" in page.text_content("main")
