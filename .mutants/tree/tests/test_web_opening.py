"""How a browser gets to the workbench: by a private page, under a name of its own."""

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
import pytest
from click.testing import CliRunner

from winset.cli import cli
from winset.web.server import listening as serving
from winset.web.server import waiting
from winset.web.server.listening import address_options, own_name
from winset.web.server.private_page import PrivatePage
from workbench import a_folder

NAME = re.compile(r"winset-[0-9a-f]{32}\.localhost")
OPENER = """#!/bin/sh
for word in "$@"; do printf '%s\\n' "$word"; done > "$RECORD"
"""
posix = pytest.mark.skipif(os.name == "nt", reason="file modes and xdg-open are of Unix")


@posix
def test_no_secret_stands_on_the_command_line_that_opens_the_browser(tmp_path):
    """A real server; the program that opens browsers is one that writes down what it is given."""
    opener, record = tmp_path / "bin" / "xdg-open", tmp_path / "record"
    opener.parent.mkdir()
    opener.write_text(OPENER)
    opener.chmod(0o755)
    os.mkfifo(record)
    process = subprocess.Popen(
        [sys.executable, "-m", "winset", "serve", str(a_folder(tmp_path)), "--port", "0"],
        stdout=subprocess.PIPE, text=True,
        env={
            **os.environ, "PATH": f"{opener.parent}:{os.environ['PATH']}", "RECORD": str(record),
            "XDG_STATE_HOME": str(tmp_path / "state"), "TMPDIR": str(tmp_path),
        },
    )  # fmt: skip
    try:
        read = subprocess.run(["cat", record], capture_output=True, text=True, timeout=120)
        (argument,) = read.stdout.splitlines()
        page = Path(unquote(urlsplit(argument).path))
        text = page.read_text()
        address = re.search(r'url=(http://[^"]+)"', text)[1]
        token = address.partition("token=")[2]
        host, port = urlsplit(address).hostname, urlsplit(address).port
        assert len(token) > 30 and NAME.fullmatch(host)
        assert token not in argument and host not in argument and "http" not in argument
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert stat.S_IMODE(page.parent.stat().st_mode) == 0o700
        asked = {"host": f"{host}:{port}"}
        entered = httpx.get(f"http://127.0.0.1:{port}/enter?token={token}", headers=asked)
        assert entered.status_code == 200
        assert not page.parent.exists()  # used, and gone
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def ended(tmp_path, monkeypatch):
    """Run `serve` with a server that is stopped at once; return what stood there meanwhile."""
    opened = []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "state"))

    def launch(address):
        path = Path(unquote(urlsplit(address).path))
        opened.append((path, path.read_text()))
        return 0

    monkeypatch.setattr("click.launch", launch)
    monkeypatch.setattr(
        "winset.web.forecasts.forecast_thread.ForecastThread.warm", lambda live: None
    )

    def run(error, *options):
        class Stopped:
            def run(self, sockets):
                raise error

        monkeypatch.setattr(waiting, "server_of", lambda app: Stopped())
        arguments = ["serve", str(tmp_path), "--port", "0", *options]
        return CliRunner().invoke(cli, arguments), opened

    return run


@posix
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), RuntimeError("broken")])
def test_the_private_page_goes_when_the_workbench_ends(ended, error):
    before = signal.getsignal(signal.SIGTERM)
    _, [(path, text)] = ended(error)
    assert "token=" in text and not path.exists() and not path.parent.exists()
    assert signal.getsignal(signal.SIGTERM) is before


def test_without_a_browser_to_open_no_page_is_written(ended):
    done, opened = ended(KeyboardInterrupt(), "--no-open")
    assert opened == [] and "/enter?token=" in done.output


def test_where_no_page_can_be_written_the_workbench_still_starts(ended, monkeypatch):
    def refuse(prefix):
        raise OSError("No usable temporary directory")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    done, opened = ended(KeyboardInterrupt())
    assert opened == [] and "open the address yourself" in done.output
    assert "/enter?token=" in done.output


def test_the_pages_stand_under_a_name_of_their_own_and_scripts_are_told_the_plain_one(ended):
    done, _ = ended(KeyboardInterrupt(), "--no-open")
    assert NAME.fullmatch(urlsplit(re.search(r"http://\S+/enter\S+", done.output)[0]).hostname)
    assert re.search(r"scripts on this machine read at http://127\.0\.0\.1:\d+ with", done.output)


def test_a_plain_address_must_be_asked_for(ended):
    done, _ = ended(KeyboardInterrupt(), "--no-open", "--plain-address")
    assert re.search(r"http://127\.0\.0\.1:\d+/enter\?token=", done.output)
    assert "localhost" not in done.output


def test_the_address_in_the_page_is_text_and_the_page_can_be_removed_twice():
    page = PrivatePage('http://h/"><script>alert(1)</script>')
    assert "<script>" not in page.path.read_text()
    page.remove()
    page.remove()
    assert not page.path.exists()


def test_the_name_is_kept_so_that_the_browser_knows_the_workbench_again(tmp_path):
    kept = own_name(tmp_path / "new" / "folder")
    assert NAME.fullmatch(kept) and own_name(tmp_path / "new" / "folder") == kept
    assert own_name(None) != own_name(None)


@posix
def test_a_name_that_others_could_read_or_that_is_none_is_replaced(tmp_path):
    first = own_name(tmp_path)
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    second = own_name(tmp_path)
    assert second != first and stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("evil.example")
    assert NAME.fullmatch(own_name(tmp_path))


def test_where_no_name_can_be_kept_each_start_has_another(tmp_path):
    (tmp_path / "file").write_text("")
    names = {own_name(tmp_path / "file") for _ in range(2)}
    assert len(names) == 2 and all(NAME.fullmatch(name) for name in names)


def test_on_windows_no_other_program_may_take_the_port_while_we_listen(monkeypatch):
    monkeypatch.setattr(socket, "SO_EXCLUSIVEADDRUSE", -5, raising=False)
    assert address_options("nt") == ((-5, 1),)
    assert address_options("posix") == ((socket.SO_REUSEADDR, 1),)
    monkeypatch.delattr(socket, "SO_EXCLUSIVEADDRUSE")
    assert address_options("nt") == ((~socket.SO_REUSEADDR, 1),)  # as winsock2.h defines it


def test_the_name_is_kept_in_the_folder_for_the_users_state(tmp_path, monkeypatch):
    variable = "LOCALAPPDATA" if os.name == "nt" else "XDG_STATE_HOME"
    monkeypatch.setenv(variable, str(tmp_path))
    assert serving.own_folder() == tmp_path / "winset"
