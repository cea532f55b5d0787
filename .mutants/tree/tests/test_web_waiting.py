"""Requests that stop on their way are dropped; requests that take long to answer are not."""

import logging
import socket
import threading
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from winset.web.server.app import make_app
from winset.web.server.listening import listening
from winset.web.server.security import PROOF
from winset.web.server.waiting import server_of
from workbench import PIE, a_folder

SHORT = 0.2  # seconds
HEAD = b"GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n"


@contextmanager
def served(app, **waiting):
    bound = listening("127.0.0.1", 0)
    server = server_of(app, **waiting)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
    thread.start()
    try:
        yield bound.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        bound.close()


@contextmanager
def connected(port):
    with socket.create_connection(("127.0.0.1", port), timeout=60) as made:
        yield made


def rest(connection):
    """Return all that comes until the server closes the connection; a timeout is a failure."""
    parts = []
    while part := connection.recv(65_536):
        parts.append(part)
    return b"".join(parts)


def answered(connection):
    """Return an answer whose body is `done`, on a connection that stays open."""
    data = b""
    while not data.endswith(b"done"):
        part = connection.recv(65_536)
        assert part, data
        data += part
    return data


async def echo(request):
    await request.body()
    return PlainTextResponse("done")


ECHO = Starlette(routes=[Route("/", echo, methods=["GET", "POST"])])


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET",
        HEAD,
        HEAD.replace(b"GET", b"POST") + b"content-length: 10\r\n\r\n",
        HEAD.replace(b"GET", b"POST") + b"content-length: 10\r\n\r\n12345",
        HEAD.replace(b"GET", b"POST") + b"transfer-encoding: chunked\r\n\r\n5\r\n12345\r\n",
    ],
)
def test_a_request_that_stops_on_its_way_is_dropped(sent):
    with served(ECHO, patience=SHORT) as port, connected(port) as connection:
        connection.sendall(sent)
        assert b"200" not in rest(connection)


def test_a_second_request_on_the_same_connection_that_stops_is_dropped():
    with served(ECHO, patience=SHORT, timeout_keep_alive=3_600) as port, connected(port) as one:
        one.sendall(HEAD + b"\r\n")
        assert answered(one).startswith(b"HTTP/1.1 200")
        one.sendall(HEAD)
        assert rest(one) == b""


def test_a_body_that_goes_on_and_on_is_dropped():
    head = HEAD.replace(b"GET", b"POST") + b"content-length: 1000000\r\n\r\n"
    with served(ECHO, patience=3_600, longest=SHORT) as port, connected(port) as one:
        one.sendall(head + b"1")
        one.settimeout(0.01)
        assert drips(one) < 500_000


def drips(connection):
    """Send a byte again and again until the server closes; return how many it took."""
    count = 0
    while True:
        try:
            connection.sendall(b"1")
            count += 1
            if connection.recv(100) == b"":
                return count
        except TimeoutError:
            continue
        except ConnectionError:
            return count


def test_a_request_that_is_whole_may_take_its_time_to_answer():
    go = threading.Event()

    def late(request):
        assert go.wait(60)
        return PlainTextResponse("done")

    app = Starlette(routes=[Route("/", late)])
    with served(app, patience=SHORT) as port, connected(port) as whole, connected(port) as half:
        whole.sendall(HEAD + b"\r\n")
        half.sendall(HEAD)
        rest(half)  # the time is over, and more than over for the one that began before
        go.set()
        assert answered(whole).startswith(b"HTTP/1.1 200")


def test_a_half_sent_change_changes_nothing_and_leaves_no_trace_in_the_log(tmp_path, caplog):
    folder = a_folder(tmp_path)
    app = make_app(folder)
    session = app.state.session
    head = (
        f"PATCH {PIE}/rows/stances HTTP/1.1\r\nhost: 127.0.0.1\r\norigin: http://127.0.0.1\r\n"
        f"cookie: {session.name}={session.secret}\r\n{PROOF}: {session.proof}\r\n"
        "content-type: application/json\r\ncontent-length: 10\r\n\r\n{"
    )
    with (
        caplog.at_level(logging.WARNING),
        served(app, patience=SHORT, log_config=None) as port,
        connected(port) as connection,
    ):
        connection.sendall(head.encode())
        assert rest(connection) == b""
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []
