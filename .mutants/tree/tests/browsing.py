"""The workbench in a real browser: the server, the page, and what tests do again and again."""

import hashlib
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from winset.case.folder import read_case
from winset.web.server.app import make_app
from winset.web.server.listening import address_of, listening, own_name
from winset.web.server.security import LOOPBACK
from winset.web.server.waiting import server_of

CHROMIUM = Path("/usr/bin/chromium")
REQUIRED = os.environ.get("WINSET_BROWSER") == "required"
WAIT = 15_000  # milliseconds
COMPILES = 180_000  # the first forecast may have to wait for the compiler
FIXTURE = Path(__file__).parent / "fixtures" / "two-coders"
BRIDGE = "/cases/own/bridge"
SEEN = """() => {
  const seen = [];
  addEventListener("securitypolicyviolation", (event) => seen.push(event.violatedDirective));
  window.violations = seen;
}"""


def missing():
    """Return what there is no browser for, or nothing."""
    try:
        import axe_playwright_python.sync_playwright  # noqa: F401
        import playwright.sync_api  # noqa: F401
    except ImportError as error:
        return f"no {error.name}"
    return "" if CHROMIUM.exists() else f"no {CHROMIUM}"


if missing() and not REQUIRED:
    pytest.skip(f"needs a browser: {missing()}", allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as found:
        made = found.chromium.launch(executable_path=str(CHROMIUM))
        yield made
        made.close()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "cases"
    shutil.copytree(FIXTURE, made / "bridge")
    return made


@contextmanager
def serving(folder, *, home=None, hosts=None):
    """Serve ``folder`` from a thread, as the command does; yield the address that lets in once."""
    home = home or own_name(None)
    app = make_app(folder, hosts=hosts or {home}, readers=LOOPBACK)
    bound = listening("127.0.0.1", 0)
    server = server_of(app)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    yield address_of(bound, home, token=app.state.session.token)
    server.should_exit = True
    thread.join()
    bound.close()


@pytest.fixture
def address(folder):
    with serving(folder) as found:
        yield found


@pytest.fixture
def page(browser, address):
    """A page inside the workbench; at the end the browser must have had nothing to complain of."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_init_script(f"({SEEN})()")
    context.set_default_timeout(WAIT)
    made, complaints = context.new_page(), []
    made.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
    made.on("pageerror", lambda error: complaints.append(str(error)))
    made.on("requestfailed", lambda asked: complaints.extend(_failure(asked)))
    made.base = enter(made, address)
    made.complaints = complaints
    yield made
    assert made.evaluate("window.violations") == []
    assert complaints == []
    context.close()


def enter(page, address):
    """Let ``page`` in by the one-time address; return the beginning of every address."""
    base = address.split("/enter")[0]
    page.goto(address)
    page.wait_for_url(f"{base}/")
    return base


def _failure(asked):
    """Return what went wrong with a request; one given up for another page is no failure."""
    return [] if asked.failure == "net::ERR_ABORTED" else [f"{asked.url}: {asked.failure}"]


def opened(page, path, coder=""):
    page.goto(f"{page.base}{BRIDGE}{path}{f'?coder={coder}' if coder else ''}")
    page.wait_for_selector("body[data-ready]")
    return page


def said(page, words):
    page.wait_for_function(
        "(words) => document.getElementById('saved').textContent.includes(words)", arg=words
    )


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def refused(page, status):
    """Take the browser's own word about an answer that was asked for off the complaints."""
    assert len(page.complaints) == 1 and str(status) in page.complaints.pop()


def rows_of(folder, coder, name="bridge"):
    return {row.id: row for row in read_case(folder / name).statements if row.coder == coder}


def a_document(folder, text):
    path = folder / "bridge" / "documents" / "talk.txt"
    path.write_bytes(text.encode())
    digest = hashlib.sha256(text.encode()).hexdigest()
    with (folder / "bridge" / "documents.csv").open("a") as out:
        out.write(f"talk,,,,,{digest},documents/talk.txt\n")


def violations(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [
        (rule["id"], node["html"][:120])
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
