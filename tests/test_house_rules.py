"""The rules of the house are readable in the repository, and each names a test that there is."""

import ast
import re

import pytest

from pages import ROOT

PAGE = ROOT / "docs" / "house-rules.md"
RULES = re.findall(r"^\| (.+) \| `([\w/.]+)::(\w+)` \|$", PAGE.read_text(), re.M)


def functions(path):
    return {
        node.name
        for node in ast.parse((ROOT / path).read_text()).body
        if isinstance(node, ast.FunctionDef)
    }


@pytest.mark.parametrize(("rule", "path", "test"), RULES, ids=[test for _, _, test in RULES])
def test_the_test_that_enforces_a_rule_exists(rule, path, test):
    assert rule.endswith((".", "1e-12."))
    assert test in functions(path), f"{path} has no such test"


def test_every_row_of_the_rules_names_a_test():
    enforced = PAGE.read_text().split("## What no test can see")[0]
    rows = [line for line in enforced.splitlines() if line.startswith("| ")]
    assert len(rows) - rows.count("| rule | test |") == len(RULES) > 20


def test_every_decision_is_listed_once_and_numbered_as_its_file_is():
    folder = ROOT / "docs" / "decisions"
    records = sorted(path.name for path in folder.glob("[0-9]*.md"))
    listed = re.findall(r"^- \[(.+)\]\((\d{4}-[\w-]+\.md)\) \((\d+)\)$",
                        (folder / "index.md").read_text(), re.M)  # fmt: skip
    assert sorted(name for _, name, _ in listed) == records
    for title, name, number in listed:
        first = (folder / name).read_text().splitlines()[0]
        assert first == f"# {number}. {title}" and int(name[:4]) == int(number)
