"""The tests themselves: none waits by the clock, knows one machine, or leaves it."""

import ast
import re
import socket
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(path for path in TESTS.rglob("*.py") if "fixtures" not in path.parts)
HOME = re.compile(r"(?:^|[\s'\"=])(?:/(?:home|root|work|Users|mnt)/\w|[A-Z]:\\Users\\)")
LOOPBACK = {"localhost", "127.0.0.1", "::1", "0.0.0.0", ""}
CLOCKS = {"time", "monotonic", "perf_counter", "process_time"}
CALLS_OUT = {"create_connection", "connect", "urlopen", "connect_ex", "getaddrinfo"}


def called(node):
    """The last name of what is called, and the name before it."""
    match node.func:
        case ast.Attribute(value=ast.Name(id=module), attr=name):
            return name, module
        case ast.Attribute(attr=name):
            return name, ""
        case ast.Name(id=name):
            return name, ""
    return "", ""


def reads_clock(node):
    """Whether a clock of `time` is read anywhere below ``node``."""
    calls = (called(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return any(name in CLOCKS and module in ("time", "") for name, module in calls)


def host_of(node):
    """The host that a call names outright; None where it is computed or not there."""
    if not node.args:
        return None
    match node.args[0]:
        case ast.Tuple(elts=[ast.Constant(value=str(host)), *_]):
            return host
        case ast.Constant(value=str(url)):
            return re.sub(r"^\w+://|[:/].*$", "", url)
    return None


def offences(source):
    """What a file of tests must not do: each with its line."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                name, _ = called(node)
                if name == "sleep":
                    yield node.lineno, "sleeps"
                if name in CALLS_OUT and host_of(node) not in (None, *LOOPBACK):
                    yield node.lineno, f"calls {host_of(node)}"
            case ast.ImportFrom(module="time", names=names):
                yield from ((node.lineno, "sleeps") for name in names if name.name == "sleep")
            case ast.Constant(value=str(text)):
                if HOME.search(text):
                    yield node.lineno, "names a folder of one machine"
                if re.search(r"\bsleep\(\d", text):
                    yield node.lineno, "sleeps"
            case ast.Assert() if reads_clock(node.test):
                yield node.lineno, "asserts how long something takes"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_test_sleeps_asserts_a_time_knows_one_machine_or_leaves_it(path):
    if path != Path(__file__):  # which has an example of each
        assert list(offences(path.read_text("utf-8"))) == []


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("import time\ntime.sleep(1)", "sleeps"),
        ("from time import sleep", "sleeps"),
        ("async def f():\n    await anyio.sleep(1)", "sleeps"),
        ("PROGRAM = 'import time; time.sleep(60)'", "sleeps"),
        ("SEEDS = Path('/work/data')", "names a folder of one machine"),
        ("run(f'cat /home/ann/{name}')", "names a folder of one machine"),
        ("assert time.monotonic() - begun < 5", "asserts how long something takes"),
        ("socket.create_connection(('example.org', 80))", "calls example.org"),
        ("urlopen('https://example.org:1/x')", "calls example.org"),
    ],
)
def test_each_offence_is_seen(source, what):
    assert [said for _, said in offences(source)] == [what]


@pytest.mark.parametrize(
    "source",
    ["socket.create_connection(('127.0.0.1', port))", "event.wait(0.1)", "client.connect(address)",
     "deadline = time.monotonic() + 5", "Path(__file__).parents[2] / 'shared'"],
)  # fmt: skip
def test_what_tests_may_do_is_no_offence(source):
    assert list(offences(source)) == []


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1"])  # of documentation, nobody's
def test_a_connection_that_leaves_this_machine_fails_the_test(host):
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with (
        socket.socket(family, socket.SOCK_STREAM) as connection,
        pytest.raises(AssertionError, match="must not leave this machine"),
    ):
        connection.connect((host, 443))
