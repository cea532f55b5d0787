"""Fixtures that more than one test file uses."""

import re
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from winset.case.folder import read_case
from winset.case.model import Case

settings.register_profile(
    "winset",
    deadline=None,
    derandomize=True,  # the same cases every time: a failure is there for everybody
    database=None,
    max_examples=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.load_profile("winset")


@pytest.fixture(autouse=True, scope="session")
def _quiet_compiling():
    """What the first run on a machine compiles is not what commands are tested for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("winset.cli.show_compiling", lambda news: None)
        yield


@pytest.fixture(autouse=True, scope="session")
def _offline():
    """No test depends on the network: a connection to another machine fails at once."""
    connect = socket.socket.connect

    def connect_at_home(self: socket.socket, address: Any) -> None:
        # Only TCP: a datagram socket that connects sends nothing, and a file is at home anyway.
        if self.type == socket.SOCK_STREAM and isinstance(address, tuple):
            host = str(address[0])
            if not (host == "localhost" or re.match(r"127\.|::1$", host)):
                raise AssertionError(f"a test must not leave this machine; it connects to {host}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_at_home)
        yield


SPLIT_PIE = Path(__file__).parent / "fixtures" / "split-pie"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the long forms of tests, for the weekly round."""
    parser.addoption("--all", action="store_true", help="run the long forms of tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long forms unless they are asked for."""
    if config.getoption("--all"):
        return
    skip = pytest.mark.skip(reason="a long form: --all runs it")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)


@pytest.fixture
def split_pie() -> Path:
    """The folder of a small case: two parties, two issues, a kept text. Read only."""
    return SPLIT_PIE


@pytest.fixture
def pie() -> Case:
    """The case in ``split_pie``."""
    return read_case(SPLIT_PIE)


@pytest.fixture
def pie_files(pie: Case) -> dict[str, bytes]:
    """Its files, to spoil."""
    return dict(pie.files)
