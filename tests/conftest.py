"""Fixtures that more than one test file uses."""

import hashlib
import json
import os
import pickle
import re
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import vl_convert
from filelock import FileLock
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


DRAWING = ("vegalite_to_svg", "vegalite_to_png", "vegalite_to_html", "javascript_bundle")


@pytest.fixture(autouse=True, scope="session")
def _drawn_once(tmp_path_factory: pytest.TempPathFactory):
    """What vl-convert draws of one specification is drawn once in a run, by whichever worker."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "drawn"
    folder.mkdir(exist_ok=True)

    def once(name: str) -> Callable[..., Any]:
        draw = getattr(vl_convert, name)

        def drawn(*words: Any, **options: Any) -> Any:
            key = hashlib.sha256(json.dumps([name, words, options]).encode()).hexdigest()
            kept = folder / key
            with FileLock(f"{kept}.lock"):
                if not kept.exists():
                    kept.write_bytes(pickle.dumps(draw(*words, **options)))
            return pickle.loads(kept.read_bytes())

        return drawn

    with pytest.MonkeyPatch.context() as patch:
        for name in DRAWING:
            patch.setattr(vl_convert, name, once(name))
        yield


SPLIT_PIE = Path(__file__).parent / "fixtures" / "split-pie"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer the long forms of tests, for the weekly round."""
    parser.addoption("--all", action="store_true", help="run the long forms of tests too")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the long forms unless they are asked for; what opens a browser is slow."""
    for item in items:
        if item.path.stem.endswith("_browser"):
            item.add_marker("slow")
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
