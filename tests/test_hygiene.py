"""Tests that any machine can run: no waiting by the clock, no path of one machine, no network."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
FILES = sorted(TESTS.rglob("*.py"))
LONGEST = 0.1  # seconds between two looks at something that is still going on
PLACES = re.compile(r"^/(?:root|home|Users|work|mnt|opt)/")
ELSEWHERE = re.compile(r"^https?://(?!127\.0\.0\.1|localhost|\[::1\]|[\w.-]*(?:example|localhost))")
CALLS = {"urlopen", "urlretrieve", "create_connection"}


def name_of(call):
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(TESTS).as_posix())
def test_a_test_runs_on_any_machine(path):
    listed = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and name_of(node) == "sleep":
            seconds = node.args[0].value if isinstance(node.args[0], ast.Constant) else LONGEST
            if seconds > LONGEST:
                listed.append(f"line {node.lineno}: sleeps for {seconds} s; wait for what happens")
        elif isinstance(node, ast.Call) and name_of(node) in CALLS and node.args:
            target = node.args[0]
            if isinstance(target, ast.Constant) and ELSEWHERE.match(str(target.value)):
                listed.append(f"line {node.lineno}: asks {target.value}; no test needs a network")
        elif isinstance(node, ast.Constant) and PLACES.match(str(node.value)):
            listed.append(f"line {node.lineno}: {node.value}: a path of one machine")
    assert not listed, "\n".join(listed)
